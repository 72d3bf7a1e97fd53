"""Water that enters a model's nodes besides runoff: series, baselines and dry-weather flow."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import numpy as np

from simulation.compiled import compiled
from simulation.drainage.inp import Row
from simulation.drainage.native.curves import PATTERN_KINDS, Ragged, SeriesBook, read_patterns
from simulation.drainage.native.layout import Curves, Inflows
from simulation.drainage.native.words import Words

HOUR = 3600.0


class _Table:
    """Rows of ``layout.Inflows`` on their way."""

    def __init__(self) -> None:
        self.node: list[int] = []
        self.scale: list[float] = []
        self.series: list[int] = []
        self.base: list[float] = []
        self.factors: list[dict[str, np.ndarray]] = []

    def add(
        self, node: int, base: float, patterns: dict[str, np.ndarray], scale: float = 0.0, line: int = -1
    ) -> None:
        self.node.append(node)
        self.scale.append(scale)
        self.series.append(line)
        self.base.append(base)
        self.factors.append(
            {kind: patterns.get(kind, np.ones(count)) for kind, count in PATTERN_KINDS.items()}
        )

    def inflows(self) -> Inflows:
        def stack(kind: str) -> np.ndarray:
            return np.array([f[kind] for f in self.factors]).reshape(len(self.factors), PATTERN_KINDS[kind])

        return Inflows(
            node=np.array(self.node, dtype=np.int32),
            scale=np.array(self.scale, dtype=float),
            series=np.array(self.series, dtype=np.int32),
            base=np.array(self.base, dtype=float),
            month=stack("MONTHLY"),
            day=stack("DAILY"),
            hour=stack("HOURLY"),
            weekend=stack("WEEKEND"),
        )


def read_inflows(words: Words, series_book: SeriesBook, series: Ragged) -> Inflows:
    """[INFLOWS] and [DWF] of flow; what names a pollutant carries no water."""
    table, patterns = _Table(), read_patterns(words)
    last: dict[tuple[str, str], Row] = {}
    for section in ("INFLOWS", "DWF"):
        for row in words.inp.rows(section):
            if row.words[1].upper() == "FLOW":
                last[section, row.words[0].upper()] = row
    for (section, name), row in last.items():
        node = words.node[name]
        if section == "DWF":
            base = words.flow * words.number(row, 2, "flow")
            table.add(node, base, _daily(_named(words, row, 3, patterns)))
            continue
        line = -1
        if row.words[2] not in ("", '""'):
            points = series_book.points(row, 2)
            line = series.add(row.words[2].upper(), points, 1.0, words.flow)
        base = words.flow * words.number(row, 6, "baseline", 0.0)
        found = _named(words, row, 7, patterns)
        if "WEEKEND" in found:
            found["HOURLY"] = np.ones(24)
        table.add(node, base, found, words.number(row, 5, "scale factor", 1.0), line)
    return table.inflows()


def _named(
    words: Words, row: Row, place: int, patterns: dict[str, tuple[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """Kind -> factors of the patterns that a row names from ``place`` on."""
    found = {}
    for name in row.words[place:]:
        if name.upper() in patterns:
            kind, factors = patterns[name.upper()]
            found[kind] = factors
        elif name not in ("", "*", '""'):
            words.problem(row.line, f"'{row.words[0]}' has pattern '{name}', which is not in [PATTERNS]")
    return found


def _daily(found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """An hourly pattern holds at weekends too, unless there is one for them."""
    return {"WEEKEND": found["HOURLY"], **found} if "HOURLY" in found else found


class ExternalInflow:
    """Evaluates the inflows of a model at any time, the same for every member."""

    def __init__(self, inflows: Inflows, series: Curves, nodes: int, start: datetime) -> None:
        self._inflows = inflows
        self._series = series
        self._start = start
        self._flow = np.zeros(nodes)
        self._hour = -1
        self._base = np.zeros(nodes)
        self._moves = bool((inflows.series >= 0).any())

    def holds(self, seconds: float) -> float:
        """s for which the inflows stay what they are ``seconds`` after the start; 0 where a series moves them."""
        if self._moves:
            return 0.0
        if not len(self._inflows.node):
            return math.inf
        clock = self._start + timedelta(seconds=seconds)
        return HOUR - (clock.minute * 60 + clock.second + clock.microsecond * 1e-6)

    def at(self, seconds: float) -> np.ndarray:
        """(nodes,) m3/s at ``seconds`` after the start; the array is used again by the next call."""
        found, series = self._inflows, self._series
        if not len(found.node):
            return self._flow
        moment = self._start + timedelta(seconds=seconds)
        hour = moment.toordinal() * 24 + moment.hour
        if hour != self._hour:
            self._hour = hour
            factor = found.month[:, moment.month - 1] * found.day[:, moment.isoweekday() % 7]
            by_hour = found.weekend if moment.isoweekday() > 5 else found.hour
            self._base[:] = 0.0
            np.add.at(self._base, found.node, found.base * factor * by_hour[:, moment.hour])
        self._flow[:] = self._base
        _add_series(
            self._flow,
            seconds,
            found.node,
            found.scale,
            found.series,
            series.first,
            series.count,
            series.x,
            series.y,
        )
        return self._flow


@compiled()
def lay_out(
    runoff: np.ndarray, other: np.ndarray, put_in: np.ndarray, out: np.ndarray, ran: np.ndarray
) -> None:
    """Set ``out`` [block, node, lane] to what comes to each node: ``runoff`` and ``put_in`` (node, member) and
    ``other`` (node,), all m3/s, and ``ran`` (member,) to all runoff. Lanes beyond the last member repeat it."""
    width, last = out.shape[2], runoff.shape[1] - 1
    ran[:] = 0.0
    for n in range(runoff.shape[0]):
        for m in range(last + 1):
            ran[m] += runoff[n, m]
        for b in range(out.shape[0]):
            for lane in range(width):
                m = min(b * width + lane, last)
                out[b, n, lane] = runoff[n, m] + other[n] + put_in[n, m]


@compiled()
def book(
    ran: np.ndarray, injected: np.ndarray, seconds: float, share: float, before: np.ndarray, after: np.ndarray,
    put_in: np.ndarray,
) -> None:  # fmt: skip
    """Add ``seconds`` of runoff, ``share`` of the way from ``before`` to ``after``, and of water put in to their sums.

    All (member,): flows in m3/s, sums in m3."""
    for m in range(len(ran)):
        ran[m] += seconds * (before[m] + share * (after[m] - before[m]))
        injected[m] += seconds * put_in[m]


@compiled()
def _add_series(
    flow: np.ndarray,
    seconds: float,
    node: np.ndarray,
    scale: np.ndarray,
    series: np.ndarray,
    first: np.ndarray,
    count: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
) -> None:
    """Add what the series give: linear between their times, nothing before the first and after the last."""
    for i in range(len(node)):
        if series[i] < 0:
            continue
        low = first[series[i]]
        high = low + count[series[i]] - 1
        if not x[low] <= seconds <= x[high]:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            if x[middle] <= seconds:
                low = middle
            else:
                high = middle
        run = x[high] - x[low]
        share = (seconds - x[low]) / run if run > 0 else 0.0
        flow[node[i]] += scale[i] * (y[low] + share * (y[high] - y[low]))
