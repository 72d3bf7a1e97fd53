"""What does not change during a run: where things lie, what each kind can do, who loads where."""

from __future__ import annotations

import numpy as np

from simulation import roadwork
from simulation.hauling import UNLOADING
from simulation.hazards.snow import deicer
from simulation.model import Kind, Place, Scenario
from simulation.network import EARTH_RADIUS, Network, distances
from simulation.situation import CrewReport, Situation

DETOUR = 1.3
"""Way over straight line on a street grid (4/pi = 1.27 for a square grid)."""


class Ground:
    """A scenario's city and fleet, laid out for quick reckoning."""

    def __init__(self, scenario: Scenario) -> None:
        network = Network(scenario.city.segments)
        latitude = float(np.radians(network.lat.mean()))
        self.x = np.radians(network.lon - network.lon[0]) * np.cos(latitude) * EARTH_RADIUS
        self.y = np.radians(network.lat - network.lat[0]) * EARTH_RADIUS
        """(junctions,) m on a local plane."""
        self.tail, self.head, self.oneway = network.tail, network.head, network.oneway
        self.length, self.width, self.area = network.length, network.width, network.area
        self.major = network.priority <= 2
        self.limit = np.array(scenario.goals.clear_limit)[network.priority - 1]
        """(segments,) kg/m2 of snow and ice that a clear road may carry."""
        self.snow = scenario.physics.snow
        self.deicer = deicer(scenario.fleet.materials)
        self._free_speed = float(network.speed @ network.length / network.length.sum())
        """m/s, mean over the network by length."""
        self.part = network.strong_components()
        fleet = scenario.fleet
        self.kinds: dict[str, Kind] = {k.id: k for k in fleet.kinds}
        self.depots = fleet.depots
        self.depot_node = np.array(
            [np.argmin(distances(d.lon, d.lat, network.lon, network.lat)) for d in fleet.depots]
        )
        self.material = {m.id: i for i, m in enumerate(fleet.materials)}
        self._network = network
        self._strips: dict[tuple[str, bool], np.ndarray] = {}
        self._dump_metres = self._to_nearest([p for p in scenario.city.places if p.kind == "dump_site"])

    def _to_nearest(self, places: list[Place]) -> np.ndarray:
        """(segments,) estimated way from each segment to the nearest of some places, m; 0 where there are none."""
        nodes = [self._network.nearest(p.lon, p.lat) for p in places]
        ways = [self.metres(node, self.tail) for node in nodes]
        return np.min(ways, axis=0) if ways else np.zeros(len(self.tail))

    def strips(self, kind: Kind, ploughing: bool) -> np.ndarray:
        """(segments,) passes in which a machine treats each whole carriageway."""
        key = (kind.id, ploughing)
        if key not in self._strips:
            self._strips[key] = roadwork.strips(self._network, kind, ploughing)
        return self._strips[key]

    def haul_rate(self, kind: Kind, segment: np.ndarray, speed: float) -> np.ndarray:
        """(m,) m3/s that a set moves from each segment to the nearest dump site. Mirrors ``simulation.hauling``."""
        loading = max(kind.haul_rate, 1e-6)
        if not kind.trucks:
            return np.full(len(segment), loading)
        away = 2 * self._dump_metres[segment] / min(kind.travel_speed, speed) + UNLOADING
        return np.minimum(loading, kind.trucks * kind.truck_volume / (away + kind.truck_volume / loading))

    def metres(self, node: int, nodes: np.ndarray) -> np.ndarray:
        """Estimated way from a junction to each of ``nodes``, m."""
        return DETOUR * np.hypot(self.x[nodes] - self.x[node], self.y[nodes] - self.y[node])

    def flow(self, situation: Situation) -> float:
        """m/s at which traffic moves on the reported roads, mean over the town."""
        return max(0.5, self._free_speed * float(situation.travel_factor.mean()))

    def check(self, situation: Situation) -> None:
        """Raises ValueError, in words, where a situation is not one of this scenario."""
        if len(situation.network) != len(self.length):
            roads, known = len(situation.network), len(self.length)
            raise ValueError(f"the situation has {roads} road segments, the scenario {known}: it is of another city")
        if unknown := sorted({c.kind for c in situation.crews} - set(self.kinds)):
            raise ValueError(f"the situation has a crew of kind '{unknown[0]}', which the scenario's fleet has not")
        if situation.stock.shape != (len(self.depots), len(self.material)):
            shape = "x".join(map(str, situation.stock.shape))
            wanted = f"{len(self.depots)} depots by {len(self.material)} materials"
            raise ValueError(f"the situation's stock is {shape}, not {wanted}")

    def has_stock(self, crew: CrewReport, situation: Situation) -> bool:
        """Whether a depot holds what the crew's hopper takes."""
        column = self.material.get(crew.material)
        return column is not None and bool((situation.stock[:, column] > 0).any())

    def refill(self, crew: CrewReport, situation: Situation, speed: float) -> tuple[int, float]:
        """The nearest depot with the crew's material, and the seconds to be there and loaded.

        Raises ValueError where no depot has any: ask ``has_stock`` first.
        """
        held = np.flatnonzero(situation.stock[:, self.material[crew.material]] > 0)
        way = self.metres(crew.node, self.depot_node[held])
        depot = int(held[np.argmin(way)])
        noun, missing = self.depots[depot], self.kinds[crew.kind].hopper - crew.load
        seconds = float(way.min()) / speed + noun.turnaround + missing / noun.loading_rate
        return depot, seconds
