"""What work on water the reports call for: pump, clear inlets, close, guard, sandbag, each with a reason.

The command post decides on reported depths and on the gauges of its underpasses and waterlogging points.
Weights stand on the scale of the snow's class weights, so that both hazards' work can be ranked together.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from simulation.hazards.advice import CLASS_WEIGHT
from simulation.model import PlaceKind, Verb
from simulation.situation import Jobs, Reported
from simulation.work import BAG_HEIGHT, INLET_SPACING
from simulation.world import World

GAUGED: tuple[PlaceKind, ...] = ("waterlogging", "underpass")
"""Places with a water gauge, as GB 50014 asks for underpasses."""
SHELTERED: tuple[PlaceKind, ...] = ("hospital", "fire_station", "school", "metro")
"""Places that sandbags are for."""
GAUGE_TICK = 300
TREND_READINGS = 3
"""Gauge readings over which a rise is reckoned: 15 minutes."""
CLOSE_LEAD = 2400
"""s ahead for which an underpass's depth is reckoned: the police need 20 min, words 5, and some to spare."""
CLOSE_SHARE = 0.6
"""Share of the closing depth at which a barrier is called for whatever the trend (15 of 25 cm: flood.md 2f)."""
WATCH_DEPTH = 0.10
"""m at which a place is watched (Tianjin warns at 10 cm)."""
WET = 0.02
"""m that counts as standing water."""
DIRTY = 0.15
"""Share of inlet capacity lost from which clearing is called for (setting, no source)."""
CLOSE_WEIGHT, GUARD_WEIGHT, SANDBAG_WEIGHT, UNDERPASS_WEIGHT = 30.0, 4.0, 6.0, 1.5
"""Urgency beside the class weights 8-1 (settings, no source): people in a filling underpass come first."""
DEEPEST = 2.0
"""Times its limit up to which more water makes pumping more urgent (setting, no source)."""


class _Job(NamedTuple):
    verb: Verb
    target: str
    place: int
    segment: int
    weight: float
    need: float
    reason: str


