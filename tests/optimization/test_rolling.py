"""The rolling dispatcher: its look ahead beside the simulation, its prices, and what it does before it is needed."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from benchmarks.dispatchers import beside, member
from optimization.dispatchers import greedy, make, rolling
from optimization.foresight import (
    BOTH,
    PLOUGH,
    ROAD,
    SALT,
    SPREAD,
    STEP,
    Foresight,
    carry,
    expected,
    futures,
    physics_of,
    tree,
)
from optimization.ground import Ground
from optimization.horizon import PERIODS, STEPS, TREATMENTS, Ahead, Horizon
from optimization.outposts import Outposts, chance
from optimization.plan import LATE, Reason
from optimization.solver import Outcome
from scenarios.load import load
from simulation.engine import Simulation
from simulation.model import Place, Scenario
from simulation.network import Network
from simulation.orders import Assign, Close
from simulation.situation import Outlook, Situation
from tests.optimization.situations import crew, job, scenario, situation, town

POND = Place(id="pond", name="pond", kind="waterlogging", lon=0.0018, lat=0.0, drain_node="low")  # type: ignore[arg-type]


# ---------------------------------------------------------------- what roads will look like


def test_projection_follows_the_simulation() -> None:
    """Three hours of an untreated snowfall from the simulation's state: the snow and ice that lie on each class of
    road within a tenth of what the simulation comes to."""
    world = load("tiny/snow", "no-response")
    with Simulation(world, 0) as simulation:
        while simulation.t < 7200:
            simulation.advance(7200)
        fields = simulation.world.fields
        names = ("snow", "ice", "film", "salt", "road_temperature")
        state = np.array([fields[name].copy() for name in names])
        rank = simulation.world.network.priority - 1
        while simulation.t < 18000:
            simulation.advance(18000)
        truth = fields["snow"] + fields["ice"]
    rates = np.array([1.2 / 3600] * 12)
    carry(state, rank.astype(np.int64), rates * STEP, physics_of(Ground(world)))
    for k in range(4):
        assert (state[0] + state[1])[rank == k].mean() == pytest.approx(truth[rank == k].mean(), rel=0.1)


def test_programmes_share_their_beginnings() -> None:
    """Of at most two treatments in three periods there are 1 + 9 + 27, each once, each grown from its own beginning."""
    grown = tree(3, 2)
    assert grown.many.tolist() == [4, 16, 37] and len({tuple(p) for p in grown.programmes}) == 37
    assert not grown.programmes[0].any()
    for i, programme in enumerate(grown.programmes):
        acts, at = [], i
        for e in (2, 1, 0):
            acts.append(int(grown.act[e, at]))
            at = int(grown.parent[e, at])
        assert acts[::-1] == programme.tolist()


def test_futures_are_those_of_each_programme_alone() -> None:
    """All programmes at once give what each gives when it is carried period by period; none is what happens anyway."""
    grown = tree(2, 2)
    ground = Ground(scenario())
    physics = physics_of(ground)
    start = np.array([[2.0], [0.3], [0.0], [0.0], [-2.0]])
    rank, limit, dose = np.array([1]), np.array([1.0]), np.array([0.02])
    fall, warmer = np.full((2, 4), 0.05), np.zeros((2, 4))
    above, left = futures(start, rank, limit, dose, fall, warmer, *grown[:3], physics)
    alone = start.copy()
    carry(alone, rank, fall.ravel(), physics)
    assert left[0, 0] == pytest.approx(alone[0, 0] + alone[1, 0])
    by_acts = {tuple(p): (above[0, i], left[0, i]) for i, p in enumerate(grown.programmes.tolist())}
    assert by_acts[0, 0][0] == 8, "above the limit in every step"
    assert by_acts[PLOUGH, 0][1] < by_acts[0, 0][1] and by_acts[BOTH, 0][1] < by_acts[PLOUGH, 0][1]
    assert by_acts[BOTH, 0][0] < by_acts[PLOUGH, 0][0]


def test_forecast_in_steps() -> None:
    """Snow by the hour, none where it is warm, the last hour goes on; amounts grow to their factor at the end."""
    outlook = Outlook(3600 * np.arange(3), np.array([1.0, 1.0, 2.0]) / 3600, np.array([-2.0, 3.0, -1.0]))
    fall, warmer = expected(outlook, 0, (2, 8))
    assert fall[0] == pytest.approx([0.25] * 4 + [0.0] * 4) and fall[1] == pytest.approx([0.5] * 8)
    assert warmer[0].tolist() == [0.0] * 4 + [5.0] * 4
    more, _ = expected(outlook, 0, (2, 8), 2.0)
    assert more[0, 0] == fall[0, 0] and more[1, 7] == pytest.approx(2 * fall[1, 7])


def test_treatments_are_remembered_until_they_are_seen() -> None:
    """A target that left a crew's list was treated: its salt counts from then on, though no report tells of it."""
    world = scenario(crews=(("plough", 1),))
    sight = Foresight(Ground(world), Network(world.city.segments).priority - 1)
    rows = [job(s.id) for s in world.city.segments]
    sight.look(situation(world, [crew(world, "plough/1")], rows, t=3600))
    sight.given("plough/1", ("plough", "spread"), ("h0-0", "h0-1"), 0.02)
    busy = crew(world, "plough/1", targets=("h0-1",), activity="work", idle=False)
    later = situation(world, [busy], rows, t=3900)
    unseen = dataclasses.replace(later.reported, seen=np.full(len(later.network), 3000))
    sight.look(dataclasses.replace(later, reported=unseen))
    index = Network(world.city.segments).segment_index
    assert sight.state[SALT, index["h0-0"]] == pytest.approx(0.018) and sight.state[SALT, index["h0-1"]] == 0
    assert sight.state[0, index["h0-0"]] < sight.state[0, index["h0-1"]]
    sight.look(situation(world, [busy], rows, t=1800))
    assert not sight.state[SALT].any() and sight.state[ROAD, 0] == -2.0, "back in time nothing is remembered"


