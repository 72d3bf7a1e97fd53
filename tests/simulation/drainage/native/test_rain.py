"""Rain gages: what falls when."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simulation.drainage.inp import InpError, read_inp
from simulation.drainage.native.land import Runoff, even_rain, read_land
from simulation.drainage.native.rain import Rain
from tests.simulation.drainage.native.lands import model, swmm_says, we_say


def rain_of(text: str) -> Rain:
    """What the gages of a model measure."""
    return read_land(read_inp(text)).rain


@pytest.mark.parametrize(
    ("gage", "storm"),
    [
        ("INTENSITY 0:15 1.0 TIMESERIES S", "0:00 5 0:30 40 1:00 90"),
        ("INTENSITY 0.08333 1.0 TIMESERIES S", "1:07 30 2:00 60"),
        ("VOLUME 0:15 1.0 TIMESERIES S", "0 5 0.5 10 1 20 1.25 2"),
        ("CUMULATIVE 0:15 1.0 TIMESERIES S", "0:00 0 0:15 5 0:30 8 0:45 20 1:00 20 1:15 30 5:00 12"),
        ("INTENSITY 0:15 1.0 TIMESERIES S", "07/20/2021 0:00 9 07/20/2021 6:00 50"),
        ("INTENSITY 0:30 1.0 TIMESERIES S", "07/19/2021 23:45 60 07/20/2021 0:15 30"),
    ],
    ids=["intensity", "rounded interval", "volume", "cumulative", "dated", "begun before"],
)
def test_gages_read_as_swmm_reads_them(gage: str, storm: str, tmp_path: Path) -> None:
    """Rain, and the runoff that its timing makes."""
    text = model(gage=gage, storm=storm)
    told, ours = swmm_says(text, tmp_path), we_say(text)
    assert ours.rain == pytest.approx(told.rain, rel=1e-6)
    assert ours.runoff == pytest.approx(told.runoff, rel=2e-3)
    assert ours.peak == pytest.approx(told.peak, rel=2e-3)


def test_a_record_counts_for_its_interval_and_no_longer() -> None:
    """mm/h in the file is kg/m2/s here; between records there is no rain."""
    rain = rain_of(model(storm="0:00 36 1:00 72"))
    assert rain.times == (0.0, 900.0, 3600.0, 4500.0)
    assert rain.values[:, 0] == pytest.approx([0.01, 0, 0.02, 0])
    assert [rain.place(t) for t in (0, 899, 900, 3600)] == [0, 0, 1, 2]
    assert rain.after(900) == 3600
    assert rain.after(4500) == np.inf


def test_gages_with_one_series_share_the_first_ones_rain() -> None:
    """As in SWMM; a gage that no land reads counts for nothing."""
    text = model(
        land="A G J 2 40 100 1 0;B H J 2 40 100 1 0", storm="0:00 36",
        more="[RAINGAGES];H INTENSITY 0:05 1.0 TIMESERIES S;I INTENSITY 0:05 1.0 TIMESERIES S",
    )  # fmt: skip
    rain = rain_of(text)
    assert rain.values.tolist() == [[0.01, 0.01, 0.0], [0.0, 0.0, 0.0]]
    assert rain.interval == 900
    assert rain.restless, "SWMM takes the time for wet where an unread gage starts with rain"


def test_other_rain_may_stand_for_the_gages() -> None:
    """By member, and then the steps keep to its interval."""
    land = read_land(read_inp(model(options="WET_STEP 0:15:00")))
    rain = even_rain(np.array([[0.0, 0.01], [0.02, 0.0]]), 600.0, land.gages)
    runoff = Runoff(land, 2, rain)
    runoff.reach(1.0)
    assert runoff.time == 600
    runoff.reach(1800.0)
    assert runoff.balance().rain == pytest.approx([240.0, 120.0])


@pytest.mark.parametrize(
    ("gage", "words"),
    [
        ("INTENSITY often 1.0 TIMESERIES S", "the interval of rain gage 'G' is 'often'"),
        ("HEAVY 0:15 1.0 TIMESERIES S", "the format of the rain gage of 'G' is 'HEAVY'"),
        ("INTENSITY 0:15 1.0 TIMESERIES T", "time series 'T', which is not there"),
    ],
)
def test_a_gage_that_cannot_be_read_is_told(gage: str, words: str) -> None:
    """By name."""
    with pytest.raises(InpError) as wrong:
        read_land(read_inp(model(gage=gage)))
    assert words in str(wrong.value)
