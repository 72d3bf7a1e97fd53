"""Whatever stands in the files, ``load`` gives a scenario or BadScenario, and never anything else."""

from __future__ import annotations

import random
import re
import shutil
from datetime import datetime, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.load import load, read, variants
from scenarios.problems import BadScenario
from tests.scenarios.folders import read_rows

HANZI = re.compile("[\u4e00-\u9fff]")

FILES = (
    "scenario.yaml", "city/city.yaml", "city/roads.geojson", "city/places.csv", "city/offices.csv",
    "city/drains.inp", "fleet/depots.csv", "fleet/stock.csv", "fleet/teams.csv", "fleet/equipment.csv",
    "storms/snow.yaml", "injects.csv", "plan.csv",
)  # fmt: skip
NASTY = (
    b"", b"NaN", b"-1", b"1e400", b"[]", b"{", b"}", b"[", b"&a", b"*a", b"!!x", b"\x00", b"\xff", b'"', b"'", b";",
    b"null", b"~", b"true", b"2024-01-01", b"9" * 400, b"-", b": ", b"- ", b"\t", b"#", b"%", b"@", b"|", b">", b"?",
    "，".encode(), "１２".encode(), b"../../x", b"<<", b"id", b",,,,", b"0x1F", b"1_000", b"---", b"...",
)  # fmt: skip


def mutated(raw: bytes, seed: int, count: int) -> bytes:
    """The bytes after ``count`` random edits of bytes, words or lines."""
    chance = random.Random(seed)
    for _ in range(count):
        kind = chance.randrange(6)
        at = chance.randrange(len(raw) + 1)
        if kind == 0:
            raw = raw[:at] + chance.choice(NASTY) + raw[at:]
        elif kind == 1:
            raw = raw[:at] + raw[at + chance.randrange(1, 40) :]
        elif kind == 2:
            raw = raw[:at] + bytes([chance.randrange(256)]) + raw[at + 1 :]
        elif kind == 3:
            lines = raw.split(b"\n")
            lines.insert(chance.randrange(len(lines)), lines[chance.randrange(len(lines))])
            raw = b"\n".join(lines)
        elif kind == 4:
            lines = raw.split(b"\n")
            del lines[chance.randrange(len(lines))]
            raw = b"\n".join(lines)
        else:
            words = raw.replace(b",", b" ").replace(b":", b" ").split()
            if words:
                raw = raw.replace(chance.choice(words), chance.choice(NASTY), 1)
    return raw


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, pristine: Path) -> Path:
    """A folder that the examples spoil and mend in turn."""
    return Path(shutil.copytree(pristine, tmp_path_factory.mktemp("fuzz") / "sample"))


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(file=st.sampled_from(FILES), seed=st.integers(0, 2**32), count=st.integers(1, 4))
def test_mutated_files_never_crash(ground: Path, pristine: Path, file: str, seed: int, count: int) -> None:
    """Random edits of any file of the sample are loaded or refused with at least one problem in words."""
    (ground / file).write_bytes(mutated((pristine / file).read_bytes(), seed, count))
    try:
        loaded = read(ground)
        assert loaded.scenario.city.segments
        assert all(HANZI.search(note.told("zh")) for note in loaded.notes())
        assert "no-response" in variants(ground)
    except BadScenario as bad:
        assert bad.problems
        assert all(problem.where and problem.what for problem in bad.problems)
        assert all(HANZI.search(problem.told("zh")) for problem in bad.problems)
    finally:
        shutil.copyfile(pristine / file, ground / file)


CELLS = (
    None,
    -1,
    0,
    1e308,
    1e9,
    True,
    "x",
    "=1/0",
    "#REF!",
    "3;4",
    "，",
    datetime(2024, 1, 1),
    time(7, 30),
    "a" * 300,
)


@settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # fmt: skip
@given(
    table=st.sampled_from(("stock", "teams", "equipment", "depots")),
    cells=st.lists(
        st.tuples(st.integers(1, 8), st.integers(1, 14), st.sampled_from(CELLS)), min_size=1, max_size=4
    ),
    damage=st.none() | st.integers(0, 2**32),
)
def test_workbooks_never_crash(
    ground: Path, pristine: Path, table: str, cells: list[tuple[int, int, object]], damage: int | None
) -> None:
    """A table as a workbook, with any kinds of cells in it and bytes of it lost."""
    book = openpyxl.Workbook()
    for row in read_rows(pristine / f"fleet/{table}.csv"):
        book.active.append([cell or None for cell in row])
    for row, column, value in cells:
        book.active.cell(row, column).value = value
    made = ground / f"fleet/{table}.xlsx"
    book.save(made)
    if damage is not None:
        made.write_bytes(mutated(made.read_bytes(), damage, 2))
    (ground / f"fleet/{table}.csv").unlink()
    try:
        read(ground).notes()
    except BadScenario as bad:
        assert all(HANZI.search(problem.told("zh")) for problem in bad.problems)
    finally:
        made.unlink()
        shutil.copyfile(pristine / f"fleet/{table}.csv", ground / f"fleet/{table}.csv")


STEPS = (
    "fleet", "city", "storm", "teams", "stock", "west:salt", "snow-1", "people", "goals", "clear_h", "0", "9",
    "light", "name", "zh", "weather", "air_c", "variants", "", "hours", "drains", "command", "relay_min",
)  # fmt: skip
PATHS = st.one_of(
    st.text(max_size=20), st.lists(st.sampled_from(STEPS), min_size=1, max_size=5).map(".".join)
)
VALUES = (*(item.decode("utf-8", "replace") for item in NASTY), "{a: 1}", "[1, 2]", "12", "storms/rain.yaml")


@settings(max_examples=80, deadline=None, derandomize=True)
@given(path=PATHS, value=st.sampled_from(VALUES))
def test_any_set_is_applied_or_refused(pristine: Path, path: str, value: str) -> None:
    """``--set`` with any path and any value gives a scenario or problems that name the option."""
    try:
        load(pristine, sets=[f"{path}={value}"])
    except BadScenario as bad:
        assert bad.problems


@pytest.mark.parametrize(
    "reference", ["", ".", "..", "/", "no/such", "a\x00b", "x" * 5000, "tiny", "scenario.yaml", "CON"]
)
def test_any_reference_is_found_or_refused(
    reference: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reference that is no scenario is a problem, whatever it is made of."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadScenario):
        load(reference)


def test_folders_in_place_of_files(ground: Path, pristine: Path) -> None:
    """A folder where a file should be is told, for every file."""
    for file in FILES[1:]:
        (ground / file).unlink()
        (ground / file).mkdir()
    with pytest.raises(BadScenario) as caught:
        load(ground)
    for file in FILES[1:]:
        (ground / file).rmdir()
        shutil.copyfile(pristine / file, ground / file)
    assert {problem.where for problem in caught.value.problems} >= {"city/roads.geojson", "fleet/teams.csv"}
