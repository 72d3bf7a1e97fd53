"""Where a storm asks for material, how much of it, and what a tonne of it is worth there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimization.ground import Ground
from optimization.planners._storms import rainfall, snowfall
from simulation.hazards.advice import CLASS_WEIGHT
from simulation.model import Equipment, Fleet, Kind, Material, Scenario, Verb
from simulation.network import Network

PERIODS = 4
"""Equal parts of a run in which stock is drawn (a setting)."""
SPREAD_DOSE = 0.015
"""kg/m2, a round's mean dose, for the time that a hopper lasts (between the least and the ceiling of a dose)."""
USES: dict[str, tuple[Verb, ...]] = {"deicer": ("spread",), "bag": ("sandbag",)}
"""What takes a material of a use; machines take fuel whatever they do."""


@dataclass(frozen=True)
class Points:
    """Points of demand for one material, as shares of what a storm asks for in all."""

    material: Material
    share: np.ndarray
    """(points,) of the storm's demand; they add up to 1."""
    worth: np.ndarray
    """(points,) what a tonne is worth, over the mean of all."""
    metres: np.ndarray
    """(yards, points) way."""
    trip_share: np.ndarray
    """(yards, points) share of a load's worth that is lost on the way to the yard and back."""
    hours_per_t: np.ndarray
    """(yards,) hours of a loading bay for a tonne."""


def able(fleet: Fleet, verbs: Sequence[Verb]) -> list[tuple[Equipment, Kind, str]]:
    """Rows of equipment whose machine and people can do one of the verbs, with kind and yard."""
    kinds, teams = {k.id: k for k in fleet.kinds}, {t.id: t for t in fleet.teams}
    return [
        (row, kinds[row.kind], row.depot or teams[row.team].depot)
        for row in fleet.equipment
        if set(verbs) & set(kinds[row.kind].abilities) & set(teams[row.team].skills)
    ]


def users(scenario: Scenario, material: Material) -> list[tuple[Equipment, Kind, str]]:
    """Rows of equipment that take a material, with kind and yard; empty where it is of no use to any."""
    if material.use == "fuel":
        kinds, teams = {k.id: k for k in scenario.fleet.kinds}, {t.id: t for t in scenario.fleet.teams}
        rows = [(r, kinds[r.kind], r.depot or teams[r.team].depot) for r in scenario.fleet.equipment]
        return [(row, kind, depot) for row, kind, depot in rows if kind.fuel_rate]
    found = able(scenario.fleet, USES.get(material.use, ()))
    return [
        (row, kind, depot) for row, kind, depot in found if kind.hopper and row.material in ("", material.id)
    ]


def points(scenario: Scenario, ground: Ground, material: Material) -> Points:
    """Where a material is asked for. Raises ValueError where there is no such place."""
    network = Network(scenario.city.segments)
    rows = users(scenario, material)
    if material.use == "deicer":
        node, share, worth = _sectors(scenario, network)
    elif material.use == "bag":
        node, share, worth = _sites(scenario, network)
    else:
        node, share, worth = _garages(scenario, ground, rows)
    if not len(node) or not rows:
        raise ValueError(f"nothing in '{scenario.id}' asks for {material.id}")
    metres = np.array([ground.metres(int(yard), node) for yard in ground.depot_node])
    count = np.array([row.count for row, _, _ in rows], float)
    full = np.array([kind.fuel_tank if material.use == "fuel" else kind.hopper for _, kind, _ in rows])
    load = float(count @ full / count.sum())
    speed = float(count @ np.array([kind.travel_speed for _, kind, _ in rows]) / count.sum())
    turn = np.array([depot.turnaround for depot in scenario.fleet.depots])
    rate = np.array([depot.loading_rate for depot in scenario.fleet.depots])
    emptied = _emptied(rows, load, material)
    return Points(
        material=material,
        share=share / share.sum(),
        worth=worth / float(worth @ share / share.sum()),
        metres=metres,
        trip_share=(2 * metres / speed) / emptied,
        hours_per_t=(turn / load + 1 / rate) * 1000 / 3600,
    )


def _emptied(rows: Sequence[tuple[Equipment, Kind, str]], load: float, material: Material) -> float:
    """s in which a load is used up at work."""
    if material.use == "fuel":
        return load / float(np.mean([kind.fuel_rate for _, kind, _ in rows]))
    if material.use == "bag":
        return 4 * 3600.0  # a squad fills a wall in hours, whatever it carries (a setting)
    paces = [k.efficiency * (k.work_speed_major + k.work_speed_minor) / 2 * k.width for _, k, _ in rows]
    return load / max(SPREAD_DOSE * float(np.mean(paces)), 1e-6)


def _sectors(scenario: Scenario, network: Network) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Roads of a class in a street office's area (or round a yard): node, area by class weight, worth of a kg."""
    offices = sorted({s.office for s in scenario.city.segments})
    office = np.array([offices.index(s.office) for s in scenario.city.segments])
    weight = CLASS_WEIGHT[network.priority - 1]
    nodes, share, worth = [], [], []
    for key in sorted(set(zip(office.tolist(), network.priority.tolist(), strict=True))):
        rows = np.flatnonzero((office == key[0]) & (network.priority == key[1]))
        area = network.area[rows]
        x, y = (
            float(area @ values[network.tail[rows]] / area.sum()) for values in (network.lon, network.lat)
        )
        nodes.append(network.nearest(x, y))
        share.append(float(area @ weight[rows]))
        worth.append(float(weight[rows] @ network.length[rows]) / float(area.sum()))
    return np.array(nodes), np.array(share), np.array(worth)


def _sites(scenario: Scenario, network: Network) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places that sandbags are laid at, all alike."""
    places = [p for p in scenario.city.places if p.kind in ("waterlogging", "underpass", "metro")]
    nodes = np.array([network.nearest(p.lon, p.lat) for p in places], int)
    return nodes, np.ones(len(nodes)), np.ones(len(nodes))


def _garages(
    scenario: Scenario, ground: Ground, rows: Sequence[tuple[Equipment, Kind, str]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Yards where machines stand, by what they burn."""
    index = {d.id: i for i, d in enumerate(scenario.fleet.depots)}
    burnt = np.zeros(len(index))
    for row, kind, depot in rows:
        burnt[index[depot]] += row.count * kind.fuel_rate
    return ground.depot_node, burnt, np.ones(len(index))


def by_period(scenario: Scenario, material: Material) -> np.ndarray:
    """(PERIODS,) shares of a storm's demand: half as it falls, half evenly from then on (a setting)."""
    falls = snowfall(scenario) if material.use == "deicer" else rainfall(scenario)
    if not falls.sum():
        falls = snowfall(scenario) + rainfall(scenario)
    steps = np.array_split(falls if falls.sum() else np.ones(PERIODS), PERIODS)
    falling = np.array([float(part.sum()) for part in steps])
    since = (np.cumsum(falling) > 0).astype(float)
    return np.asarray(0.5 * falling / falling.sum() + 0.5 * since / since.sum())
