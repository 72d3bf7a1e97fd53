"""Route plans hold on the network: the referee of ``walk`` finds nothing wrong, and finds what is."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from optimization.routing.district_plan import Asked, Desk, Limits, plan
from optimization.routing.fleet_search import OBJECTIVES, Objective
from optimization.routing.route_plan import RoutePlan, figures
from scenarios.load import load
from simulation.model import Scenario
from tests import cities
from tests.optimization.routing.walk import faults

TURNS = 300


def oneways() -> Scenario:
    """Gridtown with one-way streets and little salt in the hopper."""
    roads = cities.segments(4, 4)
    for road in roads:
        road["oneway"] = road["id"] in ("H0-1", "H1-1", "V2-0", "V2-1")
    return cities.scenario(roads=roads, crews=3)


CITIES: dict[str, Scenario] = {"gridtown": cities.scenario(), "oneways": oneways(), "tiny": load("tiny/snow")}


def planned(scenario: Scenario, objective: Objective = "priority", asked: Asked | None = None) -> RoutePlan:
    """A short search, by turns."""
    return plan(Desk.of(scenario, asked), objective, Limits(None, TURNS))[0]


@pytest.mark.parametrize("name", CITIES)
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_plans_can_be_driven(name: str, objective: Objective) -> None:
    """Whatever the goal: capacity, one-way streets, turns, shifts, times and every lane pass are right."""
    made = planned(CITIES[name], objective)
    assert faults(made.to_json(), CITIES[name]) == []
    assert not made.undone and sum(len(r.works) for r in made.routes) > 0


def test_the_same_seed_gives_the_same_plan() -> None:
    """By turns, a plan is a function of scenario, goal and seed."""
    one, same = planned(CITIES["tiny"]), planned(CITIES["tiny"])
    assert one == same


def test_small_hoppers_load_on_the_way() -> None:
    """With hoppers for a few streets crews go back to the yard for salt, and never drive with less than nothing."""
    kinds = [{**k, "hopper": 150.0} if k["id"] == "plough" else k for k in cities.KINDS]
    small = cities.scenario(fleet__kinds=kinds)
    made = planned(small)
    assert sum(leg.kind == "refill" for r in made.routes for leg in r.legs) >= 2
    assert faults(made.to_json(), small) == []


def test_salt_that_runs_out_is_told() -> None:
    """With less in the yard than the roads take, blades go on without, and nothing is spread that is not there."""
    short = cities.scenario(salt=300.0)
    made = planned(short)
    assert faults(made.to_json(), short) == []
    bare = [leg for r in made.routes for leg in r.works if leg.verbs == ("plough",)]
    assert bare and sum(leg.kilograms for r in made.routes for leg in r.works) <= 300.0


def test_short_shifts_end_at_the_yard() -> None:
    """A shift of a quarter of an hour: crews come home in time, hand over and go on."""
    brief = cities.scenario()
    team = brief.fleet.teams[0].model_copy(update={"max_duty": 900.0})
    brief = brief.model_copy(update={"fleet": brief.fleet.model_copy(update={"teams": (team,)})})
    made = planned(brief)
    assert any(leg.kind == "rest" for r in made.routes for leg in r.legs)
    assert faults(made.to_json(), brief) == []


def test_what_is_asked_is_kept() -> None:
    """A shut road is neither worked nor driven through, a crew that is missing has no route."""
    town = CITIES["tiny"]
    shut, crew = town.city.segments[0].id, "plough-n/1"
    made = planned(town, asked=Asked(closed=(shut,), without=(crew,)))
    assert faults(made.to_json(), town) == []
    assert shut not in {leg.segment for r in made.routes for leg in r.legs}
    assert crew not in {r.crew for r in made.routes}
    assert [(u.segment, u.why) for u in made.undone] == [(shut, "closed")]


def test_priority_brings_main_roads_forward() -> None:
    """By class weight, passes are done earlier on the mean than in the plan of fewest kilometres."""
    town = load("tiny/snow")
    desk = Desk.of(town)
    cheap, routes = plan(desk, "kilometres", Limits(None, 600))
    first, _ = plan(desk, "priority", Limits(None, 600), start=routes.visits)
    of = lambda made: figures(made, desk.network, desk.weights)  # noqa: E731
    assert of(first).weighted < of(cheap).weighted
    assert of(first).metres <= 1.1 * of(cheap).metres


def wide() -> Scenario:
    """Gridtown with three streets of two lanes a direction, three ploughs in one yard, small hoppers."""
    roads = cities.segments(4, 4)
    for road in roads:
        wide = road["id"][:2] in ("H1", "H2", "V1")
        road["lanes"], road["width"] = (4, 14.0) if wide else (2, 7.0)
    kinds = [{**k, "hopper": 60.0, "width": 3.5} if k["id"] == "plough" else k for k in cities.KINDS]
    return cities.scenario(roads=roads, crews=3, fleet__kinds=kinds)


def test_machines_abreast_keep_together() -> None:
    """Two of three ploughs are a pair: they set out together, take a strip each of the wide streets and load one after
    the other; the narrow streets are left to the third."""
    town = wide()
    made = planned(town, asked=Asked(tandem={"plough": 2}))
    assert faults(made.to_json(), town) == [] and not made.undone
    pair, alone = [r for r in made.routes if r.beside], [r for r in made.routes if not r.beside]
    assert [r.beside for r in pair] == [(pair[1].crew,), (pair[0].crew,)] and len(alone) == 1
    assert [leg.start for leg in pair[0].works] == [leg.start for leg in pair[1].works] and pair[0].works
    assert {leg.segment[:2] for leg in pair[0].works} <= {"H1", "H2", "V1"}
    assert any(leg.kind == "refill" for leg in pair[0].legs)


def test_a_pair_finishes_a_wide_street_sooner_than_one_alone() -> None:
    """The wide streets take a pair half of the passes that they take of one plough."""
    town = wide()
    pair = planned(town, asked=Asked(tandem={"plough": 2}))
    counts = {leg.segment: leg.count for r in pair.routes for leg in r.works if r.beside}
    rounds = {leg.segment: len([x for x in r.works if x.segment == leg.segment]) for r in pair.routes if r.beside
              for leg in r.works}  # fmt: skip
    assert counts and all(rounds[s] * 2 == n for s, n in counts.items())


def test_who_has_no_room_abreast_leaves_the_road() -> None:
    """Two ploughs that only go as a pair do not fit into narrow streets; the plan says that nobody may work there."""
    town = wide()
    fleet = town.fleet.model_copy(
        update={"equipment": (town.fleet.equipment[0].model_copy(update={"count": 2}),)}
    )
    town = town.model_copy(update={"fleet": fleet})
    made = planned(town, asked=Asked(tandem={"plough": 2}))
    assert faults(made.to_json(), town) == []
    narrow = {s.id for s in town.city.segments if s.lanes == 2}
    assert {u.segment for u in made.undone} == narrow and {u.why for u in made.undone} == {"no_crew"}


def test_strips_are_numbered_as_they_are_driven() -> None:
    """Along a road in one direction the first pass is the kerb's; so a driver keeps to a strip from road to road."""
    made = planned(wide())
    rounds: dict[tuple[str, bool], list[tuple[float, int]]] = {}
    for route in made.routes:
        for leg in route.works:
            rounds.setdefault((leg.segment, leg.forward), []).append((leg.start, leg.number))
    assert max(len(r) for r in rounds.values()) > 1
    for passes in rounds.values():
        numbers = [number for _, number in sorted(passes)]
        assert numbers == sorted(numbers)


