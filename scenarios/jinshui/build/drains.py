"""Drains under the roads: where the nodes stand and what land runs to them.

A node stands for the street and the sewer of some tens of hectares around a junction; its rim is the street.
Sewers run downhill to the nearest river (``sewers.py``). What they cannot take stands on the street, then in
the yards beside it, and runs on over the rims to lower streets; published waterlogging points are sags with too
few inlets, tunnels and underpasses are pits with a pumping station (``surface.py``). Levels, sizes and
catchments are reasoned, not surveyed (confidence C).
"""

from __future__ import annotations

import heapq
from collections import defaultdict

import numpy as np
from scipy.spatial import cKDTree

from scenarios.jinshui.build.city import Site
from scenarios.jinshui.build.ground import RIVERS, Point, distance, level, metres
from scenarios.jinshui.build.parts import Drains, Street, Ways
from scenarios.jinshui.build.roads import WIDTH, Piece, Roads, measure
from scenarios.jinshui.build.sewers import lay_sewers
from scenarios.jinshui.build.surface import add_pits, add_sags, add_spills

SPACING = (560.0, 790.0)
"""Least distance between two nodes in the old town and outside it, m."""
OLD_TOWN = (metres(113.716, 34.814), metres(113.636, 34.760))
"""Its north-eastern and south-western corner."""
HOT_SPACING = 250.0
"""The same between waterlogging points, m."""
BUILT = 420.0
"""Land further than this from every junction is left out, m."""
CELL = 50.0
"""Side of the squares that land is shared out by, m."""
REACH = 620.0
"""A segment further than this from every node has no low point, m."""
CARRIAGEWAYS = 0.04
"""Share of a catchment that is carriageway (650 km of roads on 135 km2 make 5 %, bridges and tunnels off)."""


def build_drains(roads: Roads, sites: list[Site]) -> Drains:
    """The drain model of the district."""
    drains = Drains()
    hot = [site for site in sites if site.kind == "waterlogging"]
    stand = _choose(roads, hot)
    for junction in stand:
        at = roads.junctions[junction]
        drains.streets[_name(junction)] = Street(_name(junction), at, level(at))
    _share_land(drains, roads)
    ways = _ways(roads, stand)
    add_sags(drains, hot)
    add_pits(drains, roads)
    lay_sewers(drains, ways)
    add_spills(drains, ways)
    return drains


def low_point(drains: Drains, roads: Roads, piece: Piece) -> str:
    """Node whose water stands on a segment; empty where none is near, and on a bridge."""
    if piece.kind == "bridge":
        return ""
    if piece.structure is not None and piece.structure.id in drains.pits:
        return piece.structure.id
    for sag in drains.sags.values():
        if any(distance(roads.junctions[j], sag.at) < 1.0 for j in (piece.start, piece.end)):
            return sag.id
    name = drains.nearest(piece.middle)
    return name if distance(drains.streets[name].at, piece.middle) <= REACH else ""


def _name(junction: int) -> str:
    return f"n{junction:04d}"


def _choose(roads: Roads, hot: list[Site]) -> list[int]:
    """Junctions with a node: waterlogging points first, then the larger crossings, evenly spread."""
    rank = {"expressway": 3, "arterial": 3, "secondary": 2, "local": 1}
    weight: defaultdict[int, int] = defaultdict(int)
    for piece in roads.pieces:
        if not piece.structure:
            weight[piece.start] += rank[piece.street.road_class]
            weight[piece.end] += rank[piece.street.road_class]
    first = [roads.meets[frozenset(site.roads)] for site in hot]
    chosen: list[int] = []
    for junction in [*first, *sorted(weight, key=lambda j: (-weight[j], j))]:
        at = roads.junctions[junction]
        gap = HOT_SPACING if junction in first else SPACING[0] if _in_old_town(at) else SPACING[1]
        if all(distance(at, roads.junctions[k]) >= gap for k in chosen):
            chosen.append(junction)
    return sorted(chosen)


def _in_old_town(at: Point) -> bool:
    (east, north), (west, south) = OLD_TOWN
    return west <= at[0] <= east and south <= at[1] <= north


def _share_land(drains: Drains, roads: Roads) -> None:
    """Share the built land out to the nearest node, in squares, and say how much of it is paved."""
    streets = list(drains.streets.values())
    junctions = np.array(roads.junctions)
    low, high = junctions.min(axis=0) - BUILT, junctions.max(axis=0) + BUILT
    axes = (np.arange(a, b, CELL) for a, b in zip(low, high, strict=True))
    grid = np.stack(np.meshgrid(*axes), -1).reshape(-1, 2)
    built = grid[cKDTree(junctions).query(grid)[0] <= BUILT]
    nearest = cKDTree(np.array([s.at for s in streets])).query(built)[1]
    for street, count in zip(streets, np.bincount(nearest, minlength=len(streets)), strict=True):
        street.area = float(count) * CELL * CELL
        street.impervious = _paved(street.at)
        street.ponded = CARRIAGEWAYS * street.area


def _paved(at: Point) -> float:
    """Percent paved: dense old town in the south-west, new town and villages in the north and east (setting)."""
    outward = max(0.0, at[1] / 6000.0) + max(0.0, at[0] / 7000.0)
    return round(max(50.0, 78.0 - 20.0 * outward), 0)


def _ways(roads: Roads, stand: list[int]) -> Ways:
    """Which nodes' streets meet, without a river between them: every junction belongs to its nearest node."""
    links: defaultdict[int, list[tuple[int, float, float]]] = defaultdict(list)
    for piece in roads.pieces:
        over_water = piece.structure is not None and piece.structure.barrier in RIVERS
        if piece.kind in ("none", "bridge", "culvert") and not over_water:
            length, width = measure(piece.line), WIDTH[piece.street.road_class]
            links[piece.start].append((piece.end, length, width))
            links[piece.end].append((piece.start, length, width))
    home: dict[int, tuple[float, int]] = {}
    front = [(0.0, junction, junction) for junction in stand]
    while front:
        at, junction, node = heapq.heappop(front)
        if junction not in home:
            home[junction] = (at, node)
            for other, length, _ in links[junction]:
                heapq.heappush(front, (at + length, other, node))
    ways: defaultdict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
    for junction in sorted(home):
        for other, length, width in links[junction]:
            (a, one), (b, two) = home[junction], home[other]
            known = ways[_name(one)].get(_name(two))
            if one != two and (known is None or a + length + b < known[0]):
                ways[_name(one)][_name(two)] = (a + length + b, width)
    return dict(ways)