# ---------------------------------------------------------------- prices


def looked(world: Scenario, snow: float = 1.5, **more: Any) -> Ahead:
    """What a fresh look ahead says with so much snow on every road and half a mm an hour to come."""
    names = [f"{row.kind}/{i + 1}" for row in world.fleet.equipment for i in range(row.count)]
    crews = [crew(world, name, load=0.0) for name in names]
    now = situation(world, crews, [job(s.id) for s in world.city.segments], **more)
    shape = np.full(len(now.network), snow)
    now = dataclasses.replace(
        now, reported=dataclasses.replace(now.reported, snow=shape),
        forecast=dataclasses.replace(now.forecast, precipitation=np.full(6, 0.5 / 3600)),
    )  # fmt: skip
    ground = Ground(world)
    sight = Foresight(ground, now.network.priority - 1)
    sight.look(now)
    return Horizon(world, ground, sight).look(now)


def test_salt_has_a_price_where_it_is_short() -> None:
    """Nothing with a mountain of it, much with little, and then spreading has to bring more."""
    world = scenario(town(8, 8), crews=(("plough", 12),))
    plenty, short = looked(world, stock=1e7), looked(world, stock=2000.0)
    assert plenty.status == short.status == "optimal"
    assert plenty.salt_price == pytest.approx(0.0, abs=1e-9) and short.salt_price > 1e-3
    assert (short.advantage[:, SPREAD] <= plenty.advantage[:, SPREAD] + 1e-9).all()


def test_crew_hours_have_a_price_where_they_are_short() -> None:
    """One plough for a town has dear hours, sixty have cheap ones."""
    few = looked(scenario(town(14, 14), crews=(("plough", 1),)))
    many = looked(scenario(town(14, 14), crews=(("plough", 60),)))
    assert few.crew_price[2] > 10 * max(many.crew_price[2], 1e-6)


