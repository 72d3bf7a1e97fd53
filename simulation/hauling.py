"""Hauling: banks are loaded onto trucks and driven to dump sites, as long as those have room.

A set of a loader or blower with its trucks works at one road until its bank is gone. What it moves an hour is what
its loader loads or its trucks can drive, whichever is less; the drive is that to the nearest open site with room,
on the roads of the moment. Snow with de-icer in it goes only where the site takes it (Beijing 2024: unsalted snow
may be brushed into green belts, salted snow must be loaded and hauled).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from simulation.roadwork import Process
from simulation.world import World

if TYPE_CHECKING:
    from simulation.teams import Crew

DENSITY = 400.0
"""kg/m3 of ploughed snow in a bank and on a dump site (400-500, common knowledge)."""
UNLOADING = 5 * 60
"""s a truck needs at the dump site (setting)."""
LEAST = 1.0
"""m3 that are worth a truck."""
SALTED = 1e-4
"""kg of de-icer in a kg of bank from which it counts as salted (setting: a twentieth of what one dose leaves)."""


HEAVY_BANK = 8.0
"""kg/m2 in the bank from which snow is hauled away, classes 1 and 2 (10-15 cm at 70 kg/m3: Montreal)."""
SALTED_BANK = 2.0
"""kg/m2 from which a salted bank is (setting: 15 cm of it beside a road of four lanes)."""


class NoDump(Exception):
    """No dump site that takes the snow has room and can be reached."""


def salted(world: World) -> np.ndarray:
    """(segments,) bool: the bank holds de-icer."""
    return np.asarray(world.fields["bank_salt"] > SALTED * world.fields["bank"])


def has_room(world: World, with_salt: bool) -> bool:
    """Whether any dump site takes more snow."""
    return any(
        room > LEAST and (world.places[site].takes_salted or not with_salt)
        for site, room in world.dump_room.items()
    )


def called_for(world: World) -> tuple[np.ndarray, np.ndarray]:
    """(segments,) bool: banks of classes 1 and 2 to haul for their size, and for their salt, where a site takes them.

    Crews ploughed and spread there themselves, so what stands in the banks is known without a report.
    """
    bank, salt = world.fields["bank"], salted(world)
    mine = (world.network.priority <= 2) & world.can_haul
    mine &= np.where(salt, has_room(world, with_salt=True), has_room(world, with_salt=False))
    return mine & (bank >= HEAVY_BANK), mine & salt & (bank >= SALTED_BANK)


def volume(world: World, segment: int) -> float:
    """m3 of snow in a segment's bank."""
    return float(world.fields["bank"][segment] * world.network.area[segment] / DENSITY)


def haul(world: World, crew: Crew, segment: int) -> Process:
    """Clear a segment's bank away, to one dump site after the other. Raises NoDump when none is left."""
    name = world.network.segments[segment].id
    start = volume(world, segment)
    try:
        while (left := volume(world, segment)) > LEAST:
            found = _nearest(world, crew, segment)
            if found is None:
                raise NoDump
            site, round_trip = found
            yield from _to_one_site(world, crew, segment, site, min(left, world.dump_room[site]), round_trip)
    finally:
        left = volume(world, segment)
        if left < start or start <= LEAST:
            share = "" if left <= LEAST else f"{1 - left / start:.2f}"
            world.note("pass", crew.id, name, "haul", 0.0, share)
            world.last_pass[segment] = world.t


def _to_one_site(
    world: World, crew: Crew, segment: int, site: str, load: float, round_trip: float
) -> Process:
    """Move ``load`` m3, for which room is kept from now on; what was not moved gives its room back."""
    seconds = max(60, math.ceil(load / rate(crew, round_trip)))
    world.dump_room[site] -= load
    began = world.t
    try:
        yield from crew.toil(seconds)
    finally:
        moved = load * min(1.0, (world.t - began) / seconds)
        world.dump_room[site] += load - moved
        if moved > 0:
            _take(world, segment, moved)
            world.note("dumped", crew.id, site, "haul", moved)
            if world.dump_room[site] <= LEAST:
                world.note("dump_full", crew.id, site, "haul")


def rate(crew: Crew, round_trip: float) -> float:
    """m3/s that a set moves when a truck is away for ``round_trip`` s."""
    loading = max(crew.kind.haul_rate, 1e-6)
    if not crew.kind.trucks:
        return loading
    cycle = round_trip + crew.kind.truck_volume / loading
    return min(loading, crew.kind.trucks * crew.kind.truck_volume / cycle)


def _nearest(world: World, crew: Crew, segment: int) -> tuple[str, float] | None:
    """The nearest open site with room that takes the bank, and the s a truck is away for it."""
    routes, here = world.routes[crew.kind.wading_depth], int(world.network.tail[segment])
    times, with_salt = routes.times(here), bool(salted(world)[segment])
    sites = sorted(
        (float(times[world.place_node[site]]), site)
        for site, room in world.dump_room.items()
        if room > LEAST and (world.places[site].takes_salted or not with_salt)
    )
    for seconds, site in sites:
        there = routes.path(here, world.place_node[site])
        back = routes.path(world.place_node[site], here)
        if math.isfinite(seconds) and there is not None and back is not None:
            return site, crew.drive_seconds(there) + crew.drive_seconds(back) + UNLOADING
    return None


def _take(world: World, segment: int, moved: float) -> None:
    """m3 leave the bank with their share of salt."""
    fields, area = world.fields, float(world.network.area[segment])
    share = min(1.0, moved / max(volume(world, segment), moved))
    snow, salt = (share * float(fields[name][segment]) for name in ("bank", "bank_salt"))
    fields["bank"][segment] -= snow
    fields["bank_salt"][segment] -= salt
    world.add("snow.hauled", snow * area)
    world.add("snow.hauled_m3", moved)
    world.add("salt.hauled", salt * area)
