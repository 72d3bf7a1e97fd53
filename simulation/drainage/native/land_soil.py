"""The compiled infiltration: what seeps into every pervious sub-area in a step, by SWMM's five methods.

Parameters are told in ``infiltration``.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from simulation.drainage.native.land_state import (
    CURVE_NUMBER,
    HORTON,
    MODIFIED_GREEN_AMPT,
    MODIFIED_HORTON,
    NO_SOIL,
    NOTHING,
    PERVIOUS,
    Month,
    Place,
    State,
)

_FOOT = 0.3048
_PONDED = 0.004167 * _FOOT
"""m above which curve-number land goes on seeping after the rain, as in SWMM."""


@njit(error_model="numpy")
def _horton(
    par: np.ndarray,
    soil: np.ndarray,
    s: int,
    m: int,
    seconds: float,
    available: float,
    decay: float,
    recovery: float,
) -> float:
    """Horton's curve. par: first and last rate, decay 1/s, regeneration 1/s, most m. soil: 1 - exp(-decay tp) with
    tp the time on the curve (kept as this share, so that dry soil is 0), water that seeped."""
    last, constant, most = par[s, 1], par[s, 2], par[s, 4]
    span = par[s, 0] - last
    if span == 0.0 or constant == 0.0:
        return min(par[s, 0], max(available, 0.0))
    if available <= NOTHING:
        if par[s, 3] * recovery > 0.0:
            used = soil[0, s, m] * math.exp(-par[s, 3] * recovery * seconds)
            soil[0, s, m] = used
            if most > 0.0:
                soil[1, s, m] = (span * used - last * math.log(1.0 - used)) / constant
        return 0.0
    left = 1.0 - soil[0, s, m]
    rate = max(last + span / (constant * seconds) * left * (1.0 - decay), last)
    if rate < available or left * decay < 1.125e-7:
        rate = min(rate, available)
        soil[0, s, m] = 1.0 - max(left * decay, 1e-14)
    else:
        # less than could seep: advance on the curve until as much has seeped
        rate, wanted, time = available, available * seconds, seconds * available / rate
        kept, off = 1.0, 0.0
        for _ in range(20):
            kept = math.exp(-constant * time)
            off = (last * time + span / constant * left * (1.0 - kept) - wanted) / (last + span * left * kept)
            time -= off
            if abs(off) <= 1e-3 * seconds:
                break
        # the last correction is so small that its square does not matter
        soil[0, s, m] = 1.0 - left * kept * (1.0 + constant * off)
    if most > 0.0:
        rate = max(min(rate, (most - soil[1, s, m]) / seconds), 0.0)
        soil[1, s, m] += rate * seconds
    return rate


@njit(error_model="numpy")
def _modified_horton(
    par: np.ndarray, soil: np.ndarray, s: int, m: int, seconds: float, available: float, recovery: float
) -> float:
    """Akan's form: the rate falls with the water that seeped faster than the last rate. soil: that water, all that
    seeped. par as for Horton."""
    first, last, most = par[s, 0], par[s, 1], par[s, 4]
    if first == last or par[s, 2] == 0.0:
        return min(first, max(available, 0.0))
    if available <= NOTHING:
        kept = math.exp(-par[s, 3] * recovery * seconds)
        soil[0, s, m] *= kept
        soil[1, s, m] *= kept
        return 0.0
    rate = min(available, max(first - par[s, 2] * soil[0, s, m], last))
    if most > 0.0:
        rate = max(min(rate, (most - soil[1, s, m]) / seconds), 0.0)
        soil[1, s, m] += rate * seconds
    soil[0, s, m] += max(rate - last, 0.0) * seconds
    return rate


@njit(error_model="numpy")
def _wetting(seeped: float, pull: float, conductivity: float, seconds: float) -> float:
    """Water that has seeped (m) after a time into saturated soil: Green and Ampt's integrated equation."""
    least = seeped + conductivity * seconds
    if pull == 0.0:
        return least
    if seconds < 10.0 and seeped > 0.01 * pull:
        return max(seeped + conductivity * (1.0 + pull / seeped) * seconds, least)
    total, known = seeped, pull * math.log(seeped + pull) - conductivity * seconds - seeped
    for _ in range(20):
        off = (total - pull * math.log(total + pull) + known) / (1.0 - pull / (total + pull))
        if not abs(off) < 1e9:
            # no water has seeped yet: the slope is endless there, so start from the root of its parabola
            off = -math.sqrt(2.0 * pull * conductivity * seconds)
        if abs(off) < 1e-5 * _FOOT:
            return max(total, least)
        total -= off
    return least


