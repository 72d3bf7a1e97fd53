"""Names of other rows: every depot, team, kind, material, office, segment and drain node must be there."""

from __future__ import annotations

from typing import NamedTuple

from scenarios.checks.facts import Facts, Found
from scenarios.marked import FAULTY, Marked
from scenarios.problems import Problem, did_you_mean, problem, shown
from scenarios.said import Said
from simulation.model import (
    Depot,
    Equipment,
    InjectRow,
    Kind,
    Material,
    Noun,
    Office,
    Place,
    ScriptStep,
    Segment,
    Stock,
    Team,
)

_TABLES: dict[type[Noun], str] = {
    Segment: "city/roads.geojson",
    Place: "city/places.csv",
    Office: "city/offices.csv",
    Kind: "catalog/kinds.csv",
    Material: "catalog/materials.csv",
    Depot: "fleet/depots.csv",
    Team: "fleet/teams.csv",
}
"""Where the rows of each class are usually listed."""


class _Reference(NamedTuple):
    cls: type[Noun]
    key: str
    target: type[Noun]


_REFERENCES = (
    _Reference(Segment, "office", Office),
    _Reference(Place, "office", Office),
    _Reference(Place, "segment", Segment),
    _Reference(Depot, "office", Office),
    _Reference(Stock, "depot", Depot),
    _Reference(Stock, "material", Material),
    _Reference(Team, "office", Office),
    _Reference(Team, "depot", Depot),
    _Reference(Equipment, "kind", Kind),
    _Reference(Equipment, "team", Team),
    _Reference(Equipment, "depot", Depot),
    _Reference(Equipment, "material", Material),
)
ASKED = 25
"""Faults of one kind that are answered with the nearest name; a search among thousands takes milliseconds."""
_NODES = ((Segment, "low_point"), (Place, "drain_node"))
_INJECTS: dict[str, type[Noun]] = {"no_show": Team, "report_loss": Office, "closure": Segment}
_ANYTHING = ("call", "note")


def check(facts: Facts) -> Found:
    """Every name that stands for another row, held against those rows."""
    for reference in _REFERENCES:
        yield from _refer(facts, reference)
    for cls, key in _NODES:
        yield from _nodes(facts, cls, key)
    for row in facts.seen(InjectRow):
        yield from _inject(facts, row)
    for row in facts.seen(ScriptStep):
        named = row.get("crew")
        if named is not None:
            yield from _crew(facts, named)


def _refer(facts: Facts, reference: _Reference) -> Found:
    if not facts.readable(reference.target):
        return
    known = dict.fromkeys(facts.ids(reference.target))
    missing: dict[str, Marked] = {}
    for row in facts.seen(reference.cls):
        named = row.get(reference.key)
        if named is None or named.value is FAULTY or isinstance(named.value, (dict, list)):
            continue
        if named.text not in known:
            missing.setdefault(named.text if known else "", named)
    files = tuple(dict.fromkeys(row.where.file for row in facts.seen(reference.target)))
    for number, named in enumerate(missing.values()):
        yield _dangling(
            named, reference.target, files or (_TABLES[reference.target],), list(known), ask=number < ASKED
        )


def _dangling(
    named: Marked, target: type[Noun] | None, files: tuple[str, ...], known: list[str], ask: bool = True
) -> Problem:
    """A name that is no row of a class, or no drain node where that is None."""
    name = target.__name__ if target else "node"
    hint = Said(f"listed.{name}" if known else "near.lists_none", files=files)
    if known and ask:
        hint = Said("near.both", question=did_you_mean(named.text, known), listing=hint)
    return problem(named.where, f"reference.{name}", hint=hint, given=shown(named.text))


def _nodes(facts: Facts, cls: type[Noun], key: str) -> Found:
    if facts.inp is None:
        return
    known = dict.fromkeys(node.name for node in facts.inp.nodes)
    missing = [named for row in facts.seen(cls) if (named := row.get(key)) and named.text not in known]
    for number, named in enumerate(missing):
        yield _dangling(named, None, (facts.inp_file,), list(known), ask=number < ASKED)


def _inject(facts: Facts, row: Marked) -> Found:
    kind, named = row.get("kind"), row.get("target")
    if kind is None or kind.text in _ANYTHING:
        return
    if named is None:
        yield problem(row.where, "inject.no_target", inject=shown(kind.text))
    elif kind.text == "breakdown":
        yield from _crew(facts, named)
    elif kind.text in _INJECTS:
        target = _INJECTS[kind.text]
        if facts.readable(target) and named.text not in facts.ids(target):
            yield _dangling(named, target, (_TABLES[target],), facts.ids(target))
    elif kind.text in ("outage", "surge"):
        yield from _drain_target(facts, kind.text, named)


def _crew(facts: Facts, named: Marked) -> Found:
    if named.text not in facts.crews and facts.complete(Equipment) and facts.readable(Equipment):
        question = did_you_mean(named.text, facts.crews)
        yield problem(named.where, "reference.crew", given=shown(named.text), question=question)


def _drain_target(facts: Facts, kind: str, named: Marked) -> Found:
    if facts.inp is None:
        if facts.inp_error is None and facts.drains_readable:
            yield problem(named.where, "inject.needs_drains", inject=kind)
        return
    known = facts.inp.pumps if kind == "outage" else tuple(node.name for node in facts.inp.nodes)
    if named.text not in known:
        key = "reference.pump" if kind == "outage" else "reference.node"
        yield problem(named.where, key, hint=did_you_mean(named.text, known), given=shown(named.text))
