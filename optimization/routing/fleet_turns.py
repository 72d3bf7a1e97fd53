# mypy: disable-error-code="no-untyped-def"
"""Turns of ruin and recreate for a fleet, and first plans: what moves the tasks that ``fleet_kernel`` reckons with."""

from __future__ import annotations

from optimization.routing.fleet_kernel import (
    COLUMNS,
    COST,
    DONE,
    DUE,
    GROUP,
    HOME,
    HURRY,
    LAG,
    LENGTH,
    LENGTH_OF,
    LOTS,
    NOWHERE,
    OF_METRES,
    OPEN,
    PLACE,
    READY,
    REGRID,
    RUINED,
    SLOW,
    STEEP,
    VEHICLE,
    WORTH,
    best_place,
    close_up,
    orient,
    put,
    reckon,
)
from optimization.routing.ruin import below, draw, string_of, worse_by
from simulation.compiled import compiled


@compiled(_nrt=False)
def keep(v, row, item, route, old_row, old_item, old_route, touched, turn, changed, count):
    """Keep a route as it is before this turn changes it. Gives how many are kept."""
    if touched[v] == turn:
        return count
    touched[v] = turn
    for p in range(int(route[v, LENGTH])):
        old_row[v, p] = row[v, p]
        for c in range(COLUMNS):
            old_item[v, p, c] = item[v, p, c]
    for c in range(3):
        old_route[v, c] = route[v, c]
    changed[count] = v
    return count + 1


@compiled(_nrt=False)
def sort_absent(rng, absent, count, task_of, key):
    """The order in which tasks go back: any, by weight, the longest or the heaviest first."""
    by = draw(rng)
    for j in range(count):
        task = absent[j]
        key[j] = draw(rng)
        if by < 0.4:
            key[j] -= 1e6 * task_of[task, WORTH] / max(task_of[task, LENGTH_OF], 1.0)
        elif by < 0.6:
            key[j] -= 1e3 * task_of[task, LENGTH_OF]
    for j in range(1, count):
        task, k, q = absent[j], key[j], j - 1
        while q >= 0 and key[q] > k:
            key[q + 1], absent[q + 1] = key[q], absent[q]
            q -= 1
        key[q + 1], absent[q + 1] = k, task


@compiled(_nrt=False)
def latest(rng, seed, tasks, crew, item, spot):
    """The task that is latest after it is due, of some and the one given; that one where none is late."""
    worst = 0.0
    for _ in range(LOTS):
        task = below(rng, tasks)
        v = spot[task, VEHICLE]
        if v >= 0:
            p = spot[task, PLACE]
            late = item[v, p, DONE] + crew[v, LAG] - item[v, p, DUE]
            if late > worst:
                worst, seed = late, task
    return seed


@compiled(_nrt=False)
def seed_state(state):
    """A turn's number: counts up."""
    state[0] += 1
    return state[0]


