"""The solver's answers against brute force, and the truth of its statuses."""

from __future__ import annotations

import ast
import itertools
import math
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimization import solver
from optimization.explain import conflict
from optimization.model import Model
from optimization.plan import Reason
from optimization.solver import Engine, Outcome, prices, solve, solve_or
from results.planning import reason
from simulation.model import Name
from tests.optimization.situations import scenario

ENGINES: tuple[Engine, ...] = ("highs", "cbc")


def model(name: str = "m") -> pulp.LpProblem:
    return pulp.LpProblem(name, pulp.LpMinimize)


def knapsacks(items: int, rows: int, seed: int = 1) -> pulp.LpProblem:
    """A multi-dimensional knapsack: easy to state, slow to prove."""
    rng = random.Random(seed)
    problem = model("knapsack")
    take = [problem.add_variable(f"x{i}", 0, 1, cat="Integer") for i in range(items)]
    problem += -pulp.lpSum(rng.randint(10, 99) * v for v in take)
    for j in range(rows):
        problem += (pulp.lpSum(rng.randint(10, 99) * v for v in take) <= 12 * items, f"room{j}")
    return problem


@pytest.mark.parametrize("engine", ENGINES)
def test_linear_programme_with_shadow_prices(engine: Engine) -> None:
    """Objective, values, constant and the sign of duals: cost change for one more unit on the right side."""
    problem = model()
    x, y = problem.add_variable("x", 0, 10), problem.add_variable("y", 0, 10)
    problem += x + 2 * y + 3
    problem += (x + y >= 4, "need")
    problem += (x <= 3, "cap")
    outcome = solve(problem, time_limit=5, engine=engine)
    assert outcome.status == "optimal" and outcome.has_plan and outcome.engine == engine
    assert outcome.objective == pytest.approx(8) and outcome.bound == pytest.approx(8)
    assert outcome.values == pytest.approx({"x": 3, "y": 1})
    assert outcome.duals == pytest.approx({"need": 2, "cap": -1})


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["highs", "highs", "cbc"]),
    st.lists(st.integers(-9, 9), min_size=4, max_size=4),
    st.lists(st.lists(st.integers(-5, 9), min_size=4, max_size=4), min_size=1, max_size=3),
    st.lists(st.integers(-4, 20), min_size=3, max_size=3),
)
def test_integer_programme_equals_brute_force(
    engine: Engine, cost: list[int], rows: list[list[int]], right: list[int]
) -> None:
    """The best of all 3^4 whole-number plans, or infeasible exactly where none fits, whoever solves it."""
    problem = model()
    x = [problem.add_variable(f"x{i}", 0, 2, cat="Integer") for i in range(4)]
    problem += pulp.lpSum(c * v for c, v in zip(cost, x, strict=True))
    for j, row in enumerate(rows):
        problem += (pulp.lpSum(a * v for a, v in zip(row, x, strict=True)) <= right[j], f"row{j}")
    plans = [
        sum(c * v for c, v in zip(cost, plan, strict=True))
        for plan in itertools.product(range(3), repeat=4)
        if all(sum(a * v for a, v in zip(row, plan, strict=True)) <= right[j] for j, row in enumerate(rows))
    ]
    outcome = solve(problem, time_limit=5, engine=engine)
    if plans:
        assert outcome.status == "optimal" and outcome.objective == pytest.approx(min(plans), abs=1e-6)
    else:
        assert outcome.status == "infeasible" and not outcome.has_plan and outcome.conflict


