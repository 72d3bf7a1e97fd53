"""The roster's programme: when the shifts of each team begin, so that the storm's work waits as little as it can.

min  sum_n w_n h_n sum_t late[n,t]  +  e sum_shifts people x hours
late[n,t] = late[n,t-1] + asked[n,t] - done[n,t]   (work that waits; else late[n,t] >= asked - done of the hour)
done[n,t] = sum_a pace[n,a] use[a,t],  sum_a of a pool use[a,t] <= sum_teams machines x on[team,t]
on[team,t] = sum_{s <= t < s+L} x[team,s] <= 1,  sum_{s <= t < s+L+rest} x[team,s] <= shifts the team has

A team's shifts are alike and of one length, so windows over all of them are exact: taken in turn, a shift comes up
again only after as many others as there are, and its rest and its week are kept when the windows are. Work may wait
without end, so that only teams that must be on duty (``Least``) can leave no roster; rows that then clash say what
they mean.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from optimization.explain import conflict
from optimization.model import Meaning, Model
from optimization.plan import CannotPlan, Reason
from optimization.planners._roster_demand import Need
from optimization.solver import Outcome, solve
from simulation.model import Verb
from simulation.roadwork import PASSING

Pool = tuple[str, tuple[Verb, ...]]
"""Machines that are alike: their kind, and the verbs that the kind and the team can do."""
WEEK = 168


@dataclass(frozen=True)
class Roll:
    """A team as a roster sees it."""

    team: str
    machines: Mapping[Pool, int]
    shifts: int
    """Complete shifts that its people make."""
    people: int
    """Of one shift."""
    length: int
    """h of one shift."""
    rest: int
    """h between two turns of one shift."""
    week: int
    """Turns that one shift may take in any 168 h."""
    ready: int
    """Hour of the run from which it can be at work."""


@dataclass(frozen=True)
class Least:
    """Teams that must be on duty at any hour."""

    teams: int
    when: Sequence[str]
    """The hours of the run as clocks show them, and the end of the last."""


@dataclass(frozen=True)
class Work:
    """What a roster leaves undone, hour by hour."""

    cost: float
    """Weighted machine hours late, summed over the hours that they are late."""
    late: Mapping[str, np.ndarray]
    """By need: (hours,) machine hours that wait at the end of each hour, or that nobody filled in it."""
    price: Mapping[Pool, np.ndarray]
    """By pool: (hours,) how much ``cost`` would fall by one more machine in that hour."""


def pools_of(rolls: Sequence[Roll]) -> list[Pool]:
    """The pools of all teams, in the order of the teams."""
    return list(dict.fromkeys(pool for roll in rolls for pool in roll.machines))


def cover(needs: Sequence[Need], rolls: Sequence[Roll], on: Mapping[str, np.ndarray]) -> Work:
    """What is done and what waits where these teams are on duty in these hours; on: team -> (hours,) 0 or 1."""
    pools = pools_of(rolls)
    waiting = _Waiting(needs, pools, _each(needs, rolls))
    for i, pool in enumerate(pools):
        for t in range(waiting.hours):
            held = sum(roll.machines.get(pool, 0) * float(on[roll.team][t]) for roll in rolls)
            waiting.room(i, t, [], [], held)
    outcome = solve(waiting.model, time_limit=60.0)
    price = {
        pool: np.array([-outcome.duals.get(f"room_{i}_{t}", 0.0) for t in range(waiting.hours)])
        for i, pool in enumerate(pools)
    }
    return Work(waiting.cost_of(outcome), waiting.late_of(outcome), price)


def rostered(
    needs: Sequence[Need],
    rolls: Sequence[Roll],
    step: int,
    price: float,
    nodes: int,
    least: Least | None = None,
) -> tuple[dict[str, list[int]], Outcome, tuple[Reason, ...]]:
    """Hours at which each team's shifts begin, what the solver said of it, and where there is no roster, why.

    ``step`` h lie between two possible starts, ``price`` is the cost of a person's hour on duty. Without any
    need the roster is empty. Raises CannotPlan where the solver ran out of its nodes before it found a roster.
    """
    waiting = _Waiting(needs, pools_of(rolls), _each(needs, rolls))
    model, hours = waiting.model, waiting.hours
    begin: dict[str, dict[int, int]] = {}
    for r, roll in enumerate(rolls):
        begin[roll.team] = {
            s: model.variable(
                f"begin_{r}_{s}", price * roll.people * min(roll.length, hours - s), 0, 1, whole=True
            )
            for s in range(roll.ready, hours, step)
        }
        _turns(model, r, roll, begin[roll.team], len(rolls))
    for i, pool in enumerate(waiting.pools):
        for t in range(hours):
            manned = [
                (x, -float(roll.machines[pool]))
                for roll in rolls
                if pool in roll.machines
                for x in _there(begin[roll.team], roll, t)
            ]
            waiting.room(i, t, [x for x, _ in manned], [c for _, c in manned], 0.0)
    if least is not None:
        for t in range(max((roll.ready for roll in rolls), default=0), hours):
            there = [x for roll in rolls for x in _there(begin[roll.team], roll, t)]
            says = {"least_n": least.teams, "from": least.when[t], "to": least.when[t + 1]}
            model.row(
                f"least_{t}", there, [1.0] * len(there), low=least.teams, meaning=("conflict.on_duty", says)
            )
    outcome = solve(model, time_limit=60.0, gap=1e-3, nodes=nodes)
    if not outcome.has_plan and outcome.status != "infeasible":
        raise CannotPlan("roster.unsolved", nodes=nodes)
    value = [outcome.values.get(name, 0.0) for name in model.names]
    chosen = {team: [s for s, x in some.items() if value[x] > 0.5] for team, some in begin.items()}
    return chosen, outcome, conflict(outcome, model.meanings)


def _turns(model: Model, r: int, roll: Roll, begin: Mapping[int, int], teams: int) -> None:
    """Rows that keep a team to one shift at a time, each shift to its rest and its hours in a week."""
    turn: Meaning = (
        "conflict.turns",
        {
            "team": roll.team,
            "shifts_n": roll.shifts,
            "turn_s": 3600 * roll.length,
            "rest_s": 3600 * roll.rest,
        },
    )
    week: Meaning = ("conflict.week", {"team": roll.team, "week_s": 3600 * roll.week * roll.length})
    for s in begin:
        # a window that ends with a start is as full as any between two starts
        for span, most, name, meaning in (
            (roll.length, 1, "on", ("conflict.teams", {"teams_n": teams})),
            (roll.length + roll.rest, roll.shifts, "rest", turn),
            (WEEK, roll.shifts * roll.week, "week", week),
        ):
            within = [x for at, x in begin.items() if s - span < at <= s]
            if len(within) > most:
                model.row(f"{name}_{r}_{s}", within, [1.0] * len(within), high=most, meaning=meaning)


def _there(begin: Mapping[int, int], roll: Roll, t: int) -> list[int]:
    """Shifts during which it is hour ``t``."""
    return [x for s, x in begin.items() if s <= t < s + roll.length]


def shifts_taken(roll: Roll, starts: Sequence[int]) -> int:
    """The fewest shifts that keep rest and week where they take these turns one after the other."""
    for count in range(1, roll.shifts):
        own = [starts[first::count] for first in range(count)]
        rested = all(b - a >= roll.length + roll.rest for turns in own for a, b in pairwise(turns))
        if rested and all(
            len([t for t in turns if s <= t < s + WEEK]) <= roll.week for turns in own for s in turns
        ):
            return count
    return roll.shifts


def on_duty(rolls: Sequence[Roll], begins: Mapping[str, Sequence[int]], hours: int) -> dict[str, np.ndarray]:
    """(hours,) 1 where a team is on duty, by team."""
    on = {roll.team: np.zeros(hours) for roll in rolls}
    for roll in rolls:
        for s in begins.get(roll.team, ()):
            on[roll.team][s : s + roll.length] = 1.0
    return on


def _each(needs: Sequence[Need], rolls: Sequence[Roll]) -> dict[str, float]:
    """By need: machine hours that a unit of it takes, by the mean of the machines there are; 1 where there are none."""
    hours = {}
    for need in needs:
        paces = [
            (need.pace[kind], count)
            for roll in rolls
            for (kind, verbs), count in roll.machines.items()
            if need.verb in verbs and kind in need.pace
        ]
        total = sum(count for _, count in paces)
        hours[need.key] = total / sum(pace * count for pace, count in paces) if total else 1.0
    return hours


class _Waiting:
    """Needs, what waits of them, and how the pools' machine hours are used."""

    def __init__(self, needs: Sequence[Need], pools: Sequence[Pool], each: Mapping[str, float]) -> None:
        self.model = Model("roster")
        self.needs, self.pools, self.each = needs, pools, each
        self.hours = len(needs[0].amount) if needs else 0
        self._used: list[list[list[int]]] = [[[] for _ in range(self.hours)] for _ in pools]
        done: dict[str, list[list[tuple[int, float]]]] = {
            need.key: [[] for _ in range(self.hours)] for need in needs
        }
        for i, pool in enumerate(pools):
            for j, together in enumerate(_uses(needs, pool)):
                for t in range(self.hours):
                    use = self.model.variable(f"use_{i}_{j}_{t}")
                    self._used[i][t].append(use)
                    for need in together:  # a pass that does both goes at the pace of the slower
                        done[need.key][t].append((use, min(n.pace[pool[0]] for n in together)))
        for n, need in enumerate(needs):
            self._wait(n, need, done[need.key])

    def _wait(self, n: int, need: Need, done: list[list[tuple[int, float]]]) -> None:
        before: list[tuple[int, float]] = []
        for t, asked in enumerate(need.amount):
            late = self.model.variable(f"late_{n}_{t}", need.weight * self.each[need.key])
            terms = [*done[t], (late, 1.0), *before]
            self.model.row(f"asked_{n}_{t}", [x for x, _ in terms], [c for _, c in terms], low=float(asked))
            before = [(late, -1.0)] if need.waits else []

    def room(self, i: int, t: int, columns: list[int], coefficients: list[float], high: float) -> None:
        """A pool's machine hours in an hour: what is used, with these terms, is no more than ``high``."""
        used = self._used[i][t]
        self.model.row(f"room_{i}_{t}", used + columns, [1.0] * len(used) + coefficients, high=high)

    def cost_of(self, outcome: Outcome) -> float:
        """The cost of what waits alone."""
        late = self.late_of(outcome)
        return math.fsum(need.weight * float(late[need.key].sum()) for need in self.needs)

    def late_of(self, outcome: Outcome) -> dict[str, np.ndarray]:
        """By need: (hours,) machine hours that wait."""
        return {
            need.key: self.each[need.key]
            * np.array([outcome.values[f"late_{n}_{t}"] for t in range(self.hours)])
            for n, need in enumerate(self.needs)
        }


def _uses(needs: Sequence[Need], pool: Pool) -> list[tuple[Need, ...]]:
    """What a machine can be used for: each need alone, and plough and spread of a class in one pass."""
    kind, verbs = pool
    able = [need for need in needs if need.verb in verbs and kind in need.pace]
    by_class: dict[str, list[Need]] = {}
    for need in able:
        if need.verb in PASSING:
            by_class.setdefault(need.key.partition(".")[2], []).append(need)
    return [*((need,) for need in able), *(tuple(both) for both in by_class.values() if len(both) > 1)]
