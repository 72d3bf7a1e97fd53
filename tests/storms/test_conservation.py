"""Snow, salt and water are somewhere, whatever is ordered and whatever breaks, in any sequence."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.load import load
from simulation.engine import Simulation
from simulation.model import Scenario
from simulation.orders import (
    Action,
    Assign,
    Breakdown,
    Close,
    Closure,
    NoShow,
    Open,
    Outage,
    Recall,
    SetLevel,
    Surge,
    Transfer,
)
from simulation.record import Run
from tests.simulation.driving import go, to_the_end

tiny = cache(load)
"""A shipped scenario, read once."""


def crews(scenario: Scenario) -> list[str]:
    """Names of all crews."""
    return [f"{row.id}/{i + 1}" for row in scenario.fleet.equipment for i in range(row.count)]


def some(names: list[str], most: int = 6) -> st.SearchStrategy[tuple[str, ...]]:
    """A few of the names."""
    return st.lists(st.sampled_from(names), min_size=1, max_size=most, unique=True).map(tuple)


def made(kind: type, **parts: Any) -> st.SearchStrategy[Action]:
    """An order or inject of drawn parts."""
    return st.builds(kind, **parts)


def snow_actions() -> st.SearchStrategy[Action]:
    """What can be ordered or can go wrong in the tiny snowstorm; much of it will be refused."""
    scenario = tiny("tiny/snow")
    roads, depots = [s.id for s in scenario.city.segments], [d.id for d in scenario.fleet.depots]
    crew, seconds = st.sampled_from(crews(scenario)), st.integers(60, 7200)
    work = st.sampled_from([("plough",), ("spread",), ("plough", "spread"), ("haul",), ("clear_footway",)])
    return st.one_of(
        made(Assign, crew=crew, verbs=work, targets=some(roads), rate=st.none() | st.floats(0.005, 0.04)),
        made(Assign, crew=crew, verbs=work, targets=some(roads)),
        made(Recall, crew=crew),
        made(Close, segments=some(roads, 2)),
        made(Open, segments=some(roads, 2)),
        made(
            Transfer,
            material=st.sampled_from([m.id for m in scenario.fleet.materials]),
            source=st.sampled_from(depots),
            destination=st.sampled_from(depots),
            amount=st.floats(100.0, 20_000.0),
        ),
        made(Breakdown, crew=crew, seconds=seconds),
        made(Closure, segment=st.sampled_from(roads), seconds=seconds),
        made(SetLevel, level=st.sampled_from(["I", "III", "none"])),
        made(NoShow, team=st.sampled_from([t.id for t in scenario.fleet.teams]), share=st.floats(0.0, 1.0)),
    )


def water_actions() -> st.SearchStrategy[Action]:
    """The same in the tiny flood."""
    scenario = tiny("tiny/flood")
    nodes = sorted({s.low_point for s in scenario.city.segments if s.low_point})
    places, roads = [p.id for p in scenario.city.places], [s.id for s in scenario.city.segments]
    crew, seconds = st.sampled_from(crews(scenario)), st.integers(60, 7200)
    return st.one_of(
        made(Assign, crew=crew, verbs=st.just(("pump",)), targets=some(nodes, 2)),
        made(Assign, crew=crew, verbs=st.just(("clear_inlet",)), targets=some(nodes, 3)),
        made(Assign, crew=crew, verbs=st.sampled_from([("sandbag",), ("guard",)]), targets=some(places, 2)),
        made(Recall, crew=crew),
        made(Close, segments=some(roads, 2)),
        made(Surge, node=st.sampled_from(nodes), flow=st.floats(0.01, 0.4), seconds=seconds),
        made(Outage, link=st.just("P1"), seconds=seconds),
        made(Breakdown, crew=crew, seconds=seconds),
    )


def played(reference: str, done: list[tuple[float, Action]]) -> Run:
    """A run in which each action comes at its share of the storm's time."""
    with Simulation(tiny(reference)) as simulation:
        for share, action in sorted(done, key=lambda pair: pair[0]):
            go(simulation, round(share * (simulation.end - 60)))
            simulation.apply(action)
        to_the_end(simulation)
        return simulation.result()


times = st.floats(0.0, 1.0)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(done=st.lists(st.tuples(times, snow_actions()), min_size=5, max_size=40))
def test_snow_and_material_are_somewhere_whatever_is_ordered(done: list[tuple[float, Action]]) -> None:
    """To the last digits: what fell lies, melted, blew or was hauled; what was stocked lies, dissolved or is loaded."""
    run = played("tiny/snow", done)
    assert abs(run.balance["snow"]) < 1e-9
    assert abs(run.balance["material"]) < 1e-9


@settings(max_examples=8, deadline=None, derandomize=True)
@given(done=st.lists(st.tuples(times, water_actions()), min_size=3, max_size=25))
def test_water_is_somewhere_whatever_is_ordered(done: list[tuple[float, Action]]) -> None:
    """SWMM's continuity within 0.5 %, pumps and surges among it; sandbags to the last digits."""
    run = played("tiny/flood", done)
    assert abs(run.balance["water"]) < 0.005
    assert abs(run.balance["material"]) < 1e-9


def test_the_sequences_do_something() -> None:
    """A sequence as drawn moves salt and snow, and orders are carried out: the tests above are not idle."""
    scenario = tiny("tiny/snow")
    roads = tuple(s.id for s in scenario.city.segments)
    done = [(0.3, Assign(crew, ("plough", "spread"), roads[:4])) for crew in crews(scenario)]
    run = played("tiny/snow", [(0.01, SetLevel("I")), *done])
    assert any(e.kind == "pass" for e in run.events)
