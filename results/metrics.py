"""What a run amounts to: free functions over a ``Run``, and ``metrics`` with the stable names.

Three conventions hold for every metric:

- a figure that the run never reached (a class that is never clear) is ``None``, written as null, and counts
  as worse than any number (``NEVER``);
- a metric that the scenario does not ask about (drains in a snowstorm, a road class the city does not have)
  is absent;
- times come from fields that are recorded every 15 minutes, so hours to a state are good to 15 minutes;
  minutes come from the event table and are exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from results.underpasses import NEVER, Filling, fillings
from simulation import footways
from simulation.hazards.streets import LIMITS, swept
from simulation.model import LEVELS, Place
from simulation.network import Network
from simulation.orders import level_rank
from simulation.record import Run
from simulation.weather import WeatherSeries

CLEAR_SHARE = 0.95
"""Share of a class's lane-length that makes the class clear or served (snow.md 1.3)."""
SETTLED = 0.5
"""kg/m2 of snow and ice on a road from which snow counts as settled (half the strictest goal; a setting)."""
TOLERANCE = 0.005
"""kg/m2, half a recorded step: a blade leaves exactly what the goal allows, and that has to count as clear."""
DEEP = 0.15
"""m of water that ``depth_over_15cm_km_h`` counts from (GB 51222: one motor lane at most 15 cm)."""
PRIORITIES = (1, 2, 3, 4)
_COLOURS = ("blue", "yellow", "orange", "red")
_SERVICE = ("plough", "spread", "haul")
_SITE_KINDS = ("waterlogging", "underpass")

Figures = dict[str, float | None]


def metrics(run: Run) -> Figures:
    """Every metric of a run by its stable name."""
    figures: Figures = {}
    if "snow" in run.fields:
        figures |= snow_metrics(run)
    if "water_depth" in run.fields:
        figures |= water_metrics(run)
    figures["critical_unreachable_h"] = float(sum(cut_off_h(run).values()))
    figures |= command_metrics(run) | resource_metrics(run)
    return {name: value if value is None else round(value, 9) for name, value in figures.items()}


# --------------------------------------------------------------------------- snow


def snow_metrics(run: Run) -> Figures:
    """Clearing of the roads; classes that the city does not have are left out."""
    network = Network(run.scenario.city.segments)
    unclear = unclear_roads(run)
    kilometres = network.length / 1000
    figures: Figures = {"snow_peak_mm": float(covered(run).max(initial=0.0))}
    stopped = precipitation_end(run)
    served = first_service(run)
    begin = first_settled(run)
    hours = hour_weights(run) @ unclear
    figures["unclear_km_h"] = float(hours @ kilometres)
    for priority in classes(network):
        of_class = network.priority == priority
        share = clear_share(unclear[:, of_class], network.lane_length[of_class])
        figures[f"clear_h.p{priority}"] = _hours_until_clear(seconds(run), share, stopped)
        needed = of_class & (unclear.any(axis=0) | np.isfinite(served))
        figures[f"first_pass_h.p{priority}"] = hours_until_served(served, network.lane_length, needed, begin)
        figures[f"unclear_km_h.p{priority}"] = float(hours[of_class] @ kilometres[of_class])
    if network.bridge.any():
        needed = network.bridge & ((covered(run) > SETTLED).any(axis=0) | np.isfinite(served))
        figures["bridges_h"] = hours_until_served(served, network.lane_length, needed, begin, share=1.0)
    for name, share in footway_shares(run).items():
        figures[name] = _hours_until_clear(seconds(run), share, stopped)
    if "snow_hauled_m3" in run.totals and any(p.kind == "dump_site" for p in run.scenario.city.places):
        figures["hauled_m3"] = run.totals["snow_hauled_m3"]
        figures["hauled_t"] = run.totals["snow_hauled_kg"] / 1000
        figures["dump_room_m3"] = run.totals["dump_room_m3"]
    return figures


def footway_shares(run: Run) -> dict[str, np.ndarray]:
    """(time,) share that is clear, by metric: footways by area, stops by number. Empty where the city has none."""
    city, network = run.scenario.city, Network(run.scenario.city.segments)
    area, shares = footways.areas(city, network), dict[str, np.ndarray]()
    if not area.any() or footways.LYING not in run.fields:
        return shares
    lying = recorded(run, footways.LYING) > run.scenario.goals.footway_limit + TOLERANCE
    shares["footway_clear_h"] = clear_share(lying, area)
    stops = [i for i in footways.segments_of(city, network, footways.STOPS).values() if area[i]]
    if stops:
        shares["stops_cleared_h"] = clear_share(lying[:, stops], np.ones(len(stops)))
    return shares


