"""What reaches the command post by itself: crews by radio, the police, depots, gauges and reports, injects.

The simulation's record holds the truth; only the kinds of events that somebody would call in are passed on,
and depths of water and snow only from the reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from simulation.model import InjectRow, Place, Scenario
from simulation.orders import Breakdown, Closure, Entry, NoShow, Outage, ReportLoss, Surge
from simulation.record import Event
from simulation.situation import Message, Situation

CONTROLLER = "scenario"
"""Who gives the injects of ``injects.csv``."""
FIRST_SNOW, FIRST_ICE, FIRST_WATER = 0.1, 0.1, 0.02
"""kg/m2, kg/m2 and m from which the first report of it is news."""


@dataclass(frozen=True)
class News:
    """Something that was told: the sentence ``news.<kind>`` and what fills its gaps.

    Gaps that are no text yet: ``crews``, ``segments`` and ``targets`` ids, ``places`` ids with their depths in
    cm, ``crew``, ``segment``, ``place``, ``depot``,
    ``material``, ``office`` and ``team`` an id, ``until`` a second of the run, ``text`` a Name.
    """

    t: int
    kind: str
    words: dict[str, Any]
    loud: bool = False
    """It stops the clock although the player asked for a later time."""


class Ear:
    """Listens to one run: called at each of its stops, in order, it tells what is new since the last."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._rows = sorted(scenario.injects, key=lambda row: int(row.t))
        self._events = self._entries = self._injects = 0
        self._first = {"snow", "ice", "water"}
        self._marks = {
            place.id: 0 for place in scenario.city.places if place.kind in ("underpass", "waterlogging")
        }

    def listen(self, events: list[Event], log: list[Entry], situation: Situation) -> list[News]:
        """What is new; ``events`` and ``log`` are the whole record so far."""
        entries, self._entries = log[self._entries :], len(log)
        since, self._events = events[self._events :], len(events)
        injected = [e for e in entries if e.by == CONTROLLER]
        rows = self._rows[self._injects : self._injects + len(injected)]
        self._injects += len(injected)
        told = [n for e, r in zip(injected, rows, strict=True) if (n := self._inject(e, r)) is not None]
        failed = {e.action.crew for e in injected if isinstance(e.action, Breakdown)}
        told += _from_crews([e for e in since if not (e.kind == "breakdown" and e.crew in failed)])
        told += self._first_reports(situation)
        told += self._water(situation)
        return sorted(told, key=lambda news: news.t)

    def _inject(self, entry: Entry, row: InjectRow) -> News | None:
        """An inject as the command post hears of it: its own words, else what would be called in."""
        words: dict[str, Any] = {"text": row.text} if row.text else {}
        kind = ""
        match entry.action:
            case Breakdown(crew, seconds):
                kind, words = "crew_broken", {**words, "crew": crew, "until": entry.t + seconds}
            case Outage(link, seconds):
                kind, words = "outage", {**words, "link": link, "until": entry.t + seconds}
            case NoShow(team, share):
                kind, words = "no_show", {**words, "team": team, "share": f"{share:.0%}"}
            case ReportLoss(office):
                kind, words = "report_loss", {**words, "office": office}
            case Closure(segment):
                kind, words = "blocked_road", {**words, "segment": segment}
            case Surge(node) if row.text:
                kind, words = "surge", {**words, "node": node}
        if not kind:  # a call is a message of its own; a surge that nobody speaks of is found in the reports
            return None
        return News(entry.t, f"{kind}_said" if row.text else kind, words, loud=True)

    def _first_reports(self, situation: Situation) -> Iterator[News]:
        """The first time that snow, ice or water on a road is reported at all."""
        reported = situation.reported
        fields = {
            "snow": (reported.snow, FIRST_SNOW),
            "ice": (reported.ice, FIRST_ICE),
            "water": (reported.water_depth, FIRST_WATER),
        }
        for what in sorted(self._first):
            values, enough = fields[what]
            values = np.where(reported.seen >= 0, values, 0.0)
            worst = int(np.argmax(values)) if len(values) else 0
            if len(values) and values[worst] >= enough:
                self._first.discard(what)
                segment = situation.network.segments[worst].id
                yield News(situation.t, f"first_{what}", {"segment": segment})

    def _water(self, situation: Situation) -> Iterator[News]:
        """Underpasses and waterlogging points reported above the limit, above the closing depth, or below."""
        index = {node: i for i, node in enumerate(situation.nodes)}
        goals, closed = self._scenario.goals, situation.reported.closed
        limits = (goals.depth_limit, goals.close_depth)
        for place in self._scenario.city.places:
            node = index.get(place.drain_node or "", -1)
            if place.id not in self._marks or node < 0:
                continue
            depth = situation.reported.node_depth[node]
            before, mark = self._marks[place.id], sum(depth >= limit for limit in limits)
            if before and not mark and depth > limits[0] / 2:
                continue  # just below the limit is not yet over
            self._marks[place.id] = mark
            words: dict[str, Any] = {"places": ((place.id, f"{depth * 100:.0f}"),)}
            if mark > before:
                open_still = place.kind == "underpass" and not _shut(place, situation, closed)
                words["limit"] = f"{limits[mark - 1] * 100:.0f}"
                kind = "underpass_open" if open_still else "over_limit" if mark == 1 else "over_closing"
                yield News(situation.t, kind, words, loud=open_still)
            elif before and not mark:
                yield News(situation.t, "below_limit", words)


