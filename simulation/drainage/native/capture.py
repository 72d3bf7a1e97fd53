"""What one street inlet takes, by its formula and tabled.

Capture follows FHWA's Hydraulic Engineering Circular 22 (3rd edition, chapter 4) as SWMM 5.2 applies it: on grade
by splash-over and side flow for grates and by opening length for curbs, in a sag as weir or orifice. All is in feet
and cfs. What one inlet takes depends on flow or on depth alone, so it is tabled when a model is opened.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.compiled import compiled
from simulation.drainage.inp import FOOT

if TYPE_CHECKING:
    from simulation.drainage.native.inlets import Inlets
    from simulation.drainage.native.layout import Sections

NO_GRATE, GENERIC = -1, 7
GRATES = (
    "P_BAR-50",
    "P_BAR-50X100",
    "P_BAR-30",
    "CURVED_VANE",
    "TILT_BAR-45",
    "TILT_BAR-30",
    "RETICULINE",
    "GENERIC",
)
OPEN_SHARE = (0.90, 0.80, 0.60, 0.35, 0.17, 0.34, 0.80, 1.00)
"""Open area of each grate over its whole area, HEC-22 chart 9."""
_SPLASH = np.array(
    [
        (2.22, 4.03, 0.65, 0.06),
        (0.74, 2.44, 0.27, 0.02),
        (1.76, 3.12, 0.45, 0.03),
        (0.30, 4.85, 1.31, 0.15),
        (0.99, 2.64, 0.36, 0.03),
        (0.51, 2.34, 0.20, 0.01),
        (0.28, 2.28, 0.18, 0.01),
    ]
)
"""Splash-over velocity of each grate, ft/s: a cubic in its length, ft, fitted to HEC-22 chart 5."""
THROATS = ("HORIZONTAL", "INCLINED", "VERTICAL")
_THROAT_DROP = (0.5, 0.35355, 0.0)
"""Share of the opening's height by which the head on it is less."""
CFS = FOOT**3
"""m3"""
LEAST_FLOW = 0.001
"""cfs below which nothing is captured."""
_GRAVITY2 = 2 * 32.16
CELLS = 256
"""Of a table."""
BEYOND = 2.0
"""A table's end as a share of what the conduit carries or holds when full."""
CLOSE = 1e-3
"""Share of what an inlet takes by which a table may miss it; _CLOSE_FLOW cfs of little water."""
_CLOSE_FLOW = 3e-4
STREET, DROP = range(2)
BY_FORMULA, BY_FLOW, BY_DEPTH = range(3)


def splash_velocity(grate: int, length: float) -> float:
    """ft/s of a grate of ``length`` ft."""
    a, b, c, d = _SPLASH[grate]
    return float(a + b * length - c * length**2 + d * length**3)


def throat_drop(throat: int) -> float:
    """Share of the height of an opening with a throat (index into THROATS) to take off the head."""
    return _THROAT_DROP[throat]


class Tables(NamedTuple):
    """What one of each inlet of a model takes."""

    full_depth: np.ndarray
    """Of the sections, as are the next four; see ``layout.Sections``."""
    max_factor: np.ndarray
    area: np.ndarray
    width: np.ndarray
    normal_depth: np.ndarray
    by_depth: np.ndarray
    """Whether what one takes depends on the depth (ft), else on the flow (cfs)."""
    reach: np.ndarray
    """Flow or depth up to which it is tabled."""
    line: np.ndarray
    """(I * 2 (CELLS + 1),) a and b of a + b x in cells of equal width in the fourth root of x / reach; NaN where
    that is not close to the formula (see CLOSE), and in the last one, which stands for all beyond."""


