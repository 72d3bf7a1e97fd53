"""Reading an EPA SWMM model (.inp): sections with line numbers, names, and everything that is wrong with it.

Only what Stormyard asks of a model is understood; all else stays text (``editing`` puts it under a storm).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from simulation.drainage.faults import no_land_rows, no_numbers, of_dates, of_line
from simulation.drainage.rows import (
    LEAST_WORDS,
    LINK_SECTIONS,
    LONGEST,
    MOST_BYTES,
    MOST_WORDS,
    NODE_SECTIONS,
    InpError,
    InpProblem,
    Row,
    Rows,
    brief,
    lines_of,
    section_name,
    words_of,
)

__all__ = [
    "ACRE", "FOOT", "MM_PER_INCH", "SI_FLOW_UNITS", "US_FLOW_UNITS", "Inp", "InpError", "InpProblem", "Link", "Node",
    "Row", "Subcatchment", "read_inp", "section_name", "words_of",
]  # fmt: skip

ACRE = 4046.8564224
"""m2"""
FOOT = 0.3048
"""m"""
MM_PER_INCH = 25.4
US_FLOW_UNITS = ("CFS", "GPM", "MGD")
SI_FLOW_UNITS = ("CMS", "LPS", "MLD")

_REFERS = {
    "XSECTIONS": "link", "LOSSES": "link", "INLET_USAGE": "link", "INFLOWS": "node", "DWF": "node",
    "RDII": "node", "TREATMENT": "node", "SUBAREAS": "subcatchment", "INFILTRATION": "subcatchment",
    "LID_USAGE": "subcatchment", "COVERAGES": "subcatchment", "GROUNDWATER": "subcatchment",
}  # fmt: skip
"""What the first word of a row in each section must name."""


class Node(NamedTuple):
    """A node: junction, outfall, divider or storage."""

    name: str
    kind: str
    line: int


class Link(NamedTuple):
    """A link: conduit, pump, orifice, weir or outlet."""

    name: str
    kind: str
    start: str
    end: str
    line: int


class Subcatchment(NamedTuple):
    """A piece of land that drains to a node or to another subcatchment."""

    name: str
    gage: str
    outlet: str
    area: float
    """m2"""
    impervious: float
    """0-1"""
    line: int


@dataclass(frozen=True)
class Inp:
    """A model as read: its lines, its rows by section, and its network by name.

    Names are looked up as SWMM does, whatever their case; nodes and links keep the order of the file,
    which is the engine's order.
    """

    text: str
    sections: Mapping[str, Sequence[Row]]
    headers: tuple[tuple[int, str], ...]
    """(line, section) of every section header."""
    options: dict[str, str]
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    subcatchments: tuple[Subcatchment, ...]
    gages: tuple[str, ...]
    coordinates: dict[str, tuple[float, float]]
    """Node -> x, y in the model's own map units."""
    flow_units: str = "CFS"
    ponding: bool = False
    """Whether water above the rim is kept and returns (ALLOW_PONDING)."""

    @property
    def metric(self) -> bool:
        """Whether lengths are in metres and areas in hectares (else feet and acres)."""
        return self.flow_units in SI_FLOW_UNITS

    @property
    def pumps(self) -> tuple[str, ...]:
        """Names of the links that are pumps."""
        return tuple(link.name for link in self.links if link.kind == "pump")

    @property
    def outfalls(self) -> tuple[str, ...]:
        """Names of the nodes that are outfalls."""
        return tuple(node.name for node in self.nodes if node.kind == "outfall")

    @cached_property
    def series(self) -> dict[str, list[int]]:
        """Places in [TIMESERIES] of the rows of each series, by its name in capitals."""
        found: dict[str, list[int]] = {}
        start = 0
        for name, same in groupby(row.words[0] for row in self.rows("TIMESERIES")):
            end = start + sum(1 for _ in same)
            found.setdefault(name.upper(), []).extend(range(start, end))
            start = end
        return found

    def rows(self, section: str) -> Sequence[Row]:
        """Rows of a section, empty where it has none."""
        return self.sections.get(section, ())

    def words_outside(self, *sections: str) -> set[str]:
        """Every word, in capitals, of the rows outside the given sections: what names are used there."""
        return {
            word.upper()
            for section, rows in self.sections.items()
            if section not in sections
            for row in rows
            for word in row.words
        }


def read_inp(text: str) -> Inp:
    """A model from its text. Raises InpError with every problem found."""
    reader = _Reader(text)
    inp = reader.read()
    if reader.problems:
        raise InpError(sorted(set(reader.problems), key=lambda p: (p.line, p.what)))
    return inp


