"""Runoff: as SWMM's own, and its water accounted for."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.drainage.inp import InpError, read_inp
from simulation.drainage.native.land import Runoff, even_rain, read_land
from simulation.drainage.native.land_curves import reservoir_curves
from simulation.drainage.native.land_kernel import reservoir
from tests.simulation.drainage.native.lands import model, swmm_says, we_say

PATTERN = "[PATTERNS];P MONTHLY 1 1 1 1 1 1 3 1 1 1 1 1"
DRY = "[EVAPORATION];CONSTANT 50"


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"subarea": "0.015 0.15 1 5 25 PERVIOUS 60"},
        {"subarea": "0.015 0.15 1 5 25 IMPERVIOUS 60"},
        {"subarea": "0 0.15 1 5 25 OUTLET"},
        {"land": "A G J 2 40 100 0 0"},
        {"land": "B G A 3 20 100 2 0;A G J 2 40 100 1 0"},
        {"land": "A G A 2 0 100 1 0;B G J 2 100 100 1 0"},
        {"more": DRY},
        {"more": f"{DRY};DRY_ONLY YES"},
        {"more": "[EVAPORATION];TIMESERIES E;[TIMESERIES];E 0:00 10 1:30 100 3:00 0 5:20 200"},
        {"more": f"[ADJUSTMENTS];N-PERV A P;DSTORE A P;INFIL A P;EVAPORATION 0 0 0 0 0 0 9 0 0 0 0 0;{PATTERN}"},
        {"options": "START_DATE 07/31/2021;END_DATE 08/01/2021;START_TIME 20:00;END_TIME 4:00",
         "more": f"[EVAPORATION];MONTHLY 0 0 0 0 0 0 8 1 0 0 0 0;[ADJUSTMENTS];N-PERV A P;DSTORE A P;{PATTERN}"},
        {"options": "WET_STEP 1:00:00;DRY_STEP 0:30:00"},
        {"options": "IGNORE_RAINFALL YES"},
    ],
    ids=["plain", "onto pervious", "onto sealed", "smooth", "flat", "onto other land", "onto itself", "evaporation",
         "dry only", "evaporation series", "monthly", "over a month's end", "long steps", "no rain"],
)  # fmt: skip
def test_runoff_is_that_of_swmm(changed: dict[str, str], tmp_path: Path) -> None:
    """Volumes and peak within a quarter of a per cent; SWMM books a little more infiltration than there is water."""
    text = model(**changed)
    told, ours = swmm_says(text, tmp_path), we_say(text)
    assert ours.rain == pytest.approx(told.rain, rel=1e-6)
    assert ours.runoff == pytest.approx(told.runoff, rel=2.5e-3)
    assert ours.peak == pytest.approx(told.peak, rel=2.5e-3)
    assert ours.evaporation == pytest.approx(told.evaporation, rel=2.5e-3)
    assert ours.infiltration == pytest.approx(told.infiltration, rel=0.03)
    assert told.rain > 0 or "IGNORE_RAINFALL" in text


@settings(max_examples=60, deadline=None)
@given(
    x=st.floats(0, 0.3),
    inflow=st.floats(-1e-4, 1e-4),
    alpha=st.floats(1e-3, 10),
    first=st.floats(1, 4000),
    second=st.floats(1, 4000),
)
def test_a_reservoir_may_be_stepped_in_any_way(
    x: float, inflow: float, alpha: float, first: float, second: float
) -> None:
    """Two steps lead where one does, nothing is gained, and the outflow is that of the depth."""
    curves = reservoir_curves()
    once, flow = reservoir(x, inflow, alpha, first + second, curves)
    half, _ = reservoir(x, inflow, alpha, first, curves)
    if half < 0:
        assert once < 0
        return
    twice, _ = reservoir(half, inflow, alpha, second, curves)
    size = max(x, abs(inflow) * (first + second), 1e-9)
    assert once == pytest.approx(twice, abs=3e-5 * size)
    assert once <= x + max(inflow, 0.0) * (first + second) + 1e-9 * size
    assert flow == pytest.approx(alpha * max(once, 0.0) ** (5 / 3), rel=1e-3, abs=1e-3 * abs(inflow) + 1e-12)


@settings(max_examples=25, deadline=None)
@given(
    rain=st.lists(st.floats(0, 200), min_size=4, max_size=12),
    sealed=st.integers(0, 100),
    soil=st.sampled_from(
        ["HORTON 60 5 3 1 20", "MODIFIED_HORTON 60 5 3 1 0", "GREEN_AMPT 90 6 0.3", "CURVE_NUMBER 75 0 2"]
    ),
    route=st.sampled_from(["OUTLET", "PERVIOUS 70", "IMPERVIOUS 70"]),
    outlet=st.sampled_from(["J", "B"]),
    dries=st.floats(0, 100),
)
def test_no_water_is_lost_or_made(
    rain: list[float], sealed: int, soil: str, route: str, outlet: str, dries: float
) -> None:
    """Rain is what drained, seeped, evaporated and stands on the land, for each of three members."""
    text = model(
        soil, f"0.015 0.15 1 5 25 {route}", land=f"A G {outlet} 2 {sealed} 100 1 0;B G J 3 30 90 2 0",
        more=f"[EVAPORATION];CONSTANT {dries}",
    )  # fmt: skip
    land = read_land(read_inp(text))
    rates = np.outer(rain, [0.5, 1.0, 1.5]) / 3600
    runoff = Runoff(land, 3, even_rain(rates, 900.0, land.gages))
    runoff.reach(land.duration)
    books = runoff.balance()
    assert books.rain == pytest.approx(rates.sum(axis=0) * 900 * 50, rel=1e-9)
    gone = books.drained + books.infiltration + books.evaporation + books.storage
    assert gone == pytest.approx(books.rain, rel=1e-6, abs=1e-6)
    for volume in (books.drained, books.infiltration, books.evaporation, books.storage, books.runoff):
        assert (volume >= -1e-9).all()
    assert abs(books.error).max() < 0.1


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    soil=st.sampled_from(["HORTON 70 3 5 1 20", "GREEN_AMPT 200 7.1 0.2", "CURVE_NUMBER 80 0 0.3"]),
    subarea=st.builds(
        "{:.4f} {:.3f} {:.2f} {:.2f} {} {}".format,
        st.floats(0.01, 0.03), st.floats(0.05, 0.4), st.floats(0, 4), st.floats(0, 9), st.integers(0, 90),
        st.sampled_from(["OUTLET", "PERVIOUS 30", "IMPERVIOUS 80"]),
    ),
    plane=st.builds(
        "{:.3f} {} {:.1f} {:.2f} 0".format,
        st.floats(0.1, 30), st.integers(0, 100), st.floats(10, 800), st.floats(0.1, 8),
    ),
    rain=st.lists(st.integers(0, 130), min_size=2, max_size=12),
    wet=st.sampled_from([1, 5, 15]),
)  # fmt: skip
def test_runoff_of_any_land_is_that_of_swmm(
    soil: str, subarea: str, plane: str, rain: list[int], wet: int
) -> None:
    """Whatever its shape, soil, storm and steps."""
    storm = " ".join(f"{k // 4}:{15 * (k % 4):02d} {rate}" for k, rate in enumerate(rain))
    text = model(
        soil, subarea, storm, f"B G A 2 60 100 1 0;A G J {plane}", options=f"WET_STEP 0:{wet:02d}:00"
    )
    with TemporaryDirectory() as folder:
        told = swmm_says(text, Path(folder))
    ours = we_say(text)
    assert ours.runoff == pytest.approx(told.runoff, rel=5e-3, abs=1e-4 * told.rain)
    assert ours.peak == pytest.approx(told.peak, rel=5e-3, abs=1e-5)


def test_members_do_not_touch_each_other() -> None:
    """A member among others is, bit for bit, the member alone: where all are wet at the same times."""
    land = read_land(read_inp(model(options="DRY_STEP 0:01:00")))
    factors = np.array([0.4, 1.0, 2.5])
    together = Runoff(land, 3, land.rain.scaled(factors))
    alone = [Runoff(land, 1, land.rain.scaled(factors[i : i + 1])) for i in range(3)]
    for runoff in (together, *alone):
        runoff.reach(3 * 3600)
    for i, runoff in enumerate(alone):
        assert together.balance().runoff[i] == runoff.balance().runoff[0]
    assert np.all(np.diff(together.balance().runoff) > 0)


def test_between_two_steps_runoff_is_interpolated() -> None:
    """Half way between is the mean of both ends, and before the first step there is none."""
    land = read_land(read_inp(model()))
    runoff, out = Runoff(land, 1), np.zeros((land.nodes, 1))
    assert runoff.inflow(0.0, out).sum() == 0
    runoff.reach(3600)
    assert runoff.time == 3600
    ends = [runoff.inflow(t, out).sum() for t in (3540.0, 3600.0)]
    assert runoff.inflow(3570.0, out).sum() == pytest.approx(np.mean(ends))
    assert out[1, 0] == 0, "the outfall has no land"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"more": "[LID_CONTROLS];L BC;[LID_USAGE];A L 1 10 1 0 0 0"}, "the LID 'L' of subcatchment 'A'"),
        (
            {"more": "[AQUIFERS];Q 0 0;[GROUNDWATER];A Q J 1 1 1 1 1 1"},
            "the groundwater under subcatchment 'A'",
        ),
        ({"more": "[RDII];J U 1"}, "the rainfall-dependent inflow (RDII) of node 'J'"),
        ({"land": "A G J 2 40 100 1 0 P"}, "the snow pack 'P' of subcatchment 'A'"),
        ({"gage": "INTENSITY 0:15 1.0 FILE rain.dat STA MM"}, "rain gage 'G' reads a file"),
        ({"more": "[EVAPORATION];TEMPERATURE"}, "evaporation by TEMPERATURE"),
        ({"more": "[OUTFALLS];P 0 FREE NO A"}, "outfall 'P' sending its water onto subcatchment 'A'"),
        ({"more": "[FILES];USE RUNOFF run.rff"}, "USE RUNOFF"),
        ({"gage": "INTENSITY 0:15 0.8 TIMESERIES S", "more": "[TEMPERATURE];TIMESERIES S"}, "snow catch"),
    ],
)
def test_what_is_not_supported_is_refused_by_name_and_line(changed: dict[str, str], words: str) -> None:
    """The message names the thing, its line and what to do."""
    text = model(**changed)
    with pytest.raises(InpError) as refused:
        read_land(read_inp(text))
    problem = refused.value.problems[0]
    assert words in problem.what and "not supported" in problem.what
    assert problem.line > 0 and "engine to swmm" in problem.hint


def test_what_the_options_leave_out_is_not_refused() -> None:
    """Groundwater, snow and RDII that the model ignores do not matter."""
    ignored = "IGNORE_GROUNDWATER YES;IGNORE_SNOWMELT YES;IGNORE_RDII YES"
    more = "[AQUIFERS];Q 0 0;[GROUNDWATER];A Q J 1 1 1 1 1 1;[RDII];J U 1"
    land = read_land(read_inp(model(land="A G J 2 40 100 1 0 P", options=ignored, more=more)))
    assert land.names == ("A",)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[SUBAREAS]\nA", "[SUBAREAS]\n;", "has no row in [SUBAREAS]"),
        ("[INFILTRATION]\nA", "[INFILTRATION]\n;", "has no row in [INFILTRATION]"),
        ("WET_STEP 00:01:00", "WET_STEP soon", "WET_STEP is 'SOON'"),
        ("A 0.015", "A rough", "roughness of 'A' is 'rough', which is no number"),
    ],
)
def test_what_is_wrong_is_told(old: str, new: str, words: str) -> None:
    """Each with its line."""
    with pytest.raises(InpError, match=r"line \d+") as wrong:
        read_land(read_inp(model().replace(old, new)))
    assert words in str(wrong.value)


def test_feet_and_metres_make_the_same_land() -> None:
    """A model in feet, inches and acres is read as the same model in metres, millimetres and hectares."""
    metric = read_land(read_inp(model("HORTON 25.4 5.08 4 2 50.8", "0.015 0.15 2.54 5.08 25 OUTLET")))
    feet = read_land(
        read_inp(
            model(
                "HORTON 1 0.2 4 2 2", "0.015 0.15 0.1 0.2 25 OUTLET", storm="0:00 1 1:00 2", units="CFS",
                land=f"A G J {2 * 2.4710538} 40 {100 / 0.3048} 1 0",
            )
        )
    )  # fmt: skip
    for name in ("area", "alpha", "store", "soil", "share"):
        assert getattr(feet, name) == pytest.approx(getattr(metric, name), rel=1e-6), name
    assert feet.rain.values[0, 0] == pytest.approx(25.4 / 3600)


def test_a_model_without_land_runs_off_nothing() -> None:
    """Nor does it need gages."""
    land = read_land(read_inp("[JUNCTIONS]\nJ 1 2\n[OUTFALLS]\nO 0 FREE\n"))
    runoff = Runoff(land, 2)
    runoff.reach(600)
    assert runoff.inflow(300, np.ones((2, 2))).sum() == 0
    assert runoff.balance().error.tolist() == [0, 0]
