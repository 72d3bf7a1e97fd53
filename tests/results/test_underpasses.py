"""The time that water leaves in an underpass, beside what closing and leaving take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from results.content import Cell, Paragraph, Table
from results.goals import goals
from results.metrics import metrics
from results.sections import Reading, sites
from results.underpasses import NEVER, closing_seconds, fillings
from simulation.model import Scenario, StandingOrder
from simulation.orders import Assign, Close, Entry
from simulation.record import Event, Run
from tests.results.made_runs import water_run

RISE = {"wet": 0, "close": 360, "afloat": 420, "wade": 960, "roof": 2400}
"""s after the first water at which the marks are reached."""


def marks(start: int, names: Iterable[str] = tuple(RISE)) -> tuple[Event, ...]:
    return tuple(Event(start + RISE[n], "water_mark", target="row1-1", text=n) for n in names)


def run_with(*events: Event, **changes: Any) -> Run:
    """The made run with these marks and barriers in place of its own."""
    made = water_run()
    kept = (e for e in made.events if e.target != "row1-1")
    return replace(made, events=tuple(sorted((*kept, *events), key=lambda e: e.t)), **changes)


def told(run: Run) -> list[Table | Paragraph]:
    """The blocks of the section that speak of underpasses."""
    found = sites.section(Reading(run, metrics(run), goals(run, metrics(run)), ()))
    assert found is not None
    return [b for b in found.blocks if isinstance(b, Table | Paragraph)]


def table(run: Run, words: str) -> Table:
    return next(b for b in told(run) if isinstance(b, Table) and words in b.caption.en)


def rising(run: Run) -> Table:
    return table(run, "how fast the water rose")


def leaving(run: Run) -> Table:
    return table(run, "Closing them and getting people out")


def cell(row: Table, column: int) -> tuple[str, str]:
    value = row.rows[0][column]
    return (value.text.en, value.tone) if isinstance(value, Cell) else (value.en, "")


def test_a_filling_tells_when_each_mark_was_reached() -> None:
    (found,) = fillings(run_with(*marks(7200)))
    assert (found.segment, found.wet, found.close, found.afloat, found.wade, found.roof) == (
        "row1-1", 7200, 7560, 7620, 8160, 9600,
    )  # fmt: skip
    assert (found.rise, found.way_out) == (360, 600)


def test_a_puddle_that_dried_up_is_not_the_first_water_of_the_flood() -> None:
    (found,) = fillings(run_with(*marks(3600, ("wet",)), *marks(7200)))
    assert found.wet == 7200


def test_the_first_flood_counts_where_none_found_it_open() -> None:
    (found,) = fillings(run_with(*marks(7200), *marks(20_000), Event(7000, "closed", target="row1-1")))
    assert (found.wet, found.late) == (7200, False)


def test_a_later_flood_that_found_it_open_counts_before_an_earlier_one_that_did_not() -> None:
    turns = (Event(7000, "closed", target="row1-1"), Event(15_000, "opened", target="row1-1"))
    run = run_with(*marks(7200), *turns, *marks(20_000))
    (found,) = fillings(run)
    assert (found.wet, found.closed, found.late) == (20_000, NEVER, True)
    assert metrics(run)["closed_late"] == 1


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


def twin(made: Scenario) -> Scenario:
    """The underpass has a second carriageway at the same low point."""
    one = next(s for s in made.city.segments if s.id == "row1-1")
    other = one.model_copy(update={"id": "row1-1b", "length": 300.0})
    return made.model_copy(
        update={"city": made.city.model_copy(update={"segments": (*made.city.segments, other)})}
    )


def test_an_underpass_is_closed_when_both_its_carriageways_are() -> None:
    turns = (Event(7000, "closed", target="row1-1"), Event(7800, "closed", "police", "row1-1b"))
    run = run_with(*marks(7200), *turns)
    (found,) = fillings(replace(run, scenario=twin(run.scenario)))
    assert (found.closed, found.late, found.length) == (7800, True, 500)


POLICE = Entry(6000, "greedy", Close(("row0-0", "row1-1")))
CREW = Entry(6300, "greedy", Assign("squad/1", ("close",), ("row1-0", "row1-1")))


@pytest.mark.parametrize(
    ("crew", "log", "called", "by"),
    [
        ("police", (POLICE, CREW), 6000, "police"), ("squad/1", (POLICE, CREW), 6000, "sent"),
        ("squad/1", (CREW,), 6300, "sent"), ("squad/2", (CREW,), 6300, "spot"), ("", (POLICE, CREW), 6000, ""),
        ("squad/1", (), NEVER, "spot"),
        ("police", (Entry(9000, "greedy", Close(("row1-1",))),), NEVER, "police"),
    ],
)  # fmt: skip
def test_the_first_order_counts_and_who_put_the_barrier_up(
    crew: str, log: tuple[Entry, ...], called: float, by: str
) -> None:
    barrier = (Event(7400, "closed", crew, "row1-1"),) if crew else ()
    (found,) = fillings(run_with(*marks(7200), *barrier, log=log))
    assert (found.called, found.by) == (called, by)


def test_a_standing_order_counts_from_the_level_it_holds_from() -> None:
    made = water_run().scenario
    orders = (StandingOrder(level="II", hazard="water", act="close_underpasses"),)
    made = made.model_copy(update={"command": made.command.model_copy(update={"standing_orders": orders})})
    (found,) = fillings(
        run_with(*marks(7200), Event(4260, "closed", "police", "row1-1"), log=(), scenario=made)
    )
    assert (found.called, found.by) == (3000, "police"), "level I at second 3000"


def test_closing_takes_the_words_and_the_police() -> None:
    assert closing_seconds(water_run().scenario) == 60 + 1200


def test_leaving_is_getting_out_of_the_cars_and_half_the_length_through_water() -> None:
    """200 m: 5 min, and 100 m at 0.55 m/s. 11 cars, as 247 stood in 4.3 km."""
    (found,) = fillings(run_with(*marks(7200)))
    assert found.leaving == pytest.approx(300 + 100 / 0.55)
    assert found.cars == pytest.approx(11.5, abs=0.05)


def test_the_report_marks_what_water_outruns() -> None:
    """6 min to the closing depth against 21 for the police."""
    late = run_with(*marks(7200), Event(8160, "closed", "squad/1", "row1-1"), log=(CREW,))
    assert [cell(rising(late), i) for i in (2, 3, 4, 5)] == [("6", "bad"), ("7", ""), ("16", ""), ("40", "")]
    assert [cell(leaving(late), i) for i in (1, 2)] == [
        ("01-31 01:45", ""), ("01-31 02:16, crew sent there", ""),
    ]  # fmt: skip
    assert cell(leaving(late), 3) == ("10 min after", "bad")
    in_time = run_with(*marks(7200), Event(3600, "closed", "squad/2", "row1-1"))
    assert cell(rising(in_time), 2) == ("6", "flag") and cell(leaving(in_time), 3) == ("66 min before", "")
    assert cell(leaving(in_time), 1)[0] == "none needed: crew on the spot"
    text = " ".join(b.text.en for b in told(run_with(*marks(7200))) if isinstance(b, Paragraph))
    assert (
        "In 1 of 1 underpasses" in text and "Close on the forecast" in text and "police need 21 min" in text
    )


def test_the_report_marks_water_that_leaves_less_time_than_people_need() -> None:
    """8 min out on foot: 10 min are enough, 5 are not, unless it was closed before."""
    assert [cell(leaving(run_with(*marks(7200))), i) for i in (5, 6)] == [("8", ""), ("10", "")]
    quick = [e._replace(t=7860) if e.text == "wade" else e for e in marks(7200)]
    assert cell(leaving(run_with(*quick)), 6) == ("5", "bad")
    assert cell(leaving(run_with(*quick, Event(3600, "closed", target="row1-1"))), 6) == ("5", "")


def said(run: Run) -> str:
    return " ".join(b.text.en for b in told(run) if isinstance(b, Paragraph))


def test_the_report_sums_up_the_closings() -> None:
    """8 min out on foot against the 5 that the water leaves; closed in time, the minutes in hand."""
    quick = [e._replace(t=7860) if e.text == "wade" else e for e in marks(7200)]
    assert "All 1 were still open at 25 cm, and in 1 of them the water then left" in said(run_with(*quick))
    in_time = run_with(*quick, Event(3600, "closed", target="row1-1"))
    assert "Each of the 1 was closed before 25 cm, the last of them 66 min before." in said(in_time)


def test_a_run_in_which_none_filled_says_so() -> None:
    text = [b.text.en for b in told(run_with()) if isinstance(b, Paragraph)]
    assert "No underpass reached 25 cm of water." in text
    assert not any(isinstance(b, Table) and "water rose" in b.caption.en for b in told(run_with()))
