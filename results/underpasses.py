"""How long the water in an underpass left people, beside what a barrier and the way out on foot take."""

from __future__ import annotations

import math
from typing import NamedTuple

from results.metrics import NEVER
from simulation.command import TIERS_BELOW
from simulation.model import Scenario
from simulation.record import Event, Run

NOTICE = 300.0
"""s from the first alarm until everybody has left the cars (a setting, no source)."""
WALK = 1.0
"""m/s on foot up a wet ramp, with children and old people (a setting, no source)."""


class Filling(NamedTuple):
    """A flood in which an underpass reached its closing depth. Seconds of the run; inf where it never came."""

    segment: str
    wet: float
    """First ponding."""
    close: float
    """Closing depth."""
    afloat: float
    """Small cars float."""
    roof: float
    closed: float
    """When the barrier came that stood at the closing depth, or the first after it."""
    leaving: float
    """s to leave on foot."""

    @property
    def rise(self) -> float:
        """s from first ponding to the closing depth."""
        return self.close - self.wet


def fillings(run: Run) -> list[Filling]:
    """The first flood of each underpass that reached the closing depth, the quickest first."""
    floods: dict[str, dict[str, float]] = {}
    for event in run.events:
        if event.kind != "water_mark":
            continue
        flood = floods.setdefault(event.target, {})
        if event.text == "wet" and "close" not in flood:
            flood.clear()
        flood.setdefault(event.text, event.t)
    found = [
        Filling(
            segment, flood.get("wet", flood["close"]), flood["close"], flood.get("afloat", NEVER),
            flood.get("roof", NEVER), _barrier(run.events, segment, flood["close"]),
            leaving_seconds(run.scenario, segment),
        )
        for segment, flood in floods.items()
        if "close" in flood
    ]  # fmt: skip
    return sorted(found, key=lambda filling: (filling.rise, filling.segment))


def closing_seconds(scenario: Scenario) -> float:
    """s from the decision to the barrier: the words to the police, and the police."""
    command = scenario.command
    words = math.ceil(sum(command.relay.get(tier, 0.0) for tier in TIERS_BELOW["district"]))
    return words + command.police_delay


def leaving_seconds(scenario: Scenario, segment: str) -> float:
    """s to walk out of an underpass from its middle, with the time to notice."""
    roads = {s.id: s for s in scenario.city.segments}
    mine = roads[segment].low_point
    same = [s for s in roads.values() if s.structure in ("underpass", "tunnel") and s.low_point == mine]
    length = sum(s.length for s in same) if mine else roads[segment].length
    return NOTICE + length / 2 / WALK


def _barrier(events: tuple[Event, ...], segment: str, deep: float) -> float:
    """When the barrier that stood at second ``deep`` was put up, else the first one after; inf where none came."""
    up = NEVER
    for event in events:
        if event.target == segment and event.kind in ("closed", "opened"):
            if event.t > deep and up < NEVER:
                break
            up = event.t if event.kind == "closed" else NEVER
    return up
