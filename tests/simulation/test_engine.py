"""The engine: a run is a pure function of scenario, seed and log, whoever looks at it and how often."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.engine import Simulation, branch, injects_of, play, replay, run
from simulation.model import Scenario
from simulation.orders import (
    Action,
    Assign,
    Breakdown,
    Call,
    Close,
    Closure,
    Entry,
    NoShow,
    Open,
    Recall,
    SetLevel,
)
from simulation.record import Run
from simulation.situation import Situation
from tests import cities
from tests.simulation.driving import first_come, go, ready, to_the_end, told

TROUBLE = [
    {"t": 5000, "kind": "breakdown", "target": "plough/1", "value": 0.5},
    {"t": 5000, "kind": "call", "target": "clinic", "text": {"zh": "结冰", "en": "ice"}},
    {"t": 9000, "kind": "closure", "target": "H1-0", "duration": 3000},
    {"t": 12000, "kind": "report_loss", "target": "centre", "duration": 7200},
    {"t": 20000, "kind": "no_show", "target": "day", "value": 0.3},
]


def worn(mean: float) -> list[dict[str, Any]]:
    """The catalogue with ploughs that fail after a mean of so many seconds."""
    return [k | ({"mean_time_between_failures": mean} if k["id"] == "plough" else {}) for k in cities.KINDS]


CASES: dict[str, Callable[[], Scenario]] = {
    "snow": lambda: cities.scenario(crews=3),
    "trouble": lambda: cities.scenario(crews=4, injects=TROUBLE, fleet__kinds=worn(9000.0), salt=25_000.0),
    "warm snow": lambda: cities.scenario(air=0.8),
    "cloudburst": lambda: cities.flood(
        rain=150,
        injects=[
            {"t": 1800, "kind": "outage", "target": "LIFT", "value": 0.5},
            {"t": 2000, "kind": "surge", "target": "LOW", "value": 0.2, "duration": 600},
        ],
    ),
    "rain on snow": lambda: cities.flood(
        hours=8, hazards=("snow", "water"),
        storm__weather=[
            {"t": 0, "precipitation": 2 / 3600, "air": -2.0},
            {"t": 7200, "precipitation": 10 / 3600, "air": 5.0},
            {"t": 14400, "precipitation": 0.0, "air": 5.0},
        ],
        fleet__equipment=[
            {"id": "plough", "kind": "plough", "count": 1, "team": "day"},
            {"id": "pump", "kind": "pump-truck", "count": 1, "team": "day"},
        ],
    ),
    "no response": lambda: cities.scenario(respond=False),
}  # fmt: skip


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    """Every tiny case, run once under the simple dispatcher."""
    return {name: run(made(), 4, first_come) for name, made in CASES.items()}


def differences(a: Run, b: Run) -> str:
    """The first event in which two runs differ, for a failing test to show."""
    pairs = zip(a.events, b.events, strict=False)
    return next((f"{x} | {y}" for x, y in pairs if x != y), f"{len(a.events)} | {len(b.events)} events")


# --------------------------------------------------------------------------- replay


@pytest.mark.parametrize("name", CASES)
def test_replay_gives_the_same_digest(runs: dict[str, Run], name: str) -> None:
    """Through a log that was written as JSON lines and read back."""
    made = runs[name]
    lines = [json.dumps(entry.to_json(), ensure_ascii=False) for entry in made.log]
    log = [Entry.from_json(json.loads(line)) for line in lines]
    simulation, _ = replay(made.scenario, made.seed, log)
    again = simulation.result()
    assert again.digest == made.digest, differences(made, again)
    assert again.balance == made.balance
    assert again.totals == made.totals


def test_the_cases_are_not_empty(runs: dict[str, Run]) -> None:
    """Replay of runs in which nothing happens would prove little."""
    assert len(runs["snow"].log) > 10
    assert {"breakdown", "repaired", "absent", "pass", "done", "inject"} <= {
        e.kind for e in runs["trouble"].events
    }
    assert runs["cloudburst"].totals["flooded_m3"] > 0
    assert {"pass", "arrive"} <= {e.kind for e in runs["rain on snow"].events}
    assert len({made.digest for made in runs.values()}) == len(runs)


SECOND_PROCESS = """
import json, sys
from simulation.engine import replay
from simulation.model import Scenario
from simulation.orders import Entry
for line in open(sys.argv[1], encoding="utf-8"):
    case = json.loads(line)
    log = [Entry.from_json(entry) for entry in case["log"]]
    simulation, _ = replay(Scenario.model_validate_json(case["scenario"]), case["seed"], log)
    print(simulation.result().digest, flush=True)
