"""Heat of a road: sun, sky, air, evaporation, traffic and the ground below; pure functions and one small state.

A road is reckoned by class (on the ground, or a bridge deck), not by segment: what differs between segments of a
class, the snow that melts on them, is the caller's. Every step is implicit in the surface temperature, so that it
is stable for any tick.

Snow that lies on a road reflects more of the sun, and vehicles warm it: both are told apart segment by segment.

Sources: Haurwitz 1945 (clear-sky sun), Kasten and Czeplak 1980 (cloud and sun), Prata 1996 with the cloud term of
Unsworth and Monteith 1975 (long wave from the sky), McAdams 1954 (exchange with moving air), METRo (heat of
asphalt, decks open below, snow in the sun), NORTRIP (vehicles, dirty snow).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

STEFAN_BOLTZMANN = 5.670e-8
"""W/m2/K4."""
EMISSIVITY = 0.95
"""Of a road in the long wave (NORTRIP)."""
ALBEDO = 0.10
"""Of asphalt (METRo)."""
SNOW_ALBEDO = 0.40
"""Of snow on a road (NORTRIP: dirty from the start)."""
COVERED = (1.0, 6.0)
"""kg/m2 of snow and ice between which the albedo goes from the road's to that of snow (METRo)."""
PSYCHROMETRIC = 66.0
"""Pa/K at sea level: cp p / (0.622 Lv)."""
EVAPORATION = 2.5e6
"""J/kg of water that turns to vapour."""
VEHICLE = {"light": (50.0, 4.5), "heavy": (150.0, 12.0)}
"""(W/m2 on the road below it (NORTRIP), length in m (common knowledge)) of a car and of a lorry or bus."""
HEAVY = 0.1
"""Share of lorries and buses in traffic (a setting)."""
THICKNESS = (0.03, 0.07, 0.20, 0.40)
"""m of the layers below the surface (a setting)."""
BELOW = 0.5
"""m from the middle of the last layer's lower face to the ground whose temperature does not follow weather."""
CONDUCTIVITY = 0.8
"""W/m/K of asphalt (METRo)."""
VOLUMETRIC_HEAT = 2.10e6
"""J/m3/K of asphalt and concrete (METRo)."""
DECK_THICKNESS = (0.03, 0.07, 0.15)
"""m of the layers of a bridge deck (a setting)."""
DECK_CONDUCTIVITY = 2.2
"""W/m/K of concrete (METRo)."""


def saturation(temperature: float) -> float:
    """Vapour pressure over water, Pa, at -40 to 50 degC (Magnus)."""
    return 610.8 * math.exp(17.27 * temperature / (237.3 + temperature))


def sun_height(moment: datetime, latitude: float, longitude: float) -> float:
    """Sine of the sun's height; below 0 by night. ``moment`` with its time zone, degrees north and east.

    Cooper 1969's declination; without the equation of time, so within a quarter of an hour.
    """
    utc = moment.astimezone(UTC)
    day = utc.timetuple().tm_yday
    declination = math.radians(23.45) * math.sin(2 * math.pi * (284 + day) / 365)
    hours = utc.hour + utc.minute / 60 + utc.second / 3600 - 12 + longitude / 15
    north = math.radians(latitude)
    return math.sin(north) * math.sin(declination) + math.cos(north) * math.cos(declination) * math.cos(
        math.radians(15 * hours)
    )


def clear_sun(height: float) -> float:
    """Short wave on the level under a clear sky, W/m2, by the sine of the sun's height (Haurwitz)."""
    return 1098.0 * height * math.exp(-0.057 / height) if height > 0.02 else 0.0


def sun(height: float, cloud: float) -> float:
    """Short wave on the level, W/m2, under a share ``cloud`` (0-1) of clouds (Kasten and Czeplak)."""
    return clear_sun(height) * (1 - 0.75 * cloud**3.4)


