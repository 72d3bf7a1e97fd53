"""A district's routing problem: lane passes of every road, the crews that may drive them, the ways between.

Tasks are passes (see ``fleet_kernel`` on grids); in a plan for dispatch they are whole roads, one task each, since a
crew in a run treats a carriageway from kerb to kerb. All in SI units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimization.routing.abreast import passes_abreast, room_for
from optimization.routing.fleet_kernel import NOWHERE
from optimization.routing.fleet_search import Problem
from optimization.routing.passes import Near, Passes
from optimization.routing.ways import Arcs, Ways, turns_of, ways
from simulation import roadwork
from simulation.hazards import ice, surface
from simulation.hazards.advice import BRIDGE_WEIGHT, CLASS_WEIGHT
from simulation.model import Kind, Scenario, Team, Verb
from simulation.network import Network
from simulation.orders import level_rank
from simulation.teams import HANDOVER, roster, starting_material

WORST = 2 * 3600.0
"""s after the first call-out, or the first snow if that comes later, up to which snow counts as lying on the roads that
crews plan for (setting)."""


@dataclass(frozen=True)
class Conditions:
    """What the roads are like while the plan is driven."""

    start: int
    """Second of the storm at which the first crews are called out; times of the plan count from there."""
    depth: float
    """m of snow on the carriageway."""
    temperature: float
    """degC of the road, for the dose."""
    factor: float
    """Speed of traffic over free flow."""


@dataclass(frozen=True)
class Truck:
    """A crew and its machine, as a plan sees it."""

    id: str
    kind: Kind
    team: Team
    depot: int
    """Index into ``Fleet.depots``."""
    verbs: tuple[Verb, ...]
    """What of ploughing and spreading it does."""
    material: str
    ready: float
    """s of the plan at which it stands ready in its yard."""
    classes: tuple[int, ...] = (1, 2, 3, 4)
    """Classes of road that it works on."""
    mates: tuple[str, ...] = ()
    """Crews like it that drive abreast with it, wherever it goes."""

    @property
    def machines(self) -> int:
        """How many drive as one."""
        return 1 + len(self.mates)

    @property
    def rest(self) -> float:
        """s at the yard between two shifts."""
        return HANDOVER if self.team.relief > 1 else self.team.rest

    @property
    def capacity(self) -> float:
        """kg that it and its mates spread between two loadings; 0 for blades alone."""
        return self.kind.hopper * self.machines if "spread" in self.verbs else 0.0

    def pace(self, major: bool, depth: float) -> float:
        """m/s at which it works; snow slows a blade. Mirrors ``simulation.roadwork``."""
        speed = self.kind.work_speed_major if major else self.kind.work_speed_minor
        speed = max(speed * self.kind.efficiency, 0.05)
        return speed / (1 + depth / roadwork.DEPTH_SLOWING) if "plough" in self.verbs else speed


def called_out(scenario: Scenario) -> dict[str, float]:
    """Second of the storm at which each level is reached first, by the timeline or the rules for warnings."""
    command, found = scenario.command, dict[str, float]()
    steps = [(c.t, c.level) for c in command.timeline]
    if not steps:
        for warning in scenario.storm.warnings:
            for rule in command.rules:
                if (rule.hazard, rule.colour) == (warning.hazard, warning.colour):
                    steps.append((max(0.0, warning.t) + rule.delay, rule.level))
    for t, level in sorted(steps):
        for lower in ("IV", "III", "II", "I"):
            if level != "none" and level_rank(lower) <= level_rank(level):
                found.setdefault(lower, t)
    return found


def conditions(scenario: Scenario, depth: float | None = None) -> Conditions:
    """Start, snow and speed for a plan of this storm; ``depth`` (m) in place of what it lays by then."""
    start = min(called_out(scenario).values(), default=0.0)
    rows = scenario.storm.weather
    falls = next((r.t for r in rows if r.air <= 1.0 and r.precipitation > 0), start)
    begin = max(start, falls)
    until, lying, chill, seconds = begin + WORST, 0.0, 0.0, 0.0
    ends = [*(w.t for w in rows[1:]), scenario.duration]
    loose = 0.0
    for row, end in zip(rows, ends, strict=True):
        span = max(0.0, min(end, until) - row.t)
        if row.air <= 1.0 and row.precipitation > 0:
            lying += span * row.precipitation
            loose += span * row.precipitation / surface.new_snow_density(row.air, row.wind)
        ahead = max(0.0, min(end, begin + 3 * WORST) - max(row.t, start))
        chill, seconds = chill + ahead * row.air, seconds + ahead
    now = next((r for r, end in zip(rows, ends, strict=True) if end > begin), rows[-1])
    depth = loose if depth is None else depth
    one = np.ones(1)
    by_surface = surface.surface_factor(
        depth * one, max(lying, 100 * depth) * one, 0 * one, 0 * one, 0 * one
    )[0]
    falling = surface.falling_factor(0.0, now.precipitation if now.air <= 1.0 else 0.0)
    return Conditions(int(start), depth, chill / max(seconds, 1.0), float(by_surface * falling))


def trucks(
    scenario: Scenario, start: float, classes: Mapping[str, Sequence[int]] | None = None
) -> tuple[Truck, ...]:
    """Crews that plough or spread roads, in file order; ``classes`` limits a kind or an equipment row to some."""
    at = {d.id: i for i, d in enumerate(scenario.fleet.depots)}
    levels, found = called_out(scenario), []
    begin = scenario.storm.start
    for id, row, kind, team in roster(scenario.fleet):
        verbs = tuple(v for v in kind.abilities if v in team.skills and v in roadwork.PASSING)
        if not verbs or (levels and team.callout not in levels):
            continue
        depot = row.depot or team.depot
        called = levels.get(team.callout, 0.0)
        second = (begin.hour * 3600 + begin.minute * 60 + begin.second + called) % 86400
        on_duty = team.duty_from <= second < team.duty_to or second + 86400 < team.duty_to
        ready = called - start + (team.muster if on_duty else team.callout_delay)
        allowed = (classes or {}).get(row.id, (classes or {}).get(kind.id, (1, 2, 3, 4)))
        material = starting_material(scenario.fleet, row, kind, depot) if kind.hopper else ""
        found.append(Truck(id, kind, team, at[depot], verbs, material, ready, tuple(allowed)))
    return tuple(found)


@dataclass(frozen=True)
class District:
    """All that a search needs."""

    network: Network
    ways: Ways
    conditions: Conditions
    trucks: tuple[Truck, ...]
    passes: Passes
    kind_of: np.ndarray
    """(trucks,) row of ``Passes.work``."""
    home: np.ndarray
    """(trucks,) place at which each starts and ends."""
    slow: np.ndarray
    """(trucks,) its driving time over that of the fastest."""
    yards: np.ndarray
    """(d, 2) s of a stop and kg/s of a bay."""
    left: tuple[int, ...]
    """Segments that nobody can work on."""

    def problem(self, near: Near, lag: float = 0.0, behind: np.ndarray | None = None) -> Problem:
        """What the search works on, where spreaders follow blades: ``lag``: s that passes of a blade alone count as
        done later; ``behind``: (segments,) m that a spreader drives for each road that it salts."""
        crews = np.array([
            [self.kind_of[v], self.home[v], t.ready, t.team.max_duty, t.capacity or 1e15, t.rest, self.slow[v],
             0.0 if t.capacity else lag, t.machines]
            for v, t in enumerate(self.trucks)
        ], float)  # fmt: skip
        passes = self.passes
        length = self.network.length[passes.segment] * passes.machines
        if behind is not None:
            length = length + np.where(passes.bare, behind[passes.segment] / passes.count, 0.0)
        return Problem(self.passes, crews, self.ways.cost, near, self.yards, length)


def street_ways(
    network: Network, fastest: float, factor: float, yards: np.ndarray, closed: Sequence[str] = ()
) -> Ways:
    """Ways with turns paid for, at the speed of traffic or of the fastest truck, whichever is less."""
    arcs = Arcs.of(network)
    segment = arcs.segment
    seconds = network.length[segment] / np.minimum(network.speed[segment] * factor, fastest)
    shut = np.isin(network.ids[segment].astype(str), list(closed))
    seconds[shut] = np.inf
    return ways(arcs, turns_of(network, arcs, shut), seconds, network.length[segment], yards)


def doses(scenario: Scenario, where: Conditions, material: str) -> float:
    """kg/m2 advised on what a blade leaves; 0 where the material is of no use at this temperature."""
    noun = next((m for m in scenario.fleet.materials if m.id == material), None)
    if noun is None or noun.use == "bag" or noun.use == "fuel":
        return 0.0
    physics = scenario.physics.snow
    return float(ice.dose(np.array([where.temperature]), physics.plough_residual, noun, physics)[0])


def within_reach(ways: Ways, segments: int) -> np.ndarray:
    """(segments,) bool: every direction of a road can be got to from every yard, and left for every yard."""
    count = len(ways.arcs)
    there = np.isfinite(ways.cost[count:, :count, 0]).all(axis=0)
    back = np.isfinite(ways.cost[:count, count:, 0]).all(axis=1)
    good = np.ones(segments, bool)
    np.logical_and.at(good, ways.arcs.segment, there & back)
    return good


def weights(network: Network) -> np.ndarray:
    """(segments,) weight of its class x lane-km, bridges more."""
    weight = CLASS_WEIGHT[network.priority - 1] * np.where(network.bridge, BRIDGE_WEIGHT, 1.0)
    return np.asarray(weight * network.lane_length / 1000.0)


def paired(fleet: Sequence[Truck], tandem: Mapping[str, int]) -> list[Truck]:
    """The same trucks; of the kinds or equipment rows in ``tandem`` (id: machines abreast) those that are alike and in
    one yard go together, as many as that; who is left over goes alone."""
    found, waiting = list[Truck](), dict[tuple[object, ...], list[Truck]]()
    for t in fleet:
        many = tandem.get(t.id.rpartition("/")[0], tandem.get(t.kind.id, 1))
        group = waiting.setdefault(
            (t.kind.id, t.team.id, t.depot, t.verbs, t.material, t.ready, t.classes, many), []
        )
        group.append(t)
        if len(group) == many:
            found.append(replace(group[0], mates=tuple(m.id for m in group[1:])))
            group.clear()
    return found + [t for group in waiting.values() for t in group]


def kinds_of(fleet: Sequence[Truck]) -> tuple[list[Truck], np.ndarray]:
    """One truck of each kind that works alike, and the row of each truck's kind."""
    keys = [(t.kind.id, t.verbs, t.classes, t.machines) for t in fleet]
    rows = list(dict.fromkeys(keys))
    return [fleet[keys.index(key)] for key in rows], np.array([rows.index(key) for key in keys], int)


