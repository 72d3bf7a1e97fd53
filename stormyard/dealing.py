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


def deal_jobs(crews: Sequence[str], rows: Sequence[int], situation: Situation) -> Dealt:
    """Rows of the job list, all of the same work, dealt to crews; the dose is the largest that is advised."""
    jobs = situation.jobs
    rate = max(float(jobs.rate[row]) for row in rows) or None
    work = [(jobs.target[row], int(jobs.place[row])) for row in rows]
    return deal(crews, jobs.verbs[rows[0]], work, rate, situation)


def deal(
    crews: Sequence[str],
    wanted: tuple[Verb, ...],
    work: Sequence[tuple[str, int]],
    rate: float | None,
    situation: Situation,
) -> Dealt:
    """Every (target, junction) goes to one of the crews, in turn: to those with fewest, to loaded ones before
    empty ones, to the nearest (a junction of -1 is near to all).

    Where several may work at one place, crews that are left over join in turn. A crew does of a pass what it
    can. Where no crew at all can, the first is ordered nevertheless, so that the refusal says why.
    """
    by_id = {crew.id: crew for crew in situation.crews}
    able = [id for id in crews if set(wanted) & set(by_id[id].verbs) and by_id[id].activity not in UNREADY]
    fit = able or list(crews[:1])
    share: dict[str, list[str]] = {id: [] for id in fit}
    times = {id: situation.travel_times(by_id[id].node) for id in fit}
    empty = {id: "spread" in wanted and not by_id[id].load for id in fit}
    for target, place in work:
        far = {id: float(times[id][place]) if place >= 0 else 0.0 for id in fit}
        by = {id: (len(share[id]), empty[id], far[id], fit.index(id)) for id in fit}
        share[min(fit, key=by.__getitem__)].append(target)
    spare = [id for id in fit if not share[id]]
    if EXCLUSIVE.isdisjoint(wanted):
        for turn, id in enumerate(spare):
            share[id].append(work[turn % len(work)][0])
        spare = []
    orders = tuple(
        Assign(id, _able(wanted, by_id[id].verbs), tuple(share[id]), rate) for id in fit if share[id]
    )
    return Dealt(orders, tuple(id for id in crews if id not in fit), tuple(spare))


def _able(wanted: tuple[Verb, ...], can: tuple[Verb, ...]) -> tuple[Verb, ...]:
    """The part of a pass a crew can do; all of it where it can do none, so that the refusal says why."""
    return tuple(v for v in wanted if v in can) or wanted
