"""Storms that a season may bring: the scenario's own with another amount, length and temperature."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulation.chance import keyed_uniform
from simulation.model import Name, Scenario, Storm
from simulation.weather import WeatherSeries

AMOUNT_SPREAD = 0.35
"""Log-standard-deviation of the amount of a season's storms about the scenario's own (a setting)."""
LENGTH_SPREAD = 0.2
"""The same of their length (a setting)."""
WARMTH_SPREAD = 1.5
"""K, standard deviation of their temperature (a setting)."""
STRONGEST = 0.2
"""kg/m2/s, the heaviest precipitation that a storm may hold."""


@dataclass(frozen=True)
class Likeness:
    """How a storm differs from the scenario's own."""

    amount: float = 1.0
    """Times as much."""
    length: float = 1.0
    """Times as long from the first precipitation on."""
    warmer: float = 0.0
    """K"""


def likenesses(count: int, seed: int) -> list[Likeness]:
    """``count`` draws, well spread: each figure has one in every ``count``-th part of its distribution.

    The same seed gives the same; McKay, Beckman and Conover 1979 (Latin hypercube).
    """
    columns = []
    for name in ("amount", "length", "warmth"):
        order = np.argsort([keyed_uniform(seed, f"plan-{name}-order", str(i), 0) for i in range(count)])
        within = [keyed_uniform(seed, f"plan-{name}", str(i), 0) for i in range(count)]
        columns.append([_normal((order[i] + within[i]) / count) for i in range(count)])
    return [
        Likeness(math.exp(AMOUNT_SPREAD * a), math.exp(LENGTH_SPREAD * b), WARMTH_SPREAD * c)
        for a, b, c in zip(*columns, strict=True)
    ]


def _normal(share: float) -> float:
    """Quantile of the standard normal, cut off at three standard deviations."""
    from scipy.special import ndtri

    return float(np.clip(ndtri(share), -3.0, 3.0))


def like(scenario: Scenario, how: Likeness) -> Scenario:
    """The scenario with a storm like its own: rates scaled, times after the first precipitation stretched."""
    storm = scenario.storm
    onset = next((row.t for row in storm.weather if row.precipitation > 0), 0.0)

    def moved(t: float) -> float:
        return t if t <= onset else onset + (t - onset) * how.length

    weather = tuple(
        row.model_copy(
            update={
                "t": moved(row.t),
                "precipitation": min(STRONGEST, row.precipitation * how.amount / how.length),
                "air": float(np.clip(row.air + how.warmer, -60, 55)),
            }
        )
        for row in storm.weather
    )
    warnings = tuple(w.model_copy(update={"t": moved(w.t)}) for w in storm.warnings)
    river = tuple(r.model_copy(update={"t": moved(r.t)}) for r in storm.river)
    changed = storm.model_copy(
        update={"weather": weather, "warnings": warnings, "river": river, "name": _name(storm, how)}
    )
    return scenario.model_copy(update={"storm": changed})


def storms(scenario: Scenario, count: int, seed: int) -> list[Scenario]:
    """The scenario under ``count`` storms that a season may bring."""
    return [like(scenario, how) for how in likenesses(count, seed)]


def snowfall(scenario: Scenario, step: float = 900.0) -> np.ndarray:
    """(steps,) kg/m2 of snow that falls in each step of the run, by the wet bulb."""
    series = WeatherSeries(scenario.storm, scenario.physics.snow)
    times: Sequence[float] = np.arange(0.0, scenario.duration, step).tolist()
    return np.array([step * series.over(t, step).snowfall for t in times])


def rainfall(scenario: Scenario, step: float = 900.0) -> np.ndarray:
    """(steps,) kg/m2 of rain that falls in each step of the run, by the wet bulb."""
    series = WeatherSeries(scenario.storm, scenario.physics.snow)
    times: Sequence[float] = np.arange(0.0, scenario.duration, step).tolist()
    return np.array([step * series.over(t, step).rain for t in times])


def _name(storm: Storm, how: Likeness) -> Name:
    degrees = f"{abs(how.warmer):.1f} °C"
    warmer = how.warmer >= 0
    zh, en = ("暖" if warmer else "冷"), ("warmer" if warmer else "colder")
    return Name(
        zh=f"{storm.name.zh}（量 ×{how.amount:.2f}，{zh} {degrees}）",
        en=f"{storm.name.en} ({how.amount:.2f} times the amount, {degrees} {en})",
    )
