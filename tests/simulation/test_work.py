"""The verbs: how long work takes, what it needs, what it changes, and what half of it changes."""

from typing import Any

import pytest

from simulation import work
from simulation.engine import Simulation
from simulation.model import Scenario
from simulation.orders import Assign, Recall
from simulation.work import road_seconds
from tests import cities
from tests.simulation.driving import go, go_until, ready, told

ROAD = "H0-0"
"""At the yard's door: 300 m, 16 m wide, class 1."""


def calm(**changes: Any) -> Scenario:
    """A cold day without snowfall or hardpacking: only crews change the roads."""
    physics = {
        "snow": {
            "compaction_time": (1e12,) * 4,
            "sky_view": 0.0,
            "sun_share": 0.0,
            "ground_temperature": -5.0,
        }
    }
    return cities.scenario(precipitation=0.0, air=-5.0, physics=physics, **changes)


def at_work(simulation: Simulation, verbs: tuple[str, ...], target: str = ROAD, **order: Any) -> int:
    """Give the order to plough/1 and run until it is at work; returns the second."""
    crew = ready(simulation, order.pop("crew", "plough/1"))
    assert simulation.apply(Assign(crew.id, verbs, (target,), **order)) is None  # type: ignore[arg-type]
    go_until(simulation, lambda: crew.activity == "work")
    return simulation.t


def finish(simulation: Simulation, crew: str = "plough/1") -> None:
    """Run until the crew stands by again."""
    go_until(simulation, lambda: simulation.crews[crew].activity == "standby")


def put(simulation: Simulation, **fields: float) -> None:
    """Put something on every road."""
    for name, value in fields.items():
        simulation.world.fields[name][:] = value


def on(simulation: Simulation, name: str, segment: str = ROAD) -> float:
    return float(simulation.world.fields[name][simulation.world.network.segment_index[segment]])


# --------------------------------------------------------------------------- time


@pytest.mark.parametrize(("width", "passes"), [(3.0, 1), (4.0, 1), (4.01, 2), (8.0, 2), (16.0, 4), (16.5, 5)])
def test_passes_by_width(width: float, passes: int) -> None:
    """A blade of 4 m goes along as often as the carriageway asks for."""
    with Simulation(calm(roads=cities.segments(width=width))) as simulation:
        assert work.passes(simulation.world, simulation.crews["plough/1"], 0) == passes


def test_time_of_a_treatment() -> None:
    """Passes x length over speed x efficiency: 4 x 300 m at 4 m/s; half as fast in 30 cm of snow; minor roads
    at the minor speed."""
    with Simulation(calm()) as simulation:
        crew, world = simulation.crews["plough/1"], simulation.world
        main, side = (world.network.segment_index[s] for s in (ROAD, "H0-1"))
        assert road_seconds(world, crew, main, ("spread",)) == 300
        assert road_seconds(world, crew, main, ("plough", "spread")) == 300
        assert road_seconds(world, crew, side, ("plough",)) == 2 * 300 / 2.5
        put(simulation, snow_depth=0.3)
        assert road_seconds(world, crew, main, ("plough",)) == 600
        assert road_seconds(world, crew, main, ("spread",)) == 300


def test_hauling_takes_its_volume_and_ploughing_in_the_same_order_adds_to_it() -> None:
    """10 kg/m2 over 4,800 m2 at 400 kg/m3 are 120 m3; at 0.02 m3/s that is 6,000 s."""
    equipment = [{"id": "loader", "kind": "loader", "count": 1, "team": "day"}]
    teams = [cities.scenario().fleet.teams[0].model_dump() | {"skills": ("plough", "haul")}]
    with Simulation(calm(fleet__equipment=equipment, fleet__teams=teams)) as simulation:
        crew, world = simulation.crews["loader/1"], simulation.world
        put(simulation, bank=10.0)
        assert road_seconds(world, crew, 0, ("haul",)) == 6000
        assert road_seconds(world, crew, 0, ("plough", "haul")) == 6000 + 4 * 300 / 4
        start = at_work(simulation, ("haul",), crew="loader/1")
        finish(simulation, "loader/1")
        assert simulation.t - start == 6000
        assert on(simulation, "bank") == 0
        assert world.totals["snow.hauled"] == pytest.approx(10.0 * 4800)


# --------------------------------------------------------------------------- road work


def test_a_blade_leaves_a_residual() -> None:
    """80 % of deep snow goes, but never below 1 mm; what goes is in the bank, and a third of the salt with it."""
    with Simulation(calm()) as simulation:
        at_work(simulation, ("plough",))
        put(simulation, snow=6.0, loose_depth=0.06, salt=0.01)
        finish(simulation)
        assert on(simulation, "snow") == pytest.approx(1.2, rel=0.02)
        assert on(simulation, "bank") == pytest.approx(4.8, rel=0.02)
        assert on(simulation, "loose_depth") == pytest.approx(0.06 * 0.2, rel=0.02)
        assert on(simulation, "salt") == pytest.approx(0.007, rel=0.02)
        at_work(simulation, ("plough",))
        finish(simulation)
        assert on(simulation, "snow") == pytest.approx(1.0, rel=0.02)
        at_work(simulation, ("plough",))
        finish(simulation)
        assert on(simulation, "snow") == pytest.approx(1.0, rel=0.02)


