"""Treatment advice: what reports call for, when, with which dose and which words."""

from typing import Any

import numpy as np
import pytest

from simulation.chance import Chance
from simulation.clock import Clock
from simulation.hazards.advice import (
    CALLED,
    CODE,
    NONE,
    PRETREAT_GAP,
    REASONS,
    SPARED,
    SPREAD_GAP,
    UNSERVED,
    VERBS,
    snow_jobs,
    spared,
    treat,
)
from simulation.hazards.ahead import Ahead
from simulation.hazards.snow import Snow, deicer
from simulation.model import Material
from simulation.network import Network
from simulation.situation import Jobs, Reported
from simulation.world import World
from tests import cities


class Town:
    """A grid town with a bridge, on which reports are put by hand."""

    def __init__(
        self, air: float = -4.0, snowing: bool = True, soon: bool = True, salted: bool = True, **ahead: Any
    ) -> None:
        roads = cities.segments()
        next(r for r in roads if r["id"] == "V0-0")["structure"] = "bridge"
        kinds = {"fleet__kinds": cities.KINDS}
        dump = {"id": "dump", "name": "dump", "kind": "dump_site", "lon": 0, "lat": 0, "capacity": 1e6,
                "takes_salted": salted}  # fmt: skip
        self.scenario = cities.scenario(air=air, roads=roads, city__places=[dump], **kinds)
        self.world = World(self.scenario, Clock(), Chance(0), Network(self.scenario.city.segments))
        Snow().start(self.world)
        self.world.can_haul = True
        first = "snow" if snowing or soon else ""
        told = {"snowing": snowing, "soon": soon, "first": first, "air": air, "coldest": air} | ahead
        self.world.ahead = Ahead(**told)
        self.index = self.world.network.segment_index
        count = len(self.index)
        zero, seen = np.zeros(count), np.zeros(count, int)
        self.reported = Reported(
            zero.copy(), zero.copy(), np.full(count, air), zero.copy(), seen, np.zeros(0), seen[:0], zero > 0,
            zero.copy(),
        )  # fmt: skip

    def jobs(self, **reports: Any) -> Jobs:
        """Jobs when every segment reports so."""
        for name, value in reports.items():
            getattr(self.reported, name)[:] = value
        return snow_jobs(self.world, self.reported, self.salt)

    @property
    def salt(self) -> Material:
        """What is spread."""
        return deicer(self.scenario.fleet.materials)

    def why(self, segment: str = "H0-0", **reports: Any) -> tuple[tuple[str, ...], str]:
        """(verbs, reason) for a segment when every one reports so, whether anything is done or nothing."""
        for name, value in reports.items():
            getattr(self.reported, name)[:] = value
        called, row = treat(self.world, self.reported, self.salt), self.index[segment]
        code = called.treatment[row]
        codes = called.reason if code else spared(self.world, self.reported, self.salt, called)
        return VERBS[code], REASONS[codes[row]]

    def dose(self, segment: str = "H0-0") -> float:
        """g/m2 for a segment as it was reported."""
        return float(treat(self.world, self.reported, self.salt).dose[self.index[segment]] * 1000)

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
    assert town.of(town.jobs(snow=1.9), "H0-0") == (("spread",), "bonding")
    assert town.of(town.jobs(snow=2.0), "H0-0") == (("plough", "spread"), "snow_on_road")


def test_after_the_snow_roads_are_ploughed_down_to_their_class_limit() -> None:
    """Class 4 may keep 3 mm: 2 mm is where its blade starts; what a blade leaves is not ploughed again."""
    town = Town(snowing=False, soon=False)
    assert town.of(town.jobs(snow=1.21), "H0-0") == (("plough", "spread"), "end_of_storm")
    left = town.jobs(snow=1.0)
    assert town.of(left, "H0-0") == (("spread",), "ice_to_melt")
    assert town.of(left, "V2-1") is None
    assert town.of(town.jobs(snow=2.5), "V2-1") == (("plough", "spread"), "end_of_storm")


def test_too_cold_for_salt_only_the_blade_is_called_for() -> None:
    """At -12 degC, and a residual that no blade takes calls for nobody: else crews go round for ever."""
    town = Town(-12.0, snowing=False, soon=False)
    assert town.of(town.jobs(snow=4.0), "H0-0") == (("plough",), "too_cold")
    assert len(town.jobs(snow=1.0)) == 0


