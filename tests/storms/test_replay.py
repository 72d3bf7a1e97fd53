"""Every shipped scenario replays to the same digest, here and in a process with another hash seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from results.store import write_run
from scenarios.load import listing
from simulation.engine import replay
from tests.storms.changes import SEED, played

REPLAY = """
import json, sys
from pathlib import Path
from results.store import read_log, read_scenario
from simulation.engine import replay
folder = Path(sys.argv[1])
simulation, situation = replay(read_scenario(folder), int(sys.argv[2]), read_log(folder))
assert situation is None
print(json.dumps(simulation.result().digest))
"""
SHIPPED = [s.reference for s in listing()]


def test_there_are_the_promised_scenarios() -> None:
    """Seven storms over Jinshui and two over the tiny town."""
    named = {"blizzard", "snow-design", "warm-snow", "cloudburst", "rain-design", "july-2024", "rain-on-snow"}
    assert {f"jinshui/{n}" for n in named} | {"tiny/snow", "tiny/flood"} <= set(SHIPPED)


@pytest.mark.parametrize("reference", SHIPPED)
def test_replays_and_balances(reference: str, tmp_path: Path) -> None:
    """Same digest twice; snow and material closed to 1e-9, water to 1 %."""
    from scenarios.load import load

    run = played(load(reference))
    assert abs(run.balance.get("snow", 0.0)) < 1e-9
    assert abs(run.balance["material"]) < 1e-9
    assert abs(run.balance.get("water", 0.0)) < 0.01
    simulation, situation = replay(run.scenario, SEED, run.log)
    assert situation is None
    assert simulation.result().digest == run.digest

    folder = tmp_path / "run"
    write_run(run, folder, report=False)
    answer = subprocess.run(
        [sys.executable, "-c", REPLAY, str(folder), str(SEED)],
        env={**os.environ, "PYTHONHASHSEED": "4711"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(answer.stdout) == run.digest
