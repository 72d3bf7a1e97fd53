"""What one pass over a road is worth, by what the command post knows.

``by_weight`` looks at the present: the urgency that the job carries, by the share of the trouble that one
pass takes away. ``by_forecast`` looks ahead: the hours of clear road that the pass buys before the forecast
snow covers it again. Both count weighted kilometres, so they can be added over a tour.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimization.ground import Ground
from simulation.hazards import ice
from simulation.hazards.advice import BRIDGE_WEIGHT, CLASS_WEIGHT
from simulation.model import Verb
from simulation.roadwork import PASSING, PLOUGH_SHARE
from simulation.situation import Situation

Worth = Callable[[Ground, Situation, tuple[Verb, ...], np.ndarray], np.ndarray]
"""(ground, situation, verbs, rows of Jobs) -> (m,) worth of doing each job once with these verbs."""

HOUR = 3600.0
OLDEST = 2 * HOUR
"""s of snowfall at most that is added to an old report (setting: the reports' mean age in class 3)."""
IN_TIME = 0.2
"""Worth of treating a road that meets its goal still, beside 1 for clearing it (setting, no source)."""
LOOK_AHEAD = 10
"""Hours for which clear road is counted (setting: the forecast and as much again)."""
AGEING = 0.3
"""Power with which a job's own urgency, which grows while a road waits, enters beside its class's weight
(setting: 0 leaves some main roads for hours without a pass, 1 loses the gain of looking ahead)."""
SOON = 1.0
"""Hours before a road misses its goal from which a pass counts: earlier ones buy less for the same work."""
AHEAD_OF_TIME = 0.25
"""Hours that such an early pass counts for, so that crews with nothing better to do make it (setting)."""
PREVENTION = 2.0
"""Hours of clear road that a kg/m2 taken off now saves later, as hardpack that does not form (setting; the
result is flat between 1 and 3)."""


def by_weight(ground: Ground, situation: Situation, verbs: tuple[Verb, ...], rows: np.ndarray) -> np.ndarray:
    """Urgency x km x share of what lies above the goal that one pass takes away."""
    jobs = situation.jobs
    segment = jobs.segment[rows]
    urgency = jobs.weight[rows] * ground.length[segment] / 1000.0
    if not PASSING.intersection(verbs):
        return urgency
    before, after = one_pass(ground, situation, verbs, rows)
    above = before - ground.limit[segment]
    share = np.minimum(1.0, (before - after) / np.maximum(above, 0.1))
    return urgency * np.where(above > 0, np.maximum(share, 0.0), IN_TIME)


def by_forecast(
    ground: Ground, situation: Situation, verbs: tuple[Verb, ...], rows: np.ndarray
) -> np.ndarray:
    """Class weight x km x hours of clear road that one pass buys within ``LOOK_AHEAD``.

    A road that needs several passes credits each with its share of the hours that all of them buy.
    """
    network, segment = situation.network, situation.jobs.segment[rows]
    standing = CLASS_WEIGHT[network.priority[segment] - 1]
    standing = np.where(network.bridge[segment], standing * BRIDGE_WEIGHT, standing)
    weight = standing ** (1 - AGEING) * situation.jobs.weight[rows] ** AGEING
    weight = weight * ground.length[segment] / 1000.0
    if not PASSING.intersection(verbs):
        return weight
    before, after = one_pass(ground, situation, verbs, rows)
    limit = ground.limit[segment]
    left = clear_hours(situation, limit - before)
    bought = clear_hours(situation, limit - after) - left
    share = np.minimum(1.0, (before - after) / np.maximum(before - limit, 0.1))
    in_parts = share * clear_hours(situation, limit / 2)
    hours = np.where(after > limit, in_parts, bought) + PREVENTION * (before - after)
    return weight * np.where(left > SOON, AHEAD_OF_TIME, np.maximum(hours, 0.0)) + 1e-3


def one_pass(
    ground: Ground, situation: Situation, verbs: tuple[Verb, ...], rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(m,) kg/m2 of snow and ice expected on the road now and after one pass; see ``simulation.work``."""
    jobs, reported = situation.jobs, situation.reported
    segment = jobs.segment[rows]
    age = np.clip(situation.t - reported.seen[segment], 0.0, OLDEST)
    snow = reported.snow[segment] + age * float(snowfall(situation)[0])
    hard = reported.ice[segment]
    before, melted = snow + hard, np.zeros(len(rows))
    if "spread" in verbs:
        capacity = ice.melt_capacity(reported.road_temperature[segment], ground.deicer)
        melted = jobs.rate[rows] * (1 - ice.APPLICATION_LOSS) * capacity
    if "plough" in verbs:
        physics = ground.snow
        snow = np.minimum(snow, np.maximum(physics.plough_residual, (1 - PLOUGH_SHARE) * snow))
        hard = hard * (1 - physics.plough_hardpack_share)
    return before, np.maximum(snow + hard - melted, 0.0)


def snowfall(situation: Situation) -> np.ndarray:
    """(k,) kg/m2/s of snow that the forecast has for each hour."""
    outlook = situation.forecast
    return np.where(outlook.air < 1.0, outlook.precipitation, 0.0)


def clear_hours(situation: Situation, room: np.ndarray) -> np.ndarray:
    """(m,) hours until the forecast snow fills ``room`` kg/m2; 0 where there is none, at most ``LOOK_AHEAD``.

    Past the forecast's horizon nothing is taken to fall.
    """
    hourly = np.zeros(LOOK_AHEAD)
    known = snowfall(situation)[:LOOK_AHEAD] * HOUR
    hourly[: len(known)] = known
    fallen = np.r_[0.0, np.cumsum(hourly)]
    rising = fallen + 1e-9 * np.arange(LOOK_AHEAD + 1)
    hours = np.interp(room, rising, np.arange(LOOK_AHEAD + 1), right=LOOK_AHEAD)
    return np.where(room > 0, hours, 0.0)
