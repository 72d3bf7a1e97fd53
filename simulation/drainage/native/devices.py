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
def device_flows(d, joints, s, trial, dt):
    """New flow of every device, in the lanes that are not at rest."""
    rows, x, y = d.row, d.x, d.y
    depths, flows, dqdh, shares1, shares2 = s.depth, s.flow, s.dqdh, s.share1, s.share2
    settings, power, settled, resting = s.setting, s.power, s.settled, s.resting
    volumes, volumes_old, overflows = s.volume, s.volume_old, s.overflow
    depths_old, nets_old, lateral, surfaces = s.depth_old, s.net_old, s.lateral, s.surface
    first, place, end, is_device = joints.first, joints.place, joints.end, joints.device
    inverts, kinds, full_volumes = joints.invert, joints.kind, joints.full_volume
    for i in range(rows.shape[0]):
        g = rows[i]
        j, n1, n2, kind = g.link, g.start, g.end, g.kind
        for m in range(resting.shape[1]):
            if resting[0, m] > 0.5 or (trial > 1 and settled[n1, m] > 0.5 and settled[n2, m] > 0.5):
                continue
            last = flows[j, m]
            y1, y2 = depths[n1, m], depths[n2, m]
            h1, h2 = inverts[n1] + y1, inverts[n2] + y2
            setting = settings[j, m] * power[j, m]
            flow, slope, share1, share2 = 0.0, 0.0, 0.0, 0.0
            if kind == model.PUMP or kind == model.CONDUIT:
                if setting > 0.0:
                    inflow, outflow, surface = _reaching(
                        lateral[n1, m],
                        flows,
                        shares1,
                        shares2,
                        first[n1],
                        first[n1 + 1],
                        place,
                        end,
                        is_device,
                        j,
                        m,
                    )
                    if kind == model.CONDUIT or g.form == IDEAL:
                        flow = (inflow + overflows[n1, m]) * (setting if kind == model.PUMP else 1.0)
                    else:
                        flow, slope = _turning(g, x, y, volumes[n1, m], y1, h2 - h1, setting)
                    if flow > 0.0 and kind == model.PUMP and g.form != IDEAL:
                        stored = kinds[n1] == STORAGE or g.form == BY_VOLUME
                        if stored and full_volumes[n1] > 0.0:
                            flow = max(min(flow, inflow + volumes_old[n1, m] / dt), 0.0)
                        elif not stored and g.form != BY_HEAD_AND_SPEED:
                            gain = 0.5 * (nets_old[n1, m] + inflow - outflow - flow) * dt
                            if depths_old[n1, m] + gain / max(surface, 1e-9) <= 0.0:
                                flow = inflow
            else:
                on = h1 >= h2 if kind != model.WEIR else h1 > h2
                way, high, low, above = 1.0, h1, h2, y1
                if not on:
                    way, high, low, above = -1.0, h2, h1, y2
                blocked = (way < 0.0 and g.block_back) or (way > 0.0 and g.block_on)
                if not blocked and setting > 0.0:
                    if kind == model.ORIFICE:
                        if above > SMALL_LENGTH:
                            flow, slope, share1 = _orifice(g, high, low, setting)
                    elif kind == model.WEIR:
                        flow, slope = _weir(g, x, y, high, low, way, setting)
                    elif above > SMALL_LENGTH:
                        flow = _outlet(g, x, y, high, low) * setting
                        # a film of water must not drain faster than it comes, as it would in SWMM
                        n = n1 if way > 0.0 else n2
                        inflow, _, _ = _reaching(
                            lateral[n, m],
                            flows,
                            shares1,
                            shares2,
                            first[n],
                            first[n + 1],
                            place,
                            end,
                            is_device,
                            j,
                            m,
                        )
                        held = volumes_old[n, m] if kinds[n] == STORAGE else depths_old[n, m] * surfaces[n, m]
                        flow = min(flow, inflow + held / dt)
                if kind == model.ORIFICE:
                    if share1 == 0.0:
                        share1 = SMALL_LENGTH * g.length
                    share2 = share1 = 0.5 * share1
                    falls = g.crest > low and flow > 0.0
                    if kinds[n1] == STORAGE or (falls and way < 0.0):
                        share1 = 0.0
                    if kinds[n2] == STORAGE or (falls and way > 0.0):
                        share2 = 0.0
                flow *= way
            if trial > 0 and kind != model.PUMP:
                flow = HALF * (last + flow)
                if flow * last < 0.0:
                    flow = math.copysign(TURNED, flow)
            flows[j, m] = flow
            dqdh[j, m] = slope
            shares1[j, m] = share1
            shares2[j, m] = share2


