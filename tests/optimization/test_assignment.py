"""The assignment programme against brute force, its limits, and its fallback."""

from __future__ import annotations

import itertools
import random

import pytest

from optimization import dispatchers
from optimization.dispatchers import assignment, greedy
from optimization.dispatchers.assignment import Option, Programme
from optimization.ground import Ground
from optimization.sites import sites
from optimization.solver import Outcome, solve
from optimization.tours import Tour
from simulation.model import Scenario
from simulation.orders import Assign
from simulation.situation import CrewReport, Situation
from tests.optimization.situations import crew, job, scenario, situation, town


def tour(rows: tuple[int, ...], worth: tuple[float, ...], depot: int = -1) -> Tour:
    """A tour whose time is its number of rows, so that rates are plain."""
    return Tour(("plough",), rows, worth, 0.0, 100.0 * len(rows), 0.0, depot)


def best_by_hand(options: list[Option], crews: list[CrewReport]) -> float:
    """The greatest worth over all ways to give each crew one of its tours or none; shared roads count once,
    at the price the programme sets: the most that one of their tours has for them."""
    slowest = min(o.tour.rate for o in options)
    price: dict[int, float] = {}
    for option in options:
        for row, worth in zip(option.tour.rows, option.tour.worth, strict=True):
            price[row] = max(price.get(row, 0.0), worth)
    best = 0.0
    for plan in itertools.product(*([None, *(o for o in options if o.crew.id == c.id)] for c in crews)):
        taken = [o.tour for o in plan if o is not None]
        times = {row: sum(row in t.rows for t in taken) for row in price}
        shared = sum(price[row] * (count - 1) for row, count in times.items() if count > 1)
        best = max(best, sum(t.value - 0.5 * slowest * t.seconds for t in taken) - shared)
    return best


@pytest.mark.parametrize("seed", range(12))
def test_tours_equal_brute_force(seed: int) -> None:
    """Four crews, four tours each over twelve roads with many overlaps: the same worth as trying all 625."""
    rng = random.Random(seed)
    world = scenario(crews=(("blade", 4),))
    crews = [crew(world, f"blade/{i + 1}") for i in range(4)]
    now = situation(world, crews, [job(s.id) for s in world.city.segments])
    options = []
    for one in crews:
        for _ in range(4):
            rows = tuple(sorted(rng.sample(range(12), rng.randint(1, 4))))
            options.append(Option(one, tour(rows, tuple(rng.uniform(1, 9) for _ in rows))))
    programme = Programme(Ground(world), now, options, None)
    outcome = solve(programme.problem, time_limit=10, gap=0.0)
    assert outcome.status == "optimal"
    assert -outcome.objective == pytest.approx(best_by_hand(options, crews))
    given = [row for _, tour in programme.tours(outcome) for row in tour.rows]
    assert len(set(given)) == len(given)


@pytest.mark.parametrize("seed", range(8))
def test_pumps_equal_brute_force(seed: int) -> None:
    """Two kinds of pump at three ponds: the same worth as trying all ways to send them."""
    rng = random.Random(seed)
    world = scenario(town(5, 5), crews=(("pump-big", 2), ("pump-small", 3)))
    names = [*(f"pump-big/{i + 1}" for i in range(2)), *(f"pump-small/{i + 1}" for i in range(3))]
    crews = [crew(world, name, f"{rng.randrange(5)}-{rng.randrange(5)}") for name in names]
    rows = [
        job(f"pond{k}", rng.uniform(1, 12), ("pump",), at=f"{rng.randrange(5)}-{rng.randrange(5)}",
            need=rng.uniform(50, 4000))
        for k in range(3)
    ]  # fmt: skip
    now = situation(world, crews, rows)
    table = sites(Ground(world), now, crews)
    assert table is not None
    programme = Programme(Ground(world), now, [], table)
    outcome = solve(programme.problem, time_limit=10, gap=0.0)
    best = 0.0
    for plan in itertools.product(range(-1, 3), repeat=5):
        need, worth = table.need.copy(), 0.0
        order = sorted((i for i in range(5) if plan[i] >= 0), key=lambda i: table.delay[i, plan[i]])
        for i in order:
            done = min(need[plan[i]], table.power[i, plan[i]])
            need[plan[i]] -= done
            discount = 1 + table.delay[i, plan[i]] / 3600
            worth += table.weight[plan[i]] * done / table.need[plan[i]] / discount
        best = max(best, worth)
    assert -outcome.objective == pytest.approx(best, abs=2e-5)


def test_a_yard_gives_out_what_it_holds() -> None:
    """Two empty crews, salt for one hopper: one of them is sent to load, not both."""
    world = scenario(crews=(("spreader", 2),))
    crews = [crew(world, f"spreader/{i + 1}", load=0.0) for i in range(2)]
    rows = [job(s.id, verbs=("spread",)) for s in world.city.segments]
    (decision,) = decisions(world, situation(world, crews, rows, stock=4000.0))
    assert len(decision.orders) == 1
    (both,) = decisions(world, situation(world, crews, rows, stock=8000.0))
    assert len(both.orders) == 2


def test_crews_are_matched_across() -> None:
    """One crew stands between two roads and has time for one, the other reaches only the more urgent of them:
    together they do both, where the best pair first leaves one undone."""
    world = scenario(town(1, 9), crews=(("blade", 2),))
    between = crew(world, "blade/1", "0-4", duty_left=220.0)
    beside = crew(world, "blade/2", "0-6", duty_left=230.0)
    rows = [job("h0-4", 8.0, ("plough",)), job("h0-3", 7.5, ("plough",))]
    now = situation(world, [between, beside], rows)
    (decision,) = decisions(world, now)
    assert {(o.crew, o.targets) for o in decision.orders if isinstance(o, Assign)} == {
        ("blade/1", ("h0-3",)),
        ("blade/2", ("h0-4",)),
    }
    assert len(greedy.answer(Ground(world), now)) == 1


def test_greedy_answers_where_the_solver_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """No plan in time: greedy's orders, and the decision says that they are and why."""
    monkeypatch.setattr(assignment, "solve", lambda *a, **k: Outcome("no_answer", seconds=2.0))
    world = scenario(crews=(("plough", 2),))
    crews = [crew(world, "plough/1"), crew(world, "plough/2", "3-3")]
    now = situation(world, crews, [job(s.id) for s in world.city.segments])
    (decision,) = decisions(world, now)
    assert decision.fallback and decision.status == "no_answer"
    assert decision.why[0].key == "dispatch.greedy_answered" and decision.why[0].gaps["status"] == "no_answer"
    assert list(decision.orders) == greedy.answer(Ground(world), now)


def test_no_time_at_all_still_gives_a_plan() -> None:
    """The first plan is there before the search: with no time for it, each crew still has its tour."""
    world = scenario(town(8, 8), crews=(("plough", 3),))
    crews = [crew(world, f"plough/{i + 1}", f"{2 * i}-{2 * i}") for i in range(3)]
    now = situation(world, crews, [job(s.id) for s in world.city.segments])
    hurried = assignment.Assignment(world, time_limit=0.0)
    assert len(list(hurried(now))) == 3
    assert hurried.decisions[0].status == "feasible" and not hurried.decisions[0].fallback


def decisions(world: Scenario, now: Situation) -> list[assignment.Decision]:
    """What a fresh assignment dispatcher decides."""
    dispatcher = dispatchers.make("assignment", world)
    dispatcher(now)
    return list(dispatcher.decisions)  # type: ignore[attr-defined]