def cloud_of(radiation: float, height: float) -> float | None:
    """Share of clouds (0-1) that leaves so much sun; None while the sun is too low to tell (Kasten and Czeplak)."""
    clear = clear_sun(height)
    if clear < 40.0:
        return None
    return float(min(1.0, max(0.0, (1 - radiation / clear) / 0.75)) ** (1 / 3.4))


def sky(air: float, humidity: float, cloud: float) -> float:
    """Long wave from the whole sky, W/m2: air in degC, humidity and cloud as shares (Prata, Unsworth-Monteith).

    Without clouds the sky sends some 60-100 W/m2 less than a body at air temperature; overcast, 10.
    """
    kelvin = air + 273.15
    water = 46.5 * humidity * saturation(air) / 100 / kelvin
    clear = 1 - (1 + water) * math.exp(-math.sqrt(1.2 + 3 * water))
    return (clear * (1 - 0.84 * cloud) + 0.84 * cloud) * STEFAN_BOLTZMANN * kelvin**4


def exchange(wind: float) -> float:
    """Heat between air and road, W/m2/K, by the wind over the road, 0-5 m/s (McAdams)."""
    return 5.7 + 3.8 * wind


def albedo(solid: np.ndarray) -> np.ndarray:
    """Share of the sun, 0.1-0.4, that a road under ``solid`` kg/m2 of snow and ice reflects (METRo, NORTRIP)."""
    share = np.clip((solid - COVERED[0]) / (COVERED[1] - COVERED[0]), 0.0, 1.0)
    return ALBEDO + (SNOW_ALBEDO - ALBEDO) * share


def traffic(vehicles: np.ndarray, speed: np.ndarray) -> np.ndarray:
    """Heat from vehicles, W/m2: ``vehicles`` an hour and lane at ``speed`` m/s, for the time they stand over a spot.

    NORTRIP. 300 an hour at 50 km/h: 2 W/m2, a tenth of a kelvin; a queue at walking pace: 10 times that.
    """
    light, heavy = ((1 - HEAVY) * VEHICLE["light"][0] * VEHICLE["light"][1],
                    HEAVY * VEHICLE["heavy"][0] * VEHICLE["heavy"][1])  # fmt: skip
    return vehicles / 3600.0 * (light + heavy) / speed


@dataclass(frozen=True)
class Place:
    """What the surroundings of a road let through. Defaults: a city street between buildings."""

    sky_view: float = 0.6
    """Share of the sky that the road sees; walls, at air temperature, fill the rest (sky view of a street as wide
    as its houses are high: 0.41; open ground: 1)."""
    sun_share: float = 0.4
    """Share of the short wave on the level that reaches the road (a setting)."""
    wind_share: float = 0.4
    """Wind over the road beside that at 10 m (a setting; a tenth of the height, among houses)."""
    traffic: float = 0.0
    """Heat from vehicles, W/m2 (NORTRIP: 150 and 50 W/m2 below lorries and cars while they stand over it)."""
    wetness: float = 0.5
    """Share of the surface that evaporates or takes up frost (a setting for winter)."""
    deep: float = 4.0
    """degC of the ground a metre down in winter (a setting)."""


@dataclass(frozen=True)
class Sky:
    """The weather that heats and cools a road, over one step."""

    air: float
    """degC"""
    humidity: float
    """0-1"""
    wind: float
    """m/s at 10 m"""
    radiation: float
    """W/m2 of short wave on the level"""
    cloud: float
    """0-1"""


