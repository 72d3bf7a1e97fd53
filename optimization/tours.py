"""Tours: runs of road work for one crew, worth about an hour, contiguous where it pays.

The command post's knowledge only: reported snow, advised doses, straight-line ways. A tour is built by one
rule, step by step: next comes what clears most weighted kilometres a second, drive included. On the same
road the drive is nothing, so a tour stays on a road until something clearly more urgent is near.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimization.ground import DETOUR, Ground
from optimization.worth import Worth
from simulation.model import Kind, Verb
from simulation.situation import CrewReport, Jobs, Situation
from simulation.work import DEPTH_SLOWING, ROAD_VERBS

TOUR = 60 * 60.0
"""s of drive and work that one order should hold (setting; 30 and 45 min are 2 and 1 % worse)."""
SHORTEST = 10 * 60.0
"""s that a tour may hold however many crews wait for work."""
PATIENCE = 6 * 3600.0
"""s of delay that halve the worth of a pass (setting): the sooner crew gets the road."""
NEAR = 96
"""Jobs looked at for one tour, best first: more changes little and costs time."""
HAULED = 8.0 / 400.0
"""m3 in the bank for each m2 of carriageway where hauling is called for: 8 kg/m2 at 400 kg/m3 (``advice``)."""
SNOW_DENSITY = 100.0
"""kg/m3 at which reported snow is turned to depth (observed at Zhengzhou: 83-137)."""


@dataclass(frozen=True)
class Tour:
    """Targets for one crew, in order."""

    verbs: tuple[Verb, ...]
    rows: tuple[int, ...]
    """Rows of ``Jobs``."""
    worth: tuple[float, ...]
    """Worth of each row, less for those that come late."""
    drive: float
    """s from where the crew stands to the first target, a refill included."""
    seconds: float
    """s of drive and work in all."""
    material: float
    """kg spread."""
    depot: int
    """Where it loads first; -1 where it needs no refill."""

    @property
    def value(self) -> float:
        """Worth of all its rows."""
        return sum(self.worth)

    @property
    def rate(self) -> float:
        """Worth a second."""
        return self.value / max(self.seconds, 1.0)


@dataclass(frozen=True)
class RoadWork:
    """Road jobs that a kind can do with one set of verbs; arrays over its m jobs."""

    verbs: tuple[Verb, ...]
    rows: np.ndarray
    """(m,) rows of ``Jobs``."""
    seconds: np.ndarray
    """(m,) s to treat the whole carriageway."""
    value: np.ndarray
    """(m,) worth: see ``optimization.worth``."""
    mass: np.ndarray
    """(m,) kg to spread."""
    begins: np.ndarray
    """(m,) junction at which each begins."""
    ends_x: np.ndarray
    """(2, m) m east of both ends on the local plane: where a crew may drive in, and the other."""
    ends_y: np.ndarray
    """(2, m) m north."""
    oneway: np.ndarray
    """(m,) bool"""


def usable(crew: Sequence[Verb], job: tuple[Verb, ...], has_material: bool) -> tuple[Verb, ...]:
    """What of a job's pass a crew does; empty where it lacks the leading verb.

    A spreader alone does not treat unploughed snow: 5 mm at -5 degC would take 180 g/m2 (snow.md 0.2).
    """
    able = tuple(v for v in job if v in crew and (v != "spread" or has_material))
    return able if able and able[0] == job[0] else ()


def rows_by_verbs(jobs: Jobs) -> dict[tuple[Verb, ...], np.ndarray]:
    """Rows of the jobs for each set of verbs that one of them asks for, in order of first appearance."""
    code = {verbs: i for i, verbs in enumerate(dict.fromkeys(jobs.verbs))}
    codes = np.fromiter(map(code.__getitem__, jobs.verbs), int, len(jobs))
    return {verbs: np.flatnonzero(codes == i) for verbs, i in code.items()}


def road_work(
    ground: Ground, situation: Situation, kind: Kind, verbs: tuple[Verb, ...], rows: np.ndarray, worth: Worth
) -> RoadWork:
    """What ``rows`` of the jobs are to one kind with one set of verbs. Mirrors ``simulation.work``."""
    jobs = situation.jobs
    segment = jobs.segment[rows]
    length = ground.length[segment]
    if "haul" in verbs:
        seconds = np.maximum(60.0, HAULED * jobs.need[rows] / max(kind.haul_rate, 1e-6))
    else:
        speed = np.where(ground.major[segment], kind.work_speed_major, kind.work_speed_minor)
        speed = np.maximum(speed * kind.efficiency, 0.05)
        if "plough" in verbs:
            depth = situation.reported.snow[segment] / SNOW_DENSITY
            speed = speed / (1 + depth / DEPTH_SLOWING)
        passes = np.maximum(1.0, np.ceil(ground.width[segment] / max(kind.width, 0.1) - 1e-9))
        seconds = passes * length / speed
    value = worth(ground, situation, verbs, rows)
    mass = jobs.rate[rows] * ground.area[segment] if "spread" in verbs else np.zeros(len(rows))
    ends = np.array([ground.tail[segment], ground.head[segment]])
    return RoadWork(
        verbs, rows, seconds, value, mass, ends[0], ground.x[ends], ground.y[ends], ground.oneway[segment]
    )


class Tours:
    """Builds tours for the crews of one situation and keeps count of the jobs that are given out."""

    def __init__(self, ground: Ground, situation: Situation, worth: Worth) -> None:
        self._ground, self._situation, self._worth = ground, situation, worth
        self._flow = ground.flow(situation)
        self._idle = max(1, sum(c.idle and not ROAD_VERBS.isdisjoint(c.verbs) for c in situation.crews))
        jobs = situation.jobs
        self.open = (jobs.segment >= 0) & (jobs.crews == 0)
        """(n,) bool: road jobs that nobody is on and that are not shut; whoever gives a tour out clears its
        rows."""
        self.open &= situation.travel_factor[jobs.segment] > 0
        self._by_verbs = {
            verbs: rows[self.open[rows]]
            for verbs, rows in rows_by_verbs(jobs).items()
            if verbs[0] in ROAD_VERBS and self.open[rows].any()
        }
        doses = (jobs.rate * jobs.need)[self.open & (jobs.rate > 0)]
        self._least_dose = float(doses.min(initial=np.inf))
        self._work: dict[tuple[str, tuple[Verb, ...], tuple[tuple[Verb, ...], ...]], RoadWork] = {}
        self._parts: np.ndarray | None = None

    def best(self, crew: CrewReport) -> Tour | None:
        """The tour that clears most weighted kilometres a second for this crew; None where it can do none."""
        tours = [tour for work in self.work_for(crew) if (tour := self.build(crew, work)) is not None]
        return max(tours, key=lambda tour: tour.rate, default=None)

    def work_for(self, crew: CrewReport) -> list[RoadWork]:
        """The road jobs that a crew can do, one table for each set of verbs it would do them with."""
        has_material = crew.load >= self._least_dose or self._ground.has_stock(crew, self._situation)
        groups: dict[tuple[Verb, ...], list[tuple[Verb, ...]]] = {}
        for verbs in self._by_verbs:
            if able := usable(crew.verbs, verbs, has_material):
                groups.setdefault(able, []).append(verbs)
        return [self._table(crew.kind, able, tuple(wanted)) for able, wanted in groups.items()]

    def _table(self, kind: str, verbs: tuple[Verb, ...], wanted: tuple[tuple[Verb, ...], ...]) -> RoadWork:
        key = (kind, verbs, wanted)
        if key not in self._work:
            rows = np.sort(np.concatenate([self._by_verbs[w] for w in wanted]))
            noun = self._ground.kinds[kind]
            self._work[key] = road_work(self._ground, self._situation, noun, verbs, rows, self._worth)
        return self._work[key]

    def build(self, crew: CrewReport, work: RoadWork) -> Tour | None:
        """A tour for a crew through open jobs of ``work``; None where no job can be reached and done within
        the crew's duty time."""
        free = self.open[work.rows] & self._reachable(crew.node, work)
        if not free.any():
            return None
        fair = float(work.seconds[free].sum()) / self._idle
        span = min(TOUR, max(SHORTEST, fair))
        speed = min(self._ground.kinds[crew.kind].travel_speed, self._flow)
        start = self._departure(crew, float(work.mass[free].min()), speed)
        pace = DETOUR / speed
        x, y = float(self._ground.x[start.node]), float(self._ground.y[start.node])
        choice = _nearest_best(work, free, x, y, pace)
        return _chain(work, choice, start, x, y, pace, span, crew.duty_left)

    def _departure(self, crew: CrewReport, least: float, speed: float) -> Departure:
        """From where the crew stands, or from the nearest yard if its hopper cannot treat the least job."""
        if crew.load >= least or not self._ground.has_stock(crew, self._situation):
            return Departure(crew.node, 0.0, crew.load, -1)
        depot, seconds = self._ground.refill(crew, self._situation, speed)
        hopper = self._ground.kinds[crew.kind].hopper
        return Departure(int(self._ground.depot_node[depot]), seconds, hopper, depot)

    def _reachable(self, node: int, work: RoadWork) -> np.ndarray:
        """(m,) bool: which jobs lie in the part of town that the crew can reach and leave."""
        if self._parts is None:
            factor = self._situation.travel_factor
            shut = bool((factor <= 0).any())
            self._parts = self._situation.network.strong_components(factor) if shut else self._ground.part
        part = self._parts
        return np.asarray(part[work.begins] == part[node])


