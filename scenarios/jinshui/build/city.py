"""The city's tables: segments with office and priority, places with the segment they stand on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace

from scenarios.jinshui.build.files import Files, geojson, table
from scenarios.jinshui.build.ground import Point, along, bend, degrees, distance, metres
from scenarios.jinshui.build.roads import FOOTWAY, LANES, PRIORITY, SPEED, WIDTH, Piece, Roads, on_ground
from scenarios.jinshui.build.streets import Structure, rows

NEAR_CRITICAL = 150.0
"""A local street within this of a hospital, fire station, school or metro stop is priority 2 or 3, m."""
METRO_AREA = 240.0
"""m2 of a station's entrances to be cleared by hand: four of 60 (setting)."""
STOP_AREA = 360.0
"""m2 of the bus stops at a crossing: four of 40 m by 2.25 m (setting)."""
CRITICAL = {"hospital": 2, "fire_station": 2, "school": 3, "metro": 3}


@dataclass(frozen=True)
class Site:
    """A place on the plan."""

    id: str
    zh: str
    en: str
    kind: str
    at: Point
    capacity: float = 0.0
    takes_salted: str = ""
    area: float = 0.0
    """m2 to be cleared by hand"""
    roads: tuple[str, ...] = ()
    """Roads whose crossing it stands at."""


@dataclass(frozen=True)
class Office:
    id: str
    zh: str
    en: str
    at: Point


def offices() -> list[Office]:
    """The street offices."""
    return [
        Office(r["id"], r["zh"], r["en"], metres(*map(float, r["centre"].split())))
        for r in rows("offices.csv")
    ]


def sites(roads: Roads) -> list[Site]:
    """Hospitals, fire stations, schools, metro stops, parks, dumps and waterlogging points; and bus stops."""
    named = [
        Site(
            r["id"],
            r["zh"],
            r["en"],
            r["kind"],
            _plan(r["at"], roads),
            float(r["capacity_m3"] or 0),
            r["takes_salted"],
            METRO_AREA if r["kind"] == "metro" else 0.0,
            tuple(r["at"].split("|")) if "|" in r["at"] else (),
        )
        for r in rows("sites.csv")
    ]
    return named + _bus_stops(roads)


def _bus_stops(roads: Roads) -> list[Site]:
    """Where two arterial roads cross: schematic, for the stops of the district's buses are not published."""
    streets = {p.street.zh: p.street for p in roads.pieces if p.street.road_class == "arterial"}
    english = {zh: street.en for zh, street in streets.items()}
    crossings = sorted(sorted(names) for names in roads.meets if names <= set(streets))
    return [
        Site(
            f"bs-{k + 1:02d}", f"{a}{b}公交站", f"{english[a]} / {english[b]} bus stops", "bus_stop",
            roads.crossing_of(f"{a}|{b}"), area=STOP_AREA, roads=(a, b),
        )
        for k, (a, b) in enumerate(crossings)
    ]  # fmt: skip


def _plan(text: str, roads: Roads) -> Point:
    """A point given as a crossing of two roads, or as longitude and latitude."""
    if "|" in text:
        return roads.crossing_of(text)
    lon, lat = map(float, text.split())
    return metres(lon, lat)


def nearest_office(all_offices: list[Office], at: Point) -> str:
    """Id of the office whose centre is nearest."""
    return min(all_offices, key=lambda office: distance(office.at, at)).id


def with_duties(roads: Roads, all_sites: list[Site], all_offices: list[Office]) -> Roads:
    """Every segment with its id, street office and clearing priority."""
    count: defaultdict[str, int] = defaultdict(int)
    pieces = []
    for piece in roads.pieces:
        stem = _slug(piece.street.en)
        count[stem] += 1
        priority = 1 if piece.structure else PRIORITY[piece.street.road_class]
        for site in all_sites:
            if (
                site.kind in CRITICAL
                and priority > CRITICAL[site.kind]
                and along(piece.line, site.at)[0] < NEAR_CRITICAL
            ):
                priority = CRITICAL[site.kind]
        office = nearest_office(all_offices, piece.middle)
        pieces.append(replace(piece, id=f"{stem}-{count[stem]:02d}", priority=priority, office=office))
    return replace_pieces(roads, pieces)


