"""OpenStreetMap extracts to segments and places."""

from pathlib import Path

import pyrosm
import pytest

from scenarios.importers import osm_tags
from scenarios.importers.osm import OsmRoads, read_osm
from scenarios.problems import BadScenario
from tests.scenarios.importers.osm_files import point, write_osm

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "roads"
SQUARE = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1)}
RING = (1, [1, 2, 3, 4, 1], {"highway": "residential"})


def read(tmp_path: Path, nodes, ways, points=(), **options) -> OsmRoads:
    return read_osm(write_osm(tmp_path / "town.osm", nodes, ways, points), **options)


def words(raised: pytest.ExceptionInfo[BadScenario]) -> str:
    return str(raised.value)


# --------------------------------------------------------------------------- tags


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50), ("30 mph", 48.28032), ("30mph", 48.28032), ("60 km/h", 60), ("10 knots", 18.52),
        ("50;30", 50), ("RO:urban", 50), ("RU:urban", 60), ("GB:nsl_single", 96.56), ("DE:zone:30", 30),
        ("DE:zone30", 30), ("walk", 10), ("none", None), ("signals", None), ("fast", None), ("0", None),
        ("500", None), (None, None),
    ],
)  # fmt: skip
def test_speed_limits_are_read_with_units_and_country_words(text, kmh):
    """Numbers are km/h unless they say mph or knots; words are limits of a zone; the rest is left open."""
    found = osm_tags.speed_limit(text)
    assert found == (kmh if kmh is None else pytest.approx(kmh))


@pytest.mark.parametrize(
    ("tags", "direction"),
    [
        ({"highway": "primary"}, 0),
        ({"highway": "primary", "oneway": "yes"}, 1),
        ({"highway": "primary", "oneway": "-1"}, -1),
        ({"highway": "motorway"}, 1),
        ({"highway": "motorway", "oneway": "no"}, 0),
        ({"highway": "tertiary", "junction": "roundabout"}, 1),
        ({"highway": "trunk", "oneway": "reversible"}, 0),
    ],
)
def test_direction(tags, direction):
    """Stated direction goes before what a motorway or a roundabout implies."""
    assert osm_tags.oneway(tags) == direction


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"bridge": "viaduct"}, "bridge"),
        ({"bridge": "no"}, "none"),
        ({"tunnel": "yes"}, "tunnel"),
        ({"tunnel": "culvert"}, "none"),
        ({"tunnel": "building_passage"}, "none"),
        ({"tunnel": "yes", "covered": "yes"}, "underpass"),
        ({"covered": "yes", "layer": "-1"}, "underpass"),
        ({"covered": "yes"}, "none"),
    ],
)
def test_structure(tags, kind):
    """A culvert under the road and a passage at grade are no road tunnels."""
    assert osm_tags.structure(tags) == kind


@pytest.mark.parametrize(
    ("tags", "lanes", "width"),
    [
        ({"lanes": "3"}, 3, None),
        ({"lanes": "1.5"}, 2, None),
        ({"lanes": "2;3"}, 2, None),
        ({"lanes:forward": "2", "lanes:backward": "1"}, 3, None),
        ({"lanes": "many", "width": "7.5 m"}, None, 7.5),
        ({"lanes": "40", "width": "24'"}, None, 7.3152),
        ({"width": "narrow"}, None, None),
    ],
)
def test_lanes_and_width(tags, lanes, width):
    """Lanes are whole and at most 16; a width may be in feet."""
    assert osm_tags.lane_count(tags) == lanes
    assert osm_tags.carriageway_width(tags) == (width if width is None else pytest.approx(width))


def test_every_class_has_a_priority_that_does_not_fall_with_its_rank():
    """Ramps are cleared with their road, and no minor class comes before a major one."""
    for name, default in osm_tags.CLASSES.items():
        if name.endswith("_link"):
            assert default.priority == osm_tags.CLASSES[name.removesuffix("_link")].priority
    ranks = [
        osm_tags.CLASSES[n].priority for n in ("motorway", "primary", "secondary", "tertiary", "residential")
    ]
    assert ranks == sorted(ranks)
    assert set(ranks) == {1, 2, 3, 4}


