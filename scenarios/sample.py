"""A new scenario folder to edit: small, complete, with its guide and its schema. ``stormyard new DIR``."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from scenarios.guide import columns_guide
from scenarios.problems import BadScenario, Problem
from scenarios.schema import scenario_schema, storm_schema

STARTER = Path(__file__).parent / "starter"
SCHEMA, STORM_SCHEMA, GUIDE, README = "scenario.schema.json", "storm.schema.json", "columns.md", "README.md"


def write_sample(directory: str | Path, lang: str = "zh") -> Path:
    """Write the sample into a folder that is new or empty, whole or not at all; returns the folder.

    ``lang`` (zh or en) is the language of its guide. Raises BadScenario where the folder is not empty or
    cannot be written.
    """
    target = Path(directory)
    try:
        _refuse_occupied(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=target.parent) as workshop:
            made = Path(workshop) / "scenario"
            shutil.copytree(STARTER, made, ignore=shutil.ignore_patterns("README.*", "__pycache__"))
            write_guide(made, lang)
            if target.exists():
                target.rmdir()
            made.replace(target)
    except OSError as error:
        what = f"the folder cannot be written: {error.strerror or error}"
        raise BadScenario([Problem(str(directory), what, "choose another place")]) from error
    return target


def write_guide(folder: Path, lang: str) -> None:
    """Put the README, the guide to columns and the editors' schemas into a scenario folder."""
    if lang not in ("zh", "en"):
        raise BadScenario([Problem(f"--lang {lang}", f"'{lang}' is no language of the guide", "zh or en")])
    shutil.copyfile(STARTER / f"README.{lang}.md", folder / README)
    (folder / GUIDE).write_text(columns_guide(lang), encoding="utf-8", newline="\n")
    for name, schema in ((SCHEMA, scenario_schema()), (STORM_SCHEMA, storm_schema())):
        text = json.dumps(schema, ensure_ascii=False, indent=1)
        (folder / name).write_text(text + "\n", encoding="utf-8", newline="\n")


def _refuse_occupied(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise BadScenario([Problem(str(target), "this is a file, not a folder", "name a new folder")])
    if target.exists() and any(target.iterdir()):
        raise BadScenario([Problem(str(target), "the folder is not empty", "name a new or empty folder")])