def test_hardpack_comes_off_in_part_and_with_brine_under_it_like_snow() -> None:
    """30 % a pass where it is bonded (NORTRIP), 80 % where brine broke the bond."""
    for film, share in ((0.0, 0.3), (1.0, 0.8)):
        with Simulation(calm()) as simulation:
            start = at_work(simulation, ("plough",))
            go(simulation, start + 299)
            put(simulation, ice=4.0, film=film)
            finish(simulation)
            assert on(simulation, "ice") == pytest.approx(4.0 * (1 - share))


def test_half_a_pass_does_half_the_work() -> None:
    """Called off after 150 of 300 s: half of what would have gone is gone, half of the dose is down, and the
    pass says so."""
    with Simulation(calm()) as simulation:
        start = at_work(simulation, ("plough", "spread"), rate=0.02)
        crew = simulation.crews["plough/1"]
        loaded = crew.load
        go(simulation, start + 150 - 60)
        put(simulation, snow=6.0)
        assert simulation.apply(Recall("plough/1")) is None
        go_until(simulation, lambda: crew.activity != "work")
        assert simulation.t == start + 150
        assert on(simulation, "snow") == pytest.approx(6.0 - 0.5 * 4.8, rel=0.02)
        assert loaded - crew.load == pytest.approx(0.5 * 0.02 * 4800)
        done = told(simulation, "pass")[-1]
        assert (done.target, done.text) == (ROAD, "0.50")
        assert done.value == pytest.approx(48.0)
        assert simulation.world.last_spread[0] == simulation.t


def test_a_dose_is_grams_times_area_less_what_bounces_off() -> None:
    """20 g/m2 on 4,800 m2 take 96 kg out of the hopper, and 90 % of them lie on the road."""
    with Simulation(calm()) as simulation:
        at_work(simulation, ("spread",), rate=0.02)
        before = simulation.crews["plough/1"].load
        finish(simulation)
        assert before - simulation.crews["plough/1"].load == pytest.approx(96.0)
        assert on(simulation, "salt") == pytest.approx(0.018, rel=0.01)
        assert simulation.world.totals["used.salt"] == pytest.approx(96.0)
        assert told(simulation, "pass")[-1].value == pytest.approx(96.0)


def test_without_a_rate_the_advised_dose_of_the_moment_is_spread() -> None:
    """At -5 degC: 0.15 mm over the capacity at -6.5 degC, over the loss of 10 %."""
    with Simulation(calm()) as simulation:
        at_work(simulation, ("spread",))
        finish(simulation)
        concentration = (0.02916 * -(6.5**2) + 1.7208 * 6.5 - 0.116) / 100
        dose = 0.15 * concentration / (1 - concentration) / 0.9
        assert told(simulation, "pass")[-1].value == pytest.approx(dose * 4800, rel=0.01)


def test_too_cold_for_salt_none_is_spread() -> None:
    """At -15 degC the pass is driven, the hopper stays full, and the road does not count as treated."""
    with Simulation(cities.scenario(precipitation=0.0, air=-15.0)) as simulation:
        at_work(simulation, ("plough", "spread"))
        finish(simulation)
        assert told(simulation, "pass")[-1].value == 0
        assert on(simulation, "salt") == 0
        assert simulation.world.last_spread[0] < 0


def test_a_dose_that_was_mostly_missed_does_not_count() -> None:
    """A tenth of a pass leaves the road on the list of those to treat."""
    with Simulation(calm()) as simulation:
        start = at_work(simulation, ("spread",), rate=0.02)
        simulation.crews["plough/1"].break_down(60)
        go(simulation, start + 30)
        assert on(simulation, "salt") == 0
        start = at_work_again(simulation)
        go(simulation, start + 30)
        simulation.crews["plough/1"].break_down(60)
        go(simulation, start + 40)
        assert on(simulation, "salt") == pytest.approx(0.1 * 0.018, rel=0.05)
        assert simulation.world.last_spread[0] < 0


def at_work_again(simulation: Simulation) -> int:
    return at_work(simulation, ("spread",), rate=0.02)


def test_grit_is_no_salt() -> None:
    """An abrasive is used up and melts nothing."""
    grit = {"id": "grit", "name": "grit", "use": "abrasive", "floor": -40.0}
    scenario = calm(
        fleet__materials=[*cities.MATERIALS, grit],
        fleet__stock=[{"depot": "yard", "material": "grit", "amount": 20_000.0}],
        fleet__equipment=[{"id": "plough", "kind": "plough", "count": 1, "team": "day", "material": "grit"}],
    )
    with Simulation(scenario) as simulation:
        at_work(simulation, ("spread",), rate=0.05)
        finish(simulation)
        assert simulation.world.totals["used.grit"] == pytest.approx(0.05 * 4800)
        assert on(simulation, "salt") == 0
        assert simulation.world.last_spread[0] > 0
        assert abs(simulation.result().balance["material"]) < 1e-9


# --------------------------------------------------------------------------- site work


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
