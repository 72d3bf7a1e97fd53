"""Route plans for a district: who drives which lane pass when, in a storm, for a goal.

Two layers. Blades go first, those with a spreader salt in the same pass. Roads that a blade alone has been on get
their salt from spreaders, which start a road when its last pass is done. Both layers are searched for by
``fleet_search`` and driven by one ``Timetable``, on the same yards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from optimization.routing import fleet_search as fleet
from optimization.routing.district import (
    Conditions,
    District,
    Truck,
    conditions,
    district,
    doses,
    paired,
    street_ways,
    trucks,
    weights,
    within_reach,
)
from optimization.routing.fleet_search import Objective, Problem, Routes, search
from optimization.routing.passes import Near, neighbours
from optimization.routing.route_plan import CrewRoute, RoutePlan, Undone
from optimization.routing.trips import Timetable
from optimization.routing.ways import Ways
from simulation import roadwork
from simulation.model import Scenario
from simulation.network import Network

FOLLOW = 0.12
"""Share of the search that the spreaders' routes get (setting)."""
FOLLOWED = 1.0
"""Of the length of each road that a spreader salts, what it drives to get there (setting)."""
SALT_LATER = 1800.0
"""s that a road counts as done later where a spreader has to come after the blade (setting)."""

Watch = Callable[[str, float], None]
"""Is told the stage (ways, kilometres, plan) and the share of it that is done; may raise ``fleet_search.Stop``."""


@dataclass(frozen=True)
class Limits:
    """How long to search: by the clock, or by turns (the same on any machine)."""

    seconds: float | None = None
    turns: int | None = None

    def part(self, share: float) -> Limits:
        """A share of it."""
        return Limits(
            None if self.seconds is None else self.seconds * share,
            None if self.turns is None else round(self.turns * share),
        )


@dataclass(frozen=True)
class Asked:
    """What may be asked of a plan besides its goal."""

    depth: float | None = None
    """m of snow; None for what the storm lays by then."""
    hours: float | None = None
    """By when all should be back, h after the first call; None for a third more than the work itself takes."""
    closed: tuple[str, ...] = ()
    """Segments that are shut."""
    without: tuple[str, ...] = ()
    """Crews that are missing."""
    classes: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Classes of road that a kind of machine or a row of equipment is kept to."""
    tandem: Mapping[str, int] = field(default_factory=dict)
    """Machines of a kind or a row of equipment that drive abreast, always together."""


@dataclass(frozen=True)
class Desk:
    """A scenario made ready for planning: what all goals share."""

    scenario: Scenario
    asked: Asked
    network: Network
    conditions: Conditions
    blades: tuple[Truck, ...]
    spreaders: tuple[Truck, ...]
    ways: Ways
    near: Near
    layer: District
    """The first layer: all passes of the blades, or of the spreaders where there is no blade."""
    horizon: float
    cut_off: tuple[int, ...]
    """Segments that no way leads to, or none away from."""

    @classmethod
    def of(cls, scenario: Scenario, asked: Asked | None = None) -> Desk:
        """Raises ValueError, in words, where nobody could do anything."""
        asked = asked or Asked()
        network = Network(scenario.city.segments)
        where = conditions(scenario, asked.depth)
        fleet_now = [t for t in trucks(scenario, where.start, asked.classes) if t.id not in asked.without]
        if not fleet_now:
            raise ValueError("no crew of this scenario ploughs or spreads roads")
        fleet_now = paired(fleet_now, asked.tandem)
        blades = tuple(t for t in fleet_now if "plough" in t.verbs)
        spreaders = tuple(t for t in fleet_now if "plough" not in t.verbs)
        yards = np.array([network.nearest(d.lon, d.lat) for d in scenario.fleet.depots])
        fastest = max(t.kind.travel_speed for t in fleet_now)
        ways = street_ways(network, fastest, where.factor, yards, asked.closed)
        shut = np.isin(network.ids.astype(str), list(asked.closed))
        reached = within_reach(ways, len(network))
        open_roads = np.flatnonzero(~shut & reached)
        layer = district(scenario, where, blades or spreaders, ways, open_roads, network=network)
        near = neighbours(ways.cost)
        hours = asked.hours
        horizon = fleet.SLACK * fleet.fluid_seconds(layer.problem(near)) if hours is None else hours * 3600.0
        ready = min(t.ready for t in fleet_now)
        horizon += ready if hours is None else 0.0
        cut_off = tuple(np.flatnonzero(~shut & ~reached).tolist())
        behind = spreaders if blades else ()
        return cls(scenario, asked, network, where, blades, behind, ways, near, layer, horizon, cut_off)

    @property
    def weights(self) -> np.ndarray:
        """(segments,) of having each road done."""
        return weights(self.network)


def begin(
    desk: Desk,
    objective: Objective,
    limits: Limits,
    seed: int = 0,
    watch: Callable[[float], None] | None = None,
) -> tuple[tuple[tuple[int, ...], ...], bool]:
    """Routes of the first layer alone, to begin another plan with; and whether the search was stopped."""
    found = search(_problem(desk), objective, desk.horizon, seconds=limits.seconds, turns=limits.turns, seed=seed,
                   watch=watch)  # fmt: skip
    return found.visits, found.stopped


def plan(
    desk: Desk,
    objective: Objective,
    limits: Limits,
    seed: int = 0,
    start: Sequence[Sequence[int]] | None = None,
    watch: Callable[[float], None] | None = None,
) -> tuple[RoutePlan, Routes]:
    """Routes for a goal, and what the search found for the first layer (to begin another one with)."""
    layer = desk.layer
    salts = _salts(desk)
    behind = limits.part(FOLLOW if salts else 0.0)
    ahead = limits.part(1 - FOLLOW if salts else 1.0)
    first = search(
        _problem(desk), objective, desk.horizon, seconds=ahead.seconds, turns=ahead.turns, seed=seed, start=start,
        press=True, watch=watch,
    )  # fmt: skip
    if first.stopped:
        behind = Limits(0.0, 0)
    table = Timetable(desk.scenario)
    routes, undone = table.drive(layer, first.visits, _later(desk, layer, first, objective))
    undone += _left(desk, layer, first)
    turns = first.turns
    if desk.spreaders:
        followed, more, extra = _followers(desk, routes, table, objective, behind, seed)
        routes, undone, turns = [*routes, *followed], [*undone, *more], turns + extra
    materials = {
        t.material: doses(desk.scenario, desk.conditions, t.material) for t in layer.trucks if t.material
    }
    made = RoutePlan(
        desk.scenario.id, objective, seed, desk.conditions.start, desk.conditions.depth, desk.conditions.factor,
        materials, desk.horizon, tuple(routes), tuple(undone), turns, 0.0, first.stopped, desk.asked.closed,
    )  # fmt: skip
    return made, first


def _problem(desk: Desk) -> Problem:
    """The first layer's."""
    if not _salts(desk):
        return desk.layer.problem(desk.near)
    return desk.layer.problem(desk.near, SALT_LATER, _behind(desk))


