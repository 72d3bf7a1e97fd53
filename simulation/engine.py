"""The engine: a run is a pure function of (scenario, seed, log).

``Simulation`` stops at each decision point; ``apply`` is the only way in; the log is the save file.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import simpy

from simulation import effects
from simulation.chance import Chance
from simulation.clock import Beat, Clock
from simulation.command import REPORT_TICK, CommandPost, Reports
from simulation.hazards import make as make_hazard
from simulation.hazards.base import Hazard
from simulation.hazards.snow import deicer
from simulation.hazards.treatment import EVERY as ADVISE_EVERY
from simulation.hazards.treatment import Advice, Adviser
from simulation.model import LEVELS, InjectRow, Scenario
from simulation.network import Network
from simulation.orders import (
    INJECTS,
    Action,
    Breakdown,
    Call,
    Closure,
    Entry,
    NoShow,
    Outage,
    Refusal,
    ReportLoss,
    Surge,
)
from simulation.record import Run, digest_of
from simulation.recorder import Recorder, material_balance
from simulation.situation import CrewReport, Dispatcher, Message, Situation, joined
from simulation.teams import Crew, roster, starting_material
from simulation.validity import refusal
from simulation.weather import Forecaster, WeatherSeries
from simulation.world import World

IDLE_BATCH = 300
"""s: crews that fall idle are gathered to the next multiple before a decision is asked for."""


class Stopped(Exception):
    """Raised by a watcher to end a run early; nothing of the run is kept."""


class Simulation:
    """One storm over one district. Use as a context manager where a drain model is in play."""

    def __init__(self, scenario: Scenario, seed: int = 0) -> None:
        self._cpu = time.process_time()
        self.scenario, self.seed = scenario, seed
        self.end = int(scenario.duration)
        self.log: list[Entry] = []
        self.clock = Clock()
        network = Network(scenario.city.segments)
        self.world = World(scenario, self.clock, Chance(seed), network)
        self._series = WeatherSeries(scenario.storm, scenario.physics.snow)
        self._forecaster = Forecaster(scenario.storm, self._series, seed)
        self._reports = Reports(self.world, seed)
        self.crews = {c.id: c for c in self._build_crews()}
        self._hazards: list[Hazard] = [make_hazard(name) for name in sorted(set(scenario.hazards))]
        self._kept_reports = [_report(c, 0) for c in self.crews.values()]
        self._ask = self.clock.event()
        self._resume: simpy.Event | None = None
        self._attention: simpy.Event = self.clock.event()
        self._why = "start"
        self._over = False
        try:
            for hazard in self._hazards:
                hazard.start(self.world)
                self.world.specs.update({spec.name: spec for spec in hazard.fields})
            if self.world.nodes:
                self._reports.start_nodes()
            crews = list(self.crews.values())
            self.command = CommandPost(self.world, crews, self._forecaster, self._call_attention)
            self._recorder = Recorder(self.world, crews, self._series)
            snowy = "snow" in scenario.hazards
            self._adviser = Adviser(self.world, deicer(scenario.fleet.materials)) if snowy else None
        except BaseException:
            self.close()
            raise
        for hazard in self._hazards:
            self.clock.process(self._physics(hazard))
        for stock in scenario.fleet.stock:
            if stock.ordered:
                self.clock.process(effects.supply(self.world, stock))
        self.clock.process(self._reporting())
        self.clock.process(self._deciding())
        self.clock.process(self._recorder.keep(self.end))

    def __enter__(self) -> Simulation:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def t(self) -> int:
        """Second of the run."""
        return self.clock.second

    # ------------------------------------------------------------------ stepping

    def advance(self, until: int | None = None) -> Situation | None:
        """Run to the next decision point, or to second ``until`` if that comes first; None at the end."""
        if self._over:
            return None
        if self._resume is not None:
            resume, self._resume = self._resume, None
            self._ask = self.clock.event()
            resume.succeed()
        if until is not None and until > self.t:
            stop = self.clock.wait(until - self.t, Beat.COMMAND)
            self.clock.run(until=simpy.AnyOf(self.clock, [stop, self._ask]))
            if not self._ask.triggered:
                return self.situation("pause")
        else:
            self.clock.run(until=self._ask)
        if self._ask.value is None:
            self._over = True
            return None
        return self.situation(str(self._ask.value))

    def apply(self, action: Action, by: str = "dispatcher") -> Refusal | None:
        """Put an order or inject into effect now; a refused one is recorded with its reason and returned.

        What the action sets going in this second happens before the call returns, so that several actions of
        one second have the same effect with a decision point between them or without, as in a replay.
        Raises RuntimeError once the storm is over.
        """
        if self._over:
            raise RuntimeError("the storm is over: nothing more can be put into effect")
        self.clock.settle(Beat.COMMAND)
        refused = refusal(self.world, self.crews, action)
        self.log.append(Entry(self.t, by, action))
        if refused is not None:
            self.world.note(
                "refused", getattr(action, "crew", ""), "", type(action).__name__, 0, str(refused)
            )
            return refused
        effects.carry_out(self.world, self.crews, self.command, self._reports, action)
        if isinstance(action, INJECTS):
            self._call_attention("inject")
        self.clock.settle(Beat.COMMAND)
        return None

    def situation(self, why: str) -> Situation:
        """What the command post may know now. Pure but for handing out new messages once."""
        self.command.look_ahead()
        reported = self._reports.reported()
        factor = np.where(
            reported.closed, 0.0, self._travel_factor(reported.snow, reported.ice, reported.water_depth)
        )
        messages, self.command.messages = tuple(self.command.messages), []
        return Situation(
            t=self.t,
            why=why,
            level=LEVELS[self.world.level - 1] if self.world.level else "none",
            reported=reported,
            crews=self._crew_reports(),
            stock=self.world.stock.copy(),
            jobs=joined([h.jobs(self.world, reported) for h in self._hazards]),
            forecast=self._forecaster.at(self.t),
            messages=messages,
            network=self.world.network,
            travel_factor=factor,
            nodes=self.world.nodes,
        )

    def advice(self) -> tuple[Advice, ...]:
        """The treatment that reports and forecast call for now, by class of road; empty without snow."""
        if self._adviser is None:
            return ()
        self.command.look_ahead()
        return self._adviser.now(self._reports.reported())

    def result(self, dispatcher: str = "") -> Run:
        """The run so far as data; closes the simulation."""
        world = self.world
        balance: dict[str, float] = {}
        totals = dict(world.totals)
        for hazard in self._hazards:
            balance |= hazard.balance(world)
            totals |= hazard.totals(world)
        balance["material"] = material_balance(world, list(self.crews.values()))
        totals |= self._recorder.totals()
        fields, events, log = self._recorder.dataset(), tuple(world.events), tuple(self.log)
        self.close()
        return Run(
            self.scenario, self.seed, log, fields, events, digest_of(fields, events, log), balance, totals,
            dispatcher, time.process_time() - self._cpu,
        )  # fmt: skip

    def close(self) -> None:
        """Free the drain model; safe to call twice."""
        for hazard in self._hazards:
            hazard.close()

    # ------------------------------------------------------------------ processes

    def _physics(self, hazard: Hazard) -> Generator[simpy.Event, object, None]:
        while True:
            yield self.clock.wait(hazard.tick, Beat.PHYSICS)
            start = self.t - hazard.tick
            hazard.step(self.world, self._series.over(start, hazard.tick), hazard.tick)
            self._refresh_roads()

    def _refresh_roads(self) -> None:
        factor = self._hazards[0].speed_factor(self.world)
        for hazard in self._hazards[1:]:
            factor = np.minimum(factor, hazard.speed_factor(self.world))
        self.world.speed_factor = factor
        self.world.block_routes()

    def _reporting(self) -> Generator[simpy.Event, object, None]:
        """Reports come in and treatment advice is told here, before any decision of the second, so that a replay
        tells it alike wherever it stops."""
        while True:
            self._reports.collect()
            if self._adviser is not None and self.t % ADVISE_EVERY == 0:
                self.command.look_ahead()
                self._adviser.tell(self._reports.reported())
            yield self.clock.wait(REPORT_TICK, Beat.WORK)

    def _deciding(self) -> Generator[simpy.Event, object, None]:
        """Ask for decisions: at the start, at the routine interval, when something happens, at the end."""
        every = max(60, int(self.scenario.command.decide_every))
        yield self.clock.wait(0, Beat.COMMAND)
        while self.t < self.end:
            why, self._why = self._why, "routine"
            self._resume = resume = self.clock.event()
            self._attention = self.clock.event()
            self._ask.succeed(why)
            yield resume
            routine = min(every - self.t % every, self.end - self.t)
            yield self.clock.wait(routine, Beat.COMMAND) | self._attention
            if self._why == "idle" and self.t < self.end:
                self._attention = self.clock.event()
                batch = min(IDLE_BATCH - self.t % IDLE_BATCH, self.end - self.t)
                yield self.clock.wait(batch) | self._attention
            yield self.clock.wait(0, Beat.COMMAND)
        yield self.clock.wait(0, Beat.RECORD)
        yield self.clock.wait(0, Beat.RECORD)
        self._ask.succeed(None)

    def _call_attention(self, why: str) -> None:
        """Bring the next decision forward; crews that fall idle wait for others, all else does not."""
        if self._why == "routine" or (self._why == "idle" and why != "idle"):
            self._why = why
            if not self._attention.triggered:
                self._attention.succeed()

    # ------------------------------------------------------------------ parts

    def _crew_reports(self) -> tuple[CrewReport, ...]:
        """How the crews stand; the report of one off duty is kept, for most are off duty most of the time."""
        kept, t = self._kept_reports, self.t
        for i, crew in enumerate(self.crews.values()):
            last = kept[i]
            if crew.on_duty or last.activity != crew.activity or last.load != crew.load:
                kept[i] = _report(crew, t)
        return tuple(kept)

    def _build_crews(self) -> Iterable[Crew]:
        fleet = self.scenario.fleet
        for name, row, kind, team in roster(fleet):
            depot = row.depot or team.depot
            yield Crew(
                world=self.world, id=name, kind=kind, team=team,
                depot=self.world.depot_index[depot], material=starting_material(fleet, row, kind, depot),
                on_idle=lambda _: self._call_attention("idle"), observe=self._reports.observe,
            )  # fmt: skip

    def _travel_factor(self, snow: np.ndarray, ice: np.ndarray, water: np.ndarray) -> np.ndarray:
        """(segments,) speed left over free flow as the reports have it: coarse, for planning only."""
        return np.where(water > 0.3, 0.0, np.where((snow > 0.3) | (ice > 0.5), 0.6, 1.0))


def _report(crew: Crew, t: int) -> CrewReport:
    return CrewReport(
        crew.id, crew.team.id, crew.kind.id, crew.verbs, crew.activity, crew.node, crew.depot,
        crew.load, crew.material, crew.duty_left(t), tuple(crew.targets), crew.idle,
    )  # fmt: skip


# ---------------------------------------------------------------------- driving a simulation


Watch = Callable[[Situation], None]


def run(scenario: Scenario, seed: int, dispatcher: Dispatcher, watch: Watch | None = None) -> Run:
    """A whole run under a dispatcher, with the scenario's own injects."""
    with Simulation(scenario, seed) as simulation:
        return play(simulation, simulation.advance(), dispatcher, watch)


