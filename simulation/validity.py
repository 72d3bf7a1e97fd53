"""Whether an order or inject can be carried out: the reasons why not, in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Container

import numpy as np

from simulation.command import relay_seconds
from simulation.hauling import has_room
from simulation.model import LEVELS, Verb
from simulation.network import Network
from simulation.orders import (
    Action,
    Assign,
    Breakdown,
    Call,
    Close,
    Closure,
    NoShow,
    Open,
    Outage,
    Recall,
    Refusal,
    ReportLoss,
    SetLevel,
    Surge,
    Transfer,
)
from simulation.roadwork import PASSING, side_by_side
from simulation.teams import Crew, is_callable, target_node
from simulation.work import COMBINED, HAZARD_VERBS, ROAD_VERBS, TARGETS
from simulation.world import World

Crews = dict[str, Crew]
Reason = tuple[str, dict[str, str]] | None
EXCLUSIVE = (ROAD_VERBS - PASSING) | {"clear_inlet", "sandbag", "close", "guard"}
"""Verbs of which one crew at a target is enough; several may pump at one place, or plough a wide road abreast."""
SITE_WHAT = {"segment": "segment", "node": "drain node", "place": "place"}


def refusal(world: World, crews: Crews, action: Action) -> Refusal | None:
    """Why an action cannot be carried out now; None if it can."""
    reason = _CHECKS[type(action)](world, crews, action)
    return Refusal(action, *reason) if reason else None


def _assign(world: World, crews: Crews, order: Assign) -> Reason:
    if not world.scenario.respond:
        return "response_off", {}
    if order.crew not in crews:
        return "unknown_crew", {"crew": order.crew}
    crew = crews[order.crew]
    if not order.targets or not order.verbs:
        return "no_targets", {}
    if order.rate is not None and not 0 < order.rate <= 0.1:
        return "bad_value", {"what": "rate", "expected": "above 0 and at most 100 g/m2"}
    return (
        _ability(crew, order)
        or _work(world, order)
        or _readiness(world, crew)
        or _targets(world, crew, order)
    )


def _ability(crew: Crew, order: Assign) -> Reason:
    for verb in order.verbs:
        if verb not in crew.kind.abilities:
            return "no_ability", {"crew": crew.id, "verb": verb, "abilities": ", ".join(crew.kind.abilities)}
        if verb not in crew.team.skills:
            return "no_skill", {"crew": crew.id, "verb": verb, "skills": ", ".join(crew.team.skills)}
    if len(order.verbs) > 1 and not COMBINED.issuperset(order.verbs):
        return "bad_value", {"what": "verbs", "expected": "one, or several of plough, spread and haul"}
    return None


def _work(world: World, order: Assign) -> Reason:
    for verb in order.verbs:
        if verb in ROAD_VERBS and "snow" not in world.scenario.hazards:
            return "bad_value", {"what": "verbs", "expected": "work that there is: the scenario runs no snow"}
        if verb == "haul" and not has_room(world, with_salt=False):
            return "no_dump", {}
        if verb == "clear_footway" and not world.footway_area.any():
            return "no_footways", {}
        if TARGETS[verb] == "node" and not world.nodes:
            return "no_water_model", {"verb": verb}
    return None


def _readiness(world: World, crew: Crew) -> Reason:
    if crew.absent:
        return "absent", {"crew": crew.id}
    if crew.activity == "broken":
        return "broken_down", {"crew": crew.id, "until": clock_time(world, crew.until)}
    if (until := _ready_by_plan(world, crew)) is not None:
        return "mustering", {"crew": crew.id, "until": clock_time(world, until)}
    if not crew.active or crew.activity == "off":
        return "not_mustered", {"crew": crew.id, "level": crew.team.callout}
    if crew.activity == "rest" or crew.duty_left(world.t) <= 0:
        until = max(crew.until, world.t)
        return "resting", {"crew": crew.id, "until": clock_time(world, until)}
    return None


def _ready_by_plan(world: World, crew: Crew) -> int | None:
    """Second at which a crew that is called out and not yet there should be ready; None for any other.

    Reckoned as the command post can: when the level was declared, its words' way down, the team's own time.
    """
    asked = any(not HAZARD_VERBS[hazard].isdisjoint(crew.verbs) for hazard in world.scenario.hazards)
    if crew.activity not in ("off", "mustering") or not asked or not is_callable(crew.team, world.level):
        return None
    called = world.t
    for event in reversed(world.events):
        if event.kind == "level":
            if not is_callable(crew.team, int(event.value)):
                break
            called = event.t
    called += relay_seconds(world, crew.team.tier)
    team, start = crew.team, world.scenario.storm.start
    second = (start.hour * 3600 + start.minute * 60 + start.second + called) % 86400
    on_shift = team.duty_from <= second < team.duty_to or second + 86400 < team.duty_to
    return math.ceil(called + (team.muster if on_shift else team.callout_delay))


def _targets(world: World, crew: Crew, order: Assign) -> Reason:
    for verb in order.verbs:
        what = TARGETS[verb]
        sites: dict[str, Container[str]] = {
            "segment": world.network.segment_index, "node": world.node_index, "place": world.places,
        }  # fmt: skip
        for target in order.targets:
            if target not in sites[what]:
                return "unknown_target", {"what": SITE_WHAT[what], "target": target}
            if target_node(world, verb, target) < 0:
                return "wrong_place", {"verb": verb, "what": "node that a road leads to", "target": target}
            others = [c for c in world.claims.holders(verb, target) if c != crew.id]
            if others and len(others) >= room_at(world.network, verb, target):
                return "claimed", {"target": target, "other": others[0]}
    return None


def _recall(world: World, crews: Crews, order: Recall) -> Reason:
    if not world.scenario.respond:
        return "response_off", {}
    if order.crew not in crews:
        return "unknown_crew", {"crew": order.crew}
    return _readiness(world, crews[order.crew])


def _segments(world: World, segments: tuple[str, ...]) -> Reason:
    if not world.scenario.respond:
        return "response_off", {}
    if not segments:
        return "no_targets", {}
    for segment in segments:
        if segment not in world.network.segment_index:
            return "unknown_target", {"what": "segment", "target": segment}
    return None


def _close(world: World, crews: Crews, order: Close) -> Reason:
    reason = _segments(world, order.segments)
    if reason is None and all(world.closed[world.network.segment_index[s]] for s in order.segments):
        return "already_closed", {"target": ", ".join(order.segments)}
    return reason


def _open(world: World, crews: Crews, order: Open) -> Reason:
    reason = _segments(world, order.segments)
    if reason is None and not any(world.closed[world.network.segment_index[s]] for s in order.segments):
        return "not_closed", {"target": ", ".join(order.segments)}
    return reason


def _set_level(world: World, crews: Crews, order: SetLevel) -> Reason:
    if not world.scenario.respond:
        return "response_off", {}
    return None if order.level in (*LEVELS, "none") else ("unknown_level", {"level": order.level})


def _transfer(world: World, crews: Crews, order: Transfer) -> Reason:
    if not world.scenario.respond:
        return "response_off", {}
    if order.material not in world.material_index:
        return "unknown_material", {"material": order.material}
    for depot in (order.source, order.destination):
        if depot not in world.depot_index:
            return "unknown_depot", {"depot": depot}
    if not order.amount > 0 or order.source == order.destination:
        return "bad_amount", {}
    held = world.stock[world.depot_index[order.source], world.material_index[order.material]]
    if order.amount > held:
        words = {"depot": order.source, "held": f"{held / 1000:.1f}", "asked": f"{order.amount / 1000:.1f}"}
        return "not_enough", {**words, "material": order.material}
    source, destination = (world.depot_node[world.depot_index[d]] for d in (order.source, order.destination))
    if not np.isfinite(world.network.times_from(int(source))[destination]):
        expected = f"a depot that a road leads to from {order.source}"
        return "bad_value", {"what": "destination", "expected": expected}
    return None


def _positive(seconds: float, what: str) -> Reason:
    return None if 0 < seconds < math.inf else ("bad_value", {"what": what, "expected": "above 0"})


def _breakdown(world: World, crews: Crews, inject: Breakdown) -> Reason:
    if inject.crew not in crews:
        return "unknown_crew", {"crew": inject.crew}
    return _positive(inject.seconds, "duration")


def _outage(world: World, crews: Crews, inject: Outage) -> Reason:
    if inject.link not in world.pumps:
        return "unknown_target", {"what": "pump", "target": inject.link}
    return _positive(inject.seconds, "duration")


def _surge(world: World, crews: Crews, inject: Surge) -> Reason:
    if inject.node not in world.node_index:
        return "unknown_target", {"what": "drain node", "target": inject.node}
    return _positive(inject.flow, "flow") or _positive(inject.seconds, "duration")


def _no_show(world: World, crews: Crews, inject: NoShow) -> Reason:
    if all(c.team.id != inject.team for c in crews.values()):
        return "unknown_target", {"what": "team", "target": inject.team}
    return (
        None if 0 < inject.share <= 1 else ("bad_value", {"what": "share", "expected": "above 0, at most 1"})
    )


def _report_loss(world: World, crews: Crews, inject: ReportLoss) -> Reason:
    if inject.office not in {s.office for s in world.network.segments}:
        return "unknown_target", {"what": "office", "target": inject.office}
    return _positive(inject.seconds, "duration")


def _closure(world: World, crews: Crews, inject: Closure) -> Reason:
    if inject.segment not in world.network.segment_index:
        return "unknown_target", {"what": "segment", "target": inject.segment}
    return _positive(inject.seconds, "duration")


def room_at(network: Network, verb: Verb, target: str) -> float:
    """How many crews one target has work for: those abreast on a road, one for most work, any number of pumps."""
    if verb in PASSING:
        return side_by_side(network, network.segment_index[target])
    return 1 if verb in EXCLUSIVE else math.inf


def clock_time(world: World, second: int) -> str:
    """A second of the run as local time of day, with the day where it is not the first."""
    start = world.scenario.storm.start
    since_midnight = start.hour * 3600 + start.minute * 60 + start.second + second
    day, rest = divmod(since_midnight, 86400)
    text = f"{rest // 3600:02d}:{rest % 3600 // 60:02d}"
    return text if day == 0 else f"{text} +{day}d"


_CHECKS: dict[type, Callable[..., Reason]] = {
    Assign: _assign, Recall: _recall, Close: _close, Open: _open, SetLevel: _set_level, Transfer: _transfer,
    Breakdown: _breakdown, Outage: _outage, Surge: _surge, Call: lambda world, crews, inject: None,
    NoShow: _no_show, ReportLoss: _report_loss, Closure: _closure,
}  # fmt: skip
