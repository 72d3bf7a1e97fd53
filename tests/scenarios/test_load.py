"""Loading: references, variants, ``--set``, folders that extend others, and what is listed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scenarios.load import find, listing, load, read, variants
from scenarios.problems import BadScenario, Problem
from tests.scenarios.folders import append, cell, copy_row, replace, write


def refused(
    folder: Path | str, variant: str | None = None, sets: tuple[str, ...] = ()
) -> tuple[Problem, ...]:
    """The problems of what must be refused."""
    with pytest.raises(BadScenario) as caught:
        load(folder, variant, sets)
    return caught.value.problems


# --------------------------------------------------------------------------- references


@pytest.mark.parametrize("reference", ["tiny/snow", "tiny/flood"])
def test_tiny_scenarios_are_complete_and_labelled(reference: str) -> None:
    """The shipped towns load without a remark, and say that they are made up."""
    scenario = load(reference)
    assert scenario.id == reference
    assert len(scenario.city.segments) == 24 and len(scenario.fleet.depots) == 2
    assert 4 <= sum(machines.count for machines in scenario.fleet.equipment) <= 6
    assert scenario.city.note is not None and "made-up" in scenario.city.note.en
    assert read(reference).notes() == ()


def test_a_path_is_found_with_or_without_the_file(sample: Path) -> None:
    """A folder, or the scenario.yaml in it, is a reference; the scenario is called by its folder."""
    assert find(sample) == find(sample / "scenario.yaml") == sample
    assert load(sample).id == "sample"


def test_an_unknown_reference_asks_for_the_nearest() -> None:
    """A misspelt scenario is answered with the one that was meant."""
    (problem,) = refused("tiny/snwo")
    assert problem.hint == "did you mean 'tiny/snow'?"


def test_a_folder_without_scenario_says_how_to_make_one(tmp_path: Path) -> None:
    """A folder that holds no scenario.yaml is told so."""
    (problem,) = refused(tmp_path)
    assert "no scenario.yaml" in problem.what and "stormyard new" in problem.hint


def test_listing_names_what_runs_and_not_what_others_extend() -> None:
    """Scenarios are listed with names, note and variants; a base without a storm is not."""
    listed = {item.reference: item for item in listing()}
    assert "tiny" not in listed and "starter" not in listed
    assert listed["tiny/snow"].name.en == "Tiny Town, heavy snow"
    assert listed["tiny/snow"].note is not None
    assert listed["tiny/snow"].variants == ("no-response", "double-salt", "early")


def test_the_same_files_give_the_same_digest(sample: Path, pristine: Path) -> None:
    """Where a folder lies does not matter, only what is in it and what it is called."""
    assert load(sample).digest() == load(pristine).digest()


def test_a_changed_cell_changes_the_digest(sample: Path) -> None:
    """Every input is in the digest."""
    before = load(sample).digest()
    cell("fleet/stock.csv", 2, "amount_t", "12.5")(sample)
    assert load(sample).digest() != before


# --------------------------------------------------------------------------- variants and --set


def test_no_response_is_built_in(sample: Path) -> None:
    """Every scenario has the variant in which no team acts."""
    assert load(sample).respond and not load(sample, "no-response").respond
    assert variants(sample)["no-response"] == {"respond": False}


def test_variants_are_told_with_their_overrides(sample: Path) -> None:
    """``variants`` gives each block as it is written."""
    found = variants(sample)
    assert list(found) == ["no-response", "rain", "more-salt", "planned"]
    assert found["more-salt"]["fleet.stock.west:salt.amount_t"] == "24"


def test_a_variant_may_change_storm_and_name(sample: Path) -> None:
    """A variant that names another storm reads that storm's files."""
    rain = load(sample, "rain")
    assert (rain.storm.id, rain.hazards, rain.duration) == ("rain", ("water",), 6 * 3600)
    assert rain.name.en == "Model Town, cloudburst"


def test_an_unknown_variant_asks_for_the_nearest(sample: Path) -> None:
    """A misspelt variant is told with the one that was meant."""
    (problem,) = refused(sample, "mroe-salt")
    assert problem.where == "--variant mroe-salt" and "did you mean 'more-salt'?" in problem.hint


