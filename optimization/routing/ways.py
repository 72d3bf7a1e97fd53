"""Ways between arcs: the quickest drive from the end of one to the start of another, turn by turn.

A two-way segment is two arcs, a one-way segment one. Dijkstra runs over arcs, not junctions, so that every turn is
paid for and U-turns are made only where a junction has no other way out. Yards come after the arcs: a crew leaves
and enters them in any direction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from simulation.compiled import compiled
from simulation.network import EARTH_RADIUS, Network

STRAIGHT = np.radians(35.0)
"""Turns of less than this go straight on (setting)."""
LEFT, RIGHT, U_TURN = 15.0, 5.0, 60.0
"""s lost to a turn across the other traffic, to one along the kerb, and to turning round at a dead end (settings;
traffic keeps to the right)."""
TURNS = ("straight", "left", "right", "round")


@dataclass(frozen=True)
class Arcs:
    """Directions in which segments may be driven; arrays over their a arcs."""

    segment: np.ndarray
    """(a,) index of the segment."""
    forward: np.ndarray
    """(a,) bool: from the segment's start to its end."""
    tail: np.ndarray
    """(a,) junction where it begins."""
    head: np.ndarray
    """(a,) junction where it ends."""
    of_segment: np.ndarray
    """(segments, 2) arc forward and back; -1 where a one-way street has none."""

    def __len__(self) -> int:
        return len(self.segment)

    @classmethod
    def of(cls, network: Network) -> Arcs:
        """Forward and back of each segment side by side, in the order of the segments."""
        count = len(network)
        index = np.repeat(np.arange(count), 2)
        forward = np.tile([True, False], count)
        keep = forward | ~network.oneway[index]
        index, forward = index[keep], forward[keep]
        of_segment = np.full((count, 2), -1)
        of_segment[index, np.where(forward, 0, 1)] = np.arange(len(index))
        tail = np.where(forward, network.tail[index], network.head[index])
        head = np.where(forward, network.head[index], network.tail[index])
        return cls(index, forward, tail, head, of_segment)


def turn_angles(network: Network, arcs: Arcs) -> tuple[np.ndarray, np.ndarray]:
    """(a,) bearing in which an arc sets off and in which it arrives, radians counted from east to north."""
    leaving, arriving = np.empty(len(arcs)), np.empty(len(arcs))
    for a in range(len(arcs)):
        line = network.segments[arcs.segment[a]].line
        points = line if arcs.forward[a] else line[::-1]
        leaving[a] = _bearing(points[0], next((p for p in points[1:] if p != points[0]), points[-1]))
        arriving[a] = _bearing(next((p for p in points[-2::-1] if p != points[-1]), points[0]), points[-1])
    return leaving, arriving


def _bearing(one: tuple[float, float], other: tuple[float, float]) -> float:
    east = (other[0] - one[0]) * np.cos(np.radians(one[1]))
    return float(np.arctan2(other[1] - one[1], east))


def turn_of(angle: float) -> str:
    """What a driver calls a change of bearing, radians to the left."""
    angle = (angle + np.pi) % (2 * np.pi) - np.pi
    return "straight" if abs(angle) < STRAIGHT else "left" if angle > 0 else "right"


@dataclass(frozen=True)
class Turns:
    """Every turn that may be made; arcs of the graph in which arcs are the nodes."""

    start: np.ndarray
    """(a + 1,) where the turns out of each arc begin."""
    to: np.ndarray
    """(t,) arc that a turn leads into."""
    seconds: np.ndarray
    """(t,) s that it takes."""


def turns_of(network: Network, arcs: Arcs, shut: np.ndarray) -> Turns:
    """Turns from arc to arc; none into those that are ``shut``, (a,) bool.

    U-turns only where nothing else leads on, or where a street could not be got to and left again without one.
    """
    leaving, arriving = turn_angles(network, arcs)
    out = [np.flatnonzero((arcs.tail == node) & ~shut) for node in range(len(network.junctions))]
    made: list[dict[int, float]] = []
    for a in range(len(arcs)):
        ahead = out[arcs.head[a]]
        back = arcs.segment[ahead] == arcs.segment[a]
        onward = ahead if back.all() else ahead[~back]
        made.append(
            {b: _turn_seconds(arcs, a, b, leaving[b] - arriving[a], len(onward)) for b in onward.tolist()}
        )
    while cut_off := [
        a for a in _apart(made) if (r := _reverse(arcs, a)) >= 0 and r not in made[a] and not shut[a]
    ]:
        for a in cut_off:
            made[a][_reverse(arcs, a)] = U_TURN
            made[_reverse(arcs, a)].setdefault(a, U_TURN)
    to = [b for turns in made for b in turns]
    start = np.cumsum([0, *map(len, made)])
    return Turns(start, np.array(to, int), np.array([s for turns in made for s in turns.values()]))


def _reverse(arcs: Arcs, a: int) -> int:
    """The same street the other way; -1 where it is one-way."""
    return int(arcs.of_segment[arcs.segment[a], int(arcs.forward[a])])


def _apart(made: list[dict[int, float]]) -> list[int]:
    """Arcs that are not in the largest part of town in which every arc leads to every other."""
    rows = np.repeat(np.arange(len(made)), [len(turns) for turns in made])
    columns = np.array([b for turns in made for b in turns], int)
    graph = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(made), len(made)))
    label = connected_components(graph, connection="strong")[1]
    return np.flatnonzero(label != np.bincount(label).argmax()).tolist()


def _turn_seconds(arcs: Arcs, a: int, b: int, angle: float, ways_on: int) -> float:
    if arcs.segment[a] == arcs.segment[b]:
        return U_TURN
    if ways_on == 1:
        return 0.0  # the road bends
    return {"straight": 0.0, "left": LEFT, "right": RIGHT}[turn_of(angle)]


