"""What every dispatcher found by its folder must hold over whole storms (in situations: ``test_dispatchers``)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

import pytest

from optimization import dispatchers, solver
from optimization.model import Model
from optimization.solver import Outcome
from scenarios.load import load
from simulation.engine import run
from simulation.model import Scenario
from simulation.orders import Assign, Order
from simulation.situation import Situation
from tests.optimization.answers import told
from tests.optimization.test_dispatchers import busy, mixed

STORMS = {"tiny/snow": "hours=8", "tiny/flood": "hours=4"}
"""With the override that makes them short."""
GUARD = 10.0
"""s that a decision may take by its own limits."""


def storm(reference: str) -> Scenario:
    return load(reference, sets=[STORMS[reference]])


def short(of: Scenario) -> Scenario:
    """The same with one machine of each of two kinds, and a handful of everything in the yards."""
    rows = tuple(e.model_copy(update={"count": 1}) for e in of.fleet.equipment[:2])
    stock = tuple(s.model_copy(update={"amount": min(s.amount, 300.0)}) for s in of.fleet.stock)
    return of.model_copy(update={"fleet": of.fleet.model_copy(update={"equipment": rows, "stock": stock})})


def played(name: str, of: Scenario, seed: int = 0) -> tuple[list[tuple[int, Order]], int]:
    """The orders that a dispatcher gives over a storm, and how many of them the engine refused."""
    dispatcher = dispatchers.make(name, of, seed)
    given: list[tuple[int, Order]] = []

    def asked(now: Situation) -> Sequence[Order]:
        idle = {c.id for c in now.crews if c.idle}
        orders = list(dispatcher(now))
        if name != "scripted":  # the plan book calls crews from their work
            assert {o.crew for o in orders if isinstance(o, Assign)} <= idle
        given.extend((now.t, order) for order in orders)
        return orders

    found = run(of, seed, asked)
    return given, sum(event.kind == "refused" for event in found.events)


@pytest.mark.parametrize("reference", STORMS)
@pytest.mark.parametrize("name", dispatchers.names())
def test_a_storm_without_a_refused_order(name: str, reference: str) -> None:
    """With all there is, and with next to nothing, in snow and in water: orders to idle crews only, none refused.
    Whoever thinks gives some, and the same again for the same seed."""
    rich, poor = storm(reference), short(storm(reference))
    for of in (rich, poor):
        given, refused = played(name, of)
        assert not refused
        assert given or name == "scripted"
    assert played(name, poor)[0] == given


@pytest.mark.parametrize("name", dispatchers.names())
def test_orders_are_given_where_the_solver_finds_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No plan in any decision: crews are sent all the same, and no order is refused."""
    monkeypatch.setattr(solver, "_by_highs", lambda *_: Outcome("no_answer"))
    given, refused = played(name, storm("tiny/snow"))
    assert not refused and (given or name == "scripted")


@pytest.mark.parametrize("name", dispatchers.names())
def test_a_decision_is_made_in_time_by_its_own_limits(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a clock on which the solver always takes all the time that it may, a decision takes ten seconds at the most;
    and in work: whole numbers are never searched for without a bound on the nodes."""
    clock, real = [0.0], solver._by_highs

    def slow(model: Model, time_limit: float, gap: float, nodes: int | None, start: object) -> Outcome:
        clock[0] += time_limit
        assert nodes is not None or not any(model.whole)
        return real(model, time_limit, gap, nodes, start)  # type: ignore[arg-type]

    monkeypatch.setattr(solver, "_by_highs", slow)
    monkeypatch.setattr(solver.time, "perf_counter", lambda: clock[0])
    world = mixed()
    dispatcher = dispatchers.make(name, world)
    for t in (3600, 7200):
        before = clock[0]
        dispatcher(busy(world, t=t))
        assert clock[0] - before <= GUARD


ASK = "from tests.optimization.answers import told; print(*told(), sep='\\n')"


def test_no_answer_depends_on_the_order_of_sets() -> None:
    """Another process with another hash seed gives the same orders and the same plans."""
    environment = os.environ | {"PYTHONHASHSEED": "4242", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == told()
