# mypy: disable-error-code="no-untyped-def"
"""Ruin: a random state of our own, and strings of neighbouring tasks taken out of their routes.

After Christiaens and Vanden Berghe, "Slack induction by string removals", Transportation Science 54 (2020): strings of
tasks are taken out of a few routes that lie near each other, so that both room and time come free in one place.
"""

from __future__ import annotations

import math

import numpy as np

from optimization.routing.layout import DEMAND, LENGTH, LOAD
from simulation.compiled import compiled

STRINGS = 10.0
"""Tasks taken out on average."""
LONGEST = 10.0
"""Most tasks taken out of one route."""
BLINK = 1.0 / math.log(1.0 - 0.01)
"""Places and rows passed over: one in a hundred; the factor from log of a uniform number to the count until then."""
SPLIT, DEEPER = 0.5, 0.99
"""Chance that a string leaves tasks in its middle where they are, and that it leaves one more."""


def seeded(seed: int) -> np.ndarray:
    """[2] state of a xorshift64* generator, spread by splitmix64 so that near seeds differ, and a count (`skipped`)."""
    mask = 2**64 - 1
    z = (seed * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return np.array([(z ^ (z >> 31)) | 1, 0], dtype=np.uint64)


@compiled(_nrt=False, forceinline=True)
def draw(state):
    """The next number in [0, 1). Vigna, "An experimental exploration of Marsaglia's xorshift generators" (2016)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return np.float64((x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@compiled(_nrt=False, forceinline=True)
def below(state, bound):
    """A whole number in [0, bound)."""
    return int(draw(state) * bound)


@compiled(_nrt=False, forceinline=True)
def string_of(state, length, at, most):
    """Where a string of a route starts and ends, and the part of it that stays: (start, end, keep from, keep to)."""
    taken = 1 + below(state, min(float(length), most))
    kept = 0
    if 1 < taken < length and draw(state) < SPLIT:
        kept = 1
        while taken + kept < length and draw(state) < DEEPER:
            kept += 1
    whole = taken + kept
    first, last = max(0, at - whole + 1), min(at, length - whole)
    start = first + below(state, last - first + 1)
    keep = start + below(state, taken + 1) if kept else start + whole
    return start, start + whole, keep, keep + kept


@compiled(_nrt=False, forceinline=True)
def take_out(row, route, of_task, where, start, end, keep, kept, absent, count):
    """Takes a string out of a route; its tasks are added to ``absent``. Gives how many are absent now."""
    to = start
    for p in range(start, route[LENGTH]):
        option = row[p]
        if p < end and not keep <= p < kept:
            task = option >> 1
            absent[count] = task
            count += 1
            where[task] = -1
            route[LOAD] -= of_task[task, DEMAND]
        else:
            row[to] = option
            to += 1
    route[LENGTH] = to
    return count


@compiled(_nrt=False, forceinline=True)
def strings(tasks, routes):
    """How many strings may be taken out, and how long the longest may be: (strings, tasks)."""
    longest = min(LONGEST, tasks / routes)
    return 4.0 * STRINGS / (1.0 + longest) - 1.0, longest


@compiled(_nrt=False, forceinline=True)
def shuffled(state, absent, count, of_task, remote, key):
    """Sorts absent tasks into the order in which they go back: any, greatest demand, farthest or nearest first."""
    by = draw(state) * 11.0
    for j in range(count):
        task = absent[j]
        if by < 4.0:
            key[j] = draw(state)
        elif by < 8.0:
            key[j] = -float(of_task[task, DEMAND])
        elif by < 10.0:
            key[j] = -float(remote[task])
        else:
            key[j] = float(remote[task])
    for j in range(1, count):
        task, k = absent[j], key[j]
        q = j - 1
        while q >= 0 and key[q] > k:
            key[q + 1], absent[q + 1] = key[q], absent[q]
            q -= 1
        key[q + 1], absent[q + 1] = k, task


@compiled(_nrt=False, forceinline=True)
def skipped(rng):
    """Whether this one is passed over, as a hundredth of all are: so that plans differ. Counts down to the next."""
    if rng[1] > np.uint64(0):
        rng[1] -= np.uint64(1)
        return False
    rng[1] = np.uint64(int(math.log(draw(rng) + 1e-300) * BLINK))
    return True


@compiled(_nrt=False, forceinline=True)
def worse_by(state, temperature):
    """How much worse a plan may be and still be taken, in the unit of the goal."""
    return -temperature * math.log(draw(state) + 1e-300)
