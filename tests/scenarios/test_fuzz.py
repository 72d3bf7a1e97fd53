"""Whatever stands in the files, ``load`` gives a scenario or BadScenario, and never anything else."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.load import load, variants
from scenarios.problems import BadScenario

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
        assert load(ground).city.segments
        assert "no-response" in variants(ground)
    except BadScenario as bad:
        assert bad.problems
        assert all(problem.where and problem.what for problem in bad.problems)
    finally:
        shutil.copyfile(pristine / file, ground / file)


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
