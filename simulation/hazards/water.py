"""Water on roads: rain and meltwater to the drains, what comes out of them, and who can still drive.

EPA SWMM or our own engine carries the water (``drainage``); this file carries rain, meltwater, surges, debris,
pumps, power and the river to it, and depths back to the roads. Two ways a node holds water above its rim:

- where the model lets it pond (ALLOW_PONDING and a ponded area), SWMM's own depth above the rim;
- where it does not, SWMM loses that water. It then stands at the low point of the segments that name the node,
  on a street or in an underpass (``streets``), runs on down the road once it is above the kerb, and off over land
  with ``STREET_DRAIN_TIME``; pumps draw on it first. SWMM's own volumes are not touched by it.
"""

from __future__ import annotations

import math

import numpy as np

from simulation.drainage.editing import with_storm
from simulation.drainage.engines import open_drains
from simulation.drainage.inp import Inp, read_inp
from simulation.drainage.protocol import Drainage, DrainageError
from simulation.hazards.flood_advice import WET, FloodAdvice
from simulation.hazards.streets import (
    CLEARANCE,
    LIMITS,
    Torrents,
    depth_of,
    lips,
    low_point,
    onward,
    run_on,
    swept,
    volume_at,
)
from simulation.model import HazardName, Scenario
from simulation.network import distances
from simulation.record import FieldSpec
from simulation.situation import Jobs, Reported
from simulation.weather import WeatherNow, WeatherSeries
from simulation.world import World

STREET_DRAIN_TIME = 13 * 60.0
"""s: time constant of water leaving a street over land. FloodNet NYC: street floods of 10-30 cm need 39 min
(median of 551) from peak to dry, taken as three time constants."""
LEAST_STREET = (50.0, 10.0)
"""m of length and width of a street that the data do not have (setting, no source)."""
FULLY_CLOGGED = 0.95
"""Share of inlet capacity that debris takes at most (setting, no source)."""
CLOG_STEP = 0.01
"""Change of a clogged share from which the drain model is told."""
FLOODING = 1e-4
"""m3/s of overflow from which a node counts as flooding."""
FREE_SPEED = 86.9448
"""km/h on a dry road, the constant of Pregnolato's curve."""
STANDSTILL = 0.3
"""m of water at which traffic stops: there the curve is at 2 km/h, and beyond 307 mm it would rise again."""


def passable_speed(depth: np.ndarray) -> np.ndarray:
    """Speed over free-flow speed in water of a depth in m, 1 to 0 (Pregnolato et al. 2017,
    doi 10.1016/j.trd.2017.06.020: v = 0.0009 w^2 - 0.5529 w + 86.9448 km/h with w in mm)."""
    mm = np.clip(depth, 0.0, STANDSTILL) * 1000.0
    speed = (0.0009 * mm**2 - 0.5529 * mm + FREE_SPEED) / FREE_SPEED
    return np.where(depth >= STANDSTILL, 0.0, speed)


