"""What a hazard declares: its fields, its tick, how it steps, and what it asks people to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from simulation.model import HazardName
from simulation.record import FieldSpec

if TYPE_CHECKING:
    from simulation.situation import Jobs, Reported
    from simulation.weather import WeatherNow
    from simulation.world import World


class Hazard(Protocol):
    """One hazard. It owns its fields in the world and is stepped on the PHYSICS beat."""

    name: HazardName
    tick: int
    """Seconds between two steps."""
    fields: tuple[FieldSpec, ...]

    def start(self, world: World) -> None:
        """Put the initial fields into ``world.fields``."""

    def step(self, world: World, weather: WeatherNow, seconds: int) -> None:
        """Integrate from ``world.t`` over ``seconds`` with the weather of that time."""

    def speed_factor(self, world: World) -> np.ndarray:
        """(segments,) speed over free-flow speed that the hazard leaves to traffic; 0 = impassable."""

    def jobs(self, world: World, reported: Reported) -> Jobs:
        """The work that the reports (not the truth) call for."""

    def balance(self, world: World) -> dict[str, float]:
        """Relative residuals of conservation, by name."""

    def totals(self, world: World) -> dict[str, float]:
        """Whole-run sums for the record."""

    def close(self) -> None:
        """Free what the hazard holds."""
