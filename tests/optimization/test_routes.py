"""The routes dispatcher: plans are kept, and repaired after a breakdown, a closure and a changed storm."""

from __future__ import annotations

from collections.abc import Sequence

from optimization import dispatchers
from scenarios.load import load
from simulation import engine
from simulation.model import Scenario
from simulation.orders import Assign
from simulation.situation import CrewReport, Situation
from tests.optimization.situations import crew, job, scenario, situation, town


def at(
    world: Scenario, crews: Sequence[CrewReport], roads: Sequence[str], t: int, blocked: Sequence[str] = ()
) -> Situation:
    """Some roads that ask for plough and salt."""
    return situation(world, crews, [job(s) for s in roads], t=t, blocked=blocked)


def orders(given: object) -> dict[str, tuple[str, ...]]:
    """Targets by crew."""
    return {o.crew: o.targets for o in given if isinstance(o, Assign)}  # type: ignore[attr-defined]


def test_a_plan_is_driven_on() -> None:
    """When its first stretch is done, a crew is told the next one: together they are the whole town, no road twice."""
    world = scenario(town(6, 6), crews=(("plough", 1),))
    roads = [s.id for s in world.city.segments]
    dispatcher = dispatchers.make("routes", world)
    driven: list[str] = []
    for turn in range(12):
        left = [r for r in roads if r not in driven]
        if not left:
            break
        told = orders(dispatcher(at(world, [crew(world, "plough/1")], left, 3600 + 1800 * turn)))
        assert not set(told["plough/1"]) & set(driven)
        driven += told["plough/1"]
    assert sorted(driven) == sorted(roads)


def test_roads_of_a_crew_that_fails_go_to_the_others() -> None:
    """Two crews share the town; when one breaks down, the other is told its roads in the end."""
    world = scenario(crews=(("plough", 2),))
    roads = [s.id for s in world.city.segments]
    dispatcher = dispatchers.make("routes", world)
    both = [crew(world, "plough/1"), crew(world, "plough/2", "3-3")]
    first = orders(dispatcher(at(world, both, roads, 3600)))
    assert set(first) == {"plough/1", "plough/2"} and not set(first["plough/1"]) & set(first["plough/2"])
    broken = [both[0]._replace(activity="broken", idle=False), both[1]]
    left, driven = [r for r in roads if r not in first["plough/2"]], list(first["plough/2"])
    for turn in range(8):
        left = [r for r in roads if r not in driven]
        if left:
            driven += orders(dispatcher(at(world, broken, left, 5400 + 1800 * turn)))["plough/2"]
    assert sorted(driven) == sorted(roads)


def test_a_road_that_is_shut_drops_out() -> None:
    """Roads that were in the plan are not ordered once they are shut; the others are."""
    world = scenario(crews=(("plough", 1),))
    roads = [s.id for s in world.city.segments]
    dispatcher = dispatchers.make("routes", world)
    first = orders(dispatcher(at(world, [crew(world, "plough/1")], roads, 3600)))["plough/1"]
    then = orders(dispatcher(at(world, [crew(world, "plough/1")], roads, 5400, blocked=first[1:2])))[
        "plough/1"
    ]
    assert first[1] not in then and len(then) > 1


def test_nobody_is_sent_where_nothing_lies() -> None:
    """Only roads that ask for treatment are ordered, however many were planned before."""
    world = scenario(crews=(("plough", 1),))
    roads = [s.id for s in world.city.segments]
    dispatcher = dispatchers.make("routes", world)
    dispatcher(at(world, [crew(world, "plough/1")], roads, 3600))
    then = orders(dispatcher(at(world, [crew(world, "plough/1")], ["h3-0", "v0-3"], 5400)))
    assert set(then["plough/1"]) == {"h3-0", "v0-3"}


def test_a_storm_is_fought_and_replays() -> None:
    """On the tiny storm every road gets a pass, no order is refused, and the log alone gives the same run."""
    town = load("tiny/snow")
    run = engine.run(town, 0, dispatchers.make("routes", town))
    passed = {e.target for e in run.events if e.kind == "pass"}
    assert passed == {s.id for s in town.city.segments}
    assert not [e for e in run.events if e.kind == "refused"]
    again = engine.run(town, 0, dispatchers.make("routes", town))
    assert again.digest == run.digest


def test_it_says_where_there_are_no_routes_to_plan() -> None:
    """Where no crew ploughs or spreads, greedy gives all orders, and the decision says so."""
    world = load("tiny/flood")
    dispatcher = dispatchers.make("routes", world)
    engine.run(world, 0, dispatcher)
    assert dispatcher.decisions
    assert all(d.why[0].key == "dispatch.no_routes" for d in dispatcher.decisions)
