"""The smallest fleet that meets the goals in nine members of ten: what could be given up, what has to be added.

Fleets are tried by simulation. More machines are taken never to do harm: the search rests on it, and says where the
runs contradict it. It goes from the fleet there is to more of every kind until the goals are met that more machines
can meet at all, then takes kinds away, the costliest first, each to the fewest with which they still are. Where a goal
is out of every fleet's reach, none is proposed that is worse there than today's, compared member by member.
"""

from __future__ import annotations

from dataclasses import replace

from optimization.plan import CannotPlan, Plan, Reason, Trials
from optimization.planners._changes import check
from optimization.planners._fleet_build import SERVED, Bound, Planned, planned
from optimization.planners._fleet_goals import HOUR, SAME, Fleet
from optimization.planners._fleet_search import LIMITS, Goals, Options, Search
from optimization.planners._gain import NOTHING, Gain
from simulation.command import level_schedule
from simulation.model import InjectRow, Name, Scenario

__all__ = ["Options", "most_runs", "propose"]


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
    met, missed = search.state()
    beyond, goals = search.reachable(met, missed)
    if not goals:
        raise CannotPlan("fleet.no_goal")
    held, worse = search.held(beyond, goals, met)
    grown = search.grown(goals | held) if goals - met else search.now
    best = search.cheapest(grown, goals | held)
    told = Telling(search, best, goals | held)
    rows, hired = told.rows()
    why = [
        *told.beyond(beyond, worse), *told.burden(), told.state(met, missed), *told.wanted(goals - met),
        *told.reached(beyond), *told.margin(), *hired, *told.trust(),
    ]  # fmt: skip
    fewer = search.cost(best) < search.cost(search.now)
    return Plan(search.builder.overrides(best), tuple(why), rows=tuple(rows), fewer=fewer, held=held)


