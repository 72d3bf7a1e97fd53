"""Passes of plough and spreader: how many, what each changes, in parts and side by side."""

from typing import Any

import numpy as np
import pytest

from simulation import roadwork
from simulation.engine import Simulation
from simulation.hazards import ice
from simulation.model import Kind, Scenario
from simulation.network import Network
from simulation.orders import Assign, Recall
from simulation.roadwork import road_seconds
from tests import cities
from tests.simulation.driving import go, go_until, ready, told
from tests.simulation.working import ROAD, at_work, calm, finish, on, put


def counted(width: float, lanes: int, blade: float, oneway: bool = False, ploughing: bool = True) -> int:
    """Passes of a machine over a road."""
    road = {**cities.segments()[0], "width": width, "lanes": lanes, "oneway": oneway}
    network = Network(cities.scenario(roads=[road, *cities.segments()[1:]]).city.segments)
    kind = Kind.model_validate({**cities.KINDS[0], "width": blade})
    return int(roadwork.strips(network, kind, ploughing)[0])


@pytest.mark.parametrize(
    ("width", "lanes", "blade", "passes"),
    [
        (23.0, 6, 3.2, 8),  # narrower than a lane: by its own width
        (9.0, 2, 3.2, 3),
        (16.0, 4, 4.0, 4),  # as wide as a lane: lane by lane
        (14.0, 4, 4.3, 4),  # wider than one, not as wide as two
        (16.4, 4, 4.0, 4),  # a hand's breadth of a lane is no pass of its own
        (14.0, 4, 7.1, 2),  # two lanes at once
        (5.0, 2, 7.0, 2),  # both directions are driven
    ],
)
def test_a_road_is_ploughed_lane_by_lane(width: float, lanes: int, blade: float, passes: int) -> None:
    assert counted(width, lanes, blade) == passes


def test_one_way_and_spreading_take_what_the_width_asks_for() -> None:
    """No second direction to drive; salt flies over the whole of a narrow street."""
    assert counted(5.0, 2, 7.0, oneway=True) == 1
    assert counted(5.0, 2, 7.0, ploughing=False) == 1
    assert counted(15.0, 4, 7.0, ploughing=False) == 3


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


def test_a_blade_leaves_a_residual() -> None:
    """80 % of deep snow goes, but never below 1 mm; what goes is in the bank, and a third of the salt with it."""
    with Simulation(calm()) as simulation:
        at_work(simulation, ("plough",))
        put(simulation, snow=6.0, loose_depth=0.06, salt=0.01)
        finish(simulation)
        assert on(simulation, "snow") == pytest.approx(1.2, rel=0.02)
        assert on(simulation, "bank") == pytest.approx(4.8, rel=0.02)
        assert on(simulation, "loose_depth") == pytest.approx(0.06 * 0.2, rel=0.02)
        assert on(simulation, "salt") == pytest.approx(0.007, rel=0.03)
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
    """At -5 degC, for what a blade leaves."""
    with Simulation(calm()) as simulation:
        at_work(simulation, ("spread",))
        finish(simulation)
        physics, salt = simulation.scenario.physics.snow, simulation.scenario.fleet.materials[0]
        dose = float(ice.dose(np.array([-5.0]), physics.plough_residual, salt, physics)[0])
        assert told(simulation, "pass")[-1].value == pytest.approx(dose * 4800, rel=0.01)
        assert 0.01 < dose < 0.035


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


# --------------------------------------------------------------------------- in parts, and side by side


def test_strips_that_were_done_stay_done() -> None:
    """Called off after two of four lanes: the next order takes the other two, in half the time, from the snow
    that lies there, and the road is as clear as after one whole treatment."""
    with Simulation(calm()) as simulation:
        start = at_work(simulation, ("plough",))
        go(simulation, start + 150 - 60)
        put(simulation, snow=6.0, loose_depth=0.0)
        assert simulation.apply(Recall("plough/1")) is None
        go_until(simulation, lambda: simulation.crews["plough/1"].activity != "work")
        assert on(simulation, "snow") == pytest.approx((1.2 + 6.0) / 2)
        assert simulation.world.last_pass[0] < 0
        start = at_work(simulation, ("plough",))
        finish(simulation)
        assert simulation.t - start == pytest.approx(150, abs=1)
        assert on(simulation, "snow") == pytest.approx(1.2)
        assert on(simulation, "bank") == pytest.approx(4.8)
        assert [e.text for e in told(simulation, "pass")] == ["0.50", ""]
        assert simulation.world.last_pass[0] == simulation.t


