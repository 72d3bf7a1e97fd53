"""What the checks know: sound nouns with their places, every row that was seen, and the drain model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, TypeVar, get_args

from scenarios.border import Border, row_id
from scenarios.columns import columns
from scenarios.marked import FAULTY, Marked
from scenarios.problems import Problem, Where
from simulation.drainage.inp import Inp, InpError, read_inp
from simulation.model import (
    Depot,
    Equipment,
    HazardName,
    Kind,
    Material,
    Noun,
    Office,
    Place,
    Segment,
    Team,
)

N = TypeVar("N", bound=Noun)
_TABLES: dict[type[Noun], tuple[str, str]] = {
    Segment: ("city", "segments"),
    Place: ("city", "places"),
    Office: ("city", "offices"),
    Kind: ("fleet", "kinds"),
    Material: ("fleet", "materials"),
    Depot: ("fleet", "depots"),
    Team: ("fleet", "teams"),
    Equipment: ("fleet", "equipment"),
}
HAZARDS: tuple[HazardName, ...] = get_args(HazardName)


class Facts:
    """A scenario as far as it could be built."""

    def __init__(self, border: Border, tree: Marked) -> None:
        self._border, self.tree = border, tree

    def rows(self, cls: type[N]) -> list[tuple[N, Marked]]:
        """Sound nouns of a class with their marked values."""
        return self._border.built[cls]

    def all_rows(self) -> Iterator[tuple[type[Noun], list[tuple[Any, Marked]]]]:
        """Sound nouns of every class that was read."""
        yield from self._border.built.items()

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

    def readable(self, cls: type[Noun]) -> bool:
        """Whether the table of a class could be read; what is in an unreadable one cannot be known."""
        block, table = _TABLES[cls]
        return self._slot(block, table) is not FAULTY

    @property
    def drains_readable(self) -> bool:
        """Whether the drain model is absent or could be read as text."""
        return self._slot("city", "drains") is not FAULTY

    def _slot(self, block: str, key: str) -> object:
        outer = self.tree.get(block)
        inner = outer.get(key) if outer else None
        return inner.value if inner else None

    @property
    def hazards(self) -> dict[HazardName, Marked]:
        """The hazards the scenario names (snow where it names none), each with its place."""
        named = self.tree.get("hazards")
        if named is None:
            return {"snow": self.tree}
        items = named.value if isinstance(named.value, list) else [named]
        words = [(word, item) for item in items for word in re.split("[;；]", item.text)]
        return {hazard: item for hazard in HAZARDS for word, item in words if word.strip() == hazard}

    @cached_property
    def crews(self) -> dict[str, Equipment]:
        """Equipment by the names of its crews: ``plough-a/1`` ..."""
        return {f"{noun.id}/{i + 1}": noun for noun, _ in self.rows(Equipment) for i in range(noun.count)}

    @cached_property
    def _drains(self) -> Inp | InpError | None:
        text = self._slot("city", "drains")
        if text is None or text is FAULTY:
            return None
        try:
            return read_inp(str(text))
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


Found = Iterator[Problem]