def _shut(place: Place, situation: Situation, closed: np.ndarray) -> bool:
    """Whether the segment a place lies on is known to be closed."""
    return bool(place.segment and closed[situation.network.segment_index[place.segment]])


_TOGETHER = {
    "muster": "crews_ready", "rest": "crews_rest", "relief": "crews_relieved", "repaired": "crews_repaired",
}  # fmt: skip
"""Kinds of events that are told of several crews at once."""


def _from_crews(events: Iterable[Event]) -> Iterator[News]:
    """What crews, police and depots call in."""
    together: dict[str, list[Event]] = {}
    for event in events:
        match event.kind:
            case "muster" | "rest" | "relief" | "repaired":
                together.setdefault(event.kind, []).append(event)
            case "closed" | "opened":
                yield News(event.t, f"road_{event.kind}", {"segments": (event.target,), "count": 1})
            case "breakdown":
                yield News(event.t, "crew_broken", {"crew": event.crew, "until": event.t + int(event.value)})
            case "blocked" | "unsupplied" | "no_dump":
                yield News(event.t, f"crew_{event.kind}", {"crew": event.crew, "targets": (event.target,)})
            case "stockout" if event.verb == "refuel":
                yield News(event.t, "no_fuel", {"crew": event.crew, "material": event.target})
            case "stockout":
                yield News(event.t, "depot_empty", {"depot": event.target, "material": event.verb})
            case "refill" if not event.crew:
                words = {"depot": event.target, "material": event.verb, "tonnes": f"{event.value / 1000:g}"}
                yield News(event.t, "transfer_arrived", words)
            case "dump_full":
                yield News(event.t, "dump_full", {"place": event.target})
            case "protected":
                yield News(event.t, "protected", {"crew": event.crew, "place": event.target})
    for kind, those in together.items():
        crews = tuple(dict.fromkeys(event.crew for event in those))
        yield News(max(e.t for e in those), _TOGETHER[kind], {"crews": crews, "count": len(crews)})


_SHARED = {"crews": (), "segments": (), "targets": ("crew",), "places": ("t",)}
"""Gaps that hold several ids, and what else two news must have in common to be told together."""


def merged(messages: Sequence[Message | News]) -> list[Message | News]:
    """Messages with those told together that say the same of several crews, roads or targets."""
    shown: dict[tuple[Any, ...], Message | News] = {}
    for place, message in enumerate(messages):
        key: tuple[Any, ...] = (place,)
        if isinstance(message, News) and (gap := next((g for g in _SHARED if g in message.words), "")):
            known = {**message.words, "t": message.t}
            key = (message.kind, *(known[common] for common in _SHARED[gap]))
            before = shown.pop(key, None)
            if isinstance(before, News):
                ids = tuple(dict.fromkeys(before.words[gap] + message.words[gap]))
                message = replace(message, words={**message.words, gap: ids, "count": len(ids)})
        shown[key] = message
    return list(shown.values())
