"""Beside the carriageway: footways and stops that were cleared, and banks that were hauled to dump sites."""

from __future__ import annotations

import numpy as np

from results.charts import clock
from results.content import Block, Section, Table, figure
from results.language import Both, both
from results.metrics import footway_shares, precipitation_end, seconds
from results.sections import Reading
from results.sections.outcome import reached, verdict
from simulation import footways
from simulation.network import Network
from simulation.record import Run

ORDER = 45
AFTER = (0, 4, 12, 24)
"""Hours after precipitation stops at which the share that is clear is told."""


def section(reading: Reading) -> Section | None:
    """Footways against their goal, dump sites with their room; None where nothing lay on footways or in banks."""
    run = reading.run
    blocks: list[Block] = []
    if run.totals.get("footway_fallen_kg", 0.0) > 0:
        blocks.append(_footways(reading))
    if run.totals.get("snow_hauled_m3", 0.0) > 0:
        blocks.append(_dumps(run))
    return Section("kerb", both("section.kerb"), blocks) if blocks else None


def _footways(reading: Reading) -> Table:
    """Share that is clear when precipitation stops and some hours later; what was reached, met or missed."""
    run = reading.run
    city, network = run.scenario.city, Network(run.scenario.city.segments)
    area = footways.areas(city, network)
    stops = footways.segments_of(city, network, footways.STOPS)
    size = {
        "footway_clear_h": both("kerb.footways", ha=figure(area.sum() / 1e4).zh),
        "stops_cleared_h": both("kerb.stops", n=sum(area[i] > 0 for i in stops.values())),
    }
    judged = {goal.key: goal for goal in reading.goals}
    t, stopped = seconds(run), precipitation_end(run)
    hours = [h for h in AFTER if stopped + 3600 * h <= run.scenario.duration]
    rows = []
    for name, share in footway_shares(run).items():
        at = [figure(100 * float(np.interp(stopped + 3600 * h, t, share)), 0) for h in hours]
        goal = judged.get(name)
        told = (reached(goal), figure(goal.target), verdict(goal)) if goal else (Both.same("–"),) * 3
        rows.append((size[name], *at, *told))
    head = [both("head.what")] + [both("head.clear_pct_after", h=h) for h in hours]
    head += [both(f"head.{k}") for k in ("clear", "goal_h", "verdict")]
    return Table(both("table.footways"), head, rows, tuple(range(1, len(hours) + 3)))


def _dumps(run: Run) -> Table:
    """Each dump site: what was driven there, what room is left, and when it was full."""
    taken: dict[str, float] = {}
    full: dict[str, int] = {}
    for event in run.events:
        if event.kind == "dumped":
            taken[event.target] = taken.get(event.target, 0.0) + event.value
        elif event.kind == "dump_full":
            full.setdefault(event.target, event.t)
    rows = []
    for place in run.scenario.city.places:
        if place.kind == "dump_site":
            moved = taken.get(place.id, 0.0)
            rows.append(
                (
                    Both.of(place.name),
                    both("kerb.any" if place.takes_salted else "kerb.unsalted"),
                    figure(place.capacity, 0),
                    figure(moved, 0),
                    figure(max(0.0, place.capacity - moved), 0),
                    Both.same(clock(run, full[place.id]) if place.id in full else "–"),
                )
            )
    head = [both(f"head.{k}") for k in ("dump", "takes", "room_m3", "dumped_m3", "left_m3", "full_at")]
    tonnes = f"{run.totals['snow_hauled_kg'] / 1000:,.0f}"
    title = both("table.dumps", m3=f"{run.totals['snow_hauled_m3']:,.0f}", t=tonnes)
    return Table(title, head, rows, (2, 3, 4))
