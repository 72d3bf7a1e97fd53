"""After an exercise: the play beside the dispatchers, and the decisions that mattered."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulation.engine import run
from simulation.record import Run
from stormyard import debrief
from stormyard.room import PLAYER
from stormyard.words import LANGUAGES, words
from tests.stormyard.rooms import adviser, begin, tell, to_the_end


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """A play whose first order comes hours late, beside a dispatcher that begins at once."""
    room = begin(tmp_path_factory.mktemp("room"), injects=[], hours=8)
    tell(room, "go 3h", "go 3h", "send 1 to job 1", "go 3h", "assign 1 pump H0-0", "send 2 to job 1")
    to_the_end(room)
    played = room.result()
    greedy = run(room.scenario, room.seed, adviser("first-come", room.scenario, room.seed))
    return {PLAYER: played, "greedy": greedy}


def test_times_stand_side_by_side(runs: dict[str, Run]) -> None:
    """First order, first arrival and counts, a column a run."""
    head, *rows = debrief.times(runs, words("en"))
    assert head[:2] == ["decision", "you"]
    by_name = {row[0]: row[1:] for row in rows}
    mine, theirs = by_name["first order to a crew"]
    assert mine > theirs
    assert by_name["orders refused"] == ["1", "0"]
    assert by_name["orders to crews"][0] == "2"


def test_the_best_is_marked_but_not_what_was_spent(runs: dict[str, Run]) -> None:
    """The dispatcher's roads are clearer; doing little is no merit although it costs little."""
    rows = {row[0]: row for row in debrief.figures(runs, words("en"))}
    assert [cell.endswith("*") for cell in rows["road not clear"][2:]] == [False, True]
    spent = next(row for name, row in rows.items() if name.startswith("cost"))
    assert "*" not in "".join(spent)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_review_names_the_decisions_that_mattered(runs: dict[str, Run], language: str) -> None:
    """How late the first order was, the longest pause, and the refusal in the player's language."""
    text = "\n".join(debrief.review(runs, 3, words(language)))
    wanted = {
        "en": (
            "your first order came at",
            "after greedy",
            "longest time without an order",
            "cannot pump",
            "3 orders",
        ),
        "zh": ("首次下令", "晚", "没有向机组下令", "不能抽排", "撤销 3 条"),
    }
    assert [part for part in wanted[language] if part not in text] == []


def test_a_play_without_orders_is_reviewed(runs: dict[str, Run], tmp_path: Path) -> None:
    """Nothing was ordered: it is said, and no time is made up."""
    room = begin(tmp_path, injects=[], hours=2)
    to_the_end(room)
    idle = {PLAYER: room.result(), "greedy": runs["greedy"]}
    text = "\n".join(debrief.review(idle, 0, words("en")))
    assert "no crew was given an order" in text
    assert {row[0]: row[1] for row in debrief.times(idle, words("en"))}["first order to a crew"] == "never"
