"""Two ploughs abreast: joined where a wide road is cleared sooner, not where the way or an odd lane eats it up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from optimization.dispatchers import greedy
from optimization.ground import Ground
from optimization.tandem import in_pairs
from optimization.tours import PATIENCE, Tour, Tours, treatment_seconds
from optimization.worth import by_weight
from simulation.model import Scenario, Segment
from simulation.situation import CrewReport
from tests.optimization.situations import crew, job, scenario, situation, town

MAIN, SIDE = ("h0-0", "h0-1"), ("h0-2", "h0-3")


def wide(rows: int = 1, lanes: int = 4, **more: Any) -> tuple[Segment, ...]:
    """Roads of 1 km (the map keeps its blocks) with so many lanes of 3.5 m."""
    made = {"length": 1000.0, "lanes": lanes, "width": 3.5 * lanes, **more}
    return tuple(s.model_copy(update=made) for s in town(rows, 6))


def given(
    world: Scenario, crews: Sequence[CrewReport], weights: tuple[float, float] = (8.0, 1.0)
) -> tuple[Tours, list[tuple[CrewReport, Tour]]]:
    """Two crews with a tour each: the first along MAIN, the second along SIDE."""
    jobs = [job(name, weights[0], ("plough",)) for name in MAIN] + [
        job(n, weights[1], ("plough",)) for n in SIDE
    ]
    tours = Tours(Ground(world), situation(world, crews, jobs), by_weight)
    found = []
    for one, rows in zip(crews, ((0, 1), (2, 3)), strict=True):
        chosen = np.array(rows)
        kind = tours.ground.kinds[one.kind]
        after = np.cumsum(treatment_seconds(tours.ground, tours.situation, kind, ("plough",), chosen))
        worth = tours.worth(("plough",), chosen) / (1 + after / PATIENCE)
        found.append((one, Tour(("plough",), rows, tuple(worth.tolist()), 0.0, float(after[-1]), 0.0, -1)))
    return tours, found


def two(world: Scenario, kinds: tuple[str, str] = ("blade/1", "blade/2"), **more: Any) -> list[CrewReport]:
    return [crew(world, kinds[0], **more), crew(world, kinds[1], "0-2", **more)]


def test_two_go_along_the_main_road_and_then_along_the_other() -> None:
    """Four lanes of 1 km at 2.5 m/s and a tenth slower in snow are 1,760 s for one, 880 s for two: both get all four
    roads, the weightier first."""
    world = scenario(wide(), crews=(("blade", 2),))
    tours, apart = given(world, two(world))
    paired = in_pairs(tours, apart)
    assert [one.id for one, _ in paired] == ["blade/1", "blade/2"]
    (_, a), (_, b) = paired
    assert a == b
    assert a.rows == (0, 1, 2, 3)
    assert a.seconds == pytest.approx(4 * 880, rel=0.05)
    assert a.value > 1.01 * (apart[0][1].value + apart[1][1].value)
    whole = tours.worth(a.verbs, np.array([1]))[0]
    assert a.worth[1] == pytest.approx(whole / (1 + a.seconds / 2 / PATIENCE), rel=0.02)


def test_what_is_worth_as_much_is_left_to_each() -> None:
    """Both tours are done in the same time, and equal worth gains little: less than what the way may cost."""
    world = scenario(wide(length=200.0), crews=(("blade", 2),))
    tours, apart = given(world, two(world), (1.0, 1.0))
    assert in_pairs(tours, apart) == apart


@pytest.mark.parametrize(
    ("roads", "kinds", "more"),
    [
        (wide(lanes=2), ("blade/1", "blade/2"), {}),  # one lane a direction
        (wide(), ("blade/1", "plough/1"), {}),  # not alike
        (wide(), ("blade/1", "blade/2"), {"duty_left": 3550.0}),  # the relief comes before they are through
    ],
)
def test_who_does_not_go_with_whom(
    roads: tuple[Segment, ...], kinds: tuple[str, str], more: dict[str, float]
) -> None:
    world = scenario(roads, crews=(("blade", 2), ("plough", 1)))
    crews = two(world, kinds)
    tours, apart = given(world, crews)
    tight = [(one._replace(**more), tour) for one, tour in apart] if more else apart
    assert in_pairs(tours, tight) == tight


def test_the_rule_sends_pairs() -> None:
    """Two blades in one yard, a wide main road of weight and one of less: both crews get the same targets."""
    world = scenario(wide(), crews=(("blade", 2),))
    rows = [job(n, 8.0, ("plough",)) for n in MAIN] + [job(n, 1.0, ("plough",)) for n in SIDE]
    orders = greedy.answer(Ground(world), situation(world, two(world), rows))
    assert len(orders) == 2
    assert orders[0].targets == orders[1].targets
    assert set(orders[0].targets) > set(MAIN)
