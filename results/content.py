"""What a page says, apart from how it is written: sections of blocks, every text in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from results.language import Both

Tone = Literal["", "good", "bad", "flag"]
EMPTY = Both("", "")


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: Both


@dataclass(frozen=True)
class Note:
    """Something a reader must not miss."""

    text: Both


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: Sequence[Both]


@dataclass(frozen=True)
class Card:
    """A key figure."""

    label: Both
    value: Both
    detail: Both
    unit: Both = EMPTY
    tone: Tone = ""


@dataclass(frozen=True)
class Cards:
    """Key figures side by side."""

    items: Sequence[Card]


@dataclass(frozen=True)
class Cell:
    """A cell of a table that is good or bad news, or wants a second look."""

    text: Both
    tone: Tone = ""


@dataclass(frozen=True)
class Table:
    """A table; ``numbers`` are the columns that are set flush right."""

    caption: Both
    head: Sequence[Both]
    rows: Sequence[Sequence[Both | Cell]]
    numbers: Sequence[int] = ()


@dataclass(frozen=True)
class Figure:
    """A picture as PNG; one without words serves both languages."""

    key: str
    """Its file name without the ending."""
    caption: Both
    zh: bytes
    en: bytes
    narrow: tuple[bytes, bytes] | None = None
    """The same for a narrow screen, in Chinese and English; None where the picture itself will do."""


@dataclass(frozen=True)
class Map:
    """The interactive map; ``data`` is what ``maps.map_data`` gives."""

    caption: Both
    data: dict[str, Any]


@dataclass(frozen=True)
class Command:
    """Lines to type at a terminal."""

    lines: Sequence[str]


Block = Paragraph | Note | Bullets | Cards | Table | Figure | Map | Command


@dataclass(frozen=True)
class Section:
    """A headed part of a page; ``key`` is its anchor."""

    key: str
    title: Both
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Document:
    """A page."""

    title: Both
    subtitle: Both
    notes: Sequence[Both]
    """What stands at the head in a frame, such as that a city is a schematic reconstruction."""
    facts: Sequence[tuple[Both, Both]]
    sections: Sequence[Section]
    asked: Both = EMPTY
    """What was asked for beyond the scenario as it stands: variant, overrides, branch."""


def figure(value: float | None, digits: int = 1) -> Both:
    """A number with thousands separators; a dash where there is none."""
    return Both.same("–" if value is None else f"{value:,.{digits}f}")
