"""Material on order: it reaches its yard at its time, and counts from then on."""

from __future__ import annotations

import pytest

from optimization.dispatchers import greedy
from results.capacity import cover
from results.metrics import metrics
from results.series import given, spreadable, stock_lines
from scenarios.load import load
from simulation.engine import Simulation, run
from simulation.record import Run

LITTLE = ["fleet.stock.north-yard:salt.amount_t=0.5", "fleet.stock.south-yard:salt.amount_t=0.5"]


def played(*more: str) -> Run:
    """The tiny snow with half a tonne of salt in each yard, and these overrides."""
    scenario = load("tiny/snow", sets=[*LITTLE, *more])
    return run(scenario, 0, greedy.make(scenario))


def ordered(tonnes: float, hour: float) -> tuple[str, str]:
    row = "fleet.stock.north-yard:salt"
    return f"{row}.ordered_t={tonnes}", f"{row}.arrives_h={hour}"


def test_it_is_there_from_its_second_on() -> None:
    """Not a second before; the command post sees it, and hears of it as of a transfer."""
    row = "fleet.stock.south-yard:grit"  # which nobody takes
    scenario = load("tiny/snow", sets=[f"{row}.ordered_t=8", f"{row}.arrives_h=1"])
    grit = [m.id for m in scenario.fleet.materials].index("grit")
    with Simulation(scenario, 0) as simulation:
        for second, tonnes in ((3599, 5.0), (3601, 13.0)):
            situation = None
            while simulation.t < second:
                situation = simulation.advance(second)
            assert situation is not None and situation.stock[1, grit] == pytest.approx(1000 * tonnes)
        came = [e for e in simulation.world.events if e.kind == "refill" and not e.crew]
    assert [(e.t, e.target, e.verb, e.value) for e in came] == [(3600, "south-yard", "grit", 8000.0)]


def test_the_sooner_it_comes_the_less_is_lost() -> None:
    """Never, late, soon, there from the start; no salt is made or lost on the way."""
    there = played("fleet.stock.north-yard:salt.amount_t=8.5")
    runs = [played(), played(*ordered(8, 6)), played(*ordered(8, 1)), there]
    lost = [metrics(r)["unclear_km_h"] or 0.0 for r in runs]
    assert lost[0] > lost[1] > lost[2] > lost[3]
    assert all(abs(r.balance["material"]) < 1e-9 for r in runs)
    assert metrics(runs[2])["material_used_t.salt"] > 2.0 > metrics(runs[0])["material_used_t.salt"]  # type: ignore[operator]


def test_reports_count_what_came() -> None:
    """The yard's line rises at its time, hoppers hold no salt that nobody had, and the storm's cover counts it; what
    comes after the end counts nowhere."""
    came, never = played(*ordered(8, 4)), played(*ordered(8, 99))
    line = next(s for s in stock_lines(came) if (s.depot, s.material) == ("north-yard", "salt"))
    at = line.t.tolist().index(14_400)
    assert line.tonnes[at] - line.tonnes[at - 1] == pytest.approx(8.0)
    assert (given(came, "salt"), given(never, "salt")) == (9.0, 1.0)
    left = spreadable(came)
    assert left is not None
    capacity = sum(k.hopper * e.count for e in came.scenario.fleet.equipment for k in came.scenario.fleet.kinds
                   if k.id == e.kind) / 1000  # fmt: skip
    assert left.hoppers.min() >= 0 and left.hoppers.max() <= capacity
    told = cover(came, "salt")
    assert told is not None and told.stock == 9.0
    assert not [e for e in never.events if e.kind == "refill" and not e.crew]
