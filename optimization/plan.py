"""What a planner proposes before a season, and how it tries it out.

A planner is a module in ``optimization/planners`` with ``propose(scenario, trials, options) -> Plan``. It knows the
scenario and may run storms through ``trials``; whoever calls it supplies those (this room knows no metrics).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from optimization.solver import Outcome
from simulation.model import Scenario

Figures = Mapping[str, float | None]
"""Metrics of a run by their stable names; None where a state was never reached (worse than any number)."""


class Trials(Protocol):
    """Runs scenarios and gives their figures: by label, one a seed, in the order of the seeds.

    The same seed meets the same weather and luck under every label, so differences are paired.
    """

    def __call__(
        self, scenarios: Mapping[str, Scenario], seeds: Sequence[int]
    ) -> Mapping[str, Sequence[Figures]]: ...


@dataclass(frozen=True)
class Reason:
    """One thing that a plan rests on: a sentence ``why.<key>`` of the language files, and what fills its gaps."""

    key: str
    gaps: Mapping[str, Any] = field(default_factory=dict)
    """Numbers in SI units and ids of nouns; whoever shows them gives units and names."""


@dataclass(frozen=True)
class Plan:
    """What to change, why, and what the solver said of it."""

    overrides: Mapping[str, Any]
    """Path -> value in the scenario file's grammar and units, such as ``fleet.stock.north:salt.amount_t: 60``."""
    why: tuple[Reason, ...]
    """What binds, what one more unit of it would bring, the runner-up, what would change the answer."""
    outcome: Outcome | None = None
    """None where no solver was asked."""
    rows: tuple[Mapping[str, Any], ...] = ()
    """The plan as a table, one row a thing that is placed, bought, rostered or funded."""
