"""How fast a shallow street flood rises and is gone, beside the sensors of FloodNet NYC."""

from __future__ import annotations

import csv
import math
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from results.charts import png, style
from scenarios.jinshui.build.rain import ZHENGZHOU, chicago
from simulation.hazards.streets import depth_of, street
from simulation.hazards.water import STREET_DRAIN_TIME
from stormyard.validation import BadFile, Check, Finding

FILE = "operations/floodnet_nyc_events.csv"
NEEDS = (FILE,)
COLUMNS = ("sensor_id", "max_depth_inches", "onset_time_mins", "drain_time_mins")
INCH = 0.0254
BANDS = ((0.0, 4.0), (4.0, 12.0), (12.0, math.inf))
"""Inches of peak depth."""
TIDAL = 10
"""Floods in the record from which on a sensor stands where the tide comes: rain floods no street so often. The
three with the most have 397, 309 and 133."""
LEAST = 5
"""Floods that a band must have for its medians to be held against anything."""

LENGTH, WIDTH = 100.0, 10.0
"""m of the street."""
SEEN = 0.01
"""m of water that a sensor sees: the lowest readings of the record are 0.4 inches."""
SEWER = 44.0
"""mm/h of rain that the sewer takes: New York's are made for 1.75 inches an hour."""
INLET_TIME = 300.0
"""s that rain takes to the low point (a setting)."""
STORMS = (1, 2, 5, 10, 20, 50)
"""Years of return of the rains."""
CATCHMENT = (10.0, 1e7)
"""m2 between which the land that drains to the street is sought."""
DRAIN_SHARE, RISE_SHARE = 1.5, 2.0
"""Factors by which a median may be missed either way: the fall is the street's own, the rise is the storm's, too."""


class Floods(NamedTuple):
    """Floods of streets, an element each."""

    peak: np.ndarray
    """m"""
    rise: np.ndarray
    """min from the first water to the peak."""
    fall: np.ndarray
    """min from the peak to the last water."""

    def within(self, band: tuple[float, float]) -> Floods:
        """The floods whose peak lies in a band of inches."""
        inches = self.peak / INCH
        mine = (inches >= band[0]) & (inches < band[1])
        return Floods(*(values[mine] for values in self))


def takes(file: Path) -> bool:
    """Whether a file has FloodNet's columns."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return set(COLUMNS) <= set(next(csv.reader(lines), ()))
    except (OSError, UnicodeDecodeError):
        return False


def read(file: Path) -> Floods:
    """Floods of sensors that rain floods. Raises BadFile, with the row, where a figure is no number."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    often = Counter(row["sensor_id"] for row in rows)
    found = []
    for number, row in enumerate(rows, start=2):
        texts = [row[name] for name in COLUMNS[1:]]
        if often[row["sensor_id"]] > TIDAL or not all(texts):
            continue
        try:
            found.append([float(text) for text in texts])
        except ValueError:
            raise BadFile(f"{file.name} row {number}: {', '.join(texts)} should be numbers") from None
    if not found:
        raise BadFile(f"{file.name}: no flood of a sensor with at most {TIDAL} floods has all its times")
    peak, rise, fall = np.array(found).T
    return Floods(peak * INCH, rise, fall)


def pool(years: float, catchment: float) -> Floods:
    """The flood of a street under the Chicago storm of some years of return on ``catchment`` m2.

    What rain brings above what the sewer takes stands on the street and runs off as in ``simulation.hazards.water``.
    Empty where no water is seen.
    """
    step = 5
    depths = np.array(chicago(ZHENGZHOU, years, step=step))
    rain = np.r_[np.repeat(depths * 60 / step, step), np.zeros(600)] * catchment / 3.6e6
    late, kept = math.exp(-60 / INLET_TIME), math.exp(-60 / STREET_DRAIN_TIME)
    flow, volume, volumes = 0.0, 0.0, []
    for inflow in rain.tolist():
        flow = flow * late + inflow * (1 - late)
        over = max(flow - SEWER * catchment / 3.6e6, 0.0)
        volume = volume * kept + over * STREET_DRAIN_TIME * (1 - kept)
        volumes.append(volume)
    depth = depth_of(street(np.array(LENGTH), np.array(WIDTH)), np.array(volumes))
    seen, top = np.flatnonzero(depth >= SEEN), int(depth.argmax())
    if not len(seen):
        return Floods(*np.zeros((3, 0)))
    return Floods(*(np.array([v], float) for v in (depth[top], top - seen[0], seen[-1] - top)))


def pools(peak: float) -> Floods:
    """For each storm the flood with that peak in m: the catchment is sought that makes it."""
    found = []
    for years in STORMS:
        small, large = CATCHMENT
        for _ in range(40):
            middle = math.sqrt(small * large)
            flood = pool(years, middle)
            small, large = (small, middle) if flood.peak.max(initial=0.0) > peak else (middle, large)
        found.append(pool(years, large))
    return Floods(*(np.concatenate(values) for values in zip(*found, strict=True)))


