"""Control rules ([CONTROLS]): read once, and decided for all members at once at each rule step.

What a rule compares is in the model's units, as its numbers are. Like SWMM: premises are taken from left to
right and a false one that an AND follows ends the rule; of several actions on a link the one of the highest
priority counts, then the earliest rule; CURVE and PID look at the last premise that was compared.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np

from simulation.drainage.inp import Row

HOUR, DAY = 3600.0, 86400.0
RELATIONS = ("=", "<>", "<", "<=", ">", ">=")
CONSTANT, DEPTH, HEAD, VOLUME, INFLOW, LINK_DEPTH, FLOW, VELOCITY, SETTING, OPEN_FOR, SHUT_FOR, RAIN = range(
    12
)
TIME, DATE, CLOCK, WEEKDAY, MONTH, YEARDAY = range(12, 18)
_TIMES = (TIME, CLOCK, OPEN_FOR, SHUT_FOR)
"""What is compared to within half a step."""
FIXED, BY_CURVE, BY_SERIES, BY_PID = range(4)
_SMALL = 1e-6
_TOLERANCE = 1e-4


class Operand(NamedTuple):
    """What a premise looks at."""

    what: int
    place: int = 0
    """Node, link or gage."""
    unit: float = 1.0
    """SI in one unit of the model."""
    base: float = 0.0
    """Added, in the model's units (an invert); the value itself of a CONSTANT. Times are in s, dates in days."""


class Premise(NamedTuple):
    """One comparison; ``either`` marks an OR."""

    either: bool
    left: Operand
    relation: str
    right: Operand


class Action(NamedTuple):
    """What becomes of a link's setting."""

    link: int
    how: int
    """FIXED, BY_CURVE, BY_SERIES or BY_PID."""
    value: float = 0.0
    table: np.ndarray | None = None
    """(K, 2): value compared -> setting (BY_CURVE), s since the start -> setting (BY_SERIES)."""
    gains: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """PID: gain, integral time and derivative time in minutes."""


class Rule(NamedTuple):
    """IF premises THEN some actions ELSE others."""

    name: str
    line: int
    premises: tuple[Premise, ...]
    then: tuple[Action, ...]
    otherwise: tuple[Action, ...]
    priority: float


@dataclass
class Situation:
    """What rules can see, all SI and [element, member]; ``target`` is changed by ``Controller.decide``."""

    seconds: float
    """Since the start."""
    step: float
    """s until the rules are looked at again."""
    depth: np.ndarray
    """(N, M) m."""
    volume: np.ndarray
    """(N, M) m3."""
    lateral: np.ndarray
    """(N, M) m3/s, runoff and inflows."""
    flow: np.ndarray
    """(L, M) m3/s in the sense of the file."""
    link_depth: np.ndarray
    """(L, M) m."""
    velocity: np.ndarray
    """(L, M) m/s."""
    setting: np.ndarray
    """(L, M) now."""
    target: np.ndarray
    """(L, M) wanted."""
    set_at: np.ndarray
    """(L, M) s since the start when the setting last changed; ``set_before`` at the start."""
    rain: np.ndarray | None = None
    """(gages, M) kg/m2/s."""