# --------------------------------------------------------------------------- segments


def test_ways_are_cut_where_they_meet(tmp_path):
    """A street crossing a ring in the middle of both: the ring gives four segments, the street three."""
    nodes = SQUARE | {5: (0.5, 0), 6: (0.5, 1), 7: (0.5, 2)}
    ways = [
        (1, [1, 5, 2, 3, 6, 4, 1], {"highway": "residential", "name": "Ring"}),
        (2, [5, 6, 7], {"highway": "primary", "name": "Main"}),
    ]
    found = read(tmp_path, nodes, ways)
    ends = {s.id: (s.start, s.end) for s in found.segments}
    assert ends == {
        "w1-0": ("n1", "n5"), "w1-1": ("n5", "n6"), "w1-2": ("n6", "n1"),
        "w2-0": ("n5", "n6"), "w2-1": ("n6", "n7"),
    }  # fmt: skip
    assert {s.road.en for s in found.segments} == {"Ring", "Main"}
    north = next(s for s in found.segments if s.id == "w2-0")
    assert north.length == pytest.approx(0.002 * 111_195, rel=1e-3)
    assert north.line == (pytest.approx(point(0.5, 0)), pytest.approx(point(0.5, 1)))


def test_a_ring_without_junction_has_two_ends(tmp_path):
    """A closed way is cut in the middle: no segment starts where it ends."""
    found = read(tmp_path, SQUARE, [RING])
    assert len(found.segments) == 2
    assert all(s.start != s.end for s in found.segments)


def test_a_way_against_its_direction_is_turned(tmp_path):
    """oneway=-1: traffic runs from the last vertex to the first, and so does the segment."""
    against = (2, [1, 3], {"highway": "secondary", "oneway": "-1"})
    found = read(tmp_path, SQUARE, [RING, against])
    segment = next(s for s in found.segments if s.id == "w2-0")
    assert segment.oneway
    assert (segment.start, segment.end) == ("n3", "n1")
    assert segment.line[0] == pytest.approx(point(1, 1))


def test_defaults_stand_in_for_missing_tags_and_are_counted(tmp_path):
    """A primary road without tags: 50 km/h, two lanes each way of 3.5 m, a stated name; tags win."""
    tagged = {
        "highway": "secondary", "lanes": "5", "maxspeed": "45 mph", "width": "17", "name": "东风路",
        "name:en": "Dongfeng Road", "bridge": "yes",
    }  # fmt: skip
    ways = [(1, [1, 2], {"highway": "primary"}), (2, [2, 3], tagged), (3, [3, 1], {"highway": "trunk"})]
    found = read(tmp_path, SQUARE, ways)
    plain, rich, fast = found.segments
    assert (plain.lanes, plain.width, plain.priority, plain.road_class) == (4, 14, 1, "arterial")
    assert plain.speed == pytest.approx(50 / 3.6)
    assert (plain.road.zh, plain.road.en) == ("未命名主干路", "unnamed primary road")
    assert (rich.lanes, rich.width, rich.priority, rich.structure) == (5, 17, 2, "bridge")
    assert rich.speed == pytest.approx(45 * 0.44704)
    assert (rich.road.zh, rich.road.en) == ("东风路", "Dongfeng Road")
    assert fast.width == 4 * 3.75
    assumed = (plain.length + fast.length) / 1000
    assert found.account.assumed["lanes"] == pytest.approx(assumed, abs=1e-4)
    assert found.account.assumed["name"] == pytest.approx(assumed, abs=1e-4)