@njit
def _look_up(x, y, first, count, at):
    """Value of a device's curve, flat beyond its ends, and its slope."""
    if at <= x[first]:
        return y[first], 0.0
    for p in range(first + 1, first + count):
        if at <= x[p]:
            slope = (y[p] - y[p - 1]) / (x[p] - x[p - 1])
            return y[p - 1] + slope * (at - x[p - 1]), slope
    return y[first + count - 1], 0.0


@njit
def _stage_of(x, y, first, count, at):
    """Value of a curve of steps: that of the first point beyond ``at``."""
    for p in range(first, first + count):
        if at < x[p]:
            return y[p]
    return y[first + count - 1]


@njit
def _reaching(lateral, flows, shares1, shares2, start, stop, place, end, is_device, link, m):
    """m3/s that flow into and out of a node by what is before ``link`` in SWMM's order, and the water's surface."""
    inflow, outflow, surface = max(lateral, 0.0), max(-lateral, 0.0), 0.0
    for p in range(start, stop):
        j = place[p]
        if is_device[j] and j >= link:
            continue
        flow = flows[j, m]
        if end[p] == 0:
            flow = -flow
            surface += shares1[j, m]
        else:
            surface += shares2[j, m]
        if flow >= 0.0:
            inflow += flow
        else:
            outflow -= flow
    return inflow, outflow, surface


@njit
def _turning(g, x, y, volume, depth, lift, setting):
    """Flow of a running pump by its curve, and its dQ/dH."""
    slope = 0.0
    if g.form == BY_VOLUME:
        flow = _stage_of(x, y, g.first, g.points, volume)
    elif g.form == BY_DEPTH_STEPS:
        flow = _stage_of(x, y, g.first, g.points, depth)
    elif g.form == BY_DEPTH:
        flow, slope = _look_up(x, y, g.first, g.points, depth)
    else:
        speed = setting if g.form == BY_HEAD_AND_SPEED else 1.0
        flow, slope = _look_up(x, y, g.first, g.points, max(lift / (speed * speed), 0.0))
        slope = -slope / speed
    return max(flow, 0.0) * setting, slope


@njit
def _opening(g, y):
    """Area and width of an orifice's opening up to y."""
    if not g.circular:
        return g.width * y, g.width
    r = 0.5 * g.height
    y = min(max(y, 0.0), g.height)
    angle = 2.0 * math.acos(1.0 - y / r)
    return 0.5 * r * r * (angle - math.sin(angle)), 2.0 * math.sqrt(max(y * (g.height - y), 0.0))


@njit
def _orifice_flow(coefficient, area, critical, weir, head, share):
    """Flow and dQ/dH: below the critical height as over a weir."""
    if head <= 0.0 or share <= 0.0:
        return 0.0, 0.0
    full = coefficient * area * math.sqrt(2.0 * GRAVITY)
    if share < 1.0:
        flow = full * math.sqrt(weir * share) * share
        return flow, 1.5 * flow / (share * critical)
    flow = full * math.sqrt(head)
    return flow, flow / (2.0 * head)


@njit
def _gate_loss(velocity, head):
    return 4.0 / GRAVITY * velocity * velocity * math.exp(-1.15 * velocity / math.sqrt(head * 0.3048))


@njit
def _orifice(g, high, low, setting):
    """Flow, dQ/dH and the surface lent by an orifice, from the higher side."""
    opening = g.height * setting
    area, _ = _opening(g, opening)
    crest, c = g.crest, g.coefficient
    if g.form == BOTTOM:
        ratio = opening / 4.0 if g.circular else opening * g.width / (2.0 * (opening + g.width))
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
    lent = area if g.form == BOTTOM else _opening(g, opening * share)[1] * g.length
    flow, slope = _orifice_flow(c, area, critical, weir, head, share)
    if g.gate and flow > 0.0:
        loss = _gate_loss(flow / area, head)
        if share < 1.0:
            flow, slope = _orifice_flow(c, area, critical, weir, head, max(share - loss / critical, 0.0))
        else:
            flow, slope = _orifice_flow(c, area, critical, weir, max(head - loss, 0.0), share)
    if share < 1.0 and low > crest:
        flow *= (1.0 - ((low - crest) / (high - crest)) ** 1.5) ** 0.385
    return flow, slope, max(lent, 1e-9)


