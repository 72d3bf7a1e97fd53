"""Shifts for the storm's days: which team is on duty when, with rest and weeks kept, and at which level it is called.

The demand is reckoned from the storm (``_roster_demand``), the shifts by a programme (``_roster_model``). What of
them a run can follow is proposed: how many shifts a team takes turns in, its longest duty, its duty hours and the
level that calls it out. A run knows no hours off between two shifts: where the table leaves a gap, relief goes on,
and the plan says so. Nobody has a shift in two parts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from optimization.plan import CannotPlan, Plan, Reason, Trials, burden
from optimization.planners._changes import changed, check
from optimization.planners._roster_demand import HOUR, Need, needs
from optimization.planners._roster_model import Least, Pool, Roll, Work, cover, on_duty, rostered
from simulation.command import level_schedule
from simulation.model import LEVELS, Name, Scenario, Team, Verb
from simulation.orders import level_rank
from simulation.work import HAZARD_VERBS

MOST_SHIFTS = 4
"""Complete shifts that a team can take turns in (``Team.relief``)."""
SOME = 0.5
"""Machine hours that wait from which an hour counts as short."""
CANDIDATES = 3
"""Teams and kinds with the highest prices of which one more machine is reckoned through."""


LIMITS = {
    "shift_h": (1, 24), "rest_h": (0, 48), "week_h": (1, 168), "on_duty": (0, 10_000), "start_every_h": (1, 24),
    "person_hour": (0, 100), "runs": (1, 100), "nodes": (1, 1_000_000),
}  # fmt: skip
"""From and to which options make sense."""


@dataclass(frozen=True)
class Options:
    """What may be asked of a roster."""

    shift_h: float = 12.0
    """Longest shift; a team's own longest duty goes before where it is shorter."""
    rest_h: float = 10.0
    """Least rest between two turns of a shift; a team's own goes before where it is longer (10: US drivers, 49 CFR
    395.3)."""
    week_h: float = 60.0
    """Most hours on duty in any seven days (60: US drivers, 49 CFR 395.3(b); China's labour law has 44 and little
    overtime, and frees the relief of disasters from that limit, Art. 36, 41 and 42)."""
    on_duty: int = 0
    """Teams that must be on duty at any hour from the first call-out to the end of the run."""
    start_every_h: int = 2
    """Shifts begin at full hours of the run, so many apart."""
    person_hour: float = 0.01
    """Weighted machine hours of waiting that a person's hour on duty has to save (a setting)."""
    runs: int = 3
    """Runs of each kind by which the roster is held against what there is."""
    nodes: int = 200
    """Branch-and-bound nodes."""
    seed: int = 0


def propose(scenario: Scenario, trials: Trials, options: Options) -> Plan:
    """A roster for the scenario's storm. Raises CannotPlan where nobody is called out or nothing is asked for."""
    check("roster", options, LIMITS)
    asked = needs(scenario)
    rolls = _rolls(scenario, options)
    if not asked:
        raise CannotPlan("roster.nothing")
    if not rolls:
        raise CannotPlan("roster.nobody")
    hours = len(asked[0].amount)
    if options.on_duty > len(rolls):
        raise CannotPlan(
            "roster.out_of_bounds", option="on-duty", value=options.on_duty, low=0, high=len(rolls)
        )
    least = (
        Least(options.on_duty, [_when(scenario, t) for t in range(hours + 1)]) if options.on_duty else None
    )
    begins, outcome, clash = rostered(
        asked, rolls, options.start_every_h, options.person_hour, options.nodes, least
    )
    if clash:
        raise CannotPlan("roster.clash", clash)
    on = on_duty(rolls, begins, hours)
    work, today = cover(asked, rolls, on), cover(asked, rolls, _as_now(scenario, rolls, hours))
    overrides, tried = _chosen(scenario, trials, options, _overrides(scenario, rolls, begins))
    change = {"now_n": today.cost, "then_n": work.cost, "less_share": 1 - work.cost / max(today.cost, 1e-9)}
    why = (
        tried,
        _hours_short(scenario, asked, work),
        Reason("roster.now", change),
        *_one_more(scenario, asked, rolls, on, work),
        *_earlier(scenario, asked, rolls, options, work),
        *_people_short(scenario, rolls),
        _limits(rolls, begins),
        *_off_between(rolls, on),
    )
    return Plan(overrides, why, outcome, tuple(_rows(scenario, rolls, begins)))


