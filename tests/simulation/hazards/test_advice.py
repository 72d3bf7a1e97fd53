"""Treatment advice: what reports call for, when, with which dose and which words."""

from typing import Any

import numpy as np
import pytest

from simulation.chance import Chance
from simulation.clock import Clock
from simulation.hazards.advice import PRETREAT_GAP, SPREAD_GAP, UNSERVED, snow_jobs
from simulation.hazards.snow import Snow, deicer
from simulation.network import Network
from simulation.situation import Jobs, Reported
from simulation.world import World
from tests import cities


class Town:
    """A grid town with a bridge, on which reports are put by hand."""

    def __init__(self, air: float = -4.0, snowing: bool = True, soon: bool = True) -> None:
        roads = cities.segments()
        next(r for r in roads if r["id"] == "V0-0")["structure"] = "bridge"
        kinds = {"fleet__kinds": cities.KINDS}
        self.scenario = cities.scenario(air=air, roads=roads, **kinds)
        self.world = World(self.scenario, Clock(), Chance(0), Network(self.scenario.city.segments))
        Snow().start(self.world)
        self.world.outlook_snow = (snowing, soon)
        self.index = self.world.network.segment_index
        count = len(self.index)
        zero, seen = np.zeros(count), np.zeros(count, int)
        self.reported = Reported(
            zero.copy(), zero.copy(), np.full(count, air), zero.copy(), seen, np.zeros(0), seen[:0], zero > 0
        )

    def jobs(self, **reports: Any) -> Jobs:
        """Jobs when every segment reports so."""
        for name, value in reports.items():
            getattr(self.reported, name)[:] = value
        return snow_jobs(self.world, self.reported, deicer(self.scenario.fleet.materials))

    def of(self, jobs: Jobs, segment: str) -> tuple[tuple[str, ...], str] | None:
        """(verbs, reason) for a segment, None where nothing is advised."""
        if segment not in jobs.target:
            return None
        row = jobs.target.index(segment)
        return jobs.verbs[row], jobs.reason[row]


def test_bare_roads_and_no_snow_in_sight_need_nothing() -> None:
    """No job at all."""
    assert len(Town(snowing=False, soon=False).jobs()) == 0


def test_while_it_snows_roads_are_ploughed_from_two_millimetres() -> None:
    """Below it, salt keeps snow from bonding; above it, blade and salt in one pass."""
    town = Town()
    assert town.of(town.jobs(snow=1.9), "H0-0") == (("spread",), "ice_to_melt")
    assert town.of(town.jobs(snow=2.0), "H0-0") == (("plough", "spread"), "snow_on_road")


def test_after_the_snow_roads_are_ploughed_down_to_their_class_limit() -> None:
    """Class 4 may keep 3 mm: 2 mm is where its blade starts; what a blade leaves is not ploughed again."""
    town = Town(snowing=False, soon=False)
    assert town.of(town.jobs(snow=1.21), "H0-0") == (("plough", "spread"), "snow_on_road")
    left = town.jobs(snow=1.0)
    assert town.of(left, "H0-0") == (("spread",), "ice_to_melt")
    assert town.of(left, "V2-1") is None
    assert town.of(town.jobs(snow=2.5), "V2-1") == (("plough", "spread"), "snow_on_road")


def test_too_cold_for_salt_only_the_blade_is_called_for() -> None:
    """At -12 degC, and a residual that no blade takes calls for nobody: else crews go round for ever."""
    town = Town(-12.0, snowing=False, soon=False)
    assert town.of(town.jobs(snow=4.0), "H0-0") == (("plough",), "snow_too_cold_for_salt")
    assert len(town.jobs(snow=1.0)) == 0


def test_a_road_salted_lately_is_only_ploughed_and_the_words_do_not_blame_the_cold() -> None:
    """Two doses are at least two hours apart."""
    town = Town()
    town.world.last_spread[:] = town.world.t - SPREAD_GAP + 1
    assert town.of(town.jobs(snow=3.0), "H0-0") == (("plough",), "snow_on_road")
    assert town.of(town.jobs(snow=1.0), "H0-0") is None
    town.world.last_spread[:] = town.world.t - SPREAD_GAP
    assert town.of(town.jobs(snow=1.0), "H0-0") == (("spread",), "ice_to_melt")


