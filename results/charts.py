"""Charts of a run as matplotlib figures, drawn without pyplot so that no state is left behind.

Every function takes a run, the words of a language and a width in inches, and returns a figure, or None where
the run has nothing to show. ``png`` turns a figure into bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import DateFormatter, HourLocator, date2num
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.ticker import MaxNLocator
from PIL import Image

from results import fonts
from results.content import Figure as Picture
from results.goals import snow_grade
from results.language import LANGUAGES, Both, Words
from results.metrics import (
    CLEAR_SHARE,
    Lead,
    Site,
    classes,
    clear_share,
    covered,
    precipitation_end,
    recorded,
    seconds,
    sites,
    unclear_roads,
)
from results.series import Spreadable, by_hour, spreadable, stock_lines, together_by_material
from simulation.model import LEVELS
from simulation.network import Network
from simulation.record import Run
from simulation.teams import ACTIVITIES

CLASS_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#8a5fa8")
CLASS_STYLES = ("-", "--", "-.", ":")
"""Okabe and Ito's colours (the fourth darkened), told apart by dashes too."""
WARNING_COLOURS = {"blue": "#2a6fdb", "yellow": "#e8b800", "orange": "#e8780c", "red": "#c8102e"}
ACTIVITY_COLOURS = {
    "work": "#0072b2", "setup": "#56b4e9", "travel": "#8cc9a1", "refill": "#e69f00", "refuel": "#f0d264",
    "standby": "#c9ced6", "mustering": "#b8a9d0", "rest": "#8d96a3", "broken": "#c8102e", "absent": "#6e1423",
    "stranded": "#d55e00",
}  # fmt: skip
WIDE, NARROW = 8.0, 4.1
"""Inches: on a desk or on paper, and on a phone, where text must not shrink with the chart."""
WORST_SITES = 6
"""Curves in a panel."""
MOST_LINES = 9
"""Curves of stock; beyond, a curve stands for a material in all yards."""
_STYLE: Any = {
    "font.family": [fonts.FAMILY], "font.size": 9, "axes.unicode_minus": False, "axes.spines.top": False,
    "axes.spines.right": False, "axes.edgecolor": "#5b6470", "axes.grid": True, "grid.color": "#d9dde3",
    "grid.linewidth": 0.6, "axes.axisbelow": True, "text.color": "#1d232b", "axes.labelcolor": "#1d232b",
    "xtick.color": "#3c444f", "ytick.color": "#3c444f", "legend.frameon": False, "axes.titlesize": 10,
    "axes.titlelocation": "left", "figure.constrained_layout.use": True, "figure.facecolor": "white",
    "text.parse_math": False,
}  # fmt: skip


@lru_cache(maxsize=1)
def _register() -> None:
    for path in (fonts.REGULAR, fonts.BOLD):
        fontManager.addfont(str(path))


@contextmanager
def style() -> Iterator[None]:
    """Stormyard's look, for the time of a block."""
    _register()
    with mpl.rc_context(_STYLE):
        yield


def png(figure: Figure, dpi: int = 144) -> bytes:
    """The figure as a PNG of at most 256 colours."""
    with style():
        canvas = FigureCanvasAgg(figure)
        figure.set_dpi(dpi)
        canvas.draw()
        image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])
    packed = io.BytesIO()
    image.quantize(256, dither=Image.Dither.NONE).save(packed, "PNG")
    return packed.getvalue()


def drawn(key: str, caption: Both, draw: Callable[[Words, float], Figure | None]) -> list[Picture]:
    """The chart in both languages and both widths as a block of a page; none where there is nothing to show."""
    pictures: list[bytes] = []
    for width in (WIDE, NARROW):
        for language in LANGUAGES:
            figure = draw(Words(language), width)
            if figure is None:
                return []
            pictures.append(png(figure, 144 if width == WIDE else 190))
    zh, en, *narrow = pictures
    return [Picture(key, caption, zh, en, (narrow[0], narrow[1]))]


# --------------------------------------------------------------------------- the storm


