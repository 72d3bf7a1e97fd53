"""Greedy: every idle crew gets the best work there is for it now.

Road crews get a tour (see ``optimization.tours``), site crews a site; the best pair of crew and work goes
first. The police bar and open underpasses (``optimization.barriers``). Crews without work stand by, and the
decision says how many jobs and crews are left.
"""

from __future__ import annotations

from optimization.barriers import Barriers
from optimization.decision import Decision
from optimization.ground import Ground
from optimization.plan import Reason
from optimization.sites import Sites, sites
from optimization.tandem import in_pairs
from optimization.tours import Tour, Tours
from optimization.worth import by_weight
from simulation.model import Scenario
from simulation.orders import Assign, Order
from simulation.situation import CrewReport, Situation


class Greedy:
    """See the module's docstring."""

    def __init__(self, scenario: Scenario) -> None:
        self.decisions: list[Decision] = []
        self._ground = Ground(scenario)
        self._barriers = Barriers(scenario)

    def __call__(self, situation: Situation) -> list[Order]:
        self._ground.check(situation)
        assigned = answer(self._ground, situation)
        orders: list[Order] = [*self._barriers(situation, assigned), *assigned]
        if orders:
            self.decisions.append(
                Decision(situation.t, tuple(orders), "rule", why=left_over(situation, orders))
            )
        return orders


def make(scenario: Scenario, seed: int = 0) -> Greedy:
    """The greedy dispatcher for a scenario; ``seed`` is not used: it draws nothing."""
    return Greedy(scenario)


def answer(ground: Ground, situation: Situation) -> list[Assign]:
    """Orders for the idle crews of a situation."""
    idle = [c for c in situation.crews if c.idle]
    if not idle or not len(situation.jobs):
        return []
    table = sites(ground, situation, idle)
    orders = pair(situation, table) if table else []
    sent = {order.crew for order in orders}
    tours = Tours(ground, situation, by_weight)
    given = in_pairs(tours, hand_out(tours, [c for c in idle if c.id not in sent]))
    return orders + [tour_order(situation, crew, tour) for crew, tour in given]


def hand_out(tours: Tours, crews: list[CrewReport]) -> list[tuple[CrewReport, Tour]]:
    """Each crew's best tour, the best of all first; who finds its roads taken looks again. Closes what it gives."""
    given: list[tuple[CrewReport, Tour]] = []
    wish = {i: tour for i, crew in enumerate(crews) if (tour := tours.best(crew)) is not None}
    while wish:
        i = max(wish, key=lambda k: (wish[k].rate, -k))
        tour = wish.pop(i)
        if tours.open[list(tour.rows)].all():
            tours.open[list(tour.rows)] = False
            given.append((crews[i], tour))
        elif (again := tours.best(crews[i])) is not None:
            wish[i] = again
    return given


def tour_order(situation: Situation, crew: CrewReport, tour: Tour) -> Assign:
    """The order that hands a tour out."""
    return Assign(crew.id, tour.verbs, tuple(situation.jobs.target[r] for r in tour.rows))


def pair(situation: Situation, table: Sites) -> list[Assign]:
    """Crews to sites, the pair of most worth first; what a crew takes on lowers the need of its site."""
    need, orders = table.need.copy(), []
    free = [True] * len(table.crews)
    while any(free):
        worth = table.worth(need) * [[f] for f in free]
        i, j = divmod(int(worth.argmax()), worth.shape[1])
        if worth[i, j] <= 0:
            break
        free[i] = False
        need[j] -= min(need[j], table.power[i, j])
        orders.append(Assign(table.crews[i].id, (table.verbs[j],), (situation.jobs.target[table.rows[j]],)))
    return orders


def left_over(situation: Situation, orders: list[Order]) -> tuple[Reason, ...]:
    """What stays undone: jobs nobody is sent to, and crews that stand by."""
    sent = [order for order in orders if isinstance(order, Assign)]
    waiting = int((situation.jobs.crews == 0).sum()) - sum(len(order.targets) for order in sent)
    standing = sum(1 for c in situation.crews if c.idle) - len({order.crew for order in sent})
    return (Reason("dispatch.left_over", {"jobs_n": waiting, "crews_n": standing}),)