class Telling:
    """What is said of the fleet that a search has found."""

    def __init__(self, search: Search, best: Fleet, goals: Goals) -> None:
        self.search, self.best, self.goals = search, best, goals
        self.judge, self.options, self.now = search.judge, search.options, search.now
        self.runs_hired = 0

    @property
    def price(self) -> float:
        """CNY a year"""
        return self.search.cost(self.best)

    def state(self, met: Goals, missed: Goals) -> Reason:
        """How today's fleet stands."""
        gaps = {"met_n": len(met), "goals_n": len(met | missed), "confidence_share": self.options.confidence}
        return Reason("fleet.state", gaps)

    def wanted(self, goals: Goals) -> list[Reason]:
        """Goals that today's fleet misses and more machines meet."""
        ordered = tuple(key for key in self.search.wanted if key in goals)
        return [Reason("fleet.missed", {"goals": ordered})] if ordered else []

    def beyond(self, beyond: Goals, worse: Goals) -> list[Reason]:
        """That goals are out of reach, and what that means for what may be given up."""
        if not beyond:
            return []
        gaps = {"goals": tuple(sorted(beyond)), "times": self.options.most}
        said = [Reason("fleet.beyond", gaps)]
        if held := self.goals & self.judge.held:
            kept = len(self.judge.figures[self.best]) - self.judge.failed(self.best, held)
            gaps = {
                "goals": tuple(sorted(held)), "kept_n": kept, "members_n": len(self.judge.figures[self.best]),
                "confidence_share": self.options.confidence, "same_share": SAME,
            }  # fmt: skip
            said.append(Reason("fleet.beyond_held", gaps))
        if worse:
            gaps = {
                "goals": tuple(sorted(worse)), "times": self.options.most,
                "worse_n": self.judge.failed(self.best, worse), "members_n": len(self.judge.figures[self.best]),
            }  # fmt: skip
            said.append(Reason("fleet.beyond_worse", gaps))
        return said

    def reached(self, beyond: Goals) -> list[Reason]:
        """Of each goal out of reach: what is allowed, what today's fleet reaches, and what the largest one does."""
        cap = self.search.scaled(self.options.most)
        said = []
        for key in sorted(beyond) if cap in self.judge.figures else ():
            unit, factor = _unit(key)
            told = (self.search.wanted[key].most, *self.judge.reached(key, self.now, cap))
            names = ("limit", "now", "best")
            gaps = {f"{name}_{unit}": factor * value for name, value in zip(names, told, strict=True)}
            gaps |= {"confidence_share": self.options.confidence}
            said.append(Reason(f"fleet.reached_{unit}", {"goal": key, **gaps}))
        return said

    def burden(self) -> list[Reason]:
        """What becomes of the burden, which is no goal; where it rises, the smallest fleet seen that keeps it, too."""
        if self.best == self.now:
            return [Reason("fleet.as_is", {"cost_cny": self.price})]
        today, then = self.judge.burdens(self.now, self.best)
        change = Gain(tuple(b - a for a, b in zip(today, then, strict=True)))
        mean, low, high = change.ends
        kept = len(today) - self.judge.lost(self.best, self.goals)
        gaps = {
            "now_kmh": sum(today) / len(today), "then_kmh": sum(then) / len(then), "members_n": len(today),
            "change_signed_kmh": mean, "low_signed_kmh": low, "high_signed_kmh": high, "kept_n": kept,
            "more_share": mean * len(today) / max(sum(today), NOTHING),
        }  # fmt: skip
        if mean <= NOTHING or self.price >= self.search.cost(self.now):
            return [Reason("fleet.burden", gaps)]
        return [Reason("fleet.burden_rises", gaps), self._gentle()]

    def _gentle(self) -> Reason:
        gentle, whole = self.search.gentle(self.goals)
        if gentle in (self.now, self.best):
            return Reason("fleet.none_gentle" if whole else "fleet.gentle_untried", {"same_share": SAME})
        today, then = self.judge.burdens(self.now, gentle)
        machines = tuple(
            Name(zh=f"{kind.name.zh} {b}（现有 {a}）", en=f"{b} × {kind.name.en} (today {a})")
            for a, b, kind in zip(self.now, gentle, self.search.kinds, strict=True)
            if a != b
        )
        gaps = {
            "machines": machines, "more_cny": self.search.cost(gentle) - self.price,
            "confidence_share": self.options.confidence, "same_share": SAME,
            "less_cny": self.search.cost(self.now) - self.search.cost(gentle),
            "change_signed_kmh": (sum(then) - sum(today)) / len(today), "members_n": len(today),
        }  # fmt: skip
        return Reason("fleet.gentle", gaps)

    def margin(self) -> list[Reason]:
        """Cost, what binds, the next cheaper fleet that fails, the runner-up, and the arithmetic bound."""
        said = []
        if self.best != self.now:
            said.append(Reason("fleet.cost", {"now_cny": self.search.cost(self.now), "then_cny": self.price}))
        if failed := self.search.below(self.best, self.goals):
            said += self._binds(max(failed, key=lambda f: (self.search.cost(f), f)))
        others = [
            f for (f, g), ok in self.judge.verdicts.items() if g == self.goals and ok and f != self.best
        ]
        if others:
            second = min(others, key=lambda f: (self.search.cost(f), f))
            gaps = {
                "machines": self._difference(self.best, second), "more_cny": self.search.cost(second) - self.price,
            }  # fmt: skip
            said.append(Reason("fleet.runner_up", gaps))
        if bound := self._bound():
            slack = round(float(bound.share @ self.best) / SERVED, 1)
            said.append(Reason("fleet.bound", {"class": bound.priority, "slack": slack}))
        return said

    def _binds(self, near: Fleet) -> list[Reason]:
        """What binds, by the next cheaper fleet, and how far a goal had to be eased for that."""
        goal = self.judge.binding(near, self.goals)
        gaps = {
            "machines": self._difference(self.best, near), "goal": goal,
            "less_cny": self.price - self.search.cost(near),
            "failed_n": self.judge.failed(near, self.goals), "tried_n": len(self.judge.figures[near]),
        }  # fmt: skip
        if goal in self.judge.held:
            return [Reason("fleet.next_worse", gaps)]
        return [Reason("fleet.next_fails", gaps), *self._would_do(near, goal)]

    def _would_do(self, fleet: Fleet, goal: str) -> list[Reason]:
        """How far one goal had to be eased for a fleet that misses no other."""
        values = [f[goal] for f in self.judge.figures[fleet].values()]
        reached = [v for v in values if v is not None]
        if len(reached) < len(values) or self.judge.failed(fleet, self.goals - {goal}):
            return []
        unit, factor = _unit(goal)
        allowed = self.search.wanted[goal].most
        gaps = {f"eased_{unit}": factor * max(reached), f"limit_{unit}": factor * allowed}
        return [Reason(f"fleet.would_do_{unit}", {"goal": goal, **gaps})]

    def _bound(self) -> Bound | None:
        """The bound that is nearest to binding."""
        return min(self.search.bounds, key=lambda b: float(b.share @ self.best), default=None)

    def _difference(self, of: Fleet, other: Fleet) -> tuple[Name, ...]:
        """The kinds in which another fleet differs, with its counts."""
        return tuple(
            Name(zh=f"{kind.name.zh} {b}", en=f"{b} × {kind.name.en}")
            for a, b, kind in zip(of, other, self.search.kinds, strict=True)
            if a != b
        )

    def trust(self) -> list[Reason]:
        """How much was tried, and what speaks against the answer."""
        tried = {
            "runs_n": self.judge.runs + self.runs_hired, "fleets_n": len(self.judge.figures),
            "skipped_n": self.search.by_arithmetic,
        }  # fmt: skip
        said = [Reason("fleet.runs", tried)]
        if odd := self.judge.contradictions(self.goals):
            said.append(Reason("fleet.not_monotone", {"pairs_n": len(odd)}))
        if self.search.unfinished:
            said.append(Reason("fleet.unfinished", {"runs_n": self.options.runs}))
        return said

    # ------------------------------------------------------------------ own or hired

    def rows(self) -> tuple[list[dict[str, object]], list[Reason]]:
        """The fleet as a table, a row a kind, and whether what is added may be hired."""
        late = self._late()
        added = any(b > n for b, n in zip(self.best, self.now, strict=True))
        in_time = added and (late <= 0 or self._meets_late(late))
        hire = in_time and self._cheaper_hired()
        rows: list[dict[str, object]] = []
        for kind, n, then in zip(self.search.kinds, self.now, self.best, strict=True):
            row: dict[str, object] = {
                "kind": kind.name, "now_n": n, "then_n": then, "change_signed_n": then - n,
                "year_cny": self._year(kind, n, then, hire),
            }  # fmt: skip
            rows.append(row)
        untried = late > 0 and self.judge.spent and not in_time
        if not added or untried:  # that runs were spent is told by ``fleet.unfinished``
            self.search.unfinished = self.search.unfinished or (added and untried)
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
        scenario = self.search.scenario
        warned = min((w.t for w in scenario.storm.warnings if w.hazard in scenario.hazards), default=0.0)
        called = min((t for t, level in level_schedule(scenario) if level), default=0)
        return warned + self.options.hire_lead_h * HOUR - called

    def _meets_late(self, late: float) -> bool:
        """Whether the goals are met where every machine that is added joins so much later, as one in repair does."""
        called = min((t for t, level in level_schedule(self.search.scenario) if level), default=0)
        scenario = self.search.builder(self.best)
        injects = [
            InjectRow(t=0, kind="breakdown", target=f"{row.id}/{i + 1}", value=(called + late) / HOUR)
            for kind, then in zip(self.search.kinds, self.best, strict=True)
            if then > kind.now
            for row in kind.rows
            for i in range(row.count, kind.shared(then)[row.id])
        ]
        hired = scenario.model_copy(update={"injects": (*scenario.injects, *injects)})
        others = {f: by for f, by in self.judge.figures.items() if f != self.best}
        judge = replace(self.judge, build=lambda _: hired, figures=others, verdicts={})
        if self.judge.spent:
            return False
        meets = judge.meets(self.best, self.goals)
        self.runs_hired = len(judge.figures[self.best])
        return meets


def _unit(key: str) -> tuple[str, float]:
    """In which unit a goal's figure is told, and the factor to it."""
    name = key.partition(".")[0]
    return ("s", HOUR) if name.endswith("_h") else ("s", 60.0) if name.endswith("_min") else ("n", 1.0)
