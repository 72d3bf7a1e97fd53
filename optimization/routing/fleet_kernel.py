# mypy: disable-error-code="no-untyped-def"
"""Ruin and recreate for a fleet: vehicles that differ, yards to load at, shifts, and roads in one of several grids.

A road is worked in a *grid* of lane passes; a wide blade asks for fewer passes than a narrow one, so a road has one
grid for each count there is among the vehicles, and a vehicle takes passes of grids that are at least as fine as its
own. Tasks are passes; all passes of one grid of each road are in the plan, those of its other grids are not. Machines
that go abreast are one vehicle here, with grids of their own.

What a place costs in a route is kept at the place (``item``), so that a route is reckoned in one sweep; what a task
adds at a place is told from the sweep's times and the weight of all that comes later. Stops for salt and rest are
made as late as they can be here; ``trips`` places them exactly afterwards.
"""

from __future__ import annotations

from optimization.routing.ruin import below, skipped
from simulation.compiled import compiled

LINK, METRES, SERVICE, WEIGHT, DEMAND, RELEASE, DUE, DONE, LATER = range(9)
"""Columns of ``item`` [vehicle, place, 9]: s and m of the way there, s of work, weight, kg, s before which not, s at
which it is due; and from the sweep s at which it is done, and the weight of it and of all after it."""
COLUMNS = 9
WORTH, KILOGRAMS, OPEN, LENGTH_OF, DUE_OF = range(5)
"""Columns of ``task_of`` [task, 5]: weight, kg, s before which not, m driven by all its machines, s at which it is
due."""
VEHICLE, PLACE = range(2)
"""Columns of ``spot`` [task, 2]: where a task is; -1 where it is in no route."""
LENGTH, COST, END = range(3)
"""Columns of ``route`` [vehicle, 3]."""
GROUP, HOME, READY, DUTY, CAPACITY, REST, SLOW, LAG, MACHINES = range(9)
"""Columns of ``crew`` [vehicle, 9]: kind, place of its yard, s at which it sets out, s of a shift, kg, s of rest (or of
handing over), its driving time over the fastest's, s that a task of it counts late, machines that go abreast."""
OF_SECONDS, OF_METRES, OF_LENGTH, USUAL, HORIZON, OF_LATE, STEEP = range(7)
"""Columns of ``goal`` [7]: cost of a second and of a metre, of uneven routes, their usual length, s by which all should
be home, cost of each s beyond, and of the square of the s that a task is done after it is due: the very last count."""
TURN, RATE = range(2)
"""Columns of ``yard`` [yard, 2]: s of a stop and kg/s."""
NEAR, RUINED = 10, 40
"""Places looked at on either side of a task to be put in, and around one that is taken out."""
REGRID = 0.25
"""Chance that whole roads are taken out and given a grid anew."""
HURRY, LOTS = 0.1, 30
"""Share of turns that begin at a task that is late, and tasks among which the latest is chosen (settings)."""
NEARLY = 0.8
"""Share of a shift before which nobody looks whether it is over."""
ENDS = 10
"""Vehicles at the end of whose routes a task is tried."""
NOWHERE = 1e300


@compiled(_nrt=False, forceinline=True)
def uneven(goal, seconds):
    """Cost of a route's length: its fourth power, so that the longest count."""
    share = seconds / goal[USUAL]
    return goal[OF_LENGTH] * seconds * share * share * share


@compiled(_nrt=False, forceinline=True)
def length_cost(goal, crew, v, end):
    """Cost of a route's end."""
    return uneven(goal, end - crew[v, READY]) + goal[OF_LATE] * max(0.0, end - goal[HORIZON])


