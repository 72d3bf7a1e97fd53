"""What the checks know: sound nouns with their places, every row that was seen, and the drain model."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TypeVar

from scenarios.border import Border, row_id
from scenarios.columns import columns
from scenarios.marked import Marked
from scenarios.problems import Problem, Where
from simulation.drainage.inp import Inp, InpError, read_inp
from simulation.model import Equipment, Noun

N = TypeVar("N", bound=Noun)


class Facts:
    """A scenario as far as it could be built."""

    def __init__(self, border: Border, tree: Marked) -> None:
        self._border, self.tree = border, tree

    def rows(self, cls: type[N]) -> list[tuple[N, Marked]]:
        """Sound nouns of a class with their marked values."""
        return self._border.built[cls]

    def seen(self, cls: type[Noun]) -> list[Marked]:
        """Every row of a class, sound or not."""
        return self._border.seen[cls]

    def complete(self, cls: type[Noun]) -> bool:
        """Whether every row of a class is sound."""
        return len(self._border.built[cls]) == len(self._border.seen[cls])

    def ids(self, cls: type[Noun]) -> list[str]:
        """Ids of every row of a class, sound or not, in order."""
        return [name for row in self.seen(cls) if (name := row_id(cls, row))]

    def by_id(self, cls: type[N]) -> dict[str, N]:
        """Sound nouns of a class by id."""
        return {row_id(cls, row): noun for noun, row in self.rows(cls)}

    def has_problem_in(self, stem: str) -> bool:
        """Whether a file, named without its ending, already has a problem."""
        return any(f"{stem}." in problem.where.split(" ")[0] for problem in self._border.problems)

    @cached_property
    def crews(self) -> dict[str, Equipment]:
        """Equipment by the names of its crews: ``plough-a/1`` ..."""
        return {f"{noun.id}/{i + 1}": noun for noun, _ in self.rows(Equipment) for i in range(noun.count)}

    @cached_property
    def _drains(self) -> Inp | InpError | None:
        city = self.tree.get("city")
        text = city.get("drains") if city else None
        if text is None:
            return None
        try:
            return read_inp(text.text)
        except InpError as error:
            return error

    @property
    def inp(self) -> Inp | None:
        """The drain model, where there is a sound one."""
        return self._drains if isinstance(self._drains, Inp) else None

    @property
    def inp_error(self) -> InpError | None:
        """What is wrong with the drain model."""
        return self._drains if isinstance(self._drains, InpError) else None

    @property
    def inp_file(self) -> str:
        """The drain model's file."""
        city = self.tree.get("city")
        text = city.get("drains") if city else None
        return text.where.file if text else "city/drains.inp"


def cell(row: Marked, cls: type[Noun], field: str) -> Where:
    """The place of a field in its row; the row where it stands nowhere."""
    column = next(column for column in columns(cls) if column.field == field)
    found = next((child for key in column.keys if (child := row.get(key)) is not None), None)
    return found.where if found else row.where


def problem(where: Where, what: str, hint: str = "") -> Problem:
    """A problem at a place."""
    return Problem(str(where), what, hint)


Found = Iterator[Problem]
