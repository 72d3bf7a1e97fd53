"""Orders and injects as lines of a log: JSON both ways, and wrong lines told in words."""

import json
from typing import Any

import pytest

from simulation.orders import (
    ACTIONS,
    INJECTS,
    Action,
    Assign,
    Breakdown,
    Call,
    Close,
    Closure,
    Entry,
    NoShow,
    Open,
    Outage,
    Recall,
    ReportLoss,
    SetLevel,
    Surge,
    Transfer,
    level_rank,
)

ONE_OF_EACH: tuple[Action, ...] = (
    Assign("plough/1", ("plough", "spread"), ("H0-0", "H1-0"), 0.02),
    Assign("plough/1", ("plough",), ("H0-0",)),
    Recall("plough/1"),
    Close(("H1-0",)),
    Open(("H1-0", "H0-0")),
    SetLevel("II"),
    Transfer("salt", "yard", "east", 2000.0),
    Breakdown("plough/1", 3600),
    Outage("LIFT", 1800),
    Surge("LOW", 0.4, 600),
    Call("clinic", "医院门口积水", "water at the clinic"),
    NoShow("day", 0.5),
    ReportLoss("centre", 7200),
    Closure("H0-0", 900),
)


def test_one_of_each() -> None:
    """The list above leaves none out."""
    assert {type(a).__name__ for a in ONE_OF_EACH} == set(ACTIONS)
    assert {t for t in INJECTS} < set(ACTIONS.values())


@pytest.mark.parametrize("action", ONE_OF_EACH, ids=lambda a: type(a).__name__)
def test_json_round_trip(action: Action) -> None:
    """An entry written as a line of JSON and read back is the same entry."""
    entry = Entry(4500, "dispatcher", action)
    line = json.dumps(entry.to_json(), ensure_ascii=False)
    assert Entry.from_json(json.loads(line)) == entry


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"action": "Dance"}, "'Dance' is no order or inject; they are Assign, Recall"),
        ({"action": None}, "'None' is no order or inject"),
        ({"crews": "a"}, "Breakdown has no crews; it has crew, seconds"),
        ({"seconds": "long"}, "Breakdown: seconds cannot be 'long': Input should be a valid integer"),
        ({"seconds": 30.5}, "seconds cannot be 30.5"),
        ({"seconds": True}, "seconds cannot be True"),
        ({"crew": ["a", "b"]}, "crew cannot be"),
        ({"t": 12.5}, "t must be a whole number of seconds, 0 or more, not 12.5"),
        ({"t": -60}, "not -60"),
        ({"t": "12"}, "not '12'"),
    ],
)
def test_a_wrong_line_says_what_is_wrong(change: dict[str, Any], words: str) -> None:
    """Wrong kinds, names, types and times; nothing is guessed."""
    line = Entry(60, "room", Breakdown("plough/1", 3600)).to_json() | change
    with pytest.raises(ValueError, match=words):
        Entry.from_json(line)


@pytest.mark.parametrize("missing", ["t", "by", "crew", "seconds"])
def test_a_line_that_lacks_something_is_refused(missing: str) -> None:
    """The words name what is missing."""
    line = Entry(60, "room", Breakdown("plough/1", 3600)).to_json()
    del line[missing]
    with pytest.raises(ValueError, match=f"t must be|{missing}"):
        Entry.from_json(line)


def test_verbs_of_a_line_must_be_verbs() -> None:
    """A list stands for a tuple, a string does not."""
    line = Entry(60, "room", Assign("plough/1", ("plough",), ("H0-0",))).to_json()
    assert Entry.from_json(line | {"verbs": ["plough"], "targets": ["H0-0"]}).action == Assign(
        "plough/1", ("plough",), ("H0-0",)
    )
    with pytest.raises(ValueError, match="verbs cannot be 'plough'"):
        Entry.from_json(line | {"verbs": "plough"})
    with pytest.raises(ValueError, match="verbs cannot be"):
        Entry.from_json(line | {"verbs": ["sweep"]})


def test_level_ranks() -> None:
    """IV is the lowest; no level is 0; other words are errors."""
    assert [level_rank(x) for x in (None, "none", "IV", "III", "II", "I")] == [0, 0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="'V' is no response level"):
        level_rank("V")
