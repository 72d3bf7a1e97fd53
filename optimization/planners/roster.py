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
from typing import Any

import numpy as np

from optimization.plan import CannotPlan, Plan, Reason, Trials, burden
from optimization.planners._changes import changed, check
from optimization.planners._roster_demand import HOUR, needs
from optimization.planners._roster_model import Least, Pool, Roll, cover, on_duty, rostered, shifts_taken
from optimization.planners._roster_why import (
    earlier,
    hours_short,
    limits,
    off_between,
    one_more,
    people_short,
    when,
)
from optimization.solver import Outcome
from simulation.command import level_schedule
from simulation.model import LEVELS, Scenario, Team, Verb
from simulation.orders import level_rank
from simulation.work import HAZARD_VERBS

MOST_SHIFTS = 4
"""Complete shifts that a team can take turns in (``Team.relief``)."""


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


LEVELS_STAY = ("roster.tried_now", "roster.tried_same_calls")
"""What runs said where teams are called out as today: the table has the shifts by these levels."""


def propose(scenario: Scenario, trials: Trials, options: Options) -> Plan:
    """A roster for the scenario's storm. Raises CannotPlan where nobody is called out or nothing is asked for."""
    check("roster", options, LIMITS)
    asked = needs(scenario)
    rolls = _rolls(scenario, options)
    if not asked:
        raise CannotPlan("roster.nothing")
    if not rolls:
        raise CannotPlan("roster.nobody")
    hours, teams = len(asked[0].amount), {t.id: t for t in scenario.fleet.teams}
    if options.on_duty > len(rolls):
        raise CannotPlan(
            "roster.out_of_bounds", option="on-duty", value=options.on_duty, low=0, high=len(rolls)
        )
    least = Least(options.on_duty, [when(scenario, t) for t in range(hours + 1)]) if options.on_duty else None

    def solved(
        rolls: Sequence[Roll], least: Least | None
    ) -> tuple[dict[str, list[int]], Outcome, tuple[Reason, ...]]:
        return rostered(asked, rolls, options.start_every_h, options.person_hour, options.nodes, least)

    begins, outcome, clash = solved(rolls, least)
    if clash:
        raise CannotPlan("roster.clash", clash)
    parts = _overrides(scenario, rolls, begins)
    overrides, tried = _chosen(scenario, trials, options, parts)
    unkept = _unkept(parts["shifts"])
    called = {
        roll.team: _level_for(scenario, teams[roll.team], min(begins[roll.team], default=0))[1]
        for roll in rolls
    }
    if tried.key in LEVELS_STAY:
        kept = _as_called(scenario, rolls)
        by_today = solved(kept, least)
        if kept and not by_today[2]:
            rolls, (begins, outcome, _) = kept, by_today
            called = {roll.team: teams[roll.team].callout for roll in rolls}
    on = on_duty(rolls, begins, hours)
    work, today = cover(asked, rolls, on), cover(asked, rolls, _as_now(scenario, rolls, hours))
    change = {"now_n": today.cost, "then_n": work.cost, "less_share": 1 - work.cost / max(today.cost, 1e-9)}
    reckoned = (
        "now" if change["less_share"] > 0.0005 else "no_less" if change["less_share"] > -0.0005 else "more"
    )
    why = (
        *unkept,
        tried,
        hours_short(scenario, asked, work),
        Reason(f"roster.{reckoned}", change),
        *one_more(scenario, asked, rolls, on, work),
        *earlier(scenario, asked, rolls, work, lambda there: solved(there, None)[0]),
        *people_short(scenario, rolls),
        *limits(rolls, begins, options.week_h, options.rest_h),
        *off_between(rolls, on),
    )
    return Plan(
        overrides,
        why,
        outcome,
        tuple(_rows(scenario, rolls, begins, called)),
        unkept=bool(unkept) and not overrides,
    )


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


def _as_called(scenario: Scenario, rolls: Sequence[Roll]) -> list[Roll]:
    """Teams that are called out as things stand, from when they are there."""
    teams = {t.id: t for t in scenario.fleet.teams}
    return [
        Roll(**{**vars(roll), "ready": ready})
        for roll in rolls
        if math.isfinite(ready := _there_now(scenario, teams[roll.team]))
    ]


def _there_now(scenario: Scenario, team: Team) -> float:
    """First full hour at which a team is at work as things stand; inf where it is never called out."""
    called = _called(scenario, team)
    if not math.isfinite(called):
        return called
    return _ready(called, team.muster if _in_hours(scenario, team, called) else team.callout_delay)


def _as_now(scenario: Scenario, rolls: Sequence[Roll], hours: int) -> dict[str, np.ndarray]:
    """(hours,) 1 where a team is on duty as things stand, in the way a run would have it."""
    teams = {t.id: t for t in scenario.fleet.teams}
    on = {}
    for roll in rolls:
        team, here = teams[roll.team], np.zeros(hours)
        start = _there_now(scenario, team)
        if math.isfinite(start):
            turn, rest = max(1, int(team.max_duty // HOUR)), math.ceil(team.rest / HOUR)
            for t in range(int(start), hours):
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


def _unkept(shifts: Mapping[str, Any]) -> tuple[Reason, ...]:
    """Teams whose duty may be longer, or rest shorter, than the limits allow, and what keeps them, as ``--set`` takes
    it: told whatever the runs say, for limits are no matter of the burden."""
    keep = {path: value for path, value in shifts.items() if path.endswith((".max_duty_h", ".rest_h"))}
    if not keep:
        return ()
    teams = tuple(dict.fromkeys(path.split(".")[2] for path in keep))
    lines = " ".join(f"--set {path}={value}" for path, value in keep.items())
    return (Reason("roster.unkept", {"teams": teams, "lines": lines}),)


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
    gaps: dict[str, Any] = {"now_kmh": means["now"], "runs_n": options.runs}
    if best != "now":
        gaps["then_kmh"] = means[best]
    if best != "all":
        dropped = tries["all"].keys() - tries[best].keys()
        gaps |= {"other_kmh": means["all"], "teams": tuple(sorted({path.split(".")[2] for path in dropped}))}
    return tries[best], Reason(f"roster.tried_{best}", gaps)


def _rows(
    scenario: Scenario,
    rolls: Sequence[Roll],
    begins: Mapping[str, Sequence[int]],
    called: Mapping[str, str],
) -> list[dict[str, Any]]:
    """The roster: teams whose shifts are alike share a row, with the turns of each shift."""
    alike: dict[tuple[Any, ...], list[str]] = {}
    for roll in rolls:
        if starts := tuple(sorted(begins[roll.team])):
            key = starts, shifts_taken(roll, starts), roll.length, roll.people, called[roll.team]
            alike.setdefault(key, []).append(roll.team)
    return [
        {
            "teams": tuple(names),
            "people": people,
            "callout": level,
            **{
                f"shift_{first + 1}": "; ".join(
                    f"{when(scenario, s)} – {when(scenario, s + length)}" for s in starts[first::count]
                )
                for first in range(count)
            },
        }
        for (starts, count, length, people, level), names in alike.items()
    ]
