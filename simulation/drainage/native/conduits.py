# mypy: disable-error-code="no-untyped-def"
"""Flow of the true conduits in one trial; see ``routing``."""

from __future__ import annotations

from numba import njit

from simulation.drainage.native.lanes import (
    cell,
    every,
    gather,
    greatest,
    least,
    linear,
    load,
    opposite,
    root,
    size,
    some,
    spread,
    store,
    where,
    whole,
)
from simulation.drainage.native.layout import (
    GRAVITY,
    SECTION_POINTS,
)
from simulation.drainage.native.network import (
    AREA,
    BARRELS,
    BLOCK_BACK,
    BLOCK_ON,
    BOTTOM1,
    BOTTOM2,
    CELL,
    FACTOR,
    FALLS,
    FRICTION,
    FULL_AREA,
    FULL_SPEED,
    HEIGHT,
    LENGTH,
    LOSS_AVG,
    LOSS_IN,
    LOSS_OUT,
    LOSSES,
    LOW,
    NORMAL,
    OFFSET1,
    OFFSET2,
    PER_BARREL,
    PER_CRITICAL,
    PER_HEIGHT,
    PER_NORMAL,
    QUARTER_WIDTH,
    RADIUS,
    RADIUS43,
    SMALL_AREA,
    SMALL_FLOW,
    SMALL_LENGTH,
    SPEED,
    TOP_WIDTH,
    TRUE_LENGTH,
    WIDTH,
)

FASTEST = 50 * 0.3048
"""m/s, SWMM's limit in the friction term."""
TURNED = 0.001 * 0.3048**3
"""m3/s: a flow that would turn round within a step is set to this first."""
HALF = 0.5
"""Under-relaxation between trials."""
LAST_POINT = SECTION_POINTS - 1 - 1e-9


@njit
def _places(share):
    """Table cells of relative depths."""
    return cell(where(share < LOW, share * 1000.0, share * 100.0 + 45.0))


@njit
def ordinary_depth(table, base, flow, per_unit):
    """Normal or critical depth of a flow, m."""
    x = least(root(flow * per_unit) * (SECTION_POINTS - 1.0), LAST_POINT)
    k = cell(x)
    low = gather(table, base, k, 1, 0)
    return low + (gather(table, base, k, 1, 1) - low) * (x - whole(k))


