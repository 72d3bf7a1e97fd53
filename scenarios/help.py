"""What lies in every folder that Stormyard writes to help its editor: the guide to columns and the schemas."""

from __future__ import annotations

import json
from pathlib import Path

from scenarios.guide import columns_guide
from scenarios.problems import BadScenario, problem
from scenarios.schema import scenario_schema, storm_schema

STARTER = Path(__file__).parent / "starter"
SCHEMA, STORM_SCHEMA, GUIDE = "scenario.schema.json", "storm.schema.json", "columns.md"
LANGUAGES = ("zh", "en")
_COMMANDS = {
    "zh": "命令在 Stormyard 自己的文件夹里输入；`{folder}` 换成本文件夹的路径。",
    "en": "Type commands in Stormyard's own folder; `{folder}` stands for the path of this one.",
}


def require_language(lang: str) -> None:
    """Raise BadScenario where the guide is not written in a language."""
    if lang not in LANGUAGES:
        raise BadScenario([problem(f"--lang {lang}", "folder.no_guide", lang=lang)])


def write_help(folder: Path, lang: str) -> None:
    """Put ``columns.md`` (in ``zh`` or ``en``) and the editors' schemas into a scenario folder."""
    require_language(lang)
    (folder / GUIDE).write_text(columns_guide(lang), encoding="utf-8", newline="\n")
    for name, schema in ((SCHEMA, scenario_schema()), (STORM_SCHEMA, storm_schema())):
        text = json.dumps(schema, ensure_ascii=False, indent=1)
        (folder / name).write_text(text + "\n", encoding="utf-8", newline="\n")


def schema_line(depth: int = 0) -> str:
    """First line of ``scenario.yaml`` (depth 0) and of the files in ``storms/`` (1), by which editors find their
    schema."""
    return f"# yaml-language-server: $schema={'../' * depth}{STORM_SCHEMA if depth else SCHEMA}\n"


def files_table(lang: str) -> str:
    """What each file of a scenario folder holds."""
    return (STARTER / f"files.{lang}.md").read_text(encoding="utf-8")


def commands_note(folder: str, lang: str) -> str:
    """Where the commands of a folder's README are typed."""
    return _COMMANDS[lang].format(folder=folder)
