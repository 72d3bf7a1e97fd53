"""The tables of route plans and of their repair, on the tiny town."""

from __future__ import annotations

import json

import pytest

from benchmarks import route_plans


def test_plans_stand_beside_the_cheapest_and_repairs_are_timed(capsys: pytest.CaptureFixture[str]) -> None:
    """Changes are those of the figures; every change of the situation is answered with orders for crews that can."""
    given = ["tiny/snow", "--seeds", "0", "--seconds", "0.3", "--hour", "1", "--json"]
    route_plans.main(given)
    told = json.loads(capsys.readouterr().out)
    (plan,) = told["plans"]
    cells = dict(zip(route_plans.PLAN_TITLES, route_plans.plan_row(plan), strict=True))
    ours, theirs = plan["plan"]["total_km"], plan["cost_only"]["total_km"]
    assert cells["storm"] == "tiny/snow" and cells["goal"] == "priority"
    assert f"{100 * (ours / theirs - 1):+.1f}" == cells["more by, %"] and plan["seconds"] > 0
    assert (
        f"{plan['cost_only']['last_h']['p1']:.1f} → {plan['plan']['last_h']['p1']:.1f}"
        == cells["class 1 last pass, h"]
    )
    whats = [r["what"] for r in told["repairs"]]
    assert whats[0] == "nothing" and any("broke down" in w for w in whats) and any("shut" in w for w in whats)
    assert all(r["seconds"] > 0 and r["roads"] > 0 for r in told["repairs"])
    assert any(r["told"] for r in told["repairs"])


def test_a_storm_that_is_over_is_told() -> None:
    """An hour after the end has no routes to repair."""
    with pytest.raises(SystemExit, match="is over before hour 900"):
        route_plans.repairs("tiny/snow", 900, 0)
