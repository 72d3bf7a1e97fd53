"""Sewers: which way they run, how deep they lie and how large they are (rational method, Manning)."""

from __future__ import annotations

import heapq
import math

from scenarios.jinshui.build.ground import RIVERS, along, crosses, distance
from scenarios.jinshui.build.parts import Drains, Pipe, Street, Ways
from scenarios.jinshui.build.rain import ZHENGZHOU

DESIGN_YEARS = 3.0
"""Return period of the sewers; Zhengzhou's are mostly of 1 to 3 years (flood.md 4, M)."""
INLET_TIME = 10.0
"""Minutes from roof to sewer, within the 5-15 of the code (flood.md 2e)."""
VELOCITY = 1.5
"""m/s in a full sewer, for the time of flow."""
ROUGHNESS = 0.014
"""Manning's n of concrete."""
LEAST_SLOPE = 0.0012
COVER = 1.2
"""Least earth over a pipe, m."""
RIVERSIDE = 900.0
"""A street this near a river may have an outfall into it, m."""
OUTFALL_GAP = 850.0
"""Least distance between two outfalls on one bank, m."""
UPHILL = 900.0
"""m of detour that a metre of counter-slope is worth when a sewer is laid."""
INLETS = 4.6
"""Grates a hectare at a waterlogging point: about the rain of half a year, which is why it floods (setting)."""
GRATE = 0.020
"""m3/s that a flat grate takes (flood.md 4)."""

CIRCLES = (0.6, 0.8, 1.0, 1.2, 1.35, 1.5, 1.65, 1.8, 2.0, 2.2, 2.4)
"""Diameters, m."""
BOXES = ((2.5, 2.2), (3.0, 2.4), (3.6, 2.6), (4.2, 2.8), (5.0, 3.0), (6.0, 3.2), (8.0, 3.4), (10.0, 3.6))
"""Width and height, m."""


def lay_sewers(drains: Drains, ways: Ways) -> None:
    """A sewer from every street towards its river, sized for all that comes down it."""
    mouths = _mouths(drains)
    parent, order = _downstream(drains, ways, mouths)
    extra: dict[str, float] = {}
    for sag in drains.sags.values():
        home = drains.nearest(sag.at)
        extra[home] = extra.get(home, 0.0) + sag.effective
    collected: dict[str, tuple[float, float]] = {}
    lowest: dict[str, float] = {}
    for name in reversed(order):
        street = drains.streets[name]
        area, time = collected.get(name, (0.0, INLET_TIME))
        area += street.effective + extra.get(name, 0.0)
        down, length = parent[name]
        fall = street.rim - drains.streets[down].rim if down in drains.streets else 1.0
        slope = max(LEAST_SLOPE, 0.8 * fall / length)
        width, height = section(area * ZHENGZHOU.rate(DESIGN_YEARS, time) / 3.6e6, slope)
        street.invert = min(street.rim - COVER - height, lowest.get(name, math.inf))
        end = street.invert - slope * length
        drains.pipes.append(Pipe(name, down, length, width, height, street.invert, end))
        if down in drains.streets:
            before, longest = collected.get(down, (0.0, INLET_TIME))
            collected[down] = (before + area, max(longest, time + length / VELOCITY / 60))
            lowest[down] = min(lowest.get(down, math.inf), end)
        else:
            drains.outfalls[down] = end
    drains.pipes.sort(key=lambda pipe: pipe.start)
    for sag in drains.sags.values():
        drains.pipes.append(_gully(sag, drains.streets[drains.nearest(sag.at)]))


def _gully(sag: Street, home: Street) -> Pipe:
    """The inlets of a waterlogging point and their lead into the sewer."""
    sag.invert = max(home.invert + 0.1, sag.rim - 1.3)
    limit = round(INLETS * sag.area / 1e4) * GRATE
    return Pipe(sag.id, home.id, 60.0, 0.8, 0.8, sag.invert, max(home.invert, sag.invert - 0.3), limit)


def _mouths(drains: Drains) -> dict[str, float]:
    """Streets whose sewer ends in a river, and how far off it is; spaced out along each bank."""
    near: list[tuple[float, str, str]] = []
    for name, street in drains.streets.items():
        far, river = min((along(line, street.at)[0], river) for river, line in RIVERS.items())
        if far <= RIVERSIDE:
            near.append((round(far, 1), name, river))
    chosen: dict[str, float] = {}
    for far, name, river in sorted(near):
        here = drains.streets[name].at
        others = (drains.streets[other].at for other in chosen)
        if not any(distance(here, o) < OUTFALL_GAP and not crosses((here, o), RIVERS[river]) for o in others):
            chosen[name] = max(far, 60.0)
    return chosen


def _downstream(
    drains: Drains, ways: Ways, mouths: dict[str, float]
) -> tuple[dict[str, tuple[str, float]], list[str]]:
    """Where each street's sewer leads and how long it is; streets from the outfalls upwards."""
    parent: dict[str, tuple[str, float]] = {}
    order: list[str] = []
    front = [(far, name, f"o{name[1:]}", far) for name, far in mouths.items()]
    heapq.heapify(front)
    while front:
        cost, name, down, length = heapq.heappop(front)
        if name in parent:
            continue
        parent[name] = (down, length)
        order.append(name)
        for other, (way, _) in ways.get(name, {}).items():
            if other not in parent:
                climb = max(0.0, drains.streets[name].rim - drains.streets[other].rim)
                heapq.heappush(front, (cost + way + UPHILL * climb, other, name, way))
    if missing := sorted(set(drains.streets) - set(parent)):
        raise ValueError(f"no way to a river from {missing}")
    return parent, order


def section(flow: float, slope: float) -> tuple[float, float]:
    """Width and height in m of the smallest section that carries a flow in m3/s when full (Manning)."""
    for d in CIRCLES:
        if math.pi * d * d / 4 * (d / 4) ** (2 / 3) * math.sqrt(slope) / ROUGHNESS >= flow:
            return d, d
    for w, h in BOXES:
        if w * h * (w * h / (2 * (w + h))) ** (2 / 3) * math.sqrt(slope) / ROUGHNESS >= flow:
            return w, h
    return BOXES[-1]
