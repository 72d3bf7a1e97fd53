"""Changes to a scenario that ought to help: more material, more teams, an earlier order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optimization.dispatchers import make
from results.metrics import metrics
from simulation.engine import run
from simulation.hazards.advice import CLASS_WEIGHT
from simulation.model import Command, LevelChange, Scenario
from simulation.record import Run

SEED = 1


def played(scenario: Scenario, dispatcher: str = "greedy", seed: int = SEED) -> Run:
    """The whole storm under a dispatcher."""
    return run(scenario, seed, make(dispatcher, scenario, seed))


@dataclass(frozen=True)
class Trouble:
    """Sums over a storm in km h."""

    unclear: float
    """Roads with more snow and ice than their goal."""
    weighted: float
    """The same, weighted by class as crews are sent."""
    main_roads: float
    """The same for classes 1 and 2 alone, unweighted."""
    under_water: float
    """Roads under more than 15 cm."""


def trouble(scenario: Scenario, seeds: Sequence[int]) -> Trouble:
    """What a storm leaves when the greedy dispatcher fights it, on the mean over members.

    One member alone says little: with five crews, which truck fails when moves the sums by 4 %.
    """
    members = [metrics(played(scenario, seed=seed)) for seed in seeds]
    unclear = [_mean(members, f"unclear_km_h.p{p}") for p in (1, 2, 3, 4)]
    return Trouble(
        unclear=_mean(members, "unclear_km_h"),
        weighted=sum(float(w) * u for w, u in zip(CLASS_WEIGHT, unclear, strict=True)),
        main_roads=unclear[0] + unclear[1],
        under_water=_mean(members, "depth_over_15cm_km_h"),
    )


def _mean(members: Sequence[dict[str, float | None]], name: str) -> float:
    return sum(float(m.get(name) or 0.0) for m in members) / len(members)


def with_more_stock(scenario: Scenario) -> Scenario:
    """Twice of every material in every yard."""
    stock = tuple(s.model_copy(update={"amount": 2 * s.amount}) for s in scenario.fleet.stock)
    return _with_fleet(scenario, stock=stock)


def with_more_teams(scenario: Scenario) -> Scenario:
    """Half as many machines and people again in every row, rounded up."""
    equipment = tuple(
        e.model_copy(update={"count": e.count + (e.count + 1) // 2}) for e in scenario.fleet.equipment
    )
    teams = tuple(t.model_copy(update={"people": 2 * t.people}) for t in scenario.fleet.teams)
    return _with_fleet(scenario, equipment=equipment, teams=teams)


def with_earlier_order(scenario: Scenario) -> Scenario:
    """Level I from the first second."""
    command = Command.model_validate(
        {**scenario.command.model_dump(), "timeline": (LevelChange(t=0, level="I"),)}
    )
    return scenario.model_copy(update={"command": command})


def _with_fleet(scenario: Scenario, **changes: Any) -> Scenario:
    return scenario.model_copy(update={"fleet": scenario.fleet.model_copy(update=changes)})


CHANGES = {
    "more stock": with_more_stock,
    "more teams": with_more_teams,
    "an earlier order": with_earlier_order,
}

LOCAL_STREETS_WAIT = {
    ("jinshui/blizzard", None, "an earlier order"),
}
"""Where an earlier order makes the plain sum of kilometre-hours worse, and why.

Salt is short and hardpack needs several passes. Crews that start with the first flake spread their rounds
on classes 1 and 2 over hours; those are better for it, but some main road is always due again, so local
streets get their one pass after the storm instead of at its end. Crews that start late go round the main
roads once, find none due, and clear local streets for good just as the snow stops.
"""
