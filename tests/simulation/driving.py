"""Driving a simulation in tests: to a second, to an event, by a simple dispatcher."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from simulation.engine import Simulation
from simulation.orders import Assign
from simulation.record import Event
from simulation.situation import Situation
from simulation.teams import Crew


def go(simulation: Simulation, second: int) -> None:
    """Run to a second without giving orders."""
    while simulation.t < second:
        assert simulation.advance(second) is not None, "the storm is over"


def go_until(simulation: Simulation, happened: Callable[[], bool]) -> int:
    """Run, event by event, until something has happened; returns the second."""
    while not happened():
        assert simulation.t < simulation.end, "the storm is over"
        if simulation._resume is not None:  # stands at a decision point
            simulation.advance(simulation.t + 1)
        else:
            simulation.clock.step()
    return simulation.t


def becomes(simulation: Simulation, crew: Crew, activity: str) -> int:
    """Run until a crew is at something; returns the second."""
    return go_until(simulation, lambda: crew.activity == activity)


def leaves(simulation: Simulation, crew: Crew, activity: str) -> int:
    """Run until a crew is no longer at something; returns the second."""
    return go_until(simulation, lambda: crew.activity != activity)


def to_the_end(simulation: Simulation) -> None:
    """Run to the end without giving orders."""
    while simulation.advance() is not None:
        pass


def ready(simulation: Simulation, crew: str = "plough/1") -> Crew:
    """Run until a crew is mustered and stands by."""
    wanted = simulation.crews[crew]
    go_until(simulation, lambda: wanted.activity == "standby")
    return wanted


def told(simulation: Simulation, *kinds: str, crew: str = "") -> list[Event]:
    """Events of some kinds so far, of one crew or of all."""
    return [e for e in simulation.world.events if e.kind in kinds and crew in ("", e.crew)]


def first_come(situation: Situation) -> Iterator[Assign]:
    """A simple dispatcher: each idle crew takes the four heaviest jobs of one kind that nobody is on."""
    taken: set[int] = set()
    by_weight = sorted(range(len(situation.jobs)), key=lambda i: (-situation.jobs.weight[i], i))
    jobs = situation.jobs
    for crew in situation.crews:
        mine: list[int] = []
        for i in by_weight:
            fits = (
                crew.idle and not jobs.crews[i] and i not in taken and set(jobs.verbs[i]) <= set(crew.verbs)
            )
            if fits and len(mine) < 4 and (not mine or jobs.verbs[i] == jobs.verbs[mine[0]]):
                mine.append(i)
        if mine:
            taken.update(mine)
            yield Assign(crew.id, jobs.verbs[mine[0]], tuple(jobs.target[i] for i in mine))
