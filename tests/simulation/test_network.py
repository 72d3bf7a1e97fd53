"""The road graph: one-way streets, parallel streets, times, and ways round what is blocked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.model import Segment
from simulation.network import Network, Routes, distances
from tests import cities


def street(name: str, start: str, end: str, length: float = 300.0, **changes: object) -> Segment:
    """A street of 10 m/s between two junctions; where the junctions lie does not matter here."""
    return Segment.model_validate(
        {
            "id": name, "road": name, "start": start, "end": end, "line": ((113.6, 34.7), (113.61, 34.7)),
            "road_class": "local", "priority": 3, "length": length, "lanes": 2, "width": 7.0, "speed": 10.0,
            **changes,
        }
    )  # fmt: skip


def nobody(network: Network) -> np.ndarray:
    return np.zeros(len(network), bool)


def path(network: Network, start: str, end: str, *blocked: str) -> list[str] | None:
    """Names of the segments on the way."""
    shut = nobody(network)
    shut[[network.segment_index[name] for name in blocked]] = True
    index = network.junction_index
    hops = Routes(network, shut).path(index[start], index[end])
    return None if hops is None else [network.segments[segment].id for segment, _ in hops]


def test_one_way_streets_lead_one_way() -> None:
    """There and not back; the way back is the long one."""
    network = Network([street("out", "a", "b", oneway=True), street("round", "b", "a", 900.0, oneway=True)])
    a, b = network.junction_index["a"], network.junction_index["b"]
    assert network.times_from(a)[b] == pytest.approx(30)
    assert network.times_from(b)[a] == pytest.approx(90)
    assert network.times_to(a)[b] == pytest.approx(90)
    assert path(network, "b", "a") == ["round"]
    assert path(network, "b", "a", "round") is None


def test_of_parallel_streets_the_quickest_open_one_is_taken() -> None:
    """Two streets between the same junctions are two ways."""
    network = Network([street("slow", "a", "b", 600.0), street("quick", "a", "b", 300.0)])
    assert path(network, "a", "b") == ["quick"]
    assert path(network, "b", "a", "quick") == ["slow"]
    assert path(network, "a", "b", "quick", "slow") is None
    assert network.segment_between(0, 1, network.free_flow) == network.segment_index["quick"]


def test_times_follow_the_speed_that_is_left() -> None:
    """Half the speed takes twice as long; a factor of 0 is no way at all."""
    network = Network([street("ab", "a", "b"), street("bc", "b", "c")])
    assert network.times_from(0, np.array([0.5, 1.0])) == pytest.approx([0, 60, 90])
    assert network.times_from(0, np.array([1.0, 0.0])).tolist() == [0.0, 30.0, np.inf]


def test_the_way_round_a_blocked_street() -> None:
    """In a grid town the block's other three sides lead round; at an end of the map nothing does."""
    network = Network(cities.scenario().city.segments)
    assert path(network, "J0-0", "J1-0") == ["H0-0"]
    assert path(network, "J0-0", "J1-0", "H0-0") == ["V0-0", "H0-1", "V1-0"]
    assert path(network, "J0-0", "J2-2", "H0-0", "V0-0") is None
    assert path(network, "J1-1", "J1-1") == []


def test_segment_between_strangers_is_an_error() -> None:
    """Words name both junctions."""
    network = Network(cities.scenario().city.segments)
    start, end = network.junction_index["J0-0"], network.junction_index["J2-2"]
    with pytest.raises(KeyError, match="no segment leads from J0-0 to J2-2"):
        network.segment_between(start, end, network.free_flow)


def test_strong_components_tell_where_there_is_no_way_back() -> None:
    """A one-way spur is a component of its own; blocking a bridge cuts a town in two."""
    network = Network(
        [street("ab", "a", "b"), street("bridge", "b", "c"), street("spur", "c", "d", oneway=True)]
    )
    a, b, c, d = network.strong_components()
    assert a == b == c != d
    a, b, c, d = network.strong_components(np.array([1.0, 0.0, 1.0]))
    assert a == b
    assert len({a, c, d}) == 3


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 50), st.booleans(), st.booleans()),
        min_size=1,
        max_size=14,
    )
)
def test_paths_are_as_quick_as_the_times_say(streets: list[tuple[int, int, int, bool, bool]]) -> None:
    """On any town: hops join up, use open streets the right way, and add up to the time; none where it is inf."""
    network = Network(
        [
            street(f"s{i}", f"j{a}", f"j{b}", 10.0 * length, oneway=oneway)
            for i, (a, b, length, oneway, _) in enumerate(streets)
        ]
    )
    shut = np.array([closed for *_, closed in streets])
    routes = Routes(network, shut)
    for start in range(len(network.junctions)):
        times = routes.times(start)
        for end in range(len(network.junctions)):
            hops = routes.path(start, end)
            if hops is None:
                assert np.isinf(times[end])
                continue
            at, total = start, 0.0
            for segment, leads_to in hops:
                ways = [(int(network.tail[segment]), int(network.head[segment]))]
                if not network.oneway[segment]:
                    ways.append(ways[0][::-1])
                assert (at, leads_to) in ways
                assert not shut[segment]
                at, total = leads_to, total + float(network.free_flow[segment])
            assert at == end
            assert total == pytest.approx(times[end])


def test_nearest_junction_and_distances() -> None:
    """The nearest junction is that of the geometry; a degree of latitude is about 111.2 km."""
    network = Network(cities.scenario().city.segments)
    near = network.nearest(cities.LON + 1.1 * cities.STEP, cities.LAT + 1.9 * cities.STEP)
    assert network.junctions[near] == "J1-2"
    assert distances(0, 0, np.array([0.0]), np.array([1.0]))[0] == pytest.approx(111_195, abs=1)
    assert distances(0, 60, np.array([1.0]), np.array([60.0]))[0] == pytest.approx(111_195 / 2, rel=1e-3)


def test_what_situations_hand_out_cannot_be_written_to() -> None:
    """A dispatcher that edits the network in place would change the run behind everybody's back."""
    network = Network(cities.scenario().city.segments)
    with pytest.raises(ValueError, match="read-only"):
        network.length[0] = 1.0
