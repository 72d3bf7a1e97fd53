"""Cases with a formula: SWMM and the native engine each beside it, and beside one another.

Tolerances: the engines carry sections as tables and settle to 1e-3 or so; where one is wider, its test says why.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulation.drainage.editing import with_storm
from simulation.drainage.inp import read_inp
from simulation.drainage.native.engine import NativeDrainage
from simulation.drainage.protocol import WaterTotals
from simulation.drainage.swmm import SwmmDrainage
from tests.simulation.drainage.drains import START, options, pipe

HOUR = 3600
G = 9.80665
"""m/s2; SWMM has 32.2 ft/s2."""


def end(engine: type, text: str, seconds: int) -> tuple[np.ndarray, WaterTotals, float]:
    """Depths and totals after some time, and the outflow of the last minute, m3/s."""
    with engine(text) as drains:
        for _ in range(seconds // 60 - 1):
            drains.step(60)
        before = drains.totals().outflow
        drains.step(60)
        totals = drains.totals()
        return drains.depth(), totals, (totals.outflow - before) / 60


def both(text: str, seconds: int) -> list[tuple[np.ndarray, WaterTotals, float]]:
    """What SWMM and the native engine say."""
    return [end(engine, text, seconds) for engine in (SwmmDrainage, NativeDrainage)]


def prism(
    length: float, slope: float, inflow: float, stage: float, width: float = 1.0, high: float = 3.0
) -> str:
    """A rectangular channel J -> O with n = 0.013, and a fixed water level ``stage`` m above the outfall's invert."""
    parts = 8
    nodes = [f"J{i} {10 + slope * length * (parts - i) / parts:.9g} {high + 1} 0 0 0" for i in range(parts)]
    names = [f"J{i}" for i in range(parts)] + ["O"]
    links = [f"C{i} {names[i]} {names[i + 1]} {length / parts} 0.013 0 0" for i in range(parts)]
    shapes = [f"C{i} RECT_OPEN {high} {width} 0 0" for i in range(parts)]
    return "\n".join([
        options(), "[JUNCTIONS]", *nodes, "[OUTFALLS]", f"O 10 FIXED {10 + stage}", "[CONDUITS]", *links,
        "[XSECTIONS]", *shapes, "[INFLOWS]", f'J0 FLOW "" FLOW 1.0 1.0 {inflow}', "",
    ])  # fmt: skip


def manning(depth: float, width: float, slope: float) -> float:
    """m3/s in an open rectangular channel, n = 0.013."""
    area = width * depth
    return area * (area / (width + 2 * depth)) ** (2 / 3) * math.sqrt(slope) / 0.013


def normal(flow: float, width: float, slope: float) -> float:
    """m of uniform flow there, by bisection."""
    low, high = 0.0, 10.0
    for _ in range(60):
        mid = (low + high) / 2
        low, high = (mid, high) if manning(mid, width, slope) < flow else (low, mid)
    return low


def m1(length: float, slope: float, flow: float, stage: float, width: float = 1.0) -> float:
    """m of depth at the upper end of a backwater curve (M1), by small steps of dy/dx = (S - Sf) / (1 - Fr2)."""
    depth, steps = stage, 20_000
    for _ in range(steps):
        friction = slope * (flow / manning(depth, width, slope)) ** 2
        froude = flow**2 * width / (G * (width * depth) ** 3)
        depth -= (slope - friction) / (1 - froude) * length / steps
    return depth


# ------------------------------------------------------------------ land


def test_land_under_steady_rain_sheds_what_falls() -> None:
    """A sealed plot as a non-linear reservoir in equilibrium: Q = i A, and the depth that Manning asks for."""
    rain, hours = 36.0, 3
    text = (
        options()
        + """
[RAINGAGES]
G INTENSITY 0:05 1.0 TIMESERIES T
[SUBCATCHMENTS]
L G J 0.5 100 50 1.0 0
[SUBAREAS]
L 0.013 0.1 0 0 0 OUTLET
[INFILTRATION]
L 60 6 4 7 0
[JUNCTIONS]
J 11 2 0 0 0
[OUTFALLS]
O 10 FREE
[CONDUITS]
C J O 100 0.013 0 0
[XSECTIONS]
C CIRCULAR 0.5 0 0 0
[TIMESERIES]
T 0:00 0
"""
    )
    storm = with_storm(read_inp(text), [rain / HOUR] * (12 * hours), 300, START, hours * HOUR)
    flow = rain / 1000 / HOUR * 5000
    for _, _, out in both(storm, hours * HOUR):
        assert out == pytest.approx(flow, rel=0.002)