def test_no_response_cannot_be_written_anew(sample: Path) -> None:
    """A block of that name is refused: it would not mean what everyone takes it to mean."""
    append("scenario.yaml", "  no-response:\n    hours: 3\n")(sample)
    (problem,) = refused(sample)
    assert "is built in" in problem.what


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("fleet.stock.west:salt.amount_t", "24", lambda s: s.fleet.stock[0].amount == 24_000),
        ("fleet.stock.west:grit.amount_t", "2", lambda s: s.fleet.stock[-1].amount == 2000),
        ("fleet.teams.footway.people", "40", lambda s: s.fleet.teams[2].people == 40),
        ("fleet.teams.2.people", "40", lambda s: s.fleet.teams[2].people == 40),
        ("fleet.equipment.plough-w.count", "1", None),
        ("fleet.kinds.plough-3t.work_speed_major_kmh", "18", lambda s: _kind(s, "plough-3t").work_speed_major == 5.0),
        ("fleet.depots.west.name.en", "The Yard", lambda s: s.fleet.depots[0].name.en == "The Yard"),
        ("fleet.depots.west.name", "场", lambda s: str(s.fleet.depots[0].name) == "场"),
        ("command.decide_every_min", "5", lambda s: s.command.decide_every == 300),
        ("command.relay_min.street", "7", lambda s: s.command.relay["street"] == 420),
        ("command.rules.1.level", "II", lambda s: s.command.rules[1].level == "II"),
        ("goals.clear_h.0.light", "3", lambda s: s.goals.clear[0]["light"] == 10_800),
        ("goals.first_pass_h.3", "20", lambda s: s.goals.first_pass == (14_400, 28_800, 57_600, 72_000)),
        ("physics.snow.plough_residual_mm", "2", lambda s: s.physics.snow.plough_residual == 2),
        ("storm.warnings.1.t_h", "-1", lambda s: s.storm.warnings[1].t == -3600),
        ("storm.weather.2.precipitation_mmh", "3.6", lambda s: s.storm.weather[2].precipitation == pytest.approx(1e-3)),
        ("storm", "rain", lambda s: s.storm.id == "rain"),
        ("hazards", "[snow, water]", lambda s: s.hazards == ("snow", "water")),
        ("hazards", "snow;water", lambda s: s.hazards == ("snow", "water")),
        ("hours", "8", lambda s: s.duration == 8 * 3600),
        ("name.zh", "新名", lambda s: (s.name.zh, s.name.en) == ("新名", "Model Town")),
        ("dispatcher", "assignment", lambda s: s.dispatcher == "assignment"),
        ("respond", "no", lambda s: s.respond is False),
        ("injects", "[]", lambda s: s.injects == ()),
        ("city.note.en", "another", lambda s: s.city.note.en == "another"),
        ("city.segments.centre-1.lanes", "4", lambda s: s.city.segments[3].lanes == 4),
        ("city.places.hospital.name_en", "Clinic", lambda s: s.city.places[0].name.en == "Clinic"),
    ],
)  # fmt: skip
def test_a_path_sets_a_value(sample: Path, path: str, value: str, expected: object) -> None:
    """``--set`` reaches every part of a scenario in the units of the files."""
    if expected is None:
        assert (
            "is not a crew" in refused(sample, sets=(f"{path}={value}",))[0].what
        )  # plan.csv names plough-w/2
        return
    assert callable(expected) and expected(load(sample, sets=[f"{path}={value}"]))