def replace_pieces(roads: Roads, pieces: list[Piece]) -> Roads:
    """The same network with other segments."""
    return Roads(roads.junctions, pieces, roads.meets)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower().replace("ü", "u").replace("'", "")).strip("-")


def city_files(
    roads: Roads,
    all_sites: list[Site],
    all_offices: list[Office],
    with_water: Collection[str],
) -> Files:
    """roads.geojson, places.csv and offices.csv. ``with_water``: places with a drain node of their name."""
    return {
        "city/roads.geojson": geojson(
            (on_ground(roads, piece), _properties(piece)) for piece in roads.pieces
        ),
        "city/places.csv": _places(roads, all_sites, all_offices, with_water),
        "city/offices.csv": _offices(all_offices),
    }


def _properties(piece: Piece) -> dict[str, object]:
    road_class = piece.street.road_class
    ends = (piece.start, piece.end)
    properties: dict[str, object] = {
        "id": piece.id,
        "road_zh": piece.street.zh,
        "road_en": piece.street.en,
        "start": f"j{ends[0]:04d}",
        "end": f"j{ends[1]:04d}",
        "road_class": road_class,
        "priority": piece.priority,
        "lanes": LANES[road_class],
        "width_m": WIDTH[road_class],
        "speed_kmh": SPEED[road_class],
        "office": piece.office,
    }
    if FOOTWAY[road_class] and piece.kind not in ("tunnel", "underpass"):
        properties["footway_width_m"] = FOOTWAY[road_class]
    if piece.street.oneway:
        properties["oneway"] = True
    if piece.structure:
        properties["structure"] = piece.kind
    if piece.low_point:
        properties["low_point"] = piece.low_point
    return properties


def _places(
    roads: Roads, all_sites: list[Site], all_offices: list[Office], with_water: Collection[str]
) -> str:
    header = (
        "id", "name_zh", "name_en", "kind", "lon", "lat", "office", "drain_node", "segment", "capacity_m3",
        "takes_salted", "area_m2",
    )  # fmt: skip
    lines = []
    for site in all_sites:
        segment = _segment_at(roads, site)
        lines.append(_place(site.id, site.zh, site.en, site.kind, site.at, all_offices, with_water, segment))
        if site.capacity:
            lines[-1] |= {"capacity_m3": site.capacity, "takes_salted": site.takes_salted}
        if site.area:
            lines[-1]["area_m2"] = site.area
    for piece in roads.pieces:
        if piece.structure:
            s: Structure = piece.structure
            kind = "underpass" if s.kind == "tunnel" else s.kind
            lines.append(_place(s.id, s.zh, s.en, kind, piece.middle, all_offices, with_water, piece.id))
    return table(header, lines)


def _place(
    id: str, zh: str, en: str, kind: str, at: Point, all_offices: list[Office], with_water: Collection[str],
    segment: str,
) -> dict[str, object]:  # fmt: skip
    lon, lat = degrees(bend(at))
    return {
        "id": id,
        "name_zh": zh,
        "name_en": en,
        "kind": kind,
        "lon": lon,
        "lat": lat,
        "office": nearest_office(all_offices, at),
        "drain_node": id if id in with_water else "",
        "segment": segment,
    }


def _segment_at(roads: Roads, site: Site) -> str:
    """The nearest segment that is no tunnel; of the first road named where the site is a crossing."""
    candidates = [
        p for p in roads.pieces if not p.structure and p.street.zh in (site.roads[:1] or {p.street.zh})
    ]
    return min(candidates, key=lambda piece: round(along(piece.line, site.at)[0], 1)).id


def _offices(all_offices: list[Office]) -> str:
    lines = []
    for office in all_offices:
        lon, lat = degrees(bend(office.at))
        lines.append({"id": office.id, "name_zh": office.zh, "name_en": office.en, "lon": lon, "lat": lat})
    return table(("id", "name_zh", "name_en", "lon", "lat"), lines)