def storm(run: Run, words: Words, width: float = WIDE) -> Figure:
    """Precipitation, air temperature, warnings and response level over time."""
    with style():
        figure = Figure(figsize=(width, 3.6))
        top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1.1))
        t = _dates(run)
        top.fill_between(
            t, run.fields["precipitation"].values * 3600, step="pre", color="#56b4e9", alpha=0.8, linewidth=0
        )
        top.set_ylabel(words["chart.precipitation"])
        top.set_ylim(bottom=0)
        air = top.twinx()
        air.spines["right"].set_visible(True)
        air.grid(False)
        air.plot(t, run.fields["air"].values, color="#c8102e", linewidth=1.3)
        air.set_ylabel(words["chart.air"], color="#c8102e")
        bottom.step(t, run.fields["level"].values, where="post", color="#1d232b", linewidth=1.6)
        bottom.set_yticks(range(5), ["–", *LEVELS])
        bottom.set_ylim(-0.4, 5.2)
        bottom.set_ylabel(words["chart.level"])
        for warning in run.scenario.storm.warnings:
            when = max(0.0, min(warning.t, run.scenario.duration))
            colour = WARNING_COLOURS[warning.colour]
            bottom.plot(date(run, when), 4.6, "v", color=colour, markersize=8, markeredgecolor="#1d232b",
                        markeredgewidth=0.5, clip_on=False)  # fmt: skip
        mark_end(run, (top,), words)
        time_axis(bottom, run)
    return figure


def snow(run: Run, words: Words, width: float = WIDE) -> Figure | None:
    """By class: snow and ice on the road, and the share of the lane-length that is clear."""
    if "snow" not in run.fields:
        return None
    network = Network(run.scenario.city.segments)
    lying, unclear, goals, grade = covered(run), unclear_roads(run), run.scenario.goals, snow_grade(run)
    with style():
        figure = Figure(figsize=(width, 4.8))
        top, bottom = figure.subplots(2, 1, sharex=True)
        t = _dates(run)
        for p in classes(network):
            mine = network.priority == p
            look = {"color": CLASS_COLOURS[p - 1], "linestyle": CLASS_STYLES[p - 1], "linewidth": 1.7}
            weight = network.lane_length[mine] / network.lane_length[mine].sum()
            top.plot(t, lying[:, mine] @ weight, label=words[f"class.p{p}"], **look)
            bottom.plot(t, 100 * clear_share(unclear[:, mine], network.lane_length[mine]), **look)
            if grade is not None:
                due = precipitation_end(run) + goals.clear[p - 1][grade]
                if due <= run.scenario.duration:
                    bottom.plot(date(run, due), 100 * CLEAR_SHARE, "D", color=look["color"], markersize=6,
                                markeredgecolor="white", zorder=5)  # fmt: skip
        top.set_ylabel(words["chart.snow"])
        top.set_ylim(0, max(1.0, top.get_ylim()[1]))
        legend(top, 4)
        bottom.axhline(100 * CLEAR_SHARE, color="#5b6470", linewidth=0.9, linestyle=(0, (4, 3)))
        bottom.set_ylabel(words["chart.clear"])
        bottom.set_ylim(0, 103)
        mark_end(run, (top, bottom), words)
        time_axis(bottom, run)
    return figure


def water(run: Run, words: Words, width: float = WIDE) -> Figure | None:
    """Water at the worst sites: streets against the limit of a motor lane, underpasses against closing."""
    wet = sorted((s for s in sites(run) if s.depth.max() > 0.005), key=lambda s: -float(s.depth.max()))
    goals = run.scenario.goals
    streets = [s for s in wet if s.place.kind != "underpass"][:WORST_SITES]
    underpasses = [s for s in wet if s.place.kind == "underpass"][:WORST_SITES]
    shown = [
        (streets, goals.depth_limit, "chart.lane_limit"),
        (underpasses, goals.close_depth, "chart.close_limit"),
    ]
    shown = [panel for panel in shown if panel[0]]
    if not shown:
        return None
    with style():
        figure = Figure(figsize=(width, 0.4 + 2.9 * len(shown)))
        panels = figure.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
        for axes, (found, limit, key) in zip(panels, shown, strict=True):
            _depths(axes, run, found, limit, words[key], words)
        time_axis(panels[-1], run)
    return figure


def _depths(axes: Axes, run: Run, found: list[Site], limit: float, said: str, words: Words) -> None:
    colours = mpl.colormaps["viridis"](np.linspace(0, 0.88, len(found)))
    for i, (site, colour) in enumerate(zip(found, colours, strict=True)):
        axes.plot(_dates(run), 100 * site.depth, color=colour, linewidth=1.7, linestyle=CLASS_STYLES[i % 4],
                  label=fonts.drawable(words.name(site.place.name)))  # fmt: skip
    axes.axhline(100 * limit, color="#c8102e", linewidth=0.9, linestyle=(0, (4, 3)))
    axes.annotate(said, (0, 100 * limit), xycoords=("axes fraction", "data"), xytext=(3, 2), fontsize=8,
                  textcoords="offset points", va="bottom", color="#c8102e")  # fmt: skip
    axes.set_ylabel(words["chart.depth"])
    axes.set_ylim(0, 105 * max(1.2 * limit, *(float(s.depth.max()) for s in found)))
    legend(axes, 3, fontsize=8)


