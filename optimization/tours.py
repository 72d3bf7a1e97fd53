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
from simulation.roadwork import DEPTH_SLOWING
from simulation.situation import CrewReport, Situation
from simulation.work import ROAD_VERBS

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
class Roads:
    """Road jobs to be done with one set of verbs, whoever does them; arrays over their m jobs."""

    verbs: tuple[Verb, ...]
    rows: np.ndarray
    """(m,) rows of ``Jobs``."""
    segment: np.ndarray
    """(m,) segment of each."""
    value: np.ndarray
    """(m,) worth: see ``optimization.worth``."""
    mass: np.ndarray
    """(m,) kg to spread."""
    part: np.ndarray
    """(m,) label of the part of town in which each begins."""
    ends_x: np.ndarray
    """(2, m) m east of both ends on the local plane: where a crew may drive in, and the other."""
    ends_y: np.ndarray
    """(2, m) m north."""
    oneway: np.ndarray
    """(m,) bool"""


@dataclass(frozen=True)
class RoadWork:
    """What road jobs are to one kind of machine."""

    roads: Roads
    seconds: np.ndarray
    """(m,) s to treat the whole carriageway."""
    rate: np.ndarray
    """(m,) worth a second of treatment."""


def usable(crew: Sequence[Verb], job: tuple[Verb, ...], has_material: bool) -> tuple[Verb, ...]:
    """What of a job's pass a crew does; empty where it lacks the leading verb.

    A spreader alone does not treat unploughed snow: 5 mm at -5 degC would take 180 g/m2 (snow.md 0.2).
    """
    able = tuple(v for v in job if v in crew and (v != "spread" or has_material))
    return able if able and able[0] == job[0] else ()


def treatment_seconds(
    ground: Ground, situation: Situation, kind: Kind, verbs: tuple[Verb, ...], rows: np.ndarray
) -> np.ndarray:
    """(m,) s in which a kind treats each road job whole. Mirrors ``simulation.roadwork``, ``hauling``, ``footways``."""
    segment = situation.jobs.segment[rows]
    if "haul" in verbs:
        volume = HAULED * situation.jobs.need[rows]
        return np.maximum(60.0, volume / ground.haul_rate(kind, segment, ground.flow(situation)))
    if "clear_footway" in verbs:
        speed = np.where(ground.major[segment], kind.work_speed_major, kind.work_speed_minor)
        return situation.jobs.need[rows] / np.maximum(speed * kind.efficiency * kind.width, 0.01)
    speed = np.where(ground.major[segment], kind.work_speed_major, kind.work_speed_minor)
    speed = np.maximum(speed * kind.efficiency, 0.05)
    if "plough" in verbs:
        depth = situation.reported.snow[segment] / SNOW_DENSITY
        speed = speed / (1 + depth / DEPTH_SLOWING)
    passes = ground.strips(kind, "plough" in verbs)[segment]
    return np.asarray(passes * ground.length[segment] / speed)


