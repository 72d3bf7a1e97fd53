"""Heat of a road: sun, clouds, sky, and the ground below."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from simulation.hazards import heat

OPEN = heat.Place(sky_view=1.0, sun_share=1.0, wetness=0.0)
NIGHT = heat.Sky(air=0.0, humidity=0.7, wind=2.0, radiation=0.0, cloud=0.0)


def test_the_sun_stands_where_almanacs_have_it() -> None:
    """Noon at the equator at an equinox: overhead; midsummer noon in Stockholm: 54 degrees; midnight: below."""
    assert heat.sun_height(datetime(2024, 3, 21, 12, tzinfo=UTC), 0.0, 0.0) == pytest.approx(1.0, abs=0.01)
    noon = heat.sun_height(datetime(2024, 6, 21, 10, 48, tzinfo=UTC), 59.3, 18.0)
    assert np.degrees(np.arcsin(noon)) == pytest.approx(54.1, abs=0.5)
    assert heat.sun_height(datetime(2024, 12, 21, 0, tzinfo=UTC), 59.3, 18.0) < 0


def test_clouds_are_told_from_the_sun_they_leave() -> None:
    """There and back; 25 % of the sun is left when overcast; with the sun too low nothing is told."""
    assert heat.sun(0.5, 1.0) == pytest.approx(0.25 * heat.clear_sun(0.5))
    assert heat.cloud_of(heat.sun(0.5, 0.6), 0.5) == pytest.approx(0.6)
    assert heat.cloud_of(10_000.0, 0.5) == 0.0
    assert heat.cloud_of(5.0, 0.01) is None
    assert heat.clear_sun(-0.3) == 0.0


def test_a_clear_sky_sends_less_than_a_cloudy_one() -> None:
    """At 0 degC 60-100 W/m2 less than a body at air temperature; overcast about 10."""
    body = heat.STEFAN_BOLTZMANN * 273.15**4
    assert 60 < body - heat.sky(0.0, 0.7, 0.0) < 100
    assert 5 < body - heat.sky(0.0, 0.7, 1.0) < 20


def test_a_deck_freezes_first_when_frost_comes_in() -> None:
    """Air falls to -8 degC: a deck, with that air below it too, freezes while the ground warms roads."""
    frost = heat.Sky(-8.0, 0.7, 4.0, 0.0, 1.0)
    road, deck = heat.Ground(3.0, place=OPEN), heat.Ground(3.0, deck=True, place=OPEN)
    for _ in range(24 * 6):
        road.step(frost, 600)
        deck.step(frost, 600)
    assert deck.surface < road.surface - 0.5


def test_a_clear_night_cools_a_road_below_the_air() -> None:
    """Open ground loses heat to the sky; an overcast night keeps it near the air."""
    road, covered = heat.Ground(3.0, place=OPEN), heat.Ground(3.0, place=OPEN)
    for _ in range(12 * 6):
        road.step(NIGHT, 600)
        covered.step(heat.Sky(0.0, 0.7, 2.0, 0.0, 1.0), 600)
    assert road.surface < -2
    assert covered.surface > road.surface + 1


def test_heat_is_kept_where_nothing_crosses_and_ticks_do_not_matter() -> None:
    """At its own balance a road stays; two steps of ten minutes and four of five end within 0.2 K."""
    gained, lost = heat.load(NIGHT, OPEN, 0.0)
    still = gained / lost
    again, rate = heat.load(NIGHT, OPEN, still)
    assert again - rate * still == pytest.approx(0.0, abs=2.0)
    long, short = heat.Ground(2.0, place=OPEN), heat.Ground(2.0, place=OPEN)
    for _ in range(2):
        long.step(NIGHT, 600)
    for _ in range(4):
        short.step(NIGHT, 300)
    assert long.surface == pytest.approx(short.surface, abs=0.2)


def test_sun_and_traffic_warm() -> None:
    """100 W/m2 of traffic and noon sun each warm by kelvins within an hour."""
    plain = heat.Ground(0.0, place=OPEN).step(NIGHT, 3600)
    sunny = heat.Ground(0.0, place=OPEN).step(heat.Sky(0.0, 0.7, 2.0, 500.0, 0.0), 3600)
    busy = heat.Place(sky_view=1.0, sun_share=1.0, wetness=0.0, traffic=100.0)
    assert sunny > plain + 5
    assert plain + 1 < heat.Ground(0.0, place=busy).step(NIGHT, 3600) < sunny


def test_snow_reflects_more_of_the_sun_than_a_road() -> None:
    """METRo: from 1 to 6 kg/m2; NORTRIP's 0.4 for the snow of roads."""
    assert heat.albedo(np.array([0.0, 1.0, 3.5, 6.0, 50.0])) == pytest.approx([0.1, 0.1, 0.25, 0.4, 0.4])


def test_vehicles_warm_a_busy_road_by_two_watts() -> None:
    """300 an hour and lane at 50 km/h stand 2.4 % of the time over a spot as cars and 0.7 % as lorries (NORTRIP)."""
    by_hand = 50 * (270 / 3600 * 4.5 / 13.9) + 150 * (30 / 3600 * 12 / 13.9)
    found = heat.traffic(np.array([300.0, 300.0, 0.0]), np.array([13.9, 1.39, 13.9]))
    assert found == pytest.approx([by_hand, 10 * by_hand, 0.0])
    assert 2 < by_hand < 3


def test_wet_roads_dry_in_dry_air_and_take_dew_when_colder_than_it() -> None:
    """At 0 degC, 70 % and 2 m/s a tenth of a millimetre in four hours; brine less; a road of -5 degC takes frost."""
    water, brine = (heat.evaporation(NIGHT, heat.Place(), np.array([0.0]), a)[0] for a in (1.0, 0.76))
    assert water * 4 * 3600 == pytest.approx(0.14, abs=0.02)
    assert 0 < brine < 0.3 * water
    assert heat.evaporation(NIGHT, heat.Place(), np.array([-6.0]), 1.0)[0] < 0
    assert heat.humidity_over(NIGHT, np.array([0.0]))[0] == pytest.approx(0.7)
    assert heat.humidity_over(NIGHT, np.array([-6.0]))[0] > 1
