"""The readiness page: what today's teams, machines and stock make of the design storms, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from results.actions import WORTH, Action, actions, missed_words
from results.capacity import cover, figures
from results.charts import clock
from results.content import Block, Card, Cards, Cell, Document, Note, Paragraph, Section, Table, Tone, figure
from results.evidence import callout, places, remarks, roads
from results.goals import Goal, precise
from results.language import Both, both
from results.metrics import Delay, arrival_delays
from results.report import facts, notes
from results.report.html import page
from results.season import Storm, Trial, listed, storms_of
from results.sections.assumptions import assumption_blocks
from results.sections.outcome import amount
from results.sections.response import reach_table
from results.shortfalls import ORDER, Shortfall, shortfalls
from simulation.model import HazardName
from simulation.record import Run

SEASONS: dict[HazardName, str] = {"water": "rain", "snow": "snow"}
"""Seasons by their hazards, as they are named in commands and JSON."""


class Readiness(NamedTuple):
    """What a district's emergency office has to know before the season."""

    storms: list[Storm]
    """Rain before snow, the lighter before the heavier."""
    trials: list[Trial]
    actions: list[Action]
    worst: list[tuple[Storm, Shortfall]]
    """The gravest shortfall of each season, in the lightest storm that has it: what happens most often first."""

    @classmethod
    def of(cls, runs: Mapping[str, Run], trials: Sequence[Trial] = ()) -> Readiness:
        """Runs by their labels, and what was tried. Raises ValueError where there is no storm at all."""
        storms = storms_of(list(runs.items()))
        return cls(storms, list(trials), actions(storms, trials), worst(storms))

    def plain(self, language: str) -> dict[str, Any]:
        """The verdict for programs: goals, shortfalls and actions, sentences in one language."""
        return {
            "storms": {s.label: _plain_storm(s, language) for s in self.storms},
            "worst_shortfalls": [{"storm": storm.label, "what": s.what.said(language)} for storm, s in self.worst],
            "actions": [
                {"season": SEASONS[a.hazard], "what": a.what.said(language), "who": a.who.said(language),
                 "until": a.until.said(language), "why": a.why.said(language)}
                for a in self.actions
            ],
            "trials": [
                {"storm": t.storm.label, "key": t.key, "change": t.change.said(language), "gain": round(t.gain, 3),
                 "missed": [goal.key for goal in t.missed]}
                for t in self.trials
            ],
        }  # fmt: skip


def _plain_storm(storm: Storm, language: str) -> dict[str, Any]:
    goals = [
        {"key": g.key, "name": g.name.said(language), "allowed": g.target, "reached": g.reached, "unit": g.unit,
         "met": g.met}
        for g in storm.goals
    ]  # fmt: skip
    short = [{"kind": s.kind, "what": s.what.said(language)} for s in shortfalls(storm.run, storm.goals)]
    return {"name": storm.name.said(language), "goals": goals, "shortfalls": short}


def worst(storms: Sequence[Storm]) -> list[tuple[Storm, Shortfall]]:
    """The gravest kind of shortfall of each hazard, in the first storm that has it."""
    found = []
    for of in _by_hazard(storms).values():
        short = [(storm, short) for storm in of for short in shortfalls(storm.run, storm.goals)]
        found += [min(short, key=lambda pair: ORDER.index(pair[1].kind))] if short else []
    return found


def verdict_rows(storms: Sequence[Storm]) -> list[list[Both]]:
    """A line a storm: its name, goals met of goals judged, and the missed ones; the head is the first row."""
    rows = [[both("head.storm"), both("readiness.goals_met"), both("readiness.missed")]]
    for storm in storms:
        judged = len(storm.met) + len(storm.missed)
        told = missed_words(storm.missed) if storm.missed else Both.same("–")
        rows.append([storm.name, Both.same(f"{len(storm.met)} / {judged}"), told])
    return rows


def readiness_page(runs: Mapping[str, Run], lang: str = "zh", trials: Sequence[Trial] = ()) -> str:
    """One self-contained page over several storms run with today's resources; labels name the storms."""
    found = Readiness.of(runs, trials)
    first = found.storms[0].run
    hazards = tuple(dict.fromkeys(hazard for run in runs.values() for hazard in run.scenario.hazards))
    whole = replace(first, scenario=first.scenario.model_copy(update={"hazards": hazards}))
    sections = [
        Section("findings", both("section.readiness"), _verdict(found)),
        Section("actions", both("readiness.section_actions"), _actions(found)),
        Section("storms", both("section.storms"), _matrices(found.storms)),
        Section("short", both("readiness.section_short"), _shortfalls(found.storms)),
        Section("tried", both("readiness.section_tried"), _tried(found)),
        Section(
            "callout", both("readiness.section_callout"), [*callout(found.storms), *_remarks(found.storms)]
        ),
        Section("sites", both("readiness.section_sites"), places(found.storms, found.trials)),
        Section("roads", both("readiness.section_roads"), roads(found.storms)),
        Section("cover", both("section.cover"), _cover(found.storms)),
        Section("reach", both("section.reach"), _reach(found.storms)),
        Section("derived", both("section.derived"), _derived(found.storms)),
        Section("assumptions", both("section.assumptions"), assumption_blocks(whole)),
    ]
    document = Document(
        title=title(found.storms),
        subtitle=both("page.readiness_subtitle", n=len(found.storms), storms=_span(found.storms)),
        notes=list({note: None for run in runs.values() for note in notes(run)}),
        facts=facts(first)[1:],
        sections=[s for s in sections if s.blocks],
    )
    return page(document, lang)


