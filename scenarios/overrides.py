"""Overrides by path: ``fleet.teams.team-03.people = 40``, in file units, before anything becomes a noun.

A path is dotted. Keys are those of the files; rows of a table are chosen by id (a stock row by
``depot:material``), entries of a list by number from 0.
"""

from __future__ import annotations

from typing import Any, get_args, get_origin

from scenarios.border import row_id
from scenarios.columns import LANGUAGES, Column, by_key, columns, core, is_noun, row_class, words_of
from scenarios.marked import Marked, plain
from scenarios.problems import Problem, Where, did_you_mean, problem, shown
from scenarios.said import Said
from scenarios.wording import unknown_key_hint
from simulation.model import Name, Noun, Scenario, Stock


def apply_override(tree: Marked, path: str, value: Marked, problems: list[Problem]) -> None:
    """Set the value at a path of a scenario tree, in place; a path that names nothing is a problem."""
    if not path.strip():
        problems.append(problem(value.where, "path.empty"))
        return
    try:
        _into_noun(Scenario, tree, path.strip(), value)
    except _Nowhere as nowhere:
        reason, hint = nowhere.what, nowhere.hint
        problems.append(problem(value.where, "path.nothing", hint=hint, path=shown(path), reason=reason))


class _Nowhere(Exception):
    def __init__(self, key: str, hint: str = "", /, **gaps: object) -> None:
        self.what, self.hint = Said(key, **gaps), hint


def _into_noun(cls: type[Noun], node: Marked, path: str, value: Marked) -> None:
    key, _, rest = path.partition(".")
    column = by_key(cls).get(key)
    if column is None:
        hint = unknown_key_hint(cls, key)
        raise _Nowhere("path.has_no", hint, noun=Said(f"noun.{cls.__name__}"), key=shown(key))
    if not isinstance(node.value, dict):
        raise _Nowhere("path.nothing_before", key=shown(key))
    if rest and column.annotation is Name and key == column.key and rest in LANGUAGES:
        key, rest = f"{key}_{rest}", ""
    if rest:
        child = node.get(key)
        if child is None:
            child = _whole(column, value.where)
            node.value[key] = child
        _into(column.annotation, column, child, rest, value)
    else:
        if column.annotation is Name:
            _make_room_for_name(node, column, key)
        node.value[key] = value


def _into(annotation: Any, column: Column, node: Marked, path: str, value: Marked) -> None:
    rows = row_class(annotation)
    origin = get_origin(annotation)
    if annotation is Name:
        raise _Nowhere("value.name_has_no", Said("value.name_has_no.hint"), part=shown(path))
    if rows is not None:
        _into_row(rows, node, path, value)
    elif is_noun(annotation):
        _into_noun(annotation, node, path, value)
    elif origin is dict:
        _into_words(words_of(core(get_args(annotation)[0])), column, node, path, value)
    elif origin is tuple:
        _into_list(core(get_args(annotation)[0]), column, node, path, value)
    else:
        raise _Nowhere("path.nothing_inside", column=column.key)


def _into_row(cls: type[Noun], table: Marked, path: str, value: Marked) -> None:
    """A row by the longest id that the path starts with (ids may hold dots), else by number.

    Stock that a yard does not hold yet is a row to be made: every yard may hold every material.
    """
    rows = table.value if isinstance(table.value, list) else []
    names = {row_id(cls, row): row for row in rows}
    fitting = [name for name in names if name and (path == name or path.startswith(name + "."))]
    chosen = max(fitting, key=len, default="")
    head = chosen or path.partition(".")[0]
    rest = path[len(head) + 1 :]
    if chosen:
        row = names[chosen]
    elif head.isdecimal() and int(head) < len(rows):
        row = rows[int(head)]
    elif cls is Stock and ":" in head and rest:
        depot, _, material = head.partition(":")
        row = plain({"depot": depot, "material": material}, value.where)
        rows.append(row)
    else:
        hint = _row_hint(cls, head, list(names))
        raise _Nowhere("path.no_row", hint, noun=Said(f"noun.{cls.__name__}"), name=shown(head))
    if rest:
        _into_noun(cls, row, rest, value)
    elif isinstance(value.value, dict):
        row.value, row.where = value.value, value.where
    else:
        hint = Said("path.go_on", columns=tuple(_keys(cls)[:8]))
        raise _Nowhere("path.is_a_row", hint, name=shown(head))


def _into_list(inner: Any, column: Column, node: Marked, path: str, value: Marked) -> None:
    entries = node.value if isinstance(node.value, list) else []
    head, _, rest = path.partition(".")
    if not head.isdecimal() or int(head) >= len(entries):
        hint = Said("path.numbered", last=len(entries) - 1) if entries else Said("path.no_entries")
        raise _Nowhere("path.no_entry", hint, column=column.key, name=shown(head))
    if rest:
        _into(inner, column, entries[int(head)], rest, value)
    else:
        entries[int(head)] = value


def _into_words(words: tuple[str, ...], column: Column, node: Marked, path: str, value: Marked) -> None:
    if path not in words:
        raise _Nowhere("path.no_word", did_you_mean(path, words), column=column.key, name=shown(path))
    if not isinstance(node.value, dict):
        node.value = {word: Marked(node.value, node.where) for word in words}
    node.value[path] = value


def _make_room_for_name(node: Marked, column: Column, key: str) -> None:
    """A name given anew replaces the old one, in whichever way the file wrote it."""
    whole = node.value.pop(column.key, None)
    if key == column.key:
        for other in column.keys[1:]:
            node.value.pop(other, None)
    elif whole is not None:
        parts = whole.value if isinstance(whole.value, dict) else None
        for language, other in zip(LANGUAGES, column.keys[1:], strict=True):
            part = parts.get(language) if parts is not None else Marked(whole.value, whole.where)
            if part is not None:
                node.value[other] = part


def _whole(column: Column, where: Where) -> Marked:
    """The default of a field in file units, so that a part of it can be changed."""
    return in_file_units(column, column.default, where)


def in_file_units(column: Column, held: Any, where: Where) -> Marked:
    """A held value as marked values in file units."""
    if isinstance(held, Noun):
        inside = {c.key: in_file_units(c, getattr(held, c.field), where) for c in columns(type(held))}
        return Marked(inside, where)
    if isinstance(held, dict):
        return Marked({str(key): in_file_units(column, item, where) for key, item in held.items()}, where)
    if isinstance(held, (tuple, list)):
        return Marked([in_file_units(column, item, where) for item in held], where)
    if isinstance(held, (int, float)) and not isinstance(held, bool) and column.unit:
        return Marked(column.written(float(held)), where)
    return Marked({} if held is None and is_noun(column.annotation) else held, where)


def _keys(cls: type[Noun]) -> list[str]:
    return [column.key for column in columns(cls)]


def _row_hint(cls: type[Noun], head: str, names: list[str]) -> Said:
    named = [name for name in names if name]
    if not named:
        return Said("path.no_ids" if names else "path.table_empty")
    question = did_you_mean(head, named)
    return Said("path.stock_form", question=question) if cls is Stock else question
