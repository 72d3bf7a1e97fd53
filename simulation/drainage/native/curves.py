"""Curves, time series and patterns of a model, by name."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime

import numpy as np

from simulation.drainage.editing import parse_date
from simulation.drainage.inp import Row
from simulation.drainage.native.layout import Curves
from simulation.drainage.native.words import Words

CURVE_KINDS = (
    "STORAGE", "DIVERSION", "TIDAL", "RATING", "SHAPE", "CONTROL", "PUMP1", "PUMP2", "PUMP3", "PUMP4", "PUMP5",
    "WEIR",
)  # fmt: skip
PATTERN_KINDS = {"MONTHLY": 12, "DAILY": 7, "HOURLY": 24, "WEEKEND": 24}
HOUR = 3600.0


class CurveBook:
    """The [CURVES] in the model's own units, read once and used by name."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._kind: dict[str, str] = {}
        self._line: dict[str, int] = {}
        self._points: dict[str, list[tuple[float, float]]] = {}
        for row in words.inp.rows("CURVES"):
            self._add(row)

    def _add(self, row: Row) -> None:
        name, first = row.words[0].upper(), 1
        if name not in self._kind:
            place = self._words.choice(row, 1, "kind of the curve", CURVE_KINDS)
            self._kind[name], self._line[name], self._points[name] = CURVE_KINDS[place], row.line, []
            first = 2
        elif len(row.words) > 1 and row.words[1].upper() in CURVE_KINDS:
            first = 2
        if (len(row.words) - first) % 2:
            self._words.problem(row.line, f"curve '{row.words[0]}' has an x without a y in this row")
            return
        for place in range(first, len(row.words), 2):
            point = (self._words.number(row, place, "x"), self._words.number(row, place + 1, "y"))
            points = self._points[name]
            if points and point[0] <= points[-1][0]:
                hint = "each x must be greater than the one before"
                self._words.problem(row.line, f"curve '{row.words[0]}' does not rise in x", hint)
            points.append(point)

    def kind(self, name: str) -> str:
        """One of CURVE_KINDS; "" where the curve is not there."""
        return self._kind.get(name.upper(), "")

    def points(self, row: Row, place: int, *kinds: str) -> np.ndarray:
        """(K, 2) points of the curve that a row names, in the model's units; must be of one of the ``kinds``."""
        name = row.words[place].upper() if place < len(row.words) else ""
        points = self._points.get(name)
        if not points or self._kind[name] not in kinds:
            what = f"'{row.words[0]}' needs a curve of kind {' or '.join(kinds)}"
            found = f"'{row.words[place]}' is {self._kind[name]}" if points else "it is not in [CURVES]"
            self._words.problem(row.line, what, found if name else "none is named")
            return np.array([[0.0, 0.0], [1.0, 1.0]])
        return np.array(points)


class Ragged:
    """Collects (x, y) tables under the index that the layout's arrays use."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._tables: list[np.ndarray] = []

    def add(self, name: str, points: np.ndarray, x_unit: float, y_unit: float) -> int:
        """Index of a table, converted to SI; the same table twice is kept once."""
        table = points * (x_unit, y_unit)
        for i, other in enumerate(self._tables):
            if self._names[i] == name and np.array_equal(other, table):
                return i
        self._names.append(name)
        self._tables.append(table)
        return len(self._tables) - 1

    def curves(self) -> Curves:
        """All that was added."""
        count = np.array([len(t) for t in self._tables], dtype=np.int32)
        all_points = np.concatenate([np.zeros((0, 2)), *self._tables])
        first = np.concatenate([[0], np.cumsum(count)])[: len(count)].astype(np.int32)
        x, y = np.ascontiguousarray(all_points.T)
        return Curves(tuple(self._names), first, count, x, y)


class SeriesBook:
    """The [TIMESERIES], read by name when they are asked for."""

    def __init__(self, words: Words, start: datetime) -> None:
        self._words = words
        self._start = start

    def points(self, row: Row, place: int) -> np.ndarray:
        """(K, 2) seconds since the start and values in the model's units of the series a row names."""
        name = row.words[place] if place < len(row.words) else ""
        all_rows = self._words.inp.rows("TIMESERIES")
        rows = [all_rows[i] for i in self._words.inp.series.get(name.upper(), ())]
        if not rows:
            self._words.problem(row.line, f"'{row.words[0]}' reads time series '{name}', which is not there")
            return np.zeros((1, 2))
        points = np.array(list(self._read(rows)) or [(0.0, 0.0)])
        if np.any(np.diff(points[:, 0]) <= 0):
            hint = "each time must be later than the one before"
            self._words.problem(rows[0].line, f"time series '{name}' goes back in time", hint)
        return points

    def _read(self, rows: list[Row]) -> Iterator[tuple[float, float]]:
        day: date | None = None
        for row in rows:
            if len(row.words) > 1 and row.words[1].upper() == "FILE":
                self._words.problem(
                    row.line, f"time series '{row.words[0]}' is in a file", "paste its rows here"
                )
                return
            place = 1
            while place < len(row.words):
                if found := parse_date(row.words[place]):
                    day = found
                    place += 1
                if place + 1 >= len(row.words):
                    self._words.problem(row.line, f"time series '{row.words[0]}' has a time without a value")
                    return
                seconds = self._seconds(row, place)
                if day:
                    seconds += (datetime(day.year, day.month, day.day) - self._start).total_seconds()
                yield seconds, self._words.number(row, place + 1, "value")
                place += 2

    def _seconds(self, row: Row, place: int) -> float:
        seconds = seconds_of(row.words[place])
        if seconds is None:
            self._words.problem(row.line, f"time series '{row.words[0]}': '{row.words[place]}' is no time")
        return seconds or 0.0


def seconds_of(word: str) -> float | None:
    """s of a time such as 1:30, 1:30:15 or 1.5 (hours); None for any other word."""
    try:
        hours, minutes, seconds = [*(float(part) for part in word.split(":")), 0.0, 0.0][:3]
    except ValueError:
        return None
    total = HOUR * hours + 60 * minutes + seconds
    return total if math.isfinite(total) else None


def read_patterns(words: Words) -> dict[str, tuple[str, np.ndarray]]:
    """Pattern name in capitals -> (kind, factors); factors that are not given are 1, as in SWMM."""
    kinds: dict[str, str] = {}
    factors: dict[str, list[float]] = {}
    for row in words.inp.rows("PATTERNS"):
        name, first = row.words[0].upper(), 1
        if name not in kinds:
            kinds[name] = tuple(PATTERN_KINDS)[
                words.choice(row, 1, "kind of the pattern", tuple(PATTERN_KINDS))
            ]
            factors[name], first = [], 2
        elif row.words[1:2] and row.words[1].upper() in PATTERN_KINDS:
            first = 2
        factors[name] += [words.number(row, place, "factor") for place in range(first, len(row.words))]
    return {
        name: (kind, np.array((factors[name] + [1.0] * 24)[: PATTERN_KINDS[kind]]))
        for name, kind in kinds.items()
    }
