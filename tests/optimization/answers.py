"""What every dispatcher and planner found by its folder answers: for tests that compare answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from optimization import dispatchers, planners
from optimization.plan import CannotPlan, Figures, Plan, Trials
from scenarios.load import load
from simulation.model import Scenario
from tests.optimization.test_dispatchers import busy, mixed

SMALL = {
    "storms": 2, "runs": 4, "test_members": 2, "nodes": 20, "first_members": 1, "value_members": 2, "keep": 3,
    "pairs_of": 2,
}  # fmt: skip
"""Options that make a planner quick, where it has them."""


def proposed(name: str, scenario: Scenario, trials: Trials, **options: Any) -> Plan | CannotPlan:
    """A planner's plan with quick options and these, or why there is none."""
    known = {f.name for f in fields(planners.planner(name).Options)}
    given = {**{k: v for k, v in SMALL.items() if k in known}, **options}
    try:
        plan = planners.planner(name).propose(scenario, trials, planners.planner(name).Options(**given))
    except CannotPlan as no:
        return no
    assert isinstance(plan, Plan)
    return plan


def without_seconds(found: Plan | CannotPlan) -> Any:
    """What must not depend on the machine's speed."""
    return (found.overrides, found.why, found.rows) if isinstance(found, Plan) else (found.key, found.gaps)


def by_formula(scenarios: Mapping[str, Scenario], seeds: Sequence[int]) -> dict[str, list[Figures]]:
    """Trials in which salt and machines help, the storm's snow and the seed do harm."""
    return {label: [_figures(scenario, seed) for seed in seeds] for label, scenario in scenarios.items()}


def _figures(scenario: Scenario, seed: int) -> Figures:
    salt = sum(s.amount for s in scenario.fleet.stock) / 1000
    relief = {t.id: t.relief for t in scenario.fleet.teams}
    power = sum(e.count * relief[e.team] for e in scenario.fleet.equipment)
    snow = sum(row.precipitation for row in scenario.storm.weather) * 1000
    unclear = (10.0 + snow) / (1.0 + salt) + 20.0 / (1.0 + power) + 0.01 * seed
    return {"unclear_km_h.p1": unclear, "clear_h.p1": unclear, "material_used_t.salt": min(salt, 20.0 + snow)}


def told() -> list[str]:
    """What every dispatcher orders in one situation, and what every planner proposes by made-up runs."""
    orders = [repr(list(dispatchers.make(n, mixed(), 3)(busy(mixed())))) for n in dispatchers.names()]
    snow = load("tiny/snow")
    return [*orders, *(repr(without_seconds(proposed(n, snow, by_formula))) for n in planners.names())]
