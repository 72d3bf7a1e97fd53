"""What the roads will look like: snow, ice, water and salt estimated now, and carried ahead over the forecast.

The command post knows old reports and what its crews did since; between the two this module reckons with the formulas
of the snow hazard (``simulation.hazards``) in longer steps, on the forecast's hours, with the road's temperature
following the air's. What treatments are worth is the difference between futures with them and without.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from optimization.ground import Ground
from simulation.compiled import compiled
from simulation.hazards import ice, surface
from simulation.roadwork import PLOUGH_FILM_SHARE, PLOUGH_SHARE
from simulation.situation import Outlook, Situation

HOUR = 3600
SNOW_BELOW = 1.0
"""degC of air below which what is forecast is taken for snow, as in ``worth``."""
SETTLED = 0.5
"""kg/m2 on some road from which snow counts as settled, as the goals' hours are counted."""
STEP = 900
"""s of a step of the projection (the hazard's is 300)."""
FOLLOWS = 0.8
"""K by which a road follows a change of the air by 1 K (setting; 0.84 while it thaws after the blizzard)."""
AWAY = ("off", "mustering", "absent", "broken", "rest")
"""Activities in which a crew does not go on with its order."""
NONE, PLOUGH, SPREAD, BOTH = range(4)
"""Treatments as bits: 1 the blade, 2 de-icer."""
SNOW, ICE, FILM, SALT, ROAD = range(5)
"""Rows of a state: kg/m2 each, and degC of the road."""


class Physics(NamedTuple):
    """Figures of the hazard for one step; the last four (4,) by class: shares that a step takes."""

    a: float
    b: float
    c: float
    residual: float
    film: float
    melts: float
    freezes: float
    salt_loss: float
    hardpack: float
    packs: np.ndarray
    splashes: np.ndarray
    traffic: np.ndarray
    drains: float


def physics_of(ground: Ground, step: float = STEP) -> Physics:
    """The scenario's snow physics for steps of so many seconds."""
    snow, material = ground.snow, ground.deicer
    return Physics(
        material.freezing_a, material.freezing_b, material.freezing_c, snow.plough_residual, snow.film,
        -math.expm1(-step / snow.melt_time), -math.expm1(-step / ice.FREEZE_TIME), snow.plough_salt_loss,
        snow.plough_hardpack_share, -np.expm1(-step / np.array(snow.compaction_time)),
        -np.expm1(-surface.SPLASH * surface.TRAFFIC * step), -np.expm1(-ice.TRAFFIC_LOSS * step),
        -math.expm1(-step / snow.drain_time),
    )  # fmt: skip


_FREE = ice.FREE_WATER_LIMIT
_BLADE, _BLADE_FILM = 1 - PLOUGH_SHARE, 1 - PLOUGH_FILM_SHARE
_KEPT_DOSE = 1 - ice.APPLICATION_LOSS
_STRAIGHT = ice.STRAIGHT_FROM
_FREEZE_HEAT = ice.HEAT_CAPACITY / ice.FUSION
_WARM_MELT = ice.CONTACT * STEP / ice.FUSION
"""kg/m2 that a road melts in a step for each K above 0."""


@compiled()
def _capacity(t: float, p: Physics) -> float:
    """``ice.melt_capacity`` of one temperature."""
    t = min(t, 0.0)
    straight = t * (p.a * _STRAIGHT + p.b + p.c / _STRAIGHT)
    share = min(max(min(p.a * t * t + p.b * t + p.c, straight) / 100.0, 0.005), 0.30)
    return (1.0 - share) / share


@compiled()
def _treated(
    snow: float, pack: float, film: float, salt: float, act: int, dose: float, p: Physics
) -> tuple[float, float, float, float]:
    """A road after a pass; see ``simulation.roadwork``."""
    if act & PLOUGH:
        loose = film >= _FREE * (min(pack, p.residual) + film)
        snow = min(snow, max(p.residual, _BLADE * snow))
        pack *= _BLADE if loose else 1.0 - p.hardpack
        film *= _BLADE_FILM
        salt *= 1.0 - p.salt_loss
    if act & SPREAD:
        salt += _KEPT_DOSE * dose
    return snow, pack, film, salt


