"""Drain models that are broken, lead nowhere or are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.faulty.slips import DRAINS, Slip, slip, told_exactly
from tests.scenarios.folders import both, remove, replace, write

SLIPS = [
    slip(
        "broken .inp",
        replace(DRAINS, "C2      N2    N3    450        0.013", "C2      N2"),
        ("city/drains.inp line 72", "a row of [CONDUITS] needs 7 items", ""),
        ("city/drains.inp line 84", "[XSECTIONS] names link 'C2', which is not there", ""),
    ),
    slip(
        "drain cycle",
        both(
            replace(DRAINS, "C3      N3    OUT ", "C3      N3    N1  "),
        ),
        (
            "city/drains.inp line 71",
            "go round in a loop between 'N1', 'N2', 'N3': no outfall",
            "turn one of the links",
        ),
    ),
    slip(
        "no outfall",
        replace(DRAINS, "OUT     94.00      FREE             NO", ""),
        ("city/drains.inp", "the model has no outfall", "add one in [OUTFALLS]"),
        (
            "city/drains.inp line 73",
            "conduit 'C3' ends at node 'OUT', which is nowhere defined",
            "add the node",
        ),
    ),
    slip(
        "no SWMM model",
        write(DRAINS, "name,depth\nN1,2\n"),
        ("city/drains.inp", "no section was found: this is no SWMM model", "right file"),
    ),
    slip(
        "water without drains",
        remove(DRAINS),
        ("scenario.yaml line 44", "the hazard 'water' needs a drain model", "add city/drains.inp"),
        variant="rain",
    ),
]


@pytest.mark.parametrize("spoilt", SLIPS, ids=lambda spoilt: spoilt.name)
def test_a_slip_is_told_exactly(spoilt: Slip, sample: Path) -> None:
    """Each slip gives its problems and no others."""
    told_exactly(spoilt, sample)
