"""Tables of what street inlets take, held to the formulas they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.drainage.inp import FOOT
from simulation.drainage.native.block import Block, Plan
from simulation.drainage.native.capture import CFS, LEAST_FLOW, Tables, one
from simulation.drainage.native.inlets import Inlets, exchange
from tests.simulation.drainage.native.test_inlets import DESIGNS, layout_of, street

SHARE, LITTLE = 1e-3, 1e-5
"""Of what is taken, and m3/s an inlet, by which tables may miss it."""
DROPS = {"drop grate": "X DROP_GRATE 0.9 0.6 RETICULINE", "drop curb": "X DROP_CURB 0.5 0.2"}
CHANNEL = "TRAPEZOIDAL 0.8 0.5 2 2"
CASES = [(design, "STREET T") for design in DESIGNS.values()] + [
    (design, CHANNEL) for design in DROPS.values()
]


def by_formula(inlets: Inlets, tables: Tables, flow: float, depth: float) -> float:
    """m3/s that the first row of inlets takes of ``flow`` m3/s under ``depth`` m, without tables."""
    left, total, by_depth = flow / CFS / inlets.sides[0], 0.0, tables.by_depth[0]
    for number in range(int(inlets.number[0])):
        if not by_depth and left < (LEAST_FLOW if number else LEAST_FLOW / inlets.sides[0]):
            break
        taken = inlets.kept[0] * one(inlets, tables, 0, depth / FOOT if by_depth else left)
        taken = taken if by_depth else min(taken, left)
        total += taken
        left -= taken
    return float(total * CFS * inlets.sides[0])


@pytest.mark.parametrize("gutter", ["0 0", "0.05 0.6"])
@pytest.mark.parametrize("place", ["ON_GRADE", "ON_SAG"])
@pytest.mark.parametrize(("design", "section"), CASES)
def test_tables_are_the_formula(design: str, section: str, place: str, gutter: str) -> None:
    block = Block(Plan(layout_of(street(design, place, gutter, section=section))), 16)
    inlets, tables, s = block.street.inlets, block.street.tables, block.state
    unit = FOOT if tables.by_depth[0] else CFS * inlets.sides[0]
    ends = 1.2 * tables.reach[0] * unit * np.linspace(0, 1, 2000) ** 3
    fixed = np.full(16, 20.0 if tables.by_depth[0] else 0.1)
    worst = 0.0
    for x in ends.reshape(-1, 16):
        s.lateral[:] = 0
        flow, depth = (fixed, x) if tables.by_depth[0] else (x, fixed)
        s.flow[inlets.link[0]], s.depth[inlets.node[0]] = flow, depth
        exchange(block.street, s, block.book, 1.0)
        right = np.array([by_formula(inlets, tables, *at) for at in zip(flow, depth, strict=True)])
        bound = np.maximum(SHARE * right, LITTLE * inlets.number[0] * inlets.sides[0])
        worst = max(worst, (abs(s.lateral[inlets.below[0]] - right) / bound).max())
    assert worst <= 1
    assert np.isfinite(tables.line).mean() > 0.5, "the formula is reckoned only where it bends or steps"
