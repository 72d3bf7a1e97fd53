"""A crew's machine: driving round closures, loading where there is stock, fuel."""

import math
from typing import Any

import pytest

from simulation.engine import Simulation
from simulation.machine import BLOCKED_WAIT, COMMERCIAL_REFUEL, NO_FUEL
from simulation.model import Scenario
from simulation.orders import Assign, Closure, Recall, Transfer
from simulation.teams import Crew
from tests import cities
from tests.simulation.driving import becomes, go, go_until, leaves, ready, told

SPREAD, PLOUGH = ("spread",), ("plough",)


def calm(**changes: Any) -> Scenario:
    """A cold, dry day: nothing happens that is not ordered."""
    return cities.scenario(**({"precipitation": 0.0, "air": -5.0} | changes))


def two_yards(near: float, far: float, **changes: Any) -> Scenario:
    """Salt, kg, in the crews' own yard at J0-0 and in another at J2-2."""
    return calm(
        fleet__depots=[
            {"id": "near", "name": "near", "lon": cities.LON, "lat": cities.LAT, "bays": 1},
            {"id": "far", "name": "far", "lon": cities.LON + 2 * cities.STEP, "lat": cities.LAT + 2 * cities.STEP},
        ],
        fleet__stock=[
            {"depot": "near", "material": "salt", "amount": near},
            {"depot": "far", "material": "salt", "amount": far},
        ],
        fleet__teams=[cities.scenario().fleet.teams[0].model_dump() | {"depot": "near"}],
        **changes,
    )  # fmt: skip


def assign(simulation: Simulation, *targets: str, crew: str = "plough/1", **order: Any) -> None:
    assert simulation.apply(Assign(crew, order.pop("verbs", SPREAD), targets, **order)) is None


def empty(crew: Crew) -> None:
    """Let the hopper run out, and keep the books."""
    crew.world.add(f"used.{crew.material}", crew.load)
    crew.load = 0.0


def refills(simulation: Simulation, crew: str = "") -> list[tuple[str, float]]:
    """(depot, kg) of what was loaded since mustering."""
    return [
        (e.target, e.value)
        for e in told(simulation, "refill", crew=crew)[len(simulation.crews) if not crew else 1 :]
    ]


# --------------------------------------------------------------------------- driving


def test_travel_takes_length_over_speed_hop_by_hop() -> None:
    """300 m at 8 m/s and three quarters of the speed left, rounded up to whole seconds; each hop is reported."""
    with Simulation(calm()) as simulation:
        crew = ready(simulation)
        simulation.world.speed_factor[:] = 0.75
        simulation._refresh_roads = lambda: None  # type: ignore[method-assign]
        assign(simulation, "V0-1", verbs=PLOUGH)
        start = becomes(simulation, crew, "travel")
        first = go_until(simulation, lambda: crew.node != crew.home)
        assert first - start == math.ceil(300 / (8.0 * 0.75))
        seen = simulation.situation("test").reported.seen
        assert seen[simulation.world.network.segment_index["V0-0"]] == first


def test_a_slow_machine_drives_at_its_own_top_speed() -> None:
    """On an arterial of 14 m/s a plough makes its 11."""
    with Simulation(calm()) as simulation:
        crew = ready(simulation)
        assign(simulation, "V1-0", verbs=PLOUGH)
        start = becomes(simulation, crew, "travel")
        assert becomes(simulation, crew, "work") - start == math.ceil(300 / 11.0)


def test_travel_goes_round_a_closure_ordered_while_it_drives() -> None:
    """Two hops east were planned; the second is closed meanwhile: it goes round the block."""
    with Simulation(calm(roads=cities.segments(length=3000.0))) as simulation:
        crew = ready(simulation)
        junction = simulation.world.network.junctions
        assign(simulation, "V2-0", verbs=PLOUGH)
        becomes(simulation, crew, "travel")
        assert simulation.apply(Closure("H1-0", 7200)) is None
        way: list[int] = []

        def there() -> bool:
            if not way or crew.node != way[-1]:
                way.append(crew.node)
            return crew.activity == "work"

        go_until(simulation, there)
        assert [junction[node] for node in way] == ["J0-0", "J1-0", "J1-1", "J2-1", "J2-0"]


