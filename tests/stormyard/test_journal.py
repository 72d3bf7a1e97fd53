"""The save file of an exercise: what is on disk is what counts, whatever killed the writer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulation.orders import Close, Entry, Recall, SetLevel
from stormyard.journal import NAME, Journal, Stand

HEAD = {"scenario": "gridtown", "hash": "abc", "seed": 3, "version": "1"}
ORDERS = [
    Entry(0, "player", SetLevel("II")),
    Entry(900, "player", Recall("a/1")),
    Entry(900, "x", Close(("s",))),
]


def played(folder: Path) -> Journal:
    """Three stands: one order at the first, two at the second, none at the third."""
    journal = Journal.begin(folder, dict(HEAD))
    journal.stand(0, "start")
    journal.enter(ORDERS[:1])
    journal.stand(900, "routine")
    journal.enter(ORDERS[1:])
    journal.stand(1800, "routine")
    return journal


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    """Log, stands and head come back as they were."""
    written, read = played(tmp_path), Journal.read(tmp_path)
    assert (read.log, read.stands, read.head) == (written.log, written.stands, HEAD)
    assert read.log == ORDERS
    assert read.stands == [Stand(0, "start", 0), Stand(900, "routine", 1), Stand(1800, "routine", 3)]


def test_a_line_that_was_cut_off_never_happened(tmp_path: Path) -> None:
    """At every byte of the last line, the save is the one before it, and it can be written on."""
    played(tmp_path)
    path = tmp_path / NAME
    whole = path.read_bytes()
    last = whole.rstrip(b"\n").rindex(b"\n") + 1
    for cut in range(last + 1, len(whole)):
        path.write_bytes(whole[:cut])
        journal = Journal.read(tmp_path)
        assert [s.t for s in journal.stands] == [0, 900]
        assert path.read_bytes() == whole[:last]
    journal.stand(1200, "idle")
    assert [s.t for s in Journal.read(tmp_path).stands] == [0, 900, 1200]


def test_going_back_keeps_what_was_undone_on_disk(tmp_path: Path) -> None:
    """After an undo the log is the shorter one, the file the longer one."""
    journal = played(tmp_path)
    before = (tmp_path / NAME).read_text(encoding="utf-8")
    journal.back(2, 2)
    read = Journal.read(tmp_path)
    assert read.log == ORDERS[:2]
    assert read.stands == [Stand(0, "start", 0), Stand(900, "routine", 1)]
    assert read.undone == 1
    assert (tmp_path / NAME).read_text(encoding="utf-8").startswith(before)


def test_a_second_exercise_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    """A save is never written over."""
    played(tmp_path)
    with pytest.raises(FileExistsError):
        Journal.must_not_exist(tmp_path)
    with pytest.raises(FileExistsError):
        Journal.begin(tmp_path, HEAD)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("no json\n", "line 3"),
        ('{"do": "dance"}\n', "line 3: 'dance' is no line of a journal"),
        ('{"do": "enter", "t": 1, "by": "x", "action": "Fly"}\n', "line 3: 'Fly' is no order or inject"),
        ('{"do": "stand"}\n', "line 3"),
    ],
)
def test_a_line_that_makes_no_sense_is_named(tmp_path: Path, line: str, words: str) -> None:
    """The error says which line of which file."""
    journal = Journal.begin(tmp_path, dict(HEAD))
    journal.stand(0, "start")
    with (tmp_path / NAME).open("a", encoding="utf-8") as file:
        file.write(line)
    with pytest.raises(ValueError, match=r"exercise\.jsonl") as caught:
        Journal.read(tmp_path)
    assert words in str(caught.value)


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    """An empty file and one without a beginning."""
    (tmp_path / NAME).write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="is empty"):
        Journal.read(tmp_path)
    (tmp_path / NAME).write_text(json.dumps({"do": "stand", "t": 0, "why": "start"}) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match="does not begin"):
        Journal.read(tmp_path)
