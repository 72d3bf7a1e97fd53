"""Many members of one question: the same seeds over every variant, in spawned worker processes.

What a member does and what it is measured by comes from outside as a callable, so this file knows neither
dispatchers nor metrics. Finished members are written down at once and are not run again on resume.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

MemberFunction = Callable[[str, int], dict[str, Any]]
"""``member(scenario_json, seed) -> figures``; must be importable by name, for it goes to spawned workers."""
Task = tuple[str, int]
"""(variant, seed)"""


@dataclass(frozen=True)
class Member:
    """A finished member: its figures, or the reason why it has none."""

    variant: str
    seed: int
    figures: dict[str, Any] = field(default_factory=dict)
    error: str = ""


class Ledger:
    """The file of finished members: a first line that says what they belong to, then a line for each."""

    def __init__(self, path: Path, identity: Mapping[str, Any]) -> None:
        self.path = path
        self._identity = json.loads(json.dumps(identity))

    def start(self) -> None:
        """Begin anew; what was there is replaced."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(_line(self._identity), encoding="utf-8")

    def read(self) -> list[Member]:
        """The members kept so far; a last line that was cut off is dropped.

        Raises ValueError where the file belongs to something else or a line cannot be read.
        """
        lines = self.path.read_text(encoding="utf-8").split("\n")
        if lines.pop():
            self.path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        if not lines or json.loads(lines[0]) != self._identity:
            raise ValueError(f"{self.path} holds members of another scenario, dispatcher or version")
        return [Member(**json.loads(line)) for line in lines[1:]]

    def add(self, member: Member) -> None:
        """Write a member down so that a power cut after this call does not lose it."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(_line(asdict(member)))
            file.flush()
            os.fsync(file.fileno())


def run_members(
    scenarios: Mapping[str, str],
    seeds: Sequence[int],
    member: MemberFunction,
    jobs: int = 1,
    kept: Sequence[Member] = (),
) -> Iterator[Member]:
    """Run every variant with every seed; yields each member as it finishes, failed ones too.

    ``scenarios`` maps a variant's name to its scenario as JSON. A member that raises, or whose worker dies,
    comes out with its ``error`` and leaves the others alone. Members in ``kept`` that succeeded are skipped.
    Closing the iterator, or an exception in the caller, stops the workers.
    """
    done = {(m.variant, m.seed) for m in kept if not m.error}
    todo = {(v, s): scenarios[v] for s in seeds for v in scenarios if (v, s) not in done}
    with Workers(member, min(jobs, len(todo))) as workers:
        yield from workers.run(todo)


class Workers:
    """Spawned processes that run members, kept for as many questions as are asked: to spawn one costs seconds.

    They are spawned when they are first needed, and end with the block, whichever way it is left.
    """

    def __init__(self, member: MemberFunction, jobs: int = 1) -> None:
        self.member, self.jobs = member, jobs
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes, which have nothing to do. What is asked of them later spawns new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown()

    def stop(self) -> None:
        """End the processes in the midst of their work."""
        pool, self._pool = self._pool, None
        if pool is not None:
            processes = list((pool._processes or {}).values())
            pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.terminate()

    def run(self, tasks: Mapping[Task, str]) -> Iterator[Member]:
        """Run each task's scenario (JSON); yields each member as it finishes, failed ones too.

        Leaving early, by closing the iterator or by an exception, ends the processes.
        """
        done = False
        try:
            yield from self._run(dict(tasks))
            done = True
        finally:
            if not done:
                self.stop()

    def _run(self, tasks: dict[Task, str]) -> Iterator[Member]:
        waiting, suspects = list(tasks), list[Task]()
        while waiting:
            waiting, in_flight = yield from self._until_a_worker_dies(waiting, tasks, self.jobs)
            suspects += in_flight
        for task in suspects:  # any of them may have killed the pool: alone, the guilty one is known
            _, died = yield from self._until_a_worker_dies([task], tasks, 1)
            if died:
                yield Member(*task, error="the worker process died (out of memory, or a crash in a library)")

    def _until_a_worker_dies(
        self, waiting: list[Task], tasks: Mapping[Task, str], abreast: int
    ) -> Generator[Member, None, tuple[list[Task], list[Task]]]:
        """Yields members; returns the tasks not begun and those that were running (none if all went well)."""
        running: dict[Future[dict[str, Any]], Task] = {}
        pool = self._opened()
        while waiting or running:
            try:
                while waiting and len(running) < abreast:
                    task = waiting[0]
                    running[pool.submit(self.member, tasks[task], task[1])] = task
                    del waiting[0]
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    outcome = _outcome(running[future], future)
                    del running[future]
                    yield outcome
            except BrokenProcessPool:
                self.stop()
                return waiting, list(running.values())
        return [], []

    def _opened(self) -> ProcessPoolExecutor:
        if self._pool is None:
            spawn = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(max(1, self.jobs), mp_context=spawn, initializer=_begin)
        return self._pool


def _outcome(task: Task, future: Future[dict[str, Any]]) -> Member:
    try:
        return Member(*task, figures=future.result())
    except BrokenProcessPool:
        raise
    except Exception as error:
        return Member(*task, error=f"{type(error).__name__}: {error}")


def _begin() -> None:
    """In a worker: Ctrl-C is the parent's to handle, its death ours."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A pool's workers wait for work for ever, also when the process that would bring it was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=True) + "\n"
