"""Infiltration: each method as SWMM has it, over two storms with a dry gap."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulation.drainage.inp import InpError, read_inp
from simulation.drainage.native.land import read_land
from tests.simulation.drainage.native.lands import model, swmm_says, we_say

FAST = "[EVAPORATION];CONSTANT 0;RECOVERY P;[PATTERNS];P MONTHLY 1 1 1 1 1 1 30 1 1 1 1 1"


@pytest.mark.parametrize("more", ["", FAST], ids=["", "recovery"])
@pytest.mark.parametrize(
    "soil",
    [
        "HORTON 40 4 4 2 0",
        "HORTON 40 4 4 2 15",
        "HORTON 4 4 0 0 0",
        "MODIFIED_HORTON 40 4 4 2 0",
        "GREEN_AMPT 100 6 0.3",
        "GREEN_AMPT 300 2 0.4",
        "MODIFIED_GREEN_AMPT 100 6 0.3",
        "CURVE_NUMBER 80 0 4",
        "CURVE_NUMBER 60 0 0.5",
        "HORTON 100 6 0.3 GREEN_AMPT",
    ],
)
def test_infiltration_is_that_of_swmm(soil: str, more: str, tmp_path: Path) -> None:
    """Volumes and peak within a fifth of a per cent."""
    text = model(soil, more=more)
    told, ours = swmm_says(text, tmp_path), we_say(text)
    assert 0.1 * told.rain < told.infiltration < 0.8 * told.rain
    assert ours.infiltration == pytest.approx(told.infiltration, rel=2e-3)
    assert ours.runoff == pytest.approx(told.runoff, rel=2e-3)
    assert ours.peak == pytest.approx(told.peak, rel=2e-3)


def test_the_limit_on_modified_horton_holds_on_all_that_seeps() -> None:
    """15 mm on 1.2 ha of pervious land: 180 m3. SWMM 5.2.4 stops after the first step instead."""
    assert we_say(model("MODIFIED_HORTON 40 4 4 9 15")).infiltration == pytest.approx(180, rel=0.01)


@pytest.mark.parametrize(
    ("soil", "words"),
    [
        ("HORTON 4 40 4 2 0", "the infiltration rates of 'A' rise"),
        ("HORTON 40", "least infiltration rate of 'A' is missing"),
        ("GREEN_AMPT 100 0 0.3", "the conductivity of 'A' is 0"),
        ("GREEN_AMPT 100 5 3", "the moisture deficit of 'A' is 3"),
        ("CURVE_NUMBER 80 0 0", "the drying time of 'A' is 0"),
        ("PONDING 1 2 3", "'PONDING' is no method of infiltration"),
    ],
)
def test_wrong_parameters_are_told(soil: str, words: str) -> None:
    """By name."""
    with pytest.raises(InpError) as wrong:
        read_land(read_inp(model(soil)))
    assert words in str(wrong.value)
