"""The state of a run: named arrays with unit and dimension, stocks, claims, closures, events.

Processes read only the world. Each array has one writer, named here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import simpy

from simulation.chance import Chance
from simulation.clock import Clock
from simulation.hazards.ahead import Ahead
from simulation.hazards.streets import swept, vehicle
from simulation.model import Place, Scenario, Verb
from simulation.network import Network, Routes
from simulation.record import Event, FieldSpec

if TYPE_CHECKING:
    from simulation.roadwork import Strips

LONG_AGO = -(10**9)
KEPT_ROUTES = 8
"""Sets of blocked segments whose path trees are kept."""


class Claims:
    """Who is on which target: the one table, with ``hold`` as its only writer."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], list[str]] = {}
        self._of_crew: dict[str, list[tuple[str, str]]] = {}

    def holders(self, verb: str, target: str) -> list[str]:
        """Crews that hold this (verb, target), in the order they took it."""
        return self._held.get((verb, target), [])

    def hold(self, crew: str, pairs: Iterable[tuple[str, str]]) -> None:
        """From now on a crew holds exactly these (verb, target): the rest it lets go."""
        wanted = dict.fromkeys(pairs)
        for pair in self._of_crew.get(crew, []):
            if pair not in wanted:
                self._held[pair].remove(crew)
                if not self._held[pair]:
                    del self._held[pair]
        for pair in wanted:
            holders = self._held.setdefault(pair, [])
            if crew not in holders:
                holders.append(crew)
        self._of_crew[crew] = list(wanted)

    def items(self) -> list[tuple[tuple[str, str], list[str]]]:
        """All (verb, target) that are held, with their holders."""
        return list(self._held.items())


