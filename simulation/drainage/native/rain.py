"""Rain on the land: the model's own gages as rates that change at given seconds, and other rain in their place.

A gage's record counts for the gage's interval and no longer, as in SWMM: an interval longer than the spacing of
the series is refused there, a shorter one leaves dry gaps.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from simulation.drainage.inp import MM_PER_INCH, Row
from simulation.drainage.native.curves import HOUR, SeriesBook
from simulation.drainage.native.words import Words

FORMATS = ("INTENSITY", "VOLUME", "CUMULATIVE")
NEAR = 0.5
"""s before a change at which it counts as reached: runoff steps are whole seconds."""


@dataclass(frozen=True)
class Changes:
    """Something that is constant between given times."""

    times: tuple[float, ...]
    """s since the start, rising; before the first the first value holds."""
    values: np.ndarray
    """(times, ...)."""

    def place(self, seconds: float) -> int:
        """Row of ``values`` that holds at a time."""
        return max(bisect_right(self.times, seconds + NEAR) - 1, 0)

    def after(self, seconds: float) -> float:
        """s of the next change after a time; infinite where there is none."""
        place = bisect_right(self.times, seconds + NEAR)
        return self.times[place] if place < len(self.times) else math.inf


@dataclass(frozen=True)
class Rain(Changes):
    """Rain by gage, ``values`` (times, gages) or (times, gages, members) in kg/m2/s (mm/s)."""

    interval: float = math.inf
    """s, least recording interval: SWMM's wet step is never longer."""
    restless: bool = False
    """Whether a gage that no land reads starts with rain: SWMM then takes the whole time for wet."""

    def scaled(self, factor: np.ndarray) -> Rain:
        """The same rain times a factor: (members,), or (gages, members)."""
        values = self.values if self.values.ndim == 3 else self.values[:, :, None]
        return replace(self, values=values * np.asarray(factor, dtype=float))


def even_rain(rates: np.ndarray, interval: float, gages: int) -> Rain:
    """The same rain at every gage. ``rates`` in kg/m2/s: (intervals,) or (intervals, members), from the start."""
    ended = np.concatenate([rates, np.zeros_like(rates[:1])])
    values = np.repeat(ended[:, None], gages, axis=1)
    return Rain(tuple(interval * i for i in range(len(ended))), values, interval)


def read_rain(words: Words, series: SeriesBook, used: set[str], month: Callable[[float], int]) -> Rain:
    """The gages of a model, in its order. ``used`` names in capitals the gages that land reads; ``month`` tells
    the month (0-11) at a second, for the rainfall factors of [ADJUSTMENTS]."""
    depth = 1.0 if words.inp.metric else MM_PER_INCH
    factors = _factors(words)
    records: list[list[tuple[float, float, float]]] = []
    intervals, restless = [], False
    first_of: dict[str, int] = {}
    for i, row in enumerate(words.inp.rows("RAINGAGES")):
        records.append([])
        name = row.words[0].upper()
        if row.words[4].upper() != "TIMESERIES":
            if name in used:
                words.refuse(row.line, f"rain gage '{row.words[0]}' reads a file, which")
            continue
        kind = words.choice(row, 1, "format of the rain gage", FORMATS)
        interval = _interval(words, row)
        if name in used:
            # SWMM lets a gage with the series of an earlier one share that one's rain
            shared = first_of.setdefault(row.words[5].upper(), i)
            if shared != i:
                records[i] = records[shared]
                continue
            intervals.append(interval)
        records[i] = [
            (time, time + interval, rate * depth / HOUR * factors[month(time)])
            for time, rate in _rates(series.points(row, 5), kind, interval)
        ]
        if name not in used:
            restless = restless or any(start <= 0.0 and rate > 0.0 for start, _, rate in records[i][:1])
            records[i] = []
    return _rain(records, min(intervals, default=math.inf), restless)


def _factors(words: Words) -> np.ndarray:
    """(12,) monthly factors on rain."""
    factors = np.ones(12)
    for row in words.inp.rows("ADJUSTMENTS"):
        if row.words[0].upper().startswith("RAIN") and len(row.words) > 1:
            factors[:] = [words.number(row, place, "factor") for place in range(1, 13)]
    return factors


def _interval(words: Words, row: Row) -> float:
    """Whole seconds of a recording interval, given as decimal hours or hours:minutes."""
    parts = row.words[2].split(":")
    try:
        hours, minutes, seconds = [*(float(part) for part in parts), 0.0, 0.0][:3]
    except ValueError:
        hours = minutes = seconds = 0.0
    whole = math.floor(HOUR * hours + 60 * minutes + seconds + 0.5)
    if whole <= 0:
        words.problem(
            row.line, f"the interval of rain gage '{row.words[0]}' is '{row.words[2]}'", "write 0:05"
        )
        return HOUR
    return float(whole)


def _rates(points: np.ndarray, kind: int, interval: float) -> list[tuple[float, float]]:
    """(s, depth an hour in the model's units) of every record with rain, and of the first."""
    total, found = 0.0, []
    for i, (time, value) in enumerate(points):
        rate = float(value)
        if FORMATS[kind] == "CUMULATIVE":
            rate, total = (rate if rate < total else rate - total), rate
        if FORMATS[kind] != "INTENSITY":
            rate *= HOUR / interval
        if rate != 0.0 or i == 0:
            found.append((float(math.floor(time + 0.5)), rate))
    return found


def _rain(records: list[list[tuple[float, float, float]]], interval: float, restless: bool) -> Rain:
    """All gages on one row of times."""
    times = sorted(
        {0.0} | {t for record in records for start, end, _ in record for t in (start, end) if t > 0.0}
    )
    values = np.zeros((len(times), len(records)))
    place = {time: k for k, time in enumerate(times)}
    for gage, record in enumerate(records):
        for start, end, rate in record:
            if end > 0.0:
                values[place[max(start, 0.0)] : place[end], gage] = rate
    return Rain(tuple(times), values, interval, restless)
