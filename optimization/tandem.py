"""Tandem: two ploughs abreast on a wide road, where that clears it sooner than each on a road of its own.

Two tours that were handed out in one decision are joined where both lead along wide roads: both crews get both
tours, one after the other, and share the lanes of every road (``simulation.roadwork``). What is left half done at
any time is less, and what is worth most is done in half the time; against that stand the way to the partner's roads
and an odd lane that one of them drives alone. The tours' own measure decides: worth, less for what comes late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from optimization.ground import DETOUR
from optimization.tours import PATIENCE, Tour, Tours, treatment_seconds
from simulation.roadwork import side_by_side
from simulation.situation import CrewReport

Given = list[tuple[CrewReport, Tour]]
GAIN = 1.01
"""Times the worth of two tours that they must be worth together to be joined (setting: with 1 a heavy snowfall leaves
4 % more kilometre-hours of road that is not clear, with 1.03 hardly a pair is left)."""


def in_pairs(tours: Tours, given: Given) -> Given:
    """The same tours, some joined for two crews: the pair that gains most first."""
    wide = [i for i, (_, tour) in enumerate(given) if _wide(tours, tour)]
    found = []
    for k, i in enumerate(wide):
        for j in wide[k + 1 :]:
            joint = _joined(tours, given[i], given[j])
            apart = given[i][1].value + given[j][1].value
            if joint is not None and joint.value > GAIN * apart:
                found.append((joint.value - apart, -i, -j, joint))
    paired: dict[int, Tour] = {}
    for _, i, j, joint in sorted(found, key=lambda one: one[:3], reverse=True):
        if -i not in paired and -j not in paired:
            paired[-i] = paired[-j] = joint
    return [(crew, paired.get(i, tour)) for i, (crew, tour) in enumerate(given)]


def _wide(tours: Tours, tour: Tour) -> bool:
    """Ploughing along roads that take two abreast all along, without loading first."""
    network, segment = tours.situation.network, tours.situation.jobs.segment
    return (
        "plough" in tour.verbs
        and tour.depot < 0
        and all(side_by_side(network, int(segment[row])) >= 2 for row in tour.rows)
    )


def _joined(tours: Tours, one: tuple[CrewReport, Tour], other: tuple[CrewReport, Tour]) -> Tour | None:
    """Both tours for both crews, in the better order; None where they do not go together."""
    (a, tour_a), (b, tour_b) = one, other
    mass = (tour_a.material + tour_b.material) / 2
    if a.kind != b.kind or tour_a.verbs != tour_b.verbs or min(a.load, b.load) < mass:
        return None
    choices = [
        _abreast(tours, (a, b), tour_a, rows)
        for rows in (tour_a.rows + tour_b.rows, tour_b.rows + tour_a.rows)
    ]
    best = max(choices, key=lambda tour: tour.value)
    return replace(best, material=mass) if best.seconds <= min(a.duty_left, b.duty_left) else None


def _abreast(tours: Tours, crews: tuple[CrewReport, CrewReport], like: Tour, rows: Sequence[int]) -> Tour:
    """Two crews through the rows in this order, side by side."""
    ground, situation = tours.ground, tours.situation
    chosen = np.array(rows)
    segment = situation.jobs.segment[chosen]
    kind = ground.kinds[crews[0].kind]
    alone = treatment_seconds(ground, situation, kind, like.verbs, chosen)
    strips = ground.strips(kind, ploughing=True)[segment]
    seconds = alone * np.ceil(strips / 2) / strips
    value = tours.worth(like.verbs, chosen)
    pace = DETOUR / min(kind.travel_speed, tours.flow)
    ends = np.array([ground.tail[segment], ground.head[segment]])
    x, y, oneway = ground.x[ends], ground.y[ends], ground.oneway[segment]
    worth, after, drive_in, here = [], 0.0, 0.0, np.array([c.node for c in crews])
    at = [(float(ground.x[n]), float(ground.y[n])) for n in here]
    for k in range(len(rows)):
        ways = np.array([np.hypot(x[:, k] - px, y[:, k] - py) * pace for px, py in at])
        enter = 0 if oneway[k] or ways[:, 0].max() <= ways[:, 1].max() else 1
        first, last = after + ways[:, enter].min(), after + ways[:, enter].max()
        if not k:
            drive_in = float(last)
        done_alone = min(1.0, (last - first) / max(float(alone[k]), 1.0))
        after = float(last + (1.0 - done_alone) * seconds[k]) if done_alone < 1 else float(first + alone[k])
        worth.append(float(value[k]) / (1.0 + after / PATIENCE))
        at = [(float(x[1 - enter, k]), float(y[1 - enter, k]))]
    return replace(like, rows=tuple(rows), worth=tuple(worth), drive=drive_in, seconds=after)
