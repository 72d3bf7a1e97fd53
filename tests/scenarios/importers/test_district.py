"""A district's own roads and drains, joined to a scenario that runs."""

import json
from pathlib import Path

import numpy as np
import pyproj
import pyrosm
import pytest

from scenarios.importers import osm
from scenarios.importers.district import new_district
from scenarios.importers.drain_map import place_nodes
from scenarios.importers.drain_model import flooding
from scenarios.importers.geo import NearestSegment, centroid, from_transverse_mercator, from_web_mercator
from scenarios.importers.storms import design_rain
from scenarios.load import load
from scenarios.problems import BadScenario
from scenarios.roads import write_roads
from simulation.drainage.inp import read_inp
from simulation.engine import run
from simulation.hazards.water import LEAST_STREET
from tests.scenarios.importers.osm_files import point, write_osm
from tests.scenarios.importers.test_fleet import grid

GRID = {1: (0, 0), 2: (4, 0), 3: (4, 4), 4: (0, 4), 5: (2, 0), 6: (2, 4)}
STREETS = [
    (1, [1, 5, 2], {"highway": "primary", "name": "South"}),
    (2, [2, 3], {"highway": "secondary", "name": "East"}),
    (3, [3, 6, 4], {"highway": "primary", "name": "North"}),
    (4, [4, 1], {"highway": "secondary", "name": "West"}),
    (5, [5, 6], {"highway": "residential", "name": "Middle", "tunnel": "yes"}),
]
NODES = {"N1": (0.5, 0.01), "N2": (1.0, 0.02), "N3": (2.01, 2.0), "N4": (1.0, 1.0), "Out": (2.0, 4.1)}
"""Two drains by South, one by Middle, one in a park 200 m from any road, and the outfall."""


def drains(places: dict[str, tuple[float, float]], title: str = "town") -> str:
    """A chain of small pipes from N1 to the outfall; N2 has the most land and the least pipe."""
    coordinates = "\n".join(f"{name} {x!r} {y!r}" for name, (x, y) in places.items())
    return f"""[TITLE]
{title}
[OPTIONS]
FLOW_UNITS CMS
FLOW_ROUTING DYNWAVE
ROUTING_STEP 5
[RAINGAGES]
G1 INTENSITY 0:05 1.0 TIMESERIES T1
[SUBCATCHMENTS]
A1 G1 N1 0.2 90 50 0.5 0
A2 G1 N2 6.0 90 200 0.5 0
A3 G1 N3 2.0 90 100 0.5 0
[SUBAREAS]
A1 0.015 0.1 0.5 2 25 OUTLET
A2 0.015 0.1 0.5 2 25 OUTLET
A3 0.015 0.1 0.5 2 25 OUTLET
[INFILTRATION]
A1 10 5 4 7 0
A2 10 5 4 7 0
A3 10 5 4 7 0
[JUNCTIONS]
N1 12 2
N2 11.5 2
N4 11 2
N3 10.5 2
[OUTFALLS]
Out 10 FREE NO
[CONDUITS]
C1 N1 N2 100 0.013 0 0
C2 N2 N4 100 0.013 0 0
C3 N4 N3 100 0.013 0 0
C4 N3 Out 100 0.013 0 0
[XSECTIONS]
C1 CIRCULAR 0.6 0 0 0 1
C2 CIRCULAR 0.4 0 0 0 1
C3 CIRCULAR 0.6 0 0 0 1
C4 CIRCULAR 0.6 0 0 0 1
[TIMESERIES]
T1 0:00 0
[COORDINATES]
{coordinates}
"""


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """An extract of six junctions and five streets, one of them in a tunnel."""
    return write_osm(tmp_path / "town.osm", GRID, STREETS)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "town.inp"
    path.write_text(text, encoding="utf-8")
    return path


def degrees() -> dict[str, tuple[float, float]]:
    return {name: point(*at) for name, at in NODES.items()}


def projected(epsg: int) -> dict[str, tuple[float, float]]:
    """The drain nodes in another coordinate system, by the reference library."""
    there = pyproj.Transformer.from_crs(4326, epsg, always_xy=True)
    return {name: there.transform(*lonlat) for name, lonlat in degrees().items()}


# --------------------------------------------------------------------------- geometry