def tabled(inlets: Inlets, sections: Sections) -> Tables:
    """Tables of what one of each inlet takes, with nothing clogged: up to twice what its conduit carries or holds."""
    count, section = len(inlets.link), inlets.section
    formula = inlets.how == BY_FORMULA
    by_drop = (inlets.kind == DROP) & (inlets.curb_length > 0)
    by_depth = (inlets.how == BY_DEPTH) | formula & (inlets.in_sag | by_drop)
    most = inlets.beta * sections.max_factor[section] / FOOT ** (8 / 3)
    reach = BEYOND * np.where(by_depth, sections.full_depth[section] / FOOT, most / inlets.sides)
    shapes = sections.full_depth, sections.max_factor, sections.area, sections.width, sections.normal_depth
    line = np.full(count * 2 * (CELLS + 1), np.nan)
    tables = Tables(*shapes, by_depth, np.maximum(reach, 0.01), line)
    if count:
        _fill(inlets, tables)
    return tables


@compiled()
def _fill(inlets, tables):  # type: ignore[no-untyped-def]
    """A straight line in every cell, unless the values about it show more of a bend or step than CLOSE."""
    x, y = np.zeros(CELLS + 3), np.zeros(CELLS + 3)
    for i in range(len(tables.reach)):
        for k in range(CELLS + 3):
            x[k] = (k / CELLS) ** 4 * tables.reach[i]
            y[k] = one(inlets, tables, i, x[k])
        below = True
        for k in range(CELLS + 1):
            slope = (y[k + 1] - y[k]) / (x[k + 1] - x[k])
            next_slope = (y[k + 2] - y[k + 1]) / (x[k + 2] - x[k + 1])
            bend = abs(next_slope - slope) * (x[k + 1] - x[k])
            above = bend <= max(CLOSE * y[k + 1], _CLOSE_FLOW)
            if below and above and k < CELLS:
                place = 2 * (i * (CELLS + 1) + k)
                tables.line[place], tables.line[place + 1] = y[k] - slope * x[k], slope
            below = above


@compiled()
def one(inlets, tables, i, x):  # type: ignore[no-untyped-def]
    """cfs that one inlet takes by its curve or formula at the flow (cfs) or depth (ft) ``x``."""
    if inlets.how[i] != BY_FORMULA:
        return _curve(inlets, i, x)
    if x <= 0.0:
        return 0.0
    return _sag(inlets, i, x) if tables.by_depth[i] else _on_grade(inlets, tables, i, x)


@compiled()
def _curve(inlets, i, x):  # type: ignore[no-untyped-def]
    first, last = inlets.first[i], inlets.first[i] + inlets.points[i] - 1
    xs, ys = inlets.x, inlets.y
    if x <= xs[first]:
        return ys[first] * x / xs[first] if xs[first] > 0 else ys[first]
    for k in range(first, last):
        if x <= xs[k + 1]:
            return ys[k] + (x - xs[k]) * (ys[k + 1] - ys[k]) / (xs[k + 1] - xs[k])
    if last == first:
        return ys[last]
    slope = (ys[last] - ys[last - 1]) / (xs[last] - xs[last - 1])
    return max(ys[last] + max(slope, 0.0) * (x - xs[last]), 0.0)


@compiled()
def _gutter_share(steepness, beyond, width):  # type: ignore[no-untyped-def]
    """Flow over the gutter by all flow, HEC-22 (4-4)."""
    rest = (1 + steepness / (beyond / width)) ** 2.67 - 1
    return 1 / (1 + steepness / rest)


@compiled()
def _wet_width(inlets, i, flow):  # type: ignore[no-untyped-def]
    """ft of street under water, HEC-22 (4-2), (4-6)."""
    cross, gutter, width = inlets.cross[i], inlets.gutter[i], inlets.gutter_width[i]
    factor = 0.56 / inlets.roughness[i] * math.sqrt(inlets.slope[i]) * cross**1.67
    found = (flow / factor) ** 0.375
    if gutter > 0.0:
        inside = (flow / (factor * (gutter / width / cross) ** 1.67)) ** 0.375
        if inside <= width:
            found = inside
        else:
            beyond = found - width
            if beyond <= 0:
                beyond = inside - width
            for _ in range(10):
                share = _gutter_share((cross + gutter / width) / cross, beyond, width)
                new = ((1 - share) * flow / factor) ** 0.375
                close = abs(new - beyond) < 0.01
                beyond = new
                if close:
                    break
            found = beyond + width
    return min(found, inlets.crown[i])


