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
    foresight,
    frontier,
    fund,
    turning_cost,
    worth_of,
)
from optimization.planners._projects_values import Values
from results import planning as shown
from scenarios.load import load
from simulation.drainage.inp import read_inp
from simulation.model import Scenario
from stormyard.planning import as_sets
from tests.optimization.planners.real import Made, Real, speaks

FLOOD, SNOW = "tiny/flood", "tiny/snow"


def sets_by_hand(items: list[Item], budget: float) -> list[frozenset[str]]:
    """All sets that the budget and what builds on what allow."""
    keys = [i.key for i in items]
    every = (frozenset(s) for s in chain.from_iterable(combinations(keys, n) for n in range(len(keys) + 1)))
    return [
        s for s in every
        if sum(i.cost for i in items if i.key in s) <= budget
        and all(not i.after or i.after in s for i in items if i.key in s)
    ]  # fmt: skip


def best_by_hand(items: list[Item], pairs: Pairs, budget: float) -> float:
    """The largest worth of any set that the budget and what builds on what allow."""
    return max(worth_of(items, pairs, s) for s in sets_by_hand(items, budget))


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


@pytest.mark.parametrize("seed", range(3))
def test_vss_and_evpi_are_those_of_all_sets(seed: int) -> None:
    """Five members of seven measures: the best set of each member, of all, and of the two under the nominal storm are
    found by trying every set, with what builds on what and pairs by their mean."""
    items, pairs = random_programme(seed)
    rng = np.random.default_rng(100 + seed)
    each = {i.key: [i.gain + float(rng.normal(0, 15)) for _ in range(5)] for i in items}
    nominal, budget = [0, 2], 30.0

    def worth(keys: frozenset[str], members: list[int]) -> float:
        own = sum(each[k][m] for k in keys for m in members) / len(members)
        return own + sum(more for (a, b), more in pairs.items() if {a, b} <= keys)

    sets, all_members = sets_by_hand(items, budget), list(range(5))
    funded = max(sets, key=lambda s: worth(s, all_members))
    typical = max(sets, key=lambda s: worth(s, nominal))
    known = sum(max(worth(s, [m]) for s in sets) for m in all_members) / 5
    found = foresight(items, pairs, budget, funded, each, nominal)
    assert found.evpi == pytest.approx(known - worth(funded, all_members)) and found.evpi > 0
    assert (
        found.vss == pytest.approx(worth(funded, all_members) - worth(typical, all_members))
        and found.vss >= 0
    )
    assert found.nominal == typical and found.members == 5


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


def test_what_is_funded_for_another_is_not_called_worthless() -> None:
    """The second truck takes 4 away and the first nothing that is told from luck: both are funded, and the first is
    said to be there for the second, not to be worth nothing."""

    def figures(scenario: Scenario, seed: int) -> Figures:
        trucks = next(e.count for e in scenario.fleet.equipment if e.id == "truck") - 1
        luck = (0.5 if seed % 2 else -0.4) * (trucks > 0)
        return {"depth_over_15cm_km_h": (20.0 - 4.0 * (trucks > 1) + luck) / 8.0}

    plan = projects.propose(load(FLOOD), Made(figures), projects.Options(budget=1e7))
    first, second = (f"pumps:pump-truck-1500.{n}" for n in (1, 2))
    assert {r["measure"]: r["verdict"] for r in plan.rows if r["verdict"] in ("funded", "carried")} == {
        first: "carried", second: "funded"}  # fmt: skip
    carried = next(r for r in plan.why if r.key == "projects.carried").gaps
    assert carried["measure"] == first and carried["measures"] == (second,)
    assert all(
        first not in r.gaps["measures"] for r in plan.why if r.key in ("projects.unsure", "projects.chance")
    )
    assert any("has to come first for more pumps" in said for said in speaks(load(FLOOD), plan))


def test_luck_is_not_called_harm() -> None:
    """Training looks harmful in the first two members and is as good as nothing in the others: no harm. Clean inlets
    make it worse in every member: that is said, as something that runs cannot explain."""

    def figures(scenario: Scenario, seed: int) -> Figures:
        quick = scenario.fleet.teams[0].muster < 20 * 60
        dirty = 3.0 * (scenario.physics.water.clog_start < 0.1)
        return {
            "depth_over_15cm_km_h": (10.0 + dirty + quick * (1.0 + 0.01 * seed if seed < 2 else -1.1)) / 8.0
        }

    plan = projects.propose(load(FLOOD), Made(figures), projects.Options())
    verdicts = {r["measure"]: r["verdict"] for r in plan.rows}
    assert verdicts["training"] == "unsure" and verdicts["inlets"] == "harms"
    why = {r.key: r.gaps for r in plan.why}
    assert why["projects.harms"]["measures"] == ("inlets",)


def test_a_mean_below_nought_in_an_interval_with_nought_is_explained() -> None:
    """Training is a little worse on the mean and better in every other member: luck, and that is said."""

    def figures(scenario: Scenario, seed: int) -> Figures:
        quick = scenario.fleet.teams[0].muster < 20 * 60
        return {"depth_over_15cm_km_h": (10.0 + quick * (1.0 if seed % 2 else -0.9)) / 8.0}

    plan = projects.propose(load(FLOOD), Made(figures), projects.Options())
    assert next(r for r in plan.why if r.key == "projects.chance").gaps["measures"] == ("training",)
    assert any("no harm as long as the interval holds zero" in said for said in speaks(load(FLOOD), plan))


