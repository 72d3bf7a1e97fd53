"""Jobs that are named together are shared among the crews that are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simulation.roadwork import side_by_side
from simulation.situation import Situation
from stormyard.dealing import deal_jobs, job_order
from tests.stormyard.rooms import begin, tell


@pytest.fixture(scope="module")
def situation(tmp_path_factory: pytest.TempPathFactory) -> Situation:
    """Gridtown with three ploughs on duty and snow reported."""
    room = begin(tmp_path_factory.mktemp("room"), crews=3, injects=[])
    tell(room, "go 30", "go 30", "go 1h")
    assert room.situation is not None
    return room.situation


def shares(orders: tuple, crews: int) -> list[int]:
    """How many targets each of the crews got."""
    return [next((len(o.targets) for o in orders if o.crew == f"plough/{i + 1}"), 0) for i in range(crews)]


def test_every_job_goes_to_one_crew(situation: Situation) -> None:
    """Five jobs among three crews: no job twice, no crew with two more than another."""
    rows = job_order(situation.jobs)[:5]
    dealt = deal_jobs(["plough/1", "plough/2", "plough/3"], rows, situation)
    targets = [t for order in dealt.orders for t in order.targets]
    assert sorted(targets) == sorted(situation.jobs.target[row] for row in rows)
    assert sorted(shares(dealt.orders, 3)) == [1, 2, 2]
    assert (dealt.unable, dealt.spare) == ((), ())


def narrow(situation: Situation) -> int:
    """The first job on a road that one crew at a time works on."""
    jobs = situation.jobs
    return next(r for r in job_order(jobs) if side_by_side(situation.network, int(jobs.segment[r])) == 1)


def test_a_wide_road_takes_two_crews_and_no_third(situation: Situation) -> None:
    """Four lanes are two abreast; who is on it already counts."""
    row = next(r for r in job_order(situation.jobs) if r != narrow(situation))
    dealt = deal_jobs(["plough/1", "plough/2"], [row], situation)
    assert [order.crew for order in dealt.orders] == ["plough/1", "plough/2"]
    target = situation.jobs.target[row]
    busy = situation.crews[0]._replace(id="other/1", targets=(target,), idle=False)
    dealt = deal_jobs(["plough/1", "plough/2"], [row], replace(situation, crews=(*situation.crews, busy)))
    assert len(dealt.orders) == len(dealt.spare) == 1


def test_the_nearest_crew_is_sent(situation: Situation) -> None:
    """Of two crews, the one that stands at the job gets it, whatever the order of their names."""
    row = narrow(situation)
    there = int(situation.jobs.place[row])
    away = int(np.argmax(situation.travel_times(there)))
    crews = tuple(
        crew._replace(node=there if crew.id == "plough/2" else away, load=1000.0) for crew in situation.crews
    )
    dealt = deal_jobs(["plough/1", "plough/2"], [row], replace(situation, crews=crews))
    assert [order.crew for order in dealt.orders] == ["plough/2"]
    assert dealt.spare == ("plough/1",)


def test_crews_that_take_no_order_are_left_out(situation: Situation) -> None:
    """One that is broken down gets no share while another can; alone it is ordered, so that it is refused."""
    crews = tuple(c._replace(activity="broken") if c.id == "plough/1" else c for c in situation.crews)
    broken = replace(situation, crews=crews)
    rows = job_order(situation.jobs)[:2]
    dealt = deal_jobs(["plough/1", "plough/2"], rows, broken)
    assert [order.crew for order in dealt.orders] == ["plough/2"]
    assert dealt.unable == ("plough/1",)
    assert [order.crew for order in deal_jobs(["plough/1"], rows, broken).orders] == ["plough/1"]


def test_loaded_spreaders_go_before_empty_ones(situation: Situation) -> None:
    """A crew with nothing to spread would drive for salt first."""
    row = narrow(situation)
    assert "spread" in situation.jobs.verbs[row]
    crews = tuple(crew._replace(load=0.0 if crew.id == "plough/1" else 900.0) for crew in situation.crews)
    dealt = deal_jobs(["plough/1", "plough/2"], [row], replace(situation, crews=crews))
    assert [order.crew for order in dealt.orders] == ["plough/2"]


def test_several_pumps_may_join_at_one_place(situation: Situation) -> None:
    """Work that one crew does not fill is shared by all that are named."""
    jobs = situation.jobs
    pumping = replace(jobs, verbs=tuple(("pump",) for _ in jobs.verbs))
    crews = tuple(crew._replace(verbs=("pump",)) for crew in situation.crews)
    dealt = deal_jobs(
        [c.id for c in crews], job_order(jobs)[:1], replace(situation, crews=crews, jobs=pumping)
    )
    assert shares(dealt.orders, 3) == [1, 1, 1]
    assert dealt.spare == ()


def test_work_of_several_kinds_is_dealt_by_what_crews_can(situation: Situation) -> None:
    """A crew gets one kind; what nobody is left for is told."""
    jobs = situation.jobs
    rows = job_order(jobs)[:4]
    verbs = list(jobs.verbs)
    verbs[rows[1]], verbs[rows[3]] = ("pump",), ("haul",)
    crews = tuple(
        crew._replace(verbs=("pump",) if crew.id == "plough/2" else ("plough", "spread"), activity="standby")
        for crew in situation.crews[:2]
    )
    dealt = deal_jobs(
        [c.id for c in crews], rows, replace(situation, crews=crews, jobs=replace(jobs, verbs=tuple(verbs)))
    )
    assert {order.crew: order.targets for order in dealt.orders} == {
        "plough/1": (jobs.target[rows[0]], jobs.target[rows[2]]),
        "plough/2": (jobs.target[rows[1]],),
    }
    assert dealt.undone == (jobs.target[rows[3]],)