def lane_passes(
    network: Network,
    arcs: Arcs,
    kinds: Sequence[Truck],
    depth: float,
    dose: float,
    roads: np.ndarray,
    release: np.ndarray | None = None,
) -> tuple[Passes, list[int]]:
    """One task a lane pass on each of some roads, in every grid that a kind asks for; and roads nobody can do.

    Machines abreast take a strip each in every pass, so that they need fewer; they work where there is a lane for each
    in a direction, and no single machine finishes a road that they began.
    Where salt is spread, a road is for those that salt as they plough or for blades alone, not for both: a spreader
    that comes after the blades would salt lanes twice.
    """
    ploughing = any("plough" in k.verbs for k in kinds)
    need = np.array(
        [passes_abreast(network, roadwork.strips(network, k.kind, ploughing), k.machines) for k in kinds]
    )
    pace = np.array([[k.pace(True, depth), k.pace(False, depth)] for k in kinds])
    able = np.array([np.isin(network.priority, k.classes) & room_for(network, k.machines) for k in kinds])
    minor = (network.priority > 2).astype(int)
    salts = np.array([bool(k.capacity) and dose > 0 for k in kinds])
    worth, kept, left = weights(network), list[int](), list[int]()
    machines = np.array([k.machines for k in kinds])
    rows: list[tuple[int, int, int, int, int, int]] = []
    grid_start, grid_task = [0], [0]
    for segment in roads.tolist():
        grids = sorted({
            (int(n), bool(salt), int(m))
            for n, can, salt, m in zip(need[:, segment], able[:, segment], salts, machines, strict=True) if can
        })  # fmt: skip
        if not grids:
            left.append(segment)
            continue
        for passes_of, salt, m in grids:
            rows += [(len(kept), segment, n, passes_of, salt, m) for n in range(1, passes_of + 1)]
            grid_task.append(len(rows))
        grid_start.append(len(grid_task) - 1)
        kept.append(segment)
    table = np.array(rows, int).reshape(-1, 6)
    segment, number, count = table[:, 1], table[:, 2], table[:, 3]
    alike = (salts[:, None] == table[:, 4].astype(bool)) & (machines[:, None] == table[:, 5])
    forward, back = arcs.of_segment[segment].T
    half = count // 2
    both = back >= 0
    first = np.where(both & (number > half) & (number <= 2 * half), -1, forward)
    second = np.where(both & (number <= half), -1, back)
    enter = np.column_stack([first, second]).ravel()
    drive = network.length[segment] / pace[:, minor[segment]].T.reshape(len(segment), -1).T
    work = np.where(able[:, segment] & alike & (need[:, segment] <= count), drive, NOWHERE)
    share = 1.0 / count
    kilograms = dose * network.area[segment] * share
    given = np.zeros(len(network)) if release is None else release
    passes = Passes(
        table[:, 0], number, np.array(kept, int), np.array(grid_start), np.array(grid_task), enter, enter.copy(), work,
        kilograms, worth[segment] * share, given[segment], network.priority[segment],
        (table[:, 4] == 0) & (dose > 0), table[:, 5],
    )  # fmt: skip
    return passes, left


def district(
    scenario: Scenario,
    where: Conditions,
    fleet: Sequence[Truck],
    ways: Ways,
    roads: np.ndarray,
    release: np.ndarray | None = None,
    network: Network | None = None,
) -> District:
    """Lane passes of some roads for a fleet. Doses are those of the first truck that spreads."""
    network = network or Network(scenario.city.segments)
    kinds, kind_of = kinds_of(fleet)
    spreads = next((t for t in fleet if t.capacity), None)
    dose = doses(scenario, where, spreads.material) if spreads else 0.0
    passes, left = lane_passes(network, ways.arcs, kinds, where.depth, dose, roads, release)
    speed = network.speed * where.factor
    fastest = max(t.kind.travel_speed for t in fleet)
    best = float((network.length / np.minimum(speed, fastest)).sum())
    slow = [float((network.length / np.minimum(speed, t.kind.travel_speed)).sum()) / best for t in fleet]
    yards = np.array([(d.turnaround, d.loading_rate) for d in scenario.fleet.depots], float)
    home = len(ways.arcs) + np.array([t.depot for t in fleet], int)
    return District(
        network, ways, where, tuple(fleet), passes, kind_of, home, np.array(slow), yards, tuple(left)
    )
