"""De-icer and road temperature against the published figures they are made from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.hazards import ice
from simulation.hazards.snow import deicer
from simulation.model import SnowPhysics

SALT = deicer(())
"""Rock salt with FHWA's freezing curve."""
PHYSICS = SnowPhysics()


def one(value: float) -> np.ndarray:
    return np.array([value])


@pytest.mark.parametrize(
    ("temperature", "percent"), [(-1, 1.576), (-2, 3.209), (-5, 7.759), (-10, 14.176), (-15, 19.135)]
)
def test_freezing_curve_of_rock_salt(temperature: float, percent: float) -> None:
    """-0.02916 T^2 - 1.7208 T - 0.116 percent by mass (FHWA-RD-95-202), worked by hand."""
    assert ice.freezing_concentration(one(temperature), SALT)[0] * 100 == pytest.approx(percent, abs=2e-3)


@pytest.mark.parametrize(
    ("temperature", "capacity"),
    [(-1, 62), (-2, 30), (-3, 20), (-5, 12), (-6.7, 8.9), (-8, 7.5), (-10, 6.1), (-15, 4.2)],
)
def test_melt_capacity(temperature: float, capacity: float) -> None:
    """kg of ice that a kg of salt melts, as tabled from the same curve; Cargill says 9 at -6.7 degC."""
    assert ice.melt_capacity(one(temperature), SALT)[0] == pytest.approx(capacity, rel=0.02)


@given(st.floats(-60, 40))
def test_capacity_is_finite_and_positive_at_any_temperature(temperature: float) -> None:
    """Beyond the curve's range it is clipped, never infinite or negative."""
    capacity = ice.melt_capacity(one(temperature), SALT)[0]
    assert 2.3 < capacity <= 199.0 + 1e-9


@given(st.floats(-20, 0), st.floats(-20, 0))
def test_colder_is_never_easier(a: float, b: float) -> None:
    """Melting takes at least as much salt on a colder road."""
    low, high = sorted((a, b))
    assert ice.melt_capacity(one(low), SALT)[0] <= ice.melt_capacity(one(high), SALT)[0]


@pytest.mark.parametrize(
    ("warm", "cold", "least", "most"),
    [(0.0, -2.2, 7.7, 15.4), (-2.2, -6.7, 15.4, 23.1), (-6.7, -9.4, 23.1, 30.8)],
)
def test_dose_lies_in_the_bands_of_practice(warm: float, cold: float, least: float, most: float) -> None:
    """MaineDOT's later passes, g/m2, at every hundredth of a degree from edge to edge."""
    doses = 1000 * ice.dose(np.linspace(cold, warm, round(100 * (warm - cold)) + 1), 1.0, SALT, PHYSICS)
    assert doses.min() >= least - 1e-9
    assert doses.max() <= most + 1e-9


def test_practice_holds_where_the_formula_runs_low() -> None:
    """At -3 degC the formula gives 12.6 g/m2, Maine 16.8; at -9 degC the formula asks for more and counts."""
    formula = 1000 * 0.15 / ice.melt_capacity(np.array([-4.5, -10.5]), SALT) / 0.9
    doses = 1000 * ice.dose(np.array([-3.0, -9.0]), 1.0, SALT, PHYSICS)
    assert formula[0] == pytest.approx(12.6, abs=0.1)
    assert doses[0] == pytest.approx(15.4 + 0.8 / 4.5 * 7.7)
    assert doses[1] == pytest.approx(formula[1])


def test_a_thrifty_district_spreads_less_in_proportion() -> None:
    """The least dose at 0 degC moves those below with it; 0 leaves the formula alone."""
    cold = np.array([0.0, -2.2, -6.7])
    assert ice.least_dose(cold, SnowPhysics(minimum_dose=0.004)) * 1000 == pytest.approx([4.0, 7.7, 11.55])
    bare = ice.dose(cold, 1.0, SALT, SnowPhysics(minimum_dose=0.0))
    assert bare == pytest.approx(0.15 / ice.melt_capacity(cold - 1.5, SALT) / 0.9)


def test_no_dose_where_it_does_no_good() -> None:
    """Too cold for the material, or too warm for ice."""
    assert ice.dose(np.array([-10.1, -30.0, 1.6, 20.0]), 1.0, SALT, PHYSICS).tolist() == [0, 0, 0, 0]


def test_dose_is_capped() -> None:
    """Thick residuals are not salted away."""
    assert ice.dose(one(-9.0), 50.0, SALT, PHYSICS)[0] == PHYSICS.maximum_dose


def test_road_temperature_is_the_exact_exponential() -> None:
    """Two half steps are one step; roads and decks each go to their own end at their own rate."""
    deck = np.array([False, True])
    start = np.array([5.0, 5.0])
    road, decks = (-3.0, 20.0), (-4.0, 40.0)
    once = ice.road_temperature(start, road, decks, deck, 3600)
    half = ice.road_temperature(start, road, decks, deck, 1800)
    assert ice.road_temperature(half, road, decks, deck, 1800) == pytest.approx(once)
    rate = 20.0 / (2.10e6 * 0.10)
    assert once[0] == pytest.approx(-3 + 8 * np.exp(-rate * 3600))
    assert once[1] == pytest.approx(-4 + 9 * np.exp(-2 * rate * 3600))
    assert ice.road_temperature(start, road, decks, deck, 10 * 86400) == pytest.approx([-3.0, -4.0], abs=1e-6)
