"""What every engine behind ``protocol.Drainage`` must do alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import numpy as np
import pytest

from simulation.drainage.editing import with_storm
from simulation.drainage.inp import read_inp
from simulation.drainage.native.engine import NativeDrainage
from simulation.drainage.protocol import Drainage, DrainageError
from simulation.drainage.swmm import SwmmDrainage
from tests.simulation.drainage.drains import START, bucket, pipe, station, town

HOUR = 3600
Engine = Callable[..., Drainage]


@pytest.fixture(params=[SwmmDrainage, NativeDrainage])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Opens a model in the engine; what it opened is closed afterwards."""
    with ExitStack() as opened:
        yield lambda *args, **kwargs: opened.enter_context(closing(request.param(*args, **kwargs)))


def stormed(ponding: str = "NO") -> str:
    """The tiny town under 80 mm in an hour, for three hours."""
    return with_storm(read_inp(town(ponding)), [80 / HOUR] * 12, 300, START, 3 * HOUR)


def minutes(drains: Drainage, count: int) -> np.ndarray:
    """Run on, minute by minute; (count, nodes) m of depth."""
    depths = []
    for _ in range(count):
        drains.step(60)
        depths.append(drains.depth())
    return np.array(depths)


def test_a_model_is_described_node_by_node(engine: Engine) -> None:
    drains = engine(stormed("YES"))
    assert drains.nodes == ("N1", "N2", "O") and drains.pumps == ()
    assert drains.invert == pytest.approx([11.5, 10.5, 10])
    assert drains.full_depth[:2] == pytest.approx([2, 2])
    assert drains.ponded_area == pytest.approx([400, 400, 0])
    assert drains.can_clog.tolist() == [True, True, False]
    assert all(read().shape == (3,) for read in (drains.depth, drains.ponded, drains.flooding))
    drains.close()
    drains.close()


def test_inflow_adds_and_is_replaced_by_the_next(engine: Engine) -> None:
    drains = engine(bucket())
    drains.set_inflow(0, 0.02)
    minutes(drains, 60)
    drains.set_inflow(0, 0.01)
    minutes(drains, 60)
    totals = drains.totals()
    assert totals.injected == pytest.approx(0.03 * HOUR)
    assert drains.depth()[0] == pytest.approx(0.03 * HOUR / 50, rel=0.01)
    assert totals.storage == pytest.approx(totals.injected, rel=0.01)


@pytest.mark.parametrize("rate", [0.03, 0.5])
def test_mobile_pumps_hold_the_low_depth_and_never_draw_below_it(engine: Engine, rate: float) -> None:
    drains = engine(bucket(), low_depth=0.5)
    drains.set_inflow(0, 0.02)
    drains.set_pumping(0, rate)
    depth = minutes(drains, 180)[:, 0]
    assert depth[60:].min() > 0.48
    assert depth[-1] == pytest.approx(0.5, abs=0.03)
    totals = drains.totals()
    assert totals.pumped == pytest.approx(totals.injected - 50 * depth[-1], rel=0.02)


def test_below_the_low_depth_nothing_is_drawn(engine: Engine) -> None:
    drains = engine(pipe(inflow=0.05), low_depth=0.2)
    drains.set_pumping(0, 0.5)
    minutes(drains, 60)
    assert drains.totals().pumped == 0


def test_mobile_pumps_take_what_runs_off_at_their_node(engine: Engine) -> None:
    """0.9 m3/s run off at the upper end of a pipe that carries 0.65 under pressure; a pump of 0.3 takes the rest."""
    drains = engine(pipe(inflow=0.9))
    minutes(drains, 30)
    assert drains.flooding()[0] > 0.15
    drains.set_pumping(0, 0.3)
    minutes(drains, 30)
    assert drains.flooding()[0] == 0
    before = drains.totals().pumped
    minutes(drains, 60)
    assert drains.totals().pumped - before == pytest.approx(0.3 * HOUR, rel=0.01)
    drains.set_pumping(0, 5.0)
    minutes(drains, 60)
    before = drains.totals().pumped
    minutes(drains, 60)
    assert drains.totals().pumped - before > 0.7 * 0.9 * HOUR, "up to the low depth nearly all that comes"


def test_debris_floods_the_street_until_it_is_cleared(engine: Engine) -> None:
    drains = engine(pipe(inflow=0.1))
    drains.set_clog(0, 0.9)
    minutes(drains, 30)
    assert drains.flooding()[0] == pytest.approx(0.1 - 0.1 * 0.38, abs=0.01)
    drains.set_clog(0, 0.0)
    minutes(drains, 30)
    assert drains.flooding()[0] == 0
    drains.set_clog(1, 0.9)


@pytest.mark.parametrize("rule", [False, True])
def test_a_pump_without_power_stands_still_and_starts_again(engine: Engine, rule: bool) -> None:
    drains = engine(with_storm(read_inp(station(rule)), [], 300, START, 6 * HOUR))
    assert drains.pumps == ("P",)
    minutes(drains, 60)
    drains.set_pump(0, False)
    before = drains.totals().outflow
    minutes(drains, 60)
    assert before > 50 and drains.totals().outflow == pytest.approx(before, abs=0.3)
    drains.set_pump(0, True)
    minutes(drains, 60)
    assert drains.totals().outflow == pytest.approx(before + 0.05 * HOUR, rel=0.02)


def test_the_river_stands_at_its_stage_in_the_outfall(engine: Engine) -> None:
    drains = engine(pipe())
    minutes(drains, 30)
    free = drains.depth()
    drains.set_stage(1.8)
    minutes(drains, 30)
    assert drains.depth()[1] == pytest.approx(1.8, abs=0.001)
    assert drains.depth()[0] > free[0] + 0.5
    drains.set_stage(0.0)
    minutes(drains, 60)
    assert drains.depth() == pytest.approx(free, abs=0.01)


@pytest.mark.parametrize("ponding", ["NO", "YES"])
def test_totals_tell_where_the_water_went(engine: Engine, ponding: str) -> None:
    drains = engine(stormed(ponding))
    drains.set_inflow(0, 0.02)
    drains.set_pumping(1, 0.1)
    minutes(drains, 45)
    above = drains.ponded()
    minutes(drains, 135)
    totals = drains.totals()
    assert totals.rain == pytest.approx(0.08 * 80_000, rel=0.001)
    assert 0.7 * totals.rain < totals.runoff < totals.rain
    assert totals.injected == pytest.approx(0.02 * 3 * HOUR)
    came, went = totals.runoff + totals.injected, totals.outflow + totals.lost + totals.pumped
    assert went + totals.storage == pytest.approx(came, rel=0.01)
    assert abs(totals.continuity) < 0.01
    assert totals.flooded > 500 and totals.pumped > 100
    if ponding == "YES":
        assert totals.lost == pytest.approx(0, abs=1) and above[0] > 0.2
    else:
        assert totals.lost == pytest.approx(totals.flooded) and not above.any()


def test_beyond_the_storms_time_it_does_not_go(engine: Engine) -> None:
    drains = engine(stormed())
    drains.step(3 * HOUR)
    with pytest.raises(DrainageError, match="the storm's time is over: the model was opened for 10800 s"):
        drains.step(60)
