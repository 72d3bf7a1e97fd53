"""What a route plan is: for each crew its legs of work, way, loading and rest, in order. Frozen data, SI units.

Times are seconds after ``RoutePlan.start``, the second of the storm at which the first crews are called out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np

from simulation.model import Verb
from simulation.network import Network

WHYS = ("no_crew", "no_way", "no_salt", "closed")
"""Why passes are left out."""
LegKind = Literal["work", "travel", "refill", "rest", "wait"]


@dataclass(frozen=True)
class Leg:
    """One thing a crew does, from when the last one ended."""

    kind: LegKind
    start: float
    end: float
    segment: str = ""
    """Road that is worked or driven along."""
    forward: bool = True
    """From the segment's start to its end, or back."""
    turn: str = ""
    """Turn into it: straight, left, right, round; its seconds are part of the leg. Empty from a yard."""
    number: int = 0
    """Which of the passes of this road it is, from 1; 0 where nothing is worked."""
    count: int = 0
    """Passes in which the road is worked."""
    verbs: tuple[Verb, ...] = ()
    kilograms: float = 0.0
    """Spread, or loaded."""
    load: float = 0.0
    """kg in the hopper at the end."""
    depot: str = ""
    """Yard of loading or rest."""


@dataclass(frozen=True)
class CrewRoute:
    """What one crew drives."""

    crew: str
    kind: str
    team: str
    depot: str
    """Yard where it sets out and to which it returns."""
    material: str
    ready: float
    """s at which it is ready there."""
    filled: float
    """kg it sets out with."""
    legs: tuple[Leg, ...]
    beside: tuple[str, ...] = ()
    """Crews that drive abreast with it all the way."""

    @property
    def end(self) -> float:
        """s at which it is back."""
        return self.legs[-1].end if self.legs else self.ready

    @property
    def works(self) -> list[Leg]:
        """Its passes."""
        return [leg for leg in self.legs if leg.kind == "work"]


@dataclass(frozen=True)
class Undone:
    """Passes that the plan leaves, and why (``WHYS``)."""

    segment: str
    passes: int
    why: str


@dataclass(frozen=True)
class RoutePlan:
    """Routes for a district in a storm, and what they rest on."""

    scenario: str
    objective: str
    seed: int
    start: int
    depth: float
    """m of snow that the blades are reckoned to push."""
    factor: float
    """Speed of traffic over free flow."""
    doses: Mapping[str, float]
    """kg/m2 by material."""
    horizon: float
    """s by which all crews should be back."""
    routes: tuple[CrewRoute, ...]
    undone: tuple[Undone, ...] = ()
    turns: int = 0
    """Turns of the search."""
    seconds: float = 0.0
    """s that the search took."""
    stopped: bool = False
    """Whether it was stopped by hand: the best so far."""
    closed: tuple[str, ...] = ()
    """Segments that are taken to be shut."""

    def to_json(self) -> dict[str, Any]:
        """Plain data, for ``plan.json``; fields that say nothing are left out of the legs."""
        plain = asdict(self)
        for route in plain["routes"]:
            route["legs"] = [
                {
                    k: _plain(v)
                    for k, v in leg.items()
                    if v not in ("", (), 0, 0.0) or k in ("start", "end", "forward")
                }
                for leg in route["legs"]
            ]
        return plain


def _plain(value: Any) -> Any:
    return round(value, 2) if isinstance(value, float) else value


@dataclass(frozen=True)
class Figures:
    """What a plan comes to."""

    last: tuple[float | None, ...]
    """For classes 1 to 4: s at which the last pass is done; None where the class has none."""
    mean: tuple[float | None, ...]
    """The same for the mean of the passes' ends, by lane-km."""
    weighted: float
    """s: mean end of all passes by weight of the class and lane-km."""
    work: float
    """m driven at work."""
    empty: float
    """m driven between works."""
    makespan: float
    """s at which the last crew is back."""
    balance: float
    """Mean length of the crews' routes over the longest; 1 = all alike."""
    refills: int
    kilograms: float
    """Spread."""
    passes: int
    crews: int
    """Crews that have work."""
    undone: int = 0
    """Passes that are left."""
    salted: float = field(default=0.0)
    """kg loaded from the yards, first fillings left aside."""

    @property
    def metres(self) -> float:
        """m in all."""
        return self.work + self.empty


def in_turn(routes: Sequence[CrewRoute]) -> list[CrewRoute]:
    """The same routes with the passes of each road and direction numbered in the order in which they are driven.

    They are alike for a search; a driver who goes along a street keeps to one strip of it, and its middle comes last.
    """
    passes: dict[tuple[str, bool], list[tuple[float, int, int, int]]] = {}
    for r, route in enumerate(routes):
        for k, leg in enumerate(route.legs):
            if leg.kind == "work":
                passes.setdefault((leg.segment, leg.forward), []).append((leg.start, leg.number, r, k))
    number = {
        (r, k): n
        for alike in passes.values()
        for (_, _, r, k), n in zip(sorted(alike), sorted(p[1] for p in alike), strict=True)
    }
    return [
        replace(route, legs=tuple(
            replace(leg, number=number[r, k]) if leg.kind == "work" else leg for k, leg in enumerate(route.legs)
        ))
        for r, route in enumerate(routes)
    ]  # fmt: skip


def figures(plan: RoutePlan, network: Network, weight: np.ndarray) -> Figures:
    """Sum a plan up. ``weight``: (segments,) of having each road done."""
    index = network.segment_index
    rows: list[tuple[int, float, float]] = []
    work = empty = kilograms = salted = 0.0
    refills = 0
    for route in plan.routes:
        for leg in route.legs:
            if leg.kind == "work":
                i = index[leg.segment]
                rows.append((i, leg.end, 1.0 / leg.count))
                work += float(network.length[i])
                kilograms += leg.kilograms
            elif leg.kind == "travel":
                empty += float(network.length[index[leg.segment]])
            elif leg.kind == "refill":
                refills, salted = refills + 1, salted + leg.kilograms
    segment = np.array([r[0] for r in rows], int)
    ends, share = np.array([r[1] for r in rows], float), np.array([r[2] for r in rows], float)
    priority = network.priority[segment]
    lanes = network.lane_length[segment] * share
    last, mean = [], []
    for p in (1, 2, 3, 4):
        mine = priority == p
        last.append(float(ends[mine].max()) if mine.any() else None)
        mean.append(float(ends[mine] @ lanes[mine] / lanes[mine].sum()) if mine.any() else None)
    heavy = weight[segment] * share
    spans = [r.end - r.ready for r in plan.routes if r.works]
    longest = max(spans, default=0.0)
    return Figures(
        tuple(last), tuple(mean), float(ends @ heavy / heavy.sum()) if len(rows) else 0.0, work, empty,
        max((r.end for r in plan.routes if r.works), default=0.0),
        float(np.mean(spans)) / longest if longest else 1.0, refills, kilograms, len(rows), len(spans),
        sum(u.passes for u in plan.undone), salted,
    )  # fmt: skip
