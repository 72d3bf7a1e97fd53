"""A referee for route plans that knows nothing of the engine: it walks every route on the city's own segments.

Everything is reckoned anew from the scenario: where a driver may turn, how long a hop takes, what a hopper and a yard
hold, when a shift is over, and whether each road is done over its whole width.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from simulation.model import Scenario, Segment
from simulation.roadwork import DEPTH_SLOWING, LANE_SLACK

LATE = 1.0
"""s by which rounded times may differ."""
BEND = 35.0


def faults(plan: Mapping[str, Any], scenario: Scenario) -> list[str]:
    """All that is wrong with a plan (``plan.json``), in words; empty for one that can be driven."""
    return _Walk(plan, scenario).faults()


class _Walk:
    def __init__(self, plan: Mapping[str, Any], scenario: Scenario) -> None:
        self.plan, self.scenario = plan, scenario
        self.roads = {s.id: s for s in scenario.city.segments}
        self.kinds = {k.id: k for k in scenario.fleet.kinds}
        self.teams = {t.id: t for t in scenario.fleet.teams}
        self.depots = {d.id: d for d in scenario.fleet.depots}
        self.exits: dict[str, list[tuple[Segment, bool]]] = defaultdict(list)
        for s in scenario.city.segments:
            if s.id in plan["closed"]:
                continue
            self.exits[s.start].append((s, True))
            if not s.oneway:
                self.exits[s.end].append((s, False))
        self.wrong: list[str] = []
        self.passes: dict[str, list[tuple[int, int, str, tuple[str, ...], float, float]]] = defaultdict(list)
        self.taken: dict[tuple[str, str], float] = defaultdict(float)
        self.loadings: dict[str, list[tuple[float, float]]] = defaultdict(list)

    def faults(self) -> list[str]:
        seen: set[str] = set()
        for route in self.plan["routes"]:
            if route["crew"] in seen:
                self.wrong.append(f"{route['crew']} has two routes")
            seen.add(route["crew"])
            self._drive(route)
        self._coverage()
        self._yards()
        self._abreast()
        return self.wrong

    def _fault(self, crew: str, n: int, what: str) -> None:
        self.wrong.append(f"{crew} leg {n}: {what}")

    # ------------------------------------------------------------------ one route

    def _yard(self, depot: str) -> str:
        """Junction nearest to a yard."""
        d = self.depots[depot]
        ends = {s.start: s.line[0] for s in reversed(self.scenario.city.segments)}
        for s in reversed(self.scenario.city.segments):
            ends.setdefault(s.end, s.line[-1])
        return min(
            ends,
            key=lambda j: math.hypot(
                (ends[j][0] - d.lon) * math.cos(math.radians(d.lat)), ends[j][1] - d.lat
            ),
        )

    def _drive(self, route: Mapping[str, Any]) -> None:
        crew, kind, team = route["crew"], self.kinds[route["kind"]], self.teams[route["team"]]
        at, before, now = self._yard(route["depot"]), None, float(route["ready"])
        load, began = float(route["filled"]), now
        works = [leg for leg in route["legs"] if leg["kind"] == "work"]
        if load > kind.hopper + 1:
            self._fault(crew, 0, f"sets out with {load} kg in a hopper of {kind.hopper}")
        self.taken[route["depot"], route["material"]] += load
        for n, leg in enumerate(route["legs"], 1):
            if abs(leg["start"] - now) > LATE:
                self._fault(crew, n, f"begins at {leg['start']}, the last ended at {now}")
            length = leg["end"] - leg["start"]
            if leg["kind"] in ("work", "travel"):
                road, forward = self.roads[leg["segment"]], leg["forward"]
                if road.oneway and not forward:
                    self._fault(crew, n, f"drives {road.id} against its direction")
                if leg["segment"] in self.plan["closed"]:
                    self._fault(crew, n, f"{road.id} is shut")
                if (road.start if forward else road.end) != at:
                    self._fault(crew, n, f"{road.id} does not begin at {at}")
                lost = self._turn(crew, n, before, (road, forward), leg)
                speed = min(kind.travel_speed, road.speed * self.plan["factor"])
                if leg["kind"] == "work":
                    speed = self._work_speed(kind, road, leg)
                if length < lost + road.length / speed - LATE:
                    self._fault(
                        crew, n, f"{road.id} takes {lost + road.length / speed:.1f} s, not {length:.1f}"
                    )
                at, before = (road.end if forward else road.start), (road, forward)
            if leg["kind"] == "work":
                self._work(crew, n, leg, kind, team)
                load -= float(leg.get("kilograms", 0.0))
            if leg["kind"] == "refill":
                load += self._refill(crew, n, leg, route, at, length)
                before = None
            if leg["kind"] == "rest":
                least = 20 * 60 if team.relief > 1 else team.rest
                if at != self._yard(route["depot"]) or length < least - LATE:
                    self._fault(crew, n, "rests away from its yard, or too short")
                if now - began > team.max_duty + LATE:
                    self._fault(crew, n, f"a shift of {(now - began) / 3600:.2f} h")
                began, before = leg["end"], None
            if load < -1 or load > kind.hopper + 1:
                self._fault(crew, n, f"{load:.0f} kg in a hopper of {kind.hopper}")
            now = leg["end"]
        if works and at != self._yard(route["depot"]):
            self._fault(crew, len(route["legs"]), "does not come home")
        if now - began > team.max_duty + LATE:
            self._fault(crew, len(route["legs"]), f"a shift of {(now - began) / 3600:.2f} h")

    def _turn(
        self, crew: str, n: int, before: Any, after: tuple[Segment, bool], leg: Mapping[str, Any]
    ) -> float:
        """s of a turn; a U-turn must be needed: no other way on, or a street that is a trap without it."""
        if before is None:
            return 0.0
        onward = [
            e for e in self.exits[after[0].start if after[1] else after[0].end] if e[0].id != before[0].id
        ]
        if before[0].id == after[0].id:
            if onward and not self._trap(before) and not self._trap(after):
                self._fault(crew, n, f"turns round on {after[0].id}")
            return 60.0
        if len(onward) == 1:
            return 0.0
        angle = (self._bearing(after, False) - self._bearing(before, True) + 180) % 360 - 180
        name = "straight" if abs(angle) < BEND else "left" if angle > 0 else "right"
        if abs(abs(angle) - BEND) > 0.01 and leg.get("turn") != name:
            self._fault(crew, n, f"called {leg.get('turn')}, but it is {name}")
        return {"straight": 0.0, "left": 15.0, "right": 5.0}[name]

    def _trap(self, arc: tuple[Segment, bool]) -> bool:
        """Whether a street driven that way lies where one cannot get to and away again without turning round."""
        if not hasattr(self, "_free"):
            self._free = self._largest_part()
        return (arc[0].id, arc[1]) not in self._free

    def _largest_part(self) -> set[tuple[str, bool]]:
        """Arcs of the largest part in which all lead to all without turning round, but at dead ends."""
        arcs = [e for exits in self.exits.values() for e in exits]
        key = {(s.id, f): i for i, (s, f) in enumerate(arcs)}
        ahead: list[list[int]] = []
        for s, f in arcs:
            exits = self.exits[s.end if f else s.start]
            others = [e for e in exits if e[0].id != s.id]
            ahead.append([key[e[0].id, e[1]] for e in (others or exits)])
        back: list[list[int]] = [[] for _ in arcs]
        for i, nexts in enumerate(ahead):
            for j in nexts:
                back[j].append(i)
        best: set[int] = set()
        left = set(range(len(arcs)))
        while len(left) > len(best):
            first = min(left)
            part = _reached(first, ahead) & _reached(first, back)
            best = max(best, part, key=len)
            left -= part
        return {(arcs[i][0].id, arcs[i][1]) for i in best}

    @staticmethod
    def _bearing(arc: tuple[Segment, bool], at_end: bool) -> float:
        line = arc[0].line if arc[1] else arc[0].line[::-1]
        one, other = (line[-2], line[-1]) if at_end else (line[0], line[1])
        return math.degrees(
            math.atan2(other[1] - one[1], (other[0] - one[0]) * math.cos(math.radians(one[1])))
        )

    def _work_speed(self, kind: Any, road: Segment, leg: Mapping[str, Any]) -> float:
        speed = (kind.work_speed_major if road.priority <= 2 else kind.work_speed_minor) * kind.efficiency
        if "plough" in kind.abilities:
            speed /= 1 + self.plan["depth"] / DEPTH_SLOWING
        return max(speed, 0.05)

    def _work(self, crew: str, n: int, leg: Mapping[str, Any], kind: Any, team: Any) -> None:
        road = self.roads[leg["segment"]]
        verbs = tuple(leg["verbs"])
        if not set(verbs) <= set(kind.abilities) & set(team.skills):
            self._fault(crew, n, f"cannot {'+'.join(verbs)}")
        if leg["count"] < self._strips(kind, road, "plough" in verbs):
            self._fault(crew, n, f"{leg['count']} passes are too few for its blade on {road.id}")
        self.passes[road.id].append((leg["number"], leg["count"], crew, verbs, leg["start"], leg["end"]))
        self.wrong += (
            []
            if 1 <= leg["number"] <= leg["count"]
            else [f"{crew} leg {n}: pass {leg['number']} of {leg['count']}"]
        )

    @staticmethod
    def _strips(kind: Any, road: Segment, ploughing: bool) -> int:
        """Passes over the whole width, by hand."""
        count = math.ceil(road.width / kind.width - 1e-9)
        if ploughing:
            lanes = math.floor(kind.width / (road.width / road.lanes) + LANE_SLACK)
            if lanes >= 1:
                count = min(count, math.ceil(road.lanes / lanes))
            count = max(count, 1 if road.oneway or road.lanes < 2 else 2)
        return max(1, count)

    # ------------------------------------------------------------------ yards and roads

    def _refill(
        self, crew: str, n: int, leg: Mapping[str, Any], route: Mapping[str, Any], at: str, length: float
    ) -> float:
        depot = self.depots[leg["depot"]]
        kilograms = float(leg["kilograms"])
        if at != self._yard(leg["depot"]):
            self._fault(crew, n, f"loads at {leg['depot']}, but stands at {at}")
        if length < depot.turnaround + kilograms / depot.loading_rate - LATE:
            self._fault(crew, n, f"loads {kilograms:.0f} kg in {length:.0f} s")
        self.taken[leg["depot"], route["material"]] += kilograms
        self.loadings[leg["depot"]].append((leg["start"], leg["end"]))
        return kilograms

    def _yards(self) -> None:
        held: dict[tuple[str, str], float] = defaultdict(float)
        for s in self.scenario.fleet.stock:
            held[s.depot, s.material] += s.amount
        for key, kilograms in self.taken.items():
            if kilograms > held[key] + len(self.plan["routes"]) + 1:
                self.wrong.append(
                    f"{key[0]} gives out {kilograms:.0f} kg of {key[1]} and holds {held[key]:.0f}"
                )
        for depot, spans in self.loadings.items():
            edges = sorted([(b, 1) for b, _ in spans] + [(e - LATE, -1) for _, e in spans])
            busy = most = 0
            for _, step in edges:
                busy += step
                most = max(most, busy)
            if most > self.depots[depot].bays:
                self.wrong.append(
                    f"{most} trucks load at {depot} at once, which has {self.depots[depot].bays} bays"
                )

    def _abreast(self) -> None:
        """Crews abreast are alike, work at the same time on the same road, one strip beside the other."""
        routes = {r["crew"]: r for r in self.plan["routes"]}
        for route in self.plan["routes"]:
            group = [route["crew"], *route.get("beside", ())]
            for mate in group[1:]:
                other = routes.get(mate)
                if other is None or sorted([mate, *other["beside"]]) != sorted(group):
                    self.wrong.append(f"{mate} does not know that it is abreast with {route['crew']}")
                    continue
                if any(route[k] != other[k] for k in ("kind", "team", "depot", "ready")):
                    self.wrong.append(f"{mate} is not like {route['crew']}, or elsewhere")
                mine, theirs = ([leg for leg in r["legs"] if leg["kind"] == "work"] for r in (route, other))
                when = lambda leg: (leg["segment"], leg["forward"], leg["start"], leg["end"])  # noqa: E731
                if list(map(when, mine)) != list(map(when, theirs)):
                    self.wrong.append(f"{mate} is not beside {route['crew']} all the way")
                    continue
                for one, two in zip(mine, theirs, strict=True):
                    road = self.roads[one["segment"]]
                    if abs(one["number"] - two["number"]) >= len(group) or one["number"] == two["number"]:
                        self.wrong.append(
                            f"{mate} and {route['crew']} are not on strips side by side of {road.id}"
                        )
                    if (road.lanes if road.oneway else road.lanes // 2) < len(group):
                        self.wrong.append(f"{road.id} has no room for {len(group)} abreast")

    def _coverage(self) -> None:
        """Each road by every pass of one grid, once; both directions of a two-way road; salt after the blade."""
        undone: Counter[str] = Counter()
        for u in self.plan["undone"]:
            undone[u["segment"]] += u["passes"]
        blades = any("plough" in v for rows in self.passes.values() for *_, v, _, _ in rows)
        for id in self.roads:
            first = [p for p in self.passes[id] if ("plough" in p[3]) == blades]
            then = [p for p in self.passes[id] if ("plough" in p[3]) != blades]
            for layer in (first, then):
                counts = {p[1] for p in layer}
                if len(counts) > 1:
                    self.wrong.append(f"{id}: passes of several grids {sorted(counts)}")
                twice = [k for k, c in Counter(p[0] for p in layer).items() if c > 1]
                if twice:
                    self.wrong.append(f"{id}: pass {twice} twice")
            want = first[0][1] if first else 1
            if len(first) < want and not undone[id]:
                self.wrong.append(f"{id}: {len(first)} of {want} passes")
            if then and first and min(p[4] for p in then) < max(p[5] for p in first) - LATE:
                self.wrong.append(f"{id}: salted before it was ploughed")
            salt = max(self.plan["doses"].values(), default=0.0) > 0
            bare = any("spread" not in p[3] for p in first)
            has_spreaders = any("plough" not in self.kinds[r["kind"]].abilities for r in self.plan["routes"])
            if salt and bare and has_spreaders and not then and not undone[id]:
                self.wrong.append(f"{id}: no salt after the blade")


def _reached(first: int, ahead: list[list[int]]) -> set[int]:
    seen, todo = {first}, [first]
    while todo:
        for j in ahead[todo.pop()]:
            if j not in seen:
                seen.add(j)
                todo.append(j)
    return seen
