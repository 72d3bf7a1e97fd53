"""Assignment: idle crews to tours and sites at once, by a mixed-integer programme over PuLP and HiGHS.

For every idle road crew a handful of tours is laid out that do not overlap, with salt and without, and
greedy's choice is among them. The programme picks at most one for a crew, so that the worth covered is
greatest, no road is paid for twice and no yard gives out more than it holds. Worth is what a pass buys by the
forecast, less the price of its salt (``optimization.worth``). Site crews are paired with sites in the same
programme; what several pumps are worth together is bounded by the water that is there.

Shortages are soft by construction: a crew may stay idle and a job undone, so a plan always exists. Where the
solver gives none in its time, greedy answers and the decision says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pulp

from optimization.barriers import Barriers
from optimization.decision import Decision
from optimization.dispatchers import greedy
from optimization.ground import Ground
from optimization.plan import Reason
from optimization.sites import HOUR, Sites, sites
from optimization.solver import Outcome, solve
from optimization.tandem import in_pairs
from optimization.tours import Tour, Tours
from optimization.worth import by_forecast
from simulation.model import Scenario
from simulation.orders import Assign, Order
from simulation.situation import CrewReport, Situation

TIME_LIMIT = 2.0
"""s for one decision: a guard, since ``NODES`` ends the hard ones before it."""
GAP = 0.005
NODES = 500
"""Branch-and-bound nodes for one decision, so that a hard one ends at the same plan on any machine."""
OPTIONS = 4
"""Tours laid out for a crew in each way of working."""


@dataclass(frozen=True)
class Option:
    """A tour that one crew could be given."""

    crew: CrewReport
    tour: Tour


class Assignment:
    """See the module's docstring."""

    def __init__(self, scenario: Scenario, time_limit: float = TIME_LIMIT) -> None:
        self.decisions: list[Decision] = []
        self._ground = Ground(scenario)
        self._barriers = Barriers(scenario)
        self._time_limit = time_limit

    def __call__(self, situation: Situation) -> list[Order]:
        self._ground.check(situation)
        assigned, outcome = self._assign(situation)
        orders: list[Order] = [*self._barriers(situation, assigned), *assigned]
        if orders or outcome is not None:
            self.decisions.append(decision_of(situation, orders, outcome))
        return orders

    def _assign(self, situation: Situation) -> tuple[list[Assign], Outcome | None]:
        """Orders for the idle crews, and the solver's outcome where there was something to decide."""
        idle = [c for c in situation.crews if c.idle]
        if not idle or not len(situation.jobs):
            return [], None
        table = sites(self._ground, situation, idle)
        tours = Tours(self._ground, situation, by_forecast)
        options, rule = lay_out(tours, idle)
        if not options and table is None:
            return [], None
        programme = Programme(self._ground, situation, options, table)
        start = programme.start(rule)
        outcome = solve(programme.problem, time_limit=self._time_limit, gap=GAP, nodes=NODES, start=start)
        if outcome.has_plan:
            chosen = in_pairs(tours, programme.tours(outcome))
            on_roads = [greedy.tour_order(situation, crew, tour) for crew, tour in chosen]
            return on_roads + programme.site_orders(outcome), outcome
        return greedy.answer(self._ground, situation), outcome


def decision_of(
    situation: Situation, orders: list[Order], outcome: Outcome | None, why: tuple[Reason, ...] = ()
) -> Decision:
    """What goes on record: the solver's outcome, whether greedy had to answer, and ``why`` beside what is left over."""
    why += greedy.left_over(situation, orders)
    if outcome is None:
        return Decision(situation.t, tuple(orders), "rule", why=why)
    if not outcome.has_plan:
        why = (Reason("dispatch.greedy_answered", {"status": outcome.status}), *why)
    return Decision(
        situation.t,
        tuple(orders),
        outcome.status,
        outcome.gap,
        outcome.seconds,
        fallback=not outcome.has_plan,
        why=why,
    )


def make(scenario: Scenario, seed: int = 0) -> Assignment:
    """The assignment dispatcher for a scenario; ``seed`` is not used: it draws nothing."""
    return Assignment(scenario)


def lay_out(tours: Tours, idle: list[CrewReport]) -> tuple[list[Option], int]:
    """Tours for the crews, and how many of the first of them are what greedy would hand out.

    After greedy's come each crew's best tours on all that is open, each on what its earlier ones leave.
    """
    everything = tours.open.copy()
    options = [Option(crew, tour) for crew, tour in greedy.hand_out(tours, idle)]
    rule = len(options)
    known = {(o.crew.id, o.tour.rows) for o in options}
    for crew in idle:
        for work in tours.work_for(crew):
            tours.open[:] = everything
            for _ in range(OPTIONS):
                tour = tours.build(crew, work)
                if tour is None:
                    break
                tours.open[list(tour.rows)] = False
                if (crew.id, tour.rows) not in known:
                    options.append(Option(crew, tour))
    tours.open[:] = everything
    return options, rule


