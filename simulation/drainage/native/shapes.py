"""Geometry of cross-sections with a formula, and of the rounded ones that SWMM keeps as tables.

Formulas follow the SWMM reference manual, volume II, chapter 5. Closed shapes count their roof into the wetted
perimeter gradually over the last of the area, as SWMM does. Sewer shapes without formula are in
``closed_shapes.csv`` and the catalogue sizes of elliptical and arch pipes in ``pipe_sizes.csv``; both were measured
in SWMM 5.2. A maker takes (shape, four dimensions as given, m of the unit of length) and returns the profile, or
says what is impossible.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from simulation.drainage.inp import FOOT
from simulation.drainage.native.layout import SECTION_POINTS
from simulation.drainage.native.profile import TABLE_POINTS, Profile, lookup

_CIRCLE_BEST = 0.9756
"""Share of a pipe's area at which it carries most."""
_TABLED = {
    "EGG": (0.5105, 0.1931, 2 / 3, 1.065, 0.96),
    "HORSESHOE": (0.8293, 0.2538, 1.0, 1.077, 0.96),
    "GOTHIC": (0.6554, 0.2269, 0.84, 1.065, 0.96),
    "CATENARY": (0.70277, 0.23172, 0.9, 1.05, 0.98),
    "SEMIELLIPTICAL": (0.785, 0.242, 1.0, 1.045, 0.98),
    "BASKETHANDLE": (0.7862, 0.2464, 0.944, 1.06078, 0.96),
    "SEMICIRCULAR": (1.2697, 0.2946, 1.64, 1.06637, 0.96),
}
"""Full area over depth squared, full hydraulic radius and greatest width over depth, greatest section factor over
the full one, and the share of the full area where it is."""
Made = Profile | str


def _grid(depth: float) -> np.ndarray:
    return np.linspace(0.0, depth, SECTION_POINTS)


def open_profile(
    shape: str, area: np.ndarray, width: np.ndarray, perimeter: np.ndarray, depth: float
) -> Profile:
    """A section that carries most when it is full."""
    return closed_profile(shape, area, width, perimeter, depth, 0.0, 1.0)


def closed_profile(
    shape: str,
    area: np.ndarray,
    width: np.ndarray,
    perimeter: np.ndarray,
    depth: float,
    roof: float,
    best: float,
) -> Profile:
    """A section that carries most at the share ``best`` of its area; a flat roof gets wet from there to the top,
    so that the perimeter (without it) grows by its width ``roof``."""
    wet = np.clip((area / area[-1] - best) / (1 - best), 0.0, 1.0) * roof if best < 1 else 0.0
    hydrad = np.where(area > 0, area / np.where(area > 0, perimeter + wet, 1.0), 0.0)
    most = best * area[-1]
    factor = most * (most / np.interp(most, area, perimeter)) ** (2 / 3)
    return Profile(
        shape, best >= 1, depth, area[-1], hydrad[-1], float(width.max()), factor, best, area, width, hydrad
    )


