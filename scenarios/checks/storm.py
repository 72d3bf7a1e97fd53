"""Weather in order of time, and a run that meets it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from scenarios.checks.facts import Facts, Found, cell
from scenarios.marked import Marked
from scenarios.problems import problem
from scenarios.said import Said
from simulation.model import Command, LevelChange, Noun, ResponseRule, RiverStage, Storm, Weather

HOUR = 3600.0
_SERIES: tuple[tuple[type[Noun], str], ...] = (
    (Weather, "weather"),
    (RiverStage, "river"),
    (LevelChange, "timeline"),
)


def check(facts: Facts) -> Found:
    """Series that ascend, a start with its offset, a storm within the run."""
    for cls, name in _SERIES:
        yield from _ascending(facts, cls, name)
    for storm, row in facts.rows(Storm):
        if storm.start.tzinfo is None:
            yield problem(cell(row, Storm, "start"), "storm.no_offset")
    yield from _within_run(facts)
    yield from _rules(facts)


def _ascending(facts: Facts, cls: type[Noun], name: str) -> Found:
    rows = facts.rows(cls)
    for (before, _), (after, row) in pairwise(rows):
        if after.t <= before.t:  # type: ignore[attr-defined]
            gaps: dict[str, Any] = {
                "series": Said(f"noun.{name}"),
                "after": _hours(after),
                "before": _hours(before),
            }
            yield problem(cell(row, cls, "t"), "storm.back_in_time", **gaps)
    if cls is Weather and rows and rows[0][0].t > 0 and facts.complete(cls):  # type: ignore[attr-defined]
        noun, row = rows[0]
        yield problem(cell(row, cls, "t"), "storm.starts_late", hours=_hours(noun))


def _hours(noun: Noun) -> str:
    return f"{noun.t / HOUR:.6g}"  # type: ignore[attr-defined]


def _within_run(facts: Facts) -> Found:
    hours = facts.tree.get("hours")
    wet = [noun for noun, _ in facts.rows(Weather) if noun.precipitation > 0]
    run = _number(hours)
    if hours is None or run is None or not wet or not facts.complete(Weather):
        return
    if wet[0].t >= run * HOUR > 0:
        yield problem(hours.where, "storm.after_run", run=f"{run:g}", first=_hours(wet[0]))


def _number(node: Marked | None) -> float | None:
    try:
        return float(node.text) if node else None
    except ValueError:
        return None


def _rules(facts: Facts) -> Found:
    """One rule for each warning."""
    seen: dict[tuple[str, str], Marked] = {}
    for rule, row in facts.rows(ResponseRule):
        key = (rule.hazard, rule.colour)
        if key in seen:
            gaps: dict[str, Any] = {
                "colour": rule.colour,
                "hazard": rule.hazard,
                "first": seen[key].where.said,
            }
            yield problem(row.where, "command.two_rules", **gaps)
        seen.setdefault(key, row)
    for command, row in facts.rows(Command):
        missing = {"city", "district", "street", "community"} - set(command.relay)
        if missing:
            yield problem(cell(row, Command, "relay"), "command.tiers", missing=tuple(sorted(missing)))
