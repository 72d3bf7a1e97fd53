"""Dispatchers beside each other on the same storms and the same luck: ``python -m benchmarks.dispatchers``.

Member k of every dispatcher meets the same weather, forecast, reports and breakdowns (seed k), so differences are
paired; the interval is Student's t at 90 % of the mean difference. The goal, lower is better, is the weighted burden
that planners work by as well (``optimization.plan.burden``), and its parts are shown beside it.

``--json`` prints {"rows": [...], "means": {...}}; a row carries scenario, dispatcher, members, from_seed, goal, beside
(the goal of the first dispatcher), difference, low, high, margin_pct, low_pct, high_pct (above 0: better than the
first), parts and parts_beside (the goal's, by name), hours and hours_beside (first passes and bridges; null where a
member never came to it), the greatest seconds of a decision, fallbacks and refusals. ``--write`` puts the table into
``docs/benchmarks.md``, a dispatcher beside the first on all storms that were asked for.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from benchmarks.page import PAGE, put
from optimization.dispatchers import make
from optimization.plan import burden, burden_parts
from results.metrics import Figures, metrics
from scenarios.load import load
from simulation.engine import run
from simulation.orders import Order
from simulation.situation import Situation

STORMS = ("tiny/snow", "tiny/flood", "jinshui/blizzard", "jinshui/cloudburst")
CONFIDENCE = 0.9
HOURS = ("first_pass_h.p1", "first_pass_h.p2", "bridges_h")
"""Promises that the goal does not count: hours until all roads of class 1, of class 2 and all bridges were served."""
HEADING = "Dispatchers"
TITLES = (
    "storm", "burden, km h", "better by, %", "unclear", "under water", "cut off", "closed late",
    "class 1 first pass, h", "class 2, h", "bridges, h",
)  # fmt: skip


class Played(NamedTuple):
    """What one member of one dispatcher came to."""

    goal: float
    slowest: float
    """s that its slowest decision took."""
    fallbacks: int
    figures: Figures


def member(reference: str, name: str, seed: int) -> Played:
    """Play one member: a scenario, maybe with ``:variant``, under a dispatcher."""
    folder, _, variant = reference.partition(":")
    scenario = load(folder, variant or None)
    dispatcher, slowest = make(name, scenario, seed), [0.0]

    def timed(situation: Situation) -> list[Order]:
        begun = time.perf_counter()
        orders = list(dispatcher(situation))
        slowest[0] = max(slowest[0], time.perf_counter() - begun)
        return orders

    figures = metrics(run(scenario, seed, timed))
    fallbacks = sum(d.fallback for d in getattr(dispatcher, "decisions", ()))
    return Played(burden(figures), slowest[0], fallbacks, figures)


def beside(
    reference: str, name: str, played: list[Played], first: list[Played], seed: int = 0
) -> dict[str, Any]:
    """One line of the table: a dispatcher's members against the first dispatcher's, seed by seed from ``seed`` on."""
    goals, peer = np.array([p.goal for p in played]), np.array([p.goal for p in first])
    difference = goals - peer
    mean, spread = float(difference.mean()), 0.0
    if len(goals) > 1:
        quantile = stats.t.ppf((1 + CONFIDENCE) / 2, len(goals) - 1)
        spread = float(quantile * difference.std(ddof=1) / np.sqrt(len(goals)))
    share = 100 / max(float(peer.mean()), 1e-12)
    return {
        "scenario": reference, "dispatcher": name, "members": len(goals), "from_seed": seed,
        "goal": float(goals.mean()), "beside": float(peer.mean()),
        "difference": mean, "low": mean - spread, "high": mean + spread,
        "margin_pct": -mean * share, "low_pct": -(mean + spread) * share, "high_pct": -(mean - spread) * share,
        "parts": _parts(played), "parts_beside": _parts(first), "hours": _hours(played), "hours_beside": _hours(first),
        "slowest_s": max(p.slowest for p in played), "fallbacks": sum(p.fallbacks for p in played),
        "refusals": sum(p.figures["refusals"] or 0.0 for p in played),
    }  # fmt: skip


def _parts(played: Sequence[Played]) -> dict[str, float]:
    """Means of the goal's parts."""
    parts = [burden_parts(p.figures) for p in played]
    return {name: float(np.mean([p[name] for p in parts])) for name in parts[0]}


def _hours(played: Sequence[Played]) -> dict[str, float | None]:
    """Means of the promised hours that the runs have; None where a member never came to it."""
    found: dict[str, float | None] = {}
    for name in HOURS:
        if name in played[0].figures:
            hours = [p.figures[name] for p in played]
            known = [h for h in hours if h is not None]
            found[name] = float(np.mean(known)) if len(known) == len(hours) else None
    return found


