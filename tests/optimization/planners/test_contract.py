"""What every planner found by its folder must hold, on the tiny cities."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import pytest

from optimization.plan import CannotPlan, Figures, Plan
from optimization.planners import names, planner
from optimization.planners._changes import changed
from results import planning as shown
from results.language import HERE as RESULTS
from results.language import LANGUAGES, both, catalogue
from scenarios.load import load
from simulation.model import Scenario
from stormyard.planning import as_sets
from stormyard.words import FOLDER
from tests.optimization.answers import SMALL, by_formula, proposed, without_seconds
from tests.optimization.planners.real import Made, Real

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
def test_what_a_planner_proposes_loads(name: str) -> None:
    """Where any other fleet is better than this one, in which all ploughs stand in one yard and salt is short, every
    planner has something to propose, twice the same, and scenario files take it."""
    lopsided = ["fleet.equipment.plough-s.depot=north-yard"]
    lopsided += [f"fleet.stock.{yard}-yard:salt.amount_t=0.5" for yard in ("north", "south")]
    scenario = load("tiny/snow", sets=lopsided)

    def liked(other: Scenario, seed: int) -> Figures:
        salt = sum(s.amount for s in other.fleet.stock if s.material == "salt") / 1000
        worse = 2.0 * (other.fleet == scenario.fleet) - 0.01 * salt
        return {
            "unclear_km_h.p1": 8.0 + worse,
            "clear_h.p1": 15.5 + worse,
            "material_used_t.salt": min(salt, 20.0),
        }

    money = {"budget": 30_000.0} if "budget" in (f.name for f in fields(planner(name).Options)) else {}
    found = proposed(name, scenario, Made(liked), **money)
    assert isinstance(found, Plan) and found.overrides and found.rows
    assert repr(without_seconds(proposed(name, scenario, Made(liked), **money))) == repr(
        without_seconds(found)
    )
    after = load("tiny/snow", sets=[*lopsided, *as_sets(found.overrides)])
    assert after.fleet == changed(scenario, found.overrides).fleet != scenario.fleet
    assert all(zh and en and "{" not in zh + en for zh, en in told(scenario, found))


@pytest.mark.parametrize("name", names())
def test_a_planner_answers_when_everything_is_short(name: str) -> None:
    """One machine and a handful of salt: a plan or a refusal in words, never a crash."""
    scenario = load("tiny/snow")
    stock = tuple(s.model_copy(update={"amount": 100.0}) for s in scenario.fleet.stock)
    poor = without(scenario, stock=stock, equipment=scenario.fleet.equipment[:1])
    found = answer(name, poor)
    assert told(poor, found)
    if isinstance(found, Plan):
        assert (changed(poor, found.overrides) != poor) == bool(found.overrides)


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
def test_a_planner_refuses_options_that_make_no_sense(name: str) -> None:
    """No number of any option may be below all reason, or none at all: said in words that name the option."""
    scenario = load("tiny/snow")
    for field in fields(planner(name).Options):
        if field.name == "seed" or isinstance(field.default, str):
            continue
        for value in (-7,) if isinstance(field.default, int) else (-7.0, math.nan):
            found = answer(name, scenario, **{field.name: value})
            assert isinstance(found, CannotPlan), (field.name, value)
            said = told(scenario, found)[0]
            assert all(f"--{field.name.replace('_', '-')} {value:g}" in text for text in said)


@pytest.mark.parametrize("name", names())
def test_a_planner_asks_for_a_bounded_number_of_runs(name: str) -> None:
    """Twice the storms or runs that it is given are no reason for many times as many runs; where it tells how many
    there are at the most, there are no more."""
    scenario, module = load("tiny/snow"), planner(name)
    asked = []
    for times in (1, 2):
        known = {f.name for f in fields(module.Options)}
        given = {
            k: times * v for k, v in SMALL.items() if k in known and k in ("storms", "runs", "test_members")
        }
        made = Made(lambda s, seed: by_formula({"": s}, [seed])[""][0])
        proposed(name, scenario, made, **given)
        asked.append(len(made.asked))
        if hasattr(module, "most_runs"):
            options = module.Options(**{k: v for k, v in {**SMALL, **given}.items() if k in known})
            assert asked[-1] <= module.most_runs(scenario, options)
    assert asked[1] <= 3 * asked[0] + 10


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
