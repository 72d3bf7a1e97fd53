"""The smallest fleet that meets the goals in nine members of ten: what could be given up, what has to be added.

Fleets are tried by simulation. More machines are taken never to do harm: the search rests on it, and says where the
runs contradict it. It goes from the fleet there is to more of every kind until the goals are met that more machines
can meet at all, then takes kinds away, the costliest first, each to the fewest with which they still are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from optimization.plan import CannotPlan, Plan, Reason, Trials
from optimization.planners._changes import check
from optimization.planners._fleet_build import SERVED, Bound, Builder, Planned, bounds, planned
from optimization.planners._fleet_goals import BURDEN, HOUR, Fleet, Judge, by_key, limits, until_due
from simulation.command import level_schedule
from simulation.model import InjectRow, Name, Scenario

Goals = frozenset[str]


LIMITS = {
    "confidence": (0.5, 0.999), "poor": (0.01, 0.98), "error": (0.001, 0.4), "test_members": (2, 1000),
    "runs": (2, 100_000), "most": (1, 20), "season_h": (0, 8760), "standing_h": (0, 8760), "hire_factor": (0.1, 100),
    "hire_lead_h": (0, 240),
}  # fmt: skip
"""From and to which options make sense."""
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


def most_runs(scenario: Scenario, options: Options) -> int:
    """Runs that ``propose`` asks for at the most."""
    return options.runs


def propose(scenario: Scenario, trials: Trials, options: Options) -> Plan:
    """The smallest fleet that meets the goals. Raises CannotPlan where there are no machines, or no goals."""
    check("fleet", options, LIMITS)
    if options.poor >= options.confidence:
        raise CannotPlan("fleet.poor", poor=options.poor, confidence=options.confidence)
    kinds = planned(scenario)
    if not kinds or not scenario.respond:
        raise CannotPlan("fleet.nothing")
    search = Search(scenario, kinds, trials, options)
    now = search.now
    met, missed = search.state()
    beyond, goals = search.reachable(met, missed)
    if not goals:
        raise CannotPlan("fleet.no_goal")
    best_reached = search.best_reached(beyond)
    held = search.judge.hold(now, beyond)
    kept, goals = met | held, goals | held
    grown = search.grown(goals) if goals - kept else now
    best = search.cheapest(grown, goals)
    rows, hired = search.rows(best, goals)
    why = [
        Reason(
            "fleet.state",
            {"met_n": len(met), "goals_n": len(met | missed), "confidence_share": options.confidence},
        )
    ]
    if wanted := missed & goals - held:
        why.append(Reason("fleet.missed", {"goals": _ordered(search, wanted)}))
    if beyond:
        why.append(Reason("fleet.beyond", {"goals": tuple(sorted(beyond)), "times": options.most}))
    before, after = search.judge.means(BURDEN, now, best)
    weights = {"now_kmh": before, "then_kmh": after}
    why += [*best_reached, Reason("fleet.burden", weights), *search.told(best, goals), *hired]
    fewer = search.cost(best) < search.cost(now)
    return Plan(search.builder.overrides(best), tuple(why), rows=tuple(rows), fewer=fewer)


def _ordered(search: Search, goals: Goals) -> tuple[str, ...]:
    return tuple(limit.key for limit in search.judge.limits if limit.key in goals)


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
        self.runs_hired = 0
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
        cap = self._scaled(self.options.most)
        goals = kept | missed
        while goals - kept and not self.meets(cap, goals):
            worst = self.judge.binding(cap, goals - kept) if cap in self.judge.figures else ""
            goals = goals - {worst or max(goals - kept)}
        return (kept | missed) - goals, goals

    def best_reached(self, beyond: Goals) -> list[Reason]:
        """Of each goal out of reach: what is allowed, what today's fleet reaches, and what the largest one does."""
        cap = self._scaled(self.options.most)
        said = []
        for key in sorted(beyond) if cap in self.judge.figures else ():
            unit, factor = _unit(key)
            told = (self.wanted[key].most, *self.judge.reached(key, self.now, cap))
            names = ("limit", "now", "best")
            gaps = {f"{name}_{unit}": factor * value for name, value in zip(names, told, strict=True)}
            said.append(
                Reason(
                    f"fleet.reached_{unit}",
                    {"goal": key, "confidence_share": self.options.confidence, **gaps},
                )
            )
        return said

    def grown(self, goals: Goals) -> Fleet:
        """The smallest multiple of the present fleet that meets the goals; the largest does."""
        low, high = 1.0, self.options.most
        while (
            any(a != b for a, b in zip(self._scaled(low), self._scaled(high), strict=True))
            and high - low > 0.1
        ):
            middle = (low + high) / 2
            if self.meets(self._scaled(middle), goals):
                high = middle
            else:
                low = middle
        return self._scaled(high)

    def cheapest(self, fleet: Fleet, goals: Goals) -> Fleet:
        """A fleet with fewer machines that meets the goals: halves of everything as long as that does, then kind by
        kind, the costliest first, then one machine more in place of others that cost more, as long as runs last."""
        while any(n > 1 for n in fleet):
            half = tuple(math.ceil(n / 2) for n in fleet)
            if half == fleet or not self.meets(half, goals):
                break
            fleet = half
        for i in sorted(range(len(fleet)), key=lambda i: (-fleet[i] * self.kinds[i].kind.cost, i)):
            fleet = self._fewest(fleet, i, goals)
        while (better := next((f for f in self._swaps(fleet) if self.meets(f, goals)), None)) is not None:
            fleet = better
        while (
            any(fleet) and not self._below(fleet, goals) and not self.judge.spent
        ):  # what binds is to be told
            kind = max((i for i, n in enumerate(fleet) if n), key=lambda i: (self.kinds[i].kind.cost, -i))
            fewer = tuple(n - (i == kind) for i, n in enumerate(fleet))
            if not self.judge.meets(fewer, goals):
                break
            fleet = fewer
        return fleet

    def _swaps(self, fleet: Fleet) -> list[Fleet]:
        """Cheaper fleets with one machine more of a kind and fewer of another, those that save least first."""
        found = set()
        for i, j in permutations(range(len(fleet)), 2):
            gone = int(self.kinds[i].kind.cost / self.kinds[j].kind.cost) + 1
            if gone <= fleet[j]:
                found.add(tuple(n + (k == i) - gone * (k == j) for k, n in enumerate(fleet)))
        return sorted(found, key=lambda f: (-self.cost(f), f))

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

    def _scaled(self, times: float) -> Fleet:
        return tuple(math.ceil(times * n - 1e-9) for n in self.now)

    # ------------------------------------------------------------------ what is said

    def cost(self, fleet: Fleet) -> float:
        """CNY a year of an own fleet: its work in a season, and what it costs standing."""
        hours = self.options.season_h + self.options.standing_h
        return sum(n * kind.kind.cost * HOUR * hours for n, kind in zip(fleet, self.kinds, strict=True))

    def told(self, best: Fleet, goals: Goals) -> list[Reason]:
        """What binds, the runner-up, the next cheaper fleet that fails, and how much was tried."""
        price = self.cost(best)
        said = [Reason("fleet.cost", {"now_cny": self.cost(self.now), "then_cny": price})]
        verdicts = {fleet: ok for (fleet, g), ok in self.judge.verdicts.items() if g == goals}
        failed = self._below(best, goals)
        if failed:
            near = max(failed, key=lambda f: (self.cost(f), f))
            goal = self.judge.binding(near, goals)
            gaps = {
                "machines": self._difference(best, near), "goal": goal, "less_cny": price - self.cost(near),
                "failed_n": self.judge.failed(near, goals), "tried_n": len(self.judge.figures[near]),
            }  # fmt: skip
            said.append(Reason("fleet.next_fails", gaps))
            said += self._would_do(near, goals, goal)
        others = [f for f, ok in verdicts.items() if ok and f != best]
        if others:
            second = min(others, key=lambda f: (self.cost(f), f))
            gaps = {"machines": self._difference(best, second), "more_cny": self.cost(second) - price}
            said.append(Reason("fleet.runner_up", gaps))
        if bound := self._bound(best):
            slack = round(float(bound.share @ best) / SERVED, 1)
            said.append(Reason("fleet.bound", {"class": bound.priority, "slack": slack}))
        tried = {
            "runs_n": self.judge.runs + self.runs_hired,
            "fleets_n": len(self.judge.figures),
            "skipped_n": self.by_arithmetic,
        }
        said.append(Reason("fleet.runs", tried))
        if odd := self.judge.contradictions(goals):
            said.append(Reason("fleet.not_monotone", {"pairs_n": len(odd)}))
        if self.unfinished:
            said.append(Reason("fleet.unfinished", {"runs_n": self.options.runs}))
        return said

    def _below(self, best: Fleet, goals: Goals) -> list[Fleet]:
        """Fleets that were tried, have no machine that this one lacks, and fail."""
        return [
            f for (f, g), ok in self.judge.verdicts.items()
            if g == goals and not ok and f != best and all(a <= b for a, b in zip(f, best, strict=True))
        ]  # fmt: skip

    def _would_do(self, fleet: Fleet, goals: Goals, goal: str) -> list[Reason]:
        """How far one goal had to be eased for a fleet that misses no other."""
        worst = max(
            self.judge.figures[fleet].values(), key=lambda f: math.inf if f[goal] is None else f[goal] or 0.0
        )
        allowed = next(limit.most for limit in self.judge.limits if limit.key == goal)
        if goal not in self.wanted or worst[goal] is None or self.judge.failed(fleet, goals - {goal}):
            return []
        unit, factor = _unit(goal)
        gaps = {f"eased_{unit}": factor * (worst[goal] or 0.0), f"limit_{unit}": factor * allowed}
        return [Reason(f"fleet.would_do_{unit}", {"goal": goal, **gaps})]

    def _bound(self, fleet: Fleet) -> Bound | None:
        """The bound that is nearest to binding."""
        return min(self.bounds, key=lambda b: float(b.share @ fleet), default=None)

    def _difference(self, of: Fleet, other: Fleet) -> tuple[Name, ...]:
        """The kinds in which another fleet differs, with its counts."""
        return tuple(
            Name(zh=f"{kind.name.zh} {b}", en=f"{b} × {kind.name.en}")
            for a, b, kind in zip(of, other, self.kinds, strict=True)
            if a != b
        )

    def rows(self, best: Fleet, goals: Goals) -> tuple[list[dict[str, object]], list[Reason]]:
        """The fleet as a table, a row a kind, and whether what is added may be hired."""
        late = self._late()
        added = any(b > n for b, n in zip(best, self.now, strict=True))
        in_time = added and (late <= 0 or self._meets_late(best, goals, late))
        hire = in_time and self._cheaper_hired()
        rows: list[dict[str, object]] = []
        for kind, n, then in zip(self.kinds, self.now, best, strict=True):
            row: dict[str, object] = {
                "kind": kind.name, "now_n": n, "then_n": then, "change_signed_n": then - n,
                "year_cny": self._year(kind, n, then, hire),
            }  # fmt: skip
            rows.append(row)
        untried = late > 0 and self.judge.spent and not in_time
        if not added or untried:  # that runs were spent is told by ``fleet.unfinished``
            self.unfinished = self.unfinished or untried
            return rows, []
        gaps = {"lead_s": self.options.hire_lead_h * HOUR, "late_s": max(0.0, late)}
        key = "hire" if hire else "hire_dear" if in_time else "hire_late"
        hours = (self.options.season_h + self.options.standing_h) / self.options.hire_factor
        return rows, [Reason(f"fleet.{key}", {**gaps, "even_s": hours * HOUR})]

    def _year(self, kind: Planned, now: int, then: int, hire: bool) -> float:
        """CNY a year: own machines, and the hours of hired ones."""
        hired = max(0, then - now) if hire else 0
        hours = self.options.season_h + self.options.standing_h
        rate = kind.kind.cost * HOUR
        return rate * ((then - hired) * hours + hired * self.options.season_h * self.options.hire_factor)

    def _cheaper_hired(self) -> bool:
        own = self.options.season_h + self.options.standing_h
        return self.options.season_h * self.options.hire_factor < own

    def _late(self) -> float:
        """s by which hired machines come after the first own ones are called; below 0 where they are there before."""
        storm = self.scenario.storm
        warned = min((w.t for w in storm.warnings if w.hazard in self.scenario.hazards), default=0.0)
        called = min((t for t, level in level_schedule(self.scenario) if level), default=0)
        return warned + self.options.hire_lead_h * HOUR - called

    def _meets_late(self, fleet: Fleet, goals: Goals, late: float) -> bool:
        """Whether the goals are met where every machine that is added joins so much later, as one in repair does."""
        called = min((t for t, level in level_schedule(self.scenario) if level), default=0)
        scenario = self.builder(fleet)
        injects = [
            InjectRow(t=0, kind="breakdown", target=f"{row.id}/{i + 1}", value=(called + late) / HOUR)
            for kind, then in zip(self.kinds, fleet, strict=True)
            if then > kind.now
            for row in kind.rows
            for i in range(row.count, kind.shared(then)[row.id])
        ]
        hired = scenario.model_copy(update={"injects": (*scenario.injects, *injects)})
        others = {f: by for f, by in self.judge.figures.items() if f != fleet}
        judge = replace(self.judge, build=lambda _: hired, figures=others, verdicts={})
        if self.judge.spent:
            return False
        meets = judge.meets(fleet, goals)
        self.runs_hired = len(judge.figures[fleet])
        return meets


def _unit(key: str) -> tuple[str, float]:
    """In which unit a goal's figure is told, and the factor to it."""
    name = key.partition(".")[0]
    return ("s", HOUR) if name.endswith("_h") else ("s", 60.0) if name.endswith("_min") else ("n", 1.0)
