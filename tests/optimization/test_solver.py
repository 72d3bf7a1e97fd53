"""The solver's answers against brute force, and the truth of its statuses."""

from __future__ import annotations

import itertools
import math
import random

import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimization.solver import solve


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


def test_linear_programme_with_shadow_prices() -> None:
    """Objective, values, constant and the sign of duals: cost change for one more unit on the right side."""
    problem = model()
    x, y = problem.add_variable("x", 0, 10), problem.add_variable("y", 0, 10)
    problem += x + 2 * y + 3
    problem += (x + y >= 4, "need")
    problem += (x <= 3, "cap")
    outcome = solve(problem, time_limit=5)
    assert outcome.status == "optimal" and outcome.has_plan
    assert outcome.objective == pytest.approx(8) and outcome.bound == pytest.approx(8)
    assert outcome.values == pytest.approx({"x": 3, "y": 1})
    assert outcome.duals == pytest.approx({"need": 2, "cap": -1})


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(-9, 9), min_size=4, max_size=4),
    st.lists(st.lists(st.integers(-5, 9), min_size=4, max_size=4), min_size=1, max_size=3),
    st.lists(st.integers(-4, 20), min_size=3, max_size=3),
)
def test_integer_programme_equals_brute_force(
    cost: list[int], rows: list[list[int]], right: list[int]
) -> None:
    """The best of all 3^4 whole-number plans, or infeasible exactly where none fits."""
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
    outcome = solve(problem, time_limit=5)
    if plans:
        assert outcome.status == "optimal" and outcome.objective == pytest.approx(min(plans), abs=1e-6)
    else:
        assert outcome.status == "infeasible" and not outcome.has_plan and outcome.conflict


def test_a_time_limit_is_not_optimal() -> None:
    """A limit that strikes gives 'feasible' with a true gap; before any plan it gives 'no_answer'."""
    outcome = solve(knapsacks(60, 30), time_limit=0.5, gap=0.0)
    assert outcome.status == "feasible" and outcome.has_plan
    assert outcome.bound < outcome.objective and outcome.gap > 0.001
    nothing = solve(knapsacks(60, 30), time_limit=0.0)
    assert nothing.status == "no_answer" and not nothing.has_plan and nothing.values == {}


def test_start_is_used() -> None:
    """With no time to search, the plan is the start that was given."""
    outcome = solve(knapsacks(60, 30), time_limit=0.0, start={"x3": 1.0, "x7": 1.0})
    assert outcome.status == "feasible"
    assert {name for name, value in outcome.values.items() if value} == {"x3", "x7"}


def test_infeasible_names_the_conflict() -> None:
    """Exactly the two constraints that clash, for the linear and the integer model."""
    for kind in ("Continuous", "Integer"):
        problem = model()
        x, y = problem.add_variable("x", 0, 10, cat=kind), problem.add_variable("y", 0, 10, cat=kind)
        problem += x
        problem += (x + y >= 5, "demand")
        problem += (x - y <= 4, "bystander")
        problem += (x + y <= 4, "stock")
        outcome = solve(problem, time_limit=5)
        assert outcome.status == "infeasible" and set(outcome.conflict) == {"demand", "stock"}
        assert math.isnan(outcome.objective) and outcome.values == {}


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


def test_unbounded_and_empty() -> None:
    """An unbounded model says so, also where presolve cannot tell it from infeasible."""
    for kind in ("Continuous", "Integer"):
        problem = model()
        x = problem.add_variable("x", cat=kind)
        problem += x
        problem += (x <= 3, "cap")
        assert solve(problem, time_limit=5).status == "unbounded"
    empty = solve(model(), time_limit=5)
    assert empty.status == "optimal" and empty.objective == 0


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
