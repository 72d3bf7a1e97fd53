"""The pool of members: pairing, failures, dead workers, and what a stopped ensemble keeps."""

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

from simulation.ensemble import Ledger, Member, run_members
from tests.simulation.members import dies_on_two, fails_on_two, figure

ALPHA_BETA = {"alpha": json.dumps({"base": 100}), "beta": json.dumps({"base": 200})}
HERE = Path(__file__).parent


def test_every_variant_meets_every_seed() -> None:
    """Seeds are paired over variants and each member gets its own scenario."""
    members = list(run_members(ALPHA_BETA, range(3), figure, jobs=2))
    got = {(m.variant, m.seed): m.figures["value"] for m in members}
    assert got == {("alpha", s): 100 + s for s in range(3)} | {("beta", s): 200 + s for s in range(3)}
    assert not any(m.error for m in members)


def test_a_member_that_raises_is_reported_and_the_rest_finish() -> None:
    """The reason and the seed come back; other members are unharmed."""
    members = {(m.variant, m.seed): m for m in run_members(ALPHA_BETA, range(4), fails_on_two, jobs=2)}
    assert len(members) == 8
    assert {k for k, m in members.items() if m.error} == {("alpha", 2), ("beta", 2)}
    assert members["alpha", 2].error == "ValueError: seed 2 is unlucky"


def test_a_worker_that_dies_takes_only_its_own_member_along() -> None:
    """A crash breaks the pool; the guilty member is found by running the suspects alone."""
    members = {m.seed: m for m in run_members({"alpha": json.dumps({"base": 0})}, range(5), dies_on_two, 2)}
    assert sorted(members) == [0, 1, 2, 3, 4]
    assert [s for s, m in members.items() if m.error] == [2]
    assert "worker process died" in members[2].error


def test_kept_members_are_not_run_again_but_failed_ones_are(tmp_path: Path) -> None:
    """Resume runs what is missing and what failed."""
    trace = tmp_path / "trace.txt"
    scenario = {"alpha": json.dumps({"base": 0, "name": "alpha", "trace": str(trace)})}
    kept = [Member("alpha", 0, {"value": 0}), Member("alpha", 1, error="ValueError: bad luck")]
    members = list(run_members(scenario, range(3), figure, kept=kept))
    assert sorted(m.seed for m in members) == [1, 2]
    ran = [line.split()[:2] for line in trace.read_text(encoding="utf-8").splitlines()]
    assert sorted(ran) == [["alpha", "1"], ["alpha", "2"]]


def test_ledger_drops_a_line_that_was_cut_off(tmp_path: Path) -> None:
    """What a power cut left half written is no member; what stood before it is."""
    ledger = Ledger(tmp_path / "members.jsonl", {"scenario": "abc"})
    ledger.start()
    ledger.add(Member("alpha", 0, {"value": 1.5}))
    with ledger.path.open("a", encoding="utf-8") as file:
        file.write('{"variant": "alpha", "se')
    assert ledger.read() == [Member("alpha", 0, {"value": 1.5})]
    ledger.add(Member("alpha", 1, {"value": 2.5}))
    assert [m.seed for m in ledger.read()] == [0, 1]


def test_ledger_of_another_question_is_refused(tmp_path: Path) -> None:
    """Members of one scenario never enter the figures of another."""
    Ledger(tmp_path / "members.jsonl", {"scenario": "abc"}).start()
    with pytest.raises(ValueError, match="another scenario"):
        Ledger(tmp_path / "members.jsonl", {"scenario": "xyz"}).read()


LONG = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
import json
from tests.simulation.members import figure
from simulation.ensemble import Ledger, run_members
if __name__ == "__main__":
    ledger = Ledger(Path({file!r}), {{}})
    ledger.start()
    told = {{"name": "alpha", "base": 0, "seconds": 0.4, "trace": {trace!r}}}
    scenario = {{"alpha": json.dumps(told)}}
    try:
        for member in run_members(scenario, range(100), figure, jobs=2):
            ledger.add(member)
            print(member.seed, flush=True)
    except KeyboardInterrupt:
        sys.exit(130)
"""


@pytest.fixture
def long_ensemble(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path, Path]]:
    """A process that works on 100 members of 0.4 s, its ledger, and the trace of what its workers did."""
    ledger, trace, script = (tmp_path / name for name in ("members.jsonl", "trace.txt", "long.py"))
    script.write_text(LONG.format(here=str(HERE), file=str(ledger), trace=str(trace)), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE.parent.parent), str(HERE)])}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield process, ledger, trace
        process.kill()


posix = pytest.mark.skipif(sys.platform == "win32", reason="signals to one process need POSIX")


@posix
def test_ctrl_c_stops_at_once_and_keeps_what_is_finished(long_ensemble: Any) -> None:
    """The loop ends early, and every member that was reported is on disk; one more may be, written and not yet told."""
    process, ledger, _ = long_ensemble
    seen = [int(process.stdout.readline()) for _ in range(3)]
    process.send_signal(signal.SIGINT)
    seen += [int(line) for line in process.stdout.read().split()]
    assert process.wait() == 130
    kept = [m.seed for m in Ledger(ledger, {}).read()]
    assert len(kept) == len(set(kept))
    assert set(seen) <= set(kept)
    assert len(kept) <= len(seen) + 1
    assert len(seen) < 100


@posix
def test_a_killed_ensemble_leaves_its_members_and_no_workers(long_ensemble: Any) -> None:
    """Members are on disk before they are reported; workers end when their parent is gone."""
    process, ledger, trace = long_ensemble
    seen = [int(process.stdout.readline()) for _ in range(3)]
    process.kill()
    process.wait()
    assert {m.seed for m in Ledger(ledger, {}).read()} >= set(seen)
    workers = {int(line.split()[2]) for line in trace.read_text(encoding="utf-8").splitlines()}
    assert workers
    deadline = time.monotonic() + 30
    while any(map(alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, workers))


def alive(pid: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