class Water:
    """The water hazard; see the module's docstring."""

    name: HazardName = "water"
    tick = 60
    fields = (
        FieldSpec("water_depth", "m", "segment", "water on the carriageway's low point", 0.001),
        FieldSpec(
            "water_flow", "m2 s-1", "segment", "depth times velocity of water that runs along the road", 0.001
        ),
        FieldSpec("water_velocity", "m s-1", "segment", "velocity of water that runs along the road", 0.01),
        FieldSpec("node_depth", "m", "node", "water above the rim of a drain node", 0.001),
        FieldSpec("node_flooding", "m3 s-1", "node", "water leaving the drains", 0.0),
        FieldSpec("clog", "1", "node", "share of inlet capacity lost", 0.001),
    )

    def start(self, world: World) -> None:
        """Open the drain model under the scenario's rain. Raises DrainageError where it cannot run."""
        inp = drain_model(world.scenario)
        self._physics = world.scenario.physics.water
        text = _storm_text(world.scenario, inp)
        self._drains: Drainage = open_drains(self._physics.engine, text, self._physics.pump_low_depth)
        drains = self._drains
        world.set_nodes(drains.nodes, drains.pumps)
        count = len(drains.nodes)
        self._node = np.array([world.node_index.get(s.low_point or "", -1) for s in world.network.segments])
        self._has_node = self._node >= 0
        self._ponds = drains.ponded_area > 0
        length = self._per_node(world.network.length, count)
        area = self._per_node(world.network.area, count)
        self._length = np.where(length > 0, length, LEAST_STREET[0])
        self._width = np.where(length > 0, area / self._length, LEAST_STREET[1])
        below = self._per_node(world.network.underpass.astype(float), count) > 0
        self._basin = low_point(self._length, self._width, below)
        rim, open_sky = drains.invert + drains.full_depth, ~below
        roads = self._roads(world)
        lost = {node: ends for node, ends in roads.items() if not self._ponds[node]}
        self._onward = onward(lost, rim, open_sky)
        leads = onward(roads, rim, open_sky)
        lip = lips(roads, rim, open_sky)
        self._torrents = Torrents(leads, rim, lip, _far(world, leads), below)
        self._street = np.zeros(count)
        self._street_pumped = 0.0
        self._melt_node = _nearest_nodes(world, self._node)
        self._roofs = _impervious(inp, world.node_index)
        self._roofs -= np.minimum(self._roofs, self._carriageway(world, count))
        for spec in self.fields:
            world.fields[spec.name] = np.zeros(count if spec.dim == "node" else len(world.network))
        world.fields["clog"][:] = np.where(drains.can_clog, self._physics.clog_start, 0.0)
        self._told = np.zeros(count)
        self._powered = np.ones(len(drains.pumps), bool)
        self._stage = math.nan
        self._rained = np.zeros(len(world.network))
        self._poured, self._pumping = np.zeros(count), np.zeros(count)
        self._advice = FloodAdvice(world, drains.can_clog)
        self._marks = UnderpassMarks(world)

    def _roads(self, world: World) -> dict[int, list[tuple[int, int]]]:
        """Node -> the junctions at both ends of each segment whose low point it is."""
        roads: dict[int, list[tuple[int, int]]] = {}
        for i in np.flatnonzero(self._has_node):
            ends = int(world.network.tail[i]), int(world.network.head[i])
            roads.setdefault(int(self._node[i]), []).append(ends)
        return roads

    def _per_node(self, values: np.ndarray, count: int) -> np.ndarray:
        """(nodes,) sum of values of the segments whose low point each node is."""
        return np.bincount(self._node[self._has_node], values[self._has_node], count)

    def _carriageway(self, world: World, count: int) -> np.ndarray:
        """(nodes,) m2 of road whose meltwater runs to each node."""
        known = self._melt_node >= 0
        return np.bincount(self._melt_node[known], world.network.area[known], count)

    def step(self, world: World, weather: WeatherNow, seconds: int) -> None:
        """Carry what people and weather do to the drains, advance them, and bring the depths back."""
        start = world.t - seconds
        self._clog(world)
        self._power(world, start)
        self._river(weather.stage)
        self._pour(world, weather, seconds)
        self._pump(world, seconds)
        self._drains.step(seconds)
        flooding = self._drains.flooding()
        self._stand(world, flooding, seconds)
        self._silt_up(world, flooding, seconds)
        self._advice.read_gauges(world)
        self._marks.note(world)

    def _clog(self, world: World) -> None:
        """Tell the drains where debris changed by more than a little; crews and floods change it."""
        clog = world.fields["clog"]
        for node in np.flatnonzero(np.abs(clog - self._told) >= CLOG_STEP):
            self._drains.set_clog(int(node), float(clog[node]))
            self._told[node] = clog[node]

    def _power(self, world: World, start: int) -> None:
        powered = world.power_until <= start
        for pump in np.flatnonzero(powered != self._powered):
            self._drains.set_pump(int(pump), bool(powered[pump]))
        self._powered = powered

    def _river(self, stage: float) -> None:
        if not math.isnan(stage) and stage != self._stage:
            self._drains.set_stage(stage)
            self._stage = stage

    def _pour(self, world: World, weather: WeatherNow, seconds: int) -> None:
        """Meltwater of roads and roofs, and surges. The gages have rained on the roads already, so what a road
        sheds counts as meltwater only once that rain has run off."""
        flow = world.surge_flow.copy()
        shed = world.runoff * seconds
        self._rained += weather.rain * seconds
        rain = np.minimum(shed, self._rained)
        self._rained -= rain
        melt = (shed - rain) * world.network.area / 1000.0 / seconds
        known = (self._melt_node >= 0) & (melt > 0)
        if known.any():
            flow += np.bincount(self._melt_node[known], melt[known], len(flow))
        if world.off_road_melt > 0:
            flow += self._roofs * (world.off_road_melt / 1000.0)
        for node in np.flatnonzero(flow != self._poured):
            self._drains.set_inflow(int(node), float(flow[node]))
        self._poured = flow

    def _pump(self, world: World, seconds: int) -> None:
        """Crews' pumps draw on the street first, then on the node."""
        from_street = np.minimum(world.pump_flow, self._street / seconds)
        self._street -= from_street * seconds
        self._street_pumped += float(from_street.sum()) * seconds
        left = world.pump_flow - from_street
        for node in np.flatnonzero(left != self._pumping):
            self._drains.set_pumping(int(node), float(left[node]))
        self._pumping = left

    def _stand(self, world: World, flooding: np.ndarray, seconds: int) -> None:
        """Depths above the rims and on the roads."""
        lost = np.where(self._ponds, 0.0, flooding)
        kept = math.exp(-seconds / STREET_DRAIN_TIME)
        self._street = self._street * kept + lost * STREET_DRAIN_TIME * (1 - kept)
        self._street = run_on(self._street, self._basin, self._width, self._onward, seconds)
        depth = depth_of(self._basin, self._street)
        depth = np.where(self._ponds, self._drains.ponded(), depth)
        world.fields["node_depth"][:] = depth
        world.fields["node_flooding"][:] = flooding
        flow, velocity = self._torrents.at(depth)
        on_road = {"water_depth": depth, "water_flow": flow, "water_velocity": velocity}
        for name, values in on_road.items():
            world.fields[name][:] = np.where(self._has_node, values[self._node], 0.0)

    def _silt_up(self, world: World, flooding: np.ndarray, seconds: int) -> None:
        """Floods bring leaves and rubbish to the inlets (``WaterPhysics.clog_per_flow``)."""
        clog = world.fields["clog"]
        dirty = (flooding > FLOODING) & self._drains.can_clog
        more = self._physics.clog_per_flow * seconds / 3600.0
        clog[dirty] = np.maximum(clog[dirty], np.minimum(clog[dirty] + more, FULLY_CLOGGED))

    def speed_factor(self, world: World) -> np.ndarray:
        """(segments,) speed over free flow by the depth of water; 0 where what runs carries a small car off."""
        fields = world.fields
        gone = swept(LIMITS["small_car"], fields["water_flow"], fields["water_velocity"])
        return np.where(gone, 0.0, passable_speed(fields["water_depth"]))

    def jobs(self, world: World, reported: Reported) -> Jobs:
        """Pumping, clearing, closing, guarding, sandbags; see ``flood_advice``."""
        depth = reported.node_depth
        volume = volume_at(self._basin, depth)
        volume = np.where(self._ponds, self._drains.ponded_area * depth, volume)
        return self._advice.jobs(world, reported, volume)

    def balance(self, world: World) -> dict[str, float]:
        """``water``: the drainage engine's own continuity of flow routing."""
        return {"water": self._drains.totals().continuity}

    def totals(self, world: World) -> dict[str, float]:
        """m3 of rain, of overflow and what of it was lost, pumped by crews, poured in, left through outfalls, and
        still in the drains."""
        water = self._drains.totals()
        return {
            "rain_m3": water.rain,
            "flooded_m3": water.flooded,
            "lost_m3": water.lost,
            "pumped_m3": water.pumped + self._street_pumped,
            "poured_m3": water.injected,
            "outflow_m3": water.outflow,
            "drain_storage_m3": water.storage,
        }

    def close(self) -> None:
        """Free the drain model."""
        if hasattr(self, "_drains"):
            self._drains.close()


