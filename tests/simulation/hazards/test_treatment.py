"""Treatment advice by class: the right group, rate, time and reason, told when it changes and not more."""

from dataclasses import replace
from typing import Any

import pytest

from scenarios.load import load
from simulation.engine import Simulation
from simulation.hazards.advice import SPREAD_GAP
from simulation.hazards.treatment import EVERY, STANDS, Advice, Adviser
from tests.simulation.hazards.test_advice import DRY, Town


def groups(town: Town, **reports: Any) -> dict[str, Advice]:
    """The advice by group when every segment reports so."""
    for name, value in reports.items():
        getattr(town.reported, name)[:] = value
    return {a.group: a for a in Adviser(town.world, town.salt).now(town.reported)}


def test_each_group_of_roads_has_its_own_advice() -> None:
    """The bridge is treated before the snow; the roads on the ground wait; classes that are not there are not told."""
    told = groups(Town(snowing=False, begins=7200))
    assert set(told) == {"bridges", "p1", "p4"}
    assert (told["bridges"].treatment, told["bridges"].window, told["bridges"].begins) == (
        "spread",
        "before",
        7200,
    )
    assert (told["p1"].treatment, told["p1"].reason, told["p1"].rate) == ("none", "snow_ahead", 0.0)


def test_the_figures_are_means_over_the_roads_that_it_concerns() -> None:
    """One of two streets of class 1 lies under snow: half of the class, and its own snow, dose and need."""
    town = Town(**DRY)
    town.reported.snow[town.index["H0-0"]] = 4.0
    main = groups(town)["p1"]
    assert (main.treatment, main.reason, main.share, main.snow) == ("plough+spread", "end_of_storm", 0.5, 4.0)
    assert main.rate * 1000 == pytest.approx(town.dose("H0-0"), abs=0.5)
    assert main.need == pytest.approx(main.rate * 300 * 16, rel=0.05)


def test_a_fifth_of_the_roads_makes_the_advice() -> None:
    """One of ten local streets does not; the rest has the word."""
    town = Town(**DRY)
    locals_ = [s for s in town.index if town.world.network.priority[town.index[s]] == 4 and s != "V0-0"]
    town.reported.snow[town.index[locals_[0]]] = 4.0
    assert groups(town)["p4"].treatment == "none"
    town.reported.snow[[town.index[s] for s in locals_[1:3]]] = 4.0
    assert groups(town)["p4"].treatment == "plough+spread"


def test_salt_that_is_short_is_kept_for_the_foremost_roads() -> None:
    """Short below half a round: the dose stands, for the worst places; out below a tenth: the blade alone."""
    town = Town(**DRY)
    full = groups(town, snow=4.0)
    town.world.stock_given[:, town.world.material_index["salt"]] = (
        full["bridges"].need + 0.3 * full["p1"].need
    )
    short = groups(town)
    assert short["bridges"] == replace(full["bridges"], left=short["bridges"].left)
    assert (short["p1"].reason, short["p1"].treatment, short["p1"].rate) == (
        "stock_short", "plough+spread", full["p1"].rate,
    )  # fmt: skip
    assert (short["p4"].reason, short["p4"].treatment, short["p4"].rate) == ("stock_out", "plough", 0.0)
    town.world.totals["used.salt"] = float(town.world.stock_given.sum())
    assert {(a.reason, a.treatment) for a in groups(town).values()} == {("stock_out", "plough")}
    thin = groups(town, snow=1.0)["p1"]
    assert (thin.reason, thin.treatment) == ("stock_out", "none")


def test_banks_wait_for_the_end_of_the_snow() -> None:
    """Hauling is advised for the time after it."""
    town = Town(ends=36_000)
    town.world.fields["bank"][:] = 9.0
    main = groups(town, snow=0.1)["p1"]
    assert (main.treatment, main.window, main.ends, main.bank) == ("haul", "after", 36_000, 9.0)


def test_a_fresh_dose_tells_when_the_next_is_due() -> None:
    """Two hours after the first of the roads was salted."""
    town = Town()
    town.world.last_spread[:] = -1800
    main = groups(town, snow=1.0)["p1"]
    assert (main.treatment, main.window, main.due) == ("none", "due", SPREAD_GAP - 1800)


def test_an_advice_goes_into_an_event_and_back() -> None:
    """Nothing of it is lost."""
    advice = groups(Town(), snow=3.0)["p1"]
    event = advice.to_event(900)
    assert (event.t, event.kind, event.target, event.verb, event.value) == (
        900, "advice", "p1", "plough+spread", advice.rate,
    )  # fmt: skip
    assert Advice.of_event(event) == advice


def test_advice_stands_for_an_hour_unless_something_must_be_done() -> None:
    """From nothing to work at once; from work to other work or to nothing an hour later; the same not again."""
    town = Town()
    adviser, clock, events = Adviser(town.world, town.salt), town.world.clock, town.world.events

    def tell_at(t: int, snow: float) -> list[str]:
        clock.run(until=t)
        town.reported.snow[:] = snow
        before = len(events)
        adviser.tell(town.reported)
        return [e.verb for e in events[before:] if e.target == "p1"]

    assert tell_at(EVERY, 0.0) == ["none"]
    assert tell_at(2 * EVERY, 1.0) == ["spread"]
    assert tell_at(3 * EVERY, 3.0) == []
    assert tell_at(2 * EVERY + STANDS, 3.0) == ["plough+spread"]
    assert tell_at(3 * EVERY + 2 * STANDS, 3.0) == []


def test_without_snow_nothing_is_advised() -> None:
    """A cloudburst has no treatment advice."""
    with Simulation(load("tiny/flood"), 0) as simulation:
        assert simulation.advance() is not None
        assert simulation.advice() == ()
