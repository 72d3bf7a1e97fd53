"""Projects: the knapsack against every set there is, measures as overrides, drains as text, and the programme."""

from __future__ import annotations

import math
from itertools import chain, combinations, pairwise

import numpy as np
import pytest

from optimization.plan import CannotPlan, Figures
from optimization.planners import projects
from optimization.planners._changes import changed
from optimization.planners._projects_drains import STRONGER, WIDER, below, pump_flows, strengthened, widened
from optimization.planners._projects_measures import COSTS, costs_given, measures, with_measures
from optimization.planners._projects_model import (
    Item,
    Pairs,
    chosen,
    frontier,
    fund,
    turning_cost,
    worth_of,
)
from scenarios.load import load
from simulation.drainage.inp import read_inp
from simulation.model import Scenario
from stormyard.planning import as_sets
from tests.optimization.planners.real import Made, Real, speaks

FLOOD, SNOW = "tiny/flood", "tiny/snow"


def best_by_hand(items: list[Item], pairs: Pairs, budget: float) -> float:
    """The largest worth of any set that the budget and what builds on what allow."""
    keys = [i.key for i in items]
    after = {i.key: i.after for i in items}
    cost = {i.key: i.cost for i in items}
    sets = chain.from_iterable(combinations(keys, n) for n in range(len(keys) + 1))
    return max(
        worth_of(items, pairs, frozenset(s))
        for s in sets
        if sum(cost[k] for k in s) <= budget and all(not after[k] or after[k] in s for k in s)
    )


def random_programme(seed: int) -> tuple[list[Item], Pairs]:
    rng = np.random.default_rng(seed)
    keys = [f"m{i}" for i in range(7)]
    items = [
        Item(k, float(rng.integers(1, 20)), float(rng.integers(-3, 30)), "m0" if k in ("m1", "m2") else "")
        for k in keys
    ]
    pairs = {(a, b): float(rng.integers(-12, 12)) for a, b in combinations(keys, 2) if rng.random() < 0.5}
    return items, pairs


@pytest.mark.parametrize("seed", range(6))
def test_the_knapsack_finds_the_best_of_all_sets(seed: int) -> None:
    """Seven measures, pairs that help and hinder, two that build on another: every set is tried."""
    items, pairs = random_programme(seed)
    for budget in (5.0, 25.0, 50.0):
        outcome = fund(items, pairs, budget)
        found = chosen(items, outcome)
        assert worth_of(items, pairs, found) == pytest.approx(best_by_hand(items, pairs, budget))
        assert -outcome.objective == pytest.approx(worth_of(items, pairs, found))
        other = fund(items, pairs, budget, not_these=[found])
        second = chosen(items, other)
        assert not other.has_plan or second != found
        assert not other.has_plan or worth_of(items, pairs, second) <= worth_of(items, pairs, found) + 1e-9


def test_the_price_of_money_is_that_of_the_measure_cut_short() -> None:
    """10 for 1, then 3 for a unit: half of the second is funded, and a unit more brings 3."""
    items = [Item("a", 1.0, 10.0), Item("b", 2.0, 6.0)]
    assert fund(items, {}, 2.0, whole=False).duals["budget"] == pytest.approx(-3.0)


def test_measures_are_overrides_that_load() -> None:
    """All measures together make the scenario that the same overrides make of its files."""
    for reference in (SNOW, FLOOD):
        scenario = load(reference)
        made, overrides = with_measures(scenario, measures(scenario, None, {}))
        assert made == changed(scenario, overrides)
        assert made == load(reference, sets=as_sets(overrides))


def test_a_second_step_comes_on_top_of_the_first() -> None:
    """Half as much salt again, twice: 12 t become 18 and then 24."""
    scenario = load(SNOW)
    by_key = {m.key: m for m in measures(scenario, None, {})}
    assert by_key["salt.2"].after == "salt.1"
    for steps, tonnes in ((1, 18.0), (2, 24.0)):
        _, overrides = with_measures(scenario, [by_key[f"salt.{n + 1}"] for n in range(steps)])
        assert overrides["fleet.stock.north-yard:salt.amount_t"] == tonnes
    assert by_key["salt.1"].cost == pytest.approx(9 * (600 + COSTS["salt"]))


