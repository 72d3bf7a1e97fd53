"""Exercises on Gridtown for the tests, with an adviser that can be reckoned by hand."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from simulation.model import Scenario
from simulation.orders import Assign, Order
from simulation.situation import Dispatcher, Situation
from stormyard.dealing import job_order
from stormyard.room import Reply, Room
from tests.cities import scenario

INJECTS = [
    {"t": 5000, "kind": "breakdown", "target": "plough/1", "value": 1.0},
    {"t": 7200, "kind": "call", "target": "H0-0", "text": {"zh": "车陷住了", "en": "a car is stuck"}},
]
NAMES = ("first-come", "nobody")


def adviser(name: str, scenario: Scenario, seed: int) -> Dispatcher:
    """``first-come`` gives idle crews the jobs in the order of the list; ``nobody`` gives no order."""

    def first_come(situation: Situation) -> Iterable[Order]:
        jobs = situation.jobs
        rows = [row for row in job_order(jobs) if jobs.crews[row] == 0]
        idle = [crew for crew in situation.crews if crew.idle]
        for crew, row in zip(idle, rows, strict=False):
            verbs = tuple(v for v in jobs.verbs[row] if v in crew.verbs)
            if verbs:
                yield Assign(crew.id, verbs, (jobs.target[row],))

    return first_come if name == "first-come" else lambda situation: ()


def begin(folder: Path, seed: int = 3, **changes: Any) -> Room:
    """A new exercise of six hours with a breakdown and a call."""
    changes = {"hours": 6, "injects": INJECTS, "dispatcher": "first-come"} | changes
    return Room.begin(scenario(**changes), seed, folder, "test", NAMES, adviser)


def resume(folder: Path) -> Room:
    """The exercise saved in a folder."""
    return Room.resume(folder, NAMES, adviser)


def tell(room: Room, *lines: str) -> Reply:
    """Type lines; the last reply."""
    reply = Reply()
    for line in lines:
        reply = room.handle(line)
    return reply


def to_the_end(room: Room) -> None:
    """Let the storm run out."""
    while room.situation is not None:
        room.handle("go 6h")