@dataclass
class World:
    """Everything that is true now. Built by the engine; hazards add their fields in ``start``."""

    scenario: Scenario
    clock: Clock
    chance: Chance
    network: Network
    fields: dict[str, np.ndarray] = field(default_factory=dict)
    """Name -> array over segments or nodes. Written by the hazard that declares it, and by finished work."""
    specs: dict[str, FieldSpec] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    claims: Claims = field(default_factory=Claims)

    nodes: tuple[str, ...] = ()
    """Drain nodes; set by the water hazard."""
    node_index: dict[str, int] = field(default_factory=dict)
    pumps: tuple[str, ...] = ()
    """Pump links of the drain model; set by the water hazard."""

    level: int = 0
    """Response level in force, 0 (none) to 4 (I); written by command."""

    standing: set[str] = field(default_factory=set)
    """Standing orders in force; written by command, read by the hazards' jobs."""

    def __post_init__(self) -> None:
        count = len(self.network)
        self.closed = np.zeros(count, bool)
        """(segments,) closed to traffic by order; written by command and by closing crews."""
        self.fields["obstacle"] = np.zeros(count)
        """(segments,) crashes and trees that block it; written by injects."""
        self.speed_factor = np.ones(count)
        """(segments,) speed over free flow left by all hazards; written by the engine after each step."""
        self.runoff = np.zeros(count)
        """(segments,) kg/m2/s of meltwater and rain leaving the carriageway; written by the snow hazard."""
        self.off_road_melt = 0.0
        """kg/m2/s of rain and meltwater from roofs, yards and parks; written by the snow hazard."""
        self.last_spread = np.full(count, LONG_AGO, np.int64)
        """(segments,) second of the last dose; written by finished passes, known to the command post."""
        self.last_pass = np.full(count, LONG_AGO, np.int64)
        """(segments,) second at which the whole road was last treated in any way; likewise."""
        self.last_footway = np.full(count, LONG_AGO, np.int64)
        """(segments,) second at which the footways were last cleared as a whole; written by finished work."""
        self.footway_area = np.zeros(count)
        """(segments,) m2 of footways, stops and footbridges; written by the snow hazard."""
        self.footway_first = np.zeros(count, bool)
        """(segments,) a hospital, school or stop stands on the footway; written by the snow hazard."""
        self.rounds: dict[tuple[int, Verb], Strips] = {}
        """(segment, leading verb) -> treatment that is under way or was left in part; written by road work."""
        self.served: dict[tuple[int, Verb], tuple[int, frozenset[str]]] = {}
        """(segment, leading verb) -> second at which the last whole treatment ended, and who had a part in it."""
        self.strips: dict[tuple[str, bool], np.ndarray] = {}
        """(kind, whether it ploughs) -> (segments,) passes of a whole treatment; reckoned when first asked for."""
        self.doses: dict[str, np.ndarray] = {}
        """Material -> (segments,) kg/m2 advised at the road temperatures of this tick; reckoned when first asked
        for, emptied by the snow hazard."""
        self.ahead = Ahead()
        """What the forecast says of the coming hours; written by command."""
        fleet = self.scenario.fleet
        self.dump_room = {p.id: p.capacity for p in self.scenario.city.places if p.kind == "dump_site"}
        """Dump site -> m3 of snow it still takes; written by hauling."""
        self.can_haul = bool(self.dump_room) and any("haul" in k.abilities for k in fleet.kinds)
        self.can_clear_footways = any("clear_footway" in k.abilities for k in fleet.kinds)
        self._wading_depths = sorted({k.wading_depth for k in fleet.kinds})
        self._known_routes: dict[bytes, Routes] = {}
        self.routes: dict[float, Routes] = {}
        """Paths for vehicles of each wading depth; shared where the same segments are blocked."""
        self.depot_index = {d.id: i for i, d in enumerate(fleet.depots)}
        self.material_index = {m.id: i for i, m in enumerate(fleet.materials)}
        self.stock = np.zeros((len(fleet.depots), len(fleet.materials)))
        """(depots, materials) kg in the yards; written by loading and transfers."""
        for item in fleet.stock:
            self.stock[self.depot_index[item.depot], self.material_index[item.material]] += item.amount
        self.stock_given = self.stock.copy()
        """(depots, materials) kg that were there at the start or that a supplier has brought since."""
        self.depot_node = np.array([self.network.nearest(d.lon, d.lat) for d in fleet.depots])
        self.places: dict[str, Place] = {p.id: p for p in self.scenario.city.places}
        self.place_node = {
            p.id: (
                int(self.network.tail[self.network.segment_index[p.segment]])
                if p.segment
                else self.network.nearest(p.lon, p.lat)
            )
            for p in self.scenario.city.places
        }
        self.protection: dict[str, float] = {}
        """Place -> m of water that sandbags keep out; written by finished work."""
        self.totals: dict[str, float] = {}
        """Running sums of the whole run, by name; each has one writer."""
        self.pump_flow: np.ndarray = np.zeros(0)
        """(nodes,) m3/s that mobile pumps can take now; written by pumping crews."""
        self.surge_flow: np.ndarray = np.zeros(0)
        """(nodes,) m3/s of extra inflow; written by injects."""
        self.node_junction: np.ndarray = np.zeros(0, int)
        """(nodes,) junction from which a drain node is reached; -1 where no road leads to it."""
        self.bays = [simpy.Resource(self.clock, d.bays) for d in fleet.depots]
        """Loading bays of each depot: the only thing that crews queue for."""
        self.power_until: np.ndarray = np.zeros(0, np.int64)
        """(pumps,) second until which a station has no power; written by injects."""
        self.block_routes()

    def set_nodes(self, nodes: tuple[str, ...], pumps: tuple[str, ...]) -> None:
        """Declare the drain model's nodes and pump links (the water hazard, at its start)."""
        self.nodes, self.pumps = nodes, pumps
        self.node_index = {n: i for i, n in enumerate(nodes)}
        self.pump_flow, self.surge_flow = np.zeros(len(nodes)), np.zeros(len(nodes))
        self.power_until = np.zeros(len(pumps), np.int64)
        self.node_junction = np.full(len(nodes), -1)
        for place in reversed(self.scenario.city.places):
            if place.drain_node in self.node_index:
                self.node_junction[self.node_index[place.drain_node]] = self.place_node[place.id]
        for i in reversed(range(len(self.network))):
            low_point = self.network.segments[i].low_point
            if low_point in self.node_index:
                self.node_junction[self.node_index[low_point]] = self.network.tail[i]

    @property
    def t(self) -> int:
        """Second of the run."""
        return self.clock._now  # type: ignore[return-value]  # asked a million times a run

    def note(
        self,
        kind: str,
        crew: str = "",
        target: str = "",
        verb: str = "",
        value: float = 0.0,
        text: str = "",
    ) -> None:
        """Write a row into the event table."""
        self.events.append(Event(self.t, kind, crew, target, verb, float(value), text))

    def add(self, total: str, amount: float) -> None:
        """Add to a whole-run sum."""
        self.totals[total] = self.totals.get(total, 0.0) + float(amount)

    def block_routes(self) -> None:
        """Bring the routes up to the closures and water of the moment."""
        obstructed, depth = self.obstructed(), self.water_depth()
        for wading_depth in self._wading_depths:
            blocked = obstructed | (depth > wading_depth) | self.torrent(wading_depth)
            key = blocked.tobytes()
            if key not in self._known_routes:
                if len(self._known_routes) >= KEPT_ROUTES:
                    del self._known_routes[next(iter(self._known_routes))]
                self._known_routes[key] = Routes(self.network, blocked)
            self.routes[wading_depth] = self._known_routes[key]

    def obstructed(self) -> np.ndarray:
        """(segments,) bool: closed by order or blocked by an obstacle, whatever the water."""
        return self.closed | (self.fields["obstacle"] > 0)

    def torrent(self, wading_depth: float) -> np.ndarray:
        """(segments,) bool: where running water carries off a machine that wades so deep, m."""
        if "water_flow" not in self.fields:
            return np.zeros(len(self.network), bool)
        return swept(vehicle(wading_depth), self.fields["water_flow"], self.fields["water_velocity"])

    def water_depth(self) -> np.ndarray:
        """(segments,) m of water; zeros where no water is simulated."""
        depth = self.fields.get("water_depth")
        return depth if depth is not None else np.zeros(len(self.network))
