"""Drain models whose figures look as if they were in other units than SWMM will read them in.

SWMM takes lengths in feet and rain in inches where FLOW_UNITS is CFS, GPM or MGD, else metres and millimetres; it
cannot know what was meant. What is said here is a doubt, never a refusal.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from itertools import pairwise

from simulation.drainage.inp import Inp

NARROW = {False: 0.6, True: 0.06}
"""Half of the round pipes narrower than this, ft or m: no sewer is. 8 inches (0.67 ft) is the least of US practice;
the narrowest half of 40 published models is 1 ft, or 0.15 m."""
WIDE = {False: 24.0, True: 5.0}
"""Half of the round pipes wider than this, ft or m: inches, feet or millimetres may be meant. The widest half of
40 published models is 15.5 ft, or 1.35 m."""
ALIKE = 0.1
"""Relative: lengths of conduits and distances on the map that agree within this are in one unit."""
FIERCE, FAINT = 20.0, 5.0
"""in/h above which a peak was hardly rain in inches (510 mm/h); mm/h below which a whole series is no storm."""
MANY = 500
"""Rows of a series from which it is a record of many days, which may well hold no storm."""
FEW = 3
"""Conduits below which lengths are not held against the map."""
Doubt = tuple[str, dict[str, str]]
"""Key of a sentence, and what fills its gaps."""


def doubts(inp: Inp) -> Iterator[Doubt]:
    """Doubts about lengths that seem to be in another unit."""
    unit = "m" if inp.metric else "ft"
    wide = [
        size
        for row in inp.rows("XSECTIONS")
        if row.words[1].upper() == "CIRCULAR" and (size := _number(row.words[2])) > 0
    ]
    if wide and not NARROW[inp.metric] <= (half := statistics.median(wide)) <= WIDE[inp.metric]:
        yield "drains.odd_pipes", dict(width=f"{half:g}", unit=unit, flow=inp.flow_units)
    map_unit = _map_unit(inp)
    if map_unit and map_unit != unit and abs(_length_on_map(inp) - 1) < ALIKE:
        yield "drains.odd_lengths", dict(unit=unit, map=map_unit, flow=inp.flow_units)


def rain_doubts(inp: Inp) -> Iterator[Doubt]:
    """Doubts about the model's own rain: a gage that reads its series at another pace, or in another unit."""
    for row in inp.rows("RAINGAGES"):
        kind, step, source = row.words[1].upper(), _hours(row.words[2]), row.words[4].upper()
        if source != "TIMESERIES" or not step > 0:
            continue
        times, values = _series(inp, row.words[5])
        gaps = [b - a for a, b in pairwise(times) if b > a]
        if not gaps:
            continue
        gap = min(gaps)
        if step < 0.99 * gap and kind != "CUMULATIVE":
            yield "drains.rain_dropped", dict(gage=row.words[0], step=_minutes(step), gap=_minutes(gap))
        if kind == "CUMULATIVE":
            values = [max(b - a, 0.0) for a, b in pairwise(values)]
        peak = max(values, default=0.0) / (1.0 if kind == "INTENSITY" else step)
        if inp.metric and 0 < peak < FAINT and len(values) < MANY:
            yield "drains.faint_rain", dict(gage=row.words[0], peak=f"{peak:.3g}", flow=inp.flow_units)
        if not inp.metric and peak > FIERCE:
            yield "drains.fierce_rain", dict(gage=row.words[0], peak=f"{peak:.3g}", flow=inp.flow_units)


def _map_unit(inp: Inp) -> str:
    for row in inp.rows("MAP"):
        if row.words[0].upper().startswith("UNIT") and len(row.words) > 1:
            return {"METERS": "m", "FEET": "ft"}.get(row.words[1].upper(), "")
    return ""


def _length_on_map(inp: Inp) -> float:
    """Median of a conduit's length over its distance on the map; nan where none can be told."""
    place = {name.upper(): at for name, at in inp.coordinates.items()}
    length = {row.words[0].upper(): _number(row.words[3]) for row in inp.rows("CONDUITS")}
    shares = []
    for link in inp.links:
        start, end = place.get(link.start.upper()), place.get(link.end.upper())
        if link.kind == "conduit" and start and end and (far := math.dist(start, end)) > 0:
            shares.append(length[link.name.upper()] / far)
    return statistics.median(shares) if len(shares) >= FEW else math.nan


def _series(inp: Inp, name: str) -> tuple[list[float], list[float]]:
    """Hours and values of a series of relative times, or of dated ones within one day."""
    times, values = [], []
    for row in inp.rows("TIMESERIES"):
        if row.words[0].upper() != name.upper():
            continue
        words = [word for word in row.words[1:] if "/" not in word]
        for time, value in zip(words[::2], words[1::2], strict=False):
            times.append(_hours(time))
            values.append(_number(value))
    return times, values


def _hours(word: str) -> float:
    parts = [_number(part) for part in word.split(":")]
    return sum(part / 60**i for i, part in enumerate(parts))


def _minutes(hours: float) -> str:
    return f"{60 * hours:.4g}"


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return 0.0
