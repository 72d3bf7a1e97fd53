"""Where machines are asked for when a storm begins, how far yards are from there, and which rows may move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimization.ground import Ground
from optimization.planners._changes import key_of
from optimization.planners._stock_demand import able
from simulation import engine
from simulation.hazards.advice import CLASS_WEIGHT
from simulation.model import Depot, Equipment, HazardName, Kind, Name, Place, Scenario, Verb
from simulation.network import Network
from simulation.units import unit_of

WORK: dict[HazardName, tuple[Verb, ...]] = {"snow": ("plough", "spread"), "water": ("pump",)}
"""What the machines do that a planner places: those of the district, not the squads of a street office."""
WET = ("waterlogging", "underpass")
Places = dict[str, str]
"""Row of equipment -> yard."""
MOST_POSTS = 12
"""Wet places at which pump trucks may wait."""


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


def asked(scenario: Scenario, hazard: HazardName, wet: Sequence[tuple[Place, float]] = ()) -> Asked | None:
    """The work that a hazard brings, rain's at the ``wet`` places; None where nobody does it, or no place needs it."""
    groups = _groups(scenario, able(scenario.fleet, WORK[hazard]), hazard)
    network, ground = Network(scenario.city.segments), Ground(scenario)
    node, weight = _roads(scenario, network) if hazard == "snow" else _sites(network, wet)
    if not groups or not len(node) or not weight.sum():
        return None
    speed = float(network.speed @ network.length / network.length.sum())
    travel = min(speed, float(np.mean([g.kind.travel_speed for g in groups])))
    seconds = np.array([ground.metres(int(yard), node) for yard in ground.depot_node]) / travel
    return Asked(hazard, groups, weight / weight.sum(), seconds)


def with_posts(scenario: Scenario, wet: Sequence[tuple[Place, float]]) -> Scenario:
    """The scenario with a post at each of the deepest wet places, behind its yards: a place to wait, without stock."""
    network = Network(scenario.city.segments)
    deepest = sorted(wet, key=lambda pair: (-pair[1], pair[0].id))[:MOST_POSTS]
    taken = {d.id for d in scenario.fleet.depots}
    posts = tuple(
        Depot(
            id=f"post-{place.id}",
            name=Name(zh=f"{place.name.zh}待命点", en=f"post at {place.name.en}"),
            lon=float(network.lon[at]), lat=float(network.lat[at]), office=place.office,
        )
        for place, at in ((place, junction(network, place)) for place, _ in deepest)
        if f"post-{place.id}" not in taken
    )  # fmt: skip
    fleet = scenario.fleet.model_copy(update={"depots": (*scenario.fleet.depots, *posts)})
    return scenario.model_copy(update={"fleet": fleet})


def as_overrides(scenario: Scenario, places: Places, yards: int) -> dict[str, Any]:
    """The yards of rows in the scenario file's grammar; posts that are used are added to the table of yards, whose
    first ``yards`` rows are there today."""
    depots = scenario.fleet.depots
    posts = [d for d in depots[yards:] if d.id in places.values()]
    table = {"fleet.depots": [_in_file(d) for d in (*depots[:yards], *posts)]} if posts else {}
    return {**table, **{f"fleet.equipment.{row}.depot": depot for row, depot in places.items()}}


def _in_file(depot: Depot) -> dict[str, Any]:
    """A yard as a row of its table."""
    told: dict[str, Any] = {"id": depot.id, "name_zh": depot.name.zh, "name_en": depot.name.en}
    for name in ("lon", "lat", "office", "bays", "loading_rate", "turnaround"):
        unit, held = unit_of(Depot.model_fields[name].metadata), getattr(depot, name)
        told[key_of(Depot, name)] = float(f"{held / unit.factor:.9g}") if unit else held
    return told


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


def _sites(network: Network, wet: Sequence[tuple[Place, float]]) -> tuple[np.ndarray, np.ndarray]:
    """Wet places, by their depth."""
    nodes = [junction(network, place) for place, _ in wet]
    return np.array(nodes, int), np.array([depth for _, depth in wet])


def junction(network: Network, place: Place) -> int:
    """The junction from which a place's water is pumped (``simulation.world``): one street further, and the water may
    stand between a truck and its work."""
    for i, segment in enumerate(network.segments):
        if segment.low_point is not None and segment.low_point == place.drain_node:
            return int(network.tail[i])
    if place.segment is not None:
        return int(network.tail[network.segment_index[place.segment]])
    return network.nearest(place.lon, place.lat)


def wet_places(scenario: Scenario) -> tuple[tuple[Place, float], ...]:
    """Waterlogging points and underpasses over the depth limit in a run in which nobody acts, with the deepest water
    there, m."""
    run = engine.run(scenario.model_copy(update={"respond": False}), 0, lambda situation: ())
    node = {str(n): i for i, n in enumerate(run.fields["node"].values)} if "node" in run.fields.coords else {}
    segment = {s.id: i for i, s in enumerate(scenario.city.segments)}
    found = []
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
            found.append((place, deepest))
    return tuple(found)
