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
FREEZE_TIME = 1800.0
"""s; time constant of freezing of what is too dilute (setting, no source)."""


def freezing_concentration(temperature: np.ndarray, material: Material) -> np.ndarray:
    """Mass share (0-1) of de-icer in a brine that just does not freeze at ``temperature`` (degC).

    Clipped to 0.005 just below 0 degC and to 0.30 below the eutectic, so that the inverse stays finite.
    """
    t = np.minimum(temperature, 0.0)
    percent = material.freezing_a * t * t + material.freezing_b * t + material.freezing_c
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
    temperature: np.ndarray,
    road: tuple[float, float],
    decks: tuple[float, float],
    deck: np.ndarray,
    seconds: float,
) -> np.ndarray:
    """Surface temperature after ``seconds``, degC.

    Exact solution of one heat store; ``road`` and ``decks`` are (what it tends to in degC, W/m2/K) for roads on the
    ground and for bridge decks (``heat.towards``).
    """
    target = np.where(deck, decks[0], road[0])
    kept = np.where(
        deck, math.exp(-decks[1] * seconds / HEAT_CAPACITY), math.exp(-road[1] * seconds / HEAT_CAPACITY)
    )
    return target + (temperature - target) * kept
