"""Values as files hold them, each with the place it came from: the one form that all readers give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

from scenarios.problems import Problem, Where, problem
from scenarios.said import Said


class Content(str):
    """The text of a whole file, which is a value as it stands."""


FAULTY = object()
"""Stands for a value whose fault is already noted."""


@dataclass(slots=True, eq=False)
class Marked:
    """A value in file units: None, text, number, dict of ``Marked`` or list of ``Marked``."""

    value: Any
    where: Where

    def __bool__(self) -> bool:
        """A marked value is always something, whatever it holds."""
        return True

    @property
    def text(self) -> str:
        """The value as one would write it; empty for nothing."""
        if self.value is None:
            return ""
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        if isinstance(self.value, (date, time)):
            return self.value.isoformat()
        if isinstance(self.value, float) and self.value.is_integer() and abs(self.value) < 1e15:
            return str(int(self.value))
        return str(self.value).strip()

    def get(self, key: str) -> Marked | None:
        """The child of a mapping that is there and not empty."""
        child = self.value.get(key) if isinstance(self.value, dict) else None
        return child if child is not None and child.value is not None else None


def plain(value: Any, where: Where) -> Marked:
    """Plain dicts, lists and scalars as marked values that all stand at one place."""
    if isinstance(value, dict):
        return Marked({str(key): plain(item, where) for key, item in value.items()}, where)
    if isinstance(value, (list, tuple)):
        return Marked([plain(item, where) for item in value], where)
    return Marked(value, where)


def bare(node: Any) -> Any:
    """The plain value inside marked values."""
    value = node.value if isinstance(node, Marked) else node
    if isinstance(value, dict):
        return {key: bare(item) for key, item in value.items()}
    if isinstance(value, list):
        return [bare(item) for item in value]
    return value


def merged(over: Marked, under: Marked) -> Marked:
    """``over`` laid on ``under``: mappings are joined key by key, anything else is replaced."""
    if not (isinstance(over.value, dict) and isinstance(under.value, dict)):
        return over
    both: dict[str, Marked] = dict(under.value)
    for key, upper in over.value.items():
        both[key] = merged(upper, both[key]) if key in both else upper
    return Marked(both, over.where)


LARGEST_FILE = 200_000_000
"""Bytes; a longer file is no scenario input (Baltimore's roads are about 10 MB)."""


def read_text(path: Path, file: str, problems: list[Problem]) -> str | None:
    """The text of a UTF-8 file, with or without a byte order mark; None where it cannot be read."""
    raw = read_bytes(path, file, problems)
    if raw is None:
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.append(problem(Where(file, "line", line), "file.not_utf8", hint=_encoding_hint(raw)))
        return None


def read_bytes(path: Path, file: str, problems: list[Problem]) -> bytes | None:
    """The bytes of a file, or None with the reason among the problems."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            problems.append(problem(file, "file.too_large", most=LARGEST_FILE // 1_000_000))
            return None
        return path.read_bytes()
    except FileNotFoundError:
        problems.append(problem(file, "file.missing"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", "") or error
        problems.append(problem(file, "file.cannot_open", reason=reason))
    return None


def _encoding_hint(raw: bytes) -> Said:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Said("file.looks_utf16")
    if raw[:4] == b"PK\x03\x04":
        return Said("file.looks_zip")
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return Said("file.save_utf8")
    return Said("file.looks_gbk")
