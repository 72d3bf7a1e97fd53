"""A long storm: each route is served again and again, through refills and reliefs."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from scenarios.load import load
from simulation.hazards.advice import CYCLE
from simulation.model import Scenario, Weather
from tests.storms.changes import played

HOUR = 3600
BEGINS, ENDS = 1, 49
"""Hours of the snowfall."""


def long_storm() -> Scenario:
    """48 h of 1.2 mm/h over Tiny Town with eight ploughs and salt enough."""
    scenario = load("tiny/snow")
    weather = tuple(
        Weather(
            t=h * HOUR,
            precipitation=1.2 / HOUR if BEGINS <= h < ENDS else 0.0,
            air=-3.0,
            humidity=0.92,
            wind=3.0,
        )
        for h in range(ENDS + 2)
    )
    fleet = scenario.fleet
    fleet = fleet.model_copy(
        update={
            "equipment": tuple(
                e.model_copy(update={"count": 4}) if "plough" in e.kind else e for e in fleet.equipment
            ),
            "stock": tuple(s.model_copy(update={"amount": 10 * s.amount}) for s in fleet.stock),
        }
    )
    storm = scenario.storm.model_copy(update={"weather": weather})
    return scenario.model_copy(update={"storm": storm, "fleet": fleet, "duration": 50 * HOUR})


@pytest.mark.parametrize("dispatcher", ["greedy", "assignment"])
def test_main_roads_get_a_pass_in_every_cycle(dispatcher: str) -> None:
    """From its first pass to the last flake no road of class 1 waits longer than a cycle for the next."""
    scenario = long_storm()
    run = played(scenario, dispatcher)
    first = {s.id for s in scenario.city.segments if s.priority == 1}
    served = defaultdict(list)
    for event in run.events:
        if event.kind == "pass" and not event.text and "plough" in event.verb and event.target in first:
            served[event.target].append(event.t)
    assert set(served) == first
    waits = {
        road: float(np.diff([*times, max(times[-1], ENDS * HOUR)]).max()) for road, times in served.items()
    }
    assert max(waits.values()) <= CYCLE
    assert min(len(times) for times in served.values()) >= (ENDS - BEGINS) * HOUR / CYCLE
    happened = {event.kind for event in run.events}
    assert {"refill", "relief", "refuel"} <= happened
    assert abs(run.balance["snow"]) < 1e-9 and abs(run.balance["material"]) < 1e-9
