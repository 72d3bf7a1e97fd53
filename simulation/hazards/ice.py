"""De-icer, freezing and heat at the road surface: pure functions over arrays or floats.

Sources: FHWA-RD-95-202 (freezing curves), NORTRIP (melt time, salt loss), METRo (drainage, heat
capacity of asphalt), MDSS (safety margin, traffic loss), MaineDOT (dose bands).
"""

from __future__ import annotations

import math

import numpy as np

from simulation.model import Material, SnowPhysics

FUSION = 3.34e5
"""Latent heat of melting, J/kg."""
DENSITY = 500.0
"""kg/m3 of hardpack on a road (engineering estimate, 400-600)."""
SURFACE_LAYER = 0.10
"""m of pavement that follows the weather within hours (engineering estimate)."""
HEAT_CAPACITY = 2.10e6 * SURFACE_LAYER
"""J/m2/K of that layer: 2.10 MJ/m3/K for asphalt (METRo)."""
CONTACT = 100.0
"""W/m2/K from a warm pavement into wet snow (engineering estimate: 1 K melts about 1 mm/h)."""
SAFETY_MARGIN = 1.5
"""K below the surface temperature for which a dose is reckoned (MDSS)."""
MELT_SHARE = 0.15
"""Share of what a blade leaves that salt must melt so that traffic clears the rest (NRC: 0.15-0.30)."""
FREE_WATER_LIMIT = 0.15
"""Snow with less free water than this packs under traffic; wetter snow stays slush (NRC/HRB)."""
APPLICATION_LOSS = 0.10
"""Share of a dose that bounces off or is blown away, prewetted (MDSS: dry 0.20, prewet 0.10)."""
PRACTICE_AT = np.array([-6.7, -2.2, 0.0])
"""degC at which MaineDOT's bands of doses meet."""
PRACTICE = np.array([23.1, 15.4, 8.0]) / 8.0
"""Least dose there over that at 0 degC: 23.1, 15.4 and 8 g/m2 on passes after the first (MaineDOT)."""
TRAFFIC_LOSS = np.array([0.09, 0.04, 0.01, 0.0025]) / 3600.0
"""1/s of salt lost to traffic by priority: 0.01 k^2 per hour for k = 3, 2, 1, 0.5 (MDSS)."""
OVER_ICE = 0.0097
"""1/K: over ice, and over a brine that freezes at T, vapour has exp(0.0097 T) of its pressure over water (T > -25)."""
DRIED_LOSS = 0.25 / 3600.0
"""1/s of dried salt lost to traffic of the busiest class (MDSS)."""
DISSOLVES = 2.8
"""kg of water that dissolve 1 kg of rock salt (26.3 % by mass at 0 degC)."""
DELIQUESCENCE = 0.76
"""Humidity over a saturated brine of rock salt, 0-1: from there on dry salt takes up water from the air."""
FREEZE_TIME = 1800.0
"""s; time constant of freezing of what is too dilute (setting, no source)."""


STRAIGHT_FROM = -2.0
"""degC from which freezing curves go straight to pure water at 0 degC (a setting; the laboratory's do from -1 on)."""


def freezing_concentration(temperature: np.ndarray, material: Material) -> np.ndarray:
    """Mass share (0-1) of de-icer in a brine that just does not freeze at ``temperature`` (degC).

    FHWA's curves hold from their eutectic up to about -2 degC; from there on straight to pure water at 0 degC, where
    those of calcium and magnesium chloride would end at 2.4 and 0.8 %. Clipped to 0.005 just below 0 degC and to 0.30
    below the eutectic, so that the inverse stays finite.
    """
    t = np.minimum(temperature, 0.0)
    a, b, c = material.freezing_a, material.freezing_b, material.freezing_c
    straight = t * (a * STRAIGHT_FROM + b + c / STRAIGHT_FROM)
    percent = np.minimum(a * t * t + b * t + c, straight)
    return np.minimum(np.maximum(percent / 100.0, 0.005), 0.30)


def melt_capacity(temperature: np.ndarray, material: Material) -> np.ndarray:
    """kg of water that 1 kg of de-icer keeps liquid at ``temperature`` (NaCl: 30 at -2, 12 at -5 degC)."""
    concentration = freezing_concentration(temperature, material)
    return (1 - concentration) / concentration


