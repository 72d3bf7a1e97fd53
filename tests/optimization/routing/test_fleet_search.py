"""The fleet's search beside every plan there is, on problems of a handful of passes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from optimization.routing.fleet_search import TRAVEL, Objective, Problem, search
from optimization.routing.passes import Passes, neighbours

TASKS, TRUCKS = 5, 2
Visits = Sequence[Sequence[int]]


def problem(seed: int, machines: int = 1) -> Problem:
    """Five roads of one pass (one of them one-way) in a square kilometre, two unlike trucks with a yard each."""
    rng = np.random.default_rng(seed)
    places = 2 * TASKS + TRUCKS
    spot = rng.uniform(0, 1000, (places, 2))
    metres = np.linalg.norm(spot[:, None] - spot, axis=2)
    count, one = np.arange(TASKS), np.ones(TASKS)
    enter = np.column_stack([2 * count, 2 * count + 1])
    leave = enter[:, ::-1].copy()
    cost = np.stack([metres / 8.0, metres], axis=2).astype(np.float32)
    enter[0, 1] = leave[0, 1] = -1
    passes = Passes(
        count, one.astype(int), count, np.arange(TASKS + 1), np.arange(TASKS + 1), enter.ravel(), leave.ravel(),
        rng.integers(60, 300, (TRUCKS, TASKS)).astype(float), np.zeros(TASKS), rng.uniform(0.5, 8.0, TASKS),
        np.zeros(TASKS), np.array([1, 1, 2, 3, 4]), np.zeros(TASKS, bool), one.astype(int),
    )  # fmt: skip
    crews = np.array([
        [v, 2 * TASKS + v, 100.0 * v, 1e9, 1e15, 0.0, 1.0, 0.0, machines if v else 1] for v in range(TRUCKS)
    ])  # fmt: skip
    return Problem(passes, crews, cost, neighbours(cost), np.ones((TRUCKS, 2)), np.zeros(TASKS))


def every_plan() -> Iterator[Visits]:
    """All orders of all passes, all ways along them, all shares of the two trucks."""
    for order in itertools.permutations(range(TASKS)):
        for ways in itertools.product(range(2), repeat=TASKS):
            codes = [2 * task + way for task, way in zip(order, ways, strict=True)]
            for cut in range(TASKS + 1):
                yield codes[:cut], codes[cut:]


def driven(given: Problem, visits: Visits) -> tuple[dict[int, float], float]:
    """s at which each pass is done, m in all."""
    done, metres = dict[int, float](), 0.0
    for v, codes in enumerate(visits):
        at, now = int(given.crews[v, 1]), float(given.crews[v, 2])
        driven = 0.0
        for code in codes:
            way = given.cost[at, given.passes.enter[code]]
            now += float(way[0]) + float(given.passes.work[v, code >> 1])
            driven += float(way[1])
            done[code >> 1], at = now, int(given.passes.leave[code])
        if codes:
            way = given.cost[at, int(given.crews[v, 1])]
            driven += float(way[1])
        metres += driven * float(given.crews[v, 8])
    return done, metres


def worth(given: Problem, objective: Objective, visits: Visits) -> float:
    """What a goal counts, by its words; lower is better."""
    passes = given.passes
    if any(passes.enter[code] < 0 for codes in visits for code in codes):
        return float("inf")
    done, metres = driven(given, visits)
    if objective == "priority":
        weight = passes.weight
        return sum(weight[t] * s for t, s in done.items()) + TRAVEL * weight.sum() / TRUCKS * metres
    return metres


@pytest.mark.parametrize("objective", ["priority", "kilometres"])
def test_hardly_a_plan_is_better(objective: Objective) -> None:
    """Beside all 23,000 plans: the best of three searches is the best in seven of eight problems, and on the mean
    within 1 % (``kilometres`` counts a second as a hundredth of a metre, too)."""
    gaps = []
    for seed in range(8):
        given = problem(seed, machines=1 + seed % 2)
        found = [search(given, objective, 1e9, turns=1000, seed=s).visits for s in range(3)]
        best = min(worth(given, objective, visits) for visits in every_plan())
        gaps.append(min(worth(given, objective, visits) for visits in found) / best - 1)
    assert np.mean(gaps) < 0.01 and sum(gap < 1e-9 for gap in gaps) >= 7, gaps
