"""A SWMM model put under a storm: the text that is really run. All that is not named here stays as it was,
on the line where it was, so that what SWMM complains about is found in the planner's own file."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from simulation.drainage.dates import FIRST, moment, moved, parse_date, time_of_day
from simulation.drainage.inp import MM_PER_INCH, Inp
from simulation.drainage.rows import MOST_BYTES, InpError, InpProblem, lines_of, words_of

RAIN = "stormyard_rain"
"""Name of the one rain series that all gages read."""
LATCH = 1e-4
"""A pump setting in (0, ``LATCH_BELOW``) means "no power"; a control rule holds it there, see below."""
LATCH_BELOW = 1e-3
_DATES = {f"{key}_{part}" for key in ("START", "REPORT_START", "END") for part in ("DATE", "TIME")}
_SWITCHES = {"THREADS", "IGNORE_RAINFALL", "IGNORE_ROUTING", "IGNORE_SNOWMELT", "TEMPDIR"}
_DROPPED = {"FILES", "EVENTS", "REPORT"}
_CLIMATE = {"TEMPERATURE", "EVAPORATION"}
_LID_REPORT = 8
"""Place of the report file among the words of a LID usage row."""
_NO_REPORT = ("INPUT NO", "CONTROLS NO", "SUBCATCHMENTS NONE", "NODES NONE", "LINKS NONE")
Edit = Callable[[int, str, tuple[str, ...]], str | None]
"""(line number, section, words) -> the new line, or None to leave the row to the rules for all edits."""


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

    Raises ValueError for an interval or duration that is no positive whole number of seconds, InpError for
    dates or times that cannot be read.
    """
    if interval <= 0 or duration <= 0 or interval != int(interval) or duration != int(duration):
        raise ValueError("interval and duration are whole seconds above zero")
    start = start.replace(tzinfo=None)
    shift = _Shift(inp, start - model_start(inp))
    gage = f"INTENSITY {int(interval) // 3600}:{interval // 60 % 60:02d}:{interval % 60:02d} 1.0 TIMESERIES"

    def edit(number: int, section: str, words: tuple[str, ...]) -> str | None:
        if section == "OPTIONS" and words[0].upper() in _DATES | _SWITCHES:
            return ""
        if section == "RAINGAGES":
            return f"{words[0]} {gage} {RAIN}"
        if section == "TIMESERIES":
            return shift.row(number, words)
        return None

    added = {
        "OPTIONS": [*_dates(start, duration), *_switches(routing=True)],
        "TIMESERIES": _series(rain, interval, start, 1.0 if inp.metric else MM_PER_INCH),
        "CONTROLS": _latches(inp.pumps),
    }
    return _rewritten(inp, edit, added)


def with_own_rain(inp: Inp, folder: Path) -> str:
    """The model's text with its own gages and dates, and no flow routing: to learn what rain it was made for.

    Rain files are looked for beside the model, in ``folder``. Raises InpError where one is missing.
    """

    def edit(number: int, section: str, words: tuple[str, ...]) -> str | None:
        if section == "OPTIONS" and words[0].upper() in _SWITCHES:
            return ""
        upper = [word.upper() for word in words]
        if section in ("RAINGAGES", "TIMESERIES") and "FILE" in upper[:-1]:
            place = upper.index("FILE") + 1
            file = (folder / words[place]).resolve()
            if not file.is_file():
                hint = f"put it beside the model in {folder}"
                raise InpError([InpProblem(number, f"the rain file '{words[place]}' is missing", hint)])
            return " ".join(f'"{file}"' if i == place else word for i, word in enumerate(words))
        return None

    return _rewritten(inp, edit, {"OPTIONS": _switches(routing=False)})


def _rewritten(inp: Inp, edit: Edit, added: dict[str, Iterable[str]]) -> str:
    """Every line in its place (empty where it is dropped), what is added at the end."""
    headers = dict(inp.headers)
    has_climate_file = any(
        "FILE" in (word.upper() for word in row.words) for name in _CLIMATE for row in inp.rows(name)
    )
    section, lines = "", []
    for number, line in enumerate(lines_of(inp.text), 1):
        section = headers.get(number, section)
        words = words_of(line)
        if number in headers or not words:
            lines.append(_short(line))
            continue
        new = edit(number, section, words)
        if new is not None:
            lines.append(new)
        elif section in _DROPPED or (section in _CLIMATE and has_climate_file):
            lines.append("")
        elif section == "LID_USAGE" and len(words) > _LID_REPORT:
            lines.append(" ".join("*" if i == _LID_REPORT else word for i, word in enumerate(words)))
        else:
            lines.append(_short(line))
    for name, rows in {**added, "REPORT": _NO_REPORT}.items():
        lines += [f"[{name}]", *rows]
    return "\n".join(lines) + "\n"


