"""Storms out of order, warnings, rules, injects and plan books that cannot be carried out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.faulty.slips import RAIN, SCENARIO, SNOW, Slip, slip, told_exactly
from tests.scenarios.folders import append, cell, read_rows, replace, write_rows


def only_header(folder: Path) -> None:
    """Leave only the header of the rain table."""
    write_rows(folder / RAIN, read_rows(folder / RAIN)[:1])


SLIPS = [
    slip(
        "empty storm",
        only_header,
        ("storms/rain.csv row 1", "'weather' has 0 entries, it needs at least 1", "Weather row by row"),
        variant="rain",
    ),
    slip(
        "storm goes back in time",
        replace(SNOW, "t_h: 5,", "t_h: 2,"),
        ("storms/snow.yaml line 10", "the weather goes back in time: 2 h follows 3 h", "in order of time"),
    ),
    slip(
        "storm starts late",
        replace(SNOW, "t_h: 0,", "t_h: 0.5,"),
        ("storms/snow.yaml line 7", "the weather starts at 0.5 h, the run at 0", "add a row"),
    ),
    slip(
        "storm after the run",
        replace(SCENARIO, "hours: 12", "hours: 1"),
        (
            "scenario.yaml line 13",
            "the run ends after 1 h, before the first rain or snow at 1 h",
            "run longer",
        ),
    ),
    slip(
        "warning of an unknown hazard",
        replace(SNOW, "hazard: snow, colour: blue", "hazard: sonw, colour: blue"),
        ("storms/snow.yaml line 13", "'sonw' is no hazard", "did you mean 'snow'?"),
    ),
    slip(
        "start without offset",
        replace(SNOW, "+08:00", ""),
        ("storms/snow.yaml line 4", "the start has no offset to UTC", "2024-01-31T15:00:00+08:00"),
    ),
    slip(
        "start is no time",
        replace(SNOW, "2025-01-15T00:00:00+08:00", "15 January"),
        ("storms/snow.yaml line 4", "'15 January' is not a time", "2024-01-31T15:00:00+08:00"),
    ),
    slip(
        "temperature out of range",
        replace(SNOW, "air_c: -3.5", "air_c: -273"),
        ("storms/snow.yaml line 11", "air_c is -273, it must be at least -60 °C", "Air temperature"),
    ),
    slip(
        "two rules for one warning",
        replace(
            SCENARIO, "colour: blue, level: IV, delay_min: 20}", "colour: red, level: IV, delay_min: 20}"
        ),
        ("scenario.yaml line 21", "two rules answer a red warning of snow", "remove one"),
    ),
    slip(
        "inject with an unknown target",
        cell("injects.csv", 2, "target", "plough-w/7"),
        ("injects.csv row 2, column target", "'plough-w/7' is not a crew", "did you mean 'plough-w/"),
    ),
    slip(
        "inject of an unknown kind",
        cell("injects.csv", 3, "kind", "cal"),
        ("injects.csv row 3, column kind", "'cal' is no kind", "did you mean 'call'?"),
    ),
    slip(
        "outage of no pump",
        append("injects.csv", "2,outage,C1,1,,,\n"),
        ("injects.csv row 4, column target", "'C1' is not a pump of the drain model", "'P1'"),
    ),
    slip(
        "breakdown that lasts no time",
        cell("injects.csv", 2, "value", "0"),
        ("injects.csv row 2, column value", "the breakdown lasts no time", "give duration_h"),
    ),
    slip(
        "plan for a crew that cannot",
        cell("plan.csv", 2, "verbs", "pump"),
        ("plan.csv row 2, column verbs", "plough-w/1 cannot pump: its machine can plough, spread", ""),
        *(
            ("plan.csv row 2, column targets", "is not a drain node, which pump works on", "")
            for _ in range(3)
        ),
    ),
]


@pytest.mark.parametrize("spoilt", SLIPS, ids=lambda spoilt: spoilt.name)
def test_a_slip_is_told_exactly(spoilt: Slip, sample: Path) -> None:
    """Each slip gives its problems and no others."""
    told_exactly(spoilt, sample)