@compiled(_nrt=False)
def reckon(v, far, arcs, leave, enter, yard, goal, crew, row, item, route):
    """Sweep a route: times, weights still to come, cost and end."""
    length = int(route[v, LENGTH])
    home, slow = int(crew[v, HOME]), crew[v, SLOW]
    now = began = crew[v, READY]
    at, used, cost, metres = home, 0.0, 0.0, 0.0
    for p in range(length):
        link, metre = item[v, p, LINK], item[v, p, METRES]
        x = enter[row[v, p]]
        if used + item[v, p, DEMAND] > crew[v, CAPACITY]:
            best = NOWHERE
            for d in range(yard.shape[0]):
                s = (far[at, arcs + d, 0] + far[arcs + d, x, 0]) * slow + used / yard[d, RATE]
                s += yard[d, TURN] * crew[v, MACHINES]
                if s < best:
                    best, metre = s, far[at, arcs + d, 1] + far[arcs + d, x, 1]
            link, used = best, 0.0
        y = leave[row[v, p]]
        finish = max(now + link, item[v, p, RELEASE]) + item[v, p, SERVICE]
        soon_over = finish - began > NEARLY * crew[v, DUTY]
        if soon_over and p > 0 and finish + far[y, home, 0] * slow - began > crew[v, DUTY]:
            now += far[at, home, 0] * slow + crew[v, REST]
            metres += far[at, home, 1]
            began, used = now, 0.0
            link, metre = far[home, x, 0] * slow, far[home, x, 1]
        now = max(now + link, item[v, p, RELEASE]) + item[v, p, SERVICE]
        used += item[v, p, DEMAND]
        metres += metre
        cost += item[v, p, WEIGHT] * (now + crew[v, LAG])
        late = max(0.0, now + crew[v, LAG] - item[v, p, DUE])
        cost += goal[STEEP] * late * late
        item[v, p, DONE] = now
        at = y
    later = 0.0
    for p in range(length - 1, -1, -1):
        later += item[v, p, WEIGHT]
        later += 2 * goal[STEEP] * max(0.0, item[v, p, DONE] + crew[v, LAG] - item[v, p, DUE])
        item[v, p, LATER] = later
    if length:
        now += far[at, home, 0] * slow
        metres += far[at, home, 1]
    route[v, END] = now
    route[v, COST] = (
        cost
        + goal[OF_SECONDS] * (now - crew[v, READY])
        + goal[OF_METRES] * crew[v, MACHINES] * metres
        + length_cost(goal, crew, v, now)
    )


@compiled(_nrt=False, forceinline=True)
def link_up(v, p, far, leave, enter, crew, row, item, route):
    """The way to a place of a route from the one before it."""
    if p < route[v, LENGTH]:
        at = leave[row[v, p - 1]] if p else int(crew[v, HOME])
        x = enter[row[v, p]]
        item[v, p, LINK] = far[at, x, 0] * crew[v, SLOW]
        item[v, p, METRES] = far[at, x, 1]


@compiled(_nrt=False, forceinline=True)
def added(
    v, p, task, x, y, there, metre, best, far, leave, enter, goal, crew, row, item, route, work, task_of
):
    """What a task from x to y adds to the cost at a place of a route, ``there`` s from the place before; NOWHERE where
    the vehicle cannot, or where it is more than ``best`` for certain."""
    service = work[int(crew[v, GROUP]), task]
    if service >= NOWHERE:
        return NOWHERE
    length = int(route[v, LENGTH])
    now = item[v, p - 1, DONE] if p else crew[v, READY]
    later = item[v, p, LATER] if p < length else 0.0
    slow, weight = crew[v, SLOW], task_of[task, WORTH]
    there = there * slow
    wait = max(0.0, task_of[task, OPEN] - now - there)
    done = now + there + wait + service + crew[v, LAG]
    late = max(0.0, done - task_of[task, DUE_OF])
    cost = weight * done + goal[STEEP] * late * late
    if cost + (service + wait) * (later + goal[OF_SECONDS]) >= best:
        return NOWHERE
    to, metres = int(crew[v, HOME]), metre
    delay = there + service + wait
    if p < length:
        to = enter[row[v, p]]
        delay -= item[v, p, LINK]
        metres -= item[v, p, METRES]
    elif length:
        at = leave[row[v, length - 1]]
        delay -= far[at, to, 0] * slow
        metres -= far[at, to, 1]
    delay += far[y, to, 0] * slow
    metres = (metres + far[y, to, 1]) * crew[v, MACHINES] + task_of[task, LENGTH_OF]
    cost += delay * (later + goal[OF_SECONDS]) + goal[OF_METRES] * metres
    end = route[v, END]
    return cost + length_cost(goal, crew, v, end + delay) - length_cost(goal, crew, v, end)


@compiled(_nrt=False)
def best_place(task, far, raf, leave, enter, goal, crew, row, item, route, work, task_of, spot,
               before, after, at_start, at_road, grid_task, chosen, rng, found):  # fmt: skip
    """The cheapest place near the task or at the end of a route: cost; ``found`` has vehicle, place and way."""
    best = NOWHERE
    found[0] = -1
    vehicles = row.shape[0]
    for way in range(2):
        x, y = enter[2 * task + way], leave[2 * task + way]
        if x < 0:
            continue
        for side in range(2):
            for k in range(NEAR):
                one = before[x, k] if side == 0 else after[y, k]
                for i in range(at_start[one], at_start[one + 1]):
                    grid = chosen[at_road[i]]
                    for other in range(grid_task[grid], grid_task[grid + 1]) if grid >= 0 else range(0):
                        v = spot[other, VEHICLE]
                        if v < 0 or other == task:
                            continue
                        p = spot[other, PLACE]
                        place = leave[row[v, p]] if side == 0 else enter[row[v, p]]
                        if place != one or skipped(rng):
                            continue
                        p += 1 - side
                        at = one
                        if side:
                            at = leave[row[v, p - 1]] if p else int(crew[v, HOME])
                        c = added(v, p, task, x, y, raf[x, at, 0], raf[x, at, 1], best, far, leave, enter, goal, crew,
                                  row, item, route, work, task_of)  # fmt: skip
                        if c < best:
                            best = c
                            found[0], found[1], found[2] = v, p, way
        some = below(rng, vehicles)
        for k in range(vehicles if best >= NOWHERE else min(ENDS, vehicles)):
            v = (some + k) % vehicles
            p = int(route[v, LENGTH])
            if p + 2 < row.shape[1]:
                at = leave[row[v, p - 1]] if p else int(crew[v, HOME])
                c = added(v, p, task, x, y, raf[x, at, 0], raf[x, at, 1], best, far, leave, enter, goal, crew, row,
                          item, route, work, task_of)  # fmt: skip
                if c < best:
                    best = c
                    found[0], found[1], found[2] = v, p, way
    if found[0] >= 0 and route[found[0], LENGTH] + 2 >= row.shape[1]:
        found[0] = -1
        return NOWHERE
    return best


