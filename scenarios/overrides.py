"""Overrides by path: ``fleet.teams.team-03.people = 40``, in file units, before anything becomes a noun.

A path is dotted. Keys are those of the files; rows of a table are chosen by id (a stock row by
``depot:material``), entries of a list by number from 0.
"""

from __future__ import annotations

from typing import Any, get_args, get_origin

from scenarios.border import row_id
from scenarios.columns import LANGUAGES, Column, by_key, columns, core, is_noun, row_class, words_of
from scenarios.marked import Marked, plain
from scenarios.problems import Problem, Where, did_you_mean, shown
from scenarios.wording import unknown_key_hint
from simulation.model import Name, Noun, Scenario, Stock


def apply_override(tree: Marked, path: str, value: Marked, problems: list[Problem]) -> None:
    """Set the value at a path of a scenario tree, in place; a path that names nothing is a problem."""
    place = str(value.where)
    if not path.strip():
        problems.append(Problem(place, "the path is empty", "write PATH=VALUE, such as hours=24"))
        return
    try:
        _into_noun(Scenario, tree, path.strip(), value)
    except _Nowhere as nowhere:
        problems.append(Problem(place, f"the path {shown(path)} names nothing: {nowhere.what}", nowhere.hint))


class _Nowhere(Exception):
    def __init__(self, what: str, hint: str = "") -> None:
        self.what, self.hint = what, hint


def _into_noun(cls: type[Noun], node: Marked, path: str, value: Marked) -> None:
    key, _, rest = path.partition(".")
    column = by_key(cls).get(key)
    if column is None:
        raise _Nowhere(f"{cls.__name__.lower()} has no {shown(key)}", unknown_key_hint(cls, key))
    if not isinstance(node.value, dict):
        raise _Nowhere(f"nothing stands before {shown(key)}")
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
        raise _Nowhere(f"a name has no {shown(path)}", "it has zh and en")
    if rows is not None:
        _into_row(rows, node, path, value)
    elif is_noun(annotation):
        _into_noun(annotation, node, path, value)
    elif origin is dict:
        _into_words(words_of(core(get_args(annotation)[0])), column, node, path, value)
    elif origin is tuple:
        _into_list(core(get_args(annotation)[0]), column, node, path, value)
    else:
        raise _Nowhere(f"'{column.key}' has nothing inside it")


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
        raise _Nowhere(f"there is no {cls.__name__.lower()} {shown(head)}", _row_hint(cls, head, list(names)))
    if rest:
        _into_noun(cls, row, rest, value)
    elif isinstance(value.value, dict):
        row.value, row.where = value.value, value.where
    else:
        raise _Nowhere(f"{shown(head)} is a row", f"go on with a column: {', '.join(_keys(cls)[:8])}")


def _into_list(inner: Any, column: Column, node: Marked, path: str, value: Marked) -> None:
    entries = node.value if isinstance(node.value, list) else []
    head, _, rest = path.partition(".")
    if not head.isdecimal() or int(head) >= len(entries):
        hint = f"its entries are numbered 0 to {len(entries) - 1}" if entries else "it has no entries"
        raise _Nowhere(f"'{column.key}' has no entry {shown(head)}", hint)
    if rest:
        _into(inner, column, entries[int(head)], rest, value)
    else:
        entries[int(head)] = value


def _into_words(words: tuple[str, ...], column: Column, node: Marked, path: str, value: Marked) -> None:
    if path not in words:
        raise _Nowhere(f"'{column.key}' has no {shown(path)}", did_you_mean(path, words))
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


def _row_hint(cls: type[Noun], head: str, names: list[str]) -> str:
    named = [name for name in names if name]
    if not named:
        return "its rows have no ids: choose them by number from 0" if names else "the table is empty"
    form = "a stock row is named depot:material; " if cls is Stock else ""
    return form + did_you_mean(head, named)
