"""The Jinshui district: built from its tables, as large as published, connected, and wet where it should be."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from scenarios.folders import SHIPPED
from scenarios.jinshui.build.district import district_files
from scenarios.jinshui.build.ground import RIVERS, bend, crosses, metres
from scenarios.jinshui.build.rain import ZHENGZHOU, chicago
from scenarios.load import load, variants
from scenarios.roads import great_circle
from simulation.drainage.editing import with_storm
from simulation.drainage.inp import read_inp
from simulation.drainage.swmm import SwmmDrainage
from simulation.engine import run
from simulation.model import Scenario, Storm
from simulation.network import Network
from simulation.weather import WeatherSeries

FOLDERS = ("blizzard", "snow-design", "warm-snow", "cloudburst", "rain-design", "july-2024", "rain-on-snow")
SNOW_MACHINES = {
    "plough-spreader", "plough-3t", "roller-brush", "spreader", "loader", "grader", "blower",
}  # fmt: skip


@cache
def scenario(name: str, variant: str | None = None) -> Scenario:
    return load(f"jinshui/{name}", variant)


@cache
def files() -> dict[str, str]:
    return district_files()


# --------------------------------------------------------------------------- files


def test_the_committed_files_are_what_the_build_writes() -> None:
    """Building again gives every committed file, byte for byte."""
    for name, text in files().items():
        committed = SHIPPED.joinpath("jinshui", *name.split("/")).read_bytes()
        assert committed == text.encode("utf-8"), f"{name}: run python -m scenarios.jinshui.build"


def test_no_generated_file_is_left_over() -> None:
    """Tables and storms that the build no longer writes are gone."""
    root = SHIPPED / "jinshui"
    there = {
        path.relative_to(root).as_posix() for part in ("fleet", "storms") for path in (root / part).iterdir()
    }
    assert there == {name for name in files() if name.startswith(("fleet/", "storms/"))}


def test_the_files_stay_small() -> None:
    """Roads below 1.5 MB, drains below 500 kB."""
    assert len(files()["city/roads.geojson"].encode()) < 1_500_000
    assert len(files()["city/drains.inp"].encode()) < 500_000


@pytest.mark.parametrize("name", FOLDERS)
def test_every_variant_loads(name: str) -> None:
    """Each scenario and each of its variants passes all checks."""
    for variant in variants(f"jinshui/{name}"):
        assert scenario(name, variant).storm.weather


def test_city_and_storms_say_that_they_are_reconstructed() -> None:
    """The labels that a reader must see, in both languages."""
    note = scenario("blizzard").city.note
    assert note is not None and "示意性重建" in note.zh and "chematic reconstruction" in note.en
    note = scenario("cloudburst").storm.note
    assert note is not None and "重建" in note.zh and "only the 201.9 mm" in note.en
    assert "示意性重建" in (scenario("cloudburst").city.drains or "")


# --------------------------------------------------------------------------- published figures


def test_roads_and_structures_are_as_many_as_published() -> None:
    """194 named municipal roads, 53 structures, 40 parks, 17 street offices; about 2,000 segments."""
    city = scenario("blizzard").city
    assert len({s.road.zh for s in city.segments}) == 194
    assert 1_800 <= len(city.segments) <= 2_300
    built = [s for s in city.segments if s.structure != "none"]
    assert len(built) == 53
    assert len([p for p in city.places if p.kind == "park"]) == 40
    assert len(city.offices) == 17
    assert {s.office for s in city.segments} == {o.id for o in city.offices}


def test_fleet_is_as_large_as_published() -> None:
    """36 teams of 4,188 people, 200 t of de-icer, 44 snow machines, 4,500 sandbags, 60 crews and more."""
    fleet = scenario("blizzard").fleet
    assert len(fleet.teams) == 36
    assert sum(team.people for team in fleet.teams) == 4_188
    held = {m: sum(s.amount for s in fleet.stock if s.material == m) for m in ("salt", "sandbag")}
    assert held["salt"] == pytest.approx(200_000)
    assert held["sandbag"] / 20 == pytest.approx(4_500)
    assert sum(e.count for e in fleet.equipment if e.kind in SNOW_MACHINES) == 44
    for ability, least in (("plough", 34), ("clear_footway", 60), ("pump", 30), ("clear_inlet", 40), ("close", 20)):
        kinds = {k.id for k in fleet.kinds if ability in k.abilities}
        assert sum(e.count for e in fleet.equipment if e.kind in kinds) >= least
    assert {team.tier for team in fleet.teams} == {"city", "district", "street", "community"}


def test_more_salt_is_twice_the_stock() -> None:
    """The variant doubles every depot's salt."""
    doubled = {
        s.depot: s.amount for s in scenario("blizzard", "more-salt").fleet.stock if s.material == "salt"
    }
    today = {s.depot: s.amount for s in scenario("blizzard").fleet.stock if s.material == "salt"}
    assert doubled == {depot: pytest.approx(2 * amount) for depot, amount in today.items()}


