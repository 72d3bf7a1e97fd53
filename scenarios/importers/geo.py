"""Places on the Earth's surface in plain numpy: lengths, nearest segments, map projections."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from scipy.spatial import cKDTree

from scenarios.roads import Point
from simulation.model import Segment
from simulation.network import EARTH_RADIUS


class Plane:
    """A local plane in metres round the middle of some points (error below 0.1 % within 50 km)."""

    def __init__(self, lons: np.ndarray, lats: np.ndarray) -> None:
        self.lon, self.lat = float(np.mean(lons)), float(np.mean(lats))
        self._scale = math.cos(math.radians(self.lat))

    def xy(self, lons: np.ndarray, lats: np.ndarray) -> np.ndarray:
        """(n, 2) metres east and north of the middle."""
        east = np.radians(np.asarray(lons, float) - self.lon) * self._scale
        return EARTH_RADIUS * np.column_stack([east, np.radians(np.asarray(lats, float) - self.lat)])


def centroid(ring: Sequence[Point]) -> Point:
    """Centre of the area inside a closed ring; the mean of its vertices where it encloses none."""
    lon0, lat0 = ring[0]
    twice = east = north = 0.0
    for (x0, y0), (x1, y1) in itertools.pairwise(ring):
        ax, ay, bx, by = x0 - lon0, y0 - lat0, x1 - lon0, y1 - lat0
        cross = ax * by - bx * ay
        twice += cross
        east += (ax + bx) * cross
        north += (ay + by) * cross
    if abs(twice) < 1e-18:
        return sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring)
    return lon0 + east / (3 * twice), lat0 + north / (3 * twice)


class NearestSegment:
    """Finds the segment nearest to a point, by points laid along the segments every ``step`` metres."""

    def __init__(self, segments: Sequence[Segment], step: float = 15.0) -> None:
        vertices = np.array([point for segment in segments for point in segment.line])
        self.plane = Plane(vertices[:, 0], vertices[:, 1])
        points, owners = [], []
        for index, segment in enumerate(segments):
            corners = self.plane.xy(*np.array(segment.line).T)
            for a, b in itertools.pairwise(corners):
                parts = max(1, math.ceil(float(np.hypot(*(b - a))) / step))
                points.append(a + (b - a) * (np.arange(parts + 1) / parts)[:, None])
                owners.append(np.full(parts + 1, index))
        self._owner = np.concatenate(owners)
        self._tree = cKDTree(np.concatenate(points))

    def __call__(self, lons: np.ndarray, lats: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(n,) index of the nearest segment and (n,) metres to it (too long by at most step²/8/distance)."""
        distance, hit = self._tree.query(self.plane.xy(lons, lats))
        return self._owner[hit], distance


WGS84_A, WGS84_F = 6_378_137.0, 1 / 298.257223563


def from_transverse_mercator(
    east: np.ndarray, north: np.ndarray, meridian: float, scale: float, false_east: float, south: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """(lon, lat) degrees of transverse Mercator metres on WGS84 (CGCS2000 differs by millimetres).

    UTM has scale 0.9996, Gauss-Krüger 1. Krüger's series to the third order in n (Karney 2011, J. Geodesy
    85:475): below 1 mm within 6 degrees of the meridian.
    """
    n = WGS84_F / (2 - WGS84_F)
    radius = WGS84_A / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    xi = (np.asarray(north, float) - (1e7 if south else 0.0)) / (scale * radius)
    eta = (np.asarray(east, float) - false_east) / (scale * radius)
    beta = (n / 2 - 2 * n**2 / 3 + 37 * n**3 / 96, n**2 / 48 + n**3 / 15, 17 * n**3 / 480)
    xi0, eta0 = xi.copy(), eta.copy()
    for j, b in enumerate(beta, 1):
        xi0 -= b * np.sin(2 * j * xi) * np.cosh(2 * j * eta)
        eta0 -= b * np.cos(2 * j * xi) * np.sinh(2 * j * eta)
    chi = np.arcsin(np.sin(xi0) / np.cosh(eta0))
    delta = (2 * n - 2 * n**2 / 3 - 2 * n**3, 7 * n**2 / 3 - 8 * n**3 / 5, 56 * n**3 / 15)
    lat = chi + sum(d * np.sin(2 * j * chi) for j, d in enumerate(delta, 1))
    lon = meridian + np.degrees(np.arctan2(np.sinh(eta0), np.cos(xi0)))
    return lon, np.degrees(lat)


def from_web_mercator(east: np.ndarray, north: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(lon, lat) degrees of web Mercator metres (EPSG:3857)."""
    lat = 2 * np.arctan(np.exp(np.asarray(north, float) / WGS84_A)) - math.pi / 2
    return np.degrees(np.asarray(east, float) / WGS84_A), np.degrees(lat)
