"""Roads that hang together, and yards that stand on them."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from scenarios.checks.facts import Facts, Found, cell
from scenarios.marked import Marked
from scenarios.problems import problem, shown
from scenarios.roads import Point, great_circle, line_length
from scenarios.said import Said
from simulation.model import Depot, Place, Segment
from simulation.network import Network, distances

DEPOT_REACH = 500.0
"""m that a yard may lie from the nearest junction (setting)."""
PLACE_REACH = 5000.0
"""m that a place may lie from the nearest junction (setting)."""
JUNCTION_SLACK = 50.0
"""m that the ends of segments at one junction may lie apart (setting)."""
LENGTH_FACTOR = 5.0
"""How far a stated length may be off its line before it looks like another unit (setting)."""


def check(facts: Facts) -> Found:
    """Lengths, junctions, and the way from every yard to the roads."""
    rows = facts.rows(Segment)
    for segment, row in rows:
        yield from _length(segment, row)
    yield from _junctions(rows)
    if rows:
        network = Network([segment for segment, _ in rows])
        for depot, row in facts.rows(Depot):
            yield from _depot(facts, network, depot, row)
        for place, row in facts.rows(Place):
            yield from _near(network, place, row, PLACE_REACH)


def _length(segment: Segment, row: Marked) -> Found:
    measured = line_length(segment.line)
    if measured < 0.01:
        yield problem(row.where, "road.no_length")
    elif not measured / LENGTH_FACTOR < segment.length < measured * LENGTH_FACTOR:
        given, measures = f"{segment.length:.6g}", f"{measured:,.0f}"
        yield problem(cell(row, Segment, "length"), "road.length", given=given, measures=measures)


def _junctions(rows: list[tuple[Segment, Marked]]) -> Found:
    """Ends of segments that share a junction but not a place; often a line drawn the wrong way round."""
    first: dict[str, tuple[Point, Segment]] = {}
    for segment, row in rows:
        for field, point, other in (("start", segment.line[0], -1), ("end", segment.line[-1], 0)):
            junction = getattr(segment, field)
            place, known = first.setdefault(junction, (point, segment))
            apart = great_circle(place, point)
            if apart > JUNCTION_SLACK:
                turned = great_circle(place, segment.line[other]) <= JUNCTION_SLACK
                hint = Said("road.turned" if turned else "road.one_place")
                gaps: dict[str, Any] = {
                    "junction": shown(junction),
                    "metres": f"{apart:,.0f}",
                    "segment": shown(known.id),
                }
                yield problem(cell(row, Segment, field), "road.junction", hint=hint, **gaps)


def _depot(facts: Facts, network: Network, depot: Depot, row: Marked) -> Found:
    far = list(_near(network, depot, row, DEPOT_REACH))
    yield from far
    if far or not facts.complete(Segment):
        return
    junction = network.nearest(depot.lon, depot.lat)
    parts = network.strong_components()
    within = int((parts[network.tail] == parts[junction]).sum())
    if within < len(network) / 2:
        gaps: dict[str, Any] = {
            "within": within,
            "all": len(network),
            "junction": shown(network.junctions[junction]),
        }
        yield problem(row.where, "road.depot_cut_off", **gaps)


def _near(network: Network, site: Depot | Place, row: Marked, reach: float) -> Found:
    to_roads = partial(distances, lons=network.lon, lats=network.lat)
    apart = float(np.min(to_roads(site.lon, site.lat)))
    if apart <= reach:
        return
    swapped = abs(site.lon) <= 90 and float(np.min(to_roads(site.lat, site.lon))) <= reach
    hint = Said("road.swapped") if swapped else Said("road.reach", reach=f"{reach / 1000:g}")
    gaps: dict[str, Any] = {"noun": Said(f"noun.{type(site).__name__}"), "km": f"{apart / 1000:,.1f}"}
    yield problem(cell(row, type(site), "lon"), "road.unreachable", hint=hint, **gaps)
