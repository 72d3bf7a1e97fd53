"""A scenario written to a folder is the scenario that is read from it, whole or not at all."""

import json
import re
from pathlib import Path

import pyrosm
import pytest

from optimization.dispatchers.greedy import make as greedy
from scenarios.guide import columns_guide
from scenarios.importers import folder as folder_module
from scenarios.importers.compose import District, Report, compose
from scenarios.importers.folder import write_scenario
from scenarios.importers.osm import ATTRIBUTION, import_osm
from scenarios.importers.storms import chicago_depth, default_command, design_rain, design_snow
from scenarios.load import load, variants
from scenarios.problems import BadScenario
from scenarios.schema import scenario_schema
from simulation.engine import run
from simulation.model import InjectRow, Name, Noun, Scenario, ScriptStep, SnowPhysics, WaterPhysics
from simulation.weather import WeatherSeries
from tests.scenarios.importers.test_fleet import grid
from tests.scenarios.test_new import as_editors_see, fits

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "roads"
DRAINS = """[TITLE]
one pipe
[JUNCTIONS]
J1 100 2
[OUTFALLS]
O1 99 FREE NO
[CONDUITS]
C1 J1 O1 100 0.013 0 0
[XSECTIONS]
C1 CIRCULAR 0.5 0 0 0 1
"""


def plain(value: object) -> object:
    """Nouns as plain values with floats to 10 digits: a percentage comes back within the last bit."""
    if isinstance(value, Noun):
        return plain(value.model_dump())
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return float(f"{value:.10g}") if isinstance(value, float) else value


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Scenario:
    """A grid of streets, composed with drains into a scenario and loaded."""
    target = tmp_path_factory.mktemp("towns") / "town"
    name = Name(zh="小镇", en="Small Town")
    compose(target, name, District(tuple(grid(4)), (), (ATTRIBUTION,), drains=DRAINS))
    return load(target)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_written_folder_explains_itself_as_a_new_one_does(tmp_path, lang):
    """Guide to columns, schemas that editors find, and a README whose commands name variants that are there."""
    name = Name(zh="小镇", en="Small Town")
    report = compose(
        tmp_path / "town", name, District(tuple(grid(2)), (), (ATTRIBUTION,), drains=DRAINS), lang
    )
    assert (report.folder / "columns.md").read_text(encoding="utf-8") == columns_guide(lang)
    assert (
        json.loads((report.folder / "scenario.schema.json").read_text(encoding="utf-8")) == scenario_schema()
    )
    for file, schema in (
        ("scenario.yaml", "scenario.schema.json"),
        ("storms/snowstorm.yaml", "../storm.schema.json"),
    ):
        first = (report.folder / file).read_text(encoding="utf-8").splitlines()[0]
        assert first == f"# yaml-language-server: $schema={schema}"
        assert (report.folder / file).parent.joinpath(schema).resolve().is_file()
    assert fits(as_editors_see(report.folder / "scenario.yaml"), scenario_schema()) == []
    text = (report.folder / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"^uv run stormyard run town --variant (\S+)", text, flags=re.MULTILINE)
    assert {"cloudburst", "no-response"} <= set(named) <= set(variants(report.folder))
    assert text.startswith(f"# {getattr(name, lang)}\n") and "`columns.md`" in text


def test_a_rich_scenario_comes_back_the_same(tmp_path, town):
    """Every part that differs from its default survives writing and reading: blocks, tables, injects, plan."""
    snow = town.fleet.kinds[0].model_copy(update={"id": "own-plough", "travel_speed": 30 * (1 / 3.6)})
    rich = town.model_copy(
        update={
            "id": "rich",
            "dispatcher": "scripted",
            "respond": False,
            "physics": town.physics.model_copy(update={"water": WaterPhysics(clog_start=0.35)}),
            "goals": town.goals.model_copy(update={"reach": 1500.0}),
            "injects": (InjectRow(t=7200, kind="call", target="x", text=Name(zh="来电", en="a call")),),
            "plan_book": (ScriptStep(t=0, crew="haul-1/1", verbs=("haul",), targets=("0,0>1,0",)),),
            "fleet": town.fleet.model_copy(update={"kinds": (*town.fleet.kinds, snow)}),
        }
    )
    path = write_scenario(tmp_path / "rich", rich, readme="words\n")
    assert plain(load(path)) == plain(rich)
    assert (path / "README.md").read_text(encoding="utf-8") == "words\n"


def test_the_composed_scenario_has_its_storms_and_rules(tmp_path, town):
    """Snow by default, a snowstorm and a cloudburst by variant, with levels for every colour of warning."""
    path = write_scenario(tmp_path / "town", town, (design_rain(0),), {"rain": {"storm": "cloudburst"}})
    assert list(variants(path)) == ["no-response", "rain"]
    assert plain(load(path, "rain").storm) == plain(design_rain(0))
    assert town.storm.id == "heavy-snow"
    assert town.city.note is not None
    assert "OpenStreetMap" in town.city.note.en
    assert "OpenStreetMap" in town.city.note.zh
    assert {(r.hazard, r.colour) for r in town.command.rules} >= {("snow", "blue"), ("water", "red")}
    assert default_command(["snow"]).standing_orders == ()


