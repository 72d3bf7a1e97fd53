"""Made-up runs of a grid town with known answers, for tests of what results make of a run.

The fields are written by formula, not simulated, so a test can work out every metric by hand.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import xarray as xr

from simulation.model import (
    City,
    Command,
    Depot,
    Equipment,
    Fleet,
    Kind,
    Material,
    Name,
    Office,
    Place,
    ResponseRule,
    Scenario,
    Segment,
    Stock,
    Storm,
    Team,
    Warning,
    Weather,
)
from simulation.orders import Assign, Entry
from simulation.record import Event, Run, digest_of

STEP = 900
HOUR = 3600


def town(columns: int = 4, rows: int = 3) -> City:
    """A grid of two-way streets 200 m apart; row 0 is priority 1, row 1 is 2, other rows 3, columns 4.

    The first street of row 1 is a bridge, the second an underpass with drain node ``n0``. ``extra`` is a
    waterlogging point on node ``n1``.
    """

    def junction(c: int, r: int) -> tuple[str, tuple[float, float]]:
        return f"j{c}-{r}", (113.66 + 0.0022 * c, 34.77 + 0.0018 * r)

    segments = []
    for r in range(rows):
        for c in range(columns - 1):
            (start, a), (end, b) = junction(c, r), junction(c + 1, r)
            priority = (1, 2)[r] if r < 2 else 3
            structure = {(1, 0): "bridge", (1, 1): "underpass"}.get((r, c), "none")
            segments.append(
                Segment(
                    id=f"row{r}-{c}", road=Name(zh=f"东西{r}路", en=f"Row {r} Road"), start=start, end=end,
                    line=(a, b), road_class=("expressway", "arterial", "secondary")[min(r, 2)],
                    priority=priority, length=200, lanes=6 - 2 * min(r, 2), width=3.5 * (6 - 2 * min(r, 2)),
                    speed=13.9, structure=structure, office="west" if c < columns / 2 else "east",
                    low_point="n0" if structure == "underpass" else None,
                )
            )  # fmt: skip
    for c in range(columns):
        for r in range(rows - 1):
            (start, a), (end, b) = junction(c, r), junction(c, r + 1)
            segments.append(
                Segment(
                    id=f"col{c}-{r}", road=Name(zh=f"南北{c}街", en=f"Column {c} Street"), start=start,
                    end=end, line=(a, b), road_class="local", priority=4, length=200, lanes=2, width=7,
                    speed=8.3, office="west" if c < columns / 2 else "east",
                )
            )  # fmt: skip
    west, east = junction(0, 0)[1], junction(columns - 1, rows - 1)[1]
    return City(
        id="grid",
        name=Name(zh="方格镇", en="Grid Town"),
        note=Name(zh="示意性重建，非实测数据", en="schematic reconstruction, not surveyed data"),
        segments=tuple(segments),
        places=(
            Place(id="hospital", name=Name(zh="第一医院", en="First Hospital"), kind="hospital",
                  lon=west[0], lat=west[1], office="west"),
            Place(id="fire", name=Name(zh="消防站", en="Fire Station"), kind="fire_station",
                  lon=east[0], lat=east[1], office="east"),
            Place(id="dip", name=Name(zh="东西一路下穿", en="Row 1 underpass"), kind="underpass",
                  office="west", lon=113.663, lat=34.772, drain_node="n0", segment="row1-1"),
            Place(id="extra", name=Name(zh="易涝点", en="Waterlogging point"), kind="waterlogging",
                  lon=113.665, lat=34.7715, drain_node="n1", office="east"),
            Place(id="dump", name=Name(zh="消纳场", en="Dump site"), kind="dump_site", lon=east[0],
                  lat=east[1], capacity=20000),
        ),
        offices=(Office(id="west", name=Name(zh="西街道", en="West")),
                 Office(id="east", name=Name(zh="东街道", en="East"))),
    )  # fmt: skip


def fleet() -> Fleet:
    """Two ploughs with spreaders and a pump truck in one yard with 20 t of salt."""
    return Fleet(
        kinds=(
            Kind(id="plough-spreader", name=Name(zh="推雪撒布车", en="Plough-spreader"), crew=2,
                 abilities=("plough", "spread"), travel_speed=11, work_speed_major=7, work_speed_minor=4,
                 width=3.0, hopper=6000, cost=0.1),
            Kind(id="pump-truck", name=Name(zh="排水抢险车", en="Pump truck"), crew=5, abilities=("pump",),
                 travel_speed=11, hopper=0, pump_rate=0.4, cost=0.1),
        ),
        materials=(Material(id="salt", name=Name(zh="融雪剂", en="De-icer"), use="deicer", floor=-9.4),),
        depots=(Depot(id="yard", name=Name(zh="料场", en="Yard"), lon=113.66, lat=34.77, office="west"),),
        stock=(Stock(depot="yard", material="salt", amount=20000),),
        teams=(
            Team(id="blades", name=Name(zh="除雪队", en="Blades"), unit=Name(zh="城管局", en="City bureau"),
                 tier="district", depot="yard", people=12, skills=("plough", "spread"), relief=2),
            Team(id="pumps", name=Name(zh="排涝队", en="Pumps"), unit=Name(zh="排水公司", en="Drainage"),
                 tier="city", depot="yard", people=10, skills=("pump",)),
        ),
        equipment=(Equipment(id="plough", kind="plough-spreader", count=2, team="blades"),
                   Equipment(id="pump", kind="pump-truck", count=1, team="pumps")),
    )  # fmt: skip


def scenario(
    hazard: str = "snow", hours: int = 12, columns: int = 4, rows: int = 3, **changes: Any
) -> Scenario:
    """A storm of 4 hours at 1.5 mm/h (snow) or 40 mm/h (rain) with a red warning 30 min after the start."""
    snow = hazard == "snow"
    rate = (1.5 if snow else 40) / 3600
    air = -4.0 if snow else 24.0
    storm = Storm(
        id="made", name=Name(zh="试验雪", en="Test snow") if snow else Name(zh="试验雨", en="Test rain"),
        start=datetime(2024, 1, 31, 0, tzinfo=UTC),
        weather=(Weather(t=0, precipitation=rate, air=air), Weather(t=4 * HOUR, precipitation=0, air=air)),
        warnings=(Warning(t=0, hazard=hazard, colour="orange"), Warning(t=1800, hazard=hazard, colour="red"),
                  Warning(t=5400, hazard=hazard, colour="red")),
    )  # fmt: skip
    given: dict[str, Any] = {
        "id": f"grid/{hazard}", "name": Name(zh="方格镇试验", en="Grid test"), "city": town(columns, rows),
        "fleet": fleet(), "storm": storm, "hazards": (hazard,), "duration": hours * HOUR,
        "command": Command(rules=(ResponseRule(hazard="snow", colour="red", level="I"),
                                  ResponseRule(hazard="water", colour="red", level="I"))),
    }  # fmt: skip
    return Scenario(**(given | changes))


EVENTS = (
    Event(1800, "warning", target="snow", text="red"),
    Event(3000, "level", text="I", value=4),
    Event(3000, "muster", crew="plough/1"),
    Event(3600, "order", crew="plough/1", target="row0-0", verb="plough"),
    Event(3600, "order", crew="plough/2", target="row1-0", verb="plough"),
    Event(3660, "depart", crew="plough/1", target="row0-0"),
    Event(4200, "arrive", crew="plough/1", target="row0-0"),
    Event(5400, "arrive", crew="plough/2", target="row1-0"),
    Event(7000, "refill", "plough/1", "yard", "salt", 6000.0),
    Event(9000, "refill", "plough/2", "yard", "salt", 14000.0),
    Event(9000, "stockout", "plough/2", "yard", "salt"),
    Event(9100, "refused", "plough/9", "", "Assign", 0, "there is no crew 'plough/9'"),
)

FILLED = (
    Event(2 * HOUR, "water_mark", target="row1-1", text="wet"),
    Event(2 * HOUR, "water_mark", target="row1-1", text="close"),
    Event(2 * HOUR, "water_mark", target="row1-1", text="afloat"),
    Event(3 * HOUR, "closed", "police", "row1-1", "close", 0.40),
)
"""What events say of ``water_run``'s underpass."""


