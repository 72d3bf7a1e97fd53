"""Street inlets: what they let down into the sewer, and what the sewer gives back.

Capture follows FHWA's Hydraulic Engineering Circular 22 (3rd edition, chapter 4) as SWMM 5.2 applies it: on grade
by splash-over and side flow for grates and by opening length for curbs, in a sag as weir or orifice. Its formulas
are in feet and cfs, and so are the numbers kept here; what goes in and out of ``exchange`` is SI.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from simulation.drainage.inp import FOOT

if TYPE_CHECKING:
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
_CFS = FOOT**3
_LEAST_FLOW = 0.001
"""cfs below which nothing is captured."""
_NOTHING = 1e-4 * _CFS
"""m3/s."""
_GRAVITY2 = 2 * 32.16
STREET, DROP = range(2)
BY_FORMULA, BY_FLOW, BY_DEPTH = range(3)


class Inlets(NamedTuple):
    """Inlets, (I,); feet and cfs unless said otherwise."""

    link: np.ndarray
    """The conduit that carries the water to them."""
    node: np.ndarray
    """Where the water that passes them goes: the lower end of the conduit."""
    below: np.ndarray
    """Where captured water goes."""
    how: np.ndarray
    """BY_FORMULA, or a curve of captured flow BY_FLOW or BY_DEPTH."""
    kind: np.ndarray
    """STREET or DROP (in a channel)."""
    in_sag: np.ndarray
    """bool."""
    number: np.ndarray
    """Inlets one after another, on each side of the street."""
    sides: np.ndarray
    kept: np.ndarray
    """Share of the capacity that the model's own clogging leaves."""
    limit: np.ndarray
    """cfs each can take; infinite where there is no limit."""
    back: np.ndarray
    """Share of what floods at ``below`` that comes up here."""
    grate: np.ndarray
    """Index into GRATES; NO_GRATE where there is none."""
    grate_length: np.ndarray
    grate_width: np.ndarray
    grate_open: np.ndarray
    """Share of the grate that is open."""
    splash: np.ndarray
    """ft/s above which water splashes over the grate."""
    curb_length: np.ndarray
    curb_height: np.ndarray
    throat: np.ndarray
    """Share of the curb opening's height to take off the head."""
    slot_length: np.ndarray
    slot_width: np.ndarray
    slope: np.ndarray
    """Along the conduit."""
    roughness: np.ndarray
    cross: np.ndarray
    """Slope across the street."""
    gutter: np.ndarray
    """Depth of the gutter below the street's slope."""
    gutter_width: np.ndarray
    crown: np.ndarray
    """From the curb to the crown."""
    beta: np.ndarray
    """Normal flow over section factor of the conduit, US units."""
    section: np.ndarray
    """Row of ``sections`` of the conduit."""
    first: np.ndarray
    """Of the curve's points in ``x`` and ``y``; ``points`` of them."""
    points: np.ndarray
    x: np.ndarray
    """cfs (BY_FLOW) or ft (BY_DEPTH)."""
    y: np.ndarray
    """cfs captured."""


def splash_velocity(grate: int, length: float) -> float:
    """ft/s of a grate of ``length`` ft."""
    a, b, c, d = _SPLASH[grate]
    return float(a + b * length - c * length**2 + d * length**3)


def throat_drop(throat: int) -> float:
    """Share of the height of an opening with a throat (index into THROATS) to take off the head."""
    return _THROAT_DROP[throat]


class Street(NamedTuple):
    """The inlets of a block of members in motion; arrays are [inlet, lane]."""

    inlets: Inlets
    full_depth: np.ndarray
    """Of the sections, as are the next four; see ``layout.Sections``."""
    max_factor: np.ndarray
    area: np.ndarray
    width: np.ndarray
    normal_depth: np.ndarray
    kept: np.ndarray
    """Share of the capacity that debris leaves."""
    captured: np.ndarray
    """m3/s going down now."""
    back: np.ndarray
    """m3/s coming up now."""


def street(inlets: Inlets, sections: Sections, lanes: int) -> Street:
    """Inlets at rest and free of debris."""
    rows = (len(inlets.link), lanes)
    tables = sections.full_depth, sections.max_factor, sections.area, sections.width, sections.normal_depth
    return Street(inlets, *tables, np.ones(rows), np.zeros(rows), np.zeros(rows))


