"""Measures that a district can fund before a season, built from its scenario, each with what it changes and costs.

No Chinese unit costs were found for most of them: the figures here are settings, told as such wherever they are
shown, and any of them can be given anew (``--costs``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimization.planners._changes import changed
from optimization.planners._fleet_build import Builder, planned
from optimization.planners._projects_drains import STRONGER, WIDER, below, pump_flows, strengthened, widened
from simulation.drainage.inp import FOOT, read_inp
from simulation.model import Scenario
from simulation.record import Run
from simulation.roadwork import PASSING
from simulation.work import INLET_SPACING

COSTS = {
    "inlets": 150.0,
    "training": 600.0,
    "sensors": 20_000.0,
    "salt": 1_500.0,
    "machines": 1_500.0,
    "pumps": 1_500.0,
    "pipes": 6_000.0,
    "station": 6_000_000.0,
}
"""CNY for an inlet dredged; a person trained for two days; a km of class 1 and 2 roads watched; room for a tonne in a
shed (the salt itself at its price); an hour's work of a machine, of which its purchase costs so many (600,000 CNY for a
large plough-spreader); a metre of pipe and metre of its new height; a m3/s of pumping added. All are settings."""
MORE = 0.5
"""Share by which salt, and a quarter of it by which machines, grow in one step (a setting)."""
STEPS = 2
"""Steps in which a measure that can be taken further is offered, each on top of the one before."""
FASTER = 0.5
"""Times the muster, set-up and report times that training and sensors leave (a setting)."""
WORST = 3
"""Flooded nodes, and pumping stations, for which drains are enlarged."""
FLOW_UNITS = {
    "CMS": 1.0,
    "LPS": 1e-3,
    "MLD": 1000 / 86400,
    "CFS": FOOT**3,
    "GPM": 6.30902e-5,
    "MGD": 0.0438126,
}
"""m3/s of a unit of flow of drain models."""


@dataclass(frozen=True)
class Measure:
    """Something to fund."""

    key: str
    """Its sort, where it is, and its step: ``salt.2``, ``pipes:N33``."""
    cost: float
    """CNY"""
    change: Callable[[Scenario], Mapping[str, Any]]
    """Overrides that it makes in a scenario, on top of what others have changed there."""
    drains: Callable[[str], str] = str
    """What it makes of the drain model's text."""
    after: str = ""
    """Measure that it builds on."""
    extent: float = 0.0
    """How much is bought: t of salt, machines, inlets, m of pipe, m3/s of pumping, km of road watched, people."""

    @property
    def sort(self) -> str:
        """Its sort alone: a key of ``COSTS``."""
        return self.key.partition(":")[0].partition(".")[0]


def with_measures(scenario: Scenario, measures: Iterable[Measure]) -> tuple[Scenario, dict[str, Any]]:
    """The scenario with some measures, in their order, and the overrides that make it (but for its drain model)."""
    overrides: dict[str, Any] = {}
    for measure in measures:
        made = dict(measure.change(scenario))
        overrides |= made
        scenario = changed(scenario, made)
        if scenario.city.drains is not None and measure.drains is not str:
            city = scenario.city.model_copy(update={"drains": measure.drains(scenario.city.drains)})
            scenario = scenario.model_copy(update={"city": city})
    return scenario, overrides


def costs_given(text: str) -> dict[str, float]:
    """``inlets=200000,pipes:N33=1e6`` as CNY by measure or by sort of measure. Raises ValueError for anything else."""
    given = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        name, sign, value = part.partition("=")
        if not sign or name.partition(":")[0].partition(".")[0] not in COSTS or float(value) <= 0:
            raise ValueError(part)
        given[name.strip()] = float(value)
    return given


def measures(scenario: Scenario, seen: Run | None, given: Mapping[str, float]) -> list[Measure]:
    """All that there is to fund; ``seen`` is a run that shows the worst nodes (None where there are no drains)."""
    found: list[Measure] = []
    if "snow" in scenario.hazards:
        found += [*_salt(scenario), *_machines(scenario, "machines", PASSING)]
    if "water" in scenario.hazards:
        found += [*_inlets(scenario), *_machines(scenario, "pumps", {"pump"})]
        if seen is not None and scenario.city.drains is not None:
            found += [*_pipes(scenario, seen), *_stations(scenario)]
    found += [*_sensors(scenario), *_training(scenario)]
    return [replace(m, cost=given.get(m.key, given.get(m.sort, m.cost))) for m in found]


def _salt(scenario: Scenario) -> list[Measure]:
    prices = {m.id: m.cost for m in scenario.fleet.materials if m.use == "deicer"}
    held = [s for s in scenario.fleet.stock if s.material in prices and s.amount > 0]
    if not held:
        return []

    def more(now: Scenario) -> dict[str, Any]:
        amounts = {(s.depot, s.material): s.amount for s in now.fleet.stock}
        return {
            f"fleet.stock.{s.depot}:{s.material}.amount_t": round(
                (amounts[s.depot, s.material] + MORE * s.amount) / 1000, 3
            )
            for s in held
        }

    cost = sum(MORE * s.amount * (prices[s.material] + COSTS["salt"] / 1000) for s in held)
    tonnes = MORE * sum(s.amount for s in held) / 1000
    return [
        Measure(f"salt.{n}", cost, more, after=f"salt.{n - 1}" if n > 1 else "", extent=tonnes)
        for n in range(1, STEPS + 1)
    ]


