"""What lies on a road and what it does to speed, against figures reckoned by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.hazards import surface

HOUR = 3600.0


def one(value: float) -> np.ndarray:
    return np.array([value])


def test_new_snow_is_lighter_when_colder_and_heavier_in_wind() -> None:
    """Hedstrom-Pomeroy when calm: 69 at -10 and 103 at -1 degC; in wind half of Crocus, 149 at -3 degC and 5 m/s."""
    assert surface.new_snow_density(-10.0, 0.0) == pytest.approx(69, abs=1)
    assert surface.new_snow_density(-1.0, 0.0) == pytest.approx(103, abs=1)
    assert surface.new_snow_density(-3.0, 5.0) == pytest.approx((84 + 149) / 2, abs=1)


def test_light_snow_settles_a_hundredth_an_hour_and_dense_snow_hardly() -> None:
    """Anderson: 1 % an hour at 0 degC below 100 kg/m3, a third of that at -27 degC, next to nothing at 300 kg/m3."""
    assert surface.settled(one(0.001), one(0.05), 0.0, HOUR)[0] == pytest.approx(
        0.001 * math.exp(-0.01), rel=1e-3
    )
    cold = -math.log(surface.settled(one(0.001), one(0.05), -27.5, HOUR)[0] / 0.001)
    assert cold == pytest.approx(0.01 / 3, rel=0.05)
    assert surface.settled(one(0.1), one(30.0), -5.0, HOUR)[0] > 0.0999
    assert surface.settled(one(0.0), one(0.0), -5.0, HOUR)[0] == 0.0


@given(st.floats(1e-6, 1), st.floats(0, 100), st.floats(-30, 5))
def test_snow_only_sinks(depth: float, mass: float, air: float) -> None:
    """At any depth, mass and air."""
    assert 0 <= surface.settled(one(depth), one(mass), air, HOUR)[0] <= depth


def test_free_water_is_a_share_of_all_that_lies_there() -> None:
    """0 on a dry road, 1 on a wet one, 0.2 for a quarter as much water as snow."""
    solid, film = np.array([0.0, 0.0, 4.0, 3.0]), np.array([0.0, 1.0, 1.0, 0.0])
    assert surface.free_water(solid, film).tolist() == [0.0, 1.0, 0.2, 0.0]


def test_traffic_packs_dry_snow_and_not_what_is_wet_below() -> None:
    """Below 15 % of free water in the layer a blade leaves; the share by the time of the class."""
    time = np.array([4 * HOUR, 4 * HOUR, 24 * HOUR])
    film = np.array([0.17, 0.18, 0.0])
    share = surface.packed(np.full(3, 5.0), film, 1.0, time, HOUR)
    assert share == pytest.approx([1 - math.exp(-1 / 4), 0.0, 1 - math.exp(-1 / 24)])


def test_traffic_throws_slush_aside_and_not_dry_snow() -> None:
    """56 minutes on the busiest class, five times as long with a fifth of its traffic."""
    solid, film = np.full(3, 4.0), np.array([1.0, 1.0, 0.5])
    share = surface.splashed(solid, film, np.array([1.0, 0.2, 1.0]), 1 / 3e-4)
    assert share == pytest.approx([1 - math.exp(-1), 1 - math.exp(-0.2), 0.0])


@pytest.mark.parametrize(
    ("state", "depth", "snow", "hardpack", "glaze", "film", "factor"),
    [
        ("dry", 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
        ("damp", 0.0, 0.0, 0.0, 0.0, 0.2, 1.0),
        ("wet", 0.0, 0.0, 0.0, 0.0, 0.5, 0.9),
        ("snow, 3 cm", 0.03, 3.0, 0.0, 0.0, 0.0, 0.65),
        ("snow, 7 cm", 0.07, 7.0, 0.0, 0.0, 0.0, 0.6),
        ("snow, 12 cm", 0.12, 12.0, 0.0, 0.0, 0.0, 0.4),
        ("snow, 30 cm", 0.30, 30.0, 0.0, 0.0, 0.0, 0.3),
        ("hardpack", 0.002, 0.0, 1.0, 0.0, 0.0, 0.5),
        ("snow on hardpack", 0.02, 1.0, 1.0, 0.0, 0.0, 0.5),
        ("slush, 15 % water", 0.01, 3.4, 0.0, 0.0, 0.61, 0.65),
        ("hardpack broken by brine", 0.002, 0.0, 1.0, 0.0, 0.3, 0.65),
        ("refrozen water", 0.0004, 0.0, 0.0, 0.2, 0.0, 0.2),
        ("refrozen below snow", 0.02, 2.0, 0.0, 0.2, 0.0, 0.65),
        ("thin frost", 0.0001, 0.0, 0.0, 0.05, 0.0, 1.0),
    ],
)  # fmt: skip
def test_speed_by_the_state_of_the_surface(
    state: str, depth: float, snow: float, hardpack: float, glaze: float, film: float, factor: float
) -> None:
    """MDSS rows for snow and ice, FHWA's for wet and slush, NRC/HRB's line between hardpack and slush."""
    found = surface.surface_factor(one(depth), one(snow), one(hardpack), one(glaze), one(film))
    assert found.tolist() == [factor], state


def test_speed_while_it_falls() -> None:
    """HCM: an inch of water an hour leaves 1 / 1.48 in rain and 1 / 2.4 in snow."""
    inch = 25.4 / HOUR
    assert surface.falling_factor(0.0, 0.0) == 1.0
    assert surface.falling_factor(inch, 0.0) == pytest.approx(1 / 1.48)
    assert surface.falling_factor(0.0, inch) == pytest.approx(1 / 2.4)
