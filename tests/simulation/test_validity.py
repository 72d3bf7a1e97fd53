"""Refusals: every reason there is can be met through ``Simulation.apply``, and says so in words."""

from collections.abc import Callable

import pytest

from simulation.command import relay_seconds
from simulation.engine import Simulation
from simulation.model import Scenario
from simulation.orders import (
    REASONS,
    Action,
    Assign,
    Breakdown,
    Close,
    Closure,
    NoShow,
    Open,
    Outage,
    Recall,
    ReportLoss,
    SetLevel,
    Surge,
    Transfer,
)
from tests import cities
from tests.simulation.driving import go, ready

PLOUGH = ("plough",)
MAIN = ("H0-0",)


def snow(**changes: object) -> Scenario:
    return cities.scenario(air=-3.0, **changes)  # type: ignore[arg-type]


def two_yards() -> Scenario:
    """A second yard that no road leads to: an island of its own."""
    island = cities.segments()[0] | {
        "id": "island", "start": "K0", "end": "K1", "line": ((114.0, 35.0), (114.003, 35.0)),
    }  # fmt: skip
    depots = [
        {"id": "yard", "name": "yard", "lon": cities.LON, "lat": cities.LAT},
        {"id": "isle", "name": "isle", "lon": 114.0, "lat": 35.0},
    ]
    return snow(roads=[*cities.segments(), island], fleet__depots=depots)


def as_it_is(simulation: Simulation) -> None:
    """One crew ready."""
    ready(simulation)


def at_once(simulation: Simulation) -> None:
    """The first second."""
    simulation.advance()


def at_second(second: int) -> Callable[[Simulation], None]:
    """Some time into the storm, without an order."""
    return lambda simulation: go(simulation, second)


def after(*actions: Action, seconds: int = 0) -> Callable[[Simulation], None]:
    """Both crews ready, then some actions, then some time."""

    def prepare(simulation: Simulation) -> None:
        ready(simulation, "plough/1")
        ready(simulation, "plough/2")
        for action in actions:
            assert simulation.apply(action) is None
        go(simulation, simulation.t + seconds)

    return prepare


def rested_out(simulation: Simulation) -> None:
    """A crew that has just gone to rest."""
    crew = ready(simulation)
    go(simulation, crew.duty_start + int(crew.team.max_duty) + 60)


