"""A scenario chooses what carries its water: EPA SWMM, or our own engine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from optimization.dispatchers import make
from results.content import Cell, Table
from results.metrics import metrics
from results.sections.assumptions import assumption_blocks
from scenarios.load import load
from scenarios.problems import BadScenario
from simulation import engine
from simulation.drainage.editing import with_storm
from simulation.drainage.engines import open_drains, refusals
from simulation.drainage.inp import read_inp
from simulation.drainage.native.engine import NativeDrainage
from simulation.drainage.swmm import SwmmDrainage
from simulation.record import Run
from stormyard.front import Front
from tests.simulation.drainage.drains import START, pipe, town
from tests.stormyard.commands import stormyard

NATIVE = "physics.water.engine=native"
CULVERT = town().replace("C1 CIRCULAR 0.4 0 0 0", "C1 CIRCULAR 0.4 0 0 0 1 1")


def played(name: str = "swmm") -> Run:
    """The tiny town's cloudburst in an engine."""
    scenario = load("tiny/flood", None, [f"physics.water.engine={name}"])
    return engine.run(scenario, 0, make("greedy", scenario, 0))


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    return {name: played(name) for name in ("swmm", "native")}


def test_the_name_opens_the_engine() -> None:
    for name, kind in (("swmm", SwmmDrainage), ("native", NativeDrainage)):
        drains = open_drains(name, pipe(), 0.2)  # type: ignore[arg-type]
        assert type(drains) is kind
        drains.close()


def test_swmm_is_the_reference_where_nothing_is_said() -> None:
    assert load("tiny/flood").physics.water.engine == "swmm"
    assert load("tiny/flood", None, [NATIVE]).physics.water.engine == "native"


def test_the_native_engine_tells_the_same_storm(runs: dict[str, Run]) -> None:
    theirs, ours = metrics(runs["swmm"]), metrics(runs["native"])
    assert theirs["flooded_m3"] > 100
    for name in ("flooded_m3", "depth_over_15cm_km_h", "pumped_m3"):
        assert ours[name] == pytest.approx(theirs[name], rel=0.1), name
    assert ours["sites_over_limit"] == theirs["sites_over_limit"]
    assert abs(runs["native"].balance["water"]) < 0.005
    assert runs["native"].digest != runs["swmm"].digest


def test_a_run_in_the_native_engine_replays_bit_by_bit(runs: dict[str, Run]) -> None:
    kept = runs["native"]
    again, _ = engine.replay(kept.scenario, kept.seed, kept.log)
    with again:
        assert again.result().digest == kept.digest


@pytest.mark.parametrize(
    ("name", "said"), [("swmm", "EPA SWMM 5.2"), ("native", "Stormyard's own, by SWMM's method")]
)
def test_the_assumptions_name_the_engine(runs: dict[str, Run], name: str, said: str) -> None:
    tables = [block for block in assumption_blocks(runs[name]) if isinstance(block, Table)]
    row = next(row for row in tables[0].rows if _en(row[0]) == "drainage engine")
    assert (_en(row[1]), _en(row[2])) == (said, "sourced")


def _en(cell: object) -> str:
    return (cell.text if isinstance(cell, Cell) else cell).en  # type: ignore[attr-defined]


def test_what_an_engine_lacks_is_told_by_line() -> None:
    text = with_storm(read_inp(CULVERT), [], 300, START, 3600)
    assert refusals("swmm", text) == ()
    (found,) = refusals("native", text)
    assert "culvert 'C1' is not supported by the native drainage engine" in str(found)
    assert found.line == CULVERT.splitlines().index("C1 CIRCULAR 0.4 0 0 0 1 1") + 1


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "culvert 'C1' is not supported by the native drainage engine"),
        ("zh", "自带的管网计算引擎不支持涵洞“C1”"),
    ],
)
def test_a_model_that_the_native_engine_lacks_is_refused_before_anything_runs(
    language: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("town.inp").write_text(CULVERT, encoding="utf-8")
    assert stormyard("import", "swmm", "town.inp", "--out", "mine").exit_code == 0
    answer = stormyard("run", "mine", "--set", NATIVE, "--lang", language)
    assert answer.exit_code == 2 and not Path("runs").exists()
    words = re.sub(r"\s+", " ", answer.stderr)
    assert re.search(rf"drains\.inp (line|第) ?\d+.*{re.escape(said)}", words)
    assert "physics.water.engine" in words
    assert stormyard("check", "mine").exit_code == 0


def test_a_word_that_is_no_engine_is_refused_with_the_choices() -> None:
    with pytest.raises(BadScenario) as bad:
        load("tiny/flood", None, ["physics.water.engine=swm"])
    assert "swmm" in str(bad.value.problems[0]) and "native" in str(bad.value.problems[0])


def test_the_native_engine_is_made_ready_only_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr("simulation.drainage.engines.make_ready", made.append)
    front, plain, native = Front("en"), load("tiny/flood"), load("tiny/flood", None, [NATIVE])
    front.make_ready(plain)
    front.make_ready(load("tiny/snow", None, [NATIVE]))
    assert made == []
    front.make_ready(plain, native)
    assert made == ["native"]