def _short(line: str) -> str:
    """A line without its comment where that makes it too long: SWMM would read the rest as a line of its own."""
    return line.partition(";")[0] if len(line.encode()) > MOST_BYTES else line


def external_files(inp: Inp) -> tuple[str, ...]:
    """What the model would read from or write to other files and what ``with_storm`` therefore leaves out."""
    found = [f"line {r.line}: [FILES] {' '.join(r.words)}" for r in inp.rows("FILES")]
    for section in ("RAINGAGES", *sorted(_CLIMATE)):
        for row in inp.rows(section):
            if "FILE" in (word.upper() for word in row.words):
                found.append(f"line {row.line}: [{section}] {' '.join(row.words)}")
    return tuple(found)


def model_start(inp: Inp) -> datetime:
    """The date and time at which the model starts by its own OPTIONS. Raises InpError for an unreadable one."""
    return moment(inp.rows("OPTIONS"), "START", FIRST)


def model_duration(inp: Inp) -> int:
    """Whole seconds the model runs by its own OPTIONS; at least 1."""
    start = model_start(inp)
    return max(1, math.floor((moment(inp.rows("OPTIONS"), "END", start) - start).total_seconds()))


def _dates(start: datetime, duration: int) -> Iterator[str]:
    end = start + timedelta(seconds=duration)
    for key, time in (("START", start), ("REPORT_START", start), ("END", end)):
        yield f"{key}_DATE {time:%m/%d/%Y}"
        yield f"{key}_TIME {time:%H:%M:%S}"


def _switches(routing: bool) -> tuple[str, ...]:
    ignore = "NO" if routing else "YES"
    return ("THREADS 1", "IGNORE_RAINFALL NO", "IGNORE_SNOWMELT YES", f"IGNORE_ROUTING {ignore}")


def _series(rain: Sequence[float], interval: int, start: datetime, unit: float) -> Iterator[str]:
    """Rows of the rain series in ``unit`` mm an hour, with a closing zero."""
    for i, rate in enumerate((*rain, 0.0)):
        time = start + timedelta(seconds=i * int(interval))
        yield f"{RAIN} {time:%m/%d/%Y %H:%M:%S} {rate * 3600.0 / unit:.9g}"


def _latches(pumps: Sequence[str]) -> Iterator[str]:
    """A rule for each pump: a setting that stands for "no power" keeps itself."""
    for pump in pumps:
        yield f"RULE stormyard_power_{pump}"
        yield f"IF PUMP {pump} SETTING > 0"
        yield f"AND PUMP {pump} SETTING < {LATCH_BELOW}"
        yield f"THEN PUMP {pump} SETTING = {LATCH}"
        yield "PRIORITY 1000000"
        yield ""


class _Shift:
    """Moves the dates of time series that something else than a gage reads; drops the other series."""

    def __init__(self, inp: Inp, shift: timedelta) -> None:
        self._shift = shift
        self._used = inp.words_outside("TIMESERIES", "RAINGAGES") - {RAIN.upper()}
        self._last_day: dict[str, date] = {}

    def row(self, line: int, words: tuple[str, ...]) -> str:
        """A row moved to the storm.

        SWMM carries a date on to the rows below it that give times alone; rows of a series without any date
        count from the start and stay.
        """
        name = words[0].upper()
        if name not in self._used:
            return ""
        out, rest = [words[0]], list(words[1:])
        while rest:
            if day := parse_date(rest[0]):
                self._last_day[name] = day
                rest.pop(0)
            last = self._last_day.get(name)
            time = rest.pop(0) if rest else ""
            if last and time:
                day_and_shift = datetime(last.year, last.month, last.day) + time_of_day(time, line)
                shifted = moved(day_and_shift, self._shift, time, line)
                time = f"{shifted:%m/%d/%Y %H:%M:%S}"
            out += [time, *rest[:1]]
            rest = rest[1:]
        return " ".join(out)