# --------------------------------------------------------------------------- teams


def _rolls(scenario: Scenario, options: Options) -> list[Roll]:
    """Teams with machines that the hazards ask for, in file order; none where no level is ever declared."""
    asked = frozenset[Verb]().union(*(HAZARD_VERBS[h] for h in scenario.hazards))
    kinds = {k.id: k for k in scenario.fleet.kinds}
    first = min((t for t, level in level_schedule(scenario) if level), default=None)
    rolls = []
    for team in scenario.fleet.teams if first is not None and scenario.respond else ():
        machines: dict[Pool, int] = {}
        people = 0
        for row in scenario.fleet.equipment:
            kind = kinds[row.kind]
            if row.team != team.id or asked.isdisjoint(kind.abilities):
                continue
            people += row.count * kind.crew
            verbs = tuple(v for v in kind.abilities if v in team.skills)
            if not asked.isdisjoint(verbs):
                machines[kind.id, verbs] = machines.get((kind.id, verbs), 0) + row.count
        if machines and people:
            length = max(1, int(min(team.max_duty / HOUR, options.shift_h, options.week_h)))
            rolls.append(
                Roll(
                    team=team.id,
                    machines=machines,
                    shifts=max(1, min(MOST_SHIFTS, team.people // people)),
                    people=min(people, team.people),
                    length=length,
                    rest=math.ceil(max(team.rest / HOUR, options.rest_h)),
                    week=max(1, int(options.week_h // length)),
                    ready=_ready(first or 0, team.muster),
                )
            )
    return rolls


def _ready(called: float, delay: float) -> int:
    """First full hour at which a team that was called at this second is at work."""
    return math.ceil((called + delay) / HOUR)


def _called(scenario: Scenario, team: Team) -> float:
    """Second at which a team is called out as things stand; inf where it never is."""
    return min(
        (float(t) for t, level in level_schedule(scenario) if level >= level_rank(team.callout)),
        default=math.inf,
    )


def _as_now(scenario: Scenario, rolls: Sequence[Roll], hours: int) -> dict[str, np.ndarray]:
    """(hours,) 1 where a team is on duty as things stand, in the way a run would have it."""
    teams = {t.id: t for t in scenario.fleet.teams}
    on = {}
    for roll in rolls:
        team, here = teams[roll.team], np.zeros(hours)
        called = _called(scenario, team)
        if math.isfinite(called):
            start = _ready(called, team.muster if _in_hours(scenario, team, called) else team.callout_delay)
            turn, rest = max(1, int(team.max_duty // HOUR)), math.ceil(team.rest / HOUR)
            for t in range(start, hours):
                here[t] = team.relief > 1 or (t - start) % (turn + rest) < turn
        on[roll.team] = here
    return on


def _clock(scenario: Scenario, second: float) -> float:
    """Second of the day."""
    start = scenario.storm.start
    return (start.hour * 3600 + start.minute * 60 + start.second + second) % 86400


def _in_hours(scenario: Scenario, team: Team, second: float) -> bool:
    now = _clock(scenario, second)
    return team.duty_from <= now < team.duty_to or now + 86400 < team.duty_to


# --------------------------------------------------------------------------- what is proposed


def _overrides(
    scenario: Scenario, rolls: Sequence[Roll], begins: Mapping[str, Sequence[int]]
) -> dict[str, dict[str, Any]]:
    """Changes by what they change: shifts (relief, duty), hours (duty hours) and calls (levels)."""
    teams = {t.id: t for t in scenario.fleet.teams}
    shifts: dict[str, Any] = {}
    hours: dict[str, Any] = {}
    calls: dict[str, Any] = {}
    for roll in rolls:
        team, starts, path = teams[roll.team], sorted(begins[roll.team]), f"fleet.teams.{roll.team}"
        if not starts:
            continue
        turns = shifts_taken(roll, starts)
        if turns > team.relief:
            shifts[f"{path}.relief"] = turns
        if max(turns, team.relief) == 1 < len(starts) and roll.rest * HOUR > team.rest:
            shifts[f"{path}.rest_h"] = roll.rest
        if roll.length * HOUR < team.max_duty:
            shifts[f"{path}.max_duty_h"] = roll.length
        second, level = _level_for(scenario, team, starts[0])
        if second != _called(scenario, team):
            calls[f"{path}.callout"] = level
        if not _in_hours(scenario, team, second):
            begin = int(_clock(scenario, second) // 3600)
            hours[f"{path}.duty_from_h"] = begin
            hours[f"{path}.duty_to_h"] = begin + min(24, turns * roll.length)
    return {"shifts": shifts, "hours": hours, "calls": calls}


def _level_for(scenario: Scenario, team: Team, start: int) -> tuple[float, str]:
    """The last (second, level) at which the team can be called and still be ready for a shift at hour ``start``."""
    steps = [(t, level) for t, level in level_schedule(scenario) if level]
    fitting = [(t, level) for t, level in steps if _ready(t, team.muster) <= start] or steps[:1]
    t, level = fitting[-1]
    first = min(s for s, other in steps if other >= level)
    return float(min(t, first)), LEVELS[level - 1]


def _chosen(
    scenario: Scenario, trials: Trials, options: Options, parts: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Any], Reason]:
    """Of all changes, all but the levels and none, those under which the runs have the least burden."""
    everything = {path: value for part in parts.values() for path, value in part.items()}
    tries: dict[str, dict[str, Any]] = {"now": {}}
    if everything:
        tries["all"] = everything
    same_calls = {**parts["shifts"], **parts["hours"]}
    if parts["calls"] and same_calls:
        tries["same_calls"] = same_calls
    if len(tries) == 1:
        return {}, Reason("roster.as_it_is")
    seeds = range(options.seed, options.seed + options.runs)
    figures = trials({label: changed(scenario, o) for label, o in tries.items()}, seeds)
    means = {label: float(np.mean([burden(f) for f in figures[label]])) for label in tries}
    best = min(tries, key=lambda label: (means[label], len(tries[label])))
    gaps = {"now_kmh": means["now"], "runs_n": options.runs}
    if best != "now":
        gaps["then_kmh"] = means[best]
    if best != "all":
        gaps["other_kmh"] = means["all"]
    return tries[best], Reason(f"roster.tried_{best}", gaps)


def shifts_taken(roll: Roll, starts: Sequence[int]) -> int:
    """The fewest shifts that keep rest and week where they take these turns one after the other."""
    for count in range(1, roll.shifts):
        own = [starts[first::count] for first in range(count)]
        rested = all(b - a >= roll.length + roll.rest for turns in own for a, b in pairwise(turns))
        if rested and all(
            len([t for t in turns if s <= t < s + 168]) <= roll.week for turns in own for s in turns
        ):
            return count
    return roll.shifts


def _rows(
    scenario: Scenario, rolls: Sequence[Roll], begins: Mapping[str, Sequence[int]]
) -> list[dict[str, Any]]:
    """The roster, a row a shift; teams whose shifts are alike share their rows."""
    teams = {t.id: t for t in scenario.fleet.teams}
    alike: dict[tuple[Any, ...], list[str]] = {}
    for roll in rolls:
        if starts := tuple(sorted(begins[roll.team])):
            level = _level_for(scenario, teams[roll.team], starts[0])[1]
            alike.setdefault(
                (starts, shifts_taken(roll, starts), roll.length, roll.people, level), []
            ).append(roll.team)
    return [
        {
            "teams": tuple(names),
            "shift": first + 1,
            "turns": "; ".join(
                f"{_when(scenario, s)} – {_when(scenario, s + length)}" for s in starts[first::count]
            ),
            "people": people,
            "callout": level,
        }
        for (starts, count, length, people, level), names in alike.items()
        for first in range(count)
    ]


def _when(scenario: Scenario, hour: int) -> str:
    return f"{scenario.storm.start + timedelta(hours=hour):%m-%d %H:%M}"


# --------------------------------------------------------------------------- why


def _hours_short(scenario: Scenario, asked: Sequence[Need], work: Work) -> Reason:
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
        "verb": worst.verb, "from": _when(scenario, start), "to": _when(scenario, end),
        "peak": _when(scenario, peak), "late_n": float(late[peak]),
    }  # fmt: skip
    return Reason("roster.short" if worst.waits else "roster.unmanned", gaps)


def _one_more(
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


def _people_short(scenario: Scenario, rolls: Sequence[Roll]) -> list[Reason]:
    """Teams whose people make no second shift, the one that lacks fewest first."""
    people = {t.id: t.people for t in scenario.fleet.teams}
    short = sorted((2 * r.people - people[r.team], r.team) for r in rolls if r.shifts < 2)
    if not short:
        return []
    missing, team = short[0]
    return [
        Reason("roster.one_shift", {"teams": tuple(t for _, t in short), "team": team, "people": missing})
    ]


def _earlier(
    scenario: Scenario, asked: Sequence[Need], rolls: Sequence[Roll], options: Options, work: Work
) -> list[Reason]:
    """What a call-out before the first work would bring, where the first level is declared after it."""
    first = min(int(np.flatnonzero(need.amount)[0]) for need in asked)
    ready = min(roll.ready for roll in rolls)
    if first >= ready:
        return []
    there = [Roll(**{**vars(roll), "ready": first}) for roll in rolls]
    begins, _, _ = rostered(asked, there, options.start_every_h, options.person_hour, options.nodes)
    then = cover(asked, there, on_duty(there, begins, len(asked[0].amount)))
    if work.cost - then.cost < SOME:
        return []
    gaps = {"first": _when(scenario, first), "ready": _when(scenario, ready), "late_s": (ready - first) * HOUR,
            "less_n": work.cost - then.cost, "less_share": 1 - then.cost / max(work.cost, 1e-9)}  # fmt: skip
    return [Reason("roster.earlier", gaps)]


def _off_between(rolls: Sequence[Roll], on: Mapping[str, np.ndarray]) -> list[Reason]:
    """Teams that the table leaves off between two shifts, though runs have their relief go on."""
    off = {}
    for roll in rolls:
        there = np.flatnonzero(on[roll.team])
        if roll.shifts > 1 and len(there) and (gap := int(there[-1] - there[0]) + 1 - len(there)):
            off[roll.team] = gap
    if not off:
        return []
    return [Reason("roster.off_between", {"teams": tuple(off), "off_s": max(off.values()) * HOUR})]


def _limits(rolls: Sequence[Roll], begins: Mapping[str, Sequence[int]]) -> Reason:
    """The fullest week and the shortest rest of any shift."""
    week, rest = 0, math.inf
    for roll in rolls:
        starts = sorted(begins[roll.team])
        count = shifts_taken(roll, starts)
        for group in range(count):
            own = starts[group::count]
            for i, start in enumerate(own):
                week = max(week, sum(roll.length for s in own[i:] if s < start + 168))
            rest = min([rest, *(b - a - roll.length for a, b in pairwise(own))])
    if math.isinf(rest):
        return Reason("roster.limits_once", {"week_s": week * HOUR})
    return Reason("roster.limits", {"week_s": week * HOUR, "rest_s": rest * HOUR})
