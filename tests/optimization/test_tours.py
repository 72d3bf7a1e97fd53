"""Tours: what bounds them, and what is given out once."""

from __future__ import annotations

import numpy as np
import pytest

from optimization.ground import DETOUR, Ground
from optimization.tours import SHORTEST, TOUR, Tour, Tours, usable
from optimization.worth import by_weight
from simulation.model import Scenario
from simulation.situation import CrewReport, Situation
from tests.optimization.situations import BLOCK, crew, job, scenario, situation, town


def best(
    world: Scenario, crews: list[CrewReport], rows: list[dict[str, object]], **more: float
) -> list[Tour | None]:
    """Each crew's best tour, given out one after another."""
    tours = Tours(Ground(world), situation(world, crews, rows, **more), by_weight)  # type: ignore[arg-type]
    given = []
    for one in crews:
        tour = tours.best(one)
        if tour is not None:
            tours.open[list(tour.rows)] = False
        given.append(tour)
    return given


def every_road(world: Scenario, **more: object) -> list[dict[str, object]]:
    return [job(s.id, **more) for s in world.city.segments]  # type: ignore[arg-type]


def test_what_a_crew_does_of_a_job() -> None:
    """A plough without a spreader ploughs; a spreader alone leaves unploughed snow; no salt, no spreading."""
    both, salt = ("plough", "spread"), ("spread",)
    assert usable(both, both, True) == both
    assert usable(("plough",), both, True) == ("plough",)
    assert usable(salt, both, True) == ()
    assert usable(both, both, False) == ("plough",)
    assert usable(salt, salt, False) == ()


def test_time_of_a_tour() -> None:
    """A block 7 m wide takes a 3.5 m blade two passes at 5 x 0.5 m/s, slowed by 3 cm of snow on 30 cm."""
    world = scenario(crews=(("blade", 1),))
    (tour,) = best(world, [crew(world, "blade/1", "0-1")], [job("h0-1", verbs=("plough",))])
    assert tour is not None
    assert tour.seconds == pytest.approx(2 * BLOCK / (2.5 / 1.1))
    (far,) = best(world, [crew(world, "blade/1", "0-0")], [job("h0-1", verbs=("plough",))])
    assert far is not None
    assert far.drive == pytest.approx(DETOUR * BLOCK / (10.0 * 0.6), rel=1e-3)
    assert far.seconds == pytest.approx(tour.seconds + far.drive)


def test_a_tour_ends_after_an_hour() -> None:
    """In a large town a tour fills its hour and no more."""
    world = scenario(town(12, 12), crews=(("plough", 1),))
    (tour,) = best(world, [crew(world, "plough/1")], every_road(world, rate=0.0, verbs=("plough",)))
    assert tour is not None
    assert 0.9 * TOUR < tour.seconds <= TOUR


def test_few_jobs_are_shared() -> None:
    """24 blocks and 12 crews: no tour is longer than its fair share or ten minutes, and most crews have one."""
    world = scenario(crews=(("blade", 12),))
    crews = [crew(world, f"blade/{i + 1}") for i in range(12)]
    given = best(world, crews, every_road(world, verbs=("plough",)))
    assert all(tour.seconds <= SHORTEST + 60 for tour in given if tour)
    assert sum(tour is not None for tour in given) >= 8


def test_a_tour_spreads_no_more_than_the_hopper_holds() -> None:
    """28 kg a block: 100 kg treat three blocks; an empty hopper is filled at the yard first."""
    world = scenario()
    rows = every_road(world)
    (part,) = best(world, [crew(world, "plough/1", load=100.0)], rows)
    assert part is not None
    assert (len(part.rows), part.depot) == (3, -1) and part.material == pytest.approx(84.0)
    (empty,) = best(world, [crew(world, "plough/1", "3-3", load=0.0)], rows)
    assert empty is not None and empty.depot == 0
    assert empty.drive >= 600 + 6000 / 16.7


def test_a_job_is_given_once() -> None:
    """No road is in two tours, nor one that another crew is on."""
    world = scenario(crews=(("plough", 3),))
    rows = every_road(world)
    rows[4] = {**rows[4], "crews": 1}
    given = best(world, [crew(world, f"plough/{i + 1}") for i in range(3)], rows)
    used = [r for tour in given if tour for r in tour.rows]
    assert len(set(used)) == len(used) and 4 not in used


def test_one_way_roads_are_entered_at_their_start() -> None:
    """From the far end of a one-way block the drive is the block's length longer."""
    segments = tuple(s.model_copy(update={"oneway": s.id == "h0-0"}) for s in town(2, 2))
    world = scenario(segments, crews=(("blade", 1),))
    rows = [job("h0-0", verbs=("plough",))]
    (right,) = best(world, [crew(world, "blade/1", "0-0")], rows)
    (wrong,) = best(world, [crew(world, "blade/1", "0-1")], rows)
    assert right is not None and wrong is not None
    assert right.drive == pytest.approx(0.0)
    assert wrong.drive == pytest.approx(DETOUR * BLOCK / 6.0, rel=1e-3)


def test_part_of_town_that_cannot_be_left() -> None:
    """Roads in another strongly connected part are not given, closed ones neither."""
    world = scenario(crews=(("blade", 1),))
    now: Situation = situation(world, [crew(world, "blade/1", "3-3")], every_road(world, verbs=("plough",)),
                               blocked=("h0-0", "v0-0"))  # fmt: skip
    tours = Tours(Ground(world), now, by_weight)
    shut = {i for i, s in enumerate(world.city.segments) if s.id in ("h0-0", "v0-0")}
    tour = tours.best(now.crews[0])
    assert tour is not None and not shut & set(tour.rows)
    alone = now.crews[0]._replace(node=now.network.junction_index["0-0"])
    assert tours.best(alone) is None


def test_value_counts_every_row() -> None:
    """A tour's value is the sum of its rows' worth, its rate that over its time."""
    world = scenario()
    (tour,) = best(world, [crew(world, "plough/1")], every_road(world))
    assert tour is not None
    assert tour.value == pytest.approx(sum(tour.worth))
    assert tour.rate == pytest.approx(tour.value / tour.seconds)
    assert np.all(np.array(tour.worth) > 0)
