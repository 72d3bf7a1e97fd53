"""Rosters: the programme against every roster there is, rest and weeks kept, and what is proposed."""

from __future__ import annotations

from itertools import combinations, pairwise, product

import numpy as np
import pytest

from optimization.plan import CannotPlan
from optimization.planners import _roster_model, roster
from optimization.planners._changes import changed
from optimization.planners._roster_demand import Need, needs
from optimization.planners._roster_model import Least, Pool, Roll, cover, on_duty, rostered, shifts_taken
from optimization.planners._roster_why import limits
from optimization.solver import Outcome
from results.language import both
from scenarios.load import load
from tests import cities
from tests.optimization.planners.real import Made, Real, speaks

PLOUGH: Pool = ("truck", ("plough",))
GUARD: Pool = ("car", ("guard",))


def need(key: str, verb: str, amount: list[float], waits: bool, **pace: float) -> Need:
    return Need(key, verb, 2.0 if waits else 3.0, np.array(amount), pace, waits)  # type: ignore[arg-type]


def roll(team: str, machines: dict, shifts: int = 2, people: int = 4, length: int = 2, rest: int = 3) -> Roll:
    return Roll(team, machines, shifts, people, length, rest, week=2, ready=1)


ASKED = [
    need("plough.p1", "plough", [0, 3, 2, 0, 4, 0, 1, 0], True, truck=0.5),
    need("guard", "guard", [0, 1, 1, 0, 0, 1, 1, 1], False, car=1.0),
]
CLOCK = [f"{t:02}:00" for t in range(9)]
ROLLS = [roll("a", {PLOUGH: 2}), roll("b", {PLOUGH: 1, GUARD: 1}, shifts=1), roll("c", {GUARD: 1}, people=1)]


def legal(of: Roll, starts: tuple[int, ...]) -> bool:
    """Whether the shifts can be shared out so that each has its rest and its week: tried in every way."""
    for who in product(range(of.shifts), repeat=len(starts)):
        own = [[s for s, w in zip(starts, who, strict=True) if w == g] for g in range(of.shifts)]
        rested = all(b - a >= of.length + of.rest for turns in own for a, b in pairwise(turns))
        if rested and all(len(turns) <= of.week for turns in own):
            return all(b - a >= of.length for a, b in pairwise(starts))
    return False


@pytest.mark.parametrize("least", [0, 1])
def test_the_programme_finds_the_best_of_all_legal_rosters(least: int) -> None:
    """Every set of starts of three teams is tried, also where one team must always be on duty; the cost is what waits
    and the people's hours."""
    price, hours, cost = 0.3, 8, {}
    possible = {
        r.team: [c for n in range(5) for c in combinations(range(r.ready, hours), n) if legal(r, c)]
        for r in ROLLS
    }
    costs = {}
    for chosen in product(*possible.values()):
        begins = dict(zip(possible, chosen, strict=True))
        on = on_duty(ROLLS, begins, hours)
        if sum(on.values())[1:].min() < least:
            continue
        manned = tuple(on[r.team].tobytes() for r in ROLLS)
        if manned not in cost:
            cost[manned] = by_hand(on)
        people = sum(r.people * min(r.length, hours - s) for r in ROLLS for s in begins[r.team])
        costs[chosen] = cost[manned] + price * people
    found, outcome, clash = rostered(ASKED, ROLLS, 1, price, 1000, Least(least, CLOCK) if least else None)
    assert outcome.status == "optimal" and not clash
    assert outcome.objective == pytest.approx(min(costs.values()), rel=1e-3)
    assert all(legal(r, tuple(found[r.team])) for r in ROLLS)
    assert any(len(starts) > 1 for starts in found.values())


