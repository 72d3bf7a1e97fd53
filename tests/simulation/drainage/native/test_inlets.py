"""Street inlets: what they capture, held to SWMM's own at every step of a storm."""

from __future__ import annotations

import numpy as np
import pytest
from swmm.toolkit import shared_enum, solver

from simulation.drainage.inp import InpError, read_inp
from simulation.drainage.native.block import Block, Plan
from simulation.drainage.native.engine import NativeDrainage
from simulation.drainage.native.ensemble import NativeEnsemble
from simulation.drainage.native.inlets import exchange
from simulation.drainage.native.layout import Layout
from simulation.drainage.native.read import read_layout
from simulation.drainage.swmm import SwmmDrainage
from tests.simulation.drainage.drains import options

HOUR = 3600
STREET = """
[JUNCTIONS]
A 12 1
B 11 1
S 8 2
[OUTFALLS]
O 7 FREE
P 10.9 FREE
[CONDUITS]
L A B 100 0.016 0 0
M B P {after} 0.016 0 0
D S O 50 0.013 0 0
[XSECTIONS]
L {section}
M RECT_OPEN 1 3 0 0
D CIRCULAR 1 0 0 0
[STREETS]
T 6 0.15 3 0.016 {gutter} 2
[INLETS]
{inlet}
[INLET_USAGE]
L X S 2 20 {limit} 0 0 {place}
[CURVES]
Q DIVERSION 0 0 0.1 0.08 1 0.2
H RATING 0 0 0.5 0.4
[TIMESERIES]
I 0:00 0.01
I 2:00 0.6
I 6:00 0
[INFLOWS]
A FLOW I
"""


def street(
    inlet: str, place: str = "ON_GRADE", gutter: str = "0 0", limit: float = 0, section: str = "STREET T"
) -> str:
    """A street L whose inlets X feed a sewer at S; what they miss goes on to P."""
    return options() + STREET.format(
        inlet=inlet, place=place, gutter=gutter, limit=limit, section=section, after=50
    )


def layout_of(text: str) -> Layout:
    """As read."""
    return read_layout(read_inp(text))


def captured_beside_swmm(text: str) -> tuple[np.ndarray, np.ndarray]:
    """(steps,) m3/s captured: ours from SWMM's state before each step, and what reached the sewer in SWMM."""
    block = Block(Plan(layout_of(text)), 1)
    sewer = block.plan.layout.nodes.names.index("S")
    ours, theirs = [], []
    with SwmmDrainage(text) as drains:
        while True:
            for i, flow in enumerate(block.state.flow):
                flow[:] = solver.link_get_result(i, shared_enum.LinkResult.FLOW)
            block.state.depth[:, 0], block.state.overflow[:, 0] = drains.depth(), drains.flooding()
            block.state.lateral[:] = 0
            exchange(block.street, block.state, block.book, 1.0)
            if solver.swmm_step() <= 0:
                break
            ours.append(block.street.captured[0, 0])
            theirs.append(solver.node_get_result(sewer, shared_enum.NodeResult.LATERAL_INFLOW))
            assert block.state.lateral.sum() == pytest.approx(0.0, abs=1e-9)
    return np.array(ours), np.array(theirs)


DESIGNS = {
    "grate": "X GRATE 0.6 0.6 P_BAR-30",
    "generic grate": "X GRATE 0.9 0.6 GENERIC 0.4 1.5",
    "curb": "X CURB 1.5 0.15 INCLINED",
    "slot": "X SLOTTED 3 0.06",
    "combination": "X GRATE 0.6 0.6 CURVED_VANE\nX CURB 1.8 0.15 HORIZONTAL",
    "by flow": "X CUSTOM Q",
    "by depth": "X CUSTOM H",
}


@pytest.mark.parametrize("gutter", ["0 0", "0.05 0.6"])
@pytest.mark.parametrize("place", ["ON_GRADE", "ON_SAG"])
@pytest.mark.parametrize("design", DESIGNS)
def test_capture_is_swmms(design: str, place: str, gutter: str) -> None:
    ours, theirs = captured_beside_swmm(street(DESIGNS[design], place, gutter))
    assert theirs.max() > 0.03
    assert ours == pytest.approx(theirs, abs=3e-4 * theirs.max())


@pytest.mark.parametrize("design", ["X DROP_GRATE 0.9 0.6 RETICULINE", "X DROP_CURB 0.5 0.2"])
@pytest.mark.parametrize("section", ["TRAPEZOIDAL 0.8 0.5 2 2", "RECT_OPEN 0.8 2 0 0"])
def test_drop_inlets_in_channels_are_swmms(design: str, section: str) -> None:
    ours, theirs = captured_beside_swmm(street(design, section=section))
    assert theirs.max() > 0.03
    assert ours == pytest.approx(theirs, abs=0.005 * theirs.max())


def test_debris_and_limits_take_from_the_capacity() -> None:
    block = Block(Plan(layout_of(street(DESIGNS["grate"], limit=0.02))), 3)
    block.state.flow[:], block.state.depth[:], block.street.kept[:] = 0.3, 0.1, (1.0, 0.1, 0.0)
    exchange(block.street, block.state, block.book, 1.0)
    captured = block.street.captured[0]
    assert captured[0] == pytest.approx(2 * 2 * 0.02), "two inlets on two sides"
    assert captured[0] > captured[1] > captured[2] == 0
    assert block.state.lateral[block.plan.layout.nodes.names.index("B")] == pytest.approx(-captured)


