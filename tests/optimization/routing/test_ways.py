"""Ways from arc to arc: by hand on Gridtown."""

from __future__ import annotations

import numpy as np

from optimization.routing.ways import LEFT, RIGHT, U_TURN, Arcs, Ways, turns_of, ways
from simulation.model import Scenario
from simulation.network import Network
from tests import cities


def laid_out(town: Scenario, speed: float = 10.0) -> tuple[Network, Ways]:
    """Ways at one speed, with a yard at J0-0."""
    network = Network(town.city.segments)
    arcs = Arcs.of(network)
    length = network.length[arcs.segment]
    turns = turns_of(network, arcs, np.zeros(len(arcs), bool))
    return network, ways(arcs, turns, length / speed, length, np.array([network.junction_index["J0-0"]]))


def arc(network: Network, found: Ways, segment: str, forward: bool = True) -> int:
    return int(found.arcs.of_segment[network.segment_index[segment], 0 if forward else 1])


def test_turns_cost_what_they_are() -> None:
    """Straight on is free, right costs a little, left more; all end at the start of the next street."""
    network, found = laid_out(cities.scenario())
    east = arc(network, found, "H0-1")
    assert found.cost[east, arc(network, found, "H1-1"), 0] == 0.0
    assert found.cost[east, arc(network, found, "V1-1"), 0] == LEFT
    assert found.cost[east, arc(network, found, "V1-0", forward=False), 0] == RIGHT


def test_nobody_turns_round_where_there_is_another_way() -> None:
    """Back along the same street leads round a block: three streets and the turns at its corners."""
    network, found = laid_out(cities.scenario())
    one, back = arc(network, found, "H0-1"), arc(network, found, "H0-1", forward=False)
    block = 5 * 300.0
    assert found.cost[one, back, 1] >= 3 * 300.0
    assert found.cost[one, back, 1] <= block
    assert found.cost[one, back, 0] > found.cost[one, back, 1] / 10.0


def test_dead_ends_are_turned_round_in() -> None:
    """At the end of a blind street there is no other way."""
    roads = cities.segments()
    spur = {
        **roads[0],
        "id": "SPUR",
        "start": "J2-2",
        "end": "END",
        "line": (roads[-1]["line"][1], (113.68, 34.8)),
    }
    network, found = laid_out(cities.scenario(roads=[*roads, spur]))
    assert found.cost[arc(network, found, "SPUR"), arc(network, found, "SPUR", forward=False), 0] == U_TURN


def test_paths_add_up() -> None:
    """Metres of every way are those of the streets on it, and it begins and ends where it should."""
    network, found = laid_out(cities.scenario(roads=cities.segments(4, 4)))
    length = network.length[found.arcs.segment]
    for one in range(0, len(found.arcs), 7):
        for other in range(0, len(found.arcs), 5):
            path = found.path(one, other)
            assert found.cost[one, other, 1] == sum(length[path])
            nodes = [int(found.arcs.head[a]) for a in [one, *path]]
            assert nodes == [int(found.arcs.tail[a]) for a in [*path, other]]


def test_one_way_streets_have_no_way_back() -> None:
    """A one-way street is one arc."""
    roads = cities.segments()
    roads[0]["oneway"] = True
    network = Network(cities.scenario(roads=roads).city.segments)
    arcs = Arcs.of(network)
    assert arcs.of_segment[0, 1] == -1 and len(arcs) == 2 * len(network) - 1
