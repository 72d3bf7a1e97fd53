"""What a run says over time beside its fields: stock, orders by hour, where crews were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from results.metrics import seconds
from simulation.orders import Transfer
from simulation.record import Run
from simulation.teams import ACTIVITIES


class StockLine(NamedTuple):
    """A material in a depot over the run."""

    depot: str
    material: str
    t: np.ndarray
    """(k,) s at which it changed, from 0 to the run's end."""
    tonnes: np.ndarray
    """(k,) t from that second on."""


def stock_lines(run: Run) -> list[StockLine]:
    """Stock in the yards, from what stood there, every loading and every transfer; in the order of the depots."""
    changes: dict[tuple[str, str], list[tuple[int, float]]] = {}
    fleet = run.scenario.fleet
    for item in fleet.stock:
        changes.setdefault((item.depot, item.material), []).append((0, item.amount))
    fuel = next((m.id for m in fleet.materials if m.use == "fuel"), "")
    for event in run.events:
        if event.kind == "refill":
            amount = event.value if not event.crew else -event.value
            changes.setdefault((event.target, event.verb), []).append((event.t, amount))
        elif event.kind == "refuel" and (event.target, fuel) in changes:
            changes[event.target, fuel].append((event.t, -event.value))
    for t, sent in _transfers(run):
        changes.setdefault((sent.source, sent.material), []).append((t, -sent.amount))
    order = {d.id: i for i, d in enumerate(fleet.depots)}
    lines = []
    for (depot, material), steps in sorted(
        changes.items(), key=lambda kv: (order.get(kv[0][0], 99), kv[0][1])
    ):
        steps.sort()
        moments = np.array([s for s, _ in steps] + [int(run.scenario.duration)])
        tonnes = np.cumsum([amount for _, amount in steps]) / 1000
        lines.append(StockLine(depot, material, moments, np.r_[tonnes, tonnes[-1]]))
    return lines


def together_by_material(lines: Sequence[StockLine]) -> list[StockLine]:
    """A line a material, all yards together; its depot is empty."""
    found = []
    for material in dict.fromkeys(line.material for line in lines):
        mine = [line for line in lines if line.material == material]
        t = np.unique(np.concatenate([line.t for line in mine]))
        tonnes = sum(
            (line.tonnes[np.searchsorted(line.t, t, side="right") - 1] for line in mine), np.zeros(len(t))
        )
        found.append(StockLine("", material, t, tonnes))
    return found


def _transfers(run: Run) -> list[tuple[int, Transfer]]:
    """Transfers that were not refused."""
    done = {(e.t, e.target, e.value) for e in run.events if e.kind == "order" and e.verb == "transfer"}
    sent = [(e.t, e.action) for e in run.log if isinstance(e.action, Transfer)]
    return [(t, a) for t, a in sent if (t, a.destination, a.amount) in done]


class Spreadable(NamedTuple):
    """De-icer and grit of the whole district over the run, t from each second on."""

    t: np.ndarray
    yards: np.ndarray
    hoppers: np.ndarray


def spreadable(run: Run) -> Spreadable | None:
    """What is left to spread; None where nothing was. A crew's first load is out of the yards as it starts."""
    wanted = {m.id for m in run.scenario.fleet.materials if m.use in ("deicer", "abrasive")}
    passes = [
        (e.t, e.value / 1000) for e in run.events if e.kind == "pass" and "spread" in e.verb and e.value
    ]
    if not passes:
        return None
    lines = [line for line in stock_lines(run) if line.material in wanted]
    t = np.unique(np.concatenate([line.t for line in lines] + [np.array([s for s, _ in passes])]))
    yards = np.zeros(len(t))
    for line in lines:
        yards += line.tonnes[np.searchsorted(line.t, t, side="right") - 1]
    when, amounts = np.array([s for s, _ in passes]), np.cumsum([a for _, a in passes])
    gone = np.r_[0.0, amounts][np.searchsorted(when, t, side="right")]
    there = np.zeros(len(t))
    for item in run.scenario.fleet.stock:
        if item.material in wanted:
            there += (item.amount + item.ordered * (t >= item.arrives)) / 1000
    return Spreadable(t, yards, np.maximum(there - gone - yards, 0.0))


