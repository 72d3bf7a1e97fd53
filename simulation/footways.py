"""Footways, stops and footbridges: snow that hand squads and small machines clear, without salt.

A segment's footways are one area, m2: its length by ``footway_width``, and the stops and footbridges that stand on
it (``Place.area``). What falls lies on them in kg/m2 until it melts or is cleared onto the verge. People rotate:
after a stint in the cold they warm up. Zhengzhou puts footways after the main roads, and those at hospitals,
schools and stops first; Beijing (2024) clears them by hand without salt.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from simulation.hazards import ice
from simulation.model import City, PlaceKind, Verb
from simulation.network import Network
from simulation.roadwork import KEPT, NOTHING, Process, Strips
from simulation.situation import Jobs
from simulation.weather import WeatherNow
from simulation.world import World

if TYPE_CHECKING:
    from simulation.teams import Crew

VERB: Verb = "clear_footway"
LYING = "footway_snow"
"""Field: kg/m2 of snow on the footways."""
LEFT = 0.2
"""kg/m2 that shovel and broom leave (setting)."""
DEGREE_DAY = 4.0 / 86400.0
"""kg/m2/s/K that melts (2-5 mm/K/day, common knowledge)."""
WARM_UP = 20 * 60
"""s that a squad warms up after a stint (setting; a stint of at most 2 h: jswai.com, low)."""
STOPS: tuple[PlaceKind, ...] = ("bus_stop", "metro")
FIRST: tuple[PlaceKind, ...] = ("hospital", "school", "metro", "bus_stop", "footbridge")
"""Places whose footways come first."""
FIRST_WEIGHT = 4.0
"""Times the weight of a footway where such a place stands (setting)."""
WHILE_SNOWING = 2.0
"""kg/m2 from which a footway is cleared while it snows (as ploughing)."""
CYCLE = 3 * 3600
"""s after which a cleared footway counts in full again (as ploughing)."""


def segments_of(city: City, network: Network, kinds: tuple[PlaceKind, ...]) -> dict[str, int]:
    """Place -> segment whose footway it stands on: its own, else the first that ends at the nearest junction."""
    found: dict[str, int] = {}
    for place in city.places:
        if place.kind in kinds:
            if place.segment in network.segment_index:
                found[place.id] = network.segment_index[place.segment]
            else:
                node = network.nearest(place.lon, place.lat)
                found[place.id] = int(np.flatnonzero((network.tail == node) | (network.head == node))[0])
    return found


def areas(city: City, network: Network) -> np.ndarray:
    """(segments,) m2 of footways, with the stops and footbridges that stand on them."""
    area = np.array([s.footway_width * s.length for s in city.segments])
    size = {p.id: p.area for p in city.places if p.area}
    for place, segment in segments_of(city, network, (*STOPS, "footbridge")).items():
        area[segment] += size.get(place, 0.0)
    return area


def start(world: World) -> None:
    """What there is to clear."""
    city, network = world.scenario.city, world.network
    world.footway_area[:] = areas(city, network)
    world.footway_first[list(segments_of(city, network, FIRST).values())] = True


def step(world: World, weather: WeatherNow, seconds: int) -> None:
    """Snow falls; paving above 0 degC and warm air melt it (as on roads; by degree-days)."""
    lying, area = world.fields[LYING], world.footway_area
    fallen = np.where(area > 0, weather.snowfall * seconds, 0.0)
    warm = np.maximum(world.fields["road_temperature"], 0.0)
    melt = (ice.CONTACT * warm / ice.FUSION + DEGREE_DAY * max(0.0, weather.air)) * seconds
    melt = np.minimum(lying + fallen, melt)
    lying += fallen - melt
    world.add("footway.fallen", float(fallen @ area))
    world.add("footway.melted", float(melt @ area))


def balance(world: World) -> tuple[float, float]:
    """kg that fell on footways, and how many of them are not accounted for."""
    totals = world.totals
    fallen = totals.get("footway.fallen", 0.0)
    gone = totals.get("footway.melted", 0.0) + totals.get("footway.cleared", 0.0)
    return fallen, fallen - gone - float(world.fields[LYING] @ world.footway_area)


# --------------------------------------------------------------------------- work


def clear_seconds(world: World, crew: Crew, segment: int) -> float:
    """s in which the crew clears all footways of a segment: area over speed x width x efficiency."""
    kind = crew.kind
    speed = kind.work_speed_major if world.network.priority[segment] <= 2 else kind.work_speed_minor
    return float(world.footway_area[segment] / max(speed * kind.efficiency * kind.width, 0.01))


def clear(world: World, crew: Crew, segment: int) -> Process:
    """Clear the footways of a segment, metre by metre, with a warm-up after each stint; who comes after a crew that
    was called away goes on where it stopped."""
    key = (segment, VERB)
    part = world.rounds.get(key)
    if part is None or world.t - part.worked > KEPT:
        part = world.rounds[key] = Strips(worked=world.t)
    whole, start = max(1.0, clear_seconds(world, crew, segment)), part.done
    try:
        while (left := 1.0 - part.done) > NOTHING:
            yield from crew.warm_up()
            needed = max(1, math.ceil(left * whole - NOTHING))
            began = world.t
            try:
                yield from crew.toil(min(needed, crew.stint_left))
            finally:
                spent = world.t - began
                crew.outdoors += spent
                _clear(world, segment, part, min(left, left * spent / needed))
    finally:
        if part.done > start:
            share = "" if part.done >= 1 - NOTHING else f"{part.done - start:.2f}"
            world.note("cleared", crew.id, world.network.segments[segment].id, VERB, 0.0, share)
        if part.done >= 1 - NOTHING:
            world.last_footway[segment] = world.t
            del world.rounds[key]


def _clear(world: World, segment: int, part: Strips, share: float) -> None:
    """Take what lies on ``share`` of the footways, of those still to be cleared, onto the verge."""
    lying = part.to_do(world.fields, LYING, segment)
    left = min(lying, LEFT)
    part.book(world.fields, segment, share, {LYING: lying}, {LYING: left})
    part.worked = world.t
    world.add("footway.cleared", share * (lying - left) * float(world.footway_area[segment]))


# --------------------------------------------------------------------------- what is called for


def jobs(world: World, class_weight: np.ndarray, snowing: bool) -> Jobs:
    """One row for each segment whose footways are to be cleared.

    What lies there is known without a report: it falls alike everywhere, and only the district's crews clear it.
    """
    network, lying = world.network, world.fields[LYING]
    limit = world.scenario.goals.footway_limit
    trigger = max(WHILE_SNOWING, limit) if snowing else limit
    wanted = (world.footway_area > 0) & (lying > trigger) & world.can_clear_footways
    chosen = np.flatnonzero(wanted)
    severity = 0.25 + np.minimum(lying[chosen] / limit, 4.0) / 2.0
    weight = class_weight[network.priority[chosen] - 1] * severity
    weight = np.where(world.footway_first[chosen], weight * FIRST_WEIGHT, weight)
    weight = weight * np.clip((world.t - world.last_footway[chosen]) / CYCLE, 0.2, 2.0)
    names = network.ids[chosen].tolist()
    held = {target: len(crews) for (verb, target), crews in world.claims.items() if verb == VERB}
    return Jobs(
        verbs=((VERB,),) * len(chosen),
        target=tuple(names),
        place=network.tail[chosen],
        segment=chosen,
        weight=weight,
        need=world.footway_area[chosen],
        rate=np.zeros(len(chosen)),
        crews=np.array([held.get(name, 0) for name in names], int),
        reason=("footway_covered",) * len(chosen),
    )
