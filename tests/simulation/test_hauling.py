"""Banks are loaded and driven to dump sites, as long as those have room and take the snow."""

from typing import Any

import pytest

from simulation import hauling
from simulation.engine import Simulation
from simulation.model import Kind, Scenario
from simulation.orders import Assign, Recall, Refusal
from tests import cities
from tests.simulation.driving import go, go_until, ready, told
from tests.simulation.working import ROAD, at_work, calm, finish, on, put


def town(*dumps: dict[str, Any], trucks: int = 0, **changes: Any) -> Scenario:
    """Gridtown with one loader of 72 m3/h and its dump sites."""
    places = [
        {"name": d["id"], "kind": "dump_site", "lon": cities.LON, "lat": cities.LAT, "capacity": 1000.0, **d}
        for d in dumps
    ]
    loader = {**cities.KINDS[3], "trucks": trucks, "truck_volume": 12.0}
    return calm(
        city__places=places, fleet__kinds=[*cities.KINDS[:3], loader],
        fleet__equipment=[{"id": "loader", "kind": "loader", "count": 1, "team": "day"}],
        fleet__teams=[cities.scenario().fleet.teams[0].model_dump() | {"skills": ("plough", "haul")}], **changes,
    )  # fmt: skip


def test_hauling_takes_its_volume_and_leaves_the_road_bare() -> None:
    """10 kg/m2 over 4,800 m2 at 400 kg/m3 are 120 m3; at 0.02 m3/s that is 6,000 s. The site has so much less room."""
    with Simulation(town({"id": "dump"})) as simulation:
        world = simulation.world
        put(simulation, bank=10.0, bank_salt=0.002)
        start = at_work(simulation, ("haul",), crew="loader/1")
        finish(simulation, "loader/1")
        assert simulation.t - start == 6000
        assert on(simulation, "bank") == on(simulation, "bank_salt") == 0
        assert world.totals["snow.hauled"] == pytest.approx(10.0 * 4800)
        assert world.totals["snow.hauled_m3"] == pytest.approx(120.0)
        assert world.totals["salt.hauled"] == pytest.approx(0.002 * 4800)
        assert world.dump_room["dump"] == pytest.approx(880.0)
        assert [(e.target, e.value) for e in told(simulation, "dumped")] == [("dump", pytest.approx(120.0))]


def test_ploughing_in_the_same_order_comes_first() -> None:
    with Simulation(town({"id": "dump"})) as simulation:
        at_work(simulation, ("plough", "haul"), crew="loader/1")
        put(simulation, snow=5.0)
        finish(simulation, "loader/1")
        assert [e.verb for e in told(simulation, "pass")] == ["plough", "haul"]
        assert on(simulation, "bank") == 0
        assert simulation.world.totals["snow.hauled"] == pytest.approx(4.0 * 4800)


def test_half_of_it_gives_half_of_the_room_back() -> None:
    """Called off in the middle, what was moved is gone and the rest lies on."""
    with Simulation(town({"id": "dump"})) as simulation:
        put(simulation, bank=10.0)
        start = at_work(simulation, ("haul",), crew="loader/1")
        assert simulation.world.dump_room["dump"] == pytest.approx(880.0)
        go(simulation, start + 3000 - 60)
        simulation.apply(Recall("loader/1"))
        go_until(simulation, lambda: simulation.crews["loader/1"].activity != "work")
        assert on(simulation, "bank") == pytest.approx(5.0)
        assert simulation.world.dump_room["dump"] == pytest.approx(940.0)
        assert told(simulation, "pass")[-1].text == "0.50"


def test_a_full_site_sends_the_trucks_to_the_next_and_the_last_one_home() -> None:
    """50 m3 at the door, 40 m3 farther off, 120 m3 to move: both are full, the rest lies on, the crew says so."""
    far = {"id": "far", "lon": cities.LON + 2 * cities.STEP, "lat": cities.LAT, "capacity": 40.0}
    with Simulation(town(far, {"id": "near", "capacity": 50.0})) as simulation:
        put(simulation, bank=10.0)
        at_work(simulation, ("haul",), crew="loader/1")
        finish(simulation, "loader/1")
        assert [(e.target, round(e.value)) for e in told(simulation, "dumped")] == [("near", 50), ("far", 40)]
        assert [e.target for e in told(simulation, "dump_full")] == ["near", "far"]
        assert [e.target for e in told(simulation, "no_dump")] == [ROAD]
        assert on(simulation, "bank") == pytest.approx(10.0 * 30 / 120)
        refused = simulation.apply(Assign("loader/1", ("haul",), (ROAD,)))
        assert isinstance(refused, Refusal)
        assert str(refused) == "no dump site has room for snow"


def test_salted_snow_passes_by_the_site_that_does_not_take_it() -> None:
    """The river site at the door gets clean snow only."""
    river = {"id": "river", "takes_salted": False}
    far = {"id": "far", "lon": cities.LON + 2 * cities.STEP, "lat": cities.LAT}
    for salt, site in ((0.0, "river"), (0.004, "far")):
        with Simulation(town(river, far)) as simulation:
            put(simulation, bank=10.0, bank_salt=salt)
            at_work(simulation, ("haul",), crew="loader/1")
            finish(simulation, "loader/1")
            assert {e.target for e in told(simulation, "dumped")} == {site}
            assert hauling.has_room(simulation.world, with_salt=True)
    with Simulation(town(river)) as simulation:
        assert not hauling.has_room(simulation.world, with_salt=True)


def test_trucks_that_are_long_away_hold_the_loader_up() -> None:
    """Two trucks of 12 m3 to a site two roads away: loading 600 s, the round trip and 5 minutes to unload."""
    far = {"id": "far", "lon": cities.LON + 2 * cities.STEP, "lat": cities.LAT}
    with Simulation(town(far, trucks=2)) as simulation:
        crew = ready(simulation, "loader/1")
        put(simulation, bank=10.0)
        round_trip = 2 * 2 * 300 / 8.0 + hauling.UNLOADING
        assert hauling.rate(crew, round_trip) == pytest.approx(0.02)
        assert hauling.rate(crew, 3000.0) == pytest.approx(24.0 / 3600.0)
        start = at_work(simulation, ("haul",), crew="loader/1")
        finish(simulation, "loader/1")
        assert simulation.t - start == 6000
    with Simulation(town(far, trucks=1)) as simulation:
        put(simulation, bank=10.0)
        start = at_work(simulation, ("haul",), crew="loader/1")
        finish(simulation, "loader/1")
        assert simulation.t - start == pytest.approx(120 / 12 * (600 + round_trip), rel=0.001)


def test_salt_that_is_ploughed_aside_lies_in_the_bank() -> None:
    """30 % of it goes with the snow, and the balance of material holds."""
    with Simulation(calm()) as simulation:
        at_work(simulation, ("spread",), rate=0.02)
        finish(simulation)
        put(simulation, snow=6.0)
        salt = on(simulation, "salt")
        at_work(simulation, ("plough",))
        finish(simulation)
        assert on(simulation, "bank_salt") == pytest.approx(0.3 * salt, rel=0.05)
        assert bool(hauling.salted(simulation.world)[0])
        assert abs(simulation.result().balance["material"]) < 1e-9


def test_trucks_without_a_bed_are_a_slip() -> None:
    with pytest.raises(ValueError, match="trucks that carry nothing"):
        Kind.model_validate({**cities.KINDS[3], "trucks": 2})
