# mypy: disable-error-code="no-untyped-def"
"""Recreate: where a task fits best, and which way along each street a route drives best.

``weights`` is None where only cost counts; the compiler then leaves out all that has to do with completion. With
weights each link of a route is charged by alpha and by the weight of all tasks that come after it, so that for a given
order of tasks both the ways (`orient`) and one more task (`best_place`) are reckoned exactly.
"""

from __future__ import annotations

import numpy as np

from optimization.routing.layout import (
    BACK,
    CAN,
    CAPACITY,
    COUNT,
    DELTA,
    DEMAND,
    DURATION,
    ENTER,
    FREE,
    HOME,
    KIND,
    LEAVE,
    LENGTH,
    LIVE,
    LOAD,
    LONGEST,
    NEEDS,
    PLACE,
    SEEN,
    SERVICE,
    VALUE,
    VERSION,
)
from optimization.routing.ruin import skipped
from simulation.compiled import compiled

NOWHERE = 2**60
UNLIMITED = 2**40
NARROW = 64
"""Rows in use up to which a task is tried in all of them, not only in those of its neighbours."""
REACH = 40
"""Neighbours whose rows a task is tried in."""


@compiled(_nrt=False, forceinline=True)
def measure(far, ends, of_task, of_kind, row, route):
    """Sets a route's duration."""
    total, at = 0, np.uint32(of_kind[route[KIND], HOME])
    for p in range(route[LENGTH]):
        option = row[p]
        total += far[at, ends[option, ENTER]] + of_task[option >> 1, SERVICE]
        at = ends[option, LEAVE]
    route[DURATION] = total + far[at, np.uint32(of_kind[route[KIND], BACK])]


@compiled(_nrt=False, forceinline=True)
def orient(far, ends, of_task, of_kind, weights, alpha, row, route, came, after):
    """Gives each task of a route its best way, for their order; sets value and duration. Exact, in linear time."""
    length = route[LENGTH]
    if length == 0:
        route[VALUE] = route[DURATION] = 0
        return
    home, back = np.uint32(of_kind[route[KIND], HOME]), np.uint32(of_kind[route[KIND], BACK])
    fixed, factor = 0, alpha
    if weights is not None:
        after[length] = 0
        for p in range(length - 1, -1, -1):
            task = row[p] >> 1
            after[p] = after[p + 1] + weights[task]
            fixed += of_task[task, SERVICE] * (after[p] + alpha)
        factor = after[0] + alpha
    else:
        for p in range(length):
            fixed += of_task[row[p] >> 1, SERVICE] * alpha
    option = row[0] & ~1
    was_a, was_b = ends[option, LEAVE], ends[option + 1, LEAVE]
    cost_a = far[home, ends[option, ENTER]] * factor
    cost_b = far[home, ends[option + 1, ENTER]] * factor
    for p in range(1, length):
        option = row[p] & ~1
        a, b = ends[option, ENTER], ends[option + 1, ENTER]
        if weights is not None:
            factor = after[p] + alpha
        x, y = cost_a + far[was_a, a] * factor, cost_b + far[was_b, a] * factor
        u, v = cost_a + far[was_a, b] * factor, cost_b + far[was_b, b] * factor
        came[p, 0] = y < x
        came[p, 1] = v < u
        cost_a, cost_b = min(x, y), min(u, v)
        was_a, was_b = ends[option, LEAVE], ends[option + 1, LEAVE]
    cost_a += far[was_a, back] * alpha
    cost_b += far[was_b, back] * alpha
    way = 1 if cost_b < cost_a else 0
    route[VALUE] = fixed + min(cost_a, cost_b)
    for p in range(length - 1, -1, -1):
        row[p] = (row[p] & ~1) | way
        way = came[p, way]
    if weights is None and alpha == 1:
        route[DURATION] = route[VALUE]
    else:
        measure(far, ends, of_task, of_kind, row, route)


@compiled(_nrt=False, forceinline=True)
def weigh(far, ends, of_task, of_kind, weights, alpha, row, route):
    """Sets a route's value, for the ways as they are."""
    now, late, at = 0, 0, np.uint32(of_kind[route[KIND], HOME])
    for p in range(route[LENGTH]):
        option = row[p]
        now += far[at, ends[option, ENTER]] + of_task[option >> 1, SERVICE]
        late += now * weights[option >> 1]
        at = ends[option, LEAVE]
    route[VALUE] = late + alpha * (now + far[at, np.uint32(of_kind[route[KIND], BACK])])


@compiled(_nrt=False, forceinline=True)
def best_place(far, raf, ends, of_task, of_kind, weights, alpha, row, route, task, after, rng, blinks):
    """Where a task fits best in a route: (what it adds to the goal, 2 x place + way); ``NOWHERE`` for nowhere."""
    from_a, from_b = far[ends[2 * task, LEAVE]], far[ends[2 * task + 1, LEAVE]]
    to_a, to_b = raf[ends[2 * task, ENTER]], raf[ends[2 * task + 1, ENTER]]
    length, at = route[LENGTH], np.uint32(of_kind[route[KIND], HOME])
    home = np.uint32(of_kind[route[KIND], BACK])
    service = of_task[task, SERVICE]
    room = of_kind[route[KIND], LONGEST] - route[DURATION] - service
    best, place = NOWHERE, 0
    here_a, here_b = to_a[at], to_b[at]
    if weights is not None:
        after[length] = 0
        for p in range(length - 1, -1, -1):
            after[p] = after[p + 1] + weights[row[p] >> 1]
        weight, now = weights[task], service
    for p in range(length + 1):
        to = ends[row[p], ENTER] if p < length else home
        link = far[at, to]
        more_a, more_b = here_a + from_a[to] - link, here_b + from_b[to] - link
        if not (blinks and skipped(rng)):
            if weights is None:
                if more_a < best and more_a <= room:
                    best, place = more_a, 2 * p
                if more_b < best and more_b <= room:
                    best, place = more_b, 2 * p + 1
            else:
                factor = after[p] + alpha
                x = (more_a + service) * factor + weight * (now + here_a)
                y = (more_b + service) * factor + weight * (now + here_b)
                if x < best and more_a <= room:
                    best, place = x, 2 * p
                if y < best and more_b <= room:
                    best, place = y, 2 * p + 1
        if p < length:
            if weights is not None:
                now += link + of_task[row[p] >> 1, SERVICE]
            at = ends[row[p], LEAVE]
            here_a, here_b = to_a[at], to_b[at]
    if weights is None and best < NOWHERE:
        best = (best + service) * alpha
    return best, place


