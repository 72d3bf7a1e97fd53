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
from scenarios.problems import Problem, Where, problem, shown
from scenarios.said import Said
from simulation.model import Name, Segment

EARTH_RADIUS = 6_371_008.8
"""Mean radius of the earth in metres (IUGG R1)."""

WGS84 = ("CRS84", "4326", "WGS84", "WGS 84", "4490")
"""What the system of degrees is called; CGCS2000 degrees (EPSG:4490) are the same within a metre."""

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
        problems.append(problem(file, "geojson.no_collection"))
        return None
    _refuse_other_systems(document, file, problems)
    if not features:
        problems.append(problem(file, "geojson.no_roads"))
        return None
    rows = [_row(feature, number, file, problems) for number, feature in enumerate(features, start=1)]
    return Marked([row for row in rows if row is not None], Where(file))


def _parse(text: str, file: str, problems: list[Problem]) -> Any:
    def refuse(word: str) -> float:
        raise ValueError(f"{word} is not a number")

    try:
        return json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        where = Where(file, "line", error.lineno, str(error.colno))
        problems.append(problem(where, "geojson.broken", reason=error.msg))
    except RecursionError:
        problems.append(problem(file, "geojson.too_deep"))
    except ValueError as error:
        problems.append(problem(file, "geojson.broken", hint=Said("geojson.leave_out"), reason=error))
    return None


def _refuse_other_systems(document: dict[str, Any], file: str, problems: list[Problem]) -> None:
    name = str(document.get("crs") or "")
    if name and not any(good in name for good in WGS84):
        problems.append(problem(file, "geojson.other_system", system=shown(name)))


def _row(feature: Any, number: int, file: str, problems: list[Problem]) -> Marked | None:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        problems.append(problem(Where(file, "feature", number), "geojson.no_properties"))
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
        given = shown(kind) if kind else Said("geojson.missing")
        problems.append(problem(where, "geojson.no_line", given=given))
        return None
    line: list[Point] = []
    for point in points:
        if not isinstance(point, list) or len(point) < 2 or not all(_is_number(value) for value in point[:2]):
            problems.append(problem(where, "geojson.no_pair", given=shown(point)))
            return None
        line.append((float(point[0]), float(point[1])))
    if len(line) < 2:
        problems.append(problem(where, "geojson.one_point"))
        return None
    wrong = next((point for point in line if not _on_earth(*point)), None)
    if wrong is not None:
        hint = _coordinate_hint(*wrong)
        problems.append(
            problem(where, "geojson.not_degrees", hint=hint, x=f"{wrong[0]:g}", y=f"{wrong[1]:g}")
        )
        return None
    return line


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300


def _on_earth(lon: float, lat: float) -> bool:
    return abs(lon) <= 180 and abs(lat) <= 90


def _coordinate_hint(lon: float, lat: float) -> Said:
    if abs(lon) <= 90 and abs(lat) <= 180:
        return Said("geojson.swapped")
    return Said("geojson.projected")


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
