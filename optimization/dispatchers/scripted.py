"""The plan book: each step is handed out at its time; crews without a step left stand by."""

from __future__ import annotations

from optimization.decision import Decision
from simulation.model import Scenario
from simulation.orders import Assign
from simulation.situation import Situation

CANNOT_HEAR = ("off", "mustering", "rest", "broken", "absent")
"""Activities in which a crew takes no order; its step waits."""


class Scripted:
    """Hands out ``Scenario.plan_book``. A crew that is at work changes over, as the book says; of several
    steps that fell due while a crew could take no order, the last holds. What the engine refuses stays
    refused: a plan book does not think.

    A step counts as handed out from the second after it was, so the same situation gives the same orders
    however often it is asked, and an exercise that goes back in time gets its steps again.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.decisions: list[Decision] = []
        self._steps = sorted(scenario.plan_book, key=lambda step: step.t)
        self._handed: dict[int, int] = {}

    def __call__(self, situation: Situation) -> list[Assign]:
        deaf = {c.id for c in situation.crews if c.activity in CANNOT_HEAR}
        due: dict[str, Assign] = {}
        for number, step in enumerate(self._steps):
            if step.t > situation.t:
                break
            if step.crew not in deaf and self._handed.get(number, situation.t) >= situation.t:
                self._handed[number] = situation.t
                due[step.crew] = Assign(step.crew, step.verbs, step.targets)
        orders = list(due.values())
        if orders:
            self.decisions.append(Decision(situation.t, tuple(orders), "rule"))
        return orders


def make(scenario: Scenario, seed: int = 0) -> Scripted:
    """A dispatcher that follows the scenario's plan book; ``seed`` is not used."""
    return Scripted(scenario)
