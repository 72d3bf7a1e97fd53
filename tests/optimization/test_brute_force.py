"""Dispatchers' programmes beside every answer there is, on cases small enough to try them all."""

from __future__ import annotations

import random
from itertools import combinations_with_replacement, product

import numpy as np
import pytest
from scipy.optimize import linprog

from optimization import horizon as horizon_module
from optimization.dispatchers.assignment import Option, Programme
from optimization.foresight import BOTH, PLOUGH, SPREAD, Foresight, tree
from optimization.ground import Ground
from optimization.horizon import Horizon
from optimization.sites import Sites, sites
from optimization.solver import solve
from optimization.tours import Tour
from simulation.network import Network
from tests.optimization.situations import crew, job, scenario, situation, town

SALT, HOPPER = 9000.0, 6000.0
"""kg in the yard, and that a plough takes."""


def tour(rows: tuple[int, ...], worth: tuple[float, ...], depot: int) -> Tour:
    """A tour whose time is its number of rows."""
    return Tour(("plough", "spread"), rows, worth, 0.0, 100.0 * len(rows), 0.0, depot)


def worth_of(
    plan: tuple[Option | int | None, ...], options: list[Option], table: Sites, stock: float, hopper: float
) -> float | None:
    """Worth of giving each crew a tour, a site (its number) or nothing; None where the yard has not the salt."""
    slowest = min(o.tour.rate for o in options)
    price: dict[int, float] = {}
    for option in options:
        for row, worth in zip(option.tour.rows, option.tour.worth, strict=True):
            price[row] = max(price.get(row, 0.0), worth)
    given = [o for o in plan if isinstance(o, Option)]
    loads = sum(min(stock, hopper - o.crew.load) for o in given if o.tour.depot >= 0)
    if loads > stock + 1e-9:
        return None
    shared = sum(p * max(0, sum(row in o.tour.rows for o in given) - 1) for row, p in price.items())
    total = sum(o.tour.value - 0.5 * slowest * o.tour.seconds for o in given) - shared
    need = table.need.copy()
    sent = [(i, j) for i, j in enumerate(plan) if isinstance(j, int)]
    for i, j in sorted(sent, key=lambda pair: table.delay[pair]):
        done = min(need[j], table.power[i, j])
        need[j] -= done
        total += table.weight[j] * done / table.need[j] / (1 + table.delay[i, j] / 3600) - 1e-6
    return float(total)


def best_first(options: list[Option], table: Sites, stock: float, hopper: float) -> float:
    """Crew by crew, what adds most."""
    plan: list[Option | int | None] = [None] * len(table.crews)
    value = 0.0
    while True:
        better = []
        for i, one in enumerate(table.crews):
            for choice in () if plan[i] is not None else (0, 1, *(o for o in options if o.crew.id == one.id)):
                worth = worth_of((*plan[:i], choice, *plan[i + 1 :]), options, table, stock, hopper)
                better.append((-np.inf if worth is None else worth, i, choice))
        if not better or max(b[0] for b in better) <= value:
            return value
        value, i, plan[i] = max(better, key=lambda b: b[0])


def case(seed: int) -> tuple[Programme, list[Option], Sites]:
    """Four crews that can do either, each with three tours, two places, and salt for some of the loads."""
    rng = random.Random(seed)
    world = scenario(town(5, 5), crews=(("plough", 4),))
    verbs = ("plough", "spread", "guard", "clear_inlet")

    def corner() -> str:
        return f"{rng.randrange(5)}-{rng.randrange(5)}"

    crews = [
        crew(world, f"plough/{i + 1}", corner(), verbs=verbs, load=rng.choice([0.0, 2000.0]))
        for i in range(4)
    ]
    rows = [job(s.id) for s in world.city.segments[:8]]
    rows += [job(f"place-{v}", rng.uniform(2, 12), (v,), at=corner()) for v in ("guard", "clear_inlet")]
    now, ground = situation(world, crews, rows, stock=SALT), Ground(world)
    table = sites(ground, now, crews)
    assert table is not None and len(table.crews) == 4
    options = []
    for one, depot in product(crews, (0, 0, -1)):
        on = tuple(sorted(rng.sample(range(8), rng.randint(1, 3))))
        worth = [rng.uniform(3, 9) if depot == 0 else rng.uniform(1, 5) for _ in on]
        options.append(Option(one, tour(on, tuple(worth), depot)))
    return Programme(ground, now, options, table), options, table


