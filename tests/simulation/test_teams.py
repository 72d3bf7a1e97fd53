"""A crew's life: call-out, orders and claims, rest, breakdown, recall; whatever strikes when."""

import math
from typing import Any

import pytest

from simulation.chance import Chance
from simulation.engine import Simulation, play, run
from simulation.model import Scenario
from simulation.orders import Assign, Breakdown, Close, NoShow, Recall, SetLevel
from simulation.situation import Situation
from simulation.teams import HANDOVER, starting_material
from tests import cities
from tests.simulation.driving import first_come, go, go_until, ready, to_the_end, told

PLOUGH = ("plough",)
TOUR = ("H0-0", "H1-0", "H0-1")


def calm(**changes: Any) -> Scenario:
    """A cold, dry day: nothing happens that is not ordered."""
    return cities.scenario(**({"precipitation": 0.0, "air": -5.0} | changes))


def team(**changes: Any) -> list[dict[str, Any]]:
    """The town's one team, changed."""
    return [cities.scenario().fleet.teams[0].model_dump() | changes]


def assign(simulation: Simulation, *targets: str, crew: str = "plough/1", verbs: Any = PLOUGH) -> None:
    assert simulation.apply(Assign(crew, verbs, targets)) is None


def held(simulation: Simulation, crew: str = "plough/1") -> list[str]:
    """Targets that a crew claims."""
    return [target for (_, target), holders in simulation.world.claims.items() if crew in holders]


def kinds(simulation: Simulation, crew: str = "plough/1") -> list[str]:
    """What happened to a crew, in order."""
    return [e.kind for e in simulation.world.events if e.crew == crew]


# --------------------------------------------------------------------------- call-out


def test_a_team_musters_only_from_its_level() -> None:
    """Level II leaves a team of level I at home; raised to I, it comes, after relay and its own muster time."""
    with Simulation(calm(fleet__teams=team(callout="I")), 3) as simulation:
        go(simulation, 7200)
        assert simulation.world.level == 3
        assert simulation.crews["plough/1"].activity == "off"
        assert simulation.apply(SetLevel("I")) is None
        crew = ready(simulation)
        relay = 60
        muster = math.ceil(600 * Chance(3).lognormal("muster", "plough/1", 0.2))
        assert simulation.t == crew.duty_start == 7200 + relay + muster


@pytest.mark.parametrize(
    ("duty", "delay"),
    [((0, 24), 600), ((8, 15), 3000), ((8, 16), 600), ((22, 40), 600), ((22, 39), 3000), ((16, 20), 3000)],
)
def test_duty_hours_decide_how_long_mustering_takes(duty: tuple[float, float], delay: float) -> None:
    """Called at 15:10 local time: within duty hours the muster time, outside them the call-out delay; hours past
    midnight count on (40 = 16:00 next day, so 15:10 lies within 22-40)."""
    begins, ends = (3600 * hour for hour in duty)
    made = team(duty_from=begins, duty_to=ends, muster=600, callout_delay=3000)
    with Simulation(calm(fleet__teams=made), 5) as simulation:
        crew = ready(simulation)
        factor = Chance(5).lognormal("muster", "plough/1", 0.2)
        assert crew.duty_start == 600 + 60 + math.ceil(delay * factor)


def test_a_crew_that_the_hazards_do_not_ask_for_stays_home() -> None:
    """In a snowstorm nobody calls a pump truck."""
    equipment = [{"id": "pump", "kind": "pump-truck", "count": 1, "team": "day"}]
    with Simulation(calm(fleet__equipment=equipment)) as simulation:
        go(simulation, 4 * 3600)
        assert not simulation.crews["pump/1"].active


def test_stood_down_crews_drive_home_and_go_off() -> None:
    """Claims go at once; the drive home is driven; the record says off."""
    with Simulation(calm()) as simulation:
        ready(simulation)
        assign(simulation, "V2-1", "V2-0")
        crew = simulation.crews["plough/1"]
        go_until(simulation, lambda: crew.activity == "work")
        assert simulation.apply(SetLevel("none")) is None
        assert held(simulation) == []
        assert crew.activity == "travel"
        go_until(simulation, lambda: crew.activity == "off")
        assert crew.node == crew.home
        assert not crew.on_duty


