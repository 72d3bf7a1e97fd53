"""The verbs: what each works on, and how long site work takes, what it needs and what it changes.

Road work is done segment by segment (``roadwork``: plough and spread in one pass; ``hauling``; ``footways``); site
work (pump, clear_inlet, sandbag, close, guard) is done standing at a place. Each piece of work is a SimPy process
fragment: it yields waits, and if it is interrupted, the share done so far counts.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulation.model import HazardName, Verb
from simulation.roadwork import Process
from simulation.world import World

if TYPE_CHECKING:
    from simulation.teams import Crew

ROAD_VERBS: frozenset[Verb] = frozenset({"plough", "spread", "haul", "clear_footway"})
"""Verbs that are done segment by segment."""
COMBINED: frozenset[Verb] = frozenset({"plough", "spread", "haul"})
"""Verbs of which several may stand in one order."""
TARGETS: dict[Verb, str] = {
    "plough": "segment", "spread": "segment", "haul": "segment", "clear_footway": "segment",
    "close": "segment",
    "pump": "node", "clear_inlet": "node", "guard": "place", "sandbag": "place",
}  # fmt: skip
"""What each verb works on."""

HAZARD_VERBS: dict[HazardName, frozenset[Verb]] = {
    "snow": ROAD_VERBS,
    "water": frozenset({"pump", "clear_inlet", "sandbag", "close", "guard"}),
}
"""What each hazard asks people to do; a crew that can do none of it is not called out."""

INLET_SPACING = 40.0
"""m between inlets on each side of a road (flood.md 4: 25-50 m)."""
PUMP_CHECK = 300
PUMP_DRY = 1800
"""s that a pump stands by at a dry place before its crew reports done."""
DRY_DEPTH = 0.02
GUARD_CHECK = 60
GUARD_REPORT = 300
"""s between two reports of a guard (setting)."""
GUARD_SHARE = 0.6
"""Share of the closing depth at which a guard closes the road: 15 of 25 cm (the ladder of flood.md 2f)."""
BAG_HEIGHT = 0.3
"""m that a sandbag wall keeps out (practical limit 0.3-0.5 m)."""
BAG_WALL = 10.0
"""m of wall at a doorway (setting)."""
BAGS_PER_METRE = 19.0
"""At 0.3 m (derived from the formula in flood.md 3)."""
BAGS_PER_PERSON = 12.0 / 3600.0
"""1/s a person fills and lays (NDSU: 5 min a bag)."""


def site_work(world: World, crew: Crew, verb: Verb, target: str) -> Process:
    """Work at a standing place, from arrival on."""
    if crew.kind.setup:
        crew.activity = "setup"
        yield from crew.toil(math.ceil(crew.kind.setup))
    crew.activity = "work"
    yield from {
        "pump": _pump, "clear_inlet": _clear_inlet, "sandbag": _sandbag, "close": _close, "guard": _guard,
    }[verb](world, crew, target)  # fmt: skip


def _pump(world: World, crew: Crew, target: str) -> Process:
    """Pump while there is water; the rate is taken off again whatever ends the work."""
    node = world.node_index[target]
    rate = crew.kind.pump_rate * crew.kind.pump_yield
    world.pump_flow[node] += rate
    world.note("pump_on", crew.id, target, "pump", rate)
    start, dry = world.t, 0
    try:
        while dry < PUMP_DRY:
            yield from crew.keep_at_it(PUMP_CHECK)
            dry = dry + PUMP_CHECK if world.fields["node_depth"][node] <= DRY_DEPTH else 0
    finally:
        left = world.pump_flow[node] - rate
        world.pump_flow[node] = left if left > 1e-9 else 0.0
        world.note("pump_off", crew.id, target, "pump", world.t - start)


def inlets_at(world: World, target: str) -> float:
    """Street inlets that drain to a node: both sides of the segments whose low point it is, at least 2."""
    length = sum(world.network.length[i] for i in world.network.by_low_point.get(target, ()))
    return max(2.0, 2 * length / INLET_SPACING)


def _clear_inlet(world: World, crew: Crew, target: str) -> Process:
    """Clear the inlets one by one: capacity comes back in step with the share done."""
    node = world.node_index[target]
    duration = max(60, math.ceil(inlets_at(world, target) / max(crew.kind.inlets_per_hour, 1e-9)))
    start, clog = world.t, float(world.fields["clog"][node])
    cleared = world.scenario.physics.water.clog_cleared
    try:
        yield from crew.toil(duration)
    finally:
        share = min(1.0, (world.t - start) / duration)
        world.fields["clog"][node] = min(clog, cleared + (1 - share) * max(0.0, clog - cleared))


def bags_mass(world: World) -> tuple[str, float]:
    """The sandbag material and the kg that one wall takes; ("", 0) where the district keeps none."""
    for material in world.scenario.fleet.materials:
        if material.use == "bag":
            return material.id, BAG_WALL * BAGS_PER_METRE * max(material.piece, 1.0)
    return "", 0.0


def _sandbag(world: World, crew: Crew, target: str) -> Process:
    """Wall a doorway off; the place stays dry up to the wall's height."""
    material, mass = bags_mass(world)
    laid = min(crew.load, mass)
    pieces = laid / mass
    yield from crew.toil(
        max(60, math.ceil(BAG_WALL * BAGS_PER_METRE * pieces / (BAGS_PER_PERSON * crew.kind.crew)))
    )
    crew.load -= laid
    world.add(f"used.{material}", laid)
    world.protection[target] = max(world.protection.get(target, 0.0), BAG_HEIGHT * pieces)
    world.note("protected", crew.id, target, "sandbag", world.protection[target])


def _close(world: World, crew: Crew, target: str) -> Process:
    """Put the barrier up."""
    close_segment(world, world.network.segment_index[target], crew.id)
    yield from crew.toil(60)


def _guard(world: World, crew: Crew, target: str) -> Process:
    """Stand at a place, report, and close its road when the water comes near the closing depth."""
    segments = segments_of_place(world, target)
    limit = GUARD_SHARE * world.scenario.goals.close_depth
    depth = world.water_depth()
    seconds = 0
    while True:
        deep = any(depth.item(segment) >= limit for segment in segments)
        if deep or seconds % GUARD_REPORT == 0:
            for segment in segments:
                crew.observe(segment)
        if deep:
            for segment in segments:
                close_segment(world, segment, crew.id)
        yield from crew.keep_at_it(GUARD_CHECK)
        seconds += GUARD_CHECK


def segments_of_place(world: World, place: str) -> list[int]:
    """Segments a place stands for: its own, and those that share its drain node."""
    noun = world.places[place]
    found = {world.network.segment_index[noun.segment]} if noun.segment else set()
    return sorted(found.union(world.network.by_low_point.get(noun.drain_node or "", ())))


def close_segment(world: World, segment: int, by: str) -> None:
    """Close a segment to traffic; no event if it already is."""
    if not world.closed[segment]:
        world.closed[segment] = True
        depth = float(world.water_depth()[segment])
        world.note("closed", by, world.network.segments[segment].id, "close", depth)
        world.block_routes()


def open_segment(world: World, segment: int, by: str) -> None:
    """Open a segment to traffic; no event if it already is."""
    if world.closed[segment]:
        world.closed[segment] = False
        world.note("opened", by, world.network.segments[segment].id)
        world.block_routes()