def test_an_obstacle_passes() -> None:
    """Shut in by a crash it waits, and drives on when the road is free again."""
    with Simulation(calm()) as simulation:
        crew = ready(simulation)
        for segment in ("H0-0", "V0-0"):
            assert simulation.apply(Closure(segment, 1000)) is None
        free = simulation.t + 1000
        assign(simulation, "H1-0", verbs=PLOUGH)
        becomes(simulation, crew, "stranded")
        becomes(simulation, crew, "travel")
        assert free <= simulation.t < free + 300
        go_until(simulation, lambda: bool(told(simulation, "done")))


def test_deep_water_stops_those_who_cannot_wade_it() -> None:
    """35 cm: a squad (30 cm) goes round, a pump truck (40 cm) through."""
    with Simulation(cities.flood(rain=0.0)) as simulation:
        simulation.advance()
        world = simulation.world
        world.fields["water_depth"][world.network.segment_index["H1-0"]] = 0.35
        world.block_routes()
        start, end = (world.network.junction_index[j] for j in ("J1-0", "J2-0"))
        ways = {
            kind.id: world.routes[kind.wading_depth].path(start, end) for kind in world.scenario.fleet.kinds
        }
        assert [len(ways[kind] or ()) for kind in ("squad", "pump-truck")] == [3, 1]


def test_called_off_on_a_hop_it_counts_as_at_the_nearer_end() -> None:
    """Time and fuel of the part that was driven count in any case."""
    for share, moved in ((0.3, False), (0.7, True)):
        with Simulation(calm(roads=cities.segments(length=3000.0))) as simulation:
            crew = ready(simulation)
            assign(simulation, "V0-1", verbs=PLOUGH)
            start = becomes(simulation, crew, "travel")
            go(simulation, start + int(share * 375))
            crew.receive(None)
            simulation.clock.settle(30)  # type: ignore[arg-type]
            assert (crew.node != crew.home) is moved
            assert crew.busy_seconds == int(share * 375)
            assert crew.fuel == pytest.approx(200 - 0.004 * crew.busy_seconds)


# --------------------------------------------------------------------------- material


def test_an_empty_hopper_is_filled_at_the_nearest_depot_first() -> None:
    """Turnaround of ten minutes and 8 t at 16.7 kg/s; then the work is done."""
    with Simulation(two_yards(40_000.0, 20_000.0)) as simulation:
        crew = ready(simulation)
        empty(crew)
        assign(simulation, "V0-0", rate=0.02)
        start = becomes(simulation, crew, "refill")
        assert leaves(simulation, crew, "refill") - start == 600 + math.ceil(8000 / 16.7)
        go_until(simulation, lambda: bool(told(simulation, "done")))
        assert refills(simulation, "plough/1") == [("near", 8000.0)]


def test_refill_at_the_next_depot_when_one_is_empty() -> None:
    """The near yard gave its last salt when the crews mustered."""
    with Simulation(two_yards(16_000.0, 5000.0)) as simulation:
        for name in ("plough/1", "plough/2"):
            ready(simulation, name)
        crew = simulation.crews["plough/1"]
        empty(crew)
        assign(simulation, "V0-0", rate=0.02)
        go_until(simulation, lambda: bool(told(simulation, "done")))
        assert refills(simulation, "plough/1") == [("far", 5000.0)]
        assert [(e.crew, e.target) for e in told(simulation, "stockout")][-1] == ("plough/1", "far")


def test_a_depot_emptied_while_it_waits_for_the_bay_sends_it_on() -> None:
    """Two crews at one bay, salt for one: the other drives on to the far yard and works all the same."""
    with Simulation(two_yards(24_000.0, 9000.0, hours=6)) as simulation:
        crews = [ready(simulation, name) for name in ("plough/1", "plough/2")]
        for crew, target in zip(crews, ("V0-0", "V0-1"), strict=True):
            empty(crew)
            assign(simulation, target, crew=crew.id, rate=0.02)
        go_until(simulation, lambda: len(told(simulation, "done")) == 2)
        assert refills(simulation, "plough/1") == [("near", 8000.0)]
        assert refills(simulation, "plough/2") == [("far", 8000.0)]
        assert told(simulation, "unsupplied") == []


