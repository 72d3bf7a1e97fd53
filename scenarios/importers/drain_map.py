"""Where a drain model's nodes lie among the roads."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from scenarios.importers.geo import NearestSegment, from_transverse_mercator, from_web_mercator
from simulation.drainage.inp import Inp
from simulation.model import Name, Segment

ON_ROAD = 60.0
"""m from a road within which a node of a placed model drains it: half a wide street and the error of both maps
(a setting)."""
BELIEVED = 100.0
"""m: a map projection is believed where half of the nodes lie nearer to a road than this (a setting)."""

Projection = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Placed:
    """The nodes of a model on the Earth."""

    nodes: tuple[str, ...]
    lon: np.ndarray
    lat: np.ndarray
    segment: np.ndarray
    """(nodes,) index of the nearest segment."""
    metres: np.ndarray
    """(nodes,) m to it."""
    fitted: bool
    """Whether the model was only scaled onto the roads, since its coordinates are of no known projection."""
    how: Name
    """What was done, in a sentence."""


def place_nodes(inp: Inp, segments: Sequence[Segment]) -> Placed | None:
    """Lay the model's nodes on the roads; None where it has no coordinates.

    The coordinates are tried as degrees, web Mercator, UTM and Gauss-Krüger of the roads' own zones; the one that
    brings the nodes nearest to roads is believed if half of them come within `BELIEVED`. Otherwise the
    model's box is stretched onto that of the roads, which ``how`` says plainly.
    """
    xy = {name.upper(): point for name, point in inp.coordinates.items()}
    named = [node.name for node in inp.nodes if node.kind != "outfall" and node.name.upper() in xy]
    if not named:
        return None
    x, y = np.array([xy[name.upper()] for name in named]).T
    vertices = np.array([point for segment in segments for point in segment.line])
    nearest = NearestSegment(segments)
    best: tuple[float, Name, np.ndarray, np.ndarray] | None = None
    for word, projection in _projections(*vertices.mean(axis=0)):
        with np.errstate(all="ignore"):
            lon, lat = projection(x, y)
        if not _on_earth(lon, lat):
            continue
        middle = float(np.median(nearest(lon, lat)[1]))
        if best is None or middle < best[0]:
            best = middle, word, lon, lat
    if best is not None and best[0] <= BELIEVED:
        middle, word, lon, lat = best
        how = Name(
            zh=f"排水节点坐标按{word.zh}读取，到最近道路的距离中位数 {middle:.0f} m",
            en=f"drain coordinates read as {word.en}; half of the nodes lie within {middle:.0f} m of a road",
        )
        return Placed(tuple(named), lon, lat, *nearest(lon, lat), fitted=False, how=how)
    lon, lat = (_stretched(values, vertices[:, axis]) for axis, values in enumerate((x, y)))
    how = Name(
        zh="排水模型的坐标不属于任何已知投影：其范围被拉伸到道路范围上，管网与道路的对应关系只是示意，并非实际位置",
        en="the drain model's coordinates are of no known projection: its extent was stretched onto that of the "
        "roads, so which drain lies under which road is schematic, not real",
    )
    return Placed(tuple(named), lon, lat, *nearest(lon, lat), fitted=True, how=how)


def _projections(lon: float, lat: float) -> list[tuple[Name, Projection]]:
    """Ways to read x and y near a point."""

    def mercator(meridian: float, scale: float, false_east: float, south: bool = False) -> Projection:
        return lambda x, y: from_transverse_mercator(x, y, meridian, scale, false_east, south)

    zone6, zone3 = math.floor((lon + 180) / 6) + 1, round(lon / 3)
    meridian6, meridian3 = 6.0 * zone6 - 183, 3.0 * zone3
    utm = f"UTM {zone6}{'S' if lat < 0 else 'N'}"
    found: list[tuple[Name, Projection]] = [
        (Name(zh="经纬度", en="longitude and latitude"), lambda x, y: (x, y)),
        (Name(zh="纬度、经度", en="latitude and longitude"), lambda x, y: (y, x)),
        (Name(zh="Web 墨卡托", en="web Mercator"), from_web_mercator),
        (Name(zh=utm, en=utm), mercator(meridian6, 0.9996, 5e5, lat < 0)),
    ]
    for degrees, zone, meridian in ((3, zone3, meridian3), (6, zone6 - 30, meridian6)):
        for prefix in (0, zone):
            zh = f"高斯-克吕格 {degrees} 度带（中央经线 {meridian:g}°{'，带号' if prefix else ''}）"
            en = f"Gauss-Krüger, meridian {meridian:g}{', with zone number' if prefix else ''}"
            found.append((Name(zh=zh, en=en), mercator(meridian, 1.0, 5e5 + 1e6 * prefix)))
    return found


def _on_earth(lon: np.ndarray, lat: np.ndarray) -> bool:
    good = np.isfinite(lon) & np.isfinite(lat)
    return bool(good.all() and (np.abs(lon) <= 180).all() and (np.abs(lat) <= 85).all())


def _stretched(values: np.ndarray, onto: np.ndarray) -> np.ndarray:
    """Values moved and scaled so that their range is that of ``onto``; in its middle where they have none."""
    low, high = float(onto.min()), float(onto.max())
    spread = float(np.ptp(values))
    share = (values - values.min()) / spread if spread > 0 else np.full(len(values), 0.5)
    return low + share * (high - low)
