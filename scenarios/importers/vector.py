"""Roads from GeoJSON: Stormyard's own, or any export whose features name the class of their road."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scenarios.border import Border
from scenarios.importers import osm_tags, ways
from scenarios.importers.compose import District
from scenarios.marked import FAULTY, Marked
from scenarios.problems import BadScenario, Problem
from scenarios.roads import line_length, read_roads
from scenarios.said import Said
from simulation.model import Name, Segment

CLASS_KEYS = ("highway", "fclass", "road_class", "class")
"""Properties that may hold the class, the first that is there: OpenStreetMap, Geofabrik, Stormyard, others."""
WORDS = {"expressway": "trunk", "arterial": "primary", "secondary": "secondary", "local": "residential"}
"""Stormyard's own classes as values of ``highway``."""
RENAMED = {
    "name_zh": "name:zh", "road_zh": "name:zh", "name_en": "name:en", "road_en": "name:en", "road": "name",
    "speed_kmh": "maxspeed", "width_m": "width",
}  # fmt: skip
FLAGS = {
    "oneway": {"true": "yes", "false": "no", "f": "yes", "t": "-1", "b": "no"},
    "bridge": {"true": "yes", "false": "no", "t": "yes", "f": "no"},
    "tunnel": {"true": "yes", "false": "no", "t": "yes", "f": "no"},
}
"""Truth values, and Geofabrik's letters (oneway: F with the line, T against it, B both)."""

SHAPES = ("Point", "MultiPoint", "Polygon", "MultiPolygon")
MOST_TOLD = 10
"""Problems that are told one by one."""


def read_vector(path: Path) -> District:
    """Segments of a GeoJSON file.

    Features with ``start``, ``end`` and ``road_class`` are segments as they stand. Others are lines that meet
    where they share a vertex; they are cut there, and get the defaults of their class, as OpenStreetMap ways do.
    Points and areas, which map exports bring along, are left out. Raises BadScenario with the problems, at most
    `MOST_TOLD` of them one by one.
    """
    found: list[Problem] = []
    rows = read_roads(path, path.name, found)
    problems = [problem for problem in found if not _is_other_shape(problem)]
    left_out = len(found) - len(problems)
    features = rows.value if rows is not None else []
    if features and all({"start", "end", "road_class"} <= row.value.keys() for row in features):
        border = Border(problems)
        own = tuple(segment for row in features if (segment := border.noun(Segment, row)))
        account = ways.Account(kept=sum(s.length for s in own) / 1000)
    else:
        account = ways.Account()
        own = ways.segments(_ways(features, account, problems), account)
    if not own and not problems:
        hint = f"{', '.join(CLASS_KEYS[:-1])} or class must hold one of {', '.join(osm_tags.PUBLIC)}"
        problems.append(Problem(path.name, "the file holds no network of roads for vehicles", hint))
    if problems:
        raise BadScenario(_shortened(problems, path.name))
    notes = account.notes()
    if left_out:
        notes.append(
            Name(
                zh=f"不是线的要素（点、面）未采用：{left_out} 个",
                en=f"features that are no lines (points, areas) were left out: {left_out}",
            )
        )
    source = Name(zh=f"道路数据：{path.name}。", en=f"Roads: {path.name}.")
    return District(own, ways.underpasses(own), (source,), tuple(notes), account.facts())


def _is_other_shape(problem: Problem) -> bool:
    """Whether a feature is a point or an area, which no road could be."""
    what = problem.what
    return (
        isinstance(what, Said)
        and what.key == "geojson.no_line"
        and str(what.gaps["given"]).strip("'") in SHAPES
    )


def _shortened(problems: Sequence[Problem], file: str) -> list[Problem]:
    """The first problems, and how many more there are: a file in metres has one for every feature."""
    if len(problems) <= MOST_TOLD:
        return list(problems)
    rest = len(problems) - MOST_TOLD
    return [
        *problems[:MOST_TOLD],
        Problem(file, f"and {rest} more problems", "the first ones may explain the rest"),
    ]


def _ways(features: Sequence[Marked], account: ways.Account, problems: list[Problem]) -> list[ways.Way]:
    """Lines with tags as OpenStreetMap has them; vertices at one spot (to 0.1 m) are one."""
    found = []
    names = [_own_id(row) for row in features]
    distinct = len(set(names)) == len(names) and "" not in names
    for number, (row, name) in enumerate(zip(features, names, strict=True), start=1):
        tags = _tags(row)
        line = row.value["line"].value
        if line is FAULTY:
            continue
        if "highway" not in tags:
            hint = f"add a property {', '.join(CLASS_KEYS)} with a class such as 'primary' or 'residential'"
            problems.append(Problem(str(row.where), "the feature names no class of road", hint))
        elif tags["highway"] not in osm_tags.PUBLIC or not osm_tags.open_to_motors(tags):
            chosen = tags["highway"] in osm_tags.PUBLIC
            account.left_out["no_entry" if chosen else "not_chosen"] += line_length(line) / 1000
        else:
            nodes = tuple((f"{lon:.6f},{lat:.6f}", lon, lat) for lon, lat in line)
            found.append(ways.Way(f"w{name}" if distinct else f"f{number}", tags, nodes))
    return found


def _own_id(row: Marked) -> str:
    own = row.get("id") or row.get("osm_id")
    return own.text if own else ""


def _tags(row: Marked) -> dict[str, str]:
    tags: dict[str, str] = {}
    for key, cell in row.value.items():
        if key != "line" and cell.value not in (None, FAULTY):
            word = RENAMED.get(key, key)
            tags[word] = FLAGS.get(word, {}).get(cell.text.lower(), cell.text)
    named = next((tags[key] for key in CLASS_KEYS if tags.get(key)), None)
    if named is not None:
        tags["highway"] = WORDS.get(named, named)
    return tags
