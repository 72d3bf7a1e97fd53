"""Tiny named cities for the tests: small enough to reckon by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from simulation.model import Scenario

LON, LAT = 113.66, 34.78
STEP = 0.003
"""Degrees between junctions: about 274 m east and 334 m north."""

KINDS: list[dict[str, Any]] = [
    {
        "id": "plough", "name": "plough", "abilities": ("plough", "spread"), "travel_speed": 11.0,
        "work_speed_major": 8.0, "work_speed_minor": 5.0, "efficiency": 0.5, "width": 4.0, "hopper": 8000.0,
        "crew": 2, "fuel_tank": 200.0, "fuel_rate": 0.004, "cost": 0.1,
    },
    {
        "id": "pump-truck", "name": "pump truck", "abilities": ("pump",), "travel_speed": 10.0,
        "pump_rate": 0.4, "pump_yield": 0.6, "crew": 5, "setup": 1200.0, "wading_depth": 0.4, "cost": 0.1,
    },
    {
        "id": "squad", "name": "hand squad", "abilities": ("clear_inlet", "close", "guard", "sandbag"),
        "travel_speed": 6.0, "inlets_per_hour": 10 / 3600, "crew": 6, "setup": 60.0, "hopper": 5000.0,
        "cost": 0.05,
    },
    {
        "id": "loader", "name": "loader", "abilities": ("plough", "haul"), "travel_speed": 8.0,
        "work_speed_major": 4.0, "work_speed_minor": 4.0, "width": 4.0, "haul_rate": 0.02, "crew": 1,
    },
]  # fmt: skip
MATERIALS: list[dict[str, Any]] = [
    {
        "id": "salt", "name": {"zh": "融雪盐", "en": "salt"}, "use": "deicer", "freezing_a": -0.02916,
        "freezing_b": -1.7208, "freezing_c": -0.116, "floor": -10.0,
    },
    {"id": "sandbag", "name": {"zh": "沙袋", "en": "sandbag"}, "use": "bag", "piece": 25.0},
    {"id": "diesel", "name": {"zh": "柴油", "en": "diesel"}, "use": "fuel"},
]  # fmt: skip


DRAINS = """[OPTIONS]
FLOW_UNITS CMS
INFILTRATION HORTON
FLOW_ROUTING DYNWAVE
ALLOW_PONDING NO
START_DATE 01/01/2024
START_TIME 00:00:00
END_DATE 01/02/2024
END_TIME 00:00:00
WET_STEP 00:01:00
DRY_STEP 00:05:00
ROUTING_STEP 1
[RAINGAGES]
G INTENSITY 0:05 1.0 TIMESERIES T
[SUBCATCHMENTS]
LAND G LOW 2.0 100 100 0.5 0
[SUBAREAS]
LAND 0.01 0.1 0 0 25 OUTLET
[INFILTRATION]
LAND 75 5 4 7 0
[JUNCTIONS]
LOW 10 2 0 0 0
[STORAGE]
SUMP 8 5 0 FUNCTIONAL 0 0 50
[OUTFALLS]
OUT 12 FREE
[CONDUITS]
PIPE LOW SUMP 50 0.013 0 0
[PUMPS]
LIFT SUMP OUT CURVE ON 1 0.3
[XSECTIONS]
PIPE CIRCULAR 0.3 0 0 0
[CURVES]
CURVE PUMP4 0 0.05
CURVE 6 0.05
[TIMESERIES]
T 0:00 0
"""
"""Two hectares of roof drain to the underpass's low point LOW, by a pipe that is too small, to a pumped sump."""


def segments(columns: int = 3, rows: int = 3, **changes: Any) -> list[dict[str, Any]]:
    """Streets of a grid town: junctions J<col>-<row>, segments H<col>-<row> (east), V<col>-<row> (north)."""
    made = []
    for row in range(rows):
        for column in range(columns):
            for letter, dc, dr in (("H", 1, 0), ("V", 0, 1)):
                if column + dc >= columns or row + dr >= rows:
                    continue
                main = row == 0 and letter == "H"
                made.append(
                    {
                        "id": f"{letter}{column}-{row}", "road": {"zh": f"{row}号路", "en": f"Road {row}"},
                        "start": f"J{column}-{row}", "end": f"J{column + dc}-{row + dr}",
                        "line": (
                            (LON + column * STEP, LAT + row * STEP),
                            (LON + (column + dc) * STEP, LAT + (row + dr) * STEP),
                        ),
                        "road_class": "arterial" if main else "local", "priority": 1 if main else 4,
                        "length": 300.0, "lanes": 4 if main else 2, "width": 16.0 if main else 8.0,
                        "speed": 14.0 if main else 8.0, "office": "centre", **changes,
                    }
                )  # fmt: skip
    return made


