"""Where crews load and rest on their routes, and when everything happens.

``loads`` splits a route into trips from yard to yard: exact for its order. ``timetable`` then drives all routes at
once, second by second in order of time, so that bays are waited for, yards run out, and shifts end.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimization.routing.abreast import split
from optimization.routing.district import District, Truck
from optimization.routing.route_plan import CrewRoute, Leg, Undone, in_turn
from optimization.routing.ways import LEFT, RIGHT, U_TURN, turn_angles, turn_of
from simulation.compiled import compiled
from simulation.model import Depot, Scenario

ENOUGH = 1e-6


@compiled()
def loads(far, arcs, at, to, kilograms, later, capacity, slow, machines, yard, stocked):  # type: ignore[no-untyped-def]
    """Where a route is broken off for loading: (n,) yard visited before each of its n places, -1 for none.

    Each second of a stop costs the weight of all that comes later (``later``: (n,), what ends with the route in it).
    The hopper is full at first and after each stop. ``at``, ``to``: (n,) place before each one, and where it begins.
    """
    n = len(to)
    best, came, yards = np.full(n + 1, np.inf), np.zeros(n + 1, np.int64), np.full(n + 1, -1)
    best[0] = 0.0
    visits = np.full(n, -1)
    for i in range(n):  # loaded before place i: how far does that last?
        if best[i] == np.inf:
            continue
        used = 0.0
        for j in range(i + 1, n + 1):
            used += kilograms[j - 1]
            if used > capacity + ENOUGH and j > i + 1:
                break
            if j == n:
                if best[i] < best[n]:
                    best[n], came[n] = best[i], i
                break
            if kilograms[j] <= 0.0:
                continue  # loading can wait
            for d in range(len(yard)):
                if not stocked[d]:
                    continue
                way = (far[at[j], arcs + d, 0] + far[arcs + d, to[j], 0] - far[at[j], to[j], 0]) * slow
                c = best[i] + (way + yard[d, 0] * machines + used / yard[d, 1]) * later[j]
                if c < best[j]:
                    best[j], came[j], yards[j] = c, i, d
    j = n
    while j > 0:
        j = came[j]
        if j > 0:
            visits[j] = yards[j]
    return visits


@dataclass
class _Running:
    """A truck under way."""

    row: int
    """Of the problem's trucks."""
    truck: Truck
    visits: Sequence[int]
    stops: np.ndarray
    now: float
    place: int
    """Row of ``Ways.cost`` it is at the end of."""
    load: float
    began: float
    """s at which its shift began."""
    legs: list[Leg]
    nth: int = 0
    filled: float = 0.0
    """kg it set out with."""


class Timetable:
    """Drives routes of one problem; several may follow each other on the same yards."""

    def __init__(self, scenario: Scenario) -> None:
        fleet = scenario.fleet
        self.depots: tuple[Depot, ...] = fleet.depots
        at = {d.id: i for i, d in enumerate(fleet.depots)}
        self.stock: dict[tuple[int, str], float] = {}
        for s in fleet.stock:
            key = (at[s.depot], s.material)
            self.stock[key] = self.stock.get(key, 0.0) + s.amount
        self._booked: list[list[tuple[float, float]]] = [[] for _ in fleet.depots]

    def take(self, depot: int, material: str, wanted: float) -> float:
        """kg that a yard gives."""
        held = self.stock.get((depot, material), 0.0)
        taken = min(held, max(wanted, 0.0))
        self.stock[(depot, material)] = held - taken
        return taken

    def drive(
        self, problem: District, visits: Sequence[Sequence[int]], later: Sequence[np.ndarray]
    ) -> tuple[list[CrewRoute], list[Undone]]:
        """Routes with their times; passes that could not be done. ``later``: see ``loads``, one a truck."""
        ride = _Ride(self, problem)
        running, order = [], list[tuple[float, int]]()
        for v, truck in enumerate(problem.trucks):
            one = _Running(v, truck, visits[v], ride.stops(v, visits[v], later[v], self.stock), truck.ready,
                           int(problem.home[v]), 0.0, truck.ready, [])  # fmt: skip
            one.load = self.take(truck.depot, truck.material, ride.ahead(one))
            one.filled = one.load
            running.append(one)
            if visits[v]:
                heapq.heappush(order, (one.now, v))
        while order:
            _, v = heapq.heappop(order)
            if ride.step(running[v]):
                heapq.heappush(order, (running[v].now, v))
        routes = [
            CrewRoute(r.truck.id, r.truck.kind.id, r.truck.team.id, self.depots[r.truck.depot].id, r.truck.material,
                      r.truck.ready, r.filled, tuple(r.legs), r.truck.mates) for r in running
        ]  # fmt: skip
        routes = in_turn([one for route in routes for one in split(route)])
        return routes, ride.undone()

    def bay(self, depot: int, arrival: float, seconds: float) -> tuple[float, float]:
        """When a loading begins and ends for a truck that comes at a time; it has the bay from now on."""
        begin = self.free(depot, arrival, seconds)
        self._booked[depot].append((begin, begin + seconds))
        return begin, begin + seconds

    def free(self, depot: int, arrival: float, seconds: float) -> float:
        """s from which, not before a truck's arrival, a bay is free for so long."""
        booked, most = self._booked[depot], self.depots[depot].bays
        for begin in sorted({arrival, *(end for _, end in booked if end > arrival)}):
            end = begin + seconds
            edges = [begin, *(b for b, _ in booked if begin < b < end)]
            if all(sum(b <= t < e for b, e in booked) < most for t in edges):
                break
        return begin


