"""The road's temperature over a winter: reading, and both outcomes on made-up winters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stormyard.validation import BadFile
from stormyard.validation import snow_hornsgatan as hornsgatan
from tests.stormyard.commands import ROOT

HEAD = "Year\tMonth\tDay\tHour\tT2m (deg C)\tFF (m/s)\tRH (%)\tGlobal radiation (W/m^2)\t"
HEAD += "Road surface temperature (deg C)"


def winter(folder: Path, days: int = 15, road: float = -2.0) -> Path:
    """An overcast January at -2 degC."""
    file = folder / "met.txt"
    hours = (f"2011\t1\t{d}\t{h}\t-2\t2\t90\t0\t{road}" for d in range(1, days + 1) for h in range(24))
    file.write_text("\n".join([HEAD, *hours]))
    return file


def test_a_winter_is_read_and_gaps_are_bridged(tmp_path: Path) -> None:
    """Missing weather is bridged, a missing road stays missing, the clock is an hour before UTC."""
    file = winter(tmp_path)
    text = file.read_text().replace(
        "2011\t1\t2\t5\t-2\t2\t90\t0\t-2.0", "2011\t1\t2\t5\t-99.00\t   \t90\t0\t-99.00"
    )
    file.write_text(text)
    assert hornsgatan.takes(file)
    series = hornsgatan.read(file)
    assert series.moments[1].hour == 0
    assert (series.air[29], series.wind[29]) == (-2.0, 2.0)
    assert np.flatnonzero(np.isnan(series.road)).tolist() == [29]


def test_bad_files_are_refused_with_the_row(tmp_path: Path) -> None:
    """A word for a number, and too short a winter."""
    file = winter(tmp_path)
    file.write_text(file.read_text().replace("2011\t1\t3\t4\t-2\t", "2011\t1\t3\t4\tcold\t"))
    with pytest.raises(BadFile, match="row 54"):
        hornsgatan.read(file)
    with pytest.raises(BadFile, match="two weeks"):
        hornsgatan.read(winter(tmp_path, days=3))
    other = tmp_path / "other.txt"
    other.write_text("hour,depth\n")
    assert not hornsgatan.takes(other)


def test_an_overcast_winter_near_the_air_is_followed(tmp_path: Path) -> None:
    """A road that stays near the air is; one far warmer misses its mean error."""
    good = hornsgatan.examine(Path(), [winter(tmp_path)])
    mean = next(check for check in good.checks if check.what == "mean error")
    assert mean.computed == pytest.approx(0.0, abs=0.8)
    bad = hornsgatan.examine(Path(), [winter(tmp_path, road=6.0)])
    assert next(check for check in bad.checks if check.what == "mean error").holds is False


def test_wetness_is_tested_only_where_it_was_measured(tmp_path: Path) -> None:
    """A file of one's own with road temperature alone: neither held nor missed."""
    found = hornsgatan.examine(Path(), [winter(tmp_path)])
    wet = [check for check in found.checks if "computed as wet" in check.what]
    assert len(wet) == 2
    assert all(check.holds is None for check in wet)
    assert "an unknown share" in " ".join(found.text)


def test_the_measured_winter_holds() -> None:
    """Every figure of the street itself."""
    data = ROOT.parent / "shared" / "data"
    if not all((data / need).exists() for need in hornsgatan.NEEDS):
        pytest.skip("the measurements of Hornsgatan are not beside the project")
    found = hornsgatan.examine(data, ())
    assert [check.what for check in found.checks if not check.holds] == []
