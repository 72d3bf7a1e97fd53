"""Fleets: the sequential test, the smallest fleet by a formula, what is out of reach, and what runs bear out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise, product
from operator import mul

import pytest

from optimization.plan import CannotPlan, Figures
from optimization.planners import fleet
from optimization.planners._changes import changed
from optimization.planners._fleet_build import Planned, bounds, planned
from optimization.planners._fleet_goals import Judge, Limit, by_key, limits, until_due
from results.goals import goals
from results.planning import AFTER, BEFORE, judged
from scenarios.load import load
from simulation.model import Scenario
from stormyard.jobs import simulate
from stormyard.planning import goals_lost
from tests import cities
from tests.optimization.planners.real import Made, speaks

SNOW = "tiny/snow"
CLEAR = Limit("clear_h.p1", 10.0)


def count(scenario: Scenario, kind: str) -> int:
    return sum(e.count for e in scenario.fleet.equipment if e.kind == kind)


def by_ploughs(hours: float) -> Callable[[Scenario, int], Figures]:
    """Class 1 is clear after ``hours`` over the number of large ploughs; small ones count a half."""

    def figures(scenario: Scenario, seed: int) -> Figures:
        power = count(scenario, "plough-spreader") + 0.5 * count(scenario, "plough-3t")
        return {"clear_h.p1": hours / power if power else None, "unclear_km_h.p1": 1.0}

    return figures


def judge(met: Callable[[int], bool], seeds: int = 40, poor: float = 0.6) -> Judge:
    made = Made(lambda _, seed: {"clear_h.p1": 5.0 if met(seed) else 15.0})
    return Judge(made, lambda _: load(SNOW), [CLEAR], range(seeds), 0.9, poor, 0.1, 1000)


def test_the_limits_are_those_of_the_reports() -> None:
    """Each goal that a report judges by a figure stands among the limits with the same allowance."""
    for reference in (SNOW, "tiny/flood"):
        scenario = load(reference)
        by_report = {g.key: g.target for g in goals(simulate(scenario, 0, "greedy").run)}
        own = {limit.key: limit.most for limit in limits(scenario)}
        assert by_report.pop("critical_access") == own["critical_unreachable_h"]
        assert {key: own[key] for key in by_report} == pytest.approx(by_report)


def test_the_sequential_test_is_short_where_the_answer_is_clear() -> None:
    """All good: six runs; all bad: two; and never more than it was given."""
    good, bad = judge(lambda _: True), judge(lambda _: False)
    assert good.meets((1,), frozenset({"clear_h.p1"})) and good.runs == 6
    assert not bad.meets((1,), frozenset({"clear_h.p1"})) and bad.runs == 2
    wavering = judge(lambda seed: seed % 5 != 0, seeds=12)
    assert not wavering.meets((1,), frozenset({"clear_h.p1"}))
    assert wavering.runs <= 12
    assert wavering.binding((1,), frozenset({"clear_h.p1"})) == "clear_h.p1"


def test_more_machines_that_do_harm_are_noticed() -> None:
    """The smaller fleet passed and the larger one failed: a pair to report."""
    made = Made(lambda s, _: {"clear_h.p1": float(6 * s.fleet.equipment[0].count)})
    scenario = load(SNOW)

    def build(counts: tuple[int, ...]) -> Scenario:
        return changed(scenario, {"fleet.equipment.plough-n.count": counts[0]})

    both = Judge(made, build, [CLEAR], range(10), 0.9, 0.6, 0.1, 1000)
    goal = frozenset({"clear_h.p1"})
    assert both.meets((1,), goal) and not both.meets((3,), goal)
    assert both.contradictions(goal) == [((1,), (3,))]


def test_machines_are_given_up_as_far_as_the_goals_allow() -> None:
    """A class clear in 8 h over the ploughs' power, 16 h allowed: half a power is enough, so one small plough."""
    plan = fleet.propose(load(SNOW), Made(by_ploughs(8.0)), fleet.Options())
    after = changed(load(SNOW), plan.overrides)
    assert (count(after, "plough-spreader"), count(after, "plough-3t")) == (0, 1)
    assert count(after, "snow-hand-squad") == 0
    assert plan.rows[0]["change_signed_n"] == -2 and plan.rows[0]["now_n"] == 2
    keys = [r.key for r in plan.why]
    assert "fleet.state" in keys and "fleet.runs" in keys and "fleet.missed" not in keys
    fails = next(r for r in plan.why if r.key == "fleet.next_fails")
    assert any("class 1" in said and "What binds" in said for said in speaks(load(SNOW), plan))
    assert fails.gaps["goal"] == "clear_h.p1" and fails.gaps["less_cny"] > 0


