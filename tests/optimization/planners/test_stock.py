"""The stock planner: what it buys and moves, held against answers reckoned by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from optimization.plan import CannotPlan
from optimization.planners import _stock_model, stock
from optimization.planners._stock_demand import PERIODS, Points
from optimization.planners._stock_model import Asked, Depots, Rules, risked, stockpile
from optimization.planners._stock_order import at_the_warning
from optimization.planners._stock_season import Season, stocked
from optimization.planners._storms import likenesses, snowfall, storms
from optimization.solver import Outcome
from results.language import both
from scenarios.load import load
from simulation.model import Material, Scenario
from tests.optimization.planners.real import Made, Real, speaks

SALT = Material.model_validate({"id": "salt", "name": "salt", "use": "deicer", "cost": 0.6})
EVEN = Rules(budget=0.0, risk=0.0, tail=0.2)


def yards(held: list[float], room: list[float] | None = None) -> Depots:
    """Yards that hold so many tonnes of salt at 600 CNY."""
    count = len(held)
    return Depots(
        names=tuple("abc"[:count]), held=np.array(held)[:, np.newaxis], room=np.array(room or [1e6] * count),
        bulk=np.array([True]), price=np.array([600.0]), bay_hours=np.full(count, 1e6),
    )  # fmt: skip


def sectors(trip: list[list[float]], worth: list[float]) -> Points:
    """Points of demand that ask for the same each; ``trip`` is what is lost on the way from each yard."""
    way = np.array(trip)
    share = np.full(way.shape[1], 1 / way.shape[1])
    return Points(SALT, share, np.array(worth), 1000 * way, way, np.full(len(way), 0.02))


def storm(*tonnes: float, worth: float = 10.0) -> Asked:
    """Storms that ask for so much, all in the first period."""
    demand = np.zeros((len(tonnes), 1, PERIODS))
    demand[:, 0, 0] = tonnes
    return Asked(demand, np.full((len(tonnes), 1), worth))


def test_stock_goes_where_it_is_near() -> None:
    """Two yards, two sectors, each near one of them: half and half, though all of it lies in the first."""
    found = stockpile(yards([10, 0]), [sectors([[0.0, 0.5], [0.5, 0.0]], [1, 1])], storm(10), EVEN)
    assert found.stock[:, 0] == pytest.approx([5, 5], abs=1e-6)
    assert found.short.sum() == pytest.approx(0, abs=1e-6)


def test_the_programme_is_as_good_as_trying_every_split() -> None:
    """Three storms, two yards, a budget and room: no split in half tonnes does better."""
    depots, of = yards([4, 2], [6, 9]), [sectors([[0.0, 0.4], [0.3, 0.1]], [1.5, 0.5])]
    asked, rules = storm(5, 9, 14), Rules(3000.0, 0.5, 0.4)
    found = stockpile(depots, of, asked, rules)
    goals = []
    for first, second in product(np.arange(0, 6.5, 0.5), np.arange(0, 9.5, 0.5)):
        if 600 * max(0.0, first + second - 6) <= 3000:
            there = np.array([[first], [second]])
            goals.append(risked(stockpile(depots, of, asked, rules, there).costs, rules))
    assert risked(found.costs, rules) <= min(goals) + 0.05
    assert 600 * (found.stock.sum() - 6) <= 3000 + 1e-6
    assert found.stock[0, 0] <= 6 + 1e-6


def test_a_price_is_what_one_more_tonne_brings() -> None:
    """The price of the stock that there is equals the difference to a solution with one tonne more."""
    of, asked = [sectors([[0.1, 0.2], [0.2, 0.1]], [1.2, 0.8])], storm(20, 30)
    less, more = (stockpile(yards([8, 4]), of, asked, EVEN, np.array([[a], [4.0]])) for a in (8.0, 9.0))
    assert less.prices["held_0_0"] == pytest.approx(less.costs.mean() - more.costs.mean(), rel=1e-6)


def test_the_worst_storms_weigh_by_their_share() -> None:
    """The mean, and the mean of the worst two in five, by hand."""
    rules = Rules(0, 0.5, 0.4)
    assert risked(np.array([1.0, 2.0, 3.0, 4.0, 10.0]), rules) == pytest.approx(0.5 * 4 + 0.5 * 7)


def test_whole_tenths_keep_the_total() -> None:
    """Rounding neither makes nor loses salt."""
    amounts = np.array([[3.333], [3.333], [3.334]])
    assert stock.rounded(amounts)[:, 0] == pytest.approx([3.3, 3.3, 3.4])


def test_storms_are_drawn_by_seed_and_spread_evenly() -> None:
    """The same seed gives the same; a half lies below the scenario's own amount; snowfall follows the amount."""
    assert likenesses(6, 3) == likenesses(6, 3) != likenesses(6, 4)
    assert sum(how.amount < 1 for how in likenesses(10, 0)) == 5
    scenario = load("tiny/snow")
    whole = float(snowfall(scenario).sum())
    for drawn, how in zip(storms(scenario, 4, 1), likenesses(4, 1), strict=True):
        if how.warmer < 0 and how.length < 1:
            assert float(snowfall(drawn).sum()) == pytest.approx(how.amount * whole, rel=0.02)


