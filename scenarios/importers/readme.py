"""README.md of an imported district: how to run it, what its files hold, what was assumed, and on whose word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scenarios.help import commands_note, files_table
from simulation.model import Name, Scenario

HEADS = {
    "zh": {"notes": "说明", "sources": "初始队伍和物资所用比例的出处", "files": "文件", "run": "运行"},
    "en": {
        "notes": "Notes",
        "sources": "Where the ratios behind the first fleet come from",
        "files": "Files",
        "run": "Run it",
    },
}


def readme(
    scenario: Scenario, variants: Iterable[str], told: Sequence[Name], sources: Sequence[Name], lang: str
) -> str:
    """The text, in ``zh`` or ``en``; notes and sources stand in both, since plans are read by many."""
    head, other = HEADS[lang], "en" if lang == "zh" else "zh"
    folder = scenario.id
    names = list(variants)
    choices = ["", *(f" --variant {name}" for name in (*names, "no-response"))]
    if "cloudburst" in names:
        choices.append(" --variant cloudburst --set respond=false")
    commands = [f"uv run stormyard run {folder}{choice}" for choice in choices]
    lines = [
        f"# {getattr(scenario.name, lang)}",
        "",
        f"## {head['run']}",
        "",
        commands_note(folder, lang),
        "",
    ]
    lines += ["```", f"uv run stormyard check {folder}", *commands, "```", ""]
    for language in (lang, other):
        lines += [f"## {HEADS[language]['notes']}", "", *(f"- {getattr(n, language)}" for n in told), ""]
    for language in (lang, other) if sources else ():
        lines += [f"## {HEADS[language]['sources']}", "", *(f"- {getattr(n, language)}" for n in sources), ""]
    return "\n".join([*lines, f"## {head['files']}", "", files_table(lang)])
