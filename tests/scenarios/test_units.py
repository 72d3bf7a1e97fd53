"""Units at the border: SI inside, the planner's unit in the files, bounds told in the written unit."""

from __future__ import annotations

import inspect

import pytest

from scenarios.border import Border
from scenarios.columns import by_key, columns
from scenarios.marked import plain
from scenarios.meanings import _chinese
from scenarios.problems import Problem, Where
from simulation import model
from simulation.model import Command, Goals, Kind, Noun, Scenario, Segment, SnowPhysics, Stock, Team, Weather

NOUNS = [
    cls for _, cls in inspect.getmembers(model, inspect.isclass) if issubclass(cls, Noun) and cls is not Noun
]


def build(cls: type[Noun], **written: object) -> tuple[Noun | None, list[Problem]]:
    """A noun from keys as files write them."""
    problems: list[Problem] = []
    return Border(problems).noun(cls, plain(written, Where("x.yaml", "line", 1))), problems


@pytest.mark.parametrize(
    ("cls", "field", "key"),
    [
        (Segment, "speed", "speed_kmh"),
        (Stock, "amount", "amount_t"),
        (Team, "muster", "muster_min"),
        (Team, "duty_from", "duty_from_h"),
        (Weather, "precipitation", "precipitation_mmh"),
        (Weather, "humidity", "humidity_pct"),
        (Weather, "air", "air_c"),
        (Kind, "pump_rate", "pump_rate_m3h"),
        (Kind, "wading_depth", "wading_depth_cm"),
        (Kind, "inlets_per_hour", "inlets_per_hour"),
        (Command, "relay", "relay_min"),
        (Command, "report_period", "report_period_min"),
        (Goals, "clear", "clear_h"),
        (Goals, "clear_limit", "clear_limit_mm"),
        (SnowPhysics, "minimum_dose", "minimum_dose_gm2"),
        (Scenario, "duration", "hours"),
    ],
)
def test_keys_end_in_their_unit(cls: type[Noun], field: str, key: str) -> None:
    """A column is named by its field and the unit it is written in."""
    assert by_key(cls)[key].field == field


def test_values_are_converted_once() -> None:
    """Millimetres an hour, per cent and hours become SI."""
    noun, problems = build(Weather, t_h="1.5", precipitation_mmh="36", air_c="-2.5", humidity_pct="90")
    assert not problems
    assert noun == Weather(t=5400, precipitation=0.01, air=-2.5, humidity=0.9)


def test_units_inside_lists_and_mappings_are_converted() -> None:
    """A list of minutes, a mapping of minutes and a list of mappings of hours."""
    command, problems = build(
        Command,
        relay_min={"city": 1, "district": 2, "street": 3, "community": 4},
        report_period_min=[1, 2, 3, 4],
    )
    grades = {"light": 1, "moderate": 2, "heavy": 3, "storm": 4}
    goals, more = build(Goals, clear_h=[grades] * 4, clear_limit_mm=[1, 1, 2, 3])
    assert not problems and not more
    assert isinstance(command, Command) and isinstance(goals, Goals)
    assert command.relay == {"city": 60, "district": 120, "street": 180, "community": 240}
    assert command.report_period == (60, 120, 180, 240)
    assert goals.clear[0] == {"light": 3600, "moderate": 7200, "heavy": 10800, "storm": 14400}


def test_times_are_whole_seconds() -> None:
    """The clock counts whole seconds, so a third of an hour written with four digits is 1,200 s."""
    noun, _ = build(Weather, t_h="0.3333", precipitation_mmh="0", air_c="0")
    assert isinstance(noun, Weather) and noun.t == 1200


@pytest.mark.parametrize(
    ("cls", "key", "value", "words"),
    [
        (Weather, "precipitation_mmh", "800", "precipitation_mmh is 800, it must be at most 720 mm/h"),
        (Weather, "humidity_pct", "101", "humidity_pct is 101, it must be at most 100 %"),
        (Segment, "speed_kmh", "150", "speed_kmh is 150, it must be at most 144 km/h"),
        (Segment, "speed_kmh", "0", "speed_kmh is 0, it must be above 0 km/h"),
        (Team, "max_duty_h", "37", "max_duty_h is 37, it must be at most 36 h"),
        (Kind, "wading_depth_cm", "200", "wading_depth_cm is 200, it must be at most 150 cm"),
        (Command, "decide_every_min", "0.5", "decide_every_min is 0.5, it must be at least 1 min"),
    ],
)
def test_bounds_are_told_in_the_unit_of_the_file(cls: type[Noun], key: str, value: str, words: str) -> None:
    """A planner who writes km/h reads of km/h."""
    _, problems = build(cls, **{key: value})
    assert words in [problem.what for problem in problems]


@pytest.mark.parametrize("cls", NOUNS, ids=lambda cls: cls.__name__)
def test_every_field_has_a_meaning_in_both_languages(cls: type[Noun]) -> None:
    """English in the model, Chinese beside it, for every field and for no other."""
    for column in columns(cls):
        assert column.meaning.in_language("en"), f"{cls.__name__}.{column.field}"
        assert column.meaning.in_language("zh"), f"{cls.__name__}.{column.field}"
    assert set(_chinese()[cls.__name__]) == {column.field for column in columns(cls)}


def test_no_two_fields_share_a_key() -> None:
    """Keys of a noun are told apart, with those of its names by language."""
    for cls in NOUNS:
        keys = [key for column in columns(cls) for key in column.keys]
        assert len(keys) == len(set(keys)), cls.__name__