@njit
def pipe_flows(pipes, tables, rules, s, trial, dt, active, lanes):
    """New flow of every true conduit, and the water surface that it lends to its ends."""
    number, cells = pipes.number, tables.cells
    zero = spread(0.0, lanes)
    one = spread(1.0, lanes)
    gdt = GRAVITY * dt
    top = 2.0 if rules.slot else 1.0
    for c in range(pipes.link.shape[0]):
        j, n1, n2 = pipes.link[c], pipes.start[c], pipes.end[c]
        todo = active
        if trial > 1:
            todo = active & opposite((load(s.settled, n1, lanes) > 0.5) & (load(s.settled, n2, lanes) > 0.5))
            if not some(todo):
                continue
        depth1, depth2 = load(s.depth, n1, lanes), load(s.depth, n2, lanes)
        height, bottom1, bottom2 = number[c, HEIGHT], number[c, BOTTOM1], number[c, BOTTOM2]
        y1 = greatest(depth1 - number[c, OFFSET1], 0.0)
        y2 = greatest(depth2 - number[c, OFFSET2], 0.0)
        h1, h2 = y1 + bottom1, y2 + bottom2
        y1, y2 = greatest(y1, SMALL_LENGTH), greatest(y2, SMALL_LENGTH)
        if not rules.slot:
            y1, y2 = least(y1, height), least(y2, height)
        wet1, wet2 = y1 > SMALL_LENGTH, y2 > SMALL_LENGTH
        length, barrels, per_barrel = number[c, LENGTH], number[c, BARRELS], number[c, PER_BARREL]
        if not some(wet1 | wet2):
            lent = spread(SMALL_LENGTH * length * 0.5 * barrels, lanes)
            store(s.share1, j, where(todo, lent, load(s.share1, j, lanes)))
            store(s.share2, j, where(todo, lent, load(s.share2, j, lanes)))
            store(s.flow, j, where(todo, zero, load(s.flow, j, lanes)))
            store(s.dqdh, j, where(todo, zero, load(s.dqdh, j, lanes)))
            store(s.area, c, where(todo, zero, load(s.area, c, lanes)))
            store(s.froude, c, where(todo, zero, load(s.froude, c, lanes)))
            store(s.content, c, where(todo, zero, load(s.content, c, lanes)))
            continue
        last = load(s.flow, j, lanes) * per_barrel
        speed_last = size(last)
        both = wet1 & wet2
        full = (y1 >= height) & (y2 >= height)
        still = opposite(wet1 | wet2) | (opposite(wet1) & (h2 < bottom1)) | (opposite(wet2) & (h1 < bottom2))
        by_slope = opposite(still)
        part1, part2, twice = one, one, one
        if pipes.traits[c] & FALLS:
            z1, z2 = spread(number[c, OFFSET1], lanes), spread(number[c, OFFSET2], lanes)
            if pipes.outfall[c] == 1:
                z1 = greatest(z1 - depth1, 0.0)
            elif pipes.outfall[c] == 2:
                z2 = greatest(z2 - depth2, 0.0)
            normal = ordinary_depth(tables.normal, pipes.depths[c], speed_last, number[c, PER_NORMAL])
            critical = ordinary_depth(tables.critical, pipes.depths[c], speed_last, number[c, PER_CRITICAL])
            low, high = least(normal, critical), greatest(normal, critical)
            falls1, falls2 = (z1 > 0.0) & opposite(full), (z2 > 0.0) & opposite(full)
            up = falls1 & ((both & (last < 0.0) & (y1 < low)) | (wet2 & opposite(wet1) & (h2 >= bottom1)))
            down = falls2 & ((both & (last >= 0.0) & (y2 < low)) | (wet1 & opposite(wet2) & (h1 >= bottom2)))
            between = falls2 & both & (last >= 0.0) & (y2 >= low) & (y2 < high)
            narrow = high - low < SMALL_LENGTH
            share = where(narrow, zero, (high - y2) / greatest(high - low, SMALL_LENGTH))
            part2 = where(between, share, one)
            brink = greatest(low, SMALL_LENGTH)
            y1, y2 = where(up, brink, y1), where(down, brink, y2)
            h1, h2 = where(up, bottom1 + brink, h1), where(down, bottom2 + brink, h2)
            part1 = where(up, zero, one)
            part2 = where(down, zero, part2)
            if number[c, OFFSET1] > 0.0:
                part1 = where(wet2 & opposite(wet1) & (h2 < bottom1), zero, part1)
            if number[c, OFFSET2] > 0.0:
                part2 = where(wet1 & opposite(wet2) & (h1 < bottom2), zero, part2)
            twice = where(up | down, spread(2.0, lanes), one)
            by_slope = by_slope & opposite(up | down)
            full = (y1 >= height) & (y2 >= height)
        middle = (y1 + y2) * 0.5
        base, per_height = pipes.table[c], number[c, PER_HEIGHT]
        x1, x2, x = y1 * per_height, y2 * per_height, middle * per_height
        k1 = _places(least(x1, top))
        full_area, quarter = number[c, FULL_AREA], number[c, QUARTER_WIDTH]
        if every(full) and not (rules.slot or pipes.is_open[c]):
            area1 = area2 = area = spread(full_area, lanes)
            width1 = width2 = width = spread(number[c, TOP_WIDTH], lanes)
            radius1 = radius = speed = one
        else:
            k2, k = _places(least(x2, top)), _places(least(x, top))
            area1 = linear(cells, base, k1, CELL, AREA, x1) * full_area
            area2 = linear(cells, base, k2, CELL, AREA, x2) * full_area
            area = linear(cells, base, k, CELL, AREA, x) * full_area
            width1 = linear(cells, base, k1, CELL, WIDTH, x1)
            width2 = linear(cells, base, k2, CELL, WIDTH, x2)
            width = linear(cells, base, k, CELL, WIDTH, x)
            radius1 = linear(cells, base, k1, CELL, RADIUS, x1)
            radius = linear(cells, base, k, CELL, RADIUS, x)
            speed = linear(cells, base, k, CELL, SPEED, x) * number[c, FULL_SPEED]
        share1 = (width1 + width) * quarter * part1 * twice
        share2 = (width2 + width) * quarter * part2 * twice
        dry = opposite(wet1 | wet2)
        share1 = where(dry, spread(SMALL_LENGTH * length * 0.5 * barrels, lanes), share1)
        share2 = where(dry, spread(SMALL_LENGTH * length * 0.5 * barrels, lanes), share2)
        closed = full
        if pipes.is_open[c]:
            closed = full & opposite(full)
        v = last / greatest(area, SMALL_AREA)
        v = greatest(least(v, FASTEST), -FASTEST)
        brisk = size(v)
        froude = where((middle > SMALL_LENGTH) & opposite(closed), brisk / speed, zero)
        sigma = greatest(least(2.0 - 2.0 * froude, 1.0), 0.0)
        weight = where(opposite(full) & (last > 0.0) & (h1 >= h2), sigma, one)
        area_w = area1 + (area - area1) * weight
        radius_w = (radius1 + (radius - radius1) * weight) * number[c, RADIUS43]
        if rules.damping == 0:
            sigma = one
        elif rules.damping == 2:
            sigma = zero
        sigma = where(closed, zero, sigma)
        per_length = 1.0 / length
        drag = (dt * number[c, FRICTION]) * brisk / radius_w
        if pipes.traits[c] & LOSSES:
            loss = (
                where(area1 > SMALL_AREA, speed_last / area1 * number[c, LOSS_IN], zero)
                + where(area2 > SMALL_AREA, speed_last / area2 * number[c, LOSS_OUT], zero)
                + where(area > SMALL_AREA, speed_last / area * number[c, LOSS_AVG], zero)
            )
            drag = drag + loss * (dt * 0.5 * per_length)
        push = area_w * (gdt * per_length)
        inertia = 2.0 * v * (area - greatest(load(s.area_old, c, lanes), SMALL_AREA))
        inertia = inertia + v * v * (area2 - area1) * (dt * per_length)
        old = load(s.flow_old, j, lanes) * per_barrel
        per = one / (drag + 1.0)
        new = (old - push * (h2 - h1) + inertia * sigma) * per
        dqdh = push * per * barrels
        if rules.normal >= 0:
            at_outfall = pipes.outfall[c] > 0
            check = by_slope & (new > 0.0) & (y1 < height)
            steep = y1 < y2
            if rules.normal == 1 and not at_outfall:
                steep = y1 < zero
            if rules.normal >= 1 and not at_outfall:
                speed1 = linear(cells, base, k1, CELL, SPEED, x1) * number[c, FULL_SPEED]
                steep = steep | (both & (new >= area1 * speed1))
            if some(check & steep):
                uniform = linear(cells, base, k1, CELL, FACTOR, x1) * number[c, NORMAL]
                new = where(check & steep, least(new, uniform), new)
        if trial > 0:
            new = (last + new) * HALF
            turns = new * last < 0.0
            new = where(turns, where(new > 0.0, spread(TURNED, lanes), spread(-TURNED, lanes)), new)
        limit = load(s.limit, j, lanes)
        new = greatest(least(new, limit), zero - limit)
        if number[c, BLOCK_BACK] > 0.0:
            new = greatest(new, zero)
        if number[c, BLOCK_ON] > 0.0:
            new = least(new, zero)
        new = where(depth1 <= SMALL_LENGTH, least(new, SMALL_FLOW), new)
        new = where(depth2 <= SMALL_LENGTH, greatest(new, -SMALL_FLOW), new)
        still = still | (load(s.setting, j, lanes) <= 0.0) | (area <= SMALL_AREA)
        mean = (area1 + area2) * 0.5
        store(s.share1, j, where(todo, share1, load(s.share1, j, lanes)))
        store(s.share2, j, where(todo, share2, load(s.share2, j, lanes)))
        store(s.flow, j, where(todo, where(still, zero, new * barrels), last * barrels))
        dqdh = where(still, area * (gdt * per_length * barrels), dqdh)
        store(s.dqdh, j, where(todo, dqdh, load(s.dqdh, j, lanes)))
        store(s.area, c, where(todo, where(still, mean, area), load(s.area, c, lanes)))
        store(s.froude, c, where(todo, where(still, zero, froude), load(s.froude, c, lanes)))
        quarter_length = 0.25 * number[c, TRUE_LENGTH] * barrels
        content = (area1 + area2 + 2.0 * area) * quarter_length
        store(s.content, c, where(todo, content, load(s.content, c, lanes)))
