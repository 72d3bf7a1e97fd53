"""Injects and plan books that the run can carry out."""

from __future__ import annotations

from scenarios.checks.facts import Facts, Found, cell
from scenarios.marked import Marked
from scenarios.problems import did_you_mean, problem, shown
from scenarios.said import Said
from simulation.model import InjectRow, Kind, Place, ScriptStep, Segment, Team
from simulation.work import COMBINED, TARGETS


def check(facts: Facts) -> Found:
    """Values of injects, and steps of the plan book that crews can do."""
    yield from _injects(facts)
    yield from _steps(facts)


def _injects(facts: Facts) -> Found:
    for inject, row in facts.rows(InjectRow):
        where = cell(row, InjectRow, "value")
        if inject.kind in ("breakdown", "outage", "report_loss", "closure"):
            if inject.duration == 0 and inject.value <= 0:
                yield problem(where, "inject.no_time", inject=Said(f"inject.{inject.kind}"))
        elif inject.kind == "no_show" and not 0 < inject.value <= 1:
            yield problem(where, "inject.share", value=f"{inject.value:g}")
        elif inject.kind == "surge" and (inject.value <= 0 or inject.duration == 0):
            yield problem(where, "inject.surge_needs")


def _steps(facts: Facts) -> Found:
    kinds, teams = facts.by_id(Kind), facts.by_id(Team)
    targets = {
        "segment": facts.ids(Segment),
        "place": facts.ids(Place),
        "node": [node.name for node in facts.inp.nodes] if facts.inp else [],
    }
    readable = {
        "segment": facts.readable(Segment),
        "place": facts.readable(Place),
        "node": facts.drains_readable and facts.inp_error is None,
    }
    known = {what: set(names) for what, names in targets.items()}
    for step, row in facts.rows(ScriptStep):
        machines = facts.crews.get(step.crew)
        if machines is not None:
            yield from _able(step, row, kinds.get(machines.kind), teams.get(machines.team))
        if len(step.verbs) > 1 and not COMBINED.issuperset(step.verbs):
            yield problem(cell(row, ScriptStep, "verbs"), "plan.one_pass", verbs=step.verbs)
        what_it_is = TARGETS[step.verbs[0]]
        for target in step.targets if readable[what_it_is] else ():
            if target not in known[what_it_is]:
                hint = did_you_mean(target, targets[what_it_is])
                key, where = f"works_on.{what_it_is}", cell(row, ScriptStep, "targets")
                yield problem(where, key, hint=hint, given=shown(target), verb=step.verbs[0])


def _able(step: ScriptStep, row: Marked, kind: Kind | None, team: Team | None) -> Found:
    where = cell(row, ScriptStep, "verbs")
    if kind and team and not set(kind.abilities) & set(team.skills):
        return  # told where the machine is given to the team
    for verb in step.verbs:
        if kind is not None and verb not in kind.abilities:
            yield problem(where, "plan.machine_cannot", crew=step.crew, verb=verb, can=kind.abilities)
        elif team is not None and verb not in team.skills:
            yield problem(where, "plan.team_cannot", crew=step.crew, verb=verb, can=team.skills)
