"""Where things lie: coordinates, the irregularity of a grown city, rivers and railways, ground level.

Streets are written down as straight courses ("plan" coordinates). They are joined there, where crossings are
exact, and only then bent onto the ground by one smooth displacement, which cannot change what crosses what.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from itertools import pairwise

Point = tuple[float, float]
"""East and north of the origin, m."""

ORIGIN = (113.690, 34.805)
"""Longitude and latitude of the origin, near the middle of the district."""
EARTH_RADIUS = 6_371_008.8
_PER_LAT = math.radians(EARTH_RADIUS)
_PER_LON = _PER_LAT * math.cos(math.radians(ORIGIN[1]))


def metres(lon: float, lat: float) -> Point:
    """Plan or ground coordinates of a longitude and latitude."""
    return ((lon - ORIGIN[0]) * _PER_LON, (lat - ORIGIN[1]) * _PER_LAT)


def degrees(point: Point) -> tuple[float, float]:
    """Longitude and latitude, to 0.1 m."""
    return (round(ORIGIN[0] + point[0] / _PER_LON, 6), round(ORIGIN[1] + point[1] / _PER_LAT, 6))


def distance(a: Point, b: Point) -> float:
    """Metres between two points."""
    return math.hypot(a[0] - b[0], a[1] - b[1])


def chance(*key: object) -> float:
    """A number in [0, 1) that depends on the key alone."""
    digest = hashlib.blake2b("|".join(map(str, key)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


# Waves of the displacement: amplitude m, wavelength m, direction degrees, phase. The slope of every wave is
# well below 1, so that the plan is bent and never folded. Chosen by eye; there is no source.
_WAVES = (
    (170.0, 9000.0, 20.0, 0.4),
    (120.0, 5200.0, 115.0, 2.1),
    (45.0, 2300.0, 65.0, 4.0),
    (28.0, 1300.0, 160.0, 1.2),
)
_ANCHOR = metres(113.678, 34.788)
"""Huayuan Rd x Nongye Rd: the one crossing whose place is known stays where it is."""


def _wave(point: Point) -> Point:
    east = north = 0.0
    for amplitude, length, heading, phase in _WAVES:
        along = point[0] * math.sin(math.radians(heading)) + point[1] * math.cos(math.radians(heading))
        angle = 2 * math.pi * along / length + phase
        east += amplitude * math.sin(angle)
        north += amplitude * math.cos(1.3 * angle + 1.0)
    return east, north


_AT_ANCHOR = _wave(_ANCHOR)


def bend(point: Point) -> Point:
    """Plan to ground."""
    east, north = _wave(point)
    return (point[0] + east - _AT_ANCHOR[0], point[1] + north - _AT_ANCHOR[1])


def course(*lonlat: Point) -> tuple[Point, ...]:
    """A chain of longitudes and latitudes in plan coordinates."""
    return tuple(metres(lon, lat) for lon, lat in lonlat)


RIVERS: dict[str, tuple[Point, ...]] = {
    "金水河": course((113.618, 34.7500), (113.640, 34.7560), (113.650, 34.7610), (113.665, 34.7632),
                  (113.690, 34.7630), (113.7022, 34.7633), (113.7060, 34.7668), (113.716, 34.7735),
                  (113.724, 34.7800), (113.7325, 34.7865)),
    "熊耳河": course((113.664, 34.7478), (113.690, 34.7495), (113.705, 34.7515), (113.720, 34.7556),
                  (113.735, 34.7622), (113.745, 34.7672), (113.7535, 34.7735)),
    "东风渠": course((113.618, 34.8300), (113.634, 34.8180), (113.645, 34.8115), (113.655, 34.8060),
                  (113.665, 34.8043), (113.690, 34.8022), (113.708, 34.8020), (113.716, 34.7985),
                  (113.726, 34.7915), (113.735, 34.7848), (113.7445, 34.7782), (113.7535, 34.7735),
                  (113.778, 34.7640)),
    "魏河": course((113.618, 34.8430), (113.645, 34.8408), (113.665, 34.8384), (113.690, 34.8372),
                 (113.712, 34.8352), (113.7188, 34.8340), (113.7208, 34.8302), (113.730, 34.8295),
                 (113.745, 34.8284), (113.778, 34.8210)),
    "贾鲁河": course((113.618, 34.8690), (113.690, 34.8650), (113.712, 34.8610), (113.735, 34.8530),
                  (113.752, 34.8440), (113.778, 34.8345)),
}  # fmt: skip
"""Rivers and canals, from upstream to downstream (courses approximate, confidence C)."""

RAILWAYS: dict[str, tuple[Point, ...]] = {
    "京广铁路": course((113.6375, 34.7440), (113.6355, 34.7700), (113.6345, 34.7900), (113.6350, 34.8200),
                   (113.6330, 34.8700)),
    "铁路专用线": course((113.6250, 34.7718), (113.6350, 34.7708)),
    "连霍高速": course((113.618, 34.8605), (113.7050, 34.8605)),
}  # fmt: skip
"""What roads pass only underneath: two railways and the Lianhuo motorway."""


def along(line: Sequence[Point], at: Point) -> tuple[float, Point]:
    """Distance from a point to a line, and the nearest point on it."""
    best = (math.inf, line[0])
    for a, b in pairwise(line):
        ux, uy = b[0] - a[0], b[1] - a[1]
        share = ((at[0] - a[0]) * ux + (at[1] - a[1]) * uy) / (ux * ux + uy * uy)
        share = min(1.0, max(0.0, share))
        near = (a[0] + share * ux, a[1] + share * uy)
        best = min(best, (distance(at, near), near))
    return best


def crossing(a: Point, b: Point, c: Point, d: Point) -> tuple[float, float] | None:
    """Shares along a-b and c-d where the two lines cross; None where they are parallel."""
    ux, uy, vx, vy = b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]
    cross = ux * vy - uy * vx
    if abs(cross) <= 1e-9 * (math.hypot(ux, uy) * math.hypot(vx, vy)):
        return None
    wx, wy = c[0] - a[0], c[1] - a[1]
    return (wx * vy - wy * vx) / cross, (wx * uy - wy * ux) / cross


def crosses(line: Sequence[Point], other: Sequence[Point]) -> bool:
    """Whether two chains of points cross."""
    for a, b in pairwise(line):
        for c, d in pairwise(other):
            at = crossing(a, b, c, d)
            if at is not None and 0 <= at[0] <= 1 and 0 <= at[1] <= 1:
                return True
    return False


_LOW, _HIGH = metres(113.768, 34.860), metres(113.630, 34.750)
_FALL = 20.0 / ((_LOW[0] - _HIGH[0]) + (_LOW[1] - _HIGH[1]))
"""105 m in the south-west to 85 m in the north-east, evenly (confidence C)."""


def level(plan: Point) -> float:
    """Ground level at a plan point, m above datum: an even fall with slight swells of half a metre."""
    even = 105.0 - _FALL * ((plan[0] - _HIGH[0]) + (plan[1] - _HIGH[1]))
    swell = 0.30 * math.sin(plan[0] / 410.0 + 0.7) * math.cos(plan[1] / 530.0)
    return even + swell + 0.2 * math.sin((plan[0] - plan[1]) / 900.0)
