"""Snow and ice on roads: cases that can be reckoned by hand, and conservation of all that falls."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.chance import Chance
from simulation.clock import Clock
from simulation.hazards import heat, ice, snow
from simulation.hazards.snow import Snow
from simulation.network import Network
from simulation.weather import WeatherNow
from simulation.world import World
from tests import cities

HOUR = 3600
NO_DRYING = 1e-9
"""mm/h: enough for the air to take nothing from the road nor give it anything."""


def town(
    air: float = -5.0, closed: bool = True, still: bool = False, **physics: object
) -> tuple[Snow, World]:
    """A grid town whose roads start dry at ``air``; without traffic unless ``closed`` is false.

    ``still``: no sun and sky, no vapour, ground as warm as the air: a road tends to the air and stays there.
    """
    scenario = cities.scenario(air=air, physics={"snow": physics})
    world = World(scenario, Clock(), Chance(0), Network(scenario.city.segments))
    hazard = Snow()
    hazard.start(world)
    if still:
        hazard.place = heat.Place(sky_view=0.0, sun_share=0.0, wetness=0.0, deep=air)
    world.closed[:] = closed
    return hazard, world


def weather(air: float, rate_mmh: float = 0.0, snow_share: float = 1.0, **changes: float) -> WeatherNow:
    """Weather of a tick, its snow share set by hand."""
    now = WeatherNow(rate_mmh / HOUR, air, 0.95, 2.0, air, snow_share, math.nan)
    return replace(now, **changes)


def steps(hazard: Snow, world: World, now: WeatherNow, hours: float) -> None:
    for _ in range(round(hours * HOUR / hazard.tick)):
        hazard.step(world, now, hazard.tick)


def test_dry_snow_accumulates_exactly_what_falls() -> None:
    """At -5 degC without traffic: P x t lies loose, and there is no ice, water or bank."""
    hazard, world = town()
    steps(hazard, world, weather(-5.0, 1.2), 10)
    assert world.fields["snow"] == pytest.approx(np.full(len(world.network), 12.0), rel=1e-12)
    for name in ("ice", "film", "salt", "bank"):
        assert not world.fields[name].any()


def test_traffic_turns_dry_snow_to_hardpack_by_class() -> None:
    """Loose and packed together are still P x t; busier classes pack more."""
    hazard, world = town(closed=False)
    steps(hazard, world, weather(-5.0, 1.0), 6)
    total = world.fields["snow"] + world.fields["ice"]
    assert total == pytest.approx(np.full(len(world.network), 6.0), rel=1e-12)
    main, side = world.network.segment_index["H0-0"], world.network.segment_index["H0-1"]
    assert world.fields["ice"][main] > world.fields["ice"][side] > 0


def test_depth_follows_new_snow_density() -> None:
    """10 mm of water at -4 degC and 8 m/s lie 8-12 cm deep (Zhengzhou, 31 January 2024: 83-137 kg/m3)."""
    hazard, world = town(-4.0)
    steps(hazard, world, weather(-4.0, 2.0, wind=8.0), 5)
    depth = world.fields["snow_depth"][0]
    assert 10 / 137 <= depth <= 10 / 83


def test_warm_rain_leaves_no_snow() -> None:
    """At 8 degC all that falls runs off but the film and what is on its way: drain time x rate."""
    hazard, world = town(8.0)
    steps(hazard, world, weather(8.0, 6.0, snow_share=0.0), 5)
    assert not world.fields["snow"].any()
    assert not world.fields["ice"].any()
    film = world.fields["film"][0]
    assert 0.2 < film < 0.2 + 6.0 / HOUR * (330 + hazard.tick)
    fallen, area = world.totals["snow.fallen"], world.network.area
    assert world.totals["snow.drained"] == pytest.approx(fallen - film * area.sum())
    assert world.runoff == pytest.approx(np.full(len(world.network), 6.0 / HOUR), rel=0.02)


def test_wet_snow_does_not_settle_on_a_warm_road() -> None:
    """2 mm at 1 degC on a road of 6 degC melts as it falls; on a road of -3 degC it lies."""
    settled = []
    for road in (6.0, -3.0):
        hazard, world = town(1.0, still=True)
        world.fields["road_temperature"][:] = road
        steps(hazard, world, weather(1.0, 1.0, snow_share=0.9), 2)
        settled.append(float(world.fields["snow"][0] + world.fields["ice"][0]))
    assert settled[0] < 0.05
    assert settled[1] > 1.0


def test_melting_takes_the_heat_of_fusion_from_the_road() -> None:
    """What melts is paid for: a road with snow ends colder than one without by the heat of what melted."""
    bare, world = town(3.0, still=True), town(3.0, still=True)
    world[1].fields["snow"][:] = 10.0
    for hazard, where in (bare, world):
        hazard.step(where, weather(3.0), hazard.tick)
    melted = 10.0 - world[1].fields["snow"][0]
    colder = bare[1].fields["road_temperature"][0] - world[1].fields["road_temperature"][0]
    assert melted > 0.1
    assert colder * ice.HEAT_CAPACITY == pytest.approx(melted * 3.34e5, rel=1e-6)


def test_the_sun_warms_a_road_by_day_and_the_clear_sky_cools_it_by_night() -> None:
    """At 113 degrees east, noon of 31 January by the sun under a clear sky and air of -2 degC, and midnight."""
    warmed, cooled = town(-2.0), town(-2.0)
    noon, midnight = 0, 12 * HOUR
    for (hazard, world), second in ((warmed, noon), (cooled, midnight)):
        start = world.scenario.storm.start.replace(hour=4, minute=30)
        hazard.begun, world.clock._now = start, second
        hazard.step(world, weather(-2.0, cloud=0.0, humidity=0.7), HOUR)
    assert warmed[1].fields["road_temperature"][0] > -2 + 1
    assert cooled[1].fields["road_temperature"][0] < -2


def test_salt_melts_what_its_capacity_says() -> None:
    """At -5 degC a kg of salt keeps 12 kg of water liquid: first order in an hour, then it stands still.

    Melting takes its heat from the road, which gets a little colder by it.
    """
    hazard, world = town(-5.0, still=True)
    world.fields["snow"][:], world.fields["salt"][:] = 6.0, 0.020
    steps(hazard, world, weather(-5.0, NO_DRYING), 1)
    after_an_hour = world.fields["film"][0]
    assert after_an_hour == pytest.approx(0.020 * 12 * (1 - math.exp(-1)), rel=0.05)
    assert world.fields["road_temperature"][0] < -5.05
    steps(hazard, world, weather(-5.0, NO_DRYING), 11)
    capacity = world.fields["salt"] * ice.melt_capacity(world.fields["road_temperature"], snow.deicer(()))
    assert world.fields["film"] == pytest.approx(capacity, rel=0.005)
    assert capacity == pytest.approx(0.020 * 11.9, rel=0.01)


def test_brine_that_is_diluted_freezes_again() -> None:
    """Water on a brine in balance: the excess turns to ice with a time constant of half an hour."""
    hazard, world = town(-5.0, still=True)
    world.fields["salt"][:] = 0.010
    brine = 0.010 * ice.melt_capacity(np.array([-5.0]), snow.deicer(()))[0]
    world.fields["film"][:] = brine + 0.08
    steps(hazard, world, weather(-5.0, NO_DRYING), 0.5)
    assert world.fields["glaze"][-1] == pytest.approx(0.08 * (1 - math.exp(-1)), rel=0.05)
    steps(hazard, world, weather(-5.0, NO_DRYING), 4)
    assert world.fields["ice"][-1] == pytest.approx(0.08, rel=0.05)


def test_a_wet_road_without_salt_freezes_and_a_warm_one_does_not() -> None:
    """Black ice: 0.15 mm of film at -3 degC; at +3 degC it stays water."""
    for air, frozen in ((-3.0, True), (3.0, False)):
        hazard, world = town(air, still=True)
        world.fields["film"][:] = 0.15
        steps(hazard, world, weather(air, humidity=1.0), 6)
        assert bool(world.fields["ice"][0] > 0.14) is frozen


def test_bridges_get_cold_first() -> None:
    """After rain at 4 degC the air falls to -3: the deck freezes while the road beside it is still above 0."""
    roads = cities.segments()
    roads[0]["structure"] = "bridge"
    scenario = cities.scenario(air=4.0, roads=roads)
    world = World(scenario, Clock(), Chance(0), Network(scenario.city.segments))
    hazard = Snow()
    hazard.start(world)
    world.fields["film"][:] = 0.2
    steps(hazard, world, weather(-3.0, humidity=1.0), 2)
    temperature = world.fields["road_temperature"]
    assert temperature[0] < 0 < temperature[1]
    assert world.fields["ice"][0] > 0.01
    assert not world.fields["ice"][1:].any()


def test_slush_is_thrown_aside_by_traffic_into_the_bank() -> None:
    """Wet snow does not pack; on a road with traffic it goes aside, on a closed one it stays."""
    for closed in (True, False):
        hazard, world = town(0.0, closed=closed, still=True)
        world.fields["snow"][:], world.fields["film"][:] = 4.0, 1.0
        steps(hazard, world, weather(0.0, humidity=1.0), 1)
        assert not world.fields["ice"].any()
        assert bool(world.fields["bank"][0] > 1.0) is not closed


def test_a_film_dries_only_when_nothing_falls() -> None:
    """In dry air within hours, in damp air not, in rain not at all."""
    left = {}
    for name, now in {
        "dry": weather(5.0, humidity=0.4, wind=1.0),
        "damp": weather(5.0, humidity=0.96),
        "drizzle": weather(5.0, 1e-9, snow_share=0.0, humidity=0.4),
    }.items():
        hazard, world = town(5.0)
        world.fields["film"][:] = 0.2
        steps(hazard, world, now, 3)
        left[name] = world.fields["film"][0]
    assert left["dry"] < 0.02
    assert left["damp"] > 0.15
    assert left["drizzle"] == pytest.approx(0.2)


def test_snow_off_the_roads_melts_by_degree_days() -> None:
    """5 mm on roofs and parks at +6 degC: 4 mm/K/day gives 1 mm an hour until it is gone."""
    hazard, world = town(-2.0)
    steps(hazard, world, weather(-2.0, 1.0), 5)
    assert world.off_road_melt == 0
    steps(hazard, world, weather(6.0), 1)
    assert world.off_road_melt == pytest.approx(4.0 * 6 / 86400)
    steps(hazard, world, weather(6.0), 5)
    assert world.off_road_melt == 0


def test_falling_snow_slows_a_bare_road() -> None:
    """The lower of surface and falling-snow factor counts."""
    hazard, world = town(closed=False)
    assert (hazard.speed_factor(world) == 1).all()
    steps(hazard, world, weather(-5.0, 25.4), 0.25)
    assert hazard.speed_factor(world) == pytest.approx(1 / 2.4)


def test_what_melts_by_day_freezes_by_night_and_is_told_apart_from_hardpack() -> None:
    """A film of meltwater at -4 degC is glaze within hours and slows traffic to a fifth; hardpack is none."""
    hazard, world = town(-4.0, still=True)
    world.fields["film"][:], world.fields["ice"][1] = 0.2, 2.0
    steps(hazard, world, weather(-4.0, humidity=0.95), 3)
    glaze, packed = world.fields["glaze"], world.fields["ice"] - world.fields["glaze"]
    assert glaze == pytest.approx(np.full(len(glaze), 0.2), rel=0.08)
    assert packed[0] == pytest.approx(0.0, abs=1e-9)
    assert packed[1] == pytest.approx(2.0)
    assert hazard.speed_factor(world)[0] == 0.2
    world.fields["ice"][:] = 0.05
    steps(hazard, world, weather(-4.0), 0.1)
    assert (world.fields["glaze"] <= world.fields["ice"]).all()


def test_banks_melt_in_mild_weather_into_the_gutter_with_their_salt() -> None:
    """12 kg/m2 at +6 degC: 1 kg/m2 an hour to the drains, and the salt in proportion; nothing in frost."""
    hazard, world = town(6.0)
    world.fields["bank"][:], world.fields["bank_salt"][:] = 12.0, 0.024
    steps(hazard, world, weather(-3.0), 2)
    assert (world.fields["bank"] == 12.0).all()
    steps(hazard, world, weather(6.0), 3)
    assert world.fields["bank"] == pytest.approx(np.full(len(world.network), 9.0))
    assert world.fields["bank_salt"] == pytest.approx(np.full(len(world.network), 0.018))
    assert world.runoff == pytest.approx(np.full(len(world.network), 1.0 / HOUR))
    assert world.totals["snow.drained"] == pytest.approx(3.0 * world.network.area.sum())
    assert world.totals["salt.lost"] == pytest.approx(0.006 * world.network.area.sum())


def test_snow_keeps_the_sun_from_warming_a_road_as_much() -> None:
    """Noon under a clear sky at -8 degC: a white road stays colder than a black one."""
    hazard, world = town(-8.0)
    hazard.begun = world.scenario.storm.start.replace(hour=4, minute=30)
    world.fields["snow"][0] = 8.0
    hazard.step(world, weather(-8.0, cloud=0.0), HOUR)
    temperature = world.fields["road_temperature"]
    assert temperature[0] < temperature[1] - 0.05


def test_traffic_warms_busy_roads_a_little() -> None:
    """The busiest class by less than a fifth of a kelvin, a closed road not at all."""
    warm = []
    for closed in (False, True):
        hazard, world = town(-5.0, closed=closed, still=True)
        steps(hazard, world, weather(-5.0), 12)
        warm.append(float(world.fields["road_temperature"].max()))
    assert 0.02 < warm[0] - warm[1] < 0.2


def test_salt_keeps_a_road_wet_in_damp_air_and_draws_water_from_it() -> None:
    """At 90 % humidity a film on salt dries to its brine and no further; salt that lies dry becomes brine."""
    hazard, world = town(2.0, still=True)
    world.fields["film"][:2], world.fields["salt"][1:3] = 0.2, 0.005
    steps(hazard, world, weather(2.0, humidity=0.9), 24)
    bare, salted, drawn, never = world.fields["film"][:4]
    assert bare < 0.01
    assert salted == pytest.approx(0.005 * 5.6, rel=0.05)
    assert drawn == pytest.approx(salted, rel=0.05)
    assert never == 0.0


def test_deicer_is_the_catalogues_first() -> None:
    """A district with calcium chloride melts by its curve; one without any by rock salt's."""
    chloride = {"id": "cacl2", "name": "CaCl2", "use": "deicer", "freezing_a": -0.0116, "freezing_b": -1.1058,
                "freezing_c": 2.4441, "floor": -12.0}  # fmt: skip
    made = cities.scenario(fleet__materials=[*cities.MATERIALS[1:], chloride], fleet__stock=[])
    assert snow.deicer(made.fleet.materials).id == "cacl2"
    assert snow.deicer(()).floor == -10.0


