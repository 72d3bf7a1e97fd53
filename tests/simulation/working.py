"""A crew at work in tests: calm days, an order, and what lies on the roads."""

from __future__ import annotations

from typing import Any

from simulation.engine import Simulation
from simulation.model import Scenario
from simulation.orders import Assign
from tests import cities
from tests.simulation.driving import go_until, ready

ROAD = "H0-0"
"""At the yard's door: 300 m, 16 m wide, class 1."""


def calm(**changes: Any) -> Scenario:
    """A cold day without snowfall or hardpacking: only crews change the roads."""
    physics = {
        "snow": {
            "compaction_time": (1e12,) * 4,
            "sky_view": 0.0,
            "sun_share": 0.0,
            "ground_temperature": -5.0,
        }
    }
    return cities.scenario(precipitation=0.0, air=-5.0, physics=physics, **changes)


def at_work(simulation: Simulation, verbs: tuple[str, ...], target: str = ROAD, **order: Any) -> int:
    """Give the order to plough/1 and run until it is at work; returns the second."""
    crew = ready(simulation, order.pop("crew", "plough/1"))
    assert simulation.apply(Assign(crew.id, verbs, (target,), **order)) is None  # type: ignore[arg-type]
    go_until(simulation, lambda: crew.activity == "work")
    return simulation.t


def finish(simulation: Simulation, crew: str = "plough/1") -> None:
    """Run until the crew stands by again."""
    go_until(simulation, lambda: simulation.crews[crew].activity == "standby")


def put(simulation: Simulation, **fields: float) -> None:
    """Put something on every road."""
    for name, value in fields.items():
        simulation.world.fields[name][:] = value


def on(simulation: Simulation, name: str, segment: str = ROAD) -> float:
    return float(simulation.world.fields[name][simulation.world.network.segment_index[segment]])
