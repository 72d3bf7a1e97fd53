"""How much of each material in which yard (thin: the same share for each yard's crews)."""

from __future__ import annotations

from dataclasses import dataclass

from optimization.plan import CannotPlan, Plan, Trials
from simulation.model import Scenario


@dataclass(frozen=True)
class Options:
    """What may be asked."""

    budget: float = 0.0
    """CNY to spend."""
    seed: int = 0


def propose(scenario: Scenario, trials: Trials, options: Options) -> Plan:
    """Move the stock to where hoppers are."""
    kinds = {k.id: k for k in scenario.fleet.kinds}
    teams = {t.id: t for t in scenario.fleet.teams}
    hoppers: dict[str, float] = {}
    for row in scenario.fleet.equipment:
        if "spread" in kinds[row.kind].abilities and "spread" in teams[row.team].skills:
            depot = row.depot or teams[row.team].depot
            hoppers[depot] = hoppers.get(depot, 0.0) + row.count * kinds[row.kind].hopper
    total = sum(hoppers.values())
    if not total:
        raise CannotPlan("stock.nothing")
    rows, overrides = [], {}
    for material in {m.id: m for m in scenario.fleet.materials if m.use == "deicer"}:
        held = {s.depot: s.amount for s in scenario.fleet.stock if s.material == material}
        whole = sum(held.values())
        for yard in scenario.fleet.depots if whole else ():
            then = round(whole * hoppers.get(yard.id, 0.0) / total / 1000, 1)
            now = held.get(yard.id, 0.0)
            if abs(1000 * then - now) > 1:
                overrides[f"fleet.stock.{yard.id}:{material}.amount_t"] = then
                rows.append({"depot": yard.id, "material": material, "now_kg": now, "then_kg": 1000 * then,
                             "change_signed_kg": 1000 * then - now})  # fmt: skip
    return Plan(overrides, (), rows=tuple(rows))
