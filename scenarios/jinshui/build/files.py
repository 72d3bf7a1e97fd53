"""Writes tables, GeoJSON and YAML the same way on every machine: UTF-8, line feeds, short numbers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Files = dict[str, str]
"""Text by path below the scenario folder, with forward slashes."""


def table(header: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """A CSV table; a key that is missing is an empty cell. Raises ValueError for a key without a column."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {key: number(value) if isinstance(value, float) else value for key, value in row.items()}
        )
    return text.getvalue()


def number(value: float, digits: int = 6) -> str:
    """A number without trailing zeros."""
    text = f"{value + 0.0:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def geojson(features: Iterable[tuple[Sequence[tuple[float, float]], Mapping[str, Any]]]) -> str:
    """A FeatureCollection of lines, one feature a line of text."""
    lines = [
        json.dumps(
            {
                "type": "Feature",
                "properties": dict(properties),
                "geometry": {"type": "LineString", "coordinates": [list(point) for point in line]},
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for line, properties in features
    ]
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def write(folder: Path, files: Files) -> None:
    """Write every file below a folder."""
    for name, text in files.items():
        path = folder.joinpath(*name.split("/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
