"""What SWMM would swallow without a word, or choke on without a line: looked for in a model's rows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from simulation.drainage.dates import FIRST, moment
from simulation.drainage.rows import MOST_BYTES, MOST_WORDS, InpError, InpProblem, Row, brief

_WORDS = frozenset({
    "TITLE", "FILES", "REPORT", "TAGS", "MAP", "POLYGONS", "VERTICES", "LABELS", "SYMBOLS", "BACKDROP", "PROFILES",
})  # fmt: skip
"""Sections that no water depends on."""
_ENDLESS = tuple(map(re.compile, (r"nan(?!\w)", r"inf(?:inity)?(?!\w)", r"e(?<=[\d.]e)\+?\d{3}")))
"""Where a text in small letters may hold a number without bounds. Each begins with a letter, which is found fast."""
_MANY = 300
"""Digits without an exponent that may be such a number."""
Rows = Mapping[str, Sequence[Row]]


def of_line(section: str, row: Row, line: str) -> Iterator[InpProblem]:
    """A row that SWMM would read in pieces: it cuts long lines into several and drops words beyond the fortieth."""
    if section in _WORDS:
        return
    if len(line) * 3 > MOST_BYTES:
        size = len(line.partition(";")[0].rstrip().encode())
        if size > MOST_BYTES:
            what = f"the line is {size} bytes long, of which SWMM reads {MOST_BYTES}"
            yield InpProblem(row.line, what, "write it as several rows")
    if len(row.words) > MOST_WORDS:
        what = f"the row has {len(row.words)} items, of which SWMM reads {MOST_WORDS}"
        yield InpProblem(row.line, what, "write it as several rows")


def of_dates(options: Sequence[Row]) -> Iterator[InpProblem]:
    """Dates and times of OPTIONS that are none, and an end before the start."""
    found: dict[str, datetime] = {}
    for key in ("START", "REPORT_START", "END"):
        try:
            found[key] = moment(options, key, found.get("START", FIRST))
        except InpError as error:
            yield from error.problems
    start, end = found.get("START"), found.get("END")
    if start is not None and end is not None and end < start:
        line = next(r.line for r in options if r.words[0].upper() in ("END_DATE", "END_TIME"))
        what = f"the model ends on {end:%m/%d/%Y %H:%M}, before it starts on {start:%m/%d/%Y %H:%M}"
        yield InpProblem(line, what, "correct START_DATE or END_DATE")


def no_numbers(text: str, sections: Rows) -> Iterator[InpProblem]:
    """Words such as ``nan``, ``inf`` and ``1e999``, which SWMM takes for numbers, where they are no names."""
    small = text.lower()
    if not any(kind.search(small) for kind in _ENDLESS) and max(map(len, text.split("\n"))) < _MANY:
        return
    names = {row.words[0].upper() for rows in sections.values() for row in rows}
    for section in sorted(sections.keys() - _WORDS):
        for row in sections[section]:
            for word in row.words[1:]:
                if _is_endless(word) and word.upper() not in names:
                    what = brief(f"a row of [{section}] has '{word}', which is no finite number")
                    yield InpProblem(row.line, what)


def _is_endless(word: str) -> bool:
    try:
        return not math.isfinite(float(word))
    except ValueError:
        return False


def no_land_rows(lands: Sequence[tuple[str, int, float]], sections: Rows) -> Iterator[InpProblem]:
    """Subcatchments, as (name, line, share impervious), that SWMM would give no runoff or no soil: their rows in
    [SUBAREAS] or [INFILTRATION] are missing, as after a cut."""
    for section, hint, least in (
        ("SUBAREAS", "without it no rain runs off; the file may be cut off", 2.0),
        ("INFILTRATION", "without it the ground takes in no rain; the file may be cut off", 1.0),
    ):
        there = {row.words[0].upper() for row in sections.get(section, ())}
        bare = [(name, line) for name, line, share in lands if name.upper() not in there and share < least]
        if bare:
            names = ", ".join(f"'{name}'" for name, _ in bare[:3]) + (" and others" if len(bare) > 3 else "")
            count = "1 subcatchment has" if len(bare) == 1 else f"{len(bare)} subcatchments have"
            yield InpProblem(bare[0][1], brief(f"{count} no row in [{section}]: {names}"), hint)
