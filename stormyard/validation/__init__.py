"""What Stormyard computes, held against what was measured: one module a subject, found by its name.

``snow_*.py`` and ``water_*.py`` in this folder are modules of validation. Each has

- ``NEEDS``: paths inside the data folder that it reads (may be empty);
- ``examine(data, files) -> Finding``, which may raise ``BadFile``;
- ``takes(file) -> bool``, where the planner's own files may stand in place of the data. Such a module is asked for
  with ``files``; the others get none.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

SUBJECTS = ("snow", "water")


class BadFile(ValueError):
    """A file that cannot be read as what it was given for; the message says which and why."""


@dataclass(frozen=True)
class Check:
    """One computed figure beside the measured one."""

    what: str
    measured: str
    """The observed figure, in words."""
    computed: float | None
    """None where it could not be computed: then the check is neither held nor missed."""
    low: float | None
    """The least that holds; None for no bound. In ``unit``, as ``computed`` and ``high``."""
    high: float | None
    unit: str
    note: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the figure lies within its bounds; None where it could not be computed."""
        if self.computed is None:
            return None
        return (self.low is None or self.computed >= self.low) and (
            self.high is None or self.computed <= self.high
        )

    @property
    def bounds(self) -> str:
        """The bounds as text, with their unit."""
        match self.low, self.high:
            case None, None:
                return ""
            case None, high:
                return f"≤ {self._figure(high)}"
            case low, None:
                return f"≥ {self._figure(low)}"
            case low, high:
                return f"{number(low)} – {self._figure(high)}"
        raise AssertionError

    @property
    def shown(self) -> str:
        """The computed figure as text, with its unit; empty where there is none."""
        return "" if self.computed is None else self._figure(self.computed)

    def _figure(self, value: float | None) -> str:
        return f"{number(value)} {self.unit}".rstrip()


@dataclass(frozen=True)
class Finding:
    """What one module found."""

    name: str
    """The stem of its files in docs/validation."""
    title: str
    text: tuple[str, ...]
    """Paragraphs: the data and whose they are, the method, and plainly what does not fit."""
    checks: tuple[Check, ...]
    figures: tuple[tuple[str, bytes], ...] = ()
    """(name, PNG)"""


@dataclass(frozen=True)
class Skipped:
    """A module that could not be asked, and the paths it would have needed."""

    name: str
    missing: tuple[Path, ...]


def number(value: float | None) -> str:
    """A figure with four digits at most, without an exponent where one can do without."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def modules(subject: str) -> dict[str, ModuleType]:
    """Modules of a subject by name, in the order of their names."""
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name.startswith(f"{subject}_"))
    return {name: import_module(f"{__name__}.{name}") for name in names}


def takes(module: ModuleType, file: Path) -> bool:
    """Whether a module can hold this file of the planner's own against what it computes."""
    asked = getattr(module, "takes", None)
    return bool(asked and asked(file))


def untaken(subject: str, files: Sequence[Path]) -> list[Path]:
    """Files that no module of the subject takes."""
    known = modules(subject).values()
    return [file for file in files if not any(takes(module, file) for module in known)]


def examined(subject: str, data: Path, files: Sequence[Path] = ()) -> Iterator[Finding | Skipped]:
    """What each module of a subject finds; where ``files`` are given, only of the modules that take one."""
    for name, module in modules(subject).items():
        own = [file for file in files if takes(module, file)]
        if files and not own:
            continue
        missing = () if own else tuple(data / path for path in module.NEEDS if not (data / path).exists())
        yield Skipped(name, missing) if missing else module.examine(data, own)


def counts(findings: Sequence[Finding]) -> dict[str, int]:
    """How many checks there are, how many hold, how many miss, how many could not be tested."""
    verdicts = [check.holds for finding in findings for check in finding.checks]
    return {
        "checks": len(verdicts), "hold": verdicts.count(True), "miss": verdicts.count(False),
        "untested": verdicts.count(None),
    }  # fmt: skip


def rows(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Every check as plain data."""
    return [
        {"finding": finding.name, **vars(check), "holds": check.holds}
        for finding in findings
        for check in finding.checks
    ]


# --------------------------------------------------------------------------- pages

VERDICT = {True: "holds", False: "**misses**", None: "not tested"}
_HEADING = re.compile(r"# (?P<title>.+)\n\n\*(?P<verdict>.+)\*\n")


def page(finding: Finding) -> str:
    """A finding in Markdown."""
    count: Mapping[str, object] = counts([finding])
    table = ["| what | measured | computed | bounds | verdict |", "|---|---|---|---|---|"]
    for check in finding.checks:
        what = f"{check.what} ({check.note})" if check.note else check.what
        cells = (what, check.measured, check.shown, check.bounds, VERDICT[check.holds])
        table.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    parts = [f"# {finding.title}", "*{hold} of {checks} checks hold.*".format_map(count), *finding.text]
    parts.append("\n".join(table))
    parts += [f"![{name}]({finding.name}-{name}.png)" for name, _ in finding.figures]
    return "\n\n".join(parts) + "\n"


def write(findings: Sequence[Finding], folder: Path) -> list[Path]:
    """Write each finding's page and pictures, and an index over all pages there are; the paths written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for finding in findings:
        path = folder / f"{finding.name}.md"
        path.write_text(page(finding), encoding="utf-8", newline="\n")
        written.append(path)
        for name, png in finding.figures:
            path = folder / f"{finding.name}-{name}.png"
            path.write_bytes(png)
            written.append(path)
    index = folder / "index.md"
    index.write_text(_index(folder), encoding="utf-8", newline="\n")
    return [*written, index]


def _index(folder: Path) -> str:
    lines = [
        "# What is computed beside what was measured",
        "",
        "Written by `stormyard validate snow --write docs/validation` and `stormyard validate water --write",
        "docs/validation`. Checks that miss are told on their pages, with what is known of the reason.",
        "",
        "| subject | verdict |",
        "|---|---|",
    ]
    for file in sorted(folder.glob("*.md")):
        heading = _HEADING.match(file.read_text(encoding="utf-8"))
        if heading and file.name != "index.md":
            lines.append(f"| [{heading['title']}]({file.name}) | {heading['verdict']} |")
    return "\n".join(lines) + "\n"
