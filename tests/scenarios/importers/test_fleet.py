"""The first fleet: sized by its ratios, placed on the network, manned, and explained."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimization.dispatchers.greedy import make as greedy
from scenarios.importers.fleet import default_fleet
from scenarios.importers.ratios import RATIOS
from scenarios.importers.storms import SNOW_MM, SNOW_STORM_MM, default_command, design_snow
from simulation.engine import run
from simulation.model import City, Fleet, Name, Office, Place, Scenario, Segment

STEP = 0.01


def grid(side: int, lanes: int = 2, road_class: str = "arterial") -> list[Segment]:
    """Streets in a square of ``side`` blocks of about 1 km, all of one class."""
    segments = []
    for x in range(side + 1):
        for y in range(side + 1):
            for dx, dy in ((1, 0), (0, 1)):
                if x + dx <= side and y + dy <= side:
                    ends = (f"{x},{y}", f"{x + dx},{y + dy}")
                    line = ((x * STEP, y * STEP), ((x + dx) * STEP, (y + dy) * STEP))
                    segments.append(
                        Segment(
                            id=f"{ends[0]}>{ends[1]}", road=Name(zh="路", en="road"), start=ends[0], end=ends[1],
                            line=line, road_class=road_class, priority=1, length=1112, lanes=lanes,
                            width=3.5 * lanes, speed=10, office="district",
                        )
                    )  # fmt: skip
    return segments


def point(number: int, kind: str = "waterlogging") -> Place:
    return Place(id=f"p{number}", name=Name(zh="点", en="point"), kind=kind, lon=STEP * number, lat=0)


def count(fleet: Fleet, *kinds: str) -> int:
    return sum(e.count for e in fleet.equipment if e.kind in kinds)


def stocked(fleet: Fleet, material: str) -> float:
    return sum(s.amount for s in fleet.stock if s.material == material)


def test_ploughs_follow_their_ratio():
    """A plough for 20 km of road, rounded up, whatever the depots."""
    segments = grid(6)
    fleet = default_fleet(segments, ("snow",)).fleet
    km = sum(s.length for s in segments) / 1000
    assert count(fleet, "plough-spreader") == math.ceil(km / 20)
    assert count(fleet, "plough-3t") == 1
    assert count(fleet, "pump-truck-1500", "pump-180", "inlet-squad") == 0
    assert stocked(fleet, "sandbag") == 0


def test_salt_is_for_two_snowfalls_and_is_told_as_it_is_stocked():
    """Main roads get 27 + 2 x 23 g/m2 a snowfall, others 27 + 23, and a tenth more: the yards hold what is said."""
    segments = [s.model_copy(update={"priority": 1 + 3 * (i % 2)}) for i, s in enumerate(grid(12))]
    main, other = (sum(s.length * s.width for s in segments if s.priority == p) for p in (1, 4))
    equipped = default_fleet(segments, ("snow",))
    tonnes = math.ceil(1.1 * 2 * (0.073 * main + 0.050 * other) / 1000)
    assert len(equipped.fleet.depots) > 1
    assert stocked(equipped.fleet, "salt") == 1000 * tonnes
    assert any(f"{tonnes} t of salt, for 2 design snowfalls" in why.en for why in equipped.why)
    assert any(f"储备 {tonnes} t，够设计降雪 2 场" in why.zh for why in equipped.why)


@pytest.mark.parametrize("mm", [SNOW_MM, SNOW_STORM_MM])
def test_a_design_snowfall_takes_at_most_half_of_the_salt(mm):
    """So that the stock lasts for the two it is said to be for."""
    segments = tuple(grid(4))
    fleet = default_fleet(segments, ("snow",), (), "district").fleet
    name = Name(zh="镇", en="town")
    scenario = Scenario(
        id="town", name=name, city=City(id="town", name=name, segments=segments,
        offices=(Office(id="district", name=name, lon=0.02, lat=0.02),)), fleet=fleet, storm=design_snow(mm, 0),
        command=default_command(("snow",)), hazards=("snow",), duration=36 * 3600,
    )  # fmt: skip
    used = run(scenario, 1, greedy(scenario)).totals["used.salt"]
    assert 0.25 * stocked(fleet, "salt") < used <= 0.5 * stocked(fleet, "salt")


def test_flood_machines_follow_the_points():
    """Twenty points, ten of them underpasses: six pump trucks, half of them large, four pumps to a truck."""
    places = [point(i) for i in range(10)] + [point(i, "underpass") for i in range(10)]
    fleet = default_fleet(grid(6), ("water",), places).fleet
    assert count(fleet, "pump-truck-3000") == 3
    assert count(fleet, "pump-truck-1500") == 3
    assert count(fleet, "pump-180") == 24
    assert count(fleet, "inlet-squad") == 20
    assert count(fleet, "barrier-squad") == 10
    assert count(fleet, "plough-spreader", "plough-3t") == 0
    assert stocked(fleet, "salt") == 0
    assert stocked(fleet, "sandbag") >= 6 * 375 * 20


def test_people_suffice_for_every_machine_in_every_shift():
    """A team's people are its machines' crews times its shifts."""
    fleet = default_fleet(grid(8), ("snow", "water"), [point(i) for i in range(9)]).fleet
    crew = {kind.id: kind.crew for kind in fleet.kinds}
    skills = {kind.id: set(kind.abilities) for kind in fleet.kinds}
    for team in fleet.teams:
        own = [e for e in fleet.equipment if e.team == team.id]
        assert own
        assert team.people == team.relief * sum(e.count * crew[e.kind] for e in own)
        for equipment in own:
            assert skills[equipment.kind] & set(team.skills)


def test_depots_lie_on_ordinary_roads_within_their_radius():
    """A wide district gets depots so that none is opened for few ploughs; a yard never stands on a motorway."""
    segments = grid(12)
    fleet = default_fleet(segments, ("snow",)).fleet
    junctions = {p for s in segments for p in (s.line[0], s.line[-1])}
    assert (
        1
        < len(fleet.depots)
        <= count(fleet, "plough-spreader", "plough-3t") / RATIOS["ploughs_per_depot"].value
    )
    assert all((d.lon, d.lat) in junctions for d in fleet.depots)
    places = {(d.lon, d.lat) for d in fleet.depots}
    assert len(places) == len(fleet.depots)
    fast = [
        s.model_copy(update={"road_class": "expressway"}) if s.start.startswith("6,") else s for s in segments
    ]
    barred = {p for s in fast if s.road_class == "expressway" for p in (s.line[0], s.line[-1])}
    assert not {(d.lon, d.lat) for d in default_fleet(fast, ("snow",)).fleet.depots} & barred


def test_a_small_district_has_one_depot_in_its_middle():
    """Two blocks need no second yard; it lies at the middle junction."""
    fleet = default_fleet(grid(2), ("snow", "water")).fleet
    (depot,) = fleet.depots
    assert (depot.lon, depot.lat) == (STEP, STEP)


def test_the_fleet_explains_itself_in_both_languages():
    """Every ratio that was used is told with its source."""
    equipped = default_fleet(grid(6), ("snow", "water"), [point(1)])
    zh, en = (" ".join(getattr(source, lang) for source in equipped.sources) for lang in ("zh", "en"))
    for name in ("km_per_plough", "deicer_first_g_m2", "deicer_storms", "trucks_per_point", "relief"):
        assert RATIOS[name].source.zh in zh
        assert RATIOS[name].source.en in en
    assert "除雪车" in " ".join(why.zh for why in equipped.why)
    assert "ploughs:" in " ".join(why.en for why in equipped.why)


@settings(max_examples=20, deadline=None)
@given(side=st.integers(1, 9), points=st.integers(0, 40))
def test_dealing_out_loses_nothing_and_repeats(side, points):
    """However machines are dealt to depots, their number is that of the district, and twice gives the same."""
    places = [point(i % (side + 1)).model_copy(update={"id": f"p{i}"}) for i in range(points)]
    first = default_fleet(grid(side), ("snow", "water"), places)
    assert first == default_fleet(grid(side), ("snow", "water"), places)
    assert count(first.fleet, "inlet-squad") == max(1, points)
    trucks = count(first.fleet, "pump-truck-1500", "pump-truck-3000")
    assert trucks == math.ceil(max(1, points) * 0.3)
    assert count(first.fleet, "pump-180") == pytest.approx(4 * trucks)
