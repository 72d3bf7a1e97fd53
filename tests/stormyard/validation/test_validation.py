"""``stormyard validate``: verdicts, what is left out, pages, exit codes."""

from __future__ import annotations

import json
import types
from collections.abc import Sequence
from pathlib import Path

import pytest

from stormyard import validation
from stormyard.validation import BadFile, Check, Finding
from tests.stormyard.commands import stormyard

HELD = Check("share seen", "50 %", 48.0, 40.0, 60.0, "%")
MISSED = Check("hours to clear", "10 h", 14.5, None, 12.0, "h", "with the published fleet")
UNTESTED = Check("depth", "7 cm", None, 3.0, None, "cm")


def _module(*checks: Check, needs: Sequence[str] = (), wants: str = "") -> types.ModuleType:
    """A module that finds these checks, and takes files that end with ``wants``."""
    made = types.ModuleType("made")

    def examine(data: Path, files: Sequence[Path]) -> Finding:
        for file in files:
            if file.read_text() == "bad":
                raise BadFile(f"{file.name}: no hour in row 2")
        found = [Check(f.name, "", 1.0, None, None, "") for f in files]
        return Finding("snow_made", "Made up", ("Of nobody.",), (*checks, *found), (("chart", b"PNG"),))

    vars(made).update(NEEDS=tuple(needs), examine=examine)
    if wants:
        vars(made)["takes"] = lambda file: file.name.endswith(wants)
    return made


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, types.ModuleType]:
    """Modules that stand in for those of the folder; every command runs in an empty folder."""
    made: dict[str, types.ModuleType] = {}
    monkeypatch.setattr(validation, "modules", lambda subject: made if subject == "snow" else {})
    monkeypatch.chdir(tmp_path)
    return made


def test_verdicts_and_bounds() -> None:
    """Bounds are inclusive, one may be missing, and what was not computed is neither held nor missed."""
    assert (HELD.holds, MISSED.holds, UNTESTED.holds) == (True, False, None)
    assert Check("", "", 12.0, None, 12.0, "h").holds
    assert (HELD.bounds, MISSED.bounds, UNTESTED.bounds) == ("40 – 60 %", "≤ 12 h", "≥ 3 cm")
    assert (MISSED.shown, UNTESTED.shown) == ("14.5 h", "")
    assert validation.number(12345.6) == "12,346"


def test_modules_of_the_folder_are_found_and_keep_the_contract() -> None:
    """Each module of either subject has NEEDS and examine; its data are asked for inside the data folder."""
    every = {**validation.modules("snow"), **validation.modules("water")}
    assert "snow_doses" in every
    for name, module in every.items():
        assert callable(module.examine), name
        assert isinstance(module.NEEDS, tuple), name
        assert not any(Path(path).is_absolute() for path in module.NEEDS), name


def test_a_table_and_the_exit_code(found: dict[str, types.ModuleType]) -> None:
    """Every check with its verdict; 0 where all hold, 1 where one misses."""
    found["snow_made"] = _module(HELD, UNTESTED)
    said = stormyard("validate", "snow")
    assert said.exit_code == 0
    assert "Made up" in said.stderr and "share seen" in said.stderr and "40 – 60 %" in said.stderr
    assert "1 of 2 checks hold, 0 miss, 1 could not be tested" in said.stderr
    found["snow_made"] = _module(HELD, MISSED)
    assert stormyard("validate", "snow").exit_code == 1


def test_json_holds_rows_and_counts(found: dict[str, types.ModuleType]) -> None:
    """Rows carry the figures and the verdict."""
    found["snow_made"] = _module(HELD, MISSED)
    told = json.loads(stormyard("validate", "snow", "--json").stdout)
    assert told["means"] == {"checks": 2, "hold": 1, "miss": 1, "untested": 0}
    assert [(r["finding"], r["computed"], r["high"], r["holds"]) for r in told["rows"]] == [
        ("snow_made", 48.0, 60.0, True), ("snow_made", 14.5, 12.0, False),
    ]  # fmt: skip


def test_words_in_chinese(found: dict[str, types.ModuleType]) -> None:
    """Headings and verdicts."""
    found["snow_made"] = _module(HELD, MISSED)
    said = stormyard("validate", "snow", "--lang", "zh").stderr
    assert "允许范围" in said and "相符" in said and "不符" in said


def test_what_lacks_its_data_is_left_out(found: dict[str, types.ModuleType], tmp_path: Path) -> None:
    """With a sentence; where nothing is left, the command asks for the folder."""
    found["snow_made"] = _module(HELD, needs=["weather/a.txt"])
    said = stormyard("validate", "snow", "--data", "nowhere")
    assert said.exit_code == 2
    assert "snow_made is left out: nowhere/weather/a.txt is missing" in said.stderr
    assert "--data" in said.stderr
    (tmp_path / "weather").mkdir()
    (tmp_path / "weather" / "a.txt").write_text("")
    assert stormyard("validate", "snow", "--data", tmp_path).exit_code == 0


def test_own_files_go_to_those_that_take_them(found: dict[str, types.ModuleType], tmp_path: Path) -> None:
    """Only these modules run, and they need no data folder; other files and bad ones are refused with a reason."""
    found["snow_made"] = _module(HELD, needs=["weather/a.txt"], wants=".csv")
    found["snow_other"] = _module(MISSED)
    (tmp_path / "own.csv").write_text("hour")
    told = json.loads(stormyard("validate", "snow", "own.csv", "--json").stdout)
    assert [row["what"] for row in told["rows"]] == ["share seen", "own.csv"]
    (tmp_path / "own.png").write_text("")
    said = stormyard("validate", "snow", "own.png", "none.csv")
    assert said.exit_code == 2
    assert "no check of snow can read this file" in said.stderr and "there is no file none.csv" in said.stderr
    (tmp_path / "own.csv").write_text("bad")
    said = stormyard("validate", "snow", "own.csv")
    assert (said.exit_code, "own.csv: no hour in row 2" in said.stderr) == (2, True)
    assert stormyard("validate", "wind").exit_code == 2


def test_pages_and_their_index(found: dict[str, types.ModuleType], tmp_path: Path) -> None:
    """A page and its pictures for each finding; the index keeps the pages of the other subject."""
    found["snow_made"] = _module(HELD, MISSED)
    pages = tmp_path / "docs"
    pages.mkdir()
    (pages / "water_old.md").write_text("# Streets\n\n*3 of 4 checks hold.*\n")
    assert stormyard("validate", "snow", "--write", pages).exit_code == 1
    page = (pages / "snow_made.md").read_text(encoding="utf-8")
    assert page.startswith("# Made up\n\n*1 of 2 checks hold.*\n\nOf nobody.\n\n| what |")
    assert "| hours to clear (with the published fleet) | 10 h | 14.5 h | ≤ 12 h | **misses** |" in page
    assert "![chart](snow_made-chart.png)" in page
    assert (pages / "snow_made-chart.png").read_bytes() == b"PNG"
    index = (pages / "index.md").read_text(encoding="utf-8")
    assert "[Made up](snow_made.md) | 1 of 2 checks hold." in index
    assert "[Streets](water_old.md) | 3 of 4 checks hold." in index
