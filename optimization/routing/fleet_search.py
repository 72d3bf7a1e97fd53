"""Routes for a district: the best that ruin and recreate finds (``fleet_kernel``), for several goals.

With a number of turns the answer depends on the seed alone; with a time limit on the machine, too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from optimization.routing import fleet_kernel as kernel
from optimization.routing import fleet_turns as moves
from optimization.routing.passes import Near, Passes, neighbours
from optimization.routing.ruin import seeded
from optimization.routing.search import Stop

Objective = Literal["priority", "last", "makespan", "balanced", "kilometres"]
OBJECTIVES: tuple[Objective, ...] = ("priority", "last", "makespan", "balanced", "kilometres")
TRAVEL = 1.3
"""Worth of a metre beside a second that the mean weight of a route waits, in the goals ``priority`` and ``last``
(setting, with ``STEEP``; docs/design.md has what others come to)."""
TIGHTEN = tuple(share / 20 for share in range(8, 19))
"""Shares of the search at which the last passes of some classes are made due earlier (setting): a mean falls by itself,
the last only if it is asked for."""
STRAGGLERS = 0.03
"""How many of them are late then (setting)."""
STEEP, STEEPER = 300.0, 1.3
"""Cost of the second that follows an hour after that, in mean weights of a pass: it grows with the hours, and by so
many times whenever due times are drawn in, so that few are late when the search is cold (settings)."""
TOGETHER: dict[Objective, tuple[tuple[int, ...], ...]] = {
    "priority": ((1,),), "last": ((1,), (2,), (3,), (4,)), "makespan": ((1, 2, 3, 4),),
}  # fmt: skip
"""Classes whose last pass is brought forward, by goal; those that stand together have one last pass."""
EARLY: dict[Objective, float] = {"priority": 0.80}
"""Share of the time of the very last pass of all before which no class is pressed, by goal (setting): beyond that,
hours of the class are paid for with kilometres."""
LATE = 5.0
"""Times as much as a second or a metre on the way that a second beyond the horizon costs (setting: with
20 the search of fewest kilometres stays 8 % above what it finds with 5, for no earlier end)."""
HOT, COLD = 3.0, 0.005
"""Temperatures at the start and at the end, in mean differences that a turn makes."""
CHUNK = 200
"""Turns between two looks at the clock."""
SLACK = 1.7
"""Default horizon over the hours in which the fleet could do all the work without driving (setting)."""

Watch = Callable[[float], None]
"""Is told now and then the share of the search that is done; may raise ``Stop``: the best so far is given."""


@dataclass(frozen=True)
class Problem:
    """What a search works on."""

    passes: Passes
    crews: np.ndarray
    """(vehicles, 9) the kernel's ``crew``."""
    cost: np.ndarray
    """(places, places, 2) float32: s and m from place to place."""
    near: Near
    """Places near each: see ``neighbours``."""
    yards: np.ndarray
    """(d, 2) the kernel's ``yard``; yards are the last places."""
    length: np.ndarray
    """(tasks,) m driven in each, by all its machines."""


@dataclass(frozen=True)
class Routes:
    """What each truck does, in order."""

    visits: tuple[tuple[int, ...], ...]
    """For each truck its options, 2 x task + way."""
    unplaced: tuple[int, ...]
    """Rows of ``Passes.roads`` that found no place."""
    value: float
    turns: int
    stopped: bool = False


def fluid_seconds(problem: Problem) -> float:
    """s in which the fleet could do all the work if nobody had to drive between roads."""
    passes = problem.passes
    if not len(passes):
        return 0.0
    first, counts = passes.grid_task[:-1], np.diff(passes.grid_task)
    seconds = passes.work[:, first] * counts  # (kinds, grids) for a whole road
    alone = np.minimum.reduceat(seconds, passes.grid_start[:-1], axis=1)
    trucks = np.bincount(problem.crews[:, kernel.GROUP].astype(int), minlength=len(alone))
    return float((1.0 / (trucks[:, None] / alone).sum(axis=0)).sum())