def test_tours_places_and_salt_are_shared_out_as_well_as_can_be() -> None:
    """Crews that go on a tour, to a place or nowhere: the best of all ways that the salt allows. Best first is mostly
    worse, and more salt would bring more."""
    worse = held_back = 0
    for seed in range(8):
        programme, options, table = case(seed)
        outcome = solve(programme.problem, time_limit=10, gap=0.0)
        choices = [[None, 0, 1, *(o for o in options if o.crew.id == c.id)] for c in table.crews]
        worths = [worth_of(plan, options, table, SALT, HOPPER) for plan in product(*choices)]
        best = max(w for w in worths if w is not None)
        assert outcome.status == "optimal"
        assert -outcome.objective == pytest.approx(best, abs=1e-5)
        given = {c.id for c, _ in programme.tours(outcome)}, {o.crew for o in programme.site_orders(outcome)}
        assert not given[0] & given[1]
        worse += best_first(options, table, SALT, HOPPER) < best - 0.01
        held_back += None in worths
    assert worse >= 4 and held_back == 8


# ---------------------------------------------------------------- the hours ahead


@pytest.mark.parametrize("seed", range(8))
def test_the_prices_of_the_hours_ahead_prove_the_best_programme(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two jobs, two periods, narrow stock, bays and crews: what the prices add up to bounds every plan in thirds of a
    job, the best of them comes near it, and it is what another solver finds over all programmes at once."""
    monkeypatch.setattr(horizon_module, "PERIODS", 2)
    rng = np.random.default_rng(seed)
    world = scenario(crews=(("plough", 1), ("spreader", 1)))
    ground = Ground(world)
    ahead = Horizon(world, ground, Foresight(ground, Network(world.city.segments).priority - 1))
    acts = tree(2, horizon_module.TREATMENTS).programmes
    hours = rng.integers(1, 4, (2, 4)).astype(float)
    right = np.r_[float(rng.integers(2, 5)), rng.integers(1, 4, 2), hours.ravel()]
    monkeypatch.setattr(ahead, "_supply", lambda _: (right[0], right[1:3], hours))
    salt, seconds = rng.integers(1, 4, 2).astype(float), rng.integers(1, 4, (4, 2)).astype(float)
    worth = np.cumsum(rng.integers(0, 9, (2, 4)), axis=1)[:, acts].astype(float) @ [1.0, 0.8]
    worth -= worth[:, :1]
    now = situation(world, [crew(world, "plough/1")], [job("h0-0")])
    prices, status = ahead._solved(now, worth, salt, seconds)

    need = np.array([[_used(p, salt[j], seconds[:, j]) for p in acts] for j in range(2)])
    bound = float(prices @ right + (worth - need @ prices).max(axis=1).sum())
    assert status == "optimal" and (prices >= 0).all()
    whole = linprog(
        -worth.ravel(), need.reshape(-1, len(right)).T, right, np.kron(np.eye(2), np.ones(len(acts))), [1, 1]
    )
    assert bound == pytest.approx(-whole.fun)
    thirds = np.array(list(combinations_with_replacement(range(len(acts)), 3)))
    value = worth[:, thirds].mean(axis=2)
    used = need[:, thirds].mean(axis=2)
    fits = (used[0][:, None] + used[1][None, :] <= right + 1e-9).all(axis=2)
    best = float((value[0][:, None] + value[1][None, :])[fits].max())
    assert prices.any() and 0.85 * bound <= best <= bound + 1e-6


def _used(programme: np.ndarray, salt: float, seconds: np.ndarray) -> list[float]:
    """What a programme draws on: stock, the bays of each period, and in each the time of who ploughs, who spreads, who
    does both, and all."""
    bays, times = [0.0, 0.0], np.zeros((2, 4))
    for e, act in enumerate(programme.tolist()):
        bays[e] = salt * (act in (SPREAD, BOTH))
        times[e] = seconds[act] * np.array(
            [act in (PLOUGH, BOTH), act in (SPREAD, BOTH), act == BOTH, act > 0]
        )
    return [sum(bays), *bays, *times.ravel()]
