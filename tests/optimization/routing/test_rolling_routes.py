"""Routes of a situation and their repair, walked by a referee of their own on the roads that are open."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from optimization.ground import Ground
from optimization.routing.rolling_routes import Router
from optimization.worth import by_forecast
from scenarios.load import load
from simulation.engine import Simulation
from simulation.model import Scenario
from simulation.roadwork import PASSING
from simulation.situation import Situation
from tests.optimization.situations import crew, job, scenario, situation, town

Plan = Mapping[str, Sequence[str]]
GONE = ("off", "broken", "absent", "stranded")


def faults(plan: Plan, now: Situation, world: Scenario) -> list[str]:
    """All that is wrong with the routes of a situation, in words."""
    wrong, crews = [], {c.id: c for c in now.crews}
    roads = {s.id: s for s in world.city.segments}
    network = now.network
    shut = {s.id for s in world.city.segments if now.travel_factor[network.segment_index[s.id]] <= 0}
    asks = {now.jobs.target[r]: set(now.jobs.verbs[r]) for r in range(len(now.jobs))
            if now.jobs.verbs[r][0] in PASSING and not now.jobs.crews[r]}  # fmt: skip
    exits: dict[str, list[str]] = {}
    for road in world.city.segments:
        if road.id not in shut:
            exits.setdefault(road.start, []).append(road.end)
            if not road.oneway:
                exits.setdefault(road.end, []).append(road.start)
    driven = [target for targets in plan.values() for target in targets]
    wrong += [f"{target} is in two routes" for target in set(driven) if driven.count(target) > 1]
    wrong += [f"{target} is shut" for target in driven if target in shut]
    wrong += [f"{target} asks for nothing" for target in driven if target not in asks]
    for id, targets in plan.items():
        if not targets:
            continue
        if crews[id].activity in GONE:
            wrong.append(f"{id} is {crews[id].activity}")
        places = {network.junctions[crews[id].node]}
        if not crews[id].idle:  # goes on from the end of what it is at
            places |= {p for t in crews[id].targets if t in roads for p in (roads[t].start, roads[t].end)}
        for target in targets:
            road = roads[target]
            if not asks.get(target, set()) & set(crews[id].verbs):
                wrong.append(f"{id} cannot do {target}")
            reached = reach(places, exits)
            ends = [road.end] * (road.start in reached) + [road.start] * (
                road.end in reached and not road.oneway
            )
            if not ends:
                wrong.append(f"{id} cannot get to {target}")
            places = set(ends) or {road.end}
    able = set().union(*(c.verbs for c in now.crews if c.idle)) & PASSING
    everywhere = reach(
        {network.junctions[c.node] for c in now.crews if c.idle and set(c.verbs) & PASSING}, exits
    )
    for target, verbs in asks.items():
        road = roads[target]
        near = road.start in everywhere or (road.end in everywhere and not road.oneway)
        if target not in driven and target not in shut and verbs & able and near:
            wrong.append(f"{target} is in no route")
    return wrong


def reach(places: set[str], exits: Mapping[str, Sequence[str]]) -> set[str]:
    """Junctions that one can drive to."""
    seen, todo = set(places), deque(places)
    while todo:
        for there in exits.get(todo.popleft(), ()):
            if there not in seen:
                seen.add(there)
                todo.append(there)
    return seen


def called_out(id: str, hours: float) -> tuple[Scenario, Situation]:
    """A real storm after some hours in which nobody was told anything."""
    world = load(id)
    with Simulation(world, 0) as storm:
        now = storm.advance()
        while now is not None and now.t < hours * 3600:
            now = storm.advance()
        assert now is not None
        return world, now


@pytest.fixture(scope="module")
def district() -> tuple[Scenario, Situation]:
    """Jinshui in the snow: crews stand by, roads wait."""
    world, now = called_out("jinshui/blizzard", 8)
    assert sum(c.idle and bool(PASSING & set(c.verbs)) for c in now.crews) > 20 and len(now.jobs) > 500
    return world, now


def test_a_district_is_routed_and_repaired(district: tuple[Scenario, Situation]) -> None:
    """After breakdowns, closures and new snow each road that asks is in one route that can be driven, and crews keep
    most of what they had."""
    world, now = district
    router = Router(Ground(world), by_forecast, 0)
    plan, _ = router.route(now, {})
    assert faults(plan, now, world) == []
    busy = [id for id, targets in plan.items() if len(targets) > 5]
    crews = tuple(c._replace(activity="broken", idle=False) if c.id in busy[:3] else c for c in now.crews)
    factor = now.travel_factor.copy()
    factor[[now.network.segment_index[plan[id][k]] for id in busy[3:9] for k in (0, 3)]] = 0.0
    snow = replace(now.forecast, precipitation=2 * np.asarray(now.forecast.precipitation) + 0.0005)
    for changed in (
        replace(now, crews=crews),
        replace(now, travel_factor=factor),
        replace(now, forecast=snow),
    ):
        mended, _ = router.route(changed, plan)
        assert faults(mended, changed, world) == []
        stayed = sum(len(set(plan[id]) & set(mended[id])) for id in mended)
        assert stayed > 0.6 * sum(len(plan[id]) for id in mended)


def test_oneway_streets_and_a_cut_off_corner() -> None:
    """Nobody is led against a one-way street, nor to a corner to which all roads are shut."""
    streets = tuple(
        s.model_copy(update={"oneway": s.id in ("h0-0", "h1-1", "v0-2", "v1-1")}) for s in town(4, 4)
    )
    world = scenario(streets, crews=(("plough", 2), ("spreader", 1)))
    crews = [crew(world, "plough/1"), crew(world, "plough/2", "2-2"), crew(world, "spreader/1", "1-0")]
    rows = [job(s.id) for s in streets]
    open_town = situation(world, crews, rows, t=3600)
    router = Router(Ground(world), by_forecast, 0)
    plan, _ = router.route(open_town, {})
    assert faults(plan, open_town, world) == []
    closed = situation(world, crews, rows, t=5400, blocked=("h3-2", "v2-3"))
    mended, _ = router.route(closed, plan)
    assert faults(mended, closed, world) == []
    assert not {"h3-2", "v2-3"} & {t for targets in mended.values() for t in targets}


def test_the_referee_sees_what_is_wrong() -> None:
    """A road twice, a shut one, one that nobody drives, and a crew that stands broken are found."""
    world = scenario(crews=(("plough", 2),))
    rows = [job(s.id) for s in world.city.segments]
    crews = [crew(world, "plough/1"), crew(world, "plough/2", "3-3")]
    now = situation(world, crews, rows, t=3600)
    plan, _ = Router(Ground(world), by_forecast, 0).route(now, {})
    first = plan["plough/1"]
    broken = situation(world, [crews[0]._replace(activity="broken", idle=False), crews[1]], rows, t=3600)
    assert any(
        "two routes" in f for f in faults({**plan, "plough/2": (*plan["plough/2"], first[0])}, now, world)
    )
    assert any("in no route" in f for f in faults({**plan, "plough/1": first[1:]}, now, world))
    assert any("is broken" in f for f in faults(plan, broken, world))
    assert any(
        "is shut" in f for f in faults(plan, situation(world, crews, rows, t=3600, blocked=first[:1]), world)
    )