def test_standing_down_takes_back_an_order_that_is_on_its_way() -> None:
    """No claim is left behind, and the words are not delivered to a crew at home."""
    with Simulation(calm()) as simulation:
        ready(simulation)
        assign(simulation, *TOUR)
        assert sorted(held(simulation)) == sorted(TOUR)
        assert simulation.apply(SetLevel("none")) is None
        assert held(simulation) == []
        go(simulation, simulation.t + 3600)
        assert "depart" not in kinds(simulation)
        assert simulation.crews["plough/1"].targets == []


def test_a_crew_called_again_on_its_way_home_stays_on_duty() -> None:
    """Down and up again within the drive: it does not sleep through the second call."""
    with Simulation(calm(roads=cities.segments(length=3000.0))) as simulation:
        crew = ready(simulation)
        assign(simulation, "V2-1")
        go_until(simulation, lambda: crew.activity == "work")
        start = crew.duty_start
        assert simulation.apply(SetLevel("none")) is None
        go(simulation, simulation.t + 30)
        assert simulation.apply(SetLevel("II")) is None
        go(simulation, simulation.t + 120)
        assert crew.activity == "standby"
        assert crew.duty_start == start
        assign(simulation, "H0-0")


def test_a_call_that_is_overtaken_by_standing_down_is_void() -> None:
    """Stood down before the words arrive: nobody musters."""
    made = team(tier="community")
    with Simulation(calm(fleet__teams=made, command__rules=[])) as simulation:
        simulation.advance()
        assert simulation.apply(SetLevel("II")) is None
        go(simulation, 120)
        assert simulation.apply(SetLevel("none")) is None
        go(simulation, 4 * 3600)
        assert simulation.crews["plough/1"].activity == "off"
        assert not simulation.crews["plough/1"].active


def test_called_off_and_on_again_the_crew_musters_anew() -> None:
    """Home and off duty, then called a second time."""
    with Simulation(calm()) as simulation:
        ready(simulation)
        assert simulation.apply(SetLevel("none")) is None
        go(simulation, simulation.t + 600)
        assert simulation.crews["plough/1"].activity == "off"
        assert simulation.apply(SetLevel("II")) is None
        go(simulation, simulation.t + 3600)
        assert kinds(simulation).count("muster") == 2
        assert simulation.crews["plough/1"].activity == "standby"


# --------------------------------------------------------------------------- orders and claims


def test_claims_are_taken_at_once_and_go_as_the_work_is_done() -> None:
    """The order needs a minute to arrive, its claims none; each finished target is free again."""
    with Simulation(calm()) as simulation:
        ready(simulation)
        ordered = simulation.t
        assign(simulation, *TOUR)
        assert sorted(held(simulation)) == sorted(TOUR)
        go_until(simulation, lambda: bool(told(simulation, "pass")))
        go_until(simulation, lambda: bool(told(simulation, "done")))
        assert sorted(held(simulation)) == ["H0-1", "H1-0"]
        go_until(simulation, lambda: simulation.crews["plough/1"].idle)
        assert held(simulation) == []
        assert told(simulation, "depart", "arrive")[0].t >= ordered + 60
        assert [e.target for e in told(simulation, "done")] == list(TOUR)


def test_a_new_order_replaces_the_old_one_and_frees_its_claims() -> None:
    """What both orders name stays held throughout; what only the old one names is free once the new one is there."""
    with Simulation(calm()) as simulation:
        ready(simulation)
        assign(simulation, *TOUR)
        go_until(simulation, lambda: simulation.crews["plough/1"].activity == "work")
        assign(simulation, "H0-1", "H1-1")
        assert sorted(held(simulation)) == ["H0-0", "H0-1", "H1-0", "H1-1"]
        go(simulation, simulation.t + 60)
        assert sorted(held(simulation)) == ["H0-1", "H1-1"]
        to_the_end(simulation)
        assert [e.target for e in told(simulation, "done")] == ["H0-1", "H1-1"]
        assert held(simulation) == []