def snow_run(hours: int = 12, columns: int = 4, rows: int = 3, **changes: Any) -> Run:
    """Every road holds 4 mm from hour 1; priority p is served at hour p and bare from hour 4 + p.

    Priority 4 stays white to the end.
    """
    made = scenario("snow", hours, columns, rows, **changes)
    t = np.arange(0, hours * HOUR + 1, STEP)
    priority = np.array([s.priority for s in made.city.segments])
    bare_from = np.where(priority < 4, (4 + priority) * HOUR, np.inf)
    snow = np.where((t[:, None] >= HOUR) & (t[:, None] < bare_from), 4.0, 0.0)
    passes = [
        Event(s.priority * HOUR, "pass", "plough/1", s.id, "plough+spread", 10.0)
        for s in made.city.segments
        if s.priority < 4
    ]
    fields = _common(made, t) | {
        "snow": (("time", "segment"), snow, _attrs("kg m-2", 0.1)),
        "ice": (("time", "segment"), 0.1 * snow, _attrs("kg m-2", 0.1)),
        "snow_depth": (("time", "segment"), snow / 100, _attrs("m", 0.001)),
        "road_temperature": (("time", "segment"), np.full(snow.shape, -3.0), _attrs("degC", 0.01)),
    }
    return _run(made, fields, (*EVENTS, *passes), {"used.salt": 12_500.0})


