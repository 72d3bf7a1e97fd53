"""Footways, stops and footbridges: what lies there, who clears it, how long it takes, and warm-ups."""

from typing import Any

import numpy as np
import pytest

from simulation import footways
from simulation.engine import Simulation
from simulation.hazards.advice import CLASS_WEIGHT
from simulation.model import Scenario
from simulation.network import Network
from simulation.orders import Assign, Recall
from tests import cities
from tests.simulation.driving import go, go_until, ready, told
from tests.simulation.working import ROAD, at_work, calm, finish, on, put

SQUAD = {
    "id": "shovels", "name": "shovels", "abilities": ("clear_footway",), "travel_speed": 8.0, "width": 3.0,
    "work_speed_major": 0.25, "work_speed_minor": 0.25, "efficiency": 0.8, "crew": 10, "stint": 7200.0,
}  # fmt: skip
"""0.6 m2/s: 2,160 m2 an hour."""


def town(**changes: Any) -> Scenario:
    """Gridtown with 4 m of footway along every road, a stop of 120 m2 at H0-0 and one squad."""
    stop = {"id": "stop", "name": "stop", "kind": "bus_stop", "lon": cities.LON, "lat": cities.LAT, "segment": ROAD,
            "area": 120.0}  # fmt: skip
    own: dict[str, Any] = {
        "roads": cities.segments(footway_width=4.0),
        "city__places": [stop],
        "fleet__kinds": [*cities.KINDS, SQUAD],
        "fleet__equipment": [{"id": "hand", "kind": "shovels", "count": 1, "team": "day"}],
        "fleet__teams": [cities.scenario().fleet.teams[0].model_dump() | {"skills": ("clear_footway",)}],
    }
    return calm(**(own | changes))


def clearing(simulation: Simulation, target: str = ROAD) -> int:
    return at_work(simulation, ("clear_footway",), target, crew="hand/1")


def test_what_lies_on_a_segment_is_its_footways_and_the_stops_on_them() -> None:
    """300 m of 4 m, and 120 m2 of stop; a place without a segment of its own stands on one that ends beside it."""
    city = town().city
    network = Network(city.segments)
    area = footways.areas(city, network)
    assert area[network.segment_index[ROAD]] == 1320.0
    assert set(np.delete(area, network.segment_index[ROAD])) == {1200.0}
    loose = city.model_copy(update={"places": (city.places[0].model_copy(update={"segment": None}),)})
    assert footways.segments_of(loose, network, ("bus_stop",)) == {"stop": network.segment_index[ROAD]}
    assert footways.segments_of(city, network, ("metro",)) == {}


def test_snow_falls_on_footways_and_melts_in_warm_air() -> None:
    """3 mm fall on footways alone; roads without them carry none; all that fell is somewhere."""
    roads = [{**r, "footway_width": 4.0 if r["id"] == ROAD else 0.0} for r in cities.segments()]
    with Simulation(cities.scenario(precipitation=1.0, wet_hours=3, roads=roads, crews=0)) as simulation:
        go(simulation, 4 * 3600)
        assert on(simulation, footways.LYING) == pytest.approx(3.0, rel=0.01)
        assert on(simulation, footways.LYING, "H0-1") == 0
        fallen, missing = footways.balance(simulation.world)
        assert fallen == pytest.approx(3.0 * 1200, rel=0.01)
        assert abs(missing) < 1e-9 * fallen
    with Simulation(cities.scenario(precipitation=0.0, air=5.0, roads=roads, crews=0)) as simulation:
        put(simulation, footway_snow=3.0)
        go(simulation, 6 * 3600)
        assert on(simulation, footways.LYING) == 0


def test_a_squad_clears_area_over_rate_and_leaves_what_a_broom_leaves() -> None:
    """1,320 m2 at 0.6 m2/s are 2,200 s; what was there goes to the verge, but for 0.2 mm."""
    with Simulation(town()) as simulation:
        put(simulation, footway_snow=5.0)
        start = clearing(simulation)
        finish(simulation, "hand/1")
        assert simulation.t - start == 2200
        assert on(simulation, footways.LYING) == pytest.approx(footways.LEFT)
        assert simulation.world.totals["footway.cleared"] == pytest.approx(4.8 * 1320)
        assert [(e.target, e.text) for e in told(simulation, "cleared")] == [(ROAD, "")]
        assert simulation.world.last_footway[0] == simulation.t
        assert on(simulation, "bank") == 0


