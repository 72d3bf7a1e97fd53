"""Injects and orders in the world: for as long as they say, and gone without a trace."""

import pytest

from simulation.engine import Simulation
from simulation.orders import Closure, Open, Outage, Surge
from tests import cities
from tests.simulation.driving import go


def test_surges_add_up_and_leave_nothing_behind() -> None:
    """0.1 and 0.2 m3/s overlap; afterwards the inflow is 0 to the last digit."""
    with Simulation(cities.flood(rain=0.0)) as simulation:
        simulation.advance()
        flow, node = simulation.world.surge_flow, simulation.world.node_index["LOW"]
        assert simulation.apply(Surge("LOW", 0.1, 600)) is None
        assert simulation.apply(Surge("LOW", 0.2, 300)) is None
        assert flow[node] == pytest.approx(0.3)
        go(simulation, 300)
        assert flow[node] == pytest.approx(0.1)
        go(simulation, 600)
        assert not flow.any()


def test_a_surge_brings_water() -> None:
    """More than the pipe takes stands on the road; without it the road is dry."""
    depth = []
    for surge in (True, False):
        with Simulation(cities.flood(rain=0.0)) as simulation:
            simulation.advance()
            if surge:
                assert simulation.apply(Surge("LOW", 1.0, 1800)) is None
            go(simulation, 1800)
            depth.append(simulation.world.fields["water_depth"].max())
    assert depth[0] > 0.05
    assert depth[1] == 0


def test_of_two_outages_the_longer_counts() -> None:
    """A second, shorter one does not bring the power back."""
    with Simulation(cities.flood(rain=0.0)) as simulation:
        simulation.advance()
        assert simulation.apply(Outage("LIFT", 3600)) is None
        assert simulation.apply(Outage("LIFT", 60)) is None
        assert simulation.world.power_until.tolist() == [3600]


def test_of_two_obstacles_the_longer_counts() -> None:
    """The way is blocked until both are gone, and open from that second on."""
    with Simulation(cities.scenario()) as simulation:
        simulation.advance()
        start, end = (simulation.world.network.junction_index[j] for j in ("J0-0", "J1-0"))

        def hops() -> int:
            return len(simulation.world.routes[0.3].path(start, end) or ())

        assert simulation.apply(Closure("H0-0", 1200)) is None
        assert simulation.apply(Closure("H0-0", 600)) is None
        assert hops() == 3
        go(simulation, 600)
        assert hops() == 3
        go(simulation, 1200)
        assert hops() == 1


def test_opening_does_not_clear_an_obstacle() -> None:
    """The police can lift their own barrier only."""
    with Simulation(cities.scenario()) as simulation:
        simulation.advance()
        assert simulation.apply(Closure("H0-0", 1200)) is None
        refused = simulation.apply(Open(("H0-0",)))
        assert refused is not None
        assert refused.key == "not_closed"