@njit(error_model="numpy")
def _green_ampt(
    par: np.ndarray, soil: np.ndarray, s: int, m: int, seconds: float, available: float, depth: float, factor: float,
    recovery: float, modified: bool,
) -> float:  # fmt: skip
    """Green and Ampt. par: suction m, conductivity m/s, greatest deficit, depth of the upper zone in feet.
    soil: deficit, seeped in this event, in the upper zone, saturated (0, 1), s until a new event begins."""
    conductivity, zone = par[s, 1] * factor, par[s, 3] * math.sqrt(factor)
    full = par[s, 2] * zone * _FOOT
    soil[4, s, m] -= seconds
    if soil[3, s, m] == 0.0:
        if available <= NOTHING:
            if soil[2, s, m] <= 0.0:
                return 0.0
            drained = zone / 90000.0 * recovery * full * seconds
            soil[1, s, m] -= drained
            soil[2, s, m] -= drained
            if soil[2, s, m] <= 0.0:
                soil[0, s, m], soil[1, s, m], soil[2, s, m] = par[s, 2], 0.0, 0.0
            elif soil[4, s, m] <= 0.0:
                soil[0, s, m], soil[1, s, m] = (full - soil[2, s, m]) / (zone * _FOOT), 0.0
            return 0.0
        wets = available * seconds
        if available <= conductivity:
            soil[1, s, m] += wets
            soil[2, s, m] = min(soil[2, s, m] + wets, full)
            if not modified and soil[4, s, m] <= 0.0:
                soil[0, s, m], soil[1, s, m] = (full - soil[2, s, m]) / (zone * _FOOT), 0.0
            return available
        soil[4, s, m] = 5400.0 / zone / recovery
        pull = (par[s, 0] + depth) * soil[0, s, m]
        ponding = conductivity * pull / (available - conductivity)
        if soil[1, s, m] <= ponding:
            if soil[1, s, m] + wets < ponding:
                soil[1, s, m] += wets
                soil[2, s, m] = min(soil[2, s, m] + wets, full)
                return available
            rest = max(seconds - (ponding - soil[1, s, m]) / available, 0.0)
            total = min(_wetting(ponding, pull, conductivity, rest), ponding + available * rest)
            wets = total - soil[1, s, m]
            soil[1, s, m] = total
            soil[2, s, m] = min(soil[2, s, m] + wets, full)
            soil[3, s, m] = 1.0
            return wets / seconds
        soil[3, s, m] = 1.0
    if available < NOTHING:
        return 0.0
    soil[4, s, m] = 5400.0 / zone / recovery
    pull = (par[s, 0] + depth) * soil[0, s, m]
    wets = _wetting(soil[1, s, m], pull, conductivity, seconds) - soil[1, s, m]
    if wets > available * seconds:
        wets = available * seconds
        soil[3, s, m] = 0.0
    soil[1, s, m] += wets
    soil[2, s, m] = min(soil[2, s, m] + wets, full)
    return wets / seconds


@njit(error_model="numpy")
def _curve_number(
    par: np.ndarray,
    soil: np.ndarray,
    s: int,
    m: int,
    seconds: float,
    rain: float,
    depth: float,
    recovery: float,
) -> float:
    """The SCS curve number, step by step. par: greatest capacity m, regeneration 1/s, s between two events.
    soil: capacity, rain and seeped water of this event, s since rain, capacity at its start, last rate."""
    rate = 0.0
    if rain > NOTHING:
        if soil[3, s, m] >= par[s, 2]:
            soil[1, s, m], soil[2, s, m], soil[4, s, m] = 0.0, 0.0, soil[0, s, m]
        soil[3, s, m] = 0.0
        soil[1, s, m] += rain * seconds
        fallen = soil[1, s, m]
        rate = (fallen * (1.0 - fallen / (fallen + soil[4, s, m])) - soil[2, s, m]) / seconds
        if soil[0, s, m] <= 0.0:
            rate = 0.0
    elif depth > _PONDED and soil[0, s, m] > 0.0:
        rate = min(soil[5, s, m], soil[0, s, m] / seconds)
    else:
        soil[3, s, m] += seconds
    if rate > 0.0:
        rate = min(rate, rain + depth / seconds)
        soil[2, s, m] += rate * seconds
        soil[0, s, m] = max(soil[0, s, m] - rate * seconds, 0.0)
    else:
        rate = 0.0
        soil[0, s, m] = min(soil[0, s, m] + par[s, 1] * par[s, 0] * seconds * recovery, par[s, 0])
    soil[5, s, m] = rate
    return rate


@njit(error_model="numpy")
def seep(seconds: float, rain: np.ndarray, place: Place, month: Month, state: State) -> None:
    """Set ``state.seeps`` for a step under ``rain`` (gages, members) in m/s, and move the soil on."""
    methods, par, factor, recovery = month.method, month.parameters, month.factor, month.recovery
    area, share, gages = place.area, place.share, place.gage
    soil, depths, arriving, seeps = state.soil, state.depth, state.arrives, state.seeps
    count, members = seeps.shape
    for s in range(count):
        method, gage = methods[s], gages[s]
        if area[s] * share[PERVIOUS, s] == 0.0 or method == NO_SOIL:
            continue
        decay = math.exp(-par[s, 2] * seconds) if method == HORTON else 1.0
        for m in range(members):
            falls = rain[gage, m] if gage >= 0 else 0.0
            arrives, depth = arriving[PERVIOUS, s, m], depths[PERVIOUS, s, m]
            available = falls + arrives + depth / seconds
            if method == HORTON:
                rate = _horton(par, soil, s, m, seconds, available, decay, recovery)
            elif method == MODIFIED_HORTON:
                rate = _modified_horton(par, soil, s, m, seconds, available, recovery)
            elif method == CURVE_NUMBER:
                rate = _curve_number(par, soil, s, m, seconds, falls, depth + arrives * seconds, recovery)
            else:
                modified = method == MODIFIED_GREEN_AMPT
                rate = _green_ampt(par, soil, s, m, seconds, available, depth, factor[s], recovery, modified)
            seeps[s, m] = rate
