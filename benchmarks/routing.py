"""Arc routing on public benchmarks: cost beside the best known, and beside PyVRP in the same run.

    uv run python -m benchmarks.routing SET|FILE... --seconds S [--seed N] [--no-peer] [--json] [--write]

SET is a folder, or the name of one in ``../shared/data/routing`` (egl, gdb, val). The best known costs are read from a
``best_known.csv`` beside the files or one folder up; ``-`` where there is none. ``seconds`` is CPU time of this process
for each of the two, one thread, one after the other on each instance; reading, compiling and building the first plan
are not counted. PyVRP is given each street as two clients that exclude each other, one for each way along it, and the
same distances. ``--write`` puts the table into ``docs/benchmarks.md``.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.page import PAGE, put
from optimization.routing.formats import BadFile, read
from optimization.routing.graph import Graph, instance, served
from optimization.routing.instance import UNREACHABLE, BadInstance, Instance
from optimization.routing.search import search

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data" / "routing"
RECORDS = ROOT / "benchmarks" / "routing_records"
"""Plans that cost less than the best known, with their routes; a test checks them against the files."""
HEADING = "Routing"


def files(given: str) -> list[Path]:
    """Instances of a set, or the one file. Raises FileNotFoundError with what to do."""
    for path in (Path(given), DATA / given):
        if path.is_file():
            return [path]
        if path.is_dir():
            found = sorted(
                p for p in path.rglob("*") if p.suffix in (".dat", ".txt") and p.stem.upper() != "README"
            )
            if found:
                return found
    raise FileNotFoundError(
        f"'{given}' is no file, no folder with .dat files and no set in {DATA.name}/: skipped"
    )


def best_known(path: Path, graph: Graph) -> int | None:
    """The best known cost of an instance: from the table beside it, else by the file's own word."""
    for folder in (path.parent, path.parent.parent):
        table = folder / "best_known.csv"
        if table.is_file():
            with table.open(encoding="utf-8", newline="") as rows:
                for row in csv.DictReader(rows):
                    if row.get("instance") in (path.stem, graph.name) and row.get("bks"):
                        return int(float(row["bks"]))
    return graph.optimum


def row(path: Path, seconds: float, seed: int, peer: bool) -> dict[str, Any]:
    """One line of the table. Raises BadFile, BadInstance."""
    graph = read(path)
    given = instance(graph)
    known = best_known(path, graph)
    found = search(given, seconds=seconds, seed=seed, clock=time.process_time)
    other = _peer(given, seconds, seed) if peer else None
    return {
        "instance": path.stem, "tasks": len(given.ways), "routes": len(found.routes), "cost": found.cost,
        "best_known": known, "gap_pct": _gap(found.cost, known), "peer_cost": other, "peer_gap_pct": _gap(other, known),
        "seconds": round(found.seconds, 2), "iterations": found.iterations, "plan": served(graph, found.routes),
    }  # fmt: skip


def _gap(cost: int | None, known: int | None) -> float | None:
    return None if cost is None or known is None else round(100.0 * (cost / known - 1.0), 3)


