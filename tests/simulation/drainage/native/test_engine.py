"""The native engine beside SWMM on tiny models, and what only it can do: many members at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.drainage.editing import with_storm
from simulation.drainage.inp import read_inp
from simulation.drainage.native.engine import NativeDrainage
from simulation.drainage.native.ensemble import NativeEnsemble
from simulation.drainage.native.network import network
from simulation.drainage.native.read import read_layout
from simulation.drainage.protocol import DrainageError
from simulation.drainage.swmm import SwmmDrainage
from tests.simulation.drainage.drains import START, bucket, options, pipe, station, town

HOUR = 3600


def regulated(row: str, shape: str) -> str:
    """A 50 m2 storage S with water in it, emptied into outfall O through one regulator R."""
    section, link = row.split(" ", 1)
    return (
        options()
        + f"""
[STORAGE]
S 10 4 1.5 FUNCTIONAL 0 0 50
[OUTFALLS]
O 8 FREE
[{section}]
R S O {link}
[XSECTIONS]
R {shape}
[INFLOWS]
S FLOW "" FLOW 1.0 1.0 0.05
[CURVES]
RC RATING 0 0
RC 2 0.2
"""
    )


REGULATORS = {
    "side orifice": ("ORIFICES SIDE 0.2 0.65 NO 0", "CIRCULAR 0.3 0 0 0"),
    "bottom orifice": ("ORIFICES BOTTOM 0 0.65 NO 0", "RECT_CLOSED 0.3 0.2 0 0"),
    "orifice with a flap gate": ("ORIFICES SIDE 0 0.65 YES 0", "RECT_CLOSED 0.3 0.2 0 0"),
    "transverse weir": ("WEIRS TRANSVERSE 0.8 1.84 NO 0 0 YES", "RECT_OPEN 1 0.6 0 0"),
    "side-flow weir": ("WEIRS SIDEFLOW 0.8 1.84 NO 0 0 YES", "RECT_OPEN 1 0.6 0 0"),
    "v-notch weir": ("WEIRS V-NOTCH 0.8 1.4 NO 0 0 NO", "TRIANGULAR 1 1 0 0"),
    "trapezoidal weir": ("WEIRS TRAPEZOIDAL 0.8 1.84 NO 0 1.4 NO", "TRAPEZOIDAL 1 0.5 1 1"),
    "outlet by function": ("OUTLETS 0.5 FUNCTIONAL/DEPTH 0.1 0.5 NO", "DUMMY 0 0 0 0"),
    "outlet by table": ("OUTLETS 0.5 TABULAR/HEAD RC NO", "DUMMY 0 0 0 0"),
}


def storm(ponding: str = "NO", method: str = "EXTRAN") -> str:
    """The tiny town under 80 mm in an hour."""
    text = town(ponding).replace("THREADS 1", f"THREADS 1\nSURCHARGE_METHOD {method}")
    return with_storm(read_inp(text), [80 / HOUR] * 12, 300, START, 6 * HOUR)


def both(text: str, seconds: int) -> tuple[NativeDrainage, np.ndarray, object]:
    """The native engine after some time, and SWMM's depths and totals then."""
    native = NativeDrainage(text)
    native.step(seconds)
    with SwmmDrainage(text) as swmm:
        assert native.nodes == swmm.nodes
        swmm.step(seconds)
        return native, swmm.depth(), swmm.totals()


@pytest.mark.parametrize("inflow", [0.02, 0.2, 0.6])
def test_a_pipe_carries_what_swmm_says_free_full_and_flooded(inflow: float) -> None:
    native, depth, totals = both(pipe(inflow=inflow), 2 * HOUR)
    assert native.depth() == pytest.approx(depth, abs=0.02)
    assert native.totals().outflow == pytest.approx(totals.outflow, rel=0.01)
    assert native.totals().lost == pytest.approx(totals.lost, rel=0.005, abs=1.0)


@pytest.mark.parametrize("ponding", ["NO", "YES"])
@pytest.mark.parametrize("method", ["EXTRAN", "SLOT"])
def test_a_town_floods_as_in_swmm(ponding: str, method: str) -> None:
    text = storm(ponding, method)
    native, depth, totals = both(text, 2 * HOUR)
    assert totals.flooded > 50
    assert native.totals().flooded == pytest.approx(totals.flooded, rel=0.02)
    assert abs(native.totals().continuity) < 0.001
    assert native.totals().runoff == pytest.approx(totals.runoff, rel=0.01)
    assert native.depth() == pytest.approx(depth, abs=0.1)


@pytest.mark.parametrize("rule", [False, True])
def test_a_pump_starts_and_stops_as_in_swmm(rule: bool) -> None:
    native, _, totals = both(station(rule), 4 * HOUR)
    assert native.totals().outflow == pytest.approx(totals.outflow, rel=0.02)
    assert native.totals().outflow > 300
    assert abs(native.totals().continuity) < 0.001


