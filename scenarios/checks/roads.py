"""Roads that hang together, and yards that stand on them."""

from __future__ import annotations

from functools import partial

import numpy as np

from scenarios.checks.facts import Facts, Found, cell, problem
from scenarios.marked import Marked
from scenarios.problems import shown
from scenarios.roads import Point, great_circle, line_length
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
            yield from _near(network, place, row, "place", PLACE_REACH)


def _length(segment: Segment, row: Marked) -> Found:
    measured = line_length(segment.line)
    if measured < 0.01:
        yield problem(
            row.where, "the line starts and ends at one point", "draw the road from junction to junction"
        )
    elif not measured / LENGTH_FACTOR < segment.length < measured * LENGTH_FACTOR:
        what = f"length_m is {segment.length:.6g}, but the line measures {measured:,.0f} m"
        yield problem(
            cell(row, Segment, "length"), what, "lengths are in metres; leave it out to have it measured"
        )


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
                what = f"junction {shown(junction)} lies {apart:,.0f} m from where segment {shown(known.id)} has it"
                hint = (
                    "the line seems to be drawn from end to start"
                    if turned
                    else "junctions are points: one place"
                )
                yield problem(cell(row, Segment, field), what, hint)


def _depot(facts: Facts, network: Network, depot: Depot, row: Marked) -> Found:
    far = list(_near(network, depot, row, "depot", DEPOT_REACH))
    yield from far
    if far or not facts.complete(Segment):
        return
    junction = network.nearest(depot.lon, depot.lat)
    parts = network.strong_components()
    within = int((parts[network.tail] == parts[junction]).sum())
    if within < len(network) / 2:
        what = f"the depot is unreachable: only {within} of {len(network)} segments can be reached from it and back"
        hint = f"its nearest junction is {shown(network.junctions[junction])}; check one-way streets and gaps there"
        yield problem(row.where, what, hint)


def _near(network: Network, site: Depot | Place, row: Marked, word: str, reach: float) -> Found:
    to_roads = partial(distances, lons=network.lon, lats=network.lat)
    apart = float(np.min(to_roads(site.lon, site.lat)))
    if apart <= reach:
        return
    what = f"the {word} is unreachable: the nearest junction is {apart / 1000:,.1f} km away"
    hint = f"at most {reach / 1000:g} km is taken as being on the roads"
    if abs(site.lon) <= 90 and float(np.min(to_roads(site.lat, site.lon))) <= reach:
        hint = "longitude and latitude look swapped"
    yield problem(cell(row, type(site), "lon"), what, hint)
