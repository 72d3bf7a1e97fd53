"""A cross-section on its way into the tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.drainage.native.layout import SECTION_POINTS

TABLE_POINTS = 51
"""Of SWMM's own tables."""


def lookup(share: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Values of a table of ``TABLE_POINTS`` at shares (0-1) of its range, as SWMM reads it: linear, quadratic in
    the lowest two intervals."""
    place = share * (TABLE_POINTS - 1)
    line = np.interp(place, np.arange(TABLE_POINTS), table)
    low = np.clip(place.astype(int), 0, TABLE_POINTS - 3)
    bend = (table[low] - 2 * table[low + 1] + table[low + 2]) / 2
    curved = line + (place - low) * (place - low - 1) * bend
    return np.where((place < 2) & (curved > 0), curved, line)


def finer(table: np.ndarray) -> np.ndarray:
    """A table of ``TABLE_POINTS`` at ``SECTION_POINTS``."""
    return lookup(np.linspace(0.0, 1.0, SECTION_POINTS), table)


@dataclass(frozen=True)
class Profile:
    """One section (see ``layout.Sections``), with what it brings into its conduit."""

    shape: str
    open: bool
    full_depth: float
    full_area: float
    full_hydrad: float
    max_width: float
    max_factor: float
    max_factor_area: float
    area: np.ndarray
    width: np.ndarray
    hydrad: np.ndarray
    normal_depth: np.ndarray | None = None
    """(K,) where it is known by table."""
    bed: float = 0.0
    """m of sediment below the section."""
    roughness: float = 0.0
    """Manning's n that comes with the section; 0 = the conduit's own."""
    length_factor: float = 1.0
    """Length of the main channel over that of the flood plain."""

    @property
    def full_factor(self) -> float:
        """m^(8/3)."""
        return self.full_area * self.full_hydrad ** (2 / 3)
