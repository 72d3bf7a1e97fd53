"""The strip of treatment advice: a lane for bridges and each class of road, coloured by what was advised."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.patches import Patch

from results.charts import WIDE, date, legend, mark_end, style, time_axis
from results.language import Words
from results.treatment import roads, told, treatment
from simulation.hazards.treatment import GROUPS, TREATMENTS, Advice
from simulation.record import Run

COLOURS = dict(zip(TREATMENTS, ("#e3e7ec", "#8cc9e8", "#f0c05a", "#0072b2", "#8a5fa8"), strict=True))
DARK = ("plough+spread", "haul")
"""Colours that white figures stand on."""
ROOM = 0.022
"""Share of the chart's width that a figure of two digits needs on a desk."""


def strip(run: Run, words: Words, width: float = WIDE) -> Figure | None:
    """What was advised over time, with the rates in g/m2 where there is room for them."""
    rows, end = told(run), run.scenario.duration
    lanes = [g for g in GROUPS if any(a.group == g for _, a in rows)]
    if not lanes:
        return None
    language = words.language
    with style():
        figure = Figure(figsize=(width, 1.1 + 0.36 * len(lanes)))
        axes = figure.subplots()
        for lane, group in enumerate(lanes):
            for begin, stop, advice in _spans([r for r in rows if r[1].group == group], end):
                left, long = date(run, begin), date(run, stop) - date(run, begin)
                axes.barh(lane, long, left=left, height=0.78, color=COLOURS[advice.treatment], linewidth=0)
                if advice.rate and (stop - begin) / end > ROOM * WIDE / width:
                    colour = "white" if advice.treatment in DARK else "#1d232b"
                    axes.text(left + long / 2, lane, f"{advice.rate * 1000:.0f}", ha="center", va="center",
                              fontsize=8, color=colour)  # fmt: skip
        axes.set_yticks(range(len(lanes)), [roads(_of(rows, g)).said(language) for g in lanes])
        axes.set_ylim(len(lanes) - 0.5, -1.1)  # above the lanes: where the precipitation stops
        axes.grid(axis="y", visible=False)
        shown = [t for t in TREATMENTS if any(a.treatment == t for _, a in rows)]
        names = {a.treatment: treatment(a).said(language) for _, a in rows}
        legend(axes, 6, handles=[Patch(color=COLOURS[t], label=names[t]) for t in shown], handlelength=1.2)
        time_axis(axes, run)
        mark_end(run, (axes,), words)
    return figure


def _of(rows: Sequence[tuple[int, Advice]], group: str) -> Advice:
    return next(a for _, a in rows if a.group == group)


def _spans(rows: Sequence[tuple[int, Advice]], end: float) -> list[tuple[float, float, Advice]]:
    """From, to and advice: neighbours of one treatment and rate as one span."""
    spans: list[tuple[float, float, Advice]] = []
    for (t, advice), until in zip(rows, [t for t, _ in rows[1:]] + [end], strict=True):
        last = spans[-1] if spans else None
        if last and (last[2].treatment, last[2].rate) == (advice.treatment, advice.rate):
            spans[-1] = (last[0], until, last[2])
        else:
            spans.append((t, until, advice))
    return spans
