"""The land as the compiled functions see it. Units: m, s, m/s (of water on land), m3/s.

Each of S subcatchments has three sub-areas, the first axis of many arrays: sealed without depression storage,
sealed with it, pervious.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

HORTON, MODIFIED_HORTON, GREEN_AMPT, MODIFIED_GREEN_AMPT, CURVE_NUMBER, NO_SOIL = range(6)
RAIN, RUNON, EVAPORATION, INFILTRATION, DRAINED, RUNOFF = range(6)
"""Rows of the books."""
OVERLAND, NEVER, AT_ONCE = range(3)
"""How a sub-area sheds water: as a reservoir, not at all (no slope or width), all at once (no roughness)."""
SOIL_STATES = 6
NOTHING = 1e-10 * 0.3048
"""m or m/s below which there is no water, as in SWMM."""
PERVIOUS = 2
"""Its place among the sub-areas."""


class Place(NamedTuple):
    """Where water falls and goes; see ``Land`` for each."""

    area: np.ndarray
    gage: np.ndarray
    outlet: np.ndarray
    share: np.ndarray
    leaves: np.ndarray
    linked: bool
    """Whether any land drains onto other land or another sub-area."""


class Month(NamedTuple):
    """What the month has a say in."""

    how: np.ndarray
    """(3, S) OVERLAND, NEVER or AT_ONCE."""
    alpha: np.ndarray
    """(3, S)."""
    store: np.ndarray
    """(3, S) m."""
    method: np.ndarray
    """(S,) of infiltration."""
    parameters: np.ndarray
    """(S, 5) of the method."""
    factor: np.ndarray
    """(S,) on Green-Ampt's conductivity."""
    recovery: float
    """Factor on the soil's drying."""


class State(NamedTuple):
    """The land at a moment; changed in place."""

    depth: np.ndarray
    """(3, S, members) m."""
    flow: np.ndarray
    """(3, S, members) m/s, outflow."""
    arrives: np.ndarray
    """(3, S, members) m/s, from other land and sub-areas in the next step."""
    soil: np.ndarray
    """(SOIL_STATES, S, members), see the methods in ``land_soil``."""
    seeps: np.ndarray
    """(S, members) m/s into pervious land in this step."""
    old: np.ndarray
    """(S, members) m3/s, runoff at the start of the step."""
    new: np.ndarray
    """(S, members) m3/s, runoff at its end."""
    steady: np.ndarray
    """(3, S, members) m/s, the inflow that ``level`` and ``fade`` are for: nan where the step or the month is
    another now, and the outflow may not be that of the depth."""
    level: np.ndarray
    """(3, S, members) m above the depression storage to which a reservoir tends under it."""
    fade: np.ndarray
    """(3, S, members) share of its decay that is left after a step."""
    books: np.ndarray
    """(6, members) m3 since the start."""