"""


def test_replay_in_another_process_with_another_hash_seed(runs: dict[str, Run], tmp_path: Path) -> None:
    """From files alone: scenario and log as JSON; order of sets and dicts of strings must not matter."""
    file = tmp_path / "cases.jsonl"
    lines = [
        json.dumps(
            {"scenario": r.scenario.model_dump_json(), "seed": r.seed, "log": [e.to_json() for e in r.log]}
        )
        for r in runs.values()
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    environment = os.environ | {"PYTHONHASHSEED": "4242", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", SECOND_PROCESS, str(file)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [r.digest for r in runs.values()]


@pytest.mark.parametrize("name", ["trouble", "cloudburst"])
def test_two_hundred_pauses_change_nothing(runs: dict[str, Run], name: str) -> None:
    """Looked at at 200 random seconds, twice each, the replay ends in the same digest."""
    made, random = runs[name], Random(7)
    pauses = sorted(random.sample(range(1, int(made.scenario.duration)), 200))
    stops = sorted([*pauses, *(e.t for e in made.log)])
    log = list(made.log)
    with Simulation(made.scenario, made.seed) as simulation:
        situation = simulation.advance()
        while situation is not None:
            while log and log[0].t == simulation.t:
                entry = log.pop(0)
                simulation.apply(entry.action, entry.by)
            simulation.situation("look")
            ahead = [t for t in stops if t > simulation.t]
            situation = simulation.advance(ahead[0] if ahead else None)
        again = simulation.result()
    assert not log
    assert again.digest == made.digest, differences(made, again)


def test_actions_of_one_second_act_the_same_with_a_decision_between_them() -> None:
    """A breakdown frees a target, and at the same second's next decision another crew takes it: the replay,
    which has no decision between the two, must see the target free as well."""
    scenario = cities.scenario()
    with Simulation(scenario, 1) as simulation:
        ready(simulation, "plough/1")
        ready(simulation, "plough/2")
        assert simulation.apply(Assign("plough/1", ("plough",), ("H0-0", "H1-0"))) is None
        go(simulation, simulation.t + 300)
        assert simulation.apply(Breakdown("plough/1", 3600)) is None
        situation = simulation.advance()
        assert situation is not None
        assert (situation.why, situation.t) == ("inject", simulation.log[-1].t)
        assert simulation.apply(Assign("plough/2", ("plough",), ("H0-0", "H1-0"))) is None
        to_the_end(simulation)
        made = simulation.result()
    again = replay(scenario, 1, made.log)[0].result()
    assert again.digest == made.digest, differences(made, again)


ORDERS = st.one_of(
    st.builds(
        Assign,
        st.sampled_from(["plough/1", "plough/2", "plough/3"]),
        st.sampled_from([("plough",), ("spread",), ("plough", "spread")]),
        st.lists(st.sampled_from([s["id"] for s in cities.segments()]), min_size=1, max_size=4).map(tuple),
        st.one_of(st.none(), st.floats(0.005, 0.03)),
    ),
    st.builds(Recall, st.sampled_from(["plough/1", "plough/2"])),
    st.builds(Breakdown, st.sampled_from(["plough/1", "plough/2"]), st.integers(60, 7200)),
    st.builds(SetLevel, st.sampled_from(["none", "III", "I"])),
    st.builds(Closure, st.sampled_from(["H0-0", "V0-0", "H1-0"]), st.integers(60, 7200)),
    st.builds(Close, st.sampled_from([("H0-0", "V0-0"), ("H1-0",)])),
    st.builds(Open, st.sampled_from([("H0-0", "V0-0"), ("H1-0",)])),
)
PLAYS = st.lists(st.tuples(st.integers(0, 6 * 3600), ORDERS), max_size=25)
SKY = st.lists(st.tuples(st.floats(0, 6), st.floats(-12, 4)), min_size=1, max_size=4)


@settings(max_examples=25, deadline=None)
@given(PLAYS, SKY, st.integers(0, 3))
def test_any_play_conserves_replays_and_ends(
    orders: list[tuple[int, Action]], sky: list[tuple[float, float]], seed: int
) -> None:
    """Whatever is ordered and injected at whatever seconds under whatever sky: the run ends on time, snow and
    material are conserved to 1e-9, no claim is left with a crew that has no order, and the log replays."""
    rows = [{"t": 5400.0 * i, "precipitation": mmh / 3600, "air": air} for i, (mmh, air) in enumerate(sky)]
    scenario = cities.scenario(
        hours=6, crews=3, salt=12_000.0, storm__weather=rows, fleet__kinds=worn(4000.0)
    )
    simulation = Simulation(scenario, seed)
    situation = simulation.advance()
    ahead = sorted(orders, key=lambda pair: pair[0])
    while situation is not None:
        while ahead and ahead[0][0] <= simulation.t:
            simulation.apply(ahead.pop(0)[1])
        situation = simulation.advance(ahead[0][0] if ahead else None)
    busy = {c.id for c in simulation.crews.values() if c.targets or c.promised}
    assert {crew for _, holders in simulation.world.claims.items() for crew in holders} <= busy
    made = simulation.result()
    assert made.fields.time.values[-1] == 6 * 3600
    assert abs(made.balance["snow"]) < 1e-9
    assert abs(made.balance["material"]) < 1e-9
    assert (made.fields.salt.values >= 0).all()
    again = replay(scenario, seed, made.log)[0].result()
    assert again.digest == made.digest, differences(made, again)


# --------------------------------------------------------------------------- branch


def test_a_branch_has_the_same_past_and_a_future_of_its_own(runs: dict[str, Run]) -> None:
    """Up to the second of the branch events are the run's; with the same dispatcher its future is too, with
    another it is not."""
    made = runs["trouble"]
    at = 11_111
    simulation, situation = branch(made.scenario, made.seed, made.log, at)
    assert situation is not None
    assert situation.t == simulation.t == at
    past = [e for e in made.events if e.t < at]
    assert [e for e in simulation.world.events if e.t < at] == past
    assert list(simulation.log) == [e for e in made.log if e.t < at]
    same = play(simulation, situation, first_come)
    assert same.digest == made.digest, differences(made, same)

    simulation, situation = branch(made.scenario, made.seed, made.log, at)
    other = play(simulation, situation, lambda _: [])
    assert other.digest != made.digest
    assert [e for e in other.events if e.t < at] == past
    assert [e.kind for e in other.events].count("inject") == [e.kind for e in made.events].count("inject")


def test_a_branch_at_the_start_is_a_new_run(runs: dict[str, Run]) -> None:
    """No past at all."""
    made = runs["snow"]
    simulation, situation = branch(made.scenario, made.seed, made.log, 0)
    assert play(simulation, situation, first_come).digest == made.digest


def test_undo_by_branching_takes_back_the_last_second() -> None:
    """Orders of the branch second itself are not in the past."""
    scenario = cities.scenario()
    with Simulation(scenario, 0) as simulation:
        ready(simulation)
        at = simulation.t
        assert simulation.apply(Assign("plough/1", ("plough",), ("H0-0",))) is None
        log = list(simulation.log)
    undone, situation = branch(scenario, 0, log, at)
    assert situation is not None
    assert undone.log == []
    assert undone.world.claims.items() == []


# --------------------------------------------------------------------------- what comes in


def test_a_refused_order_changes_nothing_but_the_record(runs: dict[str, Run]) -> None:
    """With nonsense thrown in at every decision, fields and all other events are as they were."""
    made = runs["snow"]

    def nonsense(situation: Situation) -> Any:
        yield Assign("nobody", ("plough",), ("H0-0",))
        yield from first_come(situation)
        yield Open(("H0-0",))

    other = run(made.scenario, made.seed, nonsense)
    assert other.digest != made.digest
    assert [e for e in other.events if e.kind != "refused"] == list(made.events)
    for name in made.fields.data_vars:
        assert np.array_equal(other.fields[name].values, made.fields[name].values), name
    refused = [
        e for e in other.log if e.action in (Assign("nobody", ("plough",), ("H0-0",)), Open(("H0-0",)))
    ]
    assert len(refused) == sum(e.kind == "refused" for e in other.events) > 20


def test_variants_meet_the_same_weather_and_luck() -> None:
    """More salt and one crew less: what falls, what is forecast, how long each takes to muster, when each would
    fail and report is the same for those that both have."""

    def look(scenario: Scenario) -> tuple[dict[str, Any], list[Situation]]:
        seen: list[Situation] = []
        simulation = Simulation(scenario, 9)
        made = play(simulation, simulation.advance(), first_come, seen.append)
        muster = {e.crew: e.t for e in made.events if e.kind == "muster"}
        failure = {c.id: c._next_failure for c in simulation.crews.values()}
        return {"muster": muster, "failure": failure, "rain": made.fields.precipitation.values}, seen

    rich, rich_seen = look(cities.scenario(crews=3, salt=90_000.0, fleet__kinds=worn(10.0**9)))
    poor, poor_seen = look(cities.scenario(crews=2, salt=5000.0, fleet__kinds=worn(10.0**9)))
    assert poor["muster"] == {k: v for k, v in rich["muster"].items() if k != "plough/3"}
    assert poor["failure"] == {k: v for k, v in rich["failure"].items() if k != "plough/3"}
    assert np.array_equal(rich["rain"], poor["rain"])
    forecasts = [{s.t: s.forecast.precipitation.tolist() for s in seen} for seen in (rich_seen, poor_seen)]
    both = set(forecasts[0]) & set(forecasts[1])
    assert len(both) > 20
    assert all(forecasts[0][t] == forecasts[1][t] for t in both)


def test_another_seed_is_another_run(runs: dict[str, Run]) -> None:
    """Luck differs, weather does not."""
    made = runs["snow"]
    other = run(made.scenario, made.seed + 1, first_come)
    assert [e for e in other.events if e.kind == "muster"] != [e for e in made.events if e.kind == "muster"]
    assert np.array_equal(other.fields.precipitation.values, made.fields.precipitation.values)


def test_without_response_nobody_acts(runs: dict[str, Run]) -> None:
    """A dispatcher that tries is refused; snow lies as it fell."""
    made = runs["no response"]
    assert {e.kind for e in made.events} == {"warning", "advice"}
    assert made.log == ()
    eager = run(made.scenario, 4, lambda s: [SetLevel("I"), Assign("plough/1", ("plough",), ("H0-0",))])
    assert {e.kind for e in eager.events} == {"warning", "refused", "advice"}
    assert np.array_equal(eager.fields.snow.values, made.fields.snow.values)
    assert (made.fields.snow + made.fields.ice).values[-1] == pytest.approx(6.0, rel=1e-5)


# --------------------------------------------------------------------------- time


@pytest.mark.parametrize("hours", [6.0, 5.9, 1.0 / 3, 0.01])
def test_a_run_ends_exactly_at_its_duration(hours: float) -> None:
    """Whatever fraction of a tick or of a quarter hour that is; then advance says None again and again."""
    with Simulation(cities.scenario(hours=hours)) as simulation:
        to_the_end(simulation)
        end = int(hours * 3600)
        assert simulation.t == end
        assert simulation.advance() is None
        assert simulation.advance(end + 100) is None
        with pytest.raises(RuntimeError, match="the storm is over"):
            simulation.apply(SetLevel("I"))
        time = simulation.result().fields.time.values
    assert (time[0], time[-1]) == (0, end)
    assert (np.diff(time) == 900)[:-1].all()


def test_decision_points() -> None:
    """The start, the routine quarter hours, a warning and a level when they come, an inject at once; idle crews
    are gathered to the next five minutes."""
    warnings = [{"t": 1000, "hazard": "snow", "colour": "orange"}]
    with Simulation(cities.scenario(storm__warnings=warnings, hours=2), 3) as simulation:
        seen = []
        while (situation := simulation.advance()) is not None:
            seen.append((situation.t, situation.why))
            if situation.t == 5400 and situation.why == "routine":
                simulation.apply(Call("clinic", "路滑", "slippery"))
        mustered = sorted(e.t for e in told(simulation, "muster"))
    idle = sorted({-(-t // 300) * 300 for t in mustered})
    assert [s for s in seen if s[1] != "routine"] == [
        (0, "start"), (1000, "warning"), (1600, "level"), *[(t, "idle") for t in idle], (5400, "inject"),
    ]  # fmt: skip
    assert {900, 1800, 4500, 5400, 6300} <= {t for t, why in seen if why == "routine"}


def test_what_cannot_wait_is_not_held_up_by_idle_crews() -> None:
    """An inject between a crew's falling idle and the end of the five minutes is decided on at its second."""
    with Simulation(cities.scenario(crews=1), 3) as simulation:
        ready(simulation)
        at = simulation.t + 10
        assert at % 300 not in range(0, 20)
        go(simulation, at)
        simulation.apply(Closure("H0-0", 600))
        situation = simulation.advance()
        assert situation is not None
        assert (situation.t, situation.why) == (at, "inject")


