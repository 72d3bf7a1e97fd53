"""The columns of a noun: what its fields are called in files, in which unit, and what they mean.

Everything here is read from the model, so loader, templates and JSON Schema cannot disagree.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from scenarios.meanings import Meaning
from simulation.model import Kind, Name, Noun, Scenario
from simulation.units import Unit, Usual, unit_of, usual_of

_KEYS: dict[tuple[type[Noun], str], str] = {
    (Scenario, "duration"): "hours",
    (Kind, "inlets_per_hour"): "inlets_per_hour",
}
"""Keys that are not made of field and unit, because they carry the unit in a word."""

LANGUAGES = ("zh", "en")
SEPARATOR = ";"
"""Between the items of a list that stands in one cell."""


@dataclass(frozen=True)
class Column:
    """A field of a noun as files write it."""

    field: str
    key: str
    """Column or key, such as ``muster_min``."""
    annotation: Any
    """The field's type without ``Annotated``, ``Optional`` and ``NewType`` around it."""
    unit: Unit | None
    """Unit of the number, or of the numbers in a list or mapping."""
    meaning: Meaning
    required: bool
    default: Any
    """In SI, as the noun holds it; None where required or empty."""
    bounds: Mapping[str, float]
    """``gt, ge, lt, le`` in SI, ``min_length`` and ``max_length`` of lists and texts."""
    usual: Usual | None
    """Where values usually lie, in SI; None where anything within the bounds is as good."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that may carry the field: a name stands whole or by language."""
        if self.annotation is Name:
            return (self.key, *(f"{self.key}_{language}" for language in LANGUAGES))
        return (self.key,)

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns that a template of the table has for it."""
        return self.keys[1:] if self.annotation is Name else self.keys

    @property
    def factor(self) -> float:
        """``held = written * factor``."""
        return self.unit.factor if self.unit else 1.0

    @property
    def is_time(self) -> bool:
        """Whether the noun holds seconds: the clock counts whole ones, so files are rounded to them."""
        return self.unit is not None and self.unit.si == "s"

    @property
    def unit_word(self) -> str:
        """The written unit with a space before it, for messages; empty for pure numbers."""
        return f" {self.unit.written}" if self.unit and self.unit.suffix else ""

    def written(self, held: float) -> str:
        """A number in the file's unit, without the noise of the conversion."""
        if self.is_time:
            return f"{round(held / self.factor, 5):.12g}"
        return f"{held / self.factor:.12g}"


@cache
def columns(cls: type[Noun]) -> tuple[Column, ...]:
    """The columns of a noun class, in the order of its fields."""
    result = []
    for name, info in cls.model_fields.items():
        unit = unit_of(info.metadata) or _unit_inside(info.annotation)
        suffix = f"_{unit.suffix}" if unit and unit.suffix else ""
        bounds = {
            bound: float(value)
            for item in info.metadata
            for bound in ("gt", "ge", "lt", "le", "min_length", "max_length")
            if (value := getattr(item, bound, None)) is not None
        }
        result.append(
            Column(
                field=name,
                key=_KEYS.get((cls, name), name + suffix),
                annotation=core(info.annotation),
                unit=unit,
                meaning=Meaning(cls, name, info.description or ""),
                required=info.is_required(),
                default=None if info.is_required() else info.get_default(call_default_factory=True),
                bounds=bounds,
                usual=usual_of(info.metadata),
            )
        )
    return tuple(result)


@cache
def by_key(cls: type[Noun]) -> Mapping[str, Column]:
    """Every key that a file may use for the noun, and its column."""
    return {key: column for column in columns(cls) for key in column.keys}


def core(annotation: Any) -> Any:
    """The type inside ``Annotated`` and ``Optional``."""
    if get_origin(annotation) is Annotated:
        return core(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [item for item in get_args(annotation) if item is not type(None)]
        return core(inner[0]) if len(inner) == 1 else annotation
    return annotation


def words_of(annotation: Any) -> tuple[str, ...]:
    """The words of a Literal (or a union of them); empty for other types."""
    if get_origin(annotation) is Literal:
        return tuple(str(word) for word in get_args(annotation))
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(word for item in get_args(annotation) for word in words_of(item))
    return ()


def is_noun(annotation: Any) -> bool:
    """Whether a type is a noun class."""
    return isinstance(annotation, type) and issubclass(annotation, Noun)


def row_class(annotation: Any) -> type[Noun] | None:
    """The noun class of a table's rows, where the type is a tuple of nouns."""
    if get_origin(annotation) is tuple:
        inner = core(get_args(annotation)[0])
        return inner if is_noun(inner) and inner is not Name else None
    return None


def _unit_inside(annotation: Any) -> Unit | None:
    """The unit of the numbers in a list or mapping, however deep; nouns bring their own."""
    if get_origin(annotation) is Annotated:
        found = unit_of(list(annotation.__metadata__))
        if found:
            return found
    for inner in get_args(annotation):
        found = None if is_noun(inner) else _unit_inside(inner)
        if found:
            return found
    return None
