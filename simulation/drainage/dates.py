"""Dates and times of an EPA SWMM model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from simulation.drainage.rows import InpError, InpProblem, Row

FIRST = datetime(2004, 1, 1)
"""Where a model starts that does not say when."""
MOST_HOURS = 1e6
"""Of a time of day: SWMM counts 30:00 on into the next day; a century is a slip."""
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def moment(options: Sequence[Row], key: str, default: datetime) -> datetime:
    """The moment that OPTIONS give as ``key``_DATE and ``key``_TIME. Raises InpError for an unreadable one."""
    row = {r.words[0].upper(): r for r in options if len(r.words) > 1}
    found = default
    if day_row := row.get(f"{key}_DATE"):
        day = parse_date(day_row.words[1])
        if day is None:
            raise _no_date(day_row.words[1], day_row.line)
        found = datetime(day.year, day.month, day.day)
    if time_row := row.get(f"{key}_TIME"):
        found = moved(found, time_of_day(time_row.words[1], time_row.line), time_row.words[1], time_row.line)
    return found


def moved(start: datetime, by: timedelta, word: str, line: int) -> datetime:
    """``start`` moved. Raises InpError, naming a word and its line, where no calendar goes so far."""
    try:
        return start + by
    except OverflowError:
        raise _no_date(word, line) from None


def _no_date(word: str, line: int) -> InpError:
    return InpError([InpProblem(line, f"'{word}' is no date", "write 07/20/2021")])


def parse_date(word: str) -> date | None:
    """A SWMM date such as 07/20/2021 or JUL-20-2021; None for any other word."""
    parts = word.replace("-", "/").split("/")
    if len(parts) != 3:
        return None
    try:
        month = _MONTHS.index(parts[0].upper()) + 1 if parts[0].isalpha() else int(parts[0])
        return date(int(parts[2]), month, int(parts[1]))
    except (ValueError, OverflowError):
        return None


def time_of_day(word: str, line: int) -> timedelta:
    """A SWMM time: H:MM, H:MM:SS or decimal hours. Raises InpError for anything else."""
    try:
        parts = [float(part) for part in word.split(":")]
    except ValueError:
        parts = [math.nan]
    if len(parts) > 3 or not all(0 <= part < MOST_HOURS for part in parts):
        problem = InpProblem(line, f"'{word}' is no time", "write hours:minutes or hours:minutes:seconds")
        raise InpError([problem])
    hours, minutes, seconds = [*parts, 0.0, 0.0][:3]
    return timedelta(seconds=math.floor(3600 * hours + 60 * minutes + seconds + 0.5))
