"""Ids and names that stand twice, or that could not be told apart in lists and paths."""

from __future__ import annotations

from scenarios.border import row_id
from scenarios.checks.facts import Facts, Found, cell, problem
from scenarios.marked import Marked
from scenarios.problems import shown
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
            what = f"the {cls.__name__.lower()} {shown(name)} stands twice, first in {first[name].where}"
            hint = (
                "add the amounts up in one row"
                if cls is Stock
                else "ids are given once; rename or remove one"
            )
            yield problem(row.where, what, hint)
        first.setdefault(name, row)
        bad = next((char for char in name if char in forbidden), None)
        if bad:
            yield problem(row.where, f"the id {shown(name)} holds a '{bad}', which parts names in lists")


def _names(facts: Facts, cls: type[Noun]) -> Found:
    first: dict[str, Marked] = {}
    for noun, row in facts.rows(cls):
        name = str(noun.name)  # type: ignore[attr-defined]
        if name in first:
            what = f"two {cls.__name__.lower()}s are called {shown(name)}, the first in {first[name].where}"
            yield problem(cell(row, cls, "name"), what, "people are called by name: tell the two apart")
        first.setdefault(name, row)
