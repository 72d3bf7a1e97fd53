"""Slips of a planner and the problems they must give.

A slip spoils a copy of the sample and names every problem that must come, as words of its place, of what is
wrong and of the hint. No other problem may come: one slip must not call forth a flood.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from scenarios.load import load
from scenarios.problems import BadScenario, Problem
from scenarios.said import Told
from tests.scenarios.folders import Edit

TEAMS, EQUIPMENT, STOCK, DEPOTS = (
    "fleet/teams.csv",
    "fleet/equipment.csv",
    "fleet/stock.csv",
    "fleet/depots.csv",
)
ROADS, PLACES, DRAINS = "city/roads.geojson", "city/places.csv", "city/drains.inp"
SCENARIO, SNOW, RAIN = "scenario.yaml", "storms/snow.yaml", "storms/rain.csv"
Words = tuple[str, str, str]


@dataclass(frozen=True)
class Slip:
    """A slip and the problems it must give: (words of where, words of what, words of the hint)."""

    name: str
    edit: Edit
    expected: tuple[Words, ...]
    variant: str | None = None


def slip(name: str, edit: Edit, *expected: Words, variant: str | None = None) -> Slip:
    """A slip in one call."""
    return Slip(name, edit, expected, variant)


def problems_of(folder: Path, variant: str | None = None) -> tuple[Problem, ...]:
    """What ``load`` says of a folder that must be refused."""
    with pytest.raises(BadScenario) as caught:
        load(folder, variant)
    return caught.value.problems


def fits(problem: Problem, words: Words) -> bool:
    """Whether a problem has the expected words in its three parts."""
    return all(
        word in part for word, part in zip(words, (problem.where, problem.what, problem.hint), strict=True)
    )


def told_exactly(spoilt: Slip, sample: Path) -> None:
    """The slip gives its problems and no others, and each is known in Chinese too."""
    spoilt.edit(sample)
    problems = problems_of(sample, spoilt.variant)
    for words in spoilt.expected:
        assert any(fits(problem, words) for problem in problems), f"{words} not in {problems}"
    assert len(problems) == len(spoilt.expected), "\n".join(str(problem) for problem in problems)
    for problem in problems:
        assert all(isinstance(text, Told) for text in (problem.what, problem.hint) if text), str(problem)
