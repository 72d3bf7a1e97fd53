"""What treatment the reports call for: none, spread, plough, plough and spread, or haul, with a reason.

The command post decides on what was reported and on what its own crews did, never on the truth. The rules are the
rules of practice of MDSS (FHWA) with NORTRIP's triggers; ``treatment`` sums them up for each class of road.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation import hauling
from simulation.hazards import ice
from simulation.hazards.ahead import LEAD
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
PRETREAT_LEAD = LEAD
"""s before forecast snow in which bridges are treated (MDSS rule of practice; Zhengzhou salts decks, ramps
and slopes first, and a dose on a dry class 1 road is thrown off by traffic before the snow comes)."""
PRETREAT_GAP = 12 * 3600
TOO_WARM = 1.5
"""degC of road above which nothing is spread (MDSS)."""
WET = 0.1
"""kg/m2 of water from which a road is wet (setting; METRo keeps 0.2 on it)."""
REFREEZE = -1.0
"""degC of air ahead at which a wet road is expected to freeze (setting: roads are a degree warmer in the night)."""
RAIN_WASHES = 1.0
"""kg/m2 of rain in three hours that takes a dose off (setting; five times what a road holds, METRo)."""
FREEZING_RAIN = 1.25
"""Times the dose where rain falls on a road below 0 degC (MDSS)."""
BLOWING = ((10.8, 1), (13.9, 2), (17.2, 3))
"""(m/s of wind, k): a dose grows by 5 % k2 in blowing snow (MDSS; Beaufort 6, 7 and 8 are a setting)."""
DRIFTS, DRY_COLD = 8.0, -6.7
"""m/s of wind and degC of road: dry snow drifts over a road that colder than this is left bare of salt, which would
hold it (MDSS: plough only in cold and blowing snow; the wind is a setting, the cold MaineDOT's last but one band)."""
HARDPACK = 0.5
"""kg/m2 of ice that traffic notices."""

NONE, SPREAD, PLOUGH, BOTH, HAUL = range(5)
VERBS: tuple[tuple[Verb, ...], ...] = ((), ("spread",), ("plough",), ("plough", "spread"), ("haul",))
_VERBS = np.fromiter(VERBS, object, len(VERBS))
CALLED = (
    "pretreat", "freezing_rain", "bonding", "ice_to_melt", "hardpack", "refreeze", "snow_on_road", "end_of_storm",
    "salted_lately", "too_cold", "too_warm", "blowing_snow", "rain_washes", "bank_to_haul", "salted_bank",
)  # fmt: skip
"""Why something is done; the four before hauling also say why nothing is."""
SPARED = (
    "nothing_expected", "snow_ahead", "starts_as_rain", "rain_no_frost", "pretreated", "under_trigger", "within_limit",
    "hardpack_stays", "bank_waits",
)  # fmt: skip
"""Why nothing is done."""
REASONS = (*CALLED, *SPARED)
CODE = {name: code for code, name in enumerate(REASONS)}
_REASONS = np.array(REASONS, object)


@dataclass(frozen=True)
class Called:
    """What every segment calls for; (segments,) arrays."""

    treatment: np.ndarray
    """NONE, SPREAD, PLOUGH, BOTH or HAUL."""
    reason: np.ndarray
    """Code of ``REASONS``; of no meaning where nothing is called for."""
    dose: np.ndarray
    """kg/m2 that would be spread, whether it is called for or not; 0 where salt is of no use."""
    solid: np.ndarray
    """kg/m2 of snow and ice."""
    limit: np.ndarray
    """kg/m2 of it that the class may keep."""
    wanted: np.ndarray
    """bool: what lies there should be melted."""
    fresh: np.ndarray
    """bool: the last dose is not older than the gap between two."""
    drifting: np.ndarray
    """bool: too cold and windy for salt."""
    washed: np.ndarray
    """bool: rain will take a dose off."""


def snow_jobs(world: World, reported: Reported, deicer: Material) -> Jobs:
    """One row for each segment that needs treatment, most urgent class first by weight."""
    called = treat(world, reported, deicer)
    treatment = called.treatment
    chosen = np.flatnonzero(treatment)
    network = world.network
    severity = 0.25 + np.minimum(called.solid[chosen] / np.maximum(called.limit[chosen], 0.1), 4.0) / 2.0
    weight = CLASS_WEIGHT[network.priority[chosen] - 1] * severity
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
        rate=np.where(spreads(treatment[chosen]), called.dose[chosen], 0.0),
        crews=held[chosen],
        reason=tuple(_REASONS[called.reason[chosen]].tolist()),
    )


def spreads(treatment: np.ndarray) -> np.ndarray:
    """bool for each treatment: something is spread."""
    return (treatment == SPREAD) | (treatment == BOTH)


