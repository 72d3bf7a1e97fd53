"""What differs between two runs, and what a run was asked for, in words."""

from dataclasses import replace

from results.differences import asked, differences, joined
from results.names import crew_name, dispatcher_name, segment_name
from simulation.model import LevelChange, Scenario
from simulation.record import Branch, Origin, Run
from tests.results.made_runs import snow_run, water_run


def told(first: Run, other: Run, language: str = "en") -> str:
    """The differences as one line."""
    return joined(differences(first, other)).said(language)


def with_scenario(run: Run, **changes: object) -> Run:
    """The run with fields of its scenario replaced."""
    return replace(run, scenario=run.scenario.model_copy(update=changes))


def with_stock(scenario: Scenario, factor: float) -> dict[str, object]:
    """The fleet with another stock."""
    stock = tuple(s.model_copy(update={"amount": factor * s.amount}) for s in scenario.fleet.stock)
    return {"fleet": scenario.fleet.model_copy(update={"stock": stock})}


def test_nothing_was_changed() -> None:
    """The same scenario twice differs in nothing."""
    assert told(snow_run(), snow_run()) == ""


def test_stock_is_told_by_material_and_place() -> None:
    """Tonnes before and after, with the depot's name where it is one."""
    run = snow_run()
    said = told(run, with_scenario(run, **with_stock(run.scenario, 2)))
    tonnes = sum(s.amount for s in run.scenario.fleet.stock) / 1000
    assert f"{tonnes:g} → {2 * tonnes:g} t" in said
    assert run.scenario.fleet.materials[0].name.en in said


def test_levels_are_told_by_the_clock() -> None:
    """A set course of levels with its local times, in both languages."""
    run = water_run()
    timeline = (LevelChange(t=3600, level="I"),)
    other = with_scenario(run, command=run.scenario.command.model_copy(update={"timeline": timeline}))
    when = run.scenario.storm.start.replace(hour=run.scenario.storm.start.hour + 1).strftime("%m-%d %H:%M")
    assert told(run, other) == f"response: level I: {when} (was not declared)"
    assert told(run, other, "zh") == f"响应级别：I 级响应 {when}（原 未宣布）"


def test_parameters_have_their_names_and_units() -> None:
    """A changed setting is called as in the table of assumptions, before and after in the planner's unit."""
    run = water_run()
    command = run.scenario.command.model_copy(update={"decide_every": 1800.0})
    assert told(run, with_scenario(run, command=command)) == "routine decisions every: 15 min → 30 min"


def test_no_response_dispatcher_and_seed() -> None:
    """Each is a sentence of its own."""
    run = water_run()
    other = replace(with_scenario(run, respond=False), dispatcher="assignment", seed=8)
    said = told(run, other)
    assert "no team acts" in said
    assert "seed 7 → 8" in said
    assert "greedy rule (greedy) → optimised assignment (assignment)" in said


def test_what_was_asked_for() -> None:
    """Variant, overrides and the time of a branch; nothing for a scenario as it stands."""
    run = water_run()
    assert asked(run) == []
    origin = Origin("more-salt", {"hours": 24, "command.decide_every_min": 30.0}, Branch(7200, "abcdef0123"))
    said = joined(asked(replace(run, origin=origin))).en
    parts = (
        "variant more-salt",
        "changed: hours = 24, routine decisions every (command.decide_every_min = 30)",
    )
    assert said.startswith("; ".join((*parts, "branched at ")))
    assert "abcdef01…" in said


def test_names_of_crews_sites_and_dispatchers() -> None:
    """Team, kind and number; the road where no site lies there; one dispatcher after another."""
    run = snow_run()
    row = run.scenario.fleet.equipment[0]
    team = next(t for t in run.scenario.fleet.teams if t.id == row.team)
    assert crew_name(run.scenario, f"{row.id}/2").en.startswith(f"{team.name.en}, ")
    assert crew_name(run.scenario, f"{row.id}/2").zh.endswith("（2 号）")
    assert crew_name(run.scenario, "nobody").en == "nobody"
    assert segment_name(run.scenario, "row0-0").en == "Row 0 Road"
    assert dispatcher_name("greedy>player").zh == "逐次就近派工（greedy） → 人工指挥"