class _Ride:
    """Turns a problem's options into legs."""

    def __init__(self, table: Timetable, problem: District) -> None:
        self.table, self.problem = table, problem
        self.far, self.arcs = problem.ways.cost, problem.ways.arcs
        self._leaving, self._arriving = turn_angles(problem.network, self.arcs)
        self._ways_on = np.bincount(self.arcs.tail, minlength=len(problem.network.junctions))
        self._counts = np.diff(problem.passes.grid_task)
        self._grid = (
            np.searchsorted(problem.passes.grid_task, np.arange(len(problem.passes)), side="right") - 1
        )
        self._undone: dict[tuple[int, str], int] = {}

    def stops(
        self, v: int, visits: Sequence[int], later: np.ndarray, stock: dict[tuple[int, str], float]
    ) -> np.ndarray:
        """(n,) yard to load at before each visit, -1 for none."""
        problem, truck = self.problem, self.problem.trucks[v]
        if not visits or not truck.capacity:
            return np.full(len(visits), -1)
        codes = np.array(visits)
        to = problem.passes.enter[codes]
        at = np.r_[problem.home[v], problem.passes.leave[codes[:-1]]]
        stocked = np.array([stock.get((d, truck.material), 0.0) > 0 for d in range(len(problem.yards))])
        return np.asarray(loads(
            self.far, len(self.arcs), at, to, problem.passes.kilograms[codes // 2], later, truck.capacity,
            float(problem.slow[v]), truck.machines, problem.yards, stocked,
        ))  # fmt: skip

    def step(self, r: _Running) -> bool:
        """The next pass of a truck, with all that goes before it; False once it is home."""
        if r.nth >= len(r.visits):
            self._travel(r, len(self.arcs) + r.truck.depot)
            return False
        problem, passes = self.problem, self.problem.passes
        code, stop = r.visits[r.nth], int(r.stops[r.nth])
        r.nth += 1
        task, arc = code >> 1, int(passes.enter[code])
        segment = int(passes.segment[task])
        need = float(passes.kilograms[task]) if r.truck.capacity else 0.0
        seconds = float(passes.work[problem.kind_of[r.row], task])
        release = float(passes.release[task])
        home = len(self.arcs) + r.truck.depot
        for _ in range(2):  # loading may take what is left of the shift
            if self._ends(r, arc, seconds, home, release):
                self._rest(r, home, arc, release)
            if not need or (stop < 0 and r.load >= need - ENOUGH):
                break
            if self._ends_loading(r, stop, need, home):
                self._rest(r, home, arc, release)
            self._load(r, stop, need, r.nth - 1)
            stop = -1
        spread = min(need, r.load) if r.load >= 0.5 * need else 0.0
        verbs = r.truck.verbs if spread or not need else tuple(v for v in r.truck.verbs if v != "spread")
        if not verbs:
            self._undone[segment, "no_salt"] = self._undone.get((segment, "no_salt"), 0) + 1
            return True
        self._travel(r, arc)
        if r.now < release:
            r.legs.append(Leg("wait", r.now, release, load=r.load))
            r.now = release
        turn, lost = self._turn(r.place, arc)
        r.load -= spread
        leg = Leg("work", r.now, r.now + lost + seconds, problem.network.segments[segment].id,
                  bool(self.arcs.forward[arc]), turn, int(passes.number[task]), int(self._counts[self._grid[task]]),
                  verbs, spread, r.load)  # fmt: skip
        r.legs.append(leg)
        r.now, r.place = leg.end, arc
        return True

    def _ends(self, r: _Running, arc: int, seconds: float, home: int, release: float) -> bool:
        """Whether the shift would be over before the pass is done, waiting for it included, and the truck is home."""
        begin = max(r.now + self._drive_seconds(r, r.place, arc), release)
        fresh = r.now <= r.began or not r.legs
        if fresh and begin > release:
            return False
        return begin + seconds + self._drive_seconds(r, arc, home) + U_TURN - r.began > r.truck.team.max_duty

    def _ends_loading(self, r: _Running, planned: int, need: float, home: int) -> bool:
        """Whether the shift would be over before the truck has loaded, a wait for a bay included, and is home."""
        depot = self._yard(r, planned, need)
        if depot is None or r.now <= r.began or not r.legs:
            return False
        at, noun = len(self.arcs) + depot, self.table.depots[depot]
        seconds = noun.turnaround * r.truck.machines + r.truck.capacity / noun.loading_rate
        begin = self.table.free(depot, r.now + self._drive_seconds(r, r.place, at), seconds)
        return begin + seconds + self._drive_seconds(r, at, home) + U_TURN - r.began > r.truck.team.max_duty

    def _yard(self, r: _Running, planned: int, need: float) -> int | None:
        """The yard that was planned, or the nearest that has any; None where none has."""
        stock, material = self.table.stock, r.truck.material
        held = [d for d in range(len(self.table.depots)) if stock.get((d, material), 0.0) >= 0.5 * need]
        if planned in held:
            return planned
        return min(held, key=lambda d: float(self.far[r.place, len(self.arcs) + d, 0]), default=None)

    def _drive_seconds(self, r: _Running, one: int, other: int) -> float:
        total, before = 0.0, one
        for hop in self.problem.ways.path(one, other):
            total += self._turn(before, hop)[1] + self._hop(r, hop)
            before = hop
        if other < len(self.arcs):
            total += self._turn(before, other)[1]
        return total

    def _rest(self, r: _Running, home: int, arc: int, release: float) -> None:
        """Rest or hand over at the yard, until the next pass can begin."""
        self._travel(r, home)
        end = max(r.now + r.truck.rest, release - self._drive_seconds(r, home, arc))
        r.legs.append(Leg("rest", r.now, end, load=r.load, depot=self.table.depots[r.truck.depot].id))
        r.now = r.began = end

    def ahead(self, r: _Running, nth: int = 0) -> float:
        """kg that a truck needs from its nth pass to the next stop that is planned, at most a hopper."""
        if not r.truck.capacity:
            return 0.0
        passes, total = self.problem.passes, 0.0
        for k in range(nth, len(r.visits)):
            if k > nth and r.stops[k] >= 0:
                break
            total += float(passes.kilograms[r.visits[k] >> 1])
        return min(total, r.truck.capacity)

    def _load(self, r: _Running, planned: int, need: float, nth: int) -> None:
        """Load at the yard that was planned, or at the next best that has any; nothing where none has."""
        table, material = self.table, r.truck.material
        depot = self._yard(r, planned, need)
        if depot is None:
            return
        self._travel(r, len(self.arcs) + depot)
        noun = table.depots[depot]
        room = min(max(self.ahead(r, nth), need) - r.load, table.stock[depot, material])
        begin, end = table.bay(depot, r.now, noun.turnaround * r.truck.machines + room / noun.loading_rate)
        if begin > r.now:
            r.legs.append(Leg("wait", r.now, begin, load=r.load, depot=noun.id))
        taken = table.take(depot, material, room)
        r.load += taken
        r.legs.append(Leg("refill", begin, end, kilograms=taken, load=r.load, depot=noun.id))
        r.now = end

    def _travel(self, r: _Running, place: int) -> None:
        """Arc by arc to the start of an arc or into a yard."""
        for hop in (
            self.problem.ways.path(r.place, place) if r.place != place or place < len(self.arcs) else ()
        ):
            turn, lost = self._turn(r.place, hop)
            end = r.now + lost + self._hop(r, hop)
            segment = self.problem.network.segments[self.arcs.segment[hop]].id
            r.legs.append(Leg("travel", r.now, end, segment, bool(self.arcs.forward[hop]), turn, load=r.load))
            r.now, r.place = end, hop
        if place >= len(self.arcs):
            r.place = place

    def _hop(self, r: _Running, arc: int) -> float:
        network, i = self.problem.network, self.arcs.segment[arc]
        speed = min(r.truck.kind.travel_speed, float(network.speed[i]) * self.problem.conditions.factor)
        return float(network.length[i]) / speed

    def _turn(self, one: int, other: int) -> tuple[str, float]:
        """What the turn from one arc into another is called, and its s; none from a yard."""
        if one >= len(self.arcs):
            return "", 0.0
        if self.arcs.segment[one] == self.arcs.segment[other]:
            return "round", U_TURN
        name = turn_of(self._leaving[other] - self._arriving[one])
        node = self.arcs.head[one]
        onward = self._ways_on[node] - bool((self.arcs.of_segment[self.arcs.segment[one]] >= 0).all())
        return name, 0.0 if onward == 1 else {"straight": 0.0, "left": LEFT, "right": RIGHT}[name]

    def undone(self) -> list[Undone]:
        """Passes that were left, by segment."""
        names = self.problem.network.segments
        return [Undone(names[s].id, n, why) for (s, why), n in sorted(self._undone.items())]
