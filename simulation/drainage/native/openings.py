"""Flow through orifices, weirs and outlets, for a block of members at once; see ``devices``.

Formulas are those of the SWMM 5.2 manuals (Reference Manual, volume II, chapter 6); a flap gate costs the head that
Armco's formula gives. ``g`` is a row of ``devices.ROW``; heads and levels are [lane] m, ``setting`` [lane] 0-1. What
lanes hold that are shut or dry means nothing: the caller leaves it out.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

from numba import njit

from simulation.drainage.native.lanes import (
    arc_cosine,
    every,
    exponential,
    greatest,
    least,
    raised,
    root,
    sine,
    some,
    spread,
    where,
)
from simulation.drainage.native.layout import BOTTOM, GRAVITY, SIDEFLOW, TRANSVERSE, V_NOTCH
from simulation.drainage.native.network import SMALL_LENGTH

CREST = 0.414
"""Weir coefficient / sqrt(2 g) of a sharp crest: where a bottom orifice turns into a weir."""
TINY = 1e-9


@njit
def look_up(x, y, first, count, at, lanes):
    """Value of a device's curve, flat beyond its ends, and its slope."""
    value, slope = spread(y[first], lanes), spread(0.0, lanes)
    for p in range(first + 1, first + count):
        beyond = at > x[p - 1]
        if not some(beyond):
            return value, slope
        rise = (y[p] - y[p - 1]) / (x[p] - x[p - 1])
        value = where(beyond, (at - x[p - 1]) * rise + y[p - 1], value)
        slope = where(beyond, spread(rise, lanes), slope)
    beyond = at > x[first + count - 1]
    value = where(beyond, spread(y[first + count - 1], lanes), value)
    return value, where(beyond, spread(0.0, lanes), slope)


@njit
def _drowned(flow, low, crest, high, power, lanes):
    """A flow over a crest under tailwater, by Villemonte."""
    under = low > crest
    if not some(under):
        return flow
    ratio = least((low - crest) / (high - crest), 1.0)
    left = 1.0 - (ratio * root(ratio) if power == 1.5 else raised(ratio, power))
    return where(under, flow * raised(greatest(left, 0.0), 0.385), flow)


@njit
def _gate_loss(velocity, head):
    """m of head that a flap gate takes."""
    return velocity * velocity * (4.0 / GRAVITY) * exponential(velocity * -1.15 / root(head * 0.3048))


@njit
def _segment(g, y):
    """m2 of a circular orifice's opening up to y."""
    r = 0.5 * g.height
    angle = arc_cosine(1.0 - least(y, g.height) / r) * 2.0
    return (angle - sine(angle)) * (0.5 * r * r)


@njit
def _orifice_flow(coefficient, area, critical, brink, head, share, lanes):
    """Flow and dQ/dH: below the critical height as over a weir."""
    full = area * (coefficient * math.sqrt(2.0 * GRAVITY))
    part = share < 1.0
    flow = full * where(part, root(brink * share) * share, root(head))
    slope = where(part, flow * 1.5 / (share * critical), flow / (head * 2.0))
    works, zero = (head > 0.0) & (share > 0.0), spread(0.0, lanes)
    return where(works, flow, zero), where(works, slope, zero)


@njit
def orifice(g, high, low, setting, lanes):
    """Flow, dQ/dH and the surface lent by an orifice, from the higher side."""
    zero, one = spread(0.0, lanes), spread(1.0, lanes)
    opening = setting * g.height
    crest, c = g.crest, g.coefficient
    if not g.circular:
        area = opening * g.width
    elif every(setting >= 1.0):
        area = spread(0.25 * math.pi * g.height * g.height, lanes)
    else:
        area = _segment(g, opening)
    if g.form == BOTTOM:
        ratio = opening * 0.25 if g.circular else opening * g.width / ((opening + g.width) * 2.0)
        critical = ratio * (c / CREST)
        brink = critical
        head = where(high < crest, zero, high - greatest(low, crest))
        share = least(head / critical, one)
        lent = area
    else:
        critical, brink = opening, opening * 0.5
        share = least((high - crest) / opening, one)
        head = where(share < 1.0, high - crest, high - greatest(low, brink + crest))
        lent = spread(g.width * g.length, lanes)
        if g.circular:
            y = greatest(opening * share, 0.0)
            lent = root(greatest(y * (g.height - y), 0.0)) * (2.0 * g.length)
    wet = head > SMALL_LENGTH
    flow, slope = _orifice_flow(c, area, critical, brink, head, share, lanes)
    part = share < 1.0
    if g.gate and some(flow > 0.0):
        loss = where(flow > 0.0, _gate_loss(flow / area, head), zero)
        share = where(part, greatest(share - loss / critical, 0.0), share)
        head = where(part, head, greatest(head - loss, 0.0))
        flow, slope = _orifice_flow(c, area, critical, brink, head, share, lanes)
    if some(part & (low > crest)):
        flow = where(part, _drowned(flow, low, crest, high, 1.5, lanes), flow)
    return where(wet, flow, zero), where(wet, slope, zero), where(wet, greatest(lent, TINY), zero)