SHORT_DUTY = {
    "fleet__teams": [cities.scenario().fleet.teams[0].model_dump() | {"max_duty": 3600, "relief": 1}]
}
CASES: dict[str, tuple[Scenario, Callable[[Simulation], None], Action, str]] = {
    "unknown_crew": (snow(), as_it_is, Assign("plough/9", PLOUGH, MAIN), "there is no crew 'plough/9'"),
    "unknown_target": (
        snow(), as_it_is, Assign("plough/1", PLOUGH, ("H9-9",)), "there is no segment 'H9-9'",
    ),
    "no_ability": (
        snow(), as_it_is, Assign("plough/1", ("pump",), MAIN),
        "plough/1 cannot pump: its machine can plough, spread",
    ),
    "no_skill": (
        snow(fleet__teams=[cities.scenario().fleet.teams[0].model_dump() | {"skills": ("plough",)}]),
        as_it_is, Assign("plough/1", ("spread",), MAIN),
        "plough/1 cannot spread: its team is trained for plough",
    ),
    "not_mustered": (
        snow(), at_once, Assign("plough/1", PLOUGH, MAIN),
        "plough/1 is not on duty: its team is called out from level IV",
    ),
    "mustering": (
        snow(), at_second(900), Assign("plough/1", PLOUGH, MAIN),
        "plough/1 is still mustering: by plan ready at about 15:",
    ),
    "broken_down": (
        snow(), after(Breakdown("plough/1", 7200)), Assign("plough/1", PLOUGH, MAIN),
        "plough/1 has broken down until 17:",
    ),
    "resting": (
        snow(**SHORT_DUTY), rested_out, Assign("plough/1", PLOUGH, MAIN), "plough/1 rests until 00:",
    ),
    "absent": (snow(), after(NoShow("day", 0.5)), Recall("plough/1"), "plough/1 did not come"),
    "claimed": (
        snow(), after(Assign("plough/2", PLOUGH, ("V0-0",))), Assign("plough/1", PLOUGH, ("H0-0", "V0-0")),
        "V0-0 is already being worked on by plough/2",
    ),
    "no_targets": (snow(), as_it_is, Assign("plough/1", PLOUGH, ()), "the order names no target"),
    "wrong_place": (
        cities.flood(), lambda s: as_it_is_named(s, "pump/1"), Assign("pump/1", ("pump",), ("OUT",)),
        "pump works on a node that a road leads to, 'OUT' is none",
    ),
    "not_closed": (snow(), as_it_is, Open(MAIN), "H0-0 is not closed"),
    "already_closed": (
        snow(), after(Close(MAIN), seconds=1800), Close(MAIN), "H0-0 is already closed",
    ),
    "unknown_level": (
        snow(), as_it_is, SetLevel("V"), "'V' is no response level; levels are IV, III, II, I and none",
    ),
    "unknown_depot": (snow(), as_it_is, Transfer("salt", "yard", "moon", 1.0), "there is no depot 'moon'"),
    "unknown_material": (
        snow(), as_it_is, Transfer("sugar", "yard", "isle", 1.0), "there is no material 'sugar'",
    ),
    "not_enough": (
        two_yards(), as_it_is, Transfer("salt", "yard", "isle", 90_000.0),
        "yard holds 4.0 t of salt, 90.0 t were asked for",
    ),
    "bad_amount": (snow(), as_it_is, Transfer("salt", "yard", "yard", -5.0), "an amount must be above zero"),
    "no_water_model": (
        snow(fleet__equipment=[{"id": "pump", "kind": "pump-truck", "count": 1, "team": "day"}],
             storm__warnings=[], command__timeline=[{"t": 0, "level": "I"}]),
        at_once, Assign("pump/1", ("pump",), ("LOW",)),
        "the scenario has no drain model, so pump has no work",
    ),
    "no_dump": (
        snow(fleet__teams=[cities.scenario().fleet.teams[0].model_dump() | {"skills": ("haul",)}],
             fleet__equipment=[{"id": "loader", "kind": "loader", "count": 1, "team": "day"}]),
        lambda s: as_it_is_named(s, "loader/1"), Assign("loader/1", ("haul",), MAIN), "no dump site has room for snow",
    ),
    "no_footways": (
        snow(fleet__teams=[cities.scenario().fleet.teams[0].model_dump() | {"skills": ("clear_footway",)}],
             fleet__kinds=[{**cities.KINDS[2], "abilities": ("clear_footway",)}],
             fleet__equipment=[{"id": "hand", "kind": "squad", "count": 1, "team": "day"}]),
        lambda s: as_it_is_named(s, "hand/1"), Assign("hand/1", ("clear_footway",), MAIN),
        "no footways are to be cleared in this district",
    ),
    "response_off": (
        snow(respond=False), at_once, Assign("plough/1", PLOUGH, MAIN), "in this variant no team acts",
    ),
    "bad_value": (
        snow(), as_it_is, Assign("plough/1", ("spread",), MAIN, rate=5.0),
        "rate must be above 0 and at most 100 g/m2",
    ),
}  # fmt: skip


def as_it_is_named(simulation: Simulation, crew: str) -> None:
    ready(simulation, crew)


def test_every_reason_has_a_case() -> None:
    """A reason that no order can meet would be dead words."""
    assert set(CASES) == set(REASONS)


@pytest.mark.parametrize("key", CASES)
def test_reason(key: str) -> None:
    """The refusal carries the key, its words, and stands in log and events; nothing is carried out."""
    scenario, prepare, action, words = CASES[key]
    with Simulation(scenario, 1) as simulation:
        prepare(simulation)
        before = len(simulation.world.events)
        refused = simulation.apply(action, by="test")
        assert refused is not None
        assert (refused.key, refused.action) == (key, action)
        assert words in str(refused)
        assert [(e.kind, e.text) for e in simulation.world.events[before:]] == [("refused", str(refused))]
        assert (simulation.log[-1].action, simulation.log[-1].by) == (action, "test")


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (Assign("plough/1", ("plough", "close"), MAIN), "plough/1 cannot close"),
        (Assign("plough/1", (), MAIN), "the order names no target"),
        (Assign("plough/1", ("spread",), MAIN, rate=float("nan")), "rate must be above 0"),
        (Recall("nobody"), "there is no crew 'nobody'"),
        (Close(()), "the order names no target"),
        (Close(("H0-0", "H9-9")), "there is no segment 'H9-9'"),
        (Transfer("salt", "yard", "yard", 5.0), "an amount must be above zero"),
        (Transfer("salt", "yard", "isle", float("nan")), "an amount must be above zero"),
        (Transfer("salt", "yard", "isle", 5.0), "destination must be a depot that a road leads to from yard"),
        (Breakdown("nobody", 60), "there is no crew 'nobody'"),
        (Breakdown("plough/1", 0), "duration must be above 0"),
        (Outage("LIFT", 60), "there is no pump 'LIFT'"),
        (Surge("LOW", 1.0, 60), "there is no drain node 'LOW'"),
        (NoShow("night", 0.5), "there is no team 'night'"),
        (NoShow("day", 1.5), "share must be above 0, at most 1"),
        (ReportLoss("north", 60), "there is no office 'north'"),
        (ReportLoss("centre", -1), "duration must be above 0"),
        (Closure("H9-9", 60), "there is no segment 'H9-9'"),
    ],
    ids=str,
)
def test_wrong_values_are_refused(action: Action, words: str) -> None:
    """Each field of each action that can be wrong."""
    with Simulation(two_yards(), 1) as simulation:
        ready(simulation)
        refused = simulation.apply(action)
        assert refused is not None
        assert words in str(refused)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (Surge("LOW", float("inf"), 60), "flow must be above 0"),
        (Surge("LOW", 0.5, 0), "duration must be above 0"),
        (Surge("SEA", 0.5, 60), "there is no drain node 'SEA'"),
        (Outage("PIPE", 60), "there is no pump 'PIPE'"),
        (Assign("squad/1", ("close", "guard"), ("H1-0",)), "verbs must be one, or several of plough"),
    ],
    ids=str,
)
def test_wrong_values_with_drains(action: Action, words: str) -> None:
    """The same for the water hazard's actions."""
    with Simulation(cities.flood(), 1) as simulation:
        ready(simulation, "squad/1")
        refused = simulation.apply(action)
        assert refused is not None
        assert words in str(refused)


