"""What is missing in a storm, and what would have to change, in figures that can be checked by a new run."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from results.capacity import cover, machines
from results.charts import clock
from results.goals import Goal
from results.language import Both, both
from results.metrics import classes, clear_share, closed_late, precipitation_end, sites, unclear_roads
from results.series import stock_lines
from simulation.network import Network
from simulation.record import Run

EMPTY = 0.001
"""t below which a yard counts as empty."""
ORDER = ("access", "closures", "sites", "stock", "pace", "reach", "split")
"""Kinds of shortfall, the gravest first."""


class Shortfall(NamedTuple):
    """Something missing in one storm."""

    kind: str
    """One of ``ORDER``."""
    what: Both
    change: Both
    """What would have to change; an estimate in proportion, to be tried in a variant."""


def shortfalls(run: Run, goals: list[Goal]) -> list[Shortfall]:
    """Missed goals and empty yards of a run, each with what would have to change."""
    missed = {goal.key: goal for goal in goals if goal.met is False}
    timed = ("clear_h", "first_pass_h", "bridges")
    found = [_pace(run, goal) for key, goal in missed.items() if key.startswith(timed)]
    if "sites_over_limit" in missed:
        found.append(_sites(run))
    if "closed_late" in missed:
        found.append(_closures(run))
    if goal := missed.get("order_to_arrival_min.p90"):
        what = both("gap.reach", reached=f"{goal.reached:.0f}", target=f"{goal.target:.0f}")
        found.append(Shortfall("reach", what, both("gap.reach_change")))
    if goal := missed.get("critical_access"):
        what = both("gap.access", reached=f"{goal.reached:.1f}", target=f"{goal.target:g}")
        found.append(Shortfall("access", what, both("gap.access_change")))
    return sorted(found + _stock(run), key=lambda shortfall: ORDER.index(shortfall.kind))


def _pace(run: Run, goal: Goal) -> Shortfall:
    """Treatment has to be so many times as fast; machines in proportion."""
    have = max(machines(run.scenario.fleet, "plough"), machines(run.scenario.fleet, "spread"))
    if goal.reached is not None:
        what = both("gap.late", goal=goal.name, reached=f"{goal.reached:.1f}", target=f"{goal.target:g}")
        factor = goal.reached / goal.target if goal.target else math.inf
    else:
        what = both(
            "gap.never",
            goal=goal.name,
            target=f"{goal.target:g}",
            share=f"{100 * _share_at_end(run, goal):.0f}",
        )
        factor = (
            (run.scenario.duration - precipitation_end(run)) / 3600 / goal.target if goal.target else math.inf
        )
    if not have:
        return Shortfall("pace", what, both("gap.no_machines"))
    if not math.isfinite(factor) or factor <= 1:
        return Shortfall("pace", what, both("gap.order"))
    more = math.ceil(have * (factor - 1))
    at_least = "gap.pace_at_least" if goal.reached is None else "gap.pace"
    return Shortfall("pace", what, both(at_least, factor=f"{factor:.2f}", more=more, have=have))


def _share_at_end(run: Run, goal: Goal) -> float:
    """Share of the goal's class that is clear at the run's end; of all roads for a goal of no class."""
    network, unclear = Network(run.scenario.city.segments), unclear_roads(run)[-1:]
    named = [p for p in classes(network) if goal.key.endswith(f".p{p}")]
    mine = network.priority == named[0] if named else np.ones(len(network), bool)
    return float(clear_share(unclear[:, mine], network.lane_length[mine])[0])


def _sites(run: Run) -> Shortfall:
    limit = run.scenario.goals.depth_limit
    over = np.array([site.depth > limit for site in sites(run)])
    pumps, at_once = machines(run.scenario.fleet, "pump"), int(over.sum(axis=0).max())
    what = both("gap.sites", n=int(over.any(axis=1).sum()), at_once=at_once)
    return Shortfall(
        "sites", what, both("gap.sites_change" if at_once > pumps else "gap.sites_earlier", pumps=pumps)
    )


def _closures(run: Run) -> Shortfall:
    late = closed_late(run)
    never = sum(not math.isfinite(x.closed) for x in late)
    worst = max((x.closed - x.t for x in late if math.isfinite(x.closed)), default=0.0)
    what = both("gap.closures", n=len(late), never=never)
    return Shortfall("closures", what, both("gap.closures_change", minutes=f"{worst / 60:.0f}"))


def _stock(run: Run) -> list[Shortfall]:
    """Materials that yards ran out of; what more it takes if the pace had gone on until precipitation ends."""
    found = []
    for material in run.scenario.fleet.materials:
        lines = [x for x in stock_lines(run) if x.material == material.id and x.tonnes.max() > EMPTY]
        out = [float(x.t[np.argmax(x.tonnes <= EMPTY)]) for x in lines if (x.tonnes <= EMPTY).any()]
        went = cover(run, material.id)
        if not out or went is None:
            continue
        what = both(
            "gap.stock", material=material.name, n=len(out), yards=len(lines), when=clock(run, min(out))
        )
        more = 0.0
        if went.spent:
            more = went.stock * max(0.0, (precipitation_end(run) - went.until) / 3600 / went.hours)
        if more >= 1:
            found.append(Shortfall("stock", what, both("gap.stock_more", more=f"{more:.0f}")))
        elif went.spent:
            found.append(Shortfall("stock", what, both("gap.stock_spent")))
        else:
            found.append(Shortfall("split", what, both("gap.stock_split")))
    return found
