"""A district with data of its own: its roads and its drain model joined to a scenario that runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from scenarios.importers import osm, vector
from scenarios.importers.compose import District, Report, as_name, compose
from scenarios.importers.drain_map import ON_ROAD, Placed, place_nodes
from scenarios.importers.drain_model import Floods, Model, flooding, read_model, refused, worst_first
from scenarios.importers.folder import require_free
from scenarios.importers.storms import design_rain
from scenarios.problems import BadScenario, Problem, problem
from simulation.drainage.inp import InpError
from simulation.drainage.protocol import DrainageError
from simulation.hazards.water import LEAST_STREET
from simulation.model import Name, Place, Segment

MOST_POINTS = 20
"""Waterlogging points named at most (a setting; the police list of Zhengzhou for 17 July 2024 has 23, V)."""
FEWEST_POINTS = 3
"""Points watched even where nothing floods in the design storm (a setting)."""
LEAST_VOLUME = 1.0
"""m3 of overflow from which a node counts as flooding (a setting)."""


def new_district(
    out_dir: Path | str,
    roads: Path | str,
    drains: Path | str | None = None,
    name: Name | str | None = None,
    lang: str = "zh",
) -> Report:
    """Write a runnable scenario folder from a district's roads (.osm.pbf, .osm, .geojson) and drains (.inp).

    A drain node becomes the low point of its nearest segment; where several compete, the one that floods most in
    the design storm. The worst become waterlogging points. Raises BadScenario with what is wrong in either
    file, and where the folder is taken.
    """
    require_free(out_dir)
    problems: list[Problem] = []
    district, model = None, None
    try:
        district = read_district_roads(Path(roads))
    except BadScenario as bad:
        problems += bad.problems
    try:
        model = None if drains is None else read_model(drains)
    except BadScenario as bad:
        problems += bad.problems
    if problems or district is None:
        raise BadScenario(problems)
    if model is not None:
        district = join(district, model)
    return compose(out_dir, as_name(name, Path(roads)), district, lang)


def read_district_roads(path: Path) -> District:
    """Roads by the kind of the file. Raises BadScenario."""
    if path.name.lower().endswith((".geojson", ".json")):
        return vector.read_vector(path)
    if path.name.lower().endswith(osm.SUFFIXES):
        return osm.district_of(osm.read_osm(path))
    if path.suffix.lower() in (".shp", ".dbf", ".shx"):
        raise BadScenario([problem(path.name, "import.shapefile")])
    raise BadScenario([problem(path.name, "import.no_roads_file", endings=osm.SUFFIXES)])


def join(district: District, model: Model) -> District:
    """The district with the drain model under its roads. Raises BadScenario where the two cannot be joined."""
    inp, file = model.inp, model.file
    placed = place_nodes(inp, district.segments)
    if placed is None:
        raise BadScenario([problem(file, "import.no_positions")])
    storm = design_rain(district.segments[0].line[0][0])
    try:
        floods = flooding(inp, storm)
    except InpError as error:
        raise refused(file, error) from None
    except DrainageError as error:
        raise BadScenario([problem(file, "import.does_not_run", reason=error)]) from error
    low_points = _low_points(placed, floods)
    lowest = _widened(district.segments, {i: placed.nodes[k] for i, k in low_points.items()})
    wet = _with_low_points(district, lowest)
    points = _waterlogging(wet, placed, {placed.nodes[k]: i for i, k in low_points.items()}, floods)
    counts = {
        "nodes": len(inp.nodes),
        "low_points": len(low_points),
        "waterlogging_points": len(points),
        "flooded_m3": round(floods.total),
    }
    told = (
        Name(
            zh=f"排水节点 {len(inp.nodes)} 个，其中 {len(low_points)} 个成为路段低点",
            en=f"{len(low_points)} of {len(inp.nodes)} drain nodes became low points of segments",
        ),
        Name(
            zh=f"积水点 {len(points)} 处：{storm.name.zh} 下道路积水最深、溢流最多的节点",
            en=f"{len(points)} waterlogging points: the nodes that overflow most in the {storm.name.en}, those with "
            "deep water on a road first",
        ),
    )
    source = Name(zh=f"排水模型：{file}。", en=f"Drains: {file}.")
    return replace(
        wet,
        places=(*wet.places, *points),
        sources=(*district.sources, source, *([placed.how] if placed.fitted else [])),
        notes=(*district.notes, *([] if placed.fitted else [placed.how]), *told, *model.notes()),
        facts={**district.facts, **counts},
        drains=inp.text,
        floods=floods,
    )


def _widened(segments: Sequence[Segment], nodes: Mapping[int, str]) -> dict[int, str]:
    """Segment index -> node, with the segments that adjoin one too short to hold a pool of water: maps cut streets
    into pieces of a few metres, on which any overflow would stand house-high."""
    at: defaultdict[str, list[int]] = defaultdict(list)
    for i, segment in enumerate(segments):
        at[segment.start].append(i)
        at[segment.end].append(i)
    found = dict(nodes)
    for first, node in nodes.items():
        length, reached = segments[first].length, [first]
        for i in reached:
            for j in sorted({*at[segments[i].start], *at[segments[i].end]} - found.keys()):
                if length < LEAST_STREET[0]:
                    found[j] = node
                    length += segments[j].length
                    reached.append(j)
    return found


def _with_low_points(district: District, nodes: Mapping[int, str]) -> District:
    """Segments, and the places on them, told which drain node lies below (segment index -> node)."""
    segments = tuple(
        segment.model_copy(update={"low_point": nodes[i]}) if i in nodes else segment
        for i, segment in enumerate(district.segments)
    )
    low_of = {segment.id: segment.low_point for segment in segments}
    places = tuple(
        place.model_copy(update={"drain_node": low_of.get(place.segment)}) if place.segment else place
        for place in district.places
    )
    return replace(district, segments=segments, places=places)


def _low_points(placed: Placed, floods: Floods) -> dict[int, int]:
    """Segment index -> index into the placed nodes: the one that floods most, then the nearest."""
    rivals: defaultdict[int, list[int]] = defaultdict(list)
    for k in range(len(placed.nodes)):
        if placed.fitted or placed.metres[k] <= ON_ROAD:
            rivals[int(placed.segment[k])].append(k)

    def worst_first(k: int) -> tuple[float, float]:
        return -floods.nodes[placed.nodes[k]].volume, float(placed.metres[k])

    return {segment: min(nodes, key=worst_first) for segment, nodes in sorted(rivals.items())}


def _waterlogging(
    district: District, placed: Placed, segment_of: Mapping[str, int], floods: Floods
) -> tuple[Place, ...]:
    """Places at the low points that flood worst, the fullest where none does; one at each road and node."""
    ranked = worst_first(segment_of, floods, district.segments)
    flooded = sum(floods.nodes[node].volume >= LEAST_VOLUME for node in ranked)
    chosen = ranked[: max(FEWEST_POINTS, min(MOST_POINTS, flooded))]
    where = {node: k for k, node in enumerate(placed.nodes)}
    return tuple(_point(district, placed, where[node], segment_of[node]) for node in chosen)


def _point(district: District, placed: Placed, k: int, index: int) -> Place:
    segment, node = district.segments[index], placed.nodes[k]
    corners = np.array(segment.line)
    nearest = np.hypot(corners[:, 0] - placed.lon[k], corners[:, 1] - placed.lat[k]).argmin()
    lon, lat = segment.line[int(nearest)]
    return Place(
        id=f"waterlogging-{node}",
        name=Name(zh=f"{segment.road.zh}积水点（{node}）", en=f"{segment.road.en}, waterlogging at {node}"),
        kind="waterlogging",
        lon=lon,
        lat=lat,
        office=segment.office,
        drain_node=node,
        segment=segment.id,
    )
