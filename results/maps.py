"""Maps of the roads: small static ones for print, and the data of the interactive one."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize, to_hex
from matplotlib.figure import Figure

from results.charts import WIDE, clock, style
from results.language import Both, both
from results.metrics import covered, recorded, seconds
from results.series import on_duty, tracks, worst_time
from simulation.model import Place
from simulation.record import Run

BARE = "#c3c9d1"
"""Colour of a road that has nothing on it."""
CLOSED = "#d3002d"
WIDTHS = {1: 2.4, 2: 1.9, 3: 1.2, 4: 0.8}
DEEPEST = 100.0
"""cm of water that the last colour stands for; an underpass may hold metres, but streets are what to tell apart."""
WET = 1.0
"""cm below which a road counts as dry."""
MAX_BYTES = 2_000_000
"""A layer of more than this many values is thinned in time (a page has to load on an office PC)."""


class Layer(NamedTuple):
    """A quantity that roads are coloured by."""

    key: str
    unit: str
    values: np.ndarray
    """(time, segment) in ``unit``"""
    top: float
    """Value of the last colour."""
    bare: float
    """Below this a road counts as bare."""
    colours: str
    """Name of the matplotlib colour map, dark for much."""


def layers(run: Run) -> list[Layer]:
    """Snow and ice in mm, water in cm: what the run has; dry roads get no map of water beside one of snow."""
    found = []
    if "water_depth" in run.fields:
        depth = 100 * recorded(run, "water_depth")
        top = min(_round_up(depth.max(initial=0), 20), DEEPEST)
        if depth.max(initial=0) >= WET or "snow" not in run.fields:
            found.append(Layer("water", "cm", depth, top, WET, "viridis_r"))
    if "snow" in run.fields:
        lying = covered(run)
        found.append(Layer("snow", "mm", lying, _round_up(lying.max(initial=0), 4), 0.2, "viridis_r"))
    return found


def _round_up(value: float, least: float) -> float:
    return float(
        next(
            (
                s
                for s in (least, 4, 5, 6, 8, 10, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500)
                if s >= max(value, least)
            ),
            value,
        )
    )


def name_of(layer: Layer) -> Both:
    """What a layer is called."""
    return both(f"layer.{layer.key}")


# --------------------------------------------------------------------------- static


def static_maps(run: Run, layer: Layer, rows: Sequence[int], width: float = WIDE) -> Figure:
    """Small maps at some rows of the record, with local times above them; no words, so for any language."""
    lines = [np.array(s.line) for s in run.scenario.city.segments]
    widths = np.array([WIDTHS[s.priority] for s in run.scenario.city.segments]) * np.sqrt(width / WIDE)
    points = np.concatenate(lines)
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    stretch = 1 / np.cos(np.radians((south + north) / 2))
    aspect = (north - south) * stretch / max(east - west, 1e-9)
    columns = 2 if len(rows) > 1 else 1
    tall = -(-len(rows) // columns)
    with style():
        scale = width / WIDE
        figure = Figure(figsize=(width, min(11.0, max(1.6, 3.7 * scale * aspect + 0.3) * tall + 0.5)))
        grid = figure.subplots(tall, columns, squeeze=False)
        norm, colours = Normalize(0, layer.top), _colours(layer)
        for axes, row in zip(grid.flat, rows, strict=False):
            _draw(axes, run, lines, widths, layer, row, norm, colours, 4 * np.sqrt(scale))
            axes.set_xlim(west - 0.02 * (east - west), east + 0.02 * (east - west))
            axes.set_ylim(south - 0.02 * (north - south), north + 0.02 * (north - south))
            axes.set_aspect(stretch)
        for axes in grid.flat:
            axes.set_axis_off()
        over = any(layer.values[row].max(initial=0) > layer.top for row in rows)
        bar = figure.colorbar(mpl.cm.ScalarMappable(norm, colours), ax=grid, location="bottom", shrink=0.5,
                              aspect=40, pad=0.01, extend="max" if over else "neither")  # fmt: skip
        bar.set_label(layer.unit)
    return figure


def _draw(axes: Any, run: Run, lines: list[np.ndarray], widths: np.ndarray, layer: Layer, row: int,
          norm: Normalize, colours: mpl.colors.Colormap, dot: float) -> None:  # fmt: skip
    values = layer.values[row]
    order = np.argsort(values, kind="stable")
    paint = colours(norm(values))
    paint[values < layer.bare] = mpl.colors.to_rgba(BARE)
    axes.add_collection(
        LineCollection([lines[i] for i in order], colors=paint[order], linewidths=widths[order])
    )
    shut = np.flatnonzero(run.fields["closed"].values[row] > 0)
    if len(shut):
        axes.add_collection(
            LineCollection([lines[i] for i in shut], colors=CLOSED, linewidths=widths[shut] + 1.2)
        )
        middle = np.array([lines[i].mean(axis=0) for i in shut])
        axes.plot(*middle.T, "x", color=CLOSED, markersize=4, markeredgewidth=1.2)
    duty = on_duty(run)
    at = [_where(k.t, k.point, seconds(run)[row]) for k in tracks(run) if duty[k.crew][row]]
    if at:
        axes.plot(
            *np.array(at).T,
            "o",
            color="black",
            markersize=dot,
            markeredgecolor="white",
            markeredgewidth=0.4,
        )
    axes.set_title(clock(run, seconds(run)[row]))


def _where(t: list[int], points: list[tuple[float, float]], now: float) -> tuple[float, float]:
    return points[max(0, int(np.searchsorted(t, now, side="right")) - 1)]


def _colours(layer: Layer) -> mpl.colors.ListedColormap:
    """The colour map without its lightest tenth, which a white page swallows."""
    return mpl.colors.ListedColormap(mpl.colormaps[layer.colours](np.linspace(0.12, 1, 256)))


# --------------------------------------------------------------------------- interactive


def map_data(run: Run) -> dict[str, Any]:
    """All that the page's script draws: roads in metres, a byte a road and time for each layer, crews, places.

    Large runs are thinned in time, so that no layer has more than ``MAX_BYTES`` values.
    """
    shape = _Plane(run)
    t = seconds(run)
    step = max(1, -(-len(t) * len(run.scenario.city.segments) // MAX_BYTES))
    rows = np.unique(np.r_[np.arange(0, len(t), step), len(t) - 1])
    names: dict[Both, int] = {}
    road = [names.setdefault(Both.of(s.road), len(names)) for s in run.scenario.city.segments]
    duty = on_duty(run)
    closed = run.fields["closed"].values[rows] > 0
    return {
        "start": int(np.searchsorted(rows, worst_time(run))),
        "times": [int(s) for s in t[rows]],
        "clock": [clock(run, s) for s in t[rows]],
        "width": shape.width, "height": shape.height,
        "lines": [shape.flat(s.line) for s in run.scenario.city.segments],
        "priority": "".join(str(s.priority) for s in run.scenario.city.segments),
        "road": road,
        "roads": [list(name) for name in names],
        "layers": [_layer_data(layer, rows) for layer in layers(run)],
        "closed": [[int(i), *_spans(closed[:, i])] for i in np.flatnonzero(closed.any(axis=0))],
        "crews": [[k.crew, _spans(duty[k.crew][rows]),
                   [x for when, p in zip(k.t, k.point, strict=True) for x in (when, *shape.at(p))]]
                  for k in tracks(run) if duty[k.crew].any()],
        "places": [[p.kind, p.name.zh, p.name.en, *shape.at((p.lon, p.lat))] for p in _marked(run)],
        "bare": BARE, "shut": CLOSED,
    }  # fmt: skip


def _marked(run: Run) -> list[Place]:
    """Places that the map shows."""
    kinds = ("hospital", "fire_station", "waterlogging", "underpass", "pumping_station")
    return [p for p in run.scenario.city.places if p.kind in kinds]


class _Plane:
    """Longitude and latitude to whole metres on a local plane, y down."""

    def __init__(self, run: Run) -> None:
        places = np.array([(p.lon, p.lat) for p in _marked(run)]).reshape(-1, 2)
        points = np.concatenate([*(np.array(s.line) for s in run.scenario.city.segments), places])
        (self.west, south), (east, self.north) = points.min(axis=0), points.max(axis=0)
        self.metres = np.array([111_320 * np.cos(np.radians((south + self.north) / 2)), 110_950])
        self.width, self.height = self.at((east, south))

    def at(self, point: tuple[float, float]) -> tuple[int, int]:
        """x to the east and y to the south of the north-west corner, m."""
        x, y = (point[0] - self.west) * self.metres[0], (self.north - point[1]) * self.metres[1]
        return round(float(x)), round(float(y))

    def flat(self, line: Sequence[tuple[float, float]]) -> list[int]:
        """x, y, x, y ... of a line."""
        return [v for point in line for v in self.at(point)]


def _layer_data(layer: Layer, rows: np.ndarray) -> dict[str, Any]:
    name = name_of(layer)
    values = np.clip(np.nan_to_num(layer.values[rows]) / layer.top, 0, 1) * 254
    coded = np.where(layer.values[rows] < layer.bare, 0, 1 + values).astype(np.uint8)
    ramp = _colours(layer)(np.linspace(0, 1, 255))
    return {
        "zh": name.zh, "en": name.en, "unit": layer.unit, "top": layer.top,
        "over": bool((layer.values[rows] > layer.top).any()),
        "ramp": [to_hex(c) for c in ramp],
        "data": base64.b64encode(coded.tobytes()).decode(),
    }  # fmt: skip


def _spans(states: np.ndarray) -> list[int]:
    """Rows at which a row of states turns true and false in turn, starting with true."""
    turns = np.flatnonzero(np.diff(np.r_[False, states, False].astype(int)))
    return [int(i) for i in turns]
