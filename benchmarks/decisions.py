"""What one decision of a large district costs, model building included: ``python -m benchmarks.decisions``.

Teams x jobs x periods, each a binary (a team does at most one job in a period, as long as its shift lasts), jobs that
stay undone at a price for every period, stock by yard with what its bays can load in a period, and stock left at the
end at a price. Three sizes of about 5,000, 16,000 and 51,000 binaries, each built with ``optimization.model`` and
solved to a gap of 0.1 % by HiGHS and by CBC, one thread, at most 8 s. Seconds are elapsed; ``cpu_s`` is that of build,
hand-over and solution, which a busy machine does not lengthen.
``--json`` prints {"rows": [...], "means": {...}}: binaries, engine, build_s, solve_s, total_s, cpu_s,
status, gap_pct,
objective.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import Any, get_args

import numpy as np

from optimization.model import Model
from optimization.solver import Engine, solve

SIZES = {"5k": (16, 40, 8, 3), "16k": (22, 60, 12, 3), "51k": (40, 80, 16, 4)}
"""Teams, jobs, periods, yards."""
LIMIT = 8.0
"""s for one solution: a decision is given ten."""
STOCK = 12.0
"""Loads a team: about what it can put down in the shorter shifts. With 4 it is scarce and no longer proven in time."""
GAP = 1e-3


def programme(teams: int, jobs: int, periods: int, yards: int, stock: float = STOCK, seed: int = 1) -> Model:
    """A made-up district of that size; the same seed gives the same one."""
    draw = np.random.default_rng(seed)
    team_at, job_at = draw.uniform(0, 10, (teams, 2)), draw.uniform(0, 10, (jobs, 2))
    weight = draw.choice([1.0, 2.0, 4.0, 8.0], jobs)
    work = draw.integers(1, 4, jobs)
    salt = draw.uniform(1, 3, jobs)
    way = np.hypot(*(team_at[:, None] - job_at[None]).transpose(2, 0, 1))
    shift = draw.integers(periods // 2, periods + 1, teams)
    yard = draw.integers(0, yards, teams)
    model = Model("district")
    x = np.array([
        [[model.variable(f"x{i}_{j}_{t}", 0.02 * way[i, j], 0, 1, whole=True) for t in range(periods)]
         for j in range(jobs)]
        for i in range(teams)
    ])  # fmt: skip
    for i in range(teams):
        for t in range(periods):
            model.row(f"team{i}_{t}", x[i, :, t].tolist(), [1.0] * jobs, high=1.0 if t < shift[i] else 0.0)
    for j in range(jobs):
        before = -1
        for t in range(periods):
            left = model.variable(f"left{j}_{t}", float(weight[j]))
            crews = x[:, j, t].tolist()
            if before < 0:
                model.row(f"work{j}_{t}", [left, *crews], [1.0, *[1.0] * teams], low=float(work[j]))
            else:
                model.row(f"work{j}_{t}", [left, before, *crews], [1.0, -1.0, *[1.0] * teams], low=0.0)
            before = left
    for y in range(yards):
        mine = np.flatnonzero(yard == y)
        held = model.variable(f"stock{y}_0", 0.0, *[float(stock * len(mine))] * 2)
        for t in range(periods):
            columns = x[mine, :, t].ravel().tolist()
            uses = np.broadcast_to(salt, (len(mine), jobs)).ravel().tolist()
            after = model.variable(f"stock{y}_{t + 1}", -0.2 if t == periods - 1 else 0.0)
            model.row(f"flow{y}_{t}", [after, held, *columns], [1.0, -1.0, *uses], 0.0, 0.0)
            model.row(f"bays{y}_{t}", columns, uses, high=3.0 * max(1, len(mine)))
            held = after
    return model


def measured(name: str, engine: Engine, stock: float) -> dict[str, Any]:
    """One line of the table."""
    begun, cpu = time.perf_counter(), sum(os.times()[:4])
    model = programme(*SIZES[name], stock)
    built = time.perf_counter() - begun
    outcome = solve(model, time_limit=LIMIT, gap=GAP, engine=engine)
    return {
        "size": name, "binaries": sum(model.whole), "rows": len(model.row_names), "engine": engine,
        "build_s": built, "solve_s": outcome.seconds, "total_s": built + outcome.seconds,
        "cpu_s": sum(os.times()[:4]) - cpu, "status": outcome.status, "gap_pct": 100 * outcome.gap,
        "objective": outcome.objective,
    }  # fmt: skip


def main() -> None:
    """Command line: ``[SIZE …] --engines highs,cbc --json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sizes", nargs="*", metavar="SIZE", default=list(SIZES), help=", ".join(SIZES))
    parser.add_argument("--engines", default=",".join(get_args(Engine)))
    parser.add_argument("--stock", type=float, default=STOCK, help="loads a team that the yards hold")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    rows = []
    for size in given.sizes:
        for engine in given.engines.split(","):
            rows.append(row := measured(size, engine, given.stock))
            print(
                f"{size:4} {row['binaries']:6} binaries, {row['rows']:5} rows  {engine:5}  "
                f"build {row['build_s']:.2f} s, solve {row['solve_s']:.2f} s, in all {row['total_s']:.2f} s "
                f"({row['cpu_s']:.2f} s CPU)  {row['status']}, gap {row['gap_pct']:.3f} %",
                file=sys.stderr, flush=True,
            )  # fmt: skip
    means = {
        e: float(np.mean([r["total_s"] for r in rows if r["engine"] == e])) for e in given.engines.split(",")
    }
    if given.json:
        print(json.dumps({"rows": rows, "means": {"total_s": means}}))


if __name__ == "__main__":
    main()
