"""The two-stage stockpile: stock by yard and material now, and what each storm makes of it, as a linear programme.

Rawls and Turnquist 2010, without the choice of sites (the yards stand): the first stage moves and buys; in each storm
and period material goes from yards to points of demand, and what is short is weighed. Nothing is delivered in the
midst of a storm: what it would cost to order as late as that is told by runs (``_stock_order``). The goal is the
expected burden and that of the worst storms (conditional value at risk, Rockafellar and Uryasev 2000). Tonnes, hours,
CNY, weighted km h.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pulp

from optimization.plan import CannotPlan
from optimization.planners._stock_demand import PERIODS, Points
from optimization.solver import Outcome, solve

TIDY = 1e-3
"""Share of a tonne's worth that moving one costs, and spending its price: what brings nothing is left."""
SECONDS = 60.0
"""Guard on the solver's time; the models here take a few seconds."""


@dataclass(frozen=True)
class Depots:
    """What the first stage starts from."""

    names: tuple[str, ...]
    held: np.ndarray
    """(yards, materials) t"""
    room: np.ndarray
    """(yards,) t of bulk material that a yard takes."""
    bulk: np.ndarray
    """(materials,) bool: takes room."""
    price: np.ndarray
    """(materials,) CNY/t"""
    bay_hours: np.ndarray
    """(yards,) hours of loading in a period."""


@dataclass(frozen=True)
class Rules:
    """What the planner was asked."""

    budget: float
    risk: float
    """Weight of the worst storms beside the mean."""
    tail: float
    """Share of storms that count as the worst."""


@dataclass(frozen=True)
class Asked:
    """What storms ask for."""

    demand: np.ndarray
    """(storms, materials, PERIODS) t"""
    worth: np.ndarray
    """(storms, materials) weighted km h that a missing tonne costs."""

    def only(self, storm: int) -> Asked:
        """One of them."""
        return Asked(self.demand[storm : storm + 1], self.worth[storm : storm + 1])

    def mean(self) -> Asked:
        """A storm that asks for the mean; a tonne is worth the mean of those that are asked for."""
        amounts = self.demand.sum(axis=2)
        worth = (self.worth * amounts).sum(axis=0) / np.maximum(amounts.sum(axis=0), 1e-9)
        return Asked(self.demand.mean(axis=0, keepdims=True), worth[np.newaxis])


class Stage(NamedTuple):
    """A solved model."""

    outcome: Outcome
    stock: np.ndarray
    """(yards, materials) t"""
    costs: np.ndarray
    """(storms,) weighted km h for what is short and for the way."""
    short: np.ndarray
    """(storms, materials) t"""
    prices: dict[str, float]
    """Fall of the cost for one more unit on the right side of a row, by its name; 0 left out."""


def stockpile(
    depots: Depots,
    points: Sequence[Points],
    asked: Asked,
    rules: Rules,
    fixed: np.ndarray | None = None,
) -> Stage:
    """Solve for the stock, or with the stock ``fixed`` for what storms make of it.

    Raises CannotPlan where the solver runs out of its time: every shortage is allowed, so that there always is a plan.
    """
    return _Model(depots, points, asked, rules, fixed).solved()


def values_of(
    depots: Depots, points: Sequence[Points], asked: Asked, rules: Rules, best: Stage, mean: Stage
) -> tuple[float, float]:
    """What the ``best`` stock gains over the one for the ``mean`` storm (value of the stochastic solution), and what
    knowing each storm beforehand would gain over it (expected value of perfect information), by the goal of the model.

    Both are 0 or more but for the tidiness of the programmes (``TIDY``). Birge and Louveaux 2011, chapter 4.
    """
    goal = risked(best.costs, rules)
    blind = risked(stockpile(depots, points, asked, rules, mean.stock).costs, rules)
    alone = [stockpile(depots, points, asked.only(w), rules).costs[0] for w in range(len(asked.demand))]
    return blind - goal, goal - risked(np.array(alone), rules)


