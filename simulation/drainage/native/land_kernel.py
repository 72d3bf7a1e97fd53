"""The compiled runoff: one step of every piece of land for every member.

A sub-area is a reservoir, dx/dt = i - alpha x^(5/3) with x the depth above its depression storage, i what falls and
runs on less what evaporates and seeps, and alpha from Manning's formula for a wide plane.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from simulation.compiled import compiled
from simulation.drainage.native.held import Held
from simulation.drainage.native.land_curves import CELLS, ReservoirCurves
from simulation.drainage.native.land_soil import seep
from simulation.drainage.native.land_state import (
    AT_ONCE,
    DRAINED,
    EVAPORATION,
    INFILTRATION,
    NOTHING,
    OVERLAND,
    PERVIOUS,
    RAIN,
    RUNOFF,
    RUNON,
    Month,
    Place,
    State,
)

_STILL = 1e-15
"""m/s below which there is no inflow."""
_EVEN = 1e-10
"""Decay below which a reservoir stands at its level."""


@njit(error_model="numpy")
def _at(table: np.ndarray, x: float) -> float:
    """Value of a table at x in [0, 1]."""
    place = x * CELLS
    cell = min(int(place), CELLS - 1)
    u = place - cell
    return table[cell, 0] + u * (table[cell, 1] + u * (table[cell, 2] + u * table[cell, 3]))


@njit(error_model="numpy")
def _fill(x: float, inflow: float, level: float, fade: float, curves: ReservoirCurves) -> tuple[float, float]:
    """(x, outflow) of a reservoir that tends to ``level``, where it sheds all its inflow; its decay fades."""
    y = x / level
    if y <= 1.0:
        e = _at(curves.e_of_y, y) * fade
        if e < _EVEN:
            return level, inflow
        return level * _at(curves.y_of_e, e), inflow * _at(curves.flow_of_e, e)
    e = _at(curves.e_of_z, y ** (-2.0 / 3.0)) * fade
    if e < _EVEN:
        return level, inflow
    z = _at(curves.z_of_e, e)
    y = 1.0 / (z * math.sqrt(z))
    return level * y, inflow * y / z


@njit(error_model="numpy")
def _recede(x: float, outflow: float, seconds: float) -> tuple[float, float]:
    """(x, outflow) of a reservoir without inflow; ``outflow`` is alpha x^(5/3) before it."""
    if x <= 0.0:
        return 0.0, 0.0
    y = 1.0 + 2.0 / 3.0 * seconds * outflow / x
    root = y * math.sqrt(y)
    return x / root, outflow / (root * y)


@njit(error_model="numpy")
def _empty(
    x: float, loss: float, alpha: float, seconds: float, curves: ReservoirCurves
) -> tuple[float, float]:
    """(x, outflow) of a reservoir that only loses; where it is empty before the end, -x is what would have been
    lost in the time that remained."""
    level = (loss / alpha) ** 0.6
    pace = loss / level
    y, left = x / level, pace * seconds
    if y > 1.0:
        passed = curves.high * _at(curves.t_of_z, y ** (-2.0 / 3.0)) + left
        if passed < curves.high:
            z = _at(curves.z_of_t, passed / curves.high)
            y = 1.0 / (z * math.sqrt(z))
            return level * y, loss * y / z
        y, left = 1.0, passed - curves.high
    left = curves.low * _at(curves.t_of_y, y) - left
    if left <= 0.0:
        return level * left, 0.0
    y = _at(curves.y_of_t, left / curves.low)
    return level * y, loss * y ** (5.0 / 3.0)


@njit(error_model="numpy")
def reservoir(
    x: float, inflow: float, alpha: float, seconds: float, curves: ReservoirCurves
) -> tuple[float, float]:
    """(x, outflow) of dx/dt = inflow - alpha x^(5/3) after a time of any length, from x >= 0; exact but for the
    tables' 1e-6. See ``_empty`` for a negative x."""
    if inflow > _STILL:
        level = (inflow / alpha) ** 0.6
        return _fill(x, inflow, level, math.exp(-5.0 / 3.0 * seconds * inflow / level), curves)
    if inflow < -_STILL:
        return _empty(x, -inflow, alpha, seconds, curves)
    return _recede(x + max(inflow * seconds, -x), alpha * x ** (5.0 / 3.0), seconds)


@compiled(error_model="numpy")
def step(land: Held, seconds: float, evaporation: float) -> bool:
    """One step of the land as ``land.Runoff`` holds it, under ``evaporation`` in m/s. Returns whether any member has
    water on the move."""
    return _step(land.parts, seconds, evaporation)


@njit(error_model="numpy", _nrt=False)  # type: ignore[call-overload]
def _step(parts: tuple, seconds: float, evaporation: float) -> bool:
    rain, dry_only, place, month, state, curves = parts
    seep(seconds, rain, place, month, state)
    return shed(seconds, rain, evaporation, dry_only, place, month, state, curves)


