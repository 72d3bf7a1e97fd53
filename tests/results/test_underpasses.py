"""The time that water leaves in an underpass, beside what closing and leaving take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from results.content import Cell, Paragraph, Table
from results.goals import goals
from results.metrics import metrics
from results.sections import Reading, sites
from results.underpasses import closing_seconds, fillings, leaving_seconds
from simulation.record import Event, Run
from tests.results.made_runs import water_run

RISE = {"wet": 0, "close": 360, "afloat": 420, "roof": 2400}
"""s after the first water at which the marks are reached."""


def marks(start: int, names: Iterable[str] = tuple(RISE)) -> tuple[Event, ...]:
    return tuple(Event(start + RISE[n], "water_mark", target="row1-1", text=n) for n in names)


def run_with(*events: Event) -> Run:
    made = water_run()
    return replace(made, events=tuple(sorted((*made.events, *events), key=lambda e: e.t)))


def told(run: Run) -> list[Table | Paragraph]:
    """The blocks of the section that speak of underpasses."""
    found = sites.section(Reading(run, metrics(run), goals(run, metrics(run)), ()))
    assert found is not None
    return [b for b in found.blocks if isinstance(b, Table | Paragraph)]


def table(run: Run) -> Table:
    return next(b for b in told(run) if isinstance(b, Table) and "closing and leaving" in b.caption.en)


def cell(row: Table, column: int) -> tuple[str, str]:
    value = row.rows[0][column]
    return (value.text.en, value.tone) if isinstance(value, Cell) else (value.en, "")


def test_a_filling_tells_when_each_mark_was_reached() -> None:
    (found,) = fillings(run_with(*marks(7200)))
    assert (found.segment, found.wet, found.close, found.afloat, found.roof) == (
        "row1-1", 7200, 7560, 7620, 9600,
    )  # fmt: skip
    assert found.rise == 360


def test_a_puddle_that_dried_up_is_not_the_first_water_of_the_flood() -> None:
    (found,) = fillings(run_with(*marks(3600, ("wet",)), *marks(7200)))
    assert found.wet == 7200


def test_only_the_first_flood_counts() -> None:
    (found,) = fillings(run_with(*marks(7200, ("wet", "close")), *marks(20_000)))
    assert (found.wet, found.close) == (7200, 7560)


def test_an_underpass_below_its_closing_depth_is_left_out() -> None:
    assert fillings(run_with(*marks(7200, ("wet",)))) == []


@pytest.mark.parametrize(
    ("turns", "minutes"),
    [
        ((("closed", 7200),), -6), ((("closed", 8160),), 10), ((), float("inf")),
        ((("closed", 3600), ("opened", 7000), ("closed", 7680)), 2),
        ((("closed", 7200), ("opened", 9000), ("closed", 9600)), -6),
    ],
)  # fmt: skip
def test_the_barrier_is_the_one_that_stood_at_the_closing_depth(
    turns: tuple[tuple[str, int], ...], minutes: float
) -> None:
    (found,) = fillings(run_with(*marks(7200), *(Event(t, kind, target="row1-1") for kind, t in turns)))
    assert (found.closed - found.close) / 60 == minutes


def test_closing_takes_the_words_and_the_police_and_leaving_half_the_length() -> None:
    made = water_run().scenario
    assert closing_seconds(made) == 60 + 1200
    assert leaving_seconds(made, "row1-1") == 300 + 200 / 2


def test_the_report_marks_what_water_outruns() -> None:
    """6 min to the closing depth against 21 for the police; 34 min to the roof against 6.7 for people on foot."""
    shown = table(run_with(*marks(7200), Event(8160, "closed", target="row1-1")))
    assert cell(shown, 2) == ("6", "bad") and cell(shown, 4) == ("40", "")
    assert cell(shown, 6) == ("10 min after", "bad")
    assert cell(shown, 5)[0] == "7"
    in_time = table(run_with(*marks(7200), Event(3600, "closed", target="row1-1")))
    assert cell(in_time, 2) == ("6", "flag") and cell(in_time, 6) == ("66 min before", "")
    text = " ".join(b.en for b in (p.text for p in told(run_with(*marks(7200))) if isinstance(p, Paragraph)))
    assert (
        "In 1 of 1 underpasses" in text and "Close on the forecast" in text and "police need 21 min" in text
    )


def test_the_report_marks_a_roof_that_comes_before_people_are_out() -> None:
    quick = [replace_time(e, 7800) if e.text == "roof" else e for e in marks(7200)]
    assert cell(table(run_with(*quick)), 4) == ("10", "bad")


def test_a_run_that_tells_no_marks_tells_late_closures_from_its_depths() -> None:
    captions = [b.caption.en for b in told(water_run()) if isinstance(b, Table)]
    assert any("open with 25 cm" in c for c in captions)
    assert not any("closing and leaving" in c for c in captions)


def replace_time(event: Event, t: int) -> Event:
    return event._replace(t=t)
