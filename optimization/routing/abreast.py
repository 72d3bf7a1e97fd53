"""Machines abreast (tandem, echelon): crews that start together, drive the same way and take a strip each.

For the search they are one vehicle that needs fewer passes; here is how many, where there is room for them, and what
each of them does in the route that was found.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimization.routing.route_plan import CrewRoute, Leg
from simulation import roadwork
from simulation.network import Network


def passes_abreast(network: Network, strips: np.ndarray, machines: int) -> np.ndarray:
    """(segments,) passes in which some machines abreast treat roads that are ``strips`` passes of one of them wide."""
    if machines == 1:
        return strips
    directions = np.where(network.oneway, 1, 2)
    return np.asarray(directions * np.ceil(strips / directions / machines).astype(int))


def room_for(network: Network, machines: int) -> np.ndarray:
    """(segments,) bool: there is a lane for each of some machines abreast, in one direction."""
    if machines == 1:
        return np.ones(len(network), bool)
    return np.array([roadwork.side_by_side(network, i) >= machines for i in range(len(network))])


def split(route: CrewRoute) -> tuple[CrewRoute, ...]:
    """What each crew of a route does that several drive abreast: a strip of every pass, its share of the salt, and its
    turn at the bay while the others wait."""
    crews = (route.crew, *route.beside)
    if len(crews) == 1:
        return (route,)
    return tuple(
        replace(
            route, crew=crew, beside=tuple(c for c in crews if c != crew), filled=route.filled / len(crews),
            legs=tuple(part for leg in route.legs for part in _part(leg, nth, len(crews))),
        )
        for nth, crew in enumerate(crews)
    )  # fmt: skip


def _part(leg: Leg, nth: int, crews: int) -> list[Leg]:
    """The leg of the nth crew."""
    kilograms, load = leg.kilograms / crews, leg.load / crews
    if leg.kind == "work":
        strip = (leg.number - 1) * crews + nth + 1
        return [replace(leg, number=strip, count=leg.count * crews, kilograms=kilograms, load=load)]
    if leg.kind != "refill":
        return [replace(leg, load=load)]
    each = (leg.end - leg.start) / crews
    begin, end = leg.start + nth * each, leg.start + (nth + 1) * each
    parts = [replace(leg, start=begin, end=end, kilograms=kilograms, load=load)]
    if nth:
        parts.insert(0, Leg("wait", leg.start, begin, load=load - kilograms, depot=leg.depot))
    if nth < crews - 1:
        parts.append(Leg("wait", end, leg.end, load=load, depot=leg.depot))
    return parts