def goal_of(problem: Problem, objective: Objective, horizon: float, travel: float = TRAVEL) -> np.ndarray:
    """(7,) the kernel's ``goal``; weights of tasks are left out where they do not count."""
    trucks, passes = len(problem.crews), problem.passes
    whole = float(passes.weight[_coarsest(problem)].sum())
    usual = max(horizon / SLACK, 1.0)
    steep = STEEP * float(passes.weight.mean()) if len(passes) else 0.0
    square = steep / 2 / 3600
    if objective in ("priority", "last"):
        metre = travel * whole / trucks
        return np.array([0.0, metre, 0.0, usual, horizon, LATE * metre, square])
    if objective == "makespan":
        return np.array([0.01 * steep, 0.0, 0.0, usual, horizon, steep, square])
    if objective == "balanced":
        return np.array([0.05, 0.0, 1.0, usual, horizon, LATE, 0.0])
    return np.array([0.01, 1.0, 0.0, usual, horizon, LATE, 0.0])


def first_grids(problem: Problem) -> np.ndarray:
    """(kinds, roads) the grid of fewest passes that a kind can take a part in; -1 for none."""
    passes = problem.passes
    able = passes.work[:, passes.grid_task[:-1]] < kernel.NOWHERE
    found = np.full((len(able), len(passes.roads)), -1, np.int64)
    for road in range(len(passes.roads)):
        first, last = passes.grid_start[road], passes.grid_start[road + 1]
        for kind in range(len(able)):
            grids = np.flatnonzero(able[kind, first:last])
            found[kind, road] = first + grids[0] if len(grids) else -1
    return found


def _coarsest(problem: Problem) -> np.ndarray:
    """Passes of the first grid of each road."""
    passes = problem.passes
    starts = passes.grid_start[:-1]
    spans = [np.arange(passes.grid_task[g], passes.grid_task[g + 1]) for g in starts]
    return np.concatenate(spans) if spans else np.zeros(0, int)


