"""Columns without their unit, cells that are no numbers, words that are not in the list."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.faulty.slips import DEPOTS, EQUIPMENT, STOCK, TEAMS, Slip, slip, told_exactly
from tests.scenarios.folders import append, cell, column, feature, read_rows, write


def semicolons(folder: Path) -> None:
    """Save the teams with semicolons between the columns."""
    rows = read_rows(folder / TEAMS)
    (folder / TEAMS).write_text("\n".join(";".join(row) for row in rows), encoding="utf-8")


SLIPS = [
    slip(
        "column without its unit",
        column(TEAMS, "muster_min", "muster"),
        ("fleet/teams.csv row 1", "unknown column 'muster'", "did you mean 'muster_min'? it is read in min"),
    ),
    slip(
        "column misspelt",
        column(TEAMS, "callout", "calout"),
        ("fleet/teams.csv row 1", "unknown column 'calout'", "did you mean 'callout'?"),
    ),
    slip(
        "needed column missing",
        column(TEAMS, "depot", None),
        ("fleet/teams.csv row 1", "the column 'depot' is missing", "Where it musters"),
    ),
    slip(
        "column twice",
        column(TEAMS, "rest_h", "relief"),
        ("fleet/teams.csv row 1", "'relief' stands twice", "remove one"),
    ),
    slip(
        "semicolons for commas",
        semicolons,
        ("fleet/teams.csv row 1", "not parted by commas", "CSV UTF-8"),
    ),
    slip(
        "no header",
        write(STOCK, ""),
        ("fleet/stock.csv row 1", "the header row is missing", "first row names the columns"),
    ),
    slip(
        "unclosed quote",
        append(STOCK, '"west,grit,5\n'),
        ("fleet/stock.csv row 8", "broken CSV", "check the quotes"),
    ),
    slip(
        "cell in a column without a name",
        append(STOCK, "west,grit,5,0,0,oops\n"),
        ("fleet/stock.csv row 8", "'oops' stands in a column without a name", "must be quoted"),
    ),
    slip(
        "not a number",
        cell(TEAMS, 4, "muster_min", "half an hour"),
        (
            "fleet/teams.csv row 4, column muster_min",
            "'half an hour' is not a number",
            "leave the cell empty",
        ),
    ),
    slip(
        "number with its unit",
        cell(DEPOTS, 2, "turnaround_min", "10 min"),
        (
            "fleet/depots.csv row 2, column turnaround_min",
            "'10 min' is not a number",
            "write the number alone",
        ),
    ),
    slip(
        "thousands separator",
        cell(STOCK, 2, "amount_t", "1,200"),
        (
            "fleet/stock.csv row 2, column amount_t",
            "'1,200' is not a number",
            "write it without separators: 1200",
        ),
    ),
    slip(
        "NaN",
        cell(STOCK, 3, "amount_t", "NaN"),
        ("fleet/stock.csv row 3, column amount_t", "'NaN' is not a number", ""),
    ),
    slip(
        "infinite",
        cell(STOCK, 3, "amount_t", "1e999"),
        ("fleet/stock.csv row 3, column amount_t", "is not a finite number", "leave unknown cells empty"),
    ),
    slip(
        "overflowing",
        cell(DEPOTS, 2, "turnaround_min", "1e308"),
        ("fleet/depots.csv row 2, column turnaround_min", "'1e308' is not a finite number", ""),
    ),
    slip(
        "negative stock",
        cell(STOCK, 2, "amount_t", "-3"),
        (
            "fleet/stock.csv row 2, column amount_t",
            "amount_t is -3, it must be at least 0 t",
            "How much there is",
        ),
    ),
    slip(
        "half a person",
        cell(TEAMS, 2, "people", "12.5"),
        ("fleet/teams.csv row 2, column people", "'12.5' is not a whole number", ""),
    ),
    slip(
        "empty id",
        cell(EQUIPMENT, 9, "id", ""),
        ("fleet/equipment.csv row 9, column id", "'id' is empty and has no default", "Name of the row"),
    ),
    slip(
        "unknown verb in a list",
        cell(TEAMS, 2, "skills", "plow;spread"),
        (
            "fleet/teams.csv row 2, column skills",
            "'plow' is no verb",
            "did you mean 'plough'? it is one of plough",
        ),
    ),
    slip(
        "unknown tier",
        cell(TEAMS, 2, "tier", "county"),
        ("fleet/teams.csv row 2, column tier", "'county' is no tier", "it is one of city, district, street"),
    ),
    slip(
        "neither true nor false",
        feature(1, lambda f: f["properties"].update(oneway="perhaps")),
        (
            "city/roads.geojson feature 1 (id model-1), property oneway",
            "neither true nor false",
            "true or false",
        ),
    ),
]


@pytest.mark.parametrize("spoilt", SLIPS, ids=lambda spoilt: spoilt.name)
def test_a_slip_is_told_exactly(spoilt: Slip, sample: Path) -> None:
    """Each slip gives its problems and no others."""
    told_exactly(spoilt, sample)
