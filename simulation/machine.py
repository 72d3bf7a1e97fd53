"""A crew's machine: where it is, what it carries and burns; how it drives, loads, refuels and fails."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass

import simpy

from simulation.model import Kind, Material
from simulation.roadwork import Process
from simulation.world import World

COMMERCIAL_REFUEL = 20 * 60
"""s at a public station, where the district keeps no fuel of its own (setting)."""
NO_FUEL = 4 * 3600
"""s that a machine stands where no depot has fuel left, before it asks again (setting)."""
BULK = 1000.0
"""kg of hopper from which a loader and its bay are needed; less is carried by hand (setting)."""
FUEL_RESERVE = 0.1
"""Share of the tank at which it goes to refuel (setting)."""
ENOUGH = 0.5
"""Share of what a job needs that makes a short load worth driving with (setting)."""
BLOCKED_WAIT = 300
BLOCKED_TRIES = 6
CRAWL = 0.05
"""Least share of free-flow speed at which a machine still moves (setting)."""

Errand = Generator[simpy.Event, object, bool]


class Stranded(Exception):
    """No way leads to where it must go."""


class BreakOff(Exception):
    """Something goes before what the crew is at: other orders, a repair, rest, fuel."""


@dataclass(kw_only=True, eq=False, repr=False)
class Machine:
    """What moves, carries, burns and wears out. Only its crew's process and orders change it."""

    world: World
    id: str
    kind: Kind
    depot: int
    """Its depot (index into ``Fleet.depots``)."""
    material: str
    """What the hopper carries; empty where it carries nothing."""
    observe: Callable[[int], None]
    """Tells the command post what is seen on a segment."""
    activity: str = "off"
    node: int = 0
    load: float = 0.0
    fuel: float = 0.0
    operating: float = 0.0
    """s of work and travel since the last failure."""
    busy_seconds: int = 0
    broken_for: int = 0
    """s of a breakdown that has struck but is not yet dealt with."""
    missed_call: bool = False
    """Words came while it could not be reached."""

    def __post_init__(self) -> None:
        self.node = int(self.world.depot_node[self.depot])
        self.fuel = self.kind.fuel_tank
        self.spreads = self.material if "spread" in self.kind.abilities else ""
        """The material it spreads."""
        self._next_failure = self._draw_failure()

    @property
    def grit(self) -> Material | None:
        """What it spreads, de-icer or abrasive; None where it has none."""
        column = self.world.material_index.get(self.spreads)
        return None if column is None else self.world.scenario.fleet.materials[column]

    @property
    def low_on_fuel(self) -> bool:
        """Whether it must refuel before anything else."""
        return bool(self.kind.fuel_tank) and self.fuel < FUEL_RESERVE * self.kind.fuel_tank

    # ------------------------------------------------------------------ driving

    def travel(self, destination: int) -> Process:
        """Hop by hop; round what is closed; raises Stranded when no way opens for half an hour."""
        tries = 0
        while self.node != destination:
            path = self.world.routes[self.kind.wading_depth].path(self.node, destination)
            if path is None:
                tries += 1
                if tries > BLOCKED_TRIES:
                    raise Stranded
                self.activity = "stranded"
                yield self.world.clock.wait(BLOCKED_WAIT)
                continue
            self.activity = "travel"
            yield from self._drive(path)

    def _drive(self, path: list[tuple[int, int]]) -> Process:
        """Along a path until it ends or the next hop is blocked. Called off on a hop, it counts as at the
        nearer end of it."""
        world = self.world
        for segment, leads_to in path:
            if world.routes[self.kind.wading_depth].blocked[segment]:
                self.observe(segment)
                return
            seconds, began = math.ceil(self._hop_seconds(segment)), world.t
            try:
                yield world.clock.wait(seconds)
            finally:
                driven = world.t - began
                if 2 * driven >= seconds:
                    self.node = leads_to
                self.operate(driven)
            self.observe(segment)
            if self.broken_for:
                raise BreakOff

    def _hop_seconds(self, segment: int) -> float:
        network = self.world.network
        speed = network.speed[segment] * max(self.world.speed_factor[segment], CRAWL)
        return float(network.length[segment] / min(self.kind.travel_speed, speed))

    def drive_seconds(self, path: list[tuple[int, int]]) -> float:
        """s along a path on the roads of the moment."""
        return sum(self._hop_seconds(segment) for segment, _ in path)

    # ------------------------------------------------------------------ material

    def stock_up(self, material: str, need: float) -> Errand:
        """Have ``need`` kg of a material aboard, or a full hopper, or half of it where no depot has more;
        False (returned) where there is less."""
        if not self.kind.hopper or material not in self.world.material_index:
            return False
        need = min(need, self.kind.hopper)
        if self.material == material and self.load >= 0.999 * need:
            return True
        return (yield from self._refill(material, need))

    def _refill(self, material: str, need: float) -> Errand:
        """Load at the nearest depot that has the material, and at the next where it ran out meanwhile."""
        world, tried = self.world, set[int]()
        while (depot := self._nearest_depot(world.material_index[material], tried)) is not None:
            tried.add(depot)
            yield from self.travel(int(world.depot_node[depot]))
            if world.stock[depot, world.material_index[material]] > 0:
                yield from self._fill(depot, material)
                if self.load >= ENOUGH * need:
                    return True
        return self.material == material and self.load > 0

    def _fill(self, depot: int, material: str) -> Process:
        """Wait for a bay, load; raises BreakOff where words came meanwhile."""
        noun = self.world.scenario.fleet.depots[depot]
        self.activity = "refill"
        room = self.kind.hopper - (self.load if material == self.material else 0.0)
        seconds = math.ceil(noun.turnaround + room / noun.loading_rate)
        if self.kind.hopper < BULK:
            yield self.world.clock.wait(seconds)
        else:
            with self.world.bays[depot].request() as bay:
                yield bay
                yield self.world.clock.wait(seconds)
        self.take_aboard(depot, material)
        self.activity = "standby"
        if self.missed_call:
            raise BreakOff

    def take_aboard(self, depot: int, material: str) -> None:
        """Fill the hopper from a depot's stock; another material that is in it goes back first."""
        world = self.world
        column = world.material_index.get(material)
        if column is None or not self.kind.hopper:
            return
        if material != self.material:
            if self.load:
                world.stock[depot, world.material_index[self.material]] += self.load
            self.material, self.load = material, 0.0
        taken = min(self.kind.hopper - self.load, float(world.stock[depot, column]))
        if taken > 0:
            world.stock[depot, column] -= taken
            self.load += taken
            name = world.scenario.fleet.depots[depot].id
            world.note("refill", self.id, name, material, taken)
            if world.stock[depot, column] <= 0 and self.activity != "mustering":
                world.note("stockout", self.id, name, material)

    def _nearest_depot(self, column: int, tried: set[int]) -> int | None:
        """The nearest depot with stock, one that is cut off last; None where no depot has any."""
        times = self.world.routes[self.kind.wading_depth].times(self.node)
        stocked = [
            (float(times[node]), i)
            for i, node in enumerate(self.world.depot_node)
            if i not in tried and self.world.stock[i, column] > 0
        ]
        return min(stocked)[1] if stocked else None

    # ------------------------------------------------------------------ wear and fuel

    def operate(self, seconds: int) -> None:
        """Count time at work or on the road: hours, fuel, and the failure that wear may bring."""
        self.operating += seconds
        self.busy_seconds += seconds
        burned = min(self.fuel, self.kind.fuel_rate * seconds)
        self.fuel -= burned
        self.world.add("fuel.burned", burned)
        if self.operating >= self._next_failure and not self.broken_for:
            repair = self.kind.repair_time * self.world.chance.lognormal("repair", self.id, 0.5)
            self.broken_for = max(60, math.ceil(repair))
            self.operating, self._next_failure = 0.0, self._draw_failure()

    def _draw_failure(self) -> float:
        mean = self.kind.mean_time_between_failures
        return self.world.chance.exponential("failure", self.id, mean) if mean else math.inf

    def refuel(self) -> Process:
        """At the nearest depot with fuel; at a public station where the district keeps none at all."""
        world = self.world
        column = next((i for i, m in enumerate(world.scenario.fleet.materials) if m.use == "fuel"), None)
        if column is None or not world.stock_given[:, column].any():
            self.activity = "refuel"
            yield world.clock.wait(COMMERCIAL_REFUEL)
            world.add("fuel.bought", self.kind.fuel_tank - self.fuel)
            self.fuel = self.kind.fuel_tank
        elif (depot := self._nearest_depot(column, set())) is None:
            fuel = world.scenario.fleet.materials[column].id
            world.note("stockout", self.id, fuel, "refuel", self.kind.fuel_tank - self.fuel)
            self.broken_for = NO_FUEL
            return
        else:
            yield from self.travel(int(world.depot_node[depot]))
            yield from self._fill_tank(depot, column)
        self.activity = "standby"

    def _fill_tank(self, depot: int, column: int) -> Process:
        world, noun = self.world, self.world.scenario.fleet.depots[depot]
        self.activity = "refuel"
        with world.bays[depot].request() as bay:
            yield bay
            yield world.clock.wait(math.ceil(noun.turnaround))
        taken = min(self.kind.fuel_tank - self.fuel, float(world.stock[depot, column]))
        world.stock[depot, column] -= taken
        self.fuel += taken
        world.note("refuel", self.id, noun.id, "", taken)
