"""Roads and places from an OpenStreetMap extract (.osm.pbf, .osm), and a scenario of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import osmium

from scenarios.importers import osm_tags, ways
from scenarios.importers.compose import District, Report, as_name, compose
from scenarios.importers.folder import require_free
from scenarios.importers.geo import NearestSegment, centroid
from scenarios.problems import BadScenario, Problem, problem
from scenarios.roads import Point, line_length
from scenarios.said import Said
from simulation.model import Name, Place, PlaceKind, Segment
from simulation.network import distances

ATTRIBUTION = Name(
    zh="道路与场所数据 © OpenStreetMap 贡献者，按 ODbL 1.0 许可（openstreetmap.org/copyright）。",
    en="Roads and places © OpenStreetMap contributors, ODbL 1.0 (openstreetmap.org/copyright).",
)
SUFFIXES = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")

PLACES: dict[tuple[str, str], PlaceKind] = {
    ("amenity", "hospital"): "hospital",
    ("amenity", "fire_station"): "fire_station",
    ("amenity", "school"): "school",
    ("railway", "station"): "metro",
    ("railway", "halt"): "metro",
    ("station", "subway"): "metro",
    ("leisure", "park"): "park",
}
"""Which tags make a critical place; railway stations count with the metro."""
PLACE_WORDS = {
    "hospital": Name(zh="未命名医院", en="unnamed hospital"),
    "fire_station": Name(zh="未命名消防站", en="unnamed fire station"),
    "school": Name(zh="未命名学校", en="unnamed school"),
    "metro": Name(zh="未命名车站", en="unnamed station"),
    "park": Name(zh="未命名公园", en="unnamed park"),
}
SAME_PLACE = 300.0
"""m within which two places of one kind and name are one: a node beside its area (a setting)."""
PLACE_REACH = 500.0
"""m from a kept road beyond which a place lies outside the district (a setting)."""


@dataclass(frozen=True)
class OsmRoads:
    """What an extract holds for us."""

    segments: tuple[Segment, ...]
    places: tuple[Place, ...]
    account: ways.Account
    places_outside: int
    """Places farther than `PLACE_REACH` from every kept road, which were left out."""


def read_osm(path: Path | str, *, classes: Collection[str] = osm_tags.PUBLIC) -> OsmRoads:
    """Segments between junctions and critical places of an extract.

    ``classes`` are values of ``highway`` (keys of `osm_tags.CLASSES`). Only the largest part in which every
    junction can be reached from every other is kept; ``account`` says what was left out and what was assumed.
    Raises BadScenario where the file is broken, is no OpenStreetMap file or has no such ways.
    """
    path = Path(path)
    if unknown := [name for name in classes if name not in osm_tags.CLASSES]:
        raise BadScenario(
            [problem(path.name, "import.no_class", name=unknown[0], names=tuple(osm_tags.CLASSES))]
        )
    account = ways.Account()
    lines, found = _scan(path, frozenset(classes), account)
    segments = ways.segments(lines, account)
    if not segments:
        hint = Said("import.roads_left_out" if account.left_out else "import.check_extract")
        raise BadScenario([problem(path.name, "import.no_network", hint=hint)])
    distinct = _distinct(found)
    places = _near(distinct, segments)
    return OsmRoads(segments, (*places, *ways.underpasses(segments)), account, len(distinct) - len(places))


def import_osm(
    path: Path | str,
    out_dir: Path | str,
    name: Name | str | None = None,
    *,
    classes: Collection[str] = osm_tags.PUBLIC,
    lang: str = "zh",
) -> Report:
    """Write a runnable scenario folder for an extract: its roads and places, a default fleet, design snowfalls.

    The name is that of the file unless given. Raises BadScenario for a bad extract or a folder that is taken.
    """
    require_free(out_dir)
    return compose(out_dir, as_name(name, Path(path)), district_of(read_osm(path, classes=classes)), lang)


def district_of(found: OsmRoads) -> District:
    """An extract as a district, with what was left out and assumed in sentences."""
    notes = found.account.notes()
    if found.places_outside:
        count = found.places_outside
        notes.append(
            Name(zh=f"路网以外的场所未列入：{count} 处", en=f"places off the network were left out: {count}")
        )
    notes.append(
        Name(
            zh="桥下道路若没有隧道或遮盖标签，不会识别为下穿通道",
            en="a road under a bridge is not known as an underpass unless it is tagged as tunnel or covered",
        )
    )
    facts = found.account.facts()
    return District(found.segments, found.places, (ATTRIBUTION,), tuple(notes), facts)


def _scan(path: Path, classes: frozenset[str], account: ways.Account) -> tuple[list[ways.Way], list[Place]]:
    lines: list[ways.Way] = []
    places: list[Place] = []
    for item in _objects(path):
        if item.is_way():
            if item.tags.get("highway") in osm_tags.CLASSES and item.tags.get("area", "no") == "no":
                lines += _chosen(_runs(item), classes, account)
        elif (item.is_node() or item.is_area()) and (kind := _kind(item)):
            places.append(_place(item, kind))
    return lines, places


def _objects(path: Path) -> Iterator[Any]:
    """Nodes, ways with locations, and areas that carry a key of interest."""
    if not path.name.lower().endswith(SUFFIXES):
        raise BadScenario([problem(path.name, "import.no_osm_name", endings=SUFFIXES)])
    if not path.is_file():
        raise BadScenario([problem(str(path), "file.missing", hint=Said("import.give_osm"))])
    keys = dict.fromkeys(key for key, _ in PLACES)
    processor = (
        osmium.FileProcessor(str(path))
        .with_areas(osmium.filter.TagFilter(*PLACES))
        .with_filter(osmium.filter.KeyFilter("highway", *keys))
    )
    try:
        yield from processor
    except RuntimeError as error:
        raise BadScenario([_broken(path, str(error))]) from error


def _broken(path: Path, words: str) -> Problem:
    if path.stat().st_size == 0:
        return problem(path.name, "import.empty")
    if "EOF" in words or "no element found" in words:
        return problem(path.name, "import.cut_short", reason=words)
    head = path.read_bytes()[:256].lstrip().lower()
    if head.startswith((b"<!doctype", b"<html")):
        return problem(path.name, "import.web_page")
    return problem(path.name, "import.no_osm", reason=words)


def _runs(item: Any) -> list[ways.Way]:
    """The way in runs of vertices whose location is known: an extract cuts ways at its border."""
    runs: list[list[tuple[str, float, float]]] = [[]]
    for node in item.nodes:
        if node.location.valid():
            runs[-1].append((f"n{node.ref}", node.lon, node.lat))
        elif runs[-1]:
            runs.append([])
    tags = dict(item.tags)
    names = (f"w{item.id}" if k == 0 else f"w{item.id}.{k}" for k in range(len(runs)))
    return [ways.Way(name, tags, tuple(run)) for name, run in zip(names, runs, strict=True) if len(run) > 1]


def _chosen(runs: list[ways.Way], classes: frozenset[str], account: ways.Account) -> list[ways.Way]:
    """The runs, or none of them with the reason in ``account``."""
    if not runs:
        return []
    wanted = runs[0].tags["highway"] in classes
    if wanted and osm_tags.open_to_motors(runs[0].tags):
        return runs
    metres = sum(line_length([(lon, lat) for _, lon, lat in way.nodes]) for way in runs)
    account.left_out["no_entry" if wanted else "not_chosen"] += metres / 1000
    return []


def _kind(item: Any) -> PlaceKind | None:
    """What kind of place it is; None for one that is no more, which old imports mark in the name."""
    if item.tags.get("name", "").endswith("(historical)"):
        return None
    return next((kind for (key, value), kind in PLACES.items() if item.tags.get(key) == value), None)


def _place(item: Any, kind: PlaceKind) -> Place:
    if item.is_node():
        lon, lat, origin = item.lon, item.lat, f"n{item.id}"
    else:
        rings: list[list[Point]] = [[(n.lon, n.lat) for n in ring] for ring in item.outer_rings()]
        lon, lat = centroid(max(rings, key=len))
        origin = f"{'w' if item.from_way() else 'r'}{item.orig_id()}"
    name = osm_tags.place_name(item.tags) or PLACE_WORDS[kind]
    return Place(id=origin, name=name, kind=kind, lon=round(lon, 7), lat=round(lat, 7), office=ways.OFFICE)


def _distinct(places: Sequence[Place]) -> list[Place]:
    """One of each: a hospital is often mapped as a point and as an area, a station once a line."""
    kept: list[Place] = []
    for place in sorted(places, key=lambda p: (p.id[0], int(p.id[1:]))):
        twins = [p for p in kept if (p.kind, p.name) == (place.kind, place.name)]
        lons, lats = np.array([p.lon for p in twins]), np.array([p.lat for p in twins])
        if not twins or distances(place.lon, place.lat, lons, lats).min() > SAME_PLACE:
            kept.append(place)
    return kept


def _near(places: Sequence[Place], segments: Sequence[Segment]) -> list[Place]:
    if not places:
        return []
    lons, lats = np.array([p.lon for p in places]), np.array([p.lat for p in places])
    _, metres = NearestSegment(segments)(lons, lats)
    return [place for place, far in zip(places, metres, strict=True) if far <= PLACE_REACH]