def test_a_target_done_under_the_old_order_stays_claimed_for_the_new_one() -> None:
    """Finishing H0-0 must not free the claim that the promise on it has."""
    with Simulation(
        calm(command__relay={"city": 300, "district": 2000, "street": 0, "community": 0})
    ) as simulation:
        ready(simulation)
        assign(simulation, "H0-0", "V2-1")
        go_until(simulation, lambda: simulation.crews["plough/1"].activity == "work")
        assign(simulation, "H0-0")
        go_until(simulation, lambda: bool(told(simulation, "done")))
        assert "H0-0" in held(simulation)


def test_of_two_orders_on_their_way_only_the_last_arrives() -> None:
    """The first is taken back with its claims, whatever the order at work had named and already done."""
    with Simulation(calm()) as simulation:
        ready(simulation)
        assign(simulation, "H0-0", "H1-0")
        go_until(simulation, lambda: bool(told(simulation, "done")))
        assign(simulation, "H0-0", "V0-0")
        assign(simulation, "V1-0")
        assert sorted(held(simulation)) == ["H1-0", "V1-0"]
        to_the_end(simulation)
        assert [e.target for e in told(simulation, "done")] == ["H0-0", "V1-0"]
        assert simulation.world.claims.items() == []


def test_a_target_named_twice_is_held_until_it_is_done_twice() -> None:
    """Two rounds in one order."""
    with Simulation(calm()) as simulation:
        ready(simulation)
        assign(simulation, "H0-0", "V0-0", "H0-0")
        go_until(simulation, lambda: bool(told(simulation, "done")))
        assert sorted(held(simulation)) == ["H0-0", "V0-0"]
        to_the_end(simulation)
        assert [e.target for e in told(simulation, "done")] == ["H0-0", "V0-0", "H0-0"]


def test_recalled_crews_come_home_and_free_their_claims() -> None:
    """After the relay; then they are idle at the depot."""
    with Simulation(calm()) as simulation:
        crew = ready(simulation)
        assign(simulation, "V2-1", "V2-0")
        go_until(simulation, lambda: crew.activity == "work")
        assert simulation.apply(Recall("plough/1")) is None
        assert "V2-1" in held(simulation)
        go(simulation, simulation.t + 61)
        assert held(simulation) == []
        go_until(simulation, lambda: crew.idle)
        assert crew.node == crew.home
        assert told(simulation, "done") == []


def test_a_recall_holds_though_the_work_ends_before_it_arrives() -> None:
    """A crew that finishes within the relay still comes home."""
    with Simulation(calm()) as simulation:
        crew = ready(simulation)
        assign(simulation, "V2-1")
        start = go_until(simulation, lambda: crew.activity == "work")
        go(simulation, start + 240 - 30)
        assert simulation.apply(Recall("plough/1")) is None
        go(simulation, start + 241)
        assert crew.activity == "standby"
        go(simulation, start + 300)
        assert crew.activity == "travel"
        go_until(simulation, lambda: crew.activity == "standby")
        assert crew.node == crew.home


def test_an_order_after_a_recall_stands() -> None:
    """The later word counts, and a recall takes back an order that is on its way."""
    with Simulation(calm()) as simulation:
        ready(simulation)
        assert simulation.apply(Recall("plough/1")) is None
        assign(simulation, "H0-1")
        to_the_end(simulation)
        assert [e.target for e in told(simulation, "done")] == ["H0-1"]
    with Simulation(calm()) as simulation:
        ready(simulation)
        assign(simulation, "H0-1")
        assert simulation.apply(Recall("plough/1")) is None
        assert held(simulation) == []
        to_the_end(simulation)
        assert told(simulation, "done") == []