class Search:
    """One search; call ``go`` until done, then ``routes``."""

    def __init__(
        self,
        problem: Problem,
        objective: Objective,
        horizon: float,
        seed: int = 0,
        travel: float = TRAVEL,
        hot: float = HOT,
    ) -> None:
        self.problem = problem
        passes, crew = problem.passes, np.ascontiguousarray(problem.crews, float)
        tasks, trucks, places = len(passes), len(crew), len(problem.cost)
        goal = goal_of(problem, objective, horizon, travel)
        weight = passes.weight if objective in ("priority", "last") else np.zeros(tasks)
        self._together, self._early = TOGETHER.get(objective, ()), EARLY.get(objective, 0.0)
        task_of = np.column_stack(
            [weight, passes.kilograms, passes.release, problem.length, np.full(tasks, kernel.NOWHERE)]
        ).astype(float)
        before, after, raf = problem.near
        enter, leave = passes.enter.astype(np.int32), passes.leave.astype(np.int32)
        room = _room(problem)
        self._rng = seeded(seed)
        self._goal = goal
        self._given = (problem.cost, places - len(problem.yards), leave, enter, problem.yards, goal, crew, passes.work,
                       task_of)  # fmt: skip
        self._grid_start = passes.grid_start.astype(np.int64)
        self._grid = np.searchsorted(passes.grid_task, np.arange(tasks), side="right") - 1
        self._chosen = np.full(len(passes.roads), -1, np.int64)
        self._near = (
            raf,
            before,
            after,
            *_roads_at(problem, places),
            passes.grid_task.astype(np.int64),
            self._chosen,
        )
        self._now, self._old = (
            (np.zeros((trucks, room), np.int32), np.zeros((trucks, room, kernel.COLUMNS)), np.zeros((trucks, 3)))
            for _ in range(2)
        )  # fmt: skip
        self._now[2][:, kernel.END] = crew[:, kernel.READY]
        self._best_row, self._best_route = np.zeros((trucks, room), np.int32), np.zeros(trucks, np.int64)
        self._best_chosen = self._chosen.copy()
        self._spot = np.full((tasks, 2), -1, np.int32)
        self._state, self._cost = np.zeros(4, np.int64), np.zeros(4)
        self._found = np.zeros(3, np.int64)
        self._work: tuple[Any, ...] = (
            np.zeros(tasks + 1, np.int64), np.zeros(tasks + 1), np.zeros(64, np.int64), np.zeros(64, np.int64),
            np.zeros(trucks, np.int64), np.zeros(trucks, np.int64), self._found, np.zeros((room, 2), np.uint8),
            np.zeros((room, 2)),
        )  # fmt: skip
        self._free = bool(((enter[::2] >= 0) & (enter[1::2] >= 0)).mean() > 0.5) if tasks else False
        self._unplaced: tuple[int, ...] = ()
        self.turns = 0
        self._scale = 0.0
        self._hot = hot

    def build(self, wide: bool = False) -> None:
        """A first plan, and the roads that nobody can get to. ``wide``: each looks everywhere, not only around."""
        problem, passes, trucks = self.problem, self.problem.passes, len(self.problem.crews)
        need = first_grids(problem)
        after = self._near[2][:, :0] if wide else self._near[2]
        moves.build(
            *self._given, passes.road.astype(np.int64), self._grid_start, need, after, *self._near[3:], *self._now,
            self._spot, np.zeros(trucks), np.zeros(trucks, np.int64),
            1.0 if self._goal[kernel.OF_METRES] == 0 else 0.0,
        )  # fmt: skip
        kernel.reckon_all(*self._given[:7], *self._now)
        self._settle()

    def begin(self, start: Sequence[Sequence[int]]) -> None:
        """Begin with routes that are there; passes in none of them are put in where they fit best."""
        passes = self.problem.passes
        most = self._now[0].shape[1] - 3
        start = [visits[:most] for visits in start]
        held = np.array([len(visits) for visits in start], np.int64)
        codes = np.array([code for visits in start for code in visits], np.int64)
        self._chosen[passes.road[codes >> 1]] = self._grid[codes >> 1]
        moves.lay(codes, held, self._given[0], self._given[2], self._given[3], self._given[6], *self._now,
                  *self._given[7:], self._spot)  # fmt: skip
        kernel.reckon_all(*self._given[:7], *self._now)
        chosen = np.where(self._chosen >= 0, self._chosen, passes.grid_start[1:] - 1)
        absent = [t for g in chosen.tolist() for t in range(passes.grid_task[g], passes.grid_task[g + 1])
                  if self._spot[t, 0] < 0]  # fmt: skip
        weight = self._given[8][:, 0]
        absent.sort(key=lambda t: (-weight[t], t))
        moves.insert(
            np.array(absent, np.int64),
            *self._given,
            *self._near,
            *self._now,
            self._spot,
            self._found,
            self._rng,
        )
        self._chosen[:] = chosen
        self._settle()

    def _settle(self) -> None:
        """Take what there is for the best, and note the roads that have passes which nobody can get to."""
        grids, starts = self._chosen, self.problem.passes.grid_task
        self._unplaced = tuple(
            road
            for road, g in enumerate(grids)
            if g < 0 or (self._spot[starts[g] : starts[g + 1], 0] < 0).any()
        )
        self._cost[:2] = self._total()
        self._best_row[:] = self._now[0]
        self._best_route[:] = self._now[2][:, kernel.LENGTH]
        self._best_chosen[:] = self._chosen

    def _total(self) -> float:
        passes = self.problem.passes
        held = self._chosen[self._chosen >= 0]
        counts = np.diff(passes.grid_task)[held]
        metres = self.problem.length[passes.grid_task[held]]
        return float(
            self._now[2][:, kernel.COST].sum() + self._goal[kernel.OF_METRES] * (counts * metres).sum()
        )

    def go(self, turns: int, share: float) -> None:
        """Some turns at the temperature of a share of the search."""
        if turns and not (self._spot[:, 0] >= 0).any():
            return
        temperature = self._scale * self._hot * (COLD / self._hot) ** share
        moves.turns(
            *self._given, self.problem.passes.road.astype(np.int64), self._grid_start, *self._near, *self._now,
            *self._old, self._best_row, self._best_route, self._best_chosen, self._spot, self._state, self._cost,
            *self._work, 0.3, self._rng, temperature, turns, self._free,
        )  # fmt: skip
        self.turns += turns
        if not self._scale:
            self._scale = self._cost[3] / max(self._state[2], 1)

    def tighten(self) -> None:
        """Make the last passes due a little earlier than the last one is done now."""
        crew, item, route = self._given[6], self._now[1], self._now[2]
        self._goal[kernel.STEEP] *= STEEPER
        tasks = np.flatnonzero(self._spot[:, 0] >= 0)
        vehicle, place = self._spot[tasks].T
        done = item[vehicle, place, kernel.DONE] + crew[vehicle, kernel.LAG]
        due, tier = self._given[8][:, kernel.DUE_OF], self.problem.passes.tier
        for classes in self._together:
            mine = np.isin(tier[tasks], classes)
            if mine.any():
                due[np.isin(tier, classes)] = max(np.quantile(done[mine], 1 - STRAGGLERS), self._early * done.max())
        item[vehicle, place, kernel.DUE] = due[tasks]
        if len(self._together) == 1 and len(self._together[0]) > 1 and len(tasks):
            self._goal[kernel.HORIZON] = np.quantile(route[:, kernel.END], 1 - STRAGGLERS)
        kernel.reckon_all(*self._given[:7], *self._now)
        self._settle()

    @property
    def best(self) -> float:
        return float(self._cost[1])

    def routes(self, stopped: bool = False) -> Routes:
        """The best so far."""
        visits = tuple(
            tuple(row[:n].tolist()) for row, n in zip(self._best_row, self._best_route, strict=True)
        )
        return Routes(visits, self._unplaced, self.best, self.turns, stopped)


