"""Teams that can man and use what they are given."""

from __future__ import annotations

from collections import defaultdict

from scenarios.checks.facts import Facts, Found, cell
from scenarios.problems import problem
from scenarios.said import Said
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
            where, can = cell(row, Equipment, "team"), kind.abilities
            yield problem(where, "team.cannot_use", team=team.id, kind=kind.id, can=can, skills=team.skills)
        if machines.material and kind.hopper == 0:
            where = cell(row, Equipment, "material")
            yield problem(where, "team.carries_nothing", kind=kind.id, material=machines.material)
    for team, row in facts.rows(Team):
        need = team.relief * sum(machines.count * kind.crew for machines, kind in of_team[team.id])
        if need > team.people:
            parts = " + ".join(
                f"{machines.count} × {kind.crew} ({kind.id})" for machines, kind in of_team[team.id]
            )
            turns: str = Said("team.turns", relief=team.relief) if team.relief > 1 else ""
            where, people = cell(row, Team, "people"), team.people
            yield problem(where, "team.too_few", people=people, need=need, parts=parts, turns=turns)
