"""A SWMM model put under a storm: the text that is really run. All that is not named here stays as it was,
on the line where it was, so that what SWMM complains about is found in the planner's own file."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from simulation.drainage.inp import Inp, words_of

RAIN = "stormyard_rain"
"""Name of the one rain series that all gages read."""
LATCH = 1e-4
"""A pump setting in (0, ``LATCH_BELOW``) means "no power"; a control rule holds it there, see below."""
LATCH_BELOW = 1e-3
_MM_PER_INCH = 25.4
_DROPPED_OPTIONS = {
    "START_DATE", "START_TIME", "END_DATE", "END_TIME", "REPORT_START_DATE", "REPORT_START_TIME", "THREADS",
    "IGNORE_RAINFALL", "IGNORE_ROUTING", "IGNORE_SNOWMELT", "TEMPDIR",
}  # fmt: skip
_EDITED = {
    "OPTIONS", "RAINGAGES", "TIMESERIES", "LID_USAGE", "TEMPERATURE", "EVAPORATION", "FILES", "EVENTS", "REPORT",
}  # fmt: skip
_LID_REPORT = 8
"""Place of the report file among the words of a LID usage row."""
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def with_storm(inp: Inp, rain: Sequence[float], interval: int, start: datetime, duration: int) -> str:
    """The model's text under a storm.

    ``rain`` is the mean rate of each interval in kg/m2/s (= mm/s), ``interval`` and ``duration`` in whole
    seconds, ``start`` the local time of second 0. What is edited:

    - every rain gage reads the one series, with its interval equal to the series' spacing (an interval below
      the spacing drops rain without a word); series that only gages read, and gage files, are gone;
    - OPTIONS: the storm's dates, one thread, rain and routing on, SWMM's own snow off (the rain given here
      is rain); dated series that feed inflows or outfalls move along with the start;
    - no report tables, no FILES, no EVENTS, no files of climate or LID reports (``external_files`` names
      them);
    - a control rule for each pump that keeps a pump without power off, whatever other rules and its start
      depth say. It acts only on a setting that nothing but ``SwmmDrainage.set_pump`` gives.

    Raises ValueError for an interval or duration that is no positive whole number of seconds.
    """
    if interval <= 0 or duration <= 0 or interval != int(interval) or duration != int(duration):
        raise ValueError("interval and duration are whole seconds above zero")
    editor = _Editor(inp, rain, int(interval), start.replace(tzinfo=None), int(duration))
    return "\n".join(editor.lines()) + "\n"


def external_files(inp: Inp) -> tuple[str, ...]:
    """What the model would read from or write to other files and what ``with_storm`` therefore leaves out."""
    found = [f"line {r.line}: [FILES] {' '.join(r.words)}" for r in inp.rows("FILES")]
    for section in ("RAINGAGES", "TEMPERATURE", "EVAPORATION"):
        for row in inp.rows(section):
            if "FILE" in (word.upper() for word in row.words):
                found.append(f"line {row.line}: [{section}] {' '.join(row.words)}")
    return tuple(found)


def model_start(inp: Inp) -> datetime:
    """The date and time at which the model starts by its own OPTIONS."""
    day = parse_date(inp.options.get("START_DATE", "01/01/2004")) or date(2004, 1, 1)
    clock = [int(part) for part in inp.options.get("START_TIME", "0:00:00").split(":")]
    hours, minutes, seconds = [*clock, 0, 0][:3]
    return datetime(day.year, day.month, day.day) + timedelta(hours=hours, minutes=minutes, seconds=seconds)


def parse_date(word: str) -> date | None:
    """A SWMM date such as 07/20/2021 or JUL-20-2021; None for any other word."""
    parts = word.replace("-", "/").split("/")
    if len(parts) != 3:
        return None
    try:
        month = _MONTHS.index(parts[0].upper()) + 1 if parts[0].isalpha() else int(parts[0])
        return date(int(parts[2]), month, int(parts[1]))
    except ValueError:
        return None


class _Editor:
    def __init__(
        self, inp: Inp, rain: Sequence[float], interval: int, start: datetime, duration: int
    ) -> None:
        self._inp = inp
        self._rain, self._interval = rain, interval
        self._start, self._end = start, start + timedelta(seconds=duration)
        self._shift = start - model_start(inp)
        self._last_day: dict[str, date] = {}
        self._kept_series = {
            name
            for name in {row.words[0].upper() for row in inp.rows("TIMESERIES")}
            if name != RAIN.upper() and inp.mentions(name, ("TIMESERIES", "RAINGAGES"))
        }
        self._has_climate_file = any(
            "FILE" in (word.upper() for word in row.words)
            for section in ("TEMPERATURE", "EVAPORATION")
            for row in inp.rows(section)
        )

    def lines(self) -> Iterator[str]:
        """The edited text: every line in its place (empty where it is dropped), what is new at the end."""
        section = ""
        headers = dict(self._inp.headers)
        for number, line in enumerate(self._inp.text.splitlines(), 1):
            if number in headers:
                section = headers[number]
                yield line
            else:
                yield self._kept(section, line)
        for name, rows in (
            ("OPTIONS", self._options()),
            ("TIMESERIES", self._series()),
            ("CONTROLS", self._latches()),
            ("REPORT", ("INPUT NO", "CONTROLS NO", "SUBCATCHMENTS NONE", "NODES NONE", "LINKS NONE")),
        ):
            yield f"[{name}]"
            yield from rows

    def _kept(self, section: str, line: str) -> str:
        """The line as it goes on: itself, rewritten, or empty."""
        words = words_of(line)
        if not words or section not in _EDITED:
            return line
        if section == "OPTIONS":
            return "" if words[0].upper() in _DROPPED_OPTIONS else line
        if section == "RAINGAGES":
            return f"{words[0]} INTENSITY {_clock(self._interval)} 1.0 TIMESERIES {RAIN}"
        if section == "TIMESERIES":
            return self._shifted(words) if words[0].upper() in self._kept_series else ""
        if section == "LID_USAGE":
            return " ".join("*" if i == _LID_REPORT else word for i, word in enumerate(words))
        if section in ("TEMPERATURE", "EVAPORATION"):
            return "" if self._has_climate_file else line
        return ""

    def _options(self) -> Iterator[str]:
        for key, moment in (("START", self._start), ("REPORT_START", self._start), ("END", self._end)):
            yield f"{key}_DATE {moment:%m/%d/%Y}"
            yield f"{key}_TIME {moment:%H:%M:%S}"
        yield from ("THREADS 1", "IGNORE_RAINFALL NO", "IGNORE_ROUTING NO", "IGNORE_SNOWMELT YES")

    def _series(self) -> Iterator[str]:
        factor = 3600.0 / (1.0 if self._inp.metric else _MM_PER_INCH)
        for i, rate in enumerate(self._rain):
            moment = self._start + timedelta(seconds=i * self._interval)
            yield f"{RAIN} {moment:%m/%d/%Y %H:%M:%S} {rate * factor:.9g}"
        end = self._start + timedelta(seconds=len(self._rain) * self._interval)
        yield f"{RAIN} {end:%m/%d/%Y %H:%M:%S} 0"

    def _shifted(self, words: tuple[str, ...]) -> str:
        """A row of a time series with its dates moved to the storm.

        SWMM carries a date on to the rows below it that give times alone; rows of a series without any date
        count from the start and stay.
        """
        name, rest = words[0], list(words[1:])
        out = [name]
        while rest:
            if day := parse_date(rest[0]):
                self._last_day[name.upper()] = day
                rest.pop(0)
            last = self._last_day.get(name.upper())
            time = rest.pop(0) if rest else ""
            if last and time:
                moment = datetime(last.year, last.month, last.day) + _time_of_day(time) + self._shift
                time = f"{moment:%m/%d/%Y %H:%M:%S}"
            out += [time, *rest[:1]]
            rest = rest[1:]
        return " ".join(out)

    def _latches(self) -> Iterator[str]:
        for pump in self._inp.pumps:
            yield f"RULE stormyard_power_{pump}"
            yield f"IF PUMP {pump} SETTING > 0"
            yield f"AND PUMP {pump} SETTING < {LATCH_BELOW}"
            yield f"THEN PUMP {pump} SETTING = {LATCH}"
            yield "PRIORITY 1000000"
            yield ""


def _clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _time_of_day(word: str) -> timedelta:
    """A SWMM time: H:MM, H:MM:SS or decimal hours."""
    if ":" not in word:
        return timedelta(hours=float(word))
    parts = [float(part) for part in word.split(":")]
    hours, minutes, seconds = [*parts, 0.0, 0.0][:3]
    return timedelta(seconds=math.floor(3600 * hours + 60 * minutes + seconds + 0.5))
