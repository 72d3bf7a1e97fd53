"""The catalogue: figures with sources, and productivity that was measured somewhere."""

from __future__ import annotations

from typing import get_args

import pytest

from scenarios.catalog import load_kinds, load_materials
from simulation.model import Verb

KINDS = {kind.id: kind for kind in load_kinds()}
MATERIALS = {material.id: material for material in load_materials()}


def test_the_catalogue_has_what_scenarios_ask_for() -> None:
    """Machines and squads for every verb, and the materials they use."""
    assert set(KINDS) >= {
        "plough-spreader", "plough-3t", "roller-brush", "spreader", "loader", "grader", "haul", "blower",
        "footway-sweeper", "snow-hand-squad", "pump-truck-1500", "pump-truck-3000", "pump-180", "inlet-squad",
        "vac-truck", "sandbag-squad", "barrier-squad", "patrol-car",
    }  # fmt: skip
    assert set(MATERIALS) >= {"salt", "cacl2", "mgcl2", "grit", "sandbag", "diesel"}
    verbs = {verb for kind in KINDS.values() for verb in kind.abilities}
    assert verbs == set(get_args(Verb))


def test_every_row_names_its_source() -> None:
    """Each row says where its figures come from, and that its cost is a setting."""
    for row in [*KINDS.values(), *MATERIALS.values()]:
        assert row.source and "setting" in row.source, row.id


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.id)
def test_each_kind_can_do_what_it_says(kind) -> None:  # type: ignore[no-untyped-def]
    """A verb has the figure that it works with."""
    if {"plough", "spread"} & set(kind.abilities):
        assert kind.work_speed_major > 0 and kind.work_speed_minor > 0 and kind.width > 0
    if "pump" in kind.abilities:
        assert kind.pump_rate > 0 and 0.57 <= kind.pump_yield <= 0.67
    if "clear_inlet" in kind.abilities:
        assert kind.inlets_per_hour > 0
    if "haul" in kind.abilities:
        assert kind.haul_rate > 0
    if "sandbag" in kind.abilities or "spread" in kind.abilities:
        assert kind.hopper > 0
    assert (kind.fuel_tank > 0) == (kind.fuel_rate > 0)


def test_a_plough_works_at_the_pace_that_was_measured() -> None:
    """All-in pace of a plough lies about the 9.5-12.4 km a truck-hour of Syracuse's six storms (snow.md 4)."""
    plough = KINDS["plough-spreader"]
    major, minor = (
        3.6 * speed * plough.efficiency for speed in (plough.work_speed_major, plough.work_speed_minor)
    )
    assert minor < 9.5 < 12.4 < major < 20


def test_freezing_curves_are_those_of_the_source() -> None:
    """At -10 degC brine just freezes at 14.2 % of salt; at 0 degC nearly none is needed (FHWA-RD-95-202)."""
    salt = MATERIALS["salt"]

    def percent(t: float) -> float:
        return salt.freezing_a * t**2 + salt.freezing_b * t + salt.freezing_c

    assert percent(-10) == pytest.approx(14.18, abs=0.01)
    assert percent(-0.1) == pytest.approx(0.056, abs=0.001)
    assert [MATERIALS[name].floor for name in ("salt", "cacl2", "mgcl2")] == [-10, -12, -9.5]
