"""Junctions, outfalls, dividers and storages of a model."""

from __future__ import annotations

import math

import numpy as np

from simulation.drainage.inp import Row
from simulation.drainage.native.curves import CurveBook, Ragged, SeriesBook
from simulation.drainage.native.layout import (
    FIXED,
    FREE,
    NORMAL,
    OUTFALL,
    STORAGE,
    STORE_POINTS,
    TIMED,
    Nodes,
    Outfalls,
    Stores,
)
from simulation.drainage.native.words import Words

_OUTFALL_WORDS = ("FREE", "NORMAL", "FIXED", "TIDAL", "TIMESERIES")
_OUTFALL_KIND = (FREE, NORMAL, FIXED, TIMED, TIMED)
_STORE_WORDS = ("TABULAR", "FUNCTIONAL", "CYLINDRICAL", "CONICAL", "PARABOLOID", "PYRAMIDAL", "PARABOLIC")
_TABULAR = 0
_DIVIDER_VALUES = {"OVERFLOW": 4, "CUTOFF": 5, "TABULAR": 5, "WEIR": 7}
"""Place of a divider's maximum depth among its words."""
_HOUR = 3600.0


def read_nodes(words: Words) -> Nodes:
    """Nodes as the file gives them; depths are raised to the links' crowns by ``links.read_links``."""
    inp = words.inp
    rows = {
        row.words[0].upper(): (section, row)
        for section in ("JUNCTIONS", "OUTFALLS", "DIVIDERS", "STORAGE")
        for row in inp.rows(section)
    }
    count = len(inp.nodes)
    kind = np.zeros(count, dtype=np.int8)
    values = np.zeros((5, count))
    """Invert, full, initial and surcharge depth, ponded area."""
    store, outfall = np.full(count, -1, dtype=np.int32), np.full(count, -1, dtype=np.int32)
    for i, node in enumerate(inp.nodes):
        section, row = rows[node.name.upper()]
        values[0, i] = words.number(row, 1, "invert")
        if section == "OUTFALLS":
            kind[i], outfall[i] = OUTFALL, (outfall >= 0).sum()
            continue
        if section == "STORAGE":
            kind[i], store[i] = STORAGE, (store >= 0).sum()
            values[1, i] = words.number(row, 2, "depth", least=0)
            values[2, i] = words.number(row, 3, "initial depth", 0.0, least=0)
            values[3, i] = words.number(row, _after_shape(row), "surcharge depth", 0.0, least=0)
            continue
        first = 2
        if section == "DIVIDERS":
            divider = words.choice(row, 3, "kind", tuple(_DIVIDER_VALUES))
            first = tuple(_DIVIDER_VALUES.values())[divider]
        for place, what in enumerate(("depth", "initial depth", "surcharge depth", "ponded area")):
            values[1 + place, i] = words.number(row, first + place, what, 0.0, least=0)
    values[:4] *= words.length
    ponded = values[4] * words.length**2 if inp.ponding else np.zeros(count)
    invert = values[0]
    return Nodes(
        names=tuple(node.name for node in inp.nodes),
        kind=kind,
        invert=invert,
        full_depth=values[1],
        initial_depth=values[2],
        surcharge_depth=values[3],
        ponded_area=np.ascontiguousarray(ponded),
        crown=invert.copy(),
        store=store,
        outfall=outfall,
        degree=np.zeros(count, dtype=np.int32),
    )


def check_depths(words: Words, nodes: Nodes) -> None:
    """No node starts fuller than it can be."""
    for i in np.flatnonzero(nodes.initial_depth > nodes.full_depth + nodes.surcharge_depth):
        node = words.inp.nodes[i]
        words.problem(node.line, f"{node.kind} '{node.name}' starts with more water than it can hold")


def _after_shape(row: Row) -> int:
    return 6 if row.words[4].upper() == "TABULAR" else 8


def read_stores(words: Words, nodes: Nodes, curves: CurveBook) -> Stores:
    """Areas and volumes of the storages, by depth up to full depth."""
    rows = {row.words[0].upper(): row for row in words.inp.rows("STORAGE")}
    where = np.flatnonzero(nodes.store >= 0).astype(np.int32)
    top = np.maximum(nodes.full_depth[where], 1e-6)
    area, volume = np.zeros((2, len(where), STORE_POINTS))
    for i, node in enumerate(where):
        row = rows[nodes.names[node].upper()]
        depth = np.linspace(0.0, top[i], STORE_POINTS) / words.length
        area[i], volume[i] = _shape(words, row, depth, curves)
        if np.any(np.diff(volume[i]) < 0) or area[i].min() < 0:
            words.problem(
                row.line, f"the area of storage '{row.words[0]}' becomes negative below its full depth"
            )
        _refuse_losses(words, row)
    return Stores(where, top, area * words.length**2, volume * words.length**3)