def least_dose(temperature: np.ndarray, physics: SnowPhysics) -> np.ndarray:
    """Least that practice spreads, kg/m2: straight lines between the corners of MaineDOT's bands, level beyond.

    With less than 1 kg/m2 to melt the formula alone asks for a third less than Maine spreads from -4 degC up.
    """
    return physics.minimum_dose * np.interp(temperature, PRACTICE_AT, PRACTICE)


def dose(
    temperature: np.ndarray, residual: float | np.ndarray, material: Material, physics: SnowPhysics
) -> np.ndarray:
    """Advised dose, kg/m2, for what a blade leaves (``residual`` kg/m2) at a road temperature (degC).

    MDSS: enough for the given share of the residual at a margin below the surface temperature, over the
    application loss; at least what practice spreads (``least_dose``), capped, and 0 below the material's
    working floor or above 1.5 degC.
    """
    need = residual * MELT_SHARE / melt_capacity(temperature - SAFETY_MARGIN, material)
    least = least_dose(temperature, physics)
    rate = np.minimum(np.maximum(need / (1 - APPLICATION_LOSS), least), physics.maximum_dose)
    usable = (temperature >= material.floor) & (temperature <= 1.5)
    return np.where(usable, rate, 0.0)


def road_temperature(
    temperature: np.ndarray, target: np.ndarray, rate: np.ndarray, seconds: float
) -> np.ndarray:
    """Surface temperature after ``seconds``, degC: exact for one store of heat and any step.

    ``target``: degC that it tends to; ``rate``: W/m2 for each degree off (``heat.towards``).
    """
    return target + (temperature - target) * np.exp(-rate * (seconds / HEAT_CAPACITY))


def melted_by_warmth(temperature: np.ndarray, solid: np.ndarray, seconds: float) -> np.ndarray:
    """kg/m2 of snow and ice that a pavement above 0 degC melts: as fast as heat crosses, at most what it holds."""
    warm = np.maximum(temperature, 0.0) / FUSION
    return np.minimum(solid, warm * min(CONTACT * seconds, HEAT_CAPACITY))


def frozen(film: np.ndarray, capacity: np.ndarray, temperature: np.ndarray, seconds: float) -> np.ndarray:
    """kg/m2 of a film that freezes: what is more than the salt keeps liquid, while the road can take its heat.

    ``capacity``: kg/m2 that the salt keeps liquid at ``temperature`` (degC). Where brine was diluted by snow or lost
    its salt this is the refreeze.
    """
    excess = np.maximum(film - capacity, 0.0) * -math.expm1(-seconds / FREEZE_TIME)
    return np.minimum(excess, np.maximum(-temperature, 0.0) * (HEAT_CAPACITY / FUSION))


def melted_by_salt(
    film: np.ndarray, capacity: np.ndarray, solid: np.ndarray, time: float, seconds: float
) -> np.ndarray:
    """kg/m2 of snow and ice that brine melts: first order in ``time`` s toward what its salt keeps liquid (NORTRIP)."""
    return np.minimum(np.maximum(capacity - film, 0.0) * -math.expm1(-seconds / time), solid)


def warmed(temperature: np.ndarray, frozen: np.ndarray) -> np.ndarray:
    """degC of a pavement after ``frozen`` kg/m2 froze on it and gave it their heat; less than 0 for what melted."""
    return temperature + frozen * (FUSION / HEAT_CAPACITY)


def salt_thrown(
    salt: np.ndarray, film: np.ndarray, rate: np.ndarray, traffic: np.ndarray, seconds: float
) -> np.ndarray:
    """Share of the salt, 0-1, that traffic takes off: ``rate`` 1/s of brine; of what lies dry 25 % an hour (MDSS).

    ``traffic``: that of a road over the busiest class.
    """
    each = np.where(film < DISSOLVES * salt, np.maximum(rate, DRIED_LOSS * traffic), rate)
    return -np.expm1(-each * seconds)


def held_by_salt(salt: np.ndarray, humidity: np.ndarray, material: Material) -> np.ndarray:
    """kg/m2 of water that brine of ``salt`` kg/m2 keeps under a humidity (0-1): it dries to there and no further.

    A brine that freezes at T has exp(0.0097 T) of the vapour pressure of water (``OVER_ICE``), so the brine in
    balance with the air is the one that freezes at ln(humidity) / 0.0097.
    """
    return salt * melt_capacity(np.log(np.clip(humidity, 0.01, 0.999)) / OVER_ICE, material)
