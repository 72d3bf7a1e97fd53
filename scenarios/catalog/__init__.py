"""The catalogue: kinds of equipment and materials that every city shares, each row with its source."""

from __future__ import annotations

from pathlib import Path

from scenarios.border import Border
from scenarios.marked import Marked
from scenarios.problems import BadScenario, Problem
from scenarios.tables import read_table
from simulation.model import Kind, Material, Noun

HERE = Path(__file__).parent


def catalogue_rows(table: str, problems: list[Problem]) -> list[Marked]:
    """The rows of ``kinds`` or ``materials`` as marked values."""
    found = read_table(HERE / f"{table}.csv", f"catalog/{table}.csv", problems)
    return found.value if found else []


def load_kinds() -> tuple[Kind, ...]:
    """Every kind of the catalogue."""
    return tuple(noun for noun in _load("kinds", Kind) if isinstance(noun, Kind))


def load_materials() -> tuple[Material, ...]:
    """Every material of the catalogue."""
    return tuple(noun for noun in _load("materials", Material) if isinstance(noun, Material))


def _load(table: str, cls: type[Noun]) -> list[Noun | None]:
    problems: list[Problem] = []
    border = Border(problems)
    nouns = [border.noun(cls, row) for row in catalogue_rows(table, problems)]
    if problems:
        raise BadScenario(problems)
    return nouns