def poor(scenario: Scenario, tonnes: float) -> Scenario:
    """The scenario with so much salt in each yard."""
    rows = tuple(
        s.model_copy(update={"amount": 1000 * tonnes}) if s.material == "salt" else s
        for s in scenario.fleet.stock
    )
    return scenario.model_copy(update={"fleet": scenario.fleet.model_copy(update={"stock": rows})})


def test_a_budget_buys_salt_that_is_short_and_no_more_than_it_pays() -> None:
    """3,000 CNY at 600 a tonne are 5 t; the plan says what binds, what one more brings, and the runner-up."""
    scenario = poor(load("tiny/snow"), 0.5)
    plan = stock.propose(scenario, Real(), stock.Options(budget=3000, storms=2))
    total = sum(v for k, v in plan.overrides.items() if "salt" in k)
    total += sum(
        0.5 for d in scenario.fleet.depots if f"fleet.stock.{d.id}:salt.amount_t" not in plan.overrides
    )
    assert 1.0 < total <= 6.0 + 1e-6
    keys = {reason.key for reason in plan.why}
    assert {
        "stock.bought",
        "stock.order_late",
        "stock.budget_left",
        "stock.still_short",
        "stock.fresh",
    } <= keys
    assert keys & {"stock.vss", "stock.vss_runs"}
    more = next(r for r in plan.why if r.key == "stock.one_more").gaps
    assert more["least_signed_kmh"] <= more["tried_signed_kmh"] <= more["most_signed_kmh"]
    assert any("trust the runs" in said for said in speaks(scenario, plan))
    assert any(reason.key.startswith("stock.best_") for reason in plan.why)
    assert all("salt" in path for path in plan.overrides)


def test_the_chosen_stock_is_reckoned_on_other_storms_and_by_the_same_goal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the rule of thumb is chosen, what other storms make of it is told, not of the programme's stock."""

    def formula(scenario: Scenario, seed: int) -> dict[str, float | None]:
        salt = {s.depot: s.amount / 1000 for s in scenario.fleet.stock if s.material == "salt"}
        uneven = min(8.0, abs(salt.get("north-yard", 0.0) - 3 * salt.get("south-yard", 0.0)))
        return {"unclear_km_h.p1": 60.0 - min(sum(salt.values()), 40.0) + uneven,
                "material_used_t.salt": min(sum(salt.values()), 40.0)}  # fmt: skip

    asked: list[np.ndarray] = []
    real = stock.stockpile
    monkeypatch.setattr(
        stock, "stockpile", lambda *a: (asked.append(a[4]) if a[4] is not None else None, real(*a))[1]
    )
    plan = stock.propose(poor(load("tiny/snow"), 4), Made(formula), stock.Options(budget=3000, storms=2))
    told = next(r for r in plan.why if r.key == "stock.fresh").gaps
    chosen = [plan.overrides[f"fleet.stock.{yard}-yard:salt.amount_t"] for yard in ("north", "south")]
    assert "stock.best_loads" in [reason.key for reason in plan.why]
    assert any(np.allclose(amounts[:, 0], chosen) for amounts in asked)
    assert told["after_kmh"] < told["before_kmh"]