def test_islands_and_one_way_ends_are_left_out_and_counted(tmp_path):
    """Of a ring, a street on its own, a motorway off the map and a private drive, the ring stays."""
    nodes = SQUARE | {5: (5, 5), 6: (6, 5), 7: (1, -4), 8: (2, 0), 9: (0, 2)}
    ways = [
        RING,
        (2, [5, 6], {"highway": "primary"}),
        (3, [2, 7], {"highway": "motorway"}),
        (4, [2, 8], {"highway": "residential", "access": "private"}),
        (5, [4, 9], {"highway": "service"}),
    ]
    found = read(tmp_path, nodes, ways)
    assert {s.id for s in found.segments} == {"w1-0", "w1-1"}
    east, north = 0.002 * 111.195 * 0.4974, 0.002 * 111.195
    expected = {"islands": east, "one_way_ends": 4 * north, "no_entry": east, "not_chosen": north}
    assert {k: pytest.approx(v, rel=0.01) for k, v in expected.items()} == dict(found.account.left_out)
    with_service = read(tmp_path, nodes, ways, classes=tuple(osm_tags.CLASSES))
    assert "w5-0" in {s.id for s in with_service.segments}


def test_bus_streets_stay(tmp_path):
    """A street closed to cars but open to buses is cleared like any other."""
    bus = (2, [1, 3], {"highway": "secondary", "motor_vehicle": "no", "bus": "yes"})
    assert "w2-0" in {s.id for s in read(tmp_path, SQUARE, [RING, bus]).segments}


def test_junctions_mapped_on_one_spot_are_one(tmp_path):
    """A segment of no length is dropped, and what meets at its two ends still meets."""
    nodes = SQUARE | {5: (2, 0), 6: (2, 0), 7: (2, 0), 8: (3, 0)}
    ways = [RING, (2, [2, 5], {"highway": "primary"}), (3, [5, 6], {"highway": "primary"}),
            (4, [6, 7], {"highway": "primary"}), (5, [7, 8], {"highway": "primary"})]  # fmt: skip
    found = read(tmp_path, nodes, ways)
    assert {s.id for s in found.segments} == {"w1-0", "w1-1", "w2-0", "w5-0"}
    assert found.account.left_out["islands"] == 0


def test_vertices_that_the_extract_lacks_part_a_way(tmp_path):
    """A way whose middle lies outside the extract is not bridged by a straight line."""
    found = read(tmp_path, SQUARE, [RING, (2, [1, 3, 99, 4, 2], {"highway": "primary"})])
    assert {s.id: (s.start, s.end) for s in found.segments if s.id.startswith("w2")} == {
        "w2-0": ("n1", "n3"), "w2.1-0": ("n4", "n2"),
    }  # fmt: skip


# --------------------------------------------------------------------------- places


def test_places_come_from_points_and_areas_once_each(tmp_path):
    """A hospital mapped as point and as area is one; areas lie at their centroid; far ones are left out."""
    nodes = SQUARE | {11: (0.2, 0.2), 12: (0.4, 0.2), 13: (0.4, 0.4), 14: (0.2, 0.4)}
    hospital = {"amenity": "hospital", "name": "Central"}
    park = (9, [11, 12, 13, 14, 11], {"leisure": "park", "name": "公园"})
    ways = [RING, park, (10, [11, 12, 13, 11], hospital)]
    points = [
        (20, (0.3, 0.3), hospital),
        (21, (9, 9), {"amenity": "fire_station", "name": "Elsewhere"}),
        (22, (1, 1), {"railway": "station", "station": "subway"}),
        (23, (1, 1), {"amenity": "pub"}),
    ]
    found = read(tmp_path, nodes, ways, points)
    kinds = {p.kind: p for p in found.places}
    assert sorted(p.kind for p in found.places) == ["hospital", "metro", "park"]
    assert (kinds["park"].lon, kinds["park"].lat) == pytest.approx(point(0.3, 0.3))
    assert kinds["park"].id == "w9"
    assert kinds["hospital"].id == "n20"
    assert kinds["metro"].name.en == "unnamed station"
    assert found.places_outside == 1


def test_tunnels_become_places_to_watch(tmp_path):
    """A tunnel of two ways is one place on its longest segment, so that it can be guarded and closed; another
    tunnel is another."""
    nodes = SQUARE | {5: (0.4, 0.4), 6: (3, 0), 7: (4, 0)}
    deep = {"highway": "primary", "tunnel": "yes", "name": "Deep"}
    ways = [
        RING, (2, [1, 5], deep), (3, [5, 3], deep | {"lanes": "2"}), (4, [5, 4], {"highway": "residential"}),
        (5, [2, 6], {"highway": "primary"}), (6, [6, 7], {"highway": "primary", "tunnel": "yes"}),
    ]  # fmt: skip
    found = read(tmp_path, nodes, ways)
    assert [(p.kind, p.segment, p.name.en) for p in found.places] == [
        ("underpass", "w3-0", "Deep"),
        ("underpass", "w6-0", "unnamed primary road"),
    ]


