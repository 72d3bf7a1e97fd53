"""Barriers by the police: roads shut where no crew is free to do it, and opened when the water is gone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulation.model import Scenario
from simulation.orders import Assign, Close, Open
from simulation.situation import Situation

AGAIN = 3600
"""s after which an order that is still called for is given again."""
DRY = 0.05
"""m of reported water below which a road may open (setting: half of the 10 cm at which it is watched)."""
DRY_SPELL = 1.0
"""kg/m2 of precipitation in the whole forecast below which no more water is expected (setting)."""


class Barriers:
    """Remembers what was ordered. The same second gives the same orders however often it is asked, and a
    session that goes back in time is told again."""

    def __init__(self, scenario: Scenario) -> None:
        self._respond = scenario.respond
        self._ponds = np.array([s.low_point is not None for s in scenario.city.segments])
        self._told: dict[tuple[type, str], int] = {}

    def __call__(
        self,
        situation: Situation,
        assigned: Sequence[Assign],
        beforehand: Sequence[str] = (),
        safe: Sequence[str] = (),
    ) -> list[Close | Open]:
        """Police orders beside what crews are ``assigned`` to; none where nobody responds. ``beforehand``: roads to
        shut that no report calls for yet; ``safe``: roads to open though more rain may come."""
        if not self._respond:
            return []
        filling = dict.fromkeys([*_filling(situation, assigned), *beforehand])
        shut = self._due(situation.t, Close, list(filling))
        clear = self._due(situation.t, Open, list(dict.fromkeys([*self._dry(situation), *safe])))
        return [*(Close((target,)) for target in shut), *(Open((target,)) for target in clear)]

    def _due(self, t: int, order: type, targets: list[str]) -> list[str]:
        due = [s for s in targets if not 0 < t - self._told.get((order, s), t) < AGAIN]
        self._told.update({(order, s): t for s in due})
        return due

    def _dry(self, situation: Situation) -> list[str]:
        """Closed roads with a low point that were seen dry within the hour, when no more rain is forecast."""
        outlook, reported = situation.forecast, situation.reported
        if float(outlook.precipitation.sum()) * 3600.0 > DRY_SPELL:
            return []
        fresh = reported.seen >= max(0, situation.t - 3600)
        dry = np.flatnonzero(reported.closed & self._ponds & fresh & (reported.water_depth < DRY))
        return [situation.network.segments[i].id for i in dry]


def _filling(situation: Situation, assigned: Sequence[Assign]) -> list[str]:
    """Roads that a job wants closed and nobody is on the way to."""
    jobs = situation.jobs
    taken = {target for order in assigned if "close" in order.verbs for target in order.targets}
    return [
        jobs.target[r]
        for r in range(len(jobs))
        if jobs.verbs[r][0] == "close" and not jobs.crews[r] and jobs.target[r] not in taken
    ]
