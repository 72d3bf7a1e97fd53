"""Trucks that keep to plough routes, as Syracuse's do: each stays on its route for a spell before it takes another."""

from __future__ import annotations

import numpy as np

from optimization.dispatchers.greedy import tour_order
from optimization.ground import Ground
from optimization.tours import Tours
from optimization.worth import by_weight
from simulation.model import Scenario
from simulation.orders import Assign
from simulation.situation import CrewReport, Situation


class RouteKeeper:
    """A dispatcher for trucks with routes.

    A truck goes on with its route for ``stay`` seconds while anything there calls for it; then it takes the route
    that has been without a truck for longest, and shares one only where none is free. Within a route the greedy
    dispatcher's tours hold. ``beat`` is (segments,) the number of each segment's route.
    """

    def __init__(self, scenario: Scenario, beat: np.ndarray, stay: float) -> None:
        self._ground, self._beat, self._stay = Ground(scenario), beat, stay
        self._kept: dict[str, int] = {}
        self._since: dict[str, int] = {}
        self._left = np.full(int(beat.max()) + 1, -1)

    def __call__(self, situation: Situation) -> list[Assign]:
        idle = [crew for crew in situation.crews if crew.idle]
        if not idle or not len(situation.jobs):
            return []
        tours = Tours(self._ground, situation, by_weight)
        beat = self._beat[situation.jobs.segment]
        busy = {crew.id for crew in situation.crews if crew.targets and not crew.idle}
        orders = []
        for crew in idle:
            order = self._order(tours, situation, crew, beat, busy)
            if order is not None:
                orders.append(order)
                busy.add(crew.id)
        return orders

    def _order(
        self, tours: Tours, situation: Situation, crew: CrewReport, beat: np.ndarray, busy: set[str]
    ) -> Assign | None:
        free = tours.open
        for mine in self._wishes(crew, situation.t, np.unique(beat[free]), busy):
            tours.open = free & (beat == mine)
            tour = tours.best(crew)
            tours.open = free
            if tour is None:
                continue
            tours.open[list(tour.rows)] = False
            if self._kept.get(crew.id) != mine:
                self._kept[crew.id], self._since[crew.id] = mine, situation.t
            self._left[mine] = situation.t
            return tour_order(situation, crew, tour)
        return None

    def _wishes(self, crew: CrewReport, t: int, calling: np.ndarray, busy: set[str]) -> list[int]:
        """Routes with work in the order in which a truck would take them."""
        held = {self._kept[other] for other in busy if other in self._kept}
        mine = self._kept.get(crew.id, -1)
        x, y = self._ground.x, self._ground.y
        away = np.hypot(x[self._ground.tail] - x[crew.node], y[self._ground.tail] - y[crew.node])
        nearest = np.full(len(self._left), np.inf)
        np.minimum.at(nearest, self._beat, away)
        stays = t - self._since.get(crew.id, t) < self._stay

        def rank(route: int) -> tuple[int, float, float]:
            place = 0 if route == mine and stays else 3 if route in held else 2 if route == mine else 1
            return place, self._left[route], nearest[route]

        return sorted((int(route) for route in calling), key=rank)