def test_road_work_without_snow_is_refused() -> None:
    """In a cloudburst a plough has nothing to act on: told, not a crash."""
    equipment = [{"id": "plough", "kind": "plough", "count": 1, "team": "day"}]
    with Simulation(cities.flood(fleet__equipment=equipment), 1) as simulation:
        simulation.advance()
        refused = simulation.apply(Assign("plough/1", PLOUGH, MAIN))
        assert "the scenario runs no snow" in str(refused)


@pytest.mark.parametrize(
    "action",
    [Recall("plough/1"), Close(MAIN), Open(MAIN), SetLevel("I"), Transfer("salt", "yard", "isle", 5.0)],
    ids=str,
)
def test_without_response_every_order_is_refused(action: Action) -> None:
    """The variant ``no-response``: injects still happen, orders do not."""
    with Simulation(snow(respond=False), 1) as simulation:
        simulation.advance()
        refused = simulation.apply(action)
        assert refused is not None
        assert refused.key == "response_off"
        assert simulation.apply(Closure("H0-0", 60)) is None


def test_several_may_pump_at_one_place() -> None:
    """Pumping is not exclusive, clearing inlets is."""
    equipment = [
        {"id": "pump", "kind": "pump-truck", "count": 2, "team": "day"},
        {"id": "squad", "kind": "squad", "count": 2, "team": "day"},
    ]
    with Simulation(cities.flood(fleet__equipment=equipment), 1) as simulation:
        for crew in ("pump/1", "pump/2", "squad/1", "squad/2"):
            ready(simulation, crew)
        assert simulation.apply(Assign("pump/1", ("pump",), ("LOW",))) is None
        assert simulation.apply(Assign("pump/2", ("pump",), ("LOW",))) is None
        assert simulation.apply(Assign("squad/1", ("clear_inlet",), ("LOW",))) is None
        refused = simulation.apply(Assign("squad/2", ("clear_inlet",), ("LOW",)))
        assert refused is not None
        assert refused.key == "claimed"


@pytest.mark.parametrize("team", [{}, {"duty_from": 16 * 3600}, {"tier": "community", "duty_from": 0}])
def test_the_time_of_mustering_is_the_plans(team: dict[str, object]) -> None:
    """The level, its words' way down and the team's own time: what the command post can reckon, not the draw."""
    day = cities.scenario().fleet.teams[0].model_dump() | {"callout_delay": 5400} | team
    with Simulation(snow(fleet__teams=[day]), 1) as simulation:
        go(simulation, 601)  # level II came into force at second 600
        refused = simulation.apply(Assign("plough/1", PLOUGH, MAIN))
        assert refused is not None
        crew = simulation.crews["plough/1"]
        minutes = 10 + relay_seconds(simulation.world, crew.team.tier) // 60
        minutes += 90 if crew.team.duty_from else 10
        assert refused.words["until"] == f"{15 + minutes // 60}:{minutes % 60:02d}"
        go(simulation, 700)
        again = simulation.apply(Recall("plough/1"))
        assert again is not None
        assert again.words == refused.words


def test_a_crew_that_the_storm_does_not_ask_for_is_not_mustering() -> None:
    """A pump in a snowstorm is not called out at any level."""
    row = {"id": "pump", "kind": "pump-truck", "count": 1, "team": "day"}
    with Simulation(snow(fleet__equipment=[row]), 1) as simulation:
        go(simulation, 900)
        refused = simulation.apply(Recall("pump/1"))
        assert refused is not None
        assert refused.key == "not_mustered"