def scenario(
    *,
    hours: float = 12,
    precipitation: float = 1.0,
    wet_hours: float = 6,
    air: float = -3.0,
    crews: int = 2,
    salt: float = 20_000.0,
    hazards: Sequence[str] = ("snow",),
    roads: list[dict[str, Any]] | None = None,
    **changes: Any,
) -> Scenario:
    """Gridtown: 12 streets, one yard, `crews` ploughs, snow of `precipitation` mm/h for `wet_hours`."""
    weather = [
        {"t": 0, "precipitation": precipitation / 3600, "air": air, "humidity": 0.9, "wind": 3.0},
        {"t": wet_hours * 3600, "precipitation": 0.0, "air": air, "humidity": 0.8, "wind": 2.0},
    ]
    team = {
        "id": "day", "name": "day team", "unit": "bureau", "tier": "district", "depot": "yard", "people": 60,
        "skills": ("plough", "spread", "pump", "clear_inlet", "close", "guard", "sandbag"), "muster": 600,
        "relief": 2,
    }  # fmt: skip
    made: dict[str, Any] = {
        "id": "gridtown", "name": {"zh": "方格镇", "en": "Gridtown"},
        "city": {
            "id": "gridtown", "name": {"zh": "方格镇", "en": "Gridtown"}, "segments": roads or segments(),
            "offices": [{"id": "centre", "name": {"zh": "中心街道", "en": "Centre"}}],
            "places": [
                {"id": "clinic", "name": {"zh": "医院", "en": "Clinic"}, "kind": "hospital",
                 "lon": LON + STEP, "lat": LAT + STEP},
            ],
        },
        "fleet": {
            "kinds": KINDS, "materials": MATERIALS,
            "depots": [{"id": "yard", "name": "yard", "lon": LON, "lat": LAT, "bays": 1}],
            "stock": [{"depot": "yard", "material": "salt", "amount": salt},
                      {"depot": "yard", "material": "sandbag", "amount": 20_000.0}],
            "teams": [team],
            "equipment": [{"id": "plough", "kind": "plough", "count": crews, "team": "day"}] if crews else [],
        },
        "storm": {
            "id": "test-snow", "name": "test snow", "start": datetime(2024, 1, 31, 15, tzinfo=UTC),
            "weather": weather, "warnings": [{"t": 0, "hazard": "snow", "colour": "orange"}],
        },
        "command": {"rules": [{"hazard": "snow", "colour": "orange", "level": "II", "delay": 600}]},
        "hazards": tuple(hazards), "duration": hours * 3600,
    }  # fmt: skip
    for path, value in changes.items():
        part = made
        *parents, last = path.split("__")
        for key in parents:
            part = part.setdefault(key, {})
        part[last] = value
    return Scenario.model_validate(made)


def flood(
    *,
    rain: float = 80.0,
    wet_hours: float = 1,
    hours: float = 6,
    hazards: Sequence[str] = ("water",),
    **changes: Any,
) -> Scenario:
    """Gridtown in a cloudburst of `rain` mm/h: H1-0 is an underpass whose low point floods; a pump truck and
    two hand squads."""
    roads = segments()
    dip = next(r for r in roads if r["id"] == "H1-0")
    dip |= {"structure": "underpass", "low_point": "LOW"}
    own: dict[str, Any] = {
        "city__drains": DRAINS,
        "city__places": [
            {"id": "clinic", "name": {"zh": "医院", "en": "Clinic"}, "kind": "hospital",
             "lon": LON + STEP, "lat": LAT + STEP},
            {"id": "dip", "name": {"zh": "涵洞", "en": "Dip"}, "kind": "underpass",
             "lon": LON + STEP, "lat": LAT, "drain_node": "LOW", "segment": "H1-0"},
        ],
        "fleet__equipment": [
            {"id": "pump", "kind": "pump-truck", "count": 1, "team": "day"},
            {"id": "squad", "kind": "squad", "count": 2, "team": "day"},
        ],
        "storm__warnings": [{"t": 0, "hazard": "water", "colour": "orange"}],
        "command__rules": [{"hazard": "water", "colour": "orange", "level": "II", "delay": 0}],
    }  # fmt: skip
    return scenario(
        hours=hours, precipitation=rain, wet_hours=wet_hours, air=22.0, hazards=hazards, roads=roads,
        **(own | changes),
    )  # fmt: skip
