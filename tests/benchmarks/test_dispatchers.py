"""The table of dispatchers beside each other: paired figures, the goal's parts, and its place on the page."""

from __future__ import annotations

import pytest

from benchmarks.dispatchers import Played, beside, show, table
from benchmarks.page import put
from optimization.plan import burden
from results.metrics import Figures


def played(*members: Figures) -> list[Played]:
    return [Played(burden(f), 0.5, 0, {"refusals": 0.0, **f}) for f in members]


GREEDY = played(
    {"unclear_km_h.p1": 10.0, "closed_late": 1.0, "first_pass_h.p1": 5.0, "first_pass_h.p2": 7.0},
    {"unclear_km_h.p1": 20.0, "closed_late": 0.0, "first_pass_h.p1": 6.0, "first_pass_h.p2": None},
)
ROLLING = played(
    {"unclear_km_h.p1": 9.0, "closed_late": 0.0, "first_pass_h.p1": 4.0, "first_pass_h.p2": 8.0},
    {"unclear_km_h.p1": 18.0, "closed_late": 0.0, "first_pass_h.p1": 5.0, "first_pass_h.p2": 8.0},
)


def test_parts_and_promises_stand_beside_the_goal(capsys: pytest.CaptureFixture[str]) -> None:
    """Class-1 roads of 10 and 20 km h and one underpass closed late are 340 in all, 170 on the mean; without it and a
    tenth less of roads 108. An hour that a member never came to is told as never."""
    row = beside("a", "rolling", ROLLING, GREEDY, 100)
    assert (row["beside"], row["goal"], row["from_seed"]) == (170.0, 108.0, 100)
    assert row["parts_beside"] == {"unclear": 120.0, "under_water": 0.0, "cut_off": 0.0, "closed_late": 50.0}
    assert row["margin_pct"] == pytest.approx(100 * 62 / 170) and row["low_pct"] < row["margin_pct"]
    (head, _, line) = table([row])
    assert head.count("|") == line.count("|")
    assert "| 170 → 108 |" in line and "| 50.0 → 0.0 |" in line and "| 0 → 0 |" in line
    assert "| 5.5 → 4.5 |" in line and "| never → 8.0 | - |" in line
    show(row)
    assert "closed_late 50.0 -> 0.0" in capsys.readouterr().err


def test_a_table_takes_the_place_of_the_one_before() -> None:
    """Under its own heading and title; what others wrote stays, in whatever order they come."""
    page = "# Benchmarks\n\n## Routing\n\n### egl\n\n| a |\n\n## Drains\n\ntext\n"
    once = put(page, "Dispatchers", "five members", ["old"])
    assert once == page + "\n## Dispatchers\n\n### five members\n\nold\n"
    more = put(once, "Dispatchers", "ten members", ["ten"])
    again = put(more, "Dispatchers", "five members", ["new"])
    assert again == more.replace("old", "new") and put(again, "Dispatchers", "five members", ["new"]) == again
    assert put(again, "Routing", "egl", ["| b |"]) == again.replace("| a |", "| b |")
    assert put("", "Dispatchers", "t", ["x"]) == "# Benchmarks\n\n## Dispatchers\n\n### t\n\nx\n"
