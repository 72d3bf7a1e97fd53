"""What SWMM would swallow, misread or fall over, told by line before it runs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.drainage.editing import model_duration, model_start, with_storm
from simulation.drainage.inp import read_inp
from simulation.drainage.swmm import SwmmDrainage, swmm_problems
from tests.simulation.drainage.drains import START, bucket, pipe, pystorms, station, town
from tests.simulation.drainage.test_inp import line_of, problems

RAIN = [36 / 3600] * 12
"""36 mm in an hour."""


def stormed(text: str, interval: int = 300) -> str:
    """A text under 36 mm of rain in an hour."""
    return with_storm(read_inp(text), [36 / 3600] * (3600 // interval), interval, START, 7200)


# ------------------------------------------------------------------ dates


@pytest.mark.parametrize("word", ["nan", "inf", "-inf", "-1:00", "1e300", "1:2:3:4", "noon", "::"])
@pytest.mark.parametrize("key", ["START_TIME", "END_TIME", "REPORT_START_TIME"])
def test_an_absurd_time_of_the_options_is_told(key: str, word: str) -> None:
    text = town().replace("REPORT_STEP", "REPORT_START_TIME 16:00:00\nREPORT_STEP")
    before = next(line for line in text.splitlines() if line.startswith(key))
    text = text.replace(f"\n{before}", f"\n{key} {word}")
    assert problems(text) == [
        f"line {line_of(text, key)}: '{word}' is no time (write hours:minutes or hours:minutes:seconds)"
    ]


@pytest.mark.parametrize("word", ["2021", "13/40/2021", "07/20/99999", "nan", "00/00/0000"])
def test_an_absurd_date_is_told(word: str) -> None:
    text = town().replace("START_DATE 07/20/2021", f"START_DATE {word}", 1)
    assert problems(text) == [f"line {line_of(text, 'START_DATE')}: '{word}' is no date (write 07/20/2021)"]


def test_all_absurd_dates_are_told_at_once() -> None:
    text = (
        town().replace("START_TIME 16:00:00", "START_TIME nan").replace("END_TIME 22:00:00", "END_TIME inf")
    )
    assert [p.split(": ")[1].split(" (")[0] for p in problems(text)] == [
        "'nan' is no time",
        "'inf' is no time",
    ]


def test_a_time_that_leaves_the_calendar_is_told() -> None:
    text = town().replace("END_DATE 07/20/2021", "END_DATE 12/31/9999").replace("END_TIME 22", "END_TIME 30")
    assert "is no date" in problems(text)[0]


def test_an_end_before_the_start_is_told() -> None:
    text = town().replace("END_DATE 07/20/2021", "END_DATE 07/19/2021")
    (only,) = problems(text)
    assert only.startswith(f"line {line_of(text, 'END_DATE')}: the model ends on 07/19/2021 22:00, before it")


def test_times_beyond_midnight_are_times() -> None:
    inp = read_inp(town().replace("END_TIME 22:00:00", "END_TIME 40:00"))
    assert model_start(inp) == START and model_duration(inp) == 24 * 3600


# ------------------------------------------------------------------ numbers


@pytest.mark.parametrize("word", ["nan", "-inf", "Infinity", "1e999", "1.E+999", "9" * 400])
@pytest.mark.parametrize(
    ("row", "at"), [("J 11 2", 1), ("C CIRCULAR 0.5", 2), ("O 10 FREE", 1), ("O 100 0", 2), ('J FLOW ""', 5)]
)
def test_numbers_without_bounds_are_told(row: str, at: int, word: str) -> None:
    """SWMM reads ``nan`` and ``inf`` as numbers and runs on with them."""
    text = pipe()
    line = line_of(text, row)
    lines = text.splitlines()
    words = lines[line - 1].split()
    words[at] = word
    lines[line - 1] = " ".join(words)
    found = problems("\n".join(lines))
    assert found and all(p.startswith(f"line {line}: ") and len(p) < 200 for p in found)


def test_a_node_may_be_called_inf() -> None:
    text = pipe().replace("J ", "Inf ").replace("C Inf O", "C Inf O")
    assert [node.name for node in read_inp(text).nodes] == ["Inf", "O"]
    assert swmm_problems(text) == ()


# ------------------------------------------------------------------ rows lost


@pytest.mark.parametrize(
    ("section", "row", "hint"),
    [
        ("SUBAREAS", "B 0.013 0.1 1 3 25 OUTLET\n", "without it no rain runs off"),
        ("INFILTRATION", "B 60 6 4 7 0\n", "without it the ground takes in no rain"),
    ],
)
def test_a_subcatchment_whose_loss_row_is_missing_is_named(section: str, row: str, hint: str) -> None:
    (only,) = problems(town().replace(row, ""))
    assert f"1 subcatchment has no row in [{section}]: 'B' ({hint}; the file may be cut off)" in only


def test_sealed_land_needs_no_soil() -> None:
    read_inp(town().replace("B 60 6 4 7 0\n", "").replace("B G N2 4.0 60", "B G N2 4.0 100"))


def test_a_curve_row_of_a_name_alone_is_told_and_never_reaches_swmm() -> None:
    """SWMM's engine itself would end the process here."""
    text = bucket()
    text = text[: text.index("CP PUMP4")] + "CP"
    assert any("a row of [CURVES] needs 3 items, this has 1" in p for p in problems(text))