@pytest.mark.parametrize("engine", ENGINES)
def test_what_no_whole_number_meets_is_infeasible(engine: Engine) -> None:
    """2 x must be 1: halves would do, so that preprocessing alone tells; without an upper end x costs ever less."""
    none = model()
    x = none.add_variable("x", 0, 2, cat="Integer")
    none += 0 * x
    none += (2 * x >= 1, "most")
    none += (2 * x <= 1, "least")
    outcome = solve(none, time_limit=5, engine=engine)
    assert outcome.status == "infeasible" and outcome.conflict
    endless = model()
    y, z = (endless.add_variable(name, 0, cat="Integer") for name in "yz")
    endless += -y - z
    endless += (y - z <= 3, "row")
    assert solve(endless, time_limit=5, engine=engine).status == "unbounded"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_limit_is_not_optimal(engine: Engine) -> None:
    """A limit that strikes gives 'feasible' with a true gap; before any plan it gives 'no_answer'."""
    outcome = solve(knapsacks(60, 30), time_limit=60, gap=0.0, nodes=3, engine=engine)
    assert outcome.status == "feasible" and outcome.has_plan
    assert outcome.bound < outcome.objective and outcome.gap > 0.001
    nothing = solve(knapsacks(60, 30), time_limit=0.0, engine=engine)
    assert nothing.status == "no_answer" and not nothing.has_plan and nothing.values == {}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("seed", range(3))
def test_prices_at_a_plan(engine: Engine, seed: int) -> None:
    """A yard's price is what one more tonne really changes, the choice of lorries being kept: brute force by solving
    again; a row with slack has none."""
    rng = random.Random(seed)

    def haul(more: float) -> Model:
        model = Model("haul")
        lorry = [model.variable(f"lorry{i}", 5.0, 0, 1, whole=True) for i in range(3)]
        load = [model.variable(f"load{i}", rng.uniform(1, 2)) for i in range(3)]
        short = model.variable("short", 50.0)
        for i in range(3):
            model.row(f"fits{i}", [load[i], lorry[i]], [1.0, -4.0], high=0.0)
        model.row("yard", load, [1.0] * 3, high=7.0 + more)
        model.row("need", [*load, short], [1.0] * 4, low=9.0)
        model.row("loose", load, [1.0] * 3, high=90.0)
        return model

    state = rng.getstate()
    now = haul(0.0)
    rng.setstate(state)
    more = haul(0.5)
    plan = solve(now, time_limit=5, engine=engine).values
    for i in range(3):
        more.low[i] = more.high[i] = round(plan[f"lorry{i}"])
    found = prices(now, plan)
    assert found["yard"] == pytest.approx(
        (solve(more, time_limit=5).objective - solve(now, time_limit=5).objective) / 0.5
    )
    assert found["yard"] < -40 and found["loose"] == 0


def test_prices_of_a_plan_that_does_not_hold() -> None:
    """There are none: a plan that breaks a row has no programme around it."""
    problem = model()
    x, y = problem.add_variable("x", 0, 9, cat="Integer"), problem.add_variable("y", 0)
    problem += x + y
    problem += (x - y >= 4, "need")
    assert prices(problem, {"x": 5}) and prices(problem, {"x": 3}) == {}


def test_lists_and_objects_are_one_programme() -> None:
    """The same programme as lists of coefficients and with PuLP's objects has the same answer and the same names."""
    lists = Model("lists", constant=2.0)
    x, y = lists.variable("x", -3.0, 0, 4, whole=True), lists.variable("y", -1.0, 0, 5)
    lists.row("room", [x, y], [2.0, 1.0], high=7.0)
    lists.row("both", [x, y], [1.0, 1.0], 1.0, 6.0)
    objects = model()
    a, b = objects.add_variable("x", 0, 4, cat="Integer"), objects.add_variable("y", 0, 5)
    objects += -3 * a - b + 2
    objects += (2 * a + b <= 7, "room")
    objects += (a + b <= 6, "both")
    answers = [solve(p, time_limit=5, engine=e) for p in (lists, objects) for e in ENGINES]
    assert {round(o.objective, 6) for o in answers} == {-8.0}
    assert all(o.values == pytest.approx({"x": 3, "y": 1}) for o in answers)
    with pytest.raises(ValueError, match="row 'odd' has 1 columns and 2 coefficients"):
        lists.row("odd", [x], [1.0, 2.0])


