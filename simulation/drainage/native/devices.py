"""Flow through pumps, orifices, weirs, outlets and dummy conduits in one trial; see ``routing``.

They are few, so every lane is reckoned by itself. Formulas are those of the SWMM 5.2 manuals (Reference Manual,
volume II, chapters 3.2 and 6); a flap gate costs the head that Armco's formula gives.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from simulation.drainage.native import layout as model
from simulation.drainage.native.layout import (
    BOTTOM,
    BY_DEPTH,
    BY_DEPTH_STEPS,
    BY_HEAD_AND_SPEED,
    BY_VOLUME,
    GRAVITY,
    IDEAL,
    SIDEFLOW,
    STORAGE,
    TRANSVERSE,
    V_NOTCH,
)  # fmt: skip
from simulation.drainage.native.network import SMALL_LENGTH

HALF = 0.5
TURNED = 0.001 * 0.3048**3
"""m3/s, see ``routing``."""
LEAST_LENGTH = 200 * 0.3048
"""m: a regulator lends its nodes the surface of a channel of at least this length."""
CREST = 0.414
"""Weir coefficient / sqrt(2 g) of a sharp crest: where a bottom orifice turns into a weir."""


class Devices(NamedTuple):
    """Links that are no true conduits, (D,), in the order of the file."""

    link: np.ndarray
    kind: np.ndarray
    """See layout.LINK_KINDS; CONDUIT is a dummy."""
    form: np.ndarray
    """Kind of pump, orifice or weir."""
    start: np.ndarray
    end: np.ndarray
    crest: np.ndarray
    """m, elevation."""
    block_back: np.ndarray
    """bool: nothing flows from end to start."""
    block_on: np.ndarray
    gate: np.ndarray
    """bool: a flap gate takes some head."""
    first: np.ndarray
    points: np.ndarray
    """Of the points of the curve; 0 = none."""
    by_head: np.ndarray
    circular: np.ndarray
    surcharge: np.ndarray
    contractions: np.ndarray
    height: np.ndarray
    width: np.ndarray
    slope: np.ndarray
    coefficient: np.ndarray
    other: np.ndarray
    """End coefficient of a weir, exponent of an outlet."""
    length: np.ndarray
    """m of channel whose surface an orifice lends."""
    start_depth: np.ndarray
    stop_depth: np.ndarray
    open_seconds: np.ndarray
    initial: np.ndarray
    """Setting at the start."""
    x: np.ndarray
    y: np.ndarray


def devices(plan: model.Layout) -> Devices:
    """The kernel's arrays of a layout's regulators."""
    links, nodes, curves = plan.links, plan.nodes, plan.curves
    rows = np.array(
        [
            i
            for i in range(len(links.names))
            if links.kind[i] != model.CONDUIT or plan.conduits.dummy[links.row[i]]
        ],
        np.int64,
    )
    gated = np.zeros(len(nodes.names), bool)
    gated[plan.outfalls.node[plan.outfalls.gate.astype(bool)]] = True
    start, end = links.start[rows].astype(np.int64), links.end[rows].astype(np.int64)
    gate = links.gate[rows].astype(bool)
    names = (
        "form", "first", "points", "by_head", "circular", "surcharge", "contractions", "height", "width", "slope",
        "coefficient", "other", "length", "start_depth", "stop_depth", "open_seconds", "initial",
    )  # fmt: skip
    whole = {"form", "first", "points", "by_head", "circular", "surcharge"}
    columns = {name: np.zeros(len(rows), np.int64 if name in whole else float) for name in names}
    columns["initial"][:] = 1.0
    for d, link in enumerate(rows):
        kind, row = int(links.kind[link]), int(links.row[link])
        values = _values(plan, kind, row)
        curve = int(values.pop("curve", -1))
        if curve >= 0:
            values |= {"first": curves.first[curve], "points": curves.count[curve]}
        for name, value in values.items():
            columns[name][d] = value
    return Devices(
        link=rows, kind=links.kind[rows].astype(np.int64), start=start, end=end,
        crest=nodes.invert[start] + links.offset1[rows], block_back=gate | gated[end], block_on=gated[start],
        gate=gate, x=np.append(curves.x, 0.0), y=np.append(curves.y, 0.0), **columns,
    )  # fmt: skip


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
def device_flows(d, joints, s, trial, dt):
    """New flow of every device, in the lanes that are not at rest."""
    for i in range(d.link.shape[0]):
        j, n1, n2 = d.link[i], d.start[i], d.end[i]
        for m in range(s.resting.shape[1]):
            if s.resting[0, m] > 0.5 or (trial > 1 and s.settled[n1, m] > 0.5 and s.settled[n2, m] > 0.5):
                continue
            last = s.flow[j, m]
            y1, y2 = s.depth[n1, m], s.depth[n2, m]
            h1, h2 = joints.invert[n1] + y1, joints.invert[n2] + y2
            setting = s.setting[j, m] * s.power[j, m]
            flow, slope, share1, share2 = 0.0, 0.0, 0.0, 0.0
            kind = d.kind[i]
            if kind == model.PUMP:
                if setting > 0.0:
                    flow, slope = _pump(d, i, joints, s, m, h2 - h1, setting, dt)
            elif kind == model.CONDUIT:
                if setting > 0.0:
                    flow = _reaching(joints, s, n1, j, m)[0] + s.overflow[n1, m]
            else:
                on = h1 >= h2 if kind != model.WEIR else h1 > h2
                way, high, low, above = 1.0, h1, h2, y1
                if not on:
                    way, high, low, above = -1.0, h2, h1, y2
                blocked = (way < 0.0 and d.block_back[i]) or (way > 0.0 and d.block_on[i])
                if not blocked and setting > 0.0:
                    if kind == model.ORIFICE:
                        if above > SMALL_LENGTH:
                            flow, slope, share1 = _orifice(d, i, high, low, setting)
                    elif kind == model.WEIR:
                        flow, slope = _weir(d, i, high, low, way, setting)
                    elif above > SMALL_LENGTH:
                        flow = _outlet(d, i, high, low) * setting
                if kind == model.ORIFICE:
                    if share1 == 0.0:
                        share1 = SMALL_LENGTH * d.length[i]
                    share2 = share1 = 0.5 * share1
                    falls = d.crest[i] > low and flow > 0.0
                    if joints.kind[n1] == STORAGE or (falls and way < 0.0):
                        share1 = 0.0
                    if joints.kind[n2] == STORAGE or (falls and way > 0.0):
                        share2 = 0.0
                flow *= way
            if trial > 0 and kind != model.PUMP:
                flow = HALF * (last + flow)
                if flow * last < 0.0:
                    flow = math.copysign(TURNED, flow)
            s.flow[j, m] = flow
            s.dqdh[j, m] = slope
            s.share1[j, m] = share1
            s.share2[j, m] = share2


@njit
def _look_up(d, i, x):
    """Value of a device's curve, flat beyond its ends, and its slope."""
    first, count = d.first[i], d.points[i]
    if x <= d.x[first]:
        return d.y[first], 0.0
    for p in range(first + 1, first + count):
        if x <= d.x[p]:
            slope = (d.y[p] - d.y[p - 1]) / (d.x[p] - d.x[p - 1])
            return d.y[p - 1] + slope * (x - d.x[p - 1]), slope
    return d.y[first + count - 1], 0.0


