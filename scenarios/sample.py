"""A new scenario folder to edit: small, complete, with its guide and its schema. ``stormyard new DIR``."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from scenarios.help import STARTER, commands_note, files_table, require_language, write_help
from scenarios.problems import BadScenario, problem, unwritable

README = "README.md"


def write_sample(directory: str | Path, lang: str = "zh") -> Path:
    """Write the sample into a folder that is new or empty, whole or not at all; returns the folder.

    ``lang`` (zh or en) is the language of its guide. Raises BadScenario where the folder is not empty or
    cannot be written.
    """
    require_language(lang)
    target = Path(directory)
    try:
        _refuse_occupied(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=target.parent) as workshop:
            made = Path(workshop) / "scenario"
            shutil.copytree(STARTER, made, ignore=shutil.ignore_patterns("*.md", "__pycache__"))
            (made / README).write_text(_readme(directory, lang), encoding="utf-8", newline="\n")
            write_help(made, lang)
            if target.exists():
                target.rmdir()
            made.replace(target)
    except OSError as error:
        raise BadScenario([unwritable(directory, error)]) from error
    return target


def _readme(directory: str | Path, lang: str) -> str:
    folder = Path(directory).resolve().name
    text = (STARTER / f"README.{lang}.md").read_text(encoding="utf-8")
    return text.format(folder=folder, commands_note=commands_note(folder, lang)) + files_table(lang)


def _refuse_occupied(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise BadScenario([problem(str(target), "folder.is_file")])
    if target.exists() and any(target.iterdir()):
        raise BadScenario([problem(str(target), "folder.not_empty")])