def test_the_programme_equals_brute_force() -> None:
    """Two jobs, stock for one of them: the best of all pairs of programmes, to within the share that may be split."""
    world = scenario(crews=(("plough", 30),))
    ground = Ground(world)
    horizon = Horizon(world, ground, Foresight(ground, Network(world.city.segments).priority - 1))
    rng = np.random.default_rng(3)
    many = len(tree(PERIODS, TREATMENTS).programmes)
    doses = (tree(PERIODS, TREATMENTS).programmes & SPREAD > 0).sum(axis=1)
    worth = rng.uniform(0, 1, (2, many)) * doses
    salt, stock = np.array([100.0, 100.0]), 200.0
    crews = [crew(world, f"plough/{i + 1}", load=0.0) for i in range(30)]
    now = situation(world, crews, [job("h0-0")], stock=stock)
    duals, status = horizon._solved(now, worth, salt, np.zeros((4, 2)))
    pairs = worth[0][:, None] + worth[1][None, :]
    fits = (doses[:, None] + doses[None, :]) * 100.0 <= stock
    best = float(pairs[fits].max())
    bound = duals[0] * stock + sum(float((worth[j] - duals[0] * salt[j] * doses).max()) for j in range(2))
    assert status == "optimal" and duals[0] > 0
    assert bound == pytest.approx(best, rel=0.02) and bound >= best - 1e-9, (
        "the prices prove the brute force's best"
    )


def test_rest_takes_crews_out_of_the_hours_ahead() -> None:
    """A crew with an hour left and eight hours of rest is there for half a period, gone for four, and back."""
    world = scenario()
    team = world.fleet.teams[0].model_copy(update={"rest": 8 * 3600.0, "relief": 1})
    world = world.model_copy(update={"fleet": world.fleet.model_copy(update={"teams": (team,)})})
    ground = Ground(world)
    horizon = Horizon(world, ground, Foresight(ground, Network(world.city.segments).priority - 1))
    there = horizon._on_duty(crew(world, "plough/1", duty_left=3600.0)) / (STEPS * STEP)
    assert there.tolist() == [0.5, 0.0, 0.0, 0.0, 0.5, 1.0]


# ---------------------------------------------------------------- decisions


def test_greedy_answers_where_the_solver_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """No plan in time: greedy's orders, and the decision says that they are and why."""
    monkeypatch.setattr(rolling, "solve", lambda *a, **k: Outcome("no_answer", seconds=2.0))
    world = scenario(crews=(("plough", 2),))
    crews = [crew(world, "plough/1"), crew(world, "plough/2", "3-3")]
    now = situation(world, crews, [job(s.id) for s in world.city.segments])
    dispatcher = make("rolling", world)
    orders = list(dispatcher(now))
    (decision,) = dispatcher.decisions  # type: ignore[attr-defined]
    assert orders == greedy.answer(Ground(world), now)
    assert decision.fallback and decision.why[0] == Reason(
        "dispatch.greedy_answered", {"status": "no_answer"}
    )


def test_a_session_that_goes_back_in_time_begins_anew() -> None:
    """After an undo the answer is that of a fresh dispatcher."""
    world = scenario(crews=(("plough", 2), ("spreader", 1)))
    crews = [crew(world, "plough/1"), crew(world, "plough/2", "3-3"), crew(world, "spreader/1", "2-2")]
    rows = [job(s.id) for s in world.city.segments]
    early, late = (situation(world, crews, rows, t=t) for t in (3600, 9000))
    undone, fresh = make("rolling", world), make("rolling", world)
    first = list(undone(early))
    undone(late)
    assert list(undone(early)) == first == list(fresh(early))