@compiled()
def _stepped(
    snow: float,
    pack: float,
    film: float,
    salt: float,
    road: float,
    capacity: float,
    fall: float,
    r: int,
    p: Physics,
) -> tuple[float, float, float, float]:
    """A road one step later: fall, freezing or melting, packing, splashing, draining; see ``hazards.snow``."""
    snow += fall
    able = salt * capacity
    if film > able:
        frozen = min((film - able) * p.freezes, max(-road, 0.0) * _FREEZE_HEAT)
        film -= frozen
        pack += frozen
        melted = 0.0
    else:
        melted = min((able - film) * p.melts, snow + pack)
    if road > 0.0:
        melted = min(snow + pack, melted + road * _WARM_MELT)
    from_snow = min(melted, snow)
    snow -= from_snow
    pack = max(0.0, pack - (melted - from_snow))
    film += melted
    if film < _FREE * (min(snow, p.residual) + film):
        packed = p.packs[r] * snow
        pack += packed
        snow -= packed
    solid = snow + pack
    if solid > 0.0 and film >= _FREE * (solid + film):
        kept = 1.0 - p.splashes[r]
        snow *= kept
        pack *= kept
        film *= kept
        salt *= kept
    out = max(film - p.film - _FREE * snow, 0.0) * p.drains
    if out > 0.0:
        salt -= salt * out / film
        film -= out
    return snow, pack, film, salt * (1.0 - p.traffic[r])


@compiled()
def carry(state: np.ndarray, rank: np.ndarray, fall: np.ndarray, p: Physics) -> None:
    """Carry a state (5, m) over ``len(fall)`` steps of ``fall`` kg/m2 each, in place; ``rank`` (m,) class - 1."""
    for j in range(state.shape[1]):
        snow, pack, film, salt, road = state[0, j], state[1, j], state[2, j], state[3, j], state[4, j]
        capacity = _capacity(road, p)
        for k in range(len(fall)):
            snow, pack, film, salt = _stepped(snow, pack, film, salt, road, capacity, fall[k], rank[j], p)
        state[0, j], state[1, j], state[2, j], state[3, j] = snow, pack, film, salt


@compiled()
def futures(
    state: np.ndarray,
    rank: np.ndarray,
    limit: np.ndarray,
    dose: np.ndarray,
    fall: np.ndarray,
    warmer: np.ndarray,
    parent: np.ndarray,
    act: np.ndarray,
    many: np.ndarray,
    p: Physics,
) -> tuple[np.ndarray, np.ndarray]:
    """Every programme of treatments for every road: steps above the limit, and kg/m2 left at the end, (m, q) each.

    ``state`` (5, m), ``rank``, ``limit`` and ``dose`` (m,); ``fall`` and ``warmer`` (periods, steps); programmes as
    ``tree`` lays them out: in each period ``many`` of them begin, from ``parent``, with the treatment ``act``.
    """
    periods, steps = fall.shape
    last = many[-1]
    above, left = np.zeros((state.shape[1], last)), np.zeros((state.shape[1], last))
    now, was = np.zeros((5, last)), np.zeros((5, last))
    capacity, road = np.zeros(steps), np.zeros(steps)
    for j in range(state.shape[1]):
        was[:4, 0] = state[:4, j]
        was[4, 0] = 0.0
        for e in range(periods):
            for k in range(steps):
                road[k] = state[4, j] + FOLLOWS * warmer[e, k]
                capacity[k] = _capacity(road[k], p)
            for i in range(many[e]):
                o = parent[e, i]
                over = was[4, o]
                snow, pack, film, salt = _treated(
                    was[0, o], was[1, o], was[2, o], was[3, o], act[e, i], dose[j], p
                )
                for k in range(steps):
                    snow, pack, film, salt = _stepped(
                        snow, pack, film, salt, road[k], capacity[k], fall[e, k], rank[j], p
                    )
                    if snow + pack > limit[j] + 0.005:
                        over += 1.0
                now[0, i], now[1, i], now[2, i], now[3, i], now[4, i] = snow, pack, film, salt, over
            now, was = was, now
        for i in range(last):
            above[j, i], left[j, i] = was[4, i], was[0, i] + was[1, i]
    return above, left


class Tree(NamedTuple):
    """Programmes of treatments, sharing their beginnings."""

    parent: np.ndarray
    """(periods, q) which programme of the period before each goes on from."""
    act: np.ndarray
    """(periods, q) treatment at the period's begin."""
    many: np.ndarray
    """(periods,) programmes in each period."""
    programmes: np.ndarray
    """(q, periods) treatments of each whole programme; the first has none."""


def tree(periods: int, most: int) -> Tree:
    """All programmes of at most so many treatments."""
    levels: list[list[tuple[int, ...]]] = [[()]]
    for _ in range(periods):
        grown = [(*p, a) for p, a in itertools.product(levels[-1], (NONE, PLOUGH, SPREAD, BOTH))]
        levels.append([g for g in grown if sum(a != NONE for a in g) <= most])
    many = len(levels[-1])
    parent, act = np.zeros((2, periods, many), np.int64)
    for e, (before, after) in enumerate(itertools.pairwise(levels)):
        index = {p: i for i, p in enumerate(before)}
        parent[e, : len(after)] = [index[g[:-1]] for g in after]
        act[e, : len(after)] = [g[-1] for g in after]
    return Tree(parent, act, np.array([len(level) for level in levels[1:]]), np.array(levels[-1]))


