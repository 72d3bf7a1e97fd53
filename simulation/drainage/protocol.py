"""What a drainage engine must be able to do. Small, so that another engine can stand behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class WaterTotals:
    """Volumes since the start, m3."""

    rain: float
    runoff: float
    """Surface runoff that entered the drains."""
    injected: float
    """Put in from outside (meltwater, surges)."""
    pumped: float
    """Taken out by mobile pumps."""
    flooded: float
    """Came out of the rims: what was lost, and at nodes that pond all that rose, though some of it came back."""
    lost: float
    """Left the model over the surface: SWMM's "Flooding Loss"."""
    outflow: float
    """Left through the outfalls; what a river pushed in there and left again is in it too."""
    storage: float
    continuity: float
    """Flow-routing continuity error, relative (0.01 = 1 %)."""


class DrainageError(Exception):
    """The drain model cannot be read or run; the text names the line and what to do."""


class Drainage(Protocol):
    """A drain model in motion, over the storm it was opened with. Node arrays follow ``nodes``; all SI."""

    nodes: tuple[str, ...]
    """Every node of the model, outfalls and storages too."""
    pumps: tuple[str, ...]
    """Links that are pumps."""
    invert: np.ndarray
    """(nodes,) m above the model's datum."""
    full_depth: np.ndarray
    """(nodes,) m from invert to rim."""
    ponded_area: np.ndarray
    """(nodes,) m2 on which water above the rim stands and returns; 0 where it is lost from the model."""
    can_clog: np.ndarray
    """(nodes,) bool: where ``set_clog`` has an effect."""

    def step(self, seconds: int) -> None:
        """Advance. Raises DrainageError if the engine fails."""

    def depth(self) -> np.ndarray:
        """(nodes,) m above invert, above ``full_depth`` where water is ponded."""

    def ponded(self) -> np.ndarray:
        """(nodes,) m of water that stands above the rim; 0 where none does or can."""

    def flooding(self) -> np.ndarray:
        """(nodes,) m3/s leaving through the rim now."""

    def set_inflow(self, node: int, flow: float) -> None:
        """Water put in at a node from now on (meltwater, surges), m3/s, at least 0."""

    def set_pumping(self, node: int, rate: float) -> None:
        """What mobile pumps can take out of a node from now on, m3/s, at least 0. The engine never takes what
        is not there: it stops below the pumps' low depth, and ``totals`` tell what was really moved."""

    def set_clog(self, node: int, share: float) -> None:
        """Share (0-1) of the inlet and outlet capacity at a node that debris blocks."""

    def set_pump(self, link: int, on: bool) -> None:
        """A pump's power (index into ``pumps``)."""

    def set_stage(self, stage: float) -> None:
        """River level at every free or fixed outfall above its invert, m."""

    def totals(self) -> WaterTotals:
        """Volumes so far."""

    def close(self) -> None:
        """Free the engine; safe to call twice."""