@pytest.mark.parametrize("hours", [8.0, 24.0, 45.0, 72.0])
def test_no_fleet_that_meets_the_goal_costs_less(hours: float) -> None:
    """Every number of large and small ploughs up to twice today's is tried by hand."""
    scenario = load(SNOW)
    plan = fleet.propose(scenario, Made(by_ploughs(hours)), fleet.Options())
    search = fleet.Search(scenario, planned(scenario), Made(by_ploughs(hours)), fleet.Options())
    power = [{"plough-spreader": 1.0, "plough-3t": 0.5}.get(kind.kind.id, 0.0) for kind in search.kinds]
    every = product(*(range(2 * n + 1) if p else (0,) for p, n in zip(power, search.now, strict=True)))
    meeting = [f for f in every if 16 * sum(map(mul, f, power)) >= hours]
    found = tuple(int(str(row["then_n"])) for row in plan.rows)
    assert search.cost(found) == pytest.approx(min(map(search.cost, meeting)))


def test_the_hardest_members_come_first() -> None:
    """One fleet failed with the seeds 4 and 7: the next is tried with these two, and fails with no more."""
    asked: list[int] = []

    def figures(scenario: Scenario, seed: int) -> Figures:
        asked.append(seed)
        return {"clear_h.p1": 15.0 if seed in (4, 7) else 5.0}

    goal = frozenset({"clear_h.p1"})
    both = Judge(Made(figures), lambda _: load(SNOW), [CLEAR], range(10), 0.9, 0.6, 0.1, 1000)
    both.run((2,), range(10), 10)
    assert not both.meets((1,), goal) and asked[10:] == [4, 7]
    assert both.implied((0,), goal) is False and both.implied((3,), goal) is None


def test_a_goal_eased_is_told_where_a_cheaper_fleet_would_do() -> None:
    """One large plough of two takes 30 h of 16 allowed and misses nothing else: with 30 h allowed it would do."""
    plan = fleet.propose(load(SNOW), Made(by_ploughs(30.0)), fleet.Options())
    eased = next(r for r in plan.why if r.key == "fleet.would_do_s")
    assert eased.gaps["goal"] == "clear_h.p1"
    assert (eased.gaps["eased_s"], eased.gaps["limit_s"]) == (30 * 3600, 16 * 3600)
    assert any("if time to clear after precipitation stops" in said for said in speaks(load(SNOW), plan))


def test_machines_are_added_until_the_goal_is_met() -> None:
    """72 h over a power of 3 are 24, of 16 allowed: a power of 4.5 is needed, and no more is bought."""
    plan = fleet.propose(load(SNOW), Made(by_ploughs(72.0)), fleet.Options())
    after = changed(load(SNOW), plan.overrides)
    power = count(after, "plough-spreader") + 0.5 * count(after, "plough-3t")
    assert power == 4.5
    assert next(r for r in plan.why if r.key == "fleet.missed").gaps["goals"] == ("clear_h.p1",)
    assert any("hired" in said or "owned" in said for said in speaks(load(SNOW), plan))
    people = {t.id: t.people for t in after.fleet.teams}
    for team in after.fleet.teams:
        crews = [(e.count, k.crew) for e in after.fleet.equipment for k in after.fleet.kinds
                 if e.team == team.id and e.kind == k.id]  # fmt: skip
        assert people[team.id] >= team.relief * sum(n * crew for n, crew in crews)


