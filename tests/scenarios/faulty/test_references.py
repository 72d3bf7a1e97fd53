"""Names of rows that are not there, rows that stand twice, teams that do not fit their machines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.faulty.slips import DEPOTS, EQUIPMENT, PLACES, STOCK, TEAMS, Slip, slip, told_exactly
from tests.scenarios.folders import append, both, cell, copy_row, feature, roads


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


SLIPS = [
    slip(
        "unknown kind",
        cell(EQUIPMENT, 3, "kind", "plow-3t"),
        (
            "fleet/equipment.csv row 3, column kind",
            "'plow-3t' is not an equipment kind",
            "did you mean 'plough-3t'?",
        ),
    ),
    slip(
        "unknown team",
        cell(EQUIPMENT, 2, "team", "snow-9"),
        (
            "fleet/equipment.csv row 2, column team",
            "'snow-9' is not a team",
            "teams are listed in fleet/teams",
        ),
    ),
    slip(
        "unknown depot",
        cell(TEAMS, 3, "depot", "easst"),
        ("fleet/teams.csv row 3, column depot", "'easst' is not a depot", "did you mean 'east'?"),
    ),
    slip(
        "unknown material",
        cell(STOCK, 2, "material", "slat"),
        ("fleet/stock.csv row 2, column material", "'slat' is not a material", "did you mean 'salt'?"),
    ),
    slip(
        "unknown office",
        cell(TEAMS, 4, "office", "center"),
        ("fleet/teams.csv row 4, column office", "'center' is not a street office", "did you mean 'centre'?"),
    ),
    slip(
        "unknown drain node",
        cell(PLACES, 5, "drain_node", "UPX"),
        ("city/places.csv row 5, column drain_node", "'UPX' is not a drain node", "did you mean 'UP'?"),
    ),
    slip(
        "low point nowhere",
        feature(4, lambda f: f["properties"].update(low_point="N99")),
        ("feature 4 (id centre-1), property low_point", "'N99' is not a drain node", "city/drains.inp"),
    ),
    slip(
        "two teams of one id",
        copy_row(TEAMS, 2, name_zh="除雪三队", name_en="Third snow team"),
        (
            "fleet/teams.csv row 7",
            "the team 'snow-1' stands twice, first in fleet/teams.csv row 2",
            "ids are given once",
        ),
    ),
    slip(
        "two teams of one name",
        copy_row(TEAMS, 2, id="snow-3"),
        ("fleet/teams.csv row 7", "two teams are called '除雪一队 First snow team'", "tell the two apart"),
    ),
    slip(
        "stock twice",
        append(STOCK, "west,salt,3\n"),
        (
            "fleet/stock.csv row 8",
            "'west:salt' stands twice, first in fleet/stock.csv row 2",
            "add the amounts up",
        ),
    ),
    slip(
        "shift ends before it starts",
        cell(TEAMS, 4, "duty_to_h", "5"),
        ("fleet/teams.csv row 4", "the shift ends before it starts", "07:00 next day is 31"),
    ),
    slip(
        "too few people",
        cell(TEAMS, 2, "people", "5"),
        ("fleet/teams.csv row 2, column people", "has 5 people, its equipment needs 8", "add people"),
    ),
    slip(
        "a team that cannot use its machine",
        cell(EQUIPMENT, 3, "team", "drain-1"),
        (
            "fleet/equipment.csv row 3, column team",
            "team 'drain-1' cannot use a 'plough-3t'",
            "trained for pump",
        ),
    ),
    slip(
        "unreachable depot: far off",
        cell(DEPOTS, 3, "lon", "114.9"),
        (
            "fleet/depots.csv row 3, column lon",
            "the depot is unreachable: the nearest junction is",
            "on the roads",
        ),
    ),
    slip(
        "unreachable depot: swapped",
        both(cell(DEPOTS, 3, "lon", "34.7918"), cell(DEPOTS, 3, "lat", "89.7")),
        ("fleet/depots.csv row 3, column lon", "the depot is unreachable", "is taken as being on the roads"),
    ),
    slip(
        "unreachable depot: an island",
        both(roads(island), cell(DEPOTS, 3, "lon", "113.805"), cell(DEPOTS, 3, "lat", "34.80")),
        ("fleet/depots.csv row 3", "only 2 of 17 segments can be reached", "check one-way streets"),
    ),
]


@pytest.mark.parametrize("spoilt", SLIPS, ids=lambda spoilt: spoilt.name)
def test_a_slip_is_told_exactly(spoilt: Slip, sample: Path) -> None:
    """Each slip gives its problems and no others."""
    told_exactly(spoilt, sample)
