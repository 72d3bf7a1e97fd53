"""Small instances, made up by a seed, and their best plans by trying all."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from optimization.routing.instance import Instance, Route, Vehicle


def made_up(
    seed: int, tasks: int = 4, vehicles: tuple[Vehicle, ...] = (Vehicle(capacity=9),), **more: object
) -> Instance:
    """Tasks in a plane with uneven ways (as turn penalties and one-way streets make them); some are one-way."""
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, 60, (2 * tasks + 1, 2, 2))
    ends[2::2] = ends[1::2, ::-1]
    ends[0, 1] = ends[0, 0]
    gap = np.abs(ends[:, None, 1] - ends[None, :, 0]).sum(axis=2)
    deadhead = (gap + rng.integers(0, 8, gap.shape)).astype(np.int32)
    deadhead[0, 0] = 0
    ways = np.stack([np.arange(1, 2 * tasks, 2), np.arange(2, 2 * tasks + 1, 2)], axis=1)
    ways[: tasks // 3, 1] = ways[: tasks // 3, 0]
    service, demand = rng.integers(1, 20, tasks), rng.integers(1, 6, tasks)
    return Instance(f"made-{seed}", ways, deadhead, service, demand, tuple(vehicles), **more)  # type: ignore[arg-type]


def plans(instance: Instance) -> Iterator[list[list[int]]]:
    """All ways to share the tasks out to routes, in all orders; routes in any order once."""
    tasks = range(len(instance.ways))
    for order in itertools.permutations(tasks):
        for cuts in itertools.product((False, True), repeat=len(order) - 1):
            routes = [[order[0]]]
            for task, cut in zip(order[1:], cuts, strict=True):
                if cut:
                    routes.append([])
                routes[-1].append(task)
            if [r[0] for r in routes] == sorted(r[0] for r in routes):
                yield routes


def worth(instance: Instance, order: Sequence[int], ways: Sequence[int]) -> int:
    """The goal of one route of the first kind of vehicle, walked anew."""
    at, now, late = instance.vehicles[0].home, 0, 0
    for task, way in zip(order, ways, strict=True):
        arc = instance.ways[task, way]
        now += int(instance.deadhead[at, arc] + instance.service[task])
        late += now * int(instance.weight[task]) if len(instance.weight) else 0
        at = arc
    return late + instance.alpha * (now + int(instance.deadhead[at, instance.vehicles[0].home]))


def best(instance: Instance) -> int:
    """The least goal there is, by trying all plans and all ways."""
    vehicle = instance.vehicles[0]
    known: dict[tuple[int, ...], int] = {}
    least = 2**62
    for routes in plans(instance):
        if vehicle.count is not None and len(routes) > vehicle.count:
            continue
        if any(instance.demand[r].sum() > vehicle.capacity for r in routes):
            continue
        total = 0
        for route in routes:
            key = tuple(route)
            if key not in known:
                options = itertools.product((0, 1), repeat=len(route))
                known[key] = min(worth(instance, route, ways) for ways in options)
            total += known[key]
        least = min(least, total)
    return least


def walked(instance: Instance, routes: Sequence[Route]) -> int:
    """The goal of a plan, walked anew; asserts that it serves every task once and keeps every limit."""
    assert sorted(t for r in routes for t, _ in r.visits) == list(range(len(instance.ways)))
    total = 0
    for route in routes:
        vehicle = instance.vehicles[route.vehicle]
        tasks = [t for t, _ in route.visits]
        assert instance.demand[tasks].sum() <= vehicle.capacity
        assert not len(instance.needs) or not any(int(instance.needs[t]) & ~vehicle.can for t in tasks)
        at, now, late = vehicle.home, 0, 0
        for task, way in route.visits:
            arc = instance.ways[task, way]
            now += int(instance.deadhead[at, arc] + instance.service[task])
            late += now * int(instance.weight[task]) if len(instance.weight) else 0
            at = arc
        now += int(instance.deadhead[at, vehicle.home])
        assert now <= vehicle.longest or len(tasks) == 1
        total += late + instance.alpha * now
    return total