def test_an_order_that_comes_while_loading_is_heeded_after_it() -> None:
    """The old target is not worked on any more: it may be another crew's by now."""
    with Simulation(calm()) as simulation:
        crew = ready(simulation)
        crew.load = 0.0
        assign(simulation, "H0-0", verbs=("spread",))
        go_until(simulation, lambda: crew.activity == "refill")
        assign(simulation, "V0-0")
        go(simulation, simulation.t + 61)
        assert crew.activity == "refill"
        ready(simulation, "plough/2")
        assign(simulation, "H0-0", crew="plough/2", verbs=("spread",))
        to_the_end(simulation)
        mine = [(e.kind, e.target) for e in simulation.world.events if e.crew == crew.id]
        assert ("pass", "H0-0") not in mine
        assert ("done", "V0-0") in mine


# --------------------------------------------------------------------------- trouble


def test_a_breakdown_in_the_middle_of_a_tour_lets_its_claims_go() -> None:
    """What is left goes back to the list at that second; what was done of the pass counts; it runs again later."""
    with Simulation(calm()) as simulation:
        crew = ready(simulation)
        assign(simulation, *TOUR)
        go_until(simulation, lambda: len(told(simulation, "done")) == 1)
        go_until(simulation, lambda: crew.activity == "work")
        go(simulation, simulation.t + 100)
        assert simulation.apply(Breakdown("plough/1", 1800)) is None
        assert crew.activity == "broken"
        assert held(simulation) == []
        assert simulation.apply(Assign("plough/2", PLOUGH, ("H1-0",))) is None
        start = simulation.t
        go_until(simulation, lambda: crew.idle)
        assert simulation.t == start + 1800
        assert kinds(simulation)[-3:] == ["pass", "breakdown", "repaired"]


def test_two_blows_in_one_second_break_it_once() -> None:
    """The longer repair counts, and nothing cuts it short."""
    with Simulation(calm()) as simulation:
        crew = ready(simulation)
        assign(simulation, *TOUR)
        go_until(simulation, lambda: crew.activity == "work")
        assert simulation.apply(Breakdown("plough/1", 1800)) is None
        assert simulation.apply(Breakdown("plough/1", 600)) is None
        go(simulation, simulation.t + 1799)
        assert crew.activity == "broken"


def test_a_breakdown_off_duty_makes_nobody_mustered() -> None:
    """Repaired in the yard, it is still off duty, has no overtime, and musters when it is called."""
    with Simulation(calm(hours=30, command__rules=[])) as simulation:
        crew = simulation.crews["plough/1"]
        go(simulation, 20 * 3600)
        assert simulation.apply(Breakdown("plough/1", 3600)) is None
        go(simulation, 22 * 3600)
        assert (crew.activity, crew.total_overtime) == ("off", 0)
        assert simulation.apply(SetLevel("II")) is None
        go(simulation, 23 * 3600)
        assert kinds(simulation) == ["breakdown", "repaired", "refill", "muster"]
        assert crew.duty_left(simulation.t) == pytest.approx(12 * 3600 - (simulation.t - crew.duty_start))


def test_machines_fail_by_wear_alone() -> None:
    """With a mean of an hour between failures a working crew breaks down, at the times its own draws say."""
    kind = [k | ({"mean_time_between_failures": 3600.0} if k["id"] == "plough" else {}) for k in cities.KINDS]
    with Simulation(calm(fleet__kinds=kind, crews=1), 11) as simulation:
        crew = ready(simulation)
        first = Chance(11).exponential("failure", "plough/1", 3600.0)
        for _ in range(40):
            if told(simulation, "breakdown"):
                break
            assign(simulation, *TOUR)
            go_until(simulation, lambda: crew.idle or crew.activity == "broken")
        failed = told(simulation, "breakdown")[0]
        repair = Chance(11).lognormal("repair", "plough/1", 0.5) * 7200
        assert failed.value == math.ceil(repair)
        assert first <= crew.busy_seconds < first + 900