@dataclass(frozen=True)
class Departure:
    """From where, when and with what a tour begins."""

    node: int
    seconds: float
    load: float
    depot: int


def _nearest_best(work: RoadWork, free: np.ndarray, x: float, y: float, pace: float) -> np.ndarray:
    """The ``NEAR`` best free jobs to begin with, best first: drive counts as spread over a whole tour."""
    drive = np.hypot(work.ends_x[0] - x, work.ends_y[0] - y) * pace
    score = np.where(free, work.value / work.seconds / (1.0 + drive / TOUR), -1.0)
    few = min(NEAR, int(np.count_nonzero(free)))
    good = np.flatnonzero(score >= np.partition(score, -few)[-few])
    return good[np.argsort(-score[good], kind="stable")[:few]]


def _chain(
    work: RoadWork,
    choice: np.ndarray,
    start: Departure,
    x: float,
    y: float,
    pace: float,
    span: float,
    duty_left: float,
) -> Tour | None:
    """Step by step from (x, y): the first job, then always what is worth most a second from where the last
    one ended.

    The crew drives in at the nearer end (a one-way road at its start) and leaves by the other.
    """
    ends_x, ends_y = work.ends_x[:, choice], work.ends_y[:, choice]
    against = np.where(work.oneway[choice], np.inf, 0.0)
    value, seconds, mass = work.value[choice].copy(), work.seconds[choice], work.mass[choice]
    taken: list[int] = []
    worth: list[float] = []
    clock, used, drive_in = start.seconds, 0.0, start.seconds
    while len(taken) < len(choice):
        ways = np.hypot(ends_x - x, ends_y - y) * pace
        ways[1] += against
        drive = ways.min(axis=0)
        pick = int(np.argmax(value / (drive + seconds))) if taken else 0
        after = clock + float(drive[pick] + seconds[pick])
        full = after > start.seconds + span or used + mass[pick] > start.load
        if after > duty_left or (taken and full):
            break
        if not taken:
            drive_in = clock + float(drive[pick])
        taken.append(pick)
        worth.append(float(value[pick]) / (1.0 + after / PATIENCE))
        clock, used = after, used + float(mass[pick])
        leave = 0 if ways[1, pick] < ways[0, pick] else 1
        x, y = float(ends_x[leave, pick]), float(ends_y[leave, pick])
        value[pick] = -1.0
    if not taken:
        return None
    return Tour(
        work.verbs, tuple(work.rows[choice[taken]].tolist()), tuple(worth), drive_in, clock, used, start.depot
    )
