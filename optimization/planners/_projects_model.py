"""Which measures to fund: a knapsack with pairs that help or hinder each other, and measures that build on others.

max  sum_i gain_i x_i + sum_ij pair_ij y_ij,   sum_i cost_i x_i <= budget,   x_i <= x_j where i builds on j,
y_ij <= x_i, y_ij <= x_j, y_ij >= x_i + x_j - 1,   x binary (y is then 0 or 1 by itself).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import pulp

from optimization.solver import Outcome, solve

CHEAPER = 1e-4
"""Share by which a set has to be cheaper to be another point of the frontier: more than the solver's tolerance."""


@dataclass(frozen=True)
class Item:
    """A measure as the knapsack sees it."""

    key: str
    cost: float
    gain: float
    """Burden that it takes away on its own, or on top of what it builds on."""
    after: str = ""
    """Measure that it builds on; empty where it stands alone."""


Pairs = Mapping[tuple[str, str], float]
"""(measure, measure) -> what the two gain together beyond the sum of their own gains."""


def fund(
    items: Sequence[Item],
    pairs: Pairs,
    budget: float,
    *,
    not_these: Sequence[frozenset[str]] = (),
    whole: bool = True,
) -> Outcome:
    """The set with the largest gain within the budget; variables are named ``x_0`` ... in the order of the items.

    ``not_these`` are sets that are ruled out; ``whole=False`` allows parts of measures, which gives the budget a price
    (the dual of ``budget``).
    """
    category = pulp.LpInteger if whole else pulp.LpContinuous
    problem = pulp.LpProblem("projects", pulp.LpMinimize)
    x = {item.key: problem.add_variable(f"x_{i}", 0, 1, cat=category) for i, item in enumerate(items)}
    worth = [(x[item.key], -item.gain) for item in items]

    def at_most(terms: list[tuple[pulp.LpVariable, float]], bound: float, name: str) -> None:
        problem.addConstraint(
            pulp.LpConstraint(pulp.LpAffineExpression(terms), pulp.LpConstraintLE, name, bound)
        )

    for n, ((a, b), more) in enumerate(sorted(pairs.items())):
        if a in x and b in x and more:
            y = problem.add_variable(f"y_{n}", 0, 1)
            worth.append((y, -more))
            at_most([(y, 1.0), (x[a], -1.0)], 0.0, f"first_{n}")
            at_most([(y, 1.0), (x[b], -1.0)], 0.0, f"second_{n}")
            at_most([(x[a], 1.0), (x[b], 1.0), (y, -1.0)], 1.0, f"both_{n}")
    for i, item in enumerate(items):
        if item.after:
            at_most([(x[item.key], 1.0), (x[item.after], -1.0)], 0.0, f"after_{i}")
    for n, chosen in enumerate(not_these):
        inside = [(x[item.key], 1.0 if item.key in chosen else -1.0) for item in items]
        at_most(inside, len(chosen) - 1.0, f"other_{n}")
    at_most([(x[item.key], item.cost) for item in items], budget, "budget")
    problem += pulp.LpAffineExpression(worth)
    return solve(problem, time_limit=30.0, gap=0.0, nodes=20_000)


def chosen(items: Sequence[Item], outcome: Outcome) -> frozenset[str]:
    """The measures that an outcome funds."""
    return frozenset(item.key for i, item in enumerate(items) if outcome.values.get(f"x_{i}", 0.0) > 0.5)


def worth_of(items: Sequence[Item], pairs: Pairs, funded: frozenset[str]) -> float:
    """Burden that a set takes away by the model."""
    own = sum(item.gain for item in items if item.key in funded)
    return own + sum(more for (a, b), more in pairs.items() if a in funded and b in funded)


class Step(NamedTuple):
    """One of the best sets for its money."""

    cost: float
    """CNY"""
    worth: float
    """Burden that it takes away by the model."""
    keys: frozenset[str]


def frontier(items: Sequence[Item], pairs: Pairs, most: int = 40) -> list[Step]:
    """The sets that no cheaper set equals, by rising cost, from all that can be had downwards, ``most`` of them."""
    budget, found = sum(item.cost for item in items), list[Step]()
    while len(found) < most and budget > 0:
        keys = chosen(items, fund(items, pairs, budget))
        if not keys:
            break
        cost = sum(item.cost for item in items if item.key in keys)
        worth = worth_of(items, pairs, keys)
        if found and worth >= found[-1].worth - 1e-9:
            found.pop()
        found.append(Step(cost, worth, keys))
        budget = cost * (1 - CHEAPER)
    return found[::-1]


def turning_cost(items: Sequence[Item], pairs: Pairs, budget: float, key: str) -> float:
    """CNY up to which a measure is in the best set, the others at their costs; 0 where it never is, inf where it is
    at any cost that the budget bears. Found by halving, to a thousandth."""

    def funds(cost: float) -> bool:
        asked = [replace(item, cost=cost) if item.key == key else item for item in items]
        return key in chosen(asked, fund(asked, pairs, budget))

    low, high = 0.0, budget
    if not funds(1e-3):
        return 0.0
    if funds(high):
        return math.inf
    while high - low > 1e-3 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if funds(middle) else (low, middle)
    return low


class Foresight(NamedTuple):
    """What reckoning with many members is worth, and what knowing them would be (Birge and Louveaux 2011, 4.1-4.2).

    Both in the unit of the gains, by the model: single values member by member, a pair by its mean in each of them.
    """

    vss: float
    """Value of the stochastic solution: mean of the chosen set less that of the set best for the nominal storm."""
    evpi: float
    """Expected value of perfect information: mean of the best set of each member less that of the chosen one."""
    nominal: frozenset[str]
    """The set that is best for the nominal storm."""
    members: int


def foresight(
    items: Sequence[Item],
    pairs: Pairs,
    budget: float,
    funded: frozenset[str],
    each: Mapping[str, Sequence[float]],
    nominal: Sequence[int],
) -> Foresight:
    """VSS and EVPI of a funded set. ``each`` holds the gains of every item in the same members, ``nominal`` which of
    them are under the nominal storm; the budget and what builds on what hold for all sets that are compared."""
    members = len(next(iter(each.values())))

    def seen(some: Sequence[int]) -> list[Item]:
        return [replace(item, gain=math.fsum(each[item.key][m] for m in some) / len(some)) for item in items]

    def best(some: Sequence[int]) -> frozenset[str]:
        return chosen(items, fund(seen(some), pairs, budget))

    own = seen(range(members))
    mean = worth_of(own, pairs, funded)
    known = math.fsum(worth_of(seen([m]), pairs, best([m])) for m in range(members)) / members
    typical = best(nominal)
    return Foresight(mean - worth_of(own, pairs, typical), known - mean, typical, members)