def play(
    simulation: Simulation, situation: Situation | None, dispatcher: Dispatcher, watch: Watch | None = None
) -> Run:
    """Drive a simulation from where it stands to its end; injects that lie ahead are put in at their time.

    What was told at a pause the dispatcher hears at its next decision.
    """
    injects = [(t, a) for t, a in injects_of(simulation.scenario) if t >= simulation.t]
    done = {(e.t, repr(e.action)) for e in simulation.log if isinstance(e.action, INJECTS)}
    injects = [(t, a) for t, a in injects if (t, repr(a)) not in done]
    heard: tuple[Message, ...] = ()
    with _collector_paused():
        while situation is not None:
            if watch is not None:
                watch(situation)
            while injects and injects[0][0] <= simulation.t:
                simulation.apply(injects.pop(0)[1], by="scenario")
            heard += situation.messages
            if situation.why != "pause":
                for order in dispatcher(replace(situation, messages=heard)):
                    simulation.apply(order)
                heard = ()
            situation = simulation.advance(injects[0][0] if injects else None)
    return simulation.result(getattr(dispatcher, "name", ""))


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No search for cyclic garbage meanwhile: a storm leaves a megabyte of it, and each search walks through all
    that a run keeps (a tenth of the blizzard's time)."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def replay(
    scenario: Scenario, seed: int, log: Iterable[Entry], until: int | None = None, watch: Watch | None = None
) -> tuple[Simulation, Situation | None]:
    """A fresh simulation stepped through a log, up to second ``until``; None once the storm is over."""
    entries = sorted(log, key=lambda e: e.t)
    simulation = Simulation(scenario, seed)
    try:
        situation, i = simulation.advance(), 0
        while situation is not None and (until is None or simulation.t < until):
            if watch is not None:
                watch(situation)
            while i < len(entries) and entries[i].t == simulation.t:
                simulation.apply(entries[i].action, entries[i].by)
                i += 1
            stops = [s for s in (until, entries[i].t if i < len(entries) else None) if s is not None]
            situation = simulation.advance(min(stops) if stops else None)
    except BaseException:
        simulation.close()
        raise
    return simulation, situation


