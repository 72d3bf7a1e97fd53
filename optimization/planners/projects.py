"""Which measures to fund under a budget: each is tried by runs, pairs of the best as well, and a knapsack chooses.

Values are differences of the weighted burden (``optimization.plan.burden``) over the same storm and luck. All measures
are tried on a few members first; those that help are tried on more, and the best of them two by two.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from optimization.dispatchers import greedy
from optimization.plan import CannotPlan, Plan, Reason, Trials, burden
from optimization.planners._changes import check
from optimization.planners._projects_measures import Measure, costs_given, measures, with_measures
from optimization.planners._projects_model import Item, Pairs, chosen, fund, worth_of
from optimization.solver import Outcome
from simulation.engine import run
from simulation.model import Scenario

LIMITS = {
    "budget": (0, 1e12), "first_members": (1, 100), "value_members": (1, 1000), "keep": (1, 100), "pairs_of": (0, 20),
}  # fmt: skip
"""From and to which options make sense."""
POINTS = 6
"""Budgets for which the curve of burden against money is drawn, from nothing to all."""
MILLION = 1e6
NOTHING = 1e-6
"""Weighted km h below which a difference is none."""
SEEN = 900_000
"""Seed of the run by which the worst drain nodes are found; no member's."""


@dataclass(frozen=True)
class Options:
    """What may be asked of the programme."""

    budget: float = 0.0
    """CNY to spend; 0 = half of what all measures would cost that help."""
    costs: str = ""
    """Costs in place of the built-in ones: ``inlets=200000,salt=90000``."""
    first_members: int = 2
    """Members on which every measure is tried."""
    value_members: int = 4
    """Members on which those that help are tried."""
    keep: int = 6
    """Measures at most that are tried on all of these, the best for their money."""
    pairs_of: int = 3
    """Measures that are tried two by two."""
    seed: int = 0


def propose(scenario: Scenario, trials: Trials, options: Options) -> Plan:
    """The set that takes most burden away within the budget. Raises CannotPlan where there is nothing to fund."""
    check("projects", options, LIMITS)
    try:
        given = costs_given(options.costs)
    except ValueError as error:
        raise CannotPlan("projects.costs", part=str(error)) from error
    if not scenario.respond:
        raise CannotPlan("projects.nothing")
    has_drains = "water" in scenario.hazards and scenario.city.drains is not None
    seen = run(scenario, SEEN, greedy.make(scenario, SEEN)) if has_drains else None
    offered = measures(scenario, seen, given)
    if not offered:
        raise CannotPlan("projects.nothing")
    values = Values(scenario, trials, offered, options)
    items = values.items()
    if not items:
        return Plan(
            {}, (Reason("projects.none_helps", {"measures_n": len(offered)}),), rows=values.rows(frozenset())
        )
    pairs = values.pairs(items)
    budget = options.budget or sum(item.cost for item in items) / 2
    items, funded, outcome = values.funded(items, pairs, budget)
    if not funded:
        cheapest = min(item.cost for item in items if not item.after)
        return Plan(
            {}, (Reason("projects.too_dear", {"budget_cny": budget, "cheapest_cny": cheapest}),), outcome,
            values.rows(frozenset()),
        )  # fmt: skip
    return _plan(values, items, pairs, budget, funded, outcome)


