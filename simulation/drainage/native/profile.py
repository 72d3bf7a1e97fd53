"""A cross-section on its way into the tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


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