@compiled()
def _on_grade(inlets, tables, i, flow):  # type: ignore[no-untyped-def]
    """cfs one inlet of a row takes of ``flow``; a curb in a channel takes by depth, as in a sag."""
    if inlets.kind[i] == DROP:
        return min(_grate(inlets, tables, i, flow, 0.0), flow)
    if inlets.slot_length[i] > 0:
        return min(_curb(inlets, i, flow, inlets.slot_length[i], _wet_width(inlets, i, flow)), flow)
    taken = 0.0
    before = inlets.curb_length[i] - inlets.grate_length[i]
    if inlets.curb_length[i] > 0 and before > 0:
        taken = _curb(inlets, i, flow, before, _wet_width(inlets, i, flow))
    if inlets.grate_length[i] > 0 and flow > taken:
        taken += _grate(inlets, tables, i, flow - taken, _wet_width(inlets, i, flow - taken))
    return taken


@compiled()
def _curb(inlets, i, flow, length, spread):  # type: ignore[no-untyped-def]
    """A curb opening or slot on grade, HEC-22 (4-22) to (4-24)."""
    cross, gutter, width = inlets.cross[i], inlets.gutter[i], inlets.gutter_width[i]
    slope = cross
    if gutter > 0:
        share = 1.0
        if spread > width:
            share = _gutter_share((cross + gutter / width) / cross, spread - width, width)
        slope = cross + gutter / width * share
    whole = 0.6 * flow**0.42 * inlets.slope[i] ** 0.3 * (1 / (inlets.roughness[i] * slope)) ** 0.6
    return flow * (1 - (1 - length / whole) ** 1.8) if length < whole else flow


@compiled()
def _grate(inlets, tables, i, flow, spread):  # type: ignore[no-untyped-def]
    """A grate on grade, HEC-22 (4-16) to (4-21)."""
    length, width = inlets.grate_length[i], inlets.grate_width[i]
    cross, gutter, gutter_width = inlets.cross[i], inlets.gutter[i], inlets.gutter_width[i]
    over_street = flow
    if inlets.kind[i] == DROP:
        area, share, cross = _channel(inlets, tables, i, flow, width)
    elif gutter == 0.0:
        area = spread**2 * cross / 2
        share = 1.0 if spread <= width else 1 - (1 - width / spread) ** 2.67
        if spread >= inlets.crown[i]:
            over_street = _at_crown(inlets, i)
    else:
        steep = cross + gutter / gutter_width
        area = (spread**2 * cross + gutter * gutter_width) / 2
        if spread <= gutter_width:
            area = spread**2 * steep / 2
        share = 1.0
        if spread > gutter_width:
            share = _gutter_share(steep / cross, spread - gutter_width, gutter_width)
        if share < 1:
            if spread >= inlets.crown[i]:
                over_street = _at_crown(inlets, i) / (1 - share)
            if width < gutter_width and spread > width:
                outside = 0.5 * (spread - gutter_width) ** 2 * cross
                share *= width * (spread * cross + gutter - width * steep / 2) / (area - outside)
    speed = over_street / area
    front = 1 - 0.09 * (speed - inlets.splash[i]) if speed > inlets.splash[i] else 1.0
    side = 1 / (1 + 0.15 * speed**1.8 / cross / length**2.3) if share < 1 else 0.0
    return flow * (front * share + side * (1 - share))


@compiled()
def _at_crown(inlets, i):  # type: ignore[no-untyped-def]
    factor = 0.56 / inlets.roughness[i] * math.sqrt(inlets.slope[i]) * inlets.cross[i] ** 1.67
    return factor * inlets.crown[i] ** 2.67