@njit
def _over_weir(g, x, y, head, forward, setting, lanes):
    """Flow over the crest and over the sloping ends."""
    zero = spread(0.0, lanes)
    form, c = g.form, spread(g.coefficient, lanes)
    if g.points > 0:
        c, _ = look_up(x, y, g.first, g.points, head, lanes)
    whole = head * root(head)
    ends = zero
    if form in (TRANSVERSE, SIDEFLOW):
        crest = greatest(g.width - head * (0.1 * g.contractions), 0.0)
        main = c * crest * whole
        if form == SIDEFLOW and some(forward):
            main = where(forward, c * raised(crest, 0.83) * raised(head, 1.67), main)
    else:
        crest = (1.0 - setting) * (2.0 * g.slope * g.height) + g.width
        main, ends = c * crest * whole, head * whole * (g.other * g.slope)
        if form == V_NOTCH:
            open_whole = setting >= 1.0
            main = where(open_whole, c * g.slope * head * whole, main)
            ends = where(open_whole, zero, ends)
    works = head > 0.0
    return where(works, main, zero), where(works, ends, zero)


@njit
def _weir_area(g, y, setting):
    """Area between the crest, raised by the setting, and y above it."""
    z = (1.0 - setting) * g.height
    top = least(z + y, g.height)
    return (top - z) * g.width + (top * top - z * z) * g.slope


@njit
def _surcharged(g, x, y, high, low, crest, crown, setting, lanes):
    """Flow and dQ/dH of a weir that is under water up to its crown: as through an orifice."""
    zero = spread(0.0, lanes)
    opening = crown - crest
    main, ends = _over_weir(g, x, y, opening, opening >= 0.0, setting, lanes)
    c = (main + ends) / root(opening * 0.5)
    head = greatest(high - greatest(low, (crest + crown) * 0.5), 0.0)
    flow = c * root(head)
    if g.gate:
        loss = where(flow > 0.0, _gate_loss(flow / _weir_area(g, opening, setting), opening), zero)
        head = greatest(head - loss, 0.0)
        flow = c * root(head)
    return flow, where(head > 0.0, flow / (head * 2.0), zero)


@njit
def weir(g, x, y, high, low, forward, setting, lanes):
    """Flow and dQ/dH of a weir, from the higher side; ``forward`` where that is its start."""
    zero = spread(0.0, lanes)
    crest = (1.0 - setting) * g.height + g.crest
    crown = g.crest + g.height
    works = (high - crest > SMALL_LENGTH) & (crest < crown)
    under = high >= crown
    head = where(under, crown - crest, high - crest)
    main, ends = _over_weir(g, x, y, head, forward, setting, lanes)
    if g.gate:
        area = _weir_area(g, head, setting)
        loss = where((area > 0.0) & (head > 0.0), _gate_loss((main + ends) / area, head), zero)
        head = greatest(head - loss, 0.0)
        main, ends = _over_weir(g, x, y, head, forward, setting, lanes)
    power, rise = 1.5, spread(1.5, lanes)
    if g.form == SIDEFLOW:
        power, rise = 5.0 / 3.0, where(forward, spread(1.67, lanes), rise)
    elif g.form == V_NOTCH:
        power, rise = 2.5, where(ends > 0.0, rise, spread(2.5, lanes))
    slope = where(head > SMALL_LENGTH, (rise * main + ends * 2.5) / head, zero)
    flow = _drowned(main, low, crest, high, power, lanes)
    if some(ends > 0.0):
        flow = flow + _drowned(ends, low, crest, high, 2.5, lanes)
    if g.surcharge and some(under & works):
        pressed, steep = _surcharged(g, x, y, high, low, crest, crown, setting, lanes)
        flow, slope = where(under, pressed, flow), where(under, steep, slope)
    return where(works, flow, zero), where(works, slope, zero)


@njit
def outlet(g, x, y, high, low, lanes):
    """Flow of an outlet, from the higher side."""
    head = high - g.crest
    if g.by_head:
        head = high - greatest(low, g.crest)
    if g.points > 0:
        flow, _ = look_up(x, y, g.first, g.points, head, lanes)
    elif g.other == 0.5:
        flow = root(head) * g.coefficient
    else:
        flow = raised(head, g.other) * g.coefficient
    return where(head > SMALL_LENGTH, flow, spread(0.0, lanes))
