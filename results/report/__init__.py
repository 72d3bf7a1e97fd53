"""Pages for people: the report of a run, and of several runs side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from results import charts
from results.compare import Comparison, change_text, compare, measure, metric_name, shown
from results.content import Block, Cell, Document, Section, Table, Tone
from results.goals import goals
from results.language import LANGUAGES, Both, Words, both
from results.metrics import metrics, warning_to_order
from results.report.html import page
from results.sections import Reading, sections
from results.sections.assumptions import assumption_blocks
from simulation.record import Run

TONES: dict[str, Tone] = {"better": "good", "worse": "bad"}


def report(run: Run, lang: str = "zh", decisions: Sequence[dict[str, Any]] = ()) -> str:
    """The report of a run as one self-contained HTML page in both languages, shown first in ``lang``.

    ``decisions`` is what a dispatcher's solver said of each decision, one dict each (``t``, ``status``,
    ``gap``, ``seconds``, ``fallback``, ``why``); a run does not carry it, for a replay asks no solver.
    """
    figures = metrics(run)
    reading = Reading(run, figures, goals(run, figures), decisions)
    title = both("page.report", name=run.scenario.name)
    return page(Document(title, subtitle(run), notes(run), facts(run), sections(reading)), lang)


def comparison_report(runs: Mapping[str, Run], lang: str = "zh") -> str:
    """Several runs side by side, the first of them the reference, as one self-contained HTML page."""
    first = next(iter(runs.values()))
    table = compare({label: metrics(run) for label, run in runs.items()})
    blocks: list[Block] = [comparison_table(table)]
    leads = {label: lead for label, run in runs.items() if (lead := warning_to_order(run)) is not None}
    horizon = max(run.scenario.duration for run in runs.values())
    bars = (
        charts.drawn(both("figure.leads"), lambda words: charts.leads(leads, horizon, words)) if leads else []
    )
    curves = charts.drawn(both("figure.together"), lambda words: charts.together(runs, words))
    parts = [
        Section("leads", both("section.leads"), bars),
        Section("course", both("section.course"), curves),
        Section("figures", both("section.comparison"), blocks),
        Section("assumptions", both("section.assumptions"), assumption_blocks(first)),
    ]
    title = both("page.comparison", name=first.scenario.name)
    said = {note: None for run in runs.values() for note in notes_of_storm(run)}
    idle = [
        both("text.no_response_in", label=label) for label, run in runs.items() if not run.scenario.respond
    ]
    return page(Document(title, subtitle(first), [*said, *idle], [], [p for p in parts if p.blocks]), lang)


def comparison_table(table: Comparison) -> Table:
    """Metrics by run; changes against the first run are marked better or worse."""
    head = [both("compare.metric"), both("compare.unit"), *(Both.same(label) for label in table.labels)]
    rows: list[list[Both | Cell]] = []
    for row in (row for row in table.rows if row.telling):
        unit = both(f"unit.{measure(row.metric).unit}")
        cells: list[Both | Cell] = [metric_name(row.metric), unit, _shown(row.metric, row.values[0])]
        for value, change, judged in zip(row.values[1:], row.changes, row.verdicts, strict=True):
            said = _shown(row.metric, value)
            if change:
                said = Both(*(f"{text} ({change_text(row.metric, change)})" for text in said))
            cells.append(Cell(said, TONES.get(judged, "")))
        rows.append(cells)
    return Table(both("table.comparison"), head, rows, tuple(range(2, 2 + len(table.labels))))


def _shown(metric: str, value: float | None) -> Both:
    return Both(*(shown(metric, value, Words(lang)) for lang in LANGUAGES))


def subtitle(run: Run) -> Both:
    """City, storm and its first hour."""
    start = run.scenario.storm.start.strftime("%Y-%m-%d %H:%M")
    return both("page.subtitle", city=run.scenario.city.name, storm=run.scenario.storm.name, start=start)


def notes(run: Run) -> list[Both]:
    """What a reader must know before anything else."""
    idle = [] if run.scenario.respond else [both("text.no_response")]
    return notes_of_storm(run) + idle


def notes_of_storm(run: Run) -> list[Both]:
    """What city and storm say of themselves, such as that they are a schematic reconstruction."""
    return [Both.of(n) for n in (run.scenario.city.note, run.scenario.storm.note) if n is not None]


def facts(run: Run) -> list[tuple[Both, Both]]:
    """What the run was, for the head of the page."""
    crews = run.fields.sizes["crew"]
    kilometres = sum(s.length for s in run.scenario.city.segments) / 1000
    return [
        (both("fact.duration"), both("duration.h", n=f"{run.scenario.duration / 3600:g}")),
        (both("fact.dispatcher"), Both.same(run.dispatcher or run.scenario.dispatcher)),
        (both("fact.seed"), Both.same(run.seed)),
        (
            both("fact.roads"),
            both("fact.roads_of", segments=f"{len(run.scenario.city.segments):,}", km=f"{kilometres:,.0f}"),
        ),
        (both("fact.crews"), both("fact.crews_of", n=crews, teams=len(run.scenario.fleet.teams))),
        (both("fact.version"), Both.same(f"Stormyard {version('stormyard')}")),
    ]