def test_snow_that_falls_meanwhile_lies_on_every_lane() -> None:
    """1 mm more on all four: the lanes that were done keep it, the others are taken with it."""
    with Simulation(calm()) as simulation:
        start = at_work(simulation, ("plough",))
        go(simulation, start + 150 - 60)
        put(simulation, snow=6.0, loose_depth=0.0)
        simulation.apply(Recall("plough/1"))
        go_until(simulation, lambda: simulation.crews["plough/1"].activity != "work")
        put(simulation, snow=on(simulation, "snow") + 1.0)
        at_work(simulation, ("plough",))
        finish(simulation)
        assert on(simulation, "snow") == pytest.approx((2.2 + 0.2 * 7.0) / 2)


def test_after_three_hours_a_road_is_begun_anew() -> None:
    with Simulation(calm()) as simulation:
        start = at_work(simulation, ("plough",))
        go(simulation, start + 90)
        simulation.apply(Recall("plough/1"))
        go(simulation, start + 150 + roadwork.KEPT + 60)
        start = at_work(simulation, ("plough",))
        finish(simulation)
        assert simulation.t - start == 300


def tandem(**changes: Any) -> Scenario:
    """Two ploughs in one yard."""
    return calm(crews=2, **changes)


def test_two_crews_share_the_lanes_of_a_road() -> None:
    """Sent together they take two lanes each: the road is done once, in half the time, and counts as passed when
    the last lane is done."""
    with Simulation(tandem()) as simulation:
        for crew in ("plough/1", "plough/2"):
            ready(simulation, crew)
        for crew in ("plough/1", "plough/2"):
            assert simulation.apply(Assign(crew, ("plough", "spread"), (ROAD,), rate=0.02)) is None
        crews = [simulation.crews[c] for c in ("plough/1", "plough/2")]
        go_until(simulation, lambda: all(c.activity == "work" for c in crews))
        start, before = simulation.t, sum(c.load for c in crews)
        put(simulation, snow=6.0)
        go_until(simulation, lambda: all(c.activity == "standby" for c in crews))
        assert simulation.t - start == 150
        assert on(simulation, "snow") == pytest.approx(1.2, rel=0.01)
        assert before - sum(c.load for c in crews) == pytest.approx(0.02 * 4800)
        assert [e.text for e in told(simulation, "pass")] == ["0.50", ""]
        assert abs(simulation.result().balance["material"]) < 1e-9


def test_who_comes_late_takes_what_is_left() -> None:
    """After two of four lanes a second crew comes: a lane each is left."""
    with Simulation(tandem()) as simulation:
        start = at_work(simulation, ("plough",))
        ready(simulation, "plough/2")
        second = simulation.crews["plough/2"]
        go(simulation, start + 90)
        assert simulation.apply(Assign("plough/2", ("plough",), (ROAD,))) is None
        go_until(simulation, lambda: second.activity == "work")
        assert simulation.t == start + 150
        finish(simulation)
        assert simulation.t == start + 225
        go_until(simulation, lambda: second.activity == "standby")
        assert simulation.t == start + 225


def test_who_breaks_down_leaves_its_lanes_to_the_other() -> None:
    """After 60 s of 150 the second fails: of four lanes 1.6 are done, and one crew does the other 2.4."""
    with Simulation(tandem()) as simulation:
        for crew in ("plough/1", "plough/2"):
            ready(simulation, crew)
        for crew in ("plough/1", "plough/2"):
            simulation.apply(Assign(crew, ("plough",), (ROAD,)))
        crews = [simulation.crews[c] for c in ("plough/1", "plough/2")]
        go_until(simulation, lambda: all(c.activity == "work" for c in crews))
        start = simulation.t
        go(simulation, start + 60)
        crews[1].break_down(3600)
        finish(simulation)
        assert simulation.t == start + 60 + 2.4 * 75


def test_a_road_that_others_finished_is_passed_over() -> None:
    """The first crew has done it when the second comes: the second does not do it again."""
    far = "H1-0"
    with Simulation(tandem()) as simulation:
        for crew in ("plough/1", "plough/2"):
            ready(simulation, crew)
        simulation.apply(Assign("plough/1", ("plough",), (ROAD,)))
        simulation.apply(Assign("plough/2", ("plough",), (far, ROAD)))
        go_until(simulation, lambda: bool(told(simulation, "pass", crew="plough/2")))
        go_until(simulation, lambda: simulation.crews["plough/2"].activity == "standby")
        assert [e.target for e in told(simulation, "pass", crew="plough/2")] == [far]
        assert [e.target for e in told(simulation, "done", crew="plough/2")] == [far, ROAD]
        assert len(told(simulation, "pass")) == 2


def test_as_many_crews_as_a_direction_has_lanes() -> None:
    network = Network(cities.scenario().city.segments)
    main, side = network.segment_index[ROAD], network.segment_index["V0-0"]
    assert (roadwork.side_by_side(network, main), roadwork.side_by_side(network, side)) == (2, 1)
    oneway = Network(cities.scenario(roads=cities.segments(oneway=True)).city.segments)
    assert np.unique([roadwork.side_by_side(oneway, i) for i in range(len(oneway))]).tolist() == [2, 4]