class Values:
    """What measures take away, by runs; each run is asked for once."""

    def __init__(
        self, scenario: Scenario, trials: Trials, offered: Sequence[Measure], options: Options
    ) -> None:
        self.scenario, self.trials, self.options = scenario, trials, options
        self.offered = {m.key: m for m in offered}
        self.burdens: dict[frozenset[str], list[float]] = {}
        self.gain: dict[str, float] = {}
        """By measure: burden that it takes away on top of what it builds on."""

    def ordered(self, keys: frozenset[str]) -> list[Measure]:
        """Measures in the order in which they were offered, which is that in which they build on each other."""
        return [m for key, m in self.offered.items() if key in keys]

    def of(self, sets: Sequence[frozenset[str]], members: int) -> list[list[float]]:
        """Burdens of so many members with each of these sets."""
        lacking: dict[int, list[frozenset[str]]] = {}
        for keys in dict.fromkeys((frozenset[str](), *sets)):
            if (run := len(self.burdens.setdefault(keys, []))) < members:
                lacking.setdefault(run, []).append(keys)
        for run, some in lacking.items():  # all at once, for whoever runs them side by side
            seeds = range(self.options.seed + run, self.options.seed + members)
            scenarios = {"+".join(sorted(keys)): self._with(keys) for keys in some}
            for keys, figures in zip(some, self.trials(scenarios, seeds).values(), strict=True):
                self.burdens[keys] += [burden(f) for f in figures]
        return [self.burdens[keys][:members] for keys in sets]

    def _with(self, keys: frozenset[str]) -> Scenario:
        return with_measures(self.scenario, self.ordered(keys))[0]

    def taken(self, keys: frozenset[str], members: int) -> float:
        """Mean burden that a set takes away, member by member."""
        none, some = self.of([frozenset(), keys], members)
        return float(np.mean(np.array(none) - np.array(some)))

    def whole(self, key: str) -> frozenset[str]:
        """A measure and all that it builds on."""
        keys, at = {key}, self.offered[key].after
        while at:
            keys.add(at)
            at = self.offered[at].after
        return frozenset(keys)

    def items(self) -> list[Item]:
        """Measures that help, with what they gain: all tried on a few members, the best for their money on more."""
        few = self.options.first_members
        self.of([some for key in self.offered for some in (self.whole(key), self.whole(key) - {key})], few)
        first = {key: self._own(key, few) for key in self.offered}
        self.gain = dict(first)
        helping = sorted(
            (k for k in first if first[k] > 0), key=lambda k: (-first[k] / self.offered[k].cost, k)
        )
        kept: set[str] = set()
        for key in helping:
            if len(kept | self.whole(key)) <= max(self.options.keep, len(self.whole(key))):
                kept |= self.whole(key)
        again = [key for key in self.offered if key in kept]
        self.of([some for key in again for some in (self.whole(key), self.whole(key) - {key})], self.many)
        self.gain |= {key: self._own(key, self.many) for key in again}
        return [
            Item(m.key, m.cost, self.gain[m.key], m.after) for m in self.ordered(frozenset(kept))
        ] if any(self.gain[k] > 0 for k in kept) else []  # fmt: skip

    def _own(self, key: str, members: int) -> float:
        whole = self.whole(key)
        rest = whole - {key}
        return self.taken(whole, members) - (self.taken(rest, members) if rest else 0.0)

    def pairs(self, items: Sequence[Item]) -> Pairs:
        """What the best measures gain two by two beyond their sum."""
        best = sorted((i for i in items if not i.after and i.gain > 0), key=lambda i: (-i.gain, i.key))
        few = self.options.first_members
        found = {}
        twos = list(combinations(sorted(i.key for i in best[: self.options.pairs_of]), 2))
        self.of([frozenset(two) for two in twos], few)
        for a, b in twos:
            together = self.taken(frozenset({a, b}), few)
            more = together - self.taken(frozenset({a}), few) - self.taken(frozenset({b}), few)
            found[a, b] = more if abs(more) > NOTHING else 0.0
        return found

    def funded(
        self, items: Sequence[Item], pairs: Pairs, budget: float
    ) -> tuple[list[Item], frozenset[str], Outcome]:
        """The best set, again and again without what runs show to be idle in it, and the items as they then are."""
        while True:
            outcome = fund(items, pairs, budget)
            funded = chosen(items, outcome)
            kept = self.pruned(funded)
            if kept == funded:
                base = {i.after for i in items if i.gain > NOTHING}
                return [i for i in items if i.gain > NOTHING or i.key in base | funded], funded, outcome
            items = [i if i.key in kept or i.key not in funded else replace(i, gain=0.0) for i in items]

    def pruned(self, funded: frozenset[str]) -> frozenset[str]:
        """The set without measures that take nothing away beside the others of it: pairs tell only of two."""
        for key in sorted(funded, key=lambda k: self.gain[k] / self.offered[k].cost):
            rest = funded - {key}
            built_on = any(self.offered[k].after == key for k in rest)
            if (
                rest
                and not built_on
                and self.taken(funded, self.many) <= self.taken(rest, self.many) + NOTHING
            ):
                self.gain[key], funded = 0.0, rest
        return funded

    @property
    def many(self) -> int:
        """Members on which what helps is tried."""
        return max(self.options.first_members, self.options.value_members)

    def rows(self, funded: frozenset[str]) -> tuple[dict[str, Any], ...]:
        """All measures, the funded ones first, then by what they gain for their money."""
        order = sorted(
            self.offered.values(), key=lambda m: (m.key not in funded, -self.gain.get(m.key, 0.0) / m.cost)
        )
        return tuple(
            {"measure": m.key, "cost_cny": m.cost, "gain_kmh": self.gain.get(m.key, 0.0),
             "per_million_kmh": MILLION * self.gain.get(m.key, 0.0) / m.cost, "funded": m.key in funded}
            for m in order
        )  # fmt: skip