@pytest.mark.parametrize("model", [pipe, bucket, station, town], ids=lambda model: model.__name__)
def test_a_model_cut_off_anywhere_is_read_or_refused_in_words(model: object) -> None:
    """At every byte; what is read, SWMM opens or refuses by line."""
    text = model()  # type: ignore[operator]
    refused = 0
    for at in range(len(text)):
        found = swmm_problems(text[:at])
        assert all(p.what and "Error" not in p.what and len(str(p)) < 400 for p in found)
        refused += bool(found)
    assert refused > 0.7 * text.index("[XSECTIONS]" if "[XSECTIONS]" in text else "[CURVES]")
    assert swmm_problems(text) == ()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(name=st.sampled_from(["alpha", "gamma", "theta"]), share=st.floats(0.0, 1.0))
def test_published_models_cut_off_anywhere_are_read_or_refused(name: str, share: float) -> None:
    text = pystorms(name)
    found = swmm_problems(text[: int(share * len(text))])
    assert all(p.what and p.line <= text.count("\n") + 1 for p in found)


# ------------------------------------------------------------------ lines and words


def test_a_line_that_swmm_would_read_in_pieces_is_told() -> None:
    """SWMM reads 1,023 bytes of a line and takes the rest for another."""
    text = town().replace("old 0:00 30\n", "old " + "0:00 30 " * 200 + "\n")
    found = problems(text)
    assert any("bytes long, of which SWMM reads 1023 (write it as several rows)" in p for p in found)
    assert any("the row has 401 items, of which SWMM reads 40" in p for p in found)


def test_a_long_comment_is_no_row() -> None:
    """Its end would be read as a row, and refused as one that is too short."""
    text = town().replace(
        "N1 11.5 2 0 0 400\n", "N1 11.5 2 0 0 400 ;" + " 说明" * 400 + "\n;" + " 检查井" * 300 + "\n"
    )
    with SwmmDrainage(stormed(text)) as drains:
        drains.step(3600)
        assert drains.totals().runoff > 100


def test_full_width_spaces_part_no_words() -> None:
    text = pipe().replace("C J O 100", "C\u3000J\u3000O\u3000100")
    (first, *_) = problems(text)
    assert "needs 7 items" in first and "full-width and no-break spaces part none" in first


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n\n"])
def test_line_ends_and_tabs_of_any_kind_are_read(ends: str) -> None:
    text = town().replace(" ", "\t").replace("\n", ends)
    inp = read_inp(text)
    assert inp.nodes == tuple(
        n._replace(line=m.line) for n, m in zip(read_inp(town()).nodes, inp.nodes, strict=True)
    )
    with SwmmDrainage(stormed(text)) as drains:
        drains.step(3600)
        assert drains.rain_depth() == pytest.approx(36.0, rel=1e-6)


