"""What must hold of water whatever is done, in SWMM behind the protocol and in the native engine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.drainage.editing import with_storm
from simulation.drainage.inp import read_inp
from simulation.drainage.native.engine import NativeDrainage
from simulation.drainage.protocol import WaterTotals
from simulation.drainage.swmm import SwmmDrainage
from tests.simulation.drainage.drains import START, bucket, town

ENGINES = (SwmmDrainage, NativeDrainage)
QUARTER = 900
"""s between two actions."""
LOW = 0.2
"""m: the low depth of mobile pumps."""
either = pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.__name__)


def works(ponding: str) -> str:
    """The tiny town, and beside it a pumped sump S of 40 m2 that inflow alone feeds: P: S -> Q."""
    return town(ponding, area=1.0).replace(
        "[OUTFALLS]",
        "[STORAGE]\nS 8 5 0 FUNCTIONAL 0 0 40\n[PUMPS]\nP S Q CP ON 1.0 0.3\n[CURVES]\nCP PUMP4 0 0.08\nCP 6 0.08\n"
        "[OUTFALLS]\nQ 12 FREE",
    )


def stormed(text: str, rain: float, hours: float = 2) -> str:
    """A text under ``rain`` mm in its first hour."""
    return with_storm(read_inp(text), [rain / 3600] * 12, 300, START, int(hours * 3600))


nodes = st.integers(0, 2)
works_actions = st.one_of(
    st.tuples(st.just("set_pumping"), nodes, st.sampled_from([0.0, 0.03, 0.3, 2.0])),
    st.tuples(st.just("set_clog"), nodes, st.floats(0.0, 1.0)),
    st.tuples(st.just("set_inflow"), nodes, st.sampled_from([0.0, 0.02, 0.2, 0.6])),
    st.tuples(st.just("set_pump"), st.just(0), st.booleans()),
)
river = st.tuples(st.just("set_stage"), st.just(None), st.floats(0.0, 2.5))
Action = tuple[str, int | None, float | bool]


def act(drains: SwmmDrainage | NativeDrainage, action: Action) -> None:
    """Do one of ``works_actions`` or ``river``."""
    name, at, value = action
    if at is None:
        getattr(drains, name)(value)
    else:
        getattr(drains, name)(at, value)


# ------------------------------------------------------------------ conservation


def played(drains: SwmmDrainage | NativeDrainage, quarters: Sequence[Sequence[Action]]) -> WaterTotals:
    """Do what each quarter of an hour asks for, step through it, and give the totals of the end."""
    for quarter in quarters:
        for action in quarter:
            act(drains, action)
        for _ in range(3):
            drains.step(QUARTER // 3)
            assert (drains.depth() >= 0).all() and (drains.flooding() >= 0).all()
    return drains.totals()


def unaccounted(totals: WaterTotals) -> tuple[float, float]:
    """m3 that came and are nowhere, and m3 that moved."""
    came = totals.runoff + totals.injected
    gone = totals.outflow + totals.lost + totals.pumped
    return abs(came - gone - totals.storage), came + abs(totals.outflow) + totals.pumped + totals.lost


def quarters(actions: st.SearchStrategy[Action]) -> st.SearchStrategy[list[list[Action]]]:
    """Two hours of up to three actions every quarter."""
    return st.lists(st.lists(actions, max_size=3), min_size=8, max_size=8)


storms = {"rain": st.sampled_from([0.0, 20.0, 90.0]), "ponding": st.sampled_from(["YES", "NO"])}


@settings(max_examples=20, deadline=None, derandomize=True)
@given(done=quarters(works_actions), **storms)
def test_swmm_keeps_its_water_whatever_is_done(done: list[list[Action]], rain: float, ponding: str) -> None:
    """Within 1 % of what moved and 2 m3: SWMM corrects flows and depths in turn, and balances no node. The river is
    left out, for SWMM books as outflow what it pushes in."""
    with SwmmDrainage(stormed(works(ponding), rain)) as drains:
        lost, moved = unaccounted(played(drains, done))
    assert lost <= 0.01 * moved + 2.0


@settings(max_examples=12, deadline=None, derandomize=True)
@given(done=quarters(works_actions), **storms)
def test_the_native_engine_keeps_its_water_whatever_is_done(
    done: list[list[Action]], rain: float, ponding: str
) -> None:
    """Within 0.5 % of what moved and 1 m3: depths follow flows to a tolerance."""
    lost, moved = unaccounted(played(NativeDrainage(stormed(works(ponding), rain)), done))
    assert lost <= 0.005 * moved + 1.0


PIPE = 100 * 0.1257
"""m3 in one of the town's pipes of 0.4 m when full."""


