"""Remarks on sound scenarios: what does not stop a run but should be known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scenarios.catalog import load_kinds
from scenarios.columns import columns
from scenarios.load import read
from scenarios.problems import BadScenario
from simulation.model import Depot, Equipment, Kind, RiverStage, Scenario, Segment, Stock, Team, Weather
from tests.scenarios.folders import Edit, both, cell, feature, remove, replace, write


def dead_end(item: dict[str, Any]) -> None:
    """Turn a segment into a one-way street that leads nowhere."""
    item["properties"].update(end="nowhere", length_m=None, oneway=True)
    item["geometry"]["coordinates"] = [[113.715, 34.796], [113.717, 34.794]]


def nothing(folder: Path) -> None:
    """Leave the sample as it is."""


Remark = tuple[str, Edit, str, tuple[str, ...]]
CASES: list[Remark] = [
    (
        "no de-icer",
        write("fleet/stock.csv", "depot,material,amount_t\nwest,grit,3\n"),
        "no depot holds any de-icer",
        (),
    ),
    (
        "short run",
        replace("scenario.yaml", "hours: 12", "hours: 4"),
        "the run ends after 4 h, the precipitation after 6 h",
        (),
    ),
    (
        "endless snow",
        replace("storms/snow.yaml", "t_h: 6, precipitation_mmh: 0,", "t_h: 6, precipitation_mmh: 1,"),
        "precipitation does not end",
        (),
    ),
    (
        "dry storm",
        nothing,
        "no rain or snow falls",
        tuple(f"storm.weather.{row}.precipitation_mmh=0" for row in range(5)),
    ),
    (
        "no rule",
        nothing,
        "a blue warning of snow is issued, but no rule answers it",
        ("command.rules=[]",),
    ),
    ("no warning", nothing, "no warning is issued", ("storm.warnings=[]",)),
    ("late inject", cell("injects.csv", 2, "t_h", "13"), "1 injects lie after the end", ()),
    ("nothing ordered", nothing, "nothing is ordered", ("fleet.stock.west:salt.arrives_h=3",)),
    (
        "late supply",
        nothing,
        "arrives after the end of the run",
        ("fleet.stock.west:salt.ordered_t=3", "fleet.stock.west:salt.arrives_h=13"),
    ),
    ("dead end", feature(17, dead_end), "1 of 17 segments cannot be reached from the rest", ()),
    (
        "no equipment",
        both(
            write("fleet/equipment.csv", "id,kind,count,team\n"),
            write("plan.csv", "t_h,crew,verbs,targets\n"),
            write("injects.csv", "t_h,kind\n"),
        ),
        "there is no equipment",
        (),
    ),
    ("no stock at all", remove("fleet/stock.csv"), "no depot holds any de-icer", ()),
    (
        "too much stock",
        cell("fleet/stock.csv", 2, "amount_t", "900000"),
        "amount_t is 900000 t, which is unusual",
        (),
    ),
    (
        "a wide road",
        feature(2, lambda f: f["properties"].update(width_m=110)),
        "width_m is 110 m, which is",
        (),
    ),
    (
        "a crowd of machines",
        nothing,
        "count is 900, which is unusual: 0 to 100 is",
        ("fleet.equipment.plough-w.count=900", "fleet.teams.snow-1.people=9000"),
    ),
    (
        "no grit anywhere",
        cell("fleet/equipment.csv", 2, "material", "sandbag"),
        "carry 'sandbag', and no depot",
        ("fleet.stock.west:sandbag.amount_t=0", "fleet.stock.east:sandbag.amount_t=0"),
    ),
    ("salt elsewhere", cell("fleet/stock.csv", 2, "amount_t", "0"), "the machines of depot 'west' carry", ()),
    (
        "rain in a snowstorm",
        nothing,
        "all falls as rain: it is never colder than 15 °C",
        tuple(f"storm.weather.{row}.air_c=15" for row in range(5)),
    ),
    ("water alone in snow", nothing, "all falls as snow", ("hazards=water",)),
    (
        "rain and snow, told of snow",
        nothing,
        "% of what falls is rain, and hazards are [snow] alone",
        ("storm.weather.1.air_c=12", "storm.weather.1.precipitation_mmh=20"),
    ),
    (
        "a storm of minutes",
        nothing,
        "rain or snow falls for 30 min in all",
        (
            "storm.weather.2.t_h=1.5",
            "storm.weather.2.precipitation_mmh=0",
            *(f"storm.weather.{row}.precipitation_mmh=0" for row in (3, 4)),
        ),
    ),
    (
        "off duty",
        nothing,
        "pass outside its duty hours (14–16 h)",
        ("fleet.teams.snow-1.duty_from_h=14", "fleet.teams.snow-1.duty_to_h=16"),
    ),
    (
        "no machine for it",
        write("fleet/equipment.csv", "id,kind,count,team\np,plough-3t,1,snow-1\n"),
        "no machine of this fleet can work",
        (
            "hazards=[water]",
            "storm=storms/rain.yaml",
            "injects=[]",
            "plan_book=[]",
        ),
    ),
]


@pytest.mark.parametrize(("name", "edit", "words", "sets"), CASES, ids=[case[0] for case in CASES])
def test_a_remark_is_made(sample: Path, name: str, edit: Edit, words: str, sets: tuple[str, ...]) -> None:
    """The scenario loads, and the remark is among its notes."""
    edit(sample)
    assert any(words in note.what for note in read(sample, sets=sets).notes()), name


def test_water_without_low_points(sample: Path) -> None:
    """A flood that can reach no road is remarked upon."""
    text = (sample / "city/roads.geojson").read_text(encoding="utf-8")
    (sample / "city/roads.geojson").write_text(text.replace('"low_point"', '"office"'), encoding="utf-8")
    text = (sample / "city/offices.csv").read_text(encoding="utf-8-sig")
    for node in ("N1", "N2", "N3", "N4", "UP"):
        text += f"{node},{node},{node},113.7,34.8\n"
    (sample / "city/offices.csv").write_text(text, encoding="utf-8")
    assert any("no segment names its low point" in note.what for note in read(sample, "rain").notes())


def test_a_remark_names_the_row_and_is_told_in_chinese(sample: Path) -> None:
    """In the words of the file, like a problem; the first of several alike."""
    cell("fleet/stock.csv", 2, "amount_t", "900000")(sample)
    cell("fleet/stock.csv", 3, "amount_t", "800000")(sample)
    (note,) = read(sample).notes()
    assert note.where == "fleet/stock.csv row 2, column amount_t"
    assert note.told("zh") == (
        "fleet/stock.csv 第 2 行，amount_t 列：amount_t 为 900000 t，不合常情：一般在 0 至 10000 t 之间\n"
        "    开始时的存量。请核对单位；运行按所填数值计算"
    )


@pytest.mark.parametrize(
    ("edit", "limit"),
    [
        (cell("fleet/stock.csv", 2, "amount_t", "1e9"), "at most 1000000 t"),
        (cell("fleet/equipment.csv", 2, "count", "10000"), "at most 1000"),
        (cell("fleet/teams.csv", 2, "muster_min", "-5"), "at least 0 min"),
        (feature(2, lambda f: f["properties"].update(width_m=300)), "at most 120 m"),
        (write("fleet/kinds.csv", "id,name,abilities,travel_speed_kmh,crew\nfast,fast,plough,900,1\n"),
         "at most 144 km/h"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(sample: Path, edit: Edit, limit: str) -> None:
    """Beyond what is unusual lies what no figure may pass."""
    edit(sample)
    with pytest.raises(BadScenario) as caught:
        read(sample)
    assert any(f"must be {limit}" in problem.what for problem in caught.value.problems)


def test_usual_ranges_lie_within_the_limits_and_hold_the_defaults_and_the_catalogue() -> None:
    """What is remarked upon is less than what is refused; what ships is never remarked upon."""
    for cls in (Segment, Kind, Depot, Stock, Team, Equipment, Weather, RiverStage, Scenario):
        for column in columns(cls):
            if column.usual is not None:
                low, high = column.usual.low, column.usual.high
                assert column.bounds.get("ge", column.bounds.get("gt", low)) <= low < high
                assert high <= column.bounds.get("le", high)
                assert column.default is None or low <= column.default <= high
    for kind in load_kinds():
        for column in columns(Kind):
            held = getattr(kind, column.field)
            assert column.usual is None or not held or column.usual.low <= held <= column.usual.high, kind.id
