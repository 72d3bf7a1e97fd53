# mypy: disable-error-code="no-untyped-def"
"""Depths of nodes and outfalls in one trial; see ``routing``."""

from __future__ import annotations

from numba import njit

from simulation.drainage.native.conduits import ordinary_depth
from simulation.drainage.native.lanes import (
    cell,
    gather,
    greatest,
    least,
    load,
    opposite,
    size,
    some,
    spread,
    store,
    where,
    whole,
)
from simulation.drainage.native.layout import (
    NORMAL as NORMAL_DEPTH,
)
from simulation.drainage.native.layout import (
    OUTFALL,
    STORAGE,
    STORE_POINTS,
)
from simulation.drainage.native.network import (
    PER_BARREL,
    PER_CRITICAL,
    PER_NORMAL,
    SMALL_FLOW,
    SMALL_LENGTH,
)

HALF = 0.5
"""Under-relaxation between trials."""
LAST_STORE = STORE_POINTS - 1 - 1e-9


@njit
def outfall_depths(ends, pipes, tables, s, invert, lanes):
    """Depth at every outfall: critical or normal for the flow that leaves, or the water outside; none where nothing
    stands outside and the link ends above the outfall's bottom (a regulator: its crest), from which it falls."""
    for o in range(ends.node.shape[0]):
        node, c, offset = ends.node[o], ends.pipe[o], ends.offset[o]
        normal, critical = spread(0.0, lanes), spread(0.0, lanes)
        if c >= 0:
            flow = size(load(s.flow, pipes.link[c], lanes)) * pipes.number[c, PER_BARREL]
            normal = ordinary_depth(tables.normal, pipes.depths[c], flow, pipes.number[c, PER_NORMAL])
            critical = ordinary_depth(tables.critical, pipes.depths[c], flow, pipes.number[c, PER_CRITICAL])
        brink = least(normal, critical)
        outside = load(s.stage, o, lanes) - invert[node]
        last = brink + offset
        held = where(last < outside, outside, last)
        if offset > 0.0 and ends.kind[o] != NORMAL_DEPTH:
            held = where((last >= outside) & (outside < offset), greatest(outside, 0.0), held)
        free = normal if ends.kind[o] == NORMAL_DEPTH else brink
        if offset > 0.0:
            free = spread(0.0, lanes)
        store(s.depth, node, where(load(s.staged, o, lanes) > 0.5, held, free))


@njit
def _decay(x):
    """exp(-x) for 0 <= x <= 4, to 1e-5: a short series of x/16, squared four times."""
    y = x * (1.0 / 16.0)
    e = 1.0 - y * (1.0 - y * (0.5 - y * (1.0 / 6.0 - y * (1.0 / 24.0))))
    e = e * e
    e = e * e
    e = e * e
    return e * e