@njit
def _stage_of(d, i, x):
    """Value of a curve of steps: that of the first point beyond x."""
    first, count = d.first[i], d.points[i]
    for p in range(first, first + count):
        if x < d.x[p]:
            return d.y[p]
    return d.y[first + count - 1]


@njit
def _reaching(joints, s, node, link, m):
    """m3/s that flow into and out of a node by what is before ``link`` in SWMM's order, and the water's surface."""
    inflow, outflow, surface = max(s.lateral[node, m], 0.0), max(-s.lateral[node, m], 0.0), 0.0
    for p in range(joints.first[node], joints.first[node + 1]):
        j = joints.place[p]
        if joints.device[j] and j >= link:
            continue
        flow = s.flow[j, m]
        if joints.end[p] == 0:
            flow = -flow
            surface += s.share1[j, m]
        else:
            surface += s.share2[j, m]
        if flow >= 0.0:
            inflow += flow
        else:
            outflow -= flow
    return inflow, outflow, surface


@njit
def _pump(d, i, joints, s, m, lift, setting, dt):
    """Flow of a running pump, never more than there is, and its dQ/dH."""
    node, form = d.start[i], d.form[i]
    inflow, outflow, surface = _reaching(joints, s, node, d.link[i], m)
    if form == IDEAL:
        return (inflow + s.overflow[node, m]) * setting, 0.0
    slope = 0.0
    depth = s.depth[node, m]
    if form == BY_VOLUME:
        flow = _stage_of(d, i, s.volume[node, m])
    elif form == BY_DEPTH_STEPS:
        flow = _stage_of(d, i, depth)
    elif form == BY_DEPTH:
        flow, slope = _look_up(d, i, depth)
    else:
        speed = setting if form == BY_HEAD_AND_SPEED else 1.0
        flow, slope = _look_up(d, i, max(lift / (speed * speed), 0.0))
        slope = -slope / speed
    flow = max(flow, 0.0) * setting
    if flow <= 0.0:
        return 0.0, slope
    if joints.kind[node] == STORAGE or form == BY_VOLUME:
        if joints.full_volume[node] > 0.0:
            flow = min(flow, inflow + s.volume_old[node, m] / dt)
        return max(flow, 0.0), slope
    if form != BY_HEAD_AND_SPEED:
        gain = 0.5 * (s.net_old[node, m] + inflow - outflow - flow) * dt
        if s.depth_old[node, m] + gain / max(surface, 1e-9) <= 0.0:
            return inflow, slope
    return flow, slope


