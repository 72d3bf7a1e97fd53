"""Refusals as a whole: everything at once, nothing written, nothing that could harm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scenarios.load import load
from scenarios.problems import BadScenario
from tests.scenarios.faulty import (
    test_cells,
    test_drains,
    test_files,
    test_references,
    test_roads,
    test_storm,
    test_yaml,
)
from tests.scenarios.faulty.slips import EQUIPMENT, ROADS, SCENARIO, STOCK, fits, problems_of
from tests.scenarios.folders import append, cell

SLIPS = [
    one
    for part in (test_cells, test_drains, test_files, test_references, test_roads, test_storm, test_yaml)
    for one in part.SLIPS
]


def test_every_slip_has_a_name_of_its_own() -> None:
    """At least forty slips are tried."""
    assert len({one.name for one in SLIPS}) == len(SLIPS) >= 40


def test_every_problem_of_every_file_comes_at_once(sample: Path) -> None:
    """Slips in ten files are all told by one call; none hides another."""
    chosen = [
        "column without its unit", "unknown kind", "negative stock", "storm goes back in time", "key misspelt",
        "speed out of range", "unknown drain node", "inject with an unknown target", "drain cycle",
        "unreachable depot: far off", "two teams of one id", "unknown verb in a list",
    ]  # fmt: skip
    spoilts = [next(one for one in SLIPS if one.name == name) for name in chosen]
    for spoilt in spoilts:
        spoilt.edit(sample)
    problems = problems_of(sample)
    for spoilt in spoilts:
        for words in spoilt.expected:
            assert any(fits(problem, words) for problem in problems), f"{words} not in {problems}"


def test_the_report_names_place_fault_and_hint(sample: Path) -> None:
    """As text, a refusal counts its problems and gives each with its hint below it."""
    cell(STOCK, 2, "amount_t", "-3")(sample)
    cell(EQUIPMENT, 3, "kind", "plow-3t")(sample)
    with pytest.raises(BadScenario) as caught:
        load(sample)
    lines = str(caught.value).splitlines()
    assert lines[0] == "2 problems"
    assert "- fleet/stock.csv row 2, column amount_t: amount_t is -3, it must be at least 0 t" in lines
    assert any("did you mean 'plough-3t'?" in line and line.startswith("    ") for line in lines)


def test_nothing_is_changed_by_a_refusal(sample: Path) -> None:
    """Checking a faulty folder writes nothing into it."""
    cell(STOCK, 2, "amount_t", "-3")(sample)
    before = {path: path.read_bytes() for path in sample.rglob("*") if path.is_file()}
    problems_of(sample)
    assert {path: path.read_bytes() for path in sample.rglob("*") if path.is_file()} == before


def test_yaml_bomb_is_refused(sample: Path) -> None:
    """Anchors that would unfold to millions of values are refused by count, not by running out of memory."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    append(SCENARIO, "\n" + "\n".join(lines) + "\n")(sample)
    assert any("more than 500,000 values" in problem.what for problem in problems_of(sample))


def test_deep_nesting_is_refused(sample: Path) -> None:
    """Nesting without end is refused in YAML and in JSON."""
    append(SCENARIO, "\ndeep: " + "[" * 5000 + "]" * 5000 + "\n")(sample)
    (sample / ROADS).write_text("[" * 100_000, encoding="utf-8")
    whats = [problem.what for problem in problems_of(sample)]
    assert any("nested" in what or "broken YAML" in what for what in whats)
    assert any("broken JSON" in what for what in whats)


def test_a_null_coordinate_is_a_problem(sample: Path) -> None:
    """JSON's own NaN and null are refused in the words of the file."""
    text = (sample / ROADS).read_text(encoding="utf-8")
    (sample / ROADS).write_text(text.replace("113.7,34.8", "NaN,34.8", 1), encoding="utf-8")
    assert any("NaN is not a number" in problem.what for problem in problems_of(sample))
    (sample / ROADS).write_text(text.replace("[113.7,34.8]", "[null,34.8]", 1), encoding="utf-8")
    assert any("is not a pair of longitude and latitude" in problem.what for problem in problems_of(sample))
    assert json.loads(text)["type"] == "FeatureCollection"
