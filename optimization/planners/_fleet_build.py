"""Fleets of other sizes: machines of each kind shared out to the rows that have them, and the people they take."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimization.planners._changes import changed
from optimization.planners._fleet_goals import HOUR, Fleet, Limit
from optimization.planners._roster_demand import round_hours
from simulation.command import level_schedule
from simulation.model import Equipment, Kind, Name, Scenario, Verb
from simulation.network import Network
from simulation.weather import hourly_snowfall
from simulation.work import HAZARD_VERBS

SERVED = 0.95
"""Share of a class's lane length that makes it served (``results.metrics.CLEAR_SHARE``)."""


@dataclass(frozen=True)
class Planned:
    """A kind of machine whose number is planned."""

    kind: Kind
    rows: tuple[Equipment, ...]
    """Of the kind, with teams that are trained for it."""

    @property
    def now(self) -> int:
        """Machines there are."""
        return sum(row.count for row in self.rows)

    @property
    def name(self) -> Name:
        """What the kind is called."""
        return self.kind.name

    def shared(self, count: int) -> dict[str, int]:
        """So many machines by row, in the proportion of those there are (Webster's divisors: with more machines no
        row gets fewer); where there are none, in turn."""
        given = dict.fromkeys((row.id for row in self.rows), 0)
        for _ in range(count):
            row = max(self.rows, key=lambda r: max(r.count, 0.1) / (2 * given[r.id] + 1))
            given[row.id] += 1
        return given


def planned(scenario: Scenario) -> list[Planned]:
    """Kinds that the scenario's hazards ask for and that some team uses, in the order of the equipment table."""
    kinds = {k.id: k for k in scenario.fleet.kinds}
    skills = {t.id: t.skills for t in scenario.fleet.teams}
    asked = frozenset[Verb]().union(*(HAZARD_VERBS[h] for h in scenario.hazards))
    rows: dict[str, list[Equipment]] = {}
    for row in scenario.fleet.equipment:
        if asked.intersection(kinds[row.kind].abilities, skills[row.team]):
            rows.setdefault(row.kind, []).append(row)
    return [Planned(kinds[kind], tuple(some)) for kind, some in rows.items() if sum(r.count for r in some)]


class Builder:
    """Scenarios with other fleets; each is made once."""

    def __init__(self, scenario: Scenario, kinds: Sequence[Planned]) -> None:
        self.scenario, self.kinds = scenario, kinds
        self._made: dict[Fleet, Scenario] = {}

    @property
    def now(self) -> Fleet:
        """The fleet there is."""
        return tuple(kind.now for kind in self.kinds)

    def __call__(self, fleet: Fleet) -> Scenario:
        """The scenario with a fleet."""
        if fleet not in self._made:
            self._made[fleet] = changed(self.scenario, self.overrides(fleet))
        return self._made[fleet]

    def overrides(self, fleet: Fleet) -> dict[str, Any]:
        """What a fleet changes: counts, and people where its machines need more than there are."""
        counts = {
            row: n for kind, n in zip(self.kinds, fleet, strict=True) for row, n in kind.shared(n).items()
        }
        now = {row.id: row.count for row in self.scenario.fleet.equipment}
        found: dict[str, Any] = {
            f"fleet.equipment.{row}.count": n for row, n in counts.items() if n != now[row]
        }
        found |= {f"fleet.teams.{team}.people": n for team, n in self.people(counts).items()}
        return found

    def people(self, counts: Mapping[str, int]) -> dict[str, int]:
        """People that teams need for these counts where they have fewer: every shift mans every machine."""
        fleet = self.scenario.fleet
        kinds = {k.id: k for k in fleet.kinds}
        asked = frozenset[Verb]().union(*(HAZARD_VERBS[h] for h in self.scenario.hazards))
        need = dict.fromkeys((t.id for t in fleet.teams), 0)
        for row in fleet.equipment:
            if not asked.isdisjoint(kinds[row.kind].abilities):
                need[row.team] += counts.get(row.id, row.count) * kinds[row.kind].crew
        return {t.id: t.relief * need[t.id] for t in fleet.teams if t.relief * need[t.id] > t.people}


@dataclass(frozen=True)
class Bound:
    """How many machines the first pass of a class takes at the least: no road is served before somebody drives it."""

    priority: int
    seconds: float
    """From the first call-out, or the first snow where that is earlier, until the pass is due."""
    share: np.ndarray
    """(kinds,) of the class and those above it that one machine of a kind serves in that time, driving nothing else."""

    def holds(self, fleet: Fleet) -> bool:
        """Whether a fleet is not too small for it."""
        return float(self.share @ np.array(fleet)) >= SERVED


def bounds(scenario: Scenario, kinds: Sequence[Planned], limits: Mapping[str, Limit]) -> list[Bound]:
    """A bound for each class that has a goal for its first pass: lane passes x length over speed x hours."""
    network = Network(scenario.city.segments)
    fallen = hourly_snowfall(scenario.storm, scenario.physics.snow, scenario.duration)
    snow = HOUR * next((h for h, mm in enumerate(fallen) if mm > 0), 0)
    called = min((t for t, level in level_schedule(scenario) if level), default=0)
    found = []
    hours = np.zeros(len(kinds))
    for p in sorted(set(network.priority.tolist())):
        hours = hours + [_least_hours(network, kind.kind, p) for kind in kinds]
        limit = limits.get(f"first_pass_h.p{p}")
        if limit is not None:
            time = limit.most * HOUR + max(0.0, snow - called)
            share = np.divide(time / HOUR, hours, out=np.zeros(len(kinds)), where=np.isfinite(hours))
            found.append(Bound(p, time, share))
    return found


def _least_hours(network: Network, kind: Kind, priority: int) -> float:
    """h of one machine for a pass over a class in the way that takes it least; inf where it makes none."""
    ways = [
        hours
        for verb in ("plough", "spread")
        if verb in kind.abilities and (hours := round_hours(network, kind, priority, verb == "plough"))
    ]
    return min(ways, default=math.inf)
