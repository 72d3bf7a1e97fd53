"""Cross-sections given by points: natural channels, streets and custom shapes.

Like SWMM they are computed at ``TABLETABLE_POINTS`` depths and read between them by its interpolation.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from simulation.drainage.inp import Row
from simulation.drainage.native.profile import TABLE_POINTS, Profile, finer
from simulation.drainage.native.words import Words

_CONVEYANCE = (1.486 / 1.49) ** 1.5
"""SWMM writes Manning's constant once as 1.486 and once as 1.49 here."""


class Transect(NamedTuple):
    """Points across a channel from left to right, m."""

    x: np.ndarray
    y: np.ndarray
    left: float
    """m, where the left bank ends."""
    right: float
    """m, where the right bank begins."""
    roughness: tuple[float, float, float]
    """Manning's n: left bank, right bank, channel."""
    length_factor: float = 1.0
    walls: bool = True
    """Whether it ends in walls up to its highest point."""


class Street(NamedTuple):
    """A street as inlets see it, m."""

    width: float
    """From curb to crown."""
    slope: float
    """m/m across."""
    roughness: float
    gutter_depth: float
    """Of the gutter below the street's slope."""
    gutter_width: float
    sides: int
    transect: Transect


def channel(shape: str, transect: Transect) -> Profile | str:
    """A natural channel or a street."""
    x, y = transect.x, transect.y - transect.y.min()
    depth = float(y.max())
    if depth <= 0:
        return "it has no depth"
    if transect.walls:
        x, y = np.concatenate([x[:1], x, x[-1:]]), np.concatenate([[depth], y, [depth]])
    left, right, middle = transect.roughness
    middle *= math.sqrt(transect.length_factor)
    area, width, hydrad = np.zeros((3, TABLE_POINTS))
    for i, level in enumerate(np.linspace(0.0, depth, TABLE_POINTS)[1:], 1):
        area[i], width[i], flow = _filled(x, y, level, transect, (left, right, middle))
        hydrad[i] = _CONVEYANCE * (flow * middle / area[i]) ** 1.5 if area[i] else hydrad[i - 1]
    factor = area * hydrad ** (2 / 3)
    width[0] = width[1]
    return Profile(
        shape,
        open=True,
        full_depth=depth,
        full_area=area[-1],
        full_hydrad=hydrad[-1],
        max_width=width[-1],
        max_factor=float(factor.max()),
        max_factor_area=float(area[int(np.argmax(factor))] / area[-1]),
        area=finer(area),
        width=finer(width),
        hydrad=finer(hydrad),
        roughness=transect.roughness[2],
        length_factor=transect.length_factor,
    )


def _filled(
    x: np.ndarray, y: np.ndarray, level: float, transect: Transect, roughness: tuple[float, float, float]
) -> tuple[float, float, float]:
    """Area, top width and conveyance below a level, in subsections of one roughness each."""
    left, right, middle = roughness
    area = width = flow = part = wet = 0.0
    last = len(x) - 2
    for k, ((x0, x1), (y0, y1)) in enumerate(zip(pairwise(x), pairwise(y), strict=True), 1):
        low, high = min(y0, y1), max(y0, y1)
        if low >= level:
            continue
        across, along = x1 - x0, math.hypot(x1 - x0, high - low)
        if level > high:
            slice_area = across * (level - (high + low) / 2)
        else:
            share = (level - low) / (high - low)
            slice_area = across * (high - low) / 2 * share**2
            across, along = across * share, along * share
        area, width = area + slice_area, width + across
        part, wet = part + slice_area, wet + along
        at_bank = (x1 == transect.left and left != middle and x1 != x0) or (
            x1 == transect.right and right != middle and k + 1 < len(x) and x1 != x[k + 1]
        )
        if y1 >= level or k == last or at_bank:
            n = left if x0 < transect.left else middle
            n = right if x1 > transect.right else n
            if part > 0:
                flow += part / n * (part / wet) ** (2 / 3)
                part = wet = 0.0
    return area, width, flow


