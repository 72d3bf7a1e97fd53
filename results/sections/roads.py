"""Roads: a row a class, and the worst of them by name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from results.compare import shown
from results.content import Block, Cell, Section, Table, figure
from results.goals import Goal, snow_grade
from results.language import LANGUAGES, Both, Words, both
from results.metrics import classes, covered, hour_weights, recorded, unclear_roads
from results.sections import Reading
from simulation.network import Network

ORDER = 40
WORST = 15


def section(reading: Reading) -> Section | None:
    """Clearing by class, and the roads that were covered or under water longest."""
    blocks: list[Block] = []
    if "snow" in reading.run.fields:
        blocks.append(_classes(reading))
    blocks += worst_roads(reading)
    return Section("roads", both("section.roads"), blocks) if blocks else None


def _classes(reading: Reading) -> Table:
    run, figures = reading.run, reading.figures
    network = Network(run.scenario.city.segments)
    lying, goals, grade = covered(run), run.scenario.goals, snow_grade(run)
    judged = {goal.key: goal for goal in reading.goals}
    rows = []
    for p in classes(network):
        mine = network.priority == p
        deadline = goals.clear[p - 1][grade] / 3600 if grade else None
        rows.append(
            (
                both(f"class.p{p}"),
                figure(network.length[mine].sum() / 1000),
                figure(network.lane_length[mine].sum() / 1000),
                figure(float(lying[:, mine].max(initial=0))),
                figure(figures[f"unclear_km_h.p{p}"]),
                _against(f"first_pass_h.p{p}", figures[f"first_pass_h.p{p}"], judged),
                figure(goals.first_pass[p - 1] / 3600),
                _against(f"clear_h.p{p}", figures[f"clear_h.p{p}"], judged),
                figure(deadline),
            )
        )
    head = [both(f"head.{k}") for k in ("class", "km", "lane_km", "peak_mm", "unclear", "first_pass", "goal_h",
                                        "clear", "goal_h")]  # fmt: skip
    return Table(both("table.classes"), head, rows, tuple(range(1, 9)))


def _against(metric: str, value: float | None, judged: Mapping[str, Goal]) -> Cell:
    """A figure as the table of goals judges it: met, missed, or not due before the run ended."""
    text = Both(*(shown(metric, value, Words(lang)) for lang in LANGUAGES))
    if metric not in judged:
        return Cell(text)
    if judged[metric].met is None:
        return Cell(both("never_not_due"), "flag")
    return Cell(text, "good" if judged[metric].met else "bad")


def worst_roads(reading: Reading) -> list[Table]:
    """Roads by name, those with the most kilometre-hours of snow above the goal or of deep water first."""
    run = reading.run
    if "water_depth" in run.fields and recorded(run, "water_depth").max(initial=0) > 0:
        bad, field = recorded(run, "water_depth") > run.scenario.goals.depth_limit, "water_depth"
        worst, head = 100 * recorded(run, "water_depth"), "deepest_cm"
    elif "snow" in run.fields:
        bad, field, worst, head = unclear_roads(run), "snow", covered(run), "peak_mm"
    else:
        return []
    hours = hour_weights(run) @ bad
    kilometres = np.array([s.length for s in run.scenario.city.segments]) / 1000
    by_road: dict[Both, list[int]] = {}
    for i, segment in enumerate(run.scenario.city.segments):
        by_road.setdefault(Both.of(segment.road), []).append(i)
    ranked = sorted(by_road.items(), key=lambda kv: -float(hours[kv[1]] @ kilometres[kv[1]]))
    offices = {o.id: Both.of(o.name) for o in run.scenario.city.offices}
    rows = []
    for road, mine in ranked[:WORST]:
        if hours[mine].max() == 0:
            break
        office = run.scenario.city.segments[mine[int(hours[mine].argmax())]].office
        rows.append(
            (road, offices.get(office, Both.same(office or "–")), figure(kilometres[mine].sum(), 2),
             figure(float(worst[:, mine].max())), figure(float(hours[mine].max())),
             figure(float(hours[mine] @ kilometres[mine])))
        )  # fmt: skip
    heads = [both(f"head.{k}") for k in ("road", "office", "km", head, "longest_h", "km_h")]
    return [Table(both(f"table.worst_{field}", n=len(rows)), heads, rows, (2, 3, 4, 5))] if rows else []
