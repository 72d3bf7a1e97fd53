"""Trials for planners' tests: real runs of a scenario, and made-up ones that answer by a formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from optimization.dispatchers import greedy
from optimization.plan import Figures, Plan
from results import planning as shown
from results.metrics import metrics
from simulation.engine import run
from simulation.model import Scenario


class Made:
    """Answers by a formula of scenario and seed, and counts what it was asked."""

    def __init__(self, formula: Callable[[Scenario, int], Figures]) -> None:
        self.formula, self.asked = formula, list[tuple[Scenario, int]]()

    def __call__(self, scenarios: Mapping[str, Scenario], seeds: Sequence[int]) -> dict[str, list[Figures]]:
        self.asked += [(scenario, seed) for scenario in scenarios.values() for seed in seeds]
        return {
            label: [self.formula(scenario, seed) for seed in seeds] for label, scenario in scenarios.items()
        }


class Real:
    """Runs each scenario with each seed once, with the greedy dispatcher."""

    def __init__(self) -> None:
        self.figures: dict[tuple[str, int], Figures] = {}

    def __call__(self, scenarios: Mapping[str, Scenario], seeds: Sequence[int]) -> dict[str, list[Figures]]:
        return {label: [self._run(scenario, seed) for seed in seeds] for label, scenario in scenarios.items()}

    def _run(self, scenario: Scenario, seed: int) -> Figures:
        key = scenario.digest(), seed
        if key not in self.figures:
            self.figures[key] = metrics(run(scenario, seed, greedy.make(scenario, seed)))
        return self.figures[key]


def speaks(scenario: Scenario, plan: Plan) -> list[str]:
    """All its reasons in English; a sentence or gap that is missing in either language raises."""
    said = [shown.reason(scenario, reason.key, reason.gaps) for reason in plan.why]
    assert not any("{" in text.zh + text.en for text in said)
    return [text.en for text in said]
