"""Roads in GeoJSON: lengths on the sphere, and segments that come back as they were written."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from scenarios.border import Border
from scenarios.load import load
from scenarios.problems import Problem
from scenarios.roads import EARTH_RADIUS, great_circle, line_length, read_roads, write_roads
from simulation.model import Segment


def test_a_degree_along_a_meridian() -> None:
    """One degree of latitude is a 360th of the circumference."""
    assert great_circle((113.0, 34.0), (113.0, 35.0)) == pytest.approx(
        2 * math.pi * EARTH_RADIUS / 360, rel=1e-12
    )


def test_a_degree_along_a_parallel_shrinks_with_the_cosine() -> None:
    """A short step east at 60 degrees north is half as long as at the equator."""
    at_equator, at_sixty = (great_circle((0.0, lat), (0.001, lat)) for lat in (0.0, 60.0))
    assert at_sixty / at_equator == pytest.approx(0.5, rel=1e-6)


def test_opposite_points_are_half_the_earth_apart() -> None:
    """The formula holds at its worst place."""
    assert great_circle((0.0, 0.0), (180.0, 0.0)) == pytest.approx(math.pi * EARTH_RADIUS)


def test_a_length_left_out_is_measured(sample: Path) -> None:
    """Without length_m a segment is as long as its line."""
    path = sample / "city/roads.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    for item in document["features"]:
        del item["properties"]["length_m"]
    path.write_text(json.dumps(document), encoding="utf-8")
    for segment in load(sample).city.segments:
        assert segment.length == pytest.approx(line_length(segment.line))


def test_written_roads_are_read_back(sample: Path, tmp_path: Path) -> None:
    """``write_roads`` and the reader are the inverse of one another."""
    segments = load(sample).city.segments
    write_roads(tmp_path / "roads.geojson", segments)
    problems: list[Problem] = []
    rows = read_roads(tmp_path / "roads.geojson", "roads.geojson", problems)
    assert rows is not None
    border = Border(problems)
    assert [border.noun(Segment, row) for row in rows.value] == list(segments)
    assert not problems


def test_altitudes_and_single_part_lines_are_read(sample: Path) -> None:
    """A third coordinate is left aside; a MultiLineString of one part is a line."""
    path = sample / "city/roads.geojson"
    before = load(sample).digest()
    document = json.loads(path.read_text(encoding="utf-8"))
    first, second = document["features"][:2]
    first["geometry"]["coordinates"] = [[*point, 95.0] for point in first["geometry"]["coordinates"]]
    second["geometry"] = {"type": "MultiLineString", "coordinates": [second["geometry"]["coordinates"]]}
    path.write_text(json.dumps(document), encoding="utf-8")
    assert load(sample).digest() == before


def test_chinese_degrees_are_read_as_they_stand(sample: Path) -> None:
    """Official Chinese data are in CGCS2000 degrees, within a metre of WGS84."""
    path = sample / "city/roads.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    path.write_text(json.dumps(document), encoding="utf-8")
    problems: list[Problem] = []
    rows = read_roads(path, "roads.geojson", problems)
    assert rows is not None and len(rows.value) == len(document["features"]) and problems == []
