"""What is to be routed, and what a set of routes costs.

An *arc* is a place on the network driven in one direction; a *task* is work along a street that one vehicle does in
one go, along one of at most two arcs (the *ways*). All that the network asks of a driver, one-way streets, turn
penalties, bans on U-turns, is in ``deadhead``: the way from the end of one arc to the start of another. Two lane passes
of a street are two tasks over the same arcs. Numbers are integers in the caller's unit (metres, seconds, cents), so
that sums are exact and do not depend on their order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

UNREACHABLE = 2**28
"""Deadhead where there is no way; a plan that contains one is refused."""


class BadInstance(ValueError):
    """An instance that makes no sense; the message says what and where."""


@dataclass(frozen=True)
class Vehicle:
    """A kind of vehicle, and how many there are of it."""

    home: int = 0
    """The arc where its routes start and end."""
    capacity: int = 2**40
    """Most demand a route serves."""
    longest: int = 2**40
    """Most that a route's driving and service take together."""
    count: int | None = None
    """How many there are; None for as many as wanted. More are used at ``Instance.penalty`` each."""
    can: int = 0
    """Bits of abilities: tasks are served whose ``needs`` are all among them."""


@dataclass(frozen=True)
class Route:
    """One vehicle's work: its kind, and (task, way) in order."""

    vehicle: int
    visits: tuple[tuple[int, int], ...]


def _none() -> NDArray[np.int64]:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Instance:
    """Tasks on arcs, vehicles, and the goal: least sum over routes of weight x completion + alpha x duration."""

    name: str
    ways: NDArray[np.int64]
    """[task, 2] the arcs that each task may be served along; twice the same where there is but one."""
    deadhead: NDArray[np.int32]
    """[arc, arc] from the end of one to the start of the other."""
    service: NDArray[np.int64]
    """[task] what serving takes, driving along the arc included."""
    demand: NDArray[np.int64]
    """[task] what serving takes of the vehicle's capacity."""
    vehicles: tuple[Vehicle, ...] = (Vehicle(),)
    weight: NDArray[np.int64] = field(default_factory=_none)
    """[task] worth of each unit of time by which the task is completed earlier; empty for none."""
    alpha: int = 1
    """Weight of a route's duration."""
    needs: NDArray[np.int64] = field(default_factory=_none)
    """[task] bits of abilities that a vehicle must have; empty for none."""
    penalty: int | None = None
    """For each vehicle beyond ``count``, in the unit of the goal; None: more than any saving is worth."""

    def __post_init__(self) -> None:
        tasks, arcs = len(self.ways), len(self.deadhead)
        as_task = {
            "ways": (self.ways, (tasks, 2)),
            "service": (self.service, (tasks,)),
            "demand": (self.demand, (tasks,)),
        }
        optional = {"weight": (self.weight, (tasks,)), "needs": (self.needs, (tasks,))}
        for name, (values, shape) in {**as_task, **{k: v for k, v in optional.items() if len(v[0])}}.items():
            if values.shape != shape:
                raise BadInstance(f"{self.name}: {name} has the shape {values.shape}, not {shape}")
            if values.size and values.min() < 0:
                raise BadInstance(
                    f"{self.name}: {name} of task {int(np.argmin(values)) // (values.size // tasks)} is negative"
                )
        if self.deadhead.shape != (arcs, arcs):
            raise BadInstance(f"{self.name}: deadhead must be square, but is {self.deadhead.shape}")
        if not self.vehicles:
            raise BadInstance(f"{self.name}: there are no vehicles")
        if (tasks and self.ways.max() >= arcs) or any(not 0 <= v.home < arcs for v in self.vehicles):
            raise BadInstance(f"{self.name}: a way or a home is not among the {arcs} arcs of deadhead")
        for task in range(tasks):
            if not any(self.can_serve(v, task) for v in self.vehicles):
                raise BadInstance(
                    f"{self.name}: no vehicle can serve task {task} (demand, abilities or no way there)"
                )

    def can_serve(self, vehicle: Vehicle, task: int) -> bool:
        """Whether such a vehicle can go out for that task alone (how long it takes left aside)."""
        if self.demand[task] > vehicle.capacity or (len(self.needs) and self.needs[task] & ~vehicle.can):
            return False
        there, back = (
            self.deadhead[vehicle.home, self.ways[task]],
            self.deadhead[self.ways[task], vehicle.home],
        )
        return bool(((there < UNREACHABLE) & (back < UNREACHABLE)).any())

    @property
    def weighted(self) -> bool:
        """Whether completion matters, not cost alone."""
        return bool(len(self.weight) and self.weight.any())

    def arcs(self, route: Route) -> list[int]:
        """Arcs of a route in order, from home to home."""
        home = self.vehicles[route.vehicle].home
        return [home, *(int(self.ways[task, way]) for task, way in route.visits), home]

    def completions(self, route: Route) -> Iterator[tuple[int, int]]:
        """Each task of a route with when it is completed, counted from when the vehicle leaves home."""
        now, at = 0, self.vehicles[route.vehicle].home
        for task, way in route.visits:
            arc = int(self.ways[task, way])
            now += int(self.deadhead[at, arc]) + int(self.service[task])
            at = arc
            yield task, now

    def duration(self, route: Route) -> int:
        """Driving and service of a route, home to home."""
        arcs = self.arcs(route)
        driven = sum(int(self.deadhead[a, b]) for a, b in pairwise(arcs))
        return driven + sum(int(self.service[task]) for task, _ in route.visits)

    def cost(self, routes: Sequence[Route]) -> int:
        """Durations of all routes together: what a benchmark calls the cost."""
        return sum(self.duration(route) for route in routes)

    def value(self, routes: Sequence[Route]) -> int:
        """The goal, penalties for vehicles that there are not left aside."""
        late = 0
        if self.weighted:
            late = sum(
                int(self.weight[task]) * done for route in routes for task, done in self.completions(route)
            )
        return late + self.alpha * self.cost(routes)