def _kind(scenario: object, name: str) -> object:
    return next(kind for kind in scenario.fleet.kinds if kind.id == name)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("option", "what", "hint"),
    [
        ("hours", "this is not PATH=VALUE", "--set hours=24"),
        ("=3", "this is not PATH=VALUE", "--set hours=24"),
        ("horus=3", "scenario has no 'horus'", "did you mean 'hours'?"),
        ("duration=3", "scenario has no 'duration'", "did you mean 'hours'? it is read in h"),
        ("fleet.taems.x=3", "fleet has no 'taems'", "did you mean 'teams'?"),
        ("fleet.teams.snow-9.people=3", "there is no team 'snow-9'", "did you mean 'snow-"),
        ("fleet.teams.snow-1.peple=3", "team has no 'peple'", "did you mean 'people'?"),
        (
            "fleet.teams.snow-1.muster=3",
            "team has no 'muster'",
            "did you mean 'muster_min'? it is read in min",
        ),
        ("fleet.teams.snow-1=3", "'snow-1' is a row", "go on with a column: id, name"),
        ("fleet.teams.snow-1.people.x=3", "'people' has nothing inside it", ""),
        ("fleet.stock.wets:salt.amount_t=3", "'wets' is not a depot", "did you mean 'west'?"),
        ("goals.clear_h.7.light=3", "'clear_h' has no entry '7'", "its entries are numbered 0 to 3"),
        ("goals.clear_h.0.lihgt=3", "'clear_h' has no 'lihgt'", "did you mean 'light'?"),
        ("storm.weather.first.air_c=3", "there is no weather 'first'", "choose them by number from 0"),
        ("name.fr=x", "a name has no 'fr'", "it has zh and en"),
        ("fleet.teams.snow-1.people=-3", "people is -3, it must be at least 1", "On the roll"),
        ("hours=[", "broken YAML", ""),
        ("storm=rian", "'storms/rian.yaml' is missing", "did you mean 'storms/rain.yaml'?"),
    ],
)
def test_a_path_that_names_nothing_is_told(sample: Path, option: str, what: str, hint: str) -> None:
    """Each fault of ``--set`` is one problem that names the option, with a question or a way on."""
    (problem,) = refused(sample, sets=(option,))
    assert problem.where.startswith(f"--set {option}")
    assert what in problem.what and hint in problem.hint


def test_sets_lie_on_the_variant(sample: Path) -> None:
    """``--set`` comes after the variant, and later ones after earlier ones."""
    scenario = load(sample, "rain", ["hours=5", "hours=4"])
    assert (scenario.duration, scenario.storm.id) == (4 * 3600, "rain")


def test_a_fault_in_a_variant_names_its_line(sample: Path) -> None:
    """A path that names nothing in a variant is told with the line it stands in."""
    replace("scenario.yaml", "fleet.stock.east:salt", "fleet.stcok.east:salt")(sample)
    (problem,) = refused(sample, "more-salt")
    assert problem.where == "scenario.yaml line 48" and "did you mean 'stock'?" in problem.hint


# --------------------------------------------------------------------------- extends


@pytest.fixture
def heir(sample: Path) -> Path:
    """A folder beside the sample that takes everything from it."""
    write("scenario.yaml", "extends: ../sample\nname: {zh: 后继, en: Heir}\n")(sample.parent / "heir")
    return sample.parent / "heir"


def test_an_heir_has_everything(heir: Path, sample: Path) -> None:
    """What is not given is taken from the folder that is extended, its variants too."""
    scenario, base = load(heir), load(sample)
    assert scenario.name.en == "Heir" and scenario.id == "heir"
    assert scenario.city == base.city and scenario.storm == base.storm and scenario.fleet == base.fleet
    assert list(variants(heir)) == list(variants(sample))


def test_blocks_are_joined_and_files_replaced(heir: Path, sample: Path) -> None:
    """Keys of scenario.yaml are joined block by block; a table of one's own takes the place of the other's."""
    append("scenario.yaml", "command: {decide_every_min: 5}\nvariants: {late: {hours: 20}}\n")(heir)
    write("fleet/stock.csv", "depot,material,amount_t\neast,salt,1\n")(heir)
    scenario, base = load(heir), load(sample)
    assert scenario.command.decide_every == 300 and scenario.command.rules == base.command.rules
    assert [stock.amount for stock in scenario.fleet.stock] == [1000]
    assert scenario.fleet.teams == base.fleet.teams
    assert load(heir, "late").duration == 20 * 3600 and load(heir, "rain").storm.id == "rain"


def test_a_table_may_be_replaced_by_a_workbook(heir: Path, sample: Path) -> None:
    """The heir's Excel file stands for the base's CSV of the same name."""
    from scenarios.tables import write_table

    teams = load(sample).fleet.teams
    (heir / "fleet").mkdir()
    write_table(heir / "fleet/teams.xlsx", [team.model_copy(update={"people": 50}) for team in teams])
    assert {team.people for team in load(heir).fleet.teams} == {50}


def test_problems_of_the_base_are_shown_from_the_heir(heir: Path, sample: Path) -> None:
    """A fault in a file that was taken over is named by the way to it."""
    cell("fleet/stock.csv", 2, "amount_t", "-3")(sample)
    (problem,) = refused(heir)
    assert problem.where == "../sample/fleet/stock.csv row 2, column amount_t"