def _peer(given: Instance, seconds: float, seed: int) -> int | None:
    """PyVRP's cost on the instance; None where it found no plan that keeps the capacity."""
    from pyvrp import Client, ClientGroup, Depot, Location, ProblemData, VehicleType, solve

    clients, groups, places = [], [], [given.vehicles[0].home]
    for task, (one, other) in enumerate(given.ways.tolist()):
        options = [one] if one == other else [one, other]
        needs = {"delivery": [int(given.demand[task])], "service_duration": int(given.service[task])}
        if len(options) == 1:
            clients.append(Client(location=len(places), **needs))
        else:
            members = [len(clients), len(clients) + 1]
            for k, _ in enumerate(options):
                clients.append(Client(location=len(places) + k, required=False, group=len(groups), **needs))
            groups.append(ClientGroup(members, required=True))
        places += options
    distances = given.deadhead[np.ix_(places, places)].astype(np.int64)
    distances[distances >= UNREACHABLE] = 10**7
    np.fill_diagonal(distances, 0)
    vehicle = given.vehicles[0]
    count = vehicle.count or 2 * int(-(-given.demand.sum() // vehicle.capacity)) + 10
    fleet = VehicleType(count, capacity=[vehicle.capacity], shift_duration=vehicle.longest)
    # Times only matter where a trip is limited; without them PyVRP is faster.
    times = distances if vehicle.longest < 2**40 else np.zeros_like(distances)
    data = ProblemData(
        [Location(0, 0) for _ in places], clients, [Depot(0)], [fleet], [distances], [times], groups
    )
    start: list[float] = []

    def stop(_: float) -> bool:
        now = time.process_time()
        start[:] = start or [now]
        return now - start[0] >= seconds

    result = solve(data, stop, seed=seed, display=False, collect_stats=False)
    return int(result.cost()) + int(given.service.sum()) if result.is_feasible() else None


def means(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Over all rows with a best known cost; ``max`` is the largest gap, ``behind_peer`` how often PyVRP was better."""
    found: dict[str, Any] = {"instances": len(rows)}
    for key in ("gap_pct", "peer_gap_pct"):
        gaps = [r[key] for r in rows if r[key] is not None]
        found[key] = round(statistics.fmean(gaps), 4) if gaps else None
        found[f"max_{key}"] = max(gaps) if gaps else None
    found["at_best_known"] = sum(r["gap_pct"] is not None and r["gap_pct"] <= 0 for r in rows)
    beside = [r for r in rows if r["peer_cost"] is not None]
    found["behind_peer"] = sum(r["peer_cost"] < r["cost"] for r in beside) if beside else None
    found["seconds"] = round(statistics.fmean(r["seconds"] for r in rows), 2) if rows else None
    return found


def _cell(value: Any, pattern: str = "{}") -> str:
    return "-" if value is None else pattern.format(value)


COLUMNS = (
    ("instance", "{}"), ("tasks", "{}"), ("routes", "{}"), ("cost", "{}"), ("best_known", "{}"), ("gap_pct", "{:.2f}"),
    ("peer_cost", "{}"), ("peer_gap_pct", "{:.2f}"), ("seconds", "{:.1f}"),
)  # fmt: skip
TITLES = ("instance", "tasks", "routes", "cost", "best known", "gap %", "PyVRP", "gap %", "CPU s")


def line(values: Mapping[str, Any]) -> str:
    """A row for the terminal."""
    cells = [_cell(values[key], pattern) for key, pattern in COLUMNS]
    return f"{cells[0]:<24}" + "".join(f"{cell:>11}" for cell in cells[1:])


def summary(rows: Sequence[Mapping[str, Any]]) -> str:
    """What the table comes to, in one sentence."""
    m = means(rows)
    text = f"{m['instances']} instances, {m['at_best_known']} at the best known cost or below it; "
    text += f"gap: mean {_cell(m['gap_pct'], '{:.3f}')} %, largest {_cell(m['max_gap_pct'], '{:.2f}')} %"
    if m["behind_peer"] is not None:
        text += f"; PyVRP: mean {_cell(m['peer_gap_pct'], '{:.3f}')} %, largest"
        text += f" {_cell(m['max_peer_gap_pct'], '{:.2f}')} %, better than ours {m['behind_peer']} times"
    return text + "."


def written(page: str, title: str, command: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """The page with a table put in under the heading for routing, in place of the one of that title."""
    table = ["| " + " | ".join(TITLES) + " |", "|---" * len(TITLES) + "|"]
    table += ["| " + " | ".join(_cell(r[key], pattern) for key, pattern in COLUMNS) + " |" for r in rows]
    return put(page, HEADING, title, [f"`{command}`", "", summary(rows), "", *table])


def record(found: Mapping[str, Any], plan: Sequence[Sequence[tuple[int, int]]]) -> None:
    """Writes down a plan that costs less than the best known, unless one that costs no more is there."""
    RECORDS.mkdir(exist_ok=True)
    path = RECORDS / f"{found['instance']}.json"
    if path.is_file() and json.loads(path.read_text(encoding="utf-8"))["cost"] <= found["cost"]:
        return
    told = {key: found[key] for key in ("instance", "cost", "best_known", "seconds")}
    routes = ",\n  ".join(json.dumps(route) for route in plan)
    text = json.dumps(told)[:-1] + ',\n "routes": [\n  ' + routes + "\n]}\n"
    path.write_text(text, encoding="utf-8")


def measured(given: Sequence[str], seconds: float, seed: int, peer: bool) -> Iterator[dict[str, Any]]:
    """Rows of all sets and files; what cannot be read is told and left out."""
    for name in given:
        try:
            paths = files(name)
        except FileNotFoundError as error:
            print(error, file=sys.stderr)
            continue
        for path in paths:
            try:
                yield row(path, seconds, seed, peer)
            except (BadFile, BadInstance) as error:
                print(f"{error}: skipped", file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. 0: done; 2: nothing could be read."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.routing", description=__doc__.split("\n")[0])
    parser.add_argument("given", nargs="+", metavar="SET|FILE")
    parser.add_argument("--seconds", type=float, default=10.0, help="CPU seconds for each search (10)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-peer", action="store_true", help="leave PyVRP out")
    parser.add_argument("--json", action="store_true", help="rows and means on stdout")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    asked = parser.parse_args(arguments)
    out = sys.stderr if asked.json else sys.stdout
    print(f"{TITLES[0]:<24}" + "".join(f"{title:>11}" for title in TITLES[1:]), file=out, flush=True)
    rows = []
    for found in measured(asked.given, asked.seconds, asked.seed, not asked.no_peer):
        plan = found.pop("plan")
        rows.append(found)
        print(line(found), file=out, flush=True)
        if asked.write and found["gap_pct"] is not None and found["gap_pct"] < 0:
            record(found, plan)
    if not rows:
        return 2
    print(summary(rows), file=out)
    if asked.json:
        print(json.dumps({"rows": rows, "means": means(rows)}))
    if asked.write:
        names = ", ".join(Path(name).name for name in asked.given)
        title = f"{names}, {asked.seconds:g} s, seed {asked.seed}"
        command = f"python -m benchmarks.routing {' '.join(Path(n).name for n in asked.given)}"
        command += f" --seconds {asked.seconds:g} --seed {asked.seed}" + (
            " --no-peer" if asked.no_peer else ""
        )
        page = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
        PAGE.write_text(written(page, title, command, rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
