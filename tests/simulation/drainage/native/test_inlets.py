"""Street inlets: what they capture, held to SWMM's own at every step of a storm."""

from __future__ import annotations

import numpy as np
import pytest
from swmm.toolkit import shared_enum, solver

from simulation.drainage.inp import InpError, read_inp
from simulation.drainage.native.inlets import exchange
from simulation.drainage.native.layout import Layout
from simulation.drainage.native.read import read_layout
from simulation.drainage.swmm import SwmmDrainage
from tests.simulation.drainage.drains import options

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
    """As read for an engine that knows inlets."""
    return read_layout(read_inp(text), with_inlets=True)


def tables(layout: Layout) -> tuple[np.ndarray, ...]:
    """What ``exchange`` needs of the sections."""
    s = layout.sections
    return s.full_depth, s.max_factor, s.area, s.width, s.normal_depth


def captured_beside_swmm(text: str) -> tuple[np.ndarray, np.ndarray]:
    """(steps,) m3/s captured: ours from SWMM's state before each step, and what reached the sewer in SWMM."""
    layout = layout_of(text)
    nodes, links = len(layout.nodes.names), len(layout.links.names)
    sewer = layout.nodes.names.index("S")
    ours, theirs = [], []
    with SwmmDrainage(text) as drains:
        while True:
            flow = np.array([[solver.link_get_result(i, shared_enum.LinkResult.FLOW)] for i in range(links)])
            lateral, captured = np.zeros((nodes, 1)), np.zeros((1, 1))
            exchange(
                layout.inlets, tables(layout), flow, drains.depth()[:, None], drains.flooding()[:, None], lateral,
                np.ones((1, 1)), captured,
            )  # fmt: skip
            if solver.swmm_step() <= 0:
                break
            ours.append(captured[0, 0])
            theirs.append(solver.node_get_result(sewer, shared_enum.NodeResult.LATERAL_INFLOW))
            assert lateral.sum() == pytest.approx(0.0, abs=1e-9)
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
    layout = layout_of(street(DESIGNS["grate"], limit=0.02))
    flow, depth = np.full((3, 3), 0.3), np.full((5, 3), 0.1)
    captured, lateral = np.zeros((1, 3)), np.zeros((5, 3))
    kept = np.array([[1.0, 0.1, 0.0]])
    exchange(layout.inlets, tables(layout), flow, depth, depth * 0, lateral, kept, captured)
    assert captured[0, 0] == pytest.approx(2 * 2 * 0.02), "two inlets on two sides"
    assert captured[0, 0] > captured[0, 1] > captured[0, 2] == 0
    assert lateral[layout.nodes.names.index("B")] == pytest.approx(-captured[0])


def test_what_the_sewer_spills_comes_up_in_the_street() -> None:
    layout = layout_of(street(DESIGNS["grate"]))
    overflow, lateral = np.zeros((5, 1)), np.zeros((5, 1))
    overflow[layout.nodes.names.index("S")] = 0.2
    exchange(
        layout.inlets, tables(layout), np.zeros((3, 1)), np.zeros((5, 1)), overflow, lateral, np.ones((1, 1)),
        np.zeros((1, 1)),
    )  # fmt: skip
    assert lateral[layout.nodes.names.index("B")] == pytest.approx(0.2)


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


def test_inlets_are_refused_where_nobody_exchanges_their_water() -> None:
    with pytest.raises(InpError, match="street inlets is not supported by the native drainage engine"):
        read_layout(read_inp(street(DESIGNS["grate"])))
