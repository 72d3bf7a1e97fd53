"""What does not stop a run, but what its author should know."""

from __future__ import annotations

import numpy as np

from scenarios.problems import Problem
from simulation.drainage.inp import read_inp
from simulation.model import Scenario
from simulation.network import Network

HOUR = 3600.0


def notes(scenario: Scenario) -> tuple[Problem, ...]:
    """Remarks on a sound scenario, in the form of problems."""
    return tuple(
        Problem(where, what, hint)
        for part in (_roads, _stock, _storm, _command, _drains, _injects)
        for where, what, hint in part(scenario)
    )


Remarks = list[tuple[str, str, str]]


def _roads(scenario: Scenario) -> Remarks:
    network = Network(scenario.city.segments)
    parts = network.strong_components()
    largest = int(np.argmax(np.bincount(parts[network.tail])))
    joined = (parts[network.tail] == largest) & (parts[network.head] == largest)
    cut_off = [segment.id for segment, whole in zip(network.segments, joined, strict=True) if not whole]
    if not cut_off:
        return []
    what = f"{len(cut_off)} of {len(network)} segments cannot be reached from the rest and back: {_some(cut_off)}"
    return [("city/roads.geojson", what, "crews that go there may be stuck; check one-way streets and gaps")]


def _stock(scenario: Scenario) -> Remarks:
    uses = {material.id: material.use for material in scenario.fleet.materials}
    held = {uses[stock.material] for stock in scenario.fleet.stock if stock.amount > 0}
    remarks: Remarks = []
    if "snow" in scenario.hazards and "deicer" not in held:
        remarks.append(
            ("fleet/stock.csv", "no depot holds any de-icer", "roads will be ploughed, not salted")
        )
    if not scenario.fleet.equipment and scenario.respond:
        remarks.append(("fleet/equipment.csv", "there is no equipment", "no crew can act in this scenario"))
    return remarks


def _storm(scenario: Scenario) -> Remarks:
    weather, run = scenario.storm.weather, scenario.duration
    wet = [row.t for row in weather if row.precipitation > 0]
    if not wet:
        return [("storm", "no rain or snow falls in this storm", "")]
    ends = next((row.t for row in weather if row.t > wet[-1]), None)
    if ends is None:
        what = f"precipitation does not end in the storm's last row ({weather[-1].t / HOUR:g} h)"
        return [("storm", what, "it goes on to the end of the run; add a row with 0")]
    if ends > run:
        return [
            ("hours", f"the run ends after {run / HOUR:g} h, the precipitation after {ends / HOUR:g} h", "")
        ]
    return []


def _command(scenario: Scenario) -> Remarks:
    answered = {(rule.hazard, rule.colour) for rule in scenario.command.rules}
    if scenario.command.timeline:
        return []
    if not scenario.storm.warnings:
        return [
            ("command", "no warning is issued and no level is set", "no team is called out unless ordered")
        ]
    return [
        ("command.rules", f"a {w.colour} warning of {w.hazard} is issued, but no rule answers it", "")
        for w in scenario.storm.warnings
        if (w.hazard, w.colour) not in answered
    ]


def _drains(scenario: Scenario) -> Remarks:
    if scenario.city.drains is None:
        return []
    inp = read_inp(scenario.city.drains)
    remarks: Remarks = []
    unplaced = [node.name for node in inp.nodes if node.name not in inp.coordinates]
    if unplaced:
        what = f"{len(unplaced)} drain nodes have no coordinates: {_some(unplaced)}"
        remarks.append(("city/drains.inp", what, "they cannot be shown on the map"))
    if not any(s.low_point for s in scenario.city.segments) and "water" in scenario.hazards:
        what = "no segment names its low point, so no road is ever flooded"
        remarks.append(
            ("city/roads.geojson", what, "give low_point, the drain node at a segment's lowest point")
        )
    return remarks


def _injects(scenario: Scenario) -> Remarks:
    late = [row for row in scenario.injects if row.t >= scenario.duration]
    return [("injects", f"{len(late)} injects lie after the end of the run", "")] if late else []


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (" and others" if len(names) > 5 else "")
