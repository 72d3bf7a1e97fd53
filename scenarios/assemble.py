"""A scenario folder as one tree of marked values: scenario.yaml, what it extends, and the files beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from scenarios.catalog import catalogue_rows
from scenarios.folders import DOCUMENT, Folders, find
from scenarios.marked import FAULTY, Content, Marked, merged, read_text
from scenarios.problems import BadScenario, Problem, Where, problem, shown
from scenarios.roads import read_roads
from scenarios.tables import SUFFIXES, read_table
from scenarios.yaml_files import read_yaml

DEEPEST_CHAIN = 8


@dataclass
class Document:
    """scenario.yaml laid on those it extends, and the folders they stand in."""

    root: Marked
    folders: Folders
    broken: bool = False
    """Whether a scenario.yaml could not be read, so that what is missing cannot be known."""


class _Table(NamedTuple):
    """A table of the tree and where it is found unless the scenario says otherwise."""

    key: str
    needed: bool = False
    catalogue: bool = False


_CITY = (_Table("places"), _Table("offices"))
_FLEET = (
    _Table("kinds", catalogue=True),
    _Table("materials", catalogue=True),
    _Table("depots", needed=True),
    _Table("stock"),
    _Table("teams"),
    _Table("equipment"),
)


_BLOCKS = ("command", "goals", "physics")
_EVENTS = {"injects": "injects", "plan_book": "plan"}
"""Tables beside scenario.yaml: their key and their usual name."""


def read_document(folder: Path, problems: list[Problem]) -> Document:
    """scenario.yaml of a folder with all it extends laid beneath it; variants are joined by name."""
    roots: list[Path] = []
    layers: list[Marked] = []
    here: Path | None = folder
    while here is not None:
        roots.append(here)
        path = here / DOCUMENT
        layer = read_yaml(path, Folders(roots, []).shown(path), problems)
        if layer is not None and not isinstance(layer.value, dict):
            problems.append(problem(layer.where, "file.asks_for_keys", file=DOCUMENT))
            layer = None
        if layer is None:
            break
        layers.append(layer)
        here = _extended(layer, here, roots, problems)
    root = Marked({}, Where(DOCUMENT, "line", 1))
    for layer in reversed(layers):
        root = merged(layer, root)
    root.value.pop("extends", None)
    return Document(root, Folders(roots, problems), broken=len(layers) < len(roots))


def _extended(layer: Marked, here: Path, roots: list[Path], problems: list[Problem]) -> Path | None:
    """The folder that a layer extends, beside it or shipped."""
    named = layer.value.get("extends")
    if named is None or named.value is None:
        return None
    beside = here / named.text
    try:
        base = find(beside) if (beside / DOCUMENT).exists() else find(named.text)
    except (BadScenario, OSError, ValueError) as error:
        hint = error.problems[0].hint if isinstance(error, BadScenario) else ""
        problems.append(problem(named.where, "extends.nothing", hint=hint, name=shown(named.text)))
        return None
    if any(base.resolve() == root.resolve() for root in roots):
        problems.append(problem(named.where, "extends.circle", name=shown(named.text)))
        return None
    if len(roots) >= DEEPEST_CHAIN:
        problems.append(problem(named.where, "extends.too_many", most=DEEPEST_CHAIN))
        return None
    return base


def is_file_slot(path: str) -> bool:
    """Whether an override of this path may name a file, so that it changes what is read."""
    head, _, table = path.partition(".")
    if not table:
        return head in ("city", "fleet", "storm", *_BLOCKS, *_EVENTS)
    return (head == "city" and table in ("segments", "drains", *(t.key for t in _CITY))) or (
        head == "fleet" and table in (t.key for t in _FLEET)
    )


def put_in_slot(document: Document, path: str, value: Marked) -> None:
    """Lay an override on the document before its files are read."""
    head, _, table = path.partition(".")
    if not table:
        document.root.value[head] = value
        return
    block = document.root.get(head)
    inside = (
        dict(block.value) if block and isinstance(block.value, dict) else {"folder": block} if block else {}
    )
    document.root.value[head] = Marked({**inside, table: value}, value.where)


def assemble(document: Document, reference: str, problems: list[Problem], tables: bool = True) -> Marked:
    """The tree of a Scenario in file units. ``tables=False`` leaves the tables out (names and notes only)."""
    root, reader = document.root, _Reader(document.folders, problems, tables)
    tree = {key: node for key, node in root.value.items() if key != "variants"}
    top = root.where
    if document.broken:
        tree = {"storm": Marked(FAULTY, top), "hours": Marked(FAULTY, top), **tree}
    if "id" in tree:
        problems.append(problem(tree["id"].where, "value.scenario_id"))
    tree["id"] = Marked(reference, top)
    tree.setdefault("name", Marked(reference, top))
    tree["city"] = reader.city(tree.get("city"), top)
    tree["fleet"] = reader.fleet(tree.get("fleet"), top)
    tree["storm"] = reader.storm(tree.get("storm"), top) or Marked(FAULTY, top)
    for key in _BLOCKS:
        if key in tree:
            tree[key] = reader.block(tree[key])
    for key, stem in _EVENTS.items():
        table = reader.table(tree.get(key), stem, top)
        if table is not None:
            tree[key] = table
    return Marked(tree, top)


class _Reader:
    """Reads the files that a tree names, or that stand where they usually do."""

    def __init__(self, folders: Folders, problems: list[Problem], tables: bool) -> None:
        self.folders, self.problems, self.tables = folders, problems, tables

    def city(self, named: Marked | None, top: Where) -> Marked:
        folder, given = _folder_and_keys(named, "city")
        about = self.folders.locate_usual(f"{folder}/city.yaml")
        under = self.yaml(about) if about else None
        block = merged(given, under) if under is not None else given
        values = dict(block.value) if isinstance(block.value, dict) else {}
        values.setdefault("id", Marked(folder.rstrip("/").rpartition("/")[2], top))
        values.setdefault("name", Marked(values["id"].text, top))
        values["segments"] = self.roads(values.get("segments"), f"{folder}/roads.geojson", top)
        values["drains"] = self.drains(values.get("drains"), f"{folder}/drains.inp")
        self._tables(values, _CITY, folder, top)
        return Marked(values, block.where)

    def fleet(self, named: Marked | None, top: Where) -> Marked:
        folder, given = _folder_and_keys(named, "fleet")
        values = dict(given.value)
        self._tables(values, _FLEET, folder, top)
        return Marked(values, given.where)

    def storm(self, named: Marked | None, top: Where) -> Marked | None:
        """The storm that a scenario names: a file, its bare name in ``storms/``, or a block of keys."""
        if named is not None and named.value is FAULTY:
            return None
        if named is None or named.value is None:
            self.problems.append(problem(top, "storm.not_named"))
            return None
        if isinstance(named.value, dict):
            block, stem, beside = named, "storm", "storms"
        else:
            name = named.text if named.text.endswith((".yaml", ".yml")) else f"storms/{named.text}.yaml"
            path = self._named_file([name], named.where)
            read = self.yaml(path) if path else None
            if path is None or read is None:
                return None
            block, stem, beside = read, path.stem, name.rpartition("/")[0]
        if not isinstance(block.value, dict):
            self.problems.append(problem(block.where, "storm.asks_for_keys"))
            return None
        values = dict(block.value)
        values.setdefault("id", Marked(stem, block.where))
        values.setdefault("name", Marked(values["id"].text, block.where))
        for key in ("weather", "river"):
            if key in values:
                table = self.table(values[key], "", block.where, beside=beside)
                values[key] = table if table is not None else values[key]
        return Marked(values, block.where)

    def _tables(self, values: dict[str, Marked], tables: tuple[_Table, ...], folder: str, top: Where) -> None:
        for table in tables:
            found = self.table(values.get(table.key), f"{folder}/{table.key}", top, needed=table.needed)
            found = found if found is not None else Marked([], top)
            if table.catalogue and isinstance(found.value, list):
                rows = _under_catalogue(found.value, catalogue_rows(table.key, self.problems))
                found = Marked(rows, found.where)
            values[table.key] = found

    def table(
        self, named: Marked | None, stem: str, top: Where, needed: bool = False, beside: str = ""
    ) -> Marked | None:
        """Rows that stand inline, in the file that is named, or in the usual place.

        None where there are none, ``FAULTY`` where there should be.
        """
        if not self.tables:
            return None
        if named is not None and isinstance(named.value, (list, dict)):
            return named
        if named is not None and named.value is not None:
            names = [f"{beside}/{named.text}", named.text] if beside else [named.text]
            path = self._named_file(names, named.where)
            if path is not None and path.suffix.lower() not in SUFFIXES:
                self.problems.append(problem(named.where, "file.no_table", name=shown(named.text)))
                path = None
            return self._faulty(
                read_table(path, self.shown(path), self.problems) if path else None, named.where
            )
        path = self.folders.locate_table(stem, top) if stem else None
        if path is not None:
            return self._faulty(read_table(path, self.shown(path), self.problems), top)
        if needed:
            self.problems.append(problem(f"{stem}.csv", "file.table_missing"))
            return Marked(FAULTY, top)
        return None

    def roads(self, named: Marked | None, usual: str, top: Where) -> Marked:
        if not self.tables or (named is not None and isinstance(named.value, list)):
            return named or Marked([], top)
        given = named if named is not None and named.value is not None else Marked(usual, Where(usual))
        if given.text == usual:
            self.folders.locate_usual(usual)
        path = self._named_file([given.text], given.where)
        return self._faulty(read_roads(path, self.shown(path), self.problems) if path else None, given.where)

    def drains(self, named: Marked | None, usual: str) -> Marked:
        if not self.tables:
            return Marked(None, Where(usual))
        if named is not None and named.value is not None:
            path = self._named_file([named.text], named.where)
        else:
            path = self.folders.locate_usual(usual)
            if path is None:
                return Marked(None, Where(usual))
        text = read_text(path, self.shown(path), self.problems) if path else None
        return Marked(FAULTY if text is None else Content(text), Where(self.shown(path) if path else usual))

    def block(self, named: Marked) -> Marked:
        """A block of keys that stands inline or in a YAML file of its own."""
        if not isinstance(named.value, str) or not named.value.endswith((".yaml", ".yml")):
            return named
        path = self._named_file([named.text], named.where)
        return self._faulty(self.yaml(path) if path else None, named.where)

    def yaml(self, path: Path) -> Marked | None:
        return read_yaml(path, self.folders.shown(path), self.problems)

    def shown(self, path: Path) -> str:
        return self.folders.shown(path)

    def _named_file(self, names: list[str], where: Where) -> Path | None:
        """The first of the names that is a file; a problem where none is."""
        before = len(self.problems)
        path = next((found for name in names if (found := self.folders.locate(name, where))), None)
        if path is None and len(self.problems) == before:
            name = names[0]
            key = "file.missing" if str(where) == name else "file.named_missing"
            self.problems.append(problem(where, key, hint=self.folders.near(name), name=shown(name)))
        return path

    def _faulty(self, read: Marked | None, where: Where) -> Marked:
        return read if read is not None else Marked(FAULTY, where)


def _under_catalogue(rows: list[Marked], catalogue: list[Marked]) -> list[Marked]:
    """The catalogue's rows and then one's own, which replace those of the same id."""
    own = {identity.text for row in rows if (identity := row.get("id"))}
    return [row for row in catalogue if row.value["id"].text not in own] + rows


def _folder_and_keys(named: Marked | None, usual: str) -> tuple[str, Marked]:
    """``city: folder`` or ``city: {folder: ..., keys}``: the files' folder, and what is given beside it."""
    if named is None or named.value is None:
        return usual, Marked({}, Where(DOCUMENT))
    if isinstance(named.value, dict):
        folder = named.get("folder")
        inside = {key: node for key, node in named.value.items() if key != "folder"}
        return folder.text if folder else usual, Marked(inside, named.where)
    return named.text, Marked({}, named.where)
