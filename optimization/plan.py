"""What a planner proposes before a season, and how it tries it out.

A planner is a module in ``optimization/planners`` with ``Options``, a frozen dataclass of what may be asked of it,
and ``propose(scenario, trials, options) -> Plan``. It knows the scenario and may run storms through ``trials``;
whoever calls it supplies those (this room knows no metrics). What makes no sense it refuses with ``CannotPlan``.

What a caller does with a plan: lays its overrides on the scenario, runs both over storms and seeds that the planner
was not given, and keeps the overrides only where ``burden`` falls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from optimization.solver import Outcome
from simulation.hazards.advice import CLASS_WEIGHT
from simulation.model import Scenario

Figures = Mapping[str, float | None]
"""Metrics of a run by their stable names; None where a state was never reached (worse than any number)."""


class Trials(Protocol):
    """Runs scenarios and gives their figures: by label, one a seed, in the order of the seeds.

    The same seed meets the same weather and luck under every label, so differences are paired. What was run once
    (the same scenario with the same seed) is not run again.
    """

    def __call__(
        self, scenarios: Mapping[str, Scenario], seeds: Sequence[int]
    ) -> Mapping[str, Sequence[Figures]]: ...


class CannotPlan(ValueError):
    """A question that a planner cannot answer: the sentence ``refused.<key>`` of the language files, what fills its
    gaps, and ``refused.<key>_hint`` as what to do about it. Keys begin with the planner's name: ``stock.nothing``.
    ``why`` is what does not go together (``optimization.explain``), where that is the reason."""

    def __init__(self, key: str, why: Sequence[Reason] = (), /, **gaps: Any) -> None:
        self.key, self.why, self.gaps = key, tuple(why), gaps
        super().__init__(f"{key} {gaps}" if gaps else key)


@dataclass(frozen=True)
class Reason:
    """One thing that a plan rests on: a sentence ``why.<key>`` of the language files, and what fills its gaps.

    Keys begin with the planner's name: ``stock.budget_binds``.
    """

    key: str
    gaps: Mapping[str, Any] = field(default_factory=dict)
    """Numbers in SI units, ids of nouns, or ``Name``s; whoever shows them gives units and names. The end of a gap's
    name tells the unit of a number: ``_kg`` (shown in t), ``_s`` (h or min), ``_m`` (km), ``_m3``, ``_cny``, ``_kmh``
    (km of road x h), ``_share`` (0-1, shown in %), ``_n`` (a count) or none of these (a bare figure); ``_signed``
    before it shows the sign (``change_signed_kmh``). An id (or a tuple of ids) becomes the name of what it names."""


@dataclass(frozen=True)
class Curve:
    """Weighted burden that is left against money."""

    steps: tuple[tuple[float, float], ...]
    """(CNY, km h) of the sets that no cheaper set equals, by rising cost, as reckoned; the first spends nothing."""
    tried: tuple[tuple[float, float, float], ...]
    """(CNY, km h, half of its 90 % interval) of sets that were run, the one that is proposed first."""
    budget: float
    """CNY"""


@dataclass(frozen=True)
class Plan:
    """What to change, why, and what the solver said of it."""

    overrides: Mapping[str, Any]
    """Path -> value in the scenario file's grammar and units, such as ``fleet.stock.north:salt.amount_t: 60``. Empty
    where the best is to leave everything as it is."""
    why: tuple[Reason, ...]
    """What binds, what one more unit of it would bring, the runner-up, what would change the answer."""
    outcome: Outcome | None = None
    """None where no solver was asked."""
    rows: tuple[Mapping[str, Any], ...] = ()
    """The plan as a table, one row a thing that is placed, bought, rostered or funded. Keys are those of its columns,
    ``plan_column.<key>`` in the language files; values and units as in ``Reason.gaps``."""
    drains: str | None = None
    """Text of the drain model that goes with the overrides; None where it stays as it is."""
    curve: Curve | None = None
    """Where money is what is planned."""
    fewer: bool = False
    """Made to do with less, by the goals: it is proposed though the burden rises, and by how much is told."""
    held: frozenset[str] = frozenset()
    """Figures in which, made to do with less, it is no worse than today in any member it was made for; with goals that
    nothing meets they stand in place of these."""
    unkept: bool = False
    """Limits that were asked for do not hold today, and nothing is proposed: the reasons tell how to keep them."""


CUT_OFF = 8.0
"""km h that an hour in which a hospital or fire station is cut off counts for (a setting: a class-1 road)."""
DEEP = 8.0
"""km h that a km h of road under 15 cm of water counts for, as it bears no traffic (a setting)."""
LATE = 100.0
"""km h that an underpass counts for whose water reached the closing depth while it was open to traffic (a setting: a
km of class 1 that is not clear for half a day). People drown there, for which no exchange rate holds: whoever shows a
burden shows its parts as well, so that other weights can be tried."""


def burden_parts(figures: Figures) -> dict[str, float]:
    """What a run's burden is made of, each in weighted km h: hours of roads that are not clear by the weights of their
    classes (8, 4, 2, 1), of roads under water, of critical places cut off, and underpasses that were closed late."""
    snow = sum(
        float(weight) * (figures.get(f"unclear_km_h.p{priority}") or 0.0)
        for priority, weight in enumerate(CLASS_WEIGHT, 1)
    )
    return {
        "unclear": snow,
        "under_water": DEEP * (figures.get("depth_over_15cm_km_h") or 0.0),
        "cut_off": CUT_OFF * (figures.get("critical_unreachable_h") or 0.0),
        "closed_late": LATE * (figures.get("closed_late") or 0.0),
    }


def burden(figures: Figures) -> float:
    """What planners and dispatchers make as small as they can, in weighted km h: a choice of weights."""
    return sum(burden_parts(figures).values())
