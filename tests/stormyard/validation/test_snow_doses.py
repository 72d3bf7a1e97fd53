"""Doses and brines."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.catalog import load_materials
from simulation.hazards import ice
from stormyard.validation import snow_doses


def test_every_dose_lies_in_the_bands_of_practice() -> None:
    """At every tenth of a degree; and none below the working floor."""
    doses = [c for c in snow_doses.examine(Path(), ()).checks if "dose" in c.what]
    assert len(doses) == 8
    assert [c.what for c in doses if not c.holds] == []


def test_every_brine_holds_and_the_chart_is_a_picture() -> None:
    """Freezing curves and melt beside their published figures."""
    found = snow_doses.examine(Path(), ())
    brines = [
        check for check in found.checks if check.unit in ("kg", "%") and "temperatures" not in check.what
    ]
    assert len(brines) == 16
    assert [check.what for check in brines if not check.holds] == []
    assert found.figures[0][1].startswith(b"\x89PNG")


def test_the_second_source_of_a_brine() -> None:
    """NORTRIP's curve meets its own saturation: 5 % of molecules at -33 degC are 21.8 % by mass."""
    water = snow_doses.nortrip("mgcl2", -33.0)
    assert 1 / (1 + water) == pytest.approx(0.218, abs=0.001)


def test_measured_freezing_points_are_turned_into_kilograms() -> None:
    """Half a mole of rock salt in a kilogram of water freezes at -1.68 degC: 34.2 kg of water for 1 kg of salt."""
    salt = next(m for m in load_materials() if m.id == "salt")
    check = snow_doses._liquid(salt, -1.68, 1000 / (0.5 * 58.44), "laboratory", 0.15)
    assert check.measured == "laboratory 34.2 kg"
    assert check.computed == pytest.approx(float(ice.melt_capacity(-1.68, salt)))
