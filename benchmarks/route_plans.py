"""Route plans of whole districts, and their repair: ``python -m benchmarks.route_plans``.

Plans: for each storm and seed what ``stormyard plan routes`` finds, beside its plan of fewest kilometres that had the
same time: by how much the last pass of a class is earlier, by how much more is driven, and the s from the start of the
command's job to its answer. Both are searched for at once, on two cores: nothing else should run.

Repairs: the ``routes`` dispatcher fights the storm until ``--hour``; then it is told, each time from the same state,
that crews broke down, that roads are shut, and that the storm has changed (every road that ever asked for treatment
asks again, and twice as much snow is forecast), and the s of its answer are taken.

``--json`` prints {"plans": [...], "repairs": [...]}; ``--write`` puts both tables into ``docs/benchmarks.md``.
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.page import PAGE, put
from optimization.dispatchers import make
from optimization.routing.fleet_search import make_ready
from scenarios.load import load
from simulation.engine import run
from simulation.model import Scenario
from simulation.orders import Assign, Order
from simulation.situation import Jobs, Situation
from stormyard import routes_plan

STORMS = ("jinshui/blizzard", "jinshui/snow-design")
HEADING = "Route plans"
BROKEN, SHUT = 3, 20
"""Crews that break down, and roads that are shut, in the repairs."""
PLAN_TITLES = (
    "storm", "goal", "seed", "s", "turns", "class 1 last pass, h", "earlier by, %", "class 2, h", "all home, h",
    "travel, km", "more by, %", "left out",
)  # fmt: skip
REPAIR_TITLES = ("storm", "what happened", "roads to do", "crews", "told", "s")


def planned(reference: str, objective: str, seed: int, seconds: float) -> dict[str, Any]:
    """One plan beside the cost-only one."""
    scenario = load(reference)
    begun = time.perf_counter()
    made = routes_plan.make(scenario, routes_plan.chosen(objective), seconds=seconds, seed=seed)
    spent = time.perf_counter() - begun
    return {
        "storm": reference, "goal": objective, "seed": seed, "seconds": spent, "turns": made.plan.turns,
        "plan": routes_plan.plain(made.figures), "cost_only": routes_plan.plain(made.cost_only),
    }  # fmt: skip


class _Reached(Exception):
    """The hour of the repairs."""


def repairs(reference: str, hour: float, seed: int) -> list[dict[str, Any]]:
    """What the dispatcher takes to answer each change, in the state of that hour."""
    scenario = load(reference)
    dispatcher, fullest, kept = make("routes", scenario, seed), list[Jobs](), list[Situation]()

    def driven(situation: Situation) -> list[Order]:
        if situation.t >= hour * 3600 and any(c.idle for c in situation.crews) and len(situation.jobs):
            kept.append(situation)
            raise _Reached
        if not fullest or len(situation.jobs) > len(fullest[0]):
            fullest[:] = [situation.jobs]
        return list(dispatcher(situation))

    try:
        run(scenario, seed, driven)
        raise SystemExit(f"{reference} is over before hour {hour:g}")
    except _Reached:
        pass
    now = kept[0]
    found = []
    for what, changed in changes(scenario, now, fullest[0]).items():
        asked = copy.deepcopy(dispatcher)
        begun = time.perf_counter()
        orders = list(asked(changed))
        spent = time.perf_counter() - begun
        told = [o for o in orders if isinstance(o, Assign)]
        found.append({"storm": reference, "what": what, "roads": len(changed.jobs),
                      "crews": sum(c.idle for c in changed.crews), "told": len(told), "seconds": spent})  # fmt: skip
    return found


def changes(scenario: Scenario, now: Situation, all_jobs: Jobs) -> dict[str, Situation]:
    """The situations that call for repair, by name."""
    working = [c for c in now.crews if c.activity in ("work", "travel") and "plough" in c.verbs][:BROKEN]
    out = {c.id for c in working}
    crews = tuple(c._replace(activity="broken", idle=False) if c.id in out else c for c in now.crews)
    roads = now.jobs.segment[now.jobs.segment >= 0][:SHUT]
    factor = now.travel_factor.copy()
    factor[roads] = 0.0
    outlook = replace(now.forecast, precipitation=2 * np.asarray(now.forecast.precipitation))
    again = replace(all_jobs, crews=np.zeros(len(all_jobs), int))
    return {
        "nothing": now,
        f"{len(out)} ploughs broke down": replace(now, crews=crews),
        f"{len(roads)} roads shut": replace(now, travel_factor=factor),
        "every road asks again, twice the snow forecast": replace(now, jobs=again, forecast=outlook),
    }


def plan_row(found: Mapping[str, Any]) -> list[str]:
    """Cells of a plan."""
    plan, other = found["plan"], found["cost_only"]

    def hours(name: str) -> str:
        ours, theirs = plan["last_h"][name], other["last_h"][name]
        return "-" if ours is None else f"{theirs:.1f} → {ours:.1f}"

    def more(mine: float | None, their: float | None, sign: int = 1) -> str:
        return "-" if mine is None or not their else f"{100 * sign * (mine / their - 1):+.1f}"

    return [
        found["storm"], found["goal"], str(found["seed"]), f"{found['seconds']:.1f}", f"{found['turns']:,}",
        hours("p1"), more(plan["last_h"]["p1"], other["last_h"]["p1"], -1), hours("p2"),
        f"{other['makespan_h']:.1f} → {plan['makespan_h']:.1f}",
        f"{other['total_km']:,.0f} → {plan['total_km']:,.0f}", more(plan["total_km"], other["total_km"]),
        str(plan["undone"]),
    ]  # fmt: skip


def repair_row(found: Mapping[str, Any]) -> list[str]:
    """Cells of a repair."""
    return [found["storm"], found["what"], str(found["roads"]), str(found["crews"]), str(found["told"]),
            f"{found['seconds']:.2f}"]  # fmt: skip


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table in Markdown."""
    return [f"| {' | '.join(cells)} |" for cells in (titles, ["---"] * len(titles), *rows)]


