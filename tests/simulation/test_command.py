"""Command: warnings to levels, call-out, standing orders, and reports with their age."""

from typing import Any

import numpy as np
import pytest

from simulation.command import relay_seconds
from simulation.engine import Simulation
from simulation.model import Scenario
from simulation.orders import Assign, Call, Open, ReportLoss, SetLevel
from simulation.situation import Message
from tests import cities
from tests.simulation.driving import becomes, go, go_until, ready, to_the_end, told

RULES = [
    {"hazard": "snow", "colour": "yellow", "level": "III", "delay": 1200},
    {"hazard": "snow", "colour": "orange", "level": "II", "delay": 600},
    {"hazard": "snow", "colour": "red", "level": "I", "delay": 0},
]


def storm(*warnings: tuple[float, str], **changes: Any) -> Scenario:
    """A dry, cold day with the given (hour, colour) warnings of snow."""
    rows = [{"t": hour * 3600, "hazard": "snow", "colour": colour} for hour, colour in warnings]
    made = {"storm__warnings": rows, "command__rules": RULES, "precipitation": 0.0, "air": -5.0} | changes
    return cities.scenario(**made)


def levels(scenario: Scenario) -> list[tuple[int, str]]:
    """(second, level) of every change in a run without orders."""
    with Simulation(scenario) as simulation:
        to_the_end(simulation)
        return [(e.t, e.text) for e in told(simulation, "level")]


# --------------------------------------------------------------------------- levels


def test_a_warning_leads_to_its_level_after_the_rules_delay() -> None:
    """Yellow at 1 h: level III twenty minutes later."""
    assert levels(storm((1, "yellow"))) == [(4800, "III")]


def test_the_highest_level_is_kept() -> None:
    """Red, then yellow again: the level does not come down by itself."""
    assert levels(storm((1, "yellow"), (2, "red"), (3, "yellow"))) == [(4800, "III"), (7200, "I")]


def test_a_slow_decision_is_overtaken_by_a_higher_one() -> None:
    """Red at once after yellow: level I stands before III would have."""
    assert levels(storm((1, "yellow"), (1.1, "red"))) == [(3960, "I")]


def test_warnings_without_a_rule_or_of_another_hazard_change_nothing() -> None:
    """Blue has no rule; orange rain is not orange snow."""
    rows = [{"t": 0, "hazard": "snow", "colour": "blue"}, {"t": 60, "hazard": "water", "colour": "orange"}]
    assert levels(storm(storm__warnings=rows)) == []


def test_a_warning_before_the_start_counts_from_when_it_was_issued() -> None:
    """Issued an hour before: its delay is over at second 0; ten minutes before: half of it is left."""
    assert levels(storm((-1, "orange"))) == [(0, "II")]
    assert levels(storm((-1 / 6, "yellow"))) == [(600, "III")]


def test_a_timeline_replaces_the_rules() -> None:
    """History's own times, down again too; of several before the start the last one counts."""
    timeline = [
        {"t": -60, "level": "III"},
        {"t": -7200, "level": "I"},
        {"t": 3600, "level": "II"},
        {"t": 7200, "level": "none"},
    ]
    made = levels(storm((0, "red"), command__timeline=timeline))
    assert made[-3:] == [(0, "III"), (3600, "II"), (7200, "none")]


def test_without_response_no_level_is_declared_but_warnings_are_heard() -> None:
    """The variant ``no-response``: nobody acts."""
    with Simulation(storm((1, "red"), respond=False)) as simulation:
        to_the_end(simulation)
        assert told(simulation, "level") == []
        assert [e.text for e in told(simulation, "warning")] == ["red"]
        assert told(simulation, "muster") == []


def test_relay_by_tier() -> None:
    """Minutes at each tier on the way down add up: the community waits for all of them."""
    with Simulation(storm()) as simulation:
        seconds = {t: relay_seconds(simulation.world, t) for t in ("city", "district", "street", "community")}  # type: ignore[arg-type]
        assert seconds == {"city": 360, "district": 60, "street": 180, "community": 480}


