"""Before the water comes: pumps to where it gathers, and underpasses shut on the forecast.

What the reports call for comes late by design: a pump truck drives and rigs for half an hour, a barrier takes the
police twenty minutes. When the forecast has a downpour for the hours ahead, pump crews that nobody needs now go to the
district's known points, the ones with most road at stake first, the strongest pumps first; and underpasses are shut
where even its amount, as likely exceeded as not, would be worth it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from optimization.ground import Ground
from simulation.hazards.advice import CLASS_WEIGHT
from simulation.hazards.flood_advice import GAUGED
from simulation.model import Scenario
from simulation.network import Network
from simulation.orders import Assign
from simulation.situation import CrewReport, Situation

HOUR = 3600.0
DOWNPOUR = 20.0
"""mm in an hour from which rain is a downpour (short-time heavy rain, China Meteorological Administration)."""
WAIT = 1
"""Hours ahead, besides this one, in which a downpour sends pumps out: a pump stands by at a dry place for half an
hour, then it has to be sent again."""
CLOSING = 50.0
"""mm in an hour at which an underpass is shut beforehand (setting: about what drains of trunk roads are built for, 5
years in Zhengzhou), by the amount that one forecast in six exceeds."""
EXCEEDED = 1.35
"""Times the forecast amount that one in six exceeds (log-standard deviation of 0.3)."""


class Outpost(NamedTuple):
    """A known point where water gathers."""

    node: str
    junction: int
    stake: float
    """Class-weighted km of road that it puts under water."""


class Outposts:
    """The known points of a district."""

    def __init__(self, scenario: Scenario, ground: Ground) -> None:
        network = Network(scenario.city.segments)
        self._ground, self._respond = ground, scenario.respond
        self._underpasses = network.underpass & np.array([s.low_point is not None for s in network.segments])
        found = {}
        for place in scenario.city.places:
            if place.kind in GAUGED and place.drain_node is not None:
                rows = list(network.by_low_point.get(place.drain_node, ()))
                weight = CLASS_WEIGHT[network.priority[rows] - 1] if rows else np.zeros(0)
                stake = float(weight @ network.length[rows]) / 1000 if rows else 0.0
                if rows:
                    found[place.drain_node] = Outpost(place.drain_node, int(network.tail[rows[0]]), stake)
        self._posts = sorted(found.values(), key=lambda post: (-post.stake, post.node))

    def orders(self, situation: Situation, idle: Sequence[CrewReport]) -> list[Assign]:
        """Pump crews to known points that have none, while a downpour is near; nearest of the strongest first."""
        if not self._posts or _rain(situation)[: WAIT + 1].max(initial=0.0) < DOWNPOUR:
            return []
        held = {target for crew in situation.crews if "pump" in crew.verbs for target in crew.targets}
        kinds = self._ground.kinds
        free = [c for c in idle if "pump" in c.verbs and c.duty_left > HOUR]
        orders = []
        for post in self._posts:
            if post.node in held or post.node not in situation.nodes or not free:
                continue
            ways = [float(situation.travel_times(c.node)[post.junction]) for c in free]
            reach = [i for i, way in enumerate(ways) if way < HOUR]
            if reach:
                best = min(reach, key=lambda i: (-kinds[free[i].kind].pump_rate, ways[i], free[i].id))
                orders.append(Assign(free.pop(best).id, ("pump",), (post.node,)))
        return orders

    def closings(self, situation: Situation) -> list[str]:
        """Underpasses to shut on the forecast of this hour and the next."""
        if not self._respond or EXCEEDED * _rain(situation)[:2].max(initial=0.0) < CLOSING:
            return []
        shut = self._underpasses & ~situation.reported.closed
        return [situation.network.segments[i].id for i in np.flatnonzero(shut)]


def _rain(situation: Situation) -> np.ndarray:
    """(k,) mm of rain forecast for each hour."""
    outlook = situation.forecast
    return np.where(outlook.air >= 1.0, outlook.precipitation * HOUR, 0.0)
