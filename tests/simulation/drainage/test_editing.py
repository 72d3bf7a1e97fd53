"""A model under a storm: what is changed, what stays, on which line."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from simulation.drainage.editing import (
    external_files,
    model_duration,
    model_start,
    parse_date,
    with_own_rain,
    with_storm,
)
from simulation.drainage.inp import InpError, read_inp
from simulation.drainage.swmm import SwmmDrainage, mean_rain
from tests.simulation.drainage.drains import START, pipe, pystorms, station, town

HOUR = [36 / 3600] * 12
"""36 mm/h for an hour in 5-minute intervals."""


def stormed(text: str, rain: list[float] = HOUR, interval: int = 300, hours: float = 2) -> str:
    """A text under a storm from 16:00."""
    return with_storm(read_inp(text), rain, interval, START, int(hours * 3600))


@pytest.mark.parametrize("interval", [60, 300, 600, 3600])
@pytest.mark.parametrize("name", ["theta", "gamma"])
def test_all_rain_arrives_whatever_the_interval_and_the_units(name: str, interval: int) -> None:
    """36 mm fall, in a metric model (theta) and in a US one (gamma)."""
    rain = [36 / 3600] * (3600 // interval)
    with SwmmDrainage(stormed(pystorms(name), rain, interval)) as drains:
        drains.step(7200)
        assert drains.rain_depth() == pytest.approx(36.0, rel=1e-6)
        area = sum(s.area for s in read_inp(pystorms(name)).subcatchments)
        assert drains.totals().rain == pytest.approx(0.036 * area, rel=1e-6)


def test_what_is_not_edited_stays_on_its_line() -> None:
    text = pystorms("alpha")
    before, after = text.splitlines(), stormed(text).splitlines()
    changed = {i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b}
    inp = read_inp(text)
    allowed = {row.line - 1 for s in ("OPTIONS", "RAINGAGES", "TIMESERIES", "REPORT") for row in inp.rows(s)}
    assert changed and changed <= allowed
    read = read_inp(stormed(text))
    assert read.nodes == inp.nodes and read.links == inp.links and read.subcatchments == inp.subcatchments


def test_the_storms_dates_and_switches_are_set() -> None:
    text = town().replace("THREADS 1", "THREADS 4\nIGNORE_RAINFALL YES")
    inp = read_inp(stormed(text))
    assert model_start(inp) == START and model_duration(inp) == 7200
    assert inp.options["THREADS"] == "1" and inp.options["IGNORE_RAINFALL"] == "NO"
    assert "OLD" not in inp.words_outside()


def test_rain_files_and_other_files_are_taken_out_and_named() -> None:
    text = town().replace("G INTENSITY 0:05 1.0 TIMESERIES old", "G INTENSITY 0:05 1.0 FILE rain.dat ST MM")
    text += "[FILES]\nUSE HOTSTART warm.hsf\n[EVENTS]\n01/01/2000 0:00 01/02/2000 0:00\n"
    assert [f.split(": ")[1] for f in external_files(read_inp(text))] == [
        "[FILES] USE HOTSTART warm.hsf",
        "[RAINGAGES] G INTENSITY 0:05 1.0 FILE rain.dat ST MM",
    ]
    edited = read_inp(stormed(text))
    assert not edited.rows("FILES") and not edited.rows("EVENTS") and not external_files(edited)
    with SwmmDrainage(edited.text) as drains:
        drains.step(3600)
        assert drains.rain_depth() == pytest.approx(36.0, rel=1e-6)


def test_dated_inflows_move_with_the_storm() -> None:
    """An inflow that starts an hour into the model's own time starts an hour into the storm."""
    rows = "[TIMESERIES]\nq 07/20/2021 16:00 0\nq 17:00 0.05\nq 22:00 0.05\nlost 0:00 1\n"
    text = pipe(inflow=0).replace('J FLOW ""', "J FLOW q") + rows
    start = datetime(1999, 12, 31, 23, 30)
    edited = with_storm(read_inp(text), [], 300, start, 3 * 3600)
    assert "q 12/31/1999 23:30:00 0" in edited and "q 01/01/2000 00:30:00 0.05" in edited
    assert "lost" not in edited
    with SwmmDrainage(edited) as drains:
        drains.step(2 * 3600)
        assert drains.totals().outflow == pytest.approx(0.05 * 1800 + 0.05 * 3600, rel=0.03)


