"""What does not stop a run, but what its author should know."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scenarios.checks import notes_fleet, notes_storm
from scenarios.checks.drain_units import doubts
from scenarios.checks.facts import Facts, Found, cell
from scenarios.columns import columns
from scenarios.problems import problem, some
from simulation.model import InjectRow, Noun, Scenario, Segment
from simulation.network import Network


def notes(scenario: Scenario, facts: Facts) -> Found:
    """Remarks on a sound scenario, in the form of problems."""
    for part in _PARTS:
        yield from part(scenario, facts)


def _unusual(scenario: Scenario, facts: Facts) -> Found:
    """Figures far from what such a field usually holds: the first of each column, for a slip repeats itself."""
    for cls, rows in facts.all_rows():
        for column in columns(cls):
            usual = column.usual
            if usual is None:
                continue
            for noun, row in rows:
                held = float(getattr(noun, column.field))
                if held and not usual.low <= held <= usual.high:
                    unit = column.unit_word
                    yield problem(
                        cell(row, cls, column.field), "value.unusual", column=column.key,
                        given=column.written(held) + unit, low=column.written(usual.low),
                        high=column.written(usual.high) + unit, meaning=column.meaning,
                    )  # fmt: skip
                    break


def _roads(scenario: Scenario, facts: Facts) -> Found:
    network = Network(scenario.city.segments)
    parts = network.strong_components()
    largest = int(np.argmax(np.bincount(parts[network.tail])))
    joined = (parts[network.tail] == largest) & (parts[network.head] == largest)
    cut_off = [segment.id for segment, whole in zip(network.segments, joined, strict=True) if not whole]
    if cut_off:
        file = _file(facts, Segment, "city/roads.geojson")
        yield problem(file, "road.cut_off", count=len(cut_off), all=len(network), names=some(cut_off))


def _drains(scenario: Scenario, facts: Facts) -> Found:
    if facts.inp is None:
        return
    for key, gaps in doubts(facts.inp):
        yield problem(facts.inp_file, key, **gaps)
    unplaced = [node.name for node in facts.inp.nodes if node.name not in facts.inp.coordinates]
    if unplaced:
        yield problem(facts.inp_file, "drains.unplaced", count=len(unplaced), names=some(unplaced))
    if not any(s.low_point for s in scenario.city.segments) and "water" in scenario.hazards:
        yield problem(_file(facts, Segment, "city/roads.geojson"), "drains.no_low_point")


def _injects(scenario: Scenario, facts: Facts) -> Found:
    late = [row for inject, row in facts.rows(InjectRow) if inject.t >= scenario.duration]
    if late:
        yield problem(late[0].where, "inject.late", count=len(late))


def _file(facts: Facts, cls: type[Noun], usual: str) -> str:
    """The file that the rows of a class stand in."""
    return next((row.where.file for row in facts.seen(cls)), usual)


_PARTS: tuple[Callable[[Scenario, Facts], Found], ...] = (
    _unusual, _roads, notes_fleet.notes, notes_storm.notes, _drains, _injects,
)  # fmt: skip