def show(row: dict[str, Any]) -> None:
    """A row for people."""
    print(
        f"{row['scenario']:22} {row['dispatcher']:11} {row['goal']:10.2f} {row['difference']:+9.2f} "
        f"[{row['low']:+.2f}, {row['high']:+.2f}]  {row['margin_pct']:+.2f} % "
        f"[{row['low_pct']:+.2f}, {row['high_pct']:+.2f}]  slowest {row['slowest_s']:.2f} s, "
        f"{row['fallbacks']} fallbacks, {row['refusals']:.0f} refusals",
        file=sys.stderr, flush=True,
    )  # fmt: skip
    told = [f"{name} {row['parts_beside'][name]:.1f} -> {value:.1f}" for name, value in row["parts"].items()]
    told += [f"{name} {_cell(row['hours_beside'][name], '.1f')} -> {_cell(value, '.1f')}"
             for name, value in row["hours"].items()]  # fmt: skip
    print("    " + ", ".join(told), file=sys.stderr, flush=True)


def _cell(value: float | None, pattern: str) -> str:
    return "never" if value is None else f"{value:{pattern}}"


def _pair(first: float, other: float) -> str:
    """Two figures with an arrow; small ones with a decimal."""
    digits = 1 if 0 < max(first, other) < 100 else 0
    return f"{first:,.{digits}f} → {other:,.{digits}f}"


def table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Lines of a table in Markdown, a row a storm: the first dispatcher's figures, an arrow, the other's."""
    lines = ["| " + " | ".join(TITLES) + " |", "|---" * len(TITLES) + "|"]
    for row in rows:
        cells = [row["scenario"], _pair(row["beside"], row["goal"]),
                 f"{row['margin_pct']:+.2f} [{row['low_pct']:+.2f}, {row['high_pct']:+.2f}]"]  # fmt: skip
        cells += [_pair(row["parts_beside"][name], value) for name, value in row["parts"].items()]
        for name in HOURS:
            known = name in row["hours"]
            hours = (row["hours_beside"][name], row["hours"][name]) if known else ()
            cells.append(" → ".join(_cell(value, ".1f") for value in hours) or "-")
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def write(rows: Sequence[Mapping[str, Any]], command: str) -> None:
    """Put a table for each dispatcher but the first into the page."""
    page = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    first = rows[0]["dispatcher"]
    for name in dict.fromkeys(row["dispatcher"] for row in rows[1:]):
        if name != first:
            own = [row for row in rows if row["dispatcher"] == name]
            low, many = own[0]["from_seed"], own[0]["members"]
            title = f"{name} beside {first}, members {low} to {low + many - 1}"
            page = put(page, HEADING, title, [f"`{command}`", "", *table(own)])
    PAGE.write_text(page, encoding="utf-8")


def main() -> None:
    """Command line: ``[STORM …] --dispatchers greedy,rolling --members 20 --jobs 1 --json --write``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("storms", nargs="*", metavar="SCENARIO[:VARIANT]", default=list(STORMS))
    parser.add_argument("--dispatchers", default="greedy,assignment,rolling", help="the first is the peer")
    parser.add_argument("--members", type=int, default=20)
    parser.add_argument("--from-seed", type=int, default=0, help="seed of the first member")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--figures", action="store_true", help="mean of every metric, by dispatcher")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/benchmarks.md")
    given = parser.parse_args()
    seeds, rows = range(given.from_seed, given.from_seed + given.members), []
    with multiprocessing.get_context("spawn").Pool(given.jobs) as pool:
        for reference in given.storms:
            first: list[Played] = []
            for name in given.dispatchers.split(","):
                played = pool.map(partial(member, reference, name), seeds, chunksize=1)
                first = first or played
                rows.append(beside(reference, name, played, first, given.from_seed))
                show(rows[-1])
                if given.figures:
                    for metric in played[0].figures:
                        known = [v for p in played if (v := p.figures.get(metric)) is not None]
                        mean = f"{np.mean(known):.3f}" if known else "never"
                        never = len(played) - len(known)
                        print(
                            f"    {metric:30} {mean}" + (f" (never: {never})" if never else ""),
                            file=sys.stderr,
                        )
    means = {name: float(np.mean([r["margin_pct"] for r in rows if r["dispatcher"] == name]))
             for name in given.dispatchers.split(",")}  # fmt: skip
    if given.write:
        command = (
            f"python -m benchmarks.dispatchers {' '.join(given.storms)} --dispatchers {given.dispatchers}"
        )
        write(rows, f"{command} --members {given.members} --from-seed {given.from_seed}")
    if given.json:
        print(json.dumps({"rows": rows, "means": {"margin_pct": means}}))


if __name__ == "__main__":
    main()