def branch(
    scenario: Scenario, seed: int, log: Iterable[Entry], at: int, watch: Watch | None = None
) -> tuple[Simulation, Situation | None]:
    """A simulation that has the log's past before second ``at`` and a future of its own."""
    return replay(scenario, seed, [e for e in log if e.t < at], at, watch)


def injects_of(scenario: Scenario) -> list[tuple[int, Action]]:
    """The scenario's inject rows as (second, action), in order of time."""
    return sorted(((int(r.t), _inject(r)) for r in scenario.injects), key=lambda pair: pair[0])


def _inject(row: InjectRow) -> Action:
    seconds = math.ceil(row.duration or row.value * 3600)
    zh, en = (row.text.zh, row.text.en) if row.text else (row.target, row.target)
    made: dict[str, Callable[[], Action]] = {
        "breakdown": lambda: Breakdown(row.target, seconds),
        "outage": lambda: Outage(row.target, seconds),
        "surge": lambda: Surge(row.target, row.value, math.ceil(row.duration)),
        "no_show": lambda: NoShow(row.target, row.value),
        "report_loss": lambda: ReportLoss(row.target, seconds),
        "closure": lambda: Closure(row.target, seconds),
        "call": lambda: Call(row.target, zh, en),
        "note": lambda: Call(row.target, zh, en),
    }
    return made[row.kind]()