class UnderpassMarks:
    """Notes when the water in an underpass first reaches each of its marks, once a flood.

    Events of the kind ``water_mark``: target the segment (the first that shares the low point), value the mark in m,
    text ``wet``, ``close`` (the goals' closing depth), ``afloat`` (small cars float), ``wade`` (too deep for adults on
    foot) or ``roof``.
    """

    def __init__(self, world: World) -> None:
        network = world.network
        first: dict[str, int] = {}
        for i in np.flatnonzero(network.underpass):
            first.setdefault(network.segments[i].low_point or network.segments[i].id, int(i))
        self._segments = np.array(list(first.values()), int)
        marks = {
            "wet": WET, "close": world.scenario.goals.close_depth, "afloat": LIMITS["small_car"].depth,
            "wade": LIMITS["adult"].depth, "roof": CLEARANCE,
        }  # fmt: skip
        self._names, self._depths = tuple(marks), np.array(list(marks.values()))
        self._noted = np.zeros((len(self._segments), len(self._names)), bool)

    def note(self, world: World) -> None:
        """Look at the water of this moment. A flood is over when less than half of what counts as wet is left."""
        depth = world.fields["water_depth"][self._segments]
        reached = depth[:, None] >= self._depths
        for row, mark in np.argwhere(reached & ~self._noted):
            target = world.network.segments[self._segments[row]].id
            world.note("water_mark", "", target, "", self._depths[mark], self._names[mark])
        self._noted = (self._noted | reached) & (depth >= WET / 2)[:, None]


