"""A crew's life as a SimPy process: call-out, travel, work, refill, refuel, rest, break down.

A crew is one machine with its people. It takes orders, drives hop by hop over the roads of the moment,
and tells the command post what it sees.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import numpy as np
import simpy

from simulation import work
from simulation.model import Equipment, Fleet, Kind, Material, Team, Verb
from simulation.orders import Assign, level_rank
from simulation.work import Process
from simulation.world import World

ACTIVITIES = (
    "off", "mustering", "standby", "travel", "setup", "work", "refill", "refuel", "rest", "broken", "absent",
    "stranded",
)  # fmt: skip
"""Codes of the field ``crew_activity``."""
HANDOVER = 20 * 60
"""s for a relief crew to take over a machine at its depot (setting)."""
COMMERCIAL_REFUEL = 20 * 60
"""s at a public station, where the district keeps no fuel of its own (setting)."""
BULK = 1000.0
"""kg of hopper from which a loader and its bay are needed; less is carried by hand (setting)."""
FUEL_RESERVE = 0.1
BLOCKED_WAIT = 300
BLOCKED_TRIES = 6
UNINTERRUPTIBLE = ("off", "mustering", "refill", "refuel", "rest", "broken", "absent")


Errand = Generator[simpy.Event, object, bool]


class Stranded(Exception):
    """No way leads to the target."""


class Unsupplied(Exception):
    """No depot has what the work needs."""


@dataclass
class Crew:
    """The state and the process of one crew. Only its own process and the engine's orders change it."""

    world: World
    id: str
    index: int
    kind: Kind
    team: Team
    depot: int
    material: str
    on_idle: Callable[[str], None]
    observe: Callable[[int], None]
    """Tells the command post what the crew sees on a segment."""
    activity: str = "off"
    node: int = 0
    load: float = 0.0
    fuel: float = 0.0
    promised: Assign | None = None
    """The order that the command post gave last; on its way until it is ``order``."""
    order: Assign | None = None
    """The order that has reached the crew."""
    targets: list[str] = field(default_factory=list)
    """What is left of it."""
    recalled: bool = False
    until: int = 0
    """End of a rest or repair."""
    duty_start: int = 0
    operating: float = 0.0
    """s of work and travel since the last repair."""
    busy_seconds: int = 0
    overtime: int = 0
    active: bool = False
    absent: bool = False
    broken_for: int = 0
    """s of a breakdown that has struck but is not yet dealt with."""

    def __post_init__(self) -> None:
        self.node = int(self.world.depot_node[self.depot])
        self.fuel = self.kind.fuel_tank
        self.verbs: tuple[Verb, ...] = tuple(v for v in self.kind.abilities if v in self.team.skills)
        self._wake: simpy.Event | None = None
        self._next_failure = self._draw_failure()
        self.process = self.world.clock.process(self._life())

    # ------------------------------------------------------------------ orders from outside

    def call_out(self) -> None:
        """The response level calls this crew to duty."""
        self.active = True
        if self.activity == "off":
            self._nudge()

    def stand_down(self) -> None:
        """The response is over: drive home and go off duty."""
        self.active = False
        self.receive(None)

    def receive(self, order: Assign | None) -> None:
        """A new order has reached the crew; None = stop and go home."""
        self._drop_targets()
        self.order, self.recalled = order, order is None
        self.targets = list(order.targets) if order else []
        self._nudge()

    def break_down(self, seconds: int) -> None:
        """The machine fails now."""
        self.broken_for = max(self.broken_for, seconds)
        self._nudge()

    def stay_away(self) -> None:
        """The crew does not come, or leaves."""
        self.absent = True
        self._drop_all()
        self._nudge()

    @property
    def total_overtime(self) -> int:
        """s beyond the longest duty so far, the present duty included."""
        if self.activity in ("off", "mustering", "rest", "absent"):
            return self.overtime
        return self.overtime + max(0, int(self.world.t - self.duty_start - self.team.max_duty))

    @property
    def idle(self) -> bool:
        """Waits for an order, and none is on its way."""
        return self.activity == "standby" and self.promised is None

    @property
    def duty_left(self) -> float:
        """s until rest or relief is due."""
        return max(0.0, self.team.max_duty - (self.world.t - self.duty_start))

    @property
    def material_noun(self) -> Material:
        """What the hopper carries."""
        return self.world.scenario.fleet.materials[self.world.material_index[self.material]]

    def _nudge(self) -> None:
        if self._wake is not None and not self._wake.triggered:
            self._wake.succeed()
        elif self.activity not in UNINTERRUPTIBLE and self.process.is_alive and self._wake is None:
            self.process.interrupt("order")

    # ------------------------------------------------------------------ life

    def _life(self) -> Process:
        while True:
            try:
                yield from self._next_thing()
            except simpy.Interrupt:
                continue
            except Stranded:
                self._give_up("blocked")
            except Unsupplied:
                self._give_up("unsupplied")

    def _next_thing(self) -> Process:
        if self.absent:
            if self.activity != "absent":
                self.world.note("absent", self.id)
            self._set("absent")
            yield from self._sleep(None)
        elif self.broken_for:
            yield from self._repair()
        elif not self.active:
            yield from self._go_off()
        elif self.activity in ("off", "mustering"):
            yield from self._muster()
        elif self.duty_left <= 0:
            yield from self._rest()
        elif self.kind.fuel_tank and self.fuel < FUEL_RESERVE * self.kind.fuel_tank:
            yield from self._refuel()
        elif self.targets:
            yield from self._do(self.targets[0])
        elif self.recalled:
            yield from self._go_home()
        else:
            yield from self._wait_for_order()

    def _muster(self) -> Process:
        self._set("mustering")
        start = self.world.scenario.storm.start
        second = (start.hour * 3600 + start.minute * 60 + start.second + self.world.t) % 86400
        on_duty = self.team.duty_from <= second < self.team.duty_to or second + 86400 < self.team.duty_to
        delay = self.team.muster if on_duty else self.team.callout_delay
        delay *= self.world.chance.lognormal("muster", self.id, 0.2)
        yield self.world.clock.wait(math.ceil(delay))
        self.duty_start = self.world.t
        self._set("standby")
        self._load_at_depot(self.depot)
        self.world.note("muster", self.id)

    def _wait_for_order(self) -> Process:
        if self.promised is self.order:
            self.promised = None
        self.order = None
        self._set("standby")
        if self.idle:
            self.on_idle(self.id)
        yield from self._sleep(max(1, math.ceil(self.duty_left)))

    def _go_home(self) -> Process:
        yield from self._travel(int(self.world.depot_node[self.depot]), None)
        self.recalled = False

    def _sleep(self, seconds: int | None) -> Process:
        """Wait to be woken, at most so long."""
        self._wake = self.world.clock.event()
        try:
            if seconds is None:
                yield self._wake
            else:
                yield self._wake | self.world.clock.wait(seconds)
        finally:
            self._wake = None

    def _do(self, target: str) -> Process:
        order = self.order
        assert order is not None
        verbs = order.verbs
        if work.ROAD_VERBS.intersection(verbs):
            yield from self._do_segment(order, target)
        else:
            yield from self._do_site(verbs[0], target)
        if self.order is order and self.targets and self.targets[0] == target:
            self._finish(target)

    def _finish(self, target: str) -> None:
        assert self.order is not None
        for verb in self.order.verbs:
            self.world.claims.release(verb, target, self.id)
        self.targets.pop(0)
        self.world.note("done", self.id, target, "+".join(self.order.verbs))

    def _give_up(self, why: str) -> None:
        """The first target cannot be worked on: drop it and say why."""
        if self.targets and self.order is not None:
            target = self.targets.pop(0)
            for verb in self.order.verbs:
                self.world.claims.release(verb, target, self.id)
            self.world.note(why, self.id, target, "+".join(self.order.verbs))
        self.recalled = False

    def _drop_targets(self) -> None:
        """Let go of what is left of the present order, but for what a newer promise holds."""
        if self.order is not None:
            release(self.world, self.order, self.id, keep=self.promised)
        self.targets = []

    def _drop_all(self) -> None:
        """Let go of the present order and of any that is on its way."""
        for order in (self.order, self.promised):
            if order is not None:
                release(self.world, order, self.id)
        self.order = self.promised = None
        self.targets = []

    # ------------------------------------------------------------------ road work

    def _do_segment(self, order: Assign, target: str) -> Process:
        network = self.world.network
        segment = network.segment_index[target]
        verbs, dose = order.verbs, 0.0
        if "spread" in verbs:
            dose = work.advised_dose(self.world, self, segment, order.rate)
            need = dose * float(network.area[segment])
            short = self.load < 0.999 * min(need, self.kind.hopper)
            if short and not (yield from self._refill(need)):
                verbs = tuple(v for v in verbs if v != "spread")
                if not verbs:
                    raise Unsupplied
        start = self._entry(segment)
        yield from self._travel(start, order)
        self._set("work")
        began = self.world.t
        try:
            yield from work.road_work(self.world, self, segment, verbs, dose)
        finally:
            self._operate(self.world.t - began)
            self.observe(segment)
        self.node = int(network.head[segment] if start == network.tail[segment] else network.tail[segment])

    def _entry(self, segment: int) -> int:
        """The end from which the crew drives in: its start if one-way, else the nearer one."""
        network = self.world.network
        tail, head = int(network.tail[segment]), int(network.head[segment])
        if network.oneway[segment] or self.node == tail:
            return tail
        if self.node == head:
            return head
        times = self.world.routes[self.kind.wading_depth].times(self.node)
        return tail if times[tail] <= times[head] else head

    def _refill(self, need: float) -> Errand:
        """Load at the nearest depot that has the material; False (returned) where none has any."""
        world, column = self.world, self.world.material_index.get(self.material)
        if column is None:
            return False
        tried: set[int] = set()
        while True:
            depot = self._nearest_depot(column, tried)
            if depot is None:
                return False
            yield from self._travel(int(world.depot_node[depot]), None)
            if world.stock[depot, column] > 0:
                break
            tried.add(depot)
        noun = world.scenario.fleet.depots[depot]
        self._set("refill")
        wanted = self.kind.hopper - self.load
        seconds = math.ceil(noun.turnaround + wanted / noun.loading_rate)
        if self.kind.hopper < BULK:
            yield world.clock.wait(seconds)
        else:
            with world.bays[depot].request() as bay:
                yield bay
                yield world.clock.wait(seconds)
        self._load_at_depot(depot)
        self._set("standby")
        return self.load >= min(need, self.kind.hopper) * 0.5

    def _load_at_depot(self, depot: int) -> None:
        column = self.world.material_index.get(self.material)
        if column is None or not self.kind.hopper:
            return
        taken = min(self.kind.hopper - self.load, float(self.world.stock[depot, column]))
        if taken > 0:
            self.world.stock[depot, column] -= taken
            self.load += taken
            name = self.world.scenario.fleet.depots[depot].id
            self.world.note("refill", self.id, name, self.material, taken)
            if self.world.stock[depot, column] <= 0:
                self.world.note("stockout", self.id, name, self.material)

    def _nearest_depot(self, column: int, tried: set[int]) -> int | None:
        times = self.world.routes[self.kind.wading_depth].times(self.node)
        open_depots = [
            (float(times[node]), i)
            for i, node in enumerate(self.world.depot_node)
            if i not in tried and self.world.stock[i, column] > 0 and np.isfinite(times[node])
        ]
        return min(open_depots)[1] if open_depots else None

    # ------------------------------------------------------------------ site work

    def _do_site(self, verb: Verb, target: str) -> Process:
        world = self.world
        if verb == "sandbag":
            material, mass = work.bags_mass(world)
            self.material = material or self.material
            if self.load < mass and not (yield from self._refill(mass)):
                raise Unsupplied
        yield from self._travel(target_node(world, verb, target), self.order)
        began = world.t
        try:
            yield from work.site_work(world, self, verb, target)
        finally:
            self._operate(world.t - began)

    # ------------------------------------------------------------------ travel

    def _travel(self, destination: int, order: Assign | None) -> Process:
        """Hop by hop; round what is closed; raises Stranded when no way opens for half an hour."""
        world, routes = self.world, self.world.routes[self.kind.wading_depth]
        if order is not None and self.node != destination:
            world.note("depart", self.id, order.targets[0] if not self.targets else self.targets[0])
        tries = 0
        while self.node != destination:
            path = routes.path(self.node, destination)
            if path is None:
                tries += 1
                if tries > BLOCKED_TRIES:
                    raise Stranded
                self._set("stranded")
                yield world.clock.wait(BLOCKED_WAIT)
                continue
            self._set("travel")
            yield from self._drive(path)
        if order is not None and order is self.order and order is not self._arrived_for:
            self._arrived_for = order
            world.note("arrive", self.id, self.targets[0] if self.targets else "", "+".join(order.verbs))

    _arrived_for: Assign | None = None

    def _drive(self, path: list[tuple[int, int]]) -> Process:
        """Along a path until it ends or the next hop is blocked."""
        world, top = self.world, self.kind.travel_speed
        network = world.network
        depth = world.water_depth()
        for segment, leads_to in path:
            if (
                world.closed[segment]
                or world.obstructed_until[segment] > world.t
                or depth[segment] > self.kind.wading_depth
            ):
                return
            speed = min(top, network.speed[segment] * max(world.speed_factor[segment], 0.05))
            seconds = math.ceil(network.length[segment] / speed)
            yield world.clock.wait(seconds)
            self.node = leads_to
            self._operate(seconds)
            self.observe(segment)

    # ------------------------------------------------------------------ wear, fuel, rest

    def _operate(self, seconds: float) -> None:
        self.operating += seconds
        self.busy_seconds += int(seconds)
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

    def _repair(self) -> Process:
        """Stand where it failed until it runs again; its targets go back to the list."""
        seconds, self.broken_for = self.broken_for, 0
        self._set("broken")
        self._drop_all()
        self.until = self.world.t + seconds
        self.world.note("breakdown", self.id, "", "", seconds)
        yield self.world.clock.wait(seconds)
        self.world.note("repaired", self.id)
        self._set("standby")

    def _refuel(self) -> Process:
        """At the nearest depot with fuel; at a public station where the district keeps none at all."""
        world = self.world
        column = next((i for i, m in enumerate(world.scenario.fleet.materials) if m.use == "fuel"), None)
        wanted = self.kind.fuel_tank - self.fuel
        if column is None or not world.stock_start[:, column].any():
            self._set("refuel")
            yield world.clock.wait(COMMERCIAL_REFUEL)
            world.add("fuel.bought", wanted)
            self.fuel += wanted
        else:
            depot = self._nearest_depot(column, set())
            if depot is None:
                world.note("stockout", self.id, world.scenario.fleet.materials[column].id, "refuel", wanted)
                self.broken_for = 4 * 3600
                return
            yield from self._travel(int(world.depot_node[depot]), None)
            self._set("refuel")
            noun = world.scenario.fleet.depots[depot]
            with world.bays[depot].request() as bay:
                yield bay
                yield world.clock.wait(math.ceil(noun.turnaround))
                taken = min(wanted, float(world.stock[depot, column]))
                world.stock[depot, column] -= taken
                self.fuel += taken
            world.note("refuel", self.id, noun.id, "", taken)
        self._set("standby")

    def _rest(self) -> Process:
        """Home; a relief crew takes over, or the crew rests."""
        world = self.world
        self._drop_all()
        yield from self._travel(int(world.depot_node[self.depot]), None)
        self.overtime += max(0, int(world.t - self.duty_start - self.team.max_duty))
        seconds = HANDOVER if self.team.relief > 1 else math.ceil(self.team.rest)
        self._set("rest")
        self.until = world.t + seconds
        world.note("relief" if self.team.relief > 1 else "rest", self.id, "", "", seconds)
        yield world.clock.wait(seconds)
        self.duty_start = world.t
        self._set("standby")

    def _go_off(self) -> Process:
        if self.activity != "off":
            yield from self._travel(int(self.world.depot_node[self.depot]), None)
            self.overtime += max(0, int(self.world.t - self.duty_start - self.team.max_duty))
            self._set("off")
        yield from self._sleep(None)
        if self.active:
            self._set("mustering")

    def _set(self, activity: str) -> None:
        self.activity = activity