def test_july_2021_has_a_third_of_the_citys_twelve_pump_trucks() -> None:
    """The cloudburst runs with the pump trucks of its year, the variant with today's."""

    def trucks(variant: str | None) -> int:
        fleet = scenario("cloudburst", variant).fleet
        return sum(e.count for e in fleet.equipment if e.kind.startswith("pump-truck"))

    assert trucks(None) == 4
    assert trucks("more-pumps") == 16


# --------------------------------------------------------------------------- the network


def test_the_district_is_connected() -> None:
    """From every junction every other can be reached, one-way streets and all."""
    network = Network(scenario("blizzard").city.segments)
    assert len(set(network.strong_components().tolist())) == 1


def test_known_crossing_lies_where_it_is() -> None:
    """Huayuan Rd x Nongye Rd, the one crossing whose place is known, is within 150 m of it."""
    ends: dict[str, set[str]] = {}
    places: dict[str, tuple[float, float]] = {}
    for segment in scenario("blizzard").city.segments:
        for junction, point in ((segment.start, segment.line[0]), (segment.end, segment.line[-1])):
            ends.setdefault(junction, set()).add(segment.road.zh)
            places[junction] = point
    found = [places[j] for j, roads in ends.items() if {"花园路", "农业路"} <= roads]
    assert found and min(great_circle(p, (113.678, 34.788)) for p in found) < 150


def test_rivers_are_crossed_at_bridges_only() -> None:
    """A segment that crosses a river or canal carries a bridge, a culvert or a tunnel."""
    rivers = [[bend(point) for point in _fine(line)] for line in RIVERS.values()]
    for segment in scenario("blizzard").city.segments:
        line = [metres(*point) for point in segment.line]
        if any(crosses(line, river) for river in rivers):
            assert segment.structure in ("bridge", "culvert", "tunnel"), segment.id