@njit
def node_depths(joints, tables, rules, s, trial, dt, active, lanes):
    """New depth of every node but outfalls; True in the lanes where none changed by more than the tolerance."""
    zero = spread(0.0, lanes)
    rest = spread(1.0, lanes) > 0.0
    for n in range(joints.kind.shape[0]):
        if joints.kind[n] == OUTFALL:
            net = load(s.lateral, n, lanes)
            for p in range(joints.first[n], joints.first[n + 1]):
                flow = load(s.flow, joints.place[p], lanes)
                net = net - flow if joints.end[p] == 0 else net + flow
            store(s.net, n, net)
            continue
        net = load(s.lateral, n, lanes)
        area, dqdh = zero, zero
        for p in range(joints.first[n], joints.first[n + 1]):
            link = joints.place[p]
            flow = load(s.flow, link, lanes)
            if joints.end[p] == 0:
                net = net - flow
                area = area + load(s.share1, link, lanes)
                dqdh = dqdh + load(s.dqdh, link, lanes)
            else:
                net = net + flow
                area = area + load(s.share2, link, lanes)
                if joints.dqdh[p] > 0.0:
                    dqdh = dqdh + load(s.dqdh, link, lanes)
        last, old = load(s.depth, n, lanes), load(s.depth_old, n, lanes)
        full_depth, crown, ponds = joints.full_depth[n], joints.crown[n], joints.ponded[n]
        if joints.kind[n] == STORAGE:
            area = area + _storage(tables.store_area, joints.store[n], last, joints.top[n])
        ponded = last > full_depth
        lent = area
        if ponds > 0.0:
            area = where(ponded, area + ponds, area)
        else:
            ponded = ponded & opposite(ponded)
        area = greatest(area, rules.least_area)
        gain = (load(s.net_old, n, lanes) + net) * (0.5 * dt)
        new = old + gain / area
        if trial > 0:
            new = (last + new) * HALF
        if ponds > 0.0:
            new = where(ponded, greatest(new, full_depth - SMALL_LENGTH), new)
        pressed = ponded & opposite(ponded)
        if joints.pressure[n]:
            pressed = last > crown
            if joints.kind[n] == STORAGE:
                pressed = (last > full_depth) & (dqdh > 0.0)
            pressed = pressed & opposite(ponded)
            if some(pressed):
                near = last < 1.25 * crown
                surface = load(s.surface, n, lanes)
                share = _decay(greatest(last - crown, 0.0) * (15.0 / max(crown, SMALL_LENGTH)))
                slope = where(near, dqdh + (surface * (1.0 / dt) - dqdh) * share, dqdh)
                up = last + where(slope > 0.0, net * joints.terminal[n] / slope, zero)
                up = where(up < crown, spread(crown - SMALL_LENGTH, lanes), up)
                if ponds > 0.0:
                    up = least(up, full_depth + SMALL_LENGTH)
                new = where(pressed, up, new)
        todo = active
        store(s.surface, n, where(todo & opposite(pressed | ponded), area, load(s.surface, n, lanes)))
        new = greatest(new, 0.0)
        most = joints.most[n]
        over = new > most
        full_volume = joints.full_volume[n]
        overflow, volume = zero, zero
        if joints.kind[n] == STORAGE:
            volume = _storage(tables.store_volume, joints.store[n], least(new, full_depth), joints.top[n])
        elif full_volume > 0.0:
            volume = new * (full_volume / full_depth)
        if some(over):
            before = load(s.volume_old, n, lanes)
            if ponds > 0.0:
                # what fills the node up to its rim is no pond; SWMM counts it a second time
                top = new if rules.slot else spread(full_depth, lanes)
                filled = greatest(top - old, 0.0) * lent
                risen = greatest(greatest(before, full_volume) + gain - filled, full_volume)
                overflow = where(over, (risen - greatest(before, full_volume)) * (1.0 / dt), zero)
                volume = where(over, risen, volume)
            else:
                overflow = where(over, (before + gain - full_volume) * (1.0 / dt), zero)
                volume = where(over, spread(full_volume, lanes), volume)
                new = least(new, most)
            overflow = where(overflow < SMALL_FLOW, zero, overflow)
        at_rest = size(new - last) <= rules.tolerance
        rest = rest & at_rest
        store(s.net, n, where(todo, net, load(s.net, n, lanes)))
        store(s.overflow, n, where(todo, overflow, load(s.overflow, n, lanes)))
        store(s.volume, n, where(todo, volume, load(s.volume, n, lanes)))
        store(s.depth, n, where(todo, new, last))
        store(s.settled, n, where(at_rest, spread(1.0, lanes), zero))
    return rest


@njit
def _storage(table, base, depth, top):
    """Value of a storage's table at a depth, m; beyond the top as at the top."""
    x = least(depth * ((STORE_POINTS - 1.0) / top), LAST_STORE)
    k = cell(x)
    low = gather(table, base, k, 1, 0)
    return low + (gather(table, base, k, 1, 1) - low) * (x - whole(k))
