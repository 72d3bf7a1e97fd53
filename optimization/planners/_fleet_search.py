"""The search for the smallest fleet: what may be asked of it, what has been tried, and the next fleets to try."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from optimization.plan import Trials
from optimization.planners._fleet_build import Builder, Planned, bounds
from optimization.planners._fleet_goals import BURDEN, HOUR, Fleet, Judge, by_key, limits, until_due
from simulation.model import Scenario

Goals = frozenset[str]


LIMITS = {
    "confidence": (0.5, 0.999), "poor": (0.01, 0.98), "error": (0.001, 0.4), "test_members": (2, 1000),
    "runs": (2, 100_000), "most": (1, 20), "season_h": (0, 8760), "standing_h": (0, 8760), "hire_factor": (0.1, 100),
    "hire_lead_h": (0, 240),
}  # fmt: skip
"""From and to which options make sense."""
WORTH = 0.01
"""Share of a fleet's cost that another mix of kinds has to save to be tried (a setting)."""
NEAR = 0.08
"""Share of a kind's machines to which their least number is found."""


@dataclass(frozen=True)
class Options:
    """What may be asked of the fleet."""

    confidence: float = 0.9
    """Share of the members in which the goals must be met."""
    poor: float = 0.6
    """Share at which a fleet must be told from a good one."""
    error: float = 0.1
    """Chance of a mistake at either share."""
    test_members: int = 10
    """Most runs of one fleet."""
    runs: int = 240
    """Most runs in all."""
    most: float = 2.0
    """Times the machines there are of each kind, up to which more are tried."""
    season_h: float = 120.0
    """Hours that a machine works in a season (a setting: ten storms of a shift each)."""
    standing_h: float = 200.0
    """What an own machine costs a year beside its work, in hours of its work (a setting)."""
    hire_factor: float = 1.8
    """Times the own cost of an hour that a hired machine costs (a setting)."""
    hire_lead_h: float = 6.0
    """Hours from the first warning until hired machines are there (a setting)."""
    seed: int = 0


