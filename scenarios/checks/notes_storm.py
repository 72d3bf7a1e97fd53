"""Remarks on the storm: weather that the hazards do not fit, that ends too soon, or that nobody is told of."""

from __future__ import annotations

from scenarios.checks.facts import Facts, Found, cell
from scenarios.marked import Marked
from scenarios.problems import Where, problem
from simulation.model import Scenario, Storm, Weather
from simulation.weather import WeatherSeries

HOUR = 3600.0
HEEDED = {"rain": 10.0, "snow": 2.5}
"""mm (kg/m2) that a storm may bring of what its hazards leave out before it is remarked upon (setting)."""


def notes(scenario: Scenario, facts: Facts) -> Found:
    """Rain, snow, duration and warnings."""
    yield from _span(scenario, facts)
    yield from _phase(scenario, facts)
    yield from _command(scenario, facts)


def _span(scenario: Scenario, facts: Facts) -> Found:
    rows = facts.rows(Weather)
    run = scenario.duration
    wet = [row.t for row in scenario.storm.weather if row.precipitation > 0]
    if not wet:
        yield problem(_storm(facts), "storm.dry")
        return
    ends = WeatherSeries(scenario.storm, scenario.physics.snow).end_of_precipitation
    if ends == float("inf"):
        yield problem(rows[-1][1].where, "storm.endless", hours=f"{scenario.storm.weather[-1].t / HOUR:g}")
    elif ends > run:
        hours = facts.tree.get("hours")
        where = hours.where if hours else _storm(facts)
        yield problem(where, "storm.cut_short", run=f"{run / HOUR:g}", ends=f"{ends / HOUR:g}")
    falls = sum(seconds for seconds, row in _spells(scenario) if row.precipitation > 0)
    if falls < HOUR:
        yield problem(_first_wet(facts).where, "storm.short", minutes=f"{falls / 60:.3g}")


def _phase(scenario: Scenario, facts: Facts) -> Found:
    """Snow without the hazard snow, rain without the hazard water, and either hazard in vain."""
    series = WeatherSeries(scenario.storm, scenario.physics.snow)
    fallen, airs = {"rain": 0.0, "snow": 0.0}, []
    for seconds, row in _spells(scenario):
        if row.precipitation > 0:
            snow = series.over(row.t, 1).snow_share
            fallen["snow"] += seconds * row.precipitation * snow
            fallen["rain"] += seconds * row.precipitation * (1 - snow)
            airs.append(row.air)
    whole = fallen["rain"] + fallen["snow"]
    if not whole:
        return
    air = cell(_first_wet(facts), Weather, "air")
    named = facts.tree.get("hazards")
    hazards = named.where if named else _storm(facts)
    if "snow" in scenario.hazards and not fallen["snow"]:
        yield problem(air, "storm.no_snow", air=f"{min(airs):g}")
    elif "water" in scenario.hazards and not fallen["rain"]:
        yield problem(air, "storm.no_rain", air=f"{max(airs):g}")
    elif "water" not in scenario.hazards and fallen["rain"] > HEEDED["rain"]:
        yield problem(hazards, "storm.unheeded_rain", share=f"{100 * fallen['rain'] / whole:.0f}")
    elif "snow" not in scenario.hazards and fallen["snow"] > HEEDED["snow"]:
        yield problem(hazards, "storm.unheeded_snow", share=f"{100 * fallen['snow'] / whole:.0f}")


def _spells(scenario: Scenario) -> list[tuple[float, Weather]]:
    """Every row of the weather that the run meets, with the seconds it lasts within it."""
    rows = scenario.storm.weather
    ends = [*(row.t for row in rows[1:]), scenario.duration]
    return [
        (min(end, scenario.duration) - row.t, row)
        for row, end in zip(rows, ends, strict=True)
        if row.t < scenario.duration
    ]


def _command(scenario: Scenario, facts: Facts) -> Found:
    command = scenario.command
    answered = {(rule.hazard, rule.colour) for rule in command.rules}
    if command.timeline:
        return
    if not scenario.storm.warnings:
        yield problem(_storm(facts), "command.silent")
    for warning in dict.fromkeys((w.hazard, w.colour) for w in scenario.storm.warnings):
        if warning not in answered:
            hazard, colour = warning
            yield problem(_rules(facts), "command.unanswered", hazard=hazard, colour=colour)


def _rules(facts: Facts) -> Where:
    command = facts.tree.get("command")
    rules = command.get("rules") if command else None
    return (rules or command or facts.tree).where


def _storm(facts: Facts) -> Where:
    return next((row.where for _, row in facts.rows(Storm)), facts.tree.where)


def _first_wet(facts: Facts) -> Marked:
    return next(row for noun, row in facts.rows(Weather) if noun.precipitation > 0)
