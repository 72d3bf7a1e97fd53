"""What a pass is worth, against figures reckoned by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from optimization.ground import Ground
from optimization.worth import by_forecast, by_weight, clear_hours, one_pass
from simulation.model import Scenario
from simulation.situation import Outlook, Situation
from tests.optimization.situations import crew, job, scenario, situation, town

BOTH = ("plough", "spread")


def now(
    world: Scenario, snow: float, hard: float = 0.0, hourly: float = 0.0, age: float = 0.0, **more: float
) -> Situation:
    """One plough, a job on every road, so much snow and hardpack reported ``age`` s ago, so much to come."""
    rows = [job(s.id, **more) for s in world.city.segments]
    made = situation(world, [crew(world, "plough/1")], rows)
    count = len(made.network)
    reported = dataclasses.replace(
        made.reported,
        snow=np.full(count, snow),
        ice=np.full(count, hard),
        seen=np.full(count, int(made.t - age)),
    )
    forecast = Outlook(made.t + 3600 * np.arange(6), np.full(6, hourly / 3600), np.full(6, -3.0))
    return dataclasses.replace(made, reported=reported, forecast=forecast)


def test_one_pass_of_a_blade() -> None:
    """Of 8 kg/m2 a fifth stays, of 3 the blade's residual of 1; hardpack loses three tenths."""
    world = scenario()
    ground, rows = Ground(world), np.array([0])
    for snow, hard, left in ((8.0, 2.0, 1.6 + 1.4), (3.0, 0.0, 1.0), (0.6, 1.0, 0.6 + 0.7)):
        before, after = one_pass(ground, now(world, snow, hard), ("plough",), rows)
        assert (before[0], after[0]) == pytest.approx((snow + hard, left))


def test_one_pass_of_salt() -> None:
    """20 g/m2 of salt, a tenth of it lost, keep 0.018 x (1 - c)/c kg liquid at -2 degC, c = 3.21 %."""
    world = scenario()
    before, after = one_pass(Ground(world), now(world, 1.0, rate=0.02), ("spread",), np.array([0]))
    concentration = (-0.02916 * 4 + 1.7208 * 2 - 0.116) / 100
    if world.fleet.materials[0].freezing_b == 0:
        concentration = 0.005
    assert before[0] - after[0] == pytest.approx(min(1.0, 0.018 * (1 - concentration) / concentration))


def test_an_old_report_is_brought_up_to_date() -> None:
    """A report an hour old gains an hour of forecast snow; a very old one two hours at most."""
    world = scenario()
    for age, fallen in ((3600, 0.5), (6 * 3600, 1.0)):
        before, _ = one_pass(Ground(world), now(world, 1.0, hourly=0.5, age=age), ("plough",), np.array([0]))
        assert before[0] == pytest.approx(1.0 + fallen)


def test_clear_hours() -> None:
    """At 0.5 kg/m2 an hour, room for 1 lasts 2 h, room for none 0 h; after the forecast nothing falls."""
    world = scenario()
    hours = clear_hours(now(world, 0.0, hourly=0.5), np.array([1.0, 0.25, 0.0, -1.0, 50.0]))
    assert hours == pytest.approx([2.0, 0.5, 0.0, 0.0, 10.0])
    assert clear_hours(now(world, 0.0), np.array([0.1]))[0] == 10.0


def test_present_worth_is_urgency_by_the_share_cleared() -> None:
    """3 kg/m2 on a goal of 1: the blade takes 2 of the 2 above it, all of the urgency over 0.2 km counts."""
    world = scenario()
    ground, rows = Ground(world), np.array([0])
    assert by_weight(ground, now(world, 3.0, weight=6.0), ("plough",), rows)[0] == pytest.approx(6.0 * 0.2)
    half = by_weight(ground, now(world, 0.0, 4.0, weight=6.0), ("plough",), rows)[0]
    assert half == pytest.approx(6.0 * 0.2 * 1.2 / 3.0)


def test_looking_ahead_prefers_what_stays_clear() -> None:
    """Two roads alike: the one whose clearing lasts is worth more than the one that snow covers again."""
    world = scenario()
    ground, rows = Ground(world), np.array([0])
    lasting = by_forecast(ground, now(world, 2.5, hourly=0.0, rate=0.03), BOTH, rows)
    covered = by_forecast(ground, now(world, 2.5, hourly=2.0, rate=0.03), BOTH, rows)
    assert lasting[0] > 1.5 * covered[0]


def test_looking_ahead_waits_with_what_is_still_clear() -> None:
    """A class 4 road with 1.5 of 3 kg/m2 is left for later; at 3.5 it is due."""
    segments = town(2, 2, {name: 4 for name in ("h0-0", "h1-0", "v0-0", "v0-1")})
    world = scenario(segments)
    ground, rows = Ground(world), np.array([0])
    early = by_forecast(ground, now(world, 1.5, hourly=0.4), ("plough",), rows)[0]
    due = by_forecast(ground, now(world, 3.5, hourly=0.4), ("plough",), rows)[0]
    assert due > 5 * early > 0
