"""What every planner found by its folder must hold, on the tiny cities."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from optimization.plan import CannotPlan, Plan
from optimization.planners import names, planner
from results import planning as shown
from results.language import HERE as RESULTS
from results.language import LANGUAGES, both, catalogue
from scenarios.load import load
from simulation.model import Scenario
from stormyard.planning import as_sets
from stormyard.words import FOLDER
from tests.optimization.answers import proposed, without_seconds
from tests.optimization.planners.real import Real

CITIES: dict[str, list[str]] = {"tiny/snow": [], "tiny/flood": ["hours=3"]}
"""By the overrides that make their runs short: the water comes in the first two hours."""
TRIES = Real()
"""Shared by all tests of this file, so that what one has run the next need not."""


def answer(name: str, scenario: Scenario, **options: Any) -> Plan | CannotPlan:
    """The plan, or why there is none."""
    return proposed(name, scenario, TRIES, **options)


def told(scenario: Scenario, found: Plan | CannotPlan) -> list[tuple[str, str]]:
    """All that it says, in both languages; a missing sentence or gap raises KeyError."""
    if isinstance(found, CannotPlan):
        return [both(f"refused.{key}", **found.gaps) for key in (found.key, f"{found.key}_hint")]
    said = [shown.reason(scenario, reason.key, reason.gaps) for reason in found.why]
    for row in found.rows:
        said += [both(f"plan_column.{column}") for column in row]
        said += [shown.told(scenario, column, value) for column, value in row.items()]
    return [(text.zh, text.en) for text in said]


def without(scenario: Scenario, **fleet: Any) -> Scenario:
    """The scenario with parts of its fleet replaced."""
    return scenario.model_copy(update={"fleet": scenario.fleet.model_copy(update=fleet)})


@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize("name", names())
def test_a_plan_loads_says_why_and_comes_out_the_same_again(name: str, city: str) -> None:
    """Overrides are the scenario file's grammar, every sentence stands in both languages, a seed fixes the answer."""
    scenario = load(city, sets=CITIES[city])
    found = answer(name, scenario)
    if isinstance(found, Plan):
        changed = load(city, sets=[*CITIES[city], *as_sets(found.overrides)])
        assert (changed.digest() != scenario.digest()) == bool(found.overrides)
        assert found.why
        assert bool(found.rows) or not found.overrides
    assert all(zh and en and "{" not in zh + en for zh, en in told(scenario, found))
    again = answer(name, scenario)
    assert repr(without_seconds(again)) == repr(without_seconds(found))


@pytest.mark.parametrize("name", names())
def test_a_planner_answers_when_everything_is_short(name: str) -> None:
    """One machine and a handful of salt: a plan or a refusal in words, never a crash."""
    scenario = load("tiny/snow")
    stock = tuple(s.model_copy(update={"amount": 100.0}) for s in scenario.fleet.stock)
    poor = without(scenario, stock=stock, equipment=scenario.fleet.equipment[:1])
    assert told(poor, answer(name, poor))


@pytest.mark.parametrize("name", names())
def test_a_planner_refuses_what_makes_no_sense(name: str) -> None:
    """Nobody to plan for is refused with a sentence and a hint in both languages."""
    scenario = load("tiny/snow")
    nobody = without(scenario, equipment=(), stock=())
    found = answer(name, nobody)
    assert isinstance(found, CannotPlan) or not found.overrides
    for zh, en in told(nobody, found):
        assert zh != en


@pytest.mark.parametrize("name", names())
def test_a_planner_has_words(name: str) -> None:
    """Its name, its help and each of its options, in both languages."""
    for language in LANGUAGES:
        here, front = (catalogue(folder / f"{language}.yaml") for folder in (RESULTS, FOLDER))
        assert f"planner.{name}" in here
        assert f"help.plan_{name}" in front
        own = [f.name for f in fields(planner(name).Options) if f.name != "seed"]
        assert [f"opt.plan_{field}" for field in own if f"opt.plan_{field}" not in front] == []
        assert [f"plan_option.{field}" for field in own if f"plan_option.{field}" not in here] == []