def _shape(words: Words, row: Row, depth: np.ndarray, curves: CurveBook) -> tuple[np.ndarray, np.ndarray]:
    """Area and volume at depths, all in the model's units."""
    kind = words.choice(row, 4, "shape", _STORE_WORDS)
    if kind == _TABULAR:
        return _by_table(depth, curves.points(row, 5, "STORAGE"))
    a, b, c = (words.number(row, place, "shape", least=0) for place in (5, 6, 7))
    if _STORE_WORDS[kind] == "FUNCTIONAL":
        return c + a * depth**b, c * depth + a / (b + 1) * depth ** (b + 1)
    if a <= 0 or b <= 0 or (c <= 0 and _STORE_WORDS[kind].startswith("PARAB")):
        words.problem(row.line, f"the length, width and height of storage '{row.words[0]}' must be above 0")
        return depth * 0 + 1, depth
    quarter = math.pi / 4
    constant, linear, square = {
        "CYLINDRICAL": (quarter * a * b, 0.0, 0.0),
        "CONICAL": (quarter * a * b, math.pi * b * c, math.pi * b / a * c * c),
        "PYRAMIDAL": (a * b, 2 * (a + b) * c, 4 * c * c),
    }.get(_STORE_WORDS[kind], (0.0, quarter * a * b / c if c else 0.0, 0.0))
    area = constant + depth * (linear + depth * square)
    return area, depth * (constant + depth * (linear / 2 + depth * square / 3))


def _by_table(depth: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Area by interpolation and volume by integration of a table; above its top it goes on as its last piece
    does, though never below 0, and below its first depth the area shrinks to 0."""
    x, y = points.T
    if len(x) > 1 and x[-1] < depth[-1]:
        slope = (y[-1] - y[-2]) / (x[-1] - x[-2])
        end = max(depth[-1], x[-1] + 1e-6)
        if slope < 0 and (zero := x[-1] - y[-1] / slope) < end:
            x, y = np.append(x, zero), np.append(y, 0.0)
        x, y = np.append(x, end), np.append(y, max(y[-1] + slope * (end - x[-1]), 0.0))
    if x[0] > 0:
        x, y = np.insert(x, 0, 0.0), np.insert(y, 0, 0.0)
    knots = np.concatenate([[0.0], np.cumsum(np.diff(x) * (y[1:] + y[:-1]) / 2)])
    area = np.interp(depth, x, y)
    at = np.clip(np.searchsorted(x, depth, side="right") - 1, 0, len(x) - 1)
    return area, knots[at] + (depth - x[at]) * (area + y[at]) / 2


def _refuse_losses(words: Words, row: Row) -> None:
    place = _after_shape(row) + 1
    if evaporates(words) and words.number(row, place, "evaporation factor", 0.0) != 0:
        words.refuse(row.line, f"evaporation from storage '{row.words[0]}'")
    if any(words.number(row, i, "seepage", 0.0) != 0 for i in range(place + 1, len(row.words))):
        words.refuse(row.line, f"seepage from storage '{row.words[0]}'")


def evaporates(words: Words) -> bool:
    """Whether [EVAPORATION] is anything but zeros."""
    for row in words.inp.rows("EVAPORATION"):
        kind = row.words[0].upper()
        if kind in ("TEMPERATURE", "TIMESERIES", "FILE"):
            return True
        if kind in ("CONSTANT", "MONTHLY") and any(value.strip("0.") for value in row.words[1:]):
            return True
    return False


def read_outfalls(
    words: Words, nodes: Nodes, curves: CurveBook, series_book: SeriesBook, series: Ragged
) -> Outfalls:
    """What stands outside the outfalls; the stages in time go into ``series``."""
    rows = {row.words[0].upper(): row for row in words.inp.rows("OUTFALLS")}
    where = np.flatnonzero(nodes.outfall >= 0).astype(np.int32)
    kind = np.zeros(len(where), dtype=np.int8)
    stage, line = np.zeros(len(where)), np.full(len(where), -1, dtype=np.int32)
    gate, tidal = np.zeros(len(where), dtype=bool), np.zeros(len(where), dtype=bool)
    for i, node in enumerate(where):
        row = rows[nodes.names[node].upper()]
        choice = words.choice(row, 2, "kind", _OUTFALL_WORDS)
        kind[i] = _OUTFALL_KIND[choice]
        if kind[i] == FIXED:
            stage[i] = words.length * words.number(row, 3, "stage")
        elif _OUTFALL_WORDS[choice] == "TIDAL":
            tidal[i] = True
            points = curves.points(row, 3, "TIDAL") * (_HOUR, 1.0)
            line[i] = series.add("".join(row.words[3:4]).upper(), points, 1.0, words.length)
        elif kind[i] == TIMED:
            line[i] = series.add(
                "".join(row.words[3:4]).upper(), series_book.points(row, 3), 1.0, words.length
            )
        after = 3 if kind[i] in (FREE, NORMAL) else 4
        gate[i] = words.switch(row, after, "flap gate")
        if len(row.words) > after + 1:
            words.refuse(row.line, f"outfall '{row.words[0]}' that drains to a subcatchment")
    return Outfalls(where, kind, stage, gate, line, tidal)
