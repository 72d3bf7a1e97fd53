"""The world: claims with one writer, routes of the moment, and where things are reached from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.chance import Chance
from simulation.clock import Clock
from simulation.model import Scenario
from simulation.network import Network
from simulation.world import Claims, World
from tests import cities

PAIRS = st.lists(st.tuples(st.sampled_from(["plough", "pump"]), st.sampled_from("abc")), max_size=5)


def world(scenario: Scenario) -> World:
    return World(scenario, Clock(), Chance(0), Network(scenario.city.segments))


@given(st.lists(st.tuples(st.sampled_from(["x/1", "x/2", "y/1"]), PAIRS), max_size=12))
def test_claims_are_what_each_crew_said_last(told: list[tuple[str, list[tuple[str, str]]]]) -> None:
    """Whatever the order of changes: a crew holds exactly what it last declared, and nothing empty is kept."""
    claims, last = Claims(), {}
    for crew, pairs in told:
        claims.hold(crew, pairs)
        last[crew] = set(pairs)
    expected: dict[tuple[str, str], set[str]] = {}
    for crew, pairs in last.items():
        for pair in pairs:
            expected.setdefault(pair, set()).add(crew)
    assert {pair: set(holders) for pair, holders in claims.items()} == expected
    for verb, target in expected:
        assert set(claims.holders(verb, target)) == expected[verb, target]
    assert claims.holders("plough", "nowhere") == []


def test_holders_stand_in_the_order_they_came() -> None:
    """The first stays first however often it confirms its claim."""
    claims, pair = Claims(), ("pump", "LOW")
    for crew in ("a", "b", "a", "c"):
        claims.hold(crew, [pair, pair])
    assert claims.holders(*pair) == ["a", "b", "c"]
    claims.hold("a", [])
    claims.hold("a", [pair])
    assert claims.holders(*pair) == ["b", "c", "a"]


def test_routes_follow_closures_and_are_kept_for_what_was_closed_before() -> None:
    """Closing changes the way at once, opening brings the old trees back without a new search."""
    made = world(cities.scenario())
    start, end = (made.network.junction_index[j] for j in ("J0-0", "J1-0"))
    before = made.routes[0.3]
    assert len(before.path(start, end) or ()) == 1
    made.closed[made.network.segment_index["H0-0"]] = True
    made.block_routes()
    assert len(made.routes[0.3].path(start, end) or ()) == 3
    made.closed[:] = False
    made.block_routes()
    assert made.routes[0.3] is before


def test_routes_differ_by_wading_depth_only_where_water_stands() -> None:
    """Dry roads: one set of trees for all; 35 cm: two."""
    made = world(cities.flood())
    made.fields["water_depth"] = np.zeros(len(made.network))
    assert made.routes[0.3] is made.routes[0.4]
    made.fields["water_depth"][0] = 0.35
    made.block_routes()
    assert made.routes[0.3] is not made.routes[0.4]


def test_an_order_and_an_obstacle_both_bar_a_road() -> None:
    """Either is enough; a road is free once there is neither."""
    made = world(cities.scenario())
    made.fields["obstacle"][0] = 1
    made.closed[:2] = True
    assert made.obstructed().tolist()[:3] == [True, True, False]
    made.closed[:2] = False
    assert made.obstructed().tolist()[:3] == [True, False, False]


def test_stock_adds_up_over_rows() -> None:
    """Two rows of one material in one depot are one heap; an empty yard starts at 0."""
    rows = [{"depot": "yard", "material": "salt", "amount": a} for a in (1000.0, 500.0)]
    made = world(cities.scenario(fleet__stock=rows))
    assert made.stock.tolist() == [[1500.0, 0.0, 0.0]]
    assert made.depot_node.tolist() == [made.network.junction_index["J0-0"]]


def test_drain_nodes_are_reached_from_the_road_they_drain() -> None:
    """The low point's segment first, a place that names the node else; -1 where no road leads there."""
    made = world(cities.flood())
    made.set_nodes(("LOW", "SUMP", "OUT"), ("LIFT",))
    assert made.node_junction.tolist() == [made.network.junction_index["J1-0"], -1, -1]
    assert made.place_node["dip"] == made.network.junction_index["J1-0"]
    assert made.place_node["clinic"] == made.network.junction_index["J1-1"]


def test_totals_and_events() -> None:
    """Sums are floats by name; events carry the second."""
    made = world(cities.scenario())
    made.add("x", 1)
    made.add("x", 2.5)
    made.note("blocked", "a/1", "H0-0", value=3)
    assert made.totals == {"x": 3.5}
    assert made.events[0].t == 0
    assert made.events[0].value == pytest.approx(3.0)
    assert isinstance(made.events[0].value, float)
