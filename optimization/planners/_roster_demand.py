"""What a storm asks of people, hour by hour, as far as it can be reckoned before it: the demand of a roster.

Roads are asked for in rounds (every carriageway of a class once), which a machine makes at the pace of
``simulation.roadwork``; footways likewise. Sites are asked for in crews that stand there, inlets by number. Hauling
and sandbags have no demand that could be told before a storm; crews for them are rostered for what else they do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optimization.planners._storms import rainfall, snowfall
from simulation import footways
from simulation.hazards.advice import CLASS_WEIGHT, PLOUGH_TRIGGER
from simulation.hazards.flood_advice import CLOSE_WEIGHT, GAUGED, GUARD_WEIGHT
from simulation.model import Kind, Scenario, Verb
from simulation.network import Network
from simulation.roadwork import strips
from simulation.work import INLET_SPACING

HOUR = 3600.0
SITE_RAIN = 8.0
"""mm of rain in an hour from which waterlogging points call for crews (16 mm/h is a rainstorm's pace of 50 mm in three
hours; half of it, since low points gather what falls around them; a setting)."""
SITE_AFTER = 2
"""h for which they go on to do so (a setting)."""
INLETS_AGAIN = 6
"""h of such rain after which inlets are cleared again (a setting)."""


@dataclass(frozen=True)
class Need:
    """Work of one sort over the storm."""

    key: str
    """Such as ``plough.p1`` or ``pump``."""
    verb: Verb
    weight: float
    """Urgency, on the scale of the classes' weights."""
    amount: np.ndarray
    """(hours,) what is asked for in each hour: rounds, crew hours, inlets."""
    pace: Mapping[str, float]
    """By kind: what one machine does of it in an hour; kinds that cannot do it are absent."""
    waits: bool
    """Whether what is not done in its hour can be done later (snow lies; an unguarded hour has passed)."""


def needs(scenario: Scenario) -> list[Need]:
    """All that the storm asks for and that some kind of machine can do, the most urgent first."""
    found: list[Need] = []
    if "snow" in scenario.hazards:
        found += _roads(scenario) + _footways(scenario)
    if "water" in scenario.hazards:
        found += _sites(scenario)
    return sorted((n for n in found if n.amount.any() and n.pace), key=lambda n: (-n.weight, n.key))


def _roads(scenario: Scenario) -> list[Need]:
    network = Network(scenario.city.segments)
    rounds = _rounds(scenario, PLOUGH_TRIGGER)
    able = {v: [k for k in scenario.fleet.kinds if v in k.abilities] for v in ("plough", "spread")}
    found = []
    for p in sorted(set(network.priority.tolist())):
        for verb in ("plough", "spread"):
            pace = {
                k.id: 1 / hours for k in able[verb] if (hours := round_hours(network, k, p, verb == "plough"))
            }
            weight = float(CLASS_WEIGHT[p - 1]) * (1.0 if verb == "plough" else 0.5)
            found.append(Need(f"{verb}.p{p}", verb, weight, rounds, pace, True))
    return found


def round_hours(network: Network, kind: Kind, priority: int, ploughing: bool) -> float:
    """h that one machine takes for a round over all roads of a class, alone and without driving between them."""
    of_class = network.priority == priority
    speed = (kind.work_speed_major if priority <= 2 else kind.work_speed_minor) * kind.efficiency
    if speed <= 0:
        return 0.0
    passes = strips(network, kind, ploughing)[of_class]
    return float(passes @ network.length[of_class]) / speed / HOUR


def _footways(scenario: Scenario) -> list[Need]:
    network = Network(scenario.city.segments)
    area = float(footways.areas(scenario.city, network).sum())
    if not area:
        return []
    pace = {
        k.id: k.width * k.work_speed_minor * k.efficiency * HOUR / area
        for k in scenario.fleet.kinds
        if "clear_footway" in k.abilities and k.width * k.work_speed_minor > 0
    }
    return [Need("footways", "clear_footway", 1.0, _rounds(scenario, footways.WHILE_SNOWING), pace, True)]


def _rounds(scenario: Scenario, trigger: float) -> np.ndarray:
    """(hours,) rounds that new snow calls for: one for each ``trigger`` kg/m2, and one when it has stopped."""
    fallen = snowfall(scenario, HOUR)
    rounds = fallen / trigger
    wet = np.flatnonzero(fallen > 0)
    if len(wet):
        rounds[min(wet[-1] + 1, len(rounds) - 1)] += 1.0
    return rounds


def _sites(scenario: Scenario) -> list[Need]:
    network = Network(scenario.city.segments)
    gauged = [p for p in scenario.city.places if p.kind in GAUGED and p.drain_node]
    roads = sum(
        float(network.length[i]) for p in gauged for i in network.by_low_point.get(p.drain_node or "", ())
    )
    inlets = max(2.0 * len(gauged), 2 * roads / INLET_SPACING)
    calls = _called(rainfall(scenario, HOUR))
    starts = np.flatnonzero(calls & ~np.r_[False, calls[:-1]])
    again, first = np.zeros(len(calls)), np.zeros(len(calls))
    for start in starts:
        length = int(np.argmin(np.r_[calls[start:], False]))
        again[start : start + length : INLETS_AGAIN] = inlets
        first[start] = float(network.underpass.sum())
    kinds = scenario.fleet.kinds

    def present(verb: Verb) -> dict[str, float]:
        return {k.id: 1.0 for k in kinds if verb in k.abilities}

    pace = {
        k.id: k.inlets_per_hour * HOUR for k in kinds if "clear_inlet" in k.abilities and k.inlets_per_hour
    }
    main = float(CLASS_WEIGHT[0])
    return [
        Need("close", "close", CLOSE_WEIGHT, first, present("close"), False),
        Need("pump", "pump", main, calls * float(len(gauged)), present("pump"), False),
        Need("guard", "guard", GUARD_WEIGHT, calls * float(len(gauged)), present("guard"), False),
        Need("clear_inlet", "clear_inlet", main / 2, again, pace, True),
    ]


def _called(rain: np.ndarray) -> np.ndarray:
    """(hours,) bool: the rain of this hour or of the ``SITE_AFTER`` before calls for crews at the sites."""
    heavy = rain >= SITE_RAIN
    called = heavy.copy()
    for back in range(1, SITE_AFTER + 1):
        called[back:] |= heavy[:-back]
    return called
