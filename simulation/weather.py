"""The weather as the physics needs it: means over a tick, wet bulb, rain and snow, and the forecast."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

import numpy as np

from simulation.chance import keyed_uniform
from simulation.model import Grade, SnowPhysics, Storm, Weather
from simulation.situation import Outlook

OPEN_SKY = 0.6
"""Share of clouds between precipitation where the weather does not say."""
PRESSURE = 101_325.0
"""Pa, sea level; Zhengzhou lies at 100 m, which moves the wet bulb by less than 0.05 K."""


@dataclass(frozen=True)
class WeatherNow:
    """Mean weather over a tick."""

    precipitation: float
    """kg/m2/s, rain and snow together."""
    air: float
    """degC"""
    humidity: float
    wind: float
    """m/s"""
    wet_bulb: float
    """degC"""
    snow_share: float
    """0-1, share of the precipitation that falls as snow."""
    stage: float
    """River level at the outfalls, m above their invert; NaN where the storm gives none."""
    cloud: float = 1.0
    """0-1, share of the sky under clouds."""

    @property
    def rain(self) -> float:
        """kg/m2/s that falls as rain."""
        return self.precipitation * (1 - self.snow_share)

    @property
    def snowfall(self) -> float:
        """kg/m2/s that falls as snow."""
        return self.precipitation * self.snow_share


class WeatherSeries:
    """A storm's weather over time; the last row holds until the end of the run."""

    def __init__(self, storm: Storm, snow: SnowPhysics) -> None:
        rows = storm.weather
        self._t = np.array([r.t for r in rows])
        self._precipitation = np.array([r.precipitation for r in rows])
        self._cumulative = np.r_[0.0, np.cumsum(np.diff(self._t) * self._precipitation[:-1])]
        self._rows = rows
        self._low, self._high = snow.snow_wet_bulb_low, snow.snow_wet_bulb_high
        self._river = np.array([(r.t, r.stage) for r in storm.river]).reshape(-1, 2)

    def fallen(self, t: float) -> float:
        """kg/m2 fallen since second 0."""
        if t <= self._t[0]:
            return 0.0
        last = float(self._cumulative[-1]) + (t - self._t[-1]) * float(self._precipitation[-1])
        return last if t >= self._t[-1] else float(np.interp(t, self._t, self._cumulative))

    def over(self, t: float, seconds: float) -> WeatherNow:
        """Mean over [t, t + seconds): precipitation exactly, the rest from the row in force at the middle."""
        rate = (self.fallen(t + seconds) - self.fallen(t)) / seconds if seconds else 0.0
        middle = t + seconds / 2
        row = self._rows[max(0, int(np.searchsorted(self._t, middle, side="right")) - 1)]
        bulb = wet_bulb(row.air, row.humidity)
        stage = math.nan
        if len(self._river):
            stage = float(
                self._river[max(0, int(np.searchsorted(self._river[:, 0], middle, "right")) - 1), 1]
            )
        return WeatherNow(
            max(rate, 0.0),
            row.air,
            row.humidity,
            row.wind,
            bulb,
            snow_share(bulb, self._low, self._high),
            stage,
            cloud_of(row, rate),
        )

    @property
    def end_of_precipitation(self) -> float:
        """Second after which nothing falls any more; 0 for a dry storm, inf if it never ends."""
        wet = np.flatnonzero(self._precipitation > 0)
        if not len(wet):
            return 0.0
        return float(self._t[wet[-1] + 1]) if wet[-1] + 1 < len(self._t) else math.inf


def hourly_snowfall(storm: Storm, snow: SnowPhysics, duration: float) -> np.ndarray:
    """(hours,) mm of melted snow in each hour of a run, by the weather and the wet-bulb split."""
    series = WeatherSeries(storm, snow)
    count = max(1, int(np.ceil(duration / 3600)))
    return np.array([series.over(3600 * h, 3600).snowfall * 3600 for h in range(count)])