def test_odd_letters_in_a_comment_end_no_line() -> None:
    """An ellipsis of Windows (0x85) is a line end to Unicode, not to SWMM."""
    text = pipe().replace("J 11 2 0 0 0\n", "J 11 2 0 0 0 ;old\x85 J 9 9\u2028J 8\x0c\n")
    assert swmm_problems(with_storm(read_inp(text), [], 300, START, 3600)) == ()


def test_a_line_of_five_million_letters_is_told_in_a_few() -> None:
    text = pipe().replace("C J O 100", "C J O " + "x" * 5_000_000)
    found = problems(text)
    assert found and all(len(p) < 400 for p in found)
    assert len(problems("[" + "y" * 1_000_000 + "\n")[0]) < 200


# ------------------------------------------------------------------ SWMM's own complaints


@pytest.mark.parametrize(
    ("old", "new", "what", "hint"),
    [
        ("P B O CP OFF", "P B O", "undefined object 5.5", "define it, or correct its name"),
        ("P B O CP OFF", "P B O PC OFF", "undefined object PC", "define it, or correct its name"),
        ("CP PUMP4", "CP STORAGE", "missing or invalid pump curve assigned to Pump P", "PUMP1 to PUMP5"),
        ("OFF 5.5 0", "OFF 0.5 1", "startup depth not higher than shutoff depth", "must lie above"),
        ("CP 6 0.1", "CP -1 0.1", "Curve CP has invalid or out of sequence", "must rise"),
        ("B 10 6 0", "B 10 6 7", "initial depth greater than maximum depth", "must not exceed"),
        ("B 10 6 0", "B ten 6 0", "invalid number ten", "write a number that fits"),
        ("B 10 6 0", "B 10 -6 0", "Storage node B has negative volume", "must not be negative"),
    ],
)
def test_what_swmm_refuses_comes_with_a_line_and_a_hint(old: str, new: str, what: str, hint: str) -> None:
    text = bucket().replace(old, new)
    assert text != bucket()
    found = swmm_problems(text)
    fits = [p for p in found if what in p.what and hint in p.hint]
    assert fits, found
    assert fits[0].line > 0 or "Curve" in what


def test_a_pump_without_curve_or_water_runs_dry_and_harms_nothing() -> None:
    """An ideal pump (``*``) in a sump that nothing fills."""
    text = station().replace("P S O CP ON", "P S O * ON").replace("FLOW 1.0 1.0 0.04", "FLOW 1.0 1.0 0")
    with SwmmDrainage(stormed(text)) as drains:
        drains.step(7200)
        assert drains.depth().max() == 0 and drains.totals().outflow == 0


@pytest.mark.parametrize("wet_step", ["00:00:30", "00:30:00", "02:00:00"])
def test_a_wet_step_longer_than_the_rain_interval_loses_no_rain(wet_step: str) -> None:
    text = town().replace("WET_STEP 00:01:00", f"WET_STEP {wet_step}")
    with SwmmDrainage(stormed(text)) as drains:
        drains.step(7200)
        assert drains.rain_depth() == pytest.approx(36.0, rel=1e-6)


@pytest.mark.parametrize("gage", ["0:01", "1:00", "24:00"])
def test_the_models_own_gage_interval_drops_none_of_the_storm(gage: str) -> None:
    """SWMM alone drops rain where a gage's interval is shorter than its series' spacing."""
    text = town().replace("G INTENSITY 0:05", f"G INTENSITY {gage}")
    with SwmmDrainage(stormed(text)) as drains:
        drains.step(7200)
        assert drains.rain_depth() == pytest.approx(36.0, rel=1e-6)