class _Reader:
    """Walks a model once and keeps every problem it meets."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = lines_of(text)
        self.problems: list[InpProblem] = []
        self._sections: dict[str, Rows] = {}
        self._headers: list[tuple[int, str]] = []

    def read(self) -> Inp:
        if self._is_no_model():
            return _EMPTY
        self._split()
        options = {r.words[0].upper(): r.words[1] for r in self._rows("OPTIONS", 2)}
        units = options.get("FLOW_UNITS", "CFS").upper()
        if units not in US_FLOW_UNITS + SI_FLOW_UNITS:
            known = ", ".join(US_FLOW_UNITS + SI_FLOW_UNITS)
            self._problem(self._option_line("FLOW_UNITS"), f"'{units}' is no flow unit", f"units are {known}")
        area = 10_000.0 if units in SI_FLOW_UNITS else ACRE
        nodes = tuple(
            Node(row.words[0], kind, row.line)
            for section, row in self._in_file_order(NODE_SECTIONS)
            for kind in (NODE_SECTIONS[section],)
        )
        links = tuple(
            Link(row.words[0], LINK_SECTIONS[section], row.words[1], row.words[2], row.line)
            for section, row in self._in_file_order(LINK_SECTIONS)
        )
        subcatchments = tuple(self._subcatchments(area))
        gages = tuple(row.words[0] for row in self._rows("RAINGAGES", 2))
        inp = Inp(
            text=self._text,
            sections=self._sections,
            headers=tuple(self._headers),
            options=options,
            nodes=nodes,
            links=links,
            subcatchments=subcatchments,
            gages=gages,
            coordinates=dict(self._coordinates()),
            flow_units=units,
            ponding=options.get("ALLOW_PONDING", "NO").upper() == "YES",
        )
        self._check(inp)
        return inp

    def _is_no_model(self) -> bool:
        if "\x00" in self._text or "\ufffd" in self._text:
            bad = next(i for i, x in enumerate(self._lines or [""], 1) if "\x00" in x or "\ufffd" in x)
            self._problem(bad, "the file is not plain text", "save it as UTF-8 text from the SWMM editor")
            return True
        if not any(line.lstrip().startswith("[") for line in self._lines):
            hint = "a model starts with [TITLE] or [OPTIONS]; is this the right file?"
            self._problem(0, "no section was found: this is no SWMM model", hint)
            return True
        return False

    def _problem(self, line: int, what: str, hint: str = "") -> None:
        self.problems.append(InpProblem(line, brief(what), brief(hint)))

    def _split(self) -> None:
        current: Rows | None = None
        section, least = "", 0
        for number, line in enumerate(self._lines, 1):
            stripped = line.strip()
            if not stripped or stripped[0] == ";":
                continue
            if stripped[0] == "[":
                name = section_name(stripped)
                current, least = None, 0
                if name is None:
                    self._problem(
                        number, f"unknown section {stripped[:LONGEST]}", "SWMM would refuse the file here"
                    )
                    continue
                self._headers.append((number, name))
                section = name
                current, least = self._sections.setdefault(name, Rows()), LEAST_WORDS.get(name, 1)
            elif current is not None:
                words = words_of(line)
                if len(words) > MOST_WORDS or len(line) * 3 > MOST_BYTES:
                    self.problems.extend(of_line(section, Row(number, words), line))
                if len(words) < least:
                    hint = "the file may be cut off here" if number >= len(self._lines) - 1 else ""
                    if not line.isascii() and len(line.split()) > len(words):
                        hint = "words are parted by plain spaces or tabs; full-width and no-break spaces part none"
                    what = f"a row of [{section}] needs {least} items, this has {len(words)}"
                    self._problem(number, what, hint)
                    continue
                current.add(number, words)

    def _rows(self, section: str, least: int = 1) -> Iterator[Row]:
        return (row for row in self._sections.get(section, ()) if len(row.words) >= least)

    def _in_file_order(self, sections: dict[str, str]) -> Iterator[tuple[str, Row]]:
        pairs = [(section, row) for section in sections for row in self._sections.get(section, ())]
        return iter(sorted(pairs, key=lambda pair: pair[1].line))

    def _option_line(self, key: str) -> int:
        return next((r.line for r in self._rows("OPTIONS") if r.words[0].upper() == key), 0)

    def _number(self, row: Row, position: int, what: str, above: float = 0.0) -> float:
        word = row.words[position]
        try:
            value = float(word)
        except ValueError:
            self._problem(row.line, f"the {what} of '{row.words[0]}' is '{word}', which is no number")
            return 1.0
        if not above < value < math.inf:
            hint = f"it must be above {above:g}" if above == 0 else "it must not be negative"
            self._problem(row.line, f"the {what} of '{row.words[0]}' is {word}", hint)
        return value

    def _subcatchments(self, area: float) -> Iterator[Subcatchment]:
        for row in self._rows("SUBCATCHMENTS"):
            size = self._number(row, 3, "area", above=-1e-9)
            impervious = min(self._number(row, 4, "imperviousness", above=-1e-9) / 100, 1.0)
            name, gage, outlet = row.words[:3]
            yield Subcatchment(name, gage, outlet, size * area, impervious, row.line)

    def _coordinates(self) -> Iterator[tuple[str, tuple[float, float]]]:
        for row in self._rows("COORDINATES"):
            try:
                yield row.words[0], (float(row.words[1]), float(row.words[2]))
            except ValueError:
                self._problem(row.line, f"the coordinates of '{row.words[0]}' are no numbers")

    def _check(self, inp: Inp) -> None:
        known = {
            "node": self._unique(inp.nodes, "node"),
            "link": self._unique(inp.links, "link"),
            "subcatchment": self._unique(inp.subcatchments, "subcatchment"),
        }
        if not inp.nodes:
            self._problem(0, "the model has no nodes", "the file may be cut off")
        elif not inp.outfalls:
            self._problem(0, "the model has no outfall", "water must leave somewhere: add one in [OUTFALLS]")
        for link in inp.links:
            for end in (link.start, link.end):
                if end.upper() not in known["node"]:
                    what = f"{link.kind} '{link.name}' ends at node '{end}', which is nowhere defined"
                    self._problem(link.line, what, "add the node or correct the name")
            if link.start.upper() == link.end.upper():
                self._problem(link.line, f"{link.kind} '{link.name}' starts and ends at '{link.start}'")
        for row in self._rows("CONDUITS"):
            self._number(row, 3, "length")
            self._number(row, 4, "roughness")
        self._check_land(inp, known)
        self._check_references(inp, known)
        self.problems.extend(of_dates(inp.rows("OPTIONS")))
        told = {p.line for p in self.problems}
        self.problems.extend(p for p in no_numbers(inp.text, inp.sections) if p.line not in told)
        self.problems.extend(
            no_land_rows([(x.name, x.line, x.impervious) for x in inp.subcatchments], inp.sections)
        )

    def _unique(self, items: Iterable[Node | Link | Subcatchment], what: str) -> set[str]:
        seen: dict[str, int] = {}
        for item in items:
            key = item.name.upper()
            if key in seen:
                self._problem(item.line, f"{what} '{item.name}' stands twice, first in line {seen[key]}")
            seen.setdefault(key, item.line)
        return set(seen)

    def _check_land(self, inp: Inp, known: dict[str, set[str]]) -> None:
        gages = {g.upper() for g in inp.gages}
        for land in inp.subcatchments:
            if land.gage.upper() not in gages and land.gage != "*":
                what = f"subcatchment '{land.name}' has its rain from gage '{land.gage}', which is not there"
                self._problem(land.line, what, "add it to [RAINGAGES]")
            if land.outlet.upper() not in known["node"] | known["subcatchment"]:
                what = f"subcatchment '{land.name}' drains to '{land.outlet}', which is nowhere defined"
                self._problem(land.line, what, "name a node or a subcatchment")

    def _check_references(self, inp: Inp, known: dict[str, set[str]]) -> None:
        for section, what in _REFERS.items():
            for row in self._rows(section):
                if row.words[0].upper() not in known[what]:
                    self._problem(row.line, f"[{section}] names {what} '{row.words[0]}', which is not there")
        shaped = {row.words[0].upper() for row in self._rows("XSECTIONS")}
        of_shape = [x for x in inp.links if x.kind in ("conduit", "orifice", "weir")]
        bare = [x for x in of_shape if x.name.upper() not in shaped]
        if bare:
            names = ", ".join(f"'{x.name}'" for x in bare[:3]) + (" and others" if len(bare) > 3 else "")
            what = f"{len(bare)} link{'s have' if len(bare) > 1 else ' has'} no cross-section: {names}"
            self._problem(bare[0].line, what, "the file may be cut off before the end of [XSECTIONS]")
        filed = [r for r in self._rows("TIMESERIES", 3) if r.words[1].upper() == "FILE"]
        used = inp.words_outside("TIMESERIES", "RAINGAGES") if filed else set()
        for row in filed:
            name, file = row.words[0], row.words[2]
            if name.upper() in used:
                what = f"time series '{name}' reads the file '{file}', which does not travel with the model"
                self._problem(row.line, what, "paste its rows into [TIMESERIES]")


_EMPTY = Inp("", {}, (), {}, (), (), (), (), {})
