# mypy: disable-error-code="no-untyped-def"
"""Ruin and recreate under simulated annealing: the compiled loop.

Rows that a turn touches are copied before and brought back if its plan is not taken, so that a turn costs what it
touches, not what there is. What a task adds to a row is remembered until the row changes (``memory``).
"""

from __future__ import annotations

from optimization.routing.layout import (
    BEST,
    CAPACITY,
    COUNT,
    DURATION,
    FREE,
    KEPT,
    KIND,
    LAST,
    LENGTH,
    LIVE,
    LOAD,
    LONGEST,
    NEXT,
    NOW,
    OVER,
    RATE,
    VALUE,
    VERSION,
)
from optimization.routing.recreate import (
    NARROW,
    UNLIMITED,
    best_row,
    cheapest_new,
    measure,
    open_row,
    orient,
    put,
    rows_nearby,
    weigh,
)
from optimization.routing.ruin import below, shuffled, string_of, strings, take_out, worse_by
from simulation.compiled import compiled


@compiled(_nrt=False, forceinline=True)
def touch(r, rows, routes, old_rows, old_routes, touched, turn, changed, count):
    """Keeps a row as it is before this turn changes it. Gives how many are kept."""
    if touched[r] == turn:
        return count
    touched[r] = turn
    for p in range(routes[r, LENGTH]):
        old_rows[r, p] = rows[r, p]
    for c in range(routes.shape[1]):
        old_routes[r, c] = routes[r, c]
    changed[count] = r
    return count + 1


@compiled(_nrt=False, forceinline=True)
def ruin(far, ends, near, of_task, of_kind, rows, routes, old_rows, old_routes, where, used, absent, touched, changed,
         rng, turn, live):  # fmt: skip
    """Takes strings of tasks out of rows around a task chosen at random: (rows changed, tasks absent)."""
    kept, count = 0, 0
    most, longest = strings(near.shape[0], live)
    wanted = 1 + below(rng, most)
    seed = below(rng, near.shape[0])
    for x in range(near.shape[1]):
        if kept >= wanted:
            break
        task = near[seed, x]
        r = where[task]
        if r < 0 or touched[r] == turn:
            continue
        kept = touch(r, rows, routes, old_rows, old_routes, touched, turn, changed, kept)
        at = 0
        while rows[r, at] >> 1 != task:
            at += 1
        start, end, keep, stay = string_of(rng, routes[r, LENGTH], at, longest)
        count = take_out(rows[r], routes[r], of_task, where, start, end, keep, stay, absent, count)
        if routes[r, LENGTH] == 0:
            used[routes[r, KIND]] -= 1
        elif of_kind[routes[r, KIND], LONGEST] < UNLIMITED:
            measure(far, ends, of_task, of_kind, rows[r], routes[r])
    return kept, count


@compiled(_nrt=False, forceinline=True)
def recreate(far, raf, ends, near, of_task, of_kind, weights, alpha, penalty, rows, routes, old_rows, old_routes, where,
             live, free, used, state, memory, absent, after, touched, noted, changed, found, rng, slack, rate, turn,
             kept, count):  # fmt: skip
    """Puts absent tasks back one by one where they add least: (whether all found a row, rows changed)."""
    for j in range(count):
        task = absent[j]
        more, r, place = 0.0, -1, 0
        if state[LIVE] > NARROW:
            nearby = rows_nearby(near, where, task, noted, turn * near.shape[0] + j, found)
            more, r, place = best_row(
                far, raf, ends, of_task, of_kind, weights, alpha, rows, routes, found, nearby, touched, turn, memory,
                task, after, rng, slack, rate,
            )  # fmt: skip
        if r < 0:
            more, r, place = best_row(
                far, raf, ends, of_task, of_kind, weights, alpha, rows, routes, live, state[LIVE], touched, turn,
                memory, task, after, rng, slack, rate,
            )  # fmt: skip
        fresh, kind, way = cheapest_new(far, ends, of_task, of_kind, weights, alpha, penalty, used, task)
        if r < 0 or fresh < more:
            r, place = open_row(rows, routes, live, free, state, used, kind), way
            if r < 0:
                return False, kept
        kept = touch(r, rows, routes, old_rows, old_routes, touched, turn, changed, kept)
        put(far, ends, of_task, of_kind, rows[r], routes[r], task, place)
        where[task] = r
    return True, kept