def test_a_road_salted_lately_is_only_ploughed_and_the_words_do_not_blame_the_cold() -> None:
    """Two doses are at least two hours apart."""
    town = Town()
    town.world.last_spread[:] = town.world.t - SPREAD_GAP + 1
    assert town.of(town.jobs(snow=3.0), "H0-0") == (("plough",), "salted_lately")
    assert town.of(town.jobs(snow=1.0), "H0-0") is None
    town.world.last_spread[:] = town.world.t - SPREAD_GAP
    assert town.of(town.jobs(snow=1.0), "H0-0") == (("spread",), "bonding")


def test_hardpack_is_worked_on_after_the_storm() -> None:
    """Salt for what is bonded, and the blade: the dose is for the ice that is reported, up to the cap."""
    town = Town(snowing=False, soon=False)
    jobs = town.jobs(snow=0.0, ice=4.0)
    assert town.of(jobs, "H0-0") == (("plough", "spread"), "hardpack")
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
    assert town.of(town.jobs(snow=5.0), "H0-0") == (("plough", "spread"), "end_of_storm")
    town = Town()
    town.world.fields["bank"][:] = 9.0
    assert ("haul",) not in town.jobs().verbs
    town = Town(snowing=False, soon=False)
    town.world.fields["bank"][:], town.world.can_haul = 9.0, False
    assert len(town.jobs()) == 0


def test_banks_are_called_for_where_a_site_takes_them() -> None:
    """Salted ones from 2 mm, but only where a site takes salted snow; none once every site is full."""
    for takes in (True, False):
        town = Town(snowing=False, soon=False, salted=takes)
        town.world.fields["bank"][:], town.world.fields["bank_salt"][:] = 3.0, 0.01
        assert set(town.jobs().reason) == ({"salted_bank"} if takes else set())
    town = Town(snowing=False, soon=False)
    town.world.fields["bank"][:] = 3.0
    assert len(town.jobs()) == 0
    town.world.fields["bank"][:] = 9.0
    assert len(town.jobs()) == 2
    town.world.dump_room["dump"] = 0.0
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


DRY = {"snowing": False, "soon": False}
CLEAR, COMING, RAIN = DRY, {"snowing": False}, {"snowing": False, "first": "rain", "begins": 3600}
SPREAD, PLOUGH, BOTH = ("spread",), ("plough",), ("plough", "spread")
REACHED: list[tuple[str, tuple[str, ...], str, dict[str, Any], dict[str, Any]]] = [
    ("pretreat", SPREAD, "V0-0", COMING, {}),
    ("freezing_rain", SPREAD, "V0-0", {"air": -1.0, **RAIN}, {}),
    ("freezing_rain", SPREAD, "H0-0", {"air": -1.0, **RAIN, "raining": True}, {}),
    ("bonding", SPREAD, "H0-0", {}, {"snow": 1.0}),
    ("bonding", SPREAD, "V0-0", {}, {}),
    ("ice_to_melt", SPREAD, "H0-0", CLEAR, {"snow": 0.5}),
    ("hardpack", SPREAD, "H0-0", {}, {"snow": 0.1, "ice": 1.0}),
    ("hardpack", BOTH, "H0-0", CLEAR, {"ice": 4.0}),
    ("refreeze", SPREAD, "H0-0", {"air": 1.0, **CLEAR, "coldest": -3.0}, {"film": 0.2}),
    ("snow_on_road", BOTH, "V2-1", {}, {"snow": 2.5}),
    ("end_of_storm", BOTH, "V2-1", CLEAR, {"snow": 2.5}),
    ("too_cold", PLOUGH, "H0-0", {"air": -12.0}, {"snow": 3.0}),
    ("too_cold", (), "H0-0", {"air": -12.0}, {"snow": 1.0}),
    ("too_cold", (), "V0-0", {"air": -12.0, **COMING}, {}),
    ("too_warm", PLOUGH, "H0-0", {"air": 2.0}, {"snow": 3.0}),
    ("too_warm", (), "V0-0", {"air": 2.0, **COMING}, {}),
    ("blowing_snow", PLOUGH, "H0-0", {"air": -8.0, "wind": 9.0}, {"snow": 3.0}),
    ("blowing_snow", (), "H0-0", {"air": -8.0, "wind": 9.0}, {"snow": 1.0}),
    ("rain_washes", PLOUGH, "H0-0", {"air": 1.0, **RAIN, "rain": 2.0}, {"snow": 3.0}),
    ("rain_washes", (), "H0-0", {"air": 1.0, **RAIN, "rain": 2.0}, {"snow": 0.5}),
    ("nothing_expected", (), "V0-0", CLEAR, {}),
    ("snow_ahead", (), "H0-0", COMING, {}),
    ("starts_as_rain", (), "V0-0", {"air": 1.0, **RAIN, "coldest": -1.0}, {}),
    ("rain_no_frost", (), "V0-0", {"air": 1.0, **RAIN, "soon": False}, {}),
    ("under_trigger", (), "H0-0", {}, {"snow": 0.1}),
    ("within_limit", (), "V2-1", CLEAR, {"snow": 1.0}),
    ("hardpack_stays", (), "H0-0", {"air": -12.0}, {"snow": 0.1, "ice": 0.6}),
]  # fmt: skip
"""Reason, verbs, segment (V0-0 is a bridge), what is ahead, what is reported."""


