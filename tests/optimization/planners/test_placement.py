"""The placement planner: where rows stand, held against trying every place."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from optimization.plan import CannotPlan
from optimization.planners import placement
from optimization.planners._places import Asked, asked, wet_places
from optimization.planners.placement import Options, Placing, moves
from scenarios.load import load
from simulation.engine import Simulation
from simulation.model import Scenario
from simulation.teams import target_node
from stormyard.planning import as_sets
from tests.optimization.planners.real import Made, speaks


def snow() -> Scenario:
    """The tiny town with all its ploughs in the north."""
    scenario = load("tiny/snow")
    rows = tuple(r.model_copy(update={"depot": "north-yard"}) for r in scenario.fleet.equipment)
    return scenario.model_copy(update={"fleet": scenario.fleet.model_copy(update={"equipment": rows})})


def work(scenario: Scenario) -> Asked:
    """What snow asks of it."""
    found = asked(scenario, "snow")
    assert found is not None
    return found


def test_the_programme_is_as_good_as_trying_every_place() -> None:
    """Two rows, two yards: no other placing has a shorter mean way."""
    scenario = snow()
    part, placing = work(scenario), Placing(scenario, work(scenario), Options(room=100), 2)
    found = placing.solved()
    ways = [placing.way(np.array([[1 - a, a], [1 - b, b]])) for a, b in product((0, 1), (0, 1))]
    assert len(part.groups) == 2
    assert placing.way(found.rows) == pytest.approx(min(ways), rel=0.005)
    assert placing.way(found.rows) < placing.way(placing.today) == ways[0]


def test_a_yard_takes_no_more_than_it_has_room_for() -> None:
    """Room for as many as stand there today, and the mean at least."""
    scenario = snow()
    placing = Placing(scenario, work(scenario), Options(room=1), 2)
    counts = np.array([g.count for g in work(scenario).groups])
    assert (counts @ placing.solved().rows <= placing.room + 1e-9).all()


def test_rows_that_may_stay_do() -> None:
    """Only as many move as the programme asks for, to the yards that it names."""
    scenario = snow()
    part = work(scenario)
    today = Placing(scenario, part, Options(), 2).today
    assert moves(scenario, part, today) == {}
    swapped = today[:, ::-1]
    assert set(moves(scenario, part, swapped)) == {row for g in part.groups for row in g.rows}
    assert set(moves(scenario, part, swapped).values()) == {"south-yard"}


def test_what_is_better_in_trials_is_proposed_and_what_is_not_is_not() -> None:
    """The formula likes machines in the south, then it hates them."""

    def formula(sign: float) -> Made:
        def figures(scenario: Scenario, seed: int) -> dict[str, float | None]:
            south = sum(r.depot == "south-yard" for r in scenario.fleet.equipment)
            return {"unclear_km_h.p1": 50.0 - sign * south}

        return Made(figures)

    scenario = snow()
    liked = placement.propose(scenario, formula(1.0), Options(storms=2, room=100))
    hated = placement.propose(scenario, formula(-1.0), Options(storms=2, room=100))
    assert liked.overrides
    assert all(path.endswith(".depot") and value == "south-yard" for path, value in liked.overrides.items())
    assert hated.overrides == {}
    keys = [reason.key for reason in hated.why]
    assert keys[0] == "placement.none_better" and keys[-1] == "placement.way_is_not_all"
    vain = [reason.gaps["more_kmh"] for reason in hated.why if reason.key.startswith("placement.tried_")]
    assert vain and min(vain) > 0 and any("Tried in vain" in said for said in speaks(scenario, hated))
    assert liked.why[0].gaps["gain_kmh"] > 0 and speaks(scenario, liked)


def test_pumps_are_asked_for_where_water_stands_when_nobody_acts() -> None:
    """The flood's places weigh by their depth; a dry storm has none."""
    flood = load("tiny/flood")
    wet = wet_places(flood)
    found = asked(flood, "water", wet)
    assert found is not None
    assert {g.kind.id for g in found.groups} == {"pump-truck-1500", "pump-180"}
    assert found.share == pytest.approx(np.array([d for _, d in wet]) / sum(d for _, d in wet))
    assert min(depth for _, depth in wet) > flood.goals.depth_limit
    dry = tuple(w.model_copy(update={"precipitation": 0.0}) for w in flood.storm.weather)
    assert (
        wet_places(flood.model_copy(update={"storm": flood.storm.model_copy(update={"weather": dry})})) == ()
    )


def test_pump_trucks_may_wait_where_the_water_comes() -> None:
    """A formula that likes posts gets them: the table of yards grows by those that are used, and the scenario loads."""

    def formula(scenario: Scenario, seed: int) -> dict[str, float | None]:
        return {
            "depth_over_15cm_km_h": 9.0 - sum(r.depot.startswith("post-") for r in scenario.fleet.equipment)
        }

    plan = placement.propose(load("tiny/flood"), Made(formula), Options(storms=2))
    posts = {value for path, value in plan.overrides.items() if path.endswith(".depot")}
    assert posts
    assert all(post.startswith("post-") for post in posts)
    after = load("tiny/flood", sets=as_sets(plan.overrides))
    assert {d.id for d in after.fleet.depots} == {d.id for d in load("tiny/flood").fleet.depots} | posts
    before = {d.id: d for d in load("tiny/flood").fleet.depots}
    assert [d for d in after.fleet.depots if d.id in before] == list(before.values())
    with Simulation(after, 0) as simulation:
        world = simulation.world
        work = {target_node(world, "pump", p.drain_node) for p in after.city.places if p.drain_node}
        assert {world.network.nearest(d.lon, d.lat) for d in after.fleet.depots if d.id in posts} <= work


def test_one_yard_leaves_nothing_to_choose() -> None:
    """Said in words."""
    scenario = load("tiny/snow")
    fleet = scenario.fleet.model_copy(update={"depots": scenario.fleet.depots[:1]})
    with pytest.raises(CannotPlan) as no:
        placement.propose(scenario.model_copy(update={"fleet": fleet}), Made(lambda s, seed: {}), Options())
    assert no.value.key == "placement.one_yard"