@pytest.mark.parametrize(
    ("epsg", "lon", "lat", "meridian", "scale", "false_east"),
    [
        (32635, 24.94, 60.17, 27, 0.9996, 5e5),
        (32749, 113.68, 34.79, 111, 0.9996, 5e5),
        (4547, 113.68, 34.79, 114, 1.0, 5e5),
        (4526, 113.68, 34.79, 114, 1.0, 38.5e6),
        (32756, 151.2, -33.87, 153, 0.9996, 5e5),
    ],
)
def test_transverse_mercator_agrees_with_the_reference(epsg, lon, lat, meridian, scale, false_east):
    """UTM north and south, CGCS2000 Gauss-Krüger with and without zone number: within a millimetre of PROJ."""
    east, north = pyproj.Transformer.from_crs(4326, epsg, always_xy=True).transform(lon, lat)
    south = epsg // 100 == 327
    back = from_transverse_mercator(np.array([east]), np.array([north]), meridian, scale, false_east, south)
    assert (back[0][0], back[1][0]) == pytest.approx((lon, lat), abs=2e-8)


def test_web_mercator_agrees_with_the_reference():
    """EPSG:3857 comes back to its degrees."""
    east, north = pyproj.Transformer.from_crs(4326, 3857, always_xy=True).transform(113.68, 34.79)
    lon, lat = from_web_mercator(np.array([east]), np.array([north]))
    assert (lon[0], lat[0]) == pytest.approx((113.68, 34.79), abs=1e-9)


def test_the_nearest_segment_is_found_between_its_vertices():
    """A point beside the middle of a long straight street belongs to it, not to the nearest corner's street."""
    segments = grid(1)
    found, metres = NearestSegment(segments)(np.array([0.005]), np.array([0.0005]))
    assert segments[found[0]].id == "0,0>1,0"
    assert metres[0] == pytest.approx(55.6, abs=0.5)


