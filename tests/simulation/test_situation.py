"""What the command post is shown: crews, stock, travel on reported roads."""

import numpy as np
import pytest

from simulation.engine import Simulation
from simulation.orders import Assign, Closure, NoShow
from simulation.situation import CrewReport, Situation
from tests import cities
from tests.simulation.driving import becomes, go, ready, told


def look(simulation: Simulation) -> Situation:
    return simulation.situation("test")


def crew(simulation: Simulation, name: str = "plough/1") -> CrewReport:
    return next(c for c in look(simulation).crews if c.id == name)


def test_crews_as_they_report_themselves() -> None:
    """Off duty, mustering, standing by, promised, at work: each as it is at that second."""
    with Simulation(cities.scenario(precipitation=0.0)) as simulation:
        simulation.advance()
        report = crew(simulation)
        assert (report.activity, report.idle, report.duty_left) == ("off", False, 12 * 3600)
        assert (report.verbs, report.kind, report.team, report.material) == (
            ("plough", "spread"), "plough", "day", "salt",
        )  # fmt: skip
        becomes(simulation, simulation.crews["plough/1"], "mustering")
        assert (crew(simulation).activity, crew(simulation).idle) == ("mustering", False)
        ready(simulation)
        go(simulation, simulation.t + 100)
        report = crew(simulation)
        assert (report.activity, report.idle, report.load) == ("standby", True, 8000.0)
        assert report.duty_left == 12 * 3600 - 100
        assert simulation.apply(Assign("plough/1", ("plough",), ("V2-1", "V2-0"))) is None
        assert (crew(simulation).idle, crew(simulation).targets) == (False, ())
        becomes(simulation, simulation.crews["plough/1"], "work")
        assert crew(simulation).targets == ("V2-1", "V2-0")


def test_a_crew_that_does_not_come_is_seen_not_to_come() -> None:
    """Reports of crews off duty are kept between situations, but not beyond a change."""
    with Simulation(cities.scenario()) as simulation:
        simulation.advance()
        assert crew(simulation).activity == "off"
        assert simulation.apply(NoShow("day", 1.0)) is None
        assert crew(simulation).activity == "absent"


def test_stock_is_what_is_in_the_yards() -> None:
    """Kg by depot and material, as of now."""
    with Simulation(cities.scenario(crews=1)) as simulation:
        ready(simulation)
        assert look(simulation).stock.tolist() == [[20_000.0 - 8000.0, 20_000.0, 0.0]]


def test_travel_times_follow_reports() -> None:
    """Blocked as known, slower where snow is reported; the same array is not searched for twice."""
    with Simulation(cities.scenario(precipitation=0.0)) as simulation:
        go(simulation, 7200)
        junction = simulation.world.network.junction_index
        start, end = junction["J0-0"], junction["J1-0"]
        free = look(simulation).travel_times(start)
        assert free[end] == pytest.approx(300 / 14)
        assert simulation.apply(Closure("H0-0", 3 * 3600)) is None
        segment = simulation.world.network.segment_index["H0-0"]
        assert not look(simulation).reported.closed[segment], "nobody has told of it yet"
        go(simulation, 2 * 7200)
        situation = look(simulation)
        assert situation.reported.closed[segment]
        assert situation.travel_factor[segment] == 0
        assert situation.travel_times(start)[end] == pytest.approx(3 * 300 / 8)
        assert situation.travel_times(start) is situation.travel_times(start)


def test_nothing_reported_is_nothing_known() -> None:
    """At the first second no road has been seen, and only the underpass's gauge was read."""
    with Simulation(cities.flood()) as simulation:
        situation = simulation.advance()
        assert situation is not None
        assert situation.nodes == simulation.world.nodes
        assert dict(zip(situation.nodes, situation.reported.node_seen, strict=True)) == {
            "LOW": 0, "SUMP": -1, "OUT": -1,
        }  # fmt: skip
        assert (situation.level, situation.why) == ("II", "start")
        assert not np.any(situation.reported.water_depth)
        assert told(simulation, "level")[0].text == "II"
