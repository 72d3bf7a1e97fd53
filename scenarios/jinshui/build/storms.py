"""The storms: published totals, temperatures and warnings; what was not published is said to be a setting."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.jinshui.build.files import Files, number, table
from scenarios.jinshui.build.rain import ZHENGZHOU, chicago

Hour = tuple[float, float, float, float, float]
"""Start in h, precipitation in mm/h, air in degC, humidity in %, wind in m/s."""

RETURN_PERIODS = (1, 2, 3, 5, 10, 20, 50, 100)
RECONSTRUCTION = (
    "重建：仅标明的数值为公开实测",
    "reconstruction: only the figures named in the file were published",
)
SETTING = ("设计暴雪/暴雨，非实测", "a design storm, not an observed one")


@dataclass(frozen=True)
class Record:
    """One storm file."""

    id: str
    name: tuple[str, str]
    note: tuple[str, str]
    start: str
    comment: str
    weather: Sequence[Hour]
    warnings: Sequence[tuple[float, str, str]] = ()
    river: Sequence[tuple[float, float]] = ()


def storm_files() -> Files:
    """``storms/*.yaml`` with their weather in ``storms/*.csv``."""
    records = [
        _blizzard(),
        *_snow_designs(),
        _warm_snow(),
        _cloudburst(),
        *(_rain_design(years) for years in RETURN_PERIODS),
        _july_2024(),
        _rain_on_snow(),
    ]
    files: Files = {}
    for record in records:
        files[f"storms/{record.id}.yaml"] = _yaml(record)
        files[f"storms/{record.id}.csv"] = table(
            ("t_h", "precipitation_mmh", "air_c", "humidity_pct", "wind_ms"),
            [
                {
                    "t_h": round(t, 6),
                    "precipitation_mmh": round(rate, 4),
                    "air_c": round(air, 2),
                    "humidity_pct": humidity,
                    "wind_ms": wind,
                }
                for t, rate, air, humidity, wind in record.weather
            ],
        )
    return files


def _yaml(record: Record) -> str:
    lines = [f"# {line}".rstrip() for line in record.comment.strip().splitlines()]
    lines += [
        f"name: {_pair(record.name)}",
        f"note: {_pair(record.note)}",
        f"start: {record.start}",
        f"weather: {record.id}.csv",
    ]
    if record.warnings:
        lines.append("warnings:")
        lines += [f"  - {{t_h: {_clock(t)}, hazard: {h}, colour: {c}}}" for t, h, c in record.warnings]
    if record.river:
        lines.append("river:")
        lines += [f"  - {{t_h: {number(t, 2)}, stage_m: {number(m, 2)}}}" for t, m in record.river]
    return "\n".join(lines) + "\n"


def _clock(hours: float) -> str:
    """Hours to four digits, rounded up: cut to whole seconds again, the minute is the one that was meant."""
    return number(math.ceil(round(hours * 1e4, 3)) / 1e4, 4)


def _pair(words: tuple[str, str]) -> str:
    zh, en = (json.dumps(word, ensure_ascii=False) for word in words)
    return f"{{zh: {zh}, en: {en}}}"


def _spread(total: float, weights: Sequence[float]) -> list[float]:
    """A total shared out by weights; to four digits, the last taking what rounding leaves."""
    shares = [round(total * w / sum(weights), 4) for w in weights]
    shares[-1] = round(total - sum(shares[:-1]), 4)
    return shares


def _hours(
    first: float, rates: Sequence[float], air: Sequence[float], humidity: float, wind: float
) -> list[Hour]:
    """Rows of one hour each; air as long as the rates."""
    return [(first + k, rate, t, humidity, wind) for k, (rate, t) in enumerate(zip(rates, air, strict=True))]


# --------------------------------------------------------------------------- snow


def _blizzard() -> Record:
    fall = _spread(5.3, (2, 3, 4, 5, 6, 7, 7, 7, 6, 6, 5, 4, 3, 2, 1))
    air_falling = [-2.6 - 2.3 * k / 14 for k in range(15)]
    after = [-4.9, -4.6, -4.0, -3.0, -2.0, -1.2, -0.6, -0.3, -0.4, -1.0, -1.8, -2.4]
    night = [
        -2.9,
        -3.3,
        -3.6,
        -3.9,
        -4.1,
        -4.3,
        -4.4,
        -4.5,
        -4.4,
        -4.2,
        -3.8,
        -3.2,
        -2.4,
        -1.4,
        -0.4,
        0.4,
        1.0,
        1.4,
    ]
    weather: list[Hour] = [(0.0, 0.0, -1.6, 75, 6.0), (1.0, 0.0, -2.0, 78, 6.5), (2.0, 0.0, -2.4, 80, 7.0)]
    weather += _hours(3, fall, air_falling, 88, 7.5)
    weather += _hours(18, [0.0] * len(after), after, 75, 5.0)
    weather += _hours(18 + len(after), [0.0] * len(night), night, 70, 3.5)
    return Record(
        "blizzard",
        ("2024年1月31日暴雪", "Snowstorm of 31 January 2024"),
        RECONSTRUCTION,
        "2024-01-31T12:00:00+08:00",
        """
Published: 5.3 mm from 31 Jan 15:00 to 1 Feb 06:00, -2.6 to -4.9 degC, wind force 4-5 (5.5-10.7 m/s), road-icing
warning yellow at 17:50 (snow.md 1.2, 4). Settings: the hourly shape, humidity, and the weather after 06:00.
""",
        weather,
        [(5 + 50 / 60, "snow", "yellow")],
    )


GRADES = (
    ("light", "小雪", 0.9, -2.0, [(-1.0, "snow", "yellow")]),
    ("moderate", "中雪", 2.9, -3.0, [(-1.0, "snow", "yellow")]),
    ("heavy", "大雪", 5.9, -4.0, [(-2.0, "snow", "blue"), (-1.0, "snow", "yellow")]),
    ("storm", "暴雪", 9.9, -5.0, [(-4.0, "snow", "blue"), (-2.0, "snow", "yellow"), (3.0, "snow", "orange")]),
)
"""Just under the upper bound of each grade's 12-hour amount (GB/T 28592; of 暴雪, below 大暴雪 at 10 mm)."""
AFTER = 51
"""Hours of weather after a design snowfall: past the last deadline of the plan, 48 h after the end of a storm."""


def _snow_designs() -> list[Record]:
    records = []
    for grade, zh, amount, coldest, warnings in GRADES:
        fall = _spread(amount, (1, 2, 3, 4, 5, 5, 5, 5, 4, 3, 2, 1))
        air = [coldest + 1.0 * (1 - k / 11) for k in range(12)]
        rest = [coldest + 0.25 * max(0, 7 - abs(k % 24 - 8)) for k in range(AFTER)]
        weather: list[Hour] = [(0.0, 0.0, coldest + 1.5, 80, 3.0), (1.0, 0.0, coldest + 1.2, 82, 3.0)]
        weather += _hours(2, fall, air, 88, 4.0)
        weather += _hours(14, [0.0] * AFTER, rest, 75, 3.0)
        records.append(
            Record(
                f"snow-design-{grade}",
                (f"设计{zh}", f"Design snowfall, {grade}"),
                SETTING,
                "2026-01-15T16:00:00+08:00",
                f"""
{amount} mm of melted water in 12 h from 18:00 to 06:00: just under the upper bound of the grade (snow.md 1.1).
Warnings: icing yellow for every grade; snow blue from 4 mm and yellow from 6 mm in 12 h, orange from 10 mm in 6 h
as forecast (snow.md 1.2). Settings: shape, temperature, humidity, wind.
""",
                weather,
                [(t + 2, hazard, colour) for t, hazard, colour in warnings],
            )
        )
    return records


def _warm_snow() -> Record:
    fall = _spread(12.0, (3, 4, 5, 5, 6, 6, 6, 5, 5, 4, 3, 2))
    weather: list[Hour] = [(0.0, 0.0, 3.4, 80, 3.0), (1.0, 0.0, 2.8, 85, 3.0)]
    weather += _hours(2, fall, [2.4, 2.2, 2.0, 1.9, 1.8, 1.7, 1.7, 1.7, 1.7, 1.8, 1.8, 1.9], 96, 3.0)
    weather += _hours(14, [0.0] * 10, [2.2, 2.8, 3.4, 4.0, 4.6, 5.0, 5.2, 5.0, 4.4, 3.8], 80, 3.0)
    return Record(
        "warm-snow",
        ("2020年1月6日暖湿降雪", "Warm snow of 6 January 2020"),
        RECONSTRUCTION,
        "2020-01-06T16:00:00+08:00",
        """
Published: 6 Jan 18:00 to 7 Jan 06:00, an amount of the grade 大暴雪 (12 h >= 10 mm), air above 0 degC, the road
stayed wet and nothing settled; response level II, then I (snow.md 1.3, 4). Settings: 12 mm, the hours, 1.7-2.4
degC, humidity, wind.
""",
        weather,
        [(-2.0, "snow", "blue"), (0.0, "snow", "yellow"), (4.0, "snow", "orange")],
    )


# --------------------------------------------------------------------------- rain

JULY_2021 = (
    5.2, 8.0, 9.0, 7.5, 5.5, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 12.0, 8.0, 6.0, 13.0, 17.0, 21.0, 55.0, 58.0, 201.9,
    59.0, 14.3, 4.0, 6.0,
)  # fmt: skip
"""mm in each hour from 19 Jul 2021 21:00. Only 201.9 (20 Jul 16-17 h) was observed; the others are chosen so that
552.5 mm fall from 19 Jul 20 h to 20 Jul 20 h, as published."""


def _cloudburst() -> Record:
    return Record(
        "cloudburst",
        ("2021年7月20日特大暴雨（重建）", "Cloudburst of 20 July 2021 (reconstruction)"),
        (
            "重建：仅16-17时201.9毫米为实测，其余逐时值按公开总量推算",
            "reconstruction: only the 201.9 mm of 16-17 h were observed, the other hours fit published totals",
        ),
        "2021-07-19T21:00:00+08:00",
        """
24 h from 19 Jul 21:00. Observed: 201.9 mm from 16 to 17 h; 552.5 mm from 19 Jul 20 h to 20 Jul 20 h (flood.md 1a).
Warnings at their published times: 19 Jul 18:13 yellow, 19:13 orange, 21:59 red; 20 Jul 06:02, 09:08, 11:50, 16:01
red again (flood.md 1b). Settings: the other hours, air, humidity, wind, and the river's stage at the outfalls.
""",
        _hours(0, JULY_2021, [25.0] * 24, 95, 4.0),
        [
            (-(2 + 47 / 60), "water", "yellow"),
            (-(1 + 47 / 60), "water", "orange"),
            (59 / 60, "water", "red"),
            (9 + 2 / 60, "water", "red"),
            (12 + 8 / 60, "water", "red"),
            (14 + 50 / 60, "water", "red"),
            (19 + 1 / 60, "water", "red"),
        ],
        [
            (0, 0.3),
            (6, 0.5),
            (12, 0.7),
            (16, 0.9),
            (18, 1.3),
            (19, 1.8),
            (20, 2.4),
            (21, 2.6),
            (22, 2.4),
            (23, 2.2),
        ],
    )


def _rain_design(years: int) -> Record:
    depths = chicago(ZHENGZHOU, years)
    weather: list[Hour] = [(0.0, 0.0, 26.0, 85, 2.0)]
    weather += [(1 + 5 * k / 60, depth * 12, 24.0, 95, 4.0) for k, depth in enumerate(depths)]
    weather.append((3.0, 0.0, 23.0, 95, 2.0))
    total = ZHENGZHOU.depth(years, 120)
    warnings = [(0.0, "water", "blue")]
    if total >= 50:
        warnings.append((0.5, "water", "orange"))
    if total >= 100:
        warnings.append((1.0, "water", "red"))
    return Record(
        f"rain-design-{years}",
        (f"设计暴雨 {years} 年一遇", f"Design rain, {years}-year"),
        SETTING,
        "2026-07-20T16:00:00+08:00",
        f"""
Chicago storm of 120 min, peak at 0.4, 5-minute steps, {total:.1f} mm: q = 3073 (1 + 0.892 lg P) / (t + 15.1)^0.824
L/(s ha) for P = {years} years (flood.md 2a, confidence M). Warnings by amount: orange from 50 mm in 3 h, red from 100
mm in 3 h; blue before the rain is a setting, as are air, humidity, wind and the river's stage.
""",
        weather,
        warnings,
        [(0, 0.3), (1.5, 0.5), (2.5, 0.8), (4, 0.5)],
    )


def _july_2024() -> Record:
    weights = (1, 1, 2, 2, 3, 3, 4, 6, 11, 20, 42, 18, 8, 4, 3, 2, 2, 2, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.3, 0.2)
    fall = _spread(122.7, weights)
    weather = _hours(0, fall, [24.0] * 27, 95, 3.0)
    weather += _hours(27, [0.0] * 3, [24.0] * 3, 90, 2.0)
    return Record(
        "july-2024",
        ("2024年7月7-8日暴雨（重建）", "Rain of 7-8 July 2024 (reconstruction)"),
        RECONSTRUCTION,
        "2024-07-07T14:00:00+08:00",
        """
Published: district mean 122.7 mm in 27 h on 7-8 July 2024 (flood.md 1a). Settings: the start, the hourly shape, the
warnings, air, humidity, wind and the river's stage.
""",
        weather,
        [(-1.0, "water", "blue"), (6.0, "water", "yellow"), (9.0, "water", "orange")],
        [(0, 0.3), (8, 0.5), (11, 0.9), (14, 1.0), (20, 0.6)],
    )


def _rain_on_snow() -> Record:
    snow = _spread(6.0, (2, 3, 4, 4, 4, 3, 3, 2))
    rain = _spread(30.0, (2, 4, 6, 7, 6, 3, 2))
    weather: list[Hour] = [(0.0, 0.0, -2.0, 80, 4.0)]
    weather += _hours(1, snow, [-2.5, -3.0, -3.0, -3.0, -2.5, -2.0, -1.5, -1.0], 90, 5.0)
    weather += _hours(9, [0.0] * 3, [0.0, 1.5, 3.0], 90, 4.0)
    weather += _hours(12, rain, [4.0, 5.0, 6.0, 6.5, 7.0, 7.0, 6.5], 97, 5.0)
    weather += _hours(19, [0.0] * 11, [6.0, 5.5, 5.0, 4.5, 4.0, 3.5, 3.0, 2.5, 2.0, 2.0, 2.0], 85, 3.0)
    return Record(
        "rain-on-snow",
        ("雪后降雨", "Rain on snow"),
        SETTING,
        "2026-02-10T18:00:00+08:00",
        """
6 mm of snow, then a warm front with 30 mm of rain in 7 h on roads and inlets that carry snow. A setting without a
source: it tests that meltwater and rain meet in the drains.
""",
        weather,
        [(0.0, "snow", "yellow"), (9.0, "water", "blue")],
        [(0, 0.3), (15, 0.5)],
    )
