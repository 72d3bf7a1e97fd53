"""From named courses to junctions and segments: join, cut at barriers, carry structures, bend onto the ground."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import pairwise

from scenarios.jinshui.build.ground import (
    RAILWAYS,
    RIVERS,
    Point,
    bend,
    chance,
    crosses,
    crossing,
    degrees,
    distance,
)
from scenarios.jinshui.build.streets import Street, Structure

TOUCH = 70.0
"""A road that ends this near another one meets it, m."""
MERGE = 45.0
"""Crossings nearer than this are one junction, m."""
STUB = 130.0
"""Shorter dead ends are left out, m."""
SPAN = 40.0
"""Half of a bridge or underpass with its ramps, m."""
STRAIGHT = 260.0
"""A longer segment is drawn with points between its ends, m."""

LANES = {"expressway": 8, "arterial": 6, "secondary": 4, "local": 2}
WIDTH = {"expressway": 30.0, "arterial": 23.0, "secondary": 15.0, "local": 9.0}
FOOTWAY = {"expressway": 0.0, "arterial": 8.0, "secondary": 6.0, "local": 0.0}
"""m of footway that the district clears, both sides together (settings); on local streets those clear it whose doors
open onto it (the frontage contracts, menqian sanbao)."""
SPEED = {"expressway": 80.0, "arterial": 50.0, "secondary": 40.0, "local": 30.0}
PRIORITY = {"expressway": 1, "arterial": 1, "secondary": 2, "local": 4}


@dataclass(frozen=True)
class Piece:
    """A segment on the plan, between two junctions."""

    id: str
    street: Street
    start: int
    end: int
    line: tuple[Point, ...]
    """Plan points from start to end."""
    structure: Structure | None = None
    priority: int = 4
    office: str = ""
    low_point: str = ""

    @property
    def kind(self) -> str:
        return self.structure.kind if self.structure else "none"

    @property
    def middle(self) -> Point:
        return point_at(self.line, 0.5)


@dataclass
class Roads:
    """The road network on the plan."""

    junctions: list[Point]
    """Plan points; pieces name them by index."""
    pieces: list[Piece]
    meets: dict[frozenset[str], int] = field(default_factory=dict)
    """The junction of two roads, by their Chinese names."""

    def crossing_of(self, names: str) -> Point:
        """Plan point where two roads meet, given as ``one|other``. Raises ValueError where they do not."""
        junction = self.meets.get(frozenset(names.split("|")))
        if junction is None:
            raise ValueError(f"no junction of {names} in streets.csv")
        return self.junctions[junction]


def build_roads(streets: list[Street], structures: list[Structure]) -> Roads:
    """Junctions where roads meet, segments between them, structures on the segments that carry them."""
    separated = {frozenset((s.road, s.barrier)) for s in structures}
    junctions, meets, stops = _junctions(streets, separated)
    pieces: list[Piece] = []
    for street in streets:
        pieces += _cut(street, stops[street.zh], junctions)
    pieces = _at_barriers(_single(pieces), structures, {s.zh: s.course for s in streets}, junctions)
    by_name = {s.zh: s for s in streets}
    pieces += [_tunnel(s, by_name[s.road], junctions, meets) for s in structures if s.start]
    return _connected(Roads(junctions, pieces, meets))


def _junctions(
    streets: list[Street], separated: set[frozenset[str]]
) -> tuple[list[Point], dict[frozenset[str], int], dict[str, list[tuple[float, int]]]]:
    """Junction points, who meets there, and each road's stops: (distance along its course, junction)."""
    found: list[tuple[Point, str, float, str, float]] = []
    for i, one in enumerate(streets):
        for other in streets[i + 1 :]:
            if frozenset((one.zh, other.zh)) in separated:
                continue
            found += [(at, one.zh, s, other.zh, t) for at, s, t in _meetings(one.course, other.course)]
    found.sort(key=lambda item: (-round(item[0][1]), round(item[0][0]), item[1], item[3]))
    junctions: list[Point] = []
    meets: dict[frozenset[str], int] = {}
    stops: defaultdict[str, dict[int, float]] = defaultdict(dict)
    for at, one_zh, s, other_zh, t in found:
        near = next((k for k, place in enumerate(junctions) if distance(place, at) < MERGE), None)
        if near is None:
            near = len(junctions)
            junctions.append(at)
        meets.setdefault(frozenset((one_zh, other_zh)), near)
        stops[one_zh].setdefault(near, s)
        stops[other_zh].setdefault(near, t)
    ordered = {s.zh: sorted((at, junction) for junction, at in stops[s.zh].items()) for s in streets}
    return junctions, meets, ordered


