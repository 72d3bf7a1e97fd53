"""The storm of 26 December 2025 on Syracuse's own plough routes: how soon each priority got its first pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from matplotlib.figure import Figure

from results.charts import png, style
from stormyard.validation import Check, Finding
from stormyard.validation.syracuse_city import FIRST_PASS, ROUTES, Route, Streets, city, read_routes
from stormyard.validation.syracuse_storms import EASTERN, RECOVERY, read, usual_day
from stormyard.validation.syracuse_trucks import KMH, Setting, Traces, drive, scenario

NEEDS = (ROUTES, FIRST_PASS, RECOVERY)
START = datetime(2025, 12, 26, 14, tzinfo=EASTERN)
"""19:00 UTC, from which the map's hours count."""
RECORD = 42
"""h until the record ends."""
SETTING = Setting(
    Streets(width=(14.0, 8.5), priority=(1, 2)), 28 * KMH, 15 * KMH, snow=0.7 / 3600, snow_hours=30.0
)
TRUCKS = (11, 12, 13)
"""Trucks on the road in the busiest hour that are tried; the closest counts."""
HOURS = (2, 4, 8, 12, 24, 36)
TOLERANCE = 0.12
PRIORITIES = (1, 2)
TEXT = (
    "Data: the open snow map of the City of Syracuse, New York (no licence stated): {count:,} plough-route segments "
    "with a priority, {km:.0f} km, and for each the hours from 26 December 2025, 14:00 local time, to the first "
    "pass of a truck. Kilometres without a pass until the record ends after 42 h count as not served.",
    "Method: the segments are the roads; ends within 5 m of each other are one junction, and the {islands:.0f} km "
    "of segments that hang together with nothing are joined to the rest where they come nearest. The greedy "
    "dispatcher sends the trucks. A street counts as served once its whole width was treated. The trucks on the "
    "road rise and fall by the hour as they did in the mean of the storms of 2020-21 (shifts, rests and repairs "
    "included); how many there are is found: {fit} in the busiest hour, {truck_hours:.0f} truck-hours in 42 h. In "
    "2020-21 the busiest hours had 18 to 28 trucks with their engines on, on the mean 13 truck-hours an hour in the "
    "busiest hour and 269 in 42 h.",
    "Assumed, as none of it is in the data: {snow:.0f} mm of melted snow in {hours:.0f} h at -5 degC; streets of "
    "priority 1 are 14 m wide and take five passes of a 3.2 m blade, others 8.5 m and three; one yard with salt "
    "enough, at Canal Street; {work:.0f} km/h at work, of which half is reached, and {travel:.0f} km/h between "
    "jobs, standing time included.",
    "Trucks tried, and the largest gap of the shares: {tried}. Computed trucks drive {pace:.1f} km a truck-hour "
    "(9.5 to 12.4 measured in 2020-21).",
    "What does not fit: {worst}. By any truck that came along, at work or on its way, {along}. The widths are what "
    "brings the two priorities apart as they were: with three and two passes, main streets are all served after 16 "
    "h, while 83 % of them were. The city's trucks keep to their routes: after 4 h a truck had been along 99 % of "
    "the main streets of one route and 6 % of those of another; the dispatcher sends trucks to main streets "
    "wherever they are, so that computed main streets have no such tail, and hardly any other street comes before "
    "them in the first four hours. Not computed either: {never:.0%} of the kilometres of priority 2 that no truck "
    "was seen on in 42 h.",
)


def examine(data: Path, files: Sequence[Path]) -> Finding:
    """Plays the storm with each number of trucks; reads nothing but the data."""
    routes = read_routes(data)
    day = usual_day(read(data / RECOVERY), RECORD)
    town = city(routes, SETTING.streets)
    runs = {n: drive(scenario(town, SETTING, [n * share for share in day], START)) for n in TRUCKS}
    gaps = {n: max(abs(gap) for _, _, gap in differences(routes, traces)) for n, traces in runs.items()}
    fit = min(gaps, key=lambda n: (gaps[n], n))
    return Finding(
        "syracuse", "Syracuse, New York, 26 December 2025: first passes", _text(routes, runs[fit], gaps, fit, sum(day)),
        checks(routes, runs[fit]), (("first-pass", _chart(routes, runs[fit])),),
    )  # fmt: skip