def test_fallback_is_the_plan_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """A better plan than the one given is taken; where the solver fails the one given is the answer, and the outcome
    says so and at what gap; a plan that breaks a row is refused by the row's name."""
    given = {"x3": 1.0, "x7": 1.0}
    problem = knapsacks(60, 30)
    found = solve_or(problem, given, time_limit=60, nodes=1)
    monkeypatch.setattr(solver, "_by_highs", lambda *_: Outcome("no_answer", bound=-1000.0))
    hurried = solve_or(problem, given, time_limit=0.0)
    assert not found.fallback and found.objective < hurried.objective < 0
    assert hurried.fallback and hurried.has_plan and hurried.status == "no_answer"
    assert {n for n, v in hurried.values.items() if v} == {"x3", "x7"}
    assert hurried.gap == pytest.approx((hurried.objective + 1000) / -hurried.objective)
    with pytest.raises(ValueError, match="the plan given to 'knapsack' breaks 'room"):
        solve_or(problem, {f"x{i}": 1.0 for i in range(60)}, time_limit=1)
    with pytest.raises(ValueError, match="breaks 'x0'"):
        solve_or(problem, {"x0": 0.5}, time_limit=1)


def test_start_is_used() -> None:
    """With no time to search, the plan is the start that was given."""
    outcome = solve(knapsacks(60, 30), time_limit=0.0, start={"x3": 1.0, "x7": 1.0})
    assert outcome.status == "feasible"
    assert {name for name, value in outcome.values.items() if value} == {"x3", "x7"}


@pytest.mark.parametrize("engine", ENGINES)
def test_infeasible_names_the_conflict(engine: Engine) -> None:
    """Exactly the two constraints that clash, for the linear and the integer model."""
    for kind in ("Continuous", "Integer"):
        problem = model()
        x, y = problem.add_variable("x", 0, 10, cat=kind), problem.add_variable("y", 0, 10, cat=kind)
        problem += x
        problem += (x + y >= 5, "demand")
        problem += (x - y <= 4, "bystander")
        problem += (x + y <= 4, "stock")
        outcome = solve(problem, time_limit=5, engine=engine)
        assert outcome.status == "infeasible" and set(outcome.conflict) == {"demand", "stock"}
        assert math.isnan(outcome.objective) and outcome.values == {}


def test_a_conflict_is_told_in_sentences() -> None:
    """What the clashing rows mean, in both languages, and nothing of the bystander; a row without meaning is named."""
    model = Model("routes")
    trucks = model.variable("trucks", 1.0, 0, 9, whole=True)
    hours = {"from": "02:00", "to": "04:00"}
    spreader, route = Name(zh="撒布车", en="spreader"), Name(zh="12号线路", en="route 12")
    model.row("r12", [trucks], [1.0], low=3.0,
              meaning=("conflict.needs", {"job": route, "needed": 3, "kind": spreader, **hours}))  # fmt: skip
    model.row("fuel", [trucks], [1.0], high=8.0, meaning=("conflict.budget", {"budget_cny": 8.0}))
    model.row(
        "bays", [trucks], [1.0], high=2.0, meaning=("conflict.loads", {"depot": "yard", "able": 2, **hours})
    )
    found = conflict(solve(model, time_limit=5), model.meanings)
    said = [reason(scenario(), r.key, r.gaps) for r in found]
    assert [s.en for s in said] == [
        "There is no plan: these 2 do not go together.",
        "route 12 needs 3 machines (spreader) between 02:00 and 04:00",
        "yard can load 2 machines between 02:00 and 04:00",
    ]
    assert said[1].zh == "02:00–04:00，12号线路 需要 3 台撒布车"
    del model.meanings["bays"]
    assert "'bays'" in reason(scenario(), *_last(conflict(solve(model, time_limit=5), model.meanings))).en
    assert conflict(solve(knapsacks(3, 1), time_limit=5), {}) == ()


