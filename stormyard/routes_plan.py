"""The job behind ``plan routes``: both plans, side by side, and the folder that is written of them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from optimization.routing.district import Truck, conditions, paired, trucks
from optimization.routing.district_plan import Asked, Desk, Limits, begin, plan
from optimization.routing.fleet_search import OBJECTIVES, Objective, make_ready
from optimization.routing.route_plan import Figures, RoutePlan, figures
from optimization.routing.search import Stop
from results.charts import drawn
from results.content import Table
from results.driver_sheets import driver_sheets
from results.language import Both, both
from results.route_maps import route_map, routes_geojson
from results.store import RunFolderError
from scenarios.problems import BadScenario, did_you_mean, nearest, problem
from simulation.model import Scenario

PLAN, SHEETS, LINES, MAP = "plan.json", "drivers.html", "routes.geojson", "map.png"
COST_ONLY: Objective = "kilometres"
SECONDS = 36.0
"""s of search; both plans are searched for at once."""
ABREAST = ("2", "3", "4")
"""Machines that may drive abreast."""
FIRST = 0.1
"""Share of it in which the plan asked for is brought near one of few kilometres, to begin with (setting)."""

Watch = Callable[[str, float], None]


@dataclass(frozen=True)
class Planned:
    """The plan asked for, and the one of fewest kilometres beside it."""

    scenario: Scenario
    plan: RoutePlan
    figures: Figures
    cost_only: Figures
    asked_hours: float | None = None
    """By when all should be back, as it was asked for; h after the first call."""

    def plain(self) -> dict[str, Any]:
        """The answer for programs, as ``plan.json`` holds it."""
        figures = {"plan": plain(self.figures), "cost_only": plain(self.cost_only)}
        return {"figures": figures, "asked_hours": self.asked_hours, **self.plan.to_json()}


def plain(figures: Figures) -> dict[str, Any]:
    """Figures with their units in the names."""
    hours = {f"p{i + 1}": None if s is None else round(s / 3600, 3) for i, s in enumerate(figures.last)}
    means = {f"p{i + 1}": None if s is None else round(s / 3600, 3) for i, s in enumerate(figures.mean)}
    return {
        "last_h": hours, "mean_h": means, "weighted_h": round(figures.weighted / 3600, 3),
        "work_km": round(figures.work / 1000, 2), "empty_km": round(figures.empty / 1000, 2),
        "total_km": round(figures.metres / 1000, 2), "makespan_h": round(figures.makespan / 3600, 3),
        "balance": round(figures.balance, 3), "refills": figures.refills,
        "spread_t": round(figures.kilograms / 1000, 2),
        "passes": figures.passes, "crews": figures.crews, "undone": figures.undone,
    }  # fmt: skip


def chosen(objective: str) -> Objective:
    """The goal of that name. Raises BadScenario for one there is none of."""
    for known in OBJECTIVES:
        if known == objective:
            return known
    hint = did_you_mean(objective, OBJECTIVES) if nearest(objective, OBJECTIVES) else ""
    raise BadScenario(
        [problem(f"--objective {objective}", "option.no_objective", hint=hint, names=", ".join(OBJECTIVES))]
    )


def checked(scenario: Scenario, asked: Asked) -> None:
    """Raises BadScenario for roads, crews or kinds that are not there, for no crew, and for no snow."""
    segments = {s.id for s in scenario.city.segments}
    crews = {f"{row.id}/{n + 1}" for row in scenario.fleet.equipment for n in range(row.count)}
    machines = {k.id for k in scenario.fleet.kinds} | {row.id for row in scenario.fleet.equipment}
    wrong = []
    for option, names, known in (("--closed", asked.closed, segments), ("--without", asked.without, crews),
                                 ("--classes", tuple(asked.classes), machines),
                                 ("--tandem", tuple(asked.tandem), machines)):  # fmt: skip
        for name in names:
            if name not in known:
                wrong.append(
                    problem(f"{option} {name}", "option.not_there", hint=did_you_mean(name, sorted(known)))
                )
    crews_now = trucks(scenario, 0.0, asked.classes)
    if not crews_now:
        wrong.append(problem(scenario.id, "option.no_routes"))
    elif all(truck.id in asked.without for truck in crews_now):
        wrong.append(problem("--without", "option.all_without"))
    elif conditions(scenario, asked.depth).depth <= 0:
        wrong.append(problem(scenario.id if asked.depth is None else "--snow-cm 0", "option.no_snow"))
    alone = [
        name
        for name, n in asked.tandem.items()
        if name in machines and not _together(crews_now, asked, name, n)
    ]
    wrong += [problem(f"--tandem {name}", "option.nobody_abreast", many=asked.tandem[name]) for name in alone]
    if wrong:
        raise BadScenario(wrong)


def _together(crews: Sequence[Truck], asked: Asked, name: str, many: int) -> bool:
    """Whether any of the crews go abreast."""
    return any(t.mates for t in paired([t for t in crews if t.id not in asked.without], {name: many}))


def make(
    scenario: Scenario,
    objective: Objective = "priority",
    asked: Asked | None = None,
    seconds: float | None = SECONDS,
    turns: int | None = None,
    seed: int = 0,
    watch: Watch | None = None,
) -> Planned:
    """Both plans. Stopped by ``watch`` (it raises ``Stop``), they are the best so far."""
    asked = asked or Asked()
    checked(scenario, asked)
    told = watch or (lambda stage, share: None)
    told("compile", 0.0)
    began = time.perf_counter()
    make_ready()
    if seconds is not None:  # after an installation some of it goes into compiling
        seconds = max(0.5 * seconds, seconds - (time.perf_counter() - began))
    told("ways", 0.0)
    desk = Desk.of(scenario, asked)
    told("ways", 1.0)
    began = time.perf_counter()
    cheapest, made = _side_by_side(desk, objective, Limits(seconds, turns), seed, lambda s: told("plan", s))
    made = replace(made, seconds=round(time.perf_counter() - began, 1))
    return Planned(
        scenario,
        made,
        figures(made, desk.network, desk.weights),
        figures(cheapest, desk.network, desk.weights),
        asked.hours,
    )


def _side_by_side(
    desk: Desk, objective: Objective, limits: Limits, seed: int, watch: Callable[[float], None]
) -> tuple[RoutePlan, RoutePlan]:
    """The plan of fewest kilometres and the one asked for, both searched for by as much: each has a core of its own
    where there are two. By turns, the answer is the same on one core."""
    if objective == COST_ONLY:
        one, _ = plan(desk, objective, limits, seed, watch=watch)
        return one, one
    over = threading.Event()

    def look(_: float = 0.0) -> None:
        if over.is_set():
            raise Stop

    def first(share: float) -> None:
        watch(FIRST * share)

    def then(share: float) -> None:
        watch(FIRST + (1 - FIRST) * share)

    with ThreadPoolExecutor(1) as beside:
        other = beside.submit(plan, desk, COST_ONLY, limits, seed, None, look)
        try:
            start, stopped = begin(desk, COST_ONLY, limits.part(FIRST), seed, first)
            rest = Limits(0.0, 0) if stopped else limits.part(1 - FIRST)
            made, found = plan(desk, objective, rest, seed, start, then)
            if stopped or found.stopped:
                over.set()
            cheapest, _ = other.result()
        finally:
            over.set()
    return cheapest, replace(made, stopped=made.stopped or stopped)


ROWS = (
    ("last", "h", True), ("mean", "h", True), ("weighted", "h", False), ("work", "km", False), ("empty", "km", False),
    ("metres", "km", False), ("makespan", "h", False), ("balance", "", False), ("refills", "", False),
    ("kilograms", "t", False), ("passes", "", False), ("undone", "", False), ("crews", "", False),
)  # fmt: skip
SCALE = {"h": 3600.0, "km": 1000.0, "t": 1000.0, "": 1.0}


def rows(planned: Planned) -> list[list[Both]]:
    """The summary: each figure in both plans, and the change."""
    head = [
        both("routes.figure"),
        both("routes.unit"),
        both("routes.plan"),
        both("routes.cost_only"),
        both("routes.change"),
    ]
    table = [head]
    for name, unit, by_class in ROWS:
        ours, theirs = getattr(planned.figures, name), getattr(planned.cost_only, name)
        pairs = zip(ours, theirs, strict=True) if by_class else [(ours, theirs)]
        for i, (mine, other) in enumerate(pairs):
            label = both(f"routes.{name}", **({"road": both(f"class.p{i + 1}")} if by_class else {}))
            if by_class and mine is None and other is None:
                continue
            table.append(
                [
                    label,
                    Both.same(unit),
                    _said(mine, unit, name),
                    _said(other, unit, name),
                    _change(mine, other),
                ]
            )
    return table


def _said(value: float | None, unit: str, name: str) -> Both:
    if value is None:
        return Both.same("–")
    digits = (
        2
        if name == "balance"
        else 0
        if name in ("refills", "passes", "undone", "crews", "work", "empty", "metres")
        else 1
    )
    return Both.same(f"{value / SCALE[unit]:,.{digits}f}")


def _change(mine: float | None, other: float | None) -> Both:
    if mine is None or other is None or not other:
        return Both.same("–")
    return Both.same(f"{100 * (mine / other - 1):+.1f} %")


def refuse(folder: Path) -> None:
    """Raises RunFolderError where the folder holds something else than a route plan."""
    if folder.exists() and not folder.is_dir():
        raise RunFolderError(f"{folder} is a file; choose a folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / LINES).is_file():
        raise RunFolderError(f"{folder} holds other files and no {LINES}; choose another folder")


def write(planned: Planned, folder: Path, lang: str) -> dict[str, Any]:
    """Write the folder whole or not at all, and return what ``plan.json`` says."""
    import shutil

    told = planned.plain()
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        (picture,) = drawn(
            "map", both("sheets.map"), lambda words, width: route_map(told, planned.scenario, words, width)
        )
        table = rows(planned)
        summary = Table(both("routes.beside"), table[0], table[1:], (2, 3, 4))
        texts: Mapping[str, str] = {
            PLAN: _json(told),
            SHEETS: driver_sheets(told, planned.scenario, summary, picture, lang),
            LINES: _json(routes_geojson(told, planned.scenario)),
        }
        for name, text in texts.items():
            (part / name).write_text(text, encoding="utf-8", newline="\n")
        (part / MAP).write_bytes(picture.zh if lang == "zh" else picture.en)
        shutil.rmtree(folder, ignore_errors=True)
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return told


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def classes_of(texts: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """``KIND=1,2`` as classes by kind. Raises BadScenario for what is none."""
    found: dict[str, tuple[int, ...]] = {}
    for text in texts:
        name, sign, classes = text.partition("=")
        try:
            found[name.strip()] = tuple(sorted({int(c) for c in classes.split(",")}))
            right = bool(sign) and set(found[name.strip()]) <= {1, 2, 3, 4}
        except ValueError:
            right = False
        if not right:
            raise BadScenario([problem(f"--classes {text}", "option.no_classes")])
    return found


def tandem_of(texts: Sequence[str]) -> dict[str, int]:
    """``KIND`` or ``KIND=3`` as machines abreast by kind. Raises BadScenario for what is no number of them."""
    found: dict[str, int] = {}
    for text in texts:
        name, sign, many = text.partition("=")
        if not name.strip() or (sign and many.strip() not in ABREAST):
            raise BadScenario([problem(f"--tandem {text}", "option.no_tandem")])
        found[name.strip()] = int(many) if sign else 2
    return found