def test_a_solver_that_runs_out_of_time_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of storms is named, and what to do."""
    monkeypatch.setattr(_stock_model, "solve", lambda *_, **__: Outcome("no_answer"))
    with pytest.raises(CannotPlan) as no:
        stockpile(yards([10, 0]), [sectors([[0.0, 0.5], [0.5, 0.0]], [1, 1])], storm(10, 12), EVEN)
    assert (no.value.key, no.value.gaps["storms"]) == ("stock.unsolved", 2)
    assert all("--storms" in text for text in both(f"refused.{no.value.key}_hint", **no.value.gaps))


def test_where_there_is_enough_nothing_is_proposed() -> None:
    """The shipped yards hold twice what the storm uses."""
    plan = stock.propose(load("tiny/snow"), Real(), stock.Options(budget=50_000, storms=2))
    assert not plan.overrides
    assert [reason.key for reason in plan.why] == ["stock.enough", "stock.enough"]


def test_a_shortage_that_costs_nothing_is_not_bought_away() -> None:
    """Salt that would be used but clears nothing is told as that."""

    def formula(scenario: Scenario, seed: int) -> dict[str, float | None]:
        salt = sum(s.amount for s in scenario.fleet.stock if s.material == "salt") / 1000
        return {"unclear_km_h.p1": 10.0, "material_used_t.salt": min(salt, 40.0)}

    plan = stock.propose(poor(load("tiny/snow"), 1), Made(formula), stock.Options(budget=9000, storms=2))
    assert not plan.overrides
    assert "stock.no_gain" in [reason.key for reason in plan.why]


def test_where_nothing_helps_it_says_what_was_tried_and_what_plenty_would_bring() -> None:
    """Salt helps where it lies in plenty only: each idea is told with its figure, and the most there is to gain."""

    def formula(scenario: Scenario, seed: int) -> dict[str, float | None]:
        salt = sum(s.amount for s in scenario.fleet.stock if s.material == "salt") / 1000
        return {"unclear_km_h.p1": 10.0 if salt < 30 else 8.0, "material_used_t.salt": min(salt, 40.0)}

    scenario = poor(load("tiny/snow"), 4)
    plan = stock.propose(scenario, Made(formula), stock.Options(budget=3000, storms=2))
    assert not plan.overrides
    keys = [reason.key for reason in plan.why]
    assert keys[0] == "stock.none_better" and any(key.startswith("stock.tried_") for key in keys)
    most = next(r for r in plan.why if r.key == "stock.ceiling_bought").gaps
    assert most["gain_kmh"] == 16.0 and most["gain_share"] == pytest.approx(0.2)
    assert any("16.0 km·h (20%)" in said for said in speaks(scenario, plan))


@pytest.mark.parametrize(("lead_h", "key"), [(1.0, "stock.order_in_time"), (24.0, "stock.order_late")])
def test_ordering_at_the_first_warning_is_held_against_the_first_snow(lead_h: float, key: str) -> None:
    """A warning at the start, snow after two hours: an hour of delivery would do, a day would not."""
    scenario = load("tiny/snow")
    first = next(row.t for row in scenario.storm.weather if row.precipitation > 0)
    warning = scenario.storm.warnings[0].model_copy(update={"t": first - 7200})
    storm = scenario.storm.model_copy(update={"warnings": (warning,)})
    scenario = scenario.model_copy(update={"storm": storm})
    salt = tuple(m for m in scenario.fleet.materials if m.id == "salt")
    now, more = np.array([[1.0], [0.0]]), np.array([[2.0], [3.0]])
    base = {"unclear_km_h.p1": 10.0}
    season = Season((scenario,), salt, [base], now.sum(axis=0), now, now, np.zeros(1))

    def formula(storm: Scenario, seed: int) -> dict[str, float | None]:
        rows = {s.depot: s for s in storm.fleet.stock if s.material == "salt"}
        assert [rows[f"{y}-yard"].amount for y in ("north", "south")] == pytest.approx([400, 600])
        assert [rows[f"{y}-yard"].ordered for y in ("north", "south")] == pytest.approx([1600, 2400])
        assert {r.arrives for r in rows.values()} == {first - 7200 + 3600 * lead_h}
        return {"unclear_km_h.p1": 9.0}

    made = Made(formula)
    found = at_the_warning(scenario, made, season, more, 30.0, 3600 * lead_h, 0)
    assert found[0].key == key and found[0].gaps["late_s"] == 3600 * abs(lead_h - 2)
    runs = [r.gaps for r in found[1:]]
    assert runs == ([{"late_signed_kmh": -8.0, "now_signed_kmh": -30.0}] if key == "stock.order_late" else [])
    assert at_the_warning(scenario, made, season, now, 30.0, 3600 * lead_h, 0) == []


def test_what_is_on_order_stays_on_order() -> None:
    """Other amounts in the yards leave what a supplier brings as it was."""
    scenario = load(
        "tiny/snow",
        sets=["fleet.stock.north-yard:salt.ordered_t=8", "fleet.stock.north-yard:salt.arrives_h=4"],
    )
    salt = tuple(m for m in scenario.fleet.materials if m.id == "salt")
    after = {
        s.depot: s
        for s in stocked(scenario, salt, np.array([[0.0], [3.0]])).fleet.stock
        if s.material == "salt"
    }
    assert (after["north-yard"].amount, after["north-yard"].ordered, after["north-yard"].arrives) == (
        0,
        8000,
        14_400,
    )
    assert (after["south-yard"].amount, after["south-yard"].ordered) == (3000, 0)


def test_options_that_make_no_sense_are_refused() -> None:
    """The option, its value and its bounds are named."""
    with pytest.raises(CannotPlan) as no:
        stock.propose(load("tiny/snow"), Real(), stock.Options(cvar=2))
    assert (no.value.key, no.value.gaps["option"]) == ("stock.out_of_bounds", "cvar")
    assert str(no.value.gaps["high"]) == "1"