def water_run(hours: int = 12, columns: int = 4, rows: int = 3, **changes: Any) -> Run:
    """The underpass fills to 40 cm between hours 2 and 5 and is closed at hour 3; ``extra`` has 10 cm."""
    made = scenario("water", hours, columns, rows, **changes)
    t = np.arange(0, hours * HOUR + 1, STEP)
    wet = (t >= 2 * HOUR) & (t < 5 * HOUR)
    ids = [s.id for s in made.city.segments]
    depth = np.zeros((len(t), len(ids)))
    depth[wet, ids.index("row1-1")] = 0.40
    closed = np.zeros((len(t), len(ids)), np.uint8)
    closed[t >= 3 * HOUR, ids.index("row1-1")] = 1
    node = np.zeros((len(t), 2))
    node[wet] = (0.40, 0.10)
    fields = _common(made, t) | {
        "closed": (("time", "segment"), closed, _attrs("1", 1)),
        "water_depth": (("time", "segment"), depth, _attrs("m", 0.001)),
        "water_flow": (("time", "segment"), depth * 2 * (t == 2 * HOUR)[:, None], _attrs("m2 s-1", 0.001)),
        "water_velocity": (("time", "segment"), 2.0 * (depth > 0), _attrs("m s-1", 0.01)),
        "speed_factor": (("time", "segment"), np.where(depth > 0.3, 0.0, 1.0), _attrs("1", 0.001)),
        "node_depth": (("time", "node"), node, _attrs("m", 0.001)),
        "node_flooding": (("time", "node"), node / 10, _attrs("m3 s-1", 0)),
    }
    return _run(made, fields, (*EVENTS, *FILLED), {"flooded_m3": 120.0, "pumped_m3": 45.0})


def _common(made: Scenario, t: np.ndarray) -> dict[str, Any]:
    segments = len(made.city.segments)
    working = np.zeros((len(t), 3), np.uint8)
    working[(t > 3600) & (t < 6 * HOUR), :2] = 4
    falling = t < 4 * HOUR
    return {
        "closed": (("time", "segment"), np.zeros((len(t), segments), np.uint8), _attrs("1", 1)),
        "speed_factor": (("time", "segment"), np.ones((len(t), segments)), _attrs("1", 0.001)),
        "crew_activity": (("time", "crew"), working, _attrs("1", 1)),
        "precipitation": (
            ("time",),
            np.where(falling, made.storm.weather[0].precipitation, 0),
            _attrs("kg m-2 s-1", 0),
        ),
        "air": (("time",), np.full(len(t), made.storm.weather[0].air), _attrs("degC", 0)),
        "level": (("time",), np.where(t >= 3000, 4, 0).astype(np.uint8), _attrs("1", 1)),
    }


def _run(made: Scenario, fields: dict[str, Any], events: tuple[Event, ...], totals: dict[str, float]) -> Run:
    t = np.arange(0, int(made.duration) + 1, STEP)
    coords = {
        "time": ("time", t),
        "segment": ("segment", [s.id for s in made.city.segments]),
        "crew": ("crew", ["plough/1", "plough/2", "pump/1"]),
    }
    if "node_depth" in fields:
        coords["node"] = ("node", ["n0", "n1"])
    data = xr.Dataset(fields, coords)
    events = tuple(sorted(events, key=lambda e: e.t))
    log = (Entry(3600, "greedy", Assign("plough/1", ("plough", "spread"), ("row0-0", "row0-1"))),
           Entry(3600, "greedy", Assign("plough/2", ("plough",), ("row1-0",), None)))  # fmt: skip
    sums = {"crew_busy_s": 36_000.0, "overtime_s": 1800.0, "cost_cny": 5000.0}
    run = Run(made, 7, log, data, events, "", {"snow": 1e-12, "material": 0.0}, sums | totals, "greedy", 0.25)
    return replace(run, digest=digest_of(data, events, log))


def _attrs(unit: str, step: float) -> dict[str, Any]:
    return {"units": unit, "packing_step": step, "long_name": unit}
