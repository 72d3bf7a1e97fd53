"""A scenario as a folder that a planner can edit: the reverse of ``scenarios.load``."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from scenarios.catalog import load_kinds, load_materials
from scenarios.columns import Column, columns
from scenarios.help import schema_line, write_help
from scenarios.load import load
from scenarios.problems import BadScenario, problem, unwritable
from scenarios.roads import write_roads
from scenarios.tables import write_table
from simulation.model import City, Command, Fleet, Goals, Name, Noun, Physics, Scenario, Storm

Variants = Mapping[str, Mapping[str, Any]]
_BLOCKS: tuple[tuple[str, type[Noun]], ...] = (("command", Command), ("goals", Goals), ("physics", Physics))


def write_scenario(
    out_dir: Path | str,
    scenario: Scenario,
    storms: Sequence[Storm] = (),
    variants: Variants | None = None,
    readme: str = "",
    lang: str = "zh",
) -> Path:
    """Write a scenario folder and return its path; ``scenarios.load.load`` reads it back to the same nouns.

    ``storms`` are further storms beside the scenario's own, for ``variants`` (name -> path -> value in file units,
    such as ``{"rain": {"storm": "rain", "hours": 12}}``) to choose. ``readme`` becomes README.md; beside it lie the
    guide to columns, in ``lang`` (zh or en), and the editors' schemas. The id of the loaded scenario is the folder's
    name. The folder is made beside its place, loaded with every variant, and
    then renamed: it is there whole or not at all. Raises BadScenario where the place is taken or cannot be
    written, and where the scenario does not load.
    """
    target = Path(out_dir).resolve()
    require_free(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise BadScenario([unwritable(target, error)]) from error
    try:
        folder = made / target.name
        _write(folder, scenario, (scenario.storm, *storms), variants or {}, readme)
        write_help(folder, lang)
        for variant in (None, *(variants or {})):
            load(folder, variant)
        if target.exists():
            target.rmdir()
        os.replace(folder, target)
    except OSError as error:
        raise BadScenario([unwritable(target, error)]) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return target


def require_free(out_dir: Path | str) -> None:
    """Raise BadScenario where something stands in the folder's place already."""
    target = Path(out_dir)
    if target.exists() and not target.is_dir():
        raise BadScenario([problem(str(target), "folder.is_file")])
    if target.is_dir() and any(target.iterdir()):
        raise BadScenario([problem(str(target), "folder.not_empty")])


def _write(
    folder: Path, scenario: Scenario, storms: Sequence[Storm], variants: Variants, readme: str
) -> None:
    folder.mkdir()
    _write_yaml(folder / "scenario.yaml", _document(scenario, variants), schema_line())
    _write_city(folder / "city", scenario.city)
    _write_fleet(folder / "fleet", scenario.fleet)
    (folder / "storms").mkdir()
    for storm in storms:
        block = as_written(storm)
        block.pop("id")
        _write_yaml(folder / "storms" / f"{storm.id}.yaml", block, schema_line(1))
    for name, rows in (("injects", scenario.injects), ("plan", scenario.plan_book)):
        if rows:
            write_table(folder / f"{name}.csv", rows)
    if readme:
        (folder / "README.md").write_text(readme, encoding="utf-8", newline="\n")


def _document(scenario: Scenario, variants: Variants) -> dict[str, Any]:
    """scenario.yaml: what differs from the defaults, without what stands in files of its own."""
    own = {"id", "city", "fleet", "storm", "injects", "plan_book", *(key for key, _ in _BLOCKS)}
    block: dict[str, Any] = {"name": as_written(scenario.name), "storm": scenario.storm.id}
    for column in columns(Scenario):
        if column.field not in own and column.field != "name" and not _is_default(column, scenario):
            block[column.key] = _held(column, getattr(scenario, column.field))
    for key, cls in _BLOCKS:
        noun = getattr(scenario, key)
        if noun != cls():
            block[key] = as_written(noun)
    if variants:
        block["variants"] = {name: dict(changes) for name, changes in variants.items()}
    return block


def _write_city(folder: Path, city: City) -> None:
    folder.mkdir()
    about = {key: value for key, value in (("id", city.id), ("name", as_written(city.name))) if value}
    if city.note:
        about["note"] = as_written(city.note)
    _write_yaml(folder / "city.yaml", about)
    write_roads(folder / "roads.geojson", city.segments)
    if city.places:
        write_table(folder / "places.csv", city.places)
    if city.offices:
        write_table(folder / "offices.csv", city.offices)
    if city.drains is not None:
        (folder / "drains.inp").write_text(city.drains, encoding="utf-8", newline="\n")


def _write_fleet(folder: Path, fleet: Fleet) -> None:
    """The tables; kinds and materials only where they are not those of the catalogue."""
    folder.mkdir()
    for name in ("depots", "stock", "teams", "equipment"):
        if rows := getattr(fleet, name):
            write_table(folder / f"{name}.csv", rows)
    if own := [kind for kind in fleet.kinds if kind not in load_kinds()]:
        write_table(folder / "kinds.csv", own)
    if own_materials := [material for material in fleet.materials if material not in load_materials()]:
        write_table(folder / "materials.csv", own_materials)


def as_written(noun: Noun) -> dict[str, Any]:
    """A noun as plain keys and values in file units; fields at their default are left out."""
    if isinstance(noun, Name):
        return {"zh": noun.zh, "en": noun.en}
    return {
        column.key: _held(column, getattr(noun, column.field))
        for column in columns(type(noun))
        if not _is_default(column, noun)
    }


def _is_default(column: Column, noun: Noun) -> bool:
    return not column.required and getattr(noun, column.field) == column.default


def _held(column: Column, held: Any) -> Any:
    """A field's value as YAML has it."""
    if isinstance(held, Noun):
        return as_written(held)
    if isinstance(held, (tuple, list)):
        return [_held(column, item) for item in held]
    if isinstance(held, dict):
        return {str(key): _held(column, item) for key, item in held.items()}
    if isinstance(held, bool) or held is None:
        return held
    if isinstance(held, (int, float)):
        number = float(column.written(held))
        return int(number) if number.is_integer() and abs(number) < 1e15 else number
    return held.isoformat() if hasattr(held, "isoformat") else str(held)


class _Plain(yaml.SafeDumper):
    """Writes a list that stands in two places twice, where YAML would put an anchor that few can read."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _write_yaml(path: Path, block: Mapping[str, Any], first: str = "") -> None:
    text = yaml.dump(
        dict(block), Dumper=_Plain, sort_keys=False, allow_unicode=True, default_flow_style=None, width=10_000
    )
    path.write_text(first + text, encoding="utf-8", newline="\n")
