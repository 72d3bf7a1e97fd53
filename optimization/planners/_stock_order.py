"""Whether what is bought could be ordered as late as at the first warning, and what that would cost: by runs."""

from __future__ import annotations

import numpy as np

from optimization.plan import Reason, Trials, burden
from optimization.planners._stock_season import SMALLEST, Season, stocked
from simulation.model import Scenario


def at_the_warning(
    scenario: Scenario,
    trials: Trials,
    season: Season,
    chosen: np.ndarray,
    gain: float,
    lead: float,
    seed: int,
) -> list[Reason]:
    """What comes of the ``chosen`` stock (yards, materials; t) if it is ordered only at the first warning and takes
    ``lead`` s, beside the ``gain`` (weighted km h) of having it before; nothing where nothing is bought or none warns.

    What there is already is shared out as the plan has it; the rest reaches the yards in the midst of the storms.
    """
    if chosen.sum() <= season.held.sum() + SMALLEST / 2 or not scenario.storm.warnings:
        return []
    first = next((row.t for row in scenario.storm.weather if row.precipitation > 0), 0.0)
    late = min(w.t for w in scenario.storm.warnings) + lead - first
    gaps = {"lead_s": lead, "late_s": abs(late)}
    if late <= 0:
        return [Reason("stock.order_in_time", gaps)]
    labels = {str(w): _late(storm, season, chosen, lead) for w, storm in enumerate(season.scenarios)}
    found = trials(labels, [seed])
    change = np.mean([burden(found[str(w)][0]) - burden(base) for w, base in enumerate(season.base)])
    came = {"late_signed_kmh": float(change), "now_signed_kmh": -gain}
    return [Reason("stock.order_late", gaps), Reason("stock.order_runs", came)]


def _late(storm: Scenario, season: Season, chosen: np.ndarray, lead: float) -> Scenario:
    """A storm with what is bought on its way from the first warning on."""
    there = chosen * np.minimum(1.0, season.held / np.maximum(chosen.sum(axis=0), 1e-9))
    arrives = float(round(min(w.t for w in storm.storm.warnings) + lead))
    return stocked(storm, season.materials, there, chosen - there, arrives)
