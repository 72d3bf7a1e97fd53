"""The exercise room: a storm that waits for its player. State, orders, saving; no drawing and no terminal.

``Room.handle(line)`` is all a front door needs: it takes what a player typed and answers with a ``Reply``
of sentence keys and views, which a terminal or a web page puts into words of its language. Only the
``Situation`` goes out: the room knows the truth no more than the command post does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simulation.engine import Simulation, injects_of, replay
from simulation.hazards.treatment import Advice as Treatment
from simulation.model import Scenario
from simulation.orders import Assign, Order, Refusal
from simulation.record import Run
from simulation.situation import Dispatcher, Message, Situation
from stormyard.dealing import Dealt
from stormyard.grammar import Advice, BadLine, Go, Quit, Save, Show, Undo, parse
from stormyard.journal import Journal
from stormyard.news import CONTROLLER, Ear, News

PLAYER = "player"
SCENARIO = "scenario.json"
LOUD = ("warning", "level")
"""Decision points that stop the clock although the player asked for a later time; loud news do so too."""


Advisers = Callable[[str, Scenario, int], Dispatcher]
"""``make(name, scenario, seed)`` gives the dispatcher of that name."""


Watch = Callable[[int, int | None], None]
"""Told the second the clock has reached, and the one it runs to where that is known."""


def unadvised(situation: Situation) -> Sequence[Order]:
    """Nobody gives orders while the clock runs."""
    return ()


def unwatched(t: int, until: int | None) -> None:
    """Nobody looks on while the clock runs."""


@dataclass(frozen=True)
class Said:
    """A sentence: its key in the language files and what fills its gaps.

    Gaps that are no text yet: ``order`` an order, ``t`` a second of the run, ids and others that
    ``sentences.Speaker`` knows. The key "order" stands for the order in words.
    """

    key: str
    words: dict[str, Any]
    bad: bool = False


@dataclass(frozen=True)
class Reply:
    """The answer to a line."""

    said: tuple[Said, ...] = ()
    show: str = ""
    """What to draw: one of ``grammar.SHOWS`` or "advice"; empty for nothing."""
    about: str = ""
    """What to narrow it to, as the player typed it."""
    page: int = 1
    left: bool = False
    """The player leaves; the exercise can be resumed."""


class Room:
    """One exercise. ``situation`` is None once the storm is over; then ``result`` gives the run."""

    def __init__(
        self,
        scenario: Scenario,
        journal: Journal,
        names: Sequence[str],
        make: Advisers,
        watch: Watch = unwatched,
    ) -> None:
        self.scenario, self.journal, self.watch = scenario, journal, watch
        self.names, self._make = tuple(names), make
        self.seed: int = journal.head["seed"]
        self.messages: list[Message | News] = []
        """All that reached the command post, oldest first."""
        self.advised: tuple[Order, ...] = ()
        """What the last ``advice`` was."""
        self.situation: Situation | None = None
        self._injects = injects_of(scenario)
        self._ear = Ear(scenario)
        self._simulation: Simulation | None = None
        self._result: Run | None = None
        if journal.finished:
            self._simulation, self.situation = replay(scenario, self.seed, journal.log)
            self.result()
        elif journal.stands:
            self._return_to_stand()
        else:
            self._simulation = Simulation(scenario, self.seed)
            self._run()

    @classmethod
    def begin(
        cls, scenario: Scenario, seed: int, folder: Path, version: str, names: Sequence[str], make: Advisers
    ) -> Room:
        """A new exercise, saved in ``folder``. Raises FileExistsError if one is there already."""
        head = {"scenario": scenario.id, "hash": scenario.digest(), "seed": seed, "version": version}
        Journal.must_not_exist(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / SCENARIO).write_text(scenario.model_dump_json(), encoding="utf-8")
        return cls(scenario, Journal.begin(folder, head), names, make)

    @classmethod
    def resume(cls, folder: Path, names: Sequence[str], make: Advisers, watch: Watch = unwatched) -> Room:
        """The exercise saved in ``folder``, where it was left. Raises FileNotFoundError or ValueError."""
        journal = Journal.read(folder)
        scenario = Scenario.model_validate_json((folder / SCENARIO).read_text(encoding="utf-8"))
        if scenario.digest() != journal.head["hash"]:
            raise ValueError(f"{folder / SCENARIO} is not the scenario this exercise was begun with")
        return cls(scenario, journal, names, make, watch)

    @property
    def folder(self) -> Path:
        """Where the exercise is saved."""
        return self.journal.path.parent

    @property
    def news(self) -> list[Message | News]:
        """What was heard since the stand before this one."""
        before = self.journal.stands[-2].t if len(self.journal.stands) > 1 else -(10**9)
        return [m for m in self.messages if m.t > before]

    @property
    def treatment(self) -> tuple[Treatment, ...]:
        """What reports and forecast call for now, by class of road; empty without snow."""
        return self._standing().advice()

    @property
    def orders(self) -> int:
        """Orders given so far that count."""
        return sum(e.by != CONTROLLER for e in self.journal.log)

    @property
    def assignments(self) -> int:
        """Orders so far that put a crew to work."""
        return sum(isinstance(e.action, Assign) for e in self.journal.log)

    def handle(self, line: str) -> Reply:
        """Do what a line asks for; every order is on disk when this returns."""
        if self.situation is None or not line.strip():
            return Reply()
        try:
            request = parse(line, self.scenario, self.situation, self.names)
        except BadLine as bad:
            return Reply((Said(f"room.{bad.key}", bad.words, bad=True),))
        match request:
            case Go(until, deputy):
                return self._go(until, deputy)
            case Advice(name, apply):
                return self._advise(name or self.scenario.dispatcher, apply)
            case Show(what, about, page):
                return Reply(show=what, about=about, page=page)
            case Undo():
                return self._undo()
            case Save():
                return Reply((self._saved("room.saved"),))
            case Quit():
                return Reply((self._saved("room.saved"),), left=True)
            case Dealt() as dealt:
                return Reply((*self._give(dealt.orders, PLAYER), *_left_over(dealt)))
            case orders:
                return Reply(tuple(self._give(orders, PLAYER)))

    def result(self) -> Run:
        """The run, once the storm is over."""
        if self.situation is not None:
            raise RuntimeError("the storm is not over yet")
        if self._result is None:
            self._result = self._standing().result(PLAYER)
            if not self.journal.finished:
                self.journal.end(self._result.digest)
        return self._result

    def close(self) -> None:
        """Free the drain model; the save stays, and so does the result of a storm that is over."""
        if self._simulation is not None:
            self._simulation.close()

    # ------------------------------------------------------------------ what a request does

    def _give(self, orders: Sequence[Order], by: str) -> list[Said]:
        simulation, said = self._standing(), []
        for order in orders:
            refused = simulation.apply(order, by)
            said.append(_refused(refused) if refused else Said("order", {"order": order}))
        self._write_down()
        self._look()
        return said

    def _advise(self, name: str, apply: bool) -> Reply:
        situation = self._standing().situation("pause")
        self._hear(situation)
        situation = replace(situation, messages=tuple(m for m in self.news if isinstance(m, Message)))
        self.advised = tuple(self._make(name, self.scenario, self.seed)(situation))
        words = {"dispatcher": name, "count": str(len(self.advised))}
        if not self.advised:
            free = sum(crew.idle for crew in situation.crews)
            words |= {"free": str(free), "jobs": str(len(situation.jobs))}
            return Reply((Said("room.no_advice", words),), show="" if apply else "advice")
        if not apply:
            return Reply((Said("room.advice", words),), show="advice")
        said = self._give(self.advised, f"{PLAYER}:{name}")
        refused = [s for s in said if s.bad]
        count = {"count": str(len(said)), "refused": str(len(refused))}
        return Reply((Said("room.applied", count), *refused))

    def _go(self, until: int | None, deputy: str) -> Reply:
        if until is not None:  # a second past the end, so that the end itself is not one more stand
            until = min(until, self._standing().end + 1)
        before = len(self.journal.log)
        self._run(until, deputy)
        given = sum(e.by != CONTROLLER for e in self.journal.log[before:])
        said = [Said("room.by_deputy", {"dispatcher": deputy, "count": str(given)})] if deputy else []
        if self.situation is None:
            return Reply((*said, Said("room.over", {})))
        if until is not None and self.situation.t < until:
            said.append(Said("room.stopped_early", {"t": self.situation.t}))
        return Reply(tuple(said), show="status")

    def _undo(self) -> Reply:
        """Take back the orders given here; where there are none, the way here."""
        journal = self.journal
        here, orders = journal.stands[-1], self.orders
        if len(journal.log) > here.entries:
            journal.back(len(journal.stands), here.entries)
        elif len(journal.stands) > 1:
            left = journal.stands[-2].t
            journal.back(len(journal.stands) - 1, sum(e.t <= left for e in journal.log))
        else:
            return Reply((Said("room.nothing_to_undo", {}),))
        self._return_to_stand()
        words = {"t": journal.stands[-1].t, "count": str(orders - self.orders)}
        return Reply((Said("room.undone", words),), show="status")

    def _saved(self, key: str) -> Said:
        words = {"path": str(self.folder), "orders": str(self.orders)}
        return Said(key, words)

    # ------------------------------------------------------------------ time

    def _run(self, until: int | None = None, deputy: str = "") -> None:
        """To the next decision point or to ``until``, with injects on the way; stops early for loud news.

        Decision points of the present second are passed over: they echo the player's own orders. A deputy
        gives its orders now and at every decision point on the way, but not where the player takes over.
        """
        simulation, begin, loud = self._standing(), self._standing().t, False
        first = self.situation is None
        answer = self._make(deputy, self.scenario, self.seed) if deputy else unadvised
        while True:
            for order in answer(self.situation) if self.situation else ():
                simulation.apply(order, f"{PLAYER}:{deputy}")
            ahead = self._injects[sum(e.by == CONTROLLER for e in simulation.log) :]
            stops = [s for s in (until, ahead[0][0] if ahead else None) if s is not None]
            self.situation = simulation.advance(min(stops) if stops else None)
            if self.situation is None:
                break
            self.watch(simulation.t, until)
            heard = self._hear(self.situation)
            loud = loud or any(isinstance(m, Message) or m.loud for m in heard)
            due = [action for t, action in ahead if t <= simulation.t]
            for action in due:
                simulation.apply(action, CONTROLLER)
            moved = first or simulation.t > begin
            if loud and self.situation.why not in LOUD:
                self.situation = replace(self.situation, why="report")
            stop = loud or self.situation.why in LOUD or (until is None and self.situation.why != "inject")
            if not due and moved and (stop or simulation.t == until):
                break
        self._write_down()
        if self.situation is None:
            self.result()
        else:
            self.journal.stand(self.situation.t, self.situation.why)

    def _look(self) -> None:
        """Bring the situation up to the orders that were just given."""
        assert self.situation is not None
        self.situation = self._standing().situation(self.situation.why)
        self._hear(self.situation)

    def _hear(self, situation: Situation) -> list[Message | News]:
        """Write down what a stop of the clock has brought, and return it.

        What came in one second stands in an order of its own, not in that of the orders that were given.
        """
        simulation = self._standing()
        news = self._ear.listen(simulation.world.events, simulation.log, situation)
        heard: list[Message | News] = [*situation.messages, *news]
        self.messages = sorted(self.messages + heard, key=_in_order)
        return heard

    def _return_to_stand(self) -> None:
        """Play the log again up to the last stand of the journal, with what has been ordered there.

        The clock stops where it stopped in the play, so that what was told then is told again.
        """
        self.close()
        simulation = self._simulation = Simulation(self.scenario, self.seed)
        self._ear, self.messages = Ear(self.scenario), []
        stand, log = self.journal.stands[-1], self.journal.log
        stops = {s.t for s in self.journal.stands} | {e.t for e in log if e.t < stand.t}
        self.situation = simulation.advance()
        while self.situation is not None and simulation.t < stand.t:
            self._hear(self.situation)
            self.watch(simulation.t, stand.t)
            self._play_again()
            self.situation = simulation.advance(min(t for t in stops if t > simulation.t))
        assert self.situation is not None
        self._hear(self.situation)
        self.situation = replace(self.situation, why=stand.why)
        self._play_again()
        self._look()

    def _play_again(self) -> None:
        """Apply the journal's entries of this second."""
        simulation = self._standing()
        for entry in self.journal.log[len(simulation.log) :]:
            if entry.t > simulation.t:
                break
            simulation.apply(entry.action, entry.by)

    def _standing(self) -> Simulation:
        assert self._simulation is not None
        return self._simulation

    def _write_down(self) -> None:
        """Bring the journal up to the simulation's log."""
        self.journal.enter(self._standing().log[len(self.journal.log) :])


def _in_order(heard: Message | News) -> tuple[int, str]:
    """Messages of a second stand as they came, before its news."""
    return heard.t, repr(heard) if isinstance(heard, News) else ""


def _left_over(dealt: Dealt) -> Iterator[Said]:
    """Crews and jobs that were left out when jobs were shared."""
    for key, gap, ids in (
        ("room.unable", "crews", dealt.unable),
        ("room.spare", "crews", dealt.spare),
        ("room.undone_jobs", "targets", dealt.undone),
    ):
        if ids:
            yield Said(key, {gap: ids, "count": str(len(ids))})


def _refused(refusal: Refusal) -> Said:
    return Said(f"refusal.{refusal.key}", {**refusal.words, "order": refusal.action}, bad=True)