def given(run: Run, material: str) -> float:
    """t that there were of a material in all yards, with what a supplier brought while the run went on."""
    rows = [s for s in run.scenario.fleet.stock if s.material == material]
    late = run.scenario.duration
    return sum(s.amount + (s.ordered if s.arrives < late else 0.0) for s in rows) / 1000


def by_hour(run: Run, kind: str) -> np.ndarray:
    """(hours,) number of events of a kind in each hour of the run."""
    hours = max(1, int(np.ceil(run.scenario.duration / 3600)))
    t = [min(e.t // 3600, hours - 1) for e in run.events if e.kind == kind]
    return np.bincount(np.array(t, int), minlength=hours)


class Track(NamedTuple):
    """Where a crew was last heard of."""

    crew: str
    t: list[int]
    point: list[tuple[float, float]]
    """Longitude and latitude from that second on."""


def tracks(run: Run) -> list[Track]:
    """Crews by the places of their events: depot, targets on arrival and after each pass, depots again."""
    where = locations(run)
    teams = {t.id: t.depot for t in run.scenario.fleet.teams}
    found: dict[str, Track] = {}
    rows = {e.id: where.get(e.depot or teams.get(e.team, "")) for e in run.scenario.fleet.equipment}
    for crew in (str(c) for c in run.fields["crew"].values):
        start = rows.get(crew.rpartition("/")[0]) or rows.get(crew)
        found[crew] = Track(crew, [0], [start]) if start else Track(crew, [], [])
    for event in run.events:
        if event.kind in ("arrive", "pass", "refill", "refuel", "done") and event.crew in found:
            point, track = where.get(event.target), found[event.crew]
            if point and (not track.point or track.point[-1] != point):
                track.t.append(event.t)
                track.point.append(point)
    return [track for track in found.values() if track.t]


def on_duty(run: Run) -> dict[str, np.ndarray]:
    """(time,) bool by crew: neither off duty nor absent."""
    away = [ACTIVITIES.index(a) for a in ("off", "absent")]
    out = ~np.isin(run.fields["crew_activity"].values, away)
    return {str(crew): out[:, i] for i, crew in enumerate(run.fields["crew"].values)}


def locations(run: Run) -> dict[str, tuple[float, float]]:
    """Longitude and latitude of everything a crew can be sent to: segments, drain nodes, places, depots."""
    city = run.scenario.city
    where: dict[str, tuple[float, float]] = {}
    for segment in city.segments:
        middle = segment.line[len(segment.line) // 2]
        if len(segment.line) == 2:
            (a, b), (c, d) = segment.line
            middle = ((a + c) / 2, (b + d) / 2)
        where[segment.id] = middle
        if segment.low_point:
            where.setdefault(segment.low_point, middle)
    for place in city.places:
        where[place.id] = (place.lon, place.lat)
        if place.drain_node:
            where[place.drain_node] = (place.lon, place.lat)
    return where | {d.id: (d.lon, d.lat) for d in run.scenario.fleet.depots}


def telling_times(run: Run, count: int = 4) -> list[int]:
    """Rows of the fields that tell the story: half-way up, the worst, half-way down, the end."""
    trouble = _trouble(run)
    t = seconds(run)
    if not trouble.any():
        return sorted({int(i) for i in np.linspace(0, len(t) - 1, count).round()})
    over = np.flatnonzero(trouble >= trouble.max() / 2)
    rows = {int(over[0]), int(trouble.argmax()), int(over[-1]), len(t) - 1}
    while len(rows) < min(count, len(t)):
        known = sorted({0} | rows)
        gap = int(np.argmax(np.diff(known)))
        if known[gap + 1] - known[gap] < 2:
            break
        rows.add((known[gap] + known[gap + 1]) // 2)
    return sorted(rows)


def worst_time(run: Run) -> int:
    """Row of the fields at which it is worst."""
    return int(_trouble(run).argmax())


def _trouble(run: Run) -> np.ndarray:
    """(time,) a measure of how bad it is, for choosing moments: mean snow and ice, or summed water."""
    if "water_depth" in run.fields and run.fields["water_depth"].values.any():
        return np.asarray(run.fields["water_depth"].values.sum(axis=1))
    if "snow" in run.fields:
        return np.asarray((run.fields["snow"].values + run.fields["ice"].values).mean(axis=1))
    return np.zeros(run.fields.sizes["time"])