@njit
def _opening(d, i, y):
    """Area and width of an orifice's opening up to y."""
    if not d.circular[i]:
        return d.width[i] * y, d.width[i]
    r = 0.5 * d.height[i]
    y = min(max(y, 0.0), d.height[i])
    angle = 2.0 * math.acos(1.0 - y / r)
    return 0.5 * r * r * (angle - math.sin(angle)), 2.0 * math.sqrt(max(y * (d.height[i] - y), 0.0))


@njit
def _orifice_flow(coefficient, area, critical, weir, head, share):
    """Flow and dQ/dH: below the critical height as over a weir."""
    if head <= 0.0 or share <= 0.0:
        return 0.0, 0.0
    full = coefficient * area * math.sqrt(2.0 * GRAVITY)
    if share < 1.0:
        flow = full * math.sqrt(weir) * share**1.5
        return flow, 1.5 * flow / (share * critical)
    flow = full * math.sqrt(head)
    return flow, flow / (2.0 * head)


@njit
def _gate_loss(velocity, head):
    return 4.0 / GRAVITY * velocity * velocity * math.exp(-1.15 * velocity / math.sqrt(head * 0.3048))


@njit
def _orifice(d, i, high, low, setting):
    """Flow, dQ/dH and the surface lent by an orifice, from the higher side."""
    opening = d.height[i] * setting
    area, _ = _opening(d, i, opening)
    crest, c = d.crest[i], d.coefficient[i]
    if d.form[i] == BOTTOM:
        ratio = opening / 4.0 if d.circular[i] else opening * d.width[i] / (2.0 * (opening + d.width[i]))
        critical = c / CREST * ratio
        weir = critical
        head = 0.0 if high < crest else high - max(low, crest)
        share = min(head / critical, 1.0)
    else:
        critical, weir = opening, 0.5 * opening
        share = min((high - crest) / opening, 1.0)
        head = high - crest if share < 1.0 else high - max(low, crest + 0.5 * opening)
    if head <= SMALL_LENGTH:
        return 0.0, 0.0, 0.0
    lent = area if d.form[i] == BOTTOM else _opening(d, i, opening * share)[1] * d.length[i]
    flow, slope = _orifice_flow(c, area, critical, weir, head, share)
    if d.gate[i] and flow > 0.0:
        loss = _gate_loss(flow / area, head)
        if share < 1.0:
            flow, slope = _orifice_flow(c, area, critical, weir, head, max(share - loss / critical, 0.0))
        else:
            flow, slope = _orifice_flow(c, area, critical, weir, max(head - loss, 0.0), share)
    if share < 1.0 and low > crest:
        flow *= (1.0 - ((low - crest) / (high - crest)) ** 1.5) ** 0.385
    return flow, slope, max(lent, 1e-9)