def test_what_was_cleared_stays_cleared() -> None:
    """Called off after half of it: the rest takes the other half."""
    with Simulation(town()) as simulation:
        put(simulation, footway_snow=5.0)
        start = clearing(simulation)
        go(simulation, start + 1100 - 60)
        assert simulation.apply(Recall("hand/1")) is None
        go_until(simulation, lambda: simulation.crews["hand/1"].activity != "work")
        assert on(simulation, footways.LYING) == pytest.approx((5.0 + 0.2) / 2)
        start = clearing(simulation)
        finish(simulation, "hand/1")
        assert simulation.t - start == 1100
        assert on(simulation, footways.LYING) == pytest.approx(0.2)
        assert [e.text for e in told(simulation, "cleared")] == ["0.50", ""]


def test_after_two_hours_in_the_cold_a_squad_warms_up() -> None:
    """Four segments are 8,200 s of work: one break of 20 minutes falls among them, and the rest of the order stands."""
    with Simulation(town()) as simulation:
        put(simulation, footway_snow=5.0)
        ready(simulation, "hand/1")
        targets = (ROAD, "V0-0", "H0-1", "V1-0")
        assert simulation.apply(Assign("hand/1", ("clear_footway",), targets)) is None
        crew = simulation.crews["hand/1"]
        go_until(simulation, lambda: bool(told(simulation, "warm_up")))
        out = sum(e.t for e in told(simulation, "cleared")[-1:])
        assert crew.outdoors == 7200
        began = simulation.t
        assert crew.activity == "rest" and crew.until == began + footways.WARM_UP
        go_until(simulation, lambda: crew.activity == "work")
        assert simulation.t == began + footways.WARM_UP
        assert crew.outdoors == 0 and out < began
        go_until(simulation, lambda: len(told(simulation, "cleared")) == 4)
        assert len(told(simulation, "warm_up")) == 1


def test_a_squad_that_is_called_while_it_warms_up_changes_over() -> None:
    with Simulation(town()) as simulation:
        crew = ready(simulation, "hand/1")
        put(simulation, footway_snow=5.0)
        crew.outdoors = 7200
        assert simulation.apply(Assign("hand/1", ("clear_footway",), (ROAD,))) is None
        go_until(simulation, lambda: bool(told(simulation, "warm_up")))
        simulation.world.claims.hold("hand/1", ())
        crew.receive(Assign("hand/1", ("clear_footway",), ("H1-0",)))
        go_until(simulation, lambda: bool(told(simulation, "cleared")))
        assert [e.target for e in told(simulation, "cleared")] == ["H1-0"]


def test_footways_are_called_for_by_place_class_and_depth() -> None:
    """While it snows from 2 mm, afterwards from the goal; those at a stop come first; none without a crew for it."""
    with Simulation(town()) as simulation:
        world = simulation.world
        put(simulation, footway_snow=1.5)
        assert len(footways.jobs(world, CLASS_WEIGHT, snowing=True)) == 0
        jobs = footways.jobs(world, CLASS_WEIGHT, snowing=False)
        assert len(jobs) == 12
        weight = dict(zip(jobs.target, jobs.weight, strict=True))
        assert weight[ROAD] == pytest.approx(footways.FIRST_WEIGHT * weight["H1-0"])
        assert weight["H1-0"] == pytest.approx(8 * weight["V0-0"])
        assert set(jobs.verbs) == {("clear_footway",)} and set(jobs.reason) == {"footway_covered"}
        assert dict(zip(jobs.target, jobs.need, strict=True))[ROAD] == 1320.0
        world.claims.hold("hand/1", [("clear_footway", ROAD)])
        assert dict(zip(jobs.target, footways.jobs(world, CLASS_WEIGHT, False).crews, strict=True))[ROAD] == 1
        world.can_clear_footways = False
        assert len(footways.jobs(world, CLASS_WEIGHT, False)) == 0


def test_a_district_without_footways_has_none_to_clear() -> None:
    with Simulation(town(roads=cities.segments(), city__places=[])) as simulation:
        ready(simulation, "hand/1")
        refused = simulation.apply(Assign("hand/1", ("clear_footway",), (ROAD,)))
        assert str(refused) == "no footways are to be cleared in this district"
