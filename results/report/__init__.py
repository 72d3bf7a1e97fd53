"""Pages for people: the report of a run, and of several runs side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from results.content import Document
from results.goals import goals
from results.language import both
from results.metrics import Figures, metrics
from results.report.head import asked_for, facts, notes, subtitle
from results.report.html import page, pictures
from results.report.side_by_side import comparison
from results.sections import Reading, sections
from simulation.record import Run

REPORT, CHARTS = "report.html", "charts"


def report(run: Run, lang: str = "zh", decisions: Sequence[dict[str, Any]] = ()) -> str:
    """The report of a run as one self-contained HTML page in both languages, shown first in ``lang``.

    ``decisions`` is what a dispatcher's solver said of each decision, one dict each (``t``, ``status``,
    ``gap``, ``seconds``, ``fallback``, ``why``); a run does not carry it, for a replay asks no solver.
    """
    return page(document(run, decisions), lang)


def write_report(run: Run, folder: Path, lang: str = "zh", decisions: Sequence[dict[str, Any]] = ()) -> None:
    """Write ``report.html`` into a folder, and its charts and maps as PNG into ``charts/``."""
    made = document(run, decisions)
    (folder / REPORT).write_text(page(made, lang), encoding="utf-8", newline="\n")
    (folder / CHARTS).mkdir()
    for name, png in pictures(made).items():
        (folder / CHARTS / name).write_bytes(png)


def document(run: Run, decisions: Sequence[dict[str, Any]] = ()) -> Document:
    """What the report of a run says."""
    figures = metrics(run)
    reading = Reading(run, figures, goals(run, figures), decisions)
    title = both("page.report", name=run.scenario.name)
    return Document(title, subtitle(run), notes(run), facts(run), sections(reading), asked_for(run))


def comparison_report(
    runs: Mapping[str, Run], lang: str = "zh", figures: Mapping[str, Figures] | None = None
) -> str:
    """Several runs side by side, the first of them the reference, as one self-contained HTML page.

    ``figures`` are the metrics by label where a run folder holds them; without, they are worked out anew.
    """
    return page(comparison(runs, figures), lang)