def test_a_folder_that_is_taken_is_refused_and_untouched(tmp_path, town):
    """Nothing is overwritten: not a folder with files, not a file."""
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BadScenario, match="the folder is not empty, and nothing is overwritten"):
        write_scenario(taken, town)
    with pytest.raises(BadScenario, match="this is a file, not a folder"):
        write_scenario(taken / "mine.txt", town)
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["mine.txt"]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert load(write_scenario(empty, town)).city == town.city


def test_a_failure_half_way_leaves_nothing(tmp_path, town, monkeypatch):
    """A scenario that does not load, or a disk that fills up, leaves no folder and no temporary one."""
    crooked = town.model_copy(update={"storm": town.storm.model_copy(update={"weather": ()})})
    with pytest.raises(BadScenario):
        write_scenario(tmp_path / "crooked", crooked)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder_module, "write_roads", full)
    with pytest.raises(BadScenario, match="cannot be written: No space left on device"):
        write_scenario(tmp_path / "full", town)
    assert list(tmp_path.iterdir()) == []


def test_design_snow_falls_as_it_says():
    """Twelve hours, the amount of its name, all of it cold enough to be snow, warned by its colour."""
    for amount, colour, name in ((4.5, "blue", "heavy-snow"), (9.0, "yellow", "snowstorm")):
        storm = design_snow(amount, 113.7)
        series = WeatherSeries(storm, SnowPhysics())
        assert series.fallen(48 * 3600) == pytest.approx(amount, rel=1e-9)
        assert (series.end_of_precipitation - 6 * 3600) == 12 * 3600
        assert series.over(9 * 3600, 3600).snow_share == 1
        assert (storm.id, storm.warnings[0].colour) == (name, colour)
        assert storm.start.utcoffset().total_seconds() == 8 * 3600


def test_design_rain_has_the_depth_of_its_formula():
    """The rows add up to the formula's depth; the published table has 55.4 mm for 3 years and 108.1 for 100."""
    for years, depth in ((3, 55.4), (100, 108.1)):
        assert chicago_depth(120, years) == pytest.approx(depth, abs=0.05)
        series = WeatherSeries(design_rain(113.7, years), SnowPhysics())
        assert series.fallen(12 * 3600) == pytest.approx(depth, abs=0.05)
    peak = max(row.precipitation for row in design_rain(0, 3).weather) * 3600
    assert peak == pytest.approx(129.6, abs=0.3)


@pytest.fixture(scope="module")
def helsinki(tmp_path_factory) -> Report:
    """The extract that pyrosm ships, imported once."""
    target = tmp_path_factory.mktemp("maps") / "helsinki"
    return import_osm(pyrosm.get_data("helsinki_pbf"), target, "Helsinki")


def test_helsinki_becomes_a_scenario_that_loads_and_says_whose_data_it_is(helsinki):
    """One call from extract to folder; the report and the files say what was assumed and who made the map."""
    report = helsinki
    scenario = load(report.folder)
    assert scenario.id == "helsinki"
    assert len(scenario.city.segments) == report.facts["segments"]
    assert report.facts["km_left_out.one_way_ends"] > 0
    assert scenario.city.note is not None
    assert ATTRIBUTION.en in scenario.city.note.en
    words = (report.folder / "README.md").read_text(encoding="utf-8")
    for note in report.notes:
        assert note.zh in words
        assert note.en in words
    assert any("default of the class" in note.en for note in report.notes)


def test_the_same_extract_gives_the_same_scenario(tmp_path):
    """Files differ in nothing but their folder."""
    for name in ("a", "b"):
        import_osm(pyrosm.get_data("helsinki_pbf"), tmp_path / name / "town", "Town")
    for first in sorted((tmp_path / "a").rglob("*")):
        if first.is_file():
            second = tmp_path / "b" / first.relative_to(tmp_path / "a")
            assert first.read_bytes() == second.read_bytes(), first.name


def test_helsinki_runs_a_snowstorm(helsinki):
    """The imported city runs to its end in balance, and its default fleet leaves less snow than nobody does."""
    left = {}
    for variant in (None, "no-response"):
        scenario = load(helsinki.folder, variant)
        outcome = run(scenario, 1, greedy(scenario, 1))
        assert abs(outcome.balance["snow"]) < 1e-9
        assert abs(outcome.balance["material"]) < 1e-9
        left[variant] = float((outcome.fields.snow + outcome.fields.ice).mean())
    assert left[None] < 0.8 * left["no-response"]


@pytest.mark.skipif(not SHARED.exists(), reason="shared map extracts are not here")
def test_baltimore_is_imported_and_read_back(tmp_path):
    """A city of 672 km of ways becomes a folder whose roads, yards and places are all there."""
    report = import_osm(SHARED / "baltimore.osm.pbf", tmp_path / "baltimore")
    city = load(report.folder).city
    assert len(city.segments) == report.facts["segments"] > 3000
    assert report.facts["km"] > 350
    assert sum(p.kind == "hospital" for p in city.places) >= 3
    assert report.facts["depots"] == 5
