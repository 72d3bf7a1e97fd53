"""Evaporation and the factors that change with the month."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from simulation.drainage.inp import MM_PER_INCH, Row
from simulation.drainage.native.curves import SeriesBook, read_patterns
from simulation.drainage.native.rain import Changes
from simulation.drainage.native.words import Words

_KINDS = ("CONSTANT", "MONTHLY", "TIMESERIES", "TEMPERATURE", "FILE", "RECOVERY", "DRY_ONLY")
_DAY = 86400.0


@dataclass(frozen=True)
class Climate:
    """What dries the land."""

    evaporation: Changes
    """kg/m2/s (mm/s)."""
    dry_only: bool
    """Whether nothing evaporates while it rains."""
    recovery: np.ndarray
    """(12,) factor on the drying of the soil."""
    conductivity: np.ndarray
    """(12,) factor on infiltration, where no pattern of a subcatchment's own stands for it."""
    n_pervious: np.ndarray
    """(12, subcatchments) factor on the roughness of pervious land."""
    storage: np.ndarray
    """(12, subcatchments) factor on the depression storage of pervious land."""
    soil: np.ndarray
    """(12, subcatchments) factor on infiltration."""


def months(start: datetime) -> Callable[[float], int]:
    """The month (0-11) at a number of seconds after the start."""
    return lambda seconds: (start + timedelta(seconds=seconds)).month - 1


def read_climate(
    words: Words, series: SeriesBook, start: datetime, duration: float, land: dict[str, int]
) -> Climate:
    """[EVAPORATION] and [ADJUSTMENTS]. ``land`` gives each subcatchment's index by its name in capitals."""
    monthly, dry_only = Changes((0.0,), np.zeros(1)), False
    recovery, more, conductivity = np.ones(12), np.zeros(12), np.ones(12)
    patterns = read_patterns(words)
    depth = (1.0 if words.inp.metric else MM_PER_INCH) / _DAY

    def pattern(row: Row, place: int) -> np.ndarray:
        name = row.words[place].upper() if place < len(row.words) else ""
        if name not in patterns:
            words.problem(row.line, f"pattern '{name}' is not in [PATTERNS]")
            return np.ones(12)
        kind, factors = patterns[name]
        return factors if kind == "MONTHLY" else np.ones(12)

    for row in words.inp.rows("EVAPORATION"):
        kind = _KINDS[words.choice(row, 0, "kind of evaporation", _KINDS)]
        if kind == "CONSTANT":
            monthly = Changes((0.0,), np.array([words.number(row, 1, "evaporation") * depth]))
        elif kind == "MONTHLY":
            rates = np.array([words.number(row, place, "evaporation") * depth for place in range(1, 13)])
            monthly = _by_month(rates, start, duration)
        elif kind == "TIMESERIES":
            monthly = _by_series(series.points(row, 1) * (1.0, depth), start)
        elif kind == "RECOVERY":
            recovery = pattern(row, 1)
        elif kind == "DRY_ONLY":
            dry_only = words.switch(row, 1, "DRY_ONLY")
        else:
            words.refuse(row.line, f"evaporation by {kind}")
    n_pervious, storage, soil = (np.ones((12, len(land))) for _ in range(3))
    own = np.zeros(len(land), dtype=bool)
    for row in words.inp.rows("ADJUSTMENTS"):
        key = row.words[0].upper()
        if len(row.words) == 1 or key.startswith(("TEMP", "RAIN")):
            continue
        if key.startswith(("EVAP", "CONDUCT")):
            values = np.array([words.number(row, place, "adjustment") for place in range(1, 13)])
            if key.startswith("EVAP"):
                more = values * depth
            else:
                conductivity = np.where(values > 0, values, 1.0)
        elif key in ("N-PERV", "DSTORE", "INFIL") and row.words[1].upper() in land:
            place = land[row.words[1].upper()]
            target = {"N-PERV": n_pervious, "DSTORE": storage, "INFIL": soil}[key]
            target[:, place] = pattern(row, 2)
            own[place] |= key == "INFIL"
        else:
            words.problem(row.line, f"[ADJUSTMENTS] does not know '{' '.join(row.words[:2])}'")
    soil[:, ~own] = conductivity[:, None]
    if more.any():
        monthly = _with_more(monthly, more, start, duration)
    return Climate(monthly, dry_only, recovery, conductivity, n_pervious, storage, soil)


def _by_month(rates: np.ndarray, start: datetime, duration: float) -> Changes:
    """Monthly rates as changes at the first of each month."""
    times, values, moment = [0.0], [rates[start.month - 1]], start
    while times[-1] < duration:
        moment = datetime(moment.year + moment.month // 12, moment.month % 12 + 1, 1)
        times.append((moment - start).total_seconds())
        values.append(rates[moment.month - 1])
    return Changes(tuple(times), np.array(values))


def _by_series(points: np.ndarray, start: datetime) -> Changes:
    """A series of rates. SWMM starts with the first entry that is not before the day of the start."""
    midnight = -(start - datetime(start.year, start.month, start.day)).total_seconds()
    first = 0 if points[0, 0] >= midnight else int(np.argmax(points[:, 0] >= midnight))
    later = points[first + 1 :]
    later = later[later[:, 0] > 0]
    past = points[first : len(points) - len(later)]
    return Changes((0.0, *later[:, 0].tolist()), np.concatenate([past[-1:, 1], later[:, 1]]))


def _with_more(rates: Changes, more: np.ndarray, start: datetime, duration: float) -> Changes:
    """Rates with a monthly addition."""
    added = _by_month(more, start, duration)
    times = tuple(sorted(set(rates.times) | set(added.times)))
    return Changes(
        times, np.array([rates.values[rates.place(t)] + added.values[added.place(t)] for t in times])
    )