HAZARD = Water


def drain_model(scenario: Scenario) -> Inp:
    """The city's drain model as read. Raises DrainageError where it has none or a faulty one."""
    if scenario.city.drains is None:
        raise DrainageError(
            "the scenario runs the hazard water but its city has no drain model: "
            "add city/drains.inp, or take water out of hazards"
        )
    return read_inp(scenario.city.drains)


def under_storm(scenario: Scenario) -> str:
    """The city's drain model under the scenario's storm, rain without the share that falls as snow: the text
    that is run, and that SWMM alone would run."""
    return _storm_text(scenario, drain_model(scenario))


def _storm_text(scenario: Scenario, inp: Inp) -> str:
    series = WeatherSeries(scenario.storm, scenario.physics.snow)
    interval = max(60, math.gcd(3600, *(round(row.t) for row in scenario.storm.weather)))
    duration = math.ceil(scenario.duration / Water.tick) * Water.tick
    rain = [series.over(t, interval).rain for t in range(0, duration, interval)]
    return with_storm(inp, rain, interval, scenario.storm.start, duration)


def _far(world: World, leads: np.ndarray) -> np.ndarray:
    """(nodes,) m as the crow flies from a low point to the one it leads to; inf where it leads nowhere or no road
    goes to it."""
    network, junction = world.network, world.node_junction
    found = np.full(len(leads), np.inf)
    for node in np.flatnonzero((leads >= 0) & (junction >= 0)):
        here, there = junction[node], junction[leads[node]]
        lon, lat = network.lon[[there]], network.lat[[there]]
        found[node] = distances(float(network.lon[here]), float(network.lat[here]), lon, lat)[0]
    return found


def _nearest_nodes(world: World, node: np.ndarray) -> np.ndarray:
    """(segments,) drain node that a segment's meltwater runs to: its low point, else that of the nearest
    segment that has one; -1 where no road has any."""
    network, known = world.network, np.flatnonzero(node >= 0)
    found = node.copy()
    if len(known):
        lon = (network.lon[network.tail] + network.lon[network.head]) / 2
        lat = (network.lat[network.tail] + network.lat[network.head]) / 2
        for segment in np.flatnonzero(node < 0):
            near = distances(float(lon[segment]), float(lat[segment]), lon[known], lat[known])
            found[segment] = node[known[np.argmin(near)]]
    return found


def _impervious(inp: Inp, index: dict[str, int]) -> np.ndarray:
    """(nodes,) m2 of impervious land that drains to each node, through other subcatchments too."""
    nodes = {name.upper(): i for name, i in index.items()}
    outlet = {land.name.upper(): land.outlet.upper() for land in inp.subcatchments}
    area = np.zeros(len(index))
    for land in inp.subcatchments:
        name = land.name.upper()
        for _ in range(len(outlet)):
            name = outlet[name]
            if name in nodes:
                area[nodes[name]] += land.area * land.impervious
                break
            if name not in outlet:
                break
    return area