class _Model:
    def __init__(
        self, depots: Depots, points: Sequence[Points], asked: Asked, rules: Rules, fixed: np.ndarray | None
    ) -> None:
        self.depots, self.points, self.rules = depots, points, rules
        self.demand, self.worth, self.tidy = asked.demand, asked.worth, TIDY * asked.worth.max(axis=0)
        self.problem = pulp.LpProblem("stock", pulp.LpMinimize)
        self.yards, self.materials = range(len(depots.names)), range(len(points))
        self.storms = range(len(asked.demand))
        self.objective: list[tuple[pulp.LpVariable, float]] = []
        self.spent: list[tuple[pulp.LpVariable, float]] = []
        self.stock = {(i, k): self._new(f"stock_{i}_{k}") for i in self.yards for k in self.materials}
        self._first_stage(fixed)
        self.short: dict[tuple[int, int], list[pulp.LpVariable]] = {}
        self.cost = [self._second_stage(w) for w in self.storms]
        self._goal()

    def _new(self, name: str, low: float | None = 0.0) -> pulp.LpVariable:
        return self.problem.add_variable(name, low)

    def _row(self, terms: list[tuple[pulp.LpVariable, float]], sense: int, right: float, name: str) -> None:
        self.problem.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(terms), sense, name, right))

    def _first_stage(self, fixed: np.ndarray | None) -> None:
        depots = self.depots
        for k in self.materials:
            moved = []
            for i in self.yards:
                if fixed is not None:
                    self._row(
                        [(self.stock[i, k], 1)], pulp.LpConstraintEQ, float(fixed[i, k]), f"held_{i}_{k}"
                    )
                    continue
                buy, come, go = (self._new(f"{what}_{i}_{k}") for what in ("buy", "come", "go"))
                terms = [(self.stock[i, k], 1.0), (buy, -1.0), (come, -1.0), (go, 1.0)]
                self._row(terms, pulp.LpConstraintEQ, float(depots.held[i, k]), f"held_{i}_{k}")
                self._row([(go, 1.0)], pulp.LpConstraintLE, float(depots.held[i, k]), f"go_{i}_{k}")
                self.spent.append((buy, float(depots.price[k])))
                self.objective += [(buy, float(self.tidy[k])), (come, float(self.tidy[k]))]
                moved += [(come, 1.0), (go, -1.0)]
            if moved:
                self._row(moved, pulp.LpConstraintEQ, 0.0, f"moved_{k}")
        if fixed is None:
            self._row(self.spent, pulp.LpConstraintLE, self.rules.budget, "budget")
            for i in self.yards:
                terms = [(self.stock[i, k], 1.0) for k in self.materials if depots.bulk[k]]
                if terms:
                    self._row(terms, pulp.LpConstraintLE, float(depots.room[i]), f"room_{i}")

    def _second_stage(self, w: int) -> list[tuple[pulp.LpVariable, float]]:
        """What a storm makes of the stock; the terms of its cost."""
        cost: list[tuple[pulp.LpVariable, float]] = []
        loading: dict[tuple[int, int], list[tuple[pulp.LpVariable, float]]] = {}
        for k, of in enumerate(self.points):
            left = {i: self.stock[i, k] for i in self.yards}
            if not self.demand[w, k].any():
                self.short[w, k] = []
                continue
            shorts = []
            for t in range(PERIODS):
                drawn: dict[int, list[tuple[pulp.LpVariable, float]]] = {i: [] for i in self.yards}
                for j in range(len(of.share)):
                    needed = float(self.demand[w, k, t] * of.share[j])
                    unmet = self._new(f"unmet_{w}_{k}_{t}_{j}")
                    cost.append((unmet, float(self.worth[w, k] * of.worth[j])))
                    shorts.append(unmet)
                    terms = [(unmet, 1.0)]
                    for i in self.yards:
                        x = self._new(f"x_{w}_{k}_{t}_{i}_{j}")
                        terms.append((x, 1.0))
                        drawn[i].append((x, 1.0))
                        loading.setdefault((i, t), []).append((x, float(of.hours_per_t[i])))
                        cost.append((x, float(self.worth[w, k] * of.trip_share[i, j])))
                    self._row(terms, pulp.LpConstraintGE, needed, f"need_{w}_{k}_{t}_{j}")
                for i in self.yards:
                    after = self._new(f"left_{w}_{k}_{t}_{i}")
                    terms = [*drawn[i], (after, 1.0), (left[i], -1.0)]
                    self._row(terms, pulp.LpConstraintEQ, 0.0, f"yard_{w}_{k}_{t}_{i}")
                    left[i] = after
            self.short[w, k] = shorts
        for (i, t), terms in loading.items():
            self._row(terms, pulp.LpConstraintLE, float(self.depots.bay_hours[i]), f"bays_{w}_{t}_{i}")
        return cost

    def _goal(self) -> None:
        rules, count = self.rules, len(self.storms)
        threshold = self._new("threshold", None)
        self.objective.append((threshold, rules.risk))
        for w, cost in enumerate(self.cost):
            self.objective += [(x, (1 - rules.risk) * c / count) for x, c in cost]
            over = self._new(f"over_{w}")
            self._row([*cost, (threshold, -1.0), (over, -1.0)], pulp.LpConstraintLE, 0.0, f"tail_{w}")
            self.objective.append((over, rules.risk / (rules.tail * count)))

    def solved(self) -> Stage:
        self.problem += pulp.LpAffineExpression(self.objective)
        outcome = solve(self.problem, time_limit=SECONDS)
        if not outcome.has_plan:
            raise CannotPlan("stock.unsolved", seconds=round(SECONDS), storms=len(self.cost))
        value = outcome.values
        return Stage(
            outcome,
            np.array([[value[self.stock[i, k].name] for k in self.materials] for i in self.yards]),
            np.array([sum(c * value[x.name] for x, c in cost) for cost in self.cost]),
            np.array(
                [[sum(value[x.name] for x in self.short[w, k]) for k in self.materials] for w in self.storms]
            ),
            {name: -dual for name, dual in outcome.duals.items() if abs(dual) > 1e-9},
        )


def risked(costs: np.ndarray, rules: Rules) -> float:
    """The goal of the model for given costs of the storms."""
    worst = np.sort(np.asarray(costs, float))[::-1]
    room, tail = rules.tail * len(worst), 0.0
    for cost in worst:
        part = min(1.0, max(room, 0.0))
        tail, room = tail + part * float(cost), room - part
    return float((1 - rules.risk) * worst.mean() + rules.risk * tail / (rules.tail * len(worst)))