def _circle_parts(y: np.ndarray, diameter: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Area, width and wetted perimeter of a circle at depths."""
    angle = 2 * np.arccos(np.clip(1 - 2 * y / diameter, -1.0, 1.0))
    area = diameter**2 / 8 * (angle - np.sin(angle))
    return area, diameter * np.sin(angle / 2), diameter / 2 * angle


def _circle_as_tabled(y: np.ndarray, diameter: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same with SWMM's straight lines between the points of its tables."""
    parts = _circle_parts(np.linspace(0.0, diameter, TABLE_POINTS), diameter)
    area, width, perimeter = (lookup(y / diameter, part) for part in parts)
    return area, width, perimeter


def circle(shape: str, sizes: list[float], unit: float) -> Made:
    """A pipe, with sediment in it where it is FILLED_CIRCULAR."""
    diameter = sizes[0] * unit
    bed = sizes[1] * unit if shape == "FILLED_CIRCULAR" else 0.0
    if diameter <= 0:
        return "its diameter must be above 0"
    if not 0 <= bed < diameter:
        return "the sediment must be lower than the pipe"
    area, width, perimeter = _circle_as_tabled(_grid(diameter - bed) + bed, diameter)
    # SWMM takes the sediment's width a little higher than it lies; its friction is met only with the same
    floor = _circle_parts(np.array([2 * bed / (diameter + bed) * diameter]), diameter)[1][0]
    perimeter, area = perimeter - perimeter[0] + floor, area - area[0]
    made = closed_profile(shape, area, width, perimeter, diameter - bed, 0.0, _CIRCLE_BEST)
    return replace(made, bed=bed, max_width=diameter, max_factor=1.08 * made.full_factor)


def rectangle(shape: str, sizes: list[float], unit: float) -> Made:
    """RECT_CLOSED, or RECT_OPEN with up to two sides without friction."""
    depth, width = sizes[0] * unit, sizes[1] * unit
    if depth <= 0 or width <= 0:
        return "its height and width must be above 0"
    y = _grid(depth)
    area, across = width * y, np.full(SECTION_POINTS, width)
    if shape == "RECT_CLOSED":
        return closed_profile(shape, area, across, width + 2 * y, depth, width, 0.97)
    if not 0 <= sizes[2] <= 2:
        return "0, 1 or 2 sides can be left out"
    return open_profile(shape, area, across, width + (2 - sizes[2]) * y, depth)


def trapezoid(shape: str, sizes: list[float], unit: float) -> Made:
    """An open channel with sloped sides (run over rise, left and right)."""
    depth, bottom, left, right = sizes[0] * unit, sizes[1] * unit, sizes[2], sizes[3]
    if depth <= 0 or min(bottom, left, right) < 0 or bottom + left + right == 0:
        return "its height must be above 0, its width and slopes not below"
    y = _grid(depth)
    sides = math.hypot(1, left) + math.hypot(1, right)
    return open_profile(
        shape, (bottom + (left + right) / 2 * y) * y, bottom + (left + right) * y, bottom + sides * y, depth
    )


def triangle(shape: str, sizes: list[float], unit: float) -> Made:
    """An open channel with a pointed bottom."""
    depth, width = sizes[0] * unit, sizes[1] * unit
    if depth <= 0 or width <= 0:
        return "its height and width must be above 0"
    slope = width / depth / 2
    return trapezoid(shape, [depth, 0.0, slope, slope], 1.0)


def parabola(shape: str, sizes: list[float], unit: float) -> Made:
    """An open channel whose half-width is the root of the depth."""
    depth, width = sizes[0] * unit, sizes[1] * unit
    if depth <= 0 or width <= 0:
        return "its height and width must be above 0"
    y, root = _grid(depth), width / 2 / math.sqrt(depth)
    x = 2 * np.sqrt(y) / root
    t = np.sqrt(1 + x * x)
    perimeter = root**2 / 2 * (x * t + np.log(x + t))
    return open_profile(shape, 4 / 3 * root * y**1.5, 2 * root * np.sqrt(y), perimeter, depth)


def power(shape: str, sizes: list[float], unit: float) -> Made:
    """An open channel whose depth is a power of the half-width."""
    depth, width, exponent = sizes[0] * unit, sizes[1] * unit, sizes[2]
    if depth <= 0 or width <= 0 or exponent <= 0:
        return "its height, width and exponent must be above 0"
    y = _grid(depth)
    half = width / 2 * (y / depth) ** (1 / exponent)
    steps = np.hypot(np.diff(half), np.diff(y))
    perimeter = 2 * np.concatenate([[0.0], np.cumsum(steps)])
    return open_profile(shape, 2 * half * y / (1 + 1 / exponent), 2 * half, perimeter, depth)


def rectangle_on_triangle(shape: str, sizes: list[float], unit: float) -> Made:
    """RECT_TRIANGULAR: a closed rectangle above a pointed bottom."""
    depth, width, point = (size * unit for size in sizes[:3])
    if min(depth, width, point) <= 0:
        return "its heights and width must be above 0"
    if point > depth:
        return "the triangle is higher than the section"
    y, slope = _grid(depth), width / point / 2
    low, high = np.minimum(y, point), np.maximum(y - point, 0.0)
    area = slope * low**2 + width * high
    perimeter = 2 * low * math.hypot(1, slope) + 2 * high
    return closed_profile(shape, area, 2 * slope * low, perimeter, depth, width, 0.98)


def rectangle_on_arc(shape: str, sizes: list[float], unit: float) -> Made:
    """RECT_ROUND: a closed rectangle above a round bottom."""
    depth, width = sizes[0] * unit, sizes[1] * unit
    if depth <= 0 or width <= 0:
        return "its height and width must be above 0"
    radius = max(sizes[2] * unit, width / 2)
    low_depth = radius - math.sqrt(radius**2 - width**2 / 4)
    if low_depth > depth:
        return "the round bottom is higher than the section"
    y = _grid(depth)
    area, across, perimeter = _circle_parts(np.minimum(y, low_depth), 2 * radius)
    high = np.maximum(y - low_depth, 0.0)
    area = area + width * high
    across = np.where(high > 0, width, across)
    return closed_profile(shape, area, across, perimeter + 2 * high, depth, width, 0.98)


def rectangle_under_arc(shape: str, sizes: list[float], unit: float) -> Made:
    """MODBASKETHANDLE: a rectangle under a round roof."""
    depth, width = sizes[0] * unit, sizes[1] * unit
    if depth <= 0 or width <= 0:
        return "its height and width must be above 0"
    radius = max(sizes[2] * unit, width / 2)
    rise = radius - math.sqrt(radius**2 - width**2 / 4)
    if rise > depth:
        return "the round roof is higher than the section"
    y = _grid(depth)
    empty_area, empty_width, empty_arc = _circle_parts(np.minimum(depth - y, rise), 2 * radius)
    low = np.minimum(y, depth - rise)
    area = width * low + empty_area[0] - empty_area
    across = np.where(y <= depth - rise, width, empty_width)
    perimeter = width + 2 * low + empty_arc[0] - empty_arc
    return replace(closed_profile(shape, area, across, perimeter, depth, 0.0, 0.96), max_width=width)


@cache
def _tables() -> dict[str, np.ndarray]:
    """Column -> (K,) values relative to the full section, of the rounded shapes."""
    path = Path(__file__).with_name("closed_shapes.csv")
    names = path.read_text(encoding="utf-8").splitlines()[0].split(",")
    return dict(zip(names, np.loadtxt(path, delimiter=",", skiprows=1).T, strict=True))


@cache
def _sizes() -> dict[tuple[str, int], tuple[float, float, float, float]]:
    """(shape, code) -> height, width, area and full hydraulic radius in m of the pipes in the catalogue."""
    with Path(__file__).with_name("pipe_sizes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        (row["shape"], int(row["code"])): (
            float(row["height_ft"]) * FOOT,
            float(row["width_ft"]) * FOOT,
            float(row["area_ft2"]) * FOOT**2,
            float(row["hydrad_ft"]) * FOOT,
        )
        for row in rows
    }