def test_a_pump_counts_as_on_since_midnight_for_a_rule_as_in_swmm() -> None:
    """The tiny models begin at 16:00; without depths of its own the pump is on from the start."""
    text = (
        station().replace("ON 1.0 0.3", "ON")
        + "[CONTROLS]\nRULE rest\nIF PUMP P TIMEOPEN > 16:30:00\nTHEN PUMP P STATUS = OFF\n"
    )
    native, depth, totals = both(text, HOUR)
    assert native.depth() == pytest.approx(depth, abs=0.02)
    still, _, _ = both(text.replace("16:30", "20:30"), HOUR)
    assert native.depth()[0] > still.depth()[0] + 0.5
    assert native.totals().outflow == pytest.approx(totals.outflow, rel=0.02)


def test_a_rule_counts_from_when_a_pumps_own_depths_turned_it_on_as_in_swmm() -> None:
    text = station() + "[CONTROLS]\nRULE rest\nIF PUMP P TIMEOPEN > 0:15:00\nTHEN PUMP P STATUS = OFF\n"
    native, depth, _ = both(text, HOUR)
    assert native.depth() == pytest.approx(depth, abs=0.03)


def test_a_rule_shuts_a_conduit_as_in_swmm() -> None:
    name = read_inp(pipe()).links[0].name
    text = pipe() + f"[CONTROLS]\nRULE shut\nIF SIMULATION TIME > 0:20\nTHEN CONDUIT {name} STATUS = CLOSED\n"
    native, _, totals = both(text, HOUR)
    assert native.totals().outflow == pytest.approx(totals.outflow, rel=0.03)
    assert native.totals().outflow < 0.4 * 0.05 * HOUR


@pytest.mark.parametrize("kind", REGULATORS)
def test_a_regulator_lets_through_what_swmm_says(kind: str) -> None:
    native, depth, totals = both(regulated(*REGULATORS[kind]), 900)
    assert native.depth()[0] == pytest.approx(depth[0], abs=0.003)
    assert native.totals().outflow == pytest.approx(totals.outflow, rel=0.01)


@pytest.mark.parametrize("kind", ["FREE", "NORMAL"])
def test_a_link_that_ends_above_its_outfall_draws_nothing_from_it(kind: str) -> None:
    """The crest of a regulator is given above its upper node; it says nothing of water at the outfall."""
    text = regulated(*REGULATORS["outlet by table"]).replace("S 10 4 1.5", "S 10 4 0.2")
    native, depth, totals = both(text.replace("O 8 FREE", f"O 9.9 {kind}"), HOUR)
    assert native.depth() == pytest.approx(depth, abs=0.01) and depth[1] == 0
    assert native.totals().outflow == pytest.approx(totals.outflow, rel=0.01)
    drop = pipe(inflow=0.2).replace("C J O 100 0.013 0 0", "C J O 100 0.013 0 0.4").replace("O 10", "O 9.6")
    native, depth, totals = both(drop.replace("FREE", kind), HOUR)
    assert native.depth() == pytest.approx(depth, abs=0.01) and depth[1] == 0
    assert native.totals().outflow == pytest.approx(totals.outflow, rel=0.005)


def test_mobile_pumps_leave_the_low_depth() -> None:
    drains = NativeDrainage(bucket(), low_depth=0.3)
    drains.set_inflow(0, 0.02)
    drains.set_pumping(0, 0.1)
    drains.step(3 * HOUR)
    totals = drains.totals()
    assert drains.depth()[0] == pytest.approx(0.3, abs=0.02)
    assert totals.injected == pytest.approx(0.02 * 3 * HOUR)
    assert totals.pumped == pytest.approx(totals.injected - 50 * 0.3, rel=0.02)


def test_what_full_conduits_keep_a_level_down_by_is_told_and_not_called_stored() -> None:
    """Debris holds the water in a storage above the crown of its outlet, whose surface rises with it as in SWMM."""
    text = pipe(inflow=0.3).replace("[JUNCTIONS]\nJ 11 2 0 0 0", "[STORAGE]\nJ 12 6 0 FUNCTIONAL 0 0 50")
    drains = NativeDrainage(text.replace("CIRCULAR 0.5 0", "RECT_CLOSED 0.6 2"))
    drains.set_clog(0, 0.95)
    drains.step(3 * HOUR)
    totals = drains.totals()
    assert 3 < drains.depth()[0] < 5.5 and totals.lost == 0
    block = drains._all._blocks[0]
    came, owed = 0.3 * 3 * HOUR, float(block.waiting()[0] + block.state.missing.sum())
    assert block.waiting()[0] > 1
    assert totals.outflow + totals.storage + owed == pytest.approx(came, rel=0.001)
    assert totals.continuity == pytest.approx(owed / came, abs=0.0001)