@compiled(_nrt=False)
def put(v, p, task, way, far, leave, enter, crew, row, item, route, work, task_of, spot):
    """Put a task in at a place of a route; ``reckon`` it afterwards."""
    length = int(route[v, LENGTH])
    for q in range(length, p, -1):
        row[v, q] = row[v, q - 1]
        spot[row[v, q] >> 1, PLACE] = q
        for c in range(COLUMNS):
            item[v, q, c] = item[v, q - 1, c]
    group = int(crew[v, GROUP])
    row[v, p] = 2 * task + way
    item[v, p, SERVICE] = work[group, task]
    item[v, p, WEIGHT] = task_of[task, WORTH]
    item[v, p, DEMAND] = task_of[task, KILOGRAMS] if crew[v, CAPACITY] < 1e12 else 0.0
    item[v, p, RELEASE] = task_of[task, OPEN]
    item[v, p, DUE] = task_of[task, DUE_OF]
    spot[task, VEHICLE], spot[task, PLACE] = v, p
    route[v, LENGTH] = length + 1
    link_up(v, p, far, leave, enter, crew, row, item, route)
    link_up(v, p + 1, far, leave, enter, crew, row, item, route)


@compiled(_nrt=False)
def close_up(v, far, leave, enter, crew, row, item, route, spot):
    """Close the gaps of a route whose tasks were taken out (``spot`` says so); ``reckon`` it afterwards."""
    to, gap = 0, False
    for p in range(int(route[v, LENGTH])):
        task = row[v, p] >> 1
        if spot[task, VEHICLE] != v:
            gap = True
            continue
        if to != p:
            row[v, to] = row[v, p]
            for c in range(COLUMNS):
                item[v, to, c] = item[v, p, c]
            spot[task, PLACE] = to
        if gap:
            at = leave[row[v, to - 1]] if to else int(crew[v, HOME])
            item[v, to, LINK] = far[at, enter[row[v, to]], 0] * crew[v, SLOW]
            item[v, to, METRES] = far[at, enter[row[v, to]], 1]
            gap = False
        to += 1
    route[v, LENGTH] = to


@compiled(_nrt=False)
def orient(v, far, leave, enter, goal, crew, row, item, route, came, cost):
    """Give each task of a route its best way for their order: exact but for stops and waits, in linear time."""
    length = int(route[v, LENGTH])
    slow, metre = crew[v, SLOW], goal[OF_METRES] * crew[v, MACHINES]
    for p in range(length):
        code = row[v, p] & ~1
        factor = (item[v, p, LATER] + goal[OF_SECONDS]) * slow
        for way in range(2):
            x = enter[code + way]
            best = NOWHERE
            if x >= 0:
                for was in range(2 if p else 1):
                    at = leave[(row[v, p - 1] & ~1) + was] if p else int(crew[v, HOME])
                    if at < 0:
                        continue
                    c = far[at, x, 0] * factor + far[at, x, 1] * metre + (cost[p - 1, was] if p else 0.0)
                    if c < best:
                        best, came[p, way] = c, was
            cost[p, way] = best
    way = 0
    if length:
        home, best = int(crew[v, HOME]), NOWHERE
        for w in range(2):
            y = leave[(row[v, length - 1] & ~1) + w]
            if y >= 0:
                c = far[y, home, 0] * goal[OF_SECONDS] * slow + far[y, home, 1] * metre + cost[length - 1, w]
                if c < best:
                    best, way = c, w
    for p in range(length - 1, -1, -1):
        row[v, p] = (row[v, p] & ~1) + way
        way = came[p, way]
    for p in range(length):
        link_up(p=p, v=v, far=far, leave=leave, enter=enter, crew=crew, row=row, item=item, route=route)


@compiled(_nrt=False)
def reckon_all(far, arcs, leave, enter, yard, goal, crew, row, item, route):
    """Sweep every route."""
    for v in range(row.shape[0]):
        reckon(v, far, arcs, leave, enter, yard, goal, crew, row, item, route)
