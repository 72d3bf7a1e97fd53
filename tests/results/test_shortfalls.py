"""What went wrong in a storm, and how far material went."""

from dataclasses import replace

import pytest

from results.capacity import cover
from results.goals import goals
from results.shortfalls import ran_dry, shortfalls
from simulation.record import Event
from tests.results.made_runs import HOUR, snow_run, water_run


def test_the_pace_is_that_of_the_hours_in_which_it_snows() -> None:
    """12.5 of 20 t between hours 1 and 3: 6.25 t/h, so the stock lasts 3.2 h, though the yard is empty."""
    held = cover(snow_run(), "salt")
    assert held is not None
    assert (held.stock, held.used, held.left) == (20, 12.5, 7.5)
    assert held.pace == pytest.approx(6.25)
    assert held.hours == pytest.approx(3.2)
    assert held.spent is None


def test_a_stock_is_spent_when_nearly_all_of_it_is_on_the_roads() -> None:
    """19.5 of 20 t: 95 % are reached with the last of three rounds, not when the yard had loaded everybody."""
    run = snow_run()
    held = cover(replace(run, totals={**run.totals, "used.salt": 19_500.0}), "salt")
    assert held is not None
    assert held.spent == 3 * HOUR


def test_loading_everything_at_the_call_out_is_no_shortfall() -> None:
    """The yard is empty at 02:30 and nobody asked again."""
    run = snow_run(hours=60)
    assert ran_dry(run, "salt") is None
    assert not [s for s in shortfalls(run, goals(run)) if s.kind in ("stock", "split")]


def test_one_machine_empty_and_another_loaded_is_a_matter_of_sharing() -> None:
    """plough/1 spread its 6 t, found none, and plough/2 brought 14 t back."""
    run = snow_run(hours=60)
    spent = (Event(9500, "pass", "plough/1", "row0-0", "plough+spread", 5940.0),
             Event(9600, "unsupplied", "plough/1", "row0-1", "spread"))  # fmt: skip
    dry = ran_dry(replace(run, events=(*run.events, *spent)), "salt")
    assert dry is not None
    assert (dry.t, dry.empty, dry.loaded, dry.kind) == (9600, 1, 2, "plough-spreader")
    assert (dry.left, dry.taken) == (pytest.approx(14), pytest.approx(20))


def test_missed_goals_are_told_with_their_figures() -> None:
    """The class that is never clear, the site, the late closure; the gravest first."""
    run = snow_run(hours=60)
    said = [s.what.en for s in shortfalls(run, goals(run))]
    assert said == [
        "clear after precipitation stops, class 4: not within the 60 h of the run, 48 h allowed; 0 % clear at its end.",
        "first pass, class 4: not within 60 h, 24 h allowed.",
    ]
    wet = water_run()
    said = [s.what.en for s in shortfalls(wet, goals(wet))]
    assert said == [
        "1 underpasses were still open with 25 cm of water in them; 0 were never closed, the slowest of the others "
        "60 min later.",
        "1 sites stood under more than 15 cm of water; deepest: Row 1 underpass, 40 cm.",
    ]
