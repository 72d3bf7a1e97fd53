"""Teams that can man and use what they are given."""

from __future__ import annotations

from collections import defaultdict

from scenarios.checks.facts import Facts, Found, cell, problem
from simulation.model import Equipment, Kind, Team, Verb
from simulation.work import HAZARD_VERBS


def check(facts: Facts) -> Found:
    """People for the machines, skills for their verbs, hoppers for their loads."""
    kinds, teams = facts.by_id(Kind), facts.by_id(Team)
    called_for = frozenset[Verb]().union(*(HAZARD_VERBS[hazard] for hazard in facts.hazards))
    of_team: defaultdict[str, list[tuple[Equipment, Kind]]] = defaultdict(list)
    for machines, row in facts.rows(Equipment):
        kind, team = kinds.get(machines.kind), teams.get(machines.team)
        if kind is None:
            continue
        if called_for & set(kind.abilities):
            of_team[machines.team].append((machines, kind))
        if team is not None and not set(kind.abilities) & set(team.skills):
            what = f"team '{team.id}' cannot use a '{kind.id}': it can {_words(kind.abilities)}"
            yield problem(
                cell(row, Equipment, "team"), what, f"the team is trained for {_words(team.skills)}"
            )
        if machines.material and kind.hopper == 0:
            what = f"a '{kind.id}' carries no material, but '{machines.material}' is given"
            yield problem(cell(row, Equipment, "material"), what, "leave the cell empty")
    for team, row in facts.rows(Team):
        need = team.relief * sum(machines.count * kind.crew for machines, kind in of_team[team.id])
        if need > team.people:
            parts = " + ".join(
                f"{machines.count} x {kind.id} of {kind.crew}" for machines, kind in of_team[team.id]
            )
            turns = f", x {team.relief} relief crews" if team.relief > 1 else ""
            what = f"the team has {team.people} people, its equipment needs {need} ({parts}{turns})"
            yield problem(
                cell(row, Team, "people"), what, "add people, take machines away, or lower 'relief'"
            )


def _words(verbs: tuple[str, ...]) -> str:
    return ", ".join(verbs)