def test_vehicles_queue_for_a_bay() -> None:
    """One bay: the second is loaded when the first has gone; two bays: both at once."""
    for bays, seconds in ((1, 2), (2, 1)):
        depot = {"id": "yard", "name": "yard", "lon": cities.LON, "lat": cities.LAT, "bays": bays}
        with Simulation(calm(salt=40_000.0, fleet__depots=[depot])) as simulation:
            crews = [ready(simulation, name) for name in ("plough/1", "plough/2")]
            for crew, target in zip(crews, ("V0-0", "V0-1"), strict=True):
                empty(crew)
                assign(simulation, target, crew=crew.id, rate=0.02)
            start = becomes(simulation, crews[1], "refill")
            leaves(simulation, crews[1], "refill")
            assert simulation.t - start == seconds * (600 + math.ceil(8000 / 16.7))


def test_hand_squads_carry_their_bags_without_a_bay() -> None:
    """A squad with half a ton does not wait behind the lorries."""
    kinds = [k | ({"hopper": 500.0} if k["id"] == "squad" else {}) for k in cities.KINDS]
    with Simulation(cities.flood(fleet__kinds=kinds)) as simulation:
        crew = ready(simulation, "squad/1")
        bay = simulation.world.bays[0].request()
        simulation.clock.settle(30)  # type: ignore[arg-type]
        assert bay.triggered
        empty(crew)
        assign(simulation, "clinic", crew="squad/1", verbs=("sandbag",))
        go_until(simulation, lambda: bool(told(simulation, "protected")))


def test_without_any_salt_a_spreader_says_so_and_a_plough_ploughs() -> None:
    """Spread alone is given up as unsupplied at once; plough and spread becomes plough."""
    with Simulation(calm(salt=0.0)) as simulation:
        crew = ready(simulation)
        assign(simulation, "V0-0", rate=0.02)
        go_until(simulation, lambda: bool(told(simulation, "unsupplied")))
        assert told(simulation, "unsupplied")[0].target == "V0-0"
        assert crew.node == crew.home
        assign(simulation, "V0-0", verbs=("plough", "spread"), rate=0.02)
        go_until(simulation, lambda: bool(told(simulation, "done")))
        assert told(simulation, "pass")[0].verb == "plough"


def test_a_spreader_without_a_hopper_or_a_material_is_unsupplied() -> None:
    """Told, not a crash."""
    kinds = [k | ({"hopper": 0.0} if k["id"] == "plough" else {}) for k in cities.KINDS]
    for changes in (
        {"fleet__kinds": kinds},
        {"fleet__materials": cities.MATERIALS[1:], "fleet__stock": []},
    ):
        with Simulation(calm(**changes)) as simulation:
            ready(simulation)
            assign(simulation, "V0-0")
            go_until(simulation, lambda: bool(told(simulation, "unsupplied")))
            assert told(simulation, "pass") == []


def test_a_machine_carries_one_material_at_a_time() -> None:
    """Salt goes back into the yard before bags are loaded, and bags before salt; each is used as what it is."""
    kinds = [
        k | ({"abilities": ("plough", "spread", "sandbag")} if k["id"] == "plough" else {})
        for k in cities.KINDS
    ]
    with Simulation(calm(fleet__kinds=kinds)) as simulation:
        crew, world = ready(simulation), simulation.world
        salt, bags = world.material_index["salt"], world.material_index["sandbag"]
        ready(simulation, "plough/2")
        before = world.stock[0].copy()
        assign(simulation, "clinic", verbs=("sandbag",))
        go_until(simulation, lambda: bool(told(simulation, "done")))
        assert world.stock[0, salt] == before[salt] + 8000
        assert world.stock[0, bags] == before[bags] - 8000
        assert (crew.material, crew.load) == ("sandbag", 8000 - 4750)
        assign(simulation, "V0-0", rate=0.02)
        go_until(simulation, lambda: len(told(simulation, "done")) == 2)
        assert crew.material == "salt"
        assert world.totals["used.sandbag"] == pytest.approx(4750)
        assert world.totals["used.salt"] == pytest.approx(0.02 * 2400)
        assert abs(simulation.result().balance["material"]) < 1e-12


