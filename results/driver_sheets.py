"""Driver sheets: what each crew drives, turn by turn, on one page in both languages. Plans come as plain data
(``plan.json``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from results.content import Card, Cards, Document, Figure, Paragraph, Section, Table, figure
from results.language import Both, both
from results.names import crew_name, name_of
from results.report.html import page
from simulation.model import Scenario, Segment

PLACES = ("north", "east", "south", "west")


def driver_sheets(
    plan: Mapping[str, Any], scenario: Scenario, summary: Table, map_png: bytes, lang: str = "zh"
) -> str:
    """The page: summary, map, and a section for each crew that has work."""
    start = scenario.storm.start + timedelta(seconds=int(plan["start"]))
    roads = {s.id: s for s in scenario.city.segments}
    busy = [r for r in plan["routes"] if any(leg["kind"] == "work" for leg in r["legs"])]
    overview = Section(
        "overview",
        both("sheets.overview"),
        (
            summary,
            Figure("map", both("sheets.map"), map_png, map_png),
            Paragraph(
                both(
                    "sheets.rests_on",
                    depth=_one(100 * plan["depth"]),
                    speed=_one(100 * plan["factor"]),
                    doses=_doses(plan),
                )
            ),
            *(_undone(plan, scenario) if plan["undone"] else ()),
        ),
    )
    sections = [overview, *(_sheet(n, route, scenario, roads, start) for n, route in enumerate(busy, 1))]
    notes = [Both.of(n) for n in (scenario.city.note, scenario.storm.note) if n]
    return page(
        Document(
            both("sheets.title", name=scenario.name), both("sheets.subtitle", crews=len(busy)), notes,
            [(both("sheets.start"), Both.same(f"{start:%Y-%m-%d %H:%M}")),
             (both("sheets.goal"), both(f"routes_objective.{plan['objective']}"))],
            sections,
        ),
        lang,
    )  # fmt: skip


def _one(value: float) -> Both:
    return Both.same(f"{value:.0f}" if value >= 10 else f"{value:.1f}")


def _doses(plan: Mapping[str, Any]) -> Both:
    said = ", ".join(f"{1000 * kg:.0f} g/m²" for kg in plan["doses"].values() if kg > 0)
    return Both.same(said) if said else both("sheets.no_dose")


def _undone(plan: Mapping[str, Any], scenario: Scenario) -> Sequence[Table]:
    """Passes that nobody does, by reason and road."""
    sums: dict[tuple[str, Both], int] = {}
    for u in plan["undone"]:
        key = (u["why"], name_of(scenario, u["segment"]))
        sums[key] = sums.get(key, 0) + u["passes"]
    rows = [[road, Both.same(n), both(f"routes_why.{why}")] for (why, road), n in sums.items()]
    return (
        Table(
            both("sheets.undone"),
            [both("sheets.road"), both("sheets.passes"), both("sheets.why")],
            rows,
            (1,),
        ),
    )


def _sheet(
    n: int, route: Mapping[str, Any], scenario: Scenario, roads: Mapping[str, Segment], start: Any
) -> Section:
    """One crew: figures, then its turns."""
    legs = route["legs"]
    metres = {
        kind: sum(roads[leg["segment"]].length for leg in legs if leg["kind"] == kind)
        for kind in ("work", "travel")
    }
    loads = [leg for leg in legs if leg["kind"] == "refill"]
    depot = name_of(scenario, route["depot"])
    cards = Cards((
        Card(both("sheets.away"), Both.same(f"{start + timedelta(seconds=route['ready']):%H:%M}"),
             both("sheets.from_yard", yard=depot)),
        Card(both("sheets.home"), Both.same(f"{start + timedelta(seconds=legs[-1]['end']):%H:%M}"),
             both("sheets.hours", hours=_one((legs[-1]["end"] - route["ready"]) / 3600))),
        Card(both("sheets.at_work"), figure(metres["work"] / 1000), 
             both("sheets.empty", km=figure(metres["travel"] / 1000)), Both.same("km")),
        Card(both("sheets.salt"), figure(route["filled"] / 1000), 
             both("sheets.loads", count=len(loads)), Both.same("t")),
    ))  # fmt: skip
    head = [both(f"sheets.{key}") for key in ("time", "turn", "road", "do", "km", "load")]
    rows = [_row(group, scenario, roads, start) for group in _grouped(legs, roads)]
    return Section(
        f"crew-{n}",
        crew_name(scenario, route["crew"]),
        (cards, Table(both("sheets.turns"), head, rows, (4, 5))),
    )


def _grouped(
    legs: Sequence[Mapping[str, Any]], roads: Mapping[str, Segment]
) -> list[list[Mapping[str, Any]]]:
    """Legs that a driver takes as one: straight on along one road, at the same work."""
    groups: list[list[Mapping[str, Any]]] = []
    for leg in legs:
        if groups and leg["kind"] in ("work", "travel"):
            last = groups[-1][-1]
            same = all(last.get(key) == leg.get(key) for key in ("kind", "number", "count", "verbs"))
            if (
                same
                and leg.get("turn") == "straight"
                and roads[last["segment"]].road == roads[leg["segment"]].road
            ):
                groups[-1].append(leg)
                continue
        groups.append([leg])
    return groups


def _row(
    group: Sequence[Mapping[str, Any]], scenario: Scenario, roads: Mapping[str, Segment], start: Any
) -> list[Both]:
    first, last = group[0], group[-1]
    when = Both.same(f"{start + timedelta(seconds=first['start']):%H:%M}")
    if first["kind"] in ("refill", "rest", "wait"):
        minutes = max(1, round((last["end"] - first["start"]) / 60))
        where = name_of(scenario, first["depot"]) if first.get("depot") else Both("", "")
        do = both(
            f"sheets.{first['kind']}", minutes=minutes, tonnes=figure(first.get("kilograms", 0.0) / 1000, 1)
        )
        return [when, Both("", ""), where, do, Both("", ""), _load(last)]
    turn = both(f"turn.{first['turn']}") if first.get("turn") else both("sheets.set_out")
    segment = roads[first["segment"]]
    do = both("sheets.drive")
    if first["kind"] == "work":
        work = both("sheets.and").zh.join(both(f"verb.{v}").zh for v in first["verbs"])
        work_en = both("sheets.and").en.join(both(f"verb.{v}").en for v in first["verbs"])
        do = both("sheets.pass", work=Both(work, work_en), number=first["number"], count=first["count"])
    km = sum(roads[leg["segment"]].length for leg in group) / 1000
    return [when, turn, Both.of(segment.road), do, figure(km, 2), _load(last)]


def _load(leg: Mapping[str, Any]) -> Both:
    return figure(leg["load"] / 1000, 1) if leg.get("load") else Both("", "")
