"""Routes: road crews drive planned routes; at each decision these are repaired, not thrown away.

The first snow brings a plan over all roads that ask for treatment and all crews there are: weighted completion by ruin
and recreate (``optimization.routing.rolling_routes``). An idle crew is told the next hour of its route. A crew that
breaks down is no longer in the plan, so its roads go to the others; a road that is shut, or no longer asks for
anything, drops out; what new snow asks for comes in, and so routes are driven again in a long storm. Sites, footways,
hauling and the police are greedy's; where no road asks for a plough or a spreader, or no crew has one, a decision
says that greedy gave all orders.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimization.barriers import Barriers
from optimization.decision import Decision
from optimization.dispatchers import greedy
from optimization.ground import Ground
from optimization.plan import Reason
from optimization.routing.rolling_routes import Plan, Router
from optimization.worth import by_forecast
from simulation.model import Scenario
from simulation.orders import Assign, Order
from simulation.roadwork import PASSING
from simulation.situation import Situation

AHEAD = 60 * 60.0
"""s of a route that a crew is told at once (setting; half of it is worse, crews wait for words)."""


class Routes:
    """See the module's docstring."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.decisions: list[Decision] = []
        self._ground = Ground(scenario)
        self._barriers = Barriers(scenario)
        self._router = Router(self._ground, by_forecast, seed)
        self._plan: Plan = {}
        self._last: tuple[int, Plan] = (-1, {})
        """Second of the last decision and the plan that went into it: asked again, the answer is the same."""

    def __call__(self, situation: Situation) -> list[Order]:
        self._ground.check(situation)
        assigned = self._assign(situation)
        orders: list[Order] = [*self._barriers(situation, assigned), *assigned]
        if orders:
            why = greedy.left_over(situation, orders)
            if not _for_routes(situation):
                why = (Reason("dispatch.no_routes", {}), *why)
            self.decisions.append(Decision(situation.t, tuple(orders), "rule", why=why))
        return orders

    def _assign(self, situation: Situation) -> list[Assign]:
        """Orders for the idle crews; none to look for if nobody is idle."""
        if not any(c.idle for c in situation.crews) or not len(situation.jobs):
            return []
        before = self._last[1] if situation.t == self._last[0] else self._plan
        self._last = situation.t, before
        self._plan, stretches = self._router.route(situation, before)
        orders = []
        for stretch in stretches:
            fits = [s <= stretch.crew.duty_left for s in stretch.seconds]
            wanted = [
                r for r, s, fit in zip(stretch.rows, stretch.seconds, fits, strict=True) if fit and s <= AHEAD
            ]
            if not wanted and fits[0]:
                wanted = [stretch.rows[0]]
            if wanted:
                targets = tuple(situation.jobs.target[r] for r in wanted)
                orders.append(Assign(stretch.crew.id, stretch.verbs, targets))
        return orders + greedy.answer(self._ground, _rest(situation, orders))


def _for_routes(situation: Situation) -> bool:
    """Whether a crew can plough or spread, and a road asks for it."""
    return any(PASSING.intersection(c.verbs) for c in situation.crews) and any(
        verbs[0] in PASSING for verbs in situation.jobs.verbs
    )


def _rest(situation: Situation, orders: list[Assign]) -> Situation:
    """The situation for whatever is no work of routes: crews that were sent are not idle, ploughing and spreading are
    taken care of."""
    sent = {order.crew for order in orders}
    crews = tuple(c._replace(idle=False) if c.id in sent else c for c in situation.crews)
    taken = np.array([verbs[0] in PASSING for verbs in situation.jobs.verbs], int)
    return replace(situation, crews=crews, jobs=replace(situation.jobs, crews=situation.jobs.crews + taken))


def make(scenario: Scenario, seed: int = 0) -> Routes:
    """The dispatcher for a scenario; the seed steers its search."""
    return Routes(scenario, seed)