def show(cells: Sequence[str]) -> None:
    """A row for people."""
    print("  ".join(cells), file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line: ``[STORM …] --seeds 0,1,2 --objectives priority --json --write``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("storms", nargs="*", metavar="SCENARIO", default=list(STORMS))
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--objectives", default="priority", help="of " + ", ".join(routes_plan.OBJECTIVES))
    parser.add_argument("--seconds", type=float, default=routes_plan.SECONDS, help="of search for each plan")
    parser.add_argument("--hour", type=float, default=10.0, help="of the storm at which routes are repaired")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/benchmarks.md")
    given = parser.parse_args(arguments)
    make_ready()
    plans, mended = [], []
    for storm in given.storms:
        for objective in given.objectives.split(","):
            for seed in map(int, given.seeds.split(",")):
                plans.append(planned(storm, objective, seed, given.seconds))
                show(plan_row(plans[-1]))
        for row in repairs(storm, given.hour, 0):
            mended.append(row)
            show(repair_row(row))
    if given.write:
        command = f"python -m benchmarks.route_plans {' '.join(given.storms)} --seeds {given.seeds}"
        command = (
            f"`{command} --objectives {given.objectives} --seconds {given.seconds:g} --hour {given.hour:g}`"
        )
        page = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
        title = f"{given.objectives} beside fewest kilometres, {given.seconds:g} s"
        page = put(page, HEADING, title, [command, "", *table(PLAN_TITLES, [plan_row(r) for r in plans])])
        lines = table(REPAIR_TITLES, [repair_row(r) for r in mended])
        PAGE.write_text(
            put(page, HEADING, "Repairs by the routes dispatcher", [command, "", *lines]), encoding="utf-8"
        )
    if given.json:
        print(json.dumps({"plans": plans, "repairs": mended}))


if __name__ == "__main__":
    main()
