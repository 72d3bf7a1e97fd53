"""What the weather service's outlook says in a few figures: what falls now and soon, when it starts and stops.

The outlook tells no phase: below 1.5 degC of air what falls is taken for snow (half of it is, at 1.5-2.5 degC).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from simulation.situation import Outlook

HOUR = 3600
SNOW_BELOW = 1.5
"""degC of air below which what is forecast is taken for snow."""
LEAD = 4 * HOUR
"""s ahead for which roads are treated beforehand (MDSS: four hours)."""
NEAR = 3 * HOUR
"""s ahead that the advice tells amounts for: about one round of the crews."""
DRY = 1e-6
"""kg/m2/s below which nothing is said to fall."""
UNKNOWN = -1
"""A second that the outlook does not reach."""


class Ahead(NamedTuple):
    """The outlook in figures; as long as it stands, for it is issued once an hour."""

    snowing: bool = False
    """Snow in this hour."""
    soon: bool = False
    """Snow in this hour or within the lead."""
    raining: bool = False
    """Rain in this hour."""
    first: str = ""
    """What falls first within the lead, ``snow`` or ``rain``; empty where nothing falls."""
    begins: int = UNKNOWN
    """Second of the run at which the first hour with precipitation begins; this hour's where it falls already."""
    ends: int = UNKNOWN
    """Second at which the last hour with snow ends; unknown where it goes on to the end of the outlook."""
    snow: float = 0.0
    """kg/m2 of snow in the near hours, this one included."""
    rain: float = 0.0
    """kg/m2 of rain in them."""
    air: float = 0.0
    """degC of air in this hour."""
    air_near: float = 0.0
    """degC of air at the end of the near hours."""
    coldest: float = 0.0
    """degC of air, the lowest of the outlook."""
    wind: float = 0.0
    """m/s at 10 m, the highest of the near hours; 0 where the outlook does not say."""


def look(outlook: Outlook) -> Ahead:
    """The outlook in figures; its first hour is taken for the present one."""
    t, falls = outlook.t, outlook.precipitation > DRY
    snow = falls & (outlook.air < SNOW_BELOW)
    rain = falls & ~snow
    lead, near = t <= t[0] + LEAD, t < t[0] + NEAR
    wet, snowy = np.flatnonzero(falls), np.flatnonzero(snow)
    first = "" if not len(wet) or not lead[wet[0]] else "snow" if snow[wet[0]] else "rain"
    lasts = not len(snowy) or snowy[-1] + 1 == len(t)
    amount = outlook.precipitation * HOUR
    return Ahead(
        snowing=bool(snow[0]), soon=bool(snow[lead].any()), raining=bool(rain[0]), first=first,
        begins=int(t[wet[0]]) if len(wet) else UNKNOWN,
        ends=UNKNOWN if lasts else int(t[snowy[-1]]) + HOUR,
        snow=float(amount[near & snow].sum()), rain=float(amount[near & rain].sum()),
        air=float(outlook.air[0]), air_near=float(outlook.air[min(NEAR // HOUR, len(t) - 1)]),
        coldest=float(outlook.air.min()),
        wind=float(outlook.wind[near].max()) if len(outlook.wind) else 0.0,
    )  # fmt: skip