@njit(error_model="numpy")
def shed(
    seconds: float, rain: np.ndarray, evaporation: float, dry_only: bool, place: Place, month: Month, state: State,
    curves: ReservoirCurves,
) -> bool:  # fmt: skip
    """Let the land drain for ``seconds`` under ``rain`` (gages, members) and ``evaporation`` in m/s."""
    # named once: each look into a named tuple within the loops would cost more than the physics
    area, gages, outlet, shares, leaving = place.area, place.gage, place.outlet, place.share, place.leaves
    hows, alphas, stores = month.how, month.alpha, month.store
    depths, flows, arriving, soaks = state.depth, state.flow, state.arrives, state.seeps
    old, new, books = state.old, state.new, state.books
    steady, level, fade = state.steady, state.level, state.fade
    count, members = new.shape
    wet = False
    for s in range(count):
        for m in range(members):
            old[s, m], new[s, m] = new[s, m], 0.0
        gage, ends = gages[s], outlet[s] < 0 or outlet[s] == s
        for k in range(3):
            part, store, how, alpha = shares[k, s] * area[s], stores[k, s], hows[k, s], alphas[k, s]
            if part == 0.0:
                continue
            for m in range(members):
                falls = rain[gage, m] if gage >= 0 else 0.0
                arrives, depth = falls + arriving[k, s, m], depths[k, s, m]
                if arrives == 0.0 and depth == 0.0:
                    flows[k, s, m] = 0.0
                    continue
                dries = 0.0 if dry_only and falls > 0.0 else min(depth / seconds, evaporation)
                # what the soil could take beyond the water that is there is no loss
                seeps = min(soaks[s, m], depth / seconds + arrives - dries) if k == PERVIOUS else 0.0
                i = arrives - dries - seeps
                later, flow, drained = max(depth + i * seconds, 0.0), 0.0, 0.0
                if later > store:
                    x, left = depth - store, seconds
                    if x < 0.0:
                        left += x / i
                        x = 0.0
                    if how != OVERLAND:
                        x += i * left
                        if how == AT_ONCE and x > NOTHING:
                            flow = x / left
                            x = 0.0
                    elif i > _STILL and left == seconds:
                        if i != steady[k, s, m]:
                            steady[k, s, m] = i
                            level[k, s, m] = (i / alpha) ** 0.6
                            fade[k, s, m] = math.exp(-5.0 / 3.0 * seconds * i / level[k, s, m])
                        x, flow = _fill(x, i, level[k, s, m], fade[k, s, m], curves)
                    elif i == 0.0 and not math.isnan(steady[k, s, m]):
                        x, flow = _recede(x, flows[k, s, m], seconds)
                    else:
                        x, flow = reservoir(x, i, alpha, left, curves)
                        steady[k, s, m] = 0.0
                    if how == OVERLAND and x <= NOTHING:
                        flow = 0.0
                    if x + store < 0.0:
                        # the outflow took first what would have seeped or dried at the end
                        over = -(x + store) / seconds
                        cut = min(over, seeps)
                        seeps -= cut
                        dries -= over - cut
                        later += over * seconds
                        x = -store
                    drained = later - x - store
                    later = x + store
                depths[k, s, m] = later
                flows[k, s, m] = flow
                leaves = flow * part * leaving[k, s]
                new[s, m] += leaves
                wet = wet or flow > 0.0
                books[RAIN, m] += falls * part * seconds
                books[RUNON, m] += (arrives - falls) * part * seconds
                books[EVAPORATION, m] += dries * part * seconds
                books[INFILTRATION, m] += seeps * part * seconds
                books[DRAINED, m] += drained * part
                if ends:
                    books[RUNOFF, m] += leaves * seconds
    if place.linked:
        _pass_on(place, state)
    return wet


@njit(error_model="numpy")
def _pass_on(place: Place, state: State) -> None:
    """Set what arrives from other land and other sub-areas in the next step."""
    area, outlet, share, leaves = place.area, place.outlet, place.share, place.leaves
    new, flow, arrives = state.new, state.flow, state.arrives
    count, members = new.shape
    arrives[:] = 0.0
    for s in range(count):
        to = outlet[s]
        for m in range(members):
            if to >= 0 and to != s and area[to] > 0.0:
                for k in range(3):
                    arrives[k, to, m] += new[s, m] / area[to]
            for k in range(PERVIOUS):
                if leaves[k, s] < 1.0:
                    arrives[PERVIOUS, s, m] += (
                        share[k, s] / share[PERVIOUS, s] * (1.0 - leaves[k, s]) * flow[k, s, m]
                    )
            if leaves[PERVIOUS, s] < 1.0:
                inside = share[PERVIOUS, s] / share[1, s] * (1.0 - leaves[PERVIOUS, s])
                arrives[1, s, m] += inside * flow[PERVIOUS, s, m]


@compiled(error_model="numpy")
def gather(share: float, node: np.ndarray, old: np.ndarray, new: np.ndarray, inflow: np.ndarray) -> None:
    """Set ``inflow`` (nodes, members) to what runs off to each node, ``share`` of the way from old to new."""
    inflow[:] = 0.0
    for s in range(len(node)):
        if node[s] >= 0:
            for m in range(inflow.shape[1]):
                inflow[node[s], m] += (1.0 - share) * old[s, m] + share * new[s, m]
