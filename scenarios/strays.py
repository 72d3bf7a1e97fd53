"""Files of a scenario's folder that nothing reads: misspelt names, and leftovers."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from scenarios.assemble import Document
from scenarios.folders import DOCUMENT, Folders
from scenarios.marked import Marked
from scenarios.problems import Problem, problem

READ = {".csv", ".xlsx", ".yaml", ".yml", ".geojson", ".inp"}
ALIKE = {".xls", ".xlsm", ".ods", ".tsv", ".txt", ".json"}
"""Endings that a table or map may have been saved under by mistake; other files with them are no concern."""
ENDINGS = {"roads": ".geojson", "drains": ".inp", "city": ".yaml"}
"""Of the usual files that are no tables."""
NEAR = 0.75
"""Likeness of two names (difflib's ratio) from which one may be a slip for the other."""


def strays(document: Document, problems: list[Problem]) -> tuple[Problem, ...]:
    """Remarks on files that nothing reads. One whose name is near that of a file that is not there is a problem
    instead: the scenario would run without what its author wrote. Storms are left out: there may be many.
    """
    folders, named = document.folders, set(_names(document.root))
    unread = []
    for path, name in _own_files(folders):
        folder = name.rpartition("/")[0]
        usual = {stem for stem in folders.usual if stem.rpartition("/")[0] == folder}
        meant = _meant(name, {stem for stem in usual if not folders.usual[stem]})
        if path in folders.read or name in named or path.name in named:
            continue
        if meant:
            problems.append(problem(name, "file.misnamed", usual=meant + ENDINGS.get(_stem(meant), ".csv")))
        elif path.suffix.lower() in READ:
            stems = tuple(sorted(_stem(stem) for stem in usual))
            unread.append(problem(name, "file.not_read", usual=stems))
    return tuple(unread)


def _own_files(folders: Folders) -> Iterator[tuple[Path, str]]:
    """Data files of the scenario's own folder, beside the usual ones, with their names from there."""
    own = folders.roots[0]
    for part in sorted({stem.rpartition("/")[0] for stem in folders.usual}):
        folder = own / part
        if not folder.resolve().is_relative_to(own) or not folder.is_dir():
            continue
        for path in sorted(folder.iterdir()):
            data = path.suffix.lower() in READ | ALIKE and not path.name.startswith((".", "~"))
            if data and path.is_file() and path.name != DOCUMENT:
                yield path.resolve(), path.relative_to(own).as_posix()


def _meant(name: str, absent: set[str]) -> str:
    """The absent file whose name was most likely meant; empty where none is near."""
    stem = name.rpartition(".")[0].lower()
    near = difflib.get_close_matches(_stem(stem), {_stem(a): a for a in sorted(absent)}, n=1, cutoff=NEAR)
    return next((a for a in sorted(absent) if near and _stem(a) == near[0]), "")


def _stem(path: str) -> str:
    return path.rpartition("/")[2]


def _names(node: Marked) -> Iterator[str]:
    """Every text of scenario.yaml: a variant may name a file."""
    if isinstance(node.value, dict):
        for child in node.value.values():
            yield from _names(child)
    elif isinstance(node.value, list):
        for child in node.value:
            yield from _names(child)
    else:
        yield node.text
