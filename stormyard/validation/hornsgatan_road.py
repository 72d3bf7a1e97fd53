"""A winter of Hornsgatan played on one segment by the snow hazard itself, as in a run: heat, reservoirs, salt.

What crews do in a run is put down here by hand: the salt that was spread, at its hour, with the water it was wetted
with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from scenarios.load import load
from simulation.chance import Chance
from simulation.clock import Clock
from simulation.hazards import heat, ice
from simulation.hazards.snow import Snow
from simulation.model import Scenario, SnowPhysics, Weather
from simulation.network import Network
from simulation.weather import WeatherSeries
from simulation.world import World
from stormyard.validation import BadFile

TICK = 900
"""s; a third as often as in a run, whose steps are exact for any tick but for what falls within it."""
FREE_SPEED = 50 / 3.6
MOIST = 0.02
"""kg/m2 of water, snow and ice from which a computed road is wet (a setting: a tenth of METRo's film)."""
WET_SIGNAL = 1.5
"""mV from which the sensor's road is wet: its readings lie below 0.5 or above 2, seldom between."""
ACTIVITY_COLUMNS = ("Year", "Month", "Day", "Hour", "M_salting(na) (g/m^2)", "Wetting (mm)")


@dataclass(frozen=True)
class Played:
    """(hours,) at the beginning of each."""

    temperature: np.ndarray
    """degC"""
    lying: np.ndarray
    """kg/m2 of water, snow and ice."""


def street(place: heat.Place, latitude: float, longitude: float) -> Scenario:
    """The tiny snow scenario cut down to one busy segment at the place; nobody acts on it."""
    tiny = load("tiny/snow")
    segment = tiny.city.segments[0].model_copy(
        update={
            "line": ((longitude, latitude), (longitude + 0.001, latitude)), "priority": 1, "speed": FREE_SPEED,
            "structure": "none", "low_point": None,
        }
    )  # fmt: skip
    city = tiny.city.model_copy(update={"segments": (segment,), "places": (), "drains": None})
    snow = SnowPhysics(sky_view=place.sky_view, sun_share=place.sun_share, ground_temperature=place.deep)
    return tiny.model_copy(update={"city": city, "physics": tiny.physics.model_copy(update={"snow": snow})})


def play(
    scenario: Scenario,
    moments: Sequence[datetime],
    skies: Sequence[heat.Sky],
    precipitation: np.ndarray,
    salted: dict[datetime, tuple[float, float]],
    start: float,
) -> Played:
    """The winter hour by hour from a road of ``start`` degC. ``precipitation``: mm in each hour; ``salted``: by the
    hour's beginning, kg/m2 of salt and of water."""
    rows = tuple(
        Weather(
            t=3600.0 * i, precipitation=float(fallen) / 3600, air=sky.air, humidity=min(1.0, sky.humidity),
            wind=max(0.0, sky.wind), cloud=sky.cloud,
        )
        for i, (sky, fallen) in enumerate(zip(skies, precipitation, strict=True))
    )  # fmt: skip
    series = WeatherSeries(scenario.storm.model_copy(update={"weather": rows}), scenario.physics.snow)
    world = World(scenario, Clock(), Chance(0), Network(scenario.city.segments))
    hazard = Snow()
    hazard.start(world)
    fields = world.fields
    fields["road_temperature"][:] = start
    temperature, lying = [], []
    for i, moment in enumerate(moments):
        temperature.append(float(fields["road_temperature"][0]))
        lying.append(float(fields["film"][0] + fields["snow"][0] + fields["ice"][0]))
        salt, water = salted.get(moment, (0.0, 0.0))
        fields["salt"] += salt * (1 - ice.APPLICATION_LOSS)
        fields["film"] += water
        for second in range(0, 3600, TICK):
            hazard.begun = moment + timedelta(seconds=second)
            hazard.step(world, series.over(3600 * i + second, TICK), TICK)
    return Played(np.array(temperature), np.array(lying))


def salting(file: Path, clock: timedelta) -> dict[datetime, tuple[float, float]]:
    """(kg/m2 of salt, kg/m2 of water) by the hour in which it was spread; ``clock`` of the file before UTC.

    Raises BadFile.
    """
    lines = file.read_text(encoding="utf-8").splitlines()
    head = lines[0].split("\t")
    lacking = [name for name in ACTIVITY_COLUMNS if name not in head]
    if lacking:
        raise BadFile(f"{file.name}: no column {', '.join(lacking)}")
    spread = {}
    for number, line in enumerate(lines[1:], start=2):
        cells = dict(zip(head, line.split("\t"), strict=False))
        try:
            year, month, day, hour = (int(cells[name]) for name in ACTIVITY_COLUMNS[:4])
            moment = datetime.fromisoformat(f"{year:04}-{month:02}-{day:02}T00:00+00:00")
            grams, water = (float(cells[name]) for name in ACTIVITY_COLUMNS[4:])
        except (KeyError, ValueError) as error:
            raise BadFile(f"{file.name}: row {number} cannot be read: {error}") from error
        spread[moment + timedelta(hours=hour) - clock] = (grams / 1000, water)
    return spread


def wet_hours(computed: np.ndarray, measured: np.ndarray) -> tuple[float, float]:
    """(percent of the wet hours that are computed as wet, percent of the dry hours that are), bool arrays (hours,)."""
    hit = 100 * (computed & measured).sum() / max(measured.sum(), 1)
    false = 100 * (computed & ~measured).sum() / max((~measured).sum(), 1)
    return float(hit), float(false)
