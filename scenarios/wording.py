"""The words of faults: what a check of the model found, told in the units and names of the file."""

from __future__ import annotations

import re
from typing import Any, get_args

from scenarios.columns import Column, columns, core, words_of
from scenarios.marked import Marked
from scenarios.problems import did_you_mean, shown
from simulation.model import Noun

_BOUNDS = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "at most"),
}


def in_file_terms(column: Column, place: Marked, item: Any) -> tuple[str, str]:
    """What is wrong and a hint, with numbers in the unit of the file."""
    kind, context = item["type"], item.get("ctx", {})
    if kind in _BOUNDS:
        bound, word = _BOUNDS[kind]
        limit = column.written(float(context[bound]))
        given = (
            place.text if not isinstance(place.value, (dict, list)) else column.written(float(item["input"]))
        )
        return f"{column.key} is {given}, it must be {word} {limit}{column.unit_word}", column.meaning
    if kind == "literal_error":
        words = words_of(column.annotation) or _inner_words(column.annotation)
        given = str(item["input"])
        if item["loc"][-1] == "[key]":
            return f"{shown(given)} has no place in '{column.key}'", _choices(given, words)
        return f"{shown(given)} is no {_spoken(column.field)}", _choices(given, words)
    if kind == "string_too_short":
        return f"'{column.key}' is empty", column.meaning
    if kind in ("too_short", "too_long"):
        least, most = context.get("min_length"), context.get("max_length")
        need = f"at least {least}" if kind == "too_short" else f"at most {most}"
        return f"'{column.key}' has {context.get('actual_length')} entries, it needs {need}", column.meaning
    if kind.startswith("datetime"):
        return f"{shown(place.text)} is not a time", "write it as 2024-01-31T15:00:00+08:00"
    return f"'{column.key}': {sentence(item)}", column.meaning


def _inner_words(annotation: Any) -> tuple[str, ...]:
    """The words that a list or mapping may hold, however deep."""
    for inner in get_args(annotation):
        words = words_of(core(inner)) or _inner_words(core(inner))
        if words:
            return words
    return ()


def _choices(given: str, words: tuple[str, ...]) -> str:
    nearest = did_you_mean(given, words)
    listing = "it is one of " + ", ".join(words)
    return f"{nearest} {listing}" if nearest.startswith("did you mean") else listing


def _spoken(field: str) -> str:
    singular = {"abilities": "verb", "skills": "verb", "verbs": "verb", "hazards": "hazard"}
    return singular.get(field, field.replace("_", " "))


def sentence(item: Any) -> str:
    text = str(item["msg"]).removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


def number_hint(text: str, column: Column) -> str:
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        return f"write it without separators: {text.replace(',', '')}"
    if re.fullmatch(r"[-+]?\d+,\d+", text):
        return f"write the decimals after a point: {text.replace(',', '.')}"
    if re.match(r"[-+]?\.?\d", text):
        unit = f" (it is read in {column.unit.written})" if column.unit and column.unit.suffix else ""
        return f"write the number alone; the unit stands in the name of the column{unit}"
    return "leave the cell empty where it is not known" if not column.required else "a number is needed here"


def unknown_key_hint(cls: type[Noun], key: str) -> str:
    """What may have been meant: another key, or the same field in another unit."""
    for column in columns(cls):
        if column.unit and column.unit.suffix and (key == column.field or _same_field(key, column.field)):
            return f"did you mean '{column.key}'? it is read in {column.unit.written}"
    return did_you_mean(key, [k for column in columns(cls) for k in column.keys])


def _same_field(key: str, field: str) -> bool:
    return key.startswith(field + "_") and len(key) - len(field) <= 6
