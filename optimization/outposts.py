"""Before the water comes: pumps to where it gathers, and underpasses shut on the forecast.

What the reports call for comes late by design: a pump truck drives and rigs for half an hour, a barrier takes the
police twenty minutes. When the forecast has a downpour for the hours ahead, pump crews that nobody needs now go to the
district's known points, the ones with most road at stake first, the strongest pumps first. Not to underpasses: they are
shut, and fill deeper than a pump keeps dry (with them among the points, a third of the gain is lost in the 3-year rain
and all of it in the 20-year one). An underpass is shut on the forecast where the chance that it fills, at the price of
one that was closed late, is more than its traffic's way round.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from optimization.barriers import DRY
from optimization.ground import Ground
from optimization.plan import LATE
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
FILLS = 50.0
"""mm in an hour from which an underpass fills (setting: about what drains of trunk roads are built for, 5 years in
Zhengzhou)."""
SPREAD = 0.3
"""Log-standard deviation of what falls against the forecast."""
STAYS = 3.0
"""h for which an underpass that is shut on the forecast stays shut (setting)."""
LEAST_WAY, MOST_WAY = 0.5, 5.0
"""km that a way round counts at least, as all traffic has to find it, and at most, where there is none (settings)."""


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
        self._detour = _detours(network)
        self._begin()
        found = {}
        for place in scenario.city.places:
            if place.kind in GAUGED and place.drain_node is not None:
                rows = list(network.by_low_point.get(place.drain_node, ()))
                weight = CLASS_WEIGHT[network.priority[rows] - 1] if rows else np.zeros(0)
                stake = float(weight @ network.length[rows]) / 1000 if rows else 0.0
                if rows and not network.underpass[rows].any():
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

    def _begin(self) -> None:
        self._shut: dict[int, int] = {}
        self._t = -1

    def barriers(self, situation: Situation) -> tuple[list[str], list[str], float]:
        """Underpasses to shut and to open on the forecast of this hour and the next, and the chance that they fill.

        Shutting one costs its traffic the way round for some hours; leaving it open costs ``LATE`` by that chance. Of
        those it shut it opens the dry ones again when another hour of the way round costs more than the chance.
        """
        if not self._respond:
            return [], [], 0.0
        if situation.t < self._t:
            self._begin()
        self._t = situation.t
        risk = chance(float(_rain(situation)[:2].max(initial=0.0)))
        reported, segments = situation.reported, situation.network.segments
        shut = [i for i, way in self._detour.items() if not reported.closed[i] and risk * LATE > way * STAYS]
        fresh = (reported.seen >= situation.t - HOUR) & (reported.water_depth < DRY) & reported.closed
        clear = [i for i, t in self._shut.items()
                 if fresh[i] and situation.t - t >= HOUR and risk * LATE < self._detour[i]]  # fmt: skip
        for i in shut:
            self._shut.setdefault(i, situation.t)
        return [segments[i].id for i in shut], [segments[i].id for i in clear], risk


def chance(rain: float) -> float:
    """That underpasses fill, where so many mm in an hour are forecast."""
    return float(ndtr(np.log(max(rain, 1e-9) / FILLS) / SPREAD))


def _detours(network: Network) -> dict[int, float]:
    """km of the way round each underpass that a drain keeps dry; those that share one are shut together."""
    found = {}
    for i in np.flatnonzero(network.underpass).tolist():
        if (low := network.segments[i].low_point) is not None:
            free = np.ones(len(network))
            free[list(network.by_low_point[low])] = 0.0
            there, back = int(network.tail[i]), int(network.head[i])
            more = float(network.times_from(there, free)[back]) - float(network.free_flow[i])
            found[i] = float(np.clip(more * network.speed[i] / 1000, LEAST_WAY, MOST_WAY))
    return found


def _rain(situation: Situation) -> np.ndarray:
    """(k,) mm of rain forecast for each hour."""
    outlook = situation.forecast
    return np.where(outlook.air >= 1.0, outlook.precipitation * HOUR, 0.0)
