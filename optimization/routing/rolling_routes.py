"""Routes for the crews of a situation, kept from one decision to the next and repaired as things change.

Tasks are whole roads, since a crew in a run treats a carriageway from kerb to kerb; ways are those of the simulation,
from junction to junction. What was planned stays the beginning of the next search: roads that are done drop out, roads
that came up are put in where they cost least, those of a crew that fell out go to the others, and some turns of ruin
and recreate settle the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import dijkstra

from optimization.ground import Ground
from optimization.routing.fleet_kernel import NOWHERE
from optimization.routing.fleet_search import Problem, search
from optimization.routing.passes import Near, Passes, neighbours
from optimization.tours import treatment_seconds, usable
from optimization.worth import Worth
from simulation.model import Verb
from simulation.roadwork import PASSING
from simulation.situation import CrewReport, Situation

FIRST, AGAIN = 600, 60
"""Turns of the search for a plan from nothing, and for its repair; turns, so that a replay comes out the same."""
HORIZON = 1e9
HOT, MILD = 0.5, 0.02
"""Temperatures at which a plan is made and repaired (settings): in a repair little is undone."""
TRAVEL = 0.0025
"""Worth of a metre beside a second that the mean weight of a route waits (setting): what is urgent goes before what is
near."""
CHANGED = 0.15
"""Share by which traffic must have slowed or sped up for the ways to be reckoned anew (setting)."""
NEW = 0.25
"""Share of roads that no route has from which a plan is made anew, as it is when crews come to it (setting)."""
UNDER_WAY = {
    "travel": 0.0,
    "work": 0.0,
    "setup": 0.0,
    "refill": 600.0,
    "refuel": 900.0,
    "mustering": 900.0,
    "rest": 900.0,
}
"""Activities after which a crew goes on with its route, and s that they still last (settings)."""

Plan = Mapping[str, tuple[str, ...]]
"""For each crew the segments of its route, in order."""


@dataclass(frozen=True)
class Stretch:
    """What an idle crew is told: the first part of its route that is done in one way."""

    crew: CrewReport
    verbs: tuple[Verb, ...]
    rows: tuple[int, ...]
    """Rows of ``Jobs``."""
    seconds: tuple[float, ...]
    """s from now at which each is done."""


class Router:
    """Routes situations; remembers nothing but the ways of the last roads."""

    def __init__(self, ground: Ground, worth: Worth, seed: int) -> None:
        self._ground, self._worth, self._seed = ground, worth, seed
        self._flow, self._shut = 0.0, b""
        self._cost = np.zeros((0, 0, 2), np.float32)
        self._near: Near = (np.zeros(0), np.zeros(0), np.zeros(0))

    def route(self, situation: Situation, before: Plan) -> tuple[dict[str, tuple[str, ...]], list[Stretch]]:
        """The plan from now on, and what its idle crews do first."""
        jobs = situation.jobs
        rows = np.array([r for r in range(len(jobs)) if jobs.verbs[r][0] in PASSING], int)
        if len(rows):
            segment = jobs.segment[rows]
            rows = rows[(jobs.crews[rows] == 0) & (situation.travel_factor[segment] > 0)]
        crews = [
            c
            for c in situation.crews
            if PASSING.intersection(c.verbs) and (c.idle or c.activity in UNDER_WAY)
        ]
        if not len(rows) or not crews:
            return {}, []
        self._look(situation)
        problem, kinds = self._problem(situation, rows, crews)
        if not (problem.passes.work < NOWHERE).any():
            return {}, []
        start = self._kept(situation, rows, crews, before, problem)
        planned = sum(map(len, start))
        anew = planned < (1 - NEW) * len(rows) or any(c.id not in before for c in crews)
        turns, begin, hot = (FIRST, None, HOT) if anew else (AGAIN, start, MILD)
        found = search(problem, "priority", HORIZON, turns=turns, seed=self._seed, start=begin, travel=TRAVEL,
                       hot=hot)  # fmt: skip
        plan, orders = dict[str, tuple[str, ...]](), list[Stretch]()
        for v, (crew, visits) in enumerate(zip(crews, found.visits, strict=True)):
            plan[crew.id] = tuple(jobs.target[rows[code >> 1]] for code in visits)
            if crew.idle and visits:
                orders.append(self._first(problem, kinds, rows, crew, v, visits))
        return plan, orders

    # ------------------------------------------------------------------ the problem

    def _look(self, situation: Situation) -> None:
        """Ways on the roads of the moment, reckoned anew where roads were shut or traffic has changed."""
        flow, shut = self._ground.flow(situation), (situation.travel_factor <= 0).tobytes()
        if shut == self._shut and abs(flow - self._flow) < CHANGED * self._flow:
            return
        network = situation.network
        graph = network.graph(network.segment_seconds(situation.travel_factor))
        seconds = dijkstra(graph).astype(np.float32)
        metres = seconds * np.float32(flow)
        places = len(network.junctions)
        node = np.r_[np.arange(places), self._ground.depot_node]
        self._cost = np.stack([seconds, metres], axis=2)[node][:, node]
        self._near = neighbours(self._cost)
        self._flow, self._shut = flow, shut

    def _problem(
        self, situation: Situation, rows: np.ndarray, crews: Sequence[CrewReport]
    ) -> tuple[Problem, list[list[tuple[Verb, ...]]]]:
        """Roads and crews as arrays, and for each kind what it does of each road's pass."""
        ground, jobs = self._ground, situation.jobs
        segment = jobs.segment[rows]
        keys = [(c.kind, c.verbs, c.load > 0 or ground.has_stock(c, situation)) for c in crews]
        kinds = list(dict.fromkeys(keys))
        work = np.full((len(kinds), len(rows)), NOWHERE)
        does: list[list[tuple[Verb, ...]]] = []
        for k, (kind, verbs, loaded) in enumerate(kinds):
            can = [usable(verbs, jobs.verbs[r], loaded) for r in rows]
            for way in dict.fromkeys(w for w in can if w):
                mine = np.array([w == way for w in can])
                work[k, mine] = treatment_seconds(ground, situation, ground.kinds[kind], way, rows[mine])
            does.append(can)
        weight = np.zeros(len(rows))
        for verbs in dict.fromkeys(jobs.verbs[r] for r in rows):
            mine = np.array([jobs.verbs[r] == verbs for r in rows])
            weight[mine] = self._worth(ground, situation, verbs, rows[mine])
        two_way = ~ground.oneway[segment]
        tail, head = ground.tail[segment], ground.head[segment]
        count = np.arange(len(rows))
        passes = Passes(
            count, np.ones(len(rows), int), segment, np.arange(len(rows) + 1), np.arange(len(rows) + 1),
            np.column_stack([tail, np.where(two_way, head, -1)]).ravel(),
            np.column_stack([head, np.where(two_way, tail, -1)]).ravel(),
            work, np.zeros(len(rows)), np.maximum(weight, 1e-6), np.zeros(len(rows)),
            situation.network.priority[segment], np.zeros(len(rows), bool), np.ones(len(rows), int),
        )  # fmt: skip
        table = np.array(
            [self._crew(situation, c, kinds.index(key)) for c, key in zip(crews, keys, strict=True)]
        )
        yards = np.tile([1.0, 1.0], (len(ground.depots), 1))
        return Problem(passes, table, self._cost, self._near, yards, ground.length[segment]), does

    def _crew(self, situation: Situation, crew: CrewReport, kind: int) -> list[float]:
        """Row of the kernel's ``crew``: one that is under way goes on from where its last target ends."""
        ground, node, ready = self._ground, crew.node, UNDER_WAY.get(crew.activity, 0.0)
        if not crew.idle:
            for target in crew.targets:
                segment = situation.network.segment_index.get(target)
                if segment is not None:
                    machine = ground.kinds[crew.kind]
                    speed = machine.work_speed_major if ground.major[segment] else machine.work_speed_minor
                    strips = ground.strips(machine, "plough" in crew.verbs)[segment]
                    ready += float(strips * ground.length[segment] / max(speed * machine.efficiency, 0.05))
                    node = int(ground.head[segment])
        return [kind, node, ready, 1e9, 1e15, 0.0, 1.0, 0.0, 1.0]

    def _kept(
        self,
        situation: Situation,
        rows: np.ndarray,
        crews: Sequence[CrewReport],
        before: Plan,
        problem: Problem,
    ) -> list[list[int]]:
        """What is left of the last plan as options; roads that a crew can no longer get to or do are left out."""
        at = {situation.jobs.target[r]: t for t, r in enumerate(rows)}
        passes, given, found = problem.passes, set[int](), list[list[int]]()
        for v, crew in enumerate(crews):
            visits: list[int] = []
            place, kind = int(problem.crews[v, 1]), int(problem.crews[v, 0])
            for target in before.get(crew.id, ()):
                task = at.get(target, -1)
                if task < 0 or task in given or passes.work[kind, task] >= NOWHERE:
                    continue
                ways = [2 * task + w for w in range(2) if passes.enter[2 * task + w] >= 0]
                code = min(ways, key=lambda c: float(self._cost[place, passes.enter[c], 0]))
                if not np.isfinite(self._cost[place, passes.enter[code], 0]):
                    continue
                visits.append(code)
                given.add(task)
                place = int(passes.leave[code])
            found.append(visits)
        return found

    # ------------------------------------------------------------------ orders

    def _first(
        self, problem: Problem, does: list[list[tuple[Verb, ...]]], rows: np.ndarray, crew: CrewReport, v: int,
        visits: Sequence[int],
    ) -> Stretch:  # fmt: skip
        """The roads of a route that are done as its first one is, in order."""
        kind, now, place = int(problem.crews[v, 0]), 0.0, crew.node
        verbs = does[kind][visits[0] >> 1]
        taken, ends = list[int](), list[float]()
        for code in visits:
            task = code >> 1
            if does[kind][task] != verbs:
                continue  # an order has the same verbs for all its targets; these come with the next one
            enter = int(problem.passes.enter[code])
            now += float(self._cost[place, enter, 0]) + float(problem.passes.work[kind, task])
            place = int(problem.passes.leave[code])
            taken.append(int(rows[task]))
            ends.append(now)
        return Stretch(crew, verbs, tuple(taken), tuple(ends))
