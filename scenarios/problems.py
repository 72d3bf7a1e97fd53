"""What is wrong with an input: where it stands, what it is, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from scenarios.said import Said, Told, sentences, told


class Where(NamedTuple):
    """A place in an input file, in the words a planner finds it by."""

    file: str
    kind: str = ""
    """row (tables, the header is row 1), line (text) or feature (GeoJSON); empty = the whole file."""
    number: int | str = 0
    part: str = ""
    """The column, key or property; empty = all of the row."""

    def __str__(self) -> str:
        return self.said

    @property
    def said(self) -> str:
        """The place in words."""
        place = Said(f"where.{self.kind}", file=self.file, number=self.number) if self.kind else self.file
        word = "property" if self.kind == "feature" else "column"
        return Said(f"where.{word}", place=place, part=self.part) if self.part else place

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
        return self.told("en")

    def told(self, language: str) -> str:
        """The problem in ``en`` or ``zh``; in English where a part of it is known in English alone."""
        told = self.parts(language)
        head = Said("problem.line", where=told["where"], what=told["what"]).in_language(
            language if self._known else "en"
        )
        return head + (f"\n    {told['hint']}" if told["hint"] else "")

    def line(self, language: str) -> str:
        """The same on one line."""
        return self.told(language).replace("\n    ", "；" if language == "zh" else "; ")

    def parts(self, language: str) -> dict[str, str]:
        """``where``, ``what`` and ``hint`` in a language, never two languages in one problem."""
        language = language if self._known else "en"
        return {name: str(told(text, language)) for name, text in vars(self).items()}

    @property
    def _known(self) -> bool:
        """Whether it can be told in every language. A place is a name and stands as it is."""
        return all(isinstance(text, Told) for text in (self.what, self.hint) if text)


def problem(where: Where | str, key: str, /, *, hint: str | None = None, **gaps: object) -> Problem:
    """A problem by the key of its sentence; the hint is the sentence's own unless another is given."""
    own = f"{key}.hint"
    if hint is None:
        hint = Said(own, **gaps) if own in sentences("en") else ""
    return Problem(where.said if isinstance(where, Where) else where, Said(key, **gaps), hint)


def unwritable(folder: object, error: OSError) -> Problem:
    """A folder that the system does not let be written."""
    return problem(str(folder), "folder.unwritable", reason=error.strerror or error)


class BadScenario(Exception):
    """An input that cannot be used, with all that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(dict.fromkeys(problems))
        super().__init__(self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''}"
        return "\n".join([head, *(f"- {problem}" for problem in self.problems)])


class SeveralScenarios(BadScenario):
    """A folder of scenarios was named where one of them is asked for."""

    def __init__(self, where: str, references: list[str]) -> None:
        self.references = tuple(references)
        super().__init__([problem(where, "scenario.several", names=self.references)])


def nearest(word: str, options: Iterable[str]) -> str | None:
    """The option that ``word`` was most likely meant to be; None where none is near."""
    folded = {name.lower(): name for name in options}
    near = difflib.get_close_matches(word.lower(), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else None


def did_you_mean(word: str, options: Iterable[str]) -> Said:
    """A question naming the option nearest to ``word``, or the options where none is near."""
    names = list(dict.fromkeys(options))
    near = nearest(word, names)
    if near is not None:
        return Said("near.meant", name=quoted(near))
    if not names:
        return Said("near.none")
    key = "near.one" if len(names) == 1 else "near.some" if len(names) <= MOST_NAMED else "near.many"
    return Said(key, names=tuple(map(quoted, names[:MOST_NAMED])))


MOST_NAMED = 12
"""Options that are listed where none is near."""


def some(names: list[str]) -> Said:
    """The first few of many names."""
    return Said("near.first" if len(names) > 5 else "near.all", names=tuple(names[:5]))


def shown(value: object) -> Said:
    """A value as it is quoted in a message: short, on one line."""
    text = " ".join(str(value).split())
    return quoted(text if len(text) <= 60 else text[:57] + "...")


def quoted(text: str) -> Said:
    """A word between the marks of the language."""
    return Said("near.quoted", text=text)
