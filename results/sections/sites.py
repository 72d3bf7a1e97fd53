"""Places: where water stood, what was cut off."""

from __future__ import annotations

import numpy as np

from results.charts import clock
from results.content import Block, Cell, Paragraph, Section, Table, figure
from results.language import Both, both
from results.metrics import cut_off_h, hour_weights, seconds, sites
from results.names import segment_name
from results.sections import Reading
from results.underpasses import Filling, closing_seconds, fillings
from simulation.hazards.streets import CLEARANCE, LIMITS
from simulation.record import Run

ORDER = 50
MOST = 20


def section(reading: Reading) -> Section | None:
    """Sites by depth of water, how underpasses filled and were closed, critical places by hours cut off."""
    run = reading.run
    blocks: list[Block] = [*_sites(run), *_underpasses(run), *_critical(run)]
    return Section("sites", both("section.sites"), blocks) if blocks else None


def _sites(run: Run) -> list[Block]:
    found = sorted(sites(run), key=lambda s: (-float(s.depth.max()), s.place.id))
    wet = [s for s in found if s.depth.max() > 0.005]
    if not found:
        return []
    if not wet:
        return [Paragraph(both("text.none_wet", total=len(found)))]
    limit, hours, t = run.scenario.goals.depth_limit, hour_weights(run), seconds(run)
    rows = [
        (Both.of(s.place.name), both(f"place.{s.place.kind}"),
         Cell(figure(100 * float(s.depth.max()), 0), "bad" if s.depth.max() > limit else ""),
         Both.same(clock(run, t[int(np.argmax(s.depth))])), figure(float(hours @ (s.depth > limit))),
         Cell(figure(float(s.flow.max()), 2), "bad" if s.flow.max() > LIMITS["small_car"].product else ""))
        for s in wet[:MOST]
    ]  # fmt: skip
    head = [
        both(f"head.{k}") for k in ("place", "kind", "deepest_cm", "when", "over_limit_h", "strongest_flow")
    ]
    caption = both("table.sites", shown=len(rows), wet=len(wet), total=len(found), limit=f"{100 * limit:.0f}")
    sweeps = f"{LIMITS['small_car'].product:.1f}"
    return [Table(caption, head, rows, (2, 4, 5)), Paragraph(both("text.sites_flow", limit=sweeps))]


def _underpasses(run: Run) -> list[Block]:
    """How the water rose in each underpass, then what closing and leaving took beside it."""
    if "water_depth" not in run.fields:
        return []
    depth = f"{100 * run.scenario.goals.close_depth:.0f}"
    found = fillings(run)
    if not found:
        return [Paragraph(both("text.none_filled", depth=depth))]
    closing = closing_seconds(run.scenario)
    quick = sum(x.rise < closing for x in found)
    told = both(
        "text.fills_quick" if quick else "text.fills_slow", n=quick, total=len(found), depth=depth,
        closing=f"{closing / 60:.0f}", police=f"{run.scenario.command.police_delay / 60:.0f}",
    )  # fmt: skip
    return [
        _rising(run, found, closing, depth), Paragraph(told),
        _leaving(run, found, depth), Paragraph(_closings(found, depth)), Paragraph(both("text.fills_basis")),
    ]  # fmt: skip


def _rising(run: Run, found: list[Filling], closing: float, depth: str) -> Table:
    rows: list[tuple[Both | Cell, ...]] = [
        (segment_name(run.scenario, x.segment), Both.same(clock(run, x.wet)),
         Cell(_minutes(x.rise), "" if x.rise >= closing else "bad" if x.late else "flag"),
         *(_minutes(t - x.wet) for t in (x.afloat, x.wade, x.roof)))
        for x in found[:MOST]
    ]  # fmt: skip
    cm = {name: f"{100 * LIMITS[name].depth:.0f}" for name in ("small_car", "adult")}
    head = [
        both("head.place"), both("head.first_water"), both("head.to_closing_min", cm=depth),
        both("head.to_afloat_min", cm=cm["small_car"]), both("head.to_wade_min", cm=cm["adult"]),
        both("head.to_roof_min", m=f"{CLEARANCE:.1f}"),
    ]  # fmt: skip
    caption = both("table.filled", shown=min(len(found), MOST), total=len(found), depth=depth)
    return Table(caption, head, rows, (2, 3, 4, 5))


def _leaving(run: Run, found: list[Filling], depth: str) -> Table:
    rows = [
        (segment_name(run.scenario, x.segment), _called(run, x), _closed(run, x), _margin(x),
         figure(x.cars, 0), _minutes(x.leaving),
         Cell(_minutes(x.way_out), "bad" if x.late and x.way_out < x.leaving else ""))
        for x in found[:MOST]
    ]  # fmt: skip
    head = [
        both(f"head.{key}") for key in
        ("place", "close_ordered", "closed_at", "barrier_min", "cars_inside", "leaving_min", "way_out_min")
    ]  # fmt: skip
    caption = both("table.leaving", shown=min(len(found), MOST), total=len(found), depth=depth)
    return Table(caption, head, rows, (4, 5, 6))


def _closings(found: list[Filling], depth: str) -> Both:
    """How many were open at the closing depth, how little time the others had, and where people had too little."""
    late = [x for x in found if x.late]
    trapped = sum(x.way_out < x.leaving for x in late)
    spare = min((x.close - x.closed for x in found if not x.late), default=None)
    key = (
        "text.closings_all_late" if spare is None else "text.closings_late" if late else "text.closings_early"
    )
    minutes = "" if spare is None else f"{spare / 60:,.0f}"
    return both(key, n=len(late), total=len(found), depth=depth, trapped=trapped, minutes=minutes)


def _minutes(seconds: float) -> Both:
    return figure(seconds / 60, 0) if np.isfinite(seconds) else figure(None)


def _called(run: Run, filling: Filling) -> Both:
    """When the barrier was ordered; a crew that stands by needs no order."""
    if np.isfinite(filling.called):
        return Both.same(clock(run, filling.called))
    return both("text.no_order") if filling.by == "spot" else figure(None)


def _closed(run: Run, filling: Filling) -> Both:
    if not filling.by:
        return both("never_closed")
    return both(f"text.closed_by_{filling.by}", at=clock(run, filling.closed))


def _margin(filling: Filling) -> Cell:
    """Minutes by which a barrier came before the closing depth or after it."""
    late = filling.closed - filling.close
    if not np.isfinite(late):
        return Cell(both("never_closed"), "bad")
    key = "text.barrier_late" if late > 0 else "text.barrier_early"
    return Cell(both(key, minutes=f"{abs(late) / 60:,.0f}"), "bad" if late > 0 else "")


def _critical(run: Run) -> list[Block]:
    cut = cut_off_h(run)
    if not cut:
        return []
    lost = sorted((p for p in cut if cut[p] > 0), key=lambda p: -cut[p])
    if not lost:
        return [Paragraph(both("text.none_cut_off", n=len(cut)))]
    places = {p.id: p for p in run.scenario.city.places}
    limit = run.scenario.goals.critical_access / 3600
    rows = [
        (Both.of(places[p].name), both(f"place.{places[p].kind}"),
         Cell(figure(cut[p]), "bad" if cut[p] > limit else ""))
        for p in lost[:MOST]
    ]  # fmt: skip
    head = [both("head.place"), both("head.kind"), both("head.cut_off_h")]
    return [Table(both("table.cut_off"), head, rows, (2,))]
