"""Where a scenario's files are: its own folder, then those it extends; nothing outside them is read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from scenarios.problems import (
    BadScenario,
    Problem,
    SeveralScenarios,
    Where,
    did_you_mean,
    nearest,
    problem,
    quoted,
    shown,
)
from scenarios.said import Said
from scenarios.tables import SUFFIXES

SHIPPED = Path(__file__).parent
DOCUMENT = "scenario.yaml"


def find(reference: str | Path) -> Path:
    """The folder of a scenario: a shipped one such as ``jinshui/blizzard``, or a path to a folder.

    A path that exists goes first. Raises BadScenario where neither is there.
    """
    for candidate in (Path(reference), SHIPPED / reference):
        folder = candidate.parent if candidate.name == DOCUMENT else candidate
        if _exists(folder / DOCUMENT):
            return folder
    name = str(reference)
    if several := scenarios_in(reference):
        raise SeveralScenarios(name, several)
    if _exists(Path(reference)):
        raise BadScenario([problem(name, "scenario.no_document")])
    raise BadScenario([problem(name, "scenario.unknown", hint=_near(name.replace(os.sep, "/")))])


def scenarios_in(reference: str | Path) -> list[str]:
    """References of the scenarios that stand side by side in a folder such as ``jinshui``; those that others
    extend and that name no storm may be among them. Empty where the reference is a scenario or nothing.
    """
    for folder in (Path(reference), SHIPPED / reference):
        if _exists(folder) and folder.is_dir():
            within = sorted(path.parent.name for path in folder.glob(f"*/{DOCUMENT}"))
            return [f"{str(reference).rstrip('/' + os.sep)}/{name}" for name in within]
    return []


def _near(name: str) -> Said:
    """A question naming the shipped scenarios whose whole name, or its last part, may have been meant."""
    names = shipped_names()
    parts = {reference.rpartition("/")[2]: reference for reference in names if "/" in reference}
    if nearest(name, names) is None and (part := nearest(name.rpartition("/")[2], parts)):
        return Said("near.meant", name=quoted(parts[part]))
    return did_you_mean(name, names)


def shipped_names() -> list[str]:
    """References of every scenario folder that comes with the program, in order."""
    found = (path.parent.relative_to(SHIPPED).as_posix() for path in SHIPPED.rglob(DOCUMENT))
    return sorted(name for name in found if name != "." and not name.startswith("starter"))


def name_of(folder: Path, reference: str | Path) -> str:
    """What a scenario is called: its reference if shipped, else the name of its folder."""
    try:
        return folder.resolve().relative_to(SHIPPED.resolve()).as_posix()
    except ValueError:
        return folder.resolve().name or str(reference)


class Folders:
    """The folders that a scenario may read from, its own first."""

    def __init__(self, roots: Sequence[Path], problems: list[Problem]) -> None:
        self.roots = [root.resolve() for root in roots]
        self.problems = problems
        self.read: set[Path] = set()
        """Files that were found and read."""
        self.usual: dict[str, bool] = {}
        """Files without ending that were looked for where they usually stand, and whether they were there."""

    def shown(self, path: Path) -> str:
        """A path as messages name it: from the scenario's own folder, with slashes."""
        try:
            return Path(os.path.relpath(path, self.roots[0])).as_posix()
        except ValueError:
            return path.as_posix()

    def locate(self, name: str, where: Where) -> Path | None:
        """A file by its name relative to one of the folders; the first folder that has it wins.

        None, with a problem, where the name leads outside; None alone where no folder has it.
        """
        for root in self.roots:
            try:
                path = (root / name).resolve()
            except (OSError, ValueError, RuntimeError):
                self.problems.append(problem(where, "file.no_name", name=shown(name)))
                return None
            if not any(path.is_relative_to(allowed) for allowed in self.roots):
                self.problems.append(problem(where, "file.outside", name=shown(name)))
                return None
            if _exists(path):
                self.read.add(path)
                return path
        return None

    def locate_usual(self, name: str) -> Path | None:
        """A file that may stand where it usually does."""
        path = self.locate(name, Where(name))
        self.usual[name.rpartition(".")[0]] = path is not None
        return path

    def locate_table(self, stem: str, where: Where) -> Path | None:
        """A table by its name without ending: CSV or Excel, but not both in one folder."""
        for root in self.roots:
            there = [root / f"{stem}{suffix}" for suffix in SUFFIXES if _exists(root / f"{stem}{suffix}")]
            if len(there) > 1:
                names = [self.shown(path) for path in there]
                self.problems.append(problem(names[0], "file.table_twice", first=names[0], second=names[1]))
                self.read.update(path.resolve() for path in there)
            if there:
                self.usual[stem] = True
                return self.locate(self._from(root, there[0]), where)
        self.usual[stem] = False
        return None

    def near(self, name: str) -> str:
        """A question naming a file that may have been meant, from the same part of the folders."""
        part, suffix = name.rpartition("/")[0], Path(name).suffix
        there: list[str] = []
        for root in self.roots:
            folder = root / part
            if _exists(folder) and folder.is_dir() and folder.resolve().is_relative_to(root):
                there += sorted(
                    f"{part}/{item.name}".lstrip("/") for item in folder.iterdir() if item.suffix == suffix
                )
        return did_you_mean(name, there) if there else ""

    def _from(self, root: Path, path: Path) -> str:
        return path.relative_to(root).as_posix()


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
