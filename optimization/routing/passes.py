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
    main: np.ndarray
    """(t,) bool: of a road of class 1."""

    def __len__(self) -> int:
        return len(self.road)

    @property
    def segment(self) -> np.ndarray:
        """(t,) segment of each."""
        return self.roads[self.road]


def neighbours(cost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(places, n) places from which the way here is shortest, and places to which the way from here is."""
    seconds, size = cost[..., 0], len(cost)
    n = min(RUINED, size)
    before, after = np.empty((size, RUINED), np.int32), np.empty((size, RUINED), np.int32)
    for table, of in ((before, seconds.T), (after, seconds)):
        for i in range(size):
            row = of[i].copy()
            row[i] = -1.0
            near = np.argpartition(row, n - 1)[:n]
            table[i, :n] = near[np.argsort(row[near], kind="stable")]
            table[i, n:] = table[i, n - 1]
    return before, after
