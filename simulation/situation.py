"""What the command post may know: reports with their age, crews, stock, jobs, forecast. Never the truth.

The same `Situation` is shown to a person and handed to an optimiser; a dispatcher is any callable
``Situation -> iterable of orders``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from simulation.model import Verb
from simulation.orders import Order

if TYPE_CHECKING:
    from simulation.network import Network

IDLE = ("standby",)
"""Activities in which a crew waits for an order. Other activities: off, mustering, travel, work, setup,
refill, refuel, rest, broken, absent, stranded."""


class CrewReport(NamedTuple):
    """A crew as the command post sees it (crews report their own state at once, by radio).

    A tuple, since a hundred of them are made for every decision.
    """

    id: str
    team: str
    kind: str
    verbs: tuple[Verb, ...]
    """What it can do: its machine's abilities and its team's skills."""
    activity: str
    node: int
    """Junction where it is or was last (index into ``Network.junctions``)."""
    depot: int
    """Its depot (index into ``Fleet.depots``)."""
    load: float
    """Material in the hopper, kg."""
    material: str
    """What that is; empty where it carries none."""
    duty_left: float
    """Seconds until it must rest or be relieved."""
    targets: tuple[str, ...]
    """What it is working through."""
    idle: bool


@dataclass(frozen=True)
class Jobs:
    """Work that reports call for now, one row a job; arrays of equal length n.

    A job is a treatment of one target: verbs that belong to one pass stand together.
    """

    verbs: tuple[tuple[Verb, ...], ...]
    target: tuple[str, ...]
    place: np.ndarray
    """(n,) int: junction index where the work is."""
    segment: np.ndarray
    """(n,) int: segment index for work on roads, -1 elsewhere."""
    weight: np.ndarray
    """(n,) float: urgency, weight of the class x severity; higher first."""
    need: np.ndarray
    """(n,) float: size of the work: m2 of carriageway, m3 of water, or inlets."""
    rate: np.ndarray
    """(n,) float: advised dose in kg/m2 (0 where none)."""
    crews: np.ndarray
    """(n,) int: crews that are already on it or on the way."""
    reason: tuple[str, ...]
    """Key of the sentence that says why, ``advice.<key>`` in the language files."""

    def __len__(self) -> int:
        return len(self.target)

    @cached_property
    def by_verbs(self) -> dict[tuple[Verb, ...], np.ndarray]:
        """Rows for each set of verbs that a job asks for, in order of first appearance."""
        code = {verbs: i for i, verbs in enumerate(dict.fromkeys(self.verbs))}
        codes = np.fromiter(map(code.__getitem__, self.verbs), int, len(self))
        return {verbs: np.flatnonzero(codes == i) for verbs, i in code.items()}


def joined(parts: Sequence[Jobs]) -> Jobs:
    """Several tables of jobs as one."""
    parts = [p for p in parts if len(p)] or parts[:1]
    if len(parts) == 1:
        return parts[0]
    return Jobs(
        verbs=sum((p.verbs for p in parts), ()),
        target=sum((p.target for p in parts), ()),
        reason=sum((p.reason for p in parts), ()),
        **{
            name: np.concatenate([getattr(p, name) for p in parts])
            for name in ("place", "segment", "weight", "need", "rate", "crews")
        },
    )


@dataclass(frozen=True)
class Reported:
    """The last report of every segment and drain node, with the second it was seen (-1 = never)."""

    snow: np.ndarray
    """(segments,) kg/m2 of loose snow."""
    ice: np.ndarray
    """(segments,) kg/m2 of hardpack and ice."""
    road_temperature: np.ndarray
    """(segments,) degC."""
    water_depth: np.ndarray
    """(segments,) m of water."""
    seen: np.ndarray
    """(segments,) int second of observation."""
    node_depth: np.ndarray
    """(nodes,) m of water above the rim; empty without drains."""
    node_seen: np.ndarray
    """(nodes,) int second of observation."""
    closed: np.ndarray
    """(segments,) bool: closed to traffic by order or known to be blocked."""
    film: np.ndarray = field(default_factory=lambda: np.zeros(0))
    """(segments,) kg/m2 of water or brine on the carriageway; empty where nobody looks at it."""


@dataclass(frozen=True)
class Outlook:
    """The forecast as issued now, hourly."""

    t: np.ndarray
    """(k,) seconds of the run at which each hour starts."""
    precipitation: np.ndarray
    """(k,) kg/m2/s"""
    air: np.ndarray
    """(k,) degC"""
    wind: np.ndarray = field(default_factory=lambda: np.zeros(0))
    """(k,) m/s at 10 m; empty where the service does not say"""


@dataclass(frozen=True)
class Message:
    """Words that reached the command post: a call, a warning, a note."""

    t: int
    kind: str
    target: str
    zh: str
    en: str


@dataclass(frozen=True)
class Situation:
    """All that a decision may rest on, at one second."""

    t: int
    why: str
    """start, routine, idle, warning, level, inject; pause where it is no decision point."""
    level: str
    """Response level in force: none, IV, III, II, I."""
    reported: Reported
    crews: tuple[CrewReport, ...]
    stock: np.ndarray
    """(depots, materials) kg in the yards."""
    jobs: Jobs
    forecast: Outlook
    messages: tuple[Message, ...]
    """New since the last situation."""
    network: Network
    travel_factor: np.ndarray
    """(segments,) speed now over free-flow speed, from reports; 0 = blocked."""
    nodes: tuple[str, ...] = ()
    """Drain nodes, in the order of ``Reported.node_depth``."""
    _times: dict[int, np.ndarray] = field(default_factory=dict, repr=False, compare=False)

    def travel_times(self, node: int) -> np.ndarray:
        """(junctions,) seconds from a junction to every other on the reported roads, at free-flow speed
        divided by ``travel_factor``; inf where no way is known to be open."""
        if node not in self._times:
            self._times[node] = self.network.times_from(node, self.travel_factor)
        return self._times[node]


class Dispatcher(Protocol):
    """Anything that answers a situation with orders, in time, and deterministically."""

    def __call__(self, situation: Situation) -> Iterable[Order]: ...


DispatcherFactory = Callable[..., Dispatcher]
"""``make(scenario: Scenario, seed: int = 0) -> Dispatcher``: each module in optimization/dispatchers has one."""
