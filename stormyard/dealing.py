"""Numbered jobs, and how those that are named together are dealt to the crews that are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from simulation.model import Verb
from simulation.orders import Assign
from simulation.situation import CrewReport, Jobs, Situation
from simulation.validity import room_at
from simulation.work import TARGETS

UNREADY = ("off", "mustering", "broken", "absent", "rest")
"""What a crew is at while it takes no order."""


def job_order(jobs: Jobs) -> list[int]:
    """Rows of the job list as they are numbered for the player: nobody on it first, then by urgency."""
    return sorted(range(len(jobs)), key=lambda row: (jobs.crews[row] > 0, -jobs.weight[row], row))


class Work(NamedTuple):
    """Something to be done at one place."""

    verbs: tuple[Verb, ...]
    target: str
    place: int
    """Junction, -1 where it is not known: then it is near to all."""
    rate: float = 0.0
    """Dose in kg/m2; 0 = the advised one."""


@dataclass(frozen=True)
class Dealt:
    """Orders that share work among crews, and what was left over."""

    orders: tuple[Assign, ...]
    unable: tuple[str, ...] = ()
    """Crews that cannot do any of the work, or take no order now."""
    spare: tuple[str, ...] = ()
    """Crews for which nothing was left."""
    undone: tuple[str, ...] = ()
    """Targets that no crew is left for."""


def deal_jobs(crews: Sequence[str], rows: Sequence[int], situation: Situation) -> Dealt:
    """Rows of the job list dealt to crews."""
    jobs = situation.jobs
    work = [
        Work(jobs.verbs[row], jobs.target[row], int(jobs.place[row]), float(jobs.rate[row])) for row in rows
    ]
    return deal(crews, work, situation)


def deal(crews: Sequence[str], work: Sequence[Work], situation: Situation) -> Dealt:
    """Each piece of work goes to one of the crews, in turn: to those with fewest, to loaded ones before empty
    ones, to the nearest.

    A crew gets work of one kind, and does of a pass what it can. Where several may work at one place, crews
    that are left over join in turn. Where no crew at all can, the first is ordered nevertheless, so that the
    refusal says why.
    """
    by_id = {crew.id: crew for crew in situation.crews}

    def can(id: str, piece: Work) -> bool:
        return not set(piece.verbs).isdisjoint(by_id[id].verbs) and by_id[id].activity not in UNREADY

    fit = [id for id in crews if any(can(id, piece) for piece in work)]
    if not fit:
        first = [piece for piece in work if piece.verbs == work[0].verbs]
        return Dealt((_order(by_id[crews[0]], first),), tuple(crews[1:]))
    times = {id: situation.travel_times(by_id[id].node) for id in fit}
    share: dict[str, list[Work]] = {id: [] for id in fit}
    undone = []
    for piece in work:

        def merit(id: str, piece: Work = piece) -> tuple[int, bool, float, int]:
            empty = "spread" in piece.verbs and not by_id[id].load
            far = float(times[id][piece.place]) if piece.place >= 0 else 0.0
            return len(share[id]), empty, far, fit.index(id)

        free = [id for id in fit if can(id, piece) and (not share[id] or share[id][0].verbs == piece.verbs)]
        if free:
            share[min(free, key=merit)].append(piece)
        else:
            undone.append(piece.target)
    for turn, id in enumerate(id for id in fit if not share[id]):
        shared = [piece for piece in work if can(id, piece) and _has_room(piece, share, situation)]
        share[id] += shared[turn % len(shared) :][:1] if shared else []
    return Dealt(
        tuple(_order(by_id[id], share[id]) for id in fit if share[id]),
        tuple(id for id in crews if id not in fit),
        tuple(id for id in fit if not share[id]),
        tuple(undone),
    )


def _has_room(piece: Work, share: Mapping[str, Sequence[Work]], situation: Situation) -> bool:
    """Whether one more crew may work there beside those that were given it or hold it already."""
    given = sum(piece in mine for mine in share.values())
    given += sum(piece.target in crew.targets for crew in situation.crews if crew.id not in share)
    known = piece.target in situation.network.segment_index or TARGETS[piece.verbs[0]] != "segment"
    return known and all(given < room_at(situation.network, verb, piece.target) for verb in piece.verbs)


def _order(crew: CrewReport, work: Sequence[Work]) -> Assign:
    """The part of a pass that a crew can do; all of it where it can do none, so that the refusal says why."""
    verbs = tuple(verb for verb in work[0].verbs if verb in crew.verbs) or work[0].verbs
    return Assign(crew.id, verbs, tuple(w.target for w in work), max(w.rate for w in work) or None)
