"""The one place that talks to PuLP and its solvers: a programme goes in, an `Outcome` comes back as data.

A programme is a ``Model`` (lists of coefficients) or is written with PuLP's objects. HiGHS gets it in one
``passModel`` (PuLP's own bridge adds a column and a row at a time: 2.7 s against 0.26 s at 100,000 binaries); CBC,
the second opinion, gets it through PuLP. One thread and a fixed seed: the same model gives the same answer. Only a
time limit that strikes makes an answer depend on the machine: callers bound the work by ``nodes`` and keep the time
limit as a guard; the outcome's status says when a limit struck.
"""

from __future__ import annotations

import math
import re
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TypeAlias

import highspy
import numpy as np
import pulp

from optimization.model import Model

Status = Literal["optimal", "feasible", "no_answer", "infeasible", "unbounded", "error"]
"""optimal: proven within the gap asked for; feasible: a limit struck, the best plan so far is given;
no_answer: a limit struck before any plan was found."""
Engine = Literal["highs", "cbc"]
Programme: TypeAlias = "Model | pulp.LpProblem"


@dataclass(frozen=True)
class Outcome:
    """What the solver found, told truly. Names are the model's names of variables and constraints."""

    status: Status
    objective: float = math.nan
    """Cost of the plan; NaN where there is none."""
    bound: float = math.nan
    """No plan can cost less; NaN where none was proven."""
    gap: float = math.nan
    """(objective - bound) / |objective|; NaN where one of them is missing."""
    seconds: float = 0.0
    """Elapsed time of hand-over and solution."""
    values: dict[str, float] = field(default_factory=dict)
    duals: dict[str, float] = field(default_factory=dict)
    """Change of the cost for one more unit on a constraint's right side; linear programmes only (see ``prices``)."""
    conflict: tuple[str, ...] = ()
    """Where infeasible: constraints (or variables, where only bounds clash) that cannot hold together."""
    why: str = ""
    """Where status is error: what the solver reported."""
    engine: Engine = "highs"
    fallback: bool = False
    """The solver found no plan: ``values`` are those that the caller had beforehand (see ``solve_or``)."""

    @property
    def has_plan(self) -> bool:
        """Whether ``values`` hold a plan that keeps every constraint."""
        return self.fallback or self.status in ("optimal", "feasible")


def solve(
    problem: Programme,
    *,
    time_limit: float,
    gap: float = 1e-4,
    nodes: int | None = None,
    start: Mapping[str, float] | None = None,
    engine: Engine = "highs",
) -> Outcome:
    """Minimise ``problem`` within ``time_limit`` seconds to a relative ``gap``.

    ``nodes`` bounds the branch-and-bound nodes: unlike a time limit it strikes at the same plan on any machine.
    ``start`` is a plan to begin from, value by variable name; what it leaves out is 0. Raises ValueError for
    a maximisation, for two variables of one name, and for a start that names a variable the model lacks.
    """
    begun = time.perf_counter()
    model = _read(problem)
    names = sorted(model.names)
    if twice := next((a for a, b in pairwise(names) if a == b), None):
        raise ValueError(f"'{model.name}' has two variables named '{twice}'")
    if unknown := sorted(set(start or ()) - set(names)):
        raise ValueError(f"'{model.name}' has no variable '{unknown[0]}' that the start names")
    if not model.names:
        found = _empty(model)
    elif engine == "cbc":
        found = _by_cbc(model, problem, time_limit, gap, nodes, start)
    else:
        found = _by_highs(model, time_limit, gap, nodes, start)
    return replace(found, seconds=time.perf_counter() - begun, engine=engine)


def solve_or(problem: Programme, given: Mapping[str, float], *, time_limit: float, **more: Any) -> Outcome:
    """As ``solve``, beginning from the plan ``given``, which is also the answer where the solver finds none.

    The outcome's status stays the solver's own, and ``fallback`` says that the plan is the one given. Raises
    ValueError where the plan given breaks a constraint: an infeasible programme has no fallback.
    """
    model = _read(problem)
    if broken := model.broken(given):
        raise ValueError(f"the plan given to '{model.name}' breaks '{broken}'")
    found = solve(problem, time_limit=time_limit, start=given, **more)
    if found.has_plan:
        return found
    cost = model.cost_of(given)
    return replace(
        found, fallback=True, values={n: float(given.get(n, 0.0)) for n in model.names}, objective=cost,
        gap=_finite((cost - found.bound) / max(abs(cost), 1e-9)), conflict=(),
    )  # fmt: skip


def prices(problem: Programme, plan: Mapping[str, float], time_limit: float = 10.0) -> dict[str, float]:
    """Shadow prices at a plan: whole numbers are fixed as they are in it, the rest is solved again as a linear
    programme, and each constraint's dual is the change of the cost for one more unit on its right side.

    Empty where that linear programme is not solved to the end (the plan breaks a constraint, or time ran out).
    """
    model = _read(problem)
    fixed = [
        round(float(plan.get(n, 0.0))) if w else None for n, w in zip(model.names, model.whole, strict=True)
    ]
    low = [lo if f is None else float(f) for lo, f in zip(model.low, fixed, strict=True)]
    high = [hi if f is None else float(f) for hi, f in zip(model.high, fixed, strict=True)]
    linear = replace(model, low=low, high=high, whole=[False] * len(low))
    return solve(linear, time_limit=time_limit).duals