def _meetings(
    one: tuple[Point, ...], other: tuple[Point, ...], reach: float = TOUCH
) -> list[tuple[Point, float, float]]:
    """Where two courses meet: point, and distance along each; ends reach some metres further."""
    result = []
    s0 = 0.0
    for a, b in pairwise(one):
        la = distance(a, b)
        t0 = 0.0
        for c, d in pairwise(other):
            lc = distance(c, d)
            at = crossing(a, b, c, d) or _end_to_end(a, b, c, d)
            if at and _within(at[0], la, reach) and _within(at[1], lc, reach):
                s, t = at[0] * la, at[1] * lc
                place = (a[0] + at[0] * (b[0] - a[0]), a[1] + at[0] * (b[1] - a[1]))
                result.append((place, s0 + s, t0 + t))
            t0 += lc
        s0 += la
    return result


def _end_to_end(a: Point, b: Point, c: Point, d: Point) -> tuple[float, float] | None:
    """Parallel roads that go on from one another."""
    for s, p in ((0.0, a), (1.0, b)):
        for t, q in ((0.0, c), (1.0, d)):
            if distance(p, q) < TOUCH:
                return s, t
    return None


def _within(share: float, length: float, reach: float) -> bool:
    return -reach <= share * length <= length + reach


def _cut(street: Street, stops: list[tuple[float, int]], junctions: list[Point]) -> list[Piece]:
    """The segments of one road, with dead ends where it runs on past its last crossing."""
    length = measure(street.course)
    if stops[0][0] > STUB:
        junctions.append(street.course[0])
        stops = [(0.0, len(junctions) - 1), *stops]
    if length - stops[-1][0] > STUB:
        junctions.append(street.course[-1])
        stops = [*stops, (length, len(junctions) - 1)]
    pieces = []
    for (s, start), (t, end) in pairwise(stops):
        if start == end:
            continue
        line = (junctions[start], *_between(street.course, s, t), junctions[end])
        pieces.append(Piece("", street, start, end, line))
    return pieces


def _single(pieces: list[Piece]) -> list[Piece]:
    """Two roads that share a few metres between two junctions share one segment, that of the first named."""
    first: dict[frozenset[int], Piece] = {}
    for piece in pieces:
        first.setdefault(frozenset((piece.start, piece.end)), piece)
    return list(first.values())


def _between(course: tuple[Point, ...], start: float, end: float) -> list[Point]:
    """Corners of a course between two distances along it."""
    at, corners = 0.0, []
    for a, b in pairwise(course):
        at += distance(a, b)
        if start + MERGE < at < end - MERGE:
            corners.append(b)
    return corners


def _at_barriers(
    pieces: list[Piece],
    structures: list[Structure],
    courses: dict[str, tuple[Point, ...]],
    junctions: list[Point],
) -> list[Piece]:
    """Segments over rivers and under railways carry their structure; without one the road stops there."""
    barriers = {**RIVERS, **RAILWAYS}
    carried = {(s.road, s.barrier): s for s in structures if s.barrier}
    barriers |= {s.barrier: courses[s.barrier] for s in structures if s.barrier and s.barrier not in barriers}
    kept = []
    for piece in pieces:
        crossed = [name for name, line in barriers.items() if crosses(piece.line, line)]
        wanted = [(piece.street.zh, name) for name in crossed if name in RIVERS or name in RAILWAYS]
        here = [carried[key] for key in carried if key[0] == piece.street.zh and key[1] in crossed]
        if not all(key in carried for key in wanted):
            continue
        kept += _carrying(piece, here[0], barriers[here[0].barrier], junctions) if here else [piece]
    return kept


def _carrying(
    piece: Piece, structure: Structure, barrier: tuple[Point, ...], junctions: list[Point]
) -> list[Piece]:
    """A segment with a structure on it: approach, structure and approach where there is room for them."""
    length = measure(piece.line)
    at = next(s for place, s, _ in _meetings(piece.line, barrier, 0.0))
    start, end = max(0.0, at - SPAN), min(length, at + SPAN)
    cuts = [s for s in (start, end) if SPAN <= s <= length - SPAN]
    bounds = [0.0, *cuts, length]
    stops = [piece.start]
    for s in cuts:
        junctions.append(point_at(piece.line, s / length))
        stops.append(len(junctions) - 1)
    stops.append(piece.end)
    parts = []
    for s, t, a, b in zip(bounds, bounds[1:], stops, stops[1:], strict=False):
        line = (
            point_at(piece.line, s / length),
            *_between(piece.line, s, t),
            point_at(piece.line, t / length),
        )
        parts.append(replace(piece, start=a, end=b, line=line, structure=structure if s <= at <= t else None))
    return parts