def test_a_pause_is_not_a_decision() -> None:
    """``advance(until)`` stops there and says so; the next decision comes at its own time."""
    with Simulation(cities.scenario()) as simulation:
        simulation.advance()
        paused = simulation.advance(555)
        assert paused is not None
        assert (paused.t, paused.why) == (555, "pause")
        later = simulation.advance()
        assert later is not None
        assert (later.t, later.why) == (600, "level")
        with pytest.raises(ValueError, match="whole seconds"):
            simulation.advance(800.5)  # type: ignore[arg-type]


def test_situations_share_nothing_that_a_dispatcher_could_spoil() -> None:
    """Scribbling over all it was given changes neither the run nor the next situation."""
    scenario = cities.scenario(crews=2)

    def scribbler(situation: Situation) -> Any:
        orders = list(first_come(situation))
        reported, jobs = situation.reported, situation.jobs
        for array in (
            reported.snow, reported.ice, reported.seen, reported.closed, reported.road_temperature,
            reported.water_depth, reported.node_depth, situation.stock, situation.travel_factor,
            jobs.weight, jobs.need, jobs.rate, jobs.place, jobs.segment, jobs.crews,
        ):  # fmt: skip
            array[...] = 0
        return orders

    assert run(scenario, 1, scribbler).digest == run(scenario, 1, first_come).digest