def _machines(scenario: Scenario, sort: str, verbs: Iterable[str]) -> list[Measure]:
    """A quarter more, one at least, of each kind that can do one of the verbs and of which there is most work."""
    wanted = set(verbs)
    kinds = [k for k in planned(scenario) if wanted.intersection(k.kind.abilities)]
    kinds = sorted(kinds, key=lambda k: (-k.now * k.kind.cost, k.kind.id))[:WORST]
    found = []
    for kind in kinds:
        step = max(1, round(MORE / 2 * kind.now))

        def more(now: Scenario, kind: str = kind.kind.id, step: int = step) -> dict[str, Any]:
            there = [k for k in planned(now) if k.kind.id == kind]
            return Builder(now, there).overrides((there[0].now + step,))

        cost = step * COSTS[sort] * kind.kind.cost * 3600
        for n in range(1, STEPS + 1):
            after = f"{sort}:{kind.kind.id}.{n - 1}" if n > 1 else ""
            found.append(Measure(f"{sort}:{kind.kind.id}.{n}", cost, more, after=after, extent=step))
    return found


def _inlets(scenario: Scenario) -> list[Measure]:
    water = scenario.physics.water
    if water.clog_start <= water.clog_cleared:
        return []
    count = sum(max(2.0, 2 * s.length / INLET_SPACING) for s in scenario.city.segments)
    clean = {"physics.water.clog_start_pct": round(100 * water.clog_cleared, 6)}
    return [Measure("inlets", count * COSTS["inlets"], lambda _: clean, extent=round(count))]


def _sensors(scenario: Scenario) -> list[Measure]:
    km = sum(s.length for s in scenario.city.segments if s.priority <= 2) / 1000
    if not km or not planned(scenario):  # reports are for those who can go there
        return []
    periods = [
        round(t * (FASTER if i < 2 else 1) / 60, 6) for i, t in enumerate(scenario.command.report_period)
    ]
    path = "command.report_period_min"
    return [Measure("sensors", km * COSTS["sensors"], lambda _: {path: periods}, extent=km)]


def _training(scenario: Scenario) -> list[Measure]:
    """Teams that are ready in half the time, and machines set up in half the time."""
    used = {row.team for kind in planned(scenario) for row in kind.rows}
    kinds = {kind.kind.id for kind in planned(scenario) if kind.kind.setup}
    teams = [t for t in scenario.fleet.teams if t.id in used]
    if not teams:
        return []
    made = {f"fleet.teams.{t.id}.muster_min": round(FASTER * t.muster / 60, 6) for t in teams}
    made |= {
        f"fleet.kinds.{k.id}.setup_min": round(FASTER * k.setup / 60, 6)
        for k in scenario.fleet.kinds
        if k.id in kinds
    }
    people = sum(t.people for t in teams)
    return [Measure("training", COSTS["training"] * people, lambda _: made, extent=people)]


def _pipes(scenario: Scenario, seen: Run) -> list[Measure]:
    """The conduits below the nodes that flooded most in the run; no conduit in two measures."""
    inp = read_inp(scenario.city.drains or "")
    taken: set[str] = set()
    found = []
    for node in flooded(seen):
        pipes = [p for p in below(inp, node) if p.name not in taken]
        if not pipes:
            continue
        names = tuple(p.name for p in pipes)
        taken |= set(names)
        cost = sum(COSTS["pipes"] * p.length * p.height * WIDER for p in pipes)

        def wider(text: str, names: Sequence[str] = names) -> str:
            return widened(text, names)

        metres = sum(p.length for p in pipes)
        found.append(Measure(f"pipes:{node}", cost, lambda _: {}, wider, extent=metres))
        if len(found) == WORST:
            break
    return found


def flooded(run: Run) -> list[str]:
    """Drain nodes by the water that came out of them, the worst first; those that stayed dry are left out."""
    flow = np.asarray(run.fields["node_flooding"].values, float).sum(axis=0)
    nodes = [str(n) for n in run.fields["node"].values]
    return [nodes[i] for i in np.argsort(-flow, kind="stable") if flow[i] > 0]


def _stations(scenario: Scenario) -> list[Measure]:
    """The largest pumping stations, half as strong again: all pumps that draw from one node."""
    inp = read_inp(scenario.city.drains or "")
    flows = pump_flows(inp)
    stations: dict[str, list[str]] = {}
    for row in inp.rows("PUMPS"):
        if row.words[0] in flows:
            stations.setdefault(row.words[1], []).append(row.words[0])
    total = {node: sum(flows[p] for p in pumps) for node, pumps in stations.items()}
    found = []
    for node in sorted(stations, key=lambda n: (-total[n], n))[:WORST]:
        added = (STRONGER - 1) * total[node] * FLOW_UNITS[inp.flow_units]

        def stronger(text: str, pumps: Sequence[str] = tuple(stations[node])) -> str:
            return strengthened(text, pumps)

        cost = COSTS["station"] * added
        found.append(Measure(f"station:{node}", cost, lambda _: {}, stronger, extent=added))
    return found