def _tunnel(
    structure: Structure, street: Street, junctions: list[Point], meets: dict[frozenset[str], int]
) -> Piece:
    """A tunnel below the junctions between its two mouths, drawn a little beside the road above it."""
    start, end = meets[frozenset(structure.start)], meets[frozenset(structure.end)]
    a, b = junctions[start], junctions[end]
    aside = 25.0 / distance(a, b)
    shift = ((a[1] - b[1]) * aside, (b[0] - a[0]) * aside)
    inner = [point_at((a, b), share) for share in (0.12, 0.5, 0.88)]
    line = (a, *((p[0] + shift[0], p[1] + shift[1]) for p in inner), b)
    return Piece("", street, start, end, line, structure)


def _connected(roads: Roads) -> Roads:
    """Only what can be reached from, and can reach, the rest; junctions numbered from the north-west."""
    ahead: defaultdict[int, list[int]] = defaultdict(list)
    back: defaultdict[int, list[int]] = defaultdict(list)
    for piece in roads.pieces:
        ways = [(piece.start, piece.end), (piece.end, piece.start)]
        for tail, head in {"": ways, "+": ways[:1], "-": ways[1:]}[piece.street.oneway]:
            ahead[tail].append(head)
            back[head].append(tail)
    hub = roads.meets[frozenset(("花园路", "农业路"))]
    inside = _reach(hub, ahead) & _reach(hub, back)
    order = sorted(inside, key=lambda j: (-round(roads.junctions[j][1] / 50), roads.junctions[j][0]))
    number = {old: new for new, old in enumerate(order)}
    pieces = [
        replace(p, start=number[p.start], end=number[p.end])
        for p in roads.pieces
        if p.start in number and p.end in number
    ]
    meets = {pair: number[j] for pair, j in roads.meets.items() if j in number}
    return Roads([roads.junctions[j] for j in order], pieces, meets)


def _reach(hub: int, ways: dict[int, list[int]]) -> set[int]:
    seen, front = {hub}, [hub]
    while front:
        front = [head for tail in front for head in ways.get(tail, ()) if head not in seen]
        seen.update(front)
        front = sorted(set(front))
    return seen


def measure(line: tuple[Point, ...]) -> float:
    """Length of a line, m."""
    return sum(distance(a, b) for a, b in pairwise(line))


def point_at(line: tuple[Point, ...], share: float) -> Point:
    """The point at a share of a line's length."""
    lengths = [distance(a, b) for a, b in pairwise(line)]
    left = share * sum(lengths)
    for (a, b), length in zip(pairwise(line), lengths, strict=True):
        if left <= length:
            part = left / length if length else 0.0
            return (a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1]))
        left -= length
    return line[-1]


def on_ground(roads: Roads, piece: Piece) -> list[tuple[float, float]]:
    """Longitude and latitude of a segment's vertices: bent, with the slight irregularity of built streets."""
    ends = [roads.junctions[piece.start], roads.junctions[piece.end]]
    (east0, north0), (east1, north1) = map(_shift, ends)
    steps = max(1, math.ceil(measure(piece.line) / STRAIGHT))
    corners = _corner_shares(piece.line)
    even = (k / steps for k in range(1, steps))
    shares = sorted([*corners, *(s for s in even if all(abs(s - c) > 0.02 for c in corners))])
    bow = 14.0 * (chance("bow", piece.street.zh, piece.start) - 0.5)
    line = []
    for share in (0.0, *shares, 1.0):
        east, north = bend(point_at(piece.line, share))
        sway = bow * math.sin(math.pi * share)
        line.append(
            (
                east + (1 - share) * east0 + share * east1 + sway,
                north + (1 - share) * north0 + share * north1 - sway,
            )
        )
    return [degrees(point) for point in line]


def _corner_shares(line: tuple[Point, ...]) -> list[float]:
    total = measure(line)
    at, shares = 0.0, []
    for a, b in pairwise(line[:-1]):
        at += distance(a, b)
        shares.append(at / total)
    return shares


def _shift(plan: Point) -> Point:
    """How far a junction lies off its plan, m."""
    key = (round(plan[0]), round(plan[1]))
    return (24.0 * (chance("east", *key) - 0.5), 24.0 * (chance("north", *key) - 0.5))