def test_a_result_can_be_had_at_any_time() -> None:
    """Before anything was recorded, and in the middle."""
    simulation = Simulation(cities.scenario())
    simulation.advance()
    assert simulation.result().fields.time.values.tolist() == [0]
    simulation = Simulation(cities.scenario())
    go(simulation, 4000)
    assert simulation.result().fields.time.values.tolist() == [0, 900, 1800, 2700, 3600]


def test_injects_of_the_scenario_come_at_their_seconds(runs: dict[str, Run]) -> None:
    """In order of time, by the scenario, with hours of value as seconds."""
    made = runs["trouble"]
    entries = [(e.t, e.action) for e in made.log if e.by == "scenario"]
    assert entries == injects_of(made.scenario)
    assert (5000, Breakdown("plough/1", 1800)) in entries
    assert (5000, Call("clinic", "结冰", "ice")) in entries
    happened = [(e.t, e.verb) for e in made.events if e.kind == "inject"]
    assert happened == [(row.t, row.kind) for row in made.scenario.injects]


def test_closed_by_the_police_after_their_own_time() -> None:
    """Relay and police delay, then the barrier; opened again at once."""
    with Simulation(cities.scenario()) as simulation:
        simulation.advance()
        assert simulation.apply(Close(("H0-0", "V0-0"))) is None
        go(simulation, 1259)
        assert not simulation.world.closed.any()
        go(simulation, 1260)
        assert simulation.world.closed.sum() == 2
        assert simulation.apply(Open(("H0-0",))) is None
        assert simulation.world.closed.sum() == 1


def test_a_dispatcher_hears_what_was_told_at_a_pause() -> None:
    """An inject's pause falls on the second of a warning: the next decision still has the warning, once."""
    scenario = cities.scenario(
        storm__warnings=[{"t": 1000, "hazard": "snow", "colour": "red"}],
        injects=[{"t": 1000, "kind": "report_loss", "target": "centre", "duration": 3600}],
    )
    told_at: list[tuple[int, str]] = []

    def listener(situation: Situation) -> Any:
        told_at.extend((situation.t, m.kind) for m in situation.messages)
        return []

    run(scenario, 0, listener)
    assert told_at == [(1000, "warning")]


def test_shares_of_a_team_are_not_rounded_up_by_float_noise() -> None:
    """55 % of 20 crews are 11, though 0.55 x 20 is a hair more in binary."""
    with Simulation(cities.scenario(crews=20)) as simulation:
        simulation.advance()
        assert simulation.apply(NoShow("day", 0.55)) is None
        assert sum(crew.absent for crew in simulation.crews.values()) == 11