def test_transferred_stock_is_on_the_road_for_a_while() -> None:
    """It leaves one yard at once and reaches the other after loading and the drive; none is lost meanwhile."""
    with Simulation(two_yards(20_000.0, 0.0)) as simulation:
        ready(simulation)
        stock, salt = simulation.world.stock, simulation.world.material_index["salt"]
        held = stock[0, salt]
        assert simulation.apply(Transfer("salt", "near", "far", 3000.0)) is None
        refused = simulation.apply(Transfer("salt", "near", "far", held - 2999.0))
        assert refused is not None
        assert refused.key == "not_enough"
        assert (stock[0, salt], stock[1, salt]) == (held - 3000, 0)
        drive = simulation.world.network.times_from(0)[simulation.world.depot_node[1]]
        start = simulation.t
        go_until(simulation, lambda: stock[1, salt] > 0)
        assert simulation.t - start == math.ceil(1800 + drive)
        assert stock[1, salt] == 3000


def test_a_transfer_waits_until_a_way_is_open() -> None:
    """The far yard is cut off when the truck is loaded; it starts when the first road opens."""
    with Simulation(two_yards(20_000.0, 0.0)) as simulation:
        ready(simulation)
        world, salt = simulation.world, simulation.world.material_index["salt"]
        junction = int(world.depot_node[1])
        gates = [s.id for s, a, b in zip(world.network.segments, world.network.tail, world.network.head, strict=True)
                 if junction in (a, b)]  # fmt: skip
        drive = world.network.times_from(0)[junction]
        for gate in gates:
            assert simulation.apply(Closure(gate, 3600)) is None
        start = simulation.t
        assert simulation.apply(Transfer("salt", "near", "far", 3000.0)) is None
        go_until(simulation, lambda: world.stock[1, salt] > 0)
        assert 3600 + drive <= simulation.t - start <= 3600 + BLOCKED_WAIT + drive + 1


def test_a_crew_that_finds_a_tree_across_its_road_says_so() -> None:
    """It gives the road up, and from then on the command post knows."""
    with Simulation(calm()) as simulation:
        crew = ready(simulation)
        segment = simulation.world.network.segment_index["H0-0"]
        assert simulation.apply(Closure("H0-0", 4 * 3600)) is None
        assert not simulation.situation("look").reported.closed[segment]
        assign(simulation, "H0-0", verbs=PLOUGH)
        becomes(simulation, crew, "standby")
        go_until(simulation, lambda: bool(told(simulation, "blocked")))
        assert [(e.crew, e.target) for e in told(simulation, "blocked")] == [(crew.id, "H0-0")]
        assert simulation.situation("look").reported.closed[segment]


# --------------------------------------------------------------------------- fuel


def thirsty(**changes: Any) -> list[dict[str, Any]]:
    """Ploughs that burn their 200 kg in an hour."""
    return [k | ({"fuel_rate": 200 / 3600} if k["id"] == "plough" else {}) | changes for k in cities.KINDS]


def test_refuelling_at_a_public_station() -> None:
    """Where the district keeps no fuel: twenty minutes, and what it took is bought."""
    with Simulation(calm(fleet__kinds=thirsty(), roads=cities.segments(length=15_000.0))) as simulation:
        crew = ready(simulation)
        assign(simulation, "H0-0", "V0-0", verbs=PLOUGH)
        start = becomes(simulation, crew, "refuel")
        burned = crew.kind.fuel_tank - crew.fuel
        assert crew.low_on_fuel
        assert leaves(simulation, crew, "refuel") - start == COMMERCIAL_REFUEL
        assert crew.fuel == 200
        assert simulation.world.totals["fuel.bought"] == pytest.approx(burned)
        assert crew.targets == ["V0-0"]


