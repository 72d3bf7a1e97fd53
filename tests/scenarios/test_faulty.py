"""Faulty scenarios: each slip of a planner is told with its file, row or line, what is wrong and what to do.

A case spoils a copy of the sample and names every problem that must come, as words of its place, of what is
wrong and of the hint. No other problem may come: one slip must not call forth a flood.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from scenarios.load import load
from scenarios.problems import BadScenario, Problem
from tests.scenarios.folders import (
    Edit,
    append,
    both,
    cell,
    column,
    copy_row,
    feature,
    read_rows,
    remove,
    replace,
    roads,
    write,
    write_rows,
)

TEAMS, EQUIPMENT, STOCK, DEPOTS = (
    "fleet/teams.csv",
    "fleet/equipment.csv",
    "fleet/stock.csv",
    "fleet/depots.csv",
)
ROADS, PLACES, DRAINS = "city/roads.geojson", "city/places.csv", "city/drains.inp"
SCENARIO, SNOW, RAIN = "scenario.yaml", "storms/snow.yaml", "storms/rain.csv"


@dataclass(frozen=True)
class Case:
    """A slip and the problems it must give: (words of where, words of what, words of the hint)."""

    name: str
    edit: Edit
    expected: tuple[tuple[str, str, str], ...]
    variant: str | None = None


def case(name: str, edit: Edit, *expected: tuple[str, str, str], variant: str | None = None) -> Case:
    """A case in one call."""
    return Case(name, edit, expected, variant)


def zip_bytes(name: str) -> bytes:
    """A zip archive with one file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "id,name\n")
    return buffer.getvalue()