@compiled()
def _channel(inlets, tables, i, flow, width):  # type: ignore[no-untyped-def]
    """Area, share of the flow over a grate and side slope in a channel at normal depth."""
    full_depth, greatest, areas, widths = tables.full_depth, tables.max_factor, tables.area, tables.width
    normal, s = tables.normal_depth, inlets.section[i]
    last = areas.shape[1] - 1
    factor = min(flow / inlets.beta[i] * FOOT ** (8 / 3) / greatest[s], 1.0)
    place = math.sqrt(factor) * last
    k = min(int(place), last - 1)
    deep = normal[s, k] + (place - k) * (normal[s, k + 1] - normal[s, k])
    place = deep / full_depth[s] * last
    k = min(int(place), last - 1)
    area = (areas[s, k] + (place - k) * (areas[s, k + 1] - areas[s, k])) / FOOT**2
    deep /= FOOT
    share = inlets.beta[i] * (deep * width) ** 1.67 / (width + 2 * deep) ** 0.67 / flow
    cross = inlets.cross[i]
    bottom = widths[s, 0] / FOOT
    sides = (widths[s, last] / FOOT - bottom) / 2 / (full_depth[s] / FOOT)
    if sides > 0 and width > 0.99 * bottom:
        cross = 1 / sides
    return area, share, cross


@compiled()
def _sag(inlets, i, depth):  # type: ignore[no-untyped-def]
    """cfs one inlet in a sag takes under ``depth`` ft."""
    if inlets.slot_length[i] > 0:
        length, width = inlets.slot_length[i], inlets.slot_width[i]
        if depth <= 2.587 * width:
            return 2.48 * length * depth**1.5
        return 0.8 * length * width * math.sqrt(64.32 * depth)
    total, drowned = 0.0, False
    if inlets.grate_length[i] > 0:
        length, width = inlets.grate_length[i], inlets.grate_width[i]
        mean, edge = depth, 2 * (length + width)
        if inlets.kind[i] == STREET:
            steep = inlets.cross[i]
            if inlets.gutter[i] > 0:
                steep += inlets.gutter[i] / inlets.gutter_width[i]
            width = min(width, depth / steep)
            mean, edge = depth - width / 2 * steep, length + 2 * width
        opening = length * width * inlets.grate_open[i]
        drowned = depth > 1.79 * opening / edge
        total = 0.67 * opening * math.sqrt(_GRAVITY2 * mean) if drowned else 3.0 * edge * mean**1.5
    if inlets.curb_length[i] > 0:
        weir, orifice = _sag_curb(inlets, i, depth, inlets.curb_length[i] - inlets.grate_length[i])
        total += weir + orifice
        if drowned:
            total += _sag_curb(inlets, i, depth, inlets.grate_length[i])[1]
    return total


@compiled()
def _sag_curb(inlets, i, depth, length):  # type: ignore[no-untyped-def]
    """Weir and orifice flow into ``length`` ft of curb opening, HEC-22 (4-28) to (4-31)."""
    if length <= 0:
        return 0.0, 0.0
    height = inlets.curb_height[i]
    if inlets.kind[i] == DROP:
        length *= 4
    full = 1.4 * height
    if depth > full:
        return 0.0, _sag_orifice(inlets, i, depth, length)
    if inlets.gutter[i] == 0.0 or length > 12.0:
        factor, brim = 3.0 * length, height
    else:
        factor, brim = 2.3 * (length + 1.8 * inlets.gutter_width[i]), height + inlets.gutter[i]
    if depth < brim:
        return factor * depth**1.5, 0.0
    share = (depth - brim) / (full - brim)
    return (1 - share) * factor * brim**1.5, share * _sag_orifice(inlets, i, full, length)


@compiled()
def _sag_orifice(inlets, i, depth, length):  # type: ignore[no-untyped-def]
    height = inlets.curb_height[i]
    return 0.67 * height * length * math.sqrt(_GRAVITY2 * (depth - inlets.throat[i] * height))