@njit(cache=True)
def exchange(street, s, book, dt):  # type: ignore[no-untyped-def]
    """Move captured water from the street to the sewer, and what the sewer spills back to the street.

    Flows, depths and overflows of the ``State`` ``s`` are those at the start of the step of ``dt`` s that begins;
    its ``lateral`` is added to. What comes up again is neither lost nor new: the ``Book`` takes it from both.
    """
    inlets = street.inlets
    for i in range(len(inlets.link)):
        bypass, sewer = inlets.node[i], inlets.below[i]
        for m in range(street.kept.shape[1]):
            passing = abs(s.flow[inlets.link[i], m]) / _CFS
            high = s.depth[bypass, m] / FOOT
            taken = _CFS * capture(street, i, passing, high, inlets.kept[i] * street.kept[i, m])
            back = s.overflow[sewer, m] * inlets.back[i]
            taken = taken if taken >= _NOTHING else 0.0
            back = back if back >= _NOTHING else 0.0
            s.lateral[bypass, m] += back - taken
            s.lateral[sewer, m] += taken
            again = 0.5 * dt * (back + street.back[i, m])
            book.lost[0, m] -= again
            book.entered[0, m] -= again
            street.captured[i, m], street.back[i, m] = taken, back


@njit(cache=True)
def capture(street, i, flow, depth, kept):  # type: ignore[no-untyped-def]
    """cfs that an inlet takes of ``flow`` cfs, under ``depth`` ft, with the share ``kept`` of it open."""
    inlets = street.inlets
    if inlets.how[i] == BY_DEPTH:
        return inlets.number[i] * kept * _curve(inlets, i, depth) * inlets.sides[i]
    if inlets.how[i] == BY_FORMULA and inlets.in_sag[i]:
        return min(_sag(inlets, i, depth) * kept, inlets.limit[i]) * inlets.number[i] * inlets.sides[i]
    if flow < _LEAST_FLOW:
        return 0.0
    left, total = flow / inlets.sides[i], 0.0
    for _ in range(int(inlets.number[i])):
        by_curve = inlets.how[i] == BY_FLOW
        one = _curve(inlets, i, left) if by_curve else _on_grade(street, i, left, depth)
        one = min(one * kept, inlets.limit[i], left)
        total += one
        left -= one
        if left < _LEAST_FLOW:
            break
    return total * inlets.sides[i]


@njit(cache=True)
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


@njit(cache=True)
def _gutter_share(steepness, beyond, width):  # type: ignore[no-untyped-def]
    """Flow over the gutter by all flow, HEC-22 (4-4)."""
    rest = (1 + steepness / (beyond / width)) ** 2.67 - 1
    return 1 / (1 + steepness / rest)


@njit(cache=True)
def _spread(inlets, i, flow):  # type: ignore[no-untyped-def]
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


@njit(cache=True)
def _on_grade(street, i, flow, depth):  # type: ignore[no-untyped-def]
    """cfs one inlet of a row takes."""
    inlets = street.inlets
    if inlets.kind[i] == DROP:
        if inlets.curb_length[i] > 0:
            return min(_sag(inlets, i, depth), flow)
        return min(_grate(street, i, flow, 0.0), flow)
    if inlets.slot_length[i] > 0:
        return min(_curb(inlets, i, flow, inlets.slot_length[i], _spread(inlets, i, flow)), flow)
    taken = 0.0
    before = inlets.curb_length[i] - inlets.grate_length[i]
    if inlets.curb_length[i] > 0 and before > 0:
        taken = _curb(inlets, i, flow, before, _spread(inlets, i, flow))
    if inlets.grate_length[i] > 0 and flow > taken:
        taken += _grate(street, i, flow - taken, _spread(inlets, i, flow - taken))
    return taken


@njit(cache=True)
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


@njit(cache=True)
def _grate(street, i, flow, spread):  # type: ignore[no-untyped-def]
    """A grate on grade, HEC-22 (4-16) to (4-21)."""
    inlets = street.inlets
    length, width = inlets.grate_length[i], inlets.grate_width[i]
    cross, gutter, gutter_width = inlets.cross[i], inlets.gutter[i], inlets.gutter_width[i]
    over_street = flow
    if inlets.kind[i] == DROP:
        area, share, cross = _channel(street, i, flow, width)
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


@njit(cache=True)
def _at_crown(inlets, i):  # type: ignore[no-untyped-def]
    factor = 0.56 / inlets.roughness[i] * math.sqrt(inlets.slope[i]) * inlets.cross[i] ** 1.67
    return factor * inlets.crown[i] ** 2.67


@njit(cache=True)
def _channel(street, i, flow, width):  # type: ignore[no-untyped-def]
    """Area, share of the flow over a grate and side slope in a channel at normal depth."""
    inlets = street.inlets
    full_depth, greatest, areas, widths = street.full_depth, street.max_factor, street.area, street.width
    normal, s = street.normal_depth, inlets.section[i]
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


@njit(cache=True)
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


@njit(cache=True)
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


@njit(cache=True)
def _sag_orifice(inlets, i, depth, length):  # type: ignore[no-untyped-def]
    height = inlets.curb_height[i]
    return 0.67 * height * length * math.sqrt(_GRAVITY2 * (depth - inlets.throat[i] * height))