def recode(file: str, encoding: str) -> Edit:
    """Save a file in another encoding, as Excel on a Chinese Windows does."""

    def edit(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8-sig")
        (folder / file).write_bytes(text.encode(encoding))

    return edit


def semicolons(folder: Path) -> None:
    """Save the teams with semicolons between the columns."""
    rows = read_rows(folder / TEAMS)
    (folder / TEAMS).write_text("\n".join(";".join(row) for row in rows), encoding="utf-8")


def only_header(folder: Path) -> None:
    """Leave only the header of the rain table."""
    write_rows(folder / RAIN, read_rows(folder / RAIN)[:1])


def swapped(document: dict) -> None:
    """Latitude before longitude, everywhere."""
    for item in document["features"]:
        item["geometry"]["coordinates"] = [[lat, lon] for lon, lat in item["geometry"]["coordinates"]]


def island(document: dict) -> None:
    """Two segments far off, joined to nothing, with the eastern yard beside them."""
    for number, item in enumerate(document["features"][-2:]):
        item["properties"].update(start=f"x{number}", end=f"x{number + 1}", length_m=None)
        lon = 113.80 + number * 0.005
        item["geometry"]["coordinates"] = [[lon, 34.80], [lon + 0.005, 34.80]]


CASES = [
    # ---------------------------------------------------------------- files
    case("no roads", remove(ROADS), ("city/roads.geojson", "the file is missing", "")),
    case("no depots", remove(DEPOTS), ("fleet/depots.csv", "the file is missing", "stormyard new")),
    case(
        "storm file misspelt",
        replace(SCENARIO, "storm: snow", "storm: snwo"),
        ("scenario.yaml line 9", "'storms/snwo.yaml' is missing", "did you mean 'storms/snow.yaml'?"),
    ),
    case(
        "weather table missing",
        remove(RAIN),
        ("storms/rain.yaml line 7", "'storms/rain.csv' is missing", ""),
        variant="rain",
    ),
    case(
        "GB18030 table",
        recode(TEAMS, "gb18030"),
        ("fleet/teams.csv line 2", "not UTF-8", "GB18030 (GBK)"),
    ),
    case(
        "UTF-16 table",
        recode(STOCK, "utf-16"),
        ("fleet/stock.csv line 1", "not UTF-8", "save it as 'CSV UTF-8'"),
    ),
    case(
        "zip instead of xlsx",
        both(remove(STOCK), write("fleet/stock.xlsx", zip_bytes("stock.csv"))),
        ("fleet/stock.xlsx", "a zip archive, not an Excel workbook", "CSV UTF-8"),
    ),
    case(
        "broken xlsx",
        both(remove(STOCK), write("fleet/stock.xlsx", b"PK\x03\x04 nothing more")),
        ("fleet/stock.xlsx", "the Excel workbook cannot be read", "save it again"),
    ),
    case(
        "xlsx under the name of a CSV",
        write(STOCK, zip_bytes("[Content_Types].xml") + b"\xff"),
        ("fleet/stock.csv line", "not UTF-8", "zip or Excel"),
    ),
    case(
        "a table twice",
        write("fleet/stock.xlsx", zip_bytes("x")),
        ("fleet/stock.csv", "stands twice", "remove one"),
    ),
    case(
        "file outside the folder",
        replace(SCENARIO, "city: city", "city: {drains: ../../drains.inp}"),
        (
            "scenario.yaml line 7",
            "'../../drains.inp' lies outside the scenario's folder",
            "put the file into",
        ),
    ),
    # ---------------------------------------------------------------- columns and cells
    case(
        "column without its unit",
        column(TEAMS, "muster_min", "muster"),
        ("fleet/teams.csv row 1", "unknown column 'muster'", "did you mean 'muster_min'? it is read in min"),
    ),
    case(
        "column misspelt",
        column(TEAMS, "callout", "calout"),
        ("fleet/teams.csv row 1", "unknown column 'calout'", "did you mean 'callout'?"),
    ),
    case(
        "needed column missing",
        column(TEAMS, "depot", None),
        ("fleet/teams.csv row 1", "the column 'depot' is missing", "Where it musters"),
    ),
    case(
        "column twice",
        column(TEAMS, "rest_h", "relief"),
        ("fleet/teams.csv row 1", "'relief' stands twice", "remove one"),
    ),
    case(
        "semicolons for commas",
        semicolons,
        ("fleet/teams.csv row 1", "not parted by commas", "CSV UTF-8"),
    ),
    case(
        "no header",
        write(STOCK, ""),
        ("fleet/stock.csv row 1", "the header row is missing", "first row names the columns"),
    ),
    case(
        "unclosed quote",
        append(STOCK, '"west,grit,5\n'),
        ("fleet/stock.csv row 8", "broken CSV", "check the quotes"),
    ),
    case(
        "cell in a column without a name",
        append(STOCK, "west,grit,5,oops\n"),
        ("fleet/stock.csv row 8", "'oops' stands in a column without a name", "must be quoted"),
    ),
    case(
        "not a number",
        cell(TEAMS, 4, "muster_min", "half an hour"),
        (
            "fleet/teams.csv row 4, column muster_min",
            "'half an hour' is not a number",
            "leave the cell empty",
        ),
    ),
    case(
        "number with its unit",
        cell(DEPOTS, 2, "turnaround_min", "10 min"),
        (
            "fleet/depots.csv row 2, column turnaround_min",
            "'10 min' is not a number",
            "write the number alone",
        ),
    ),
    case(
        "thousands separator",
        cell(STOCK, 2, "amount_t", "1,200"),
        (
            "fleet/stock.csv row 2, column amount_t",
            "'1,200' is not a number",
            "write it without separators: 1200",
        ),
    ),
    case(
        "NaN",
        cell(STOCK, 3, "amount_t", "NaN"),
        ("fleet/stock.csv row 3, column amount_t", "'NaN' is not a number", ""),
    ),
    case(
        "infinite",
        cell(STOCK, 3, "amount_t", "1e999"),
        ("fleet/stock.csv row 3, column amount_t", "is not a finite number", "leave unknown cells empty"),
    ),
    case(
        "negative stock",
        cell(STOCK, 2, "amount_t", "-3"),
        (
            "fleet/stock.csv row 2, column amount_t",
            "amount_t is -3, it must be at least 0 t",
            "How much there is",
        ),
    ),
    case(
        "half a person",
        cell(TEAMS, 2, "people", "12.5"),
        ("fleet/teams.csv row 2, column people", "'12.5' is not a whole number", ""),
    ),
    case(
        "empty id",
        cell(EQUIPMENT, 9, "id", ""),
        ("fleet/equipment.csv row 9, column id", "'id' is empty and has no default", "Name of the row"),
    ),
    case(
        "unknown verb in a list",
        cell(TEAMS, 2, "skills", "plow;spread"),
        (
            "fleet/teams.csv row 2, column skills",
            "'plow' is no verb",
            "did you mean 'plough'? it is one of plough",
        ),
    ),
    case(
        "unknown tier",
        cell(TEAMS, 2, "tier", "county"),
        ("fleet/teams.csv row 2, column tier", "'county' is no tier", "it is one of city, district, street"),
    ),
    case(
        "neither true nor false",
        feature(1, lambda f: f["properties"].update(oneway="perhaps")),
        (
            "city/roads.geojson feature 1 (id model-1), property oneway",
            "neither true nor false",
            "true or false",
        ),
    ),
    # ---------------------------------------------------------------- YAML
    case(
        "broken YAML",
        replace(SCENARIO, "hazards: [snow]", "hazards: [snow"),
        ("scenario.yaml line 1", "broken YAML", "check the indentation, quotes, brackets"),
    ),
    case(
        "tab in YAML",
        replace(SCENARIO, "  decide_every_min", "\tdecide_every_min"),
        ("scenario.yaml line 29", "broken YAML", "indent with spaces, not with tabs"),
    ),
    case(
        "key misspelt",
        replace(SCENARIO, "dispatcher:", "dispacher:"),
        ("scenario.yaml line 12", "unknown key 'dispacher'", "did you mean 'dispatcher'?"),
    ),
    case(
        "key without its unit",
        replace(SCENARIO, "decide_every_min", "decide_every_s"),
        (
            "scenario.yaml line 29",
            "unknown key 'decide_every_s'",
            "did you mean 'decide_every_min'? it is read in min",
        ),
    ),
    case(
        "key twice",
        replace(SCENARIO, "hours: 12", "hours: 12\nhours: 24"),
        ("scenario.yaml line 14", "'hours' stands twice, first in line 13", "remove one"),
    ),
    case(
        "hours missing",
        replace(SCENARIO, "hours: 12\n", ""),
        ("scenario.yaml line 4", "'hours' is missing", "How long the run is"),
    ),
    case(
        "hours too long",
        replace(SCENARIO, "hours: 12", "hours: 1000"),
        ("scenario.yaml line 13", "hours is 1000, it must be at most 720 h", "How long"),
    ),
    case(
        "unknown hazard",
        replace(SCENARIO, "hazards: [snow]", "hazards: [snow, wind]"),
        ("scenario.yaml line 11", "'wind' is no hazard", "it is one of snow, water"),
    ),
    case(
        "python object in YAML",
        replace(SCENARIO, "dispatcher: greedy", "dispatcher: !!python/object/apply:os.system [ls]"),
        ("scenario.yaml line 12", "is not allowed", "files are data"),
    ),
    case(
        "too few goals",
        replace(SCENARIO, "    - {light: 12, moderate: 24, heavy: 36, storm: 48}\n", ""),
        ("scenario.yaml line 33", "'clear_h' has 3 entries, it needs at least 4", "95 %"),
    ),
    case(
        "goal for an unknown grade",
        replace(SCENARIO, "{light: 4,", "{lihgt: 4,"),
        ("scenario.yaml line 34", "'lihgt' has no place in 'clear_h'", "did you mean 'light'?"),
    ),
    case(
        "extends nothing",
        replace(SCENARIO, "fleet: fleet", "fleet: fleet\nextends: ../bsae"),
        ("scenario.yaml line 9", "'extends' names '../bsae', but no scenario is there", ""),
    ),
    # ---------------------------------------------------------------- roads
    case(
        "broken GeoJSON",
        replace(ROADS, '"type":"Feature"', '"type":"Feature",,'),
        ("city/roads.geojson line 2, column", "broken JSON", "check commas, quotes and brackets"),
    ),
    case(
        "swapped coordinates",
        roads(swapped),
        *(
            ("city/roads.geojson feature", "is not a longitude and latitude", "look swapped")
            for _ in range(17)
        ),
    ),
    case(
        "projected coordinates",
        feature(2, lambda f: f["geometry"].update(coordinates=[[472000, 3850000], [472400, 3850000]])),
        ("feature 2 (id model-2)", "is not a longitude and latitude in degrees", "map projection"),
    ),
    case(
        "a point for a road",
        feature(3, lambda f: f["geometry"].update(type="Point", coordinates=[113.7, 34.8])),
        (
            "feature 3 (id model-3)",
            "'Point', a road piece is a LineString",
            "one feature each",
        ),
    ),
    case(
        "speed out of range",
        feature(4, lambda f: f["properties"].update(speed_kmh=300)),
        (
            "feature 4 (id centre-1), property speed_kmh",
            "speed_kmh is 300, it must be at most 144 km/h",
            "Free-flow",
        ),
    ),
    case(
        "length in kilometres",
        feature(4, lambda f: f["properties"].update(length_m=0.457)),
        (
            "feature 4 (id centre-1), property length_m",
            "length_m is 0.457, but the line measures 457 m",
            "in metres",
        ),
    ),
    case(
        "line drawn backwards",
        feature(10, lambda f: f["geometry"]["coordinates"].reverse()),
        ("feature 10", "lies 4", "drawn from end to start"),
        ("feature 10", "lies 4", "drawn from end to start"),
    ),
    case(
        "unknown property",
        feature(1, lambda f: f["properties"].update(lane=2)),
        ("feature 1 (id model-1), property lane", "unknown property 'lane'", "did you mean 'lanes'?"),
    ),
    case(
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
    case(
        "not in WGS84",
        roads(lambda d: d.update(crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}})),
        ("city/roads.geojson", "in another system", "WGS84"),
    ),
    # ---------------------------------------------------------------- cross references
    case(
        "unknown kind",
        cell(EQUIPMENT, 3, "kind", "plow-3t"),
        (
            "fleet/equipment.csv row 3, column kind",
            "'plow-3t' is not an equipment kind",
            "did you mean 'plough-3t'?",
        ),
    ),
    case(
        "unknown team",
        cell(EQUIPMENT, 2, "team", "snow-9"),
        (
            "fleet/equipment.csv row 2, column team",
            "'snow-9' is not a team",
            "teams are listed in fleet/teams",
        ),
    ),
    case(
        "unknown depot",
        cell(TEAMS, 3, "depot", "easst"),
        ("fleet/teams.csv row 3, column depot", "'easst' is not a depot", "did you mean 'east'?"),
    ),
    case(
        "unknown material",
        cell(STOCK, 2, "material", "slat"),
        ("fleet/stock.csv row 2, column material", "'slat' is not a material", "did you mean 'salt'?"),
    ),
    case(
        "unknown office",
        cell(TEAMS, 4, "office", "center"),
        ("fleet/teams.csv row 4, column office", "'center' is not a street office", "did you mean 'centre'?"),
    ),
    case(
        "unknown drain node",
        cell(PLACES, 5, "drain_node", "UPX"),
        ("city/places.csv row 5, column drain_node", "'UPX' is not a drain node", "did you mean 'UP'?"),
    ),
    case(
        "low point nowhere",
        feature(4, lambda f: f["properties"].update(low_point="N99")),
        ("feature 4 (id centre-1), property low_point", "'N99' is not a drain node", "city/drains.inp"),
    ),
    case(
        "two teams of one id",
        copy_row(TEAMS, 2, name_zh="除雪三队", name_en="Third snow team"),
        (
            "fleet/teams.csv row 7",
            "the team 'snow-1' stands twice, first in fleet/teams.csv row 2",
            "ids are given once",
        ),
    ),
    case(
        "two teams of one name",
        copy_row(TEAMS, 2, id="snow-3"),
        ("fleet/teams.csv row 7", "two teams are called '除雪一队 First snow team'", "tell the two apart"),
    ),
    case(
        "stock twice",
        append(STOCK, "west,salt,3\n"),
        (
            "fleet/stock.csv row 8",
            "'west:salt' stands twice, first in fleet/stock.csv row 2",
            "add the amounts up",
        ),
    ),
    case(
        "shift ends before it starts",
        cell(TEAMS, 4, "duty_to_h", "5"),
        ("fleet/teams.csv row 4", "the shift ends before it starts", "07:00 next day is 31"),
    ),
    case(
        "too few people",
        cell(TEAMS, 2, "people", "5"),
        ("fleet/teams.csv row 2, column people", "has 5 people, its equipment needs 8", "add people"),
    ),
    case(
        "a team that cannot use its machine",
        cell(EQUIPMENT, 3, "team", "drain-1"),
        (
            "fleet/equipment.csv row 3, column team",
            "team 'drain-1' cannot use a 'plough-3t'",
            "trained for pump",
        ),
    ),
    case(
        "unreachable depot: far off",
        cell(DEPOTS, 3, "lon", "114.9"),
        (
            "fleet/depots.csv row 3, column lon",
            "the depot is unreachable: the nearest junction is",
            "on the roads",
        ),
    ),
    case(
        "unreachable depot: swapped",
        both(cell(DEPOTS, 3, "lon", "34.7918"), cell(DEPOTS, 3, "lat", "89.7")),
        ("fleet/depots.csv row 3, column lon", "the depot is unreachable", "is taken as being on the roads"),
    ),
    case(
        "unreachable depot: an island",
        both(roads(island), cell(DEPOTS, 3, "lon", "113.805"), cell(DEPOTS, 3, "lat", "34.80")),
        ("fleet/depots.csv row 3", "only 2 of 17 segments can be reached", "check one-way streets"),
    ),
    # ---------------------------------------------------------------- storm, injects, plan
    case(
        "empty storm",
        only_header,
        ("storms/rain.csv row 1", "'weather' has 0 entries, it needs at least 1", "Weather row by row"),
        variant="rain",
    ),
    case(
        "storm goes back in time",
        replace(SNOW, "t_h: 5,", "t_h: 2,"),
        ("storms/snow.yaml line 10", "the weather goes back in time: 2 h follows 3 h", "in order of time"),
    ),
    case(
        "storm starts late",
        replace(SNOW, "t_h: 0,", "t_h: 0.5,"),
        ("storms/snow.yaml line 7", "the weather starts at 0.5 h, the run at 0", "add a row"),
    ),
    case(
        "storm after the run",
        replace(SCENARIO, "hours: 12", "hours: 1"),
        (
            "scenario.yaml line 13",
            "the run ends after 1 h, before the first rain or snow at 1 h",
            "run longer",
        ),
    ),
    case(
        "warning of an unknown hazard",
        replace(SNOW, "hazard: snow, colour: blue", "hazard: sonw, colour: blue"),
        ("storms/snow.yaml line 13", "'sonw' is no hazard", "did you mean 'snow'?"),
    ),
    case(
        "start without offset",
        replace(SNOW, "+08:00", ""),
        ("storms/snow.yaml line 4", "the start has no offset to UTC", "2024-01-31T15:00:00+08:00"),
    ),
    case(
        "start is no time",
        replace(SNOW, "2025-01-15T00:00:00+08:00", "15 January"),
        ("storms/snow.yaml line 4", "'15 January' is not a time", "2024-01-31T15:00:00+08:00"),
    ),
    case(
        "temperature out of range",
        replace(SNOW, "air_c: -3.5", "air_c: -273"),
        ("storms/snow.yaml line 11", "air_c is -273, it must be at least -60 °C", "Air temperature"),
    ),
    case(
        "two rules for one warning",
        replace(
            SCENARIO, "colour: blue, level: IV, delay_min: 20}", "colour: red, level: IV, delay_min: 20}"
        ),
        ("scenario.yaml line 21", "two rules answer a red warning of snow", "remove one"),
    ),
    case(
        "inject with an unknown target",
        cell("injects.csv", 2, "target", "plough-w/7"),
        ("injects.csv row 2, column target", "'plough-w/7' is not a crew", "did you mean 'plough-w/"),
    ),
    case(
        "inject of an unknown kind",
        cell("injects.csv", 3, "kind", "cal"),
        ("injects.csv row 3, column kind", "'cal' is no kind", "did you mean 'call'?"),
    ),
    case(
        "outage of no pump",
        append("injects.csv", "2,outage,C1,1,,,\n"),
        ("injects.csv row 4, column target", "'C1' is not a pump of the drain model", "'P1'"),
    ),
    case(
        "breakdown that lasts no time",
        cell("injects.csv", 2, "value", "0"),
        ("injects.csv row 2, column value", "the breakdown lasts no time", "give duration_h"),
    ),
    case(
        "plan for a crew that cannot",
        cell("plan.csv", 2, "verbs", "pump"),
        ("plan.csv row 2, column verbs", "plough-w/1 cannot pump: its machine can plough, spread", ""),
        *(
            ("plan.csv row 2, column targets", "is not a drain node, which pump works on", "")
            for _ in range(3)
        ),
    ),
    # ---------------------------------------------------------------- drains
    case(
        "broken .inp",
        replace(DRAINS, "C2      N2    N3    450        0.013", "C2      N2"),
        ("city/drains.inp line 72", "a row of [CONDUITS] needs 7 items", ""),
        ("city/drains.inp line 84", "[XSECTIONS] names link 'C2', which is not there", ""),
    ),
    case(
        "drain cycle",
        both(
            replace(DRAINS, "C3      N3    OUT ", "C3      N3    N1  "),
        ),
        (
            "city/drains.inp line 71",
            "go round in a loop between 'N1', 'N2', 'N3': no outfall",
            "turn one of the links",
        ),
    ),
    case(
        "no outfall",
        replace(DRAINS, "OUT     94.00      FREE             NO", ""),
        ("city/drains.inp", "the model has no outfall", "add one in [OUTFALLS]"),
        (
            "city/drains.inp line 73",
            "conduit 'C3' ends at node 'OUT', which is nowhere defined",
            "add the node",
        ),
    ),
    case(
        "no SWMM model",
        write(DRAINS, "name,depth\nN1,2\n"),
        ("city/drains.inp", "no section was found: this is no SWMM model", "right file"),
    ),
    case(
        "water without drains",
        remove(DRAINS),
        ("scenario.yaml line 44", "the hazard 'water' needs a drain model", "add city/drains.inp"),
        variant="rain",
    ),
]


