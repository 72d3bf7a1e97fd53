"""A model as arrays: units, rims, reversal, lengthening and tables, held to SWMM where it tells them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from swmm.toolkit import shared_enum, solver

from simulation.drainage.inp import FOOT, InpError, read_inp
from simulation.drainage.native import layout as model
from simulation.drainage.native.inflows import ExternalInflow
from simulation.drainage.native.layout import Layout
from simulation.drainage.native.read import read_layout
from simulation.drainage.swmm import FLOW, SwmmDrainage
from tests.simulation.drainage.drains import bucket, options, pipe, pystorms

_FULL_FLOW, _SLOPE = 406, 404
"""Of swmm5.h."""


def layout(text: str) -> Layout:
    """As read."""
    return read_layout(read_inp(text))


def against_swmm(text: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """What -> (ours, SWMM's), SI."""
    ours = layout(text)
    node, link = shared_enum.NodeProperty, shared_enum.LinkProperty
    with SwmmDrainage(text) as drains:
        unit, flow = drains._length, drains._flow
        nodes, links = range(len(ours.nodes.names)), range(len(ours.links.names))
        pipes = ours.conduits.link
        ends = np.array([solver.link_get_connections(i) for i in links])
        return {
            "full depth": (
                ours.nodes.full_depth,
                np.array([unit * solver.node_get_parameter(i, node.FULL_DEPTH) for i in nodes]),
            ),
            "invert": (
                ours.nodes.invert,
                np.array([unit * solver.node_get_parameter(i, node.INVERT_ELEVATION) for i in nodes]),
            ),
            "upper offset": (
                ours.links.offset1,
                np.array([unit * solver.link_get_parameter(i, link.OFFSET_1) for i in links]),
            ),
            "lower offset": (
                ours.links.offset2,
                np.array([unit * solver.link_get_parameter(i, link.OFFSET_2) for i in links]),
            ),
            "ends": (np.stack([ours.links.start, ours.links.end], axis=1), ends),
            "full flow": (
                ours.conduits.full_flow,
                np.array([flow * drains._value(_FULL_FLOW, int(i)) for i in pipes]),
            ),
            "slope": (
                ours.conduits.slope * ours.conduits.length / ours.conduits.true_length,
                np.array([drains._value(_SLOPE, int(i)) for i in pipes]),
            ),
        }


def hilly(units: str, offsets: str = "DEPTH", lengthening: float = 0) -> str:
    """Conduits down, up and level, with offsets, a steep one, sediment, and crowns above the rims."""
    at = {"DEPTH": "0.2 0.1", "ELEVATION": "11.2 10.1"}[offsets]
    up = {"DEPTH": "0 0.3", "ELEVATION": "* 10.8"}[offsets]
    return (
        options(units).replace("LINK_OFFSETS DEPTH", f"LINK_OFFSETS {offsets}")
        + f"""LENGTHENING_STEP {lengthening}
MIN_SLOPE 0.02
[JUNCTIONS]
A 11 0.5
B 10 3
C 10.5 0
[OUTFALLS]
O 9 FREE
[CONDUITS]
AB A B 40 0.013 {at}
BC B C 30 0.02 {up} 0.1
CO C O 6 0.011 {"0 0" if offsets == "DEPTH" else "* *"}
AC A C 400 0.013 {"0 0.5" if offsets == "DEPTH" else "* 11.0"}
[XSECTIONS]
AB CIRCULAR 0.8 0 0 0
BC FILLED_CIRCULAR 0.9 0.1 0 0 2
CO RECT_CLOSED 0.6 1 0 0
AC TRAPEZOIDAL 1 1 1 1
[LOSSES]
BC 0.3 0.7 0.1 YES
"""
    )


@pytest.mark.parametrize("units", ["CMS", "CFS", "LPS"])
@pytest.mark.parametrize("offsets", ["DEPTH", "ELEVATION"])
@pytest.mark.parametrize("lengthening", [0, 4])
def test_the_network_is_swmms(units: str, offsets: str, lengthening: float) -> None:
    for what, (ours, theirs) in against_swmm(hilly(units, offsets, lengthening)).items():
        assert ours == pytest.approx(theirs, rel=1e-3, abs=1e-6), what


def test_a_conduit_that_rises_is_turned_round_with_all_it_has() -> None:
    ours = layout(hilly("CMS"))
    link, row = ours.links.names.index("BC"), 1
    assert (ours.links.sign[link], ours.nodes.names[ours.links.start[link]]) == (-1, "C")
    assert ours.links.initial_flow[link] == pytest.approx(-0.1)
    assert (ours.conduits.loss_in[row], ours.conduits.loss_out[row]) == (0.7, 0.3)
    assert ours.links.gate[link] and ours.conduits.barrels[row] == 2


def test_lengthening_keeps_the_full_flow_and_the_true_length() -> None:
    short, long = layout(hilly("CMS")), layout(hilly("CMS", lengthening=4))
    assert long.conduits.length[2] > short.conduits.length[2] == long.conduits.true_length[2]
    assert long.conduits.full_flow == pytest.approx(short.conduits.full_flow)


@pytest.mark.parametrize("name", ["alpha", "gamma"])
def test_published_models_are_swmms(name: str) -> None:
    for what, (ours, theirs) in against_swmm(pystorms(name)).items():
        assert ours == pytest.approx(theirs, rel=1e-3, abs=1e-6), what


def test_a_dummy_passes_water_on_without_a_section() -> None:
    ours = layout(pipe().replace("CIRCULAR 0.5 0", "DUMMY 0 0"))
    assert ours.conduits.dummy.tolist() == [True] and ours.links.section.tolist() == [-1]
    assert ours.nodes.full_depth.tolist() == [2, 0]


def test_us_and_metric_models_are_the_same_in_si() -> None:
    metric, us = layout(pipe("CMS", 0.05)), layout(pipe("CFS", 0.05))
    assert us.conduits.length[0] == pytest.approx(metric.conduits.length[0] * FOOT)
    assert us.inflows.base[0] == pytest.approx(metric.inflows.base[0] * FLOW["CFS"])


STORES = {
    "FUNCTIONAL 20 1.5 30": lambda d: 30 * d + 20 / 2.5 * d**2.5,
    "CYLINDRICAL 4 3 0": lambda d: np.pi * 3 * d,
    "CONICAL 4 4 2": lambda d: np.pi / 3 * d * (4 + 2 * (2 + 2 * d) + (2 + 2 * d) ** 2),
    "PARABOLOID 4 3 2": lambda d: np.pi * 3 / 2 * d**2 / 2,
    "PYRAMIDAL 4 3 1": lambda d: 12 * d + 7 * d**2 + 4 / 3 * d**3,
    "TABULAR T": lambda d: np.where(d < 2, 10 * d + 10 * d**2, 60 + 50 * (d - 2)),
}


@pytest.mark.parametrize("shape", STORES)
def test_a_storage_holds_what_its_shape_says(shape: str) -> None:
    text = bucket().replace("FUNCTIONAL 0 0 50", shape) + "[CURVES]\nT STORAGE 0 10 2 50\nT 4 50\n"
    stores = layout(text).stores
    depth = np.linspace(0, stores.top[0], model.STORE_POINTS)
    assert stores.top[0] == 6
    assert stores.volume[0] == pytest.approx(STORES[shape](depth), rel=1e-4, abs=1e-9)


def test_a_table_that_narrows_stops_at_nothing() -> None:
    text = bucket().replace("FUNCTIONAL 0 0 50", "TABULAR T") + "[CURVES]\nT STORAGE 0 10 1 30 2 10\n"
    stores = layout(text).stores
    assert stores.area[0][-1] == 0 and np.all(np.diff(stores.volume[0]) >= 0)


REGULATORS = (
    options("CFS")
    + """
[JUNCTIONS]
K 4 9
[OUTFALLS]
O 2 TIMESERIES S YES
P 2 TIDAL Z
Q 2 FIXED 5
[STORAGE]
B 5 10 1 FUNCTIONAL 0 0 500
[PUMPS]
U B O F OFF 3 1
[ORIFICES]
R B K BOTTOM -1 0.65 YES 0.5
[WEIRS]
W B K V-NOTCH 4 3.3
X B P TRAPEZOIDAL 1 3 NO 0 2.5 NO
[OUTLETS]
T K Q 1 FUNCTIONAL/HEAD 10 0.5 YES
V K P 1 TABULAR/DEPTH G
[XSECTIONS]
R CIRCULAR 1 0 0 0
W TRIANGULAR 2 4 0 0
X TRAPEZOIDAL 2 3 0.5 0.5
[CURVES]
F PUMP3 0 10 20 0
G RATING 0 0 4 8
Z TIDAL 0 3 12 6 24 3
[TIMESERIES]
S 0:00 4
S 07/20/2021 18:00 6
"""
)


def test_regulators_are_in_si() -> None:
    ours = layout(REGULATORS)
    cfs, root = FLOW["CFS"], FOOT**0.5
    assert (ours.pumps.kind[0], ours.pumps.setting[0]) == (model.BY_HEAD, 0)
    assert ours.pumps.start_depth[0] == pytest.approx(3 * FOOT)
    assert ours.curves.y[:2] == pytest.approx([10 * cfs, 0]) and ours.curves.x[1] == pytest.approx(20 * FOOT)
    assert (ours.orifices.kind[0], ours.orifices.circular[0], ours.orifices.open_seconds[0]) == (
        1,
        True,
        1800,
    )
    assert ours.weirs.coefficient == pytest.approx([3.3 * root, 3 * root])
    assert ours.weirs.side_slope == pytest.approx([1, 0.5])
    assert ours.weirs.length == pytest.approx([0, 3 * FOOT])
    assert ours.weirs.surcharge.tolist() == [True, False]
    assert ours.outlets.by_head.tolist() == [True, False]
    flow = ours.outlets.coefficient[0] * (4 * FOOT) ** ours.outlets.exponent[0]
    assert flow == pytest.approx(20 * cfs), "10 * 4 ** 0.5 cfs"
    assert ours.links.gate.tolist() == [False, True, False, False, True, False]


def test_a_crest_below_the_lower_node_is_lifted_to_it() -> None:
    ours = layout(REGULATORS.replace("B 5 10", "B 1 10"))
    assert ours.links.offset1[ours.links.names.index("R")] == pytest.approx(3 * FOOT)


def test_outfall_stages_are_elevations_in_time() -> None:
    ours = layout(REGULATORS)
    assert ours.outfalls.kind.tolist() == [model.TIMED, model.TIMED, model.FIXED]
    assert ours.outfalls.gate.tolist() == [True, False, False]
    assert ours.outfalls.tidal.tolist() == [False, True, False]
    first = ours.series.first[ours.outfalls.series[0]]
    assert ours.series.x[first : first + 2].tolist() == [0, 7200]
    assert ours.series.y[first : first + 2] == pytest.approx([4 * FOOT, 6 * FOOT])


def inflow(text: str) -> ExternalInflow:
    """Of a model."""
    ours = layout(text)
    return ExternalInflow(ours.inflows, ours.series, len(ours.nodes.names), ours.options.start)


def test_inflow_follows_its_series_and_patterns() -> None:
    text = pipe().replace('J FLOW "" FLOW 1.0 1.0 0.05', "J FLOW S FLOW 1.0 2.0 0.1 H")
    text += "[PATTERNS]\nH HOURLY " + " ".join(str(i) for i in range(24))
    flow = inflow(text + "\n[TIMESERIES]\nS 0:00 0\nS 1:00 3\n")
    assert flow.at(1800.0)[0] == pytest.approx(2 * 1.5 + 0.1 * 16), "half past four in the afternoon"
    assert flow.at(3601.0)[0] == pytest.approx(0.1 * 17), "a series gives nothing after its end"


def test_dry_weather_flow_knows_the_weekend() -> None:
    text = pipe() + "[DWF]\nJ FLOW 2 D H W\n[PATTERNS]\nD DAILY 1 1 3 1 1 1 1\nH HOURLY 2\nW WEEKEND 0.5\n"
    text = text.replace("16:00:00", "00:00:00", 1)
    assert inflow(text).at(60.0)[0] == pytest.approx(0.05 + 2 * 3 * 2), "a Tuesday"
    sunday = text.replace("07/20/2021", "07/25/2021")
    assert inflow(sunday).at(60.0)[0] == pytest.approx(0.05 + 2 * 1 * 0.5)


def test_swmms_defaults() -> None:
    found = layout(pipe()).options
    assert (found.max_trials, found.variable_step, found.normal_flow, found.slot) == (8, 0.75, 2, False)
    assert found.head_tolerance == pytest.approx(0.005 * FOOT)
    assert found.min_surface_area == pytest.approx(12.566 * FOOT**2)
    assert (found.routing_step, found.minimum_step, found.duration) == (5, 0.5, 21600)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("FLOW_ROUTING DYNWAVE", "FLOW_ROUTING KINWAVE", "line 4: flow routing by KINWAVE is not supported"),
        ("100 0.013 0 0", "100 0.013 0 low", "line 22: the offset of 'C' is 'low', which is no number"),
        ("O 10 FREE", "O 10 TIMESERIES S", "line 20: 'O' reads time series 'S', which is not there"),
        ("O 10 FREE", "O 10 OPEN", "choose from FREE, NORMAL, FIXED, TIDAL, TIMESERIES"),
        ("J 11 2 0 0 0", "J 11 2 5 0 0", "line 18: junction 'J' starts with more water than it can hold"),
        (
            "[COORDINATES]",
            "[LOSSES]\nC 0 0 0 NO 5\n[COORDINATES]",
            "seepage from conduit 'C' is not supported",
        ),
        ("[COORDINATES]", "[CURVES]\nA SHAPE 0 1 0 2\n[COORDINATES]", "curve 'A' does not rise in x"),
        ("[COORDINATES]", "[RDII]\nJ U 5\n[COORDINATES]", "leaky sewers (RDII) is not supported"),
        ("C CIRCULAR 0.5", "C FORCE_MAIN 0.5", "conduit 'C' of shape FORCE_MAIN is not supported"),
        ("[COORDINATES]", "[PUMPS]\nU J O *\n[COORDINATES]", "it must be the only way out of its node"),
    ],
)
def test_what_is_wrong_or_not_supported_is_told_with_its_line(old: str, new: str, words: str) -> None:
    with pytest.raises(InpError) as error:
        layout(pipe().replace(old, new))
    assert words in str(error.value)


