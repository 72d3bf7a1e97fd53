"""Recovery tables of Syracuse's storms: trucks on the road and streets visited, hour by hour."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from stormyard.validation import BadFile

RECOVERY = "operations/syracuse_2020_recovery.csv"
COLUMNS = (
    "storm_start", "hour", "trucks", "truck_hours", "km_driven", "cum_centreline_share_visited", "new_centreline_km",
)  # fmt: skip
CENTRELINE = 753.9
"""km of street centreline that the shares are of."""
FIRST = 5
"""Trucks in an hour from which the response counts as begun."""
STANDING = 5.0
"""km a truck-hour below which most trucks of an hour stood with their engines on."""
EASTERN = timezone(timedelta(hours=-5))


@dataclass(frozen=True)
class Response:
    """One storm, from the first hour with `FIRST` trucks on."""

    start: datetime
    truck_hours: tuple[float, ...]
    """Powered-on truck-hours in each hour."""
    km: tuple[float, ...]
    """Kilometres driven in each hour."""
    new_km: float
    """Kilometres of street that were visited, each once."""
    visited: tuple[float, ...]
    """Share of `CENTRELINE` visited by the end of each hour, what was visited before the start included."""

    @property
    def date(self) -> str:
        """Day on which the storm began."""
        return f"{self.start:%Y-%m-%d}"

    @property
    def km_driven(self) -> float:
        """Kilometres in all."""
        return sum(self.km)

    @property
    def standing(self) -> list[int]:
        """Hours (from 0) in which trucks were on and drove less than `STANDING` km a truck-hour."""
        hours = enumerate(zip(self.truck_hours, self.km, strict=True))
        return [h for h, (trucks, km) in hours if trucks > 0 and km < STANDING * trucks]

    @property
    def total(self) -> float:
        """Truck-hours in all."""
        return sum(self.truck_hours)


def takes(file: Path) -> bool:
    """Whether a file is a table with the columns of a recovery."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return set(COLUMNS) <= set(next(csv.reader(lines), ()))
    except (OSError, UnicodeDecodeError, csv.Error):
        return False


def read(file: Path) -> list[Response]:
    """The storms of a table, in order of appearance. Raises BadFile with the line of a bad figure."""
    storms: dict[str, list[dict[str, float]]] = {}
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines), start=2):
                storms.setdefault(row["storm_start"], []).append(_figures(file, number, row))
    except (OSError, UnicodeDecodeError, csv.Error) as bad:
        raise BadFile(f"{file}: {bad}") from bad
    if not storms:
        raise BadFile(f"{file}: the table has no rows")
    return [_response(file, day, rows) for day, rows in storms.items()]


def _figures(file: Path, number: int, row: dict[str, str]) -> dict[str, float]:
    figures = {}
    for column in COLUMNS[1:]:
        try:
            figures[column] = float(row[column])
        except (TypeError, ValueError):
            raise BadFile(f"{file}, line {number}: {column} is {row[column]!r}, not a number") from None
        if not math.isfinite(figures[column]) or figures[column] < 0:
            raise BadFile(f"{file}, line {number}: {column} is {row[column]!r}, not a number from 0 on")
    return figures


def _response(file: Path, day: str, rows: Sequence[dict[str, float]]) -> Response:
    try:
        start = datetime.fromisoformat(day).replace(tzinfo=EASTERN)
    except (TypeError, ValueError):
        raise BadFile(f"{file}: storm_start {day!r} is not a date such as 2020-02-27") from None
    hours = [int(row["hour"]) for row in rows]
    if hours != list(range(hours[0], hours[0] + len(hours))):
        raise BadFile(f"{file}: the hours of the storm of {day} do not follow one another")
    begun = next((i for i, row in enumerate(rows) if row["trucks"] >= FIRST), None)
    if begun is None:
        raise BadFile(f"{file}: in the storm of {day} there are never {FIRST} trucks at work")
    rows = rows[begun:]
    return Response(
        start + timedelta(hours=hours[begun] - 1),
        tuple(row["truck_hours"] for row in rows),
        tuple(row["km_driven"] for row in rows),
        sum(row["new_centreline_km"] for row in rows),
        tuple(row["cum_centreline_share_visited"] for row in rows),
    )


def usual_day(storms: Sequence[Response], hours: int) -> list[float]:
    """(hours,) how the trucks on the road rose and fell, as a share of the busiest hour: the storms' mean."""
    mean = [sum(s.truck_hours[h] if h < len(s.truck_hours) else 0.0 for s in storms) for h in range(hours)]
    return [trucks / max(mean) for trucks in mean]
