"""Pumps, orifices, weirs and outlets of a model."""

from __future__ import annotations

import numpy as np

from simulation.drainage.inp import Row
from simulation.drainage.native.curves import CurveBook, Ragged
from simulation.drainage.native.layout import (
    ORIFICE,
    ORIFICE_KINDS,
    OUTLET,
    PUMP,
    PUMP_KINDS,
    TRANSVERSE,
    V_NOTCH,
    WEIR,
    WEIR_KINDS,
    Links,
    Orifices,
    Outlets,
    Pumps,
    Weirs,
)
from simulation.drainage.native.links import link_rows
from simulation.drainage.native.sections import SectionBook
from simulation.drainage.native.words import Words

_HOUR = 3600.0
_WEIR_WORDS = (*WEIR_KINDS, "ROADWAY")
_WEIR_SHAPES = ("RECT_OPEN", "RECT_OPEN", "TRIANGULAR", "TRAPEZOIDAL", "RECT_OPEN")


class Regulators:
    """Reads the links that are no conduits; their curves go into ``curves``."""

    def __init__(
        self, words: Words, links: Links, book: SectionBook, curves: CurveBook, ragged: Ragged
    ) -> None:
        self._words = words
        self._links = links
        self._book = book
        self._curves = curves
        self._ragged = ragged
        self._rows = link_rows(words)

    def _of(self, kind: int) -> tuple[np.ndarray, list[Row]]:
        where = np.flatnonzero(self._links.kind == kind).astype(np.int32)
        return where, [self._rows[self._links.names[j].upper()] for j in where]

    def pumps(self) -> Pumps:
        """Pumps with their curves."""
        words = self._words
        where, rows = self._of(PUMP)
        kind, curve = np.zeros(len(where), dtype=np.int8), np.full(len(where), -1, dtype=np.int32)
        setting, start, stop = np.ones(len(where)), np.zeros(len(where)), np.zeros(len(where))
        for i, row in enumerate(rows):
            name = row.words[3] if len(row.words) > 3 else "*"
            if name != "*":
                points = self._curves.points(row, 3, *PUMP_KINDS[1:])
                found = self._curves.kind(name)
                kind[i] = PUMP_KINDS.index(found) if found in PUMP_KINDS else 0
                unit = words.length**3 if found == "PUMP1" else words.length
                curve[i] = self._ragged.add(name.upper(), points, unit, words.flow)
            else:
                self._check_ideal(row, int(where[i]))
            setting[i] = words.choice(row, 4, "initial status", ("OFF", "ON"), 1)
            start[i] = words.length * words.number(row, 5, "start depth", 0.0, least=0)
            stop[i] = words.length * words.number(row, 6, "stop depth", 0.0, least=0)
            if 0 < start[i] <= stop[i]:
                words.problem(
                    row.line, f"pump '{row.words[0]}' stops at a depth at or above that where it starts"
                )
        return Pumps(where, kind, curve, setting, start, stop)

    def _check_ideal(self, row: Row, link: int) -> None:
        """An ideal pump takes all that comes, so nothing else may take from its node."""
        node = self._links.start[link]
        if (self._links.start == node).sum() > 1:
            what = f"pump '{row.words[0]}' has no curve, so it must be the only way out of its node"
            self._words.problem(row.line, what, "give it a curve in [CURVES]")

    def orifices(self) -> Orifices:
        """Orifices with their openings."""
        words = self._words
        where, rows = self._of(ORIFICE)
        kind, circular = np.zeros(len(where), dtype=np.int8), np.zeros(len(where), dtype=bool)
        coefficient, opening = np.zeros((2, len(where)))
        for i, row in enumerate(rows):
            kind[i] = words.choice(row, 3, "kind", ORIFICE_KINDS)
            coefficient[i] = words.number(row, 5, "discharge coefficient", least=0)
            opening[i] = _HOUR * words.number(row, 7, "hours to open", 0.0, least=0)
            circular[i] = self._shape_of(row, ("CIRCULAR", "RECT_CLOSED")) == "CIRCULAR"
        height, width = self._sizes(where)
        return Orifices(where, kind, circular, height, width, coefficient, opening)

    def weirs(self) -> Weirs:
        """Weirs with their crests."""
        words = self._words
        where, rows = self._of(WEIR)
        unit = words.length**0.5
        kind, curve = np.zeros(len(where), dtype=np.int8), np.full(len(where), -1, dtype=np.int32)
        surcharge = np.zeros(len(where), dtype=bool)
        main, ends, contractions, slope, length = np.zeros((5, len(where)))
        height, width = self._sizes(where)
        for i, row in enumerate(rows):
            choice = words.choice(row, 3, "kind", _WEIR_WORDS)
            self._shape_of(row, (_WEIR_SHAPES[choice],))
            if choice == len(WEIR_KINDS):
                words.refuse(row.line, f"roadway weir '{row.words[0]}'")
                choice = TRANSVERSE
            kind[i] = choice
            main[i] = unit * words.number(row, 5, "discharge coefficient", least=0)
            contractions[i] = words.number(row, 7, "end contractions", 0.0, least=0)
            ends[i] = unit * words.number(row, 8, "end coefficient", 0.0, least=0)
            surcharge[i] = words.switch(row, 9, "surcharge", default=True)
            profile = self._book.profile(self._links.section[where[i]])
            length[i] = 0.0 if choice == V_NOTCH else profile.width[0]
            slope[i] = (width[i] - length[i]) / 2 / height[i] if profile.shape != "RECT_OPEN" else 0.0
            if len(row.words) > 12 and row.words[12] != "*":
                points = self._curves.points(row, 12, "WEIR")
                curve[i] = self._ragged.add(row.words[12].upper(), points, words.length, unit)
        return Weirs(where, kind, main, ends, length, slope, height, contractions, surcharge, curve)

    def _shape_of(self, row: Row, allowed: tuple[str, ...]) -> str:
        shape = self._book.shape(row.words[0])
        if shape not in allowed:
            what = f"'{row.words[0]}' cannot have the shape {shape}"
            self._words.problem(row.line, what, f"it must be {' or '.join(allowed)}")
        return shape

    def _sizes(self, where: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        profiles = [self._book.profile(place) for place in self._links.section[where]]
        return np.array([p.full_depth for p in profiles], float), np.array(
            [p.max_width for p in profiles], float
        )

    def outlets(self) -> Outlets:
        """Outlets with their ratings."""
        words = self._words
        where, rows = self._of(OUTLET)
        by_head, curve = np.zeros(len(where), dtype=bool), np.full(len(where), -1, dtype=np.int32)
        coefficient, exponent = np.zeros((2, len(where)))
        for i, row in enumerate(rows):
            by_head[i] = row.words[4].upper().endswith("/HEAD")
            if words.choice(row, 4, "kind", ("FUNCTIONAL", "TABULAR")) == 1:
                points = self._curves.points(row, 5, "RATING")
                curve[i] = self._ragged.add(row.words[5].upper(), points, words.length, words.flow)
                continue
            exponent[i] = words.number(row, 6, "exponent")
            coefficient[i] = words.flow * words.number(row, 5, "coefficient") / words.length ** exponent[i]
        return Outlets(where, by_head, curve, coefficient, exponent)
