"""Dispatchers beside each other on the same storms and the same luck: ``python -m benchmarks.dispatchers``.

Member k of every dispatcher meets the same weather, forecast, reports and breakdowns (seed k), so differences are
paired; the interval is Student's t at 90 % of the mean difference. The weighted goal, lower is better:

- snow: km-h of road above its class's goal, class 1-4 weighted 8, 4, 2, 1 (``unclear_km_h.pN``; ``CLASS_WEIGHT``);
- water: km-h of road under more than 15 cm (``depth_over_15cm_km_h``).

``--json`` prints {"rows": [...], "means": {...}}; a row carries scenario, dispatcher, members, goal, beside (the goal
of the first dispatcher), difference, low, high, margin_pct, low_pct, high_pct (above 0: better than the first), the
greatest seconds of a decision, fallbacks and refusals.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from optimization.dispatchers import make
from results.metrics import Figures, metrics
from scenarios.load import load
from simulation.engine import run
from simulation.hazards.advice import CLASS_WEIGHT
from simulation.orders import Order
from simulation.situation import Situation

STORMS = ("tiny/snow", "tiny/flood", "jinshui/blizzard", "jinshui/cloudburst")
CONFIDENCE = 0.9


class Played(NamedTuple):
    """What one member of one dispatcher came to."""

    goal: float
    slowest: float
    """s that its slowest decision took."""
    fallbacks: int
    figures: Figures


def goal(figures: Figures) -> float:
    """The weighted goal of a run, km-h; both hazards' where both are simulated."""
    snow = sum(w * (figures.get(f"unclear_km_h.p{p}") or 0.0) for p, w in enumerate(CLASS_WEIGHT.tolist(), 1))
    return float(snow + (figures.get("depth_over_15cm_km_h") or 0.0))


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
    return Played(goal(figures), slowest[0], fallbacks, figures)


def beside(reference: str, name: str, played: list[Played], first: list[Played]) -> dict[str, Any]:
    """One line of the table: a dispatcher's members against the first dispatcher's, seed by seed."""
    goals, peer = np.array([p.goal for p in played]), np.array([p.goal for p in first])
    difference = goals - peer
    mean, spread = float(difference.mean()), 0.0
    if len(goals) > 1:
        quantile = stats.t.ppf((1 + CONFIDENCE) / 2, len(goals) - 1)
        spread = float(quantile * difference.std(ddof=1) / np.sqrt(len(goals)))
    share = 100 / max(float(peer.mean()), 1e-12)
    return {
        "scenario": reference, "dispatcher": name, "members": len(goals), "goal": float(goals.mean()),
        "beside": float(peer.mean()), "difference": mean, "low": mean - spread, "high": mean + spread,
        "margin_pct": -mean * share, "low_pct": -(mean + spread) * share, "high_pct": -(mean - spread) * share,
        "slowest_s": max(p.slowest for p in played), "fallbacks": sum(p.fallbacks for p in played),
        "refusals": sum(p.figures["refusals"] or 0.0 for p in played),
    }  # fmt: skip


def show(row: dict[str, Any]) -> None:
    """A row for people."""
    print(
        f"{row['scenario']:22} {row['dispatcher']:11} {row['goal']:10.2f} {row['difference']:+9.2f} "
        f"[{row['low']:+.2f}, {row['high']:+.2f}]  {row['margin_pct']:+.2f} % "
        f"[{row['low_pct']:+.2f}, {row['high_pct']:+.2f}]  slowest {row['slowest_s']:.2f} s, "
        f"{row['fallbacks']} fallbacks, {row['refusals']:.0f} refusals",
        file=sys.stderr, flush=True,
    )  # fmt: skip


def main() -> None:
    """Command line: ``[STORM …] --dispatchers greedy,rolling --members 20 --jobs 1 --json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("storms", nargs="*", metavar="SCENARIO[:VARIANT]", default=list(STORMS))
    parser.add_argument("--dispatchers", default="greedy,assignment,rolling", help="the first is the peer")
    parser.add_argument("--members", type=int, default=20)
    parser.add_argument("--from-seed", type=int, default=0, help="seed of the first member")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--figures", action="store_true", help="mean of every metric, by dispatcher")
    given = parser.parse_args()
    seeds, rows = range(given.from_seed, given.from_seed + given.members), []
    with multiprocessing.get_context("spawn").Pool(given.jobs) as pool:
        for reference in given.storms:
            first: list[Played] = []
            for name in given.dispatchers.split(","):
                played = pool.map(partial(member, reference, name), seeds, chunksize=1)
                first = first or played
                rows.append(beside(reference, name, played, first))
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
    if given.json:
        print(json.dumps({"rows": rows, "means": {"margin_pct": means}}))


if __name__ == "__main__":
    main()
