"""Water on a road: how much stands at a depth, how it runs on to the next low point, and who it carries away.

Pure functions over arrays, one element a low point unless told otherwise; metres, m2, m3 and seconds. A low point
is a ``Basin``: a floor with ground that rises beside it, so that its volume grows with the depth and its square.

- A street: its carriageway, and the ground beside it on both sides at ``SIDE_SLOPE``.
- An underpass: its floor under the roof, and the ramps at both ends. Under the roof no more water fits once it
  touches the ceiling; the ramps fill on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

SIDE_SLOPE = 0.02
"""Rise of the ground beside a street, over which deep water spreads (cross-falls are 1.5-2 %; a setting)."""
RAMP_SLOPE = 0.04
"""Fall of an underpass's ramps (2.5-5 % are built; a setting)."""
CLEARANCE = 4.5
"""m from the carriageway to the roof: the least for motor vehicles on city roads (CJJ 37-2012)."""
KERB = 0.15
"""m of water from which a street runs on to the next: kerbs are 10-20 cm high (a setting)."""
WEIR = 1.66
"""m^0.5/s: flow over a broad sill per metre, by its head to the power 1.5 (HEC-22 for sags: 3.0 in feet)."""
ROUGHNESS = 0.020
"""Manning's n of a street that carries a flood (Melbourne Water, floodway safety criteria)."""
SLOPES = (0.0005, 0.12)
"""Least and greatest fall of a street that is reckoned with (a setting)."""


class Basin(NamedTuple):
    """The shape of low points: V(d) = floor * min(d, roof) + spread * d^2."""

    floor: np.ndarray
    """m2 at the lowest level, above 0."""
    spread: np.ndarray
    """m: half of what the water's surface gains with a metre of depth."""
    roof: np.ndarray
    """m above the floor, where the floor's part is full; inf under the open sky."""


def street(length: np.ndarray, width: np.ndarray) -> Basin:
    """A street of that length and width in m, as long as it is wet."""
    return Basin(length * width, length / SIDE_SLOPE, np.full(np.shape(length), np.inf))


def underpass(
    length: np.ndarray, width: np.ndarray, ramp_slope: float = RAMP_SLOPE, clearance: float = CLEARANCE
) -> Basin:
    """A level floor of that length and width in m under a roof, between two ramps of the same width."""
    return Basin(length * width, width / ramp_slope, np.full(np.shape(length), clearance))


def low_point(length: np.ndarray, width: np.ndarray, is_underpass: np.ndarray) -> Basin:
    """A street, or where ``is_underpass`` an underpass."""
    pairs = zip(street(length, width), underpass(length, width), strict=True)
    return Basin(*(np.where(is_underpass, pit, open_sky) for open_sky, pit in pairs))


def volume_at(basin: Basin, depth: np.ndarray) -> np.ndarray:
    """m3 that stand at a depth in m."""
    return basin.floor * np.minimum(depth, basin.roof) + basin.spread * np.square(depth)


def depth_of(basin: Basin, volume: np.ndarray) -> np.ndarray:
    """m of water that a volume in m3 makes; the inverse of ``volume_at``."""
    floor, spread, roof = basin
    below = (np.sqrt(floor**2 + 4 * spread * volume) - floor) / (2 * spread)
    above = np.sqrt(np.maximum(volume - floor * roof, 0.0) / spread)
    return np.where(below <= roof, below, above)


def over_sill(head: np.ndarray, width: np.ndarray) -> np.ndarray:
    """m3/s over a broad sill ``width`` m wide, with ``head`` m of water above it; 0 where there is none."""
    return WEIR * width * np.maximum(head, 0.0) ** 1.5


def drowned(upstream: np.ndarray, downstream: np.ndarray) -> np.ndarray:
    """Share of the flow over a sill that is left where the water behind it stands above it, too: heads in m
    (Villemonte 1947: (1 - (h2/h1)^1.5)^0.385)."""
    ratio = np.clip(downstream / np.maximum(upstream, 1e-9), 0.0, 1.0)
    return (1.0 - ratio**1.5) ** 0.385


