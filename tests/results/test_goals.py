"""Goals, stock over time, where crews are, and what is missing."""

from dataclasses import replace

import numpy as np
import pytest

from results.capacity import figures, people_per_shift
from results.goals import goals, judged_by, precise, snow_grade
from results.metrics import metrics
from results.series import on_duty, spreadable, stock_lines, telling_times, tracks
from results.shortfalls import shortfalls
from simulation.model import Weather
from simulation.orders import Entry, Transfer
from simulation.record import Event, Run
from tests.results.made_runs import HOUR, fleet, scenario, snow_run, town, water_run


def storm_of(rate_mmh: float, hours: int, air: float = -4.0) -> Run:
    """A snow run whose storm is replaced."""
    made = scenario("snow", hours=36)
    weather = (
        Weather(t=0, precipitation=rate_mmh / 3600, air=air),
        Weather(t=hours * HOUR, precipitation=0, air=air),
    )
    storm = made.storm.model_copy(update={"weather": weather})
    return replace(snow_run(hours=36), scenario=made.model_copy(update={"storm": storm}))


@pytest.mark.parametrize(
    ("rate", "hours", "grade"),
    [
        (0.2, 4, "light"),
        (0.2, 8, "moderate"),
        (0.5, 8, "heavy"),
        (1.5, 4, "storm"),
        (0.45, 24, "storm"),
        (0.0, 4, None),
    ],
)
def test_grades_follow_the_wettest_half_day_and_day(rate: float, hours: int, grade: str | None) -> None:
    """GB/T 28592: 1, 3, 6 mm in 12 h; 2.5, 5, 10 mm in 24 h."""
    assert snow_grade(storm_of(rate, hours)) == grade


def test_rain_is_no_snowfall() -> None:
    """Warm precipitation has no grade, and no clearing goal follows from it."""
    run = storm_of(5, 4, air=8)
    assert snow_grade(run) is None
    assert not [g for g in goals(run) if g.key.startswith("clear_h")]


def test_goals_of_a_snowstorm() -> None:
    """Class 4 misses both of its goals, the rest is met."""
    judged = {g.key: g.met for g in goals(snow_run(hours=60))}
    assert [key for key, met in judged.items() if met is False] == ["first_pass_h.p4", "clear_h.p4"]
    assert judged["bridges_h"]


def test_a_goal_that_is_not_due_before_the_run_ends_is_left_open() -> None:
    """Class 4 has 24 h and 48 h, the run 12: neither met nor missed, and no shortfall is made of it."""
    run = snow_run(hours=12)
    judged = {g.key: g.met for g in goals(run)}
    assert (judged["first_pass_h.p4"], judged["clear_h.p4"]) == (None, None)
    assert shortfalls(run, goals(run)) == []


def test_a_goal_missed_by_minutes_is_not_rounded_to_what_is_allowed() -> None:
    """4.03 h of 4; 7.52 h need no second digit."""
    goal = next(g for g in goals(snow_run(hours=60)) if g.unit == "h")
    told = [precise(goal._replace(reached=reached, target=4)) for reached in (4.03, 4.0, 7.52)]
    assert told == ["4.03", "4.0", "7.5"]


def test_a_run_until_the_last_deadline_judges_every_goal() -> None:
    """Snow until hour 4, 48 h for class 4 in a storm, one hour more; rain has no deadline after its end."""
    assert judged_by(scenario("snow", hours=12)) == (4 + 48 + 1) * HOUR
    assert judged_by(scenario("water", hours=12)) == 0
    assert None not in {g.met for g in goals(snow_run(hours=53))}


def test_goals_of_a_cloudburst() -> None:
    """A site over the limit and an underpass closed an hour late are missed."""
    judged = {g.key: g.met for g in goals(water_run())}
    assert judged == {
        "sites_over_limit": False, "closed_late": False, "order_to_arrival_min.p90": True, "critical_access": True,
    }  # fmt: skip


def test_stock_goes_down_with_loading_and_moves_with_transfers() -> None:
    """20 t, less 6 and 14 loaded, plus a transfer that comes in; one that was refused changes nothing."""
    run = snow_run()
    (line,) = stock_lines(run)
    assert line.tonnes.tolist() == [20, 14, 0, 0]
    sent = Transfer("salt", "yard", "far", 2000.0)
    events = (
        Event(100, "order", "", "far", "transfer", 2000.0, "salt"), Event(5000, "refill", "", "far", "salt", 2000.0),
    )  # fmt: skip
    moved = replace(run, events=events, log=(Entry(100, "a", sent), Entry(200, "a", sent)))
    by_depot = {x.depot: x.tonnes.tolist() for x in stock_lines(moved)}
    assert by_depot == {"yard": [20, 18, 18], "far": [2, 2]}


def test_hoppers_hold_what_left_the_yards_and_is_not_spread() -> None:
    """At the end the yards are empty, 90 kg are on the roads, the rest is in hoppers."""
    spread = spreadable(snow_run())
    assert spread is not None
    assert spread.yards[-1] == 0
    served = sum(e.kind == "pass" for e in snow_run().events)
    assert spread.hoppers[-1] == pytest.approx(20 - 0.01 * served)


def test_crews_are_where_their_events_were() -> None:
    """From the yard to the segment; off duty they are not shown."""
    run = snow_run()
    track = next(t for t in tracks(run) if t.crew == "plough/1")
    assert track.point[0] == (113.66, 34.77)
    assert track.t[1] == 3600
    duty = on_duty(run)["plough/1"]
    assert not duty[0]
    assert duty[8]


def test_telling_times_hold_the_worst_and_the_end() -> None:
    """Four rows in order, the deepest water among them; a dry run gives rows too."""
    rows = telling_times(water_run())
    assert rows == sorted(set(rows))
    assert rows[-1] == 48
    assert 8 in rows
    dry = water_run()
    dry.fields["water_depth"][:] = 0
    assert telling_times(dry) == [0, 16, 32, 48]


def test_readiness_figures_by_hand() -> None:
    """20 t over the carriageway at 12 g/m2; 12 people in two shifts and 10 in one; no pumping without pumps."""
    made = scenario("snow")
    area = sum(s.length * s.width for s in town().segments)
    found = {
        f.name.en: f.value
        for f in figures(
            made, {"snow": replace(snow_run(), totals={**snow_run().totals, "snow_fallen_kg": 6 * area})}
        )
    }
    assert found["de-icer covers, all roads"] == pytest.approx(20_000 / (0.012 * area))
    assert people_per_shift(fleet()) == 16
    assert found["mobile pumping"] == pytest.approx(1440)
    main = sum(s.length * s.width for s in town().segments if s.priority <= 2)
    assert found["dump sites over the snow"] == pytest.approx(20_000 / (6 * main / 450))


def test_figures_of_a_run_without_orders() -> None:
    """Nobody acted: arrival is never reached and is no goal, nothing raises."""
    silent = replace(water_run(), events=(), log=())
    assert metrics(silent)["order_to_arrival_min.p90"] is None
    assert "order_to_arrival_min.p90" not in {g.key for g in goals(silent)}
    assert np.isfinite(metrics(silent)["team_h"] or 0)
