"""Driver sheets: what each crew drives, turn by turn, on one page in both languages. Plans come as plain data
(``plan.json``)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from results.content import Card, Cards, Document, Figure, Paragraph, Section, Table, figure
from results.language import Both, both
from results.names import crew_name, name_of
from results.report.html import page
from simulation.model import Scenario, Segment

COMPASS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
MOST_NAMES = 2
"""Roads that name a crossing."""


def driver_sheets(
    plan: Mapping[str, Any], scenario: Scenario, summary: Table, picture: Figure, lang: str = "zh"
) -> str:
    """The page: summary, map (``picture``), and a section for each crew that has work."""
    start = scenario.storm.start + timedelta(seconds=int(plan["start"]))
    roads = {s.id: s for s in scenario.city.segments}
    streets = _streets(scenario)
    busy = [r for r in plan["routes"] if any(leg["kind"] == "work" for leg in r["legs"])]
    overview = Section(
        "overview",
        both("sheets.overview"),
        (
            summary,
            *_late(plan),
            picture,
            Paragraph(
                both(
                    "sheets.rests_on",
                    depth=_one(100 * plan["depth"]),
                    speed=_one(100 * plan["factor"]),
                    doses=_doses(plan),
                )
            ),
            Paragraph(both("sheets.strips")),
            *(_undone(plan, scenario) if plan["undone"] else ()),
        ),
    )
    sections = [
        overview,
        *(_sheet(n, route, scenario, roads, streets, start) for n, route in enumerate(busy, 1)),
    ]
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
    n: int,
    route: Mapping[str, Any],
    scenario: Scenario,
    roads: Mapping[str, Segment],
    streets: Mapping[str, Sequence[Both]],
    start: Any,
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
    head = [both(f"sheets.{key}") for key in ("time", "turn", "road", "stretch", "do", "km", "load")]
    rows = [_row(group, scenario, roads, streets, start) for group in _grouped(legs, roads)]
    return Section(
        f"crew-{n}",
        crew_name(scenario, route["crew"]),
        (cards, *_beside(route, scenario), Table(both("sheets.turns"), head, rows, (5, 6))),
    )


def _beside(route: Mapping[str, Any], scenario: Scenario) -> Sequence[Paragraph]:
    """Who drives abreast with the crew."""
    names = [crew_name(scenario, crew) for crew in route["beside"]]
    if not names:
        return ()
    crews = Both("、".join(name.zh for name in names), ", ".join(name.en for name in names))
    return (Paragraph(both("sheets.beside", crews=crews)),)


def _grouped(
    legs: Sequence[Mapping[str, Any]], roads: Mapping[str, Segment]
) -> list[list[Mapping[str, Any]]]:
    """Legs that a driver takes as one: straight on along one road, at the same work."""
    groups: list[list[Mapping[str, Any]]] = []
    for leg in legs:
        if groups and leg["kind"] in ("work", "travel"):
            last = groups[-1][-1]
            same = all(last.get(key) == leg.get(key) for key in ("kind", "verbs"))
            if (
                same
                and _strip(last, roads[last["segment"]]) == _strip(leg, roads[leg["segment"]])
                and leg.get("turn") == "straight"
                and roads[last["segment"]].road == roads[leg["segment"]].road
            ):
                groups[-1].append(leg)
                continue
        groups.append([leg])
    return groups


def _row(
    group: Sequence[Mapping[str, Any]],
    scenario: Scenario,
    roads: Mapping[str, Segment],
    streets: Mapping[str, Sequence[Both]],
    start: Any,
) -> list[Both]:
    first, last = group[0], group[-1]
    when = Both.same(f"{start + timedelta(seconds=first['start']):%H:%M}")
    if first["kind"] in ("refill", "rest", "wait"):
        minutes = max(1, round((last["end"] - first["start"]) / 60))
        where = name_of(scenario, first["depot"]) if first.get("depot") else Both("", "")
        do = both(
            f"sheets.{first['kind']}", minutes=minutes, tonnes=figure(first.get("kilograms", 0.0) / 1000, 1)
        )
        return [when, Both("", ""), where, Both("", ""), do, Both("", ""), _load(last)]
    turn = both(f"turn.{first['turn']}") if first.get("turn") else both("sheets.set_out")
    segment = roads[first["segment"]]
    do = both("sheets.drive")
    if first["kind"] == "work":
        work = both("sheets.and").zh.join(both(f"verb.{v}").zh for v in first["verbs"])
        work_en = both("sheets.and").en.join(both(f"verb.{v}").en for v in first["verbs"])
        do = both("sheets.work", work=Both(work, work_en), strip=_strip(first, segment))
    km = sum(roads[leg["segment"]].length for leg in group) / 1000
    return [
        when,
        turn,
        Both.of(segment.road),
        _stretch(group, roads, streets),
        do,
        figure(km, 2),
        _load(last),
    ]


def _late(plan: Mapping[str, Any]) -> Sequence[Paragraph]:
    """By how much the hours that were asked for are missed."""
    said = lateness(plan)
    return () if said is None else (Paragraph(said),)


def lateness(plan: Mapping[str, Any]) -> Both | None:
    """Says by how much the last crew misses the hours that were asked for (``asked_hours``); None where none does."""
    asked = plan["asked_hours"]
    ends = [
        r["legs"][-1]["end"] / 3600 for r in plan["routes"] if any(leg["kind"] == "work" for leg in r["legs"])
    ]
    late = [hours for hours in ends if asked is not None and hours > asked]
    if not late:
        return None
    return both("sheets.late", asked=f"{asked:g}", last=f"{max(late):.1f}", missed=f"{max(late) - asked:.1f}",
                late=len(late), crews=len(ends))  # fmt: skip


def _streets(scenario: Scenario) -> dict[str, list[Both]]:
    """For each junction the roads that meet there, once for each piece that ends there."""
    found: dict[str, list[Both]] = {}
    for segment in scenario.city.segments:
        for junction in (segment.start, segment.end):
            found.setdefault(junction, []).append(Both.of(segment.road))
    return found


def _crossing(junction: str, road: Both, streets: Mapping[str, Sequence[Both]]) -> Both:
    """The roads that cross there; where there is none, the road's end or the junction's own id."""
    others = [name for name in dict.fromkeys(streets[junction]) if name != road][:MOST_NAMES]
    if others:
        return Both("、".join(name.zh for name in others), " / ".join(name.en for name in others))
    return both("sheets.dead_end") if len(streets[junction]) == 1 else both("sheets.junction", id=junction)


def _stretch(
    group: Sequence[Mapping[str, Any]], roads: Mapping[str, Segment], streets: Mapping[str, Sequence[Both]]
) -> Both:
    """From which crossing to which, and in which direction."""
    first, last = group[0], group[-1]
    one, other = roads[first["segment"]], roads[last["segment"]]
    begin, begins = (one.start, one.line[0]) if first["forward"] else (one.end, one.line[-1])
    end, ends = (other.end, other.line[-1]) if last["forward"] else (other.start, other.line[0])
    road = Both.of(one.road)
    return both("sheets.from_to", begin=_crossing(begin, road, streets), end=_crossing(end, road, streets),
                heading=both(f"sheets.{_heading(begins, ends)}"))  # fmt: skip


def _heading(begin: tuple[float, float], end: tuple[float, float]) -> str:
    """Point of the compass from one place (lon, lat) to another."""
    east = (end[0] - begin[0]) * math.cos(math.radians((begin[1] + end[1]) / 2))
    return COMPASS[round(math.atan2(east, end[1] - begin[1]) / (math.pi / 4)) % 8]


def _strip(leg: Mapping[str, Any], segment: Segment) -> Both:
    """Which strip of its side of the road a pass is.

    Passes of a two-way road are numbered along it first, then back, and the odd one out may go either way (see
    ``optimization.routing.district.lane_passes``); each side is counted here from its own kerb.
    """
    if leg["kind"] != "work":
        return Both("", "")
    number, count = leg["number"], leg["count"]
    if count == 1:
        return both("sheets.whole_width")
    side = count if segment.oneway else count // 2
    if number > side * (1 if segment.oneway else 2):
        return both("sheets.middle")
    if side == 1:
        return both("sheets.whole_width" if segment.oneway else "sheets.this_side")
    return both("sheets.strip", number=(number - 1) % side + 1, count=side)


def _load(leg: Mapping[str, Any]) -> Both:
    return figure(leg["load"] / 1000, 1) if leg.get("load") else Both("", "")
