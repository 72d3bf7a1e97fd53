"""Site work: which crew at which standing place (pump, clear inlets, sandbag, close, guard), as a table.

Worth falls with every crew that is already there: a pump is worth the share of the water still without a
pump that it moves in an hour; any other work needs one crew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimization.ground import Ground
from simulation.model import Verb
from simulation.situation import CrewReport, Situation
from simulation.work import ROAD_VERBS

HOUR = 3600.0


@dataclass(frozen=True)
class Sites:
    """Site jobs and the crews that could go; arrays over c crews and n jobs."""

    crews: tuple[CrewReport, ...]
    rows: np.ndarray
    """(n,) rows of ``Jobs``."""
    verbs: tuple[Verb, ...]
    """Leading verb of each job."""
    weight: np.ndarray
    """(n,) urgency."""
    need: np.ndarray
    """(n,) what is left to do: share of a crew for most work, m3/s for pumps."""
    power: np.ndarray
    """(c, n) what a crew takes off ``need``; 0 where it cannot do the job."""
    delay: np.ndarray
    """(c, n) s of drive and set-up; inf where there is no way or the duty time does not reach."""

    def worth(self, need: np.ndarray) -> np.ndarray:
        """(c, n) worth of sending each crew to each job when ``need`` is left."""
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(self.need > 0, np.minimum(self.power, need) / self.need, 0.0)
        return np.where(np.isfinite(self.delay), self.weight * share / (1 + self.delay / HOUR), 0.0)


def sites(ground: Ground, situation: Situation, idle: list[CrewReport]) -> Sites | None:
    """The site jobs of a situation beside the idle crews that can do one of them; None where none can."""
    jobs = situation.jobs
    by_verbs = {v[0]: rows for v, rows in jobs.by_verbs.items() if v[0] not in ROAD_VERBS}
    rows = sorted(int(r) for some in by_verbs.values() for r in some)
    lead = [jobs.verbs[r][0] for r in rows]
    crews = [c for c in idle if any(v in by_verbs for v in c.verbs)]
    if not crews or not rows:
        return None
    busy = _pumping(ground, situation)
    need = np.array([_need(ground, situation, r, busy) for r in rows])
    verbs = sorted(set(lead))
    by_verb = np.array([[_power(ground, situation, crew, verb) for verb in verbs] for crew in crews])
    power = by_verb[:, [verbs.index(verb) for verb in lead]]
    delay = np.full(power.shape, np.inf)
    place = jobs.place[rows]
    for i, crew in enumerate(crews):
        if (power[i] * need).any():
            delay[i] = situation.travel_times(crew.node)[place] + ground.kinds[crew.kind].setup
            delay[i][delay[i] > crew.duty_left] = np.inf
    return Sites(tuple(crews), np.array(rows), tuple(lead), jobs.weight[rows], need, power, delay)


def _pumping(ground: Ground, situation: Situation) -> dict[str, float]:
    """m3/s of mobile pumps that are at each target or on the way."""
    rate: dict[str, float] = {}
    for crew in situation.crews:
        if "pump" in crew.verbs:
            for target in crew.targets:
                kind = ground.kinds[crew.kind]
                rate[target] = rate.get(target, 0.0) + kind.pump_rate * kind.pump_yield
    return rate


def _need(ground: Ground, situation: Situation, row: int, pumping: dict[str, float]) -> float:
    jobs = situation.jobs
    if jobs.verbs[row][0] == "pump":
        return max(0.0, float(jobs.need[row]) / HOUR - pumping.get(jobs.target[row], 0.0))
    return 0.0 if jobs.crews[row] else 1.0


def _power(ground: Ground, situation: Situation, crew: CrewReport, verb: Verb) -> float:
    """What a crew takes off the need of a site that asks for ``verb``."""
    kind = ground.kinds[crew.kind]
    if verb not in crew.verbs:
        return 0.0
    if verb == "pump":
        return kind.pump_rate * kind.pump_yield
    if verb == "sandbag" and crew.load <= 0 and not ground.has_stock(crew, situation):
        return 0.0
    return 1.0
