"""The readiness page: the design storms against today's teams, machines and stock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from results.capacity import cover, figures
from results.content import (
    Block,
    Bullets,
    Card,
    Cards,
    Cell,
    Document,
    Note,
    Paragraph,
    Section,
    Table,
    figure,
)
from results.goals import Goal, goals
from results.language import Both, both
from results.metrics import Delay, Figures, arrival_delays, hour_weights, metrics, sites, unclear_roads
from results.report import facts, notes
from results.report.html import page
from results.sections.assumptions import assumption_blocks
from results.sections.outcome import amount, goals_card
from results.sections.response import reach_table
from results.shortfalls import ORDER, Shortfall, shortfalls
from simulation.record import Run

WORST = 10
MOST_FINDINGS = 8


@dataclass(frozen=True)
class Storm:
    """A storm of the page and what became of it."""

    label: str
    name: Both
    run: Run
    figures: Figures
    goals: list[Goal]
    short: list[Shortfall]


def readiness_page(runs: Mapping[str, Run], lang: str = "zh") -> str:
    """One self-contained page over several storms run with today's resources; labels name the storms.

    Raises ValueError where there is no storm at all.
    """
    if not runs:
        raise ValueError("a readiness page needs at least one storm")
    storms = [_storm(label, run) for label, run in runs.items()]
    first = storms[0].run
    sections = [
        _findings(storms),
        Section("storms", both("section.storms"), _matrices(storms)),
        Section("gaps", both("section.gaps"), _gaps(storms)),
        Section("cover", both("section.cover"), _cover(storms)),
        Section("worst", both("section.worst"), _worst(storms)),
        Section("reach", both("section.reach"), _reach(storms)),
        Section("derived", both("section.derived"), _derived(runs)),
        Section("assumptions", both("section.assumptions"), assumption_blocks(first)),
    ]
    document = Document(
        title=both("page.readiness", city=first.scenario.city.name),
        subtitle=both("page.readiness_subtitle", n=len(storms)),
        notes=list({note: None for run in runs.values() for note in notes(run)}),
        facts=facts(first)[1:],
        sections=[s for s in sections if s.blocks],
    )
    return page(document, lang)


def _storm(label: str, run: Run) -> Storm:
    reached = metrics(run)
    judged = goals(run, reached)
    return Storm(label, Both.of(run.scenario.storm.name), run, reached, judged, shortfalls(run, judged))


# --------------------------------------------------------------------------- findings and goals


def _findings(storms: list[Storm]) -> Section:
    held = sum(all(goal.met is not False for goal in storm.goals) for storm in storms)
    stockouts = sum(storm.figures["stockouts"] or 0 for storm in storms)
    cards = Cards(
        [
            goals_card([goal for storm in storms for goal in storm.goals], both("card.goals_all")),
            Card(both("card.storms_held"), Both.same(f"{held} / {len(storms)}"), both("card.storms_held_detail"),
                 tone="good" if held == len(storms) else "bad"),
            Card(both("metric.stockouts"), figure(stockouts, 0), both("card.stockouts_all"),
                 tone="bad" if stockouts else "good"),
        ]
    )  # fmt: skip
    gravest = sorted(_shared(storms), key=lambda gap: ORDER.index(gap[1].kind))[:MOST_FINDINGS]
    bullets = [both("text.gap", storm=names, what=s.what, change=s.change) for names, s in gravest]
    told = Bullets(bullets) if bullets else Paragraph(both("text.no_gap"))
    return Section("findings", both("section.readiness"), [cards, told])


def _shared(storms: list[Storm]) -> list[tuple[Both, Shortfall]]:
    """Shortfalls with the names of the storms that share them word by word."""
    found: dict[Shortfall, list[Both]] = {}
    for storm in storms:
        for short in storm.short:
            found.setdefault(short, []).append(_head(storm, storms))
    return [
        (Both("、".join(n.zh for n in names), "; ".join(n.en for n in names)), s)
        for s, names in found.items()
    ]


def _matrices(storms: list[Storm]) -> list[Block]:
    """Goals by storm, a table for storms that are asked the same; the longer list goes down the page."""
    alike: dict[tuple[str, ...], list[Storm]] = {}
    for storm in storms:
        alike.setdefault(tuple(goal.key for goal in storm.goals), []).append(storm)
    tables: list[Block] = []
    for keys, group in alike.items():
        if not keys:
            continue
        goals_ = [goal.name for goal in group[0].goals]
        names = [_head(storm, storms) for storm in group]
        cells: list[list[Both | Cell]] = [[_judged(goal) for goal in storm.goals] for storm in group]
        across, down = (names, goals_) if len(group) <= len(keys) else (goals_, names)
        body = [list(row) for row in zip(*cells, strict=True)] if across is names else cells
        head = [both("head.goal" if across is names else "head.storm"), *across]
        rows = [[first, *row] for first, row in zip(down, body, strict=True)]
        tables.append(Table(both("table.matrix"), head, rows, tuple(range(1, len(head)))))
    return tables


def _judged(goal: Goal) -> Cell:
    """What was reached and what was allowed."""
    if goal.met is None:
        return Cell(both("text.not_due", allowed=amount(goal.target, goal.unit)), "flag")
    reached, allowed = amount(goal.reached, goal.unit), amount(goal.target, goal.unit)
    return Cell(both("text.judged", reached=reached, allowed=allowed), "good" if goal.met else "bad")


def _head(storm: Storm, storms: list[Storm]) -> Both:
    """The storm's name; its label where two storms share a name."""
    shared = sum(other.name == storm.name for other in storms) > 1
    return Both.same(storm.label) if shared else storm.name


