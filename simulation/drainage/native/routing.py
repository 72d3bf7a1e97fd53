# mypy: disable-error-code="no-untyped-def"
"""One routing step of the dynamic wave, for a block of members at once.

The method is that of EPA SWMM 5.2 (Reference Manual, volume II, chapter 3): momentum of every conduit by itself,
from the heads of the last trial; then the depth of every node from what flows in and out; again, half-way from
the old value, until no depth changes by more than the tolerance. A member that has come to rest is left alone for
the rest of the step, and a conduit between two nodes at rest is not reckoned again.

Arrays of ``State`` are [node or link, lane]; units are SI. Nothing here allocates, so ``_advance`` and all that it
calls are compiled without numba's counts of references (``_nrt``): for the hundred arrays that are handed down at each
call they took half of the time.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from simulation.compiled import compiled
from simulation.drainage.native.conduits import pipe_flows
from simulation.drainage.native.depths import node_depths, outfall_depths
from simulation.drainage.native.devices import device_flows, move_settings
from simulation.drainage.native.inlets import exchange
from simulation.drainage.native.lanes import (
    every,
    greatest,
    least,
    load,
    lowest,
    opposite,
    size,
    some,
    spread,
    store,
    where,
)
from simulation.drainage.native.layout import (
    OUTFALL,
)
from simulation.drainage.native.network import (
    BARRELS,
    CAP1,
    CAP2,
    LENGTH,
    LID,
    ROOF1,
    ROOF2,
    SMALL_AREA,
    SMALL_FLOW,
    SMALL_LENGTH,
    TRUE_LENGTH,
)

RETURN = 300.0
"""s, see ``_write``."""
WAIT = 7200.0
"""s, see ``_fill``; at least as long as a flood's peak, or levels would leave SWMM's."""
LOOK = 30.0
"""s between two looks at the water that a mobile pump draws on, behind SWMM; see ``_draw``."""
STILL = 0.01
"""Froude number below which a conduit does not limit the step."""


@njit
def longest_step(net, s, dt, lanes):
    """s, the longest next step that neither a conduit's waves nor a node's rise forbid, least over the lanes."""
    rules, pipes, joints = net.rules, net.pipes, net.joints
    most = spread(rules.longest, lanes)
    for c in range(pipes.link.shape[0]):
        froude = load(s.froude, c, lanes)
        moving = froude > STILL
        if not some(moving):
            continue
        flow = size(load(s.flow, pipes.link[c], lanes))
        moving = (
            moving & (flow > SMALL_FLOW * pipes.number[c, BARRELS]) & (load(s.area, c, lanes) > SMALL_AREA)
        )
        length = rules.courant * pipes.number[c, LENGTH] / pipes.number[c, TRUE_LENGTH]
        step = load(s.content, c, lanes) * froude * length / (greatest(flow, SMALL_FLOW) * (froude + 1.0))
        most = least(most, where(moving, step, most))
    for n in range(joints.kind.shape[0]):
        limit = joints.crown[n] * 0.25
        if joints.kind[n] == OUTFALL or limit < SMALL_LENGTH:
            continue
        depth = load(s.depth, n, lanes)
        rate = size(depth - load(s.depth_old, n, lanes))
        rising = (
            (depth > SMALL_LENGTH) & (depth < joints.crown[n] - SMALL_LENGTH) & (rate > SMALL_LENGTH * dt)
        )
        if some(rising):
            step = (limit * dt) / greatest(rate, SMALL_LENGTH * 1e-3)
            most = least(most, where(rising, step, most))
    return max(np.floor(lowest(most) * 1000.0) / 1000.0, rules.shortest)


@njit
def _begin(pipes, joints, s, dt, lanes):
    """What is now becomes what was."""
    zero = spread(0.0, lanes)
    store(s.resting, 0, zero)
    for n in range(joints.kind.shape[0]):
        store(s.depth_old, n, load(s.depth, n, lanes))
        store(s.net_old, n, load(s.net, n, lanes))
        volume = load(s.volume, n, lanes)
        store(s.volume_old, n, volume)
        if joints.ponded[n] > 0.0:
            store(s.overflow, n, greatest(volume - joints.full_volume[n], 0.0) * (1.0 / dt))
        else:
            store(s.overflow, n, zero)
    for j in range(s.flow.shape[0]):
        store(s.flow_old, j, load(s.flow, j, lanes))
    for c in range(pipes.link.shape[0]):
        store(s.area_old, c, load(s.area, c, lanes))
        store(s.content_old, c, load(s.content, c, lanes))


@njit
def route(net, gear, s, dt, counts, lanes):
    """One step of ``dt`` seconds from the state at its start."""
    rules = net.rules
    _begin(net.pipes, net.joints, s, dt, lanes)
    active = spread(1.0, lanes) > 0.0
    one, zero = spread(1.0, lanes), spread(0.0, lanes)
    trial = 0
    while trial < rules.trials:
        pipe_flows(net.pipes, net.tables, rules, s, trial, dt, active, lanes)
        if gear.row.shape[0]:
            device_flows(gear, net.joints, s, trial, dt, active, lanes)
        outfall_depths(net.ends, net.pipes, net.tables, s, net.joints.invert, lanes)
        rest = node_depths(net.joints, net.tables, rules, s, trial, dt, active, lanes)
        trial += 1
        if trial > 1:
            active = active & opposite(rest)
            if not some(active):
                break
            store(s.resting, 0, where(active, zero, one))
    counts[0] += 1
    counts[1] += trial
    if some(active):
        counts[2] += 1


@njit
def _draw(joints, s, book, low, dt, lanes):
    """Mobile pumps take what reaches their node and what stands there above the low depth, up to their rate.

    As behind SWMM what is drawn rises by half of what is not drawn yet in LOOK seconds, or draw and level chase each
    other.
    """
    rise = 1.0 - 0.5 ** (dt / LOOK)
    pumped = load(book.pumped, 0, lanes)
    for n in range(joints.kind.shape[0]):
        rate = load(s.pumping, n, lanes)
        drawn = load(s.drawn, n, lanes)
        if not some((rate > 0.0) | (drawn > 0.0)):
            continue
        depth = load(s.depth, n, lanes)
        surface = greatest(load(s.surface, n, lanes), 1e-6)
        reaching = load(s.net, n, lanes) + drawn
        spare = (depth - low) * surface * (1.0 / max(LOOK, 2.0 * dt))
        there = where(depth > low, greatest(reaching + spare, 0.0), spread(0.0, lanes))
        drawn = least(rate, least(there, drawn + greatest(there - drawn, 0.0) * rise))
        store(s.drawn, n, drawn)
        store(s.lateral, n, load(s.lateral, n, lanes) - drawn)
        pumped = pumped + drawn * dt
    store(book.pumped, 0, pumped)


@njit
def _fill(pipes, s, lanes):
    """Take what each conduit has gained from what came to its ends.

    An end gains what its rising level filled by the surface that the conduit lent it; half of the difference to
    what the conduit really gained, each end. A conduit that is full goes on to lend its surface, as in SWMM. Over an
    open one the water then stands above its banks; a closed one has no room: the level rises less than what came.
    That is lent until the level falls; where it stands, it is given back within WAIT seconds.
    """
    number = pipes.number
    for c in range(pipes.link.shape[0]):
        j, n1, n2 = pipes.link[c], pipes.start[c], pipes.end[c]
        y1, y2 = load(s.depth, n1, lanes), load(s.depth, n2, lanes)
        x1, x2 = load(s.depth_old, n1, lanes), load(s.depth_old, n2, lanes)
        cap1, cap2 = number[c, CAP1], number[c, CAP2]
        y1, y2, x1, x2 = least(y1, cap1), least(y2, cap2), least(x1, cap1), least(x2, cap2)
        gain = load(s.content, c, lanes) - load(s.content_old, c, lanes)
        roof1, roof2, lid = number[c, ROOF1], number[c, ROOF2], number[c, LID]
        if pipes.outfall[c] != 1 and some((y1 > roof1) | (x1 > roof1)):
            lent = (greatest(y1, roof1) - greatest(x1, roof1)) * lid
            gain = gain + lent
            if not pipes.is_open[c]:
                store(s.lent, n1, load(s.lent, n1, lanes) + lent)
        if pipes.outfall[c] != 2 and some((y2 > roof2) | (x2 > roof2)):
            lent = (greatest(y2, roof2) - greatest(x2, roof2)) * lid
            gain = gain + lent
            if not pipes.is_open[c]:
                store(s.lent, n2, load(s.lent, n2, lanes) + lent)
        if pipes.outfall[c] == 1:
            store(s.came, n2, load(s.came, n2, lanes) - gain)
        elif pipes.outfall[c] == 2:
            store(s.came, n1, load(s.came, n1, lanes) - gain)
        else:
            apart = ((y1 - x1) * load(s.share1, j, lanes) - (y2 - x2) * load(s.share2, j, lanes)) * 0.5
            store(s.came, n1, load(s.came, n1, lanes) - gain * 0.5 - apart)
            store(s.came, n2, load(s.came, n2, lanes) - gain * 0.5 + apart)


@njit
def _write(pipes, joints, s, book, dt, lanes):
    """Book a step. Flows count as the mean of its two ends, as they do in the nodes' depths.

    Depths follow surfaces and, under pressure, dQ/dH, so what a node holds is not quite what has come. SWMM lets
    that go as its continuity error; here it is kept a node and given back within RETURN seconds.
    """
    lost, outflow = load(book.lost, 0, lanes), load(book.outflow, 0, lanes)
    entered = load(book.entered, 0, lanes)
    zero = spread(0.0, lanes)
    half = 0.5 * dt
    back = 1.0 / max(RETURN, 4.0 * dt)
    for n in range(joints.kind.shape[0]):
        over = load(s.overflow, n, lanes) * dt
        extra = load(s.extra, n, lanes)
        lateral = load(s.lateral, n, lanes) - extra
        entered = entered + (lateral + load(s.lateral_old, n, lanes)) * half
        store(s.lateral_old, n, lateral)
        depth = load(s.depth, n, lanes)
        store(book.peak, n, greatest(load(book.peak, n, lanes), depth))
        came = load(s.net, n, lanes) + load(s.net_old, n, lanes)
        if joints.kind[n] == OUTFALL:
            outflow = outflow + came * half
            continue
        if some(over > 0.0):
            store(book.flooded, n, load(book.flooded, n, lanes) + over)
            if joints.ponded[n] <= 0.0:
                lost = lost + over
            else:
                over = zero
        came = (came - extra - load(s.extra_old, n, lanes)) * half
        stayed = load(s.volume, n, lanes) - load(s.volume_old, n, lanes)
        store(s.came, n, came - stayed - over)
        store(s.extra_old, n, extra)
    _fill(pipes, s, lanes)
    for n in range(joints.kind.shape[0]):
        if joints.kind[n] != OUTFALL:
            lent = load(s.lent, n, lanes)
            late = where(lent > 0.0, lent * (dt / WAIT), lent)
            store(s.lent, n, lent - late)
            missing = load(s.missing, n, lanes) + load(s.came, n, lanes) + late
            dry = (missing < 0.0) & (load(s.depth, n, lanes) <= SMALL_LENGTH)
            to = joints.below[n]
            if to >= 0 and some(dry):  # what a node gave away without having it has run on, or out
                gone = where(dry, missing, zero)
                if joints.kind[to] == OUTFALL:
                    outflow = outflow + gone
                else:
                    store(s.missing, to, load(s.missing, to, lanes) + gone)
                missing = where(dry, zero, missing)
            store(s.missing, n, missing)
            store(s.extra, n, where(dry, zero, missing * back))
    store(book.lost, 0, lost)
    store(book.outflow, 0, outflow)
    store(book.entered, 0, entered)


@compiled()
def advance(block, before, after, start, end, now, until, hard, step, most, pumping):
    """Route a block from ``now`` until ``until`` is reached, never past ``hard``, in at most ``most`` steps (0 = any).

    Lateral inflows, [node, lane] m3/s, are ``before`` at ``start`` and ``after`` at ``end``. Gives the next time and
    step, and whether all depths are numbers. Steps before ``hard`` are evened out: under pressure a tiny one would
    throw levels about.
    """
    return _advance(block.parts, before, after, start, end, now, until, hard, step, most, pumping)


@njit(error_model="numpy", _nrt=False)  # type: ignore[call-overload]
def _advance(parts, before, after, start, end, now, until, hard, step, most, pumping):
    net, gear, s, book, street, low, lanes = parts
    joints, done = net.joints, 0
    while now < until - 1e-6 and (most == 0 or done < most):
        done += 1
        dt = (hard - now) / math.ceil((hard - now) / step - 1e-9)
        share = min(max((now - start) / (end - start), 0.0), 1.0)
        for n in range(joints.kind.shape[0]):
            old = load(before, n, lanes)
            extra = load(s.extra, n, lanes)
            store(s.lateral, n, old + (load(after, n, lanes) - old) * share + extra)
        if street.inlets.link.shape[0]:
            exchange(street, s, book, dt)
        if pumping:
            _draw(joints, s, book, low, dt, lanes)
        if gear.row.shape[0]:
            move_settings(gear, s, dt, lanes)
        route(net, gear, s, dt, book.counts, lanes)
        _write(net.pipes, joints, s, book, dt, lanes)
        now += dt
        if net.rules.courant > 0.0:
            step = longest_step(net, s, dt, lanes)
    total = spread(0.0, lanes)
    for n in range(joints.kind.shape[0]):
        total = total + load(s.depth, n, lanes)
    return now, step, every(size(total) < math.inf)