@compiled(_nrt=False, forceinline=True)
def alone(far, ends, of_task, of_kind, weights, alpha, kind, task):
    """What a new route for one task adds to the goal, and the way along it."""
    home, back, service = of_kind[kind, HOME], of_kind[kind, BACK], of_task[task, SERVICE]
    best, way = NOWHERE, 0
    for w in range(2):
        option = 2 * task + w
        out = far[home, ends[option, ENTER]] + service
        value = (out + far[ends[option, LEAVE], back]) * alpha
        if weights is not None:
            value += out * weights[task]
        if value < best:
            best, way = value, w
    return best, way


@compiled(_nrt=False, forceinline=True)
def fits(of_task, of_kind, kind, load, task):
    """Whether a vehicle of that kind with that load may take the task on."""
    able = of_task[task, NEEDS] & ~of_kind[kind, CAN] == 0
    return able and load + of_task[task, DEMAND] <= of_kind[kind, CAPACITY]


@compiled(_nrt=False, forceinline=True)
def best_row(far, raf, ends, of_task, of_kind, weights, alpha, rows, routes, live, count, touched, turn, memory,
             task, after, rng, slack, rate):  # fmt: skip
    """The best of some rows for a task: (what it adds, row, 2 x place + way). Untouched rows are scanned only once.

    A row may be loaded beyond capacity by up to ``slack``, at ``rate`` for each unit.
    """
    best, chosen, place = float(NOWHERE), -1, 0
    demand = of_task[task, DEMAND]
    for i in range(count):
        r = live[i]
        route = routes[r]
        room = of_kind[route[KIND], CAPACITY] - route[LOAD]
        if route[LENGTH] == 0 or demand > room + slack or of_task[task, NEEDS] & ~of_kind[route[KIND], CAN]:
            continue
        if touched[r] == turn:
            more, where = best_place(
                far, raf, ends, of_task, of_kind, weights, alpha, rows[r], route, task, after, rng, True
            )
        else:
            if skipped(rng):
                continue
            seen = memory[task, r]
            if seen[SEEN] != route[VERSION]:
                seen[DELTA], seen[PLACE] = best_place(
                    far, raf, ends, of_task, of_kind, weights, alpha, rows[r], route, task, after, rng, False
                )
                seen[SEEN] = route[VERSION]
            more, where = seen[DELTA], seen[PLACE]
        if more >= best:
            continue
        dear = float(more)
        if demand > room:
            dear += rate * (demand - max(room, 0))
        if dear < best:
            best, chosen, place = dear, r, where
    return best, chosen, place


@compiled(_nrt=False, forceinline=True)
def rows_nearby(near, where, task, noted, turn, found):
    """Rows of a task's nearest neighbours, into ``found``. Gives how many."""
    count = 0
    for x in range(1, min(REACH + 1, near.shape[1])):
        r = where[near[task, x]]
        if r >= 0 and noted[r] != turn:
            noted[r] = turn
            found[count] = r
            count += 1
    return count


@compiled(_nrt=False, forceinline=True)
def open_row(rows, routes, live, free, state, used, kind):
    """A new empty route of that kind; -1 where there are no rows left."""
    if state[FREE] == 0:
        return -1
    state[FREE] -= 1
    r = free[state[FREE]]
    live[state[LIVE]] = r
    state[LIVE] += 1
    routes[r, LENGTH] = routes[r, LOAD] = routes[r, DURATION] = routes[r, VALUE] = 0
    routes[r, KIND] = kind
    used[kind] += 1
    return r


@compiled(_nrt=False, forceinline=True)
def put(far, ends, of_task, of_kind, row, route, task, place):
    """Puts a task into a route."""
    at, length = place >> 1, route[LENGTH]
    for p in range(length, at, -1):
        row[p] = row[p - 1]
    row[at] = 2 * task + (place & 1)
    route[LENGTH] = length + 1
    route[LOAD] += of_task[task, DEMAND]
    if of_kind[route[KIND], LONGEST] < UNLIMITED:
        measure(far, ends, of_task, of_kind, row, route)


@compiled(_nrt=False, forceinline=True)
def cheapest_new(far, ends, of_task, of_kind, weights, alpha, penalty, used, task):
    """The kind of vehicle that a route of its own for a task adds least with: (what it adds, kind, way)."""
    best, chosen, way = NOWHERE, -1, 0
    for kind in range(of_kind.shape[0]):
        if fits(of_task, of_kind, kind, 0, task):
            more, w = alone(far, ends, of_task, of_kind, weights, alpha, kind, task)
            if used[kind] >= of_kind[kind, COUNT]:
                more += penalty
            if more < best:
                best, chosen, way = more, kind, w
    return best, chosen, way
