"""The save file of an exercise: an append-only journal of orders, injects, stands and undos.

Every line is on disk before the player hears of it, so killing the process loses nothing. Nothing is ever
taken out: an undo is one more line, and what it undid stays readable above it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulation.orders import Entry

NAME = "exercise.jsonl"
FORMAT = 1


@dataclass(frozen=True)
class Stand:
    """A moment at which the player could decide."""

    t: int
    why: str
    entries: int
    """Log entries that had come in when the clock arrived here, injects of this second included."""


@dataclass
class Journal:
    """What is on disk, folded: the log as it now counts and the stands that lead to the present."""

    path: Path
    head: dict[str, Any]
    """Scenario id and hash, seed, version, player."""
    log: list[Entry] = field(default_factory=list)
    stands: list[Stand] = field(default_factory=list)
    undone: int = 0
    """Entries that were taken back."""
    finished: bool = False

    @staticmethod
    def must_not_exist(folder: Path) -> None:
        """Raises FileExistsError if ``folder`` holds a journal."""
        if (folder / NAME).exists():
            raise FileExistsError(f"{folder} holds an exercise already")

    @classmethod
    def begin(cls, folder: Path, head: dict[str, Any]) -> Journal:
        """A new journal in ``folder``. Raises FileExistsError if there is one."""
        journal = cls(folder / NAME, head)
        with journal.path.open("x", encoding="utf-8") as file:
            file.write(json.dumps({"do": "begin", "format": FORMAT, **head}, ensure_ascii=False) + "\n")
        return journal

    @classmethod
    def read(cls, folder: Path) -> Journal:
        """The journal in ``folder``; a last line that was cut off is dropped.

        Raises FileNotFoundError, or ValueError with the line that cannot be read.
        """
        path = folder / NAME
        lines = path.read_text(encoding="utf-8").split("\n")
        if lines.pop():
            path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        if not lines:
            raise ValueError(f"{path} is empty")
        journal = cls(path, {})
        for number, text in enumerate(lines, 1):
            try:
                journal._fold(json.loads(text))
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path} line {number}: {error}") from error
        if "seed" not in journal.head:
            raise ValueError(f"{path} does not begin with the start of an exercise")
        return journal

    def enter(self, entries: Sequence[Entry]) -> None:
        """Orders and injects came in."""
        if entries:
            self._write(*({"do": "enter", **entry.to_json()} for entry in entries))

    def stand(self, t: int, why: str) -> None:
        """The clock stopped for a decision."""
        self._write({"do": "stand", "t": t, "why": why})

    def back(self, stands: int, entries: int) -> None:
        """Only the first ``stands`` stands and the first ``entries`` entries count from now on."""
        self._write({"do": "undo", "stands": stands, "entries": entries})

    def end(self, digest: str) -> None:
        """The run is over."""
        self._write({"do": "end", "digest": digest})

    def _write(self, *lines: dict[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
        for line in lines:
            self._fold(line)

    def _fold(self, line: dict[str, Any]) -> None:
        match line.pop("do"):
            case "begin":
                if line.pop("format") != FORMAT:
                    raise ValueError("it was written by another version of the exercise room")
                self.head = line
            case "enter":
                self.log.append(Entry.from_json(line))
            case "stand":
                self.stands.append(Stand(line["t"], line["why"], len(self.log)))
            case "undo":
                self.undone += len(self.log) - line["entries"]
                del self.stands[line["stands"] :], self.log[line["entries"] :]
            case "end":
                self.finished = True
            case other:
                raise ValueError(f"'{other}' is no line of a journal")