def search(
    problem: Problem,
    objective: Objective,
    horizon: float,
    *,
    seconds: float | None = None,
    turns: int | None = None,
    seed: int = 0,
    start: Sequence[Sequence[int]] | None = None,
    press: bool = False,
    wide: bool = False,
    travel: float = TRAVEL,
    hot: float = HOT,
    watch: Watch | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Routes:
    """The best routes found until ``seconds`` by the clock or ``turns`` are over, whichever is first.

    ``press``: bring the last passes forward, too (``TOGETHER``), not the mean alone. ``wide``: the first plan is made
    with a look at the whole district at each step. ``hot``: temperature at the start; low where ``start`` is good.
    """
    if seconds is None and turns is None:
        raise ValueError("a search needs a limit: seconds or turns")
    run = Search(problem, objective, horizon, seed, travel, hot)
    run.go(0, 0.0)  # compiled before the clock starts
    began = clock()
    if start is None:
        run.build(wide)
    else:
        run.begin(start)
    share = 1.0 if turns == 0 else 0.0
    ahead = list(TIGHTEN) if press and objective in TOGETHER else []
    try:
        while share < 1.0:
            if watch is not None:
                watch(share)
            many = CHUNK if turns is None else min(CHUNK, turns - run.turns)
            run.go(many, share)
            shares = [] if seconds is None else [(clock() - began) / max(seconds, 1e-9)]
            shares += [] if turns is None else [run.turns / max(turns, 1)]
            share = max(shares)
            if ahead and share >= ahead[0]:
                ahead = [a for a in ahead if a > share]
                run.tighten()
    except Stop:
        return run.routes(stopped=True)
    return run.routes()


def make_ready() -> None:
    """Compile the search for this machine: once after each installation, about a minute; later it is read from disk."""
    one, zero = np.ones(1), np.zeros(1, int)
    place = np.array([0, 1])
    passes = Passes(zero, np.ones(1, int), zero, np.array([0, 1]), np.array([0, 1]), place, place[::-1].copy(),
                    np.ones((1, 1)), one, one, np.zeros(1), np.ones(1, int), np.zeros(1, bool),
                    np.ones(1, int))  # fmt: skip
    cost = np.ones((3, 3, 2), np.float32)
    crew = np.array([[0.0, 2.0, 0.0, 1e9, 1e15, 0.0, 1.0, 0.0, 1.0]])
    problem = Problem(passes, crew, cost, neighbours(cost), np.ones((1, 2)), one)
    search(
        problem,
        "priority",
        1e9,
        turns=1,
        start=search(problem, "kilometres", 1e9, turns=1).visits,
        press=True,
    )


def _roads_at(problem: Problem, places: int) -> tuple[np.ndarray, np.ndarray]:
    """Roads with a pass that begins or ends at a place: where each place's begin, and the roads."""
    passes = problem.passes
    road = np.tile(np.repeat(passes.road, 2), 2)
    place = np.concatenate([passes.enter, passes.leave])
    pairs = np.unique(np.column_stack([place, road])[place >= 0], axis=0)
    return np.searchsorted(pairs[:, 0], np.arange(places + 1)).astype(np.int64), pairs[:, 1].astype(np.int64)


def _room(problem: Problem) -> int:
    """Places that the longest route may need."""
    passes = problem.passes
    most = int(np.diff(passes.grid_task)[passes.grid_start[1:] - 1].sum()) if len(passes) else 0
    return min(most, max(200, 6 * most // max(len(problem.crews), 1))) + 2