def title(storms: Sequence[Storm]) -> Both:
    """The district and the season."""
    hazards = {storm.hazard for storm in storms}
    season = "both" if len(hazards) > 1 else hazards.pop()
    return both(
        "page.readiness", city=storms[0].run.scenario.city.name, season=both(f"readiness.season_{season}")
    )


def _span(storms: Sequence[Storm]) -> Both:
    """The lightest and the heaviest storm of each hazard."""
    spans = []
    for of in _by_hazard(storms).values():
        ends = dict.fromkeys((of[0].name, of[-1].name))
        spans.append(Both(" 至 ".join(n.zh for n in ends), " to ".join(n.en for n in ends)))
    return listed(spans)


def _by_hazard(storms: Sequence[Storm]) -> dict[HazardName, list[Storm]]:
    found: dict[HazardName, list[Storm]] = {}
    for storm in storms:
        found.setdefault(storm.hazard, []).append(storm)
    return found


# --------------------------------------------------------------------------- verdict and actions


def _verdict(found: Readiness) -> list[Block]:
    goals = [goal for storm in found.storms for goal in storm.goals if goal.met is not None]
    met, held = sum(bool(g.met) for g in goals), sum(not s.missed for s in found.storms)
    cards = [
        Card(both("card.goals"), Both.same(f"{met} / {len(goals)}"), both("card.goals_all"),
             tone="good" if met == len(goals) else "bad"),
        Card(both("card.storms_held"), Both.same(f"{held} / {len(found.storms)}"), both("card.storms_held_detail"),
             tone="good" if held == len(found.storms) else "bad"),
    ]  # fmt: skip
    said = [Paragraph(_holds(of)) for of in _by_hazard(found.storms).values()]
    said += [
        Paragraph(both("readiness.worst", storm=storm.name, what=short.what)) for storm, short in found.worst
    ]
    head, *rows = verdict_rows(found.storms)
    toned: list[list[Both | Cell]] = [
        [row[0], Cell(row[1], "bad" if storm.missed else "good"), row[2]]
        for row, storm in zip(rows, found.storms, strict=True)
    ]
    table = Table(both("readiness.table_verdict"), head, toned, (1,))
    still = [both("readiness.open", storm=s.name, n=len(s.open)) for s in found.storms if s.open]
    return [Cards(cards), *said, table, *(Note(text) for text in still)]


def _holds(storms: Sequence[Storm]) -> Both:
    """Up to which storm every goal is met, and which is the first that is not."""
    kind = storms[0].hazard
    failed = [s for s in storms if s.missed]
    if not failed:
        return both(f"readiness.holds_all_{kind}", n=len(storms), storm=storms[-1].name)
    lighter = storms[: storms.index(failed[0])]
    missed = missed_words(failed[0].missed)
    if not lighter:
        return both(f"readiness.holds_none_{kind}", storm=failed[0].name, missed=missed)
    return both(f"readiness.holds_{kind}", held=lighter[-1].name, storm=failed[0].name, missed=missed)


def _actions(found: Readiness) -> list[Block]:
    if not found.actions:
        return [Paragraph(both("readiness.nothing_to_do"))]
    head = [both(f"readiness.head_{k}") for k in ("what", "who", "until", "why")]
    rows = [[Both(f"{n}. {a.what.zh}", f"{n}. {a.what.en}"), a.who, a.until, a.why]
            for n, a in enumerate(found.actions, 1)]  # fmt: skip
    return [Paragraph(both("readiness.actions")), Table(both("readiness.table_actions"), head, rows)]


def _tried(found: Readiness) -> list[Block]:
    if not found.trials:
        return [Paragraph(both("readiness.not_tried"))] if any(s.missed for s in found.storms) else []
    rows: list[list[Both | Cell]] = []
    for trial in found.trials:
        key, tone = _effect(trial)
        rows.append([trial.storm.name, trial.change, missed_words(trial.storm.missed), missed_words(trial.missed),
                     Cell(both(f"readiness.effect_{key}"), tone)])  # fmt: skip
    head = [
        both("head.storm"),
        *(both(f"readiness.head_{k}") for k in ("change", "before", "after", "effect")),
    ]
    return [Paragraph(both("readiness.tries")), Table(both("readiness.table_tried"), head, rows)]


def _effect(trial: Trial) -> tuple[str, Tone]:
    if trial.key == "nobody":
        return "nobody", ""
    if trial.gain >= WORTH:
        return "better", "good"
    return ("worse", "bad") if trial.gain <= -WORTH else ("none", "")


# --------------------------------------------------------------------------- goals and shortfalls