@njit
def _over_weir(g, x, y, head, way, setting):
    """Flow over the crest and over the sloping ends."""
    if head <= 0.0:
        return 0.0, 0.0
    form, c = g.form, g.coefficient
    if g.points > 0:
        c = _look_up(x, y, g.first, g.points, head)[0]
    crest = max(g.width - 0.1 * g.contractions * head, 0.0)
    if form == TRANSVERSE or (form == SIDEFLOW and way < 0.0):
        return c * crest * head * math.sqrt(head), 0.0
    if form == SIDEFLOW:
        return c * crest**0.83 * head**1.67, 0.0
    if form == V_NOTCH and setting >= 1.0:
        return c * g.slope * head * head * math.sqrt(head), 0.0
    crest = g.width + 2.0 * g.slope * (1.0 - setting) * g.height
    flow = head * math.sqrt(head)
    return c * crest * flow, g.other * g.slope * head * flow


@njit
def _weir_area(g, y, setting):
    """Area between the crest, raised by the setting, and y above it."""
    z = (1.0 - setting) * g.height
    top = min(z + y, g.height)
    return g.width * (top - z) + g.slope * (top * top - z * z)


@njit
def _weir(g, x, y, high, low, way, setting):
    """Flow and dQ/dH of a weir, from the higher side."""
    crest = g.crest + (1.0 - setting) * g.height
    crown = g.crest + g.height
    head = high - crest
    if head <= SMALL_LENGTH or crest >= crown:
        return 0.0, 0.0
    form = g.form
    if high >= crown:
        if g.surcharge:
            opening = crown - crest
            full = _over_weir(g, x, y, opening, 1.0, setting)
            c = (full[0] + full[1]) / math.sqrt(0.5 * opening)
            head = high - max(low, 0.5 * (crest + crown))
            flow = c * math.sqrt(max(head, 0.0))
            if g.gate and flow > 0.0:
                head = max(head - _gate_loss(flow / _weir_area(g, opening, setting), opening), 0.0)
                flow = c * math.sqrt(head)
            return flow, (flow / (2.0 * head) if head > 0.0 else 0.0)
        head = crown - crest
    main, ends = _over_weir(g, x, y, head, way, setting)
    if g.gate:
        area = _weir_area(g, head, setting)
        if area > 0.0:
            head = max(head - _gate_loss((main + ends) / area, head), 0.0)
            main, ends = _over_weir(g, x, y, head, way, setting)
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
def _outlet(g, x, y, high, low):
    """Flow of an outlet, from the higher side."""
    crest = g.crest
    head = high - max(low, crest) if g.by_head else high - crest
    if head <= SMALL_LENGTH:
        return 0.0
    if g.points > 0:
        return _look_up(x, y, g.first, g.points, head)[0]
    return g.coefficient * head**g.other


@njit
def move_settings(d, s, dt):
    """Pumps start and stop by their own depths, and openings move towards their targets, for a step of dt.

    What a rule has just set (``ruled``) stands for this step.
    """
    for i in range(d.row.shape[0]):
        g = d.row[i]
        j, node = g.link, g.start
        for m in range(s.resting.shape[1]):
            setting, target = s.setting[j, m], s.target[j, m]
            if g.kind == model.PUMP and s.ruled[j, m] < 0.5:
                depth = s.depth[node, m]
                if setting > 0.0 and depth < g.stop_depth:
                    target = 0.0
                elif setting == 0.0 and g.start_depth > 0.0 and depth > g.start_depth:
                    target = 1.0
            s.ruled[j, m] = 0.0
            most = abs(target - setting)
            if g.kind == model.ORIFICE and g.open_seconds > 0.0:
                most = min(most, dt / g.open_seconds)
            s.target[j, m] = target
            s.setting[j, m] = (
                target if most == abs(target - setting) else setting + math.copysign(most, target - setting)
            )