class Tours:
    """Builds tours for the crews of one situation and keeps count of the jobs that are given out."""

    def __init__(self, ground: Ground, situation: Situation, worth: Worth) -> None:
        self.ground, self.situation, self._worth_of = ground, situation, worth
        self.flow = ground.flow(situation)
        self._idle = max(1, sum(c.idle and not ROAD_VERBS.isdisjoint(c.verbs) for c in situation.crews))
        jobs = situation.jobs
        self.open = (jobs.segment >= 0) & (jobs.crews == 0)
        """(n,) bool: road jobs that nobody is on and that are not shut; whoever gives a tour out clears its
        rows."""
        self.open &= situation.travel_factor[jobs.segment] > 0
        self._by_verbs = {
            verbs: rows[self.open[rows]]
            for verbs, rows in jobs.by_verbs.items()
            if verbs[0] in ROAD_VERBS and self.open[rows].any()
        }
        doses = (jobs.rate * jobs.need)[self.open & (jobs.rate > 0)]
        self._least_dose = float(doses.min(initial=np.inf))
        factor = situation.travel_factor
        whole = bool((factor > 0).all())
        self._part = ground.part if whole else situation.network.strong_components(factor)
        """(junctions,) label of the part of town that a crew there can reach and leave."""
        self._roads: dict[tuple[tuple[Verb, ...], ...], Roads] = {}
        self._work: dict[tuple[str, tuple[Verb, ...], bool], list[RoadWork]] = {}
        self._stocked: dict[str, bool] = {}

    def worth(self, verbs: tuple[Verb, ...], rows: np.ndarray) -> np.ndarray:
        """(m,) worth of doing each job once with these verbs, at once."""
        return self._worth_of(self.ground, self.situation, verbs, rows)

    def best(self, crew: CrewReport) -> Tour | None:
        """The tour that clears most weighted kilometres a second for this crew; None where it can do none."""
        tours = [tour for work in self.work_for(crew) if (tour := self.build(crew, work)) is not None]
        return max(tours, key=lambda tour: tour.rate, default=None)

    def work_for(self, crew: CrewReport) -> list[RoadWork]:
        """The road jobs that a crew can do, one table for each set of verbs it would do them with."""
        key = (crew.kind, crew.verbs, crew.load >= self._least_dose or self._has_stock(crew))
        if key not in self._work:
            groups: dict[tuple[Verb, ...], list[tuple[Verb, ...]]] = {}
            for verbs in self._by_verbs:
                if able := usable(crew.verbs, verbs, has_material=key[2]):
                    groups.setdefault(able, []).append(verbs)
            self._work[key] = [self._table(crew.kind, able, wanted) for able, wanted in groups.items()]
        return self._work[key]

    def _has_stock(self, crew: CrewReport) -> bool:
        if crew.material not in self._stocked:
            self._stocked[crew.material] = self.ground.has_stock(crew, self.situation)
        return self._stocked[crew.material]

    def _table(self, kind: str, verbs: tuple[Verb, ...], wanted: Sequence[tuple[Verb, ...]]) -> RoadWork:
        roads = self._roads_for(verbs, wanted)
        seconds = treatment_seconds(self.ground, self.situation, self.ground.kinds[kind], verbs, roads.rows)
        return RoadWork(roads, seconds, roads.value / seconds)

    def _roads_for(self, verbs: tuple[Verb, ...], wanted: Sequence[tuple[Verb, ...]]) -> Roads:
        """The open jobs that ask for one of ``wanted``, done with ``verbs``; the same for every kind."""
        key = (verbs, *wanted)
        if key not in self._roads:
            ground, jobs = self.ground, self.situation.jobs
            rows = np.sort(np.concatenate([self._by_verbs[w] for w in wanted]))
            segment = jobs.segment[rows]
            mass = jobs.rate[rows] * ground.area[segment] if "spread" in verbs else np.zeros(len(rows))
            ends = np.array([ground.tail[segment], ground.head[segment]])
            self._roads[key] = Roads(
                verbs, rows, segment, self.worth(verbs, rows), mass,
                self._part[ends[0]], ground.x[ends], ground.y[ends], ground.oneway[segment],
            )  # fmt: skip
        return self._roads[key]

    def build(self, crew: CrewReport, work: RoadWork) -> Tour | None:
        """A tour for a crew through open jobs of ``work``; None where no job can be reached and done within
        the crew's duty time."""
        roads = work.roads
        reachable = self.open[roads.rows] & (roads.part == self._part[crew.node])
        free = np.flatnonzero(reachable & (work.seconds <= crew.duty_left))
        if not len(free):
            return None
        fair = float(work.seconds[free].sum()) / self._idle
        span = min(TOUR, max(SHORTEST, fair))
        speed = min(self.ground.kinds[crew.kind].travel_speed, self.flow)
        start = self._departure(crew, float(roads.mass[free].min()), speed)
        pace = DETOUR / speed
        x, y = float(self.ground.x[start.node]), float(self.ground.y[start.node])
        choice = _nearest_best(work, free, x, y, pace)
        return _chain(work, choice, start, x, y, pace, span, crew.duty_left)

    def _departure(self, crew: CrewReport, least: float, speed: float) -> Departure:
        """From where the crew stands, or from the nearest yard if its hopper cannot treat the least job."""
        if crew.load >= least or not self._has_stock(crew):
            return Departure(crew.node, 0.0, crew.load, -1)
        depot, seconds = self.ground.refill(crew, self.situation, speed)
        hopper = self.ground.kinds[crew.kind].hopper
        return Departure(int(self.ground.depot_node[depot]), seconds, hopper, depot)


@dataclass(frozen=True)
class Departure:
    """From where, when and with what a tour begins."""

    node: int
    seconds: float
    load: float
    depot: int


def _nearest_best(work: RoadWork, free: np.ndarray, x: float, y: float, pace: float) -> np.ndarray:
    """The ``NEAR`` best of the free jobs to begin with, best first: drive counts as spread over a whole tour."""
    drive = np.hypot(work.roads.ends_x[0, free] - x, work.roads.ends_y[0, free] - y) * pace
    score = work.rate[free] / (1.0 + drive / TOUR)
    few = min(NEAR, len(free))
    ordered = score.copy()
    ordered.partition(len(score) - few)
    good = (score >= ordered[len(score) - few]).nonzero()[0]
    return free[good[np.argsort(-score[good], kind="stable")[:few]]]


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
    roads = work.roads
    ends_x, ends_y = roads.ends_x[:, choice], roads.ends_y[:, choice]
    against = np.where(roads.oneway[choice], np.inf, 0.0)
    value, seconds, mass = roads.value[choice].copy(), work.seconds[choice], roads.mass[choice]
    taken: list[int] = []
    worth: list[float] = []
    clock, used, drive_in = start.seconds, 0.0, start.seconds
    while len(taken) < len(choice):
        ways = np.hypot(ends_x - x, ends_y - y) * pace
        ways[1] += against
        drive = np.minimum(ways[0], ways[1])
        pick = int((value / (drive + seconds)).argmax()) if taken else 0
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
    rows = tuple(roads.rows[choice[taken]].tolist())
    return Tour(roads.verbs, rows, tuple(worth), drive_in, clock, used, start.depot)