def test_teams_that_cannot_all_be_there_are_told_with_their_hours() -> None:
    """Two teams of one or two shifts at every hour: their turns and rests clash, and the third team has no part."""
    rolls = [roll("a", {PLOUGH: 2}), roll("b", {PLOUGH: 1, GUARD: 1}, shifts=1)]
    begins, outcome, clash = rostered(ASKED, rolls, 1, 0.3, 1000, Least(2, CLOCK))
    assert outcome.status == "infeasible" and begins == {"a": [], "b": []}
    assert clash[0].key == "conflict.together"
    told = {reason.key: reason.gaps for reason in clash[1:]}
    assert told["conflict.on_duty"]["least_n"] == 2
    assert CLOCK[1] <= told["conflict.on_duty"]["from"] < told["conflict.on_duty"]["to"] <= CLOCK[8]
    turns = [r.gaps for r in clash if r.key == "conflict.turns"]
    assert {"team": ("b",), "shifts_n": 1, "turn_s": 7200, "rest_s": 10800} in turns
    assert "conflict.unnamed" not in told


def test_no_more_shifts_are_asked_for_than_rest_needs() -> None:
    """Two shifts of 2 h with 3 h of rest cannot take turns without a pause; with 2 h of rest they can."""
    four = roll("a", {PLOUGH: 1}, shifts=4)
    assert shifts_taken(four, [1, 3, 5, 7]) == 3
    assert shifts_taken(roll("a", {PLOUGH: 1}, shifts=4, rest=2), [1, 3, 5, 7]) == 2
    assert shifts_taken(four, [1, 6]) == 1
    assert shifts_taken(roll("a", {PLOUGH: 1}, shifts=4, rest=0), [1, 3, 5]) == 2


def by_hand(on: dict[str, np.ndarray]) -> float:
    """Trucks plough, cars guard: nothing to choose, so what waits can be added up hour by hour."""
    trucks, cars = (
        np.sum([r.machines.get(p, 0) * on[r.team] for r in ROLLS], axis=0) for p in (PLOUGH, GUARD)
    )
    waiting = total = 0.0
    for t in range(8):
        waiting = max(0.0, waiting + ASKED[0].amount[t] - 0.5 * trucks[t])
        total += 2.0 * 2 * waiting + 3.0 * max(0.0, ASKED[1].amount[t] - cars[t])
    return total


def test_cover_counts_what_waits_and_prices_machines() -> None:
    """The same sums as by hand; one more truck is worth its price in an hour when ploughing waits."""
    on = {"a": np.ones(8), "b": np.ones(8), "c": np.ones(8)}
    work = cover(ASKED, ROLLS, on)
    assert work.cost == pytest.approx(by_hand(on))
    assert work.price[PLOUGH][1] > 0
    assert work.price[GUARD] == pytest.approx(np.zeros(8))


def test_demand_follows_the_storm() -> None:
    """Ploughing is asked for while it snows and once after it; main roads come first."""
    asked = needs(load("tiny/snow"))
    plough = next(n for n in asked if n.key == "plough.p1")
    assert asked[0].key == "plough.p1"
    assert (
        plough.amount[0] == 0
        and plough.amount[2] > 0
        and plough.amount[7] == 1.0
        and not plough.amount[8:].any()
    )
    assert "pump-truck-1500" not in plough.pace
    water = {n.key: n for n in needs(load("tiny/flood"))}
    assert water["pump"].amount.max() == 2 and not water["pump"].waits


def test_a_team_with_people_for_two_shifts_gets_relief() -> None:
    """A long storm and a team of 60 that has no relief: the roster gives it shifts that take turns."""
    long = cities.scenario(hours=48, wet_hours=40, precipitation=0.5)
    team = long.fleet.teams[0].model_copy(update={"relief": 1})
    long = long.model_copy(update={"fleet": long.fleet.model_copy(update={"teams": (team,)})})
    plan = roster.propose(
        long, Made(lambda s, _: {"unclear_km_h.p1": 10.0 / s.fleet.teams[0].relief}), roster.Options()
    )
    assert plan.overrides["fleet.teams.day.relief"] >= 2
    assert plan.rows[0]["teams"] == ("day",) and "; " in plan.rows[0]["shift_1"] and plan.rows[0]["shift_2"]
    assert changed(long, plan.overrides).fleet.teams[0].relief == plan.overrides["fleet.teams.day.relief"]
    tried = next(r for r in plan.why if r.key == "roster.tried_all")
    assert any("Runs bear it out" in said for said in speaks(long, plan))
    assert tried.gaps["now_kmh"] == 80.0 and tried.gaps["then_kmh"] < 80.0


