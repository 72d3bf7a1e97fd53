"""Storms of a season, run with today's resources, and the same storms with something changed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from results.goals import Goal, goals
from results.language import Both
from results.metrics import Figures, metrics, precipitation_end, sites
from simulation.model import HazardName, Place, Scenario
from simulation.record import Run
from simulation.weather import WeatherSeries

VERBS: dict[HazardName, frozenset[str]] = {
    "water": frozenset(("pump", "clear_inlet", "sandbag", "close", "guard")),
    "snow": frozenset(("plough", "spread", "haul", "clear_footway")),
}
"""The work that a hazard asks for."""


@dataclass(frozen=True, eq=False)
class Storm:
    """A storm of the page and what became of it."""

    label: str
    name: Both
    run: Run
    figures: Figures
    goals: list[Goal]
    amount: float
    """mm of melted precipitation."""
    onset: float
    """Second at which precipitation begins."""

    @classmethod
    def of(cls, label: str, run: Run) -> Storm:
        """A run under its label, judged."""
        reached = metrics(run)
        amount, onset = fallen(run.scenario)
        name = Both.of(run.scenario.storm.name)
        return cls(label, name, run, reached, goals(run, reached), amount, onset)

    @property
    def hazard(self) -> HazardName:
        """Snow where the run reckons with it, else water."""
        return "snow" if "snow" in self.run.fields else "water"

    @property
    def missed(self) -> list[Goal]:
        """Goals that were judged and missed."""
        return [goal for goal in self.goals if goal.met is False]

    @property
    def met(self) -> list[Goal]:
        """Goals that were judged and met."""
        return [goal for goal in self.goals if goal.met]

    @property
    def open(self) -> list[Goal]:
        """Goals that the run was too short to judge."""
        return [goal for goal in self.goals if goal.met is None]

    @property
    def stopped(self) -> float:
        """Second at which precipitation ends."""
        return precipitation_end(self.run)


def storms_of(runs: Sequence[tuple[str, Run]]) -> list[Storm]:
    """Rain before snow, the lighter before the heavier; a label stands for the name where two storms share it.

    Raises ValueError where there is no storm at all.
    """
    if not runs:
        raise ValueError("a readiness page needs at least one storm")
    storms = [Storm.of(label, run) for label, run in runs]
    names = [storm.name for storm in storms]
    told = [
        s if names.count(s.name) == 1 else Storm(**{**vars(s), "name": Both.same(s.label)}) for s in storms
    ]
    return sorted(told, key=lambda s: (s.hazard != "water", s.amount))


def fallen(scenario: Scenario) -> tuple[float, float]:
    """mm of melted precipitation in the run, and the second at which it begins (the end of a dry run)."""
    series = WeatherSeries(scenario.storm, scenario.physics.snow)
    rates = [(t, series.over(t, 300)) for t in range(0, math.ceil(scenario.duration), 300)]
    wet = [(t, now.rain + now.snowfall) for t, now in rates if now.rain + now.snowfall > 0]
    return 300 * sum(rate for _, rate in wet), float(wet[0][0] if wet else scenario.duration)


class Trial(NamedTuple):
    """A storm run again with something changed."""

    storm: Storm
    key: str
    """Key of the remedy."""
    change: Both
    """What was changed, with amounts."""
    brief: Both
    """The same in a few words."""
    figures: Figures
    goals: list[Goal]
    flooded: tuple[Place, ...]
    """Sites that were over the depth limit all the same."""

    @classmethod
    def of(cls, storm: Storm, key: str, change: Both, brief: Both, run: Run) -> Trial:
        """What became of the run; the run itself is not kept."""
        reached = metrics(run)
        limit = run.scenario.goals.depth_limit
        flooded = tuple(site.place for site in sites(run) if site.depth.max(initial=0) > limit)
        return cls(storm, key, change, brief, reached, goals(run, reached), flooded)

    @property
    def missed(self) -> list[Goal]:
        """Goals that were missed all the same."""
        return [goal for goal in self.goals if goal.met is False]

    @property
    def gain(self) -> float:
        """Share of the overrun of all missed goals that the change took away; below 0 where it made it worse."""
        before = overrun(self.storm.goals)
        return 1 - overrun(self.goals) / before if before else 0.0


MOST_OVER = 3.0
"""Overrun that counts for a goal that was never reached, in times what is allowed (a setting)."""


def overrun(judged: Sequence[Goal]) -> float:
    """By how many times what is allowed the missed goals were overrun, summed; counts where none is allowed
    go by their square root, so that ten sites do not outweigh all else."""
    total = 0.0
    for goal in judged:
        if goal.met is not False:
            continue
        if goal.reached is None:
            total += MOST_OVER
        elif goal.target:
            total += min(MOST_OVER, goal.reached / goal.target - 1)
        else:
            total += float(np.sqrt(goal.reached))
    return total


def to_try(storms: Sequence[Storm]) -> list[Storm]:
    """The lightest and the heaviest storm of each hazard that missed a goal: where help would begin to tell,
    and whether it would still tell in the worst."""
    chosen: list[Storm] = []
    for hazard in VERBS:
        failed = [s for s in storms if s.hazard == hazard and s.missed]
        chosen += failed[:1] + failed[1:][-1:]
    return chosen


def listed(items: Sequence[Both], parts: str = "、, ") -> Both:
    """A list in a sentence; ``parts`` is the sign between two in Chinese, then that in English."""
    return Both(parts[0].join(i.zh for i in items), parts[1:].join(i.en for i in items))


CLAUSES = "；; "
"""Between things that have commas in themselves."""
