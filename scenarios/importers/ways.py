"""Ways with tags to segments: cut at junctions, connected, with class, lanes, width and speed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from scenarios.importers import osm_tags
from scenarios.roads import Point, line_length
from simulation.model import Name, Place, Segment

KMH = 1 / 3.6
"""m/s"""
OFFICE = "district"
"""Id of the one street office that an import names."""
LEFT_OUT = {
    "not_chosen": ("未选等级（内部道路等）", "classes not asked for (service roads)"),
    "no_entry": ("禁止通行或私有道路", "private or closed to vehicles"),
    "islands": ("与主路网不连通", "not connected with the main network"),
    "one_way_ends": (
        "只能进或只能出的单行路（如通出图外的高速公路）",
        "one-way roads with no way back, such as motorways that leave the map",
    ),
}
ASSUMED = {
    "speed": ("车速", "speed"),
    "lanes": ("车道数", "lanes"),
    "width": ("宽度", "width"),
    "name": ("名称", "name"),
}
SHORTEST = 1.0
"""m; two junctions that are closer are taken as one: no crew has work between them (a setting)."""


@dataclass(frozen=True)
class Way:
    """A line of road as it was mapped: it may run through many junctions."""

    id: str
    tags: osm_tags.Tags
    nodes: tuple[tuple[str, float, float], ...]
    """Identity, longitude, latitude of each vertex; ways meet where they share an identity."""


@dataclass(frozen=True)
class Piece:
    """A stretch of a way between two junctions, in the direction of traffic where it is one-way."""

    id: str
    way: Way
    start: str
    end: str
    line: tuple[Point, ...]
    length: float
    oneway: bool


def _sums() -> defaultdict[str, float]:
    return defaultdict(float)


@dataclass
class Account:
    """What became of the roads that were read, in km."""

    kept: float = 0.0
    left_out: defaultdict[str, float] = field(default_factory=_sums)
    """By reason: not_chosen (class), no_entry, islands, one_way_ends."""
    assumed: defaultdict[str, float] = field(default_factory=_sums)
    """Kept km whose lanes, width, speed or name is the default of the class."""
    unread: Counter[str] = field(default_factory=Counter)
    """maxspeed values that could not be read, by count of segments."""

    def facts(self) -> dict[str, float]:
        """The account as numbers by name, km."""
        left_out = {f"km_left_out.{reason}": round(km, 2) for reason, km in self.left_out.items()}
        return left_out | {f"km_assumed.{what}": round(km, 2) for what, km in self.assumed.items()}

    def notes(self) -> list[Name]:
        """The account in sentences."""
        total = self.kept + sum(self.left_out.values())
        told = [
            Name(
                zh=f"采用道路 {self.kept:.1f} km（所读 {total:.1f} km 的 {100 * self.kept / total:.0f}%）",
                en=f"roads kept: {self.kept:.1f} km of {total:.1f} km read ({100 * self.kept / total:.0f} %)",
            )
        ]
        for reason, km in self.left_out.items():
            if km >= 0.05:
                zh, en = LEFT_OUT[reason]
                share = 100 * km / total
                told.append(
                    Name(
                        zh=f"未采用：{zh} {km:.1f} km（{share:.1f}%）",
                        en=f"left out: {en}, {km:.1f} km ({share:.1f} %)",
                    )
                )
        for what, km in self.assumed.items():
            if km >= 0.05:
                zh, en = ASSUMED[what]
                share = 100 * km / self.kept
                told.append(
                    Name(
                        zh=f"无标签、按道路等级取默认{zh}：{km:.1f} km（{share:.0f}%）",
                        en=f"{en} not tagged, default of the class: {km:.1f} km ({share:.0f} %)",
                    )
                )
        if self.unread:
            values = ", ".join(f"'{value}' ({count})" for value, count in self.unread.most_common(5))
            told.append(
                Name(
                    zh=f"无法识别的限速标签：{values}", en=f"maxspeed values that could not be read: {values}"
                )
            )
        return told


def segments(ways: Sequence[Way], account: Account) -> tuple[Segment, ...]:
    """The segments of the largest connected part; empty where nothing is connected."""
    pieces = connected(contracted(cut(ways)), account)
    return tuple(segment(piece, account) for piece in pieces)


def cut(ways: Sequence[Way]) -> list[Piece]:
    """Cut ways where they meet. A loop without junction is cut in the middle, so that its ends differ."""
    used: Counter[str] = Counter()
    for way in ways:
        used.update(node[0] for node in way.nodes)
    pieces: list[Piece] = []
    for way in ways:
        inner = [i for i in range(1, len(way.nodes) - 1) if used[way.nodes[i][0]] > 1]
        spans: list[tuple[int, int]] = []
        for a, b in pairwise([0, *inner, len(way.nodes) - 1]):
            if way.nodes[a][0] != way.nodes[b][0]:
                spans.append((a, b))
            elif b - a > 1:
                spans += [(a, (a + b) // 2), ((a + b) // 2, b)]
        pieces += [_piece(way, i, a, b) for i, (a, b) in enumerate(spans)]
    return pieces


def _piece(way: Way, index: int, first: int, last: int) -> Piece:
    direction = osm_tags.oneway(way.tags)
    nodes = way.nodes[first : last + 1]
    if direction < 0:
        nodes = nodes[::-1]
    line = tuple((lon, lat) for _, lon, lat in nodes)
    return Piece(f"{way.id}-{index}", way, nodes[0][0], nodes[-1][0], line, line_length(line), direction != 0)


def contracted(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces without those shorter than `SHORTEST`, whose two ends become one junction."""
    same: dict[str, str] = {}

    def junction(name: str) -> str:
        while name in same:
            name = same[name]
        return name

    for piece in pieces:
        start, end = junction(piece.start), junction(piece.end)
        if piece.length < SHORTEST and start != end:
            same[end] = start
    longer = [p for p in pieces if p.length >= SHORTEST]
    merged = [replace(p, start=junction(p.start), end=junction(p.end)) for p in longer] if same else longer
    return [p for p in merged if p.start != p.end]


