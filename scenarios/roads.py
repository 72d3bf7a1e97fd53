"""Roads in GeoJSON: a FeatureCollection of LineStrings whose properties are the columns of ``Segment``."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from scenarios.columns import columns
from scenarios.marked import FAULTY, Marked, plain, read_text
from scenarios.problems import Problem, Where, shown
from simulation.model import Name, Segment

EARTH_RADIUS = 6_371_008.8
"""Mean radius of the earth in metres (IUGG R1)."""

Point = tuple[float, float]


def great_circle(a: Point, b: Point) -> float:
    """Metres between two points (longitude, latitude in degrees) on a sphere, by the haversine formula.

    The sphere is within 0.5 % of the ellipsoid.
    """
    lon_a, lat_a, lon_b, lat_b = (math.radians(degrees) for degrees in (*a, *b))
    half = math.sin((lat_b - lat_a) / 2) ** 2
    half += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(min(1.0, half)))


def line_length(line: Sequence[Point]) -> float:
    """Metres along a line of (longitude, latitude)."""
    return sum(great_circle(a, b) for a, b in pairwise(line))


def read_roads(path: Path, file: str, problems: list[Problem]) -> Marked | None:
    """Segments as marked rows in file units; None where the file is no GeoJSON of roads."""
    text = read_text(path, file, problems)
    document = None if text is None else _parse(text, file, problems)
    if document is None:
        return None
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        what = "the file is not a GeoJSON FeatureCollection"
        problems.append(Problem(file, what, "export the roads as GeoJSON, each road piece one LineString"))
        return None
    _refuse_other_systems(document, file, problems)
    if not features:
        problems.append(Problem(file, "there are no roads", "a city has at least one segment"))
        return None
    rows = [_row(feature, number, file, problems) for number, feature in enumerate(features, start=1)]
    return Marked([row for row in rows if row is not None], Where(file))


def _parse(text: str, file: str, problems: list[Problem]) -> Any:
    def refuse(word: str) -> float:
        raise ValueError(f"{word} is not a number")

    try:
        return json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        where = f"{file} line {error.lineno}, column {error.colno}"
        problems.append(
            Problem(where, f"broken JSON: {error.msg}", "check commas, quotes and brackets near here")
        )
    except RecursionError:
        problems.append(Problem(file, "broken JSON: nested too deeply"))
    except ValueError as error:
        problems.append(Problem(file, f"broken JSON: {error}", "leave out properties that are not known"))
    return None


def _refuse_other_systems(document: dict[str, Any], file: str, problems: list[Problem]) -> None:
    name = str(document.get("crs") or "")
    if name and not any(good in name for good in ("CRS84", "4326", "WGS84", "WGS 84")):
        hint = "export in WGS84 (EPSG:4326); for CGCS2000 degrees that is the same within a metre"
        problems.append(Problem(file, f"the coordinates are in another system: {shown(name)}", hint))


def _row(feature: Any, number: int, file: str, problems: list[Problem]) -> Marked | None:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        problems.append(Problem(f"{file} feature {number}", "the feature has no properties"))
        return None
    label = (
        f"{number} (id {properties['id']})" if isinstance(properties.get("id"), (str, int)) else str(number)
    )
    where = Where(file, "feature", label)
    line = _line(feature.get("geometry"), where, problems)
    row = {
        str(key): plain(value if value != "" else None, Where(file, "feature", label, str(key)))
        for key, value in properties.items()
    }
    if line is None:
        row["line"] = Marked(FAULTY, Where(file, "feature", label, "geometry"))
    else:
        row["line"] = Marked(line, Where(file, "feature", label, "geometry"))
        if row.get("length_m") is None or row["length_m"].value is None:
            row["length_m"] = Marked(line_length(line), Where(file, "feature", label, "length_m"))
    return Marked(row, where)


def _line(geometry: Any, where: Where, problems: list[Problem]) -> list[Point] | None:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    points = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind == "MultiLineString" and isinstance(points, list) and len(points) == 1:
        kind, points = "LineString", points[0]
    if kind != "LineString" or not isinstance(points, list):
        what = f"the geometry is {shown(kind) if kind else 'missing'}, a road piece is a LineString"
        problems.append(Problem(str(where), what, "split roads of several parts into one feature each"))
        return None
    line: list[Point] = []
    for point in points:
        if not isinstance(point, list) or len(point) < 2 or not all(_is_number(value) for value in point[:2]):
            problems.append(Problem(str(where), f"{shown(point)} is not a pair of longitude and latitude"))
            return None
        line.append((float(point[0]), float(point[1])))
    if len(line) < 2:
        problems.append(Problem(str(where), "the line has fewer than two points"))
        return None
    wrong = next((point for point in line if not _on_earth(*point)), None)
    if wrong is not None:
        what = f"({wrong[0]:g}, {wrong[1]:g}) is not a longitude and latitude in degrees"
        problems.append(Problem(str(where), what, _coordinate_hint(*wrong)))
        return None
    return line


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300


def _on_earth(lon: float, lat: float) -> bool:
    return abs(lon) <= 180 and abs(lat) <= 90


def _coordinate_hint(lon: float, lat: float) -> str:
    if abs(lon) <= 90 and abs(lat) <= 180:
        return "longitude and latitude look swapped: GeoJSON writes longitude first"
    return "they look like metres of a map projection: export in WGS84 degrees (EPSG:4326)"


def write_roads(path: Path, segments: Iterable[Segment]) -> None:
    """Write segments as GeoJSON in file units, one feature a line; defaults are left out.

    Lengths are written, since a schematic line may be shorter than its road.
    """
    lines = [json.dumps(_feature(segment), ensure_ascii=False, separators=(",", ":")) for segment in segments]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def _feature(segment: Segment) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for column in columns(Segment):
        held = getattr(segment, column.field)
        if column.field == "line" or (not column.required and held == column.default):
            continue
        if column.annotation is Name:
            properties.update(zip(column.headers, (held.zh, held.en), strict=True))
        else:
            properties[column.key] = float(column.written(held)) if isinstance(held, float) else held
    line = [[round(lon, 7), round(lat, 7)] for lon, lat in segment.line]
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "LineString", "coordinates": line},
    }
