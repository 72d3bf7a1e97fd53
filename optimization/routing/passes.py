"""Tasks of a fleet's search as arrays, and which places lie near each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimization.routing.fleet_kernel import RUINED


@dataclass(frozen=True)
class Passes:
    """Tasks: every pass of every grid of the roads to be done; arrays over their t passes, grids g, roads r."""

    road: np.ndarray
    """(t,) row of ``roads``."""
    number: np.ndarray
    """(t,) 1, 2 ... within its grid."""
    roads: np.ndarray
    """(r,) segments."""
    grid_start: np.ndarray
    """(r + 1,) where the grids of a road begin, fewest passes first."""
    grid_task: np.ndarray
    """(g + 1,) where the passes of a grid begin."""
    enter: np.ndarray
    """(2 t,) place (row of ``Ways.cost``) at which option 2 x task + way begins; -1 where there is no such way."""
    leave: np.ndarray
    """(2 t,) place at which it ends."""
    work: np.ndarray
    """(kinds, t) s of work of each kind of vehicle; ``NOWHERE`` where it cannot."""
    kilograms: np.ndarray
    """(t,) kg to spread."""
    weight: np.ndarray
    """(t,) worth of having it done: weight of the class x lane-km."""
    release: np.ndarray
    """(t,) s before which it cannot begin."""
    tier: np.ndarray
    """(t,) class of the road, 1 to 4."""
    bare: np.ndarray
    """(t,) bool: for a blade alone, though salt is to be spread."""
    machines: np.ndarray
    """(t,) machines that drive it abreast."""

    def __len__(self) -> int:
        return len(self.road)

    @property
    def count(self) -> np.ndarray:
        """(t,) passes of its grid."""
        counts = np.diff(self.grid_task)
        return np.repeat(counts, counts)

    @property
    def segment(self) -> np.ndarray:
        """(t,) segment of each."""
        return self.roads[self.road]


Near = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Places before each, places after each, and the ways by where they lead to: see ``neighbours``."""


def neighbours(cost: np.ndarray) -> Near:
    """(places, n) places from which the way here is shortest, places to which the way from here is, and ``cost`` turned
    round: [to, from], so that the ways into a place lie side by side in memory."""
    back = np.ascontiguousarray(cost.transpose(1, 0, 2))
    return _nearest(back[..., 0]), _nearest(cost[..., 0]), back


def _nearest(seconds: np.ndarray) -> np.ndarray:
    """(places, n) the nearest of each row, itself first."""
    size = len(seconds)
    n = min(RUINED, size)
    table = np.empty((size, RUINED), np.int32)
    for i in range(size):
        row = seconds[i].copy()
        row[i] = -1.0
        near = np.argpartition(row, n - 1)[:n]
        table[i, :n] = near[np.argsort(row[near], kind="stable")]
        table[i, n:] = table[i, n - 1]
    return table
