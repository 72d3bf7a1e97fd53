"""Police barriers: asked for once an hour, opened when dry."""

from __future__ import annotations

import dataclasses

import numpy as np

from optimization.barriers import Barriers
from simulation.model import Scenario
from simulation.orders import Assign, Close, Open
from simulation.situation import Situation
from tests.optimization.situations import job, scenario, situation, town


def world() -> Scenario:
    """A town whose road h0-0 has a low point."""
    return scenario(
        tuple(s.model_copy(update={"low_point": "n1" if s.id == "h0-0" else None}) for s in town())
    )


def flooded(at: int) -> Situation:
    return situation(world(), [], [job("h0-0", 16.0, ("close",))], t=at)


def closed(at: int, depth: float, rain: float) -> Situation:
    """h0-0 is closed with so much water on it; so many mm/h are forecast."""
    now = situation(world(), [], [], t=at, blocked=("h0-0", "h1-1"))
    reported = dataclasses.replace(now.reported, water_depth=np.full(len(now.network), depth))
    forecast = dataclasses.replace(now.forecast, precipitation=np.full(6, rain / 3600))
    return dataclasses.replace(now, reported=reported, forecast=forecast)


def test_closing_is_asked_for_once_an_hour() -> None:
    """At once, not again within the hour, then again; and again after going back in time."""
    police = Barriers(world())
    order = [Close(("h0-0",))]
    assert [police(flooded(t), []) for t in (600, 600, 900, 4300, 300)] == [order, order, [], order, order]


def test_a_crew_on_the_way_is_enough() -> None:
    """The police are not asked where a crew is sent or already is."""
    sent = Assign("squad/1", ("close",), ("h0-0",))
    assert Barriers(world())(flooded(600), [sent]) == []
    there = situation(world(), [], [job("h0-0", 16.0, ("close",), crews=1)])
    assert Barriers(world())(there, []) == []


def test_opening_waits_for_dry_road_and_sky() -> None:
    """Only the road with a low point opens, when its water is gone and no rain is forecast."""
    assert Barriers(world())(closed(3600, 0.0, 0.0), []) == [Open(("h0-0",))]
    assert Barriers(world())(closed(3600, 0.1, 0.0), []) == []
    assert Barriers(world())(closed(3600, 0.0, 2.0), []) == []


def test_where_nobody_responds_nobody_is_asked() -> None:
    """A run without response gives no order that could only be refused."""
    idle = world().model_copy(update={"respond": False})
    assert Barriers(idle)(flooded(600), []) == []
    assert Barriers(idle)(closed(3600, 0.0, 0.0), []) == []
