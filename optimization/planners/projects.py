"""Which measures to fund under a budget: each is tried by runs, pairs of the best as well, and a knapsack chooses.

Values are differences of the weighted burden (``optimization.plan.burden``) over the same storms and luck, with their
90 % intervals: what is not told from luck is not funded, and that is said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optimization.dispatchers import greedy
from optimization.plan import CannotPlan, Curve, Plan, Reason, Trials
from optimization.planners._changes import check
from optimization.planners._gain import ENOUGH as TRUSTED
from optimization.planners._gain import NOTHING, Gain
from optimization.planners._projects_measures import WORST, costs_given, measures, with_measures
from optimization.planners._projects_model import (
    Item,
    Pairs,
    Step,
    chosen,
    foresight,
    frontier,
    fund,
    turning_cost,
    worth_of,
)
from optimization.planners._projects_values import Set, Values
from optimization.solver import Outcome
from simulation.engine import run
from simulation.model import Scenario

LIMITS = {
    "budget": (0, 1e12), "first_members": (1, 100), "value_members": (2, 1000), "keep": (1, 100), "pairs_of": (0, 20),
}  # fmt: skip
"""From and to which options make sense."""
ENOUGH = 2 / 3
"""Share of what all measures that help bring together that is enough where no budget is given (a setting)."""
SMALL = 0.01
"""Share of the present burden below which what a measure takes away is called small (a setting)."""
PRICED = (1e4, 1e5, 1e6, 1e7)
"""CNY: the sums that a price is told for, the first that brings ``TOLD`` (Chinese budgets count in ten thousands)."""
TOLD = 0.1
"""Weighted km h below which a price is told for more money."""
MILLION = 1e6
SEEN = 900_000
"""Seed of the run by which the worst drain nodes are found; no member's."""


@dataclass(frozen=True)
class Options:
    """What may be asked of the programme."""

    budget: float = 0.0
    """CNY to spend; 0 = the least that brings ``ENOUGH`` of what all measures that help bring together."""
    costs: str = ""
    """Costs in place of the built-in ones: ``inlets=200000,salt=90000``."""
    first_members: int = 2
    """Members on which every measure is tried."""
    value_members: int = 8
    """Members at most on which those that help are tried."""
    keep: int = 6
    """Measures at the least that stay in the race to the end."""
    pairs_of: int = 4
    """Measures that are tried two by two."""
    seed: int = 0


