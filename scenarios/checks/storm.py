"""Weather in order of time, and a run that meets it."""

from __future__ import annotations

from itertools import pairwise

from scenarios.checks.facts import Facts, Found, cell, problem
from scenarios.marked import Marked
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
            hint = "write 2024-01-31T15:00:00+08:00: local time with its distance to UTC"
            yield problem(cell(row, Storm, "start"), "the start has no offset to UTC", hint)
    yield from _within_run(facts)
    yield from _rules(facts)


def _ascending(facts: Facts, cls: type[Noun], name: str) -> Found:
    rows = facts.rows(cls)
    for (before, _), (after, row) in pairwise(rows):
        if after.t <= before.t:  # type: ignore[attr-defined]
            what = f"the {name} goes back in time: {_hours(after)} h follows {_hours(before)} h"
            yield problem(cell(row, cls, "t"), what, "rows stand in order of time, each time once")
    if cls is Weather and rows and rows[0][0].t > 0 and facts.complete(cls):  # type: ignore[attr-defined]
        noun, row = rows[0]
        what = f"the weather starts at {_hours(noun)} h, the run at 0"
        yield problem(cell(row, cls, "t"), what, "add a row for t_h = 0")


def _hours(noun: Noun) -> str:
    return f"{noun.t / HOUR:.6g}"  # type: ignore[attr-defined]


def _within_run(facts: Facts) -> Found:
    hours = facts.tree.get("hours")
    wet = [noun for noun, _ in facts.rows(Weather) if noun.precipitation > 0]
    run = _number(hours)
    if hours is None or run is None or not wet or not facts.complete(Weather):
        return
    if wet[0].t >= run * HOUR > 0:
        what = f"the run ends after {run:g} h, before the first rain or snow at {_hours(wet[0])} h"
        yield problem(hours.where, what, "let it run longer, or start the storm later in its day")


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
            what = (
                f"two rules answer a {rule.colour} warning of {rule.hazard}, the first in {seen[key].where}"
            )
            yield problem(row.where, what, "remove one of them")
        seen.setdefault(key, row)
    for command, row in facts.rows(Command):
        missing = {"city", "district", "street", "community"} - set(command.relay)
        if missing:
            what = f"relay_min says nothing of {', '.join(sorted(missing))}"
            yield problem(cell(row, Command, "relay"), what, "give all four tiers")
