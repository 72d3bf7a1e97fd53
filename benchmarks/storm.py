"""What a storm costs to compute, beside a bare SimPy loop and SWMM alone: ``python -m benchmarks.storm``.

Every figure is CPU seconds of this process after import: a storm and its peer are run by turns, ``--repeat``
times, and the least of each counts, since what else the machine does only adds. ``--json`` prints
{"rows": [...], "means": {...}}; rows carry name, cpu_s, peer, peer_s, ratio, events, memory_mb.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

from optimization.dispatchers import make
from scenarios.load import load
from simulation.clock import Clock
from simulation.drainage.swmm import swmm_alone_seconds
from simulation.engine import Simulation, play
from simulation.hazards.water import under_storm
from simulation.model import Scenario


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds and result of one call."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def simulate(scenario: Scenario, name: str) -> tuple[float, int]:
    """CPU seconds of a run, dispatcher included, and the SimPy events it processed."""

    def whole() -> int:
        dispatcher = make(name, scenario, 1)
        with Simulation(scenario, 1) as simulation:
            play(simulation, simulation.advance(), dispatcher)
            return next(simulation.clock._eid)

    return timed(whole)


def bare_loop(events: int) -> float:
    """CPU seconds of a SimPy loop that only lets time pass, for as many events."""

    def whole() -> None:
        clock = Clock()

        def tick() -> Any:
            while True:
                yield clock.wait(1)

        clock.process(tick())
        clock.run(until=max(1, events))

    return timed(whole)[0]


def memory_mb(scenario: Scenario, name: str) -> float:
    """Peak of Python's allocations in a run of its own (tracing slows it, so it is not the timed one)."""
    tracemalloc.start()
    simulate(scenario, name)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def row(reference: str, dispatcher: str, bound: float | None, repeat: int, memory: bool) -> dict[str, Any]:
    """One line of the table."""
    scenario = load(reference)
    water = "water" in scenario.hazards
    seconds, peer = float("inf"), float("inf")
    for _ in range(repeat):
        taken, events = simulate(scenario, dispatcher)
        beside = swmm_alone_seconds(under_storm(scenario)) if water else bare_loop(events)
        seconds, peer = min(seconds, taken), min(peer, beside)
    limit = bound if bound is not None else 1.3 * peer + 3.0
    return {
        "name": f"{reference} {dispatcher}", "cpu_s": round(seconds, 2), "bound_s": round(limit, 2),
        "within": seconds <= limit, "peer": "SWMM alone" if water else "bare SimPy loop",
        "peer_s": round(peer, 2), "ratio": round(seconds / max(peer, 1e-9), 2), "events": events,
        "memory_mb": round(memory_mb(scenario, dispatcher), 1) if memory else None,
    }  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Print the table; exit 1 where a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="runs of each, at least 1")
    parser.add_argument("--memory", action="store_true", help="trace memory in a second, slower run")
    options = parser.parse_args(arguments)
    plan = (
        ("jinshui/blizzard", "greedy", 3.0), ("jinshui/blizzard", "assignment", 20.0),
        ("jinshui/cloudburst", "greedy", None), ("jinshui/cloudburst", "assignment", None),
    )  # fmt: skip
    for reference, dispatcher in (("tiny/snow", "assignment"), ("tiny/flood", "greedy")):
        simulate(load(reference), dispatcher)  # what is imported late is not the storm's
    rows = []
    for reference, dispatcher, bound in plan:
        print(f"{reference} {dispatcher} ...", file=sys.stderr)
        rows.append(row(reference, dispatcher, bound, max(1, options.repeat), options.memory))
    if options.json:
        print(json.dumps({"rows": rows, "means": {"ratio": sum(r["ratio"] for r in rows) / len(rows)}}))
    else:
        print(f"{'run':34s} {'CPU s':>7s} {'bound':>7s}  {'peer':16s} {'s':>7s} {'ratio':>7s} {'events':>9s} MB")
        for r in rows:
            print(
                f"{r['name']:34s} {r['cpu_s']:7.2f} {r['bound_s']:7.2f}  {r['peer']:16s} {r['peer_s']:7.2f} "
                f"{r['ratio']:7.2f} {r['events']:9d} {r['memory_mb'] or ''}"
            )
    return 0 if all(r["within"] for r in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
