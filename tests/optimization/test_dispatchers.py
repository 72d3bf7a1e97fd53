"""What every dispatcher found by its folder must hold, on tiny situations."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from optimization import dispatchers
from simulation.model import Place, Scenario, ScriptStep
from simulation.orders import Assign, Close
from simulation.situation import Situation
from simulation.work import ROAD_VERBS, TARGETS
from tests.optimization.situations import crew, job, scenario, situation, town

BOOK = (
    ScriptStep(t=0, crew="plough/1", verbs=("plough",), targets=("h0-0", "h0-1")),
    ScriptStep(t=1800, crew="squad/1", verbs=("guard",), targets=("clinic",)),
)
PLACES = (Place(id="clinic", name="clinic", kind="hospital", lon=0.003, lat=0.003),)  # type: ignore[arg-type]


def mixed() -> Scenario:
    """A town with road crews, pumps and a squad, and a plan book for some of them."""
    crews = (("plough", 3), ("spreader", 1), ("pump-big", 1), ("pump-small", 2), ("squad", 2))
    return scenario(crews=crews, places=PLACES, plan_book=BOOK)


def busy(world: Scenario, **more: object) -> Situation:
    """Both hazards at once: snow on every road, water at two places, crews spread over the town."""
    crews = [
        crew(world, "plough/1"), crew(world, "plough/2", "3-3"), crew(world, "plough/3", "0-3", load=0.0),
        crew(world, "spreader/1", "2-0"), crew(world, "pump-big/1"), crew(world, "pump-small/1", "3-0"),
        crew(world, "pump-small/2", "1-1", idle=False, activity="work"),
        crew(world, "squad/1", "2-2"), crew(world, "squad/2", "0-0", duty_left=60.0),
    ]  # fmt: skip
    rows = [job(s.id, weight=1.0 + i % 3) for i, s in enumerate(world.city.segments)]
    rows[5] = {**rows[5], "crews": 1}
    rows[7] = {**rows[7], "verbs": ("spread",)}
    rows[9] = {**rows[9], "verbs": ("plough",), "rate": 0.0}
    rows += [
        job("n1", 9.0, ("pump",), at="3-3", need=900.0), job("n2", 4.0, ("pump",), at="0-3", need=60.0),
        job("n1", 3.0, ("clear_inlet",), at="3-3", need=8.0), job("clinic", 6.0, ("guard",), at="2-1"),
        job("h1-1", 16.0, ("close",)),
    ]  # fmt: skip
    return situation(world, crews, rows, **more)  # type: ignore[arg-type]


def assigned(name: str, world: Scenario, now: Situation) -> list[Assign]:
    """The orders to crews that a fresh dispatcher gives."""
    return [o for o in dispatchers.make(name, world)(now) if isinstance(o, Assign)]


def check(orders: list[Assign], now: Situation) -> None:
    """Each order is one the engine would take: idle crew, verbs it can do, targets of open jobs, once each."""
    crews = {c.id: c for c in now.crews}
    wanted = {(v, now.jobs.target[r]) for r in range(len(now.jobs)) for v in now.jobs.verbs[r]}
    assert len({o.crew for o in orders}) == len(orders)
    exclusive = [(v, t) for o in orders for v in o.verbs if v != "pump" for t in o.targets]
    assert len(set(exclusive)) == len(exclusive)
    for order in orders:
        assert crews[order.crew].idle and order.targets
        assert set(order.verbs) <= set(crews[order.crew].verbs)
        assert len(order.verbs) == 1 or ROAD_VERBS.issuperset(order.verbs)
        for verb in order.verbs:
            for target in order.targets:
                assert (verb, target) in wanted
                assert TARGETS[verb] != "segment" or target in now.network.segment_index


KEEPS_SALT = {"rolling": {"spreader/1"}}
"""Crews that a dispatcher holds back where what they would spread is worth more later."""
THINKING = [name for name in dispatchers.names() if name != "scripted"]


def test_found_by_folder() -> None:
    """The three of the first delivery are there; an unknown name gets a hint."""
    assert {"assignment", "greedy", "scripted"} <= set(dispatchers.names())
    with pytest.raises(ValueError, match=r"there is no dispatcher 'greddy': did you mean 'greedy'\?"):
        dispatchers.make("greddy", scenario())


@pytest.mark.parametrize("name", THINKING)
def test_orders_are_valid(name: str) -> None:
    """Under snow and water together every order is one the engine takes, and all able crews have one."""
    world = mixed()
    now = busy(world)
    orders = assigned(name, world, now)
    check(orders, now)
    sent = {o.crew for o in orders}
    able = {"plough/1", "plough/2", "plough/3", "spreader/1", "pump-big/1", "pump-small/1", "squad/1"}
    assert able - KEEPS_SALT.get(name, set()) <= sent
    assert "pump-small/2" not in sent, "it is at work"


@pytest.mark.parametrize("name", dispatchers.names())
def test_same_situation_same_orders(name: str) -> None:
    """Asked twice, and asked of a second dispatcher, the answer is the same."""
    world = mixed()
    first, second = dispatchers.make(name, world), dispatchers.make(name, world)
    answers = [list(first(busy(world))), list(first(busy(world))), list(second(busy(world)))]
    assert answers[0] == answers[1] == answers[2] and answers[0]


@pytest.mark.parametrize("name", THINKING)
def test_nothing_to_do_or_nobody_to_do_it(name: str) -> None:
    """No jobs, no crews, or no idle crew: no orders to crews and no error; the police can still bar a road."""
    world = mixed()
    now = busy(world)
    none = situation(world, now.crews, [])
    alone = dataclasses.replace(now, crews=())
    asleep = dataclasses.replace(now, crews=tuple(c._replace(idle=False) for c in now.crews))
    assert list(dispatchers.make(name, world)(none)) == []
    for quiet in (alone, asleep):
        assert list(dispatchers.make(name, world)(quiet)) == [Close(("h1-1",))]


@pytest.mark.parametrize("name", THINKING)
def test_everything_short(name: str) -> None:
    """No salt in yard or hopper: ploughs plough without it, spreaders stand by."""
    world = mixed()
    now = busy(world, stock=0.0)
    now = dataclasses.replace(now, crews=tuple(c._replace(load=0.0) for c in now.crews))
    orders = {o.crew: o for o in assigned(name, world, now)}
    assert orders["plough/1"].verbs == ("plough",)
    assert "spreader/1" not in orders


@pytest.mark.parametrize("name", THINKING)
def test_roads_that_are_cut_off(name: str) -> None:
    """Junction 0-0 is shut in by two closed segments: a crew elsewhere is sent to no road behind them."""
    world = mixed()
    now = busy(world, blocked=("h0-0", "v0-0"))
    orders = assigned(name, world, now)
    sent = {o.crew for o in orders}
    assert "plough/2" in sent
    assert "plough/1" not in sent and "pump-big/1" not in sent, "they stand at 0-0 and cannot leave"


@pytest.mark.parametrize("name", THINKING)
def test_no_job_overruns_the_duty_time(name: str) -> None:
    """A block takes 160 s; a crew with 60 s of duty left is given nothing, one with 400 s two blocks at most."""
    world = scenario(crews=(("plough", 2),))
    rows = [job(s.id) for s in world.city.segments]
    crews = [crew(world, "plough/1", duty_left=60.0), crew(world, "plough/2", duty_left=400.0)]
    orders = assigned(name, world, situation(world, crews, rows))
    assert [o.crew for o in orders] == ["plough/2"] and 1 <= len(orders[0].targets) <= 2


@pytest.mark.parametrize("name", THINKING)
def test_the_near_crew_goes(name: str) -> None:
    """One road needs work: of two crews the one beside it is sent, whatever their order."""
    world = scenario(town(8, 8), crews=(("plough", 2),))
    for far, near in (("plough/1", "plough/2"), ("plough/2", "plough/1")):
        crews = [crew(world, c, "7-7" if c == near else "0-0") for c in ("plough/1", "plough/2")]
        now = situation(world, crews, [job("h7-6")])
        orders = assigned(name, world, now)
        assert [o.crew for o in orders] == [near], (far, near)


@pytest.mark.parametrize("name", THINKING)
def test_the_urgent_road_comes_first(name: str) -> None:
    """Of two roads at the same distance, both snowed under and no more to come, that of class 1 is treated first."""
    segments = town(2, 3, {"h0-0": 4, "h0-1": 1})
    world = scenario(segments, crews=(("plough", 1),))
    now = situation(world, [crew(world, "plough/1", "0-1")], [job("h0-0", 1.0), job("h0-1", 8.0)])
    now = _no_more(_snow(now, 6.0))
    (order,) = assigned(name, world, now)
    assert order.targets[0] == "h0-1"


@pytest.mark.parametrize("name", THINKING)
def test_a_tour_stays_together(name: str) -> None:
    """With every road alike and the snow over, each next road of a tour begins where the last one ended."""
    world = scenario(crews=(("plough", 1),))
    rows = [job(s.id) for s in world.city.segments]
    now = _no_more(situation(world, [crew(world, "plough/1")], rows))
    (order,) = assigned(name, world, now)
    ends = [{s.start, s.end} for t in order.targets for s in world.city.segments if s.id == t]
    assert len(order.targets) > 5
    touching = sum(bool(a & b) for a, b in itertools.pairwise(ends))
    assert touching >= 0.7 * (len(ends) - 1)
    assert order.verbs == (("plough",) if name in KEEPS_SALT else ("plough", "spread")), "in one pass"


@pytest.mark.parametrize("name", THINKING)
def test_pumps_where_the_water_is(name: str) -> None:
    """The big pump to the big pond, the small one to the small, though it stands nearer to the big one."""
    world = scenario(crews=(("pump-big", 1), ("pump-small", 1)))
    crews = [crew(world, "pump-small/1", "3-2"), crew(world, "pump-big/1", "0-0")]
    rows = [
        job("deep", 8.0, ("pump",), at="3-3", need=3000.0),
        job("puddle", 4.0, ("pump",), at="0-3", need=90.0),
    ]
    orders = {o.crew: o.targets for o in assigned(name, world, situation(world, crews, rows))}
    assert orders == {"pump-big/1": ("deep",), "pump-small/1": ("puddle",)}


@pytest.mark.parametrize("name", THINKING)
def test_several_pumps_at_one_place_until_it_is_enough(name: str) -> None:
    """A pond that four small pumps empty in an hour gets four of six; a second squad does not go to one guard post."""
    world = scenario(crews=(("pump-small", 6), ("squad", 2)), places=PLACES)
    crews = [crew(world, f"pump-small/{i + 1}") for i in range(6)] + [
        crew(world, f"squad/{i + 1}") for i in range(2)
    ]
    rows = [
        job("pond", 8.0, ("pump",), at="3-3", need=4 * 0.05 * 0.6 * 3600.0),
        job("clinic", 4.0, ("guard",), at="2-1"),
    ]
    orders = assigned(name, world, situation(world, crews, rows))
    assert sum(o.targets == ("pond",) for o in orders) == 4
    assert sum(o.targets == ("clinic",) for o in orders) == 1


@pytest.mark.parametrize("name", THINKING)
def test_decisions_are_data(name: str) -> None:
    """Each answer leaves a decision with its second, its orders and what stays undone."""
    world = mixed()
    dispatcher = dispatchers.make(name, world)
    orders = tuple(dispatcher(busy(world)))
    (decision,) = dispatcher.decisions  # type: ignore[attr-defined]
    assert (decision.t, decision.orders, decision.fallback) == (3600, orders, False)
    left = decision.why[-1]
    assert left.key == "dispatch.left_over" and left.gaps["jobs_n"] >= 0 <= left.gaps["crews_n"]


@pytest.mark.parametrize("name", THINKING)
def test_a_situation_that_makes_no_sense_is_refused_in_words(name: str) -> None:
    """Of another city, with a machine nobody has, or with a stock of another shape: said so, not guessed at."""
    world = mixed()
    now = busy(world)
    elsewhere = scenario(town(2, 2), crews=(("plough", 1),))
    of_other_city = situation(elsewhere, [crew(elsewhere, "plough/1")], [job("h0-0")])
    strange = dataclasses.replace(now, crews=(now.crews[0]._replace(kind="airship"), *now.crews[1:]))
    unstocked = dataclasses.replace(now, stock=np.zeros((2, 3)))
    for wrong, words in (
        (of_other_city, "the situation has 4 road segments, the scenario 24: it is of another city"),
        (strange, "a crew of kind 'airship', which the scenario's fleet has not"),
        (unstocked, "the situation's stock is 2x3, not 1 depots by 1 materials"),
    ):
        with pytest.raises(ValueError, match=words):
            list(dispatchers.make(name, world)(wrong))


def test_scripted_follows_the_book() -> None:
    """A step is handed out at its time, once; later steps wait, and a crew that cannot hear keeps its step."""
    world = mixed()
    dispatcher = dispatchers.make("scripted", world)
    early, later = busy(world, t=900), busy(world, t=3600)
    deaf = tuple(c._replace(activity="broken", idle=False) for c in later.crews)
    assert list(dispatcher(early)) == [Assign("plough/1", ("plough",), ("h0-0", "h0-1"))]
    assert list(dispatcher(dataclasses.replace(later, crews=deaf))) == []
    assert list(dispatcher(later)) == [Assign("squad/1", ("guard",), ("clinic",))]
    assert list(dispatcher(dataclasses.replace(later, t=4000))) == []


def _no_more(now: Situation) -> Situation:
    """The same with a dry forecast."""
    return dataclasses.replace(now, forecast=dataclasses.replace(now.forecast, precipitation=np.zeros(6)))


def _snow(now: Situation, depth: float) -> Situation:
    """The same with ``depth`` kg/m2 of snow reported on every road."""
    return dataclasses.replace(
        now, reported=dataclasses.replace(now.reported, snow=np.full(len(now.network), depth))
    )