def covered(run: Run) -> np.ndarray:
    """(time, segment) kg/m2 of snow and ice together on the carriageway."""
    return recorded(run, "snow") + recorded(run, "ice")


def unclear_roads(run: Run) -> np.ndarray:
    """(time, segment) bool: more snow and ice than the goal of the segment's class allows."""
    limit = np.array([run.scenario.goals.clear_limit[s.priority - 1] for s in run.scenario.city.segments])
    return covered(run) > limit + TOLERANCE


def clear_share(unclear: np.ndarray, lane_length: np.ndarray) -> np.ndarray:
    """(time,) share of the lane-length that is clear; 1 where there is no road."""
    total = lane_length.sum()
    return 1 - unclear @ lane_length / total if total else np.ones(len(unclear))


def classes(network: Network) -> list[int]:
    """Priorities that the city has roads of."""
    return [p for p in PRIORITIES if (network.priority == p).any()]


def precipitation_end(run: Run) -> float:
    """Second at which precipitation ends for good; the run's end where it goes on."""
    series = WeatherSeries(run.scenario.storm, run.scenario.physics.snow)
    return min(series.end_of_precipitation, run.scenario.duration)


def first_settled(run: Run) -> float:
    """Second from which snow lies on some road; inf where none settles."""
    settled = np.flatnonzero((covered(run) > SETTLED).any(axis=1))
    return float(seconds(run)[settled[0]]) if len(settled) else NEVER


def first_service(run: Run) -> np.ndarray:
    """(segments,) second of the first whole pass of plough, spreader or haulers; inf where none came."""
    index = {s.id: i for i, s in enumerate(run.scenario.city.segments)}
    first = np.full(len(index), NEVER)
    for event in run.events:
        whole = event.kind == "pass" and not event.text
        if whole and event.target in index and any(v in event.verb for v in _SERVICE):
            first[index[event.target]] = min(first[index[event.target]], event.t)
    return first


def hours_until_served(
    served: np.ndarray, lane_length: np.ndarray, needed: np.ndarray, begin: float, share: float = CLEAR_SHARE
) -> float | None:
    """Hours from ``begin`` until ``share`` of the lane-length that needed or got service was served once.

    0 where nothing needed service or all of it came before ``begin``; None where it was never reached.
    """
    order = np.argsort(served[needed], kind="stable")
    times, lengths = served[needed][order], lane_length[needed][order]
    if not len(times) or not np.isfinite(begin):
        return 0.0
    reached = np.cumsum(lengths) >= share * lengths.sum() * (1 - 1e-12)
    moment = times[np.argmax(reached)]
    return float(max(0.0, moment - begin) / 3600) if np.isfinite(moment) else None


def _hours_until_clear(t: np.ndarray, share: np.ndarray, stopped: float) -> float | None:
    """Hours after ``stopped`` from which ``share`` stays at 95 % to the run's end; None if it ends below."""
    below = np.flatnonzero(share < CLEAR_SHARE)
    if not len(below):
        return 0.0
    if below[-1] == len(t) - 1:
        return None
    return float(max(0.0, t[below[-1] + 1] - stopped) / 3600)


# --------------------------------------------------------------------------- water


class Site(NamedTuple):
    """A place where water gathers, and how deep it stands."""

    place: Place
    depth: np.ndarray
    """(time,) m"""
    flow: np.ndarray
    """(time,) m2/s: depth times velocity of water that runs along its roads or down its ramps."""


def water_metrics(run: Run) -> Figures:
    """Water on the roads and at the sites."""
    length = np.array([s.length for s in run.scenario.city.segments]) / 1000
    limit = run.scenario.goals.depth_limit
    hours = hour_weights(run) @ (recorded(run, "water_depth") > DEEP)
    return {
        "depth_over_15cm_km_h": float(hours @ length),
        "unsafe_for_cars_km_h": float(hour_weights(run) @ unsafe_for_cars(run) @ length),
        "sites_over_limit": float(sum(site.depth.max() > limit for site in sites(run))),
        "closed_late": float(len(closed_late(run))),
        "flooded_m3": run.totals["flooded_m3"],
        "pumped_m3": run.totals["pumped_m3"],
    }


