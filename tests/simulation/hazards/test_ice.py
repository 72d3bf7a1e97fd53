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


CHLORIDES = {
    "calcium": ((-0.0116, -1.1058, 2.4441), {-51.0: 29.8, -10.0: 12.34, -1.0: 2.3, -0.5: 1.15}),
    "magnesium": ((-0.02, -1.25, 0.8214), {-33.0: 20.3, -10.0: 11.32, -1.0: 1.62, -0.5: 0.81}),
}
"""Coefficients (FHWA-RD-95-202) and percent by mass, by hand; straight to 0 degC from -2 on."""


@pytest.mark.parametrize("name", CHLORIDES)
def test_other_chlorides_meet_their_eutectic_and_pure_water(name: str) -> None:
    """Near 0 degC half as cold needs half as much; a brine at its eutectic is within 1.5 % of the published one."""
    (a, b, c), points = CHLORIDES[name]
    material = SALT.model_copy(update={"freezing_a": a, "freezing_b": b, "freezing_c": c})
    for temperature, percent in points.items():
        found = 100 * ice.freezing_concentration(one(temperature), material)[0]
        assert found == pytest.approx(percent, abs=1.5 if temperature < -20 else 0.02)


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
    """Two half steps are one step; each road goes to its own end at its own rate."""
    start, end, rate = np.array([5.0, 5.0]), np.array([-3.0, -4.0]), np.array([20.0, 40.0])
    once = ice.road_temperature(start, end, rate, 3600)
    half = ice.road_temperature(start, end, rate, 1800)
    assert ice.road_temperature(half, end, rate, 1800) == pytest.approx(once)
    share = np.exp(-rate * 3600 / (2.10e6 * 0.10))
    assert once == pytest.approx(end + (start - end) * share)
    assert ice.road_temperature(start, end, rate, 10 * 86400) == pytest.approx(end, abs=1e-6)


def test_a_warm_pavement_melts_as_fast_as_heat_crosses_and_no_more_than_it_holds() -> None:
    """1 K melts about 1 mm an hour; over a day only the 0.63 mm whose heat is in it; a cold one nothing."""
    assert ice.melted_by_warmth(one(1.0), one(9.0), 600)[0] == pytest.approx(100 * 600 / 3.34e5)
    assert ice.melted_by_warmth(one(1.0), one(9.0), 86400)[0] == pytest.approx(2.1e5 / 3.34e5)
    assert ice.melted_by_warmth(one(1.0), one(0.1), 86400)[0] == 0.1
    assert ice.melted_by_warmth(one(-1.0), one(9.0), 600)[0] == 0.0


def test_only_what_the_salt_does_not_hold_freezes_and_only_as_the_road_takes_its_heat() -> None:
    """Half an hour's time constant; close to 0 degC the heat of freezing warms the road first."""
    film, capacity = np.array([0.5, 0.5, 5.0]), np.array([0.3, 0.6, 0.0])
    froze = ice.frozen(film, capacity, np.array([-5.0, -5.0, -0.1]), 1800)
    assert froze == pytest.approx([0.2 * (1 - np.exp(-1)), 0.0, 0.1 * 2.1e5 / 3.34e5])
    assert ice.warmed(one(-0.1), froze[2:])[0] == pytest.approx(0.0, abs=1e-12)
    assert ice.frozen(one(1.0), one(0.0), one(0.5), 1800)[0] == 0.0


def test_brine_melts_toward_what_its_salt_keeps_liquid() -> None:
    """First order in an hour, and never more than lies there."""
    melted = ice.melted_by_salt(
        np.array([0.0, 0.3, 0.0]), np.full(3, 0.2), np.array([5.0, 5.0, 0.01]), 3600, 3600
    )
    assert melted == pytest.approx([0.2 * (1 - np.exp(-1)), 0.0, 0.01])


def test_dry_salt_is_thrown_off_faster_than_brine() -> None:
    """MDSS: 9 % an hour of the busiest class's brine, 25 % of salt that lies dry; scaled with traffic."""
    salt, film = np.full(3, 0.010), np.array([0.2, 0.0, 0.0])
    share = ice.salt_thrown(salt, film, np.full(3, 0.09 / 3600), np.array([1.0, 1.0, 0.2]), 3600)
    assert share == pytest.approx(1 - np.exp([-0.09, -0.25, -0.09]))


@pytest.mark.parametrize(("humidity", "kilograms"), [(0.95, 11.9), (0.907, 6.0), (0.82, 3.4)])
def test_brine_stays_as_wet_as_the_air_allows(humidity: float, kilograms: float) -> None:
    """Over a brine that freezes at -5, -10 or -20 degC the air is at 95, 91 or 82 %: it dries to there."""
    assert ice.held_by_salt(one(1.0), one(humidity), SALT)[0] == pytest.approx(kilograms, rel=0.1)
    assert ice.held_by_salt(one(0.0), one(humidity), SALT)[0] == 0.0