class Search:
    """What has been tried, and the next fleets to try."""

    def __init__(
        self, scenario: Scenario, kinds: Sequence[Planned], trials: Trials, options: Options
    ) -> None:
        self.scenario, self.kinds, self.options = scenario, kinds, options
        self.wanted = by_key(limits(scenario))
        self.builder = Builder(until_due(scenario), kinds)
        self.judge = Judge(
            trials, self.builder, tuple(self.wanted.values()),
            range(options.seed, options.seed + options.test_members),
            options.confidence, options.poor, options.error, options.runs,
        )  # fmt: skip
        self.bounds = bounds(scenario, kinds, self.wanted) if "snow" in scenario.hazards else []
        self.by_arithmetic = 0
        self.unfinished = False

    @property
    def now(self) -> Fleet:
        """The fleet there is."""
        return self.builder.now

    def meets(self, fleet: Fleet, goals: Goals) -> bool:
        """Whether a fleet meets the goals: by those that were tried or by arithmetic where that tells, else by runs; no
        where they are spent but for those that tell whether machines may be hired."""
        known = self.judge.implied(fleet, goals)
        if known is not None:
            return known
        if any(not b.holds(fleet) for b in self.bounds if f"first_pass_h.p{b.priority}" in goals):
            self.by_arithmetic += 1
            return False
        if self.judge.runs >= self.options.runs - min(self.options.test_members, self.options.runs // 4):
            self.unfinished = True
            return False
        return self.judge.meets(fleet, goals)

    def state(self) -> tuple[Goals, Goals]:
        """Goals that the present fleet meets in enough members, and those it misses: it is run with all of them."""
        members = range(min(self.options.test_members, self.options.runs))
        self.judge.run(self.now, members, len(members))
        asked = frozenset(key for key in self.wanted if key in self.judge.figures[self.now][0])
        met = asked
        while met and self.judge.met(self.now, met) < self.options.confidence - 1e-9:
            met = met - {self.judge.binding(self.now, met)}
        self.judge.verdicts[self.now, met] = True
        return met, asked - met

    def reachable(self, kept: Goals, missed: Goals) -> tuple[Goals, Goals]:
        """Goals that the largest fleet misses as well, and those that the plan is to meet."""
        if not missed:
            return frozenset(), kept
        cap = self.scaled(self.options.most)
        goals = kept | missed
        while goals - kept and not self.meets(cap, goals):
            worst = self.judge.binding(cap, goals - kept) if cap in self.judge.figures else ""
            goals = goals - {worst or max(goals - kept)}
        return (kept | missed) - goals, goals

    def held(self, beyond: Goals, goals: Goals, met: Goals) -> tuple[Goals, Goals]:
        """Figures of goals that no fleet meets in which none may be worse than today's, and those in which even the
        largest is, so that no fleet that has to grow can be held to them."""
        held, worse = self.judge.hold(self.now, beyond), Goals()
        cap = self.scaled(self.options.most)
        while goals - met and held - worse and not self.meets(cap, goals | held - worse):
            most = self.judge.binding(cap, held - worse) if cap in self.judge.figures else ""
            worse |= {most} if most else held
        return held - worse, worse

    def grown(self, goals: Goals) -> Fleet:
        """The smallest multiple of the present fleet that meets the goals; the largest does."""
        low, high = 1.0, self.options.most
        while (
            any(a != b for a, b in zip(self.scaled(low), self.scaled(high), strict=True)) and high - low > 0.1
        ):
            middle = (low + high) / 2
            if self.meets(self.scaled(middle), goals):
                high = middle
            else:
                low = middle
        return self.scaled(high)

    def cheapest(self, fleet: Fleet, goals: Goals) -> Fleet:
        """A fleet with fewer machines that meets the goals: ``reduced``, then one machine more in place of others
        that cost more, as long as runs last."""
        fleet = self.reduced(fleet, goals)
        last = (self.judge.runs + self.options.runs) // 2  # the other half tells what else a planner asks
        while self.judge.runs < last:
            swaps = (f for f in self._swaps(fleet) if self.judge.runs < last)
            better = next((f for f in swaps if self.meets(f, goals)), None)
            if better is None:
                break
            fleet = self._further(fleet, better, goals)
        while (
            any(fleet) and not self.below(fleet, goals) and not self.judge.spent
        ):  # what binds is to be told
            kind = max((i for i, n in enumerate(fleet) if n), key=lambda i: (self.kinds[i].kind.cost, -i))
            fewer = tuple(n - (i == kind) for i, n in enumerate(fleet))
            if not self.judge.meets(fewer, goals):
                break
            fleet = fewer
        return fleet

    def reduced(self, fleet: Fleet, goals: Goals) -> Fleet:
        """A fleet with fewer machines that meets the goals: halves of everything as long as that does, then kind by
        kind, the costliest first."""
        while any(n > 1 for n in fleet):
            half = tuple(math.ceil(n / 2) for n in fleet)
            if half == fleet or not self.meets(half, goals):
                break
            fleet = half
        for i in sorted(range(len(fleet)), key=lambda i: (-fleet[i] * self.kinds[i].kind.cost, i)):
            fleet = self._fewest(fleet, i, goals)
        return fleet

    def gentle(self, goals: Goals) -> tuple[Fleet, bool]:
        """A fleet with fewer machines than today's that meets the goals and leaves no heavier burden either, member by
        member; today's where none does. Whether runs lasted to try every kind."""
        before, self.unfinished = self.unfinished, False
        fleet = self.reduced(self.now, goals | {BURDEN})
        whole, self.unfinished = not self.unfinished, before
        return fleet, whole

    def _swaps(self, fleet: Fleet) -> list[Fleet]:
        """Fleets that are cheaper by ``WORTH`` with one machine more of a kind and fewer of another, those that save
        least first."""
        found, most = set(), (1 - WORTH) * self.cost(fleet)
        for i, j in permutations(range(len(fleet)), 2):
            gone = int(self.kinds[i].kind.cost / self.kinds[j].kind.cost) + 1
            if gone <= fleet[j]:
                found.add(tuple(n + (k == i) - gone * (k == j) for k, n in enumerate(fleet)))
        return sorted((f for f in found if self.cost(f) <= most), key=lambda f: (-self.cost(f), f))

    def _further(self, fleet: Fleet, better: Fleet, goals: Goals) -> Fleet:
        """A swap taken on in steps that double, as long as the goals are met."""
        step = tuple(b - a for a, b in zip(fleet, better, strict=True))
        while True:
            then = tuple(n + d for n, d in zip(better, step, strict=True))
            if min(then) < 0 or not self.meets(then, goals):
                return better
            better, step = then, tuple(2 * d for d in step)

    def _fewest(self, fleet: Fleet, i: int, goals: Goals) -> Fleet:
        """The fewest machines of a kind beside the others, to ``NEAR`` of what there are: none and as many as today
        are tried first, then halves."""
        low, high = -1, fleet[i]  # fewer than none are not enough, and so many are
        near = max(1, int(NEAR * high))
        while high > 0 and (low < 0 or high - low > near):
            count = next((n for n in (0, self.now[i]) if low < n < high), (low + high) // 2)
            if self.meets((*fleet[:i], count, *fleet[i + 1 :]), goals):
                high = count
            else:
                low = count
        return (*fleet[:i], high, *fleet[i + 1 :])

    def scaled(self, times: float) -> Fleet:
        """So many times the machines there are of every kind."""
        return tuple(math.ceil(times * n - 1e-9) for n in self.now)

    def cost(self, fleet: Fleet) -> float:
        """CNY a year of an own fleet: its work in a season, and what it costs standing."""
        hours = self.options.season_h + self.options.standing_h
        return sum(n * kind.kind.cost * HOUR * hours for n, kind in zip(fleet, self.kinds, strict=True))

    def below(self, fleet: Fleet, goals: Goals) -> list[Fleet]:
        """Fleets that were tried, have no machine that this one lacks, and fail."""
        return [
            f for (f, g), ok in self.judge.verdicts.items()
            if g == goals and not ok and f != fleet and all(a <= b for a, b in zip(f, fleet, strict=True))
        ]  # fmt: skip