# ------------------------------------------------------------------ free surface


@pytest.mark.parametrize("flow", [0.02, 0.5, 2.0])
def test_a_channel_runs_at_mannings_normal_depth(flow: float) -> None:
    """The outfall's level is the normal depth, so that it is uniform all along."""
    depth = normal(flow, 1.0, 0.002)
    swmm, native = both(prism(800, 0.002, flow, depth), 3 * HOUR)
    for found, _, out in (swmm, native):
        assert found[:-1] == pytest.approx(depth, rel=0.005, abs=0.001)
        assert out == pytest.approx(flow, rel=0.001)
    assert native[0] == pytest.approx(swmm[0], abs=0.002)


def test_a_level_pool_lies_behind_a_high_outfall() -> None:
    """No flow: every node has the outfall's level, but for the last centimetre of a wave from its filling."""
    swmm, native = both(prism(400, 0.002, 0.0, 2.0), 3 * HOUR)
    for found, totals, _ in (swmm, native):
        level = np.array([10 + 0.002 * 400 * (8 - i) / 8 for i in range(9)]) + found
        assert level == pytest.approx(12.0, abs=0.02)
        assert totals.lost == 0


@pytest.mark.parametrize(("flow", "stage"), [(0.5, 1.5), (1.5, 2.2)])
def test_water_backs_up_along_the_m1_curve(flow: float, stage: float) -> None:
    """Depth at the outfall and 800 m above it; 1.5 cm, for eight reaches stand for the curve."""
    upper = m1(800, 0.002, flow, stage)
    assert normal(flow, 1.0, 0.002) < upper < stage
    swmm, native = both(prism(800, 0.002, flow, stage), 3 * HOUR)
    for found, _, _ in (swmm, native):
        assert found[-1] == pytest.approx(stage, abs=1e-4)
        assert found[0] == pytest.approx(upper, abs=0.015)
    assert native[0] == pytest.approx(swmm[0], abs=0.005)


# ------------------------------------------------------------------ pressure


@pytest.mark.parametrize(("method", "near"), [("EXTRAN", 0.02), ("SLOT", 0.12)])
@pytest.mark.parametrize("flow", [0.3, 0.5])
def test_a_surcharged_pipe_loses_its_friction_head(method: str, near: float, flow: float) -> None:
    """A full 0.5 m pipe: the head falls by L (Q n / (A R^2/3))^2; 2 % for the crown's table. A slot of 1 % of the
    width carries too: 2 to 3.5 m of it add 5 to 9 % to the area and take up to 12 % off the head."""
    text = pipe(inflow=flow).replace("J 11 2", "J 10 20").replace("O 10 FREE", "O 10 FIXED 12")
    text = text.replace("THREADS 1", f"THREADS 1\nSURCHARGE_METHOD {method}")
    area, radius = math.pi * 0.5**2 / 4, 0.5 / 4
    head = 100 * (flow * 0.013 / (area * radius ** (2 / 3))) ** 2
    swmm, native = both(text, 3 * HOUR)
    for found, _, out in (swmm, native):
        assert found[0] - 2.0 == pytest.approx(head, rel=near)
        assert out == pytest.approx(flow, rel=0.001)
    assert native[0] == pytest.approx(swmm[0], abs=0.02 * head)


# ------------------------------------------------------------------ regulators, storage, pumps


def tank(link: str, shape: str = "", inflow: float = 0.0, depth: float = 0.0, more: str = "") -> str:
    """A 50 m2 storage S, 4 m deep, which one link R leaves for a free outfall far below."""
    section, words = link.split(" ", 1)
    text = (
        options().replace("ROUTING_STEP 5", "ROUTING_STEP 1")
        + f"[STORAGE]\nS 10 4 {depth} FUNCTIONAL 0 0 50\n"
    )
    text += f"[OUTFALLS]\nO 5 FREE\n[{section}]\nR S O {words}\n"
    text += f"[XSECTIONS]\nR {shape}\n" if shape else ""
    return text + f'[INFLOWS]\nS FLOW "" FLOW 1.0 1.0 {inflow}\n' + more


