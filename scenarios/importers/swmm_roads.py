"""Schematic roads over a drain model: a road along every link, so that each node has a road to stand on.

A SWMM model has nodes and pipes but no streets. Where no road data are at hand, its pipes are taken for the
streets above them: junctions are the drain nodes, and the node at a pipe's upper end is the road's low point.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from scenarios.importers import osm_tags
from scenarios.roads import line_length
from simulation.drainage.inp import FOOT, Inp
from simulation.model import Name, Segment
from simulation.network import EARTH_RADIUS

OFFICE = "district"
DEGREE = np.pi / 180 * EARTH_RADIUS
"""m of a degree of latitude."""
LONE_STEP = 100.0
"""m between nodes that have no coordinates (a setting)."""
NUDGE = 5.0
"""m by which nodes on one spot are drawn apart (a setting)."""
SHORTEST = 1.0
"""m of a road between nodes that are drawn on one spot."""
MAIN_SHARE, MIDDLE_SHARE = 0.1, 0.4
"""Shares of the roads, by nodes upstream, that count as primary and down to secondary (a setting)."""


@dataclass(frozen=True)
class Layout:
    """Where the nodes are drawn."""

    lonlat: np.ndarray
    """(nodes, 2) degrees."""
    how: Name
    """How places were found, for the reader."""


def layout(inp: Inp, centre: tuple[float, float]) -> Layout:
    """Places of the nodes: their own degrees where the model has them, else its map, scaled by pipe lengths,
    round ``centre`` (lon, lat)."""
    names = {node.name.upper(): i for i, node in enumerate(inp.nodes)}
    xy = np.full((len(names), 2), np.nan)
    for name, point in inp.coordinates.items():
        if name.upper() in names:
            xy[names[name.upper()]] = point
    pairs = np.array([(names[x.start.upper()], names[x.end.upper()]) for x in inp.links]).reshape(-1, 2)
    known = np.isfinite(xy).all(axis=1)
    missing = int((~known).sum())
    if not known.any():
        made = _layers(len(names), pairs, [names[o.upper()] for o in inp.outfalls]) * LONE_STEP
        return Layout(
            _degrees(made, centre),
            Name(
                zh="模型没有坐标：节点按距出水口的层次排成网格。",
                en="The model has no coordinates: nodes are laid out in rows by their distance from the outfalls.",
            ),
        )
    xy = _filled(xy, known, pairs)
    scale = _metres_per_unit(inp, xy, pairs, known)
    filled = (
        (
            f"其中 {missing} 个无坐标的节点放在相邻节点旁。",
            f" {missing} without any stand beside their neighbours.",
        )
        if missing
        else ("", "")
    )
    if _is_degrees(inp, xy, scale):
        return Layout(
            _apart(xy, NUDGE / DEGREE),
            Name(
                zh="节点位置用模型自己的经纬度。" + filled[0],
                en="Nodes stand at the model's own longitudes and latitudes." + filled[1],
            ),
        )
    metres = (xy - np.nanmean(xy[known], axis=0)) * scale
    return Layout(
        _degrees(_apart(metres, NUDGE), centre),
        Name(
            zh=f"模型坐标不是经纬度：按管长把图缩放为米（1 单位 = {scale:.3g} m），"
            f"画在经度 {centre[0]:g}、纬度 {centre[1]:g} 周围，不是真实位置。" + filled[0],
            en=f"The model's coordinates are no degrees: its map is scaled by pipe lengths (1 unit = {scale:.3g} m) "
            f"and drawn round longitude {centre[0]:g}, latitude {centre[1]:g}, which is not where it lies."
            + filled[1],
        ),
    )


def roads(inp: Inp, places: np.ndarray) -> list[Segment]:
    """A segment along every linked pair of nodes, as long as it is drawn, and ties between parts that no link
    joins."""
    names = {node.name.upper(): i for i, node in enumerate(inp.nodes)}
    metres = places * (DEGREE * np.cos(np.radians(places[:, 1].mean())), DEGREE)
    title: dict[tuple[int, int], str] = {}
    low: dict[tuple[int, int], int] = {}
    for link in inp.links:
        start, end = names[link.start.upper()], names[link.end.upper()]
        key = (min(start, end), max(start, end))
        title.setdefault(key, link.name)
        low.setdefault(key, start)
    for number, (a, b) in enumerate(_ties(metres, list(title)), 1):
        key = (min(a, b), max(a, b))
        title[key], low[key] = f"tie-{number}", a
    _share_out(low, [node.kind != "outfall" for node in inp.nodes])
    classes = _classes(inp, names, list(title))
    return [
        _segment(inp, key, name, low[key], kind, places)
        for (key, name), kind in zip(title.items(), classes, strict=True)
    ]


def _segment(inp: Inp, key: tuple[int, int], name: str, low: int, kind: str, places: np.ndarray) -> Segment:
    road = osm_tags.CLASSES[kind]
    lanes = 2 * road.lanes
    start, end = key
    line = tuple((round(float(x), 7), round(float(y), 7)) for x, y in places[[start, end]])
    return Segment(
        id=f"road-{name}",
        road=Name(zh=f"{name} 管上道路", en=f"road over {name}"),
        start=inp.nodes[start].name,
        end=inp.nodes[end].name,
        line=line,
        road_class=road.road_class,
        priority=road.priority,
        length=max(round(line_length(line), 2), SHORTEST),
        lanes=lanes,
        width=lanes * osm_tags.lane_width(road.speed_kmh),
        speed=road.speed_kmh / 3.6,
        office=OFFICE,
        low_point=inp.nodes[low].name,
    )


def _share_out(low: dict[tuple[int, int], int], wants: list[bool]) -> None:
    """Give every node that can flood a road: one of its roads whose own low point has others."""
    roads_of: dict[int, int] = defaultdict(int)
    for node in low.values():
        roads_of[node] += 1
    for key in low:
        for other in key:
            spare = roads_of[low[key]] > 1 or not wants[low[key]]
            if wants[other] and not roads_of[other] and spare:
                roads_of[low[key]] -= 1
                low[key] = other
                roads_of[other] += 1


def _classes(inp: Inp, names: dict[str, int], pairs: list[tuple[int, int]]) -> list[str]:
    """Class of road of each pair by the nodes upstream of it: pipes grow along the main streets."""
    below: dict[int, list[int]] = defaultdict(list)
    for link in inp.links:
        below[names[link.end.upper()]].append(names[link.start.upper()])
    upstream = [_count_above(node, below) for node in range(len(names))]
    size = np.array([max(upstream[a], upstream[b]) for a, b in pairs])
    rank = np.argsort(np.argsort(-size, kind="stable"), kind="stable") / max(len(pairs), 1)
    return np.select(
        [rank < MAIN_SHARE, rank < MIDDLE_SHARE], ["primary", "secondary"], "residential"
    ).tolist()


def _count_above(node: int, below: dict[int, list[int]]) -> int:
    seen, open_nodes = {node}, [node]
    while open_nodes:
        for other in below[open_nodes.pop()]:
            if other not in seen:
                seen.add(other)
                open_nodes.append(other)
    return len(seen)


def _ties(metres: np.ndarray, pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Pairs that join the parts of the network, each time the smallest part to its nearest neighbour."""
    part = np.arange(len(metres))
    for a, b in pairs:
        part[part == part[a]] = part[b]
    ties = []
    while len(found := np.unique(part, return_counts=True)[0]) > 1:
        counts = np.array([(part == label).sum() for label in found])
        inside = np.flatnonzero(part == found[np.argmin(counts)])
        outside = np.flatnonzero(part != found[np.argmin(counts)])
        distance, nearest = cKDTree(metres[outside]).query(metres[inside])
        best = int(np.argmin(distance))
        a, b = int(inside[best]), int(outside[nearest[best]])
        ties.append((a, b))
        part[inside] = part[b]
    return ties


