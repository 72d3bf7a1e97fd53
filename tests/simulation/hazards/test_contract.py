"""Every hazard there is keeps the contract of ``hazards/base.py``, found by its file."""

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

import simulation.hazards
from simulation.chance import Chance
from simulation.clock import Clock
from simulation.engine import Simulation
from simulation.hazards import make
from simulation.model import HazardName
from simulation.network import Network
from simulation.world import World
from tests import cities

FOLDER = Path(simulation.hazards.__file__).parent
FOUND = sorted(p.stem for p in FOLDER.glob("*.py") if "\nHAZARD = " in p.read_text(encoding="utf-8"))
PLACES = {"segment": "network", "node": "nodes"}


def test_hazards_are_those_that_a_scenario_can_name() -> None:
    """A file for each name, a name for each file."""
    assert sorted(get_args(HazardName)) == FOUND


@pytest.mark.parametrize("name", FOUND)
def test_contract(name: str) -> None:
    """Name, tick, fields of the declared size, finite speed factors from 0 to 1, jobs by reports, balances."""
    scenario = cities.flood(hazards=(name,), storm__weather=[{"t": 0, "precipitation": 0.002, "air": -1.0}])
    hazard = make(name)
    assert hazard.name == name
    assert type(hazard.tick) is int
    assert 0 < hazard.tick <= 900
    assert 900 % hazard.tick == 0
    with Simulation(scenario) as simulation:
        while simulation.t < 3600:
            situation = simulation.advance(3600)
        assert situation is not None
        world = simulation.world
        for spec in hazard.fields:
            assert world.fields[spec.name].shape == (len(getattr(world, PLACES[spec.dim])),)
            assert np.isfinite(world.fields[spec.name]).all()
            assert spec.long_name
            assert spec.step >= 0
        own = simulation._hazards[0]
        factor = own.speed_factor(world)
        assert factor.shape == (len(world.network),)
        assert ((factor >= 0) & (factor <= 1)).all()
        jobs = own.jobs(world, situation.reported)
        assert len({len(jobs), len(jobs.verbs), len(jobs.reason), *(len(a) for a in (
            jobs.place, jobs.segment, jobs.weight, jobs.need, jobs.rate, jobs.crews))}) == 1  # fmt: skip
        assert all(np.isfinite(value) for value in own.balance(world).values())
        assert all(np.isfinite(value) for value in own.totals(world).values())
        own.close()
        own.close()


@pytest.mark.parametrize("name", FOUND)
def test_hazards_keep_no_state_between_runs(name: str) -> None:
    """Two fresh ones of a kind share nothing: a second run's start is the first's."""
    scenario = cities.flood(hazards=(name,))
    starts = []
    for _ in range(2):
        world = World(scenario, Clock(), Chance(0), Network(scenario.city.segments))
        hazard = make(name)
        try:
            hazard.start(world)
            starts.append({k: v.copy() for k, v in world.fields.items()})
            for array in world.fields.values():
                array += 1
        finally:
            hazard.close()
    assert all(np.array_equal(starts[0][k], starts[1][k]) for k in starts[0])
