"""What lies on a road: how snow settles, packs, turns to slush, dries off, and what it does to speed.

Pure functions over arrays (segments,) or floats; kg/m2 of carriageway, m, degC, s. ``ice`` has the de-icer.

Sources: Hedstrom and Pomeroy 1998, Crocus (new snow), Anderson 1976 as in SNTHERM and CLM (settling), NRC/HRB
"Compaction or removal of wet snow by traffic" (15 and 30 % of free water), METRo (slush, albedo), MDSS (mobility,
salt), FHWA and HCM (speed).
"""

from __future__ import annotations

import math

import numpy as np

from simulation.hazards.ice import FREE_WATER_LIMIT

SPLASH = 3e-4
"""1/s at which traffic of the busiest class clears slush (METRo's drainage of the snow reservoir above 1 mm)."""
TRAFFIC = np.array([1.0, 0.7, 0.4, 0.2])
"""Traffic by priority against the busiest class (setting, no source)."""
METAMORPHISM, OVERBURDEN = 2.777e-6, 9.0e5
"""1/s at 0 degC below 100 kg/m3, and kg s/m2: Anderson's settling of new snow and his viscosity."""
WET = 0.3
"""kg/m2 of water from which a road counts as wet for speed; METRo's film of 0.2 is damp."""
COVERED = 0.3
"""kg/m2 of snow or slush from which a road counts as covered (a setting: METRo's 0.2 mm and rounding)."""
GLAZED = 0.1
"""kg/m2 of refrozen water on a bare road that makes it slippery (a setting: half of METRo's film)."""
HARDPACKED = 0.5
"""kg/m2 of hardpack from which it counts (a setting)."""
DEPTHS = np.array([0.05, 0.10, 0.15])
"""m of snow at which the next of ``DEPTH_FACTORS`` begins (MDSS mobility)."""
DEPTH_FACTORS = np.array([0.65, 0.6, 0.4, 0.3])
INCH_PER_HOUR = 25.4 / 3600.0


def new_snow_density(air: float, wind: float) -> float:
    """kg/m3 of fresh snow at -30 to 2 degC and any wind (m/s): Hedstrom-Pomeroy when calm, half Crocus from 5 m/s on.

    Zhengzhou, 31 Jan 2024 at -3 to -5 degC and 8 m/s: 83-137 observed.
    """
    calm = 67.92 + 51.25 * math.exp(min(air, 0.0) / 2.59)
    windy = max(50.0, 109.0 + 6.0 * min(air, 0.0) + 26.0 * math.sqrt(max(wind, 0.0)))
    share = min(0.5, wind / 10.0)
    return (1 - share) * calm + share * windy


def settled(depth: np.ndarray, snow: np.ndarray, air: float, seconds: float) -> np.ndarray:
    """Depth, m, to which ``snow`` kg/m2 of loose snow sinks by itself: 1 % an hour at 0 degC, less as it gets denser.

    Anderson 1976, as in SNTHERM and CLM: ageing of crystals up to 100 kg/m3 and fading above, and the weight of the
    upper half of the snow; snow as cold as the air.
    """
    cold = min(air, 0.0)
    density = np.divide(snow, depth, out=np.zeros_like(depth), where=depth > 0)
    ageing = METAMORPHISM * math.exp(0.04 * cold) * np.exp(-0.046 * np.maximum(density - 100.0, 0.0))
    weight = 0.5 * snow / OVERBURDEN * math.exp(0.08 * cold) * np.exp(-0.023 * density)
    return depth * np.exp(-(ageing + weight) * seconds)


def free_water(solid: np.ndarray, film: np.ndarray) -> np.ndarray:
    """Share of water, 0-1, in what lies on a road: ``film`` over snow, ice and film; 0 on a dry road."""
    total = solid + film
    return np.divide(film, total, out=np.zeros_like(total), where=total > 0)


def packed(snow: np.ndarray, film: np.ndarray, bottom: float, time: np.ndarray, seconds: float) -> np.ndarray:
    """Share of loose snow, 0-1, that traffic presses to hardpack: below 15 % of free water (NRC/HRB).

    Brine gathers at the bottom: what must be wet for snow not to bond is the layer that a dose is reckoned for, the
    ``bottom`` kg/m2 that a blade leaves (the principle of anti-icing, NCHRP 526). ``time``: s, by traffic.
    """
    dry = film < FREE_WATER_LIMIT * (np.minimum(snow, bottom) + film)
    return np.where(dry, -np.expm1(-seconds / time), 0.0)


def splashed(solid: np.ndarray, film: np.ndarray, traffic: np.ndarray, seconds: float) -> np.ndarray:
    """Share of slush, 0-1, that traffic throws aside: what holds 15 % of free water no longer bonds (NRC/HRB).

    METRo's 56 min for the busiest class; ``traffic`` is that of a road over it.
    """
    slush = (solid > 0) & (film >= FREE_WATER_LIMIT * (solid + film))
    return np.where(slush, -np.expm1(-SPLASH * traffic * seconds), 0.0)


def surface_factor(
    depth: np.ndarray, snow: np.ndarray, hardpack: np.ndarray, glaze: np.ndarray, film: np.ndarray
) -> np.ndarray:
    """Speed over free flow by the state of the surface, 0.2-1, (segments,).

    Snow by depth 0.65, 0.6, 0.4, 0.3 at 5, 10, 15 cm and glaze 0.2 (MDSS mobility); wet 0.9 and slush up to 5 cm 0.65
    (FHWA's ranges, -10 to -25 and -30 to -40 %); hardpack 0.5, between MDSS's 0.2 for ice and the 0.7 that its
    braking of 0.30 g over 0.60 g on a wet road gives (NRC/HRB). Hardpack soaked with brine is slush; glaze counts
    where nothing loose covers it.
    """
    solid = snow + hardpack + glaze
    by_depth = DEPTH_FACTORS[np.searchsorted(DEPTHS, depth, side="right")]
    slush = (solid > COVERED) & (film >= FREE_WATER_LIMIT * (solid + film))
    factor = np.where(film > WET, 0.9, 1.0)
    factor = np.where((snow > COVERED) | slush, by_depth, factor)
    factor = np.where((hardpack > HARDPACKED) & ~slush, np.minimum(factor, 0.5), factor)
    return np.where((glaze > GLAZED) & (snow <= COVERED) & ~slush, 0.2, factor)


def falling_factor(rain: float, snowfall: float) -> float:
    """Speed over free flow while it rains or snows, kg/m2/s each (HCM urban streets, by inches of water an hour)."""
    return 1.0 / (1.0 + (0.48 * rain + 1.4 * snowfall) / INCH_PER_HOUR)
