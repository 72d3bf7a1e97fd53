"""The routing engine beside all plans tried, its limits, its seed, and stopping at any time."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from optimization.routing.instance import UNREACHABLE, BadInstance, Vehicle
from optimization.routing.search import Stop, search
from tests.optimization.routing.instances import best, made_up, walked


@pytest.mark.parametrize("seed", range(8))
def test_small_instances_are_solved_to_the_best_cost(seed):
    instance = made_up(seed, tasks=5)
    found = search(instance, iterations=400, seed=seed)
    assert found.cost == found.value == walked(instance, found.routes) == best(instance)


@pytest.mark.parametrize("seed", range(8))
def test_small_instances_are_solved_to_the_best_weighted_completion(seed):
    weight = np.random.default_rng(seed).choice([0, 1, 3, 10], 5)
    weight[0] = 10
    instance = made_up(seed, 5, (Vehicle(capacity=14, count=2),), weight=weight, alpha=4)
    if instance.demand.sum() > 24:
        instance = dataclasses.replace(instance, vehicles=(Vehicle(capacity=30, count=2),))
    found = search(instance, iterations=400, seed=seed)
    assert found.value == walked(instance, found.routes) == best(instance)
    assert found.cost == instance.cost(found.routes) != found.value


def test_weights_bring_what_matters_forward():
    weight = np.array([0] * 11 + [50])
    plain = made_up(3, 12, (Vehicle(capacity=60),))
    heavy = dataclasses.replace(plain, weight=weight, vehicles=(Vehicle(capacity=60, count=1),))

    def done(instance):
        routes = search(instance, iterations=2000).routes
        return next(when for r in routes for task, when in instance.completions(r) if task == 11)

    assert done(heavy) < done(plain)


def test_the_seed_decides_the_plan():
    instance = made_up(1, 40, (Vehicle(capacity=25),))
    once, again, other = (search(instance, iterations=1500, seed=s) for s in (7, 7, 8))
    assert once.routes == again.routes and once.iterations == again.iterations == 1500
    assert once.routes != other.routes


@pytest.mark.parametrize("tasks", [1, 2, 3, 30, 150])
@pytest.mark.parametrize("weighted", [False, True])
def test_every_plan_costs_what_it_walks(tasks, weighted):
    weight = np.random.default_rng(tasks).integers(1, 9, tasks) if weighted else np.zeros(0, dtype=np.int64)
    kinds = (Vehicle(0, 12, longest=260), Vehicle(0, 20, longest=400, count=2))
    instance = made_up(tasks, tasks, kinds, weight=weight, alpha=3)
    found = search(instance, iterations=300)
    assert found.value == walked(instance, found.routes)
    assert sum(r.vehicle == 1 for r in found.routes) <= 2


def test_it_can_be_stopped_and_gives_the_best_so_far():
    instance = made_up(2, 60, (Vehicle(capacity=25),))
    told = []

    def watch(share, value):
        told.append((share, value))
        if len(told) == 4:
            raise Stop

    found = search(instance, iterations=10**9, watch=watch)
    assert found.stopped and found.iterations == 1500
    assert found.value == told[-1][1] == walked(instance, found.routes)
    assert [value for _, value in told] == sorted((value for _, value in told), reverse=True)
    assert search(instance, iterations=4000).value <= found.value


def test_time_is_the_callers_clock():
    instance = made_up(2, 20, (Vehicle(capacity=25),))
    ticks = iter(range(1000))
    found = search(instance, seconds=5, clock=lambda: float(next(ticks)))
    assert found.iterations == 4 * 500 and not found.stopped


def test_abilities_and_homes_decide_who_goes():
    instance = made_up(5, 8, (Vehicle(0, 40),))
    needs = np.array([1, 0, 2, 0, 1, 0, 2, 0])
    far = np.pad(instance.deadhead, (0, 1), mode="edge")
    far[-1, -1] = 0
    kinds = (Vehicle(0, 40, can=1), Vehicle(17, 40, can=2))
    two = dataclasses.replace(instance, deadhead=far, needs=needs, vehicles=kinds)
    found = search(two, iterations=500)
    assert walked(two, found.routes) == found.value
    by_kind = {task: r.vehicle for r in found.routes for task, _ in r.visits}
    assert [by_kind[t] for t in (0, 4, 2, 6)] == [0, 0, 1, 1]


def test_vehicles_that_there_are_not_are_used_last():
    instance = made_up(4, 10, (Vehicle(0, 12, count=1),))
    short = search(instance, iterations=500)
    assert len(short.routes) == -(-int(instance.demand.sum()) // 12), (
        "what one vehicle cannot carry still is planned"
    )
    enough = search(dataclasses.replace(instance, vehicles=(Vehicle(0, 100, count=1),)), iterations=500)
    assert len(enough.routes) == 1


def test_without_tasks_there_are_no_routes():
    empty = made_up(0, 3)
    none = dataclasses.replace(empty, ways=empty.ways[:0], service=empty.service[:0], demand=empty.demand[:0])
    assert search(none, iterations=10).routes == ()


def test_a_search_needs_a_limit():
    with pytest.raises(ValueError, match="needs a limit: seconds or iterations"):
        search(made_up(0))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"demand": np.array([1, 1, 99, 1])}, "no vehicle can serve task 2"),
        ({"needs": np.array([0, 4, 0, 0])}, "no vehicle can serve task 1"),
        ({"service": np.array([1, 1, 1, -1])}, "service of task 3 is negative"),
        ({"service": np.array([1, 1])}, r"service has the shape \(2,\), not \(4,\)"),
        ({"deadhead": np.zeros((3, 4), dtype=np.int32)}, "deadhead must be square"),
        ({"vehicles": ()}, "there are no vehicles"),
        ({"vehicles": (Vehicle(home=77),)}, "a way or a home is not among the 9 arcs"),
        ({"deadhead": np.full((9, 9), UNREACHABLE, dtype=np.int32)}, "no vehicle can serve task 0"),
    ],
)
def test_instances_that_make_no_sense_are_refused(change, words):
    with pytest.raises(BadInstance, match=words):
        dataclasses.replace(made_up(0), **change)
