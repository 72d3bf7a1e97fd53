"""Ids and names that stand twice, or that could not be told apart in lists and paths."""

from __future__ import annotations

from typing import Any

from scenarios.border import row_id
from scenarios.checks.facts import Facts, Found, cell
from scenarios.marked import Marked
from scenarios.problems import problem, shown
from scenarios.said import Said
from simulation.model import Depot, Equipment, Kind, Material, Noun, Office, Place, Segment, Stock, Team

_WITH_ID = (Segment, Place, Office, Kind, Material, Depot, Stock, Team, Equipment)
_ONE_NAME = (Depot, Office, Team)
"""Classes whose names people give orders by."""


def check(facts: Facts) -> Found:
    """Ids once each, names of teams, yards and offices too."""
    for cls in _WITH_ID:
        yield from _ids(facts, cls)
    for cls in _ONE_NAME:
        yield from _names(facts, cls)


def _ids(facts: Facts, cls: type[Noun]) -> Found:
    first: dict[str, Marked] = {}
    forbidden = ";/" if cls is Equipment else ";"
    for row in facts.seen(cls):
        name = row_id(cls, row)
        if not name:
            continue
        if name in first:
            hint = Said("id.add_up" if cls is Stock else "id.rename")
            gaps: dict[str, Any] = {
                "noun": Said(f"noun.{cls.__name__}"),
                "name": shown(name),
                "first": first[name].where.said,
            }
            yield problem(row.where, "id.twice", hint=hint, **gaps)
        first.setdefault(name, row)
        bad = next((char for char in name if char in forbidden), None)
        if bad:
            yield problem(row.where, "id.bad_mark", name=shown(name), mark=bad)


def _names(facts: Facts, cls: type[Noun]) -> Found:
    first: dict[str, Marked] = {}
    for noun, row in facts.rows(cls):
        name = str(noun.name)  # type: ignore[attr-defined]
        if name in first:
            gaps: dict[str, Any] = {
                "noun": Said(f"noun.{cls.__name__}"),
                "name": shown(name),
                "first": first[name].where.said,
            }
            yield problem(cell(row, cls, "name"), "id.one_name", **gaps)
        first.setdefault(name, row)
