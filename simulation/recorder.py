"""Keeping the record: fields at every quarter of an hour, whole-run sums, the balance of material."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import simpy
import xarray as xr

from simulation.clock import Beat
from simulation.record import FieldSpec
from simulation.teams import ACTIVITIES, Crew
from simulation.weather import WeatherSeries
from simulation.world import World

EVERY = 900
ROAD_FIELDS = (
    FieldSpec("speed_factor", "1", "segment", "speed over free-flow speed", 0.001),
    FieldSpec("closed", "1", "segment", "closed to traffic by order", 1.0),
)


class Recorder:
    """Copies the world's declared fields on the RECORD beat, from second 0 to the end."""

    def __init__(self, world: World, crews: list[Crew], series: WeatherSeries) -> None:
        self._world, self._crews, self._series = world, crews, series
        self._specs = {**world.specs, **{s.name: s for s in ROAD_FIELDS}}
        self._kept: dict[str, list[np.ndarray]] = {name: [] for name in self._specs}
        self._activity: list[np.ndarray] = []
        self._row: list[tuple[int, float, float, int]] = []
        self._codes = {a: i for i, a in enumerate(ACTIVITIES)}

    def keep(self, end: int) -> Generator[simpy.Event, object, None]:
        """A SimPy process: one copy every quarter of an hour and one at the end."""
        while True:
            yield self._world.clock.wait(0, Beat.RECORD)
            self._copy()
            if self._world.t >= end:
                return
            yield self._world.clock.wait(min(EVERY, end - self._world.t), Beat.RECORD)

    def _copy(self) -> None:
        world = self._world
        for name in self._kept:
            array = getattr(world, name, None) if name in ("speed_factor", "closed") else world.fields[name]
            self._kept[name].append(np.array(array, np.float32))
        self._activity.append(np.array([self._codes[c.activity] for c in self._crews], np.int8))
        now = self._series.over(max(0, world.t - EVERY), EVERY)
        self._row.append((world.t, now.precipitation, now.air, world.level))

    def dataset(self) -> xr.Dataset:
        """What was kept, with CF attributes."""
        world = self._world
        if not self._row:  # asked for before the first second is over
            self._copy()
        time, rain, air, level = (np.array(c) for c in zip(*self._row, strict=True))
        variables: dict[str, tuple[tuple[str, ...], np.ndarray, dict[str, object]]] = {}
        for name, spec in self._specs.items():
            attributes: dict[str, object] = {
                "units": spec.unit, "long_name": spec.long_name, "packing_step": spec.step,
            }  # fmt: skip
            variables[name] = (("time", spec.dim), np.stack(self._kept[name]), attributes)
        variables["crew_activity"] = (
            ("time", "crew"),
            np.stack(self._activity).reshape(len(time), len(self._crews)),
            {"long_name": "activity of the crew", "flag_values": np.arange(len(ACTIVITIES), dtype=np.int8),
             "flag_meanings": " ".join(ACTIVITIES)},
        )  # fmt: skip
        variables["precipitation"] = (
            ("time",), rain, {"units": "kg m-2 s-1", "long_name": "precipitation of the last quarter hour"}
        )  # fmt: skip
        variables["air"] = (("time",), air, {"units": "degC", "long_name": "air temperature"})
        variables["level"] = (
            ("time",), level.astype(np.int8), {"long_name": "response level, 0 none to 4 (I)"}
        )  # fmt: skip
        coords = {
            "time": ("time", time, {"units": "s", "long_name": "seconds since the start of the storm"}),
            "segment": [s.id for s in world.network.segments],
            "crew": [c.id for c in self._crews],
            "node": list(world.nodes),
        }
        return xr.Dataset(variables, coords, {"Conventions": "CF-1.10", "title": world.scenario.name.en})

    def totals(self) -> dict[str, float]:
        """Hours at work and overtime of all crews, and what they cost."""
        return {
            "crew_busy_s": float(sum(c.busy_seconds for c in self._crews)),
            "people_busy_s": float(sum(c.busy_seconds * c.kind.crew for c in self._crews)),
            "overtime_s": float(sum(c.total_overtime for c in self._crews)),
            "cost_cny": float(sum(c.busy_seconds * c.kind.cost for c in self._crews)),
        }


def material_balance(world: World, crews: list[Crew]) -> float:
    """The largest of (stock at the start - where it is now) / stock at the start over the materials, in yards,
    hoppers and trucks or used; and of the de-icer that was spread: on the road, in banks, hauled away or lost."""
    totals = world.totals
    residuals = []
    for material, column in world.material_index.items():
        start = world.stock_given[:, column].sum()
        there = world.stock[:, column].sum() + sum(c.load for c in crews if c.material == material)
        there += totals.get(f"in_transit.{material}", 0.0) + totals.get(f"used.{material}", 0.0)
        if world.scenario.fleet.materials[column].use != "fuel":
            residuals.append((start - there) / max(start, 1.0))
    spread, area = totals.get("salt.spread", 0.0), world.network.area
    there = sum(float(world.fields[n] @ area) for n in ("salt", "bank_salt") if n in world.fields)
    gone = totals.get("salt.hauled", 0.0) + totals.get("salt.lost", 0.0)
    residuals.append((spread - there - gone) / max(spread, 1.0))
    return float(max(residuals, key=abs))