def test_a_goal_out_of_reach_gives_nothing_away() -> None:
    """Water stands whatever is done: no fleet meets that goal, and none that leaves more water is proposed."""
    flood = load("tiny/flood")

    def figures(scenario: Scenario, seed: int) -> Figures:
        pumps = count(scenario, "pump-truck-1500")
        return {"sites_over_limit": 3.0 - pumps, "closed_late": 0.0, "depth_over_15cm_km_h": 4.0 - pumps}

    plan = fleet.propose(flood, Made(figures), fleet.Options())
    after = changed(flood, plan.overrides)
    assert count(after, "pump-truck-1500") == 1 and count(after, "inlet-squad") == 0
    assert plan.why[0].key == "fleet.beyond" and plan.why[0].gaps["goals"] == ("sites_over_limit",)
    reached = next(r for r in plan.why if r.key == "fleet.reached_n")
    assert reached.gaps["limit_n"] == 0 and reached.gaps["now_n"] == 2 and reached.gaps["best_n"] == 1
    assert speaks(flood, plan)[0].startswith("OUT OF REACH OF MACHINES: sites over the depth limit.")


def test_pumps_are_not_spare_where_their_goal_is_out_of_reach() -> None:
    """As many sites are too deep with the truck as without it, but the water stands longer without, in each member
    differently: no worst member hides that, and the squads that change nothing go."""
    flood = load("tiny/flood")

    def figures(scenario: Scenario, seed: int) -> Figures:
        longer = 1.0 - 0.2 * count(scenario, "pump-truck-1500")
        return {
            "sites_over_limit": 3.0,
            "closed_late": 0.0,
            "depth_over_15cm_km_h": (1 + 9 * (seed == 3)) * longer,
        }

    plan = fleet.propose(flood, Made(figures), fleet.Options())
    after = changed(flood, plan.overrides)
    assert count(after, "pump-truck-1500") == 1 and count(after, "inlet-squad") == 0
    held = next(r for r in plan.why if r.key == "fleet.beyond_held").gaps
    assert held["goals"] == ("depth_over_15cm_km_h", "sites_over_limit")
    assert held["kept_n"] == held["members_n"] >= 6
    binds = next(r for r in plan.why if r.key == "fleet.next_worse")
    assert binds.gaps["goal"] == "depth_over_15cm_km_h"


def test_what_no_fleet_meets_is_held_member_by_member() -> None:
    """The fleet of one is worse than today's in two members of ten, though never worse than its worst; within 1 % it
    is as good, and what today's never reaches no fleet can do worse."""
    snow, less = load(SNOW), changed(load(SNOW), {"fleet.equipment.plough-n.count": 1})
    today: dict[int, float | None] = {i: 20.0 + i for i in range(9)} | {9: None}

    def judged_as(then: dict[int, float | None]) -> Judge:
        made = Made(lambda s, seed: {"clear_h.p1": (then if s is less else today)[seed]})
        build = {(1,): less, (2,): snow}.__getitem__
        judge = Judge(made, build, [CLEAR], range(10), 0.9, 0.6, 0.1, 1000)
        judge.run((2,), range(10), 10)
        assert judge.hold((2,), frozenset({"clear_h.p1"})) == {"clear_h.p1"}
        return judge

    goal = frozenset({"clear_h.p1"})
    worse = judged_as(today | {0: 21.0, 1: 22.0})
    assert not worse.meets((1,), goal) and worse.lost((1,), goal) == worse.failed((1,), goal) == 2
    assert judged_as(today | {0: 21.0}).meets((1,), goal)
    assert judged_as({i: None if v is None else 1.009 * v for i, v in today.items()}).meets((1,), goal)
    assert not judged_as(today | {0: None, 1: None}).meets((1,), goal)