def _empty(model: Model) -> Outcome:
    """A programme without variables, which solvers call solved whatever its rows ask of nothing."""
    for name, low, high in zip(model.row_names, model.row_low, model.row_high, strict=True):
        if low > 0 or high < 0:
            return Outcome("infeasible", conflict=(name,))
    return Outcome("optimal", model.constant, model.constant, 0.0)


# --------------------------------------------------------------------------- reading PuLP


def _read(problem: Programme) -> Model:
    """A programme as lists of coefficients. Raises ValueError for a maximisation."""
    if isinstance(problem, Model):
        return problem
    if problem.sense != pulp.LpMinimize:
        raise ValueError(f"'{problem.name}' maximises: write it as minimising the negative")
    variables = problem.variables()
    column = {id(v): j for j, v in enumerate(variables)}
    model = Model(problem.name, float(getattr(problem.objective, "constant", 0.0)))
    for v in variables:
        low = -math.inf if v.lowBound is None else v.lowBound
        high = math.inf if v.upBound is None else v.upBound
        model.variable(v.name, 0.0, low, high, v.cat == pulp.LpInteger)
    for variable, coefficient in (problem.objective or {}).items():
        model.cost[column[id(variable)]] += coefficient
    for i, row in enumerate(problem.constraints()):
        low = -row.constant if row.sense >= 0 else -math.inf
        high = -row.constant if row.sense <= 0 else math.inf
        model.row(row.name or f"row {i}", [column[id(v)] for v in row], list(row.values()), low, high)
    return model


def _write(model: Model) -> pulp.LpProblem:
    """The same with PuLP's objects."""
    problem = pulp.LpProblem(re.sub(r"\W", "_", model.name), pulp.LpMinimize)
    x = [
        problem.add_variable(
            name, None if low == -math.inf else low, None if high == math.inf else high,
            pulp.LpInteger if whole else pulp.LpContinuous,
        )
        for name, low, high, whole in zip(model.names, model.low, model.high, model.whole, strict=True)
    ]  # fmt: skip
    problem += pulp.LpAffineExpression(list(zip(x, model.cost, strict=True)), constant=model.constant)
    for i, name in enumerate(model.row_names):
        span = range(model.starts[i], model.starts[i + 1])
        terms = [(x[model.columns[k]], model.coefficients[k]) for k in span]
        low, high = model.row_low[i], model.row_high[i]
        sides = (
            [(pulp.LpConstraintEQ, low)]
            if low == high
            else [(pulp.LpConstraintGE, low), (pulp.LpConstraintLE, high)]
        )
        for sense, bound in sides:
            if math.isfinite(bound):
                label = name if low == high or not math.isfinite(low + high) else f"{name} {sense}"
                problem.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(terms), sense, label, bound))
    return problem


# --------------------------------------------------------------------------- HiGHS


def _by_highs(
    model: Model, time_limit: float, gap: float, nodes: int | None, start: Mapping[str, float] | None
) -> Outcome:
    highs = _highs(time_limit, gap, nodes)
    highs.passModel(_lp(model))
    if start:
        plan = highspy.HighsSolution()
        plan.col_value = [float(start.get(name, 0.0)) for name in model.names]
        highs.setSolution(plan)
    highs.run()
    if highs.getModelStatus() == highspy.HighsModelStatus.kUnboundedOrInfeasible:
        highs.setOptionValue("presolve", "off")
        highs.run()
    return _outcome(highs, model)


def _highs(time_limit: float, gap: float, nodes: int | None) -> highspy.Highs:
    highs = highspy.Highs()
    options: dict[str, bool | int | float] = {
        "output_flag": False,
        "threads": 1,
        "random_seed": 0,
        "time_limit": float(time_limit),
        "mip_rel_gap": float(gap),
        "iis_strategy": 2,
    }
    if nodes is not None:
        options["mip_max_nodes"] = int(nodes)
    for option, value in options.items():
        highs.setOptionValue(option, value)
    return highs


