"""Assignment beside greedy in shipped storms: at least as good, and never waiting for the clock."""

from __future__ import annotations

from functools import lru_cache

import pytest

from optimization.dispatchers import make
from results.metrics import metrics
from scenarios.load import load
from simulation.engine import run
from simulation.hazards.advice import CLASS_WEIGHT
from simulation.record import Run

SNOW = [("jinshui/blizzard", None), ("jinshui/snow-design", "moderate"), ("tiny/snow", None)]
FLOOD = [("jinshui/rain-design", "p10"), ("tiny/flood", None)]


@lru_cache
def played(reference: str, variant: str | None, name: str) -> tuple[Run, tuple[str, ...]]:
    """The run, and the status of every decision."""
    scenario = load(reference, variant)
    dispatcher = make(name, scenario)
    result = run(scenario, 0, dispatcher)
    return result, tuple(d.status for d in dispatcher.decisions)  # type: ignore[attr-defined]


def weighted(result: Run) -> float:
    """Kilometre-hours of road above its goal, by the weight of its class."""
    figures = metrics(result)
    return sum(
        float(weight) * float(figures.get(f"unclear_km_h.p{p}") or 0.0)
        for p, weight in zip((1, 2, 3, 4), CLASS_WEIGHT, strict=True)
    )


@pytest.mark.parametrize(("reference", "variant"), SNOW)
def test_assignment_clears_no_worse_than_greedy(reference: str, variant: str | None) -> None:
    """By the weighted goal that both work for; refusals would mean that an order was wrong."""
    greedy, assignment = (played(reference, variant, name)[0] for name in ("greedy", "assignment"))
    assert weighted(assignment) <= weighted(greedy)
    assert metrics(assignment)["refusals"] == metrics(greedy)["refusals"] == 0


@pytest.mark.parametrize(("reference", "variant"), FLOOD)
def test_assignment_pumps_no_worse_than_greedy(reference: str, variant: str | None) -> None:
    """Roads under more than 15 cm: no more kilometre-hours of them (1 % for chance in who breaks down)."""
    greedy, assignment = (
        metrics(played(reference, variant, name)[0])["depth_over_15cm_km_h"]
        for name in ("greedy", "assignment")
    )
    assert greedy is not None and assignment is not None
    assert assignment <= 1.01 * greedy


@pytest.mark.parametrize(("reference", "variant"), [*SNOW, *FLOOD])
def test_no_decision_waits_for_the_clock(reference: str, variant: str | None) -> None:
    """Every decision is proven, so a run does not depend on how fast the machine is."""
    assert set(played(reference, variant, "assignment")[1]) <= {"optimal", "rule"}