def test_an_orifice_carries_its_formula() -> None:
    """Q = C A sqrt(2 g h) above the middle of a side orifice of 0.3 m by 0.2 m."""
    flow = 0.15
    head = (flow / (0.65 * 0.3 * 0.2)) ** 2 / (2 * G)
    for found, _, _ in both(tank("ORIFICES SIDE 0.2 0.65 NO 0", "RECT_CLOSED 0.3 0.2 0 0", flow), 4 * HOUR):
        assert found[0] == pytest.approx(0.2 + 0.15 + head, abs=0.01)


def test_a_weir_carries_its_formula() -> None:
    """Q = C L h^1.5 over a transverse weir of 0.6 m without end contractions."""
    flow = 0.2
    head = (flow / (1.84 * 0.6)) ** (2 / 3)
    for found, _, _ in both(
        tank("WEIRS TRANSVERSE 0.8 1.84 NO 0 0 YES", "RECT_OPEN 1 0.6 0 0", flow), 4 * HOUR
    ):
        assert found[0] == pytest.approx(0.8 + head, abs=0.005)


def test_a_tank_drains_as_the_root_of_time() -> None:
    """Through a bottom orifice: sqrt(h) falls by C A sqrt(2 g) / (2 S) a second."""
    area, start, seconds = 0.1 * 0.2, 3.0, 1500
    fall = 0.65 * area * math.sqrt(2 * G) / (2 * 50)
    left = (math.sqrt(start) - fall * seconds) ** 2
    assert 0.5 < left < 2.5
    for found, totals, _ in both(
        tank("ORIFICES BOTTOM 0 0.65 NO 0", "RECT_CLOSED 0.1 0.2 0 0", 0, start), seconds
    ):
        assert found[0] == pytest.approx(left, abs=0.01)
        assert totals.outflow == pytest.approx(50 * (start - left), rel=0.005)


def test_a_pump_follows_its_curve_of_depth() -> None:
    """PUMP4, 0.02 m3/s at 0 m to 0.10 at 4 m: with 0.06 m3/s coming in it stands at 2 m."""
    more = "[CURVES]\nRC PUMP4 0 0.02\nRC 4 0.10\n"
    swmm, native = both(tank("PUMPS RC ON 0 0", "", 0.06, 1.0, more), 6 * HOUR)
    for found, _, out in (swmm, native):
        assert found[0] == pytest.approx(2.0, abs=0.02)
        assert out == pytest.approx(0.06, rel=0.01)
    assert native[0][0] == pytest.approx(swmm[0][0], abs=0.005)


def test_a_pump_follows_its_steps_of_depth() -> None:
    """PUMP2: 0.05 m3/s while the depth is from 0.5 to 1.5 m, from 1.4 m down."""
    more = "[CURVES]\nRC PUMP2 0.5 0.02\nRC 1.5 0.05\nRC 4 0.08\n"
    for found, totals, _ in both(tank("PUMPS RC ON 0 0", "", 0.0, 1.4, more), 600):
        assert totals.outflow == pytest.approx(0.05 * 600, rel=0.02)
        assert found[0] == pytest.approx(1.4 - 0.05 * 600 / 50, abs=0.01)


def test_a_pump_follows_its_curve_of_head() -> None:
    """PUMP3, 0.10 m3/s against 2 m of head to 0.02 against 6: the outfall's level stands 4 m above the sump's."""
    more = "[CURVES]\nRC PUMP3 2 0.10\nRC 6 0.02\n"
    text = tank("PUMPS RC ON 0 0", "", 0.06, 1.0, more).replace("O 5 FREE", "O 14 FIXED 16")
    swmm, native = both(text, 6 * HOUR)
    for found, _, out in (swmm, native):
        assert found[0] == pytest.approx(2.0, abs=0.03)
        assert out == pytest.approx(0.06, rel=0.01)
