"""Command: warnings -> response level -> call-out and standing orders; reports with their age.

Orders go down through district, street office and community with a relay delay at each tier; reports
come up the same way. What the command post has not been told, it does not know.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator

import numpy as np
import simpy

from simulation.chance import keyed_uniform
from simulation.hazards.ahead import look
from simulation.model import LEVELS, Scenario, Tier, Verb
from simulation.orders import level_rank
from simulation.situation import Message, Outlook, Reported
from simulation.teams import Crew, is_callable
from simulation.weather import Forecaster
from simulation.work import HAZARD_VERBS, close_segment
from simulation.world import World

REPORT_TICK = 300
OBSERVED = ("snow", "ice", "road_temperature", "water_depth", "obstacle", "film")
"""Fields that a look at a segment tells, in the order of ``Reports.values``."""
TIERS_BELOW: dict[Tier, tuple[Tier, ...]] = {
    "city": ("city", "district"),
    "district": ("district",),
    "street": ("district", "street"),
    "community": ("district", "street", "community"),
}
"""Tiers an order passes from the district's command post to a crew."""


def relay_seconds(world: World, tier: Tier) -> int:
    """s for words between the district's command post and a tier."""
    return math.ceil(sum(world.scenario.command.relay.get(t, 0.0) for t in TIERS_BELOW[tier]))