def test_what_the_sewer_spills_comes_up_in_the_street_and_is_not_lost() -> None:
    block = Block(Plan(layout_of(street(DESIGNS["grate"]))), 1)
    names = block.plan.layout.nodes.names
    block.state.overflow[names.index("S")] = 0.2
    exchange(block.street, block.state, block.book, 2.0)
    assert block.state.lateral[names.index("B")] == pytest.approx(0.2)
    assert block.book.lost == block.book.entered == pytest.approx(-0.2)


def test_as_much_comes_up_as_was_spilled_whatever_the_steps() -> None:
    block = Block(Plan(layout_of(street(DESIGNS["grate"]))), 1)
    s, book, names = block.state, block.book, block.plan.layout.nodes.names
    sewer = names.index("S")
    for spill, step in ((0.0, 5.0), (0.2, 0.5), (0.3, 20.0), (0.1, 0.5), (0.4, 9.0), (0.0, 1.0), (0.0, 1.0)):
        s.lateral[:] = 0
        exchange(block.street, s, book, step)
        assert book.lost[0, 0] >= -1e-12, "never more than was spilled"
        s.overflow[sewer] = spill
        book.lost[:] += spill * step
    assert book.lost[0, 0] == pytest.approx(0.0, abs=1e-12)
    assert -book.entered[0, 0] + s.missing[sewer, 0] == pytest.approx(
        0.2 * 0.5 + 0.3 * 20 + 0.1 * 0.5 + 0.4 * 9
    )


@pytest.mark.parametrize("place", ["ON_GRADE", "ON_SAG"])
@pytest.mark.parametrize("sewer", [0.5, 0.3])
def test_streets_and_sewers_run_as_in_swmm(place: str, sewer: float) -> None:
    text = street(DESIGNS["combination"], place).replace("D CIRCULAR 1", f"D CIRCULAR {sewer}")
    native = NativeDrainage(text)
    with SwmmDrainage(text) as swmm:
        for _ in range(72):
            native.step(300)
            swmm.step(300)
            assert native.depth() == pytest.approx(swmm.depth(), abs=0.03)
        assert native.flooded() == pytest.approx(swmm.flooded(), rel=0.01, abs=1.0)
        assert (swmm.flooded().max() > 1000) == (sewer == 0.3), "the small sewer spills"
        assert native.totals().outflow == pytest.approx(swmm.totals().outflow, rel=0.001)
    assert native.totals().lost == pytest.approx(0.0, abs=1.0), "it comes up in the street"
    assert abs(native.totals().continuity) < 0.001


def test_a_sewer_that_ponds_makes_no_water() -> None:
    text = street(DESIGNS["combination"], "ON_SAG").replace("D CIRCULAR 1", "D CIRCULAR 0.3")
    native = NativeDrainage(
        text.replace("ALLOW_PONDING NO", "ALLOW_PONDING YES").replace("S 8 2", "S 8 2 0 0 100")
    )
    native.step(6 * HOUR)
    entered = 0.5 * (0.01 + 0.6) * 2 * HOUR + 0.5 * 0.6 * 4 * HOUR
    assert native.flooded()[native.nodes.index("S")] > 100
    assert native.totals().outflow + native.totals().storage == pytest.approx(entered, rel=0.002)


def test_debris_before_an_inlet_leaves_the_water_on_the_street() -> None:
    text = street(DESIGNS["combination"])
    members = NativeEnsemble(text, 3)
    bypass, end = (members.nodes.index(name) for name in "BP")
    assert members.can_clog.tolist() == [True, True, True, False, False]
    members.set_clog(bypass, np.array([0.0, 0.5, 0.9]))
    members.step(2 * HOUR)
    ran_on = members.depth()[end]
    assert ran_on[0] + 0.01 < ran_on[1] < ran_on[2] - 0.01
    with SwmmDrainage(text) as swmm:
        assert members.can_clog.tolist() == swmm.can_clog.tolist()
        swmm.set_clog(bypass, 0.5)
        swmm.step(2 * HOUR)
        assert members.depth()[:, 1] == pytest.approx(swmm.depth(), abs=0.005)


def test_an_inlet_without_a_place_is_in_a_sag_where_the_street_ends() -> None:
    text = street(DESIGNS["grate"], "AUTOMATIC")
    assert not layout_of(text).inlets.in_sag[0]
    ends = text.replace("M B P 50", "M P B 50").replace("P 10.9", "P 11.5")
    assert layout_of(ends).inlets.in_sag[0]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("L X S", "L Y S", "inlet 'Y' is not in [INLETS]"),
        ("L X S", "L X Z", "node 'Z' is not there"),
        ("L X S", "D X S", "inlet 'X' (GRATE) does not fit conduit 'D' (CIRCULAR)"),
        ("GRATE 0.6", "GRATE 0", "the dimensions of inlet 'X' must be above 0"),
        ("P_BAR-30", "SIEVE", "choose from P_BAR-50"),
    ],
)
def test_what_is_wrong_is_told(old: str, new: str, words: str) -> None:
    with pytest.raises(InpError) as error:
        layout_of(street(DESIGNS["grate"]).replace(old, new))
    assert words in str(error.value)
