"""Names of other rows: every depot, team, kind, material, office, segment and drain node must be there."""

from __future__ import annotations

from typing import NamedTuple

from scenarios.checks.facts import Facts, Found, problem
from scenarios.marked import Marked
from scenarios.problems import Problem, did_you_mean, shown
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

_TABLES: dict[type[Noun], tuple[str, str]] = {
    Segment: ("a segment", "city/roads.geojson"),
    Place: ("a place", "city/places.csv"),
    Office: ("a street office", "city/offices.csv"),
    Kind: ("an equipment kind", "catalog/kinds.csv"),
    Material: ("a material", "catalog/materials.csv"),
    Depot: ("a depot", "fleet/depots.csv"),
    Team: ("a team", "fleet/teams.csv"),
}
"""What a name of each class is called, and where such rows are listed."""


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
        if named is not None and isinstance(named.value, (str, int, float)) and named.text not in known:
            missing.setdefault(named.text if known else "", named)
    what, file = _TABLES[reference.target]
    files = " and ".join(dict.fromkeys(row.where.file for row in facts.seen(reference.target))) or file
    for number, named in enumerate(missing.values()):
        yield _dangling(named, what, files, list(known), ask=number < ASKED)


def _dangling(named: Marked, what: str, file: str, known: list[str], ask: bool = True) -> Problem:
    nearest = f"{did_you_mean(named.text, known)} " if ask else ""
    things = what.partition(" ")[2] + "s"
    hint = f"{nearest}{things} are listed in {file}" if known else f"{file} lists none"
    return problem(named.where, f"{shown(named.text)} is not {what}", hint)


def _nodes(facts: Facts, cls: type[Noun], key: str) -> Found:
    if facts.inp is None:
        return
    known = dict.fromkeys(node.name for node in facts.inp.nodes)
    missing = [named for row in facts.seen(cls) if (named := row.get(key)) and named.text not in known]
    for number, named in enumerate(missing):
        yield _dangling(named, "a drain node", facts.inp_file, list(known), ask=number < ASKED)


def _inject(facts: Facts, row: Marked) -> Found:
    kind, named = row.get("kind"), row.get("target")
    if kind is None or kind.text in _ANYTHING:
        return
    if named is None:
        what = f"the inject {shown(kind.text)} has no target"
        yield problem(row.where, what, "it needs a crew, team, node, link, segment or office")
    elif kind.text == "breakdown":
        yield from _crew(facts, named)
    elif kind.text in _INJECTS:
        target = _INJECTS[kind.text]
        if facts.readable(target) and named.text not in facts.ids(target):
            what, file = _TABLES[target]
            yield _dangling(named, what, file, facts.ids(target))
    elif kind.text in ("outage", "surge"):
        yield from _drain_target(facts, kind.text, named)


def _crew(facts: Facts, named: Marked) -> Found:
    if named.text not in facts.crews and facts.complete(Equipment) and facts.readable(Equipment):
        hint = (
            f"{did_you_mean(named.text, facts.crews)} crews are named equipment/number, from 1 to its count"
        )
        yield problem(named.where, f"{shown(named.text)} is not a crew", hint)


def _drain_target(facts: Facts, kind: str, named: Marked) -> Found:
    if facts.inp is None:
        if facts.inp_error is None and facts.drains_readable:
            yield problem(named.where, f"the inject '{kind}' needs a drain model", "add city/drains.inp")
        return
    known = facts.inp.pumps if kind == "outage" else tuple(node.name for node in facts.inp.nodes)
    what = "a pump of the drain model" if kind == "outage" else "a drain node"
    if named.text not in known:
        yield problem(named.where, f"{shown(named.text)} is not {what}", did_you_mean(named.text, known))
