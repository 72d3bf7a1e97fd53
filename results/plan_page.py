"""The page of a plan: whether it is worth it, why, what to change, what was tried, and how to use it."""

from __future__ import annotations

from typing import Any

from results.content import (
    Block,
    Bullets,
    Card,
    Cards,
    Cell,
    Command,
    Document,
    Note,
    Paragraph,
    Section,
    Table,
    Tone,
)
from results.language import Both, both
from results.money import money_blocks
from results.names import known
from results.planning import (
    KEPT,
    NOT_JUDGED,
    Proposal,
    figure,
    figure_rows,
    plan_rows,
    planner_name,
    reason,
    verdict,
)
from results.report.html import page

HEADLINES = ("fleet.beyond", "fleet.burden_rises")
"""Reasons without which a verdict is misread: they stand above it, the others below."""
TONES: dict[str, Tone] = {"worth": "good", "worse": "bad", "loses": "bad", "unproven": "bad", "fewer": "bad"}
"""Of the mean change, by the verdict; what cannot be told yet has none."""


def planning_page(proposal: Proposal, lang: str = "zh") -> str:
    """The plan as one self-contained page in both languages."""
    return page(document(proposal), lang)


def document(proposal: Proposal) -> Document:
    """What the page of a plan says."""
    scenario, found = proposal.scenario, proposal.judgement
    notes = [Both.of(n) for n in (scenario.city.note, scenario.storm.note) if n is not None]
    sections = [
        Section("verdict", both("planning.section_verdict"), _verdict_blocks(proposal)),
        Section("why", both("planning.section_why"), _why_blocks(proposal)),
        Section("plan", both("planning.section_plan"), _plan_blocks(proposal)),
        Section("tried", both("planning.section_tried"), _tried_blocks(proposal)),
        Section("next", both("planning.section_next"), _next_blocks(proposal)),
    ]
    facts = [
        (both("planning.fact_planner"), planner_name(proposal.planner)),
        (
            both("planning.fact_members"),
            Both.same(found.members) if proposal.figures else both("planning.not_judged"),
        ),
        (both("fact.seed"), Both.same(proposal.seed)),
        *(
            (known(f"plan_option.{name}", name), Both.same(_plain(value)))
            for name, value in proposal.asked.items()
        ),
    ]
    return Document(
        title=both("planning.title", planner=planner_name(proposal.planner), name=scenario.name),
        subtitle=both("planning.subtitle", city=scenario.city.name, storm=scenario.storm.name),
        notes=notes,
        facts=facts,
        sections=[s for s in sections if s.blocks],
    )


def _plain(value: Any) -> str:
    return f"{value:,g}" if isinstance(value, int | float) else str(value)


def _verdict_blocks(proposal: Proposal) -> list[Block]:
    found = proposal.judgement
    scenario, heads = proposal.scenario, [why for why in proposal.why if why[0] in HEADLINES]
    blocks: list[Block] = [Note(reason(scenario, *why)) for why in heads]
    blocks.append(Paragraph(verdict(found)))
    if found.verdict not in NOT_JUDGED:
        cards = [
            Card(both("planning.burden"), Both.same(figure(found.mean, "+")),
                 both("planning.card_mean", low=figure(found.low, "+"), high=figure(found.high, "+")),
                 both("unit.km_h"), TONES.get(found.verdict, "")),
            Card(both("planning.card_better"), Both.same(f"{found.better:.0%}"),
                 both("planning.card_better_detail", members=found.members, worse=f"{found.worse:.0%}")),
        ]  # fmt: skip
        blocks.append(Cards(cards))
    blocks.append(Paragraph(both("planning.burden_meaning")))
    if found.verdict in ("few", "unproven", "worse", "loses"):
        blocks.append(Note(both("planning.proposes_nothing")))
    return blocks


def _why_blocks(proposal: Proposal) -> list[Block]:
    said = [reason(proposal.scenario, *why) for why in proposal.why if why[0] not in HEADLINES]
    return [Bullets(said)] if said else []


def _plan_blocks(proposal: Proposal) -> list[Block]:
    rows = plan_rows(proposal)
    if not rows:
        return []
    numbers = [
        i for i, column in enumerate(dict.fromkeys(k for row in proposal.rows for k in row))
        if all(isinstance(row.get(column, 0.0), int | float) for row in proposal.rows)
    ]  # fmt: skip
    key = (
        "planning.table" if proposal.judgement.verdict in (*KEPT, *NOT_JUDGED) else "planning.table_rejected"
    )
    return [Table(both(key), rows[0], rows[1:], numbers), *money_blocks(proposal.curve)]


def _next_blocks(proposal: Proposal) -> list[Block]:
    """How to use what is proposed."""
    if proposal.judgement.verdict not in KEPT:
        return []
    blocks: list[Block] = [Paragraph(both("planning.next_paste", variant=f"plan-{proposal.planner}"))]
    if proposal.commands:
        blocks += [Paragraph(both("planning.next")), Command(proposal.commands)]
    return blocks


def _tried_blocks(proposal: Proposal) -> list[Block]:
    if not proposal.figures:
        return []
    rows = figure_rows(proposal)
    head = [cell.text if isinstance(cell, Cell) else cell for cell in rows[0]]
    storms = [Both(f"{name.zh}（{n}）", f"{name.en} ({n})") for name, n in proposal.storms]
    return [
        Paragraph(both("planning.tried", members=proposal.judgement.members)),
        Bullets(storms),
        Table(both("planning.table_figures"), head, rows[1:], (1, 2, 3, 4)),
    ]