# --------------------------------------------------------------------------- the response


def crews(run: Run, words: Words, width: float = WIDE) -> Figure | None:
    """How many crews do what, those off duty left out."""
    codes = run.fields["crew_activity"].values
    counts = {a: (codes == ACTIVITIES.index(a)).sum(axis=1) for a in ACTIVITY_COLOURS}
    counts = {a: n for a, n in counts.items() if n.any()}
    if not counts:
        return None
    with style():
        figure = Figure(figsize=(width, 3.2))
        axes = figure.subplots()
        axes.stackplot(
            _dates(run), *counts.values(), colors=[ACTIVITY_COLOURS[a] for a in counts], step="post",
            labels=[words[f"activity.{a}"] for a in counts], linewidth=0,
        )  # fmt: skip
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_ylabel(words["chart.crews"])
        legend(axes, 6, handlelength=1.2, columnspacing=1.2)
        time_axis(axes, run)
    return figure


def stock(run: Run, words: Words, width: float = WIDE) -> Figure | None:
    """What can be spread, in yards and hoppers together; and what was drawn on in each yard, but for fuel."""
    kinds = {m.id: m for m in run.scenario.fleet.materials if m.use != "fuel"}
    lines = [x for x in stock_lines(run) if x.material in kinds and np.ptp(x.tonnes) > 0]
    if not lines:
        return None
    spread, several = spreadable(run), len({x.material for x in lines}) > 1
    if len(lines) > MOST_LINES:
        lines, several = together_by_material(lines), False
    with style():
        figure = Figure(figsize=(width, 5.2 if spread else 3.2))
        panels = figure.subplots(2 if spread else 1, 1, sharex=True, squeeze=False)[:, 0]
        if spread:
            _spreadable_panel(panels[0], run, spread, words)
        axes = panels[-1]
        depots = {d.id: d for d in run.scenario.fleet.depots}
        colours = mpl.colormaps["viridis"](np.linspace(0, 0.88, len(lines)))
        for i, (line, colour) in enumerate(zip(lines, colours, strict=True)):
            name = words.name(depots[line.depot].name if line.depot else kinds[line.material].name)
            label = f"{name} · {words.name(kinds[line.material].name)}" if several else name
            when = [date(run, float(s)) for s in line.t]
            axes.step(when, line.tonnes, where="post", color=colour, linestyle=CLASS_STYLES[i % 4],
                      linewidth=1.7, label=fonts.drawable(label))  # fmt: skip
        axes.set_ylabel(words["chart.stock"])
        axes.set_ylim(bottom=0)
        legend(axes, 3, fontsize=8)
        time_axis(axes, run)
    return figure


def _spreadable_panel(axes: Axes, run: Run, spread: Spreadable, words: Words) -> None:
    when = [date(run, float(s)) for s in spread.t]
    axes.stackplot(when, spread.yards, spread.hoppers, colors=("#0072b2", "#8cc9e8"), step="post", linewidth=0,
                   labels=(words["chart.in_yards"], words["chart.in_hoppers"]))  # fmt: skip
    axes.set_ylabel(words["chart.spreadable"])
    legend(axes, 2, fontsize=8)


def orders(run: Run, words: Words, width: float = WIDE) -> Figure | None:
    """Orders and refusals in each hour."""
    given, refused = by_hour(run, "order"), by_hour(run, "refused")
    if not given.any() and not refused.any():
        return None
    with style():
        figure = Figure(figsize=(width, 2.4))
        axes = figure.subplots()
        at = np.array([date(run, 3600.0 * h + 1800) for h in range(len(given))])
        axes.bar(at, given, width=0.9 / 24, color="#0072b2", label=words["chart.orders"])
        axes.bar(at, refused, width=0.9 / 24, bottom=given, color="#d55e00", label=words["chart.refusals"])
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_ylabel(words["chart.per_hour"])
        legend(axes, 2)
        time_axis(axes, run)
    return figure


def leads(bars: Mapping[str, Lead], horizon: float, words: Words, width: float = WIDE) -> Figure:
    """Bars from the first highest warning to its answer, one a label, on one scale of hours.

    ``horizon`` is the second up to which a bar without an answer is drawn.
    """
    spans = {label: max(0.0, min(b.answered, horizon) - b.warned) for label, b in bars.items()}
    unit, key = (3600, "chart.lead_h") if max(spans.values()) > 3 * 3600 else (60, "chart.lead_min")
    with style():
        figure = Figure(figsize=(width, 0.75 + 0.55 * len(bars)))
        axes = figure.subplots()
        for i, (label, lead) in enumerate(bars.items()):
            answered, length = np.isfinite(lead.answered), spans[label] / unit
            axes.barh(i, length, height=0.5, color=WARNING_COLOURS[lead.colour],
                      hatch="" if answered else "//", edgecolor="white")  # fmt: skip
            text = duration(lead.minutes * 60, words) if answered else words["no_answer"]
            axes.annotate(text, (length, i), xytext=(5, 0), textcoords="offset points", va="center",
                          fontweight="bold")  # fmt: skip
        axes.set_yticks(range(len(bars)), [fonts.drawable(label) for label in bars])
        axes.set_ylim(len(bars) - 0.5, -0.5)
        axes.margins(x=0.18)
        axes.set_xlim(left=0)
        axes.set_xlabel(words[key])
        axes.grid(axis="y", visible=False)
    return figure


