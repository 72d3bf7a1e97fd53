"""Places: where water stood, what was cut off."""

from __future__ import annotations

import numpy as np

from results.charts import clock
from results.content import Block, Cell, Paragraph, Section, Table, figure
from results.language import Both, both
from results.metrics import closed_late, cut_off_h, hour_weights, seconds, sites
from results.names import segment_name
from results.sections import Reading
from results.underpasses import closing_seconds, fillings
from simulation.hazards.streets import VEHICLES
from simulation.record import Run

ORDER = 50
MOST = 20


def section(reading: Reading) -> Section | None:
    """Sites by depth of water, how underpasses filled and were closed, critical places by hours cut off."""
    run = reading.run
    blocks: list[Block] = [*_sites(run), *(_filled(run) or _late(run)), *_critical(run)]
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
         Both.same(clock(run, t[int(np.argmax(s.depth))])), figure(float(hours @ (s.depth > limit))))
        for s in wet[:MOST]
    ]  # fmt: skip
    head = [both(f"head.{k}") for k in ("place", "kind", "deepest_cm", "when", "over_limit_h")]
    caption = both("table.sites", shown=len(rows), wet=len(wet), total=len(found), limit=f"{100 * limit:.0f}")
    return [Table(caption, head, rows, (2, 4))]


def _late(run: Run) -> list[Block]:
    """Late closures by the recorded depths, for a run whose events do not tell how underpasses filled."""
    if "water_depth" not in run.fields:
        return []
    late = closed_late(run)
    depth = f"{100 * run.scenario.goals.close_depth:.0f}"
    if not late:
        return [Paragraph(both("text.none_late", depth=depth))]
    roads = {s.id: s for s in run.scenario.city.segments}
    rows = [
        (segment_name(run.scenario, x.segment), Both.of(roads[x.segment].road), Both.same(clock(run, x.t)),
         Both.same(clock(run, x.closed)) if np.isfinite(x.closed) else both("never_closed"))
        for x in late
    ]  # fmt: skip
    head = [both(f"head.{k}") for k in ("place", "road", "deep_from", "closed_at")]
    return [Table(both("table.late", depth=depth), head, rows)]


def _filled(run: Run) -> list[Block]:
    """What time the water left in each underpass, beside what closing and leaving take."""
    found = fillings(run)
    if not found:
        return []
    closing = closing_seconds(run.scenario)
    rows = [
        (segment_name(run.scenario, x.segment), Both.same(clock(run, x.wet)),
         Cell(_minutes(x.rise), "" if x.rise >= closing else "bad" if x.closed > x.close else "flag"),
         _minutes(x.afloat - x.wet),
         Cell(_minutes(x.roof - x.wet), "bad" if x.roof - x.close < x.leaving else ""),
         _minutes(x.leaving), _margin(x.closed - x.close))
        for x in found[:MOST]
    ]  # fmt: skip
    head = [
        both("head.place"), both("head.first_water"), both("head.to_closing_min"),
        both("head.to_afloat_min", cm=f"{100 * VEHICLES['small_car'].depth:.0f}"), both("head.to_roof_min"),
        both("head.leaving_min"), both("head.barrier_min"),
    ]  # fmt: skip
    depth = f"{100 * run.scenario.goals.close_depth:.0f}"
    quick = sum(x.rise < closing for x in found)
    told = both(
        "text.fills_quick" if quick else "text.fills_slow", n=quick, total=len(found), depth=depth,
        closing=f"{closing / 60:.0f}", police=f"{run.scenario.command.police_delay / 60:.0f}",
    )  # fmt: skip
    caption = both("table.filled", shown=len(rows), total=len(found), depth=depth)
    return [Table(caption, head, rows, (2, 3, 4, 5)), Paragraph(told), Paragraph(both("text.fills_basis"))]


def _minutes(seconds: float) -> Both:
    return figure(seconds / 60, 0) if np.isfinite(seconds) else figure(None)


def _margin(late: float) -> Cell:
    """Minutes by which a barrier came before the closing depth or after it."""
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
