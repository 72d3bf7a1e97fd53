"""Vectors of members' numbers: each lane is reckoned as if it were alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numba import njit

from simulation.drainage.native.lanes import (
    arc_cosine,
    every,
    exponential,
    greatest,
    load,
    opposite,
    raised,
    root,
    sine,
    some,
    spread,
    store,
    where,
)

WIDTH = 8
LANES = (0.0,) * WIDTH
NUMBERS = np.linspace(0.0, 1.0, WIDTH)


@njit
def _functions(x, out, lanes):  # type: ignore[no-untyped-def]
    value = load(x, 0, lanes)
    store(out, 0, sine(value))
    store(out, 1, arc_cosine(value))
    store(out, 2, exponential(value))
    store(out, 3, raised(value, 0.385))
    store(out, 4, root(value))


def test_functions_are_those_of_the_numbers() -> None:
    """Bit for bit those of the standard library."""
    out = np.zeros((5, WIDTH))
    _functions(NUMBERS[None].copy(), out, LANES)
    for row, function in zip(
        out, (math.sin, math.acos, math.exp, lambda x: x**0.385, math.sqrt), strict=True
    ):
        assert row.tolist() == pytest.approx([function(x) for x in NUMBERS], rel=1e-15)


@njit
def _choices(x, out, lanes):  # type: ignore[no-untyped-def]
    value = load(x, 0, lanes)
    large = value > 0.5
    store(out, 0, where(large, value, spread(-1.0, lanes)))
    store(out, 1, where(opposite(large), greatest(value, 0.25), spread(9.0, lanes)))
    return some(large), every(large), some(large & opposite(large)), every(large | opposite(large))


def test_choices_are_made_lane_by_lane() -> None:
    """Masks, their opposites and what holds in some or all lanes."""
    out = np.zeros((2, WIDTH))
    assert _choices(NUMBERS[None].copy(), out, LANES) == (True, False, False, True)
    assert out[0].tolist() == np.where(NUMBERS > 0.5, NUMBERS, -1.0).tolist()
    assert out[1].tolist() == np.where(NUMBERS <= 0.5, np.maximum(NUMBERS, 0.25), 9.0).tolist()


@njit
def _dangers(x, out, lanes):  # type: ignore[no-untyped-def]
    value = load(x, 0, lanes)
    store(out, 0, where(value > 0.5, raised(value - 0.5, 1.5) / (value - 0.5), spread(0.0, lanes)))


def test_a_lane_that_is_left_out_harms_no_other() -> None:
    """A root of a negative number and a division by nothing stay in their lanes and are not chosen."""
    out = np.full((1, WIDTH), np.nan)
    numbers = NUMBERS.copy()
    numbers[3] = 0.5
    _dangers(numbers[None], out, LANES)
    expected = [(x - 0.5) ** 0.5 if x > 0.5 else 0.0 for x in numbers]
    assert out[0].tolist() == pytest.approx(expected)
