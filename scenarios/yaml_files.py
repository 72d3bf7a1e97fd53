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
from scenarios.problems import Problem, Where, shown

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
        what = f"broken YAML: {error.problem or error.context}"
        problems.append(Problem(f"{file} line {line}", what, _yaml_hint(text, line)))
        return None
    except yaml.YAMLError as error:
        what = f"broken YAML: {getattr(error, 'reason', '') or error}"
        problems.append(Problem(file, what, "remove characters that cannot be printed"))
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
                raise _Refused(Problem(str(where), "a second document starts here", "remove the '---'"))
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._refuse_tag(event, where)
            if len(self._stack) >= DEEPEST:
                raise _Refused(Problem(str(where), f"nested deeper than {DEEPEST} levels"))
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
                raise _Refused(
                    Problem(str(where), f"'*{event.anchor}' names no anchor that stands before it")
                )
            self._put(known[0], known[1], None)

    def _refuse_tag(self, event: Any, where: Where) -> None:
        if event.tag is not None and not event.tag.startswith("tag:yaml.org,2002:"):
            raise _Refused(
                Problem(str(where), f"the tag {shown(event.tag)} is not allowed", "files are data")
            )
        if event.tag is not None and "python" in event.tag:
            raise _Refused(
                Problem(str(where), f"the tag {shown(event.tag)} is not allowed", "files are data")
            )

    def _put(self, node: Marked, size: int, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = (node, size)
        if not self._stack:
            self.root = node
            return
        top = self._stack[-1]
        top.size += size
        if top.size > LARGEST:
            raise _Refused(Problem(str(node.where), f"more than {LARGEST:,} values in one YAML file"))
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
            self.problems.append(Problem(str(key_node.where), "a key must be a word, not a list or mapping"))
            return
        key = key_node.text
        if key in top.lines:
            what = f"{shown(key)} stands twice, first in line {top.lines[key]}"
            self.problems.append(Problem(str(key_node.where), what, "remove one of the two"))
            return
        top.lines[key] = int(key_node.where.number)
        top.node.value[key] = Marked(node.value, key_node.where)


def _yaml_hint(text: str, line: int) -> str:
    lines = text.splitlines()
    near = lines[max(line - 2, 0) : line]
    if any("\t" in item[: len(item) - len(item.lstrip())] for item in near):
        return "indent with spaces, not with tabs"
    return "check the indentation, quotes, brackets and the space after each colon near this line"