def test_a_first_pass_gains_worth_until_its_promised_hour() -> None:
    """Of classes 1 and 2 and of bridges while nobody has been there: a fifth at the first settled snow, all of it after
    four and eight hours, twice as much for class 1; nothing on other roads and where a crew has been."""
    roads = town(priority={"h0-0": 1, "h1-1": 1, "h2-0": 3, "v0-0": 3})
    roads = tuple(s.model_copy(update={"structure": "bridge"}) if s.id == "v0-0" else s for s in roads)
    world = scenario(roads, crews=(("plough", 1),))
    dispatcher = rolling.make(world)
    at = Network(world.city.segments).segment_index
    rows = [job(s.id) for s in world.city.segments]

    def worth(t: int, **more: Any) -> np.ndarray:
        now = situation(world, [crew(world, "plough/1", **more)], rows, t=t)
        dispatcher._foresight.look(now)
        return dispatcher._first(now)

    early = worth(3600)
    lane_km = 2 * 0.2
    assert early[at["h0-0"]] == pytest.approx(rolling.FIRST * 8 * rolling.AT_ONCE * lane_km)
    assert early[at["h0-1"]] == early[at["h0-0"]] / 2 and early[at["h2-0"]] == 0
    assert early[at["v0-0"]] == pytest.approx(rolling.BRIDGES * 0.2)
    dispatcher._foresight.given("plough/1", ("plough",), ("h0-0",), 0.0)
    late = worth(3600 + 4 * 3600)
    assert late[at["h0-0"]] == 0 and late[at["h1-1"]] == pytest.approx(rolling.FIRST * 8 * lane_km)
    assert late[at["h0-1"]] == pytest.approx(rolling.FIRST * 4 * lane_km * (0.2 + 0.8 / 2))


def test_the_dose_is_in_the_order() -> None:
    """Whoever spreads is told how much: more than the advice of a road after the storm, never above the ceiling."""
    world = scenario(crews=(("spreader", 2),))
    crews = [crew(world, f"spreader/{i + 1}") for i in range(2)]
    rows = [job(s.id, verbs=("spread",)) for s in world.city.segments]
    now = situation(world, crews, rows)
    dry = dataclasses.replace(now.forecast, precipitation=np.zeros(6))
    thin = dataclasses.replace(now.reported, snow=np.full(len(now.network), 1.2))
    orders = list(make("rolling", world)(dataclasses.replace(now, forecast=dry, reported=thin)))
    rates = [o.rate for o in orders if isinstance(o, Assign) and o.rate is not None]
    assert rates and all(0.01 < rate < 0.05 for rate in rates)


# ---------------------------------------------------------------- before the water comes


def rainy(world: Scenario, mmh: float, **more: Any) -> Situation:
    """No water yet, and so much rain an hour ahead."""
    crews = [crew(world, "pump-big/1"), crew(world, "pump-small/1"), crew(world, "pump-small/2", **more)]
    now = situation(world, crews, [])
    outlook = Outlook(now.forecast.t, np.array([0.0, mmh, 0.0, 0.0, 0.0, 0.0]) / 3600, np.full(6, 24.0))
    return dataclasses.replace(now, forecast=outlook, nodes=("low",))


def drained(structure: str | None = None) -> Scenario:
    """A town with one known low point."""
    changed = {"structure": structure, "low_point": "low"} if structure else {"low_point": "low"}
    segments = tuple(s.model_copy(update=changed) if s.id == "h0-0" else s for s in town())
    return scenario(segments, crews=(("pump-big", 1), ("pump-small", 2)), places=(POND,))


def test_a_pump_goes_ahead_of_a_downpour() -> None:
    """The strongest pump to the known point while it is dry; none in drizzle, none where one stands already, and
    none to an underpass, which is shut instead."""
    world = drained()
    posts = Outposts(world, Ground(world))
    now = rainy(world, 30.0)
    assert posts.orders(now, now.crews) == [Assign("pump-big/1", ("pump",), ("low",))]
    assert posts.orders(rainy(world, 12.0), now.crews) == []
    held = rainy(world, 30.0, targets=("low",), idle=False, activity="work")
    assert posts.orders(held, [c for c in held.crews if c.idle]) == []
    below = drained("underpass")
    assert Outposts(below, Ground(below)).orders(rainy(below, 30.0), now.crews) == []


