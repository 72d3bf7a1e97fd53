"""The scenario's goals as limits on a run's figures, and whether fleets meet them in enough members.

The limits are those that reports judge runs by (``results.goals``), by the same names of figures. One differs:
reports judge the longest time that one hospital or fire station is cut off; figures have the sum over all of them,
so here the sum is held against what one may be cut off. A fleet that passes is never too small for it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from optimization.plan import Figures, Trials, burden
from simulation.model import Scenario
from simulation.weather import WeatherSeries, grade, hourly_snowfall

HOUR = 3600.0
BURDEN = "burden"
"""Name under which the weighted burden stands among a run's figures here."""
SAME = 0.01
"""Share of today's figure of a member by which another fleet may lie above it and is still no worse (a setting)."""
BEHIND = {
    "sites_over_limit": "depth_over_15cm_km_h",
    "clear_h": "unclear_km_h",
    "first_pass_h": "unclear_km_h",
}
"""What grows with a miss of a goal, where the goal's own figure may not tell: three sites too deep are three however
deep, and a class that is never clear is never clear however little of it is left."""


@dataclass(frozen=True)
class Limit:
    """The most that a figure may be."""

    key: str
    """The figure's stable name."""
    most: float
    """In the figure's unit (hours, minutes, a count)."""
    due: float = 0.0
    """Second by which it must be reached; a run that ends earlier does not judge it."""

    def missed(self, figures: Figures, end: float) -> bool:
        """Whether a run that ended at second ``end`` missed it; what a run does not ask about is not missed."""
        if self.key not in figures:
            return False
        reached = figures[self.key]
        if reached is None:
            return self.due <= end and not self.key.startswith("order_to_arrival")
        return reached > self.most + 1e-9


def limits(scenario: Scenario) -> tuple[Limit, ...]:
    """Every goal that the scenario sets, in the order of urgency."""
    goals, found = scenario.goals, list[Limit]()
    if "snow" in scenario.hazards:
        found += _snow_limits(scenario)
    if "water" in scenario.hazards:
        found += [Limit("sites_over_limit", 0.0), Limit("closed_late", 0.0)]
    found.append(Limit("order_to_arrival_min.p90", goals.reach / 60))
    found.append(Limit("critical_unreachable_h", goals.critical_access / HOUR))
    return tuple(found)


def until_due(scenario: Scenario) -> Scenario:
    """The scenario going on until every goal is due: one that is not judged would let its machines go."""
    last = max((limit.due + HOUR for limit in limits(scenario) if limit.due), default=0.0)
    return scenario.model_copy(update={"duration": max(scenario.duration, last)})


def _snow_limits(scenario: Scenario) -> list[Limit]:
    storm, physics, goals = scenario.storm, scenario.physics.snow, scenario.goals
    kind = grade(storm, physics, scenario.duration)
    if kind is None:
        return []
    fallen = hourly_snowfall(storm, physics, scenario.duration)
    begin = HOUR * next(h for h, mm in enumerate(fallen) if mm > 0)
    stopped = min(WeatherSeries(storm, physics).end_of_precipitation, scenario.duration)
    present = sorted({s.priority for s in scenario.city.segments})
    first = [(f"first_pass_h.p{p}", goals.first_pass[p - 1], begin) for p in present]
    bridges = [("bridges_h", goals.bridges, begin)]
    clear = [(f"clear_h.p{p}", goals.clear[p - 1][kind], stopped) for p in present]
    footways = [(key, goals.footways[kind], stopped) for key in ("footway_clear_h", "stops_cleared_h")]
    return [
        Limit(key, allowed / HOUR, since + allowed)
        for key, allowed, since in (*first, *bridges, *clear, *footways)
    ]


Fleet = tuple[int, ...]
"""Machines of each kind, in the order of the kinds that are planned."""