def examine(data: Path, files: Sequence[Path]) -> Finding:
    """Medians of rise and fall by peak depth, and those of the street pool at the same depth."""
    source = files or [data / FILE]
    floods = Floods(*(np.concatenate(values) for values in zip(*map(read, source), strict=True)))
    checks: list[Check] = []
    for band in BANDS:
        mine = floods.within(band)
        computed = pools(float(np.median(mine.peak))) if len(mine.peak) >= LEAST else None
        checks.append(
            _check("rise to the peak", band, mine.peak, mine.rise, computed and computed.rise, RISE_SHARE)
        )
        checks.append(
            _check("peak to dry", band, mine.peak, mine.fall, computed and computed.fall, DRAIN_SHARE)
        )
    return Finding(
        "water_floodnet",
        "Street floods: how fast they rise and are gone",
        TEXT if not files else (f"Measured: {', '.join(file.name for file in files)}.", *TEXT[1:]),
        tuple(checks),
        (("times", _chart(floods)),),
    )


TEXT = (
    "Data: FloodNet NYC (floodnet.nyc), floods of streets seen by ultrasonic sensors, "
    f"with depth, time to the peak and time to dry. Sensors with more than {TIDAL} floods are left out: they stand on "
    "shores where the tide comes. The rule is ours; FloodNet does not say which floods are tidal.",
    f"Computed: the street pool that stands for water where a drain model loses it. A street of {LENGTH:.0f} by "
    f"{WIDTH:.0f} m; Chicago storms of {STORMS[0]} to {STORMS[-1]} years by Zhengzhou's formula, on as much sealed "
    f"land as makes the band's median depth; the sewer takes {SEWER:.0f} mm/h, the rest stands on the street and runs "
    f"off with a time constant of {STREET_DRAIN_TIME / 60:.0f} min. Times count from and to {100 * SEEN:.0f} cm, the "
    "least that a sensor sees; the median of the storms is taken.",
    "How far it says something: the time constant was taken from the fall of floods of 4 to 12 inches, so that fall is "
    "no test; the other falls and all rises are. Rises also hang on the storm, and New York's are not Zhengzhou's, "
    "hence their wider bounds.",
    "What does not fit: the scatter. The middle half of the measured falls spans a factor of two to four in each band, "
    "for streets differ; the model gives every street the same time constant. Some measured streets keep their last "
    "water for hours; none is computed to. Falls of floods under 4 inches are computed longer than measured, though "
    "within the bound, and rises over 12 inches shorter.",
)


def _check(
    what: str, band: tuple[float, float], peak: np.ndarray, measured: np.ndarray,
    computed: np.ndarray | None, share: float,
) -> Check:  # fmt: skip
    depth = f"over {band[0]:g} in" if math.isinf(band[1]) else f"{band[0]:g}-{band[1]:g} in"
    cm = f"{100 * INCH * band[0]:.0f} cm" if math.isinf(band[1]) else ""
    name = f"floods {depth} deep ({f'from {cm}' if cm else f'to {100 * INCH * band[1]:.0f} cm'}): {what}"
    if computed is None:
        return Check(name, f"{len(peak)} floods are too few", None, None, None, "min")
    low, middle, high = np.percentile(measured, (25, 50, 75))
    said = f"median {middle:.0f} min, middle half {low:.0f}-{high:.0f}, {len(peak)} floods"
    said += f", {100 * float(np.median(peak)):.0f} cm deep"
    return Check(name, said, float(np.median(computed)), middle / share, middle * share, "min")


def _chart(floods: Floods) -> bytes:
    depths = np.geomspace(2 * SEEN, 0.6, 12)
    computed = [pools(float(depth)) for depth in depths]
    with style():
        figure = Figure(figsize=(9, 3.8))
        for axes, row, title in zip(
            figure.subplots(1, 2, sharey=True), ("rise", "fall"), ("to the peak", "peak to dry"), strict=True
        ):
            axes.plot(
                100 * floods.peak, getattr(floods, row), ".", color="#b7bfca", markersize=3, label="measured"
            )
            for band in BANDS:
                mine = floods.within(band)
                if len(mine.peak) >= LEAST:
                    times = np.percentile(getattr(mine, row), (25, 50, 75))[:, None]
                    middle = times[1]
                    axes.errorbar(
                        100 * np.median(mine.peak), middle, np.abs(times[[0, 2]] - middle), fmt="o",
                        color="#1d232b", capsize=3, label="median and middle half",
                    )  # fmt: skip
            medians = [np.median(getattr(c, row)) for c in computed]
            axes.plot(100 * depths, medians, color="#d55e00", label="computed")
            axes.set(xscale="log", yscale="log", title=title, xlabel="peak depth, cm", ylim=(1, 2000))
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        figure.axes[0].set_ylabel("min")
        handles, labels = figure.axes[1].get_legend_handles_labels()
        once = dict(zip(labels, handles, strict=True))
        figure.axes[1].legend(once.values(), once.keys(), fontsize=8)
    return png(figure)