def test_evaporation_is_refused_only_where_water_lies_open() -> None:
    dry = pipe() + "[EVAPORATION]\nCONSTANT 3.0\n"
    assert layout(dry).conduits.link.tolist() == [0]
    with pytest.raises(InpError, match="evaporation from open conduit 'C' is not supported"):
        layout(dry.replace("CIRCULAR 0.5 0", "RECT_OPEN 0.5 1"))


@settings(max_examples=25, deadline=None)
@given(st.floats(-5, 5), st.floats(1, 500), st.floats(0, 2), st.floats(0, 2))
def test_no_conduit_rises_after_reading(drop: float, length: float, low: float, high: float) -> None:
    ours = layout(
        pipe()
        .replace("O 10 FREE", f"O {11 - drop} FREE")
        .replace("100 0.013 0 0", f"{length} 0.013 {low} {high}")
    )
    nodes, links = ours.nodes, ours.links
    bottom = [nodes.invert[links.start[0]] + links.offset1[0], nodes.invert[links.end[0]] + links.offset2[0]]
    assert bottom[0] >= bottom[1] - 1e-9
    assert ours.conduits.slope[0] > 0 and np.isfinite(ours.conduits.full_flow[0])
    assert nodes.full_depth[links.start[0]] >= links.offset1[0] + 0.5 - 1e-12


@pytest.mark.parametrize("text", [REGULATORS, hilly("CFS", "ELEVATION", 4)])
def test_a_row_cut_short_is_read_or_told_but_never_breaks_the_reading(text: str) -> None:
    lines = text.splitlines()
    told = 0
    for number, line in enumerate(lines):
        for kept in range(1, len(line.split())):
            cut = [*lines[:number], " ".join(line.split()[:kept]), *lines[number + 1 :]]
            try:
                layout("\n".join(cut))
            except InpError as error:
                told += 1
                assert str(error)
    assert told > len(lines)
