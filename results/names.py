"""What things are called: crews, materials, places and whatever else an event names by its id."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from results.language import HERE, Both, both, catalogue
from simulation.drainage.inp import read_inp
from simulation.model import City, Fleet, Name, Scenario
from simulation.record import Run

_STRUCTURES = ("underpass", "bridge", "waterlogging")


def known(key: str, otherwise: object) -> Both:
    """The sentence of a key where there is one, else what stands for it."""
    return both(key) if key in catalogue(HERE / "en.yaml") else Both.same(otherwise)


def dispatcher_name(name: str) -> Both:
    """Who gives the orders; after a branch, one after the other."""
    parts = [known(f"dispatcher.{part}", part) for part in name.split(">")]
    return Both(*(" → ".join(part.said(lang) for part in parts) for lang in ("zh", "en")))


def material_names(*runs: Run) -> dict[str, Name]:
    """Names of materials by id."""
    return {m.id: m.name for run in runs for m in run.scenario.fleet.materials}


def name_of(scenario: Scenario, thing: str) -> Both:
    """What an id stands for: a crew, a place, a segment's road, a team, an office, a depot; else the id itself."""
    crew = crew_name(scenario, thing)
    return crew if crew != Both.same(thing) else _nouns(_Held(scenario)).get(thing, Both.same(thing))


def crew_name(scenario: Scenario, crew: str) -> Both:
    """Team, kind of machine and number, such as 'Sanitation snow team 5, spreader no. 2'."""
    row, _, number = crew.rpartition("/")
    said = _rows(_Held(scenario)).get(row)
    return both("crew", what=said, n=number) if said and number else Both.same(crew)


def segment_name(scenario: Scenario, segment: str) -> Both:
    """The underpass or site that lies on a segment, else its road."""
    low = next((s.low_point for s in scenario.city.segments if s.id == segment), None)
    for place in scenario.city.places:
        if place.kind in _STRUCTURES and (place.segment == segment or (low and place.drain_node == low)):
            return Both.of(place.name)
    return name_of(scenario, segment)


class _Held:
    """A scenario as a key of a cache: by its identity, for nouns are frozen and hashing them all is slow."""

    def __init__(self, scenario: Scenario) -> None:
        self.city: City = scenario.city
        self.fleet: Fleet = scenario.fleet

    def __hash__(self) -> int:
        return hash((id(self.city), id(self.fleet)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self.city is other.city and self.fleet is other.fleet


@lru_cache(maxsize=4)
def _rows(held: _Held) -> dict[str, Both]:
    """Team and kind of every row of equipment."""
    teams = {t.id: t.name for t in held.fleet.teams}
    kinds = {k.id: k.name for k in held.fleet.kinds}
    return {
        e.id: both("crew_of", team=teams[e.team], kind=kinds[e.kind])
        for e in held.fleet.equipment
        if e.team in teams and e.kind in kinds
    }


@lru_cache(maxsize=4)
def _nouns(held: _Held) -> dict[str, Both]:
    city, fleet = held.city, held.fleet
    found = {s.id: Both.of(s.road) for s in city.segments}
    for place in city.places:
        if place.drain_node:
            found.setdefault(place.drain_node, Both.of(place.name))
    found |= _rows(held)
    for nouns in (fleet.materials, city.offices, fleet.depots, fleet.teams, city.places):
        found |= {noun.id: Both.of(noun.name) for noun in nouns}
    return found


def node_name(scenario: Scenario, node: str) -> Both:
    """A drain node by the place there, else by the road whose low point drains to it, else by the nearest of those
    along the drains; its own id stands beside the road."""
    if (place := name_of(scenario, node)) != Both.same(node):
        return place
    roads = {s.low_point: s.road for s in reversed(scenario.city.segments) if s.low_point}
    if node in roads:
        return both("plan_measure.at", road=roads[node], node=node)
    near = _nearest(scenario.city.drains, node, roads)
    if near is None:
        return Both.same(node)
    what = name_of(scenario, near)
    return both("plan_measure.near", road=roads[near] if what == Both.same(near) else what, node=node)


def _nearest(drains: str | None, node: str, wanted: Mapping[str, object]) -> str | None:
    """The wanted node that the fewest pipes part from another one; None where no way leads to one."""
    beside: dict[str, list[str]] = {}
    for link in read_inp(drains).links if drains else ():
        beside.setdefault(link.start, []).append(link.end)
        beside.setdefault(link.end, []).append(link.start)
    ways, seen = [node], {node}
    for at in ways:
        if at in wanted:
            return at
        new = [n for n in beside.get(at, ()) if n not in seen]
        seen.update(new)
        ways += new
    return None
