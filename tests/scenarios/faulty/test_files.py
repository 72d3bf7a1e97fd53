"""Files that are missing, misnamed, twice, broken, or in another encoding."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from tests.scenarios.faulty.slips import DEPOTS, RAIN, ROADS, SCENARIO, STOCK, TEAMS, Slip, slip, told_exactly
from tests.scenarios.folders import Edit, both, remove, replace, write


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


SLIPS = [
    slip("no roads", remove(ROADS), ("city/roads.geojson", "the file is missing", "")),
    slip("no depots", remove(DEPOTS), ("fleet/depots.csv", "the file is missing", "stormyard new")),
    slip(
        "storm file misspelt",
        replace(SCENARIO, "storm: snow", "storm: snwo"),
        ("scenario.yaml line 9", "'storms/snwo.yaml' is missing", "did you mean 'storms/snow.yaml'?"),
    ),
    slip(
        "weather table missing",
        remove(RAIN),
        ("storms/rain.yaml line 7", "'storms/rain.csv' is missing", ""),
        variant="rain",
    ),
    slip(
        "GB18030 table",
        recode(TEAMS, "gb18030"),
        ("fleet/teams.csv line 2", "not UTF-8", "GB18030 (GBK)"),
    ),
    slip(
        "UTF-16 table",
        recode(STOCK, "utf-16"),
        ("fleet/stock.csv line 1", "not UTF-8", "save it as 'CSV UTF-8'"),
    ),
    slip(
        "zip instead of xlsx",
        both(remove(STOCK), write("fleet/stock.xlsx", zip_bytes("stock.csv"))),
        ("fleet/stock.xlsx", "a zip archive, not an Excel workbook", "CSV UTF-8"),
    ),
    slip(
        "broken xlsx",
        both(remove(STOCK), write("fleet/stock.xlsx", b"PK\x03\x04 nothing more")),
        ("fleet/stock.xlsx", "the Excel workbook cannot be read", "save it again"),
    ),
    slip(
        "xlsx under the name of a CSV",
        write(STOCK, zip_bytes("[Content_Types].xml") + b"\xff"),
        ("fleet/stock.csv line", "not UTF-8", "zip or Excel"),
    ),
    slip(
        "a table twice",
        write("fleet/stock.xlsx", zip_bytes("x")),
        ("fleet/stock.csv", "stands twice", "remove one"),
    ),
    slip(
        "file outside the folder",
        replace(SCENARIO, "city: city", "city: {drains: ../../drains.inp}"),
        (
            "scenario.yaml line 7",
            "'../../drains.inp' lies outside the scenario's folder",
            "put the file into",
        ),
    ),
]


@pytest.mark.parametrize("spoilt", SLIPS, ids=lambda spoilt: spoilt.name)
def test_a_slip_is_told_exactly(spoilt: Slip, sample: Path) -> None:
    """Each slip gives its problems and no others."""
    told_exactly(spoilt, sample)