def unsafe_for_cars(run: Run) -> np.ndarray:
    """(time, segment) bool: water that carries a small car off, by its depth, its flow or its velocity."""
    small = LIMITS["small_car"]
    running = swept(small, recorded(run, "water_flow"), recorded(run, "water_velocity"))
    return np.asarray((recorded(run, "water_depth") > small.depth) | running)


def sites(run: Run) -> list[Site]:
    """Waterlogging points, underpasses and other places with a drain node, in the order of the city."""
    if "water_depth" not in run.fields:
        return []
    segment = {str(s): i for i, s in enumerate(run.fields["segment"].values)}
    node = {str(n): i for i, n in enumerate(run.fields["node"].values)} if "node_depth" in run.fields else {}
    at_node = recorded(run, "node_depth") if node else np.zeros((0, 0))
    on_road, flow = recorded(run, "water_depth"), recorded(run, "water_flow")
    roads = {s.low_point: segment[s.id] for s in reversed(run.scenario.city.segments) if s.low_point}
    found = []
    for place in run.scenario.city.places:
        if place.drain_node in node:
            road = roads.get(place.drain_node)
            runs = flow[:, road] if road is not None else np.zeros(len(flow))
            found.append(Site(place, at_node[:, node[place.drain_node]], runs))
        elif place.kind in _SITE_KINDS and place.segment in segment:
            road = segment[place.segment]
            found.append(Site(place, on_road[:, road], flow[:, road]))
    return found


def closed_late(run: Run) -> list[Filling]:
    """Underpasses and tunnels whose water reached the closing depth before they were closed to traffic, by the
    minute: each one's first such flood. Segments that share a low point are one underpass."""
    return [filling for filling in fillings(run) if filling.late]


# --------------------------------------------------------------------------- access


def passable(run: Run) -> np.ndarray:
    """(time, segment) bool: neither closed nor impassable."""
    return np.asarray((recorded(run, "speed_factor") > 0) & (recorded(run, "closed") == 0))


def cut_off_h(run: Run, kinds: tuple[str, ...] = ("hospital", "fire_station")) -> dict[str, float]:
    """Hours for which each critical place was cut off from the main part of the network.

    The main part is the largest set of junctions that reach each other over passable roads. A place stands
    at the nearer end of its segment, or at the nearest junction. Places outside the main part of the dry
    network are not asked about.
    """
    network = Network(run.scenario.city.segments)
    dry = _main_part(network, np.ones(len(network)))
    ends = {p.id: _junctions(network, p) for p in run.scenario.city.places if p.kind in kinds}
    ends = {place: nodes for place, nodes in ends.items() if dry[nodes].any()}
    hours = hour_weights(run)
    cut = dict.fromkeys(ends, 0.0)
    for pattern, rows in _patterns(passable(run)):
        main = _main_part(network, pattern.astype(float))
        for place, nodes in ends.items():
            if not main[nodes].any():
                cut[place] += float(hours[rows].sum())
    return cut


