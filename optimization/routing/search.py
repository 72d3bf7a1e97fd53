"""Routes for an instance: the best found in the time given.

Simulated annealing over ruin and recreate (`anneal`). For a number of iterations the answer depends on the seed alone;
with a time limit on how fast the machine is, too.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimization.routing.anneal import anneal
from optimization.routing.instance import BadInstance, Instance, Route
from optimization.routing.layout import BEST, CAPACITY, FREE, KEPT, KIND, LENGTH, RATE, VALUE
from optimization.routing.ruin import seeded

HOT, COLD = 0.3, 0.01
"""Temperature at the start and at the end, in mean values of the goal a task."""
CHUNK = 500
"""Turns between two looks at the clock."""
SLACK = 0.1
"""Share of its capacity by which a row may be overloaded, at a price, while plans are still being changed."""
KEEP, STEP = 0.5, 1.15
"""Share of plans that are to keep capacity, and the factor by which the price follows it."""
NEIGHBOURS = 400
"""Nearest tasks that are known of each."""


@dataclass(frozen=True)
class Solution:
    """Routes, and what was done to find them."""

    routes: tuple[Route, ...]
    cost: int
    """Durations of all routes together."""
    value: int
    """The goal, penalties for vehicles that there are not included."""
    iterations: int
    seconds: float
    stopped: bool = False
    """Whether ``watch`` ended it."""


class Stop(Exception):
    """Raised by a ``watch`` to end the search; the best so far is given."""


Watch = Callable[[float, int], None]
"""Is told now and then the share of the search that is done, and the best value so far."""


def search(
    instance: Instance,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 0,
    watch: Watch | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Solution:
    """The best routes found until ``seconds`` by the clock or ``iterations`` are over, whichever is first.

    The clock starts once the first plan is built (and, on a machine that never did, the loop compiled).

    Raises BadInstance where a task cannot be served, ValueError where neither limit is given.
    """
    if seconds is None and iterations is None:
        raise ValueError("a search needs a limit: seconds or iterations")
    if not len(instance.ways):
        return Solution((), 0, 0, 0, 0.0)
    run = _Run(instance, seed)
    run.go(1, 0.0)
    run.loosen()
    start = clock()
    done, stopped = 0, False
    try:
        while True:
            shares = []
            if seconds is not None:
                shares.append((clock() - start) / seconds if seconds > 0 else 1.0)
            if iterations is not None:
                shares.append(done / iterations if iterations > 0 else 1.0)
            share = max(shares)
            if watch is not None:
                watch(min(share, 1.0), run.best)
            if share >= 1.0:
                break
            turns = CHUNK if iterations is None else min(CHUNK, iterations - done)
            run.go(turns, run.scale * HOT * (COLD / HOT) ** share)
            done += turns
    except Stop:
        stopped = True
    routes = run.routes()
    return Solution(routes, instance.cost(routes), instance.value(routes), done, clock() - start, stopped)


class _Run:
    """The arrays of one search."""

    def __init__(self, instance: Instance, seed: int) -> None:
        self.instance = instance
        tasks = len(instance.ways)
        weights = instance.weight.astype(np.int64) if instance.weighted else None
        of_task = np.zeros((tasks, 4), dtype=np.int64)
        of_task[:, 0], of_task[:, 1] = instance.demand, instance.service
        of_task[:, 3] = instance.needs if len(instance.needs) else 0
        full = np.ascontiguousarray(instance.deadhead, dtype=np.int32)
        far, leave, enter = folded(full)
        homes = [v.home for v in instance.vehicles]
        of_kind = np.array(
            [(leave[v.home], enter[v.home], v.capacity, v.longest, 2**40 if v.count is None else v.count, v.can)
             for v in instance.vehicles], dtype=np.int64,
        )  # fmt: skip
        arcs = instance.ways.reshape(-1)
        ends = np.stack([leave[arcs], enter[arcs]], axis=1).astype(np.uint32)
        remote = full[homes][:, arcs].min(axis=0).reshape(-1, 2).min(axis=1).astype(np.int64)
        self._given = (far, np.ascontiguousarray(far.T), ends, neighbours(full, instance.ways), remote, of_task,
                       of_kind, weights, np.int64(instance.alpha), np.int64(_penalty(instance)))  # fmt: skip
        self._rng = seeded(seed)
        self._most = min(tasks, 2 * int(-(-instance.demand.sum() // max(1, of_kind[:, CAPACITY].max()))) + 30)
        self._slack = 0
        self._press = np.array([1.0, 0.0, 0.0, 0.0, 0.0])
        self._allocate()

    def _allocate(self) -> None:
        tasks, kinds, rows = len(self.instance.ways), len(self.instance.vehicles), self._most
        self._state = np.zeros(5, dtype=np.int64)
        self._state[BEST], self._state[FREE] = 2**62, rows
        shape = (rows, tasks + 1)
        self._rows, self._old, self._best_rows = (np.zeros(shape, dtype=np.int32) for _ in range(3))
        self._routes, self._old_routes, self._best_routes = (
            np.zeros((rows, 6), dtype=np.int64) for _ in range(3)
        )
        self._work = (
            np.full(tasks, -1, dtype=np.int32), np.zeros(rows + 1, dtype=np.int32),
            np.arange(rows, dtype=np.int32)[::-1].copy(), np.zeros(kinds, dtype=np.int64), self._state,
            np.zeros((tasks, rows, 3), dtype=np.int64), np.zeros(tasks, dtype=np.int64), np.zeros(tasks),
            np.zeros((tasks + 1, 2), dtype=np.uint8), np.zeros(tasks + 2, dtype=np.int64),
            np.zeros((5, max(rows, kinds)), dtype=np.int64),
        )  # fmt: skip

    def go(self, turns: int, temperature: float) -> None:
        """Some turns at one temperature."""
        while not anneal(
            *self._given, self._rows, self._routes, self._old, self._old_routes, self._best_rows, self._best_routes,
            *self._work, self._rng, self._slack, self._press, temperature, turns,
        ):  # fmt: skip
            if self._most >= len(self.instance.ways):
                raise BadInstance(f"{self.instance.name}: no plan could be built")
            self._most = min(len(self.instance.ways), 2 * self._most)
            self._allocate()
        if self._slack:
            kept = self._press[KEPT] / turns
            self._press[RATE] *= STEP if kept < KEEP - 0.1 else 1 / STEP if kept > KEEP + 0.1 else 1.0
            self._press[KEPT] = 0.0

    def loosen(self) -> None:
        """From now on loads may go beyond capacity, at a price that is raised until most plans keep it."""
        largest = max((v.capacity for v in self.instance.vehicles if v.capacity < 2**40), default=0)
        self._slack = int(largest * SLACK)
        self._press[RATE] = 0.5 * self._value / max(1, self.instance.demand.sum())

    @property
    def best(self) -> int:
        """The goal of the best plan so far, with penalties."""
        return int(self._state[BEST])

    @property
    def scale(self) -> float:
        """The goal of the best plan a task, without penalties."""
        return self._value / len(self.instance.ways)

    @property
    def _value(self) -> int:
        return int(self._best_routes[self._best_routes[:, LENGTH] > 0, VALUE].sum())

    def routes(self) -> tuple[Route, ...]:
        """The best routes so far, by vehicle and first task."""
        found = [
            Route(int(route[KIND]), tuple((int(o) >> 1, int(o) & 1) for o in row[: route[LENGTH]]))
            for row, route in zip(self._best_rows, self._best_routes, strict=True)
            if route[LENGTH]
        ]
        return tuple(sorted(found, key=lambda r: (r.vehicle, r.visits)))


def folded(far: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """The deadhead matrix with equal rows and equal columns but once, and for each arc its row and its column.

    Where turns cost nothing all arcs that end at a junction have one row: the matrix then fits a nearer cache.
    """

    def groups(lines: NDArray[np.int32]) -> tuple[list[int], NDArray[np.int64]]:
        first: dict[bytes, int] = {}
        kept: list[int] = []
        index = np.zeros(len(lines), dtype=np.int64)
        for i, values in enumerate(lines):
            key = hashlib.blake2b(values.tobytes(), digest_size=16).digest()
            if key not in first:
                first[key] = len(kept)
                kept.append(i)
            index[i] = first[key]
        return kept, index

    rows, leave = groups(far)
    columns, enter = groups(np.ascontiguousarray(far[rows].T))
    return np.ascontiguousarray(far[np.ix_(rows, columns)]), leave, enter


def neighbours(far: NDArray[np.int32], ways: NDArray[np.int64]) -> NDArray[np.int32]:
    """[task, n] each task itself, then the others by the shortest way from one to the other, either way round."""
    tasks = len(ways)
    wanted = min(tasks, NEIGHBOURS)
    near = np.zeros((tasks, wanted), dtype=np.int32)
    first, second = ways[:, 0], ways[:, 1]
    for task in range(tasks):
        from_here = np.minimum(far[first[task]], far[second[task]])
        to_here = np.minimum(far[:, first[task]], far[:, second[task]])
        gap = np.minimum(from_here, to_here)
        gap = np.minimum(gap[first], gap[second])
        gap[task] = -1
        near[task] = np.argsort(gap, kind="stable")[:wanted]
    return near


def _penalty(instance: Instance) -> int:
    """More than any plan within the vehicles is worse than another: every task going out alone, twice."""
    if instance.penalty is not None:
        return instance.penalty
    if all(v.count is None for v in instance.vehicles):
        return 0
    homes = np.array([v.home for v in instance.vehicles])
    out = instance.deadhead[homes][:, instance.ways].max(axis=(0, 2)).astype(np.int64)
    back = instance.deadhead[instance.ways][:, :, homes].max(axis=(1, 2)).astype(np.int64)
    weight = instance.weight if len(instance.weight) else np.zeros(len(instance.ways), dtype=np.int64)
    trip = np.minimum(out, 2**27) + np.minimum(back, 2**27) + instance.service
    return int(2 * (trip * (instance.alpha + weight)).sum())
