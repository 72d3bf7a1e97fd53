"""Where machines are asked for when a storm begins, how far yards are from there, and which rows may move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimization.ground import Ground
from optimization.planners._stock_demand import able
from simulation import engine
from simulation.hazards.advice import CLASS_WEIGHT
from simulation.model import Equipment, HazardName, Kind, Scenario, Verb
from simulation.network import Network

WORK: dict[HazardName, tuple[Verb, ...]] = {"snow": ("plough", "spread"), "water": ("pump",)}
"""What the machines do that a planner places: those of the district, not the squads of a street office."""
WET = ("waterlogging", "underpass")


@dataclass(frozen=True)
class Group:
    """Rows of equipment of one kind and one number of machines: any of them may stand where another does."""

    kind: Kind
    count: int
    rows: tuple[str, ...]
    at: tuple[int, ...]
    """Yard of each row (index into the depots)."""
    strength: float
    """Share of the work that one row does."""


@dataclass(frozen=True)
class Asked:
    """A hazard's work and those who may do it."""

    hazard: HazardName
    groups: tuple[Group, ...]
    share: np.ndarray
    """(points,) of the work; they add up to 1."""
    seconds: np.ndarray
    """(yards, points) s of way at the speed of the dry road."""


def asked(scenario: Scenario, hazard: HazardName) -> Asked | None:
    """The work that a hazard brings; None where nobody does it, or no place needs it."""
    rows = [
        (row, kind, depot)
        for row, kind, depot in able(scenario.fleet, WORK[hazard])
        if not row.material or kind
    ]
    groups = _groups(scenario, rows, hazard)
    network, ground = Network(scenario.city.segments), Ground(scenario)
    node, weight = _roads(scenario, network) if hazard == "snow" else _sites(scenario, network)
    if not groups or not len(node) or not weight.sum():
        return None
    speed = float(network.speed @ network.length / network.length.sum())
    travel = min(speed, float(np.mean([g.kind.travel_speed for g in groups])))
    seconds = np.array([ground.metres(int(yard), node) for yard in ground.depot_node]) / travel
    return Asked(hazard, groups, weight / weight.sum(), seconds)


def _groups(
    scenario: Scenario, rows: list[tuple[Equipment, Kind, str]], hazard: HazardName
) -> tuple[Group, ...]:
    index = {d.id: i for i, d in enumerate(scenario.fleet.depots)}
    alike: dict[tuple[str, int], list[tuple[str, int, Kind]]] = {}
    for row, kind, depot in rows:
        alike.setdefault((kind.id, row.count), []).append((row.id, index[depot], kind))
    power = {key: key[1] * _power(of[0][2], hazard) for key, of in alike.items()}
    whole = sum(power[key] * len(of) for key, of in alike.items())
    return tuple(
        Group(of[0][2], key[1], tuple(r for r, _, _ in of), tuple(i for _, i, _ in of), power[key] / whole)
        for key, of in sorted(alike.items())
        if whole
    )


def _power(kind: Kind, hazard: HazardName) -> float:
    """What a machine does in an hour, in a unit of its own: m2 of road, or m3 of water."""
    if hazard == "water":
        return kind.pump_rate * kind.pump_yield
    return kind.efficiency * kind.width * (kind.work_speed_major + kind.work_speed_minor) / 2


def _roads(scenario: Scenario, network: Network) -> tuple[np.ndarray, np.ndarray]:
    """Roads by street office and class: a junction in their midst, and lane area by class weight."""
    keys = [(s.office, s.priority) for s in scenario.city.segments]
    weight = network.area * CLASS_WEIGHT[network.priority - 1]
    nodes, shares = [], []
    for key in sorted(set(keys)):
        rows = np.array([i for i, k in enumerate(keys) if k == key])
        tail, part = network.tail[rows], weight[rows] / weight[rows].sum()
        nodes.append(network.nearest(float(part @ network.lon[tail]), float(part @ network.lat[tail])))
        shares.append(float(weight[rows].sum()))
    return np.array(nodes, int), np.array(shares)


def _sites(scenario: Scenario, network: Network) -> tuple[np.ndarray, np.ndarray]:
    """Waterlogging points and underpasses, by the deepest water there in a run in which nobody acts."""
    alone = scenario.model_copy(update={"respond": False})
    run = engine.run(alone, 0, lambda situation: ())
    node = {str(n): i for i, n in enumerate(run.fields["node"].values)} if "node" in run.fields.coords else {}
    segment = {s.id: i for i, s in enumerate(scenario.city.segments)}
    nodes, depths = [], []
    for place in scenario.city.places:
        if place.kind not in WET:
            continue
        if place.drain_node in node:
            deepest = float(run.fields["node_depth"].values[:, node[place.drain_node]].max())
        elif place.segment in segment:
            deepest = float(run.fields["water_depth"].values[:, segment[place.segment]].max())
        else:
            continue
        if deepest > scenario.goals.depth_limit:
            nodes.append(network.nearest(place.lon, place.lat))
            depths.append(deepest)
    return np.array(nodes, int), np.array(depths)
