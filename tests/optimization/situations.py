"""Small hand-made situations: a grid town of 200 m blocks, crews and jobs put where a test wants them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from simulation.model import (
    City,
    Depot,
    Equipment,
    Fleet,
    Kind,
    Material,
    Name,
    Place,
    Scenario,
    Segment,
    Stock,
    Storm,
    Team,
    Verb,
    Weather,
)
from simulation.network import Network
from simulation.situation import CrewReport, Jobs, Outlook, Reported, Situation

BLOCK = 200.0
"""m between junctions."""
DEGREE = 111_195.0
"""m of one degree of latitude; the town lies on the equator, so of longitude too."""


def name(text: str) -> Name:
    return Name(zh=text, en=text)


def town(rows: int = 4, columns: int = 4, priority: dict[str, int] | None = None) -> tuple[Segment, ...]:
    """A grid: segment ``h<r>-<c>`` runs east from junction ``<r>-<c>``, ``v<r>-<c>`` runs north."""
    segments = []
    for r in range(rows):
        for c in range(columns):
            for letter, (r2, c2) in (("h", (r, c + 1)), ("v", (r + 1, c))):
                if r2 < rows and c2 < columns:
                    label = f"{letter}{r}-{c}"
                    segments.append(
                        Segment(
                            id=label,
                            road=name(f"{letter}{r if letter == 'h' else c}"),
                            start=f"{r}-{c}",
                            end=f"{r2}-{c2}",
                            line=tuple(
                                (x * BLOCK / DEGREE, y * BLOCK / DEGREE) for y, x in ((r, c), (r2, c2))
                            ),
                            road_class="arterial",
                            priority=(priority or {}).get(label, 2),
                            length=BLOCK,
                            lanes=2,
                            width=7.0,
                            speed=10.0,
                        )
                    )
    return tuple(segments)


KINDS = (
    Kind(id="plough", name=name("plough"), abilities=("plough", "spread"), travel_speed=10, work_speed_major=5,
         work_speed_minor=4, efficiency=0.5, width=3.5, hopper=6000, crew=2),
    Kind(id="blade", name=name("blade"), hopper=0, abilities=("plough",), travel_speed=10, work_speed_major=5,
         work_speed_minor=4, efficiency=0.5, width=3.5, crew=2),
    Kind(id="spreader", name=name("spreader"), abilities=("spread",), travel_speed=10, work_speed_major=8,
         work_speed_minor=6, efficiency=0.5, width=7.0, hopper=4000, crew=2),
    Kind(id="pump-big", name=name("big pump"), hopper=0, abilities=("pump",), travel_speed=10, pump_rate=0.8,
         pump_yield=0.6, crew=5, setup=1200),
    Kind(id="pump-small", name=name("small pump"), hopper=0, abilities=("pump",), travel_speed=10, pump_rate=0.05,
         pump_yield=0.6, crew=3, setup=600),
    Kind(id="squad", name=name("squad"), abilities=("clear_inlet", "guard", "close", "sandbag"), travel_speed=8,
         inlets_per_hour=10 / 3600, hopper=500, crew=4),
)  # fmt: skip


def scenario(
    segments: Sequence[Segment] | None = None,
    crews: Sequence[tuple[str, int]] = (("plough", 2),),
    salt: float = 50_000.0,
    places: Sequence[Place] = (),
    **more: Any,
) -> Scenario:
    """A scenario of ``(kind, count)`` crews in one yard at junction 0-0; crew ids are ``<kind>/1`` and so on."""
    skills: tuple[Verb, ...] = (
        "plough",
        "spread",
        "haul",
        "pump",
        "clear_inlet",
        "sandbag",
        "close",
        "guard",
    )
    fleet = Fleet(
        kinds=KINDS,
        materials=(Material(id="salt", name=name("salt"), use="deicer", floor=-10),),
        depots=(Depot(id="yard", name=name("yard"), lon=0.0, lat=0.0),),
        stock=(Stock(depot="yard", material="salt", amount=salt),),
        teams=(Team(id="team", name=name("team"), unit=name("unit"), tier="district", depot="yard", people=40,
                    skills=skills),),
        equipment=tuple(Equipment(id=kind, kind=kind, count=count, team="team") for kind, count in crews),
    )  # fmt: skip
    storm = Storm(
        id="storm",
        name=name("storm"),
        start=datetime(2024, 1, 31, tzinfo=UTC),
        weather=(Weather(t=0, precipitation=0.0003, air=-3.0),),
    )
    city = City(id="town", name=name("town"), segments=tuple(segments or town()), places=tuple(places))
    return Scenario(id="t", name=name("t"), city=city, fleet=fleet, storm=storm, duration=6 * 3600, **more)


def crew(scenario: Scenario, id: str, at: str = "0-0", **more: Any) -> CrewReport:
    """A crew standing by at junction ``at`` with a full hopper."""
    kind = next(k for k in scenario.fleet.kinds if k.id == id.split("/")[0])
    network = Network(scenario.city.segments)
    given: dict[str, Any] = {
        "id": id, "team": "team", "kind": kind.id, "verbs": kind.abilities, "activity": "standby",
        "node": network.junction_index[at], "depot": 0, "load": kind.hopper,
        "material": "salt" if kind.hopper else "", "duty_left": 8 * 3600.0, "targets": (), "idle": True,
    }  # fmt: skip
    return CrewReport(**{**given, **more})


def job(
    target: str, weight: float = 1.0, verbs: tuple[Verb, ...] = ("plough", "spread"), **more: Any
) -> dict[str, Any]:
    """One row of ``Jobs``; ``at`` names the junction of work that is not on a segment."""
    return {"target": target, "weight": weight, "verbs": verbs, "rate": 0.02, "crews": 0, **more}


def jobs(network: Network, rows: Sequence[dict[str, Any]]) -> Jobs:
    """The table of ``job`` rows; place and need of road work are read from the network."""
    segment = np.array([network.segment_index.get(r["target"], -1) for r in rows], int)
    place = [
        network.junction_index[r["at"]] if "at" in r else int(network.tail[s])
        for r, s in zip(rows, segment, strict=True)
    ]
    need = [
        r.get("need", float(network.area[s]) if s >= 0 else 1.0) for r, s in zip(rows, segment, strict=True)
    ]
    return Jobs(
        verbs=tuple(r["verbs"] for r in rows),
        target=tuple(r["target"] for r in rows),
        place=np.array(place, int),
        segment=segment,
        weight=np.array([r["weight"] for r in rows], float),
        need=np.array(need, float),
        rate=np.array([r["rate"] for r in rows], float),
        crews=np.array([r["crews"] for r in rows], int),
        reason=tuple("snow" for _ in rows),
    )


def situation(
    scenario: Scenario,
    crews: Sequence[CrewReport],
    rows: Sequence[dict[str, Any]],
    t: int = 3600,
    stock: float | None = None,
    blocked: Sequence[str] = (),
) -> Situation:
    """What the command post knows at ``t``: crews, jobs, one stock, and which segments are shut."""
    network = Network(scenario.city.segments)
    count = len(network)
    shut = np.isin([s.id for s in scenario.city.segments], list(blocked))
    held = sum(s.amount for s in scenario.fleet.stock) if stock is None else stock
    return Situation(
        t=t,
        why="routine",
        level="II",
        reported=Reported(
            snow=np.full(count, 3.0),
            ice=np.zeros(count),
            road_temperature=np.full(count, -2.0),
            water_depth=np.zeros(count),
            seen=np.full(count, t - 600),
            node_depth=np.zeros(0),
            node_seen=np.zeros(0, int),
            closed=shut,
        ),
        crews=tuple(crews),
        stock=np.array([[held]]),
        jobs=jobs(network, rows),
        forecast=Outlook(t + 3600 * np.arange(6), np.full(6, 0.0003), np.full(6, -3.0)),
        messages=(),
        network=network,
        travel_factor=np.where(shut, 0.0, 0.6),
    )