def test_costs_can_be_given() -> None:
    """By sort of measure or by measure; what is none is refused."""
    by_key = {m.key: m.cost for m in measures(load(FLOOD), None, costs_given("inlets=5, training=7"))}
    assert by_key["inlets"] == 5 and by_key["training"] == 7
    with pytest.raises(CannotPlan, match=r"projects\.costs"):
        projects.propose(load(FLOOD), Made(lambda *_: {}), projects.Options(costs="castles=3"))
    for budget in (-5.0, math.nan):
        with pytest.raises(CannotPlan, match=r"projects\.out_of_bounds"):
            projects.propose(load(FLOOD), Made(lambda *_: {}), projects.Options(budget=budget))


def test_pipes_and_pumps_change_where_they_stand_and_nowhere_else() -> None:
    """The rows of two pipes and one curve differ; every other line of the text is as it was."""
    text = load(FLOOD).city.drains or ""
    inp = read_inp(text)
    pipes = below(inp, "N33")
    assert [p.name for p in pipes] == ["C33-34", "C34-24", "C24-O1"] and pipes[0].height == 1.2
    wider = widened(text, ["C33-34", "C34-24"])
    differing = [(a, b) for a, b in zip(text.splitlines(), wider.splitlines(), strict=True) if a != b]
    assert [b.split()[2] for _, b in differing] == [f"{1.2 * WIDER:.6g}"] * 2
    strong = read_inp(strengthened(text, ["P1"]))
    assert pump_flows(inp) == {"P1": 0.15}
    assert pump_flows(strong)["P1"] == pytest.approx(0.15 * STRONGER)
    assert [r.words[1] for r in strong.rows("CURVES")][-1] == "3.5"


def by_measures(scenario: Scenario, seed: int) -> Figures:
    """Clean inlets take 4 away, training 2, both together only 5; a pump truck 1."""
    clean = scenario.physics.water.clog_start < 0.1
    quick = scenario.fleet.teams[0].muster < 20 * 60
    trucks = next(e.count for e in scenario.fleet.equipment if e.id == "truck")
    depth = 10.0 - 4.0 * clean - 2.0 * quick + 1.0 * (clean and quick) - 1.0 * (trucks - 1)
    return {"depth_over_15cm_km_h": depth / 8.0}


def test_the_programme_funds_what_takes_most_away() -> None:
    """Inlets and training fit into the budget, and their overlap is found and told."""
    plan = projects.propose(load(FLOOD), Made(by_measures), projects.Options(budget=100_000.0))
    funded = {r["measure"] for r in plan.rows if r["verdict"] == "funded"}
    assert funded == {"inlets", "training"}
    assert plan.overrides["physics.water.clog_start_pct"] == 5.0 and plan.drains is None
    why = {r.key: r.gaps for r in plan.why}
    assert why["projects.tried"]["tried_kmh"] == pytest.approx(5.0)
    assert why["projects.tried"]["reckoned_kmh"] == pytest.approx(5.0)
    assert why["projects.hinder"]["by_kmh"] == pytest.approx(1.0)
    assert set(why["projects.hinder"]["measures"]) == {"inlets", "training"}
    assert why["projects.next"]["enters"] == ("pumps:pump-truck-1500.1",)
    assert any("more pumps: pump truck, 1,500 m3/h (step 1)" in said for said in speaks(load(FLOOD), plan))


def test_a_measure_that_is_idle_beside_the_others_is_not_funded() -> None:
    """Either of two takes the same 4 away: one is funded, and the set without it is no runner-up with it."""

    def either(scenario: Scenario, seed: int) -> Figures:
        clean = scenario.physics.water.clog_start < 0.1
        quick = scenario.fleet.teams[0].muster < 20 * 60
        return {"depth_over_15cm_km_h": (10.0 - 4.0 * (clean or quick)) / 8.0}

    plan = projects.propose(load(FLOOD), Made(either), projects.Options(budget=1e6, pairs_of=0))
    assert {r["measure"] for r in plan.rows if r["verdict"] == "funded"} == {"training"}
    why = {r.key: r.gaps for r in plan.why}
    assert why["projects.tried"]["tried_kmh"] == why["projects.tried"]["reckoned_kmh"] == pytest.approx(4.0)
    assert "projects.runner_up" not in why


