"""Drain models with wider pipes and stronger pumps: the text with the rows that change, all else as it was."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from simulation.drainage.inp import FOOT, Inp, read_inp
from simulation.drainage.rows import lines_of

WIDER = 1.3
"""Times the height and width of a pipe that is renewed: about twice its flow (Manning: diameter to the power 8/3)."""
STRONGER = 1.5
"""Times the flow of a pumping station that is enlarged."""
REACH = 3
"""Conduits below a flooded node that are renewed with its own (a setting: relief has to lead somewhere)."""
WIDENED = {"CIRCULAR": 1, "FILLED_CIRCULAR": 1, "RECT_CLOSED": 2, "RECT_OPEN": 2, "TRAPEZOIDAL": 2, "TRIANGULAR": 2,
           "ARCH": 2, "HORIZ_ELLIPSE": 2, "VERT_ELLIPSE": 2, "EGG": 1, "HORSESHOE": 1}  # fmt: skip
"""By shape: how many of its first sizes grow."""
_SHAPE, _SIZES = 1, 2


class Pipe(NamedTuple):
    """A conduit that can be renewed."""

    name: str
    length: float
    """m"""
    height: float
    """m, as it is now."""


def below(inp: Inp, node: str, reach: int = REACH) -> list[Pipe]:
    """The conduits that lead away from a node, ``reach`` of them at most, those whose shape can be widened; where the
    water may go several ways, the one with the largest pipe."""
    metre = 1.0 if inp.metric else FOOT
    length = {row.words[0].upper(): float(row.words[3]) * metre for row in inp.rows("CONDUITS")}
    section = {row.words[0].upper(): row.words for row in inp.rows("XSECTIONS")}
    found: list[Pipe] = []
    at, seen = node.upper(), set[str]()
    while len(found) < reach and at not in seen:
        seen.add(at)
        ways = [
            (float(words[_SIZES]) * metre, link)
            for link in inp.links
            if link.start.upper() == at and (words := section.get(link.name.upper())) is not None
            and link.name.upper() in length and words[_SHAPE].upper() in WIDENED
        ]  # fmt: skip
        if not ways:
            break
        height, link = max(ways, key=lambda way: (way[0], way[1].name))
        found.append(Pipe(link.name, length[link.name.upper()], height))
        at = link.end.upper()
    return found


def pump_flows(inp: Inp) -> dict[str, float]:
    """By pump with a curve: the most that it moves, in the model's flow unit."""
    flows = {}
    for row in inp.rows("PUMPS"):
        points = [_numbers(r.words) for r in inp.rows("CURVES") if r.words[0].upper() == row.words[3].upper()]
        values = [y for numbers in points for y in numbers[1::2]]
        if values:
            flows[row.words[0]] = max(values)
    return flows


def widened(text: str, conduits: Collection[str]) -> str:
    """The model with these conduits ``WIDER`` times as high and wide. Raises InpError for an unreadable model."""
    names = {name.upper() for name in conduits}

    def wider(words: list[str]) -> list[str]:
        grown = WIDENED[words[_SHAPE].upper()]
        sizes = [_times(w, WIDER) for w in words[_SIZES : _SIZES + grown]]
        return [*words[:_SIZES], *sizes, *words[_SIZES + grown :]]

    return _edited(text, "XSECTIONS", lambda words: words[0].upper() in names, wider)


def strengthened(text: str, pumps: Collection[str]) -> str:
    """The model with the curves of these pumps ``STRONGER`` times as high; others that share a curve gain as well."""
    names = {pump.upper() for pump in pumps}
    curves = {r.words[3].upper() for r in read_inp(text).rows("PUMPS") if r.words[0].upper() in names}

    def stronger(words: list[str]) -> list[str]:
        head = len(words) - len(_numbers(tuple(words)))
        points = words[head:]
        return [*words[:head], *(_times(w, STRONGER) if i % 2 else w for i, w in enumerate(points))]

    return _edited(text, "CURVES", lambda words: words[0].upper() in curves, stronger)


def _numbers(words: tuple[str, ...]) -> list[float]:
    """The points of a curve's row: all behind its name, and its type where that stands in the row."""
    rest = words[1:]
    return [float(w) for w in (rest[1:] if len(rest) % 2 else rest)]


def _times(word: str, factor: float) -> str:
    return f"{float(word) * factor:.6g}"


def _edited(
    text: str, section: str, chosen: Callable[[list[str]], bool], change: Callable[[list[str]], list[str]]
) -> str:
    lines = list(lines_of(text))
    for row in read_inp(text).rows(section):
        words = list(row.words)
        if chosen(words):
            lines[row.line - 1] = " ".join(change(words))
    return "\n".join(lines) + "\n"
