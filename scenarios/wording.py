"""The words of faults: what a check of the model found, told in the units and names of the file."""

from __future__ import annotations

import re
from typing import Any, get_args

from scenarios.columns import Column, columns, core, words_of
from scenarios.marked import Marked
from scenarios.problems import did_you_mean, nearest, shown
from scenarios.said import Said
from simulation.model import Noun

_BOUNDS = {
    "greater_than": "gt",
    "greater_than_equal": "ge",
    "less_than": "lt",
    "less_than_equal": "le",
}


def in_file_terms(column: Column, place: Marked, item: Any) -> tuple[str, str]:
    """What is wrong and a hint, with numbers in the unit of the file."""
    kind, context = item["type"], item.get("ctx", {})
    if kind in _BOUNDS:
        limit = column.written(float(context[_BOUNDS[kind]])) + column.unit_word
        block = isinstance(place.value, (dict, list))
        given = column.written(float(item["input"])) if block else place.text
        return Said(f"value.{kind}", column=column.key, given=given, limit=limit), column.meaning
    if kind == "literal_error":
        words = words_of(column.annotation) or _inner_words(column.annotation)
        given = str(item["input"])
        if item["loc"][-1] == "[key]":
            return Said("value.no_place", given=shown(given), column=column.key), _choices(given, words)
        noun = Said(f"noun.{_SINGULAR.get(column.field, column.field)}")
        return Said("value.is_no", given=shown(given), noun=noun), _choices(given, words)
    if kind == "string_too_short":
        return Said("value.empty_text", column=column.key), column.meaning
    if kind in ("too_short", "too_long"):
        limit = context.get("min_length" if kind == "too_short" else "max_length")
        count = context.get("actual_length")
        return Said(f"value.{kind}", column=column.key, count=count, limit=limit), column.meaning
    if kind.startswith("datetime"):
        return Said("value.not_a_time", given=shown(place.text)), Said("value.not_a_time.hint")
    return Said("value.refused", column=column.key, reason=sentence(item)), column.meaning


def _inner_words(annotation: Any) -> tuple[str, ...]:
    """The words that a list or mapping may hold, however deep."""
    for inner in get_args(annotation):
        words = words_of(core(inner)) or _inner_words(core(inner))
        if words:
            return words
    return ()


def _choices(given: str, words: tuple[str, ...]) -> Said:
    listing = Said("near.one_of", names=words)
    if nearest(given, words) is None:
        return listing
    return Said("near.both", question=did_you_mean(given, words), listing=listing)


_SINGULAR = {"abilities": "verb", "skills": "verb", "verbs": "verb", "hazards": "hazard"}
"""Fields that hold several words of a kind, and what one of them is."""


def sentence(item: Any) -> str:
    text = str(item["msg"]).removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


def number_hint(text: str, column: Column) -> Said:
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        return Said("value.no_separators", number=text.replace(",", ""))
    if re.fullmatch(r"[-+]?\d+,\d+", text):
        return Said("value.decimal_point", number=text.replace(",", "."))
    if re.match(r"[-+]?\.?\d", text):
        if column.unit and column.unit.suffix:
            return Said("value.number_alone_in", unit=column.unit.written)
        return Said("value.number_alone")
    return Said("value.number_needed" if column.required else "value.leave_empty")


def unknown_key_hint(cls: type[Noun], key: str) -> Said:
    """What may have been meant: another key, or the same field in another unit."""
    for column in columns(cls):
        if column.unit and column.unit.suffix and (key == column.field or _same_field(key, column.field)):
            return Said("near.in_unit", name=column.key, unit=column.unit.written)
    return did_you_mean(key, [k for column in columns(cls) for k in column.keys])


def _same_field(key: str, field: str) -> bool:
    return key.startswith(field + "_") and len(key) - len(field) <= 6
