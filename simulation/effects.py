"""What an accepted order or inject does to the world."""

from __future__ import annotations

import math
from collections.abc import Generator

import simpy

from simulation.command import CommandPost, Reports, relay_seconds
from simulation.machine import BLOCKED_WAIT
from simulation.model import Stock
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
    ReportLoss,
    SetLevel,
    Surge,
    Transfer,
    level_rank,
)
from simulation.situation import Message
from simulation.teams import Crew
from simulation.work import open_segment
from simulation.world import World

Later = Generator[simpy.Event, object, None]
TRANSFER_LOADING = 30 * 60
"""s to load and unload (MDSS: reload 30 min)."""


def carry_out(
    world: World, crews: dict[str, Crew], command: CommandPost, reports: Reports, action: Action
) -> None:
    """Put an action that was found valid into effect."""
    clock = world.clock
    match action:
        case Assign():
            _assign(world, crews[action.crew], action)
        case Recall():
            clock.process(_recall(world, crews[action.crew]))
        case Close():
            world.note("order", "police", action.segments[0], "close")
            command.close_by_police([world.network.segment_index[s] for s in action.segments])
        case Open():
            for segment in action.segments:
                open_segment(world, world.network.segment_index[segment], "police")
        case SetLevel():
            command.declare(level_rank(action.level))
        case Transfer():
            clock.process(_transfer(world, action))
        case Breakdown():
            _inject(world, action.crew, "breakdown", action.seconds)
            crews[action.crew].break_down(action.seconds)
        case Outage():
            _inject(world, action.link, "outage", action.seconds)
            pump = world.pumps.index(action.link)
            world.power_until[pump] = max(int(world.power_until[pump]), world.t + action.seconds)
        case Surge():
            _inject(world, action.node, "surge", action.flow)
            clock.process(_surge(world, action))
        case Call():
            _inject(world, action.target, "call", 0.0)
            command.messages.append(Message(world.t, "call", action.target, action.zh, action.en))
        case NoShow():
            _inject(world, action.team, "no_show", action.share)
            _absent(world, crews, action)
        case ReportLoss():
            _inject(world, action.office, "report_loss", action.seconds)
            reports.lose(action.office, action.seconds)
        case Closure():
            _inject(world, action.segment, "closure", action.seconds)
            clock.process(_closure(world, action))


def _inject(world: World, target: str, kind: str, value: float) -> None:
    world.note("inject", "", target, kind, value)


def _assign(world: World, crew: Crew, order: Assign) -> None:
    """Claims change hands at once; the words need their way down to the crew."""
    crew.promise(order)
    world.note("order", crew.id, order.targets[0], "+".join(order.verbs), len(order.targets))
    world.clock.process(_deliver(world, crew, order))


def _deliver(world: World, crew: Crew, order: Assign) -> Later:
    yield world.clock.wait(relay_seconds(world, crew.team.tier))
    if crew.promised is order:
        crew.receive(order)


def _recall(world: World, crew: Crew) -> Later:
    """Void if the crew gets another order before the words arrive; not if it finishes its work by then."""
    world.note("order", crew.id, "", "recall")
    crew.promise(crew.order)
    standing = crew.order
    yield world.clock.wait(relay_seconds(world, crew.team.tier))
    if crew.promised is standing or crew.promised is None:
        crew.receive(None)


def _transfer(world: World, order: Transfer) -> Later:
    """Material leaves one yard at once and reaches the other after loading and the drive."""
    row, column = world.depot_index[order.source], world.material_index[order.material]
    to = world.depot_index[order.destination]
    world.stock[row, column] -= order.amount
    world.add(f"in_transit.{order.material}", order.amount)
    world.note("order", "", order.destination, "transfer", order.amount, order.material)
    yield world.clock.wait(math.ceil(TRANSFER_LOADING))
    while not math.isfinite(drive := _truck_seconds(world, row, to)):
        yield world.clock.wait(BLOCKED_WAIT)
    yield world.clock.wait(math.ceil(drive))
    world.stock[to, column] += order.amount
    world.add(f"in_transit.{order.material}", -order.amount)
    world.note("refill", "", order.destination, order.material, order.amount)


def supply(world: World, stock: Stock) -> Later:
    """What was ordered reaches its yard at its time."""
    yield world.clock.wait(int(stock.arrives))
    row, column = world.depot_index[stock.depot], world.material_index[stock.material]
    world.stock[row, column] += stock.ordered
    world.stock_given[row, column] += stock.ordered
    world.note("refill", "", stock.depot, stock.material, stock.ordered)


def _truck_seconds(world: World, source: int, destination: int) -> float:
    """s that a truck drives between two depots round what is closed now; inf where no way is open."""
    routes = world.routes[max(world.routes)]
    return float(routes.times(int(world.depot_node[source]))[world.depot_node[destination]])


def _surge(world: World, inject: Surge) -> Later:
    node = world.node_index[inject.node]
    world.surge_flow[node] += inject.flow
    yield world.clock.wait(inject.seconds)
    left = world.surge_flow[node] - inject.flow
    world.surge_flow[node] = left if left > 1e-9 else 0.0


def _closure(world: World, inject: Closure) -> Later:
    index = world.network.segment_index[inject.segment]
    world.fields["obstacle"][index] += 1
    world.block_routes()
    yield world.clock.wait(inject.seconds)
    world.fields["obstacle"][index] -= 1
    world.block_routes()


def _absent(world: World, crews: dict[str, Crew], inject: NoShow) -> None:
    """The first crews of the team, by order of the roster, up to the share, rounded up."""
    members = [c for c in crews.values() if c.team.id == inject.team]
    for crew in members[: math.ceil(inject.share * len(members) - 1e-9)]:
        crew.stay_away()
