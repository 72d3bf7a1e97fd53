"""The tunnel of Jingguang Road: its sill, its shapes, and that the published times are told apart."""

from __future__ import annotations

import pytest

from stormyard.validation import water_tunnel as tunnel


def test_waist_deep_water_runs_in_over_a_broad_sill() -> None:
    """0.9 m less the kerb's 0.15, on 21 m: 1.66 * 21 * 0.75^1.5."""
    assert tunnel.mouth_flow() == pytest.approx(1.66 * 21 * 0.75**1.5)
    assert tunnel.mouth_flow(0.15) == 0


def test_minutes_are_a_volume_over_a_flow() -> None:
    """About the lowest point V = w d^2 / s, with 13 m of fall on half of 1,835 m."""
    slope = 13 / 917.5
    wanted = 21 / slope * (1.5**2 - 0.1**2) / 20 / 60
    assert tunnel.minutes(tunnel.sloping(), 20.0) == pytest.approx(wanted, rel=1e-3)
    higher = 21 / (6 / 237.5) * (4.5**2 - 3.1**2) / 20 / 60
    assert tunnel.minutes(tunnel.ramps(), 20.0, 3.0) == pytest.approx(higher, rel=1e-3)


def test_a_floor_without_fall_fills_slower_than_a_lowest_point() -> None:
    assert tunnel.minutes(tunnel.level(), 20.0) > 5 * tunnel.minutes(tunnel.sloping(), 20.0)


def test_land_is_reckoned_from_the_hour_of_rain() -> None:
    """201.9 mm/h, nine tenths of it, are 0.505 m3/s a hectare; sewers take a part."""
    assert tunnel.catchment(50.475, 0.0) == pytest.approx(100)
    assert tunnel.catchment(10.0, tunnel.SEWER) > tunnel.catchment(10.0, 0.0)


def test_a_mouth_that_is_too_shallow_misses_the_published_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """With knee-deep water the checks fail: they can."""
    monkeypatch.setattr(tunnel, "_district", lambda: "")
    assert [c.holds for c in tunnel.examine(tunnel.Path("."), ()).checks] == [True, True, True]
    monkeypatch.setattr(tunnel, "mouth_flow", lambda: 4.0)
    assert [c.holds for c in tunnel.examine(tunnel.Path("."), ()).checks] == [False, False, False]