@pytest.mark.parametrize(("reason", "verbs", "segment", "ahead", "reports"), REACHED)
def test_every_reason_is_reached(
    reason: str, verbs: tuple[str, ...], segment: str, ahead: dict[str, Any], reports: dict[str, Any]
) -> None:
    """The rules of practice, one by one."""
    assert Town(**ahead).why(segment, **reports) == (verbs, reason)


def test_reasons_that_need_a_past() -> None:
    """A dose of late, a deck treated beforehand, banks; with those above, every reason there is."""
    town = Town()
    town.world.last_spread[:] = town.world.t - 600
    assert town.why(snow=1.0) == ((), "salted_lately")
    assert town.why(snow=3.0) == (PLOUGH, "salted_lately")
    before = Town(snowing=False)
    before.world.last_spread[:] = before.world.t - 600
    assert before.why("V0-0") == ((), "pretreated")
    banks = Town()
    banks.world.fields["bank"][:] = 9.0
    assert banks.why(snow=0.1) == ((), "bank_waits")
    after = Town(**DRY)
    after.world.fields["bank"][:] = 9.0
    assert after.why() == (("haul",), "bank_to_haul")
    after.world.fields["bank"][:], after.world.fields["bank_salt"][:] = 3.0, 0.01
    assert after.why() == (("haul",), "salted_bank")
    by_past = {"salted_lately", "pretreated", "bank_waits", "bank_to_haul", "salted_bank"}
    assert by_past | {row[0] for row in REACHED} == {*CALLED, *SPARED} == set(CODE)


def test_freezing_rain_and_drifting_snow_take_a_larger_dose() -> None:
    """A quarter more on a road below zero; 5 % k2 more in a strong wind; never above the largest dose."""
    dry, glaze = Town(-1.0, **COMING), Town(-1.0, **RAIN)
    assert glaze.dose() == pytest.approx(1.25 * dry.dose())
    calm, gale = Town(-3.0), Town(-3.0, wind=14.0)
    assert gale.dose() == pytest.approx(1.2 * calm.dose())
    assert Town(-9.0, wind=7.0).dose() <= 1000 * calm.scenario.physics.snow.maximum_dose


def test_a_wet_road_is_left_alone_where_no_frost_is_ahead_or_it_was_salted_today() -> None:
    """Nor is one of class 4: it is no way to the hospital."""
    assert Town(1.0, **DRY, coldest=0.5).why(film=0.2)[0] == ()
    frost = Town(1.0, **DRY, coldest=-3.0)
    assert frost.why("V2-1", film=0.2)[0] == ()
    frost.world.last_spread[:] = frost.world.t - PRETREAT_GAP
    assert frost.why(film=0.2)[0] == ()


def test_nothing_is_said_of_segments_that_something_is_done_on() -> None:
    """Reasons for nothing are those of the segments with no treatment."""
    town = Town(**DRY)
    town.reported.snow[:] = 1.0
    called = treat(town.world, town.reported, town.salt)
    reasons = spared(town.world, town.reported, town.salt, called)
    assert {REASONS[r] for r in reasons[called.treatment == NONE]} == {"within_limit"}
