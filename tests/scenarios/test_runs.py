"""The shipped small scenarios run, and show what they are there to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.load import load
from simulation.engine import run
from simulation.record import Run


def unattended(reference: str | Path, variant: str | None = None) -> Run:
    """A run in which no order is given."""
    return run(load(reference, variant), 1, lambda situation: [])


def test_snow_settles_on_the_tiny_town() -> None:
    """Six millimetres of snow lie on the roads of tiny/snow when nobody acts, and none is lost on the way."""
    result = unattended("tiny/snow", "no-response")
    fallen = sum(
        (after.t - before.t) * before.precipitation
        for before, after in zip(
            result.scenario.storm.weather, result.scenario.storm.weather[1:], strict=False
        )
    )
    lying = (result.fields["snow"] + result.fields["ice"]).isel(time=-1).mean()
    assert fallen == pytest.approx(6.0)
    assert 4.0 < float(lying) <= fallen
    assert abs(result.balance["snow"]) < 1e-9


def test_the_underpass_of_the_tiny_town_fills() -> None:
    """In tiny/flood the pumped underpass passes the depth at which it must be closed; the balance holds."""
    result = unattended("tiny/flood")
    goals = result.scenario.goals
    underpass = next(s.id for s in result.scenario.city.segments if s.structure == "underpass")
    depth = result.fields["water_depth"].sel(segment=underpass)
    assert float(depth.max()) > goals.close_depth
    assert float(depth.isel(time=-1)) < 0.05
    assert abs(result.balance["water"]) < 0.01


@pytest.mark.parametrize("variant", [None, "rain"])
def test_the_sample_runs(pristine: Path, variant: str | None) -> None:
    """A new scenario runs as it stands, with snow and with rain."""
    result = unattended(pristine, variant)
    field = "snow" if variant is None else "water_depth"
    assert float(result.fields[field].max()) > 0
    assert result.fields.sizes["segment"] == 17
