"""What is wrong with an input: where it stands, what it is, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Where(NamedTuple):
    """A place in an input file, in the words a planner finds it by."""

    file: str
    kind: str = ""
    """row (tables, the header is row 1), line (text) or feature (GeoJSON); empty = the whole file."""
    number: int | str = 0
    part: str = ""
    """The column, key or property; empty = all of the row."""

    def __str__(self) -> str:
        place = f"{self.file} {self.kind} {self.number}" if self.kind else self.file
        word = "property" if self.kind == "feature" else "column"
        return f"{place}, {word} {self.part}" if self.part else place

    @property
    def is_row(self) -> bool:
        """Whether this is a row of a table, whose header names its columns."""
        return self.kind == "row"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input."""

    where: str
    """File plus row or line, such as ``fleet/teams.csv row 4, column muster_min``."""
    what: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f"\n    {self.hint}" if self.hint else "")


class BadScenario(Exception):
    """An input that cannot be used, with all that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(dict.fromkeys(problems))
        super().__init__(self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''}"
        return "\n".join([head, *(f"- {problem}" for problem in self.problems)])


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """A question naming the option nearest to ``word``, or the options where none is near."""
    names = list(dict.fromkeys(options))
    folded = {name.lower(): name for name in names}
    near = difflib.get_close_matches(word.lower(), folded, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{folded[near[0]]}'?"
    if not names:
        return "there are none"
    shown = ", ".join(f"'{name}'" for name in names[:12])
    return f"there {'is' if len(names) == 1 else 'are'} {shown}" + (" and others" if len(names) > 12 else "")


def shown(value: object) -> str:
    """A value as it is quoted in a message: short, on one line."""
    text = " ".join(str(value).split())
    return f"'{text if len(text) <= 60 else text[:57] + '...'}'"