def test_hardpack_is_worked_on_after_the_storm() -> None:
    """Salt for what is bonded, and the blade: the dose is for the ice that is reported, up to the cap."""
    town = Town(snowing=False, soon=False)
    jobs = town.jobs(snow=0.0, ice=4.0)
    assert town.of(jobs, "H0-0") == (("plough", "spread"), "snow_on_road")
    thin = Town(snowing=False, soon=False).jobs(ice=1.1)
    assert jobs.rate.max() > thin.rate.max() > 0
    assert jobs.rate.max() <= town.scenario.physics.snow.maximum_dose


def test_before_snow_bridges_are_treated() -> None:
    """Only these, only if snow is near, and once in twelve hours."""
    town = Town(snowing=False)
    jobs = town.jobs()
    assert set(jobs.target) == {"V0-0"}
    assert set(jobs.reason) == {"pretreat"}
    town.world.last_spread[:] = town.world.t - PRETREAT_GAP
    assert len(town.jobs()) == 0
    assert len(Town(snowing=False, soon=False).jobs()) == 0
    assert len(Town(3.0, snowing=False).jobs()) == 0


def test_urgency_by_class_and_bridge() -> None:
    """Class 1 weighs eight times class 4, a bridge half as much again."""
    town = Town()
    jobs = town.jobs(snow=10.0)
    weight = dict(zip(jobs.target, jobs.weight, strict=True))
    assert weight["V0-0"] == pytest.approx(1.5 * weight["V0-1"])
    assert weight["H0-0"] > 4 * weight["V0-1"]


def test_a_road_just_passed_waits_for_the_others() -> None:
    """A round is finished before the next begins."""
    town = Town()
    town.world.last_pass[town.index["H0-0"]] = town.world.t
    jobs = town.jobs(snow=10.0)
    weight = dict(zip(jobs.target, jobs.weight, strict=True))
    assert weight["H0-0"] == pytest.approx(0.1 / UNSERVED * weight["H1-0"])


def test_banks_are_hauled_when_it_no_longer_snows() -> None:
    """From 8 mm in the bank on classes 1 and 2, where the fleet has loaders; ploughing goes first."""
    town = Town(snowing=False, soon=False)
    town.world.fields["bank"][:] = 9.0
    jobs = town.jobs()
    assert set(jobs.target) == {"H0-0", "H1-0"}
    assert set(jobs.verbs) == {("haul",)}
    assert set(jobs.reason) == {"bank_to_haul"}
    assert town.of(town.jobs(snow=5.0), "H0-0") == (("plough", "spread"), "snow_on_road")
    town = Town()
    town.world.fields["bank"][:] = 9.0
    assert ("haul",) not in town.jobs().verbs
    town = Town(snowing=False, soon=False)
    town.world.fields["bank"][:], town.world.can_haul = 9.0, False
    assert len(town.jobs()) == 0


def test_rows_of_jobs_belong_together() -> None:
    """Target, place, segment, need and the crews that are on it already."""
    town = Town()
    town.world.claims.hold("plough/1", [("plough", "H0-1"), ("spread", "H0-1"), ("plough", "V0-0")])
    jobs = town.jobs(snow=5.0)
    network = town.world.network
    assert len(jobs) == len(network)
    for row, segment in enumerate(jobs.segment):
        assert jobs.target[row] == network.segments[segment].id
        assert jobs.place[row] == network.tail[segment]
        assert jobs.need[row] == network.area[segment]
    on = {target: crews for target, crews in zip(jobs.target, jobs.crews, strict=True) if crews}
    assert on == {"H0-1": 1, "V0-0": 1}


def test_advice_rests_on_reports_not_on_the_truth() -> None:
    """A metre of snow that nobody reported calls for nobody."""
    town = Town(snowing=False, soon=False)
    town.world.fields["snow"][:] = 100.0
    assert len(town.jobs()) == 0
