"""Flow through pumps, orifices, weirs, outlets and dummy conduits in one trial; see ``routing``.

Formulas are those of the SWMM 5.2 manuals (Reference Manual, volume II, chapters 3.2 and 6); those of orifices,
weirs and outlets are in ``openings``.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from simulation.drainage.native import layout as model
from simulation.drainage.native.lanes import greatest, least, load, opposite, size, some, spread, store, where
from simulation.drainage.native.layout import (
    BY_DEPTH,
    BY_DEPTH_STEPS,
    BY_HEAD_AND_SPEED,
    BY_VOLUME,
    GRAVITY,
    IDEAL,
    STORAGE,
)
from simulation.drainage.native.network import SMALL_LENGTH
from simulation.drainage.native.openings import look_up, orifice, outlet, weir

HALF = 0.5
TURNED = 0.001 * 0.3048**3
"""m3/s, see ``routing``."""
LEAST_LENGTH = 200 * 0.3048
"""m: a regulator lends its nodes the surface of a channel of at least this length."""


ROW = np.dtype(
    [
        *((name, np.int64) for name in ("link", "start", "end")),
        ("kind", np.int64),  # see layout.LINK_KINDS; CONDUIT is a dummy
        ("form", np.int64),  # kind of pump, orifice or weir
        ("crest", float),  # m, elevation
        ("block_back", bool),  # nothing flows from end to start
        ("block_on", bool),
        ("gate", bool),  # a flap gate takes some head
        *((name, np.int64) for name in ("first", "points")),  # of the points of the curve; 0 = none
        *((name, bool) for name in ("by_head", "circular", "surcharge")),
        *((name, float) for name in ("contractions", "height", "width", "slope", "coefficient")),
        ("other", float),  # end coefficient of a weir, exponent of an outlet
        ("length", float),  # m of channel whose surface an orifice lends
        *((name, float) for name in ("start_depth", "stop_depth", "open_seconds")),
        ("initial", float),  # setting at the start
    ],
    align=True,
)
"""A link that is no true conduit. Kernels read rows as records: many arrays handed down cost more than the flow."""


class Devices(NamedTuple):
    """Links that are no true conduits, in the order of the file, and the points of their curves."""

    row: np.ndarray
    """(D,) of ROW."""
    x: np.ndarray
    y: np.ndarray


def devices(plan: model.Layout) -> Devices:
    """The kernel's arrays of a layout's regulators."""
    links, nodes, curves = plan.links, plan.nodes, plan.curves
    dummy = np.isin(np.arange(len(links.names)), plan.conduits.link[plan.conduits.dummy])
    link = np.flatnonzero((links.kind != model.CONDUIT) | dummy)
    gated = np.zeros(len(nodes.names), bool)
    gated[plan.outfalls.node[plan.outfalls.gate.astype(bool)]] = True
    rows = np.zeros(len(link), ROW)
    rows["link"], rows["kind"] = link, links.kind[link]
    rows["start"], rows["end"] = start, end = links.start[link], links.end[link]
    rows["crest"] = nodes.invert[start] + links.offset1[link]
    rows["gate"], rows["block_on"] = links.gate[link], gated[start]
    rows["block_back"] = rows["gate"] | gated[end]
    rows["initial"] = 1.0
    for row in rows:
        values = _values(plan, int(row["kind"]), int(links.row[row["link"]]))
        curve = int(values.pop("curve", -1))
        if curve >= 0:
            values |= {"first": curves.first[curve], "points": curves.count[curve]}
        for name, value in values.items():
            row[name] = value
    return Devices(rows, np.append(curves.x, 0.0), np.append(curves.y, 0.0))


def _values(plan: model.Layout, kind: int, row: int) -> dict[str, float]:
    if kind == model.PUMP:
        p = plan.pumps
        return {
            "form": p.kind[row], "curve": p.curve[row], "initial": p.setting[row],
            "start_depth": p.start_depth[row], "stop_depth": p.stop_depth[row],
        }  # fmt: skip
    if kind == model.ORIFICE:
        o = plan.orifices
        reach = 2 * plan.options.routing_step * math.sqrt(GRAVITY * o.height[row])
        return {
            "form": o.kind[row], "circular": o.circular[row], "height": o.height[row], "width": o.width[row],
            "coefficient": o.coefficient[row], "open_seconds": o.open_seconds[row],
            "length": max(LEAST_LENGTH, reach),
        }  # fmt: skip
    if kind == model.WEIR:
        w = plan.weirs
        return {
            "form": w.kind[row], "coefficient": w.coefficient[row], "other": w.end_coefficient[row],
            "width": w.length[row], "slope": w.side_slope[row], "height": w.height[row],
            "contractions": w.contractions[row], "surcharge": w.surcharge[row], "curve": w.curve[row],
        }  # fmt: skip
    if kind == model.OUTLET:
        u = plan.outlets
        return {
            "by_head": u.by_head[row], "curve": u.curve[row], "coefficient": u.coefficient[row],
            "other": u.exponent[row],
        }  # fmt: skip
    return {}


@njit
def device_flows(d, joints, s, trial, dt, active, lanes):
    """New flow of every device, in the ``active`` lanes."""
    x, y = d.x, d.y
    zero = spread(0.0, lanes)
    for i in range(d.row.shape[0]):
        g = d.row[i]
        j, n1, n2, kind = g.link, g.start, g.end, g.kind
        todo = active
        if trial > 1:
            todo = active & opposite((load(s.settled, n1, lanes) > 0.5) & (load(s.settled, n2, lanes) > 0.5))
            if not some(todo):
                continue
        last = load(s.flow, j, lanes)
        y1, y2 = load(s.depth, n1, lanes), load(s.depth, n2, lanes)
        h1, h2 = y1 + joints.invert[n1], y2 + joints.invert[n2]
        setting = load(s.setting, j, lanes) * load(s.power, j, lanes)
        works = setting > 0.0
        share1, share2 = zero, zero
        if kind == model.PUMP or kind == model.CONDUIT:
            flow, slope = _carried(g, x, y, joints, s, h2 - h1, setting, dt, lanes)
            flow, slope = where(works, flow, zero), where(works, slope, zero)
        else:
            on = h1 > h2 if kind == model.WEIR else h1 >= h2
            high, low = greatest(h1, h2), least(h1, h2)
            if g.block_back:
                works = works & on
            if g.block_on:
                works = works & opposite(on)
            if kind != model.WEIR:
                works = works & (where(on, y1, y2) > SMALL_LENGTH)
            flow, slope = zero, zero
            if some(works):
                if kind == model.ORIFICE:
                    flow, slope, share1 = orifice(g, high, low, setting, lanes)
                elif kind == model.WEIR:
                    flow, slope = weir(g, x, y, high, low, on, setting, lanes)
                else:
                    flow = outlet(g, x, y, high, low, lanes) * setting
                    there1, there2 = _there(g, n1, joints, s, dt, lanes), _there(g, n2, joints, s, dt, lanes)
                    flow = least(flow, where(on, there1, there2))
                flow, slope = where(works, flow, zero), where(works, slope, zero)
                share1 = where(works, share1, zero)
            if kind == model.ORIFICE:
                share1 = where(share1 > 0.0, share1, spread(SMALL_LENGTH * g.length, lanes)) * 0.5
                falls = (low < g.crest) & (flow > 0.0)
                share2 = where(falls & on, zero, share1)
                share1 = where(falls & opposite(on), zero, share1)
                if joints.kind[n1] == STORAGE:
                    share1 = zero
                if joints.kind[n2] == STORAGE:
                    share2 = zero
            flow = where(on, flow, zero - flow)
        if trial > 0 and kind != model.PUMP:
            flow = (last + flow) * HALF
            turns = flow * last < 0.0
            flow = where(turns, where(flow > 0.0, spread(TURNED, lanes), spread(-TURNED, lanes)), flow)
        store(s.flow, j, where(todo, flow, last))
        store(s.dqdh, j, where(todo, slope, load(s.dqdh, j, lanes)))
        store(s.share1, j, where(todo, share1, load(s.share1, j, lanes)))
        store(s.share2, j, where(todo, share2, load(s.share2, j, lanes)))


@njit
def _reaching(joints, s, node, link, lanes):
    """m3/s that flow into and out of a node by what is before ``link`` in SWMM's order, and the water's surface."""
    lateral, zero = load(s.lateral, node, lanes), spread(0.0, lanes)
    inflow, outflow, surface = greatest(lateral, zero), greatest(zero - lateral, zero), zero
    for p in range(joints.first[node], joints.first[node + 1]):
        j = joints.place[p]
        if joints.device[j] and j >= link:
            continue
        flow = load(s.flow, j, lanes)
        if joints.end[p] == 0:
            flow = zero - flow
            surface = surface + load(s.share1, j, lanes)
        else:
            surface = surface + load(s.share2, j, lanes)
        inflow, outflow = inflow + greatest(flow, zero), outflow + greatest(zero - flow, zero)
    return inflow, outflow, surface


@njit
def _there(g, node, joints, s, dt, lanes):
    """m3/s that an outlet can take: a film of water must not drain faster than it comes, as it would in SWMM."""
    inflow, _, _ = _reaching(joints, s, node, g.link, lanes)
    held = load(s.volume_old, node, lanes)
    if joints.kind[node] != STORAGE:
        held = load(s.depth_old, node, lanes) * load(s.surface, node, lanes)
    return inflow + held * (1.0 / dt)


@njit
def _carried(g, x, y, joints, s, lift, setting, dt, lanes):
    """Flow and dQ/dH of a pump or a dummy conduit that is on; a pump takes no more than there is."""
    node = g.start
    zero = spread(0.0, lanes)
    inflow, outflow, surface = _reaching(joints, s, node, g.link, lanes)
    if g.kind == model.CONDUIT or g.form == IDEAL:
        flow = inflow + load(s.overflow, node, lanes)
        return (flow * setting if g.kind == model.PUMP else flow), zero
    volume, depth = load(s.volume, node, lanes), load(s.depth, node, lanes)
    flow, slope = _turning(g, x, y, volume, depth, lift, setting, lanes)
    if joints.kind[node] == STORAGE or g.form == BY_VOLUME:
        if joints.full_volume[node] > 0.0:
            flow = least(flow, greatest(inflow + load(s.volume_old, node, lanes) * (1.0 / dt), zero))
    elif g.form != BY_HEAD_AND_SPEED:
        gain = (load(s.net_old, node, lanes) + inflow - outflow - flow) * (0.5 * dt)
        dry = load(s.depth_old, node, lanes) + gain / greatest(surface, 1e-9) <= 0.0
        flow = where((flow > 0.0) & dry, inflow, flow)
    return flow, slope


@njit
def _stage_of(x, y, first, count, at, lanes):
    """Value of a curve of steps: that of the first point beyond ``at``."""
    value = spread(y[first + count - 1], lanes)
    for p in range(first + count - 1, first - 1, -1):
        value = where(at < x[p], spread(y[p], lanes), value)
    return value


@njit
def _turning(g, x, y, volume, depth, lift, setting, lanes):
    """Flow of a running pump by its curve, and its dQ/dH."""
    slope = spread(0.0, lanes)
    if g.form == BY_VOLUME:
        flow = _stage_of(x, y, g.first, g.points, volume, lanes)
    elif g.form == BY_DEPTH_STEPS:
        flow = _stage_of(x, y, g.first, g.points, depth, lanes)
    elif g.form == BY_DEPTH:
        flow, slope = look_up(x, y, g.first, g.points, depth, lanes)
    elif g.form == BY_HEAD_AND_SPEED:
        flow, slope = look_up(x, y, g.first, g.points, greatest(lift / (setting * setting), 0.0), lanes)
        slope = slope / (spread(0.0, lanes) - setting)
    else:
        flow, slope = look_up(x, y, g.first, g.points, greatest(lift, 0.0), lanes)
        slope = spread(0.0, lanes) - slope
    return greatest(flow, 0.0) * setting, slope


@njit
def move_settings(d, s, dt, lanes):
    """Pumps start and stop by their own depths, and openings move towards their targets, for a step of dt.

    What a rule has just set (``ruled``) stands for this step.
    """
    zero, one = spread(0.0, lanes), spread(1.0, lanes)
    for i in range(d.row.shape[0]):
        g = d.row[i]
        setting, target = load(s.setting, g.link, lanes), load(s.target, g.link, lanes)
        if g.kind == model.PUMP:
            depth, free = load(s.depth, g.start, lanes), load(s.ruled, g.link, lanes) < 0.5
            stops = free & (setting > 0.0) & (depth < g.stop_depth)
            target = where(stops, zero, target)
            if g.start_depth > 0.0:
                starts = free & (setting <= 0.0) & (depth > g.start_depth)
                target = where(starts, one, target)
            store(s.target, g.link, target)
        store(s.ruled, g.link, zero)
        if g.kind == model.ORIFICE and g.open_seconds > 0.0:
            most = dt / g.open_seconds
            nearer = where(target > setting, setting + most, setting - most)
            target = where(size(target - setting) <= most, target, nearer)
        store(s.setting, g.link, target)
