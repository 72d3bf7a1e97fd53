"""The verbs: how long work takes, what it needs and what it changes.

Road work (plough, spread, haul) is done segment by segment, several verbs in one pass; site work (pump,
clear_inlet, sandbag, close, guard) is done standing at a place. Each piece of work is a SimPy process
fragment: it yields waits, and if it is interrupted, the share done so far counts.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import TYPE_CHECKING

import simpy

from simulation.hazards import ice
from simulation.model import HazardName, Verb
from simulation.world import World

if TYPE_CHECKING:
    from simulation.teams import Crew

Process = Generator[simpy.Event, object, None]

ROAD_VERBS: frozenset[Verb] = frozenset({"plough", "spread", "haul"})
TARGETS: dict[Verb, str] = {
    "plough": "segment", "spread": "segment", "haul": "segment", "close": "segment",
    "pump": "node", "clear_inlet": "node", "guard": "place", "sandbag": "place",
}  # fmt: skip
"""What each verb works on."""

HAZARD_VERBS: dict[HazardName, frozenset[Verb]] = {
    "snow": frozenset({"plough", "spread", "haul"}),
    "water": frozenset({"pump", "clear_inlet", "sandbag", "close", "guard"}),
}
"""What each hazard asks people to do; a crew that can do none of it is not called out."""

PLOUGH_SHARE = 0.8
"""Share of loose snow that a blade takes in one pass (NORTRIP: 0.8 snow, 0.5 water, 0.3 ice)."""
PLOUGH_FILM_SHARE = 0.5
DEPTH_SLOWING = 0.3
"""m of snow at which ploughing runs at half speed (setting, no source)."""
WINDROW_DENSITY = 400.0
"""kg/m3 of ploughed snow in a bank (400-500, common knowledge)."""
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


def passes(world: World, crew: Crew, segment: int) -> int:
    """How often the crew must drive along a segment to treat its whole width."""
    return max(1, math.ceil(world.network.width[segment] / max(crew.kind.width, 0.1) - 1e-9))


def road_seconds(world: World, crew: Crew, segment: int, verbs: tuple[Verb, ...]) -> int:
    """Time to treat a whole segment, s."""
    kind, network, hauling = crew.kind, world.network, 0
    if "haul" in verbs:
        volume = world.fields["bank"][segment] * network.area[segment] / WINDROW_DENSITY
        hauling = max(60, math.ceil(volume / max(kind.haul_rate, 1e-6)))
    if not {"plough", "spread"}.intersection(verbs):
        return hauling
    speed = kind.work_speed_major if network.priority[segment] <= 2 else kind.work_speed_minor
    speed = max(speed * kind.efficiency, 0.05)
    if "plough" in verbs:
        speed /= 1 + world.fields["snow_depth"][segment] / DEPTH_SLOWING
    return hauling + max(1, math.ceil(passes(world, crew, segment) * network.length[segment] / speed))


def advised_dose(world: World, crew: Crew, segment: int, rate: float | None) -> float:
    """kg/m2 to spread now: the order's rate, or the advised dose at the present road temperature."""
    if rate is not None or crew.grit is None:
        return rate or 0.0
    if crew.spreads not in world.doses:
        physics, temperature = world.scenario.physics.snow, world.fields["road_temperature"]
        world.doses[crew.spreads] = ice.dose(temperature, physics.plough_residual, crew.grit, physics)
    return float(world.doses[crew.spreads][segment])


def road_work(world: World, crew: Crew, segment: int, verbs: tuple[Verb, ...], dose: float) -> Process:
    """Treat one segment, spreading ``dose`` kg/m2; the effect stands at the second the last pass ends."""
    duration = road_seconds(world, crew, segment, verbs)
    start = world.t
    try:
        yield from crew.toil(duration)
    finally:
        share = min(1.0, (world.t - start) / duration)
        if share > 0:
            _treat(world, crew, segment, verbs, dose, share)


def _treat(
    world: World, crew: Crew, segment: int, verbs: tuple[Verb, ...], dose: float, share: float
) -> None:
    name = world.network.segments[segment].id
    spread = 0.0
    if "haul" in verbs:
        _haul(world, segment, share)
    if "plough" in verbs:
        _plough(world, segment, share)
    if "spread" in verbs and dose > 0:
        spread = _spread(world, crew, segment, dose, share)
    world.last_pass[segment] = world.t
    world.note("pass", crew.id, name, "+".join(verbs), spread, "" if share >= 1 else f"{share:.2f}")


def _plough(world: World, segment: int, share: float) -> None:
    """A blade leaves a residual, takes some hardpack and water, and salt with it (METRo, NORTRIP).

    Hardpack whose bottom is wet with brine has lost its bond and comes off like snow (NCHRP 526: salt
    breaks the bond, the blade removes).
    """
    fields, physics, i = world.fields, world.scenario.physics.snow, segment
    snow = fields["snow"][i]
    left = min(snow, max(physics.plough_residual, (1 - PLOUGH_SHARE) * snow))
    taken_snow = share * (snow - left)
    hardpack, film = fields["ice"][i], fields["film"][i]
    loose = film >= ice.FREE_WATER_LIMIT * (min(hardpack, physics.plough_residual) + film)
    taken_ice = share * (PLOUGH_SHARE if loose else physics.plough_hardpack_share) * hardpack
    taken_film = share * PLOUGH_FILM_SHARE * film
    if snow > 0:
        fields["loose_depth"][i] *= 1 - taken_snow / snow
    fields["snow"][i] = snow - taken_snow
    fields["ice"][i] -= taken_ice
    fields["film"][i] -= taken_film
    fields["bank"][i] += taken_snow + taken_ice + taken_film
    lost = share * physics.plough_salt_loss * fields["salt"][i]
    fields["salt"][i] -= lost
    world.add("salt.lost", lost * world.network.area[i])
    fields["snow_depth"][i] = fields["loose_depth"][i] + fields["ice"][i] / ice.DENSITY


def _spread(world: World, crew: Crew, segment: int, dose: float, share: float) -> float:
    """Put de-icer or grit down; what bounces off is lost. Returns kg that left the hopper.

    A dose that was more than half missed does not count as one, so that the segment is treated again.
    """
    area = world.network.area[segment]
    used = min(crew.load, share * dose * area)
    crew.load -= used
    if used >= 0.5 * dose * area:
        world.last_spread[segment] = world.t
    if crew.grit is not None and crew.grit.use == "deicer":
        world.fields["salt"][segment] += used * (1 - ice.APPLICATION_LOSS) / area
        world.add("salt.lost", used * ice.APPLICATION_LOSS)
        world.add("salt.spread", used)
    world.add(f"used.{crew.material}", used)
    return used


def _haul(world: World, segment: int, share: float) -> None:
    taken = share * world.fields["bank"][segment]
    world.fields["bank"][segment] -= taken
    world.add("snow.hauled", taken * world.network.area[segment])


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