def test_what_brings_little_is_called_small() -> None:
    """Inlets take a two-thousandth away: shown to help, and small."""

    def little(scenario: Scenario, seed: int) -> Figures:
        return {"depth_over_15cm_km_h": 10.0 - 0.005 * (scenario.physics.water.clog_start < 0.1)}

    plan = projects.propose(load(FLOOD), Made(little), projects.Options(budget=1e6))
    assert next(r for r in plan.why if r.key == "projects.small").gaps["measures"] == ("inlets",)
    assert any(said.startswith("Small: ") for said in speaks(load(FLOOD), plan))


def test_without_a_budget_the_least_money_is_asked_for_that_brings_most() -> None:
    """All bring 7 together; inlets bring 4, with training 5: the least money for two thirds of 7."""
    plan = projects.propose(load(FLOOD), Made(by_measures), projects.Options())
    assert {r["measure"] for r in plan.rows if r["verdict"] == "funded"} == {"inlets", "training"}
    assert "No budget was given" in speaks(load(FLOOD), plan)[0]
    assert plan.curve is not None and plan.curve.tried[0][0] == plan.curve.budget
    steps = plan.curve.steps
    assert all(a[0] < b[0] and a[1] > b[1] for a, b in pairwise(steps))
    assert steps[-1][1] == pytest.approx(steps[0][1] - 7.0)


def test_the_frontier_holds_the_best_of_all_sets_for_each_sum() -> None:
    """Each step is the best set for its money, and no sum between two steps buys more than the lower one."""
    for seed in range(3):
        items, pairs = random_programme(seed)
        steps = frontier(items, pairs)
        for here, above in pairwise(steps):
            assert here.worth == pytest.approx(best_by_hand(items, pairs, here.cost))
            assert best_by_hand(items, pairs, above.cost - 0.5) == pytest.approx(here.worth)


def test_the_cost_at_which_a_measure_leaves() -> None:
    """Of a budget of 4 the second may take 3, or enters below that; the first is worth more at any cost it bears."""
    items = [Item("a", 1.0, 10.0), Item("b", 2.0, 6.0), Item("c", 5.0, 7.0)]
    assert turning_cost(items, {}, 4.0, "b") == pytest.approx(3.0, rel=2e-3)
    assert turning_cost(items, {}, 4.0, "c") == pytest.approx(3.0, rel=2e-3)
    assert turning_cost(items, {}, 4.0, "a") == math.inf


def test_little_money_and_no_help_are_told() -> None:
    """A budget below the cheapest measure, and measures that do nothing."""
    poor = projects.propose(load(FLOOD), Made(by_measures), projects.Options(budget=100.0))
    assert "No measure that helps fits" in speaks(load(FLOOD), poor)[0]
    assert poor.overrides == {} and [r.key for r in poor.why] == ["projects.too_dear", "projects.idle"]
    nothing = projects.propose(
        load(FLOOD), Made(lambda *_: {"depth_over_15cm_km_h": 1.0}), projects.Options()
    )
    assert "none takes burden away" in speaks(load(FLOOD), nothing)[0]
    assert nothing.overrides == {} and [r.key for r in nothing.why] == [
        "projects.none_helps",
        "projects.idle",
    ]


def test_wider_pipes_are_funded_where_runs_bear_them_out() -> None:
    """With plenty of money the pipes below the waterlogging point are renewed, and the model's text says so."""
    flood = load(FLOOD, sets=["hours=3"])
    options = projects.Options(budget=1e9, first_members=2, value_members=4, keep=3, pairs_of=2)
    plan = projects.propose(flood, Real(), options)
    assert "pipes:N33" in {r["measure"] for r in plan.rows if r["verdict"] == "funded"}
    assert plan.drains is not None
    assert read_inp(plan.drains).nodes == read_inp(flood.city.drains or "").nodes
    tried = next(r for r in plan.why if r.key == "projects.tried")
    assert tried.gaps["tried_kmh"] > 5 and tried.gaps["low_kmh"] > 0
    assert any("drains.inp" in said for said in speaks(flood, plan))
    assert plan.curve is not None and plan.curve.steps[0] == (0.0, tried.gaps["now_kmh"])
    spent, left, _ = plan.curve.tried[0]
    assert left == pytest.approx(tried.gaps["now_kmh"] - tried.gaps["tried_kmh"]) and spent > 0
