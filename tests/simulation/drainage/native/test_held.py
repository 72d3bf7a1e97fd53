"""What a compiled function works on for a whole run."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from simulation.drainage.native.held import Held, hold


class Tank(NamedTuple):
    level: np.ndarray
    area: float


@njit
def fill(held: Held, volume: float) -> float:
    tank, taps = held.parts
    tank.level[0] += volume * taps[0] / tank.area
    return float(tank.level[0])


def test_what_is_held_is_what_was_given() -> None:
    tank, taps = Tank(np.zeros(1), 2.0), np.ones(1)
    held: Any = hold((tank, taps))
    assert fill(held, 3.0) == tank.level[0] == 1.5
    tank.level[0], taps[0] = 10.0, 0.5  # written here, seen there
    assert fill(held, 4.0) == tank.level[0] == 11.0


def test_the_arrays_live_as_long_as_what_holds_them() -> None:
    held = hold((Tank(np.full(1, 7.0), 1.0), np.ones(1)))
    assert fill(held, 1.0) == 8.0