# --------------------------------------------------------------------------- several runs


def together(runs: Mapping[str, Run], words: Words, width: float = WIDE) -> Figure | None:
    """What each run has on its roads over time: unclear kilometres, or kilometres under deep water."""
    curves = {}
    for label, run in runs.items():
        kilometres = np.array([s.length for s in run.scenario.city.segments]) / 1000
        if "water_depth" in run.fields:
            curves[label] = (recorded(run, "water_depth") > run.scenario.goals.depth_limit) @ kilometres
        elif "snow" in run.fields:
            curves[label] = unclear_roads(run) @ kilometres
    if not curves:
        return None
    first = next(iter(runs.values()))
    with style():
        figure = Figure(figsize=(width, 3.2))
        axes = figure.subplots()
        colours = mpl.colormaps["viridis"](np.linspace(0, 0.88, len(curves)))
        for i, (label, values) in enumerate(curves.items()):
            axes.plot(_dates(runs[label]), values, color=colours[i], linestyle=CLASS_STYLES[i % 4],
                      linewidth=1.9, label=fonts.drawable(label))  # fmt: skip
        axes.set_ylabel(words["chart.deep_km" if "water_depth" in first.fields else "chart.unclear_km"])
        axes.set_ylim(bottom=0)
        legend(axes, 3)
        time_axis(axes, first)
    return figure


# --------------------------------------------------------------------------- shared


def duration(seconds_: float, words: Words) -> str:
    """Minutes below two hours, hours above."""
    minutes = seconds_ / 60
    return (
        words("duration.min", n=f"{minutes:.0f}")
        if minutes < 120
        else words("duration.h", n=f"{minutes / 60:.1f}")
    )


def clock(run: Run, second: float) -> str:
    """Local month, day, hour and minute of a second of the run."""
    return (run.scenario.storm.start + timedelta(seconds=float(second))).strftime("%m-%d %H:%M")


def date(run: Run, second: float) -> float:
    """Local time at a second of the run, as matplotlib counts it."""
    return float(date2num(run.scenario.storm.start.replace(tzinfo=None) + timedelta(seconds=second)))


def _dates(run: Run) -> np.ndarray:
    return date(run, 0) + seconds(run) / 86_400


def legend(axes: Axes, columns: int, **more: Any) -> None:
    """A legend above the axes, of as many columns as there is room for."""
    if _narrow(axes):
        columns = 1 if columns == 3 else min(columns, 2 if columns < 6 else 3)
    axes.legend(ncols=columns, loc="lower left", bbox_to_anchor=(0, 1.0), borderaxespad=0.2, **more)


def _narrow(axes: Axes) -> bool:
    figure = axes.get_figure(root=True)
    return figure is not None and figure.get_figwidth() < WIDE


def time_axis(axes: Axes, run: Run) -> None:
    """The run from its start to its end, with marks as far apart as there is room for."""
    hours = run.scenario.duration / 3600
    most = 6 if _narrow(axes) else 13
    step = next(n for n in (1, 2, 3, 6, 12, 24, 48, 96, 10_000) if hours / n <= most)
    start = date(run, 0)
    if step <= 12:
        axes.xaxis.set_major_locator(HourLocator(byhour=range(0, 24, step)))
    axes.xaxis.set_major_formatter(DateFormatter("%H:%M\n%m-%d" if hours > 12 else "%H:%M"))
    axes.set_xlim(start, start + hours / 24)


def mark_end(run: Run, panels: tuple[Axes, ...], words: Words) -> None:
    """A line where the precipitation stops, named in the first panel."""
    end = precipitation_end(run)
    if 0 < end < run.scenario.duration:
        for axes in panels:
            axes.axvline(date(run, end), color="#5b6470", linewidth=0.9)
        panels[0].annotate(words["chart.stops"], (date(run, end), 1), xycoords=("data", "axes fraction"),
                           xytext=(4, -3), textcoords="offset points", va="top", fontsize=8,
                           bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1},
                           color="#3c444f")  # fmt: skip
