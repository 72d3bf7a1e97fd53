"""Streets with what they need, and what is to be routed on them: shortest ways with one-way streets and turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from optimization.routing.instance import UNREACHABLE, BadInstance, Instance, Route, Vehicle


@dataclass(frozen=True)
class Street:
    """A link of the graph between two nodes; demand 0 for one that needs no service."""

    start: int
    end: int
    cost: int
    demand: int = 0
    service: int | None = None
    """What serving it costs; None for as much as driving along it."""
    one_way: bool = False
    required: bool = False


@dataclass(frozen=True)
class Graph:
    """What a file holds."""

    name: str
    nodes: int
    depot: int
    streets: tuple[Street, ...]
    capacity: int
    vehicles: int | None = None
    """Most vehicles; None for as many as wanted."""
    turns: Mapping[tuple[int, int, int], int] | None = None
    """Cost of each turn that may be made, by its three nodes; None where every turn is free."""
    posts: Sequence[tuple[int, int]] = field(default=())
    """Nodes that need service, with their demand."""
    optimum: int | None = None
    """The best cost by the file's own word."""
    longest: int | None = None
    """Most that a route may take; None for as much as it needs."""
    first: int = 1
    """Number of the first node in the file; here it is 0."""


def instance(graph: Graph) -> Instance:
    """What is to be routed on a graph. Raises BadInstance where something cannot be reached."""
    arcs: list[tuple[int, int, int]] = []
    ways: list[tuple[int, int]] = []
    needed = [s for s in graph.streets if s.required]
    index: list[tuple[int, int]] = []
    for street in graph.streets:
        arcs.append((street.start, street.end, street.cost))
        if not street.one_way:
            arcs.append((street.end, street.start, street.cost))
        index.append((len(arcs) - (1 if street.one_way else 2), len(arcs) - 1))
    ends = np.array([(a, b) for a, b, _ in arcs] or np.zeros((0, 2)), dtype=np.int64).reshape(-1, 2)
    cost = np.array([c for _, _, c in arcs], dtype=np.int64)
    used = [i for street, pair in zip(graph.streets, index, strict=True) if street.required for i in pair]
    used = list(dict.fromkeys(used))
    place = {arc: i + 1 for i, arc in enumerate(used)}
    ways = [
        (place[pair[0]], place[pair[1]])
        for street, pair in zip(graph.streets, index, strict=True)
        if street.required
    ]
    if graph.turns is None:
        posts = [node for node, _ in graph.posts]
        between = _between(graph.nodes, ends, cost)
        leave = np.array([graph.depot, *ends[used, 1], *posts], dtype=np.int64)
        enter = np.array([graph.depot, *ends[used, 0], *posts], dtype=np.int64)
        deadhead = between[np.ix_(leave, enter)]
        ways += [(len(used) + 1 + i, len(used) + 1 + i) for i in range(len(posts))]
    else:
        if graph.posts:
            raise BadInstance(f"{graph.name}: required nodes together with turn penalties are not routed")
        deadhead = _over_turns(graph, ends, cost)[
            np.ix_([0, *(a + 1 for a in used)], [0, *(a + 1 for a in used)])
        ]
    service = [s.cost if s.service is None else s.service for s in needed] + [0] * len(graph.posts)
    return Instance(
        graph.name,
        np.array(ways, dtype=np.int64).reshape(-1, 2),
        deadhead.astype(np.int32),
        np.array(service, dtype=np.int64),
        np.array([s.demand for s in needed] + [demand for _, demand in graph.posts], dtype=np.int64),
        (Vehicle(0, graph.capacity, graph.longest or 2**40, graph.vehicles),),
    )


def served(graph: Graph, routes: Sequence[Route]) -> list[list[tuple[int, int]]]:
    """For each route the streets it serves, in order and as they are driven: (from, to) by the file's numbers."""
    needed = [(s.start, s.end, s.one_way) for s in graph.streets if s.required]
    needed += [(node, node, True) for node, _ in graph.posts]
    found = []
    for route in routes:
        streets = []
        for task, way in route.visits:
            start, end, one_way = needed[task]
            if way and not one_way:
                start, end = end, start
            streets.append((start + graph.first, end + graph.first))
        found.append(streets)
    return found


def _shortest(
    size: int, starts: Sequence[int], ends: Sequence[int], costs: Sequence[int]
) -> NDArray[np.int64]:
    best: dict[tuple[int, int], int] = {}
    for a, b, c in zip(starts, ends, costs, strict=True):
        best[a, b] = min(c, best.get((a, b), c))
    keys = np.array(list(best), dtype=np.int64).reshape(-1, 2)
    # A cost of nothing must stay a link: costs are raised by far less than the smallest difference.
    weights = np.array(list(best.values()), dtype=float) + 1e-7
    found = dijkstra(csr_matrix((weights, (keys[:, 0], keys[:, 1])), shape=(size, size)))
    return np.where(np.isfinite(found), np.rint(np.where(np.isfinite(found), found, 0)), UNREACHABLE).astype(
        np.int64
    )


def _between(nodes: int, ends: NDArray[np.int64], cost: NDArray[np.int64]) -> NDArray[np.int64]:
    """[node, node] shortest ways."""
    return _shortest(nodes, ends[:, 0].tolist(), ends[:, 1].tolist(), cost.tolist())


def _over_turns(graph: Graph, ends: NDArray[np.int64], cost: NDArray[np.int64]) -> NDArray[np.int64]:
    """[arc, arc] ways from the end of one arc to the start of another, turns included; arc 0 is the depot."""
    assert graph.turns is not None
    leaving: dict[int, list[int]] = {}
    for arc, (start, _) in enumerate(ends.tolist()):
        leaving.setdefault(start, []).append(arc)
    links = [(0, arc + 1, int(cost[arc])) for arc in leaving.get(graph.depot, [])]
    for arc, (start, end) in enumerate(ends.tolist()):
        for following in leaving.get(end, []):
            turn = graph.turns.get((start, end, int(ends[following, 1])))
            if turn is not None:
                links.append((arc + 1, following + 1, turn + int(cost[following])))
    size = len(ends) + 1
    found = (
        _shortest(size, *map(list, zip(*links, strict=True))) if links else np.full((size, size), UNREACHABLE)
    )
    # Home again: on arrival at the depot, without a turn.
    home = np.flatnonzero(ends[:, 1] == graph.depot) + 1
    back = found[:, home].min(axis=1, initial=UNREACHABLE)
    back[0], back[home] = 0, 0
    lead = np.concatenate([[0], cost])
    found = np.where(found < UNREACHABLE, found - lead, UNREACHABLE)
    np.fill_diagonal(found, UNREACHABLE)
    found[:, 0] = back
    return found
