"""Cross-sections: every shape against SWMM's own."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulation.drainage.inp import InpError, read_inp
from simulation.drainage.native.layout import SECTION_POINTS, Sections
from simulation.drainage.native.read import read_layout
from simulation.drainage.swmm import SwmmDrainage
from tests.simulation.drainage.native.sections_in_swmm import LIBRARY, model, sections_in_swmm

TABLES = """
[CURVES]
S1 SHAPE 0 0.3
S1 0.2 0.7
S1 0.55 1.0
S1 0.9 0.6
S1 1.0 0.2
S2 SHAPE 0.1 0.3 0.35 0.9 1 0.5
[TRANSECTS]
NC 0.06 0.05 0.03
X1 T1 9 3 9 0 0 1.3 1.0 0
GR 5 0 4 2 3.5 3 1 4 0.5 6
GR 1.2 8 3.2 9 4 11 6 14
NC 0.03 0.03 0.03
X1 T2 5 2 4 0 0 0 2.0 1.0
GR 2 0 1 1 0 2 1 4 3 5
[STREETS]
ONE 6 0.15 2 0.016 0.05 0.6 1 3 3 0.02
PLAIN 6 0.15 4 0.016 0 0 1 0 0 0
TWO 6 0.15 2 0.016 0.05 0.6 2 0 0 0
"""
SHAPES = (
    "CIRCULAR 0.9 0 0 0",
    "FILLED_CIRCULAR 0.9 0.2 0 0",
    "RECT_CLOSED 1 1.5 0 0",
    "RECT_OPEN 1 1.5 0 0",
    "RECT_OPEN 1 1.5 1 0",
    "TRAPEZOIDAL 1 1.5 1 2",
    "TRIANGULAR 1 1.5 0 0",
    "PARABOLIC 1 1.5 0 0",
    "POWER 1 1.5 1.7 0",
    "RECT_TRIANGULAR 1.5 1.2 0.5 0",
    "MODBASKETHANDLE 1.5 1.2 0.9 0",
    "HORIZ_ELLIPSE 1 1.5 0 0",
    "HORIZ_ELLIPSE 5 0 0 0",
    "VERT_ELLIPSE 1.8 1.2 0 0",
    "ARCH 1 1.5 0 0",
    "ARCH 7 0 0 0",
    "EGG 1.2 0 0 0",
    "HORSESHOE 1.2 0 0 0",
    "GOTHIC 1.2 0 0 0",
    "CATENARY 1.2 0 0 0",
    "SEMIELLIPTICAL 1.2 0 0 0",
    "BASKETHANDLE 1.2 0 0 0",
    "SEMICIRCULAR 1.2 0 0 0",
    "CUSTOM 2 S1 0 0",
    "CUSTOM 1.5 S2 0 0",
    "IRREGULAR T1",
    "IRREGULAR T2",
    "STREET ONE",
    "STREET PLAIN",
    "STREET TWO",
)
TOLERANCE = 0.005
"""Of the greatest value."""


def sections(*shapes: str) -> Sections:
    """As read."""
    return read_layout(read_inp(model(*shapes, tables=TABLES))).sections


@pytest.mark.skipif(LIBRARY is None, reason="SWMM's library does not show its sections here")
@pytest.mark.parametrize("shape", SHAPES)
def test_a_section_is_swmms(shape: str) -> None:
    ours = sections(shape)
    share = np.linspace(0.03, 0.98, 96)
    grid = np.linspace(0, 1, SECTION_POINTS)
    with SwmmDrainage(model(shape, tables=TABLES)):
        theirs = sections_in_swmm(1)[0]
        for name, value in theirs.full.items():
            assert getattr(ours, name)[0] == pytest.approx(value, rel=TOLERANCE), name
        depth = share * theirs.full["full_depth"]
        for name in ("area", "width", "hydrad"):
            right = getattr(theirs, name)(depth)
            wrong = np.abs(np.interp(share, grid, getattr(ours, name)[0]) - right).max()
            assert wrong < TOLERANCE * right.max(), name
        normal = theirs.normal_depth(grid**2 * theirs.full["max_factor"])
        assert np.abs(ours.normal_depth[0] - normal).max() < 0.01 * depth.max()
        flow = share**2 * ours.critical_full[0]
        critical = np.interp(share, grid, ours.critical_depth[0])
        assert np.abs(critical - theirs.critical_depth(flow)).max() < 0.015 * depth.max()


@pytest.mark.parametrize("shape", SHAPES)
def test_area_grows_with_depth_and_is_the_integral_of_the_width(shape: str) -> None:
    ours = sections(shape)
    assert np.all(np.diff(ours.area[0]) > 0)
    step = ours.full_depth[0] / (SECTION_POINTS - 1)
    integral = np.concatenate([[0.0], np.cumsum((ours.width[0][1:] + ours.width[0][:-1]) / 2 * step)])
    assert integral[-1] == pytest.approx(ours.full_area[0], rel=0.1), "SWMM's own tables differ by so much"


def test_a_round_bottom_has_the_hydraulic_radius_of_its_arc() -> None:
    """SWMM takes (1 - sin a) / a for 1 - sin(a) / a here, so that its radius grows as the water falls."""
    ours = sections("RECT_ROUND 1.5 1.2 0.9 0")
    depth = 0.1 * 1.5
    angle = 2 * math.acos(1 - depth / 0.9)
    assert ours.hydrad[0][10] == pytest.approx(0.45 * (1 - math.sin(angle) / angle), rel=1e-6)


def test_the_same_section_is_kept_once() -> None:
    assert len(sections("CIRCULAR 0.9 0 0 0", "CIRCULAR 0.9 0 0 0", "CIRCULAR 1 0 0 0").shape) == 2


def test_normal_depth_carries_the_flow() -> None:
    ours = sections("TRAPEZOIDAL 1 1.5 1 2")
    place = np.linspace(0, 1, SECTION_POINTS)
    depth = np.interp(0.5**0.5, place, ours.normal_depth[0])
    area, hydrad = (np.interp(depth, place, table[0]) for table in (ours.area, ours.hydrad))
    assert area * hydrad ** (2 / 3) == pytest.approx(0.5 * ours.max_factor[0], rel=1e-3)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("CIRCULAR 0 0 0 0", "its diameter must be above 0"),
        ("FILLED_CIRCULAR 1 1 0 0", "the sediment must be lower than the pipe"),
        ("RECT_OPEN 1 0 0 0", "its height and width must be above 0"),
        ("ARCH 500 0 0 0", "size 500 is not in the catalogue"),
        ("CUSTOM 1 NONE 0 0", "needs a curve of kind SHAPE"),
        ("IRREGULAR NOWHERE", "'NOWHERE' is not there"),
        ("TUBE 1 0 0 0", "choose from"),
        ("FORCE_MAIN 1 120 0 0", "of shape FORCE_MAIN is not supported by the native drainage engine"),
        ("CIRCULAR 1 0 0 0 1 3", "culvert 'L0' is not supported"),
    ],
)
def test_what_cannot_be_is_told(shape: str, words: str) -> None:
    with pytest.raises(InpError, match="line 24") as error:
        sections(shape)
    assert words in str(error.value)