def read_transects(words: Words) -> dict[str, Transect]:
    """[TRANSECTS] by name in capitals, in HEC-2 rows: NC roughness, X1 name and banks, GR points."""
    found: dict[str, Transect] = {}
    roughness = [0.0, 0.0, 0.0]
    row_of: dict[str, Row] = {}
    name = ""
    points: list[tuple[float, float]] = []
    head: tuple[float, float, float, float, float] = (0.0, 0.0, 1.0, 1.0, 0.0)

    def close() -> None:
        if not name:
            return
        left, right, factor, stretch, lift = head
        row = row_of[name]
        n_left, n_right, n = roughness
        if len(points) < 2 or n <= 0 or left > right:
            what = f"transect '{row.words[1]}' needs two points or more, roughness, and its left bank on the left"
            words.problem(row.line, what)
            return
        y, x = np.array(points).T
        if np.any(np.diff(x) < 0):
            words.problem(row.line, f"the points of transect '{row.words[1]}' do not go from left to right")
            return
        unit = words.length
        found[name] = Transect(
            x * stretch * unit,
            (y + lift) * unit,
            left * stretch * unit,
            right * stretch * unit,
            (n_left or n, n_right or n, n),
            factor,
        )

    for row in words.inp.rows("TRANSECTS"):
        kind = row.words[0].upper()
        if kind == "NC":
            close()
            name = ""
            given = [words.number(row, place, "roughness", least=0) for place in (1, 2, 3)]
            roughness = [new or old for new, old in zip(given, roughness, strict=True)]
        elif kind == "X1" and len(row.words) > 4:
            close()
            name, points = row.words[1].upper(), []
            row_of[name] = row
            left, right = (words.number(row, place, "bank") for place in (3, 4))
            factor, stretch = (words.number(row, place, "factor", 0.0) or 1.0 for place in (7, 8))
            head = (left, right, factor, stretch, words.number(row, 9, "lift", 0.0))
        elif kind == "GR":
            numbers = [words.number(row, place, "point") for place in range(1, len(row.words))]
            points += list(zip(numbers[::2], numbers[1::2], strict=False))
        else:
            words.problem(row.line, f"a row of [TRANSECTS] begins with NC, X1 or GR, not '{row.words[0]}'")
    close()
    return found


def read_streets(words: Words) -> dict[str, Street]:
    """[STREETS] by name in capitals."""
    found = {}
    for row in words.inp.rows("STREETS"):
        crown, curb, slope, n = (words.number(row, place, "dimension", least=0) for place in (1, 2, 3, 4))
        gutter, gutter_width = (words.number(row, place, "gutter", 0.0, least=0) for place in (5, 6))
        sides = int(words.number(row, 7, "number of sides", 2.0))
        back, back_slope, back_n = (words.number(row, place, "backing", 0.0, least=0) for place in (8, 9, 10))
        if min(crown, curb, slope, n) <= 0 or sides not in (1, 2):
            words.problem(row.line, f"street '{row.words[0]}' needs width, curb, slope and roughness above 0")
            continue
        slope /= 100
        top = curb + gutter
        x = [0.0, back, back, back + gutter_width, back + crown]
        y = [top + back * back_slope / 100, top, 0.0, gutter + slope * gutter_width, gutter + slope * crown]
        right = back + crown
        if sides == 2:
            width = 2 * (back + crown)
            x, y = x + [width - v for v in x[-2::-1]], y + y[-2::-1]
            right = width - back
        unit = words.length
        bank = back_n if back > 0 else n
        transect = Transect(
            np.array(x) * unit,
            np.array(y) * unit,
            back * unit,
            right * unit,
            (bank, bank, n),
            walls=sides == 1,
        )
        found[row.words[0].upper()] = Street(
            crown * unit, slope, n, gutter * unit, gutter_width * unit, sides, transect
        )
    return found


def custom(depth: float, points: np.ndarray) -> Profile | str:
    """A closed section from (height, width) points, both as shares of its depth, m."""
    height, width = points.T
    if depth <= 0 or height[0] < 0 or height[0] >= 1 or width.min() < 0:
        return "its depth must be above 0, its heights from 0 to 1 and its widths not negative"
    if height[0] > 0:
        height, width = np.insert(height, 0, 0.0), np.insert(width, 0, 0.0)
    grid = np.linspace(0.0, 1.0, TABLE_POINTS)
    knots = np.union1d(grid, height[height <= 1])
    across = np.interp(knots, height, width)
    steps = np.diff(knots)
    area = np.concatenate([[0.0], np.cumsum((across[1:] + across[:-1]) / 2 * steps)])
    sides = 2 * np.hypot(steps, np.diff(across) / 2)
    wet = np.concatenate([[0.0], np.cumsum(sides)]) + across[0]
    wet[-1] += across[-1]
    at = np.searchsorted(knots, grid)
    area, wet, across = area[at], wet[at], across[at]
    hydrad = np.where(wet > 0, area / np.where(wet > 0, wet, 1.0), 0.0)
    if area[-1] <= 0:
        return "it has no area"
    factor = area * hydrad ** (2 / 3)
    return Profile(
        "CUSTOM",
        open=False,
        full_depth=depth,
        full_area=area[-1] * depth**2,
        full_hydrad=hydrad[-1] * depth,
        max_width=float(width.max()) * depth,
        max_factor=float(factor.max()) * depth ** (8 / 3),
        max_factor_area=float(area[int(np.argmax(factor))] / area[-1]),
        area=finer(area) * depth**2,
        width=finer(across) * depth,
        hydrad=finer(hydrad) * depth,
    )