@compiled(nogil=True, _nrt=False)
def turns(far, arcs, leave, enter, yard, goal, crew, work, task_of, road_of, grid_start, raf, before, after,
          at_start, at_road, grid_task, chosen, row, item, route, old_row, old_item,
           old_route, best_row, best_route, best_chosen, spot, state, cost, absent, key, roads,
          old_chosen, touched, changed, found, came, ways_cost, noise, rng, temperature, many, free_ways):  # fmt: skip
    """Some turns of ruin and recreate at one temperature. ``cost``: [2] now and at its best."""
    vehicles, tasks = row.shape[0], task_of.shape[0]
    for _ in range(many):
        turn = seed_state(state)
        kept = count = torn = 0
        seed = below(rng, tasks)
        while spot[seed, VEHICLE] < 0:
            seed = below(rng, tasks)
        if goal[STEEP] > 0 and draw(rng) < HURRY:
            seed = latest(rng, seed, tasks, crew, item, spot)
        centre = enter[2 * seed] if enter[2 * seed] >= 0 else enter[2 * seed + 1]
        if draw(rng) < REGRID and grid_start.shape[0] > 1:
            wanted = 1 + below(rng, 3)
            for k in range(RUINED):
                if torn >= wanted:
                    break
                for i in range(at_start[after[centre, k]], at_start[after[centre, k] + 1]):
                    road = at_road[i]
                    grid = chosen[road]
                    if grid < 0 or spot[grid_task[grid], VEHICLE] < 0:
                        continue
                    for j in range(grid_task[grid], grid_task[grid + 1]):
                        v = spot[j, VEHICLE]
                        if v >= 0:
                            kept = keep(v, row, item, route, old_row, old_item, old_route, touched,
                                        turn, changed, kept)  # fmt: skip
                            spot[j, VEHICLE] = -1
                    roads[torn], old_chosen[torn] = road, grid
                    torn += 1
                    break
        else:
            most = 1 + below(rng, 3)
            strings = 0
            for k in range(RUINED):
                if strings >= most:
                    break
                grid = chosen[at_road[at_start[after[centre, k]]]] if at_start[after[centre, k]] < at_start[
                    after[centre, k] + 1] else -1  # fmt: skip
                for task in range(grid_task[grid], grid_task[grid + 1]) if grid >= 0 else range(0):
                    v = spot[task, VEHICLE]
                    if v < 0 or touched[v] == turn or strings >= most:
                        continue
                    kept = keep(v, row, item, route, old_row, old_item, old_route, touched, turn,
                                changed, kept)  # fmt: skip
                    start, end, stay, stayed = string_of(rng, int(route[v, LENGTH]), spot[task, PLACE], 10.0)
                    for p in range(start, end):
                        if not stay <= p < stayed:
                            absent[count] = row[v, p] >> 1
                            spot[absent[count], VEHICLE] = -1
                            count += 1
                    strings += 1
        for i in range(kept):
            v = changed[i]
            close_up(v, far, leave, enter, crew, row, item, route, spot)
            reckon(v, far, arcs, leave, enter, yard, goal, crew, row, item, route)
        for i in range(torn):
            road = roads[i]
            best, pick = NOWHERE, chosen[road]
            for grid in range(grid_start[road], grid_start[road + 1]):
                passes = grid_task[grid + 1] - grid_task[grid]
                c = best_place(grid_task[grid], far, raf, leave, enter, goal, crew, row, item, route, work, task_of,
                               spot, before, after, at_start, at_road, grid_task, chosen, rng, found)  # fmt: skip
                c = (c + goal[OF_METRES] * task_of[grid_task[grid], LENGTH_OF]) * passes
                c *= 1.0 + noise * (draw(rng) - 0.5)
                if c < best:
                    best, pick = c, grid
            chosen[road] = pick
            for j in range(grid_task[pick], grid_task[pick + 1]):
                absent[count] = j
                count += 1
        sort_absent(rng, absent, count, task_of, key)
        whole = True
        for j in range(count):
            task = absent[j]
            c = best_place(task, far, raf, leave, enter, goal, crew, row, item, route, work, task_of, spot,
                           before, after, at_start, at_road, grid_task, chosen, rng, found)  # fmt: skip
            v = found[0]
            if v < 0:
                whole = False
                break
            kept = keep(v, row, item, route, old_row, old_item, old_route, touched, turn, changed,
                        kept)  # fmt: skip
            put(v, found[1], task, found[2], far, leave, enter, crew, row, item, route, work, task_of, spot)
            reckon(v, far, arcs, leave, enter, yard, goal, crew, row, item, route)
        total = 0.0
        if whole:
            for i in range(kept):
                v = changed[i]
                if free_ways:
                    orient(v, far, leave, enter, goal, crew, row, item, route, came, ways_cost)
                    reckon(v, far, arcs, leave, enter, yard, goal, crew, row, item, route)
                total += route[v, COST] - old_route[v, COST]
            for i in range(torn):  # metres of work differ from grid to grid
                new, old = chosen[roads[i]], old_chosen[i]
                total += goal[OF_METRES] * (
                    task_of[grid_task[new], LENGTH_OF] * (grid_task[new + 1] - grid_task[new])
                    - task_of[grid_task[old], LENGTH_OF] * (grid_task[old + 1] - grid_task[old])
                )
        if whole and total < worse_by(rng, temperature):
            cost[0] += total
            if total > 0:
                state[1] += 1
                cost[2] += total
            if cost[0] < cost[1] - 1e-9:
                cost[1] = cost[0]
                for v in range(vehicles):
                    best_route[v] = int(route[v, LENGTH])
                    for p in range(best_route[v]):
                        best_row[v, p] = row[v, p]
                for r in range(chosen.shape[0]):
                    best_chosen[r] = chosen[r]
        else:
            if whole:
                state[2] += 1
                cost[3] += total
            for i in range(torn):
                for j in range(grid_task[chosen[roads[i]]], grid_task[chosen[roads[i]] + 1]):
                    spot[j, VEHICLE] = -1
            for j in range(count):
                spot[absent[j], VEHICLE] = -1
            for i in range(torn):
                chosen[roads[i]] = old_chosen[i]
            for i in range(kept):
                v = changed[i]
                for c in range(3):
                    route[v, c] = old_route[v, c]
                for p in range(int(route[v, LENGTH])):
                    row[v, p] = old_row[v, p]
                    for c in range(COLUMNS):
                        item[v, p, c] = old_item[v, p, c]
                    spot[row[v, p] >> 1, VEHICLE], spot[row[v, p] >> 1, PLACE] = v, p


