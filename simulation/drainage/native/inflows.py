"""Water that enters a model's nodes besides runoff: series, baselines and dry-weather flow."""

from __future__ import annotations

import numpy as np

from simulation.drainage.inp import Row
from simulation.drainage.native.curves import Ragged, SeriesBook, read_patterns
from simulation.drainage.native.layout import Inflows
from simulation.drainage.native.words import Words

_LENGTHS = {"MONTHLY": 12, "DAILY": 7, "HOURLY": 24, "WEEKEND": 24}


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
        self.factors.append({kind: patterns.get(kind, np.ones(count)) for kind, count in _LENGTHS.items()})

    def inflows(self) -> Inflows:
        def stack(kind: str) -> np.ndarray:
            return np.array([f[kind] for f in self.factors]).reshape(len(self.factors), _LENGTHS[kind])

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
