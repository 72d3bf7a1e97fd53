"""Reading the words of a model's rows as numbers, names and choices in SI, and keeping what is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from simulation.drainage.inp import FOOT, Inp, InpError, InpProblem, Row
from simulation.drainage.swmm import FLOW

HINT_SWMM = "set physics.water.engine to swmm, or leave this out of the model"


class Words:
    """A model's words in SI. Problems are collected; ``check`` raises them all at once."""

    def __init__(self, inp: Inp) -> None:
        self.inp = inp
        self.problems: list[InpProblem] = []
        self.length = 1.0 if inp.metric else FOOT
        """m in the model's unit of length."""
        self.flow = FLOW[inp.flow_units]
        """m3/s in the model's unit of flow."""
        self.node = {node.name.upper(): i for i, node in enumerate(inp.nodes)}
        self.link = {link.name.upper(): i for i, link in enumerate(inp.links)}
        self.by_elevation = inp.options.get("LINK_OFFSETS", "DEPTH").upper() == "ELEVATION"

    def problem(self, line: int, what: str, hint: str = "") -> None:
        """Keep something that is wrong."""
        self.problems.append(InpProblem(line, what, hint))

    def refuse(self, line: int, what: str) -> None:
        """Keep something that is right but not supported here."""
        self.problem(line, f"{what} is not supported by the native drainage engine", HINT_SWMM)

    def check(self) -> None:
        """Raise InpError with all problems so far."""
        if self.problems:
            raise InpError(sorted(set(self.problems), key=lambda p: (p.line, p.what)))

    def number(
        self, row: Row, place: int, what: str, default: float | None = None, least: float = -math.inf
    ) -> float:
        """Word ``place`` of a row; ``default`` (None: required) where there is none or ``*``."""
        word = row.words[place] if place < len(row.words) else ""
        if word in ("", "*") and default is not None:
            return default
        try:
            value = float(word)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            shown = f"'{word}', which is no number" if word else "missing"
            self.problem(row.line, f"the {what} of '{row.words[0]}' is {shown}")
            return default if default is not None else max(least, 0.0)
        if value < least:
            self.problem(
                row.line, f"the {what} of '{row.words[0]}' is {word}", f"it must be at least {least:g}"
            )
            return max(least, 0.0)
        return value

    def choice(
        self, row: Row, place: int, what: str, choices: Sequence[str], default: int | None = None
    ) -> int:
        """Index of word ``place`` among ``choices``; like SWMM, a longer word that begins with one is that one."""
        word = row.words[place].upper() if place < len(row.words) else ""
        if word in ("", "*") and default is not None:
            return default
        found = [i for i, name in enumerate(choices) if word == name] or [
            i for i, name in enumerate(choices) if word.startswith(name)
        ]
        if found:
            return found[0]
        shown = f"'{word}'" if word else "missing"
        self.problem(
            row.line, f"the {what} of '{row.words[0]}' is {shown}", f"choose from {', '.join(choices)}"
        )
        return default or 0

    def switch(self, row: Row, place: int, what: str, default: bool = False) -> bool:
        """A YES or NO."""
        return bool(self.choice(row, place, what, ("NO", "YES"), int(default)))

    def offset(self, row: Row, place: int, invert: float, default: float | None = None) -> float:
        """m above the invert (m, elevation) at which a link's bottom lies; a level below it is the invert."""
        if self.by_elevation and row.words[place : place + 1] == ("*",):
            return 0.0
        value = self.length * self.number(row, place, "offset", default)
        return max(value - invert if self.by_elevation else value, 0.0)

    def option(self, name: str) -> tuple[str, int]:
        """(value in capitals, line) of an option; ("", 0) where it is not given. The last row counts."""
        for row in reversed(self.inp.rows("OPTIONS")):
            if row.words[0].upper() == name and len(row.words) > 1:
                return row.words[1].upper(), row.line
        return "", 0