@compiled(_nrt=False)
def build(far, arcs, leave, enter, yard, goal, crew, work, task_of, road_of, grid_start, need, after,
          at_start, at_road, grid_task, chosen, row, item, route, spot, free_at, place, greedy):  # fmt: skip
    """A first plan, as crews would drive it who see no further than the next road: whoever is free first takes the pass
    with most weight for the time it takes to get there and do it. ``need`` [kind, road]: the grid a kind would choose;
    ``greedy``: how much weight counts beside the way, from 0 to 1. Gives how many passes it placed."""
    vehicles, room = row.shape[0], row.shape[1]
    for v in range(vehicles):
        free_at[v], place[v] = crew[v, READY], int(crew[v, HOME])
    placed = 0
    while True:
        v = -1
        for u in range(vehicles):
            if route[u, LENGTH] + 2 < room and (v < 0 or free_at[u] < free_at[v]):
                v = u
        if v < 0 or free_at[v] >= NOWHERE:
            return placed
        group, best, pick = int(crew[v, GROUP]), NOWHERE, -1
        for k in range(after.shape[1] + 1):
            if k == after.shape[1] and pick >= 0:
                break
            if k < after.shape[1]:
                first, last = at_start[after[place[v], k]], at_start[after[place[v], k] + 1]
            else:  # nothing near is open: look everywhere
                first, last = 0, at_road.shape[0]
            for i in range(first, last):
                road = at_road[i]
                grid = chosen[road] if chosen[road] >= 0 else need[group, road]
                if grid < 0 or work[group, grid_task[grid]] >= NOWHERE:
                    continue
                for task in range(grid_task[grid], grid_task[grid + 1]):
                    if spot[task, VEHICLE] >= 0:
                        continue
                    for code in range(2 * task, 2 * task + 2):
                        if enter[code] < 0:
                            continue
                        there = far[place[v], enter[code], 0] * crew[v, SLOW]
                        wait = max(free_at[v] + there, task_of[task, OPEN]) - free_at[v]
                        worth = task_of[task, WORTH] if greedy > 0 else 1.0
                        score = (wait + greedy * work[group, task]) / max(worth, 1e-9)
                        if score < best:
                            best, pick = score, code
        if pick < 0:
            free_at[v] = NOWHERE
            continue
        task, p = pick >> 1, int(route[v, LENGTH])
        chosen[road_of[task]] = (
            chosen[road_of[task]] if chosen[road_of[task]] >= 0 else need[group, road_of[task]]
        )
        there = far[place[v], enter[pick], 0] * crew[v, SLOW]
        free_at[v] = max(free_at[v] + there, task_of[task, OPEN]) + work[group, task]
        place[v] = leave[pick]
        put(v, p, task, pick & 1, far, leave, enter, crew, row, item, route, work, task_of, spot)
        placed += 1


@compiled(_nrt=False)
def insert(absent, far, arcs, leave, enter, yard, goal, crew, work, task_of, raf, before, after, at_start, at_road,
           grid_task, chosen, row, item, route, spot, found, rng):  # fmt: skip
    """Put tasks in one by one, each where it costs least. Gives how many found no place."""
    lost = 0
    for j in range(absent.shape[0]):
        task = absent[j]
        best_place(task, far, raf, leave, enter, goal, crew, row, item, route, work, task_of, spot, before, after,
                   at_start, at_road, grid_task, chosen, rng, found)  # fmt: skip
        v = found[0]
        if v < 0:
            lost += 1
            continue
        put(v, found[1], task, found[2], far, leave, enter, crew, row, item, route, work, task_of, spot)
        reckon(v, far, arcs, leave, enter, yard, goal, crew, row, item, route)
    return lost


@compiled(_nrt=False)
def lay(codes, held, far, leave, enter, crew, row, item, route, work, task_of, spot):
    """Lay routes down as they are given: ``held`` options for each vehicle, one after the other."""
    k = 0
    for v in range(held.shape[0]):
        for p in range(held[v]):
            put(
                v,
                p,
                codes[k] >> 1,
                codes[k] & 1,
                far,
                leave,
                enter,
                crew,
                row,
                item,
                route,
                work,
                task_of,
                spot,
            )
            k += 1
