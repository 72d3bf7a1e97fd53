"""The roster's programme: when the shifts of each team begin, so that the storm's work waits as little as it can.

min  sum_n w_n h_n sum_t late[n,t]  +  e sum_shifts people x hours
late[n,t] = late[n,t-1] + asked[n,t] - done[n,t]   (work that waits; else late[n,t] >= asked - done of the hour)
done[n,t] = sum_a pace[n,a] use[a,t],  sum_a of a pool use[a,t] <= sum_teams machines x on[team,t]
on[team,t] = sum_{s <= t < s+L} x[team,s] <= 1,  sum_{s <= t < s+L+rest} x[team,s] <= shifts the team has

A team's shifts are alike and of one length, so windows over all of them are exact: taken in turn, a shift comes up
again only after as many others as there are, and its rest and its week are kept when the windows are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pulp

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
    model = _Model(needs, pools, _each(needs, rolls))
    for i, pool in enumerate(pools):
        for t in range(model.hours):
            held = sum(roll.machines.get(pool, 0) * float(on[roll.team][t]) for roll in rolls)
            model.at_most(model.of_pool[pool][t], held, f"room_{i}_{t}")
    outcome = solve(model.finished(), time_limit=60.0)
    price = {
        pool: np.array([-outcome.duals.get(f"room_{i}_{t}", 0.0) for t in range(model.hours)])
        for i, pool in enumerate(pools)
    }
    return Work(model.cost_of(outcome), model.late_of(outcome), price)


def rostered(
    needs: Sequence[Need], rolls: Sequence[Roll], step: int, price: float, nodes: int
) -> tuple[dict[str, list[int]], Outcome]:
    """Hours at which each team's shifts begin, and what the solver said of it.

    ``step`` h lie between two possible starts, ``price`` is the cost of a person's hour on duty. Without any
    need the roster is empty.
    """
    pools = pools_of(rolls)
    model = _Model(needs, pools, _each(needs, rolls))
    begin: dict[str, dict[int, pulp.LpVariable]] = {}
    for r, roll in enumerate(rolls):
        starts = range(roll.ready, model.hours, step)
        begin[roll.team] = {
            s: model.problem.add_variable(f"begin_{r}_{s}", 0, 1, cat=pulp.LpInteger) for s in starts
        }
        for s, x in begin[roll.team].items():
            model.cost.append((x, price * roll.people * min(roll.length, model.hours - s)))
            # a window that ends with a start is as full as any between two starts
            for span, most, name in (
                (roll.length, 1, "on"),
                (roll.length + roll.rest, roll.shifts, "rest"),
                (WEEK, roll.shifts * roll.week, "week"),
            ):
                within = [y for at, y in begin[roll.team].items() if s - span < at <= s]
                if len(within) > most:
                    model.at_most([(y, 1.0) for y in within], most, f"{name}_{r}_{s}")
    for i, pool in enumerate(pools):
        for t in range(model.hours):
            manned = [
                (x, -float(roll.machines[pool]))
                for roll in rolls
                if pool in roll.machines
                for s, x in begin[roll.team].items()
                if s <= t < s + roll.length
            ]
            model.at_most([*model.of_pool[pool][t], *manned], 0.0, f"room_{i}_{t}")
    outcome = solve(model.finished(), time_limit=60.0, gap=1e-3, nodes=nodes)
    chosen = {
        team: [s for s, x in some.items() if outcome.values.get(x.name, 0.0) > 0.5]
        for team, some in begin.items()
    }
    return chosen, outcome


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


class _Model:
    """Needs, what waits of them, and how the pools' machine hours are used."""

    def __init__(self, needs: Sequence[Need], pools: Sequence[Pool], each: Mapping[str, float]) -> None:
        self.problem = pulp.LpProblem("roster", pulp.LpMinimize)
        self.needs, self.each = needs, each
        self.hours = len(needs[0].amount) if needs else 0
        self.cost: list[tuple[pulp.LpVariable, float]] = []
        self.of_pool: dict[Pool, list[list[tuple[pulp.LpVariable, float]]]] = {
            pool: [[] for _ in range(self.hours)] for pool in pools
        }
        done: dict[str, list[list[tuple[pulp.LpVariable, float]]]] = {
            need.key: [[] for _ in range(self.hours)] for need in needs
        }
        for i, pool in enumerate(pools):
            for j, together in enumerate(_uses(needs, pool)):
                for t in range(self.hours):
                    use = self.problem.add_variable(f"use_{i}_{j}_{t}", 0)
                    self.of_pool[pool][t].append((use, 1.0))
                    for need in together:  # a pass that does both goes at the pace of the slower
                        done[need.key][t].append((use, min(n.pace[pool[0]] for n in together)))
        for n, need in enumerate(needs):
            self._wait(n, need, done[need.key])

    def _wait(self, n: int, need: Need, done: list[list[tuple[pulp.LpVariable, float]]]) -> None:
        before: list[tuple[pulp.LpVariable, float]] = []
        for t, asked in enumerate(need.amount):
            late = self.problem.add_variable(f"late_{n}_{t}", 0)
            self.cost.append((late, need.weight * self.each[need.key]))
            left = [(v, -c) for v, c in (*done[t], (late, 1.0), *before)]
            self.at_most(left, -float(asked), f"asked_{n}_{t}")
            before = [(late, -1.0)] if need.waits else []

    def at_most(self, terms: Sequence[tuple[pulp.LpVariable, float]], bound: float, name: str) -> None:
        whole = pulp.LpAffineExpression(terms)
        self.problem.addConstraint(pulp.LpConstraint(whole, pulp.LpConstraintLE, name, bound))

    def finished(self) -> pulp.LpProblem:
        self.problem += pulp.LpAffineExpression(self.cost)
        return self.problem

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
