"""The text of an EPA SWMM model (.inp): lines, sections, words, and how a problem in them is told.

Section order, keywords and minimum items a row follow the SWMM 5.2 user's manual, appendix D.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, overload

from simulation.drainage.protocol import DrainageError

SECTIONS = (
    "TITLE", "OPTIONS", "FILES", "RAINGAGES", "EVAPORATION", "TEMPERATURE", "ADJUSTMENTS", "SUBCATCHMENTS",
    "SUBAREAS", "INFILTRATION", "LID_CONTROLS", "LID_USAGE", "AQUIFERS", "GROUNDWATER", "GWF", "SNOWPACKS",
    "JUNCTIONS", "OUTFALLS", "DIVIDERS", "STORAGE", "CONDUITS", "PUMPS", "ORIFICES", "WEIRS", "OUTLETS",
    "XSECTIONS", "TRANSECTS", "STREETS", "INLETS", "INLET_USAGE", "LOSSES", "CONTROLS", "POLLUTANTS",
    "LANDUSES", "COVERAGES", "BUILDUP", "WASHOFF", "TREATMENT", "INFLOWS", "DWF", "RDII", "HYDROGRAPHS",
    "LOADINGS", "CURVES", "TIMESERIES", "PATTERNS", "EVENTS", "REPORT", "MAP", "POLYGONS", "COORDINATES",
    "VERTICES", "LABELS", "SYMBOLS", "BACKDROP", "TAGS", "PROFILES",
)  # fmt: skip
NODE_SECTIONS = {"JUNCTIONS": "junction", "OUTFALLS": "outfall", "DIVIDERS": "divider", "STORAGE": "storage"}
LINK_SECTIONS = {
    "CONDUITS": "conduit", "PUMPS": "pump", "ORIFICES": "orifice", "WEIRS": "weir", "OUTLETS": "outlet",
}  # fmt: skip
LEAST_WORDS = {
    "RAINGAGES": 6, "SUBCATCHMENTS": 8, "SUBAREAS": 7, "JUNCTIONS": 2, "OUTFALLS": 3, "DIVIDERS": 4,
    "STORAGE": 6, "CONDUITS": 7, "PUMPS": 4, "ORIFICES": 6, "WEIRS": 6, "OUTLETS": 6, "XSECTIONS": 3,
    "LOSSES": 4, "INFLOWS": 3, "DWF": 3, "COORDINATES": 3, "INLET_USAGE": 4, "CURVES": 3,
}  # fmt: skip
"""Fewest words a row of a section needs; a shorter row is refused by SWMM too, which falls over one of [CURVES] with a
name alone."""
MOST_BYTES, MOST_WORDS = 1023, 40
"""Of a line: SWMM takes what goes beyond for a line of its own, and drops words beyond without a word."""
LONGEST = 60
"""Characters of a word that a message shows."""


class InpProblem(NamedTuple):
    """One thing that is wrong with a model."""

    line: int
    """Line of the .inp, from 1; 0 = the model as a whole."""
    what: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.what}" + (f" ({self.hint})" if self.hint else "")


class InpError(DrainageError):
    """A model that cannot be used, with all that was found wrong with it."""

    def __init__(self, problems: Iterable[InpProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(p) for p in self.problems)


class Row(NamedTuple):
    """A data row: its line and its words, comments stripped."""

    line: int
    words: tuple[str, ...]


class Rows(Sequence[Row]):
    """The rows of a section, as they are added. What it keeps is plain, and so no work for the garbage collector."""

    def __init__(self) -> None:
        self._lines: list[int] = []
        self._words: list[tuple[str, ...]] = []

    def add(self, line: int, words: tuple[str, ...]) -> None:
        """One more row at the end."""
        self._lines.append(line)
        self._words.append(words)

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[Row]:
        return map(Row, self._lines, self._words)

    def __reversed__(self) -> Iterator[Row]:
        return map(Row, reversed(self._lines), reversed(self._words))

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        if isinstance(place, slice):
            return list(map(Row, self._lines[place], self._words[place]))
        return Row(self._lines[place], self._words[place])


def section_name(header: str) -> str | None:
    """The section a header such as ``[Coord]`` stands for; SWMM lets names be cut short and in any case."""
    word = header.strip().lstrip("[").split("]")[0].strip().upper()
    if word in SECTIONS:
        return word
    near = [name for name in SECTIONS if len(word) >= 4 and (name.startswith(word) or word.startswith(name))]
    return near[0] if len(near) == 1 else None


def lines_of(text: str) -> list[str]:
    """Lines of a text as SWMM and every editor count them; other separators of Unicode stand within lines."""
    lines = (text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text).split("\n")
    return lines if lines[-1] else lines[:-1]


def words_of(line: str) -> tuple[str, ...]:
    """Words of a line without its comment, parted by spaces and tabs alone; a quoted text is one word."""
    if ";" in line:
        line = line[: line.index(";")]
    if '"' not in line:
        return tuple(_words(line))
    words: list[str] = []
    for i, part in enumerate(line.split('"')):
        words.extend([part] if i % 2 else _words(part))
    return tuple(words)


def _words(text: str) -> list[str]:
    return text.split() if text.isascii() else re.findall(r"[^ \t\n\r]+", text)


def brief(text: str) -> str:
    """A text whose longest words are cut short, so that a message stays one."""
    return re.sub(rf"\S{{{LONGEST},}}", lambda word: word[0][: LONGEST - 3] + "...", text)