def observed(routes: Sequence[Route], priority: int, hours: Sequence[float]) -> list[float]:
    """Share of a priority's kilometres that had its first pass within each number of hours."""
    mine = [r for r in routes if r.priority == priority]
    total = sum(r.km for r in mine)
    return [sum(r.km for r in mine if r.first_pass <= h) / total for h in hours]


def differences(routes: Sequence[Route], traces: Traces) -> list[tuple[int, int, float]]:
    """(priority, hours, share served as computed less the observed)."""
    return [
        (priority, h, computed - seen)
        for priority in PRIORITIES
        for h, computed, seen in zip(
            HOURS, traces.served_share(priority, HOURS), observed(routes, priority, HOURS), strict=True
        )
    ]


def checks(routes: Sequence[Route], traces: Traces) -> tuple[Check, ...]:
    """Shares served, each within `TOLERANCE` of the observed."""
    return tuple(
        Check(
            f"priority {priority}: share of km served within {h} h", f"{seen:.2f}", computed,
            max(0.0, seen - TOLERANCE), min(1.0, seen + TOLERANCE), "",
        )
        for priority in PRIORITIES
        for h, computed, seen in zip(
            HOURS, traces.served_share(priority, HOURS), observed(routes, priority, HOURS), strict=True
        )
    )  # fmt: skip


def _text(
    routes: Sequence[Route], traces: Traces, gaps: dict[int, float], fit: int, day: float
) -> tuple[str, ...]:
    priority, hours, gap = max(differences(routes, traces), key=lambda d: abs(d[2]))
    along = max(
        (abs(computed - seen), f"priority {p} at {h} h: {seen:.2f} observed, {computed:.2f} computed")
        for p in PRIORITIES
        for h, computed, seen in zip(
            HOURS, traces.visited_share(p, HOURS), observed(routes, p, HOURS), strict=True
        )
    )
    facts = {
        "count": len(routes), "km": sum(r.km for r in routes), "islands": ISLANDS, "fit": fit,
        "truck_hours": fit * day, "snow": SETTING.snow * 3600 * SETTING.snow_hours, "hours": SETTING.snow_hours,
        "work": SETTING.work_speed / KMH, "travel": SETTING.travel_speed / KMH,
        "tried": "; ".join(f"{n}: {g:.2f}" for n, g in gaps.items()),
        "pace": traces.driven_km() / (fit * day),
        "worst": f"the largest gap is {gap:+.2f}, priority {priority} at {hours} h",
        "along": f"the largest gap is {along[0]:.2f} ({along[1]})",
        "never": 1 - observed(routes, 2, [RECORD + 1])[0],
    }  # fmt: skip
    return tuple(part.format(**facts) for part in TEXT)


ISLANDS = 17.0
"""km of the map's segments that touch no other part of it."""


def _chart(routes: Sequence[Route], traces: Traces) -> bytes:
    hours = [h / 2 for h in range(2 * RECORD + 1)]
    with style():
        figure = Figure(figsize=(8, 3.6))
        axes = figure.subplots()
        for priority, colour in zip(PRIORITIES, ("#d55e00", "#0072b2"), strict=True):
            name = f"priority {priority}"
            axes.plot(
                hours,
                observed(routes, priority, hours),
                color=colour,
                linestyle=":",
                label=f"{name}, observed",
            )
            axes.plot(hours, traces.served_share(priority, hours), color=colour, label=f"{name}, computed")
        axes.set_xlabel("hours since 26 December 2025, 14:00")
        axes.set_ylabel("share of km with a first pass")
        axes.legend()
    return png(figure)
