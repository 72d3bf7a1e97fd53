"""Remarks on who and what there is: machines without work, material or a shift that meets the storm."""

from __future__ import annotations

from itertools import chain

import numpy as np

from scenarios.checks.facts import Facts, Found, cell
from scenarios.problems import problem, shown
from simulation.model import Equipment, Kind, Scenario, Stock, Team
from simulation.teams import starting_material
from simulation.weather import WeatherSeries
from simulation.work import HAZARD_VERBS

DAY, HOUR = 86_400, 3600
STEP = 900
"""s between the moments at which shifts are held against the storm."""
AFTERMATH = 6 * HOUR
"""s after the last flake or drop in which work goes on (setting)."""


def notes(scenario: Scenario, facts: Facts) -> Found:
    """Equipment, stock and shifts."""
    if not scenario.respond:
        return
    if not scenario.fleet.equipment:
        yield problem("fleet/equipment.csv", "team.no_equipment")
        return
    verbs = frozenset(chain.from_iterable(HAZARD_VERBS[hazard] for hazard in scenario.hazards))
    useful = {kind.id: kind for kind in scenario.fleet.kinds if verbs & set(kind.abilities)}
    if not any(row.kind in useful for row in scenario.fleet.equipment):
        todo = tuple(sorted(verbs))
        yield problem("fleet/equipment.csv", "team.never_called", hazards=scenario.hazards, verbs=todo)
    yield from _stock(scenario, facts, useful)
    yield from _shifts(scenario, facts, {row.team for row in scenario.fleet.equipment if row.kind in useful})


def _stock(scenario: Scenario, facts: Facts, useful: dict[str, Kind]) -> Found:
    """De-icer for the snow, and for each machine what it spreads."""
    fleet = scenario.fleet
    uses = {material.id: material.use for material in fleet.materials}
    held = {(stock.depot, stock.material) for stock in fleet.stock if stock.amount > 0}
    kept = {stock.material for stock in fleet.stock if stock.amount + stock.ordered > 0}
    for stock, row in facts.rows(Stock):
        if stock.arrives and not stock.ordered:
            yield problem(cell(row, Stock, "arrives"), "team.nothing_ordered")
        elif stock.ordered and stock.arrives >= scenario.duration:
            yield problem(cell(row, Stock, "arrives"), "team.supplied_late")
    if "snow" in scenario.hazards and not any(uses[material] == "deicer" for material in kept):
        yield problem("fleet/stock.csv", "team.no_deicer")
    depots = {team.id: team.depot for team in fleet.teams}
    told = set[tuple[str, str]]()
    for machines, row in facts.rows(Equipment):
        kind = useful.get(machines.kind)
        if kind is None or not kind.hopper:
            continue
        depot = machines.depot or depots[machines.team]
        material = starting_material(fleet, machines, kind, depot)
        if material not in uses or (depot, material) in held | told:
            continue
        told.add((depot, material))
        if material in kept or machines.material or uses[material] != "deicer":
            key = "team.none_here" if material in kept else "team.no_material"
            yield problem(cell(row, Equipment, "material"), key, depot=depot, material=shown(material))


def _shifts(scenario: Scenario, facts: Facts, called: set[str]) -> Found:
    """Teams whose duty hours the storm and its aftermath pass by, from the first warning on."""
    storm = scenario.storm
    wet = [row.t for row in storm.weather if row.precipitation > 0]
    if not wet:
        return
    first = min([wet[0], *(warning.t for warning in storm.warnings)])
    ends = WeatherSeries(storm, scenario.physics.snow).end_of_precipitation
    last = min(ends + AFTERMATH, scenario.duration)
    midnight = storm.start.hour * HOUR + storm.start.minute * 60
    seconds = (midnight + np.arange(first, max(last, first + STEP), STEP)) % DAY
    for team, row in facts.rows(Team):
        if team.id not in called:
            continue
        on_duty = (team.duty_from <= seconds) & (seconds < team.duty_to) | (seconds + DAY < team.duty_to)
        if not on_duty.any():
            begin, end = f"{team.duty_from / HOUR:g}", f"{team.duty_to / HOUR:g}"
            minutes = f"{team.callout_delay / 60:g}"
            yield problem(
                cell(row, Team, "duty_from"), "team.off_duty", begin=begin, end=end, minutes=minutes
            )