def _patterns(states: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The distinct rows of a bool matrix, each with the indices of the rows that are like it."""
    packed = np.packbits(states, axis=1)
    _, first, inverse = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    inverse = inverse.reshape(-1)
    for i, row in enumerate(first):
        yield states[row], np.flatnonzero(inverse == i)


def _main_part(network: Network, factor: np.ndarray) -> np.ndarray:
    """(junctions,) bool: in the largest strongly connected part."""
    label = network.strong_components(factor)
    return label == np.bincount(label).argmax()


def _junctions(network: Network, place: Place) -> np.ndarray:
    """Junctions at which a place can be reached."""
    if place.segment in network.segment_index:
        i = network.segment_index[place.segment]
        return np.array([network.tail[i], network.head[i]])
    return np.array([network.nearest(place.lon, place.lat)])


# --------------------------------------------------------------------------- command and resources


def command_metrics(run: Run) -> Figures:
    """From warning to order to arrival."""
    figures: Figures = {}
    lead = warning_to_order(run)
    if lead is not None:
        figures["warning_to_order_min"] = None if lead.minutes == NEVER else lead.minutes
    delays = arrival_delays(run)
    for quantile in (50, 90):
        value = float(np.percentile([d.minutes for d in delays], quantile)) if delays else None
        figures[f"order_to_arrival_min.p{quantile}"] = value
    return figures


class Lead(NamedTuple):
    """From the first warning of the highest colour to the response that it asks for."""

    hazard: str
    colour: str
    warned: float
    """Second of the warning; below 0 before the run."""
    asked: str
    """Level that the rules ask for; empty where no rule does, and the first order counts."""
    answered: float
    """Second of the answer; inf where none came."""

    @property
    def minutes(self) -> float:
        """From warning to answer, 0 where the level stood already; inf where none came."""
        return max(0.0, self.answered - self.warned) / 60


def warning_to_order(run: Run) -> Lead | None:
    """How long the answer to the highest warning took; None where no warning was issued.

    The answer is the first time at which the response level is at least what the rule for that warning asks
    for; without a rule, it is the first order that came after the warning.
    """
    storm, hazards = run.scenario.storm, run.scenario.hazards
    warnings = [w for w in storm.warnings if w.hazard in hazards and w.t <= run.scenario.duration]
    if not warnings:
        return None
    first = min(warnings, key=lambda w: (-_COLOURS.index(w.colour), w.t))
    rules = (r for r in run.scenario.command.rules if (r.hazard, r.colour) == (first.hazard, first.colour))
    rule = max(rules, key=lambda r: level_rank(r.level), default=None)
    if rule is None:
        orders = [e.t for e in run.events if e.kind == "order" and e.t >= first.t]
        return Lead(first.hazard, first.colour, first.t, "", min(orders, default=NEVER))
    risen = [t for t, level in level_changes(run) if level >= level_rank(rule.level)]
    return Lead(first.hazard, first.colour, first.t, rule.level, min(risen, default=NEVER))


def level_changes(run: Run) -> list[tuple[int, int]]:
    """(second, level 0-4) of every change of the response level."""
    return [
        (e.t, level_rank(e.text if e.text in LEVELS else "none")) for e in run.events if e.kind == "level"
    ]


class Delay(NamedTuple):
    """An order that a crew carried out."""

    crew: str
    target: str
    """Where it arrived."""
    minutes: float


def arrival_delays(run: Run) -> list[Delay]:
    """From each order to the crew's first arrival; orders changed or called back on the way do not count."""
    pending: dict[str, int] = {}
    delays = []
    for event in run.events:
        if event.kind == "order":
            pending.pop(event.crew, None)
            if event.verb != "recall":
                pending[event.crew] = event.t
        elif event.kind == "arrive" and event.crew in pending:
            minutes = (event.t - pending.pop(event.crew)) / 60
            delays.append(Delay(event.crew, event.target, minutes))
    return delays


def resource_metrics(run: Run) -> Figures:
    """What it took: material, hours, money, and what was refused."""
    used = material_used(run)
    count = {kind: float(sum(e.kind == kind for e in run.events)) for kind in ("stockout", "refused")}
    return {
        **{f"material_used_t.{name}": kilograms / 1000 for name, kilograms in used.items()},
        "stockouts": count["stockout"],
        "team_h": run.totals["crew_busy_s"] / 3600,
        "overtime_h": run.totals["overtime_s"] / 3600,
        "cost": run.totals["cost_cny"],
        "refusals": count["refused"],
    }


def material_used(run: Run) -> dict[str, float]:
    """kg of each material that was used up, 0 where none was; fuel is what the machines burned."""
    fuel = {m.id: run.totals.get("fuel.burned", 0.0) for m in run.scenario.fleet.materials if m.use == "fuel"}
    return {m.id: run.totals.get(f"used.{m.id}", fuel.get(m.id, 0.0)) for m in run.scenario.fleet.materials}


# --------------------------------------------------------------------------- the record


def recorded(run: Run, name: str) -> np.ndarray:
    """A field in the steps it is stored in, so that a run and its folder give the same figures exactly."""
    return in_steps(run.fields[name].values, float(run.fields[name].attrs.get("packing_step", 0)))


def in_steps(values: np.ndarray, step: float) -> np.ndarray:
    """Values rounded to whole steps, as float64; as they are where there is no step."""
    values = np.asarray(values, float)
    return np.rint(values / step) * step if step > 0 else values


def seconds(run: Run) -> np.ndarray:
    """(time,) seconds since the start of the recorded states."""
    return np.asarray(run.fields["time"].values, float)


def hour_weights(run: Run) -> np.ndarray:
    """(time,) hours that each recorded state stands for (trapezoid rule); they add up to the run's length."""
    steps = np.diff(seconds(run)) / 3600
    return (np.r_[steps, 0.0] + np.r_[0.0, steps]) / 2
