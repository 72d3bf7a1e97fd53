"""The storm of 26 December 2025 on Syracuse's own plough routes: how soon each priority got its first pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from results.charts import png, style
from stormyard.validation import Check, Finding
from stormyard.validation.syracuse_city import FIRST_PASS, ROUTES, Route, beats, city, read_routes
from stormyard.validation.syracuse_routes import RouteKeeper
from stormyard.validation.syracuse_storms import EASTERN, RECOVERY, read, usual_day
from stormyard.validation.syracuse_trucks import KMH, SETTING, Traces, drive, scenario

NEEDS = (ROUTES, FIRST_PASS, RECOVERY)
START = datetime(2025, 12, 26, 14, tzinfo=EASTERN)
"""19:00 UTC, from which the map's hours count."""
RECORD = 42
"""h until the record ends."""
SNOW = replace(SETTING, snow=0.7 / 3600)
"""The setting of 2020-21 but for the snow, of which each storm has its own."""
TRUCKS = (9, 10, 11)
"""Trucks on the road in the busiest hour that are tried; the closest counts."""
HOURS = (2, 4, 8, 12, 24, 36)
TOLERANCE = 0.12
PRIORITIES = (1, 2)
ISLANDS = 17.0
"""km of the map's segments that touch no other part of it."""
Share = Callable[[int, Sequence[float]], list[float]]
"""(priority, hours) -> share of the kilometres by each hour."""
TEXT = (
    "Data: the open snow map of the City of Syracuse, New York (no licence stated): {count:,} plough-route segments "
    "with a priority, {km:.0f} km, and for each the hours from 26 December 2025, 14:00 local time, to the first "
    "pass of a truck. Kilometres without a pass until the record ends after 42 h count as not served.",
    "Method: the segments are the roads; ends within 5 m of each other are one junction, and the {islands:.0f} km "
    "of segments that hang together with nothing are joined to the rest where they come nearest. Each truck keeps to "
    "one of the map's 36 routes for {stay:g} h before it takes the one left alone for longest (streets of no truck's "
    "route count to the nearest one). A street counts as served once its whole width was treated. The trucks on the "
    "road rise and fall by the hour as they did in the mean of the storms of 2020-21 (shifts, rests and repairs "
    "included); how many there are is found: {fit} in the busiest hour, {truck_hours:.0f} truck-hours in 42 h. In "
    "2020-21 the busiest hours had 18 to 28 trucks with their engines on, on the mean 13 truck-hours an hour in the "
    "busiest hour and 269 in 42 h.",
    "Assumed, as none of it is in the data: {snow:.1f} mm of melted snow in each hour with at least {snowing:.0f} "
    "trucks on the road, at -5 degC. All other settings are those that the storms of 2020-21 were calibrated with (see "
    "there): a street takes two passes of a 3.2 m blade; one yard with salt enough, at Canal Street; {work:.0f} km/h "
    "at work, of which half is reached, and {travel:.1f} km/h between jobs, standing time included; priority 2 is "
    "Stormyard's class 4.",
    "Trucks tried, and the largest gap of the shares: {tried}. Computed trucks drive {pace:.1f} km a truck-hour "
    "(9.5 to 12.4 measured in 2020-21).",
    "What does not fit: {worst}. By any truck that came along, at work or on its way, {along}. Routes matter: with "
    "the greedy dispatcher, which sends trucks to main streets wherever they are, {greedy}. Not computed: the "
    "{never:.0%} of the kilometres of priority 2 along which no truck was seen in 42 h, and which truck had which "
    "route when (the last main streets waited for more than 30 h).",
)


def examine(data: Path, files: Sequence[Path]) -> Finding:
    """Plays the storm with each number of trucks, and once by the greedy dispatcher; reads nothing but the data."""
    routes = read_routes(data)
    day = usual_day(read(data / RECOVERY), RECORD)
    runs = {n: _run(routes, n, day) for n in TRUCKS}
    gaps = {n: _largest(routes, traces)[0] for n, traces in runs.items()}
    fit = min(gaps, key=lambda n: (gaps[n], n))
    best = runs[fit]
    facts = {
        "count": len(routes), "km": sum(r.km for r in routes), "islands": ISLANDS, "fit": fit,
        "truck_hours": fit * sum(day), "snow": SNOW.snow * 3600, "snowing": SNOW.snowing, "stay": SNOW.stay / 3600,
        "work": SNOW.work_speed / KMH, "travel": SNOW.travel_speed / KMH,
        "tried": "; ".join(f"{n}: {gap:.2f}" for n, gap in gaps.items()),
        "pace": best.driven_km() / (fit * sum(day)), "worst": _largest(routes, best)[1],
        "along": _largest(routes, best, best.visited_share)[1],
        "never": 1 - observed(routes, 2, [RECORD + 1])[0],
        "greedy": _largest(routes, _run(routes, fit, day, keeping=False))[1],
    }  # fmt: skip
    return Finding(
        "syracuse", "Syracuse, New York, 26 December 2025: first passes",
        tuple(part.format(**facts) for part in TEXT), checks(routes, best), (("first-pass", _chart(routes, best)),),
    )  # fmt: skip


def _run(routes: Sequence[Route], trucks: float, day: Sequence[float], keeping: bool = True) -> Traces:
    """The storm with so many trucks in the busiest hour, keeping to routes or not; traces by the city's priorities."""
    scene = scenario(city(routes, SNOW.streets), SNOW, [trucks * share for share in day], START)
    traces = drive(scene, RouteKeeper(scene, beats(routes), SNOW.stay) if keeping else None)
    traces.priority = np.array([r.priority for r in routes])
    return traces


def observed(routes: Sequence[Route], priority: int, hours: Sequence[float]) -> list[float]:
    """Share of a priority's kilometres that had its first pass within each number of hours."""
    mine = [r for r in routes if r.priority == priority]
    total = sum(r.km for r in mine)
    return [sum(r.km for r in mine if r.first_pass <= h) / total for h in hours]


def checks(routes: Sequence[Route], traces: Traces) -> tuple[Check, ...]:
    """Shares served, each within `TOLERANCE` of the observed."""
    return tuple(
        Check(
            f"priority {priority}: share of km served within {h} h", f"{seen:.2f}", computed,
            max(0.0, seen - TOLERANCE), min(1.0, seen + TOLERANCE), "",
        )
        for priority, h, seen, computed in _pairs(routes, traces.served_share)
    )  # fmt: skip


def _pairs(routes: Sequence[Route], share: Share) -> list[tuple[int, int, float, float]]:
    """(priority, hours, observed, computed)"""
    return [
        (priority, h, seen, computed)
        for priority in PRIORITIES
        for h, seen, computed in zip(
            HOURS, observed(routes, priority, HOURS), share(priority, HOURS), strict=True
        )
    ]


def _largest(routes: Sequence[Route], traces: Traces, share: Share | None = None) -> tuple[float, str]:
    """The largest gap, and where it is in words; of what was served unless another share is asked for."""
    pairs = _pairs(routes, share or traces.served_share)
    priority, h, seen, computed = max(pairs, key=lambda pair: abs(pair[3] - pair[2]))
    gap = abs(computed - seen)
    where = f"priority {priority} at {h} h: {seen:.2f} observed, {computed:.2f} computed"
    return gap, f"the largest gap is {gap:.2f} ({where})"


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