@njit
def _over_weir(d, i, head, way, setting):
    """Flow over the crest and over the sloping ends."""
    if head <= 0.0:
        return 0.0, 0.0
    form, c = d.form[i], d.coefficient[i]
    if d.points[i] > 0:
        c = _look_up(d, i, head)[0]
    crest = max(d.width[i] - 0.1 * d.contractions[i] * head, 0.0)
    if form == TRANSVERSE or (form == SIDEFLOW and way < 0.0):
        return c * crest * head**1.5, 0.0
    if form == SIDEFLOW:
        return c * crest**0.83 * head**1.67, 0.0
    if form == V_NOTCH and setting >= 1.0:
        return c * d.slope[i] * head**2.5, 0.0
    crest = d.width[i] + 2.0 * d.slope[i] * (1.0 - setting) * d.height[i]
    return c * crest * head**1.5, d.other[i] * d.slope[i] * head**2.5


@njit
def _weir_area(d, i, y, setting):
    """Area between the crest, raised by the setting, and y above it."""
    z = (1.0 - setting) * d.height[i]
    top = min(z + y, d.height[i])
    return d.width[i] * (top - z) + d.slope[i] * (top * top - z * z)


@njit
def _weir(d, i, high, low, way, setting):
    """Flow and dQ/dH of a weir, from the higher side."""
    crest = d.crest[i] + (1.0 - setting) * d.height[i]
    crown = d.crest[i] + d.height[i]
    head = high - crest
    if head <= SMALL_LENGTH or crest >= crown:
        return 0.0, 0.0
    form = d.form[i]
    if high >= crown:
        if d.surcharge[i]:
            opening = crown - crest
            full = _over_weir(d, i, opening, 1.0, setting)
            c = (full[0] + full[1]) / math.sqrt(0.5 * opening)
            head = high - max(low, 0.5 * (crest + crown))
            flow = c * math.sqrt(max(head, 0.0))
            if d.gate[i] and flow > 0.0:
                head = max(head - _gate_loss(flow / _weir_area(d, i, opening, setting), opening), 0.0)
                flow = c * math.sqrt(head)
            return flow, (flow / (2.0 * head) if head > 0.0 else 0.0)
        head = crown - crest
    main, ends = _over_weir(d, i, head, way, setting)
    if d.gate[i]:
        area = _weir_area(d, i, head, setting)
        if area > 0.0:
            head = max(head - _gate_loss((main + ends) / area, head), 0.0)
            main, ends = _over_weir(d, i, head, way, setting)
    power, rise = 1.5, 1.5
    if form == SIDEFLOW:
        power, rise = 5.0 / 3.0, (1.67 if way > 0.0 else 1.5)
    elif form == V_NOTCH:
        power, rise = 2.5, (2.5 if ends == 0.0 else 1.5)
    slope = (rise * main + 2.5 * ends) / head if head > SMALL_LENGTH else 0.0
    if low > crest:
        ratio = min((low - crest) / (high - crest), 1.0)
        main *= (1.0 - ratio**power) ** 0.385
        ends *= (1.0 - ratio**2.5) ** 0.385
    return main + ends, slope


@njit
def _outlet(d, i, high, low):
    """Flow of an outlet, from the higher side."""
    crest = d.crest[i]
    head = high - max(low, crest) if d.by_head[i] else high - crest
    if head <= SMALL_LENGTH:
        return 0.0
    if d.points[i] > 0:
        return _look_up(d, i, head)[0]
    return d.coefficient[i] * head ** d.other[i]


@njit
def move_settings(d, s, dt):
    """Pumps start and stop by their own depths, and openings move towards their targets, for a step of dt.

    What a rule has just set (``ruled``) stands for this step.
    """
    for i in range(d.link.shape[0]):
        j, node = d.link[i], d.start[i]
        for m in range(s.resting.shape[1]):
            setting, target = s.setting[j, m], s.target[j, m]
            if d.kind[i] == model.PUMP and s.ruled[j, m] < 0.5:
                depth = s.depth[node, m]
                if setting > 0.0 and depth < d.stop_depth[i]:
                    target = 0.0
                elif setting == 0.0 and d.start_depth[i] > 0.0 and depth > d.start_depth[i]:
                    target = 1.0
            s.ruled[j, m] = 0.0
            most = abs(target - setting)
            if d.kind[i] == model.ORIFICE and d.open_seconds[i] > 0.0:
                most = min(most, dt / d.open_seconds[i])
            s.target[j, m] = target
            s.setting[j, m] = (
                target if most == abs(target - setting) else setting + math.copysign(most, target - setting)
            )
