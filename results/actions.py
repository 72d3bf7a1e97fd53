"""What to do before the season: who, what and how much, until when, and the figures of the runs behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from results.goals import Goal, precise
from results.language import Both, both
from results.metrics import arrival_delays, closed_late, cut_off_h, sites
from results.remedies import able_rows
from results.season import CLAUSES, VERBS, Storm, Trial, listed
from results.sections.response import office_of
from results.shortfalls import ran_dry
from simulation.model import HazardName
from simulation.record import Run

WORTH = 0.1
"""Share of the overrun that a change has to take away to be worth doing (a setting)."""
MOST_OFFICES = 3


class Action(NamedTuple):
    """Something to do."""

    what: Both
    """With its amount."""
    who: Both
    until: Both
    why: Both
    """What the runs showed."""
    hazard: HazardName


def actions(storms: Sequence[Storm], trials: Sequence[Trial]) -> list[Action]:
    """What helped when it was tried, the most telling first, then what follows from the runs as they were."""
    found: list[Action] = []
    for hazard in VERBS:
        of = [s for s in storms if s.hazard == hazard]
        if any(s.missed for s in of):
            found += _tried(of, [t for t in trials if t.storm.hazard == hazard], hazard)
            for showed in (_split, _closures, _guards, _reach, _access):
                found += showed(of, hazard)
    return found


# --------------------------------------------------------------------------- what was tried

UNITS: dict[str, tuple[str, ...]] = {
    "inlets": ("clear_inlet",), "pumps": ("pump",), "salt": ("spread",), "machines": ("plough", "spread"),
    "both": ("plough", "spread"),
}  # fmt: skip
"""The work whose bodies a change is asked of."""


def _tried(storms: Sequence[Storm], trials: Sequence[Trial], hazard: HazardName) -> list[Action]:
    """Changes that were worth it; where two together did more than each, the two together."""
    best: dict[str, Trial] = {}
    for trial in trials:
        least = best[trial.key].gain + 1e-9 if trial.key in best else WORTH
        if trial.key != "nobody" and trial.gain >= least:
            best[trial.key] = trial
    if "both" in best and all(best["both"].gain > best[k].gain for k in ("salt", "machines") if k in best):
        best.pop("salt", None)
        best.pop("machines", None)
    run = storms[0].run
    found = [
        Action(
            both(f"readiness.do_{trial.key}", change=trial.change),
            bodies(run, UNITS[trial.key]) if trial.key in UNITS else both("readiness.headquarters"),
            until(run, hazard),
            _seen(trial, [t for t in trials if t.key == trial.key]),
            hazard,
        )
        for trial in sorted(best.values(), key=lambda t: -t.gain)
    ]
    return found + _enlarge(best.get("inlets"), hazard)


def _enlarge(clean: Trial | None, hazard: HazardName) -> list[Action]:
    """Sites that go under though their inlets are clean: nothing but larger drains is left to try there."""
    if clean is None or not clean.flooded:
        return []
    run = clean.storm.run
    what = both(
        "readiness.do_enlarge", n=len(clean.flooded), names=listed([Both.of(p.name) for p in clean.flooded])
    )
    why = both("readiness.why_enlarge", storm=clean.storm.name, n=len(clean.flooded))
    return [Action(what, bodies(run, ("clear_inlet",)), until(run, hazard), why, hazard)]


def _seen(best: Trial, trials: Sequence[Trial]) -> Both:
    """Goal by goal what the best trial of a change showed, and how many goals the others left missed."""
    after = {goal.key: goal for goal in best.goals}
    before = {goal.key for goal in best.storm.missed}
    moved = [
        both(
            "readiness.moved" if g.target else "readiness.moved_count", goal=g.name, before=_reached(g),
            after=_reached(after[g.key]), target=f"{g.target:g}", unit=both(f"unit.{g.unit}"),
        )
        for g in best.storm.missed
        if g.key in after
    ]  # fmt: skip
    said = [both("readiness.tried", storm=best.storm.name, moved=listed(moved, CLAUSES))]
    if worse := [goal for goal in best.missed if goal.key not in before]:
        said.append(both("readiness.tried_worse", missed=missed_words(worse)))
    said += [
        both("readiness.tried_also", storm=t.storm.name, change=t.brief, before=len(t.storm.missed),
             after=len(t.missed))
        for t in trials
        if t is not best
    ]  # fmt: skip
    return Both("".join(s.zh for s in said), " ".join(s.en for s in said))


def _reached(goal: Goal) -> Both:
    if goal.reached is None:
        return both("never")
    return Both.same(precise(goal))


def missed_words(missed: Sequence[Goal]) -> Both:
    """The missed goals with what was reached."""
    return listed([goal_words(goal) for goal in missed], CLAUSES) if missed else both("readiness.all_met")


def goal_words(goal: Goal) -> Both:
    """A missed goal in a few words: how far, and how far it should have been."""
    unit = both(f"unit.{goal.unit}")
    if goal.reached is None:
        return both("readiness.goal_never", goal=goal.name, target=f"{goal.target:g}", unit=unit)
    if not goal.target:
        return both("readiness.goal_count", goal=goal.name, reached=f"{goal.reached:.0f}")
    return both(
        "readiness.goal_late", goal=goal.name, reached=precise(goal), target=f"{goal.target:g}", unit=unit
    )


# --------------------------------------------------------------------------- what the runs showed


def _split(storms: Sequence[Storm], hazard: HazardName) -> list[Action]:
    """Material that sat on some machines while others were empty."""
    found = []
    for material in storms[0].run.scenario.fleet.materials:
        dry = [(s, d) for s in storms if material.use != "fuel" and (d := ran_dry(s.run, material.id))]
        dry = [(s, d) for s, d in dry if d.left >= 1]
        if dry:
            storm, most = max(dry, key=lambda pair: pair[1].empty)
            kinds = {k.id: k.name for k in storm.run.scenario.fleet.kinds}
            what = both("readiness.do_split", material=material.name, left=f"{most.left:,.0f}",
                        kind=kinds[most.kind], kept=f"{most.kept:,.0f}", taken=f"{most.taken:,.0f}")  # fmt: skip
            why = both("readiness.why_split", storm=storm.name, empty=most.empty, loaded=most.loaded,
                       left=f"{most.left:,.0f}", material=material.name)  # fmt: skip
            verbs = ("sandbag",) if material.use == "bag" else ("spread",)
            found.append(Action(what, bodies(storm.run, verbs), until(storm.run, hazard), why, hazard))
    return found


def _closures(storms: Sequence[Storm], hazard: HazardName) -> list[Action]:
    late = [(s, closed_late(s.run)) for s in storms if s.hazard == "water"]
    late = [(s, found) for s, found in late if found]
    if not late:
        return []
    storm, _ = late[0]
    minutes = max((x.closed - x.close) / 60 for _, found in late for x in found)
    count = max(len(found) for _, found in late)
    roads = {s.id: Both.of(s.road) for s in storm.run.scenario.city.segments}
    names = listed([roads[x.segment] for x in late[-1][1][:5]])
    key = "do_closures" if np.isfinite(minutes) else "do_closures_never"
    what = both(f"readiness.{key}", n=count, names=names, minutes=f"{minutes:.0f}")
    why = both("readiness.why_closures", storm=storm.name, n=len(late[0][1]))
    return [Action(what, bodies(storm.run, ("close",)), until(storm.run, hazard), why, hazard)]


def _guards(storms: Sequence[Storm], hazard: HazardName) -> list[Action]:
    """Sites that go under in the lightest storm: people and barriers there before the water."""
    failed = [s for s in storms if any(g.key == "sites_over_limit" for g in s.missed)]
    if not failed:
        return []
    storm = failed[0]
    run, limit = storm.run, storm.run.scenario.goals.depth_limit
    over = [site for site in sites(run) if site.depth.max() > limit]
    t = np.asarray(run.fields["time"].values, float)
    first = min(float(t[np.argmax(site.depth > limit)]) for site in over)
    names = {o.id: Both.of(o.name) for o in run.scenario.city.offices}
    offices = Counter(site.place.office for site in over if site.place.office in names)
    who = [both("readiness.office_sites", office=names[office], n=n) for office, n in offices.most_common()]
    what = both("readiness.do_guard", n=len(over), minutes=f"{(first - storm.onset) / 60:.0f}")
    deepest = max(over, key=lambda site: float(site.depth.max()))
    why = both(
        "readiness.why_guard", storm=storm.name, n=len(over), limit=f"{100 * limit:g}", worst=deepest.place.name,
        cm=f"{100 * deepest.depth.max():.0f}",
    )  # fmt: skip
    return [Action(what, listed(who) if who else bodies(run, ("guard",)), until(run, hazard), why, hazard)]


def _reach(storms: Sequence[Storm], hazard: HazardName) -> list[Action]:
    """Street offices in which nine in ten orders arrive too late, where the goal was missed."""
    failed = [s for s in storms if any(g.key == "order_to_arrival_min.p90" for g in s.missed)]
    if not failed:
        return []
    run, goal = failed[0].run, failed[0].run.scenario.goals.reach / 60
    office: dict[str, str] = office_of(run)
    by: dict[str, list[float]] = {}
    for delay in arrival_delays(run):
        by.setdefault(office.get(delay.target, ""), []).append(delay.minutes)
    names = {o.id: Both.of(o.name) for o in run.scenario.city.offices}
    slow = {o: m for o, m in by.items() if o in names and np.percentile(m, 90) > goal}
    worst = sorted(slow, key=lambda o: -float(np.percentile(slow[o], 90)))[:MOST_OFFICES]
    if not worst:
        return []
    told = [
        both("readiness.office_minutes", office=names[o], minutes=f"{np.percentile(slow[o], 90):.0f}")
        for o in worst
    ]
    what = both("readiness.do_reach", offices=listed([names[o] for o in worst]))
    why = both("readiness.why_reach", storm=failed[0].name, offices=listed(told), goal=f"{goal:g}")
    return [Action(what, both("readiness.headquarters"), until(run, hazard), why, hazard)]


def _access(storms: Sequence[Storm], hazard: HazardName) -> list[Action]:
    failed = [s for s in storms if any(g.key == "critical_access" for g in s.missed)]
    if not failed:
        return []
    run = failed[0].run
    allowed = run.scenario.goals.critical_access / 3600
    cut = {place: hours for place, hours in cut_off_h(run).items() if hours > allowed}
    places = {p.id: Both.of(p.name) for p in run.scenario.city.places}
    told = [
        both("readiness.place_hours", place=places[p], hours=f"{cut[p]:.1f}")
        for p in sorted(cut, key=lambda p: -cut[p])
    ]
    what = both("readiness.do_access", places=listed([places[p] for p in sorted(cut, key=lambda p: -cut[p])]))
    why = both("readiness.why_access", storm=failed[0].name, places=listed(told), allowed=f"{allowed:g}")
    return [Action(what, both("readiness.headquarters"), until(run, hazard), why, hazard)]


# --------------------------------------------------------------------------- who, until when


def bodies(run: Run, verbs: Collection[str]) -> Both:
    """The responsible body that has the most machines for a kind of work, of the city and the district first."""
    fleet = run.scenario.fleet
    teams = {t.id: t for t in fleet.teams}
    able = able_rows(fleet, verbs)
    count: Counter[tuple[bool, Both]] = Counter()
    for row in fleet.equipment:
        if row.id in able:
            team = teams[row.team]
            count[team.tier == "district", Both.of(team.unit)] += row.count
    if not count:
        return both("readiness.headquarters")
    return max(count, key=lambda body: (body[0], count[body]))[1]


def until(run: Run, hazard: HazardName) -> Both:
    """The day of the plan, else before the season."""
    day = run.scenario.goals.ready_by.get(hazard)
    if not day:
        return both(f"readiness.before_{hazard}")
    month, number = (int(part) for part in day.split("-"))
    return Both(f"{month} 月 {number} 日前", f"by {number} {date(2000, month, 1):%B}")
