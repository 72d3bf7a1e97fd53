"""From a scenario folder to a Scenario: read, lay one on another, override, build, check.

Files become marked values in file units (``assemble``), overrides change those, and only then do they
become nouns; so every problem, wherever it arises, is told in the words of the file it came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios.assemble import Document, assemble, is_file_slot, put_in_slot, read_document
from scenarios.border import Border
from scenarios.checks import Facts, check
from scenarios.checks import notes as remarks
from scenarios.folders import find, name_of, scenarios_in, shipped_names
from scenarios.marked import Marked, bare
from scenarios.overrides import apply_override
from scenarios.problems import BadScenario, Problem, SeveralScenarios, Where, did_you_mean, problem, shown
from scenarios.strays import strays
from scenarios.yaml_files import parse_yaml
from simulation.model import Name, Scenario

__all__ = ["NO_RESPONSE", "Listed", "Loaded", "find", "listing", "load", "read", "storms", "variants"]

NO_RESPONSE = "no-response"
"""The variant that every scenario has: no team acts."""

Overrides = list[tuple[str, Marked]]


@dataclass(frozen=True)
class Loaded:
    """A scenario with the places its parts were read from."""

    scenario: Scenario
    facts: Facts
    unread: tuple[Problem, ...]
    """Files of its folder that nothing reads."""

    def notes(self) -> tuple[Problem, ...]:
        """What does not stop a run, but what its author should know; takes as long as loading does."""
        return (*self.unread, *remarks(self.scenario, self.facts))


def load(reference: str | Path, variant: str | None = None, sets: Sequence[str] = ()) -> Scenario:
    """The scenario of a folder, with a variant's overrides and then ``sets`` (``path=value``) laid on.

    Raises BadScenario with everything that is wrong, in all files at once.
    """
    return read(reference, variant, sets).scenario


def read(reference: str | Path, variant: str | None = None, sets: Sequence[str] = ()) -> Loaded:
    """The same with the places everything came from, for remarks. Raises BadScenario, and of it
    SeveralScenarios for what only the scenarios in its folder extend."""
    folder = find(reference)
    problems: list[Problem] = []
    document = read_document(folder, problems)
    overrides = [*_variant_overrides(document, variant, problems), *_set_overrides(sets, problems)]
    for path, value in overrides:
        if is_file_slot(path):
            put_in_slot(document, path, value)
    if document.root.get("storm") is None and (several := scenarios_in(reference)):
        raise SeveralScenarios(str(reference), several)
    tree = assemble(document, name_of(folder, reference), problems)
    for path, value in overrides:
        if not is_file_slot(path):
            apply_override(tree, path, value, problems)
    border = Border(problems)
    scenario = border.noun(Scenario, tree)
    facts = Facts(border, tree)
    problems.extend(check(facts))
    unread = strays(document, problems)
    if problems or scenario is None:
        raise BadScenario(problems)
    return Loaded(scenario, facts, unread)


def storms(reference: str | Path) -> list[str]:
    """Names of the storms that a scenario may name: the files in ``storms/`` of its folder and of those it extends."""
    roots = read_document(find(reference), []).folders.roots
    return sorted({path.stem for root in roots for path in (root / "storms").glob("*.y*ml")})


def variants(reference: str | Path) -> dict[str, dict[str, Any]]:
    """The variants of a scenario: name -> path -> value in file units. Raises BadScenario."""
    problems: list[Problem] = []
    document = read_document(find(reference), problems)
    found = {
        name: {path: bare(value) for path, value in _variant_overrides(document, name, problems)}
        for name in _variant_names(document)
    }
    if problems:
        raise BadScenario(problems)
    return found


@dataclass(frozen=True)
class Listed:
    """A scenario as ``stormyard list`` shows it."""

    reference: str
    name: Name
    note: Name | None
    """What must be known of its city, such as 'schematic reconstruction'."""
    variants: tuple[str, ...]


def listing(references: Iterable[str] | None = None) -> list[Listed]:
    """Scenarios (the shipped ones) by reference; a folder that only others extend (no ``storm``) is left out."""
    listed = []
    for reference in shipped_names() if references is None else references:
        problems: list[Problem] = []
        document = read_document(find(reference), problems)
        if document.root.get("storm") is None:
            continue
        tree = assemble(document, reference, problems, tables=False)
        border = Border(problems)
        name = tree.get("name")
        city = tree.get("city")
        note = city.get("note") if city else None
        listed.append(
            Listed(
                reference,
                (border.noun(Name, name) if name else None) or Name(zh=reference, en=reference),
                border.noun(Name, note) if note else None,
                tuple(_variant_names(document)),
            )
        )
    return listed


# --------------------------------------------------------------------------- overrides from outside


def _variant_names(document: Document) -> list[str]:
    block = document.root.get("variants")
    own = list(block.value) if block and isinstance(block.value, dict) else []
    return [NO_RESPONSE, *(name for name in own if name != NO_RESPONSE)]


def _variant_overrides(document: Document, variant: str | None, problems: list[Problem]) -> Overrides:
    block = document.root.get("variants")
    if block is not None and not isinstance(block.value, dict):
        problems.append(problem(block.where, "variant.no_blocks"))
        block = None
    if block is not None and NO_RESPONSE in block.value:
        problems.append(problem(block.value[NO_RESPONSE].where, "variant.built_in", name=NO_RESPONSE))
    if variant is None:
        return []
    if variant == NO_RESPONSE:
        return [("respond", Marked(False, Where(f"variant {NO_RESPONSE}")))]
    chosen = block.get(variant) if block else None
    if chosen is None and document.broken:
        return []
    if chosen is None:
        hint = did_you_mean(variant, _variant_names(document))
        problems.append(problem(f"--variant {variant}", "variant.unknown", hint=hint, name=shown(variant)))
        return []
    if not isinstance(chosen.value, dict):
        problems.append(problem(chosen.where, "variant.asks_for_paths", name=shown(variant)))
        return []
    return list(chosen.value.items())


def _set_overrides(sets: Sequence[str], problems: list[Problem]) -> Overrides:
    overrides: Overrides = []
    for text in sets:
        path, sign, value = text.partition("=")
        place = f"--set {text}"
        if not sign or not path.strip():
            problems.append(problem(place, "path.not_a_pair"))
            continue
        parsed = parse_yaml(value, place, problems)
        if parsed is not None:
            empty = isinstance(parsed.value, dict) and not value.strip().startswith("{")
            overrides.append((path.strip(), _placed(None if empty and not parsed.value else parsed, place)))
    return overrides


def _placed(node: Marked | None, place: str) -> Marked:
    """The value with the option itself as its place."""
    where = Where(place)
    if node is None:
        return Marked(None, where)
    if isinstance(node.value, dict):
        return Marked({key: _placed(child, place) for key, child in node.value.items()}, where)
    if isinstance(node.value, list):
        return Marked([_placed(child, place) for child in node.value], where)
    return Marked(node.value, where)