TICKS = st.lists(
    st.builds(
        weather,
        st.floats(-15, 12),
        st.floats(0, 40),
        st.floats(0, 1),
        humidity=st.floats(0.2, 1.0),
        wind=st.floats(0, 15),
    ),
    min_size=1,
    max_size=60,
)
START = st.tuples(st.floats(0, 20), st.floats(0, 10), st.floats(0, 3), st.floats(0, 0.05))


@settings(max_examples=60, deadline=None)
@given(TICKS, START, st.booleans())
def test_all_that_falls_is_somewhere(
    ticks: list[WeatherNow], start: tuple[float, float, float, float], closed: bool
) -> None:
    """Any weather on any road: water, snow, ice and salt are conserved to 1e-9, and nothing is negative."""
    hazard, world = town(closed=closed)
    area = world.network.area
    for name, value in zip(("snow", "ice", "film", "salt"), start, strict=True):
        world.fields[name][:] = value
    world.fields["loose_depth"][:] = start[0] / 100
    world.add("snow.fallen", sum(start[:3]) * area.sum())
    for now in ticks:
        hazard.step(world, now, hazard.tick)
    assert abs(hazard.balance(world)["snow"]) < 1e-9
    salt = float((world.fields["salt"] + world.fields["bank_salt"]) @ area) + world.totals.get(
        "salt.lost", 0.0
    )
    assert salt == pytest.approx(start[3] * area.sum(), rel=1e-9, abs=1e-9)
    for name in ("snow", "ice", "film", "salt", "bank", "snow_depth", "loose_depth"):
        assert np.isfinite(world.fields[name]).all()
        assert (world.fields[name] >= 0).all(), name


def test_traffic_carries_salt_off_an_open_road_only() -> None:
    """0.09 an hour on the busiest class (MDSS, k = 3); nothing where no traffic is."""
    for closed, left in ((False, math.exp(-0.09 * 4)), (True, 1.0)):
        hazard, world = town(-5.0, closed=closed)
        world.fields["salt"][:], world.fields["film"][:] = 0.010, 0.1
        steps(hazard, world, weather(-5.0), 4)
        assert world.fields["salt"][0] == pytest.approx(0.010 * left)