def load(weather: Sky, place: Place, surface: float) -> tuple[float, float]:
    """(W/m2, W/m2/K): heat into a surface at 0 degC, and what it loses for each degree, near ``surface`` degC.

    The net flux at temperature T is the first less the second times T.
    """
    kelvin = surface + 273.15
    sky_wave = place.sky_view * sky(weather.air, weather.humidity, weather.cloud)
    walls = (1 - place.sky_view) * STEFAN_BOLTZMANN * (weather.air + 273.15) ** 4
    lost = 4 * EMISSIVITY * STEFAN_BOLTZMANN * kelvin**3
    gained = (1 - ALBEDO) * place.sun_share * weather.radiation + EMISSIVITY * (sky_wave + walls)
    gained += lost * surface - EMISSIVITY * STEFAN_BOLTZMANN * kelvin**4
    sensible = exchange(weather.wind * place.wind_share)
    wet = place.wetness * sensible / PSYCHROMETRIC
    vapour = saturation(surface)
    slope = vapour * 17.27 * 237.3 / (237.3 + surface) ** 2
    gained += sensible * weather.air + wet * (
        weather.humidity * saturation(weather.air) - vapour + slope * surface
    )
    return gained + place.traffic, lost + sensible + wet * slope


def humidity_over(weather: Sky, surface: np.ndarray) -> np.ndarray:
    """Vapour pressure of the air over that of water at ``surface`` degC: above 1 there is dew."""
    return weather.humidity * saturation(weather.air) / (610.8 * np.exp(17.27 * surface / (237.3 + surface)))


def evaporation(weather: Sky, place: Place, surface: np.ndarray, activity: float | np.ndarray) -> np.ndarray:
    """kg/m2/s from a wet surface of ``surface`` degC; below 0: dew or frost. The same exchange as in ``load``.

    ``activity``: vapour pressure over that of pure water, 1 for water, ``exp(OVER_ICE T)`` for ice, less over brine.
    """
    vapour = 610.8 * np.exp(17.27 * surface / (237.3 + surface))
    rate = exchange(weather.wind * place.wind_share) / PSYCHROMETRIC / EVAPORATION
    return rate * (activity * vapour - weather.humidity * saturation(weather.air))


GROUND = 2.0
"""W/m2/K from the ground a metre down into a road that is one store of heat (a setting; asphalt over 0.4 m)."""


def towards(weather: Sky, place: Place, deck: bool) -> tuple[float, float]:
    """(degC, W/m2/K): what a road that is one store of heat tends to, and the heat it takes for each degree off.

    A deck meets the air below in place of the ground.
    """
    gained, lost = load(weather, place, weather.air)
    below = exchange(weather.wind * place.wind_share) if deck else GROUND
    outside = weather.air if deck else place.deep
    return (gained + below * outside) / (lost + below), lost + below


@dataclass
class Ground:
    """Temperatures of the layers of a road, degC, from the surface down; ``deck`` has air below in place of ground."""

    start: float
    deck: bool = False
    place: Place = Place()
    layers: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        thick = np.array(DECK_THICKNESS if self.deck else THICKNESS)
        conductivity = DECK_CONDUCTIVITY if self.deck else CONDUCTIVITY
        between = conductivity / ((thick[1:] + thick[:-1]) / 2)
        self._heat = VOLUMETRIC_HEAT * thick
        self._flow = (
            np.diag(np.r_[between, 0] + np.r_[0, between]) - np.diag(between, 1) - np.diag(between, -1)
        )
        self._bottom = conductivity / (thick[-1] / 2 + BELOW)
        self.layers = np.full(len(thick), float(self.start))

    @property
    def surface(self) -> float:
        """degC of the uppermost layer."""
        return float(self.layers[0])

    def step(self, weather: Sky, seconds: float) -> float:
        """Go on by ``seconds`` under a weather; the new surface temperature, degC."""
        gained, lost = load(weather, self.place, self.surface)
        below = exchange(weather.wind * self.place.wind_share) if self.deck else self._bottom
        outside = weather.air if self.deck else self.place.deep
        matrix = np.diag(self._heat / seconds) + self._flow
        matrix[0, 0] += lost
        matrix[-1, -1] += below
        right = self._heat / seconds * self.layers
        right[0] += gained
        right[-1] += below * outside
        self.layers = np.linalg.solve(matrix, right)
        return self.surface