def test_relative_series_stay() -> None:
    text = pipe(inflow=0).replace('J FLOW ""', "J FLOW q") + "[TIMESERIES]\nq 0:00 0.02 5:00 0.02\n"
    assert "q 0:00 0.02 5:00 0.02" in stormed(text)


def test_a_power_rule_is_added_for_each_pump_only() -> None:
    assert stormed(station()).count("RULE stormyard_power_") == 1
    assert "RULE" not in stormed(pipe())


def test_lid_report_files_are_not_written() -> None:
    text = town() + "[LID_USAGE]\nA rain 1 10 5 0 0 0 report.txt N2 0\n"
    assert "A rain 1 10 5 0 0 0 * N2 0" in stormed(text)


@pytest.mark.parametrize(("interval", "duration"), [(0, 60), (60, 0), (60.5, 600), (-60, 60)])
def test_intervals_are_whole_seconds(interval: float, duration: int) -> None:
    with pytest.raises(ValueError, match="whole seconds above zero"):
        with_storm(read_inp(town()), HOUR, interval, START, duration)  # type: ignore[arg-type]


def test_dates_and_times_that_cannot_be_read_name_their_line() -> None:
    text = town().replace("START_TIME 16:00:00", "START_TIME noon")
    with pytest.raises(InpError, match=r"line \d+: 'noon' is no time"):
        stormed(text)
    with pytest.raises(InpError, match=r"'2021' is no date"):
        stormed(town().replace("START_DATE 07/20/2021", "START_DATE 2021"))


def test_dates_as_swmm_writes_them() -> None:
    assert parse_date("07/20/2021") == parse_date("JUL-20-2021") == START.date()
    assert parse_date("16:00") is None and parse_date("-0.5") is None and parse_date("13/40/2021") is None


def test_a_models_own_rain_is_the_mean_over_its_land() -> None:
    """Half of the land under 30 mm/h, half under 10 mm/h: 20 mm in the hour."""
    text = town().replace("[SUBCATCHMENTS]\n", "G2 VOLUME 1:00 1.0 TIMESERIES slow\n[SUBCATCHMENTS]\n")
    text = text.replace("B G N2", "B G2 N2").replace(
        "old 1:00 0\n", "old 1:00 0\nslow 0:00 10\nslow 1:00 0\n"
    )
    text = text.replace("old 0:00 30\n", "".join(f"old 0:{m:02d} 30\n" for m in range(0, 60, 5)))
    inp = read_inp(text)
    rain = mean_rain(with_own_rain(inp, Path()), 300, model_duration(inp))
    assert sum(rain) * 300 == pytest.approx(20.0, rel=1e-6)
    assert max(rain) * 3600 == pytest.approx(20.0, rel=1e-3)


def test_a_rain_file_beside_the_model_is_read_and_a_missing_one_named(tmp_path: Path) -> None:
    text = town().replace("G INTENSITY 0:05 1.0 TIMESERIES old", "G VOLUME 1:00 1.0 FILE rain.dat ST MM")
    inp = read_inp(text)
    with pytest.raises(InpError, match=r"line \d+: the rain file 'rain.dat' is missing"):
        with_own_rain(inp, tmp_path)
    lines = [START + timedelta(hours=h) for h in range(2)]
    (tmp_path / "rain.dat").write_text(
        "".join(f"ST {t:%Y %m %d %H %M} 12\n" for t in lines), encoding="utf-8"
    )
    rain = mean_rain(with_own_rain(inp, tmp_path), 300, model_duration(inp))
    assert sum(rain) * 300 == pytest.approx(24.0, rel=1e-5)