@pytest.mark.parametrize(
    ("tier", "relay"), [("district", 60), ("street", 180), ("community", 480), ("city", 360)]
)
def test_orders_need_their_way_down(tier: str, relay: int) -> None:
    """A crew sets out when the words reach it, not when they are spoken."""
    teams = [cities.scenario().fleet.teams[0].model_dump() | {"tier": tier}]
    with Simulation(storm((0, "red"), fleet__teams=teams)) as simulation:
        crew = ready(simulation)
        ordered = simulation.t
        assert simulation.apply(Assign("plough/1", ("plough",), ("V2-1",))) is None
        assert becomes(simulation, crew, "travel") == ordered + relay


# --------------------------------------------------------------------------- standing orders, police


def test_standing_orders_close_underpasses() -> None:
    """At level II, once, after relay and the police's own way; a higher level does not repeat it."""
    scenario = cities.flood(
        rain=0.0,
        command__standing_orders=[{"level": "II", "hazard": "water", "act": "close_underpasses"}],
        command__police_delay=1200,
    )
    with Simulation(scenario) as simulation:
        go(simulation, 1800)
        assert [(e.t, e.crew, e.target) for e in told(simulation, "closed")] == [(1260, "police", "H1-0")]
        assert simulation.apply(Open(("H1-0",))) is None
        assert simulation.apply(SetLevel("I")) is None
        go(simulation, 3 * 3600)
        assert len(told(simulation, "closed")) == 1


def test_standing_orders_are_lifted_when_the_level_falls() -> None:
    """At II every gauged place is guarded, at III only those with water; barriers that are up stay up."""
    orders = [
        {"level": "II", "hazard": "water", "act": act} for act in ("close_underpasses", "guard_waterlogging")
    ]
    scenario = cities.flood(rain=0.0, command__standing_orders=orders, command__police_delay=0)
    with Simulation(scenario) as simulation:
        go(simulation, 1800)
        assert "standing_guard" in simulation.situation("look").jobs.reason
        assert simulation.apply(SetLevel("III")) is None
        assert simulation.world.standing == set()
        assert "standing_guard" not in simulation.situation("look").jobs.reason
        assert simulation.world.closed.any()


def test_standing_orders_of_a_hazard_that_is_not_run_do_nothing() -> None:
    """Underpasses stay open in a snowstorm."""
    roads = cities.segments()
    roads[1]["structure"] = "underpass"
    orders = [{"level": "II", "hazard": "water", "act": "close_underpasses"}]
    with Simulation(storm((0, "red"), roads=roads, command__standing_orders=orders)) as simulation:
        to_the_end(simulation)
        assert told(simulation, "closed") == []


# --------------------------------------------------------------------------- messages


def test_messages_are_handed_out_once() -> None:
    """Warnings, levels and calls reach the next situation, and only that."""
    with Simulation(storm((0, "orange"))) as simulation:
        first = simulation.advance()
        assert first is not None
        assert first.messages == (Message(0, "warning", "snow", "orange", "orange"),)
        second = simulation.advance(599)
        assert second is not None
        assert second.messages == ()
        third = simulation.advance()
        assert third is not None
        assert [m.kind for m in third.messages] == ["level"]
        assert simulation.apply(Call("clinic", "门口结冰", "ice at the door")) is None
        fourth = simulation.advance()
        assert fourth is not None
        assert (fourth.why, [m.en for m in fourth.messages]) == ("inject", ["ice at the door"])
        assert simulation.situation("again").messages == ()


# --------------------------------------------------------------------------- reports


def snowing(**changes: Any) -> Scenario:
    """A steady storm; nobody has mustered for the first hours."""
    return cities.scenario(precipitation=2.0, wet_hours=12, **{"command__rules": []} | changes)