def target_node(world: World, verb: Verb, target: str) -> int:
    """Junction at which site work on a target is done; -1 where no road leads to a drain node."""
    if work.TARGETS[verb] == "segment":
        return int(world.network.tail[world.network.segment_index[target]])
    if work.TARGETS[verb] == "place":
        return world.place_node[target]
    return int(world.node_junction[world.node_index[target]])


def release(world: World, order: Assign, crew: str, keep: Assign | None = None) -> None:
    """Let go of everything an order claimed, but for what another order holds too."""
    for target in order.targets:
        for verb in order.verbs:
            if keep is None or target not in keep.targets or verb not in keep.verbs:
                world.claims.release(verb, target, crew)


def roster(fleet: Fleet) -> list[tuple[str, Equipment, Kind, Team]]:
    """Every crew a fleet fields, in file order: (crew id, equipment row, kind, team)."""
    kinds = {k.id: k for k in fleet.kinds}
    teams = {t.id: t for t in fleet.teams}
    return [
        (f"{row.id}/{n + 1}", row, kinds[row.kind], teams[row.team])
        for row in fleet.equipment
        for n in range(row.count)
    ]


def starting_material(fleet: Fleet, row: Equipment, kind: Kind, depot: str) -> str:
    """What a hopper is filled with at first: the row's, else the depot's first de-icer."""
    if row.material or not kind.hopper:
        return row.material
    deicers = {m.id for m in fleet.materials if m.use == "deicer"}
    held = [s.material for s in fleet.stock if s.depot == depot and s.material in deicers and s.amount > 0]
    if held:
        return held[0]
    return next((m.id for m in fleet.materials if m.use == "deicer"), "")


def is_callable(team: Team, level: int) -> bool:
    """Whether a response level (0-4) calls a team out."""
    return level >= level_rank(team.callout)