def test_where_more_machines_do_worse_out_of_reach_it_is_told() -> None:
    """Class 1 needs more ploughs, and each makes bridges later, which no fleet treats in time: the fleet that grows is
    not held to them, and in how many members it is worse there is said."""

    def figures(scenario: Scenario, seed: int) -> Figures:
        return {**by_ploughs(72.0)(scenario, seed), "bridges_h": 10.0 + count(scenario, "plough-3t")}

    plan = fleet.propose(load(SNOW), Made(figures), fleet.Options())
    assert [r.key for r in plan.why[:2]] == ["fleet.beyond", "fleet.beyond_worse"]
    gaps = plan.why[1].gaps
    more = count(changed(load(SNOW), plan.overrides), "plough-3t") > count(load(SNOW), "plough-3t")
    assert gaps["goals"] == ("bridges_h",) and gaps["worse_n"] == more * gaps["members_n"]
    assert any("The one proposed is worse there in" in said for said in speaks(load(SNOW), plan))


def test_a_burden_that_rises_is_a_choice_and_a_runner_up_keeps_it() -> None:
    """Goals are met with one small plough; each large one takes 10 of the burden away, the hand squad nothing."""

    def figures(scenario: Scenario, seed: int) -> Figures:
        left = 60.0 + seed - 10 * count(scenario, "plough-spreader")
        return {**by_ploughs(8.0)(scenario, seed), "unclear_km_h.p1": left / 8}

    plan = fleet.propose(load(SNOW), Made(figures), fleet.Options())
    assert plan.why[0].key == "fleet.burden_rises"
    gaps = plan.why[0].gaps
    assert gaps["change_signed_kmh"] == gaps["low_signed_kmh"] == gaps["high_signed_kmh"] == pytest.approx(20)
    assert gaps["then_kmh"] - gaps["now_kmh"] == pytest.approx(20) and gaps["kept_n"] == gaps["members_n"]
    assert gaps["more_share"] == pytest.approx(20 / gaps["now_kmh"])
    gentle = plan.why[1]
    assert gentle.key == "fleet.gentle" and gentle.gaps["change_signed_kmh"] == pytest.approx(0)
    assert {name.en for name in gentle.gaps["machines"]} == {
        "0 × small plough-spreader, 3 t (today 2)", "0 × snow hand squad of 10 (today 1)"}  # fmt: skip
    assert gentle.gaps["less_cny"] > 0 and gentle.gaps["more_cny"] > 0
    assert speaks(load(SNOW), plan)[0].startswith("A CHOICE FOR YOU")


def test_runs_are_left_to_ask_what_keeps_the_burden() -> None:
    """Jinshui's ten kinds have hundreds of mixes: swapping one machine for another does not eat up all the runs, and
    where they are too few it is said that nothing was tried, not that nothing was found."""

    def figures(scenario: Scenario, seed: int) -> Figures:
        power = (
            count(scenario, "plough-spreader")
            + 0.7 * count(scenario, "spreader")
            + count(scenario, "plough-3t") / 2
        )
        left = (
            {"clear_h.p3": 200.0 / power, "unclear_km_h.p3": 3000.0 / power}
            if power
            else {"clear_h.p3": None}
        )
        return left

    jinshui = load("jinshui/blizzard")
    told = {r.key: r.gaps for r in fleet.propose(jinshui, Made(figures), fleet.Options()).why}
    assert told["fleet.runs"]["runs_n"] <= 240 and told["fleet.gentle"]["less_cny"] > 0
    few = [r.key for r in fleet.propose(jinshui, Made(figures), fleet.Options(runs=60)).why]
    assert "fleet.gentle_untried" in few and "fleet.none_gentle" not in few


def test_where_nothing_may_go_today_s_fleet_stands() -> None:
    """Every machine of every kind is needed: nothing is proposed, and that is said with what today's fleet costs."""

    def figures(scenario: Scenario, seed: int) -> Figures:
        whole = all(count(scenario, e.kind) >= e.count for e in load(SNOW).fleet.equipment)
        return {"clear_h.p1": 10.0 if whole else 20.0}

    plan = fleet.propose(load(SNOW), Made(figures), fleet.Options())
    assert plan.overrides == {} and plan.why[0].key == "fleet.as_is" and plan.why[0].gaps["cost_cny"] > 0
    assert speaks(load(SNOW), plan)[0].startswith("Nothing can be given up")


