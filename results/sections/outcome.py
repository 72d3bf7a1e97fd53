"""The key figures, and each goal met or missed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from results.charts import duration
from results.compare import measure, metric_name
from results.content import Card, Cards, Cell, Note, Section, Table, Tone, figure
from results.goals import Goal, snow_grade, snowfall
from results.language import LANGUAGES, Both, Words, both
from results.metrics import SETTLED, recorded, warning_to_order
from results.sections import Reading
from results.series import given

ORDER = 10


def section(reading: Reading) -> Section:
    """Cards, then a table of the goals."""
    cards = Cards([*_storm_cards(reading), *_effort_cards(reading)])
    return Section(
        "outcome", both("section.outcome"), [cards, *_untested(reading), *goal_table(reading.goals)]
    )


def _untested(reading: Reading) -> list[Note]:
    """Clearing goals are met by themselves where no snow lies."""
    peak = reading.figures.get("snow_peak_mm")
    if peak is None or peak > SETTLED:
        return []
    return [Note(both("text.no_snow_lay", mm=f"{peak:.1f}"))]


def goal_table(goals: Sequence[Goal]) -> list[Table]:
    """Each goal: what was allowed, what was reached."""
    rows = [(goal.name, amount(goal.target, goal.unit), reached(goal), verdict(goal)) for goal in goals]
    head = (both("head.goal"), both("head.allowed"), both("head.reached"), both("head.verdict"))
    return [Table(both("table.goals"), head, rows, (1, 2))] if rows else []


def verdict(goal: Goal) -> Cell:
    """Met, missed, or not due before the run ended."""
    if goal.met is None:
        return Cell(both("not_due", n=f"{(goal.due - goal.end) / 3600:,.3g}"), "flag")
    return Cell(both("met" if goal.met else "missed"), "good" if goal.met else "bad")


def reached(goal: Goal) -> Both:
    """What was reached; where it never was, how long the run was."""
    if goal.reached is None and math.isfinite(goal.end):
        return both("never_within", n=f"{goal.end / 3600:g}")
    return amount(goal.reached, goal.unit)


def goals_card(goals: Sequence[Goal], detail: Both) -> Card:
    """How many of the goals that fell due were met."""
    due = [goal for goal in goals if goal.met is not None]
    met = sum(bool(goal.met) for goal in due)
    tone: Tone = "good" if met == len(due) else "bad"
    return Card(both("card.goals"), Both.same(f"{met} / {len(due)}"), detail, tone=tone)


def amount(value: float | None, unit: str, digits: int = 1) -> Both:
    """A figure with its unit; never where there is none."""
    if value is None:
        return both("never")
    number = f"{value:,.0f}" if unit == "count" or value == int(value) else f"{value:,.{digits}f}"
    return Both(*(f"{number} {said}".strip() for said in both(f"unit.{unit}")))


def _storm_cards(reading: Reading) -> list[Card]:
    run, figures = reading.run, reading.figures
    open_still = sum(goal.met is None for goal in reading.goals)
    detail = both("card.goals_not_due", n=open_still) if open_still else both("card.goals_detail")
    cards = [goals_card(reading.goals, detail)] if reading.goals else []
    if "snow" in run.fields:
        grade = snow_grade(run)
        fallen = figure(float(snowfall(run).sum()))
        detail = both("card.snow_detail", grade=both(f"grade.{grade or 'none'}"))
        cards.append(Card(both("card.snow"), fallen, detail, both("unit.mm")))
        cards.append(_metric_card(reading, "snow_peak_mm"))
        cards.append(_metric_card(reading, "unclear_km_h"))
    if "water_depth" in run.fields:
        depth = 100 * float(recorded(run, "water_depth").max(initial=0))
        cards.append(
            Card(both("card.deepest"), figure(depth, 0), both("card.deepest_detail"), both("unit.cm"))
        )
        for name in ("sites_over_limit", "depth_over_15cm_km_h", "flooded_m3", "pumped_m3"):
            cards.append(_metric_card(reading, name))
    if "critical_unreachable_h" in figures:
        cards.append(_metric_card(reading, "critical_unreachable_h"))
    return cards


def _effort_cards(reading: Reading) -> list[Card]:
    cards = []
    lead = warning_to_order(reading.run)
    if lead is not None:
        said = [
            duration(60 * lead.minutes, Words(x)) if lead.minutes < 1e9 else Words(x)["no_answer"]
            for x in LANGUAGES
        ]
        detail = both("card.lead_detail", colour=both(f"colour.{lead.colour}"))
        cards.append(Card(both("metric.warning_to_order_min"), Both(*said), detail))
    for material in reading.run.scenario.fleet.materials:
        used = reading.figures[f"material_used_t.{material.id}"]
        if used:
            of_stock = both("card.of_stock", stock=f"{given(reading.run, material.id):,.0f}")
            cards.append(Card(both("card.used", name=material.name), figure(used), of_stock, both("unit.t")))
    cards.append(_metric_card(reading, "team_h"))
    cards.append(_metric_card(reading, "cost"))
    return cards


def _metric_card(reading: Reading, metric: str) -> Card:
    value, how = reading.figures[metric], measure(metric)
    if value is None:
        return Card(metric_name(metric), both("never"), both(f"card.{metric}"))
    number = figure(value, how.digits)
    return Card(metric_name(metric), number, both(f"card.{metric}"), both(f"unit.{how.unit}"))
