"""Water above the rims: sags, pits, and the ways over streets and river banks. Sizes are settings, no source."""

from __future__ import annotations

from scenarios.jinshui.build.city import Site
from scenarios.jinshui.build.ground import chance
from scenarios.jinshui.build.parts import Drains, Pit, Spill, Street, Ways
from scenarios.jinshui.build.rain import ZHENGZHOU
from scenarios.jinshui.build.roads import WIDTH, Roads, measure

SAG_DEPTH = 0.35
"""How far the carriageway of a waterlogging point lies below the streets around it, m."""
SAG_CATCHMENT = (60_000.0, 110_000.0)
"""m2 that run to it over the surface, from one point to another."""
SAG_PONDED = 0.065
"""m2 of carriageway that its water stands on, for each m2 of catchment."""
SAG_SILL = 40.0
"""m of street over which it spills when full."""

PIT_DEPTH = {"tunnel": 5.5, "underpass": 4.5}
"""From the street to the low point, m."""
RAMP_SLOPE = 0.04
SUMP = 2.5
"""Depth of a pumping station's sump below the carriageway, m."""
PIT_YEARS = 30.0
"""Return period of a pumping station (flood.md 2e, 30-50 years, M)."""
PIT_MINUTES = 8.0
"""Time of concentration of an underpass, within the 2-10 of the code (flood.md 2e)."""
PIT_SURROUNDINGS = 2_500.0
"""m2 beside the ramps that drain into a pit."""

PARALLEL = 2.0
"""Streets that lead from one catchment to the next, for each one that is drawn."""
BANK_WIDTH = 80.0
"""m over which a street in the lowest row spills over the river bank, or out of the district."""


def add_sags(drains: Drains, hot: list[Site]) -> None:
    """A sag beside the node of each waterlogging point, with a part of that node's land."""
    for site in hot:
        home = drains.streets[drains.nearest(site.at)]
        small, large = SAG_CATCHMENT
        area = min(small + (large - small) * chance("sag", site.id), 0.6 * home.area)
        ponded = area * SAG_PONDED * (0.8 + 0.4 * chance("basin", site.id))
        drains.sags[site.id] = Street(
            site.id, site.at, home.rim - SAG_DEPTH, area=area, impervious=85.0, ponded=ponded
        )
        home.ponded *= (home.area - area) / home.area
        home.area -= area
        drains.spills.append(Spill(home.id, site.id, SAG_SILL))


def add_pits(drains: Drains, roads: Roads) -> None:
    """Low point and pumping station of every tunnel and underpass."""
    for piece in roads.pieces:
        if piece.structure is None or piece.kind not in PIT_DEPTH:
            continue
        depth, width = PIT_DEPTH[piece.kind], WIDTH[piece.street.road_class]
        flat = width * (60.0 + 0.06 * measure(piece.line))
        land = flat + 2 * depth / RAMP_SLOPE * width + PIT_SURROUNDINGS
        mouths = tuple(drains.nearest(end) for end in (piece.line[0], piece.line[-1]))
        rim = min(drains.streets[mouth].rim for mouth in mouths) - depth
        street = Street(piece.structure.id, piece.middle, rim, rim - SUMP, land, 95.0, flat)
        station = street.effective * ZHENGZHOU.rate(PIT_YEARS, PIT_MINUTES) / 3.6e6
        drains.pits[street.id] = Pit(street, width, depth, round(station, 2), mouths)


def add_spills(drains: Drains, ways: Ways) -> None:
    """Streets run on to their two lowest neighbours; one in a hollow also to its lowest way out.

    Streets at an outfall and streets in a hollow spill over a bank, too: to the river or out of the district.
    """
    chosen: dict[tuple[str, str], float] = {}
    last = {pipe.start for pipe in drains.pipes if pipe.end in drains.outfalls}
    for name in sorted(ways):
        rim = drains.streets[name].rim
        ranked = sorted(ways[name], key=lambda other: (round(drains.streets[other].rim, 3), other))
        lower = [other for other in ranked if drains.streets[other].rim < rim]
        for other in lower[:2] or ranked[:1]:
            pair = (name, other) if drains.streets[other].rim < rim else (other, name)
            chosen[pair] = max(chosen.get(pair, 0.0), PARALLEL * ways[name][other][1])
        if not lower:
            last.add(name)
    drains.spills += [Spill(high, low, width) for (high, low), width in sorted(chosen.items())]
    for name in sorted(last):
        drains.banks[f"r{name[1:]}"] = name
        drains.spills.append(Spill(name, f"r{name[1:]}", BANK_WIDTH))