def treat(world: World, reported: Reported, deicer: Material) -> Called:
    """What the rules of practice call for on each segment, and why."""
    t, ahead, priority, bridge = world.t, world.ahead, world.network.priority, world.network.bridge
    road = reported.road_temperature
    solid = reported.snow + reported.ice
    limit = np.array(world.scenario.goals.clear_limit)[priority - 1]
    physics = world.scenario.physics.snow
    snowing = np.bool_(ahead.snowing)
    to_melt = physics.plough_residual if snowing else np.maximum(reported.ice, physics.plough_residual)
    dose = ice.dose(road, to_melt, deicer, physics)
    no, below = np.zeros(len(priority), bool), road <= 0
    glaze = below & (solid < PLOUGH_TRIGGER) if ahead.first == "rain" else no
    washed = ~below if ahead.rain >= RAIN_WASHES else no
    drifting = road < DRY_COLD if ahead.wind >= DRIFTS and snowing else no
    factor = 1 + 0.05 * max((k for wind, k in BLOWING if ahead.wind >= wind and snowing), default=0) ** 2
    if glaze.any() or factor > 1:
        dose = np.minimum(dose * np.where(glaze, factor * FREEZING_RAIN, factor), physics.maximum_dose)
    if drifting.any():
        dose = np.where(drifting, 0.0, dose)
    useful = (dose > 0) & ~washed

    trigger = np.where(snowing, PLOUGH_TRIGGER, np.minimum(limit, PLOUGH_TRIGGER))
    trigger = np.maximum(trigger, physics.plough_residual + PLOUGH_GAIN)
    gain = (
        np.maximum(reported.snow - physics.plough_residual, 0.0)
        + physics.plough_hardpack_share * reported.ice
    )
    above = (solid > limit) & (gain >= PLOUGH_GAIN) & ~snowing
    plough = (reported.snow >= trigger) | above
    since = t - world.last_spread
    fresh = since < SPREAD_GAP
    wanted = (solid >= SPREAD_TRIGGER) & ((solid > limit) | snowing | (priority <= 2))
    spread = wanted & useful & ~fresh
    thin = useful & (solid < SPREAD_TRIGGER) & (since > PRETREAT_GAP)
    pretreat = thin & bridge & (ahead.soon and ahead.first == "snow")
    heavy, salted = hauling.called_for(world)

    treatment, reason = np.zeros(len(priority), int), np.zeros(len(priority), int)

    def call(mask: np.ndarray, code: int, why: str) -> None:
        treatment[mask], reason[mask] = code, CODE[why]

    if not snowing:
        call(salted, HAUL, "salted_bank")
        call(heavy, HAUL, "bank_to_haul")
    if len(reported.film) and not ahead.soon and ahead.coldest <= REFREEZE:
        wet = thin & (reported.film >= WET) & ~below
        call(wet & ((priority <= 2) | bridge), SPREAD, "refreeze")
    call(pretreat, SPREAD, "bonding" if snowing else "pretreat")
    call(spread, SPREAD, "bonding" if snowing else "ice_to_melt")
    call(spread & (reported.ice >= HARDPACK) & (reported.ice > reported.snow), SPREAD, "hardpack")
    if glaze.any():
        call(glaze & useful & ((thin & (bridge | np.bool_(ahead.raining))) | spread), SPREAD, "freezing_rain")
    blade = plough & ~(useful & ~fresh)
    call(blade, PLOUGH, "salted_lately")
    call(blade & (road < deicer.floor), PLOUGH, "too_cold")
    call(blade & (road > TOO_WARM), PLOUGH, "too_warm")
    if drifting.any():
        call(blade & drifting, PLOUGH, "blowing_snow")
    if washed.any():
        call(blade & washed, PLOUGH, "rain_washes")
    both = plough & useful & ~fresh
    call(both, BOTH, "snow_on_road" if snowing else "end_of_storm")
    if not snowing:
        call(both & (reported.ice >= HARDPACK) & (reported.ice > reported.snow), BOTH, "hardpack")
    return Called(treatment, reason, dose, solid, limit, wanted, fresh, drifting, washed)


def spared(world: World, reported: Reported, deicer: Material, called: Called) -> np.ndarray:
    """(segments,) code of the reason why nothing is done, of no meaning where something is."""
    ahead, road = world.ahead, reported.road_temperature
    thin, wanted, coming = called.solid < SPREAD_TRIGGER, called.wanted, ahead.snowing or ahead.soon
    reason = np.full(len(road), CODE["nothing_expected"])
    cold, warm = road < deicer.floor, road > TOO_WARM
    icy = (reported.ice >= HARDPACK) & (reported.ice > reported.snow)
    starts = "under_trigger" if ahead.snowing else "snow_ahead" if ahead.soon else "nothing_expected"
    if ahead.first == "rain":
        starts = "starts_as_rain" if ahead.soon or ahead.coldest <= 0 else "rain_no_frost"
    pretreated = world.t - world.last_spread <= PRETREAT_GAP
    heavy, salted = hauling.called_for(world)
    rules = (
        (thin, starts),
        (~thin, "within_limit"),
        (wanted & called.washed, "rain_washes"),
        ((wanted | (thin & coming)) & cold, "too_cold"),
        ((~thin | bool(ahead.first)) & warm, "too_warm"),
        (wanted & called.drifting, "blowing_snow"),
        (wanted & cold & icy, "hardpack_stays"),
        (wanted & called.fresh & (called.dose > 0), "salted_lately"),
        (thin & coming & pretreated & world.network.bridge, "pretreated"),
        ((heavy | salted) & ahead.snowing, "bank_waits"),
    )
    for mask, why in rules:
        reason[mask] = CODE[why]
    return reason


def held_segments(world: World) -> np.ndarray:
    """(segments,) crews on each segment or on their way to it."""
    count = np.zeros(len(world.network), int)
    for (verb, target), holders in world.claims.items():
        if verb in ("plough", "spread", "haul") and target in world.network.segment_index:
            index = world.network.segment_index[target]
            count[index] = max(count[index], len(holders))
    return count