def test_water_above_the_banks_of_an_open_channel_is_stored() -> None:
    text = pipe(inflow=0.3).replace("CIRCULAR 0.5 0", "RECT_OPEN 0.6 2")
    drains = NativeDrainage(text)
    drains.set_clog(0, 0.95)
    drains.step(HOUR // 2)
    assert 0.6 < drains.depth()[0] <= 2
    assert abs(drains.totals().continuity) < 0.001


def test_a_pump_without_power_stands_still() -> None:
    drains = NativeDrainage(station())
    drains.step(HOUR)
    drains.set_pump(0, False)
    before = drains.totals().outflow
    drains.step(HOUR)
    assert drains.totals().outflow == pytest.approx(before, abs=0.3)
    drains.set_pump(0, True)
    drains.step(HOUR)
    assert drains.totals().outflow > before + 50


def test_debris_floods_the_street_above_a_pipe() -> None:
    drains = NativeDrainage(pipe(inflow=0.1))
    assert drains.can_clog.tolist() == [True, False]
    drains.set_clog(0, 0.9)
    drains.step(HOUR)
    assert drains.flooding()[0] > 0.05
    drains.set_clog(0, 0.0)
    drains.step(HOUR)
    assert drains.flooding()[0] == 0


def test_a_high_river_holds_the_water_back() -> None:
    low, high = NativeDrainage(pipe()), NativeDrainage(pipe())
    high.set_stage(1.8)
    low.step(HOUR)
    high.step(HOUR)
    assert high.depth()[1] == pytest.approx(1.8)
    assert high.depth()[0] > low.depth()[0] + 0.5


def test_members_have_their_own_rain_and_actions() -> None:
    drains = NativeEnsemble(storm(), 3, rain_scale=np.array([0.5, 1.0, 1.5]))
    drains.set_inflow(0, np.array([0.0, 0.0, 0.1]))
    drains.step(HOUR)
    rain, lost = drains.rain_depth(), [t.lost for t in drains.totals()]
    assert rain[1] == pytest.approx(80.0) and rain[2] == pytest.approx(3 * rain[0])
    assert lost[0] < lost[1] < lost[2]
    assert drains.depth().shape == (3, 3)
    assert drains.totals()[2].injected == pytest.approx(360)


def test_a_member_is_what_it_is_alone() -> None:
    alone, among = (
        NativeDrainage(storm("YES")),
        NativeEnsemble(storm("YES"), 9, rain_scale=np.linspace(1, 1.4, 9)),
    )
    alone.step(HOUR)
    among.step(HOUR)
    assert among.depth()[:, 0] == pytest.approx(alone.depth(), abs=0.01)


def test_the_same_run_gives_the_same_bits() -> None:
    runs = [NativeEnsemble(storm(), 2, rain_scale=np.array([1.0, 1.1])) for _ in range(2)]
    for run in runs:
        run.step(HOUR)
    assert np.array_equal(runs[0].depth(), runs[1].depth())


def test_the_storm_ends() -> None:
    with pytest.raises(DrainageError, match="storm's time is over"):
        NativeDrainage(pipe()).step(7 * HOUR)


@settings(max_examples=15, deadline=None)
@given(flow=st.floats(0.0, 1.0), minutes=st.integers(1, 40))
def test_no_water_is_lost(flow: float, minutes: int) -> None:
    drains = NativeDrainage(bucket())
    drains.set_inflow(0, flow)
    drains.step(60 * minutes)
    totals = drains.totals()
    assert totals.injected == pytest.approx(
        totals.storage + totals.lost + totals.outflow, abs=0.6 * flow + 1e-6
    )
    assert abs(totals.continuity) < 0.001


def test_a_debt_finds_its_way_out() -> None:
    """What a dry node gave away without having it is owed by the next node on the way to an outfall, pumps included;
    two dead ends do not owe it to each other for ever."""
    below = network(read_layout(read_inp(station()))).joints.below
    assert below.tolist() == [1, -1]
    chain = pipe().replace("C J O 100 0.013 0 0", "C J K 100 0.013 0 0\nD K O 9 0.013 0 0")
    chain = chain.replace("J 11 2 0 0 0", "J 11 2 0 0 0\nK 10.5 2 0 0 0")
    chain = chain.replace("C CIRCULAR 0.5 0 0 0", "C CIRCULAR 0.5 0 0 0\nD CIRCULAR 0.5 0 0 0")
    layout = read_layout(read_inp(chain))
    names = np.array([*layout.nodes.names, "none"])
    assert dict(zip(layout.nodes.names, names[network(layout).joints.below], strict=True)) == {
        "J": "K", "K": "O", "O": "none"
    }  # fmt: skip