@dataclass
class Judge:
    """Tries fleets, each with no more runs than it takes to tell (Wald 1945, sequential probability ratio test).

    A fleet is good enough if it meets the goals in ``confidence`` of the members, and not if in ``poor`` of them;
    ``error`` is the chance of either mistake at these shares. Where the test has not decided by the last seed the
    share itself does. Members in which most fleets failed so far come first: a fleet that is too small shows it there,
    and one that is not has passed the hardest.
    """

    trials: Trials
    build: Callable[[Fleet], Scenario]
    limits: Sequence[Limit]
    seeds: Sequence[int]
    confidence: float
    poor: float
    error: float
    most_runs: int
    at_once: int = 2
    """Runs between two looks."""
    today: Fleet = ()
    """The fleet that others are compared with, member by member; it is run with all of them."""
    held: frozenset[str] = frozenset()
    """Figures in which they must not be worse than it."""
    figures: dict[Fleet, dict[int, Figures]] = field(default_factory=dict)
    """By fleet and member (index of its seed), in the order in which they were run."""
    verdicts: dict[tuple[Fleet, frozenset[str]], bool] = field(default_factory=dict)

    @property
    def runs(self) -> int:
        """Runs that were asked for so far."""
        return sum(map(len, self.figures.values()))

    @property
    def spent(self) -> bool:
        """Whether no further fleet may be tried."""
        return self.runs >= self.most_runs

    def meets(self, fleet: Fleet, goals: frozenset[str]) -> bool:
        """Whether a fleet meets these goals in enough members."""
        if (fleet, goals) not in self.verdicts:
            self.verdicts[fleet, goals] = self._test(fleet, goals)
        return self.verdicts[fleet, goals]

    def implied(self, fleet: Fleet, goals: frozenset[str]) -> bool | None:
        """What fleets that were tried tell of this one, as more machines do no harm, and who misses some goals misses
        more of them as well; None where they tell nothing."""
        if (fleet, goals) in self.verdicts:
            return self.verdicts[fleet, goals]
        for (other, asked), met in self.verdicts.items():
            less, more = (other, fleet) if met else (fleet, other)
            tells = asked >= goals if met else asked <= goals
            if tells and all(a <= b for a, b in zip(less, more, strict=True)):
                return met
        return None

    def _test(self, fleet: Fleet, goals: frozenset[str]) -> bool:
        good, bad = math.log(self.confidence / self.poor), math.log((1 - self.confidence) / (1 - self.poor))
        accept, reject = math.log((1 - self.error) / self.error), math.log(self.error / (1 - self.error))
        score = 0.0
        for looked in range(len(self.seeds)):
            if looked == len(self.figures.get(fleet, ())):
                self.run(fleet, self.hardest(goals))
            score += bad if self.missed(fleet, list(self.figures[fleet])[looked]) & goals else good
            if score >= accept or score <= reject:
                return score >= accept
        return self.met(fleet, goals) >= self.confidence

    def hardest(self, goals: frozenset[str]) -> list[int]:
        """Members by the fleets that missed one of these goals in them, most first."""
        failed = Counter(i for f, by in self.figures.items() for i in by if self.missed(f, i) & goals)
        return sorted(range(len(self.seeds)), key=lambda i: (-failed[i], i))

    def run(self, fleet: Fleet, members: Sequence[int], count: int = 0) -> None:
        """Have the first of these members run that a fleet was not run with yet: so many, or ``at_once``."""
        kept = self.figures.setdefault(fleet, {})
        wanted = [i for i in members if i not in kept][: count or self.at_once]
        if wanted:
            label = "-".join(map(str, fleet))
            made = self.trials({label: self.build(fleet)}, [self.seeds[i] for i in wanted])[label]
            kept |= {i: {**f, BURDEN: burden(f)} for i, f in zip(wanted, made, strict=True)}

    def missed(self, fleet: Fleet, member: int) -> frozenset[str]:
        """Goals that a member missed, and figures that are held and worse than with today's fleet in that member."""
        figures = self.figures[fleet][member]
        end = self.build(fleet).duration
        missed = frozenset(limit.key for limit in self.limits if limit.missed(figures, end))
        if not self.held:
            return missed
        today = self.figures[self.today][member]
        return missed | {key for key in self.held if is_worse(figures.get(key), today.get(key))}

    def lost(self, fleet: Fleet, goals: frozenset[str]) -> int:
        """Members in which this fleet misses one of these goals that today's fleet meets there."""
        return sum(
            bool((self.missed(fleet, i) - self.missed(self.today, i)) & goals) for i in self.figures[fleet]
        )

    def failed(self, fleet: Fleet, goals: frozenset[str]) -> int:
        """Members run so far that miss one of these goals."""
        return sum(bool(self.missed(fleet, i) & goals) for i in self.figures[fleet])

    def met(self, fleet: Fleet, goals: frozenset[str]) -> float:
        """Share of the members run so far that meet all of these goals."""
        return 1 - self.failed(fleet, goals) / len(self.figures[fleet])

    def hold(self, fleet: Fleet, out_of_reach: frozenset[str]) -> frozenset[str]:
        """Put this fleet in place of goals that none reaches: no other may be worse there, member by member, than it.
        Figures that are held so, by name: those of the goals and what is behind them; none where all are in reach."""
        behind = {
            key.replace(goal, figure)
            for key in out_of_reach for goal, figure in BEHIND.items() if key.partition(".")[0] == goal
        }  # fmt: skip
        known = frozenset.intersection(*(frozenset(f) for f in self.figures[fleet].values()))
        held = (out_of_reach | behind) & known
        self.today, self.held = fleet, held | {BURDEN}
        self.limits = [limit for limit in self.limits if limit.key not in out_of_reach]
        self.verdicts = {(f, g): ok for (f, g), ok in self.verdicts.items() if not g & out_of_reach}
        return held

    def burdens(self, *fleets: Fleet) -> tuple[tuple[float, ...], ...]:
        """Weighted burdens (km h) of several fleets, member by member, where all of them were run."""
        common = sorted(set.intersection(*(set(self.figures[f]) for f in fleets)))
        return tuple(tuple(float(self.figures[f][i][BURDEN] or 0.0) for i in common) for f in fleets)

    def reached(self, key: str, *fleets: Fleet) -> list[float]:
        """What fleets reach of a figure in ``confidence`` of the members that all were run with; inf for never."""
        common = set.intersection(*(set(self.figures[f]) for f in fleets))
        found = []
        for fleet in fleets:
            values = sorted(math.inf if (v := self.figures[fleet][i].get(key)) is None else v for i in common)
            found.append(values[max(0, math.ceil(self.confidence * len(values) - 1e-9) - 1)])
        return found

    def binding(self, fleet: Fleet, goals: frozenset[str]) -> str:
        """The goal that a fleet misses most often; empty where it misses none."""
        count = Counter(key for i in self.figures[fleet] for key in sorted(self.missed(fleet, i) & goals))
        return min(count, key=lambda key: (-count[key], key)) if count else ""

    def contradictions(self, goals: frozenset[str]) -> list[tuple[Fleet, Fleet]]:
        """(smaller, larger) fleets of which the smaller one met the goals and the larger one did not."""
        met = [f for (f, g), ok in self.verdicts.items() if g == goals and ok]
        failed = [f for (f, g), ok in self.verdicts.items() if g == goals and not ok]
        return [
            (a, b) for a in met for b in failed if a != b and all(x <= y for x, y in zip(a, b, strict=True))
        ]


def is_worse(figure: float | None, today: float | None) -> bool:
    """Whether a figure is worse than that of today's fleet in the same member; None, never reached, is worst."""
    if today is None:
        return False
    return figure is None or figure > today * (1 + SAME) + 1e-9


def by_key(found: Sequence[Limit]) -> Mapping[str, Limit]:
    """Limits by the names of their figures."""
    return {limit.key: limit for limit in found}
