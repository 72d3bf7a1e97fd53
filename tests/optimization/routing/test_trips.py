"""Loading stops are the cheapest there are for an order of passes, and bays are waited for."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from optimization.routing.trips import Timetable, loads
from tests import cities

ARCS, YARDS, CAPACITY = 6, 2, 10.0


def cost_of(stops: tuple[int, ...], given: dict[str, Any]) -> float:
    """What some stops cost, by hand: the way round by the yard and the loading, times all that waits; inf where the
    hopper runs out on the way."""
    far, at, to, used, total = given["far"], given["at"], given["to"], 0.0, 0.0
    for place, yard in enumerate(stops):
        if yard >= 0:
            way = far[at[place], ARCS + yard] + far[ARCS + yard, to[place]] - far[at[place], to[place]]
            stop = given["machines"] * given["yard"][yard, 0] + used / given["yard"][yard, 1]
            total += (way + stop) * given["later"][place]
            used = 0.0
        used += given["kilograms"][place]
        if used > CAPACITY:
            return float("inf")
    return total


@pytest.mark.parametrize("seed", range(8))
def test_stops_are_the_best_of_all(seed: int) -> None:
    """Beside every way to place stops at every yard, one by one."""
    rng, machines = np.random.default_rng(seed), 1 + seed % 2
    size, n = ARCS + YARDS, 6
    far = rng.integers(1, 60, (size, size)).astype(np.float32)
    given = {
        "far": far, "at": np.r_[ARCS, rng.integers(0, ARCS, n - 1)], "to": rng.integers(0, ARCS, n),
        "kilograms": rng.integers(1, 7, n).astype(float), "later": np.sort(rng.uniform(0.1, 9.0, n))[::-1],
        "yard": np.array([[5.0, 2.0], [20.0, 9.0]]), "machines": machines,
    }  # fmt: skip
    found = loads(
        np.stack([far, far], axis=2), ARCS, given["at"], given["to"], given["kilograms"], given["later"].copy(),
        CAPACITY, 1.0, machines, given["yard"], np.array([True, True]),
    )  # fmt: skip
    choices = [(-1,)] + [(-1, 0, 1)] * (n - 1)
    best = min(cost_of(stops, given) for stops in itertools.product(*choices))
    assert cost_of(tuple(found.tolist()), given) == pytest.approx(best)


def test_an_empty_yard_is_not_gone_to() -> None:
    """Where one of two yards has nothing, stops are at the other."""
    far = np.ones((ARCS + YARDS, ARCS + YARDS, 2), np.float32)
    far[:, ARCS] = 0.1
    stops = loads(
        far, ARCS, np.array([ARCS, 0, 1, 2]), np.array([0, 1, 2, 3]), np.full(4, 6.0), np.ones(4), CAPACITY, 1.0, 1,
        np.ones((2, 2)), np.array([False, True]),
    )  # fmt: skip
    assert set(stops[stops >= 0].tolist()) == {1} and (stops >= 0).sum() == 3


def test_a_bay_is_waited_for() -> None:
    """One bay: who comes while another loads waits; who comes before anybody does not, in whatever order they are
    asked about."""
    table = Timetable(cities.scenario())
    assert table.bay(0, 100.0, 50.0) == (100.0, 150.0)
    assert table.bay(0, 120.0, 50.0) == (150.0, 200.0)
    assert table.bay(0, 10.0, 50.0) == (10.0, 60.0)
    assert table.bay(0, 55.0, 50.0) == (200.0, 250.0), "from 60 to 100 there is no room for it"
