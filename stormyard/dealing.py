"""Numbered jobs, and how those that are named together are dealt to the crews that are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulation.model import Verb
from simulation.orders import Assign
from simulation.situation import Jobs, Situation
from simulation.validity import EXCLUSIVE

UNREADY = ("off", "mustering", "broken", "absent", "rest")
"""What a crew is at while it takes no order."""


def job_order(jobs: Jobs) -> list[int]:
    """Rows of the job list as they are numbered for the player: nobody on it first, then by urgency."""
    return sorted(range(len(jobs)), key=lambda row: (jobs.crews[row] > 0, -jobs.weight[row], row))


@dataclass(frozen=True)
class Dealt:
    """Orders that share jobs among crews, and the crews that got none."""

    orders: tuple[Assign, ...]
    unable: tuple[str, ...] = ()
    """Cannot do the work, or take no order now."""
    spare: tuple[str, ...] = ()
    """No job was left for them."""


def deal(crews: Sequence[str], rows: Sequence[int], situation: Situation) -> Dealt:
    """Every job goes to one of the crews, in turn: to those with fewest, to loaded ones before empty ones, to
    the nearest.

    Where several may work at one place, crews that are left over join in turn. A crew does of a pass what it
    can. Where no crew at all can, the first is ordered nevertheless, so that the refusal says why.
    """
    jobs, by_id = situation.jobs, {crew.id: crew for crew in situation.crews}
    wanted = jobs.verbs[rows[0]]
    rate = max(float(jobs.rate[row]) for row in rows) or None
    able = [id for id in crews if set(wanted) & set(by_id[id].verbs) and by_id[id].activity not in UNREADY]
    fit = able or list(crews[:1])
    share: dict[str, list[int]] = {id: [] for id in fit}
    times = {id: situation.travel_times(by_id[id].node) for id in fit}
    empty = {id: "spread" in wanted and not by_id[id].load for id in fit}
    for row in rows:
        by = {id: (len(share[id]), empty[id], times[id][jobs.place[row]], fit.index(id)) for id in fit}
        chosen = min(fit, key=by.__getitem__)
        share[chosen].append(row)
    spare = [id for id in fit if not share[id]]
    if EXCLUSIVE.isdisjoint(wanted):
        for place, id in enumerate(spare):
            share[id].append(rows[place % len(rows)])
        spare = []
    orders = tuple(
        Assign(id, _able(wanted, by_id[id].verbs), tuple(jobs.target[row] for row in share[id]), rate)
        for id in fit
        if share[id]
    )
    return Dealt(orders, tuple(id for id in crews if id not in fit), tuple(spare))


def _able(wanted: tuple[Verb, ...], can: tuple[Verb, ...]) -> tuple[Verb, ...]:
    """The part of a pass a crew can do; all of it where it can do none, so that the refusal says why."""
    return tuple(v for v in wanted if v in can) or wanted
