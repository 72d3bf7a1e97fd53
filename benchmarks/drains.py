"""Drain models through the whole of Stormyard beside SWMM alone: the same water, and what the stepping costs.

    uv run python -m benchmarks.drains MODEL.inp... [--json]

Each model is imported, run through its cloudburst with nobody at work, and run by SWMM alone on the same text.
``volume_error_pct`` compares what left the model over the surface, ``ratio`` the CPU seconds.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from scenarios.importers.swmm import import_swmm
from scenarios.load import load
from scenarios.problems import BadScenario
from simulation.drainage.protocol import DrainageError
from simulation.drainage.swmm import SwmmDrainage, swmm_alone_seconds
from simulation.engine import Simulation
from simulation.hazards.water import under_storm
from simulation.model import Scenario


def row(path: Path) -> dict[str, Any]:
    """One line of the table; a model that cannot be imported says why."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            import_swmm(path, Path(folder) / "model")
        except BadScenario as error:
            return {"model": path.stem, "supported": False, "why": str(error.problems[0])}
        scenario = load(Path(folder) / "model")
    text = under_storm(scenario)
    start = time.process_time()
    try:
        lost, balance = without_crews(scenario)
        seconds = time.process_time() - start
        with SwmmDrainage(text) as alone:
            alone.step(int(scenario.duration))
            reference = alone.totals().lost
    except DrainageError as error:
        return {"model": path.stem, "supported": False, "why": f"SWMM: {error}".splitlines()[0]}
    peer = swmm_alone_seconds(text)
    return {
        "model": path.stem, "supported": True, "lost_m3": round(lost), "swmm_lost_m3": round(reference),
        "volume_error_pct": round(100 * (lost - reference) / max(reference, 1.0), 3),
        "balance_pct": round(100 * balance, 3), "cpu_s": round(seconds, 2), "swmm_s": round(peer, 2),
        "ratio": round(seconds / max(peer, 1e-9), 2),
    }  # fmt: skip


def without_crews(scenario: Scenario) -> tuple[float, float]:
    """m3 lost over the surface and SWMM's continuity when nobody acts."""
    with Simulation(scenario.model_copy(update={"respond": False})) as sim:
        while sim.advance() is not None:
            pass
        run = sim.result()
    return run.totals["lost_m3"], run.balance["water"]


def main(arguments: list[str] | None = None) -> int:
    """Print the table; exit 1 where a model loses more than 1 % more or less than SWMM alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    rows = []
    for path in options.models:
        rows.append(row(path))
        print(json.dumps(rows[-1], ensure_ascii=False), file=sys.stderr)
    done = [r for r in rows if r["supported"]]
    means = {
        key: round(sum(r[key] for r in done) / len(done), 3)
        for key in ("volume_error_pct", "balance_pct", "ratio")
        if done
    }
    if options.json:
        print(json.dumps({"rows": rows, "means": means}, ensure_ascii=False))
    return 1 if any(abs(r["volume_error_pct"]) > 1 for r in done) else 0


if __name__ == "__main__":
    sys.exit(main())
