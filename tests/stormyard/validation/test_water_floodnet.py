"""Street floods beside FloodNet's: reading, the pool, and both outcomes on made-up floods."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stormyard.validation import BadFile
from stormyard.validation import water_floodnet as floodnet
from tests.stormyard.commands import ROOT

HEAD = "sensor_id,max_depth_inches,onset_time_mins,drain_time_mins"


def events(folder: Path, depth: float, rise: float, fall: float, count: int = 6) -> Path:
    """As many equal floods, each of a sensor of its own."""
    file = folder / "floods.csv"
    rows = (f"street-{i},{depth},{rise},{fall}" for i in range(count))
    file.write_text("\n".join([HEAD, *rows]))
    return file


def test_sensors_on_the_shore_and_floods_without_times_are_left_out(tmp_path: Path) -> None:
    file = events(tmp_path, 2, 8, 15)
    shore = "\n".join(["shore,20,60,90"] * (floodnet.TIDAL + 1))
    file.write_text(f"{file.read_text()}\nlate,3,,20\n{shore}\n")
    assert floodnet.takes(file)
    floods = floodnet.read(file)
    assert floods.peak.tolist() == pytest.approx([2 * 0.0254] * 6)
    assert set(floods.fall) == {15}


def test_a_figure_that_is_none_is_told_with_its_row(tmp_path: Path) -> None:
    file = events(tmp_path, 2, 8, 15)
    file.write_text(file.read_text() + "\nbad,two,8,15\n")
    with pytest.raises(BadFile, match=r"floods.csv row 8: two, 8, 15 should be numbers"):
        floodnet.read(file)
    only_shore = tmp_path / "shore.csv"
    only_shore.write_text("\n".join([HEAD, *["shore,20,60,90"] * 20]))
    with pytest.raises(BadFile, match=r"no flood of a sensor with at most 10 floods"):
        floodnet.read(only_shore)


def test_another_table_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    assert not floodnet.takes(tmp_path / "other.csv")


def test_a_pool_is_deeper_and_slower_on_more_land() -> None:
    small, large = floodnet.pool(5, 5_000), floodnet.pool(5, 50_000)
    assert large.peak > small.peak > 0.01
    assert large.fall > small.fall > 0 and large.rise >= small.rise > 0
    assert len(floodnet.pool(1, 50).peak) == 0


def test_floods_are_found_for_a_depth() -> None:
    assert floodnet.pools(0.15).peak == pytest.approx(np.full(len(floodnet.STORMS), 0.15), rel=1e-3)


def test_a_band_holds_or_misses_or_is_not_tested(tmp_path: Path) -> None:
    near = floodnet.pools(2 * 0.0254)
    file = events(tmp_path, 2, float(np.median(near.rise)), 10 * float(np.median(near.fall)))
    finding = floodnet.examine(tmp_path, [file])
    assert [check.holds for check in finding.checks] == [True, False, None, None, None, None]
    assert "too few" in finding.checks[2].measured
    assert "floods.csv" in finding.text[0]
    assert finding.figures[0][1].startswith(b"\x89PNG")


def test_the_measured_floods_hold() -> None:
    data = ROOT.parent / "shared" / "data"
    if not (data / floodnet.FILE).exists():
        pytest.skip("FloodNet's floods are not beside the project")
    found = floodnet.examine(data, ())
    assert [check.what for check in found.checks if not check.holds] == []