def seen(world: Scenario, mmh: float, t: int, depth: float) -> Situation:
    """So much rain an hour ahead, h0-0 closed with so much water on it, looked at just now."""
    now = rainy(world, mmh)
    here = np.isin([s.id for s in world.city.segments], ["h0-0"])
    looked_at = dataclasses.replace(
        now.reported, closed=here, water_depth=np.where(here, depth, 0.0), seen=np.full(len(here), t)
    )
    outlook = dataclasses.replace(now.forecast, t=t + 3600 * np.arange(6))
    return dataclasses.replace(now, t=t, forecast=outlook, reported=looked_at)


def test_an_underpass_is_shut_where_its_risk_costs_more_than_the_way_round() -> None:
    """By the log-normal chance that what fills it comes: half at its 50 mm. Round a block of the town is 0.5 km for
    three hours, so that one chance in 67 is enough: at 28 mm in the next hour, not at 25, and not twice."""
    assert chance(50.0) == pytest.approx(0.5) and chance(50.0 * np.exp(-0.3)) == pytest.approx(
        0.1587, abs=1e-4
    )
    assert chance(25.0) * LATE < 0.5 * 3 < chance(28.0) * LATE
    world = drained("underpass")
    posts = Outposts(world, Ground(world))
    assert posts.barriers(rainy(world, 28.0)) == (["h0-0"], [], chance(28.0))
    assert posts.barriers(rainy(world, 25.0))[0] == []
    assert posts.barriers(seen(world, 40.0, 7200, 0.0))[:2] == ([], [])


def test_a_long_way_round_keeps_an_underpass_open_for_longer() -> None:
    """The only road to a junction: its way round counts as 5 km, so that one chance in seven shuts it, not fewer."""
    short = tuple(s for s in town(1, 3))
    short = tuple(
        s.model_copy(update={"structure": "underpass", "low_point": "low"}) if s.id == "h0-0" else s
        for s in short
    )
    world = scenario(short, crews=(("pump-big", 1), ("pump-small", 2)), places=(POND,))
    posts = Outposts(world, Ground(world))
    assert posts.barriers(rainy(world, 35.0))[0] == [] and posts.barriers(rainy(world, 38.0))[0] == ["h0-0"]


def test_what_was_shut_on_the_forecast_is_opened_when_the_danger_is_over() -> None:
    """Dry, an hour later, and the chance worth less than another hour of the way round; not before, not with water on
    it, not while more rain is near, and not what others shut."""
    world = drained("underpass")
    posts = Outposts(world, Ground(world))
    posts.barriers(rainy(world, 60.0))
    assert posts.barriers(seen(world, 10.0, 5400, 0.0))[1] == [], "half an hour later"
    assert posts.barriers(seen(world, 10.0, 7200, 0.3))[1] == []
    assert posts.barriers(seen(world, 26.0, 7200, 0.0))[1] == []
    assert posts.barriers(seen(world, 10.0, 7200, 0.0))[1] == ["h0-0"]
    assert Outposts(world, Ground(world)).barriers(seen(world, 10.0, 7200, 0.0))[1] == []


def test_decisions_say_what_was_done_before_the_water() -> None:
    """A pump sent ahead and an underpass shut, with the chance that was reckoned."""
    world = drained("underpass")
    dispatcher = rolling.make(world)
    orders = dispatcher(rainy(world, 60.0))
    assert Close(("h0-0",)) in orders
    (decision,) = dispatcher.decisions
    assert decision.why[0] == Reason(
        "dispatch.shut_ahead", {"roads": ("h0-0",), "chance_share": chance(60.0)}
    )


# ---------------------------------------------------------------- storms


@pytest.mark.parametrize("reference", ["tiny/snow", "tiny/flood"])
def test_less_is_lost_than_under_greedy(reference: str) -> None:
    """Twelve members, paired: the weighted goal falls, with the whole interval; nothing refused, no plan missing."""
    first, played = ([member(reference, name, seed) for seed in range(12)] for name in ("greedy", "rolling"))
    row = beside(reference, "rolling", played, first)
    assert row["high"] < 0 < row["low_pct"] < row["margin_pct"] < row["high_pct"]
    assert row["refusals"] == row["fallbacks"] == 0
