"""Reads ``streets.csv`` and ``structures.csv``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from scenarios.jinshui.build.ground import Point, metres

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Street:
    """A named road on the plan."""

    zh: str
    en: str
    road_class: str
    oneway: str
    """"+" along its course, "-" against it, empty for both ways."""
    course: tuple[Point, ...]


@dataclass(frozen=True)
class Structure:
    """A bridge, culvert, tunnel or underpass."""

    id: str
    zh: str
    en: str
    kind: str
    road: str
    barrier: str
    start: tuple[str, ...]
    """The two roads of the junction where a tunnel starts; empty where it stands at a barrier."""
    end: tuple[str, ...]


def rows(name: str) -> list[dict[str, str]]:
    """Rows of a hand-written table beside this file, without its comments."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def streets() -> list[Street]:
    """All named roads, in the order of the table."""
    return [
        Street(r["zh"], r["en"], r["class"], r["oneway"], _course(r["course"])) for r in rows("streets.csv")
    ]


def structures() -> list[Structure]:
    """All structures, in the order of the table."""
    return [
        Structure(
            r["id"], r["zh"], r["en"], r["kind"], r["road"], r["barrier"], _pair(r["from"]), _pair(r["to"])
        )
        for r in rows("structures.csv")
    ]


def _course(text: str) -> tuple[Point, ...]:
    words = text.split()
    if words[0] == "ew":
        lat, west, east = map(float, words[1:])
        return (metres(west, lat), metres(east, lat))
    if words[0] == "ns":
        lon, south, north = map(float, words[1:])
        return (metres(lon, south), metres(lon, north))
    pairs = (pair.split() for pair in text.split(";"))
    return tuple(metres(float(lon), float(lat)) for lon, lat in pairs)


def _pair(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()