def _plan(
    values: Values,
    items: Sequence[Item],
    pairs: Pairs,
    budget: float,
    funded: frozenset[str],
    outcome: Outcome,
) -> Plan:
    members = values.many
    spent = sum(i.cost for i in items if i.key in funded)
    reckoned, tried = worth_of(items, pairs, funded), values.taken(funded, members)
    gaps = {"measures": _keys(values, funded), "spent_cny": spent, "budget_cny": budget}
    why = [
        Reason("projects.funded", gaps),
        Reason("projects.tried", {"reckoned_kmh": reckoned, "tried_kmh": tried, "runs_n": members}),
        *_shadow(items, pairs, budget),
        *_next(values, items, pairs, budget, funded),
        *_runner_up(values, items, pairs, budget, funded, reckoned),
        *_together(pairs),
        _curve(items, pairs),
    ]
    made, overrides = with_measures(values.scenario, values.ordered(funded))
    drains = made.city.drains if made.city.drains != values.scenario.city.drains else None
    if drains is not None:
        why.append(Reason("projects.drains"))
    return Plan(overrides, tuple(why), outcome, values.rows(funded), drains)


def _keys(values: Values, keys: frozenset[str]) -> tuple[str, ...]:
    return tuple(m.key for m in values.ordered(keys))


def _shadow(items: Sequence[Item], pairs: Pairs, budget: float) -> list[Reason]:
    """What a further million would bring if measures could be funded in part."""
    price = -fund(items, pairs, budget, whole=False).duals.get("budget", 0.0)
    return [Reason("projects.price", {"gain_kmh": price * MILLION})] if price > 1e-12 else []


def _next(
    values: Values, items: Sequence[Item], pairs: Pairs, budget: float, funded: frozenset[str]
) -> list[Reason]:
    """The least more money with which another set is best, and what enters and leaves then."""
    spent = sum(i.cost for i in items if i.key in funded)
    left = budget - spent
    steps = sorted({i.cost - left for i in items if i.key not in funded and i.cost > left})
    for more in steps:
        then = chosen(items, fund(items, pairs, budget + more + 1e-6))
        if then != funded:
            gaps = {"more_cny": more, "enters": _keys(values, then - funded)}
            gone = _keys(values, funded - then)
            if gone:
                return [Reason("projects.next_swap", {**gaps, "leaves": gone})]
            return [Reason("projects.next", gaps)]
    return [Reason("projects.all_that_helps")] if not steps else []


def _runner_up(
    values: Values, items: Sequence[Item], pairs: Pairs, budget: float, funded: frozenset[str], best: float
) -> list[Reason]:
    other = fund(items, pairs, budget, not_these=[funded])
    if not other.has_plan:
        return []
    second = chosen(items, other)
    gaps = {"measures": _keys(values, second), "less_kmh": best - worth_of(items, pairs, second)}
    return [Reason("projects.runner_up", gaps)] if second else []


def _together(pairs: Pairs) -> list[Reason]:
    """The pair that helps each other most, and the one that hinders most."""
    said = []
    if pairs:
        a, b = max(pairs, key=lambda p: pairs[p])
        if pairs[a, b] > 0:
            said.append(Reason("projects.help", {"measures": (a, b), "more_kmh": pairs[a, b]}))
        a, b = min(pairs, key=lambda p: pairs[p])
        if pairs[a, b] < 0:
            said.append(Reason("projects.hinder", {"measures": (a, b), "less_kmh": -pairs[a, b]}))
    return said


def _curve(items: Sequence[Item], pairs: Pairs) -> Reason:
    """Burden taken away against money."""
    total = math.fsum(i.cost for i in items)
    points = []
    for n in range(1, POINTS + 1):
        budget = total * n / POINTS
        points += [budget, worth_of(items, pairs, chosen(items, fund(items, pairs, budget)))]
    gaps = {f"budget{n}_cny": points[2 * n] for n in range(POINTS)}
    return Reason("projects.curve", gaps | {f"gain{n}_kmh": points[2 * n + 1] for n in range(POINTS)})