@dataclass
class Controller:
    """Decides a model's rules; keeps the memory of PID controllers."""

    rules: tuple[Rule, ...]
    start: datetime
    members: int
    _errors: dict[tuple[int, bool, int], np.ndarray] = field(default_factory=dict)
    _value: np.ndarray = field(init=False)
    _goal: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self._value, self._goal = np.zeros((2, self.members))

    def decide(self, now: Situation) -> None:
        """Set ``now.target`` where rules ask for it."""
        chosen: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        for place, rule in enumerate(self.rules):
            holds = self._holds(rule, now)
            for actions, where in ((rule.then, holds), (rule.otherwise, ~holds)):
                if not where.any():
                    continue
                for number, action in reversed(list(enumerate(actions))):
                    setting = self._setting(action, (place, actions is rule.then, number), now, where)
                    best, value = chosen.setdefault(
                        action.link, (np.full(self.members, -np.inf), np.zeros(self.members))
                    )
                    better = where & (rule.priority > best)
                    best[better], value[better] = rule.priority, setting[better]
        for link, (best, value) in chosen.items():
            now.target[link] = np.where(best > -np.inf, value, now.target[link])

    def _holds(self, rule: Rule, now: Situation) -> np.ndarray:
        """(M,) whether the premises hold."""
        holds, going = np.ones(self.members, bool), np.ones(self.members, bool)
        for premise in rule.premises:
            if not premise.either:
                going &= holds
            asked = going & ~holds if premise.either else going
            if asked.any():
                holds = np.where(asked, self._true(premise, now, asked), holds)
        return holds

    def _true(self, premise: Premise, now: Situation, asked: np.ndarray) -> np.ndarray:
        left, right = self._read(premise.left, now), self._read(premise.right, now)
        known = ~(np.isnan(left) | np.isnan(right))
        timed = premise.left.what in _TIMES
        in_hours = premise.left.what in (OPEN_FOR, SHUT_FOR)
        seen = asked & known
        self._value = np.where(seen, left / HOUR if in_hours else left, self._value)
        self._goal = np.where(seen, right, self._goal)
        half = now.step / 2 if timed else 0.0
        near = (left >= right - half) & (left < right + half) if half else left == right
        result = {
            "=": near,
            "<>": ~near,
            "<": left < right,
            "<=": left <= right,
            ">": left > right,
            ">=": left >= right,
        }[premise.relation]
        return np.asarray(result & known)

    def _read(self, operand: Operand, now: Situation) -> np.ndarray:
        """(M,) in the model's units; NaN where there is no such value now."""
        what, i = operand.what, operand.place
        if what == CONSTANT:
            return np.full(self.members, operand.base)
        if what in (OPEN_FOR, SHUT_FOR):
            applies = (now.setting[i] > 0) == (what == OPEN_FOR)
            return np.where(applies, now.seconds - now.set_at[i], np.nan)
        if what >= TIME:
            return np.full(self.members, self._clock(what, now.seconds))
        if what == RAIN:
            rain = now.rain[i] if now.rain is not None else np.zeros(self.members)
            return np.asarray(rain / operand.unit)
        arrays = {
            DEPTH: now.depth,
            HEAD: now.depth,
            VOLUME: now.volume,
            INFLOW: now.lateral,
            LINK_DEPTH: now.link_depth,
            FLOW: now.flow,
            VELOCITY: now.velocity,
            SETTING: now.setting,
        }
        return np.asarray(arrays[what][i] / operand.unit + operand.base)

    def _clock(self, what: int, seconds: float) -> float:
        if what == TIME:
            return seconds
        moment = self.start + timedelta(seconds=seconds)
        if what == CLOCK:
            return (moment - datetime(moment.year, moment.month, moment.day)).total_seconds()
        if what == DATE:
            return float(moment.toordinal())
        if what == WEEKDAY:
            return float(moment.isoweekday() % 7 + 1)
        return float(moment.month if what == MONTH else moment.timetuple().tm_yday)

    def _setting(
        self, action: Action, key: tuple[int, bool, int], now: Situation, where: np.ndarray
    ) -> np.ndarray:
        if action.table is not None:
            x = self._value if action.how == BY_CURVE else np.full(self.members, now.seconds)
            return np.interp(x, action.table[:, 0], action.table[:, 1])
        if action.how == BY_PID:
            return self._pid(action, key, now, where)
        return np.full(self.members, action.value)

    def _pid(
        self, action: Action, key: tuple[int, bool, int], now: Situation, where: np.ndarray
    ) -> np.ndarray:
        """The recursive form of a PID controller on the relative error."""
        gain, integral, derivative = action.gains
        minutes = now.step / 60
        last, before = self._errors.setdefault(key, np.zeros((2, self.members)))
        error = self._goal - self._value
        scale = np.where(self._goal != 0, self._goal, self._value)
        error = np.where(np.abs(error) > _SMALL, error / np.where(scale != 0, scale, 1.0), error)
        stuck = np.abs(error - last) < _TOLERANCE
        last, before = np.where(stuck, 0.0, last), np.where(stuck, 0.0, before)
        change = error - last + derivative * (error - 2 * last + before) / minutes
        if integral:
            change = change + error * minutes / integral
        change = np.where(np.abs(gain * change) < _TOLERANCE, 0.0, gain * change)
        kept = self._errors[key]
        self._errors[key] = np.where(where, np.stack([error, last]), kept)
        most = np.inf if action.value else 1.0
        return np.clip(now.target[action.link] + change, 0.0, most)


def set_before(start: datetime) -> float:
    """s since the start when settings count as set before the first step: midnight, as in SWMM."""
    return -(start - datetime(start.year, start.month, start.day)).total_seconds()


def day_number(day: date) -> float:
    """Days as ``Operand`` counts dates."""
    return float(day.toordinal())


def clauses(rows: Iterable[Row]) -> list[list[Row]]:
    """The rows of each rule: from RULE to the next one."""
    found: list[list[Row]] = []
    for row in rows:
        if row.words[0].upper() == "RULE" or not found:
            found.append([])
        found[-1].append(row)
    return found
