"""What mobile pumps avoid: the native drainage engine beside SWMM, and whether it picks as good a plan.

    uv run python -m benchmarks.drainage_response MODEL.inp... [--json]

Each model runs under the cloudburst that importing it gives. The same pumps (FLEET) stand at other nodes in each
plan: at the worst 1, 2, 3 and 5 nodes of the run without pumps, and at nodes drawn by a fixed seed from the worst
10. SWMM runs the plans one by one, the native engine all of them and the run without as members of one ensemble.

``avoided_error_pct``  sum over plans of how far the flooding avoided (m3) lies from SWMM's, over SWMM's sum
``plan_loss_pct``      what SWMM avoids by the plan that the native engine finds best, below SWMM's own best plan
``speedup``            CPU seconds of all of SWMM's runs over those of the ensemble, reading the model included;
                       compiling is not counted
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.drainage import MINUTE, cloudburst, minutes
from scenarios.problems import BadScenario
from simulation.drainage.editing import model_duration
from simulation.drainage.inp import InpError, read_inp
from simulation.drainage.native.ensemble import NativeEnsemble
from simulation.drainage.protocol import DrainageError
from simulation.drainage.swmm import SwmmDrainage

FLEET = 3000 / 3600
"""m3/s of all pumps together: one large pump truck (3,000 m3/h), or two of 1,500."""
WORST = (1, 2, 3, 5)
AMONG, DRAWN, SEED = 10, 11, 7
"""Drawn plans take 1-5 of the worst AMONG nodes; with WORST and the run without pumps they make 16 members."""
LEAST = 50.0
"""m3 of flooding, and of flooding avoided by the best plan, below which there is nothing to choose."""
TARGETS = {"avoided_error_pct": 10.0, "plan_loss_pct": 5.0}

Plan = tuple[int, ...]
"""Nodes among which the pumps are shared evenly."""


def plans(flooded: np.ndarray) -> list[Plan]:
    """The plans for a model whose nodes flood by (nodes,) m3 without pumps."""
    worst = [int(n) for n in np.argsort(-flooded, kind="stable")[:AMONG] if flooded[n] > 0]
    found = list(dict.fromkeys(tuple(sorted(worst[:count])) for count in WORST))
    draw = np.random.default_rng(SEED)
    for _ in range(20 * DRAWN):
        count = int(draw.integers(1, min(max(WORST), len(worst)) + 1))
        plan = tuple(sorted(int(n) for n in draw.choice(worst, count, replace=False)))
        if plan not in found and len(found) < len(WORST) + DRAWN:
            found.append(plan)
    return found


def row(path: Path) -> dict[str, Any]:
    """One line of the table; a model that is not supported, or does not flood, says why."""
    name = {"model": path.stem}
    try:
        text = cloudburst(path)
        NativeEnsemble(text, 16).step(MINUTE)
        _, flooded, without = swmm(text, ())
        if without < LEAST:
            return {**name, "supported": False, "why": f"it floods by {without:.0f} m3 only"}
        tried = plans(flooded)
        theirs = [swmm(text, plan) for plan in tried]
        seconds, ours = native(text, tried)
    except BadScenario as error:
        return {**name, "supported": False, "why": str(error.problems[0])}
    except InpError as error:
        return {**name, "supported": False, "why": str(error.problems[0]), "problems": len(error.problems)}
    except DrainageError as error:
        return {**name, "supported": False, "why": str(error)}
    peer = sum(took for took, _, _ in theirs) * (len(tried) + 1) / len(tried)
    found = compared(np.array([without - total for _, _, total in theirs]), ours[0] - ours[1:])
    return {**name, **found, "swmm_flooded_m3": round(without), "flooded_m3": round(float(ours[0])),
            "plans": len(tried), "cpu_s": round(seconds, 2), "swmm_s": round(peer, 2),
            "speedup": round(peer / max(seconds, 1e-9), 1)}  # fmt: skip


def swmm(text: str, plan: Plan) -> tuple[float, np.ndarray, float]:
    """CPU seconds, (nodes,) m3 out of each rim and the sum of a plan in SWMM."""
    start = time.process_time()
    with SwmmDrainage(text) as drains:
        for node in plan:
            drains.set_pumping(node, FLEET / len(plan))
        for seconds in minutes(model_duration(read_inp(text))):
            drains.step(seconds)
        took = time.process_time() - start
        return took, drains.flooded(), drains.totals().flooded


def native(text: str, tried: list[Plan]) -> tuple[float, np.ndarray]:
    """CPU seconds, and (1 + plans,) m3 out of the rims: without pumps, then by plan."""
    start = time.process_time()
    drains = NativeEnsemble(text, 1 + len(tried))
    for node in sorted(set().union(*tried)):
        rates = [0.0, *(FLEET / len(plan) if node in plan else 0.0 for plan in tried)]
        drains.set_pumping(node, np.array(rates))
    for seconds in minutes(model_duration(read_inp(text))):
        drains.step(seconds)
    totals = drains.totals()
    return time.process_time() - start, np.array([total.flooded for total in totals])


def compared(theirs: np.ndarray, ours: np.ndarray) -> dict[str, Any]:
    """(plans,) m3 avoided in SWMM and in the native engine."""
    best, chosen = float(theirs.max()), float(theirs[int(np.argmax(ours))])
    if best < LEAST:
        return {"supported": False, "why": f"no plan avoids more than {best:.0f} m3"}
    return {
        "supported": True,
        "avoided_m3": [round(float(v)) for v in ours],
        "swmm_avoided_m3": [round(float(v)) for v in theirs],
        "avoided_error_pct": round(100 * float(np.abs(ours - theirs).sum() / np.abs(theirs).sum()), 2),
        "plan_loss_pct": round(100 * (best - chosen) / best, 2),
    }


def means(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Means over the supported rows; speedup geometric."""
    done = [r for r in rows if r["supported"]]
    if not done:
        return {}
    out: dict[str, Any] = {key: round(statistics.fmean(r[key] for r in done), 2) for key in TARGETS}
    out["speedup"] = round(statistics.geometric_mean(r["speedup"] for r in done), 1)
    out["keep_targets"] = round(sum(map(keeps, done)) / len(done), 3)
    return out


def keeps(found: dict[str, Any]) -> bool:
    """Whether a row keeps all TARGETS."""
    return all(found[key] <= bound for key, bound in TARGETS.items())


def main(arguments: list[str] | None = None) -> int:
    """Print the table; exit 1 where a supported model misses a target, or none is supported."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    rows = []
    for path in options.models:
        rows.append(row(path))
        print(json.dumps(rows[-1], ensure_ascii=False), file=sys.stderr)
    found = means(rows)
    if options.json:
        print(json.dumps({"rows": rows, "means": found}, ensure_ascii=False))
    else:
        print(json.dumps(found))
    return 0 if found and found["keep_targets"] == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