def test_the_command_post_sees_the_past() -> None:
    """A report tells the state at the second it was observed, one relay (3 minutes, next tick) before it arrives."""
    truth: dict[int, np.ndarray] = {}
    with Simulation(snowing()) as simulation:
        for t in range(300, 5 * 3600, 300):
            go(simulation, t)
            fields = simulation.world.fields
            truth[t] = fields["snow"].copy()
            told_now = simulation.situation("test").reported
            for segment, seen in enumerate(told_now.seen):
                if seen >= 300:
                    assert told_now.snow[segment] == truth[int(seen)][segment]
                    assert seen <= t - 300
            assert (told_now.snow <= truth[t] + 1e-12).all()
        main = simulation.world.network.segment_index["H0-0"]
        side = simulation.world.network.segment_index["V0-0"]
        assert told_now.seen[main] >= t - 1800 - 300
        assert told_now.seen[side] >= t - 4 * 3600 - 300


def test_busy_roads_are_reported_more_often() -> None:
    """Class 1 every half hour, class 4 every four hours; roads of a class do not all report at once."""
    with Simulation(snowing()) as simulation:
        counts = np.zeros(12)
        offsets = set()
        last = np.full(12, -1)
        for t in range(300, 10 * 3600, 300):
            go(simulation, t)
            seen = simulation.situation("test").reported.seen
            counts += seen > last
            offsets |= {int(s) % 14400 for s in seen[seen > last]}
            last = seen.copy()
        index = simulation.world.network.segment_index
        assert 18 <= counts[index["H0-0"]] <= 20
        assert 2 <= counts[index["V0-0"]] <= 3
        assert len(offsets) > 3


def test_report_loss_silences_an_office_for_a_time() -> None:
    """Nothing of its area is observed meanwhile; afterwards it reports again."""
    with Simulation(snowing()) as simulation:
        go(simulation, 3600)
        assert simulation.apply(ReportLoss("centre", 4 * 3600)) is None
        go(simulation, 5 * 3600)
        assert simulation.situation("test").reported.seen.max() <= 3600
        go(simulation, 7 * 3600)
        assert simulation.situation("test").reported.seen.max() >= 5 * 3600


def test_crews_report_what_they_see_at_once() -> None:
    """The road just worked on is known to be clear although its office is silent."""
    with Simulation(cities.scenario(precipitation=2.0)) as simulation:
        ready(simulation)
        assert simulation.apply(ReportLoss("centre", 12 * 3600)) is None
        assert simulation.apply(Assign("plough/1", ("plough",), ("V0-0",))) is None
        go_until(simulation, lambda: bool(told(simulation, "done")))
        index = simulation.world.network.segment_index["V0-0"]
        reported = simulation.situation("test").reported
        assert reported.seen[index] == simulation.t
        assert reported.snow[index] == simulation.world.fields["snow"][index]


def test_an_older_report_never_overwrites_a_newer_one() -> None:
    """What comes up the tiers late is dropped where a crew or a gauge was there since."""
    relay = {"city": 0, "district": 60, "street": 1800, "community": 0}
    scenario = cities.flood(rain=200, command__relay=relay, command__gauge_period=1500)
    with Simulation(scenario) as simulation:
        node_seen, seen = np.full(3, -1), np.full(12, -1)
        for t in range(60, 4 * 3600, 60):
            go(simulation, t)
            reported = simulation.situation("test").reported
            assert (reported.node_seen >= node_seen).all()
            assert (reported.seen >= seen).all()
            node_seen, seen = reported.node_seen, reported.seen
        assert node_seen.max() > 0


def test_gauges_are_read_at_their_period() -> None:
    """The underpass's gauge every five minutes, or every half hour if the district has it so; others never."""
    for period, age in ((300, 300), (1900, 1800)):
        with Simulation(
            cities.flood(rain=100, command__gauge_period=period, command__report_period=(86400,) * 4)
        ) as s:
            go(s, 4000)
            seen = dict(zip(s.world.nodes, s.situation("test").reported.node_seen, strict=True))
            assert seen["LOW"] == 4000 // age * age
            assert seen["SUMP"] == -1