def test_the_centroid_is_that_of_the_area():
    """Extra vertices on one side do not pull it; a ring without area gives the mean of its vertices."""
    ring = [(0.0, 0.0), (0.1, 0.0), (0.2, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
    assert centroid(ring) == pytest.approx((0.5, 0.5))
    assert centroid([(1.0, 1.0), (3.0, 1.0), (1.0, 1.0)]) == pytest.approx((5 / 3, 1.0))


# --------------------------------------------------------------------------- joining


@pytest.mark.parametrize("epsg", [4326, 3857, 32635, 3879])
def test_drains_are_laid_where_they_are(tmp_path, town, epsg):
    """Degrees, web Mercator and UTM put every node beside its own street; the park's node drains none. A system
    that is not known (Helsinki's own grid) is stretched, and that is said wherever the city is shown."""
    places = degrees() if epsg == 4326 else projected(epsg)
    report = new_district(tmp_path / "out", town, written(tmp_path, drains(places)), "Town")
    scenario = load(report.folder)
    low = {s.road.en: s.low_point for s in scenario.city.segments if s.low_point}
    assert scenario.city.note is not None
    if epsg == 3879:
        assert "stretched onto" in scenario.city.note.en
        assert "示意" in scenario.city.note.zh
        assert set(low.values()) <= set(NODES) - {"Out"}
    else:
        assert low == {"South": "N2", "Middle": "N3"}
        assert "stretched" not in scenario.city.note.en
        assert any("half of the nodes lie within" in note.en for note in report.notes)


def test_latitude_before_longitude_is_understood(tmp_path, town):
    """Swapped degrees are read as such, not stretched."""
    swapped = {name: (lat, lon) for name, (lon, lat) in degrees().items()}
    placed = place_nodes(read_inp(drains(swapped)), osm.read_osm(town).segments)
    assert placed is not None
    assert not placed.fitted
    assert "latitude and longitude" in placed.how.en


def test_the_worst_node_becomes_the_low_point_and_a_point_to_watch(tmp_path, town):
    """Of two drains by one street the one that floods more is its low point, the rest is ranked by overflow."""
    text = drains(degrees())
    storm = design_rain(point(0, 0)[0])
    floods = flooding(read_inp(text), storm)
    assert floods.nodes["N2"].volume > 10 * max(floods.nodes["N1"].volume, 1)
    scenario = load(new_district(tmp_path / "out", town, written(tmp_path, text), "Town").folder)
    points = [p for p in scenario.city.places if p.kind == "waterlogging"]
    assert [p.drain_node for p in points] == ["N2", "N3"]
    assert points[0].name.en == "South, waterlogging at N2"
    assert points[0].name.zh == "South积水点（N2）"
    (tunnel,) = (p for p in scenario.city.places if p.kind == "underpass")
    assert tunnel.drain_node == "N3"
    assert scenario.city.drains is not None
    assert read_inp(scenario.city.drains).coordinates == read_inp(text).coordinates


def test_a_pool_is_as_long_as_a_street_however_short_its_pieces(tmp_path):
    """Where the map cuts South into pieces of 11 m, the drain's pool covers those beside its own, to 50 m in all."""
    pieces = {**GRID, **{10 + n: (n / 10, 0) for n in range(1, 20)}}
    south = [(1, [1, *range(11, 30), 5, 2], {"highway": "primary", "name": "South"})]
    stubs = [(100 + n, [10 + n, 3], {"highway": "residential"}) for n in range(1, 20)]
    path = write_osm(tmp_path / "town.osm", pieces, [*south, *STREETS[1:], *stubs])
    report = new_district(tmp_path / "out", path, written(tmp_path, drains(degrees())), "Town")
    pool = [s for s in load(report.folder).city.segments if s.low_point == "N2"]
    assert len(pool) > 1
    assert sum(s.length for s in pool) >= LEAST_STREET[0]


def test_a_joined_district_runs_snow_and_rain(tmp_path, town):
    """The folder runs at once: snow by default, the cloudburst by variant, with water on the right street."""
    report = new_district(tmp_path / "out", town, written(tmp_path, drains(degrees())), "Town")
    snow = run(load(report.folder), 1, lambda situation: ())
    assert float(snow.fields.snow.max()) > 1
    rain = run(load(report.folder, "cloudburst"), 1, lambda situation: ())
    south = [s.id for s in rain.scenario.city.segments if s.low_point == "N2"]
    assert float(rain.fields.water_depth.sel(segment=south).max()) > 0.1
    assert {k.id for k in load(report.folder).fleet.kinds} >= {"pump-truck-1500", "plough-3t"}
    used = {e.kind for e in load(report.folder).fleet.equipment}
    assert {"plough-spreader", "pump-180", "inlet-squad", "barrier-squad"} <= used


def test_what_is_told_of_nobody_acting_is_what_such_a_run_floods(tmp_path, town):
    """The figure of the notes, the cloudburst without teams, and the same over the model's own clean inlets; blocked
    inlets flood more."""
    report = new_district(tmp_path / "out", town, written(tmp_path, drains(degrees())), "Town")
    assert {"snowstorm", "cloudburst", "clogged-inlets"} == set(report.variants)

    def nobody(variant):
        return run(load(report.folder, variant, ["respond=false"]), 1, lambda situation: ()).totals[
            "flooded_m3"
        ]

    flooded = nobody("cloudburst")
    assert flooded > 1
    assert flooded == pytest.approx(report.facts["flooded_m3"], rel=0.01)
    assert any(f"when nobody acts, {flooded:,.0f} m3 overflow" in note.en.lower() for note in report.notes)
    assert nobody("clogged-inlets") > 1.01 * flooded


def test_a_model_in_chinese_windows_code_is_read(tmp_path, town):
    """GBK text, as the SWMM editor saves it on a Chinese PC, keeps its characters."""
    path = tmp_path / "town.inp"
    path.write_bytes(drains(degrees(), title="金水区排水模型").encode("gbk"))
    scenario = load(new_district(tmp_path / "out", town, path).folder)
    assert scenario.city.drains is not None
    assert "金水区排水模型" in scenario.city.drains


# --------------------------------------------------------------------------- GeoJSON roads


def geojson(path: Path, lines: list[tuple[list[tuple[float, float]], dict[str, object]]]) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": {"type": "LineString", "coordinates": [list(point(*at)) for at in line]},
        }
        for line, properties in lines
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_any_geojson_with_classes_is_cut_and_connected(tmp_path):
    """Lines of an export meet where they share a vertex; Geofabrik's letters and plain units are understood."""
    square = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
    lines = [
        (square, {"osm_id": "7", "fclass": "residential", "oneway": "B", "name": "Ring"}),
        ([(1, 0), (0, 1)], {"osm_id": "8", "fclass": "primary", "oneway": "T", "maxspeed": 60, "lanes": 3}),
        ([(0, 0), (0, -1)], {"osm_id": "9", "fclass": "footway"}),
    ]
    scenario = load(new_district(tmp_path / "out", geojson(tmp_path / "roads.geojson", lines)).folder)
    segments = {s.id: s for s in scenario.city.segments}
    assert sorted(segments) == ["w7-0", "w7-1", "w7-2", "w8-0"]
    turned = segments["w8-0"]
    assert turned.oneway
    assert turned.line[0] == pytest.approx(point(0, 1))
    assert (turned.lanes, round(turned.speed * 3.6)) == (3, 60)
    assert scenario.city.note is not None
    assert "roads.geojson" in scenario.city.note.en


def test_stormyards_own_roads_are_taken_as_they_stand(tmp_path):
    """Segments written by Stormyard come back the same, with their own ids, junctions and offices."""
    north = [s for s in grid(2) if s.start.endswith("2")]
    segments = tuple(s.model_copy(update={"office": "north"}) if s in north else s for s in grid(2))
    write_roads(tmp_path / "own.geojson", segments)
    scenario = load(new_district(tmp_path / "out", tmp_path / "own.geojson").folder)
    assert [(s.id, s.start, s.end) for s in scenario.city.segments] == [
        (s.id, s.start, s.end) for s in segments
    ]


# --------------------------------------------------------------------------- bad input


def test_everything_wrong_in_both_files_is_told_at_once(tmp_path):
    """Roads that are cut off and drains with two faults: three problems, each with file and line; no folder."""
    (tmp_path / "cut.osm.pbf").write_bytes(Path(pyrosm.get_data("helsinki_pbf")).read_bytes()[:100_000])
    bad = drains(degrees()).replace("C4 N3 Out", "C4 N3 Nowhere").replace("A1 G1 N1", "A1 G9 N1")
    with pytest.raises(BadScenario) as raised:
        new_district(tmp_path / "out", tmp_path / "cut.osm.pbf", written(tmp_path, bad))
    words = str(raised.value)
    assert "cut.osm.pbf: the file ends too early" in words
    assert "town.inp line" in words
    assert "'Nowhere', which is nowhere defined" in words
    assert "gage 'G9'" in words
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("roads", "model", "expected"),
    [
        ("town.osm", "town.txt", "drains are read from an EPA SWMM model"),
        ("town.shp", None, "a shapefile is not read"),
        ("town.xlsx", None, "roads cannot be read from this kind of file"),
        ("town.osm", "absent.inp", "the file cannot be opened"),
        ("absent.geojson", None, "the file is missing"),
    ],
)
def test_wrong_kinds_of_files_are_refused(tmp_path, town, roads, model, expected):
    """By name, in words, with nothing written."""
    (tmp_path / "town.shp").write_bytes(b"x")
    (tmp_path / "town.txt").write_text("x", encoding="utf-8")
    with pytest.raises(BadScenario, match=expected):
        new_district(tmp_path / "out", tmp_path / roads, tmp_path / model if model else None)
    assert not (tmp_path / "out").exists()