def test_what_left_the_race_may_be_funded_where_money_is_left() -> None:
    """Three stay in the race to the end, by what they bring for their money. A dear truck that left it halfway, shown
    to help, is neither worthless beside the others nor left out of a programme that can pay for it."""
    options = projects.Options(budget=1e7, keep=1, first_members=4, value_members=16)

    def figures(scenario: Scenario, seed: int) -> Figures:
        trucks = next(e.count for e in scenario.fleet.equipment if e.id == "truck") - 1
        clean = scenario.physics.water.clog_start < 0.1
        quick = scenario.fleet.teams[0].muster < 20 * 60
        luck = 1 + 0.3 * (seed % 4)
        return {
            "depth_over_15cm_km_h": (40.0 - luck * (9.0 * clean + 8.0 * quick + 2.0 * min(trucks, 1))) / 8.0
        }

    made = Made(figures)
    plan = projects.propose(load(FLOOD), made, options)
    verdicts = {r["measure"]: r["verdict"] for r in plan.rows}
    assert verdicts["pumps:pump-truck-1500.1"] == "funded" and "beside" not in verdicts.values()
    assert len(made.asked) <= projects.most_runs(load(FLOOD), options)
    assert plan.curve is not None and plan.curve.tried[0][0] > 1_350_000


def test_no_budget_binds_where_none_was_given() -> None:
    """The price of the sum that was taken is told as that, for money enough that it can be read."""
    free = projects.propose(load(FLOOD), Made(by_measures), projects.Options())
    asked = projects.propose(load(FLOOD), Made(by_measures), projects.Options(budget=100_000.0))
    price = {r.key: r.gaps for plan in (free, asked) for r in plan.why if r.key.startswith("projects.price")}
    assert set(price) == {"projects.price_free", "projects.price"}
    assert price["projects.price_free"]["gain_kmh"] >= 0.1
    truck = "pumps:pump-truck-1500.1"
    assert [r["verdict"] for plan in (free, asked) for r in plan.rows if r["measure"] == truck] == [
        "left",
        "helps",
    ]
    assert not any("What binds is the budget" in said for said in speaks(load(FLOOD), free))


def test_foresight_is_reckoned_from_the_runs_that_were_made() -> None:
    """Inlets help in drawn storms only, where it rains more, and a truck in the scenario's own: the plan says what it
    is worth to reckon with both."""
    flood = load(FLOOD)

    def figures(scenario: Scenario, seed: int) -> Figures:
        clean = scenario.physics.water.clog_start < 0.1
        quick = scenario.fleet.teams[0].muster < 20 * 60
        drawn = scenario.storm != flood.storm
        return {
            "depth_over_15cm_km_h": (20.0 - (5.9 if drawn else 2.0) * clean - (1.0 if drawn else 4.1) * quick)
            / 8
        }

    options = projects.Options(budget=50_000.0, costs="inlets=40000,training=40000", pairs_of=0)
    told = next(
        r for r in projects.propose(flood, Made(figures), options).why if r.key == "projects.vss"
    ).gaps
    assert told["vss_kmh"] == pytest.approx((5.9 + 2.0 - 1.0 - 4.1) / 2) and told["measures"] == ("training",)
    assert told["evpi_kmh"] == pytest.approx((4.1 - 2.0) / 2)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("pipes:N42", "扩大下游管道：南街低洼处（排水节点 N42）"),
        ("pipes:O1", "扩大下游管道：{}附近（排水节点 O1）"),
        ("station:W1", "泵站增容一半：建设路泵站"),
    ],
)
def test_a_drain_node_is_named_by_where_it_lies(key: str, said: str) -> None:
    """By its road or place; one that no road drains to by the nearest along the pipes; and no word twice."""
    text = shown.told(load(FLOOD), "measure", key).zh
    begin, _, end = said.partition("{}")
    assert text.startswith(begin) and text.endswith(end) and len(text) > len(begin + end) - 1


def test_what_half_of_the_members_tell_is_not_tried_on_all() -> None:
    """Inlets help in each of four members: no more are run without them. Training does in every other: all are."""

    def figures(scenario: Scenario, seed: int) -> Figures:
        clean = scenario.physics.water.clog_start < 0.1
        quick = scenario.fleet.teams[0].muster < 20 * 60
        return {"depth_over_15cm_km_h": (20.0 - 4.0 * clean - (3.0 if seed % 2 else -2.0) * quick) / 8.0}

    values = Values(load(FLOOD), Made(figures), measures(load(FLOOD), None, {}), 8, 0)
    both = frozenset({"inlets", "training"})
    needed, beside = values.needed(both, 8)
    assert needed == both and beside["inlets"].mean == pytest.approx(4.0)
    assert (
        len(values.burdens[frozenset({"training"})]) == 4 and len(values.burdens[frozenset({"inlets"})]) == 8
    )


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