def test_rows_that_say_the_same_are_told_once() -> None:
    """Of several teams and of several hours, first to last; a team that differs in another gap keeps its own line."""
    turns = {"shifts_n": 1, "turn_s": 3600.0, "rest_s": 7200.0}
    says = {
        "a": ("conflict.turns", {"team": "day", **turns}),
        "b": ("conflict.turns", {"team": "night", **turns}),
        "c": ("conflict.turns", {"team": "third", **turns, "shifts_n": 2}),
        "d": ("conflict.on_duty", {"least_n": 2, "from": "23:00", "to": "00:00"}),
        "e": ("conflict.on_duty", {"least_n": 2, "from": "00:00", "to": "01:00"}),
    }
    found = conflict(Outcome("infeasible", conflict=tuple("abcde")), says)
    assert [r.key for r in found] == ["conflict.together", *["conflict.turns"] * 2, "conflict.on_duty"]
    assert found[0].gaps == {"n": 3}
    assert [r.gaps["team"] for r in found[1:3]] == [("day", "night"), ("third",)]
    assert (found[3].gaps["from"], found[3].gaps["to"]) == ("23:00", "01:00")


def _last(reasons: tuple[Reason, ...]) -> tuple[str, Mapping[str, Any]]:
    return reasons[-1].key, reasons[-1].gaps


def test_conflict_of_whole_numbers_and_of_bounds() -> None:
    """2x = 1 has no whole solution; a lower bound above the upper is named by its variable."""
    problem = model()
    x = problem.add_variable("x", 0, 10, cat="Integer")
    problem += x
    problem += (2 * x == 1, "odd")
    assert solve(problem, time_limit=5).conflict == ("odd",)
    crossed = model()
    crossed += crossed.add_variable("salt", 6, 5)
    assert solve(crossed, time_limit=5).conflict == ("salt",)


@pytest.mark.parametrize("engine", ENGINES)
def test_unbounded_and_empty(engine: Engine) -> None:
    """An unbounded model says so, also where presolve cannot tell it from infeasible."""
    for kind in ("Continuous", "Integer"):
        problem = model()
        x = problem.add_variable("x", cat=kind)
        problem += x
        problem += (x <= 3, "cap")
        assert solve(problem, time_limit=5, engine=engine).status == "unbounded"
    empty = solve(model(), time_limit=5, engine=engine)
    assert empty.status == "optimal" and empty.objective == 0
    hollow = Model("hollow")
    hollow.row("nothing is enough", [], [], low=1.0)
    assert solve(hollow, time_limit=5, engine=engine).conflict == ("nothing is enough",)


def test_the_same_model_gives_the_same_answer() -> None:
    """Values, not only the objective, are equal on a second run."""
    first, second = (solve(knapsacks(25, 3), time_limit=20) for _ in range(2))
    assert first.status == second.status == "optimal"
    assert first.values == second.values


def test_what_a_caller_gets_wrong() -> None:
    """Maximising, two variables of one name and a start with an unknown name are refused in words."""
    with pytest.raises(ValueError, match="'big' maximises"):
        solve(pulp.LpProblem("big", pulp.LpMaximize), time_limit=1)
    twice = model()
    twice += twice.add_variable("a", 0) + twice.add_variable("a", 0)
    with pytest.raises(ValueError, match="two variables named 'a'"):
        solve(twice, time_limit=1)
    with pytest.raises(ValueError, match="no variable 'zz'"):
        solve(knapsacks(3, 1), time_limit=1, start={"zz": 1.0})


def test_only_the_solver_solves() -> None:
    """Models may be written with PuLP's objects anywhere; solvers are called in one module."""
    root = Path(__file__).parents[2]
    calls = {"PULP_CBC_CMD", "COIN_CMD", "HiGHS", "HiGHS_CMD", "getSolver", "LpSolverDefault"}
    found = set()
    for room in ("simulation", "scenarios", "optimization", "results", "stormyard"):
        for file in (root / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                names = {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
                called = isinstance(node, ast.Attribute) and node.attr in calls
                if called or "highspy" in names or getattr(node, "module", None) == "highspy":
                    found.add(file.relative_to(root).as_posix())
    assert found == {"optimization/solver.py"}
