"""Checks plans for routing benchmarks against the file alone: own reading, own shortest ways, nothing of the engine.

``verify(text, routes)`` walks each route, given as the streets served in order (from, to) by the file's numbers, and
gives its cost. Raises AssertionError where capacity, coverage, a one-way street or a turn is broken.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Sequence

Pair = tuple[int, int]


class File:
    """What a file says, by the file's own numbers of nodes."""

    def __init__(self, text: str) -> None:
        self.cost: dict[Pair, int] = {}
        """Least cost of driving from a node to the next."""
        self.demand: dict[Pair, list[int]] = {}
        """Demands of the streets between two nodes that may be served that way, and in ``service`` what that costs."""
        self.service: dict[Pair, list[int]] = {}
        self.needed: Counter[frozenset[int] | Pair] = Counter()
        self.turns: dict[tuple[int, int, int], int] | None = None
        self.depot, self.capacity = 1, 0
        if "TURNS" in text:
            self._turns(text)
        elif "(" in text:
            self._carplib(text)
        elif "#Nodes" in text:
            self._mixed(text)
        else:
            self._plain(text)
        self.roads: dict[int, list[Pair]] = {}
        for (a, b), cost in self.cost.items():
            self.roads.setdefault(a, []).append((b, cost))

    def street(
        self, a: int, b: int, cost: int, demand: int, one_way: bool, service: int | None = None
    ) -> None:
        for pair in ((a, b),) if one_way else ((a, b), (b, a)):
            self.cost[pair] = min(cost, self.cost.get(pair, cost))
            if demand:
                self.demand.setdefault(pair, []).append(demand)
                self.service.setdefault(pair, []).append(cost if service is None else service)
        if demand:
            self.needed[(a, b) if one_way else frozenset((a, b))] += 1

    def _plain(self, text: str) -> None:
        words = iter(text.split())
        next(words)
        for _ in range(int(next(words))):
            a, b, cost, demand = (int(next(words)) for _ in range(4))
            self.street(a, b, cost, demand, False)
        next(words)
        self.depot, self.capacity = 0, int(next(words))

    def _carplib(self, text: str) -> None:
        self.capacity = int(re.search(r"CAPACI(?:DAD|TY)\s*:\s*(\d+)", text).group(1))  # type: ignore[union-attr]
        self.depot = int(re.search(r"DEPO(?:SITO|T)\s*:\s*(\d+)", text).group(1))  # type: ignore[union-attr]
        one_way = False
        for line in text.splitlines():
            if "LIST" in line:
                one_way = "ARCOS" in line or "ARCS" in line
            found = re.match(r"\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)(.*)", line)
            if found:
                words = dict(re.findall(r"(\w+)\s+(\d+)", found.group(3)))
                cost = int(words.get("coste", words.get("trav_cost", 0)))
                serve = int(words["serv_cost"]) if "serv_cost" in words else None
                demand = int(words.get("demanda", words.get("demand", 0)))
                self.street(
                    int(found.group(1)),
                    int(found.group(2)),
                    cost,
                    demand,
                    one_way,
                    int(serve) if serve else None,
                )

    def _mixed(self, text: str) -> None:
        self._head(text)
        for line in text.splitlines():
            found = re.match(r"(NrE|NrA|E|A|N)(\d+)((?:\s+\d+)+)\s*$", line)
            if found and found.group(1) == "N":
                node = int(found.group(2))
                self.needed[(node, node)] += 1
                self.demand[node, node], self.service[node, node] = [int(found.group(3).split()[0])], [0]
            elif found:
                a, b, cost, *more = (int(w) for w in found.group(3).split())
                self.street(a, b, cost, more[0] if more else 0, found.group(1).endswith("A"))

    def _turns(self, text: str) -> None:
        self._head(text)
        self.turns, section = {}, ""
        for line in text.splitlines():
            words = line.split()
            if line.startswith("--"):
                section = line.strip("-")
            elif words and words[0].isdigit() and section in ("EDGES", "ARCS"):
                a, b, demand, needed, cost = (int(w) for w in words[:5])
                self.street(a, b, cost, demand if int(needed) else 0, section == "ARCS")
            elif words and words[0].isdigit() and section == "TURNS":
                i, j, k, cost = (int(w) for w in words[:4])
                self.turns[i, j, k] = cost

    def _head(self, text: str) -> None:
        self.depot = int(re.search(r"Depot(?: Node)?:\s*(\d+)", text).group(1))  # type: ignore[union-attr]
        self.capacity = int(re.search(r"Capacity:\s*(\d+)", text).group(1))  # type: ignore[union-attr]

    def least(self, came: int | None, at: int, target: Pair | None) -> int:
        """Least cost from a node, reached from ``came`` (None: no turn counts), to the start of a street or home.

        The turn into the street is counted, the street itself is not.
        """
        heap: list[tuple[int, int, int]] = [(0, at, -1 if came is None else came)]
        done: set[Pair] = set()
        while heap:
            spent, node, before = heapq.heappop(heap)
            if (node, before) in done:
                continue
            done.add((node, before))
            if target is None and node == self.depot:
                return spent
            if target is not None and node == target[0] and self.turn(before, node, target[1]) == 0:
                return spent
            if (
                target is not None
                and node == target[0]
                and (turn := self.turn(before, node, target[1])) is not None
            ):
                heapq.heappush(heap, (spent + turn, -2, -2))
            if node == -2:
                return spent
            for b, cost in self.roads.get(node, ()):
                if (turn := self.turn(before, node, b)) is not None:
                    heapq.heappush(heap, (spent + turn + cost, b, node))
        raise AssertionError(f"there is no way from {at} to {target}")

    def turn(self, before: int, node: int, after: int) -> int | None:
        """What a turn costs; None for one that may not be made."""
        return 0 if self.turns is None or before == -1 else self.turns.get((before, node, after))


def verify(text: str, routes: Sequence[Sequence[Pair]]) -> int:
    """The cost of a plan."""
    file = File(text)
    left, total = Counter(file.needed), 0
    for number, route in enumerate(routes, 1):
        load, came, at = 0, None, file.depot
        for a, b in route:
            key: frozenset[int] | Pair = (a, b) if left[(a, b)] > 0 else frozenset((a, b))
            assert left[key] > 0, f"route {number} serves {a}-{b}, which needs no more service that way"
            left[key] -= 1
            demands, services = file.demand[a, b], file.service[a, b]
            assert len(set(demands)) == 1 and len(set(services)) == 1, f"several unlike streets {a}-{b}"
            total += file.least(came, at, (a, b)) + services[0]
            load += demands[0]
            came, at = (came, at) if a == b else (a, b)
        assert load <= file.capacity, f"route {number} carries {load}, more than {file.capacity}"
        total += file.least(came, at, None)
    missing = {k: n for k, n in left.items() if n}
    assert not missing, f"not served: {missing}"
    return total