class Task(NamedTuple):
    """An order that a crew works through."""

    blade: bool
    targets: tuple[str, ...]
    rate: float
    """kg/m2; 0 where it spreads nothing."""


class Foresight:
    """Keeps an estimate of every road from situation to situation."""

    def __init__(self, ground: Ground, rank: np.ndarray) -> None:
        """``rank`` (segments,): class - 1."""
        self.rank = rank.astype(np.int64)
        self.physics = physics_of(ground)
        self._begin()

    def _begin(self) -> None:
        count = len(self.rank)
        self.state = np.zeros((5, count))
        """(5, segments) estimate now."""
        self._seen, self._touched = np.full(count, -1), np.full(count, -1)
        self._tasks: dict[str, Task] = {}
        self._t, self._air = -1, 0.0
        self.settled = math.inf
        """Second since which snow lies on some road; inf before."""

    @property
    def unserved(self) -> np.ndarray:
        """(segments,) bool: no order has been worked off there."""
        return self._touched < 0

    def look(self, situation: Situation) -> None:
        """Bring the estimate up to a situation: time passes, treatments take effect, reports correct it.

        The same second again changes nothing; a session that goes back in time begins anew.
        """
        if situation.t == self._t:
            return
        if situation.t < self._t:
            self._begin()
        air = float(situation.forecast.air[0])
        if self._t >= 0:
            self._pass(situation.t - self._t, situation.forecast, air)
        self._work(situation)
        self._report(situation)
        if math.isinf(self.settled) and ((self.state[SNOW] + self.state[ICE]) > SETTLED).any():
            self.settled = situation.t
        self._t, self._air = situation.t, air

    def given(self, crew: str, verbs: Sequence[str], targets: tuple[str, ...], rate: float) -> None:
        """Remember an order, so that its treatments can be reckoned with."""
        self._tasks[crew] = Task("plough" in verbs, targets, rate)

    def _pass(self, seconds: int, outlook: Outlook, air: float) -> None:
        """Whole steps of the hazard's formulas, each with its share of what fell; the road follows the air."""
        rate = float(outlook.precipitation[0]) if air < SNOW_BELOW else 0.0
        steps = max(1, round(seconds / STEP))
        self.state[ROAD] += FOLLOWS * (air - self._air)
        carry(self.state, self.rank, np.full(steps, rate * seconds / steps), self.physics)

    def _work(self, situation: Situation) -> None:
        """Targets that left a crew's list were treated."""
        index = situation.network.segment_index
        for crew in situation.crews:
            task = self._tasks.pop(crew.id, None)
            if task is None or crew.activity in AWAY:
                continue
            for target in task.targets:
                if target not in crew.targets:
                    j = index[target]
                    act = (PLOUGH if task.blade else NONE) | (SPREAD if task.rate else NONE)
                    snow, pack, film, salt = self.state[:4, j]
                    self.state[:4, j] = _treated(snow, pack, film, salt, act, task.rate, self.physics)
                    self._touched[j] = self._t
            if left := tuple(t for t in task.targets if t in crew.targets):
                self._tasks[crew.id] = task._replace(targets=left)

    def _report(self, situation: Situation) -> None:
        """What was seen since the last look; of a road that was treated since then only what is newer than that look,
        for its crew looks at it when it is done."""
        reported = situation.reported
        new = (reported.seen > self._seen) & (reported.seen >= self._touched)
        if self._t < 0:
            new[:] = True
        for row, values in ((SNOW, reported.snow), (ICE, reported.ice), (FILM, reported.film)):
            if len(values):
                self.state[row, new] = values[new]
        self.state[ROAD, new] = reported.road_temperature[new]
        self._seen = np.maximum(self._seen, reported.seen)


def expected(
    outlook: Outlook, t: int, shape: tuple[int, int], amount: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """(periods, steps) kg/m2 of snow and K of air against now, from second ``t`` on.

    Past the forecast its last hour goes on. ``amount`` is the factor that the amounts reach at the forecast's end.
    """
    when = t + STEP * np.arange(shape[0] * shape[1])
    hour = np.clip((when - outlook.t[0]) // HOUR, 0, len(outlook.t) - 1).astype(int)
    falls = np.where(outlook.air < SNOW_BELOW, outlook.precipitation, 0.0)
    reach = np.clip((when - t) / (len(outlook.t) * HOUR), 0.0, 1.0)
    fall = falls[hour] * STEP * amount**reach
    return fall.reshape(shape), (outlook.air[hour] - outlook.air[0]).reshape(shape)
