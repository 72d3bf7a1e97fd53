"""The border between files and nouns: written values in, SI nouns out, every problem in the file's own words."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from datetime import date, datetime, time
from typing import Any, TypeVar, get_args, get_origin

from pydantic import ValidationError

from scenarios.columns import (
    LANGUAGES,
    SEPARATOR,
    Column,
    by_key,
    columns,
    core,
    is_noun,
)
from scenarios.marked import FAULTY, Content, Marked, bare
from scenarios.problems import Problem, Where, problem, shown
from scenarios.said import Said, recognised
from scenarios.wording import in_file_terms, number_hint, sentence, unknown_key_hint
from simulation.model import Name, Noun, Stock

N = TypeVar("N", bound=Noun)

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_TRUTH = {"true": True, "yes": True, "on": True, "1": True, "是": True,
          "false": False, "no": False, "off": False, "0": False, "否": False}  # fmt: skip
_LARGEST_COUNT = 1_000_000_000


class _Unreadable(Exception):
    """A value that cannot be what its field asks for; the problem is already noted."""


class Border:
    """Builds nouns from marked values, and keeps each with the place it came from.

    A noun with a fault is left out and its problems are noted; building always goes on, so that one pass
    finds everything.
    """

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.built: defaultdict[type[Noun], list[tuple[Any, Marked]]] = defaultdict(list)
        """Every sound noun by class, with its marked values."""
        self.seen: defaultdict[type[Noun], list[Marked]] = defaultdict(list)
        """Every row of a class, sound or not."""

    def noun(self, cls: type[N], node: Marked) -> N | None:
        """The noun, or None with the reasons among the problems."""
        self.seen[cls].append(node)
        if not isinstance(node.value, dict):
            keys = tuple(column.key for column in columns(cls)[:6])
            self._note(node.where, "value.block_expected", given=shown(node.text), keys=keys)
            return None
        values, failed = self._fields(cls, node)
        try:
            noun = cls.model_validate(values)
        except ValidationError as error:
            self._translate(cls, node, error, failed)
            return None
        if failed:
            return None
        self.built[cls].append((noun, node))
        return noun

    def _fields(self, cls: type[Noun], node: Marked) -> tuple[dict[str, Any], set[str]]:
        """Values by field in SI, and the fields that could not be read."""
        known, values, failed = by_key(cls), {}, set()
        names: defaultdict[str, dict[str, Marked]] = defaultdict(dict)
        for key, child in node.value.items():
            column = known.get(key)
            if column is None:
                self._unknown(cls, key, child.where, node)
            elif child.value is FAULTY:
                failed.add(column.field)
            elif child.value is None:
                continue
            elif column.annotation is Name:
                names[column.field][key[len(column.key) :].lstrip("_")] = child
            else:
                try:
                    values[column.field] = self._value(column.annotation, column, child)
                except _Unreadable:
                    failed.add(column.field)
        for field, parts in names.items():
            try:
                values[field] = self._name(parts)
            except _Unreadable:
                failed.add(field)
        return values, failed

    def _value(self, annotation: Any, column: Column, node: Marked) -> Any:
        origin = None if annotation in (str, float, int, bool) else get_origin(annotation)
        if origin is tuple:
            return self._items(core(get_args(annotation)[0]), column, node)
        if origin is dict:
            return self._mapping(core(get_args(annotation)[1]), column, node)
        if annotation is Name:
            return Name(**self._name({"": node}))
        if is_noun(annotation):
            return self._sound(self.noun(annotation, node))
        if isinstance(node.value, (dict, list)):
            key = "value.block_for_one" if isinstance(node.value, dict) else "value.list_for_one"
            raise self._refused(node.where, key, column=column.key)
        if annotation is float:
            held = self._number(column, node) * column.factor
            if not math.isfinite(held):
                raise self._refused(node.where, "value.not_finite", given=shown(node.text))
            return float(round(held)) if column.is_time else held
        if annotation is int:
            return self._count(column, node)
        return self._truth(node) if annotation is bool else self._text(node)

    def _items(self, inner: Any, column: Column, node: Marked) -> list[Any]:
        """A list: of rows, of numbers, or of words; words may share one cell, parted by semicolons."""
        if isinstance(node.value, str) and not is_noun(inner):
            parts = [part.strip() for part in re.split(f"[{SEPARATOR}；]", node.value)]
            items = [Marked(part, node.where) for part in parts if part]
        elif isinstance(node.value, list):
            items = node.value
        elif not is_noun(inner) and not isinstance(node.value, dict):
            items = [node]
        else:
            raise self._refused(node.where, "value.list_expected", column=column.key)
        if get_origin(inner) is tuple:
            return [bare(item) for item in items]
        values, bad = [], False
        for item in items:
            try:
                if item.value is None:
                    raise self._refused(item.where, "value.empty_item", column=column.key)
                values.append(self._value(inner, column, item))
            except _Unreadable:
                bad = True
        if bad:
            raise _Unreadable
        return values

    def _mapping(self, inner: Any, column: Column, node: Marked) -> dict[str, Any]:
        if not isinstance(node.value, dict):
            given = shown(node.text)
            raise self._refused(node.where, "value.keys_expected", column=column.key, given=given)
        values = {}
        bad = False
        for key, item in node.value.items():
            if item.value is None:
                continue
            try:
                values[key] = self._value(inner, column, item)
            except _Unreadable:
                bad = True
        if bad:
            raise _Unreadable
        return values

    def _name(self, parts: dict[str, Marked]) -> dict[str, str]:
        """A name given whole (text or a block of zh and en) or by language; a missing language is the other."""
        whole = parts.get("")
        given: dict[str, str] = {}
        if whole is not None and isinstance(whole.value, dict):
            for language, child in whole.value.items():
                if language not in LANGUAGES:
                    raise self._refused(child.where, "value.name_has_no", part=shown(language))
            parts = {**{k: v for k, v in whole.value.items() if v.value is not None}, **_without(parts, "")}
        elif whole is not None:
            text = self._text(whole)
            given = dict.fromkeys(LANGUAGES, text)
        for language in LANGUAGES:
            if language in parts:
                given[language] = self._text(parts[language])
        if not given:
            assert whole is not None
            raise self._refused(whole.where, "value.name_empty")
        first = next(given[language] for language in LANGUAGES if language in given)
        return {language: given.get(language, first) for language in LANGUAGES}

    def _text(self, node: Marked) -> str:
        value = node.value
        if isinstance(value, Content):
            return str(value)
        if isinstance(value, (dict, list)):
            raise self._refused(node.where, "value.word_expected")
        text = node.text
        if _CONTROL.search(text):
            raise self._refused(node.where, "value.control_character", given=shown(text))
        return text

    def _number(self, column: Column, node: Marked) -> float:
        value = node.value
        if isinstance(value, (bool, datetime, date, time)):
            hint = "" if isinstance(value, bool) else Said("value.format_as_number")
            raise self._refused(node.where, "value.not_a_number", hint, given=shown(value))
        if isinstance(value, (int, float)):
            number = float(value)
        else:
            text = unicodedata.normalize("NFKC", str(value)).strip()
            if not _NUMBER.fullmatch(text):
                hint = number_hint(text, column)
                raise self._refused(node.where, "value.not_a_number", hint, given=shown(value))
            number = float(text)
        if not math.isfinite(number):
            raise self._refused(node.where, "value.not_finite", given=shown(value))
        return number

    def _count(self, column: Column, node: Marked) -> int:
        number = self._number(column, node)
        if not number.is_integer():
            raise self._refused(node.where, "value.not_whole", given=shown(node.text))
        if abs(number) > _LARGEST_COUNT:
            raise self._refused(node.where, "value.too_large_count", given=shown(node.text))
        return int(number)

    def _truth(self, node: Marked) -> bool:
        if isinstance(node.value, bool):
            return node.value
        truth = _TRUTH.get(node.text.lower())
        if truth is None:
            raise self._refused(node.where, "value.not_truth", given=shown(node.text))
        return truth

    # ------------------------------------------------------------------ words

    def _note(self, where: Where, key: str, hint: str | None = None, /, **gaps: object) -> None:
        self.problems.append(problem(where, key, hint=hint, **gaps))

    def _refused(self, where: Where, key: str, hint: str | None = None, /, **gaps: object) -> _Unreadable:
        self._note(where, key, hint, **gaps)
        return _Unreadable()

    def _sound(self, noun: Any) -> Any:
        if noun is None:
            raise _Unreadable
        return noun

    def _unknown(self, cls: type[Noun], key: str, where: Where, node: Marked) -> None:
        if node.where.is_row and where.is_row:
            where = Where(where.file, "row", 1)
        word = "column" if where.is_row else "property" if where.kind == "feature" else "key"
        self._note(where, f"unknown.{word}", unknown_key_hint(cls, key), given=shown(key))

    def _translate(self, cls: type[Noun], node: Marked, error: ValidationError, failed: set[str]) -> None:
        by_field = {column.field: column for column in columns(cls)}
        errors = error.errors(include_url=False)
        inside = {item["loc"][0] for item in errors if len(item["loc"]) > 1}
        for item in errors:
            if item["type"] == "too_short" and item["loc"][0] in inside:
                continue  # pydantic leaves faulty entries out of its count
            field = str(item["loc"][0]) if item["loc"] else ""
            if field in failed or (not field and failed):
                continue
            column = by_field.get(field)
            if item["type"] == "missing" and column is not None and len(item["loc"]) == 1:
                self._missing(column, node)
            elif column is None:
                what, _, hint = sentence(item).partition("; ")
                self.problems.append(Problem(node.where.said, recognised(what), recognised(hint)))
            else:
                place = _descend(_child(node, column), item["loc"][1:])
                what, hint = in_file_terms(column, place, item)
                self.problems.append(Problem(place.where.said, what, hint))

    def _missing(self, column: Column, node: Marked) -> None:
        blank = any(key in node.value for key in column.keys)
        meaning = column.meaning or (Said("value.a_name") if column.annotation is Name else "")
        if not blank and node.where.is_row:
            header = Where(node.where.file, "row", 1)
            self._note(header, "value.column_missing", meaning, column=column.headers[0])
        elif blank:
            key = next(key for key in column.keys if key in node.value)
            self._note(node.value[key].where, "value.empty", meaning, column=column.key)
        else:
            self._note(node.where, "value.missing", meaning, column=column.key)


def row_id(cls: type[Noun], row: Marked) -> str:
    """What a row is chosen by in a path: its id, or ``depot:material`` for stock; empty where it has none."""
    if not isinstance(row.value, dict):
        return ""
    if cls is Stock:
        depot, material = row.get("depot"), row.get("material")
        return f"{depot.text}:{material.text}" if depot and material else ""
    own = row.get("id")
    return own.text if own else ""


def _without(parts: dict[str, Marked], key: str) -> dict[str, Marked]:
    return {k: v for k, v in parts.items() if k != key}


def _child(node: Marked, column: Column) -> Marked:
    for key in column.keys:
        child = node.get(key)
        if child is not None:
            return child
    return node


def _descend(node: Marked, steps: tuple[Any, ...]) -> Marked:
    for step in steps:
        value = node.value
        inside = (
            value[step] if isinstance(value, list) and isinstance(step, int) and step < len(value) else None
        )
        if isinstance(value, dict):
            inside = value.get(step)
        if not isinstance(inside, Marked):
            break
        node = inside
    return node