def _filled(xy: np.ndarray, known: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Nodes without coordinates at the mean of their neighbours', outward from those that have them."""
    xy, known = xy.copy(), known.copy()
    neighbours: dict[int, list[int]] = defaultdict(list)
    for a, b in pairs.tolist():
        neighbours[a].append(b)
        neighbours[b].append(a)
    while not known.all():
        ready = [i for i in np.flatnonzero(~known).tolist() if any(known[j] for j in neighbours[i])]
        for i in ready:
            xy[i] = np.mean([xy[j] for j in neighbours[i] if known[j]], axis=0)
        if not ready:
            xy[~known] = np.nanmean(xy[known], axis=0)
            break
        known[ready] = True
    return xy


def _layers(count: int, pairs: np.ndarray, outfalls: list[int]) -> np.ndarray:
    """(nodes, 2) steps: column by links from the outfalls, row by order within the column."""
    above: dict[int, list[int]] = defaultdict(list)
    for a, b in pairs.tolist():
        above[b].append(a)
        above[a].append(b)
    column = {node: 0 for node in outfalls}
    queue = list(outfalls)
    while queue:
        node = queue.pop(0)
        for other in above[node]:
            if other not in column:
                column[other] = column[node] + 1
                queue.append(other)
    rows: dict[int, int] = defaultdict(int)
    made = np.zeros((count, 2))
    for node in range(count):
        layer = column.get(node, 0)
        made[node] = layer, rows[layer]
        rows[layer] += 1
    return made


def _metres_per_unit(inp: Inp, xy: np.ndarray, pairs: np.ndarray, known: np.ndarray) -> float:
    """Median of conduit length over drawn length."""
    unit = 1.0 if inp.metric else FOOT
    lengths = {row.words[0].upper(): float(row.words[3]) * unit for row in inp.rows("CONDUITS")}
    ratios = [
        lengths[link.name.upper()] / drawn
        for link, (a, b) in zip(inp.links, pairs.tolist(), strict=True)
        if link.name.upper() in lengths and known[a] and known[b]
        for drawn in (float(np.hypot(*(xy[a] - xy[b]))),)
        if drawn > 0
    ]
    return float(np.median(ratios)) if ratios else 1.0


def _is_degrees(inp: Inp, xy: np.ndarray, scale: float) -> bool:
    """Degrees by what the map says, or by numbers that fit the globe and lengths that fit a degree."""
    units = {
        row.words[1].upper() for row in inp.rows("MAP") if row.words[0].upper() == "UNITS" and row.words[1:]
    }
    fits = bool((np.abs(xy) <= (180, 90)).all())
    return fits and ("DEGREES" in units or DEGREE / 4 < scale < DEGREE * 1.5)


def _apart(points: np.ndarray, step: float) -> np.ndarray:
    """Nodes on one spot drawn apart by ``step``, in their order."""
    seen: dict[tuple[float, float], int] = defaultdict(int)
    out = points.copy()
    for i, point in enumerate(points):
        key = (round(float(point[0]), 9), round(float(point[1]), 9))
        out[i, 0] += step * seen[key]
        seen[key] += 1
    return out


def _degrees(metres: np.ndarray, centre: tuple[float, float]) -> np.ndarray:
    lon, lat = centre
    metres = metres - metres.mean(axis=0)
    return np.column_stack(
        [lon + metres[:, 0] / (DEGREE * np.cos(np.radians(lat))), lat + metres[:, 1] / DEGREE]
    )