# --------------------------------------------------------------------------- gaps and stock


def _gaps(storms: list[Storm]) -> list[Block]:
    rows = [(short.what, short.change, names) for names, short in _shared(storms)]
    if not rows:
        return [Paragraph(both("text.no_gap"))]
    head = [both("head.missing"), both("head.change"), both("head.storm")]
    return [Paragraph(both("text.gaps")), Table(both("table.gaps"), head, rows)]


def _cover(storms: list[Storm]) -> list[Block]:
    rows: list[list[Both | Cell]] = []
    for storm in storms:
        for material in storm.run.scenario.fleet.materials:
            held = cover(storm.run, material.id)
            if material.use == "fuel" or held is None:
                continue
            out = sum(e.kind == "stockout" and e.verb == material.id for e in storm.run.events)
            lasts = both("duration.h", n=f"{held.hours:.1f}")
            rows.append(
                [_head(storm, storms), Both.of(material.name), figure(held.stock), figure(held.used),
                 Cell(lasts, "bad" if held.spent else ""), Cell(figure(out, 0), "bad" if out else "")]
            )  # fmt: skip
    head = [both(f"head.{k}") for k in ("storm", "material", "stock_t", "used_t", "lasts", "stockouts")]
    return [Table(both("table.cover"), head, rows, (2, 3, 4, 5))] if rows else []


# --------------------------------------------------------------------------- places and teams


def _worst(storms: list[Storm]) -> list[Block]:
    """The ten roads longest above their goal in snow, and the ten sites longest over the limit in water."""
    blocks: list[Block] = []
    roads, places = _roads(storms), _places(storms)
    names = {storm.label: _head(storm, storms) for storm in storms}
    for caption, found, measure in (("table.worst_in_snow", roads, "head.hours_unclear"),
                                    ("table.worst_in_water", places, "head.hours_over")):  # fmt: skip
        ranked = sorted(found.items(), key=lambda kv: (-max(kv[1].values()), -sum(kv[1].values())))[:WORST]
        rows = []
        for (name, office), by in ranked:
            label = max(by, key=lambda at: by[at])
            if by[label] > 0:
                over = figure(sum(hours > 0 for hours in by.values()), 0)
                rows.append((name, office, figure(by[label]), names[label], over, figure(sum(by.values()))))
        if rows:
            head = [
                both(f"head.{k}")
                for k in ("place", "office", "worst_h", "worst_storm", "storms_over", "sum_h")
            ]
            blocks.append(Table(both(caption, measure=both(measure)), head, rows, (2, 4, 5)))
    return blocks


Places = dict[tuple[Both, Both], dict[str, float]]


def _roads(storms: list[Storm]) -> Places:
    found: Places = {}
    for storm in storms:
        if "snow" not in storm.run.fields:
            continue
        hours, offices = hour_weights(storm.run) @ unclear_roads(storm.run), _offices(storm.run)
        for i, segment in enumerate(storm.run.scenario.city.segments):
            by = found.setdefault((Both.of(segment.road), offices.get(segment.office, Both.same("–"))), {})
            by[storm.label] = max(by.get(storm.label, 0.0), float(hours[i]))
    return found


def _places(storms: list[Storm]) -> Places:
    found: Places = {}
    for storm in storms:
        limit, weights, offices = (
            storm.run.scenario.goals.depth_limit,
            hour_weights(storm.run),
            _offices(storm.run),
        )
        for site in sites(storm.run):
            key = (Both.of(site.place.name), offices.get(site.place.office, Both.same("–")))
            found.setdefault(key, {})[storm.label] = float(weights @ (site.depth > limit))
    return found


def _offices(run: Run) -> dict[str, Both]:
    return {o.id: Both.of(o.name) for o in run.scenario.city.offices}


def _reach(storms: list[Storm]) -> list[Block]:
    delays: list[Delay] = [delay for storm in storms for delay in arrival_delays(storm.run)]
    goal = storms[0].run.scenario.goals.reach / 60
    if not delays:
        return [Note(both("text.no_arrivals"))]
    late = np.mean([d.minutes > goal for d in delays])
    text = both("text.reach", n=f"{len(delays):,}", goal=f"{goal:g}", late=f"{100 * late:.0f}")
    return [Paragraph(text), *reach_table(storms[0].run, delays)]


def _derived(runs: Mapping[str, Run]) -> list[Block]:
    first = next(iter(runs.values()))
    rows = [
        (f.name, figure(f.value, 1), both(f"unit.{f.unit}"), f.basis) for f in figures(first.scenario, runs)
    ]
    head = [both(f"head.{k}") for k in ("figure", "value", "unit", "how")]
    table = Table(both("table.derived"), head, rows, (1,))
    if any(run.scenario.fleet != first.scenario.fleet for run in runs.values()):
        return [Note(both("text.fleets_differ", storm=first.scenario.storm.name)), table]
    return [table]
