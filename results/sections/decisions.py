"""Decisions: how many orders, of what kind, what the solver said, and what was refused and why."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from results import charts
from results.content import Block, Paragraph, Section, Table, figure
from results.language import Both, both
from results.names import known, segment_name
from results.refusals import in_both_languages
from results.sections import Reading
from simulation.record import Run

ORDER = 80
VERBS = (
    "plough", "spread", "haul", "clear_footway", "pump", "clear_inlet", "sandbag", "close", "guard", "recall",
    "transfer",
)  # fmt: skip


def section(reading: Reading) -> Section | None:
    """Orders by hour and by kind, the solver's outcomes, refusals by reason."""
    run = reading.run
    blocks: list[Block] = [
        *charts.drawn("orders", both("figure.orders"), lambda words, wide: charts.orders(run, words, wide)),
        *_by_verb(run),
        *solver_table(reading.decisions),
        *reasons_table(run, reading.decisions),
        *_refusals(run),
    ]
    return Section("decisions", both("section.decisions"), blocks) if blocks else None


def _by_verb(run: Run) -> list[Block]:
    orders = [e for e in run.events if e.kind == "order"]
    count, targets = Counter(e.verb for e in orders), Counter[str]()
    for event in orders:
        targets[event.verb] += max(1, int(event.value)) if event.verb not in ("transfer", "recall") else 1
    passes = Counter(e.verb for e in run.events if e.kind == "done")
    rows = [
        (verbs(verb), figure(n, 0), figure(targets[verb], 0), figure(passes[verb], 0))
        for verb, n in count.most_common()
    ]
    head = [both(f"head.{k}") for k in ("work", "orders", "targets", "done")]
    return [Table(both("table.orders"), head, rows, (1, 2, 3))] if rows else []


def verbs(text: str) -> Both:
    """Verbs joined by plus signs, in words."""
    parts = [both(f"verb.{v}") if v in VERBS else Both.same(v or "–") for v in text.split("+")]
    return Both("＋".join(p.zh for p in parts), " + ".join(p.en for p in parts))


def solver_table(decisions: Sequence[dict[str, Any]]) -> list[Block]:
    """Decisions by what the solver said of them."""
    asked = [d for d in decisions if d.get("status") != "rule"]
    if not asked:
        return []
    rows = []
    for status, n in Counter(str(d["status"]) for d in asked).most_common():
        mine = [d for d in asked if str(d["status"]) == status]
        gaps = [float(d["gap"]) for d in mine if d.get("gap") is not None and math.isfinite(d["gap"])]
        spent = [float(d.get("seconds") or 0) for d in mine]
        rows.append(
            (known(f"solver.{status}", status), figure(n, 0), figure(sum(bool(d.get("fallback")) for d in mine), 0),
             figure(100 * max(gaps), 2) if gaps else Both.same("–"), figure(sum(spent), 2), figure(max(spent), 2))
        )  # fmt: skip
    head = [both(f"head.{k}") for k in ("status", "decisions", "fallbacks", "worst_gap_pct", "seconds",
                                        "slowest_s")]  # fmt: skip
    return [Table(both("table.solver"), head, rows, (1, 2, 3, 4, 5))]


def reasons_table(run: Run, decisions: Sequence[dict[str, Any]]) -> list[Block]:
    """What decisions rested on: each reason about the same things once, with its greatest figures."""
    times: Counter[tuple[str, tuple[Any, ...]]] = Counter()
    first, most = dict[Any, int](), dict[Any, dict[str, Any]]()
    for decision in decisions:
        for key, gaps in decision.get("why", ()):
            group = key, tuple(v for v in gaps.values() if not isinstance(v, int | float))
            times[group] += 1
            first.setdefault(group, decision["t"])
            known_ = most.setdefault(group, dict(gaps))
            known_ |= {k: max(v, known_[k]) for k, v in gaps.items() if isinstance(v, int | float)}
    rows = [
        (figure(times[group], 0), Both.same(charts.clock(run, t)),
         both(f"why.{group[0]}", **{k: _gap(run, k, v) for k, v in most[group].items()}))
        for group, t in list(first.items())[:30]
    ]  # fmt: skip
    head = [both(f"head.{k}") for k in ("times", "first_at", "reason")]
    return [Table(both("table.reasons"), head, rows, (0,))] if rows else []


def _gap(run: Run, name: str, value: Any) -> Both:
    """A figure, a share in per cent, the solver's status, or the names of things."""
    if name == "status":
        return known(f"solver.{value}", value)
    if name.endswith("_share"):
        return Both.same(f"{value:.0%}" if value == 0 or value >= 0.005 else "<1%")
    if isinstance(value, list | tuple):
        named = dict.fromkeys(segment_name(run.scenario, thing) for thing in value)
        return Both("、".join(n.zh for n in named), ", ".join(n.en for n in named))
    return figure(value, 0)


def _refusals(run: Run) -> list[Block]:
    refused = [e for e in run.events if e.kind == "refused"]
    if not refused:
        given = any(e.kind == "order" for e in run.events)
        return [Paragraph(both("text.none_refused" if given else "text.no_orders"))]
    first: dict[tuple[str, str], int] = {}
    for event in refused:
        first.setdefault((event.verb, event.text), event.t)
    count = Counter((e.verb, e.text) for e in refused)
    rows = [
        (
            figure(n, 0),
            Both.same(charts.clock(run, first[key])),
            both(f"action.{key[0]}"),
            in_both_languages(key[1]),
        )
        for key, n in count.most_common(30)
    ]
    head = [both(f"head.{k}") for k in ("times", "first_at", "order", "reason")]
    return [Table(both("table.refusals", shown=len(rows), total=len(count)), head, rows, (0,))]