def connected(pieces: Sequence[Piece], account: Account) -> list[Piece]:
    """The largest part (by km) in which every junction can be reached from every other.

    Crews that drove out on a one-way road that leaves the map could not come back, so such ends are left out
    too; ``account`` is told how much and why.
    """
    if not pieces:
        return []
    names = {name: i for i, name in enumerate(dict.fromkeys(n for p in pieces for n in (p.start, p.end)))}
    tail = np.array([names[p.start] for p in pieces])
    head = np.array([names[p.end] for p in pieces])
    back = np.array([not p.oneway for p in pieces])
    length = np.array([p.length for p in pieces])
    arcs = np.r_[tail, head[back]], np.r_[head, tail[back]]
    graph = coo_array((np.ones(len(arcs[0])), arcs), shape=(len(names), len(names))).tocsr()
    strong = connected_components(graph, connection="strong")[1]
    weak = connected_components(graph, directed=False)[1]
    inside = strong[tail] == strong[head]
    best = np.argmax(np.bincount(strong[tail[inside]], length[inside], minlength=strong.max() + 1))
    keep = inside & (strong[tail] == best)
    if not keep.any():
        return []
    main = weak[tail] == weak[tail[keep][0]]
    account.left_out["islands"] += float(length[~main].sum()) / 1000
    account.left_out["one_way_ends"] += float(length[main & ~keep].sum()) / 1000
    account.kept += float(length[keep].sum()) / 1000
    return [piece for piece, kept in zip(pieces, keep, strict=True) if kept]


def segment(piece: Piece, account: Account) -> Segment:
    """The noun, with defaults by class where tags are missing; ``account`` is told which."""
    tags = piece.way.tags
    default = osm_tags.CLASSES[tags["highway"]]
    speed = osm_tags.speed_limit(tags.get("maxspeed"))
    if speed is None and (text := tags.get("maxspeed")) not in (None, "none", "signals"):
        account.unread[str(text)] += 1
    lanes = osm_tags.lane_count(tags)
    width = osm_tags.carriageway_width(tags)
    name = osm_tags.road_name(tags)
    for what, missing in (
        ("speed", speed is None),
        ("lanes", lanes is None),
        ("width", width is None),
        ("name", name is None),
    ):
        account.assumed[what] += piece.length / 1000 if missing else 0.0
    speed = default.speed_kmh if speed is None else speed
    lanes = osm_tags.default_lanes(tags) if lanes is None else lanes
    return Segment(
        id=piece.id,
        road=name or osm_tags.unnamed(tags),
        start=piece.start,
        end=piece.end,
        line=piece.line,
        road_class=default.road_class,
        priority=default.priority,
        length=round(piece.length, 2),
        lanes=lanes,
        width=round(lanes * osm_tags.lane_width(speed), 2) if width is None else width,
        speed=round(speed, 4) * KMH,
        oneway=piece.oneway,
        structure=osm_tags.structure(tags),
        office=OFFICE,
    )


def underpasses(segments: Sequence[Segment]) -> tuple[Place, ...]:
    """A place for every underpass and tunnel, in the middle of its longest segment.

    Segments that meet are one tunnel, however often its tags change on the way.
    """
    below = [s for s in segments if s.structure in ("underpass", "tunnel")]
    if not below:
        return ()
    ends = {name: i for i, name in enumerate(dict.fromkeys(n for s in below for n in (s.start, s.end)))}
    pairs = [ends[s.start] for s in below], [ends[s.end] for s in below]
    part = connected_components(coo_array((np.ones(len(below)), pairs), shape=(len(ends),) * 2))[1]
    longest: dict[int, Segment] = {}
    for item in below:
        tunnel = int(part[ends[item.start]])
        longest[tunnel] = max(longest.get(tunnel, item), item, key=lambda s: s.length)
    return tuple(_underpass(item) for item in longest.values())


def _underpass(item: Segment) -> Place:
    lon, lat = item.line[len(item.line) // 2]
    return Place(
        id=f"underpass-{item.id}", name=item.road, kind="underpass", lon=lon, lat=lat, office=item.office,
        segment=item.id,
    )  # fmt: skip
