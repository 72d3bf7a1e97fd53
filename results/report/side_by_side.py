"""Runs side by side: what differs between them, what came of it, and all figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

from results import charts
from results.compare import (
    ABSENT,
    Comparison,
    Verdict,
    change_text,
    compare,
    measure,
    metric_name,
    shown,
    verdict,
)
from results.content import Block, Cell, Document, Section, Table, Tone
from results.differences import asked, differences, joined, variant_name
from results.goals import Goal, goals
from results.language import LANGUAGES, Both, Words, both
from results.metrics import Figures, metrics, warning_to_order
from results.names import material_names
from results.report.head import facts, notes_of_storm, subtitle
from results.sections.assumptions import assumption_blocks
from simulation.record import Run

Thing = TypeVar("Thing")
BASE = "base"
"""Label of the scenario itself beside its variants."""
TONES: dict[Verdict, Tone] = {"better": "good", "worse": "bad"}
TELLING = (
    "warning_to_order_min", "closed_late", "sites_over_limit", "depth_over_15cm_km_h", "clear_h.p1", "clear_h.p2",
    "first_pass_h.p1", "bridges_h", "unclear_km_h", "critical_unreachable_h", "material_used_t.salt", "team_h",
    "cost",
)  # fmt: skip
"""Metrics that are told first."""


def comparison(runs: Mapping[str, Run], figures: Mapping[str, Figures] | None = None) -> Document:
    """The page's content; the first run is the reference. ``figures`` are metrics by label where they are known."""
    known = {label: (figures or {}).get(label) or metrics(run) for label, run in runs.items()}
    first = next(iter(runs.values()))
    table = compare(known, material_names(*runs.values()))
    names = {label: column_name(label, run) for label, run in runs.items()}
    parts = [
        Section("headline", both("section.headline"), [headline(runs, known, names)]),
        Section("leads", both("section.leads"), _leads(runs, names)),
        Section("course", both("section.course"),
                charts.drawn("together", both("figure.together"),
                             lambda words, wide: charts.together(_said(runs, names, words), words, wide))),
        Section("figures", both("section.comparison"), [comparison_table(table, names)]),
        Section("assumptions", both("section.assumptions"), assumption_blocks(first)),
    ]  # fmt: skip
    said = dict.fromkeys(note for run in runs.values() for note in notes_of_storm(run))
    idle = [
        both("text.no_response_in", label=names[label]) for label in runs if not runs[label].scenario.respond
    ]
    title = both("page.comparison", name=first.scenario.name)
    return Document(title, subtitle(first), [*said, *idle], facts(first), [p for p in parts if p.blocks])


def column_name(label: str, run: Run) -> Both:
    """What heads the column of a run: its label, in words where it is the scenario itself."""
    return variant_name(run) if label == BASE and not run.origin.variant else Both.same(label)


def headline(runs: Mapping[str, Run], figures: Mapping[str, Figures], names: Mapping[str, Both]) -> Table:
    """What each run differs in, the goals it met, and the figures that tell most."""
    (label, first), *others = runs.items()
    unlike: list[Both | Cell] = [both("differs.row"), joined([both("differs.first"), *asked(first)])]
    met: list[Both | Cell] = [both("card.goals"), _met(goals(first, figures[label]))]
    for other, run in others:
        unlike.append(joined(differences(first, run)) or both("differs.nothing"))
        met.append(_met(goals(run, figures[other])))
    rows = [unlike, met]
    for metric in TELLING:
        values = [figures[label].get(metric, ABSENT) for label in runs]
        if all(value is not None and np.isnan(value) for value in values):
            continue
        if all(value == 0 for value in values):
            continue
        row: list[Both | Cell] = [
            metric_name(metric, material_names(*runs.values())),
            told(metric, values[0]),
        ]
        for value in values[1:]:
            judged = verdict(metric, values[0], value)
            row.append(Cell(_remarked(told(metric, value), judged), TONES.get(judged, "")))
        rows.append(row)
    return Table(both("table.headline"), [both("compare.metric"), *names.values()], rows)


def told(metric: str, value: float | None) -> Both:
    """A figure with its unit; minutes below two hours, hours above."""
    if value is None or np.isnan(value):
        return _shown(metric, value)
    if measure(metric).unit == "min":
        return Both(*(charts.duration(60 * value, Words(lang)) for lang in LANGUAGES))
    unit = both(f"unit.{measure(metric).unit}")
    return Both(*(f"{text} {u}".strip() for text, u in zip(_shown(metric, value), unit, strict=True)))


def _remarked(text: Both, judged: Verdict) -> Both:
    """The verdict in words behind a figure, so that it needs no colour."""
    if judged in ("", "changed"):
        return text
    return both("compare.remark", text=text, verdict=both(f"compare.{judged}"))


def _met(found: Sequence[Goal]) -> Both:
    due = [goal for goal in found if goal.met is not None]
    return Both.same(f"{sum(bool(goal.met) for goal in due)} / {len(due)}" if due else "–")


def comparison_table(table: Comparison, names: Mapping[str, Both] | None = None) -> Table:
    """Metrics by run; changes against the first run are marked better or worse, what is spent is not."""
    heads = [(names or {}).get(label, Both.same(label)) for label in table.labels]
    head = [both("compare.metric"), both("compare.unit"), *heads]
    rows: list[list[Both | Cell]] = []
    for row in (row for row in table.rows if row.telling):
        unit = both(f"unit.{measure(row.metric).unit}")
        name = metric_name(row.metric, table.materials)
        cells: list[Both | Cell] = [name, unit, _shown(row.metric, row.values[0])]
        for value, change, judged in zip(row.values[1:], row.changes, row.verdicts, strict=True):
            said = _shown(row.metric, value)
            if change and judged != "same":
                said = Both(*(f"{text} ({change_text(row.metric, change)})" for text in said))
            cells.append(Cell(said, TONES.get(judged, "")))
        rows.append(cells)
    return Table(both("table.comparison"), head, rows, tuple(range(2, 2 + len(table.labels))))


def _shown(metric: str, value: float | None) -> Both:
    return Both(*(shown(metric, value, Words(lang)) for lang in LANGUAGES))


def _leads(runs: Mapping[str, Run], names: Mapping[str, Both]) -> list[Block]:
    bars = {label: lead for label, run in runs.items() if (lead := warning_to_order(run)) is not None}
    horizon = max(run.scenario.duration for run in runs.values())
    if not bars:
        return []
    caption = both("figure.leads")
    return [
        *charts.drawn(
            "leads",
            caption,
            lambda words, wide: charts.leads(_said(bars, names, words), horizon, words, wide),
        )
    ]


def _said(things: Mapping[str, Thing], names: Mapping[str, Both], words: Words) -> dict[str, Thing]:
    """Things by the names of their columns in a language."""
    return {names[label].said(words.language): thing for label, thing in things.items()}