def _lp(model: Model) -> highspy.HighsLp:
    """The model in HiGHS' own form, row by row."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(model.names), len(model.row_names)
    lp.col_cost_, lp.offset_ = np.array(model.cost, float), model.constant
    lp.col_lower_, lp.col_upper_ = np.array(model.low, float), np.array(model.high, float)
    lp.row_lower_, lp.row_upper_ = np.array(model.row_low, float), np.array(model.row_high, float)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array(model.starts, np.int32)
    lp.a_matrix_.index_ = np.array(model.columns, np.int32)
    lp.a_matrix_.value_ = np.array(model.coefficients, float)
    if any(model.whole):
        whole, real = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        lp.integrality_ = [whole if w else real for w in model.whole]
    return lp


_LIMITS = (
    highspy.HighsModelStatus.kTimeLimit,
    highspy.HighsModelStatus.kIterationLimit,
    highspy.HighsModelStatus.kSolutionLimit,
    highspy.HighsModelStatus.kInterrupt,
)


def _outcome(highs: highspy.Highs, model: Model) -> Outcome:
    ended, states, info = highs.getModelStatus(), highspy.HighsModelStatus, highs.getInfo()
    has_plan = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    if ended == states.kInfeasible:
        return Outcome("infeasible", conflict=_conflict(highs, model))
    if ended == states.kUnbounded:
        return Outcome("unbounded")
    if ended != states.kOptimal and ended not in _LIMITS:
        return Outcome("error", why=highs.modelStatusToString(ended))
    integer = any(model.whole)
    bound = info.mip_dual_bound if integer else math.nan
    if not has_plan:
        return Outcome("no_answer", bound=_finite(bound))
    objective = info.objective_function_value
    if ended == states.kOptimal and not integer:
        bound = objective
    solution = highs.getSolution()
    return Outcome(
        status="optimal" if ended == states.kOptimal else "feasible",
        objective=objective,
        bound=_finite(bound),
        gap=_finite((objective - bound) / max(abs(objective), 1e-9)),
        values=dict(zip(model.names, solution.col_value, strict=True)),
        duals={} if integer else dict(zip(model.row_names, solution.row_dual, strict=True)),
    )


def _conflict(highs: highspy.Highs, model: Model) -> tuple[str, ...]:
    """Names from the irreducible infeasible subsystem, in the order of the model. Where only whole numbers clash
    HiGHS marks it as not proven irreducible; the rows still cannot hold together."""
    _, found = highs.getIis()
    rows = tuple(model.row_names[i] for i in sorted(found.row_index_))
    return rows or tuple(model.names[j] for j in found.col_index_)


# --------------------------------------------------------------------------- CBC


def _by_cbc(
    model: Model, problem: Programme, time_limit: float, gap: float, nodes: int | None,
    start: Mapping[str, float] | None,
) -> Outcome:  # fmt: skip
    """Through the CBC that comes with PuLP; what cannot hold together is asked of HiGHS, since CBC does not tell."""
    written = _write(model)
    columns = {v.name: v for v in written.variables()}
    if start:
        for name, variable in columns.items():
            variable.setInitialValue(float(start.get(name, 0.0)), check=False)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "cbc.log"
        cbc = pulp.COIN_CMD(
            msg=False, timeLimit=time_limit, gapRel=gap, maxNodes=nodes, threads=1, warmStart=bool(start),
            keepFiles=False, logPath=str(log), path=pulp.PULP_CBC_CMD.pulp_cbc_path,
        )  # fmt: skip
        cbc.tmpDir = folder
        try:
            written.solve(cbc)
        except pulp.PulpSolverError as error:
            return Outcome("error", why=str(error))
        told = log.read_text(encoding="utf-8", errors="replace")
    found = written.sol_status
    undecided = found == pulp.LpSolutionNoSolutionFound and UNDECIDED in told
    if found == pulp.LpSolutionInfeasible or (undecided and not _unbounded(model)):
        highs = _highs(time_limit, gap, nodes)
        highs.passModel(_lp(model))
        highs.run()
        return Outcome("infeasible", conflict=_conflict(highs, model))
    if found == pulp.LpSolutionUnbounded or undecided:
        return Outcome("unbounded")
    integer = any(model.whole)
    if found == pulp.LpSolutionNoSolutionFound:
        return Outcome("no_answer", bound=_bound(told))
    values = {name: float(variable.value() or 0.0) for name, variable in columns.items()}
    objective = model.cost_of(values)
    proven = found == pulp.LpSolutionOptimal
    bound = _bound(told) + model.constant if integer else objective
    if proven and not math.isfinite(bound):
        bound = objective
    return Outcome(
        status="optimal" if proven else "feasible",
        objective=objective,
        bound=bound,
        gap=_finite((objective - bound) / max(abs(objective), 1e-9)),
        values=values,
        duals={} if integer else {row.name: float(row.pi or 0.0) for row in written.constraints()},
    )


UNDECIDED = "Pre-processing says infeasible or unbounded"
"""What CBC leaves it at where its preprocessing finds no plan."""


def _unbounded(model: Model) -> bool:
    """Whether a programme that has no plan, or no best one, has plans: then it has an answer without its costs."""
    highs = _highs(math.inf, 0.0, None)
    highs.passModel(_lp(replace(model, cost=[0.0] * len(model.cost))))
    highs.run()
    return bool(highs.getModelStatus() == highspy.HighsModelStatus.kOptimal)


def _bound(told: str) -> float:
    """The bound in the result that closes CBC's log, without the constant; NaN where it tells none."""
    found = re.search(r"Lower bound:\s+(\S+)", told.rpartition("Result -")[2])
    return _finite(float(found[1])) if found else math.nan


def _finite(value: float) -> float:
    return value if math.isfinite(value) else math.nan