# --------------------------------------------------------------------------- bad files


def test_a_file_without_roads_is_refused(tmp_path):
    """Footpaths alone make no network, and the words say so."""
    path = write_osm(tmp_path / "paths.osm", SQUARE, [(1, [1, 2], {"highway": "footway"})])
    with pytest.raises(BadScenario) as raised:
        read_osm(path)
    assert "paths.osm: the file holds no network of roads for vehicles" in words(raised)


def test_broken_files_are_refused_in_words(tmp_path):
    """Empty, cut, foreign and missing files each get their own words; nobody sees a traceback."""
    whole = Path(pyrosm.get_data("helsinki_pbf")).read_bytes()
    cases = {
        "empty.osm.pbf": (b"", "the file is empty"),
        "cut.osm.pbf": (whole[: len(whole) // 2], "the file ends too early: it was cut short"),
        "noise.osm.pbf": (bytes(range(256)) * 20, "cannot be read as OpenStreetMap data"),
        "page.osm.pbf": (b"<!DOCTYPE html><html></html>", "this is a web page, not map data"),
        "cut.osm": (b'<osm version="0.6"><node id="1" ', "cannot be read as OpenStreetMap data"),
        "roads.shp": (b"x", "this is no OpenStreetMap file by its name"),
    }
    for name, (content, expected) in cases.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(BadScenario) as raised:
            read_osm(path)
        assert expected in words(raised), name
        assert name in words(raised)
        assert raised.value.problems[0].hint
    with pytest.raises(BadScenario, match=r"nowhere\.osm\.pbf: the file is missing"):
        read_osm(tmp_path / "nowhere.osm.pbf")


def test_an_unknown_class_is_refused(tmp_path):
    """Asking for a class of road that cannot carry a plough names those that can."""
    with pytest.raises(BadScenario, match="'footway' is no class of road"):
        read(tmp_path, SQUARE, [RING], classes=("footway",))


# --------------------------------------------------------------------------- real extracts


@pytest.fixture(scope="module")
def helsinki() -> OsmRoads:
    """The extract of central Helsinki that pyrosm ships."""
    return read_osm(pyrosm.get_data("helsinki_pbf"))


def test_helsinki_has_its_streets_and_places(helsinki):
    """Known streets, the railway station, the fire station; the kilometres add up."""
    roads = {s.road.en for s in helsinki.segments}
    assert {"Mannerheimintie", "Annankatu"} <= roads
    places = {(p.kind, p.name.en) for p in helsinki.places}
    assert ("metro", "Helsinki railway station") in places
    assert ("fire_station", "Erottajan paloasema") in places
    assert sum(s.length for s in helsinki.segments) / 1000 == pytest.approx(helsinki.account.kept, abs=0.01)
    assert 15 < helsinki.account.kept < 25
    assert len({s.id for s in helsinki.segments}) == len(helsinki.segments)


def test_reading_twice_gives_the_same(helsinki):
    """Ids and order depend on the file alone."""
    assert read_osm(pyrosm.get_data("helsinki_pbf")) == helsinki


@pytest.mark.skipif(not SHARED.exists(), reason="shared map extracts are not here")
@pytest.mark.parametrize(("name", "km"), [("baltimore", 672), ("liechtenstein-latest", 409)])
def test_shared_extracts_add_up(name, km):
    """Kept and left-out kilometres make the length of all drivable ways that another reader found."""
    found = read_osm(SHARED / f"{name}.osm.pbf", classes=tuple(osm_tags.CLASSES))
    total = found.account.kept + sum(found.account.left_out.values())
    assert total == pytest.approx(km, rel=0.01)
    assert found.account.kept > 0.85 * total
