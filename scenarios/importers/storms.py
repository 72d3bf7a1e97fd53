"""Design storms and rules of response for a district that brings none: where planning starts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from math import log10

from simulation.model import (
    Colour,
    Command,
    HazardName,
    Name,
    ResponseRule,
    StandingOrder,
    Storm,
    Warning,
    Weather,
)

HOUR = 3600
MM_PER_HOUR = 1 / 3600.0

SNOW_MM = 4.5
"""Melted water in 12 h: the middle of heavy snow (大雪, GB/T 28592: 3.0-5.9 mm in 12 h, A)."""
SNOW_STORM_MM = 9.0
"""The same for a snowstorm (暴雪: 6.0 mm and more, A; 10 mm would be the grade above, C)."""
SNOW_AIR = -4.0
"""degC at the start; Zhengzhou had -2.6 to -4.9 on 31 January 2024 (A)."""
SNOW_COOLING = 0.15
"""K/h on the way down, as in the same night (a setting)."""

RAIN_YEARS = 30
"""Return period: the lower end for large cities (GB 50014 as csres.com quotes it: 30-50 years, V)."""
RAIN_MINUTES = 120
RAIN_PEAK = 0.4
"""Where the peak lies: 0.3-0.4 in most Chinese cities (V)."""
RAIN_A, RAIN_C, RAIN_B, RAIN_N = 3073.0, 0.892, 15.1, 0.824
"""Zhengzhou's formula q = A (1 + C lg P) / (t + b)^n in L/(s ha) (M: handbooks, not the version in force)."""


def design_snow(amount: float, longitude: float) -> Storm:
    """A 12-hour snowfall overnight of ``amount`` kg/m2 (mm of water): rising for 4 h, steady, falling for 4 h.

    Local time is taken from the longitude, since a map extract does not name its time zone. The weather service
    warns 6 h ahead by the amounts of 12 h in use in China (blue 4 mm, yellow 6 mm, A).
    """
    steps = [0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 1, 0.75, 0.5, 0.25]
    rate = amount / sum(steps) * MM_PER_HOUR
    first = 6
    rows = [Weather(t=0, precipitation=0, air=SNOW_AIR, humidity=0.7, wind=3)]
    rows += [
        Weather(
            t=(first + i) * HOUR,
            precipitation=float(f"{step * rate * HOUR:.12g}") * MM_PER_HOUR,
            air=round(SNOW_AIR - SNOW_COOLING * i, 2),
            humidity=0.9,
            wind=3,
        )
        for i, step in enumerate(steps)
    ]
    rows.append(Weather(t=(first + 12) * HOUR, precipitation=0, air=SNOW_AIR - 2, humidity=0.7, wind=3))
    colour: Colour = "yellow" if amount >= 6 else "blue"
    grade = Name(zh="暴雪", en="snowstorm") if amount >= 6 else Name(zh="大雪", en="heavy snow")
    return Storm(
        id="snowstorm" if amount >= 6 else "heavy-snow",
        name=Name(zh=f"设计{grade.zh} {amount:g} mm/12 h", en=f"design {grade.en}, {amount:g} mm in 12 h"),
        note=Name(
            zh="设计降雪：量级按 GB/T 28592，过程线与气温为设定，不是观测。",
            en="Design snowfall: amount by GB/T 28592; its course and temperature are settings, not observed.",
        ),
        start=_local_start(2025, 1, 15, 18, longitude),
        weather=tuple(rows),
        warnings=(Warning(t=0, hazard="snow", colour=colour),),
    )


def design_rain(longitude: float, years: float = RAIN_YEARS) -> Storm:
    """A Chicago storm of 2 h (Keifer and Chu) with Zhengzhou's intensity formula, in rows of 5 minutes.

    Rows are differences of the cumulative curve, so the depth is exact. Warnings by the amounts in use in China
    (yellow 50 mm in 6 h, orange 50 mm in 3 h, V), issued an hour ahead.
    """
    first, step = HOUR, 300
    edges = [i * step for i in range(RAIN_MINUTES * 60 // step + 1)]
    depth = [chicago_depth(t / 60, years) for t in edges]
    rows = [Weather(t=0, precipitation=0, air=26, humidity=0.8, wind=3)]
    for t, before, after in zip(edges, depth, depth[1:], strict=False):
        mm_per_hour = round((after - before) * 3600 / step, 4)
        rows.append(
            Weather(t=first + t, precipitation=mm_per_hour * MM_PER_HOUR, air=24, humidity=0.95, wind=4)
        )
    rows.append(Weather(t=first + edges[-1], precipitation=0, air=24, humidity=0.9, wind=3))
    total = depth[-1]
    colours: list[Colour] = ["yellow", "orange"] if total >= 50 else ["yellow"]
    return Storm(
        id="cloudburst",
        name=Name(
            zh=f"设计暴雨 {years:g} 年一遇 2 h {total:.0f} mm",
            en=f"design cloudburst, {years:g}-year, {total:.0f} mm in 2 h",
        ),
        note=Name(
            zh="设计暴雨：芝加哥雨型，用郑州常用暴雨强度公式（未核实版本）；请换成本地公式。",
            en="Design rain: Chicago storm with a handbook formula for Zhengzhou (version not verified); "
            "put the local formula in its place.",
        ),
        start=_local_start(2025, 7, 20, 15, longitude),
        weather=tuple(rows),
        warnings=tuple(Warning(t=900.0 * i, hazard="water", colour=c) for i, c in enumerate(colours)),
    )


def chicago_depth(minute: float, years: float, minutes: float = RAIN_MINUTES) -> float:
    """mm fallen by ``minute`` of a Chicago storm (exact on each side of the peak)."""
    a = RAIN_A * (1 + RAIN_C * log10(years)) / 166.67
    peak = RAIN_PEAK * minutes

    def side(share: float, tau: float) -> float:
        return share * a * tau / (tau + RAIN_B) ** RAIN_N

    before = side(RAIN_PEAK, minutes)
    if minute <= peak:
        return before - side(RAIN_PEAK, (peak - minute) / RAIN_PEAK)
    return before + side(1 - RAIN_PEAK, (minute - peak) / (1 - RAIN_PEAK))


def default_command(hazards: Iterable[HazardName]) -> Command:
    """Response levels by warning as in Nanyang's plan (blue IV, yellow III, orange II, red I, V), 20 minutes after
    it (Zhengzhou July 2022 and 2024: 10 and 20, V); waterlogging points are guarded from level IV on, underpasses
    closed at level I (Zhengzhou 2021 and 2022 under red warnings, M)."""
    levels = {"blue": "IV", "yellow": "III", "orange": "II", "red": "I"}
    hazards = tuple(hazards)
    rules = tuple(
        ResponseRule.model_validate({"hazard": hazard, "colour": colour, "level": level})
        for hazard in hazards
        for colour, level in levels.items()
    )
    orders: tuple[StandingOrder, ...] = ()
    if "water" in hazards:
        orders = (
            StandingOrder(level="IV", hazard="water", act="guard_waterlogging"),
            StandingOrder(level="I", hazard="water", act="close_underpasses"),
        )
    return Command(rules=rules, standing_orders=orders)


def _local_start(year: int, month: int, day: int, hour: int, longitude: float) -> datetime:
    offset = timezone(timedelta(hours=round(longitude / 15)))
    return datetime(year, month, day, hour, tzinfo=offset)
