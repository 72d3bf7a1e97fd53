"""The verbs at standing places: how long work takes, what it needs, what it changes, and what half of it changes."""

import pytest

from simulation import work
from simulation.engine import Simulation
from simulation.orders import Recall
from tests import cities
from tests.simulation.driving import go, go_until, ready, told
from tests.simulation.working import at_work, calm, finish


def test_a_pump_runs_while_there_is_water_and_is_taken_off_again() -> None:
    """Rated flow x yield from the second the hoses are out; half an hour at a dry place and the work is done."""
    with Simulation(cities.flood(rain=300, wet_hours=0.5)) as simulation:
        world, node = simulation.world, simulation.world.node_index
        start = at_work(simulation, ("pump",), "LOW", crew="pump/1")
        assert world.pump_flow[node["LOW"]] == pytest.approx(0.4 * 0.6)
        arrived = told(simulation, "arrive")[0].t
        assert start - arrived == 1200
        go_until(simulation, lambda: bool(told(simulation, "done")))
        assert world.pump_flow[node["LOW"]] == 0
        on_event, off_event = told(simulation, "pump_on", "pump_off")
        assert on_event.value == pytest.approx(0.24)
        assert off_event.value == off_event.t - on_event.t >= work.PUMP_DRY
        assert world.fields["node_depth"][node["LOW"]] <= work.DRY_DEPTH
        assert simulation.result().totals["pumped_m3"] > 10


def test_pumping_ends_with_the_order() -> None:
    """Called back in the middle, the rate is off to the last digit."""
    with Simulation(cities.flood(rain=300)) as simulation:
        at_work(simulation, ("pump",), "LOW", crew="pump/1")
        assert simulation.apply(Recall("pump/1")) is None
        go(simulation, simulation.t + 600)
        assert not simulation.world.pump_flow.any()
        assert [e.kind for e in told(simulation, "pump_on", "pump_off", "done")] == ["pump_on", "pump_off"]


def test_inlets_come_free_in_step_with_the_share_done() -> None:
    """15 inlets (300 m, 40 m apart, both sides) at 10 an hour take 5,400 s; after a third, a third is free."""
    with Simulation(cities.flood(rain=0.0)) as simulation:
        start = at_work(simulation, ("clear_inlet",), "LOW", crew="squad/1")
        assert work.inlets_at(simulation.world, "LOW") == 15
        assert on_node(simulation, "clog") == pytest.approx(0.2)
        go(simulation, start + 1800 - 60)
        assert simulation.apply(Recall("squad/1")) is None
        go(simulation, start + 1801)
        assert on_node(simulation, "clog") == pytest.approx(0.2 - 0.15 / 3)
        start = at_work(simulation, ("clear_inlet",), "LOW", crew="squad/1")
        finish(simulation, "squad/1")
        assert simulation.t - start == 5400
        assert on_node(simulation, "clog") == pytest.approx(0.05)


def on_node(simulation: Simulation, name: str) -> float:
    return float(simulation.world.fields[name][simulation.world.node_index["LOW"]])


def test_sandbags_are_used_and_keep_water_out() -> None:
    """190 bags of 25 kg, laid by six people at 12 an hour each."""
    with Simulation(cities.flood()) as simulation:
        crew = ready(simulation, "squad/1")
        assert (crew.material, crew.load) == ("sandbag", 5000.0)
        start = at_work(simulation, ("sandbag",), "clinic", crew="squad/1")
        finish(simulation, "squad/1")
        assert simulation.t - start == pytest.approx(190 / (6 * 12) * 3600, abs=1)
        assert simulation.world.protection == {"clinic": 0.3}
        assert crew.load == pytest.approx(5000 - 190 * 25)
        assert simulation.world.totals["used.sandbag"] == pytest.approx(4750)
        assert told(simulation, "protected")[0].target == "clinic"


def test_half_a_hopper_of_bags_is_half_a_wall() -> None:
    """With 2.5 t in the yard the wall keeps out half the height."""
    stock = [{"depot": "yard", "material": "sandbag", "amount": 2500.0}]
    with Simulation(cities.flood(fleet__stock=stock)) as simulation:
        ready(simulation, "squad/1")
        at_work(simulation, ("sandbag",), "clinic", crew="squad/1")
        finish(simulation, "squad/1")
        assert simulation.world.protection["clinic"] == pytest.approx(0.3 * 2500 / 4750)


def test_a_crew_closes_a_road() -> None:
    """The barrier stands on arrival; nobody is led through from then on."""
    with Simulation(cities.flood(rain=0.0)) as simulation:
        at_work(simulation, ("close",), "H1-0", crew="squad/1")
        index = simulation.world.network.segment_index["H1-0"]
        assert simulation.world.closed[index]
        assert [(e.crew, e.target) for e in told(simulation, "closed")] == [("squad/1", "H1-0")]
        node = simulation.world.network.junction_index
        path = simulation.world.routes[0.3].path(node["J1-0"], node["J2-0"])
        assert path is not None
        assert index not in [segment for segment, _ in path]


def test_a_guard_closes_the_road_before_the_water_is_too_deep() -> None:
    """At 60 % of the closing depth, on what it sees itself; until then the road is open."""
    scenario = cities.flood(rain=120, goals={"close_depth": 0.05})
    with Simulation(scenario) as simulation:
        at_work(simulation, ("guard",), "dip", crew="squad/1")
        index = simulation.world.network.segment_index["H1-0"]
        go_until(simulation, lambda: bool(simulation.world.closed[index]))
        closed = told(simulation, "closed")[0]
        assert closed.crew == "squad/1"
        assert 0.6 * 0.05 <= closed.value < 0.05
        seen = simulation.situation("test").reported
        assert seen.seen[index] >= simulation.t - work.GUARD_CHECK
        assert seen.closed[index]


def test_segments_of_a_place() -> None:
    """Its own, and those that share its drain node; none for a place that names neither."""
    with Simulation(cities.flood()) as simulation:
        index = simulation.world.network.segment_index["H1-0"]
        assert work.segments_of_place(simulation.world, "dip") == [index]
        assert work.segments_of_place(simulation.world, "clinic") == []


def test_closing_twice_is_told_once() -> None:
    """Status is an event, not a flag."""
    with Simulation(calm()) as simulation:
        simulation.advance()
        for _ in range(2):
            work.close_segment(simulation.world, 0, "police")
        assert len(told(simulation, "closed")) == 1
        for _ in range(2):
            work.open_segment(simulation.world, 0, "police")
        assert len(told(simulation, "opened")) == 1
