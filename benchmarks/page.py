"""The page of benchmark tables, ``docs/benchmarks.md``: each command writes its own under its own heading."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


def put(page: str, heading: str, title: str, part: Sequence[str]) -> str:
    """The page with ``part`` (lines) under ``### title`` within ``## heading``, in place of what stood there; what is
    missing is added at the end."""
    lines = page.rstrip("\n").split("\n") if page.strip() else ["# Benchmarks"]
    if f"## {heading}" not in lines:
        lines += ["", f"## {heading}"]
    start = lines.index(f"## {heading}")
    end = _next(lines, start, "## ")
    section = lines[start:end]
    if f"### {title}" in section:
        first = section.index(f"### {title}")
        before, after = section[:first], section[_next(section, first, "### ") :]
    else:
        before, after = section, []
    while before and not before[-1]:
        before.pop()
    section = [*before, "", f"### {title}", "", *part, "", *after]
    return "\n".join([*lines[:start], *section, *lines[end:]]).rstrip("\n") + "\n"


def _next(lines: Sequence[str], after: int, begins: str) -> int:
    return next((i for i in range(after + 1, len(lines)) if lines[i].startswith(begins)), len(lines))