@settings(max_examples=8, deadline=None, derandomize=True)
@given(done=quarters(works_actions | river), **storms)
def test_the_native_engine_keeps_the_rivers_water_too(
    done: list[list[Action]], rain: float, ponding: str
) -> None:
    """Half of a pipe more: one that fills from below counts half of its surface at the node below, as in SWMM."""
    lost, moved = unaccounted(played(NativeDrainage(stormed(works(ponding), rain)), done))
    assert lost <= 0.005 * moved + PIPE / 2


# ------------------------------------------------------------------ more rain, more flood


def flooded(engine: type, rain: float, ponding: str) -> float:
    """m3 that rose over the rims of the tiny town, whose outlet is too small."""
    with engine(stormed(town(ponding, area=2.0), rain)) as drains:
        for _ in range(24):
            drains.step(300)
        return float(drains.totals().flooded)


@either
@settings(max_examples=6, deadline=None, derandomize=True)
@given(rain=st.floats(20.0, 150.0), more=st.floats(1.02, 2.0), ponding=st.sampled_from(["YES", "NO"]))
def test_more_rain_never_floods_less(engine: type, rain: float, more: float, ponding: str) -> None:
    """Nodes before a pipe that is too small; 1 m3 for the steps of the engines, which adapt."""
    assert flooded(engine, rain * more, ponding) >= flooded(engine, rain, ponding) - 1.0


# ------------------------------------------------------------------ mobile pumps


@either
@settings(max_examples=6, deadline=None, derandomize=True)
@given(
    rates=st.lists(st.sampled_from([0.0, 0.05, 0.5, 3.0]), min_size=8, max_size=8),
    inflows=st.lists(st.sampled_from([0.0, 0.01, 0.1]), min_size=8, max_size=8),
)
def test_a_mobile_pump_never_draws_below_its_low_depth(
    engine: type, rates: Sequence[float], inflows: Sequence[float]
) -> None:
    """A bucket of 50 m2, first filled 1 m deep: the pump stops at 0.2 m, but for 10 cm: what came is
    drawn on for half a minute until the next look; 0.1 m3/s over 30 s are 6 cm. It took no more than there was."""
    with engine(bucket(), low_depth=LOW) as drains:
        at = drains.nodes.index("B")
        drains.set_inflow(at, 0.05)
        drains.step(1000)
        assert drains.depth()[at] == pytest.approx(1.0, abs=0.01)
        for rate, inflow in zip(rates, inflows, strict=True):
            drains.set_pumping(at, rate)
            drains.set_inflow(at, inflow)
            for _ in range(5):
                drains.step(60)
                assert drains.depth()[at] > LOW / 2
        totals = drains.totals()
    assert totals.pumped <= totals.injected - 50 * (LOW / 2)
    assert totals.injected - totals.pumped == pytest.approx(totals.storage, rel=0.02, abs=0.5)


@either
def test_an_empty_node_gives_a_pump_nothing(engine: type) -> None:
    with engine(bucket(), low_depth=0.0) as drains:
        drains.set_pumping(drains.nodes.index("B"), 1.0)
        drains.step(600)
        assert drains.totals().pumped == 0 and np.all(drains.depth()[drains.nodes.index("B")] == 0)