GRADES: tuple[Grade, ...] = get_args(Grade)
_GRADE_24H, _GRADE_12H = (2.5, 5.0, 10.0), (1.0, 3.0, 6.0)
"""mm of melted snow in 24 and 12 h from which a snowfall is moderate, heavy, a storm (GB/T 28592)."""


def grade(storm: Storm, snow: SnowPhysics, duration: float) -> Grade | None:
    """Grade of a snowfall by its wettest 24 and 12 hours; None where less than 0.1 mm falls as snow."""
    fallen = hourly_snowfall(storm, snow, duration)
    day, half = (float(np.convolve(fallen, np.ones(n)).max()) for n in (24, 12))
    if day < 0.1:
        return None
    return GRADES[max(np.searchsorted(_GRADE_24H, day, "right"), np.searchsorted(_GRADE_12H, half, "right"))]


def cloud_of(row: Weather, rate: float) -> float:
    """Clouds, 0-1, as given; else overcast while something falls, else 0.6, the mean of a winter in Stockholm."""
    if row.cloud is not None:
        return row.cloud
    return 1.0 if rate > 0 else OPEN_SKY


def snow_share(bulb: float, low: float, high: float) -> float:
    """Share of precipitation, 0-1, that falls as snow at a wet bulb (degC): all up to ``low``, none from ``high`` on.

    Linear between; 0.5 to 1.5 degC scores best of the ranges tried (SnowHydrology/PrecipPhaseNWM).
    """
    if high <= low:
        return 1.0 if bulb < high else 0.0
    return min(1.0, max(0.0, (high - bulb) / (high - low)))


@lru_cache(maxsize=4096)
def wet_bulb(air: float, humidity: float) -> float:
    """Wet-bulb temperature in degC by the psychrometric equation (Magnus vapour pressure), by bisection."""

    def saturation(t: float) -> float:
        return 610.8 * math.exp(17.27 * t / (237.3 + t))

    vapour = humidity * saturation(air)
    gamma = 1004.0 * PRESSURE / (0.622 * 2.5e6)
    low, high = air - 30.0, air
    for _ in range(50):
        middle = (low + high) / 2
        if saturation(middle) - gamma * (air - middle) < vapour:
            low = middle
        else:
            high = middle
    return (low + high) / 2


class Forecaster:
    """What the weather service says at each hour: the truth with an error that grows with lead time.

    The errors are drawn once a run from (seed, storm), so every variant hears the same forecast.
    """

    def __init__(self, storm: Storm, series: WeatherSeries, seed: int) -> None:
        self._series = series
        self._model = storm.forecast
        self._amount = _standard_normal(seed, "forecast.amount", storm.id)
        self._timing = _standard_normal(seed, "forecast.timing", storm.id)
        self._kept: tuple[int, Outlook] | None = None

    def at(self, t: int) -> Outlook:
        """The outlook issued in the hour of ``t``, hourly up to the horizon."""
        issued = t - t % 3600
        if self._kept is None or self._kept[0] != issued:
            self._kept = (issued, self._issue(issued))
        return self._kept[1]

    def _issue(self, issued: int) -> Outlook:
        hours = issued + 3600 * np.arange(max(1, int(self._model.horizon // 3600)))
        precipitation, air, wind = np.zeros((3, len(hours)))
        for i, start in enumerate(hours):
            reach = min(1.0, (start + 1800 - issued) / self._model.horizon)
            shifted = max(0.0, start + self._timing * self._model.timing_error * reach)
            now = self._series.over(shifted, 3600)
            precipitation[i] = now.precipitation * math.exp(self._model.amount_error * reach * self._amount)
            air[i], wind[i] = now.air, now.wind
        for array in (hours, precipitation, air, wind):  # handed out more than once
            array.setflags(write=False)
        return Outlook(hours, precipitation, air, wind)


def _standard_normal(seed: int, purpose: str, entity: str) -> float:
    first = max(keyed_uniform(seed, purpose, entity, 0), 1e-300)
    return math.sqrt(-2 * math.log(first)) * math.cos(2 * math.pi * keyed_uniform(seed, purpose, entity, 1))
