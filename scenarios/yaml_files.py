"""Safe YAML with line marks: every scalar stays the text it was written as, like a cell of a table.

What a scalar means (number, truth, time) is decided by the field it stands in, so ``no`` is no surprise
and ``007`` stays an id. Built from parser events: no tags, no objects, bounded depth and size.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from scenarios.marked import Marked, read_text
from scenarios.problems import Problem, Where, problem, shown
from scenarios.said import Said

DEEPEST = 40
LARGEST = 500_000
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_EMPTY = {"", "~", "null", "Null", "NULL"}


def read_yaml(path: Path, file: str, problems: list[Problem]) -> Marked | None:
    """The file as marked values; None where nothing can be made of it. ``file`` is its name in messages."""
    text = read_text(path, file, problems)
    return None if text is None else parse_yaml(text, file, problems)


def parse_yaml(text: str, file: str, problems: list[Problem]) -> Marked | None:
    """YAML text as marked values; an empty text is an empty mapping."""
    builder = _Builder(file, problems)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        reason = error.problem or error.context
        where = Where(file, "line", line)
        problems.append(problem(where, "yaml.broken", hint=_yaml_hint(text, line), reason=reason))
        return None
    except yaml.YAMLError as error:
        cause = getattr(error, "reason", "") or error
        problems.append(problem(file, "yaml.broken", hint=Said("yaml.unprintable"), reason=cause))
        return None
    except _Refused as refused:
        problems.append(refused.problem)
        return None
    return builder.root if builder.root is not None else Marked({}, Where(file, "line", 1))


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


@dataclass
class _Open:
    """A collection that is being filled."""

    node: Marked
    anchor: str | None
    size: int = 1
    key: Marked | None = None
    lines: dict[str, int] = field(default_factory=dict)


class _Builder:
    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file, self.problems = file, problems
        self.root: Marked | None = None
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Marked, int]] = {}
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        where = Where(self.file, "line", event.start_mark.line + 1 if event.start_mark else 1)
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise _Refused(problem(where, "yaml.second_document"))
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._refuse_tag(event, where)
            if len(self._stack) >= DEEPEST:
                raise _Refused(problem(where, "yaml.too_deep", most=DEEPEST))
            mapping = isinstance(event, yaml.MappingStartEvent)
            self._stack.append(_Open(Marked({} if mapping else [], where), event.anchor))
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            done = self._stack.pop()
            self._put(done.node, done.size, done.anchor)
        elif isinstance(event, yaml.ScalarEvent):
            self._refuse_tag(event, where)
            empty = event.style is None and event.value in _EMPTY
            self._put(Marked(None if empty else event.value, where), 1, event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            known = self._anchors.get(event.anchor or "")
            if known is None:
                raise _Refused(problem(where, "yaml.no_anchor", anchor=event.anchor))
            self._put(known[0], known[1], None)

    def _refuse_tag(self, event: Any, where: Where) -> None:
        tag = event.tag
        if tag is not None and ("python" in tag or not tag.startswith("tag:yaml.org,2002:")):
            raise _Refused(problem(where, "yaml.tag", tag=shown(tag)))

    def _put(self, node: Marked, size: int, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = (node, size)
        if not self._stack:
            self.root = node
            return
        top = self._stack[-1]
        top.size += size
        if top.size > LARGEST:
            raise _Refused(problem(node.where, "yaml.too_many", most=LARGEST))
        if isinstance(top.node.value, list):
            top.node.value.append(node)
        elif top.key is None:
            top.key = node
        else:
            self._put_pair(top, node)

    def _put_pair(self, top: _Open, node: Marked) -> None:
        assert top.key is not None
        key_node, top.key = top.key, None
        if isinstance(key_node.value, (dict, list)):
            self.problems.append(problem(key_node.where, "yaml.key_is_no_word"))
            return
        key = key_node.text
        if key in top.lines:
            first = top.lines[key]
            self.problems.append(problem(key_node.where, "yaml.key_twice", given=shown(key), line=first))
            return
        top.lines[key] = int(key_node.where.number)
        top.node.value[key] = Marked(node.value, key_node.where)


def _yaml_hint(text: str, line: int) -> Said:
    lines = text.splitlines()
    near = lines[max(line - 2, 0) : line]
    if any("\t" in item[: len(item) - len(item.lstrip())] for item in near):
        return Said("yaml.tabs")
    return Said("yaml.check_near")
