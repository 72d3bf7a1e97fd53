"""What went wrong in a storm: missed goals, and machines that found no material, each in one sentence with figures."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from results.capacity import SPENT, cover
from results.charts import clock
from results.goals import Goal, precise
from results.language import Both, both
from results.metrics import (
    arrival_delays,
    classes,
    clear_share,
    closed_late,
    cut_off_h,
    footway_shares,
    sites,
    unclear_roads,
)
from simulation.network import Network
from simulation.record import Run

ORDER = ("access", "closures", "sites", "clear", "pass", "bridges", "footways", "stock", "split", "reach")
"""Kinds of shortfall, the gravest first: what endangers people, then what stops traffic, then why."""


DRY = 0.02
"""Share of its first load below which a machine counts as empty."""
FEW = 0.05
"""Share of the loaded machines up to which it is no matter that they ended empty (a setting)."""


class Shortfall(NamedTuple):
    """Something that went wrong in one storm."""

    kind: str
    """One of ``ORDER``."""
    what: Both


def shortfalls(run: Run, goals: list[Goal]) -> list[Shortfall]:
    """Missed goals and missing material of a run, the gravest first."""
    missed = {goal.key: goal for goal in goals if goal.met is False}
    found = [_late(run, goal) for key, goal in missed.items() if key.startswith(tuple(_TIMED))]
    if "sites_over_limit" in missed:
        found.append(_sites(run))
    if "closed_late" in missed:
        found.append(_closures(run))
    if goal := missed.get("order_to_arrival_min.p90"):
        late = sum(d.minutes > goal.target for d in arrival_delays(run))
        what = both("readiness.reach", reached=f"{goal.reached:.0f}", target=f"{goal.target:.0f}", late=late)
        found.append(Shortfall("reach", what))
    if goal := missed.get("critical_access"):
        places = sum(hours > goal.target for hours in cut_off_h(run).values())
        what = both("readiness.access", n=places, reached=f"{goal.reached:.1f}", target=f"{goal.target:g}")
        found.append(Shortfall("access", what))
    return sorted(found + _stock(run), key=lambda shortfall: ORDER.index(shortfall.kind))


_TIMED = {
    "clear_h": "clear", "first_pass_h": "pass", "bridges_h": "bridges", "footway_clear_h": "footways",
    "stops_cleared_h": "footways",
}  # fmt: skip


def _late(run: Run, goal: Goal) -> Shortfall:
    kind = _TIMED[goal.key.partition(".")[0]]
    if goal.reached is not None:
        what = both("readiness.late", goal=goal.name, reached=precise(goal), target=f"{goal.target:g}")
        return Shortfall(kind, what)
    share = f"{100 * _share_at_end(run, goal):.0f}"
    hours = f"{run.scenario.duration / 3600:g}"
    key = "readiness.never_clear" if kind in ("clear", "footways") else "readiness.never"
    return Shortfall(kind, both(key, goal=goal.name, target=f"{goal.target:g}", share=share, hours=hours))


def _share_at_end(run: Run, goal: Goal) -> float:
    """Share of the goal's class, or of footways or stops, that is clear at the run's end; else of all roads."""
    if goal.key in (beside := footway_shares(run)):
        return float(beside[goal.key][-1])
    network, unclear = Network(run.scenario.city.segments), unclear_roads(run)[-1:]
    named = [p for p in classes(network) if goal.key.endswith(f".p{p}")]
    mine = network.priority == named[0] if named else np.ones(len(network), bool)
    return float(clear_share(unclear[:, mine], network.lane_length[mine])[0])


def _sites(run: Run) -> Shortfall:
    limit = run.scenario.goals.depth_limit
    depth = np.array([site.depth for site in sites(run)])
    peaks = depth.max(axis=1)
    worst = sites(run)[int(peaks.argmax())].place.name
    what = both(
        "readiness.sites",
        n=int((peaks > limit).sum()),
        limit=f"{100 * limit:g}",
        worst=worst,
        cm=f"{100 * peaks.max():.0f}",
    )
    return Shortfall("sites", what)


def _closures(run: Run) -> Shortfall:
    late = closed_late(run)
    never = sum(not np.isfinite(x.closed) for x in late)
    worst = max((x.closed - x.close for x in late if np.isfinite(x.closed)), default=0.0)
    depth = f"{100 * run.scenario.goals.close_depth:g}"
    return Shortfall(
        "closures",
        both("readiness.closures", n=len(late), never=never, cm=depth, minutes=f"{worst / 60:.0f}"),
    )


class RunDry(NamedTuple):
    """Machines that could not load again because no yard had any left, while others still carried some."""

    t: int
    """Second at which the first of them found nothing."""
    empty: int
    """Machines that ended the run empty (``DRY``)."""
    loaded: int
    """Machines that were loaded at all."""
    left: float
    """t that were still on machines at the end"""
    kind: str
    """Kind of machine that brought back the most"""
    kept: float
    """t that it brought back"""
    taken: float
    """t that it had loaded"""


def ran_dry(run: Run, material: str) -> RunDry | None:
    """How a material ran out on the machines; None where no yard was asked in vain or few ended up empty.

    Loading at the call-out, when everybody fills up, is no shortage.
    """
    use = {m.id: m.use for m in run.scenario.fleet.materials}[material]
    verb = "sandbag" if use == "bag" else "spread"
    asked = [e.t for e in run.events if e.kind == "unsupplied" and verb in e.verb]
    first: dict[str, float] = {}
    carried: dict[str, float] = {}
    for event in run.events:
        if event.kind == "refill" and event.crew and event.verb == material:
            first.setdefault(event.crew, event.value)
            carried[event.crew] = carried.get(event.crew, 0.0) + event.value
        elif event.kind in ("pass", "protected") and verb in event.verb and event.crew in carried:
            carried[event.crew] -= event.value
    empty = sum(load < DRY * first[crew] for crew, load in carried.items())
    if not asked or not carried or empty < FEW * len(carried):
        return None
    kinds = {e.id: e.kind for e in run.scenario.fleet.equipment}
    kept: dict[str, float] = {}
    for crew, load in carried.items():
        kind = kinds[crew.rpartition("/")[0]]
        kept[kind] = kept.get(kind, 0.0) + load / 1000
    most = max(kept, key=lambda kind: kept[kind])
    taken = sum(
        e.value / 1000
        for e in run.events
        if e.kind == "refill" and e.verb == material and e.crew and kinds[e.crew.rpartition("/")[0]] == most
    )
    return RunDry(asked[0], empty, len(carried), sum(carried.values()) / 1000, most, kept[most], taken)


def _stock(run: Run) -> list[Shortfall]:
    """Materials that were used up, and those that no yard had while machines still carried some."""
    found = []
    for material in run.scenario.fleet.materials:
        went = None if material.use == "fuel" else cover(run, material.id)
        if went is None:
            continue
        dry = ran_dry(run, material.id)
        if went.spent is not None:
            what = both(
                "readiness.spent", material=material.name, pct=f"{100 * SPENT:.0f}",
                stock=f"{went.stock:,.0f}", when=clock(run, went.spent),
            )  # fmt: skip
            found.append(Shortfall("stock", what))
        elif dry is not None:
            what = both(
                "readiness.split", material=material.name, when=clock(run, dry.t), empty=dry.empty,
                loaded=dry.loaded, left=f"{dry.left:,.0f}",
            )  # fmt: skip
            found.append(Shortfall("split", what))
    return found