class Reports:
    """The last report of every segment and drain node, and those still on their way up."""

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        network, command = world.network, world.scenario.command
        count = len(network)
        period = np.array(command.report_period)[network.priority - 1]
        self._period = np.maximum(REPORT_TICK, (period // REPORT_TICK) * REPORT_TICK).astype(int)
        self._gauge_period = max(REPORT_TICK, int(command.gauge_period // REPORT_TICK) * REPORT_TICK)
        draw = np.array([keyed_uniform(seed, "report.offset", s.id, 0) for s in network.segments])
        self._offset = (draw * self._period // REPORT_TICK).astype(int) * REPORT_TICK
        self._office = np.array([s.office for s in network.segments])
        self._delay = relay_seconds(world, "street")
        self._under_way: list[tuple[int, int, np.ndarray, np.ndarray]] = []
        self._lost_until: dict[str, int] = {}
        self._pairs: list[tuple[np.ndarray, np.ndarray]] = []
        self.values = np.zeros((len(OBSERVED), count))
        """Rows: snow, ice, road temperature, water depth, obstacles and wetness as last reported."""
        self.values[2] = world.scenario.storm.weather[0].air
        self.seen = np.full(count, -1, np.int64)
        self.node_depth = np.zeros(0)
        self.node_seen = np.zeros(0, np.int64)

    def start_nodes(self) -> None:
        """Called once the water hazard has declared the drain nodes."""
        world = self._world
        count = len(world.nodes)
        self.node_depth, self.node_seen = np.zeros(count), np.full(count, -1, np.int64)
        self._gauged = np.array(
            sorted({world.node_index[p.drain_node] for p in world.places.values() if p.drain_node in world.node_index}),
            int,
        )  # fmt: skip
        low = [world.node_index.get(s.low_point or "", -1) for s in world.network.segments]
        self._segment_node = np.array(low)

    def lose(self, office: str, seconds: int) -> None:
        """An office's reports stop for some time."""
        self._lost_until[office] = max(self._lost_until.get(office, 0), self._world.t + seconds)

    def collect(self) -> None:
        """Every report tick: what is due is observed and sent up; what has arrived becomes known."""
        t = self._world.t
        due = (t + self._offset) % self._period == 0
        for office, until in self._lost_until.items():
            if until > t:
                due &= self._office != office
        index = np.flatnonzero(due)
        if len(index):
            self._under_way.append((t + self._delay, t, index, self._true(index)))
        while self._under_way and self._under_way[0][0] <= t:
            _, seen, arrived, values = self._under_way.pop(0)
            self._learn(arrived, values, seen)
        if len(self.node_depth) and t % self._gauge_period == 0:
            self.node_depth[self._gauged] = self._world.fields["node_depth"][self._gauged]
            self.node_seen[self._gauged] = t

    def observe(self, segment: int) -> None:
        """A crew sees a segment and says so by radio at once."""
        for row, field in self._observed():
            row[segment] = field[segment]
        self.seen[segment] = self._world.t
        if len(self.node_depth):
            node = self._segment_node[segment]
            if node >= 0:
                self.node_depth[node], self.node_seen[node] = self.values[3, segment], self._world.t

    def _observed(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """(row of ``values``, field of the world) for each field that is simulated, paired once: fields are
        changed in place."""
        if not self._pairs:
            fields = self._world.fields
            self._pairs = [(self.values[i], fields[n]) for i, n in enumerate(OBSERVED) if n in fields]
        return self._pairs

    def _true(self, index: np.ndarray) -> np.ndarray:
        fields = self._world.fields
        values = np.zeros((len(OBSERVED), len(index)))
        for row, name in enumerate(OBSERVED):
            if name in fields:
                values[row] = fields[name][index]
        return values

    def _learn(self, index: np.ndarray, values: np.ndarray, seen: int) -> None:
        newer = self.seen[index] <= seen
        if not newer.all():
            index, values = index[newer], values[:, newer]
        self.values[:, index] = values
        self.seen[index] = seen
        if len(self.node_depth):
            node = self._segment_node[index]
            known = (node >= 0) & (self.node_seen[node] <= seen)
            self.node_depth[node[known]] = values[3][known]
            self.node_seen[node[known]] = seen

    def reported(self) -> Reported:
        """A copy for a situation. What is closed by order is known at once, an obstacle once it is seen."""
        snow, ice, temperature, water, obstacle, film = self.values.copy()
        return Reported(
            snow, ice, temperature, water, self.seen.copy(), self.node_depth.copy(), self.node_seen.copy(),
            self._world.closed | (obstacle > 0), film,
        )  # fmt: skip


def level_schedule(scenario: Scenario) -> list[tuple[int, int]]:
    """(second, level 1-4, 0 for none) at which levels are declared: by history's timeline, else by the rules."""
    command, warnings = scenario.command, scenario.storm.warnings
    if command.timeline:
        history = sorted(command.timeline, key=lambda change: change.t)
        return [(max(0, int(c.t)), level_rank(c.level)) for c in history]
    plan = [
        (max(0, int(w.t + rule.delay)), level_rank(rule.level))
        for w in warnings
        for rule in command.rules
        if rule.hazard == w.hazard and rule.colour == w.colour
    ]
    highest, steps = 0, []
    for second, level in sorted(plan):
        if level > highest:
            highest = level
            steps.append((second, level))
    return steps


class CommandPost:
    """Response level, call-out and messages; its processes run on the WORK beat, before any decision."""

    def __init__(
        self, world: World, crews: list[Crew], forecaster: Forecaster, attention: Callable[[str], None]
    ) -> None:
        self._world, self._crews, self._forecaster = world, crews, forecaster
        self._attention = attention
        self._asked = frozenset[Verb]().union(*(HAZARD_VERBS[h] for h in world.scenario.hazards))
        self._seen: Outlook | None = None
        self.messages: list[Message] = []
        """Not yet shown in a situation."""
        clock, scenario = world.clock, world.scenario
        for warning in scenario.storm.warnings:
            if warning.t >= 0:
                clock.process(self._warn(int(warning.t), warning.hazard, warning.colour))
            else:
                self._tell_warning(warning.hazard, warning.colour, int(warning.t))
        if scenario.respond:
            for second, level in level_schedule(scenario):
                clock.process(self._declare_at(second, level))

    def _warn(self, second: int, hazard: str, colour: str) -> Generator[simpy.Event, object, None]:
        yield self._world.clock.wait(second)
        self._tell_warning(hazard, colour, second)
        self._attention("warning")

    def _tell_warning(self, hazard: str, colour: str, second: int) -> None:
        self._world.note("warning", "", hazard, "", second, colour)
        self.messages.append(Message(second, "warning", hazard, colour, colour))

    def _declare_at(self, second: int, level: int) -> Generator[simpy.Event, object, None]:
        """A rule never takes back what the command post has declared; history's timeline says what was."""
        yield self._world.clock.wait(second)
        if self._world.scenario.command.timeline or level > self._world.level:
            self.declare(level)

    def declare(self, level: int) -> None:
        """A response level comes into force: call out, stand down, standing orders."""
        world = self._world
        if level == world.level:
            return
        world.level = level
        name = LEVELS[level - 1] if level else "none"
        world.note("level", "", "", "", level, name)
        self.messages.append(Message(world.t, "level", name, name, name))
        for crew in self._crews:
            if self._calls(crew):
                if not crew.active:
                    world.clock.process(self._call(crew))
            elif crew.active:
                crew.stand_down()
        before, world.standing = world.standing, self._standing_at(level)
        if "close_underpasses" in world.standing - before:
            self.close_by_police([int(i) for i in np.flatnonzero(world.network.underpass)])
        self._attention("level")

    def _standing_at(self, level: int) -> set[str]:
        """The standing orders that hold at a level; barriers that are up stay until somebody opens them."""
        scenario = self._world.scenario
        return {
            order.act
            for order in scenario.command.standing_orders
            if level_rank(order.level) <= level and order.hazard in scenario.hazards
        }

    def _calls(self, crew: Crew) -> bool:
        """Whether the level in force calls this crew out: its team, and for work there may be."""
        return is_callable(crew.team, self._world.level) and not self._asked.isdisjoint(crew.verbs)

    def _call(self, crew: Crew) -> Generator[simpy.Event, object, None]:
        yield self._world.clock.wait(relay_seconds(self._world, crew.team.tier))
        if self._calls(crew):
            crew.call_out()

    def close_by_police(self, segments: list[int]) -> None:
        """The police put barriers up after the relay and their own delay."""

        def act() -> Generator[simpy.Event, object, None]:
            delay = relay_seconds(self._world, "district") + self._world.scenario.command.police_delay
            yield self._world.clock.wait(math.ceil(delay))
            for segment in segments:
                close_segment(self._world, segment, "police")

        self._world.clock.process(act())

    def look_ahead(self) -> None:
        """What the forecast says in a few figures; the advice rests on it."""
        outlook = self._forecaster.at(self._world.t)
        if outlook is not self._seen:
            self._seen, self._world.ahead = outlook, look(outlook)