def running(flow: np.ndarray, slope: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Depth in m and velocity in m/s of water that runs down a wide street, by its flow in m2/s (m3/s for each metre
    of width) and the street's fall in m/m: Manning's uniform flow. Their product is the flow."""
    depth = (ROUGHNESS * flow / np.sqrt(slope)) ** 0.6
    return depth, np.divide(flow, depth, out=np.zeros_like(depth), where=depth > 0)


def run_on(
    volume: np.ndarray, basin: Basin, width: np.ndarray, onward: np.ndarray, seconds: float
) -> np.ndarray:
    """m3 at each low point after water above the kerb ran on for some seconds; the sum stays what it was.

    ``onward`` is the index of the low point that a road leads down to, -1 where there is none. What runs on is
    what a street ``width`` m wide carries over a sill as high as the kerb, and never more than stands above it.
    """
    depth = depth_of(basin, volume)
    above = np.maximum(volume - volume_at(basin, np.full_like(volume, KERB)), 0.0)
    moved = np.minimum(over_sill(depth - KERB, width) * seconds, above)
    moved = np.where(onward >= 0, moved, 0.0)
    left = volume - moved
    np.add.at(left, onward[onward >= 0], moved[onward >= 0])
    return left


def onward(
    touching: Mapping[int, list[tuple[int, int]]], rim: np.ndarray, open_sky: np.ndarray
) -> np.ndarray:
    """(nodes,) the lowest of the low points that a node's roads meet, where it lies lower; -1 where none does.

    ``touching``: node -> (junction, junction) of each segment whose low point it is. ``rim`` (nodes,) m, levels;
    water leaves a node over the street only under the ``open_sky`` (nodes,), not up the ramps of an underpass. Every
    step leads down, so there are no circles.
    """
    lowest: dict[int, int] = {}
    for node in sorted(touching):
        for junction in (end for ends in touching[node] for end in ends):
            if junction not in lowest or rim[node] < rim[lowest[junction]]:
                lowest[junction] = node
    found = np.full(len(rim), -1)
    for node, roads in touching.items():
        met = (lowest[end] for ends in roads for end in ends)
        best = min(met, key=lambda other: (rim[other], other))
        if open_sky[node] and rim[best] < rim[node]:
            found[node] = best
    return found


def lips(touching: Mapping[int, list[tuple[int, int]]], rim: np.ndarray, open_sky: np.ndarray) -> np.ndarray:
    """(nodes,) m, level at which water leaves each low point: its own, or where all the streets that its roads meet
    lie higher, the lowest of theirs. Arguments as in ``onward``."""
    met: dict[int, list[int]] = {}
    for node, roads in touching.items():
        for junction in (end for ends in roads for end in ends):
            met.setdefault(junction, []).append(node)
    found = rim.copy()
    for node, roads in touching.items():
        others = [
            rim[other] for ends in roads for end in ends for other in met[end]
            if open_sky[other] and other != node
        ]  # fmt: skip
        if others:
            found[node] = max(rim[node], min(others))
    return found


class Limit(NamedTuple):
    """Up to where water does not carry a standing vehicle or person away."""

    depth: float
    """m of still water: a vehicle begins to float in more, a person cannot wade."""
    product: float
    """m2/s: depth times velocity in which it slides or falls."""
    velocity: float
    """m/s, however shallow."""


LIMITS = {
    "small_car": Limit(0.3, 0.3, 3.0),
    "large_car": Limit(0.4, 0.45, 3.0),
    "large_4wd": Limit(0.5, 0.6, 3.0),
    "truck": Limit(0.6, 0.6, 3.0),
    "child": Limit(0.5, 0.4, 3.0),
    "adult": Limit(1.2, 0.6, 3.0),
}
"""Vehicles: Shand et al. 2011, Australian Rainfall and Runoff, project 10 stage 2, table 3 (interim criteria for
standing vehicles). Trucks are not in it: 60 cm is where all vehicles stop (a setting), and the product is that of the
heaviest vehicle they give, on the safe side. People: Cox, Shand and Blacka 2010, the same project, stage 1: adults
wade with danger in more than 1.2 m (Emergency Management Australia), 0.4 m2/s is the limit for children; the depth
for children and the product for adults are cited from memory."""


VEHICLES = ("small_car", "large_car", "large_4wd", "truck")


def stands(limit: Limit, depth: np.ndarray, velocity: np.ndarray) -> np.ndarray:
    """bool: whether it stays where it is in water of that depth (m) and velocity (m/s)."""
    return (depth <= limit.depth) & ~swept(limit, depth * velocity, velocity)


def swept(limit: Limit, flow: np.ndarray, velocity: np.ndarray) -> np.ndarray:
    """bool: whether water that runs with a flow in m2/s (depth times velocity) and a velocity in m/s carries it off."""
    return (flow > limit.product) | ((velocity > limit.velocity) & (flow > 0))


def vehicle(wading_depth: float) -> Limit:
    """The limits of a machine that wades so deep, m: those of the largest vehicle that floats in no deeper water."""
    able = [name for name in VEHICLES if LIMITS[name].depth <= wading_depth + 1e-9]
    return LIMITS[able[-1] if able else VEHICLES[0]]


class Torrents:
    """Water that runs along the streets and down the ramps of underpasses, reckoned from how deep it stands.

    A street with water a kerb's height above its lip (``lips``) carries what flows over a sill to the low point that
    it leads to (``onward``), less where the water there stands above the sill, too. It runs with Manning's velocity on
    the fall between the two, and on a ramp's into an underpass. Nothing here moves water: that is the drain model's
    and ``run_on``'s.
    """

    def __init__(
        self, leads: np.ndarray, rim: np.ndarray, lip: np.ndarray, far: np.ndarray, below: np.ndarray
    ) -> None:
        """All (nodes,): index of the low point a street leads to, -1 for none; levels in m of the low points and of
        their lips; distance to that low point in m; which are underpasses."""
        self._from = np.flatnonzero(leads >= 0)
        self._to = leads[self._from]
        self._crest = lip[self._from] + KERB
        self._rim, self._ramp = rim, below[self._to]
        fall = (rim[self._from] - rim[self._to]) / np.maximum(far[self._from], 1.0)
        self._slope = np.clip(np.where(self._ramp, RAMP_SLOPE, fall), *SLOPES)

    def at(self, depth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(nodes,) flow in m2/s and velocity in m/s beside each low point, by the water that stands there in m; in an
        underpass the strongest that comes down its ramps."""
        level = self._rim + depth
        head = level[self._from] - self._crest
        flow = over_sill(head, np.ones_like(head))
        flow *= drowned(head, level[self._to] - self._crest)
        velocity = running(flow, self._slope)[1]
        found = np.zeros_like(depth), np.zeros_like(depth)
        for kept, values in zip(found, (flow, velocity), strict=True):
            kept[self._from] = values
            np.maximum.at(kept, self._to[self._ramp], values[self._ramp])
        return found