def test_refuelling_at_a_depot_takes_from_its_stock() -> None:
    """The nearest depot with fuel, through its bay."""
    stock = [{"depot": "yard", "material": "diesel", "amount": 1000.0}]
    scenario = calm(fleet__kinds=thirsty(), fleet__stock=stock, roads=cities.segments(length=15_000.0))
    with Simulation(scenario) as simulation:
        crew = ready(simulation)
        assign(simulation, "H0-0", "V0-0", verbs=PLOUGH)
        go_until(simulation, lambda: bool(told(simulation, "refuel")))
        taken = told(simulation, "refuel")[0].value
        assert taken == pytest.approx(200 - (200 - taken))
        assert crew.fuel == pytest.approx(200)
        diesel = simulation.world.material_index["diesel"]
        assert simulation.world.stock[0, diesel] == pytest.approx(1000 - taken)


def test_out_of_fuel_it_stands() -> None:
    """No depot has any left: the stockout is told, its targets go, it asks again four hours later."""
    stock = [{"depot": "yard", "material": "diesel", "amount": 1.0}]
    scenario = calm(
        fleet__kinds=thirsty(), fleet__stock=stock, roads=cities.segments(length=15_000.0), hours=12
    )
    with Simulation(scenario) as simulation:
        crew = ready(simulation)
        assign(simulation, "H0-0", "V0-0", verbs=PLOUGH)
        becomes(simulation, crew, "broken")
        assert [e.verb for e in told(simulation, "stockout")][-1] == "refuel"
        assert crew.targets == []
        start = simulation.t
        simulation.world.stock[0, simulation.world.material_index["diesel"]] = 500.0
        becomes(simulation, crew, "refuel")
        assert simulation.t >= start + NO_FUEL


def test_a_pump_that_runs_dry_goes_for_fuel_and_comes_back() -> None:
    """Work without an end stops for fuel; the target and its claim stay."""
    kinds = [
        k | ({"fuel_tank": 50.0, "fuel_rate": 50 / 3600} if k["id"] == "pump-truck" else {})
        for k in cities.KINDS
    ]
    with Simulation(cities.flood(rain=300, wet_hours=4, fleet__kinds=kinds)) as simulation:
        crew = ready(simulation, "pump/1")
        assign(simulation, "LOW", crew="pump/1", verbs=("pump",))
        becomes(simulation, crew, "refuel")
        assert not simulation.world.pump_flow.any()
        assert simulation.world.claims.holders("pump", "LOW") == ["pump/1"]
        becomes(simulation, crew, "work")
        assert simulation.world.pump_flow.max() == pytest.approx(0.24)


def test_nobody_drives_through_a_barrier_on_the_way_home() -> None:
    """Recalled across two blocked streets, it comes home by others."""
    with Simulation(calm()) as simulation:
        crew = ready(simulation)
        assign(simulation, "V2-1", verbs=PLOUGH)
        start = becomes(simulation, crew, "work")
        for segment in ("H0-0", "H1-0"):
            assert simulation.apply(Closure(segment, 7200)) is None
        assert simulation.apply(Recall("plough/1")) is None
        go_until(simulation, lambda: crew.idle)
        assert crew.node == crew.home
        shut = [simulation.world.network.segment_index[s] for s in ("H0-0", "H1-0")]
        assert (simulation.situation("test").reported.seen[shut] <= start).all()


def test_cut_off_from_every_depot_is_blocked_not_out_of_stock() -> None:
    """There is salt and fuel, but no road to it: half an hour of waiting, and the words say which it is."""
    with Simulation(calm(salt=40_000.0)) as simulation:
        crew = ready(simulation)
        assign(simulation, "V2-1", verbs=PLOUGH)
        becomes(simulation, crew, "work")
        for segment in ("H0-0", "V0-0"):
            assert simulation.apply(Closure(segment, 4 * 3600)) is None
        empty(crew)
        assign(simulation, "V2-1", rate=0.02)
        start = becomes(simulation, crew, "stranded")
        go_until(simulation, lambda: bool(told(simulation, "blocked")))
        assert simulation.t == start + 1800
        assert told(simulation, "unsupplied", "stockout") == []