def most_runs(scenario: Scenario, options: Options) -> int:
    """Runs that ``propose`` asks for at the most, about."""
    there = len(measures(scenario, None, {})) + (2 * WORST if scenario.city.drains is not None else 0)
    count, number, done, total = there, max(1, options.first_members), 0, 0
    while True:
        total += (count + 1) * (number - done)
        if number >= options.value_members:
            break
        done, number = number, min(options.value_members, 2 * number)
        count = min(count, max(options.keep, math.ceil(count / 2)))
    twos = min(options.pairs_of, count) * (min(options.pairs_of, count) - 1) // 2
    again = 2 * options.keep * max(0, min(TRUSTED, options.value_members) - options.first_members)
    return total + again + twos * _of_pairs(options) + (there // 2 + 4) * options.value_members


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
    members = max(options.first_members, options.value_members)
    values = Values(scenario, trials, offered, members, options.seed)
    return Programme(values, options, members).plan()


def _of_pairs(options: Options) -> int:
    """Members on which pairs are tried."""
    return max(options.first_members, options.value_members // 2)


class Programme:
    """The measures that help, their pairs, and the set that a budget funds."""

    def __init__(self, values: Values, options: Options, members: int) -> None:
        self.values, self.options, self.members = values, options, members
        alive = values.race(options.first_members, members, options.keep)
        gains = values.pairs(alive, options.pairs_of, _of_pairs(options))
        self.pairs: Pairs = {two: gain.mean for two, gain in gains.items() if gain.told}
        helpful = [k for k in values.offered if values.verdict(k) > 0]
        helpful += [k for two, more in self.pairs.items() for k in two if more > 0]
        wanted = Set(k for key in helpful for k in values.whole(key))
        self.items = [Item(m.key, m.cost, values.own(m.key).mean, m.after) for m in values.ordered(wanted)]
        self.beside: Mapping[str, Gain] = {}

    def plan(self) -> Plan:
        """The programme for the budget that was asked for."""
        if not self.items:
            return self._nothing()
        funded, outcome = self._funded()
        budget = self._budget()
        if not funded:
            cheapest = min(item.cost for item in self.items if not item.after)
            gaps = {"budget_cny": budget, "cheapest_cny": cheapest}
            return Plan({}, (Reason("projects.too_dear", gaps), *self._idle()), outcome, self.rows(Set()))
        everything = Set(item.key for item in self.items)
        self.values.run((everything,), self.members)
        made, overrides = with_measures(self.values.scenario, self.values.ordered(funded))
        drains = made.city.drains if made.city.drains != self.values.scenario.city.drains else None
        steps = frontier(self.items, self.pairs)
        why = [
            *self._told(funded, budget), *self._carried(funded), *self._margin(funded, budget), *self._together(),
            *self._idle(funded), *_knee(steps), *self._foresight(funded, budget),
            Reason("projects.settings", {"runs_n": self.values.runs}),
        ]  # fmt: skip
        if drains is not None:
            why.append(Reason("projects.drains"))
        curve = self._curve(steps, budget, funded, everything)
        return Plan(overrides, tuple(why), outcome, self.rows(funded), drains, curve=curve)

    def _nothing(self) -> Plan:
        own = {key: self.values.own(key) for key in self.values.offered}
        best = max(own, key=lambda k: own[k].mean)
        gaps = {"measures_n": len(own), **_gain(own[best]), "measure": best}
        key = "projects.none_helps" if own[best].mean <= 0 or own[best].idle else "projects.none_told"
        return Plan({}, (Reason(key, gaps), *self._idle()), rows=self.rows(Set()))

    def _budget(self) -> float:
        """CNY to spend."""
        if self.options.budget:
            return self.options.budget
        steps = frontier(self.items, self.pairs)
        return next(s.cost for s in steps if s.worth >= ENOUGH * steps[-1].worth)

    def _funded(self) -> tuple[Set, Outcome]:
        """The best set, again and again without what runs show to be idle in it."""
        needed = Set()
        while True:
            outcome = fund(self.items, self.pairs, self._budget())
            funded = chosen(self.items, outcome)
            if not funded or funded == needed:
                return funded, outcome
            needed, self.beside = self.values.needed(funded, self.members)
            if needed == funded:
                return funded, outcome
            self.items = [item for item in self.items if item.key in needed or item.key not in funded]

    # ------------------------------------------------------------------ what is said

    def rows(self, funded: Set) -> tuple[dict[str, Any], ...]:
        """All measures, the funded ones first, then by what they take away for their money."""
        own = {key: self.values.own(key) for key in self.values.offered}
        told = {key: self.values.verdict(key) for key in own}
        items = {item.key for item in self.items}

        def verdict(key: str) -> str:
            if key in funded:
                return "funded" if told[key] > 0 or not self._on_it(key, funded) else "carried"
            if told[key] > 0:
                return ("helps" if self.options.budget else "left") if key in items else "beside"
            return "idle" if own[key].idle else "harms" if told[key] < 0 else "unsure"

        rank = ("funded", "carried", "helps", "left", "beside", "unsure", "harms", "idle")
        rows = [
            {"measure": m.key, "extent": (m.sort, m.extent), "cost_cny": m.cost, "gain_range_kmh": own[m.key].ends,
             "per_million_kmh": MILLION * own[m.key].mean / m.cost, "verdict": verdict(m.key)}
            for m in self.values.offered.values()
        ]  # fmt: skip
        return tuple(
            sorted(rows, key=lambda r: (rank.index(str(r["verdict"])), -float(str(r["per_million_kmh"]))))
        )

    def _told(self, funded: Set, budget: float) -> list[Reason]:
        """What is funded, and what runs say of it as a whole."""
        taken = self.values.taken(funded)
        now = self.values.left(Set())
        gaps = {"measures": self._keys(funded), "spent_cny": self._cost(funded), "budget_cny": budget}
        tried = {
            **_gain(taken), "now_kmh": now, "share_share": taken.mean / now if now > 0 else 0.0,
            "reckoned_kmh": worth_of(self.items, self.pairs, funded), "runs_n": len(taken.each),
        }  # fmt: skip
        key = "funded" if self.options.budget else "funded_free"
        said = [Reason(f"projects.{key}", {**gaps, "enough_share": ENOUGH}), Reason("projects.tried", tried)]
        small = Set(k for k in funded if self.beside.get(k, self.values.own(k)).mean < SMALL * now)
        return [*said, Reason("projects.small", {"measures": self._keys(small)})] if small else said

    def _margin(self, funded: Set, budget: float) -> list[Reason]:
        """What binds and its price, what would come next, the runner-up, and the costs at which another set is best."""
        if all(item.key in funded for item in self.items):
            said = [Reason("projects.all_that_helps", {"spent_cny": self._cost(funded)})]
        else:
            price = -fund(self.items, self.pairs, budget, whole=False).duals.get("budget", 0.0)
            said = [self._price(price)] if price > 1e-12 else []
            said += self._next(budget, funded)
        return [*said, *self._runner_up(budget, funded), *self._turns(budget, funded)]

    def _price(self, price: float) -> Reason:
        """The price of the budget that binds, or where none was given of the sum that was taken, for so much money that
        it can be read."""
        sum_told = next((s for s in PRICED if price * s >= TOLD), PRICED[-1])
        key = "price" if self.options.budget else "price_free"
        return Reason(f"projects.{key}", {"money_cny": sum_told, "gain_kmh": price * sum_told})

    def _next(self, budget: float, funded: Set) -> list[Reason]:
        """The least more money with which another set is best, and what enters and leaves then."""
        left = budget - self._cost(funded)
        for more in sorted({i.cost - left for i in self.items if i.key not in funded and i.cost > left}):
            then = chosen(self.items, fund(self.items, self.pairs, budget + more + 1))
            if then != funded:
                gain = worth_of(self.items, self.pairs, then) - worth_of(self.items, self.pairs, funded)
                gaps = {"more_cny": more, "enters": self._keys(then - funded), "gain_kmh": gain}
                if gone := self._keys(funded - then):
                    return [Reason("projects.next_swap", {**gaps, "leaves": gone})]
                return [Reason("projects.next", gaps)]
        return []

    def _runner_up(self, budget: float, funded: Set) -> list[Reason]:
        other = fund(self.items, self.pairs, budget, not_these=[funded])
        second = chosen(self.items, other) if other.has_plan else Set()
        if not second:
            return []
        less = worth_of(self.items, self.pairs, funded) - worth_of(self.items, self.pairs, second)
        gaps = {"measures": self._keys(second), "less_kmh": less, "cost_cny": self._cost(second)}
        return [Reason("projects.runner_up", gaps)]

    def _turns(self, budget: float, funded: Set) -> list[Reason]:
        """Costs at which the answer changes: where the weakest of the funded measures leaves, the best of the others
        enters."""
        rate = {i.key: i.gain / i.cost for i in self.items}
        cost = {i.key: i.cost for i in self.items}
        said = []
        tops = [k for k in funded if not any(i.after == k for i in self.items)]
        if tops:
            weakest = min(tops, key=lambda k: (rate[k], k))
            most = turning_cost(self.items, self.pairs, budget, weakest)
            if cost[weakest] < most < math.inf:
                said.append(
                    Reason(
                        "projects.leaves_at", {"measure": weakest, "at_cny": most, "now_cny": cost[weakest]}
                    )
                )
        others = [k for k in rate if k not in funded]
        if others:
            best = max(others, key=lambda k: (rate[k], k))
            most = turning_cost(self.items, self.pairs, budget, best)
            if 0 < most < cost[best]:
                said.append(
                    Reason("projects.enters_at", {"measure": best, "at_cny": most, "now_cny": cost[best]})
                )
        return said

    def _together(self) -> list[Reason]:
        """The pair that helps each other most, and the one that hinders most; none where pairs are only sums."""
        said = []
        if self.options.pairs_of > 1 and not self.pairs:
            said.append(Reason("projects.apart", {}))
        for key, sign in (("help", 1), ("hinder", -1)):
            told = {two: sign * more for two, more in self.pairs.items() if sign * more > 0}
            if told:
                two = max(told, key=lambda t: (told[t], t))
                said.append(Reason(f"projects.{key}", {"measures": two, "by_kmh": told[two]}))
        return said

    def _idle(self, funded: Set = frozenset()) -> list[Reason]:
        """What is not worth its money here, said plainly."""
        said = []
        by: dict[str, list[str]] = {}
        for row in self.rows(funded):
            by.setdefault(str(row["verdict"]), []).append(str(row["measure"]))
        for verdict in ("idle", "unsure", "harms", "beside"):
            if verdict in by:
                said.append(Reason(f"projects.{verdict}", {"measures": self._keys(Set(by[verdict]))}))
        below = Set(k for k in by.get("unsure", ()) if self.values.own(k).mean < -NOTHING)
        return [*said, Reason("projects.chance", {"measures": self._keys(below)})] if below else said

    def _carried(self, funded: Set) -> list[Reason]:
        """Measures that are funded though they were not shown to help alone: for what builds on them, or for a pair."""
        said = []
        for key in self._keys(Set(k for k in funded if self.values.verdict(k) <= 0)):
            gaps = {"measure": key, **_gain(self.values.own(key))}
            if on_it := self._on_it(key, funded):
                said.append(Reason("projects.carried", {**gaps, "measures": self._keys(on_it)}))
            elif beside := Set(k for two, more in self.pairs.items() if key in two and more > 0 for k in two):
                others = beside & funded - {key}
                said.append(Reason("projects.carried_pair", {**gaps, "measures": self._keys(others)}))
        return said

    def _on_it(self, key: str, funded: Set) -> Set:
        """Funded measures that build on this one."""
        return Set(k for k in funded if k != key and key in self.values.whole(k))

    def _foresight(self, funded: Set, budget: float) -> list[Reason]:
        """What reckoning with many storms is worth, and what knowing them would be, from runs that were made anyway."""
        each = {item.key: self.values.own(item.key).each for item in self.items}
        members = min(map(len, each.values()))
        own_storm = [m for m in range(members) if self.values.storms[m] is self.values.scenario.storm]
        if members < 2 or len(own_storm) == members:
            return []
        found = foresight(
            self.items, self.pairs, budget, funded, {k: v[:members] for k, v in each.items()}, own_storm
        )
        gaps = {
            "vss_kmh": found.vss,
            "evpi_kmh": found.evpi,
            "members_n": members,
            "pairs_n": len(self.pairs),
        }
        if found.nominal == funded:
            return [Reason("projects.vss_same", gaps)]
        return [Reason("projects.vss", {**gaps, "measures": self._keys(found.nominal)})]

    def _curve(self, steps: Sequence[Step], budget: float, funded: Set, everything: Set) -> Curve:
        """Burden left against money: the best sets by single values and pairs, and what runs say of some sets."""
        now = self.values.left(Set())
        singles = [Set((i.key,)) for i in self.items if not i.after]
        sets = dict.fromkeys((funded, everything, *singles))
        tried = []
        for keys in sets:
            taken = self.values.taken(keys)
            tried.append((self._cost(keys), now - taken.mean, taken.half))
        return Curve(((0.0, now), *((s.cost, now - s.worth) for s in steps)), tuple(tried), budget)

    def _cost(self, keys: Set) -> float:
        return math.fsum(m.cost for m in self.values.ordered(keys))

    def _keys(self, keys: Set) -> tuple[str, ...]:
        return tuple(m.key for m in self.values.ordered(keys))


def _gain(gain: Gain) -> dict[str, float]:
    return dict(zip(("tried_kmh", "low_kmh", "high_kmh"), gain.ends, strict=True))


def _knee(steps: Sequence[Step]) -> list[Reason]:
    """How much of all that can be had a part of the money brings."""
    if len(steps) < 3:
        return []
    top = steps[-1]
    early = next(s for s in steps if s.worth >= top.worth / 2)
    if early.cost > 0.6 * top.cost:
        return []
    gaps = {
        "some_cny": early.cost,
        "some_share": early.worth / top.worth,
        "all_cny": top.cost,
        "all_kmh": top.worth,
    }
    return [Reason("projects.knee", gaps)]
