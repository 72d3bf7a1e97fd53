"""Syracuse, New York, as its snow map has it: plough-route segments with priorities, made into a ``City``.

Two files of the city's open snow map are read and nothing of them is kept: the segments' lines (GeoJSON, WGS84)
and a table with the priority of each and the hours until its first pass in the storm of 26 December 2025.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from simulation.model import City, Name, Segment
from simulation.network import EARTH_RADIUS

ROUTES = "operations/syracuse_2025_routes.geojson"
FIRST_PASS = "operations/syracuse_2025_first_pass.csv"
SNAP = 5.0
"""m within which ends of segments are one junction: the map's lines do not all meet (a setting)."""
NO_BEAT = ("Route 1", "Route 2", "Unknown")
"""What the map calls streets that are all over the city and on no truck's route."""
LANES = {1: 4, 2: 2}
SPEED = {1: 48 / 3.6, 2: 40 / 3.6}
"""m/s free flow: the general limit of 30 mph on main streets, 25 mph elsewhere (a setting)."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Streets:
    """What the map does not tell, for the city's priorities 1 and 2."""

    width: tuple[float, float]
    """m of carriageway; with the width of the blade, the passes that a street needs."""
    priority: tuple[int, int]
    """Stormyard's class of clearing."""


@dataclass(frozen=True)
class Route:
    """One plough-route segment of the snow map."""

    id: str
    road: str
    priority: int
    """1 or 2."""
    km: float
    first_pass: float
    """h from 26 December 2025 19:00 UTC to the first pass seen; inf where none was."""
    passes: int
    """Passes seen until the record ends, 42 h on."""
    line: tuple[Point, ...]
    beat: str
    """The truck's route that it is part of."""


def read_routes(data: Path) -> list[Route]:
    """Segments that stand in both files, in the order of the table. Raises OSError, ValueError, KeyError."""
    features = json.loads((data / ROUTES).read_text(encoding="utf-8"))["features"]
    lines = {f["properties"]["snowroutesegmentid"]: f["geometry"]["coordinates"] for f in features}
    with (data / FIRST_PASS).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["snowroutesegmentid"] in lines]
    return [
        Route(
            row["snowroutesegmentid"],
            row["roadname"] or row["snowroutesegmentid"],
            int(row["routepriority"].split()[-1]),
            float(row["length_km"]),
            float(row["h_to_first_pass"] or math.inf),
            int(float(row["n_obs_passes"] or 0)),
            tuple((float(p[0]), float(p[1])) for p in lines[row["snowroutesegmentid"]]),
            row["snowrouteid"],
        )
        for row in rows
    ]


def city(routes: Sequence[Route], streets: Streets) -> City:
    """The routes as a network in one piece: ends that nearly meet are one junction, and an island of routes is
    joined to the main network where it comes nearest, since the roads between them are not on the map."""
    junctions = joined([r.line for r in routes])
    segments = tuple(
        Segment(
            id=r.id, road=Name(zh=r.road, en=r.road), start=f"j{start}", end=f"j{end}", line=r.line,
            road_class="arterial" if r.priority == 1 else "secondary", priority=streets.priority[r.priority - 1],
            length=r.km * 1000,
            lanes=LANES[r.priority], width=streets.width[r.priority - 1], speed=SPEED[r.priority],
        )
        for r, (start, end) in zip(routes, junctions, strict=True)
    )  # fmt: skip
    note = Name(zh="雪城市公开的除雪地图", en="from the open snow map of the City of Syracuse")
    return City(id="syracuse", name=Name(zh="雪城", en="Syracuse, New York"), note=note, segments=segments)


def beats(routes: Sequence[Route]) -> np.ndarray:
    """(routes,) number of the truck's route of each segment; a segment of none is on the route nearest to it."""
    known = [i for i, r in enumerate(routes) if r.beat not in NO_BEAT]
    if not known:
        raise ValueError(f"no segment is on a truck's route: all are {', '.join(NO_BEAT)}")
    number = {name: k for k, name in enumerate(sorted({routes[i].beat for i in known}))}
    middle = np.array([np.mean(r.line, axis=0) for r in routes])
    middle[:, 0] *= math.cos(math.radians(float(middle[:, 1].mean())))
    nearest = cKDTree(middle[known]).query(middle)[1]
    return np.array([number[routes[known[k]].beat] for k in nearest])


def joined(lines: Sequence[Sequence[Point]]) -> np.ndarray:
    """(lines, 2) junction number of both ends of every line; all lines hang together."""
    ends = np.array([end for line in lines for end in (line[0], line[-1])])
    radius = math.radians(1) * EARTH_RADIUS
    places = ends * radius * np.array([math.cos(math.radians(float(ends[:, 1].mean()))), 1.0])
    label = _components(len(places), cKDTree(places).query_pairs(SNAP, output_type="ndarray"))
    while True:
        island = _components(int(label.max()) + 1, label.reshape(-1, 2))[label]
        main = np.bincount(island).argmax()
        away = np.flatnonzero(island != main)
        if not len(away):
            return label.reshape(-1, 2)
        there = np.flatnonzero(island == main)
        distance, nearest = cKDTree(places[there]).query(places[away])
        first = int(distance.argmin())
        label[label == label[away[first]]] = label[there[nearest[first]]]
        label = np.unique(label, return_inverse=True)[1]


def _components(count: int, pairs: np.ndarray) -> np.ndarray:
    """(count,) number of the part that each of ``count`` things belongs to, joined by pairs."""
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1])