def test_no_show() -> None:
    """Half of three crews, rounded up, by the roster; those that come later do not undo it."""
    with Simulation(calm(crews=3)) as simulation:
        for crew in ("plough/1", "plough/2", "plough/3"):
            ready(simulation, crew)
        assign(simulation, *TOUR)
        assert simulation.apply(NoShow("day", 0.5)) is None
        activity = [simulation.crews[f"plough/{n}"].activity for n in (1, 2, 3)]
        assert activity == ["absent", "absent", "standby"]
        assert held(simulation) == []
        to_the_end(simulation)
        assert [c.activity for c in simulation.crews.values()] == ["absent", "absent", "standby"]
        assert [e.crew for e in told(simulation, "absent")] == ["plough/1", "plough/2"]


def test_a_no_show_before_the_call_never_musters() -> None:
    """Told at the first second; the level comes later."""
    with Simulation(calm()) as simulation:
        simulation.advance()
        assert simulation.apply(NoShow("day", 1.0)) is None
        to_the_end(simulation)
        assert told(simulation, "muster") == []


# --------------------------------------------------------------------------- hours


def test_relief_takes_over_at_the_depot() -> None:
    """With two crews for a machine a duty's end costs the drive home and a handover."""
    with Simulation(calm(fleet__teams=team(max_duty=3600, relief=2), hours=4)) as simulation:
        crew = ready(simulation)
        start = crew.duty_start
        go_until(simulation, lambda: crew.activity == "rest")
        assert simulation.t == start + 3600
        assert told(simulation, "relief")[0].value == HANDOVER
        go_until(simulation, lambda: crew.activity == "standby")
        assert crew.duty_start == start + 3600 + HANDOVER
        assert crew.total_overtime == 0


def test_without_relief_the_crew_rests() -> None:
    """For as long as its team rests; orders are refused meanwhile, the job goes back."""
    with Simulation(calm(fleet__teams=team(max_duty=3600, relief=1, rest=7200))) as simulation:
        crew = ready(simulation)
        start = crew.duty_start
        go(simulation, start + 3500)
        assign(simulation, *TOUR)
        go_until(simulation, lambda: crew.activity == "rest")
        assert held(simulation) == []
        assert len(told(simulation, "done")) == 1
        rested = told(simulation, "rest", crew="plough/1")[0]
        assert rested.value == 7200
        assert crew.overtime == rested.t - (start + 3600) > 0
        refused = simulation.apply(Assign("plough/1", PLOUGH, ("H0-0",)))
        assert refused is not None
        assert refused.key == "resting"
        go_until(simulation, lambda: crew.activity == "standby")
        assert simulation.t == rested.t + 7200
        assign(simulation, "H0-0")


def test_work_without_an_end_stops_when_the_duty_ends() -> None:
    """A guard is relieved, its post is free again, and hours are counted."""
    made = team(max_duty=2 * 3600, relief=2)
    with Simulation(cities.flood(rain=0.0, fleet__teams=made, hours=5)) as simulation:
        crew = ready(simulation, "squad/1")
        assign(simulation, "dip", crew="squad/1", verbs=("guard",))
        go_until(simulation, lambda: crew.activity == "rest")
        assert 7200 <= told(simulation, "relief", crew="squad/1")[0].t - crew.duty_start < 7200 + 300
        assert held(simulation, "squad/1") == []
        assert told(simulation, "done", crew="squad/1") == []
        assert crew.busy_seconds > 6000


def test_overtime_is_counted_while_it_runs() -> None:
    """A long segment begun in time ends late; the present duty counts before it is over."""
    with Simulation(
        calm(fleet__teams=team(max_duty=3600, relief=1), roads=cities.segments(length=9000.0))
    ) as simulation:
        crew = ready(simulation)
        go(simulation, crew.duty_start + 3000)
        assign(simulation, "H0-0")
        go(simulation, crew.duty_start + 5000)
        assert crew.activity == "work"
        assert crew.total_overtime == 1400


