"""Units: what is held inside against what is written in files."""

import pytest

from simulation import units
from simulation.model import Kind, Scenario, Storm
from simulation.units import Unit, unit_of

WRITTEN = {
    "Speed": (36.0, "kmh", 10.0),
    "KilogramsPerSecond": (60.0, "th", 16.6667),
    "Dose": (20.0, "gm2", 0.02),
    "PrecipitationRate": (3.6, "mmh", 0.001),
    "Flow": (3600.0, "m3h", 1.0),
    "Percent": (30.0, "pct", 0.3),
    "SecondsAsMinutes": (15.0, "min", 900.0),
    "SecondsAsHours": (1.5, "h", 5400.0),
    "KilogramsAsTonnes": (8.0, "t", 8000.0),
    "MetresAsCentimetres": (25.0, "cm", 0.25),
    "MoneyPerTonne": (500.0, "cnyt", 0.5),
    "WaterEquivalent": (1.0, "mm", 1.0),
    "Celsius": (-5.0, "c", -5.0),
    "FuelRate": (36.0, "kgh", 0.01),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_factor_and_suffix(name: str) -> None:
    """A written value times the factor is the held one; the suffix is what columns end with."""
    written, suffix, held = WRITTEN[name]
    unit = unit_of(getattr(units, name).__metadata__)
    assert unit is not None
    assert written * unit.factor == pytest.approx(held, rel=1e-5)
    assert unit.suffix == suffix


def test_fields_carry_their_units() -> None:
    """A noun's field tells its unit, and a pure number tells none."""
    assert unit_of(Kind.model_fields["travel_speed"].metadata) == Unit("m/s", "km/h", 1 / 3.6)
    assert unit_of(Scenario.model_fields["duration"].metadata) == Unit("s", "h", 3600.0)
    assert unit_of(Kind.model_fields["crew"].metadata) is None
    assert unit_of(Storm.model_fields["id"].metadata) is None
