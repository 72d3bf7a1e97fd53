"""GeoJSON that is no road network, or one with wrong lengths and coordinates."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.faulty.slips import ROADS, Slip, slip, told_exactly
from tests.scenarios.folders import feature, replace, roads


def swapped(document: dict) -> None:
    """Latitude before longitude, everywhere."""
    for item in document["features"]:
        item["geometry"]["coordinates"] = [[lat, lon] for lon, lat in item["geometry"]["coordinates"]]


SLIPS = [
    slip(
        "broken GeoJSON",
        replace(ROADS, '"type":"Feature"', '"type":"Feature",,'),
        ("city/roads.geojson line 2, column", "broken JSON", "check commas, quotes and brackets"),
    ),
    slip(
        "swapped coordinates",
        roads(swapped),
        *(
            ("city/roads.geojson feature", "is not a longitude and latitude", "look swapped")
            for _ in range(17)
        ),
    ),
    slip(
        "projected coordinates",
        feature(2, lambda f: f["geometry"].update(coordinates=[[472000, 3850000], [472400, 3850000]])),
        ("feature 2 (id model-2)", "is not a longitude and latitude in degrees", "map projection"),
    ),
    slip(
        "a point for a road",
        feature(3, lambda f: f["geometry"].update(type="Point", coordinates=[113.7, 34.8])),
        (
            "feature 3 (id model-3)",
            "'Point', a road piece is a LineString",
            "one feature each",
        ),
    ),
    slip(
        "speed out of range",
        feature(4, lambda f: f["properties"].update(speed_kmh=300)),
        (
            "feature 4 (id centre-1), property speed_kmh",
            "speed_kmh is 300, it must be at most 144 km/h",
            "Free-flow",
        ),
    ),
    slip(
        "length in kilometres",
        feature(4, lambda f: f["properties"].update(length_m=0.457)),
        (
            "feature 4 (id centre-1), property length_m",
            "length_m is 0.457, but the line measures 457 m",
            "in metres",
        ),
    ),
    slip(
        "line drawn backwards",
        feature(10, lambda f: f["geometry"]["coordinates"].reverse()),
        ("feature 10", "lies 4", "drawn from end to start"),
        ("feature 10", "lies 4", "drawn from end to start"),
    ),
    slip(
        "unknown property",
        feature(1, lambda f: f["properties"].update(lane=2)),
        ("feature 1 (id model-1), property lane", "unknown property 'lane'", "did you mean 'lanes'?"),
    ),
    slip(
        "segment id twice",
        feature(2, lambda f: f["properties"].update(id="model-1")),
        (
            "feature 2 (id model-1)",
            "the segment 'model-1' stands twice, first in city/roads.geojson feature 1",
            "once",
        ),
        ("city/places.csv row 2, column segment", "'model-2' is not a segment", "did you mean"),
        ("plan.csv row 3, column targets", "'model-2' is not a segment", "did you mean"),
    ),
    slip(
        "not in WGS84",
        roads(lambda d: d.update(crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}})),
        ("city/roads.geojson", "in another system", "WGS84"),
    ),
]


@pytest.mark.parametrize("spoilt", SLIPS, ids=lambda spoilt: spoilt.name)
def test_a_slip_is_told_exactly(spoilt: Slip, sample: Path) -> None:
    """Each slip gives its problems and no others."""
    told_exactly(spoilt, sample)
