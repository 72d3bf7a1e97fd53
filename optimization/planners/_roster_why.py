"""What a roster rests on: where work waits, what one more machine or an earlier call would bring, rest and hours."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise

import numpy as np

from optimization.plan import Reason
from optimization.planners._roster_demand import HOUR, Need
from optimization.planners._roster_model import WEEK, Pool, Roll, Work, cover, on_duty, shifts_taken
from simulation.model import Name, Scenario

SOME = 0.5
"""Machine hours that wait from which an hour counts as short."""
LAWFUL = 44
"""h a week (Labour Law of the People's Republic of China, Art. 36); what is above is overtime (Art. 41, 42)."""
CANDIDATES = 3
"""Teams and kinds with the highest prices of which one more machine is reckoned through."""


def when(scenario: Scenario, hour: int) -> str:
    """An hour of the run as clocks show it."""
    return f"{scenario.storm.start + timedelta(hours=hour):%m-%d %H:%M}"


def hours_short(scenario: Scenario, asked: Sequence[Need], work: Work) -> Reason:
    """The stretch of hours in which most work waits."""
    worst = max(asked, key=lambda need: need.weight * float(work.late[need.key].max()))
    late = work.late[worst.key]
    if late.max() < SOME:
        return Reason("roster.enough")
    peak = int(np.argmax(late))
    before = np.flatnonzero(late[:peak] < SOME)
    after = np.flatnonzero(late[peak:] < SOME)
    start = int(before[-1]) + 1 if len(before) else 0
    end = peak + int(after[0]) if len(after) else len(late)
    gaps = {
        "verb": worst.verb, "from": when(scenario, start), "to": when(scenario, end),
        "peak": when(scenario, peak), "late_n": float(late[peak]),
    }  # fmt: skip
    return Reason("roster.short" if worst.waits else "roster.unmanned", gaps)


def one_more(
    scenario: Scenario, asked: Sequence[Need], rolls: Sequence[Roll], on: Mapping[str, np.ndarray], work: Work
) -> list[Reason]:
    """What one more machine of the scarcest kind would bring, in the team that is on duty when it is scarce."""
    worth = {
        (roll.team, pool): float(work.price[pool] @ on[roll.team]) for roll in rolls for pool in roll.machines
    }
    saved = {}
    for team, pool in sorted(worth, key=lambda key: -worth[key])[:CANDIDATES]:
        more = [_with(roll, pool) if roll.team == team else roll for roll in rolls]
        saved[team, pool[0]] = work.cost - cover(asked, more, on).cost
    if not saved or max(saved.values()) < SOME:
        return []
    team, kind = max(saved, key=lambda key: saved[key])
    gaps = {
        "team": team,
        "kind": _kind(scenario, kind),
        "now_n": work.cost,
        "less_n": saved[team, kind],
    }
    return [Reason("roster.one_more", gaps)]


def _kind(scenario: Scenario, kind: str) -> Name:
    return next(k.name for k in scenario.fleet.kinds if k.id == kind)


def _with(roll: Roll, pool: Pool) -> Roll:
    machines = {**roll.machines, pool: roll.machines[pool] + 1}
    return Roll(**{**vars(roll), "machines": machines})


def people_short(scenario: Scenario, rolls: Sequence[Roll]) -> list[Reason]:
    """Teams whose people make no second shift, the one that lacks fewest first."""
    people = {t.id: t.people for t in scenario.fleet.teams}
    short = sorted((2 * r.people - people[r.team], r.team) for r in rolls if r.shifts < 2)
    if not short:
        return []
    missing, team = short[0]
    return [
        Reason("roster.one_shift", {"teams": tuple(t for _, t in short), "team": team, "people": missing})
    ]


def earlier(
    scenario: Scenario,
    asked: Sequence[Need],
    rolls: Sequence[Roll],
    work: Work,
    begun: Callable[[Sequence[Roll]], Mapping[str, Sequence[int]]],
) -> list[Reason]:
    """What a call-out before the first work would bring, where the first level is declared after it; ``begun`` lays
    out the shifts of teams."""
    first = min(int(np.flatnonzero(need.amount)[0]) for need in asked)
    ready = min(roll.ready for roll in rolls)
    if first >= ready:
        return []
    there = [Roll(**{**vars(roll), "ready": first}) for roll in rolls]
    then = cover(asked, there, on_duty(there, begun(there), len(asked[0].amount)))
    if work.cost - then.cost < SOME:
        return []
    gaps = {"first": when(scenario, first), "ready": when(scenario, ready), "late_s": (ready - first) * HOUR,
            "less_n": work.cost - then.cost, "less_share": 1 - then.cost / max(work.cost, 1e-9)}  # fmt: skip
    return [Reason("roster.earlier", gaps)]


def off_between(rolls: Sequence[Roll], on: Mapping[str, np.ndarray]) -> list[Reason]:
    """Teams that the table leaves off between two shifts, though runs have their relief go on."""
    off = {}
    for roll in rolls:
        there = np.flatnonzero(on[roll.team])
        if roll.shifts > 1 and len(there) and (gap := int(there[-1] - there[0]) + 1 - len(there)):
            off[roll.team] = gap
    if not off:
        return []
    return [Reason("roster.off_between", {"teams": tuple(off), "off_s": max(off.values()) * HOUR})]


def limits(
    rolls: Sequence[Roll], begins: Mapping[str, Sequence[int]], most: float, least: float
) -> list[Reason]:
    """The fullest week and the shortest rest of any shift beside the limits (h), and whether it takes overtime."""
    week, rest = 0, math.inf
    for roll in rolls:
        starts = sorted(begins[roll.team])
        count = shifts_taken(roll, starts)
        for group in range(count):
            own = starts[group::count]
            for i, start in enumerate(own):
                week = max(week, sum(roll.length for s in own[i:] if s < start + WEEK))
            rest = min([rest, *(b - a - roll.length for a, b in pairwise(own))])
    gaps = {"week_s": week * HOUR, "most_s": most * HOUR}
    said = [Reason("roster.limits_once", gaps)]
    if not math.isinf(rest):
        said = [Reason("roster.limits", {**gaps, "rest_s": rest * HOUR, "least_s": least * HOUR})]
    return said + ([Reason("roster.overtime", {"week_s": week * HOUR})] if week > LAWFUL else [])