def _tabled(
    shape: str, depth: float, width: float, area: float, hydrad: float, greatest: float, best: float
) -> Made:
    table = _tables()
    normal = table.get(f"{shape} normal")
    return Profile(
        shape,
        open=False,
        full_depth=depth,
        full_area=area,
        full_hydrad=hydrad,
        max_width=width,
        max_factor=greatest * area * hydrad ** (2 / 3),
        max_factor_area=best,
        area=table[f"{shape} area"] * area,
        width=table[f"{shape} width"] * width,
        hydrad=table[f"{shape} hydrad"] * hydrad,
        normal_depth=None if normal is None else normal * depth,
    )


def sewer(shape: str, sizes: list[float], unit: float) -> Made:
    """An egg, a horseshoe and other shapes that have one dimension, their height."""
    depth = sizes[0] * unit
    if depth <= 0:
        return "its height must be above 0"
    area, hydrad, width, greatest, best = _TABLED[shape]
    return _tabled(shape, depth, width * depth, area * depth**2, hydrad * depth, greatest, best)


def pipe_of_size(shape: str, sizes: list[float], unit: float) -> Made:
    """An ellipse or arch: of a size in the catalogue, or with height and width."""
    best = 0.92 if shape == "ARCH" else 0.96
    code = sizes[0] if sizes[1] == 0 else sizes[2]
    if code > 0:
        size = _sizes().get((shape, math.floor(code)))
        return _tabled(shape, *size, 1.0, best) if size else f"size {code:g} is not in the catalogue"
    depth, width = sizes[0] * unit, sizes[1] * unit
    if depth <= 0 or width <= 0:
        return "its height and width must be above 0"
    short = width if shape == "VERT_ELLIPSE" else depth
    area = 0.7879 * depth * width if shape == "ARCH" else 1.2692 * short**2
    hydrad = 0.2991 * depth if shape == "ARCH" else 0.3061 * short
    return _tabled(shape, depth, width, area, hydrad, 1.0, best)


MAKERS: dict[str, Callable[[str, list[float], float], Made]] = {
    "CIRCULAR": circle,
    "FILLED_CIRCULAR": circle,
    "RECT_CLOSED": rectangle,
    "RECT_OPEN": rectangle,
    "TRAPEZOIDAL": trapezoid,
    "TRIANGULAR": triangle,
    "PARABOLIC": parabola,
    "POWER": power,
    "RECT_TRIANGULAR": rectangle_on_triangle,
    "RECT_ROUND": rectangle_on_arc,
    "MODBASKETHANDLE": rectangle_under_arc,
    **dict.fromkeys(_TABLED, sewer),
    **dict.fromkeys(("HORIZ_ELLIPSE", "VERT_ELLIPSE", "ARCH"), pipe_of_size),
}