class Programme:
    """The mixed-integer programme of one decision. Minimised: the negative of the worth covered."""

    def __init__(
        self, ground: Ground, situation: Situation, options: list[Option], table: Sites | None
    ) -> None:
        self._ground, self._situation = ground, situation
        self._options, self._table = options, table
        self.problem = pulp.LpProblem("assignment", pulp.LpMinimize)
        self._of_crew: dict[str, list[pulp.LpVariable]] = {}
        self._groups: list[list[int]] = []
        cost = self._tours() + (self._sites(table) if table is not None else [])
        self.problem += pulp.LpAffineExpression(cost)
        for crew, choices in self._of_crew.items():
            self._at_most(choices, [1.0] * len(choices), 1.0, f"crew {crew}")

    def start(self, rule: int) -> dict[str, float]:
        """The first ``rule`` options as a first plan."""
        return {f"tour_{i}": 1.0 for i in range(rule)}

    def tours(self, outcome: Outcome) -> list[tuple[CrewReport, Tour]]:
        """The plan's tours; a road that two of them share stays with the first."""
        given: set[int] = set()
        chosen = []
        for i, option in enumerate(self._options):
            if outcome.values[f"tour_{i}"] > 0.5:
                tour = option.tour
                kept = [k for k, row in enumerate(tour.rows) if row not in given]
                given.update(tour.rows)
                if kept:
                    rows = tuple(tour.rows[k] for k in kept)
                    worth = tuple(tour.worth[k] for k in kept)
                    chosen.append((option.crew, replace(tour, rows=rows, worth=worth)))
        return chosen

    def site_orders(self, outcome: Outcome) -> list[Assign]:
        """The plan's orders for sites: crews of a group go in their order to the sites in theirs."""
        table, orders = self._table, list[Assign]()
        if table is None:
            return orders
        for g, group in enumerate(self._groups):
            waiting = iter(group)
            for j in range(len(table.rows)):
                for _ in range(round(outcome.values.get(f"site_{g}_{j}", 0.0))):
                    target = self._situation.jobs.target[table.rows[j]]
                    orders.append(Assign(table.crews[next(waiting)].id, (table.verbs[j],), (target,)))
        return orders

    def _tours(self) -> list[tuple[pulp.LpVariable, float]]:
        """Tours at their worth; a road in several of them counts once; yards give out what they hold."""
        cost: list[tuple[pulp.LpVariable, float]] = []
        on_road: dict[int, list[tuple[pulp.LpVariable, float]]] = {}
        drawn: dict[tuple[int, str], list[tuple[pulp.LpVariable, float]]] = {}
        slowest = min((o.tour.rate for o in self._options), default=0.0)
        for i, option in enumerate(self._options):
            x = self.problem.add_variable(f"tour_{i}", 0, 1, cat=pulp.LpInteger)
            tour = option.tour
            cost.append((x, -(tour.value - 0.5 * slowest * tour.seconds)))
            self._of_crew.setdefault(option.crew.id, []).append(x)
            for row, worth in zip(tour.rows, tour.worth, strict=True):
                on_road.setdefault(row, []).append((x, worth))
            if tour.depot >= 0:
                missing = self._ground.kinds[option.crew.kind].hopper - option.crew.load
                drawn.setdefault((tour.depot, option.crew.material), []).append((x, missing))
        for row, uses in on_road.items():
            if len(uses) > 1:
                twice = self.problem.add_variable(f"twice_{row}", 0)
                cost.append((twice, max(worth for _, worth in uses)))
                self._at_most([*(x for x, _ in uses), twice], [1.0] * len(uses) + [-1.0], 1.0, f"road {row}")
        for (depot, material), uses in drawn.items():
            held = float(self._situation.stock[depot, self._ground.material[material]])
            loads = [min(kg, held) for _, kg in uses]
            self._at_most([x for x, _ in uses], loads, held, f"yard {depot} {material}")
        return cost

    def _sites(self, table: Sites) -> list[tuple[pulp.LpVariable, float]]:
        """Crews at sites; the work that counts is bounded by the crews' power and the site's need.

        Crews that are alike to every site are counted, not named: twenty pumps in one yard would else be
        as many ways to say the same plan.
        """
        cost: list[tuple[pulp.LpVariable, float]] = []
        done: dict[int, list[pulp.LpVariable]] = {}
        worthwhile = table.worth(table.need) > 0
        discount = 1.0 / (1.0 + table.delay / HOUR)
        self._groups = self._alike(table)
        for g, group in enumerate(self._groups):
            i, sent = group[0], []
            for j in np.flatnonzero(worthwhile[i]).tolist():
                go = self.problem.add_variable(f"site_{g}_{j}", 0, len(group), cat=pulp.LpInteger)
                work = self.problem.add_variable(f"work_{g}_{j}", 0)
                cost += [(work, -float(table.weight[j] * discount[i, j] / table.need[j])), (go, 1e-6)]
                self._at_most([work, go], [1.0, -float(table.power[i, j])], 0.0, f"power {g} {j}")
                done.setdefault(j, []).append(work)
                sent.append(go)
            tours = self._of_crew.pop(table.crews[i].id, [])
            self._at_most([*sent, *tours], [1.0] * len(sent + tours), float(len(group)), f"group {g}")
        for j, works in done.items():
            self._at_most(works, [1.0] * len(works), float(table.need[j]), f"need {j}")
        return cost

    def _alike(self, table: Sites) -> list[list[int]]:
        """Indices of the table's crews in groups that differ in nothing; a crew with a tour stands alone."""
        groups: dict[object, list[int]] = {}
        for i, crew in enumerate(table.crews):
            same = (table.power[i].tobytes(), table.delay[i].tobytes())
            groups.setdefault(crew.id if crew.id in self._of_crew else same, []).append(i)
        return list(groups.values())

    def _at_most(
        self, variables: list[pulp.LpVariable], coefficients: list[float], bound: float, name: str
    ) -> None:
        terms = pulp.LpAffineExpression(zip(variables, coefficients, strict=True))
        self.problem.addConstraint(pulp.LpConstraint(terms, pulp.LpConstraintLE, name, bound))