@dataclass(frozen=True)
class Ways:
    """Quickest ways from arc to arc; yards stand behind the arcs as a, a + 1, ..."""

    arcs: Arcs
    cost: np.ndarray
    """(a + d, a + d, 2) float32: s and m of the drive from the end of one to the start of the other; inf where none
    leads there. Neither of the two is in it."""
    before: np.ndarray
    """(a + d, a + d) int32: the arc before the other on that way; -1 where there is none."""

    def path(self, one: int, other: int) -> list[int]:
        """Arcs driven from the end of one to the start of the other, neither in it. Raises ValueError for none."""
        if not np.isfinite(self.cost[one, other, 0]):
            raise ValueError(f"no way leads from arc {one} to arc {other}")
        hops: list[int] = []
        at = int(self.before[one, other])
        while at != one:
            hops.append(at)
            at = int(self.before[one, at])
        return hops[::-1]


def ways(arcs: Arcs, turns: Turns, seconds: np.ndarray, length: np.ndarray, yards: np.ndarray) -> Ways:
    """All quickest ways. ``seconds``, ``length``: (a,) of driving each arc; ``yards``: (d,) their junctions."""
    out_of = [np.flatnonzero(arcs.tail == node) for node in yards]
    into = [np.flatnonzero(arcs.head == node) for node in yards]
    cost, before = _all_ways(
        turns.start, turns.to, turns.seconds, np.asarray(seconds, float), np.asarray(length, float),
        np.cumsum([0, *map(len, out_of)]), np.concatenate(out_of).astype(np.int64),
        np.cumsum([0, *map(len, into)]), np.concatenate(into).astype(np.int64),
    )  # fmt: skip
    same = yards[:, None] == yards[None, :]
    corner = cost[len(arcs) :, len(arcs) :]
    corner[same] = 0.0
    return Ways(arcs, cost, before)


@compiled()
def _all_ways(start, to, turn, drive, metres, out_start, out, in_start, inn):  # type: ignore[no-untyped-def]
    """Dijkstra from every arc and yard: cost[i, j] is up to the start of j."""
    arcs, yards = len(drive), len(out_start) - 1
    size = arcs + yards
    cost = np.full((size, size, 2), np.inf, np.float32)
    before = np.full((size, size), -1, np.int32)
    time, far, prior = np.empty(arcs), np.empty(arcs), np.empty(arcs, np.int32)
    closed = np.empty(arcs, np.bool_)
    room = len(to) + arcs + 1
    heap_time, heap_arc = np.empty(room), np.empty(room, np.int32)
    for source in range(size):
        time[:] = np.inf
        closed[:] = False
        held = 0
        low, high = (start[source], start[source + 1]) if source < arcs else (0, 0)
        for k in range(low, high):  # up to the start of each next arc
            b = to[k]
            if turn[k] < time[b]:
                time[b], far[b], prior[b] = turn[k], 0.0, source
                held = _push(heap_time, heap_arc, held, turn[k], b)
        if source >= arcs:
            for k in range(out_start[source - arcs], out_start[source - arcs + 1]):
                time[out[k]], far[out[k]], prior[out[k]] = 0.0, 0.0, source
                held = _push(heap_time, heap_arc, held, 0.0, out[k])
        while held > 0:
            t, a, held = _pop(heap_time, heap_arc, held)
            if closed[a]:
                continue
            closed[a] = True
            ended, gone = t + drive[a], far[a] + metres[a]
            for k in range(start[a], start[a + 1]):
                b = to[k]
                if ended + turn[k] < time[b]:
                    time[b], far[b], prior[b] = ended + turn[k], gone, a
                    held = _push(heap_time, heap_arc, held, time[b], b)
        for b in range(arcs):
            if closed[b]:
                cost[source, b, 0], cost[source, b, 1], before[source, b] = time[b], far[b], prior[b]
        for d in range(yards):
            best = np.inf
            for k in range(in_start[d], in_start[d + 1]):
                a = inn[k]
                if a == source:
                    best, last, metre = 0.0, source, 0.0
                elif closed[a] and time[a] + drive[a] < best:
                    best, last, metre = time[a] + drive[a], a, far[a] + metres[a]
            if best < np.inf:
                cost[source, arcs + d, 0], cost[source, arcs + d, 1] = best, metre
                before[source, arcs + d] = last
    return cost, before


@compiled()
def _push(times, arcs, held, time, arc):  # type: ignore[no-untyped-def]
    i = held
    while i > 0:
        parent = (i - 1) >> 1
        if times[parent] <= time:
            break
        times[i], arcs[i] = times[parent], arcs[parent]
        i = parent
    times[i], arcs[i] = time, arc
    return held + 1


@compiled()
def _pop(times, arcs, held):  # type: ignore[no-untyped-def]
    top, arc = times[0], arcs[0]
    held -= 1
    time, last = times[held], arcs[held]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= held:
            break
        if child + 1 < held and times[child + 1] < times[child]:
            child += 1
        if times[child] >= time:
            break
        times[i], arcs[i] = times[child], arcs[child]
        i = child
    times[i], arcs[i] = time, last
    return top, arc, held


def metres_between(network: Network) -> np.ndarray:
    """(junctions, 2) m east and north on a local plane."""
    latitude = float(np.radians(network.lat.mean()))
    east = np.radians(network.lon - network.lon[0]) * np.cos(latitude) * EARTH_RADIUS
    return np.column_stack([east, np.radians(network.lat - network.lat[0]) * EARTH_RADIUS])