def problems_of(folder: Path, variant: str | None = None) -> tuple[Problem, ...]:
    """What ``load`` says of a folder that must be refused."""
    with pytest.raises(BadScenario) as caught:
        load(folder, variant)
    return caught.value.problems


def fits(problem: Problem, words: tuple[str, str, str]) -> bool:
    """Whether a problem has the expected words in its three parts."""
    return all(
        word in part for word, part in zip(words, (problem.where, problem.what, problem.hint), strict=True)
    )


def test_there_are_enough_cases() -> None:
    """At least forty slips are tried, each under a name of its own."""
    assert len({case.name for case in CASES}) == len(CASES) >= 40


@pytest.mark.parametrize("slip", CASES, ids=lambda slip: slip.name)
def test_a_slip_is_told_exactly(slip: Case, sample: Path) -> None:
    """Each slip gives its problems and no others."""
    slip.edit(sample)
    problems = problems_of(sample, slip.variant)
    for words in slip.expected:
        assert any(fits(problem, words) for problem in problems), f"{words} not in {problems}"
    assert len(problems) == len(slip.expected), "\n".join(str(problem) for problem in problems)


def test_every_problem_of_every_file_comes_at_once(sample: Path) -> None:
    """Slips in ten files are all told by one call; none hides another."""
    chosen = [
        "column without its unit", "unknown kind", "negative stock", "storm goes back in time", "key misspelt",
        "speed out of range", "unknown drain node", "inject with an unknown target", "drain cycle",
        "unreachable depot: far off", "two teams of one id", "unknown verb in a list",
    ]  # fmt: skip
    slips = [next(case for case in CASES if case.name == name) for name in chosen]
    for slip in slips:
        slip.edit(sample)
    problems = problems_of(sample)
    for slip in slips:
        for words in slip.expected:
            assert any(fits(problem, words) for problem in problems), f"{words} not in {problems}"


