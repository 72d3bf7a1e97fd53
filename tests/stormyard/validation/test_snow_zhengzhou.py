"""Snowfalls of Zhengzhou: new snow, and the district with the city's machines."""

from __future__ import annotations

import pytest

from scenarios.load import load
from simulation.weather import WeatherSeries
from stormyard.validation import snow_zhengzhou as zhengzhou


def test_new_snow_of_the_blizzard_lies_in_the_published_range() -> None:
    """3-7 cm at 83-137 kg/m3; twice the amount lies twice as deep; before the first flake there is none."""
    blizzard = load("jinshui/blizzard")
    depth, density = zhengzhou.fresh_depth(blizzard, 17 * 3600.0)
    assert 0.03 < depth < 0.07
    assert 83 < density < 137
    assert zhengzhou.fresh_depth(blizzard, 17 * 3600.0, 2.0)[0] == pytest.approx(2 * depth, rel=0.01)
    assert zhengzhou.fresh_depth(blizzard, 3600.0) == (0.0, 0.0)


def test_the_january_storm_brings_what_was_forecast() -> None:
    """7 mm, all snow, over by 05:00."""
    january = zhengzhou.january(load("jinshui/blizzard"))
    series = WeatherSeries(january.storm, january.physics.snow)
    assert series.fallen(january.duration) == pytest.approx(7.0)
    assert series.end_of_precipitation == 11 * 3600
    assert series.over(5 * 3600, 300).snow_share == 1.0


def test_the_district_gets_its_share_of_the_machines() -> None:
    """Only snow machines and de-icer grow; people and pumps stay."""
    blizzard = load("jinshui/blizzard")
    factor, share = zhengzhou.district_factor(blizzard)
    assert factor == 4
    assert share == pytest.approx(0.15, abs=0.01)
    count = {e.id: e.count for e in zhengzhou.enlarged(blizzard, 3).fleet.equipment}
    was = {e.id: e.count for e in blizzard.fleet.equipment}
    assert count["snow-1-spreader"] == 3 * was["snow-1-spreader"]
    assert count["drain-1-vac-truck"] == was["drain-1-vac-truck"]
    stock = zip(blizzard.fleet.stock, zhengzhou.enlarged(blizzard, 3).fleet.stock, strict=True)
    assert {(a.material, b.amount / a.amount) for a, b in stock if a.amount} >= {
        ("salt", 3.0),
        ("diesel", 1.0),
    }