def _salts(desk: Desk) -> bool:
    """Whether spreaders follow the blades."""
    return any(doses(desk.scenario, desk.conditions, t.material) > 0 for t in desk.spreaders)


def _later(desk: Desk, layer: District, found: Routes, objective: Objective) -> list[np.ndarray]:
    """For each truck what a second's delay before each of its places costs."""
    passes = layer.passes
    goal = fleet.goal_of(layer.problem(desk.near), objective, desk.horizon)
    weight = passes.weight if objective in ("priority", "last") else np.zeros(len(passes))
    ahead = [np.cumsum(weight[np.array(v, int) >> 1][::-1])[::-1] if v else np.zeros(0) for v in found.visits]
    return [a + max(goal[0], 1e-3) for a in ahead]


def _left(desk: Desk, layer: District, found: Routes) -> list[Undone]:
    """Roads of a layer that no route has, and why."""
    ids = desk.network.ids
    fewest = np.diff(layer.passes.grid_task)[layer.passes.grid_start[:-1]]
    no_way = [Undone(ids[layer.passes.roads[r]], int(fewest[r]), "no_way") for r in found.unplaced]
    shut = [
        Undone(s, int(desk.network.lanes[desk.network.segment_index[s]]), "closed") for s in desk.asked.closed
    ]
    no_crew = [Undone(ids[s], 1, "no_crew") for s in layer.left]
    if layer is not desk.layer:
        return no_crew + no_way
    lanes = desk.network.lanes
    return no_crew + no_way + shut + [Undone(ids[s], int(lanes[s]), "no_way") for s in desk.cut_off]


def _behind(desk: Desk) -> np.ndarray:
    """(segments,) m that a spreader drives for each road that it salts, the way there included."""
    kinds = {t.kind.id: t.kind for t in desk.spreaders}.values()
    passes = np.min([roadwork.strips(desk.network, kind, False) for kind in kinds], axis=0)
    return np.asarray(desk.network.length * (passes + FOLLOWED))


def _followers(
    desk: Desk, routes: Sequence[CrewRoute], table: Timetable, objective: Objective, limits: Limits, seed: int
) -> tuple[list[CrewRoute], list[Undone], int]:
    """Spreaders on the roads that got no salt yet: their routes, what they leave, and turns of the search.

    In the first plan who is free first takes the road that is worth most for the time until it is done, waiting for
    the blade included, from the whole district: roads near by may have to wait for theirs for hours.
    """
    index = desk.network.segment_index
    release = np.zeros(len(desk.network))
    bare = np.zeros(len(desk.network), bool)
    for route in routes:
        for leg in route.works:
            i = index[leg.segment]
            release[i] = max(release[i], leg.end)
            bare[i] |= "spread" not in leg.verbs
    if not bare.any():
        return [], [], 0
    layer = district(
        desk.scenario, desk.conditions, desk.spreaders, desk.ways, np.flatnonzero(bare), release, desk.network
    )
    if not layer.passes.kilograms.any():
        return [], [], 0
    found = search(
        layer.problem(desk.near), objective, desk.horizon, seconds=limits.seconds, turns=limits.turns, seed=seed,
        wide=True, press=True,
    )  # fmt: skip
    driven, undone = table.drive(layer, found.visits, _later(desk, layer, found, objective))
    return driven, undone + _left(desk, layer, found), found.turns