def wrong(change: Any) -> list[str]:
    """What the referee says of a good plan after a change."""
    town = CITIES["oneways"]
    made = copy.deepcopy(planned(town).to_json())
    change(made)
    return faults(made, town)


def _first_work(made: Any) -> Any:
    return next(leg for r in made["routes"] for leg in r["legs"] if leg["kind"] == "work")


def test_the_referee_sees_what_is_wrong() -> None:
    """A pass left out, driven backwards, too fast, or with salt from nowhere is found."""

    def drop(made: Any) -> None:
        legs = next(r["legs"] for r in made["routes"] if r["legs"])
        legs.remove(next(leg for leg in legs if leg["kind"] == "work"))

    def hurry(made: Any) -> None:
        for r in made["routes"]:
            for leg in r["legs"]:
                leg["start"], leg["end"] = leg["start"] / 2, leg["end"] / 2
            r["ready"] /= 2

    def conjure(made: Any) -> None:
        _first_work(made)["kilograms"] = 9000.0

    def backwards(made: Any) -> None:
        leg = next(leg for r in made["routes"] for leg in r["legs"] if leg.get("segment") == "H0-1")
        leg["forward"] = False

    assert any("of 2 passes" in f or "of 4 passes" in f for f in wrong(drop))
    assert any("takes" in f for f in wrong(hurry))
    assert any("kg in a hopper" in f for f in wrong(conjure))
    assert any("against its direction" in f for f in wrong(backwards))


def test_the_referee_sees_pairs_that_part() -> None:
    """A pair of which one goes home, comes later, or knows nothing of the other is found."""
    town = wide()
    good = planned(town, asked=Asked(tandem={"plough": 2})).to_json()

    def seen(change: Any) -> list[str]:
        made = copy.deepcopy(good)
        change([r for r in made["routes"] if r["beside"]])
        return faults(made, town)

    def later(pair: Any) -> None:
        for leg in pair[1]["legs"]:
            leg["start"], leg["end"] = leg["start"] + 60, leg["end"] + 60

    assert any("not beside" in f for f in seen(later))
    assert any("does not know" in f for f in seen(lambda pair: pair[1].update(beside=[])))
    assert any("not beside" in f for f in seen(lambda pair: pair[1].update(legs=[])))
    assert any("not like" in f for f in seen(lambda pair: pair[1].update(ready=1.0)))


def test_a_whole_district_can_be_driven() -> None:
    """Jinshui: 1,924 roads, nine yards, six kinds of machine, salt behind the blades; a few turns will do."""
    district = load("jinshui/blizzard")
    desk = Desk.of(district)
    made, _ = plan(desk, "priority", Limits(None, 100))
    assert faults(made.to_json(), district) == []
    assert not made.undone
    done = {leg.segment for r in made.routes for leg in r.works}
    assert done == {s.id for s in district.city.segments}
    followed = [r for r in made.routes if r.kind == "spreader" and r.works]
    assert followed and all(leg.verbs == ("spread",) for r in followed for leg in r.works)
