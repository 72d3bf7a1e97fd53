"""A crew's life as a SimPy process: call-out, orders, work, rest, breakdown, going off duty.

A crew is one machine with its people. It takes orders, drives hop by hop over the roads of the moment,
and tells the command post what it sees.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import simpy

from simulation import footways, hauling, roadwork, work
from simulation.machine import BreakOff, Machine, Stranded
from simulation.model import Equipment, Fleet, Kind, Team, Verb
from simulation.orders import Assign, level_rank
from simulation.roadwork import Process
from simulation.world import World

ACTIVITIES = (
    "off", "mustering", "standby", "travel", "setup", "work", "refill", "refuel", "rest", "broken", "absent",
    "stranded",
)  # fmt: skip
"""Codes of the field ``crew_activity``."""
HANDOVER = 20 * 60
"""s for a relief crew to take over a machine at its depot (setting)."""
UNINTERRUPTIBLE = ("off", "mustering", "refill", "refuel", "rest", "broken", "absent")


class Unsupplied(Exception):
    """No depot has what the work needs."""


@dataclass(kw_only=True, eq=False, repr=False)
class Crew(Machine):
    """The state and the process of one crew. Only its own process and the engine's orders change it."""

    team: Team
    on_idle: Callable[[str], None]
    promised: Assign | None = None
    """The order that the command post gave last; on its way until it is ``order``."""
    order: Assign | None = None
    """The order that has reached the crew."""
    since: int = 0
    """Second at which the last order was given."""
    targets: list[str] = field(default_factory=list)
    """What is left of it."""
    recalled: bool = False
    until: int = 0
    """End of a rest or repair."""
    active: bool = False
    """Called out, and not stood down again."""
    on_duty: bool = False
    """Mustered, and not yet home or at rest."""
    duty_start: int = 0
    overtime: int = 0
    """s beyond the longest duty, of the duties that have ended."""
    absent: bool = False
    outdoors: int = 0
    """s at work on foot since its people were last warm."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.verbs: tuple[Verb, ...] = tuple(v for v in self.kind.abilities if v in self.team.skills)
        self._wake: simpy.Event | None = None
        self._arrived_for: Assign | None = None
        self.process = self.world.clock.process(self._life())

    # ------------------------------------------------------------------ words from outside

    def call_out(self) -> None:
        """The response level calls this crew to duty; one on its way home stays."""
        if not self.active:
            self.active = True
            self._nudge()

    def stand_down(self) -> None:
        """The response is over: drive home and go off duty."""
        self.active = False
        self._drop_all()
        self._nudge()

    def promise(self, order: Assign | None) -> None:
        """The command post gives an order, or takes back the one on its way: claims change hands at once."""
        if order is not self.order:
            self.since = self.world.t
        self.promised = order
        self._hold_claims()

    def receive(self, order: Assign | None) -> None:
        """A new order has reached the crew; None = stop and go home."""
        self.order, self.promised, self.recalled = order, order, order is None
        self.targets = list(order.targets) if order else []
        self._hold_claims()
        self._nudge()

    def break_down(self, seconds: int) -> None:
        """The machine fails now."""
        self.broken_for = max(self.broken_for, seconds)
        self._nudge()

    def stay_away(self) -> None:
        """The crew does not come, or leaves."""
        self.absent = True
        self._end_duty()
        self._drop_all()
        self._nudge()

    def _nudge(self) -> None:
        """Bring the crew to look at what it should do next, now or as soon as it can be reached."""
        if self._wake is not None:
            if not self._wake.triggered:
                self._wake.succeed()
        elif self.activity in UNINTERRUPTIBLE:
            self.missed_call = True
        else:
            self.process.interrupt("order")

    # ------------------------------------------------------------------ state

    @property
    def total_overtime(self) -> int:
        """s beyond the longest duty so far, the present duty included."""
        if not self.on_duty:
            return self.overtime
        return self.overtime + max(0, int(self.world.t - self.duty_start - self.team.max_duty))

    @property
    def idle(self) -> bool:
        """Waits for an order, and none is on its way."""
        return self.activity == "standby" and self.promised is None

    def duty_left(self, t: int) -> float:
        """s from second ``t`` until rest or relief is due; a whole duty for those who are not on one."""
        if not self.on_duty:
            return self.team.max_duty
        left = self.team.max_duty - (t - self.duty_start)
        return left if left > 0.0 else 0.0

    @property
    def must_stop(self) -> bool:
        """Whether repair, rest or fuel goes before any work."""
        return bool(self.broken_for) or self.duty_left(self.world.t) <= 0 or self.low_on_fuel

    @property
    def home(self) -> int:
        """Junction of its depot."""
        return int(self.world.depot_node[self.depot])

    # ------------------------------------------------------------------ life

    def _life(self) -> Process:
        while True:
            try:
                yield from self._next_thing()
            except (simpy.Interrupt, BreakOff):
                continue
            except Stranded:
                self._give_up("blocked")
            except Unsupplied:
                self._give_up("unsupplied")
            except hauling.NoDump:
                self._give_up("no_dump")

    def _next_thing(self) -> Process:
        self.missed_call = False
        if self.absent:
            yield from self._stay_absent()
        elif self.broken_for:
            yield from self._repair()
        elif not self.active:
            yield from self._go_off()
        elif not self.on_duty:
            yield from self._muster()
        elif self.duty_left(self.world.t) <= 0:
            yield from self._rest()
        elif self.low_on_fuel:
            yield from self.refuel()
        elif self.targets:
            yield from self._do(self.targets[0])
        elif self.recalled:
            yield from self.travel(self.home)
            self.recalled = False
        else:
            yield from self._wait_for_order()

    def _stay_absent(self) -> Process:
        if self.activity != "absent":
            self.activity = "absent"
            self.world.note("absent", self.id)
        yield from self._sleep(None)

    def _muster(self) -> Process:
        self.activity = "mustering"
        start = self.world.scenario.storm.start
        second = (start.hour * 3600 + start.minute * 60 + start.second + self.world.t) % 86400
        in_hours = self.team.duty_from <= second < self.team.duty_to or second + 86400 < self.team.duty_to
        delay = self.team.muster if in_hours else self.team.callout_delay
        delay *= self.world.chance.lognormal("muster", self.id, 0.2)
        yield self.world.clock.wait(math.ceil(delay))
        self.take_aboard(self.depot, self.material)
        self._begin_duty()
        self.world.note("muster", self.id)

    def _begin_duty(self) -> None:
        self.on_duty, self.duty_start, self.activity = True, self.world.t, "standby"
        self.outdoors = 0

    def _end_duty(self) -> None:
        self.overtime, self.on_duty = self.total_overtime, False

    def _wait_for_order(self) -> Process:
        if self.promised is self.order:
            self.promised = None
        self.order = None
        self.activity = "standby"
        if self.idle:
            self.on_idle(self.id)
        yield from self._sleep(max(1, math.ceil(self.duty_left(self.world.t))))

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

    def _repair(self) -> Process:
        """Stand where it failed until it runs again; its targets go back to the list."""
        seconds, self.broken_for = self.broken_for, 0
        self.activity = "broken"
        self._drop_all()
        self.until = self.world.t + seconds
        self.world.note("breakdown", self.id, "", "", seconds)
        yield self.world.clock.wait(seconds)
        self.world.note("repaired", self.id)
        self.activity = "standby"

    def _rest(self) -> Process:
        """Home; a relief crew takes over, or the crew rests."""
        world = self.world
        self._drop_all()
        yield from self.travel(self.home)
        self._end_duty()
        seconds = HANDOVER if self.team.relief > 1 else math.ceil(self.team.rest)
        self.activity = "rest"
        self.until = world.t + seconds
        world.note("relief" if self.team.relief > 1 else "rest", self.id, "", "", seconds)
        yield world.clock.wait(seconds)
        self._begin_duty()

    def _go_off(self) -> Process:
        if self.on_duty:
            yield from self.travel(self.home)
            self._end_duty()
        self.activity, self.recalled = "off", False
        yield from self._sleep(None)

    # ------------------------------------------------------------------ orders

    def _do(self, target: str) -> Process:
        order = self.order
        assert order is not None
        if work.ROAD_VERBS.intersection(order.verbs):
            yield from self._do_segment(order, target)
        else:
            yield from self._do_site(order, target)
        if self.order is order and self.targets[:1] == [target]:
            self._let_go()
            self.world.note("done", self.id, target, "+".join(order.verbs))

    def _give_up(self, why: str) -> None:
        """The first target cannot be worked on: drop it and say why."""
        if self.targets and self.order is not None:
            target = self._let_go()
            self.world.note(why, self.id, target, "+".join(self.order.verbs))
        self.recalled = False

    def _let_go(self) -> str:
        target = self.targets.pop(0)
        self._hold_claims()
        return target

    def _drop_all(self) -> None:
        """Let go of the present order and of any that is on its way."""
        self.order = self.promised = None
        self.targets, self.recalled = [], False
        self._hold_claims()

    def _hold_claims(self) -> None:
        """Claim what is left of the order and all of one that is on its way; nothing else."""
        verbs = self.order.verbs if self.order else ()
        pairs = [(verb, target) for target in self.targets for verb in verbs]
        if self.promised is not None and self.promised is not self.order:
            pairs += [(verb, target) for target in self.promised.targets for verb in self.promised.verbs]
        self.world.claims.hold(self.id, pairs)

    # ------------------------------------------------------------------ work

    def _do_segment(self, order: Assign, target: str) -> Process:
        """Treat a road; one that others have finished since the order was given is passed over.

        The crew ends at the other end of it: on a tour along a road the passes go out and come back.
        """
        network = self.world.network
        segment = network.segment_index[target]
        verbs, dose = order.verbs, 0.0
        if self._served(order, segment):
            return
        if "spread" in verbs:
            dose = roadwork.advised_dose(self.world, self, segment, order.rate)
            if not (yield from self.stock_up(self.spreads, dose * float(network.area[segment]))):
                verbs = tuple(v for v in verbs if v != "spread")
                if not verbs:
                    raise Unsupplied
        start = self._entry(segment)
        yield from self._go(start, order)
        if self.world.fields["obstacle"][segment]:
            self.observe(segment)
            raise Stranded
        if self._served(order, segment):
            return
        self.activity = "work"
        try:
            yield from self._treat(segment, verbs, dose)
        finally:
            self.observe(segment)
        self.node = int(network.head[segment] if start == network.tail[segment] else network.tail[segment])

    def _treat(self, segment: int, verbs: tuple[Verb, ...], dose: float) -> Process:
        if passing := tuple(v for v in verbs if v in roadwork.PASSING):
            yield from roadwork.road_work(self.world, self, segment, passing, dose)
        if "haul" in verbs:
            yield from hauling.haul(self.world, self, segment)
        if footways.VERB in verbs:
            yield from footways.clear(self.world, self, segment)

    def _served(self, order: Assign, segment: int) -> bool:
        return roadwork.served_by_others(self.world, self, segment, order.verbs[0], self.since)

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

    def _do_site(self, order: Assign, target: str) -> Process:
        verb = order.verbs[0]
        if verb == "sandbag":
            material, mass = work.bags_mass(self.world)
            if not (yield from self.stock_up(material, mass)):
                raise Unsupplied
        yield from self._go(target_node(self.world, verb, target), order)
        yield from work.site_work(self.world, self, verb, target)

    def _go(self, destination: int, order: Assign) -> Process:
        """Drive to the work; the first arrival on an order is told."""
        if self.node != destination:
            self.world.note("depart", self.id, self.targets[0])
        yield from self.travel(destination)
        if order is not self._arrived_for:
            self._arrived_for = order
            self.world.note("arrive", self.id, self.targets[0], "+".join(order.verbs))

    def toil(self, seconds: int, unless: simpy.Event | None = None) -> Process:
        """Let working time pass, with its wear; less of it where ``unless`` happens first."""
        began = self.world.t
        try:
            wait = self.world.clock.wait(seconds)
            yield wait if unless is None else wait | unless
        finally:
            self.operate(self.world.t - began)

    @property
    def stint_left(self) -> int:
        """s that its people may still stay outdoors."""
        return max(1, int(self.kind.stint) - self.outdoors) if self.kind.stint else 10**9

    def warm_up(self) -> Process:
        """Warm up if a stint is over; raises BreakOff where words came meanwhile."""
        if not self.kind.stint or self.outdoors < self.kind.stint:
            return
        self.activity, self.until = "rest", self.world.t + footways.WARM_UP
        self.world.note("warm_up", self.id, "", "", footways.WARM_UP)
        yield self.world.clock.wait(footways.WARM_UP)
        self.outdoors, self.activity = 0, "work"
        if self.missed_call:
            raise BreakOff

    def keep_at_it(self, seconds: int) -> Process:
        """The same in work that has no end of its own; raises BreakOff when repair, rest or fuel is due."""
        yield from self.toil(seconds)
        if self.must_stop:
            raise BreakOff


def target_node(world: World, verb: Verb, target: str) -> int:
    """Junction at which site work on a target is done; -1 where no road leads to a drain node."""
    if work.TARGETS[verb] == "segment":
        return int(world.network.tail[world.network.segment_index[target]])
    if work.TARGETS[verb] == "place":
        return world.place_node[target]
    return int(world.node_junction[world.node_index[target]])


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
    """What a hopper is filled with at first: the row's, else what the kind's work takes: the depot's first
    de-icer for those that spread, the first bags for those that lay sandbags, nothing for others."""
    if row.material or not kind.hopper:
        return row.material
    use = "deicer" if "spread" in kind.abilities else "bag" if "sandbag" in kind.abilities else ""
    fitting = [m.id for m in fleet.materials if m.use == use]
    held = [s.material for s in fleet.stock if s.depot == depot and s.material in fitting and s.amount > 0]
    return next(iter(held + fitting), "")


def is_callable(team: Team, level: int) -> bool:
    """Whether a response level (0-4) calls a team out."""
    return level >= level_rank(team.callout)
