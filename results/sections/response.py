"""The response: from warning to level to order to arrival."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from results import charts
from results.content import Block, Note, Section, Table, figure
from results.language import Both, both
from results.metrics import Delay, arrival_delays, level_changes, warning_to_order
from results.names import crew_name, name_of, segment_name
from results.sections import Reading
from simulation.model import LEVELS
from simulation.record import Event, Run

ORDER = 60
MOST_CLOSURES = 40


def section(reading: Reading) -> Section:
    """The lead-time bar, the timeline, closures, crews at work and how long they took to arrive."""
    run = reading.run
    blocks: list[Block] = []
    lead = warning_to_order(run)
    if lead is None:
        blocks.append(Note(both("text.no_warning")))
    else:
        bar = {"": lead}
        blocks += charts.drawn(
            "lead",
            both("figure.lead", colour=both(f"colour.{lead.colour}"), level=lead.asked or "–"),
            lambda words, wide: charts.leads(bar, run.scenario.duration, words, wide),
        )
    if not run.scenario.respond:
        blocks.append(Note(both("text.no_response")))
    blocks += _timeline(run)
    blocks += charts.drawn("crews", both("figure.crews"), lambda words, wide: charts.crews(run, words, wide))
    blocks += reach_table(run, arrival_delays(run))
    blocks += _closures(run)
    return Section("response", both("section.response"), blocks)


def _timeline(run: Run) -> list[Block]:
    rows: list[tuple[float, Both]] = [
        (w.t, both("event.warning", hazard=both(f"hazard.{w.hazard}"), colour=both(f"colour.{w.colour}")))
        for w in run.scenario.storm.warnings
        if w.hazard in run.scenario.hazards
    ]
    before = {
        LEVELS.index(c.level) + 1: c.t for c in run.scenario.command.timeline if c.t < 0 and c.level != "none"
    }
    for t, level in level_changes(run):
        rows.append(
            (
                before.get(level, t) if t == 0 else t,
                both("event.level", level=both(f"level.{LEVELS[level - 1] if level else 'none'}")),
            )
        )
    for event in run.events:
        if event.kind == "inject":
            rows.append(
                (event.t, both("event.inject", what=both(f"inject.{event.verb}"), target=_target(run, event)))
            )
        elif event.kind == "breakdown":
            rows.append((event.t, both("event.breakdown", crew=crew_name(run.scenario, event.crew))))
    rows.sort(key=lambda row: row[0])
    shown = [(Both.same(charts.clock(run, t)), what) for t, what in rows[:60]]
    return [Table(both("table.timeline"), (both("head.when"), both("head.what")), shown)] if shown else []


def _target(run: Run, event: Event) -> Both:
    """What an inject is about: a crew, a place, a road; nothing where the event names nothing."""
    return name_of(run.scenario, event.target or event.crew)


def reach_table(run: Run, delays: Sequence[Delay]) -> list[Block]:
    """Minutes from order to arrival by the street office of the place."""
    if not delays:
        return []
    office = office_of(run)
    by_office: dict[str, list[float]] = {}
    for delay in delays:
        by_office.setdefault(office.get(delay.target, ""), []).append(delay.minutes)
    names = {o.id: Both.of(o.name) for o in run.scenario.city.offices} | {"": both("text.no_office")}
    order = sorted(by_office, key=lambda o: -float(np.percentile(by_office[o], 90)))
    rows = [
        (names.get(o, Both.same(o)), figure(len(by_office[o]), 0), figure(float(np.percentile(by_office[o], 50))),
         figure(float(np.percentile(by_office[o], 90))), figure(max(by_office[o])))
        for o in order
    ]  # fmt: skip
    head = [both(f"head.{k}") for k in ("office", "orders", "p50_min", "p90_min", "slowest_min")]
    return [Table(both("table.reach"), head, rows, (1, 2, 3, 4))]


def office_of(run: Run) -> dict[str, str]:
    """Street office of everything a crew can be sent to."""
    found = {}
    for segment in run.scenario.city.segments:
        found[segment.id] = segment.office
        if segment.low_point:
            found.setdefault(segment.low_point, segment.office)
    for place in run.scenario.city.places:
        mine = place.office or found.get(place.segment or "", "")
        found[place.id] = mine
        if place.drain_node:
            found[place.drain_node] = mine
    return found


def _closures(run: Run) -> list[Block]:
    roads = {s.id: s for s in run.scenario.city.segments}
    turns = [e for e in run.events if e.kind in ("closed", "opened") and e.target in roads]
    groups = _together(turns)
    if not groups:
        return []
    rows = [_closure_row(run, group) for group in groups[:MOST_CLOSURES]]
    head = [both(f"head.{k}") for k in ("when", "what", "place", "segments", "by", "depth_then_cm")]
    caption = both("table.closures", shown=len(rows), total=len(groups))
    return [Table(caption, head, rows, (3, 5))]


def _together(turns: Sequence[Event]) -> list[list[Event]]:
    """Closures and openings that one crew, or the police, made in the same minute."""
    groups: dict[tuple[int, str, str], list[Event]] = {}
    for event in turns:
        groups.setdefault((event.t // 60, event.kind, event.crew), []).append(event)
    return list(groups.values())


def _closure_row(run: Run, group: Sequence[Event]) -> list[Both]:
    first = group[0]
    places = list(dict.fromkeys(segment_name(run.scenario, e.target) for e in group))
    wet = first.kind == "closed" and "water_depth" in run.fields
    depth = figure(100 * max(e.value for e in group), 0) if wet else Both.same("–")
    return [
        Both.same(charts.clock(run, first.t)), both(f"event.{first.kind}"),
        Both("、".join(p.zh for p in places), ", ".join(p.en for p in places)), figure(len(group), 0),
        both("police") if first.crew in ("", "police") else crew_name(run.scenario, first.crew), depth,
    ]  # fmt: skip