def test_a_model_without_coordinates_cannot_be_joined(tmp_path, town):
    """Nodes without a place are not put anywhere: the words say what to do."""
    with pytest.raises(BadScenario, match="no node of the model has coordinates"):
        new_district(tmp_path / "out", town, written(tmp_path, drains({})))


def test_features_without_a_class_are_named(tmp_path):
    """A plain line cannot be given lanes or a priority."""
    lines = [([(0, 0), (1, 0)], {"name": "A"}), ([(1, 0), (0, 0)], {"name": "B", "highway": "primary"})]
    with pytest.raises(BadScenario, match="feature 1: the feature names no class of road"):
        new_district(tmp_path / "out", geojson(tmp_path / "roads.geojson", lines))


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [(500_000.0, 3_850_000.0, "degrees"), (34.7, 113.6, "degrees"), (12_654_000.0, 4_135_000.0, "degrees")],
)
def test_roads_of_another_projection_are_refused(tmp_path, x, y, expected):
    """UTM, latitude first, web Mercator: the feature is named, nothing is written, no traceback."""
    lines = [{"type": "Feature", "properties": {"highway": "primary"},
              "geometry": {"type": "LineString", "coordinates": [[x, y], [x + 1, y + 1]]}}]  # fmt: skip
    path = tmp_path / "roads.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": lines}), encoding="utf-8")
    with pytest.raises(BadScenario, match="feature 1") as raised:
        new_district(tmp_path / "out", path)
    assert expected in str(raised.value)
    assert not (tmp_path / "out").exists()


def test_points_and_areas_of_a_map_export_are_left_out_and_counted(tmp_path):
    """Traffic lights and squares come along with streets in an export of overpass-turbo."""
    path = geojson(tmp_path / "roads.geojson", [([(0, 0), (1, 0), (1, 1), (0, 0)], {"highway": "primary"})])
    document = json.loads(path.read_text(encoding="utf-8"))
    lon, lat = point(0, 0)
    for kind, place in (
        ("Point", [lon, lat]),
        ("Polygon", [[[lon, lat], [lon + 1, lat], [lon, lat + 1], [lon, lat]]]),
    ):
        feature = {"type": "Feature", "properties": {}, "geometry": {"type": kind, "coordinates": place}}
        document["features"].append(feature)
    path.write_text(json.dumps(document), encoding="utf-8")
    report = new_district(tmp_path / "out", path)
    assert any("no lines (points, areas) were left out: 2" in note.en for note in report.notes)


def test_a_file_in_metres_is_not_told_feature_by_feature(tmp_path):
    """Ten problems and a count, however many streets there are."""
    features = [
        {"type": "Feature", "properties": {"highway": "primary"},
         "geometry": {"type": "LineString", "coordinates": [[5e5 + n, 4e6], [5e5, 4e6 + n]]}}
        for n in range(50)
    ]  # fmt: skip
    path = tmp_path / "roads.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    with pytest.raises(BadScenario, match="and 40 more problems") as raised:
        new_district(tmp_path / "out", path)
    assert len(raised.value.problems) == 11
