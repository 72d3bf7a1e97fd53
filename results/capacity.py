"""Readiness figures worked out from resources and roads alone: what stands ready against a design storm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from results.language import Both, both
from results.metrics import (
    SETTLED,
    covered,
    first_service,
    first_settled,
    material_used,
    precipitation_end,
)
from results.series import given
from simulation.model import Fleet, Scenario
from simulation.network import Network
from simulation.record import Run
from simulation.teams import ACTIVITIES

STORM_DOSE = 0.012
"""kg/m2 of de-icer that one storm takes over the network (Jinan's stock rule: 1,200 t for two storms)."""
PILE_DENSITY = 450.0
"""kg/m3 of snow at a dump site (snow.md 6: 400-500, common knowledge)."""
BUSY = tuple(i for i, a in enumerate(ACTIVITIES) if a in ("travel", "setup", "work", "refill", "refuel"))


class Figure(NamedTuple):
    """A readiness figure."""

    name: Both
    value: float | None
    """None where the district has nothing of the kind."""
    unit: str
    basis: Both
    """How it is worked out."""


def figures(scenario: Scenario, runs: Mapping[str, Run]) -> list[Figure]:
    """The figures of snow.md 6 and their like for water, from the scenario and the storms that were run."""
    network, fleet = Network(scenario.city.segments), scenario.fleet
    main = network.priority <= 2
    deicer = stock_of(fleet, "deicer") / 1000
    ploughs, spreaders = (machines(fleet, verb) for verb in ("plough", "spread"))
    found = [
        ("storms_all", deicer * 1000 / (STORM_DOSE * network.area.sum()), "storms"),
        (
            "storms_main",
            deicer * 1000 / (STORM_DOSE * network.area[main].sum()) if main.any() else None,
            "storms",
        ),
        ("lane_km_per_plough", network.lane_length.sum() / 1000 / ploughs if ploughs else None, "km"),
        ("lane_km_per_spreader", network.lane_length.sum() / 1000 / spreaders if spreaders else None, "km"),
        ("spare", spare_share(runs), "pct"),
        ("bridges", bridges_in_time(runs), "pct"),
        ("people_per_shift", people_per_shift(fleet), "people"),
        ("dump", dump_cover(scenario, runs), "times"),
        ("pumping", pumping(fleet) * 3600 or None, "m3_h"),
    ]
    return [Figure(both(f"capacity.{k}"), v, unit, both(f"capacity.{k}_basis")) for k, v, unit in found]


def stock_of(fleet: Fleet, use: str) -> float:
    """kg in all yards of materials of one use."""
    of_use = {m.id for m in fleet.materials if m.use == use}
    return sum(s.amount for s in fleet.stock if s.material in of_use)


def machines(fleet: Fleet, verb: str) -> int:
    """Machines that can do a verb and whose team is trained for it."""
    able = {k.id for k in fleet.kinds if verb in k.abilities}
    trained = {t.id for t in fleet.teams if verb in t.skills}
    return sum(e.count for e in fleet.equipment if e.kind in able and e.team in trained)


def pumping(fleet: Fleet) -> float:
    """m3/s that all mobile pumps move in street water with debris."""
    kinds = {k.id: k for k in fleet.kinds}
    return sum(e.count * kinds[e.kind].pump_rate * kinds[e.kind].pump_yield for e in fleet.equipment)


def people_per_shift(fleet: Fleet) -> float:
    """People on the roll over the relief crews that share it."""
    return float(sum(team.people // team.relief for team in fleet.teams))


def spare_share(runs: Mapping[str, Run]) -> float | None:
    """% of the crews that were not out at the busiest moment of the busiest storm."""
    shares = []
    for run in runs.values():
        codes = run.fields["crew_activity"].values
        if codes.shape[1]:
            shares.append(float(np.isin(codes, BUSY).sum(axis=1).max()) / codes.shape[1])
    return 100 * (1 - max(shares)) if shares else None


def bridges_in_time(runs: Mapping[str, Run]) -> float | None:
    """% of the bridges that needed treatment and got it within the goal, in the worst snowstorm."""
    shares = []
    for run in runs.values():
        if "snow" not in run.fields:
            continue
        bridge = Network(run.scenario.city.segments).bridge
        served = first_service(run)
        needed = bridge & ((covered(run) > SETTLED).any(axis=0) | np.isfinite(served))
        if needed.any() and np.isfinite(first_settled(run)):
            due = first_settled(run) + run.scenario.goals.bridges
            shares.append(float(np.mean(served[needed] <= due)))
    return 100 * min(shares) if shares else None


def dump_cover(scenario: Scenario, runs: Mapping[str, Run]) -> float | None:
    """Room at the dump sites over the snow of the worst storm on classes 1 and 2."""
    room = sum(p.capacity for p in scenario.city.places if p.kind == "dump_site")
    network = Network(scenario.city.segments)
    area = float(network.area[network.priority <= 2].sum())
    fallen = [
        run.totals["snow_fallen_kg"] / network.area.sum() for run in runs.values() if "snow" in run.fields
    ]
    if not room or not fallen or not area or not max(fallen):
        return None
    return room / (max(fallen) * area / PILE_DENSITY)


class Cover(NamedTuple):
    """How far a material went in a storm."""

    stock: float
    """t in all yards at the start, and what was brought since"""
    used: float
    """t spread or laid"""
    pace: float | None
    """t/h while precipitation fell, from the first use on; None where none was used by then."""
    hours: float | None
    """For which the stock lasts at that pace."""
    spent: float | None
    """Second at which 95 % of the stock was used; None where more was left."""

    @property
    def left(self) -> float:
        """t that were not used"""
        return self.stock - self.used


SPENT = 0.95
"""Share of a stock from which it counts as used up: the last tons ride in hoppers far from where they are wanted."""


def cover(run: Run, material: str) -> Cover | None:
    """How far a material went; None where none was used.

    The pace is that of the hours in which it snows or rains: afterwards crews slow down because little is left
    to do, or to spread. What stands in the hoppers counts as stock: a yard that is empty because it loaded
    everybody is not a district without material.
    """
    stock = given(run, material)
    used = material_used(run)[material] / 1000
    verb = {m.id: "sandbag" if m.use == "bag" else "spread" for m in run.scenario.fleet.materials}[material]
    spread = [
        (e.t, e.value) for e in run.events if e.kind in ("pass", "protected") and verb in e.verb and e.value
    ]
    if not used or not spread:
        return None
    t, kilograms = (np.array(column, float) for column in zip(*spread, strict=True))
    gone = used * np.cumsum(kilograms) / kilograms.sum()
    stopped = precipitation_end(run)
    falling = t <= stopped
    pace = hours = None
    if falling.any():
        pace = float(gone[falling][-1]) / max(1.0, (min(stopped, t[-1]) - t[0]) / 3600)
        hours = stock / pace
    spent = float(t[np.argmax(gone >= SPENT * stock)]) if gone[-1] >= SPENT * stock else None
    return Cover(stock, used, pace, hours, spent)