def _fine(line: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """A line with a point every few metres, so that bending it follows the ground."""
    points = []
    for (ax, ay), (bx, by) in pairwise(line):
        points += [(ax + k / 50 * (bx - ax), ay + k / 50 * (by - ay)) for k in range(50)]
    return [*points, line[-1]]


def test_no_two_segments_lie_on_one_another() -> None:
    """Between two junctions there is one segment, or another below it."""
    seen = set()
    for segment in scenario("blizzard").city.segments:
        if segment.structure not in ("tunnel", "underpass"):
            pair = frozenset((segment.start, segment.end))
            assert pair not in seen, segment.id
            seen.add(pair)


def test_segments_have_no_repeated_points() -> None:
    """Every piece of a line has a length."""
    for segment in scenario("blizzard").city.segments:
        assert all(a != b for a, b in pairwise(segment.line)), segment.id


def test_a_name_is_in_one_place_only() -> None:
    """Streets, places and segments that the tables share point at one another."""
    city = scenario("cloudburst").city
    inp = read_inp(city.drains or "")
    nodes = {node.name for node in inp.nodes}
    segments = {s.id: s for s in city.segments}
    assert 300 <= len(nodes) <= 600
    assert {s.low_point for s in city.segments if s.low_point} <= nodes
    for place in city.places:
        assert place.segment in segments
        if place.drain_node:
            assert place.drain_node in nodes
            assert any(s.low_point == place.drain_node for s in city.segments), place.id
    below = [s for s in city.segments if s.structure in ("tunnel", "underpass")]
    assert sorted(s.low_point or "" for s in below) == sorted(
        p.drain_node or "" for p in city.places if p.kind == "underpass"
    )


# --------------------------------------------------------------------------- storms


@pytest.mark.parametrize("years", [1, 2, 3, 5, 10, 20, 50, 100])
def test_design_rain_holds_the_depth_of_the_formula(years: int) -> None:
    """120 min of the intensity formula fall, most of it at 0.4 of the time."""
    storm = scenario("rain-design", f"p{years}").storm
    assert _fallen(storm) == pytest.approx(ZHENGZHOU.depth(years, 120), rel=1e-4)
    steps = chicago(ZHENGZHOU, years)
    assert np.argmax(steps) in (9, 10)
    assert sum(steps) == pytest.approx(ZHENGZHOU.depth(years, 120), rel=1e-12)


def test_intensity_formula_gives_the_known_depths() -> None:
    """Depths of the formula for 3 and 50 years (mm), worked out independently."""
    assert ZHENGZHOU.depth(3, 60) == pytest.approx(44.9, abs=0.05)
    assert ZHENGZHOU.depth(50, 120) == pytest.approx(97.7, abs=0.05)


def _fallen(storm: Storm) -> float:
    rows = storm.weather
    spans = pairwise(rows)
    return sum((after.t - before.t) * before.precipitation for before, after in spans)


def test_cloudburst_meets_the_published_totals() -> None:
    """201.9 mm from 16 to 17 h on 20 July, 552.5 mm from 20 h to 20 h (3.1 mm of it before the run starts)."""
    storm = scenario("cloudburst").storm
    series = WeatherSeries(storm, scenario("cloudburst").physics.snow)
    at_16 = 19 * 3600
    assert series.fallen(at_16 + 3600) - series.fallen(at_16) == pytest.approx(201.9)
    assert series.fallen(23 * 3600) + 3.1 == pytest.approx(552.5)


def test_cloudburst_is_answered_19_hours_after_the_first_red_warning() -> None:
    """Level I at 17:00 by history; in the variant with the warning of 21:59."""
    default, early = scenario("cloudburst"), scenario("cloudburst", "at-first-red")
    red = min(w.t for w in default.storm.warnings if w.colour == "red")
    assert int(red) == 59 * 60
    level_one = {s.id: next(c.t for c in s.command.timeline if c.level == "I") for s in (default,)}
    assert (level_one[default.id] - red) / 3600 == pytest.approx(19, abs=0.05)
    assert next(c.t for c in early.command.timeline if c.level == "I") == red


def test_snow_amounts() -> None:
    """5.3 mm in the blizzard; each design snowfall within its grade's 12-hour bounds (GB/T 28592)."""
    assert _fallen(scenario("blizzard").storm) == pytest.approx(5.3)
    bounds = {"light": (0.1, 1.0), "moderate": (1.0, 3.0), "heavy": (3.0, 6.0), "storm": (6.0, 10.0)}
    for grade, (low, high) in bounds.items():
        assert low <= _fallen(scenario("snow-design", grade).storm) < high


def test_warm_snow_does_not_settle() -> None:
    """12 mm fall above freezing and no road is white."""
    result = run(scenario("warm-snow", "no-response"), 0, lambda situation: [])
    assert _fallen(result.scenario.storm) > 10
    assert float((result.fields["snow"] + result.fields["ice"]).max()) < 0.2


# --------------------------------------------------------------------------- water


class Flood:
    """Largest depth above the rim of each node, m, and SWMM's continuity, with every inlet ``clog`` blocked."""

    def __init__(self, storm: Storm, hours: int, clog: float = 0.2) -> None:
        series = WeatherSeries(storm, scenario("cloudburst").physics.snow)
        edges = range(0, hours * 3600, 300)
        rain = [series.over(t, 300).precipitation for t in edges]
        inp = read_inp(scenario("cloudburst").city.drains or "")
        with SwmmDrainage(with_storm(inp, rain, 300, storm.start, hours * 3600)) as drains:
            for node in np.flatnonzero(drains.can_clog):
                drains.set_clog(int(node), clog)
            deepest = np.zeros(len(drains.nodes))
            for t in range(0, hours * 3600, 300):
                stage = series.over(t, 300).stage
                if not math.isnan(stage):
                    drains.set_stage(stage)
                drains.step(300)
                above = np.where(drains.ponded_area > 0, drains.depth() - drains.full_depth, 0.0)
                deepest = np.maximum(deepest, above)
            self.nodes, self.deepest = drains.nodes, deepest
            self.continuity = drains.totals().continuity

    def of(self, *starts: str) -> np.ndarray:
        """Depths at nodes whose name starts so."""
        chosen = [i for i, name in enumerate(self.nodes) if name.startswith(starts)]
        return self.deepest[chosen]


@cache
def design_flood(years: int, clog: float = 0.2) -> Flood:
    return Flood(scenario("rain-design", f"p{years}").storm, 5, clog)


@cache
def cloudburst() -> Flood:
    return Flood(scenario("cloudburst").storm, 24)


@pytest.mark.parametrize("years", [1, 3])
def test_small_design_rain_floods_the_known_points_only(years: int) -> None:
    """In rains of 1 to 3 years water stands at every published waterlogging point and on no other street."""
    flood = design_flood(years)
    assert flood.of("w-").min() > 0.05
    assert flood.of("w-").max() < 0.40
    assert flood.of("n").max() < 0.05
    assert flood.of("t-", "u-").max() < 0.05


def test_rare_rain_floods_streets() -> None:
    """In the rain of 50 years the streets carry water, most of them less than the 15 cm of the standard."""
    streets = design_flood(50).of("n")
    assert 0.03 < np.median(streets) < 0.15
    assert (streets > 0.15).mean() < 0.25


def test_clogged_inlets_flood_more() -> None:
    """With two thirds of the capacity blocked the rain of 3 years stands on ordinary streets, too."""
    clean, clogged = design_flood(3), design_flood(3, 0.67)
    assert (clogged.of("n") > 0.05).sum() > 10 * max(1, (clean.of("n") > 0.05).sum())
    assert clogged.of("w-").mean() > clean.of("w-").mean() + 0.05


def test_both_ramps_of_a_pit_take_water() -> None:
    """A street that meets both mouths of one spills over twice a ramp's width; 15 or 23 m are one."""
    widths: dict[str, float] = {}
    for row in read_inp(files()["city/drains.inp"]).sections["OUTLETS"]:
        if row.words[0].startswith("in-"):
            widths[row.words[2]] = widths.get(row.words[2], 0.0) + float(row.words[5].removeprefix("ramp"))
    assert len(widths) == 17
    assert set(widths.values()) == {30.0, 46.0}


def test_cloudburst_floods_underpasses_by_metres_and_streets_by_decimetres() -> None:
    """20 July 2021: most of the 17 tunnels and underpasses stand metres deep, streets 10 to 60 cm."""
    flood = cloudburst()
    assert (flood.of("t-", "u-") > 2.0).sum() >= 14
    assert 0.2 < np.median(flood.of("n")) < 0.6
    assert np.percentile(flood.of("n"), 90) < 0.8
    assert flood.of("w-").min() > np.median(flood.of("n"))


def test_water_is_conserved() -> None:
    """SWMM's continuity error is below 1 % in every storm tried here."""
    for flood in (design_flood(1), design_flood(3), design_flood(50), design_flood(3, 0.67), cloudburst()):
        assert abs(flood.continuity) < 0.01


def test_rims_fall_to_the_north_east() -> None:
    """The ground falls from the south-west to the north-east by some 20 m."""
    inp = read_inp(scenario("cloudburst").city.drains or "")
    rims = {r.words[0]: float(r.words[1]) + float(r.words[2]) for r in inp.rows("JUNCTIONS")}
    places = {r.words[0]: (float(r.words[1]), float(r.words[2])) for r in inp.rows("COORDINATES")}
    streets = [name for name in rims if name.startswith("n")]
    ground = np.array([rims[name] for name in streets])
    north_east = np.array([sum(places[name]) for name in streets])
    assert np.corrcoef(ground, north_east)[0, 1] < -0.95
    assert 15 < ground.max() - ground.min() < 25
