"""Temperature and wetness of a road over a winter, beside what was measured in Hornsgatan, a street of Stockholm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from matplotlib.dates import DateFormatter, date2num
from matplotlib.figure import Figure

from results.charts import png, style
from simulation.hazards import heat
from stormyard.validation import BadFile, Check, Finding
from stormyard.validation.hornsgatan_road import MOIST, WET_SIGNAL, Played, play, salting, street, wet_hours

MET = "weather/hornsgatan_met.txt"
ACTIVITY = "weather/hornsgatan_activity.txt"
NEEDS: tuple[str, ...] = (MET, ACTIVITY)

LATITUDE, LONGITUDE = 59.317, 18.05
CLOCK = timedelta(hours=1)
"""Of the file, before UTC: with it the measured sun follows the computed height of the sun best."""
STREET = heat.Place(sky_view=0.41, sun_share=0.2)
"""24 m wide between houses of 24 m: half the sky is walls, and the winter sun stays behind them most of the day (half
of the sky view; a setting). All else as in ``heat.Place``."""
WINTER = (11, 12, 1, 2, 3)
STEP = 600
"""s"""
AHEAD = 3
"""h for which a forecast from the measured state is held against persistence."""
MISSING = -90.0
COLUMNS = {
    "air": "T2m", "wind": "FF", "humidity": "RH", "radiation": "Global radiation", "road": "Road surface temperature",
}  # fmt: skip
WET_COLUMNS = {"rain": "Rain (mm/hr)", "snowfall": "Snow (mm/hr)", "wetness": "Road wetness (mV)"}
"""Without these the road's wetness is not tested."""
TEXT = (
    "Data: hourly weather and road-surface temperature of Hornsgatan, Stockholm, {first} to {last} ({hours} hours with "
    "a measured road), published with the NORTRIP road-dust model (Norwegian Institute for Air Research and partners, "
    "LGPL-3); the file is not part of this project.",
    "Method: the heat balance starts once, at the first hour, and then sees the weather only: air, humidity, wind and "
    "measured short wave. Clouds, which the file does not hold, are told from the short wave by day and carried over "
    "the night. The street is described by its shape (as wide as its houses are high). One "
    "figure was chosen with these data in view, the share of the sun that comes down between the houses: 0.2; with "
    "0.41, the share of the sky that the road sees, the error is 1.1 K.",
    "Beside it: the air temperature taken for the road's, and the road's own temperature a day before. A forecast of "
    "{ahead} h that starts from the measured surface is held against persistence over the same time.",
    "As in the runs: the snow hazard itself plays the winter on one busy segment, from the first hour to the last: one "
    "store of heat in place of four layers, snow, ice, film and salt, which add their melt, frost and shine. It sees "
    "the measured weather and the {saltings} saltings of that winter that the data set lists, nothing of the road.",
    "Wet hours: the sensor's signal lies below 0.5 mV or above 2, seldom between; from {signal} mV on the road is "
    "taken for wet, the computed one from {moist} mm of water, snow and ice. Measured wet are {wet} of the hours, "
    "while something falls in {falls}: salt draws water from damp air. No bound was found in print; asked is that hits "
    "less false ones make 50 points.",
    "What does not fit: the road is computed {bias:+.1f} K off on the mean, most in {worst}; heat from the houses is "
    "left out. The list of work names no ploughing, so the computed street keeps hardpack that crews surely took off, "
    "and counts as wet through it. Traffic takes 9 % of the salt in an hour here (MDSS, its busiest class): the "
    "computed road then dries in damp weeks in which the measured one stays wet; with a smaller loss it would be "
    "wet in more of the wet hours and of the dry ones.",
)
MONTHS = ("", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip


@dataclass(frozen=True)
class Series:
    """Hourly measurements, (hours,) each; NaN where missing only in ``road``."""

    moments: tuple[datetime, ...]
    air: np.ndarray
    humidity: np.ndarray
    """0-1"""
    wind: np.ndarray
    radiation: np.ndarray
    road: np.ndarray
    precipitation: np.ndarray | None = None
    """mm in the hour; None where the file has no such column."""
    wetness: np.ndarray | None = None
    """mV of the sensor in the road."""

    @property
    def months(self) -> np.ndarray:
        """1-12, (hours,)."""
        return np.array([m.month for m in self.moments])


def takes(file: Path) -> bool:
    """A table of tabs with the columns of the NORTRIP data set."""
    with file.open(encoding="utf-8", errors="replace") as lines:
        head = lines.readline()
    return head.startswith("Year\t") and all(name in head for name in COLUMNS.values())


def examine(data: Path, files: Sequence[Path]) -> Finding:
    """The winter of the first file; raises BadFile."""
    series = read(files[0] if files else data / MET)
    salted = {} if files else salting(data / ACTIVITY, CLOCK)
    skies = weather(series)
    computed = follow(series, skies)
    known = ~np.isnan(series.road)
    error = (computed - series.road)[known]
    air = rmse(series.air, series.road)
    day = rmse(series.road[:-24], series.road[24:])
    ahead, kept = (
        rmse(forecast(series, skies, computed), series.road),
        rmse(series.road[:-AHEAD], series.road[AHEAD:]),
    )
    road = as_in_runs(series, skies, salted)
    hit, false = frozen(computed[known], series.road[known])
    air_hit, air_false = frozen(series.air[known], series.road[known])
    monthly = {m: float(np.mean(error[series.months[known] == m])) for m in sorted(set(series.months[known]))}
    worst = max(monthly, key=lambda m: abs(monthly[m]))
    checks = (
        Check("error of the road's temperature (root mean square)", f"air taken for road: {air:.2f} K",
              float(np.sqrt(np.mean(error**2))), None, 0.8 * air, "K", "a fifth better at least"),
        Check("the same beside persistence", f"road a day before: {day:.2f} K",
              float(np.sqrt(np.mean(error**2))), None, 0.8 * day, "K"),
        Check("the same as in the runs: one store of heat, snow, ice and salt", f"air taken for road: {air:.2f} K",
              rmse(road.temperature, series.road), None, 0.8 * air, "K"),
        Check("mean error", "0 K", float(error.mean()), -0.5, 0.5, "K"),
        Check(f"error of a forecast of {AHEAD} h", f"persistence: {kept:.2f} K", ahead, None, kept, "K"),
        Check("frozen hours (below 0 degC) that are computed as frozen", f"air: {air_hit:.0f} %", hit, 90.0, None, "%"),
        Check("computed frozen hours that were not", f"air: {air_false:.0f} %", false, None, max(air_false, 10.0), "%"),
        *_wetness(series, road),
    )  # fmt: skip
    ends = (series.moments[0] + CLOCK, series.moments[-1] + CLOCK)
    first, last = (f"{m.day} {MONTHS[m.month]} {m.year}" for m in ends)
    told = {
        "first": first, "last": last, "hours": int(known.sum()), "ahead": AHEAD, "bias": float(error.mean()),
        "worst": f"{MONTHS[worst]} ({monthly[worst]:+.1f} K)", "signal": WET_SIGNAL, "moist": MOIST,
        "saltings": len(set(salted) & set(series.moments)),
        "wet": _share(series.wetness, WET_SIGNAL), "falls": _share(series.precipitation, 1e-9),
    }  # fmt: skip
    return Finding(
        "snow_hornsgatan", "Road temperature: Hornsgatan, Stockholm", tuple(part.format(**told) for part in TEXT),
        checks, (("fortnight", _chart(series, computed)),),
    )  # fmt: skip


# --------------------------------------------------------------------------- data


def read(file: Path) -> Series:
    """The winter hours of a file; short gaps of the weather are bridged, those of the road stay. Raises BadFile."""
    lines = file.read_text(encoding="utf-8").splitlines()
    head = lines[0].split("\t")
    at, more = _places(head, COLUMNS), _places(head, WET_COLUMNS)
    if min(at.values()) < 0:
        lacking = ", ".join(COLUMNS[name] for name, i in at.items() if i < 0)
        raise BadFile(f"{file.name}: no column {lacking}")
    if min(more.values()) >= 0:
        at |= more
    moments, values = [], []
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        try:
            year, month, day, hour = (int(cell) for cell in cells[:4])
            if month in WINTER:
                moments.append(datetime(year, month, day, tzinfo=UTC) + timedelta(hours=hour) - CLOCK)
                values.append([_value(cells[i]) for i in at.values()])
        except (ValueError, IndexError) as error:
            raise BadFile(f"{file.name}: row {number} cannot be read: {error}") from error
    table = dict(zip(at, np.array(values, float).reshape(-1, len(at)).T, strict=True))
    if np.isfinite(table["road"]).sum() < 24 * 14:
        raise BadFile(f"{file.name}: less than two weeks of road temperature from November to March")
    falling = wetness = None
    if "wetness" in table:
        falling, wetness = np.nan_to_num(table["rain"]) + np.nan_to_num(table["snowfall"]), table["wetness"]
    return Series(
        tuple(moments), bridged(table["air"]), bridged(table["humidity"]) / 100, bridged(table["wind"]),
        bridged(table["radiation"]), table["road"], falling, wetness,
    )  # fmt: skip


def _places(head: Sequence[str], columns: dict[str, str]) -> dict[str, int]:
    """Where each column stands; -1 where it does not."""
    return {
        name: next((i for i, cell in enumerate(head) if cell.startswith(text)), -1)
        for name, text in columns.items()
    }


def _value(cell: str) -> float:
    value = float(cell) if cell.strip() else np.nan
    return value if value > MISSING else np.nan


def bridged(values: np.ndarray) -> np.ndarray:
    """The same without gaps: straight lines across them. Raises BadFile where there is nothing at all."""
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        raise BadFile("a column of the weather is empty")
    return np.interp(np.arange(len(values)), known, values[known])


# --------------------------------------------------------------------------- computing


def weather(series: Series) -> list[heat.Sky]:
    """What heats and cools the road in each hour."""
    cloud = np.full(len(series.air), np.nan)
    for i, moment in enumerate(series.moments):
        height = heat.sun_height(moment + timedelta(minutes=30), LATITUDE, LONGITUDE)
        seen = heat.cloud_of(float(series.radiation[i]), height)
        cloud[i] = np.nan if seen is None else seen
    columns = (series.air, series.humidity, series.wind, series.radiation, bridged(cloud))
    return [heat.Sky(*map(float, row)) for row in zip(*columns, strict=True)]


def follow(series: Series, skies: Sequence[heat.Sky]) -> np.ndarray:
    """(hours,) degC at the beginning of each hour, from the first measured temperature on."""
    ground = heat.Ground(float(bridged(series.road)[0]), place=STREET)
    computed = []
    for sky in skies:
        computed.append(ground.surface)
        for _ in range(3600 // STEP):
            ground.step(sky, STEP)
    return np.array(computed)


def as_in_runs(
    series: Series, skies: Sequence[heat.Sky], salted: dict[datetime, tuple[float, float]]
) -> Played:
    """The winter by the snow hazard itself; without precipitation where the file does not tell it."""
    fallen = np.zeros(len(skies)) if series.precipitation is None else series.precipitation
    start = float(bridged(series.road)[0])
    return play(street(STREET, LATITUDE, LONGITUDE), series.moments, skies, fallen, salted, start)


def _share(values: np.ndarray | None, least: float) -> str:
    if values is None:
        return "an unknown share"
    return f"{100 * float(np.mean(values[~np.isnan(values)] >= least)):.0f} %"


def _wetness(series: Series, road: Played) -> list[Check]:
    hit = false = told = None
    naive = (0.0, 0.0)
    if series.wetness is not None and series.precipitation is not None:
        known = ~np.isnan(series.wetness)
        wet = series.wetness[known] >= WET_SIGNAL
        naive = wet_hours(series.precipitation[known] > 0, wet)
        hit, false = wet_hours(road.lying[known] >= MOIST, wet)
        told = hit - false
    return [
        Check("wet hours that are computed as wet", f"wet while it falls: {naive[0]:.0f} %", hit, 70.0, None, "%"),
        Check("dry hours that are computed as wet", f"wet while it falls: {naive[1]:.0f} %", false, None, 25.0, "%"),
        Check("the first less the second", f"wet while it falls: {naive[0] - naive[1]:.0f} points", told, 50.0, None,
              "points"),
    ]  # fmt: skip


def forecast(series: Series, skies: Sequence[heat.Sky], computed: np.ndarray) -> np.ndarray:
    """(hours,) degC computed ``AHEAD`` hours before from the road as it was measured then; NaN where it was not.

    What the ground below holds is not measured: its layers are those of ``follow``, moved by what the surface is off.
    """
    ground = heat.Ground(float(bridged(series.road)[0]), place=STREET)
    made = np.full(len(skies), np.nan)
    for i in range(len(skies) - AHEAD):
        layers = ground.layers.copy()
        ground.layers = layers + series.road[i] - computed[i]
        for sky in skies[i : i + AHEAD] if np.isfinite(series.road[i]) else ():
            for _ in range(3):
                ground.step(sky, 1200)
            made[i + AHEAD] = ground.surface
        ground.layers = layers
        for _ in range(3600 // STEP):
            ground.step(skies[i], STEP)
    return made


def rmse(values: np.ndarray, measured: np.ndarray) -> float:
    """Root mean square of what they are apart, where both are known."""
    return float(np.sqrt(np.nanmean((values - measured) ** 2)))


def frozen(computed: np.ndarray, measured: np.ndarray) -> tuple[float, float]:
    """(percent of the frozen hours that are computed as frozen, percent of those computed that were not)."""
    cold, was = computed < 0, measured < 0
    return 100 * float((cold & was).sum() / max(was.sum(), 1)), 100 * float(
        (cold & ~was).sum() / max(cold.sum(), 1)
    )


def _chart(series: Series, computed: np.ndarray) -> bytes:
    """The fortnight in which the road swings widest."""
    length = 24 * 14
    swing = [np.nanstd(series.road[i : i + length]) for i in range(0, max(1, len(series.road) - length), 24)]
    part = slice(24 * int(np.argmax(swing)), 24 * int(np.argmax(swing)) + length)
    local = [date2num((m + CLOCK).replace(tzinfo=None)) for m in series.moments[part]]
    with style():
        figure = Figure(figsize=(8, 3.6))
        axes = figure.subplots()
        axes.plot(local, series.air[part], color="#8d96a3", linewidth=1, label="air")
        axes.plot(local, series.road[part], color="#1d232b", label="road, measured")
        axes.plot(local, computed[part], color="#d55e00", label="road, computed")
        axes.axhline(0, color="#56b4e9", linewidth=0.8)
        axes.xaxis_date()
        axes.xaxis.set_major_formatter(DateFormatter("%d %b"))
        axes.set_ylabel("°C")
        axes.legend(ncols=3)
    return png(figure)
