"""Maps of a route plan: roads by the hour at which they are done, and routes as GeoJSON. Plans come as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from results.charts import WIDE, style
from results.language import Words
from results.maps import BARE, WIDTHS
from simulation.model import Scenario


def route_map(plan: Mapping[str, Any], scenario: Scenario, words: Words, width: float = WIDE) -> Figure:
    """Roads coloured by the hours after the call at which their last pass is done; yards as squares."""
    done: dict[str, float] = {}
    for route in plan["routes"]:
        for leg in route["legs"]:
            if leg["kind"] == "work":
                done[leg["segment"]] = max(done.get(leg["segment"], 0.0), leg["end"] / 3600)
    segments = scenario.city.segments
    lines = [np.array(s.line) for s in segments]
    hours = np.array([done.get(s.id, np.nan) for s in segments])
    widths = np.array([WIDTHS[s.priority] for s in segments])
    yards = np.array([(d.lon, d.lat) for d in scenario.fleet.depots])
    points = np.concatenate([*lines, yards])
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    stretch = 1 / np.cos(np.radians((south + north) / 2))
    aspect = (north - south) * stretch / max(east - west, 1e-9)
    colours = mpl.colors.ListedColormap(mpl.colormaps["viridis"](np.linspace(0, 0.92, 256)))
    norm = Normalize(0, max(1.0, float(np.nanmax(hours))) if done else 1.0)
    with style():
        figure = Figure(figsize=(width, min(11.0, max(2.0, width * 0.93 * aspect + 1.1))))
        axes = figure.subplots()
        paint = colours(norm(np.nan_to_num(hours)))
        paint[np.isnan(hours)] = mpl.colors.to_rgba(BARE)
        order = np.argsort(-np.nan_to_num(hours), kind="stable")
        axes.add_collection(
            LineCollection([lines[i] for i in order], colors=paint[order], linewidths=widths[order])
        )
        yard = axes.plot(*yards.T, "s", color="#d3002d", markersize=7, markeredgecolor="white", zorder=3)[0]
        axes.set_xlim(west - 0.02 * (east - west), east + 0.02 * (east - west))
        axes.set_ylim(south - 0.02 * (north - south), north + 0.02 * (north - south))
        axes.set_aspect(stretch)
        axes.set_axis_off()
        bar = figure.colorbar(mpl.cm.ScalarMappable(norm, colours), ax=axes, location="bottom", shrink=0.5, aspect=40,
                              pad=0.01)  # fmt: skip
        bar.set_label(words["sheets.map_scale"])
        axes.set_title(words("sheets.map_title", name=words.name(scenario.name)))
        shown = [(yard, words["sheets.map_yard"])]
        if np.isnan(hours).any():
            shown.append((Line2D([], [], color=BARE, linewidth=2), words["sheets.map_bare"]))
        handles, labels = zip(*shown, strict=True)
        figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return figure


def routes_geojson(plan: Mapping[str, Any], scenario: Scenario) -> dict[str, Any]:
    """A line for each leg along a road, in the direction driven: vehicle, order, kind, pass, times in s."""
    lines = {s.id: s.line for s in scenario.city.segments}
    features = []
    for route in plan["routes"]:
        for order, leg in enumerate(route["legs"], 1):
            if not leg.get("segment"):
                continue
            line = lines[leg["segment"]] if leg["forward"] else lines[leg["segment"]][::-1]
            properties = {"vehicle": route["crew"], "order": order, "kind": leg["kind"], "segment": leg["segment"],
                          "start_s": leg["start"], "end_s": leg["end"]}  # fmt: skip
            if leg["kind"] == "work":
                properties |= {"pass": leg["number"], "passes": leg["count"], "verbs": "+".join(leg["verbs"])}
            features.append({"type": "Feature", "properties": properties,
                             "geometry": {"type": "LineString", "coordinates": [list(p) for p in line]}})  # fmt: skip
    return {"type": "FeatureCollection", "features": features}
