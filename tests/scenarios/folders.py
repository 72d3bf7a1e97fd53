"""Sample folders to spoil: small edits to the files of a scenario, each as a planner's slip would make it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Edit = Callable[[Path], None]


def replace(file: str, old: str, new: str, encoding: str = "utf-8-sig") -> Edit:
    """Replace the first occurrence of a text in a file."""

    def edit(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding=encoding)
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")

    return edit


def append(file: str, text: str) -> Edit:
    """Add text to the end of a file, which is made if it is not there."""

    def edit(folder: Path) -> None:
        with (folder / file).open("a", encoding="utf-8", newline="\n") as out:
            out.write(text)

    return edit


def write(file: str, content: str | bytes) -> Edit:
    """Write a whole file."""

    def edit(folder: Path) -> None:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)

    return edit


def remove(file: str) -> Edit:
    """Remove a file."""
    return lambda folder: (folder / file).unlink()


def read_rows(path: Path) -> list[list[str]]:
    """All rows of a CSV file, header first."""
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def write_rows(path: Path, rows: list[list[str]]) -> None:
    """Write rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def cell(file: str, row: int, column: str, value: str) -> Edit:
    """Set a cell of a table; row 1 is the header."""

    def edit(folder: Path) -> None:
        rows = read_rows(folder / file)
        rows[row - 1][rows[0].index(column)] = value
        write_rows(folder / file, rows)

    return edit


def column(file: str, name: str, new: str | None) -> Edit:
    """Rename a column, or drop it."""

    def edit(folder: Path) -> None:
        rows = read_rows(folder / file)
        at = rows[0].index(name)
        if new is None:
            rows = [row[:at] + row[at + 1 :] for row in rows]
        else:
            rows[0][at] = new
        write_rows(folder / file, rows)

    return edit


def copy_row(file: str, row: int, **changes: str) -> Edit:
    """Add a copy of a row at the end, with some cells changed."""

    def edit(folder: Path) -> None:
        rows = read_rows(folder / file)
        new = list(rows[row - 1])
        for name, value in changes.items():
            new[rows[0].index(name)] = value
        write_rows(folder / file, [*rows, new])

    return edit


def feature(number: int, change: Callable[[dict[str, Any]], None]) -> Edit:
    """Change a feature of the roads; features are counted from 1."""

    def edit(folder: Path) -> None:
        path = folder / "city/roads.geojson"
        document = json.loads(path.read_text(encoding="utf-8"))
        change(document["features"][number - 1])
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")

    return edit


def roads(change: Callable[[dict[str, Any]], None]) -> Edit:
    """Change the whole road document."""

    def edit(folder: Path) -> None:
        path = folder / "city/roads.geojson"
        document = json.loads(path.read_text(encoding="utf-8"))
        change(document)
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")

    return edit


def both(*edits: Edit) -> Edit:
    """Several edits, one after the other."""

    def edit(folder: Path) -> None:
        for one in edits:
            one(folder)

    return edit
