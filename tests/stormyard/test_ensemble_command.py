"""``stormyard ensemble``: stopped, resumed, and with members that fail."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from optimization.plan import burden
from results.metrics import metrics
from scenarios.load import load
from simulation.ensemble import Member
from stormyard import ensembles, jobs
from tests.stormyard.commands import ENGLISH, LINE, stormyard


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every command runs in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def members(folder: Path) -> dict[tuple[str, int], Any]:
    """What the ledger of an ensemble holds, by variant and seed."""
    lines = [
        json.loads(line) for line in (folder / "members.jsonl").read_text(encoding="utf-8").splitlines()[1:]
    ]
    return {(line["variant"], line["seed"]): line for line in lines}


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT to one process needs POSIX")
def test_a_stopped_ensemble_keeps_its_members_and_resumes(workplace: Path) -> None:
    """Ctrl-C gives 130 and names the file; --resume runs what is missing; each member is the run of its seed."""
    asked = ["ensemble", "tiny/snow", "--variants", "early", "--jobs", "1", "--out", "many"]
    process = subprocess.Popen(
        [*LINE, *asked, "--members", "60"], cwd=workplace, env=os.environ | ENGLISH, stderr=subprocess.PIPE,
        stdout=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    ledger, deadline = workplace / "many" / "members.jsonl", time.monotonic() + 120
    while not ledger.exists() or ledger.read_text(encoding="utf-8").count("\n") < 4:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=120)
    kept = members(workplace / "many")
    assert (process.returncode, stdout) == (130, "")
    assert f"stopped; {len(kept)} finished members are kept in" in stderr
    assert "Traceback" not in stderr
    assert 3 <= len(kept) < 120

    assert stormyard(*asked, "--members", "3").exit_code == 2, "an ensemble is not begun over another"
    said = stormyard(*asked, "--members", "3", "--resume", "--json")
    assert said.exit_code == 0, said.stderr
    found = members(workplace / "many")
    assert {k: v for k, v in found.items() if k in kept} == kept
    assert set(found) >= {(variant, seed) for variant in ("base", "early") for seed in range(3)}
    alone = jobs.simulate(load("tiny/snow", "early"), 2).run
    assert found["early", 2]["figures"] == json.loads(
        json.dumps({"metrics": metrics(alone), "digest": alone.digest})
    )
    manifest = json.loads(said.stdout)
    assert (manifest["members"], manifest["failed"]) == (6, [])
    assert manifest == json.loads((workplace / "many" / "ensemble.json").read_text(encoding="utf-8"))
    values = sorted(found["base", seed]["figures"]["metrics"]["unclear_km_h"] for seed in range(3))
    interval = next(
        i for i in manifest["intervals"] if (i["metric"], i["variant"]) == ("unclear_km_h", "base")
    )
    assert interval["figure"]["median"] == pytest.approx(values[1])


def test_a_failed_member_is_named_and_the_rest_count(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 1 at the end, with the seed; resume runs the failed one again."""
    made = {"metrics": metrics(jobs.simulate(load("tiny/snow")).run), "digest": "d"}
    ran: list[list[int]] = []

    def some(texts: Any, seeds: Any, member: Any, workers: int, kept: tuple[Member, ...]) -> Iterator[Member]:
        missing = [seed for seed in seeds if seed not in {m.seed for m in kept}]
        ran.append(missing)
        for seed in missing:
            unlucky = seed == 1 and len(ran) == 1
            yield Member("base", seed, {}, "ValueError: bad luck") if unlucky else Member("base", seed, made)

    monkeypatch.setattr(ensembles, "run_members", some)
    said = stormyard("ensemble", "tiny/snow", "--members", "3", "--out", "many", "--json")
    assert said.exit_code == 1
    assert "base seed 1: ValueError: bad luck" in said.stderr
    assert "1 of 3 members failed" in said.stderr
    manifest = json.loads(said.stdout)
    assert manifest["failed"] == [{"variant": "base", "seed": 1, "error": "ValueError: bad luck"}]
    assert manifest["members"] == 2
    assert stormyard("ensemble", "tiny/snow", "--members", "3", "--out", "many", "--resume").exit_code == 0
    assert ran == [[0, 1, 2], [1]]


def test_members_of_another_question_are_not_mixed(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed value makes another ensemble: exit 2."""
    monkeypatch.setattr(ensembles, "run_members", lambda *_: iter(()))
    assert stormyard("ensemble", "tiny/snow", "--members", "1", "--out", "many").exit_code == 0
    again = ("ensemble", "tiny/snow", "--members", "1", "--out", "many", "--resume")
    assert stormyard(*again).exit_code == 0
    said = stormyard(*again, "--set", "hours=5")
    assert said.exit_code == 2
    assert "another scenario, dispatcher or version" in said.stderr


def test_dispatchers_are_set_beside_each_other(workplace: Path) -> None:
    """The same members under each; the sentence and the file say by how much the burden differs, with its interval, and
    it is what the members' own figures come to."""
    said = stormyard(
        "ensemble", "tiny/snow", "--members", "3", "--jobs", "1", "--dispatcher", "greedy,rolling", "--out", "many",
        "--lang", "en", "--json",
    )  # fmt: skip
    assert said.exit_code == 0, said.stderr
    kept, told = members(workplace / "many"), json.loads(said.stdout)
    assert set(kept) == {(name, seed) for name in ("greedy", "rolling") for seed in range(3)}
    change = [burden(kept["rolling", s]["figures"]["metrics"]) - burden(kept["greedy", s]["figures"]["metrics"])
              for s in range(3)]  # fmt: skip
    found = told["burden"]["rolling"]
    assert found["mean"] == pytest.approx(sum(change) / 3) and found["low"] < found["mean"] < found["high"]
    assert told["dispatcher"] == "greedy, rolling"
    words = " ".join(said.stderr.split())
    assert f"rolling beside greedy: the weighted burden is {found['after']:,.1f} instead of" in words
    assert "3 paired members" in words


def test_variants_and_dispatchers_make_a_table_of_both(workplace: Path) -> None:
    """Two variants under two dispatchers are four runs, each named by both; a wrong name is refused before any run."""
    args = ("compare", "tiny/snow", "--variants", "early", "--out", "page.html", "--json", "--lang", "en")
    said = stormyard(*args, "--dispatcher", "greedy,routes")
    assert said.exit_code == 0, said.stderr
    told = {row["label"]: row for row in json.loads(said.stdout)}
    assert list(told) == ["greedy", "routes", "early, greedy", "early, routes"]
    assert [row["dispatcher"] for row in told.values()] == ["greedy", "routes", "greedy", "routes"]
    assert [row["variant"] for row in told.values()] == ["", "", "early", "early"]
    wrong = stormyard(*args, "--dispatcher", "greedy,rooling")
    assert wrong.exit_code == 2 and "did you mean 'rolling'" in wrong.stderr