def test_the_bound_is_what_lane_passes_take() -> None:
    """One plough of Gridtown on 600 m of class 1: two passes of four lanes each way, by hand."""
    town = cities.scenario()
    kinds = planned(town)
    bound = bounds(town, kinds, by_key(limits(town)))[0]
    plough = kinds[0].kind
    hours = 4 * 600 / (plough.work_speed_major * plough.efficiency) / 3600
    assert bound.priority == 1 and bound.seconds >= 4 * 3600
    assert float(bound.share[0]) == pytest.approx(bound.seconds / 3600 / hours)
    assert bound.holds((1,)) and not bound.holds((0,))


def test_machines_are_shared_out_as_they_are_now() -> None:
    """A kind's machines keep the proportion of its rows, and none loses one when there are more."""
    scenario = load("jinshui/blizzard")
    kind = next(k for k in planned(scenario) if k.kind.id == "plough-spreader")
    assert isinstance(kind, Planned)
    assert kind.shared(kind.now) == {row.id: row.count for row in kind.rows}
    given = [kind.shared(n) for n in range(30)]
    assert all(a[row] <= b[row] for a, b in pairwise(given) for row in a)


def test_refusals() -> None:
    """Nobody to count, and shares that make no sense."""
    with pytest.raises(CannotPlan, match=r"fleet\.nothing"):
        fleet.propose(cities.scenario(crews=0), Made(lambda *_: {}), fleet.Options())
    with pytest.raises(CannotPlan, match=r"fleet\.out_of_bounds"):
        fleet.propose(load(SNOW), Made(lambda *_: {}), fleet.Options(confidence=1.5))
    with pytest.raises(CannotPlan, match=r"fleet\.poor"):
        fleet.propose(load(SNOW), Made(lambda *_: {}), fleet.Options(confidence=0.6))
    with pytest.raises(CannotPlan, match=r"fleet\.no_goal"):
        fleet.propose(load(SNOW), Made(lambda *_: {"clear_h.p1": None}), fleet.Options())


def test_a_smaller_fleet_stands_only_where_goals_are_kept_on_other_storms() -> None:
    """One member of ten that loses a goal is borne, two are not; a burden that falls is worth it in any case."""
    rises, falls = [2.0 + 0.1 * i for i in range(10)], [-0.1 * i for i in range(10)]
    before = [1.0] * 10
    assert judged(before, rises, lost=1).verdict == "fewer"
    assert judged(before, rises, lost=2).verdict == "loses"
    assert judged(before, rises).verdict == "worse"
    assert judged(before, falls, lost=5).verdict == "worth"
    snow = load(SNOW)
    hours: dict[str, dict[int, dict[str, float | None]]] = {}
    hours[BEFORE] = {0: {"clear_h.p1": 5.0}, 1: {"clear_h.p1": 5.0}, 2: {"clear_h.p1": 50.0}}
    hours[AFTER] = {0: {"clear_h.p1": 6.0}, 1: {"clear_h.p1": 50.0}, 2: {"clear_h.p1": 50.0}}
    assert goals_lost([snow] * 3, hours) == 1
    for label, unclear in ((BEFORE, (9.0, 9.0, 9.0)), (AFTER, (9.05, 8.0, 12.0))):
        for i, km_h in enumerate(unclear):
            hours[label][i]["unclear_km_h.p1"] = km_h
    assert goals_lost([snow] * 3, hours) == 1
    assert goals_lost([snow] * 3, hours, {"unclear_km_h.p1"}) == 2  # out of reach, and a third worse in the last member


def test_goals_are_judged_when_they_are_due() -> None:
    snow = load("tiny/snow")
    longer = until_due(snow)
    assert longer.duration > snow.duration
    assert max(limit.due for limit in limits(longer)) < longer.duration
    class_1 = next(limit for limit in limits(snow) if limit.key == "clear_h.p1")
    assert not class_1.missed({"clear_h.p1": None}, snow.duration)
    assert class_1.missed({"clear_h.p1": None}, longer.duration)