# --------------------------------------------------------------------------- no time, no end


def test_a_dispatcher_that_insists_on_the_impossible_cannot_stop_the_clock() -> None:
    """No relay, no salt, an order at every chance: each is given up, and the run ends."""
    scenario = calm(salt=0.0, hours=3, command__relay={"city": 0, "district": 0, "street": 0, "community": 0})

    def insist(situation: Situation) -> Any:
        for crew in situation.crews:
            if crew.idle:
                targets = ("H0-0", "H1-0") if crew.id.endswith("/2") else ("V0-0", "V1-0")
                yield Assign(crew.id, ("spread",), targets, 0.02)

    made = run(scenario, 0, insist)
    assert made.fields.time.values[-1] == 3 * 3600
    given_up = [e for e in made.events if e.kind == "unsupplied"]
    assert 2 < len(given_up) < 200
    assert not [e for e in made.events if e.kind == "pass"]


def test_everything_closed_round_a_crew_cannot_stop_the_clock() -> None:
    """It waits, gives each target up after half an hour, and says so."""
    with Simulation(calm(hours=6)) as simulation:
        crew = ready(simulation)
        assert simulation.apply(Close(("H0-0", "V0-0"))) is None
        go(simulation, simulation.t + 1800)
        assign(simulation, "H1-0", "H1-1")
        go_until(simulation, lambda: crew.activity == "stranded")
        start = simulation.t
        go_until(simulation, lambda: len(told(simulation, "blocked")) == 2)
        assert [e.target for e in told(simulation, "blocked")] == ["H1-0", "H1-1"]
        assert told(simulation, "blocked")[0].t == start + 1800
        assert held(simulation) == []
        go_until(simulation, lambda: crew.idle)


def test_busy_district_keeps_its_books() -> None:
    """A whole storm under a simple dispatcher with every kind of trouble: at every decision the claims are
    exactly what crews have before them or were promised."""
    scenario = cities.scenario(
        crews=4, hours=16, fleet__teams=team(max_duty=3 * 3600, relief=1, rest=3600),
        injects=[
            {"t": 5000, "kind": "breakdown", "target": "plough/1", "duration": 2000},
            {"t": 9000, "kind": "closure", "target": "H1-0", "duration": 3000},
            {"t": 20000, "kind": "no_show", "target": "day", "value": 0.25},
        ],
    )  # fmt: skip
    simulation = Simulation(scenario, 2)
    checked = 0

    def watch(situation: Situation) -> None:
        nonlocal checked
        expected = {}
        for crew in simulation.crews.values():
            orders = [(crew.order.verbs, crew.targets)] if crew.order else []
            if crew.promised is not None and crew.promised is not crew.order:
                orders.append((crew.promised.verbs, list(crew.promised.targets)))
            for verbs, targets in orders:
                for target in targets:
                    for verb in verbs:
                        expected.setdefault((verb, target), set()).add(crew.id)
        assert {k: set(v) for k, v in simulation.world.claims.items()} == expected
        checked += 1

    with simulation:
        made = play(simulation, simulation.advance(), first_come, watch)
    assert checked > 60
    assert {"breakdown", "absent", "rest", "done", "refill"} <= {e.kind for e in made.events}


def test_starting_material() -> None:
    """A spreader starts with the depot's de-icer, a squad with bags, a pump truck with nothing; a row may say."""
    fleet = cities.scenario().fleet
    kind = {k.id: k for k in fleet.kinds}
    row = fleet.equipment[0]
    assert starting_material(fleet, row, kind["plough"], "yard") == "salt"
    assert starting_material(fleet, row, kind["squad"], "yard") == "sandbag"
    assert starting_material(fleet, row, kind["pump-truck"], "yard") == ""
    assert (
        starting_material(fleet, row.model_copy(update={"material": "sandbag"}), kind["plough"], "yard")
        == "sandbag"
    )