def test_the_report_names_place_fault_and_hint(sample: Path) -> None:
    """As text, a refusal counts its problems and gives each with its hint below it."""
    cell(STOCK, 2, "amount_t", "-3")(sample)
    cell(EQUIPMENT, 3, "kind", "plow-3t")(sample)
    with pytest.raises(BadScenario) as caught:
        load(sample)
    lines = str(caught.value).splitlines()
    assert lines[0] == "2 problems"
    assert "- fleet/stock.csv row 2, column amount_t: amount_t is -3, it must be at least 0 t" in lines
    assert any("did you mean 'plough-3t'?" in line and line.startswith("    ") for line in lines)


def test_nothing_is_changed_by_a_refusal(sample: Path) -> None:
    """Checking a faulty folder writes nothing into it."""
    cell(STOCK, 2, "amount_t", "-3")(sample)
    before = {path: path.read_bytes() for path in sample.rglob("*") if path.is_file()}
    problems_of(sample)
    assert {path: path.read_bytes() for path in sample.rglob("*") if path.is_file()} == before


def test_yaml_bomb_is_refused(sample: Path) -> None:
    """Anchors that would unfold to millions of values are refused by count, not by running out of memory."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    append(SCENARIO, "\n" + "\n".join(lines) + "\n")(sample)
    assert any("more than 500,000 values" in problem.what for problem in problems_of(sample))


def test_deep_nesting_is_refused(sample: Path) -> None:
    """Nesting without end is refused in YAML and in JSON."""
    append(SCENARIO, "\ndeep: " + "[" * 5000 + "]" * 5000 + "\n")(sample)
    (sample / ROADS).write_text("[" * 100_000, encoding="utf-8")
    whats = [problem.what for problem in problems_of(sample)]
    assert any("nested" in what or "broken YAML" in what for what in whats)
    assert any("broken JSON" in what for what in whats)


def test_a_null_coordinate_is_a_problem(sample: Path) -> None:
    """JSON's own NaN and null are refused in the words of the file."""
    text = (sample / ROADS).read_text(encoding="utf-8")
    (sample / ROADS).write_text(text.replace("113.7,34.8", "NaN,34.8", 1), encoding="utf-8")
    assert any("NaN is not a number" in problem.what for problem in problems_of(sample))
    (sample / ROADS).write_text(text.replace("[113.7,34.8]", "[null,34.8]", 1), encoding="utf-8")
    assert any("is not a pair of longitude and latitude" in problem.what for problem in problems_of(sample))
    assert json.loads(text)["type"] == "FeatureCollection"