def _matrices(storms: Sequence[Storm]) -> list[Block]:
    """Goals by storm, a table for storms that are asked the same; the longer list goes down the page."""
    alike: dict[tuple[str, ...], list[Storm]] = {}
    for storm in storms:
        alike.setdefault(tuple(goal.key for goal in storm.goals), []).append(storm)
    blocks: list[Block] = []
    for keys, group in alike.items():
        if not keys:
            continue
        goals_ = [goal.name for goal in group[0].goals]
        names = [storm.name for storm in group]
        cells: list[list[Both | Cell]] = [[_judged(goal) for goal in storm.goals] for storm in group]
        across, down = (names, goals_) if len(group) <= len(keys) else (goals_, names)
        body = [list(row) for row in zip(*cells, strict=True)] if across is names else cells
        head = [both("head.goal" if across is names else "head.storm"), *across]
        rows = [[first, *row] for first, row in zip(down, body, strict=True)]
        blocks.append(Table(both("table.matrix"), head, rows, tuple(range(1, len(head)))))
        if group[0].hazard == "snow":
            blocks.append(Paragraph(both("readiness.how_snow")))
    return blocks


def _judged(goal: Goal) -> Cell:
    """What was reached and what was allowed."""
    if goal.met is None:
        return Cell(both("text.not_due", allowed=amount(goal.target, goal.unit)), "flag")
    reached, allowed = amount(goal.reached, goal.unit), amount(goal.target, goal.unit)
    if goal.reached is not None and goal.unit == "h" and goal.reached != int(goal.reached):
        reached = Both(*(f"{precise(goal)} {said}" for said in both("unit.h")))
    return Cell(both("text.judged", reached=reached, allowed=allowed), "good" if goal.met else "bad")


def _shortfalls(storms: Sequence[Storm]) -> list[Block]:
    """A line a shortfall, storm by storm; sentences that several storms share stand once."""
    shared: dict[Shortfall, list[Both]] = {}
    for storm in storms:
        for short in shortfalls(storm.run, storm.goals):
            shared.setdefault(short, []).append(storm.name)
    if not shared:
        return [Paragraph(both("text.no_gap"))]
    rows = [(listed(names), short.what) for short, names in shared.items()]
    return [Table(both("table.gaps"), [both("head.storm"), both("head.missing")], rows)]


def _remarks(storms: Sequence[Storm]) -> list[Block]:
    return [Paragraph(text) for text in remarks([s for s in storms if s.hazard == "snow"])]


# --------------------------------------------------------------------------- stock, arrival, figures


def _cover(storms: Sequence[Storm]) -> list[Block]:
    rows: list[list[Both | Cell]] = []
    for storm in storms:
        for material in storm.run.scenario.fleet.materials:
            held = None if material.use == "fuel" else cover(storm.run, material.id)
            if held is None:
                continue
            bags = material.use == "bag" or held.pace is None or held.hours is None
            spent = Both.same("–") if held.spent is None else Both.same(clock(storm.run, held.spent))
            rows.append(
                [storm.name, Both.of(material.name), figure(held.stock), figure(held.used),
                 Both.same("–") if bags else figure(held.pace), Both.same("–") if bags else figure(held.hours),
                 Cell(spent, "bad" if held.spent is not None else "")]
            )  # fmt: skip
    head = [both("head.storm"), both("head.material"), both("head.stock_t"), both("head.used_t"),
            *(both(f"readiness.head_{k}") for k in ("pace", "lasts", "spent"))]  # fmt: skip
    table = Table(both("table.cover"), head, rows, (2, 3, 4, 5))
    return [Paragraph(both("readiness.cover")), table] if rows else []


def _reach(storms: Sequence[Storm]) -> list[Block]:
    """Arrivals by street office, a table a hazard: in snow and in rain other crews drive on other roads."""
    blocks: list[Block] = []
    for hazard, of in _by_hazard(storms).items():
        delays: list[Delay] = [delay for storm in of for delay in arrival_delays(storm.run)]
        goal = of[0].run.scenario.goals.reach / 60
        if not delays:
            blocks.append(Note(both("text.no_arrivals")))
            continue
        late = 100 * sum(d.minutes > goal for d in delays) / len(delays)
        said = both(f"readiness.reach_{hazard}", n=f"{len(delays):,}", goal=f"{goal:g}", late=f"{late:.0f}",
                    storms=len(of))  # fmt: skip
        blocks += [Paragraph(said), *reach_table(of[0].run, delays)]
    return blocks


def _derived(storms: Sequence[Storm]) -> list[Block]:
    first, runs = storms[0].run, {s.label: s.run for s in storms}
    rows = [
        (f.name, figure(f.value, 1), both(f"unit.{f.unit}"), f.basis) for f in figures(first.scenario, runs)
    ]
    head = [both(f"head.{k}") for k in ("figure", "value", "unit", "how")]
    table = Table(both("table.derived"), head, rows, (1,))
    if any(run.scenario.fleet != first.scenario.fleet for run in runs.values()):
        return [Note(both("text.fleets_differ", storm=storms[0].name)), table]
    return [table]
