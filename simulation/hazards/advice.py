"""What treatment the reports call for: none, spread, plough, plough and spread, or haul, with a reason.

The command post decides on what was reported and on what its own crews did, never on the truth.
"""

from __future__ import annotations

import numpy as np

from simulation.hazards import ice
from simulation.model import Material, Verb
from simulation.situation import Jobs, Reported
from simulation.world import World

CLASS_WEIGHT = np.array([8.0, 4.0, 2.0, 1.0])
"""Urgency by priority (setting, no source: halves from class to class)."""
BRIDGE_WEIGHT = 1.5
PLOUGH_TRIGGER = 2.0
"""kg/m2 of reported loose snow while it falls (NORTRIP ploughs at 3 mm; Zhengzhou clears while it falls)."""
PLOUGH_GAIN = 0.2
"""kg/m2 that a blade must take for a pass to be worth driving (setting): else it goes round for ever."""
SPREAD_TRIGGER = 0.2
"""kg/m2 of reported snow and ice."""
SPREAD_GAP = 2 * 3600
"""s between two doses on a segment (NORTRIP: at most one in 0.45 d; MDSS cycles of 2-3 h)."""
CYCLE = 3 * 3600
"""s after which a treated segment counts in full again, so that a round is finished before the next
begins (NORTRIP: 3 h between ploughings)."""
UNSERVED = 4.0
"""Times its weight that a road counts which nobody has been on yet (setting: first passes of class 2 come in a
third of the time, of class 4 in half; roads of class 1 are clear two hours later)."""
PRETREAT_LEAD = 4 * 3600
"""s before forecast snow in which bridges are treated (MDSS rule of practice; Zhengzhou salts decks, ramps
and slopes first, and a dose on a dry class 1 road is thrown off by traffic before the snow comes)."""
PRETREAT_GAP = 12 * 3600
HAUL_TRIGGER = 8.0
"""kg/m2 in the bank from which snow is hauled away, classes 1 and 2 (10-15 cm at 70 kg/m3: Montreal)."""

NONE, SPREAD, PLOUGH, BOTH, HAUL = range(5)
VERBS: tuple[tuple[Verb, ...], ...] = ((), ("spread",), ("plough",), ("plough", "spread"), ("haul",))
_VERBS = np.fromiter(VERBS, object, len(VERBS))
REASONS = np.array(
    ("none", "ice_to_melt", "snow_too_cold_for_salt", "snow_on_road", "bank_to_haul", "pretreat"), object
)


def snow_jobs(world: World, reported: Reported, deicer: Material) -> Jobs:
    """One row for each segment that needs treatment, most urgent class first by weight."""
    treatment, reason, rate, severity = treat(world, reported, deicer)
    chosen = np.flatnonzero(treatment)
    network = world.network
    weight = CLASS_WEIGHT[network.priority[chosen] - 1] * severity[chosen]
    weight = np.where(network.bridge[chosen], weight * BRIDGE_WEIGHT, weight)
    weight = weight * np.clip((world.t - world.last_pass[chosen]) / CYCLE, 0.2, 2.0)
    weight = np.where(world.last_pass[chosen] < 0, weight * UNSERVED, weight)
    held = held_segments(world)
    return Jobs(
        verbs=tuple(_VERBS[treatment[chosen]].tolist()),
        target=tuple(network.ids[chosen].tolist()),
        place=network.tail[chosen],
        segment=chosen,
        weight=weight,
        need=network.area[chosen],
        rate=rate[chosen],
        crews=held[chosen],
        reason=tuple(REASONS[reason[chosen]].tolist()),
    )


def treat(
    world: World, reported: Reported, deicer: Material
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(segments,) arrays: treatment code, reason code, dose in kg/m2, severity from 0 to about 2."""
    t, priority = world.t, world.network.priority
    solid = reported.snow + reported.ice
    limit = np.array(world.scenario.goals.clear_limit)[priority - 1]
    physics = world.scenario.physics.snow
    snowing, soon = (np.bool_(told) for told in world.outlook_snow)
    to_melt = physics.plough_residual if snowing else np.maximum(reported.ice, physics.plough_residual)
    dose = ice.dose(reported.road_temperature, to_melt, deicer, physics)
    trigger = np.where(snowing, PLOUGH_TRIGGER, np.minimum(limit, PLOUGH_TRIGGER))
    trigger = np.maximum(trigger, physics.plough_residual + PLOUGH_GAIN)
    gain = np.maximum(reported.snow - physics.plough_residual, 0.0) + physics.plough_hardpack_share * reported.ice
    above = (solid > limit) & (gain >= PLOUGH_GAIN) & ~snowing
    plough = (reported.snow >= trigger) | above
    fresh = t - world.last_spread < SPREAD_GAP
    spread = (solid >= SPREAD_TRIGGER) & (dose > 0) & ~fresh & ((solid > limit) | snowing | (priority <= 2))
    ahead = soon & (solid < SPREAD_TRIGGER) & (t - world.last_spread > PRETREAT_GAP) & (dose > 0)
    pretreat = ahead & world.network.bridge
    haul = (world.fields["bank"] >= HAUL_TRIGGER) & (priority <= 2) & ~snowing & world.can_haul

    treatment = np.zeros(len(priority), int)
    reason = np.zeros(len(priority), int)
    for mask, code, why in (
        (haul, HAUL, 4), (pretreat, SPREAD, 5), (spread, SPREAD, 1), (plough & (dose <= 0), PLOUGH, 2),
        (plough & (dose > 0) & fresh, PLOUGH, 3), (plough & (dose > 0) & ~fresh, BOTH, 3),
    ):  # fmt: skip
        treatment[mask], reason[mask] = code, why
    severity = 0.25 + np.minimum(solid / np.maximum(limit, 0.1), 4.0) / 2.0
    return treatment, reason, np.where((treatment == SPREAD) | (treatment == BOTH), dose, 0.0), severity


def held_segments(world: World) -> np.ndarray:
    """(segments,) crews on each segment or on their way to it."""
    count = np.zeros(len(world.network), int)
    for (verb, target), holders in world.claims.items():
        if verb in ("plough", "spread", "haul") and target in world.network.segment_index:
            index = world.network.segment_index[target]
            count[index] = max(count[index], len(holders))
    return count