@compiled(_nrt=False)
def anneal(far, raf, ends, near, remote, of_task, of_kind, weights, alpha, penalty, rows, routes, old_rows, old_routes,
           best_rows, best_routes, where, live, free, used, state, memory, absent, key, came, after, marks, rng,
           slack, press, temperature, turns):  # fmt: skip
    """Some turns at one temperature. With no rows in use it builds a plan first. False where rows ran out."""
    touched, noted, changed, found, used_before = marks[0], marks[1], marks[2], marks[3], marks[4]
    press[NOW] = pressed(of_kind, routes, live, used, state, penalty, press)
    for _ in range(turns):
        state[NEXT] += 1
        turn, before = state[NEXT], state[LIVE]
        for k in range(used.shape[0]):
            used_before[k] = used[k]
        if before == 0:
            kept, count = 0, near.shape[0]
            for task in range(count):
                absent[task] = task
        else:
            kept, count = ruin(
                far, ends, near, of_task, of_kind, rows, routes, old_rows, old_routes, where, used, absent, touched,
                changed, rng, turn, before,
            )  # fmt: skip
        shuffled(rng, absent, count, of_task, remote, key)
        whole, kept = recreate(
            far, raf, ends, near, of_task, of_kind, weights, alpha, penalty, rows, routes, old_rows, old_routes, where,
            live, free, used, state, memory, absent, after, touched, noted, changed, found, rng, slack, press[RATE],
            turn, kept, count,
        )  # fmt: skip
        cost = 0.0
        if whole:
            for i in range(kept):
                row, route = rows[changed[i]], routes[changed[i]]
                orient(far, ends, of_task, of_kind, weights, alpha, row, route, came, after)
                if weights is not None and route[DURATION] > of_kind[route[KIND], LONGEST]:
                    # The ways that are best for completion take too long: those that take least fit, as put.
                    orient(far, ends, of_task, of_kind, None, alpha, row, route, came, after)
                    weigh(far, ends, of_task, of_kind, weights, alpha, row, route)
            cost = pressed(of_kind, routes, live, used, state, penalty, press)
        if before == 0 and not whole:
            return False
        if before == 0 or (whole and cost < press[NOW] + worse_by(rng, temperature)):
            press[NOW], press[OVER] = cost, press[LAST]
            accept(rows, routes, old_rows, old_routes, live, free, state, changed, kept)
            if press[OVER] == 0.0 and cost < state[BEST]:
                state[BEST] = int(cost)
                note(rows, routes, best_rows, best_routes, live, state[LIVE])
        else:
            reject(rows, routes, old_rows, old_routes, where, live, free, state, changed, kept, before)
            for k in range(used.shape[0]):
                used[k] = used_before[k]
        press[KEPT] += press[OVER] == 0.0
    return True


@compiled(_nrt=False, forceinline=True)
def note(rows, routes, best_rows, best_routes, live, count):
    """Keeps the plan as it stands as the best."""
    for r in range(routes.shape[0]):
        best_routes[r, LENGTH] = 0
    for i in range(count):
        r = live[i]
        for c in range(routes.shape[1]):
            best_routes[r, c] = routes[r, c]
        for p in range(routes[r, LENGTH]):
            best_rows[r, p] = rows[r, p]


@compiled(_nrt=False, forceinline=True)
def pressed(of_kind, routes, live, used, state, penalty, press):
    """The goal of the plan as it stands, with what loads beyond capacity and vehicles that there are not cost."""
    value, over = 0, 0
    for i in range(state[LIVE]):
        route = routes[live[i]]
        value += route[VALUE]
        over += max(0, route[LOAD] - of_kind[route[KIND], CAPACITY])
    for k in range(used.shape[0]):
        value += penalty * max(0, used[k] - of_kind[k, COUNT])
    press[LAST] = float(over)
    return value + press[RATE] * over


@compiled(_nrt=False, forceinline=True)
def same(row, route, old_row, old_route):
    """Whether a row is again what it was before the turn: then all that is remembered of it holds."""
    length = route[LENGTH]
    if length != old_route[LENGTH]:
        return False
    p = 0
    while p < length and row[p] == old_row[p]:
        p += 1
    return p == length


@compiled(_nrt=False, forceinline=True)
def accept(rows, routes, old_rows, old_routes, live, free, state, changed, kept):
    """Makes the changed rows what counts: new versions, and rows that came empty are free."""
    for i in range(kept):
        r = changed[i]
        if not same(rows[r], routes[r], old_rows[r], old_routes[r]):
            state[NEXT] += 1
            routes[r, VERSION] = state[NEXT]
    to = 0
    for i in range(state[LIVE]):
        r = live[i]
        if routes[r, LENGTH] > 0:
            live[to] = r
            to += 1
        else:
            free[state[FREE]] = r
            state[FREE] += 1
    state[LIVE] = to


@compiled(_nrt=False, forceinline=True)
def reject(rows, routes, old_rows, old_routes, where, live, free, state, changed, kept, before):
    """Brings the changed rows back as they were."""
    while state[LIVE] > before:
        state[LIVE] -= 1
        free[state[FREE]] = live[state[LIVE]]
        state[FREE] += 1
    for i in range(kept):
        r = changed[i]
        for c in range(routes.shape[1]):
            routes[r, c] = old_routes[r, c]
        for p in range(routes[r, LENGTH]):
            option = old_rows[r, p]
            rows[r, p] = option
            where[option >> 1] = r
