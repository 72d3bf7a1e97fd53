"""The road graph: junctions, arcs, travel times and paths on the roads of the moment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from simulation.model import Segment

EARTH_RADIUS = 6_371_008.8
"""Mean radius of the Earth, m (IUGG)."""


class Network:
    """Segments as arrays, in the order of ``City.segments``; junctions in order of first appearance.

    A two-way segment gives two arcs, a one-way segment one. Parallel segments between two junctions are
    kept; a path takes the quickest of them.
    """

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = tuple(segments)
        self.segment_index = {s.id: i for i, s in enumerate(self.segments)}
        self.by_low_point: dict[str, list[int]] = {}
        """Drain node -> segments whose low point it is."""
        for i, segment in enumerate(self.segments):
            if segment.low_point:
                self.by_low_point.setdefault(segment.low_point, []).append(i)
        self.ids = np.array([s.id for s in self.segments], object)
        names: dict[str, int] = {}
        places: list[tuple[float, float]] = []
        for segment in self.segments:
            for junction, point in ((segment.start, segment.line[0]), (segment.end, segment.line[-1])):
                if junction not in names:
                    names[junction] = len(names)
                    places.append(point)
        self.junctions = tuple(names)
        self.junction_index = names
        self.lon, self.lat = np.array(places, float).T
        column = {
            name: np.array([getattr(s, name) for s in self.segments])
            for name in ("length", "lanes", "width", "speed", "priority", "oneway")
        }
        self.length, self.width, self.speed = (column[n].astype(float) for n in ("length", "width", "speed"))
        self.lanes, self.priority = column["lanes"].astype(int), column["priority"].astype(int)
        self.oneway = column["oneway"].astype(bool)
        self.area = self.length * self.width
        """(segments,) m2 of carriageway."""
        self.lane_length = self.length * self.lanes
        self.tail = np.array([names[s.start] for s in self.segments])
        self.head = np.array([names[s.end] for s in self.segments])
        self.bridge = np.array([s.structure == "bridge" for s in self.segments])
        self.underpass = np.array([s.structure in ("underpass", "tunnel") for s in self.segments])
        self._build_arcs()
        for array in vars(self).values():  # situations hand the network out
            if isinstance(array, np.ndarray):
                array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.segments)

    def _build_arcs(self) -> None:
        index = np.arange(len(self.segments))
        back = index[~self.oneway]
        tail, head = np.r_[self.tail, self.head[back]], np.r_[self.head, self.tail[back]]
        segment = np.r_[index, back]
        order = np.lexsort((segment, head, tail))
        tail, head, self._arc_segment = tail[order], head[order], segment[order]
        new_pair = np.r_[True, (np.diff(tail) != 0) | (np.diff(head) != 0)]
        self._group = np.flatnonzero(new_pair)
        self._pair_tail, self._pair_head = tail[self._group], head[self._group]
        count = len(self.junctions)
        self._indptr = np.searchsorted(self._pair_tail, np.arange(count + 1)).astype(np.int32)
        self._indices = self._pair_head.astype(np.int32)
        single = np.diff(np.r_[self._group, len(segment)]) == 1
        pairs = zip(self._pair_tail[single].tolist(), self._pair_head[single].tolist(), strict=True)
        self._only_way = dict(zip(pairs, self._arc_segment[self._group[single]].tolist(), strict=True))
        self.free_flow = self.length / self.speed
        """(segments,) s at free flow."""

    def graph(self, seconds: np.ndarray) -> csr_matrix:
        """(junctions, junctions) sparse: s between neighbours when segments take ``seconds``."""
        weight = np.minimum.reduceat(seconds[self._arc_segment], self._group)
        size = len(self.junctions)
        return csr_matrix((weight, self._indices, self._indptr), shape=(size, size))

    def segment_seconds(self, factor: np.ndarray | None = None) -> np.ndarray:
        """(segments,) s to drive each segment at ``factor`` of free-flow speed; inf where it is 0."""
        if factor is None:
            return self.free_flow
        with np.errstate(divide="ignore"):
            return np.where(factor > 0, self.free_flow / factor, np.inf)

    def times_from(self, node: int, factor: np.ndarray | None = None) -> np.ndarray:
        """(junctions,) s from ``node`` by the quickest way; inf where there is none."""
        return dijkstra(self.graph(self.segment_seconds(factor)), indices=node)

    def times_to(self, node: int, factor: np.ndarray | None = None) -> np.ndarray:
        """(junctions,) s from every junction to ``node``; inf where there is no way."""
        return dijkstra(self.graph(self.segment_seconds(factor)).T.tocsr(), indices=node)

    def segment_between(self, start: int, end: int, seconds: np.ndarray) -> int:
        """The quickest segment from one junction to a neighbour. Raises KeyError if there is none."""
        only = self._only_way.get((start, end))
        if only is not None:
            return only
        low, high = self._indptr[start], self._indptr[start + 1]
        position = low + int(np.searchsorted(self._indices[low:high], end))
        if position >= high or self._indices[position] != end:
            raise KeyError(f"no segment leads from {self.junctions[start]} to {self.junctions[end]}")
        first = self._group[position]
        last = self._group[position + 1] if position + 1 < len(self._group) else len(self._arc_segment)
        choices = self._arc_segment[first:last]
        return int(choices[np.argmin(seconds[choices])])

    def nearest(self, lon: float, lat: float) -> int:
        """Index of the junction nearest to a point."""
        return int(np.argmin(distances(lon, lat, self.lon, self.lat)))

    def strong_components(self, factor: np.ndarray | None = None) -> np.ndarray:
        """(junctions,) label of the strongly connected part each junction is in, passable arcs only."""
        graph = self.graph(self.segment_seconds(factor))
        keep = np.isfinite(graph.data)
        pairs = (self._pair_tail[keep], self._pair_head[keep])
        size = len(self.junctions)
        return connected_components(
            csr_matrix((np.ones(int(keep.sum())), pairs), shape=(size, size)), connection="strong"
        )[1]


class Routes:
    """Shortest-path trees round one set of blocked segments, each searched for once."""

    def __init__(self, network: Network, blocked: np.ndarray) -> None:
        self._network = network
        self.blocked = blocked.tobytes()
        """A byte a segment: 1 where nobody gets through."""
        self._seconds = np.where(blocked, np.inf, network.free_flow)
        self._graph = network.graph(self._seconds)
        self._trees: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def times(self, start: int) -> np.ndarray:
        """(junctions,) free-flow seconds from ``start`` round what is blocked."""
        return self._tree(start)[0]

    def path(self, start: int, end: int) -> list[tuple[int, int]] | None:
        """The way as (segment, junction it leads to) hops; None where nothing leads there."""
        if start == end:
            return []
        before = self._tree(start)[1]
        if before[end] < 0:
            return None
        hops: list[tuple[int, int]] = []
        node = end
        while node != start:
            previous = int(before[node])
            hops.append((self._network.segment_between(previous, node, self._seconds), node))
            node = previous
        hops.reverse()
        return hops

    def _tree(self, start: int) -> tuple[np.ndarray, np.ndarray]:
        if start not in self._trees:
            self._trees[start] = dijkstra(self._graph, indices=start, return_predecessors=True)
        return self._trees[start]


def distances(lon: float, lat: float, lons: np.ndarray, lats: np.ndarray) -> np.ndarray:
    """Metres from a point to each of many points, on a local plane (error below 0.1 % within 50 km)."""
    x = np.radians(lons - lon) * np.cos(np.radians((lats + lat) / 2))
    y = np.radians(lats - lat)
    return EARTH_RADIUS * np.hypot(x, y)