class FloodAdvice:
    """Knows the lie of the district, keeps the gauges' last readings, and lists the work."""

    def __init__(self, world: World, can_clog: np.ndarray) -> None:
        """``can_clog`` (nodes,) bool: where debris and clearing have an effect."""
        network, count = world.network, len(world.nodes)
        self._can_clog = can_clog
        low = [world.node_index.get(s.low_point or "", -1) for s in network.segments]
        self._node = np.array(low, int)
        known = self._node >= 0
        self._weight = np.ones(count)
        np.maximum.at(self._weight, self._node[known], CLASS_WEIGHT[network.priority[known] - 1])
        length = np.bincount(self._node[known], network.length[known], count)
        self._inlets = np.maximum(2.0, 2 * length / INLET_SPACING)
        self._underpasses = np.flatnonzero(network.underpass & known)
        self._weight[self._node[self._underpasses]] *= UNDERPASS_WEIGHT
        nodes = [
            (p, world.node_index[p.drain_node])
            for p in world.places.values()
            if p.drain_node is not None and p.drain_node in world.node_index
        ]
        self._guarded = [(p.id, node) for p, node in nodes if p.kind in GAUGED]
        self._gauged = np.array(sorted({node for _, node in self._guarded}), int)
        self._readings: list[np.ndarray] = []
        self._sheltered = [
            (p.id, self._roads_at(world, p.id)) for p in world.places.values() if p.kind in SHELTERED
        ]

    @staticmethod
    def _roads_at(world: World, place: str) -> np.ndarray:
        """(k,) segments at a place: its own, and those that meet at its junction."""
        network, junction = world.network, world.place_node[place]
        found = set(np.flatnonzero((network.tail == junction) | (network.head == junction)))
        own = world.places[place].segment
        return np.array(sorted(found | ({network.segment_index[own]} if own else set())), int)

    def read_gauges(self, world: World) -> None:
        """Keep the gauges' readings, every five minutes."""
        if world.t % GAUGE_TICK == 0:
            self._readings = [
                *self._readings[-TREND_READINGS:],
                world.fields["node_depth"][self._gauged].copy(),
            ]

    def outlook(self, reported: Reported) -> np.ndarray:
        """(nodes,) m of water expected within ``CLOSE_LEAD``: the last report, and at gauges its rise."""
        depth = reported.node_depth.copy()
        if len(self._readings) > 1:
            span = (len(self._readings) - 1) * GAUGE_TICK
            rise = np.maximum(self._readings[-1] - self._readings[0], 0.0) / span
            depth[self._gauged] += rise * CLOSE_LEAD
        return depth

    def jobs(self, world: World, reported: Reported, volume: np.ndarray) -> Jobs:
        """One row for each piece of work; ``volume`` (nodes,) m3 that stands at the reported depths."""
        rows = [
            *self._close(world, reported),
            *self._pump(world, reported, volume),
            *self._guard(world, reported),
            *self._sandbag(world, reported),
            *self._clear(world, reported),
        ]
        held = {key: len(holders) for key, holders in world.claims.items()}
        return Jobs(
            verbs=tuple((row.verb,) for row in rows),
            target=tuple(row.target for row in rows),
            place=np.array([row.place for row in rows], int),
            segment=np.array([row.segment for row in rows], int),
            weight=np.array([row.weight for row in rows], float),
            need=np.array([row.need for row in rows], float),
            rate=np.zeros(len(rows)),
            crews=np.array([held.get((row.verb, row.target), 0) for row in rows], int),
            reason=tuple(row.reason for row in rows),
        )

    def _close(self, world: World, reported: Reported) -> Iterator[_Job]:
        """Underpasses that are near their closing depth, or will be before a barrier could stand."""
        limit = world.scenario.goals.close_depth
        outlook = self.outlook(reported)
        for segment in self._underpasses:
            node = self._node[segment]
            if reported.closed[segment]:
                continue
            filling = reported.node_depth[node] >= CLOSE_SHARE * limit
            if filling or outlook[node] >= limit:
                name, place = world.network.segments[segment].id, int(world.network.tail[segment])
                reason = "underpass_deep" if filling else "underpass_filling"
                yield _Job(
                    "close",
                    name,
                    place,
                    int(segment),
                    CLOSE_WEIGHT,
                    float(world.network.area[segment]),
                    reason,
                )

    def _pump(self, world: World, reported: Reported, volume: np.ndarray) -> Iterator[_Job]:
        """Nodes with more water than a lane may carry, where a road leads to them."""
        limit = world.scenario.goals.depth_limit
        for node in np.flatnonzero((reported.node_depth > limit) & (world.node_junction >= 0)):
            depth = float(reported.node_depth[node])
            weight = self._weight[node] * min(depth / limit, DEEPEST)
            place = int(world.node_junction[node])
            need = float(volume[node])
            yield _Job("pump", world.nodes[node], place, -1, weight, need, "water_over_limit")

    def _guard(self, world: World, reported: Reported) -> Iterator[_Job]:
        """Gauged places under a standing order, or with water to watch."""
        standing = "guard_waterlogging" in world.standing
        for place, node in self._guarded:
            watched = reported.node_depth[node] >= WATCH_DEPTH
            if standing or watched:
                weight = GUARD_WEIGHT * (1.5 if watched else 1.0)
                reason = "water_to_watch" if watched else "standing_guard"
                yield _Job("guard", place, world.place_node[place], -1, weight, 1.0, reason)

    def _sandbag(self, world: World, reported: Reported) -> Iterator[_Job]:
        """Hospitals, fire stations, schools and metro entrances on a road with water."""
        for place, roads in self._sheltered:
            dry = not len(roads) or reported.water_depth[roads].max() < WATCH_DEPTH
            if not dry and world.protection.get(place, 0.0) < BAG_HEIGHT:
                yield _Job(
                    "sandbag", place, world.place_node[place], -1, SANDBAG_WEIGHT, 1.0, "water_at_place"
                )

    def _clear(self, world: World, reported: Reported) -> Iterator[_Job]:
        """Clogged inlets: at the known waterlogging points, which are inspected, and where water is reported."""
        known = np.zeros(len(world.nodes), bool)
        known[self._gauged] = True
        wet = reported.node_depth >= WET
        dirty = self._can_clog & (world.fields["clog"] >= DIRTY) & (world.node_junction >= 0)
        for node in np.flatnonzero(dirty & (known | wet)):
            weight = self._weight[node] * (1.0 if wet[node] else 0.5)
            yield _Job(
                "clear_inlet", world.nodes[node], int(world.node_junction[node]), -1, weight,
                float(self._inlets[node]), "inlets_clogged",
            )  # fmt: skip