def test_what_the_runs_do_not_bear_out_is_not_proposed() -> None:
    """Where the runs are worse with the roster, everything stays as it is, and the reason says so."""
    snow = load("tiny/snow")
    plan = roster.propose(
        snow, Made(lambda s, _: {"unclear_km_h.p1": 1.0 if s == snow else 2.0}), roster.Options()
    )
    assert plan.overrides == {}
    assert "roster.tried_now" in [r.key for r in plan.why]
    assert {team for r in plan.rows for team in r["teams"]} == {"snow-north", "snow-south", "footways"}
    assert {team: r["callout"] for r in plan.rows for team in r["teams"]} == {
        t.id: t.callout for t in snow.fleet.teams
    }
    changed_teams = next(r for r in plan.why if r.key == "roster.tried_now").gaps["teams"]
    assert changed_teams == ("footways",) and any("South Street" in said for said in speaks(snow, plan))


def test_people_that_make_no_second_shift_are_named() -> None:
    """The hand team has 12 people and needs ten for a shift: eight more make a second one."""
    plan = roster.propose(load("tiny/snow"), Real(), roster.Options(runs=1))
    short = next(r for r in plan.why if r.key == "roster.one_shift")
    assert short.gaps == {"teams": ("footways",), "team": "footways", "people": 8}


def test_a_late_call_out_is_told_with_what_an_earlier_one_brings() -> None:
    """Snow from the first hour, ready at the fourth: three hours that would take work away."""
    late = cities.scenario(
        hours=24, wet_hours=20, precipitation=0.5, command__timeline=[{"t": 10000, "level": "IV"}]
    )
    plan = roster.propose(late, Made(lambda *_: {}), roster.Options())
    told = next(r for r in plan.why if r.key == "roster.earlier")
    assert told.gaps["late_s"] == 3 * 3600
    assert 0 < told.gaps["less_share"] <= 1
    assert any("What would change the answer" in said for said in speaks(late, plan))


@pytest.mark.parametrize(("turns", "hours", "overtime"), [(4, 32, False), (6, 48, True)])
def test_limits_are_told_and_what_lies_above_the_lawful_week(turns: int, hours: int, overtime: bool) -> None:
    """Turns of 8 h, one a day, of one shift: 32 h are within 44, 48 h are overtime by the law; those of the week after
    count anew."""
    one = roll("a", {PLOUGH: 1}, shifts=1, length=8, rest=10)
    begins = {"a": [24 * n for n in range(turns)] + [24 * n for n in range(7, 7 + turns)]}
    said = limits([one], begins, 60.0, 10.0)
    assert said[0].key == "roster.limits"
    assert said[0].gaps == {"week_s": 3600 * hours, "rest_s": 57600, "most_s": 216_000, "least_s": 36_000}
    assert [r.key for r in said[1:]] == (["roster.overtime"] if overtime else [])
    once = limits([one], {"a": [3]}, 60.0, 10.0)
    assert [r.key for r in once] == ["roster.limits_once"] and once[0].gaps["week_s"] == 8 * 3600


def test_a_search_that_is_cut_short_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """No roster within the nodes: the nodes are named, and what to do."""
    monkeypatch.setattr(_roster_model, "solve", lambda *_, **__: Outcome("no_answer"))
    with pytest.raises(CannotPlan) as no:
        roster.propose(load("tiny/snow"), Made(lambda *_: {}), roster.Options(nodes=7))
    assert (no.value.key, no.value.gaps) == ("roster.unsolved", {"nodes": 7})
    assert all("--nodes" in text for text in both(f"refused.{no.value.key}_hint", **no.value.gaps))


def test_refusals() -> None:
    """A dry day asks for nothing; a storm without warnings calls nobody."""
    with pytest.raises(CannotPlan, match=r"roster\.nothing"):
        roster.propose(cities.scenario(precipitation=0.0), Made(lambda *_: {}), roster.Options())
    with pytest.raises(CannotPlan, match=r"roster\.nobody"):
        roster.propose(cities.scenario(storm__warnings=[]), Made(lambda *_: {}), roster.Options())
