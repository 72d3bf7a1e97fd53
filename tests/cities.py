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
]  # fmt: skip
MATERIALS: list[dict[str, Any]] = [
    {
        "id": "salt", "name": {"zh": "融雪盐", "en": "salt"}, "use": "deicer", "freezing_a": -0.02916,
        "freezing_b": -1.7208, "freezing_c": -0.116, "floor": -10.0,
    },
    {"id": "sandbag", "name": {"zh": "沙袋", "en": "sandbag"}, "use": "bag", "piece": 25.0},
    {"id": "diesel", "name": {"zh": "柴油", "en": "diesel"}, "use": "fuel"},
]  # fmt: skip


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