def test_a_circle_of_folders_is_found(heir: Path, sample: Path) -> None:
    """Two folders that extend one another are told, not followed for ever."""
    append("scenario.yaml", "extends: ../heir\n")(sample)
    problems = refused(heir)
    assert any("goes in a circle" in problem.what for problem in problems)


def test_a_shipped_scenario_may_be_extended(tmp_path: Path) -> None:
    """One's own storm over a shipped town: three lines."""
    write("scenario.yaml", "extends: tiny/snow\nhours: 9\n")(tmp_path / "mine")
    assert load(tmp_path / "mine").duration == 9 * 3600


def test_only_files_of_the_chain_are_read(heir: Path, sample: Path) -> None:
    """A file beside the folders is refused even where it is there; one in the base is read."""
    shutil.copy(sample / "city/drains.inp", sample.parent / "drains.inp")
    append("scenario.yaml", "city: {drains: ../drains.inp}\n")(heir)
    assert any("lies outside" in problem.what for problem in refused(heir))
    replace("scenario.yaml", "../drains.inp", "city/drains.inp")(heir)
    assert load(heir).city.drains == load(sample).city.drains


# --------------------------------------------------------------------------- catalogue and other files


def test_own_kinds_stand_beside_the_catalogue(sample: Path) -> None:
    """A row with a new id is added, a row with an id of the catalogue takes its place."""
    text = "id,name,abilities,travel_speed_kmh,hopper_t,crew\n"
    text += "tractor,拖拉机,plough,25,0,1\nplough-3t,改,plough;spread,30,3,2\n"
    write("fleet/kinds.csv", text)(sample)
    kinds = {kind.id: kind for kind in load(sample).fleet.kinds}
    assert kinds["tractor"].travel_speed == pytest.approx(25 / 3.6)
    assert kinds["plough-3t"].name.zh == "改" and "plough-spreader" in kinds


def test_folders_may_have_other_names(sample: Path) -> None:
    """``city:`` and ``fleet:`` name folders; a block with ``folder`` may name single files as well."""
    (sample / "city").rename(sample / "town")
    replace("scenario.yaml", "city: city", "city: {folder: town, places: town/places.csv}")(sample)
    assert load(sample).city.id == "model-town"


def test_command_may_stand_in_a_file_of_its_own(sample: Path) -> None:
    """Blocks of keys may be named as YAML files."""
    write("winter.yaml", "decide_every_min: 7\n")(sample)
    assert load(sample, sets=["command=winter.yaml"]).command.decide_every == 420


def test_injects_and_plan_are_read(sample: Path) -> None:
    """Events and steps come from the tables beside scenario.yaml."""
    scenario = load(sample)
    assert [inject.kind for inject in scenario.injects] == ["breakdown", "call"]
    assert scenario.plan_book[0].targets == ("centre-1", "centre-2", "centre-3")


def test_without_drains_snow_still_runs(sample: Path) -> None:
    """A drain model is needed only where water is reckoned with."""
    (sample / "city/drains.inp").unlink()
    assert load(sample).city.drains is None


def test_people_are_counted_for_the_hazards_at_hand(sample: Path) -> None:
    """The same people may plough in winter and pump in summer, but not in one rain on snow."""
    copy_row("fleet/equipment.csv", 5, id="pump-2", team="snow-1", kind="pump-truck-3000")(sample)
    cell("fleet/teams.csv", 2, "skills", "plough;spread;pump")(sample)
    assert load(sample).fleet.teams[0].people == 12
    (problem,) = refused(sample, sets=("hazards=[snow, water]",))
    assert "has 12 people, its equipment needs 18" in problem.what


def test_a_link_out_of_the_folder_is_refused(sample: Path) -> None:
    """A file that is only a link to one outside does not make that one part of the scenario."""
    outside = sample.parent / "secret.csv"
    shutil.copy(sample / "injects.csv", outside)
    (sample / "injects.csv").unlink()
    try:
        (sample / "injects.csv").symlink_to(outside)
    except OSError:
        pytest.skip("this system makes no links")
    assert any("lies outside" in problem.what for problem in refused(sample))
