"""How underpasses filled, minute by minute, beside what a barrier and the way out on foot take."""

from __future__ import annotations

import math
from typing import NamedTuple

from simulation.command import TIERS_BELOW
from simulation.model import Scenario
from simulation.orders import Assign, Close, level_rank
from simulation.record import Event, Run

NEVER = math.inf
"""The second of what never came; it counts as worse than any other."""
NOTICE = 300.0
"""s from the closing depth until everybody has left the cars (a setting, no source)."""
WALK = 1.0
"""m/s on foot on a dry road, with children and old people (a setting, no source)."""
WADING = 0.55
"""Share of it left in water of 35 cm: 39 % slower for men and 45 % for women (Li, Song, Zhang and Bode 2026,
doi 10.14311/APP.2026.57.0226)."""
CARS = 247 / 4300
"""Vehicles a metre of tunnel: 247 were towed out of the 4.3 km of the Jingguang Road tunnels in July 2021."""
_BELOW = ("underpass", "tunnel")


class Filling(NamedTuple):
    """A flood in which an underpass reached its closing depth. Seconds of the run; inf where it never came."""

    segment: str
    """The first of those that share its low point."""
    wet: float
    """First ponding."""
    close: float
    """Closing depth."""
    afloat: float
    """Small cars float."""
    wade: float
    """Too deep for adults on foot."""
    roof: float
    called: float
    """When closing was first ordered; inf where nobody did, and a crew on the spot closed on sight."""
    closed: float
    """When the barrier came that stood at the closing depth, or the first after it."""
    by: str
    """Who put it up: police, sent (a crew that was ordered to), spot (a crew that stood by); empty where none."""
    length: float
    """m of road under ground."""

    @property
    def rise(self) -> float:
        """s from first ponding to the closing depth."""
        return self.close - self.wet

    @property
    def late(self) -> bool:
        """Whether the closing depth was reached while it was open."""
        return self.closed > self.close

    @property
    def leaving(self) -> float:
        """s to walk out from the middle, with the time to notice."""
        return NOTICE + self.length / 2 / (WALK * WADING)

    @property
    def way_out(self) -> float:
        """s from the closing depth until adults cannot wade any more."""
        return self.wade - self.close

    @property
    def cars(self) -> float:
        """Cars that may stand inside in a jam."""
        return self.length * CARS


def fillings(run: Run) -> list[Filling]:
    """A flood of each underpass that reached the closing depth, the quickest first: the first that found it open,
    else the first of all."""
    chosen: dict[str, Filling] = {}
    for flood in floods(run):
        known = chosen.get(flood.segment)
        if known is None or (flood.late and not known.late):
            chosen[flood.segment] = flood
    return sorted(chosen.values(), key=lambda filling: (filling.rise, filling.segment))


def floods(run: Run) -> list[Filling]:
    """Every flood in which an underpass reached its closing depth, in the order of the closing depths."""
    marks: list[tuple[str, dict[str, float]]] = []
    going: dict[str, dict[str, float]] = {}
    for event in run.events:
        if event.kind != "water_mark":
            continue
        if event.text == "wet" or event.target not in going:
            going[event.target] = {}
        flood = going[event.target]
        flood[event.text] = event.t
        if event.text == "close":
            marks.append((event.target, flood))
    return [_filling(run, segment, flood) for segment, flood in marks]


def _filling(run: Run, segment: str, flood: dict[str, float]) -> Filling:
    mine = sharing(run.scenario, segment)
    closed, crew = _barrier(run.events, set(mine), flood["close"])
    called, sent = _called(run, set(mine), closed)
    lengths = {s.id: s.length for s in run.scenario.city.segments}
    by = {"": "", "police": "police"}.get(crew, "sent" if crew in sent else "spot")
    afloat, wade, roof = (flood.get(name, NEVER) for name in ("afloat", "wade", "roof"))
    wet, close, length = flood.get("wet", flood["close"]), flood["close"], sum(lengths[s] for s in mine)
    return Filling(segment, wet, close, afloat, wade, roof, called, closed, by, length)


def sharing(scenario: Scenario, segment: str) -> list[str]:
    """The segments of the same underpass: those under ground that share its low point."""
    roads = {s.id: s for s in scenario.city.segments}
    mine = roads[segment].low_point
    return (
        [s.id for s in roads.values() if s.structure in _BELOW and s.low_point == mine] if mine else [segment]
    )


def closing_seconds(scenario: Scenario) -> float:
    """s from the decision to the barrier: the words to the police, and the police."""
    command = scenario.command
    words = math.ceil(sum(command.relay.get(tier, 0.0) for tier in TIERS_BELOW["district"]))
    return words + command.police_delay


def _barrier(events: tuple[Event, ...], segments: set[str], deep: float) -> tuple[float, str]:
    """When the barriers that stood at second ``deep`` were all up, else when they first were after it, and who put up
    the last; inf and nobody where that never was."""
    up, crew = NEVER, ""
    shut: set[str] = set()
    for event in events:
        if event.target not in segments or event.kind not in ("closed", "opened"):
            continue
        if event.t > deep and up < NEVER:
            break
        (shut.add if event.kind == "closed" else shut.discard)(event.target)
        up, crew = (event.t, event.crew) if shut == segments else (NEVER, "")
    return up, crew


def _called(run: Run, segments: set[str], closed: float) -> tuple[float, set[str]]:
    """When it was first ordered to close the underpass since it was last open, until second ``closed``; inf where
    nobody did. And the crews that were sent to close it by then."""
    opened = max(
        (e.t for e in run.events if e.kind == "opened" and e.target in segments and e.t <= closed),
        default=-NEVER,
    )
    calls: list[tuple[float, str]] = []
    for entry in run.log:
        match entry.action:
            case Close() as order if segments & set(order.segments):
                calls.append((entry.t, "police"))
            case Assign() as order if "close" in order.verbs and segments & set(order.targets):
                calls.append((entry.t, order.crew))
    for standing in run.scenario.command.standing_orders:
        if standing.act == "close_underpasses":
            least = level_rank(standing.level)
            calls += [(e.t, "police") for e in run.events if e.kind == "level" and e.value >= least]
    calls = [(t, crew) for t, crew in calls if opened <= t <= closed]
    return min((t for t, _ in calls), default=NEVER), {crew for _, crew in calls}
