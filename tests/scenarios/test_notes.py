"""Remarks on sound scenarios: what does not stop a run but should be known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scenarios.load import read
from tests.scenarios.folders import Edit, both, cell, feature, replace, write


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
