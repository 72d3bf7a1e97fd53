"""The guide to every column and key, written from the model: ``columns.md`` of a new scenario."""

from __future__ import annotations

from typing import Any, get_args, get_origin

from scenarios.columns import Column, columns, core, is_noun, row_class, words_of
from scenarios.tables import written
from simulation.model import (
    Command,
    Depot,
    Equipment,
    Forecast,
    Goals,
    InjectRow,
    Kind,
    LevelChange,
    Material,
    Name,
    Noun,
    Office,
    Place,
    ResponseRule,
    RiverStage,
    ScriptStep,
    Segment,
    SnowPhysics,
    StandingOrder,
    Stock,
    Storm,
    Team,
    Warning,
    WaterPhysics,
    Weather,
)

FILES: tuple[tuple[str, type[Noun]], ...] = (
    ("city/roads.geojson", Segment),
    ("city/places.csv", Place),
    ("city/offices.csv", Office),
    ("fleet/depots.csv", Depot),
    ("fleet/stock.csv", Stock),
    ("fleet/teams.csv", Team),
    ("fleet/equipment.csv", Equipment),
    ("fleet/kinds.csv", Kind),
    ("fleet/materials.csv", Material),
    ("injects.csv", InjectRow),
    ("plan.csv", ScriptStep),
    ("storms/*.yaml", Storm),
    ("storms/*.yaml: weather", Weather),
    ("storms/*.yaml: warnings", Warning),
    ("storms/*.yaml: river", RiverStage),
    ("storms/*.yaml: forecast", Forecast),
    ("scenario.yaml: command", Command),
    ("scenario.yaml: command.rules", ResponseRule),
    ("scenario.yaml: command.timeline", LevelChange),
    ("scenario.yaml: command.standing_orders", StandingOrder),
    ("scenario.yaml: goals", Goals),
    ("scenario.yaml: physics.snow", SnowPhysics),
    ("scenario.yaml: physics.water", WaterPhysics),
)
"""Every file and block, and the noun that its rows or keys are."""

_FILLED = {(Segment, "length"), (Storm, "id"), (Storm, "name")}
"""Fields that the loader fills in where a file leaves them out."""
_HEADS = {
    "zh": ("列", "单位", "含义", "取值", "缺省"),
    "en": ("column", "unit", "meaning", "values", "default"),
}
_WORDS = {
    "zh": {
        "title": "各列与各键的含义",
        "intro": "单位写在列名末尾；空白单元格表示采用缺省值。路径和编号区分大小写。",
        "needed": "必填",
        "to": "至",
        "above": "大于",
        "yes": "true 或 false",
        "name": "名称；可只写 {key} 一列",
        "list": "用分号隔开",
        "line": "线的坐标",
    },
    "en": {
        "title": "What every column and key means",
        "intro": "Units stand at the end of a column's name; a blank cell means the default. Case matters in ids.",
        "needed": "required",
        "to": "to",
        "above": "above",
        "yes": "true or false",
        "name": "a name; one column, {key}, will do",
        "list": "parted by semicolons",
        "line": "coordinates of the line",
    },
}


def columns_guide(language: str = "en") -> str:
    """Markdown with a table for every file and block, in ``zh`` or ``en``."""
    words = _WORDS[language]
    parts = [f"# {words['title']}\n\n{words['intro']}\n"]
    for file, cls in FILES:
        head = _HEADS[language]
        lines = [f"\n## {file}\n", f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
        lines += [f"| {' | '.join(_row(cls, column, language))} |" for column in columns(cls)]
        parts.append("\n".join(lines) + "\n")
    return "".join(parts)


def _row(cls: type[Noun], column: Column, language: str) -> tuple[str, ...]:
    name = "`geometry`" if column.field == "line" else ", ".join(f"`{header}`" for header in column.headers)
    unit = column.unit.written if column.unit and column.unit.suffix else ""
    needed = column.required and (cls, column.field) not in _FILLED
    default = _WORDS[language]["needed"] if needed else _default(column)
    text = column.meaning.in_language(language)
    return tuple(cell.replace("|", "\\|") for cell in (name, unit, text, _values(column, language), default))


def _default(column: Column) -> str:
    if row_class(column.annotation) or is_noun(column.annotation) or column.default in (None, "", ()):
        return ""
    return _shown(column, column.default)


def _shown(column: Column, held: Any) -> str:
    if isinstance(held, dict):
        return ", ".join(f"{key} {written(column, item)}" for key, item in held.items())
    if isinstance(held, tuple):
        return "; ".join(_shown(column, item) for item in held)
    return written(column, held)


def _values(column: Column, language: str) -> str:
    words, annotation = _WORDS[language], column.annotation
    inner = core(get_args(annotation)[0]) if get_origin(annotation) is tuple else None
    if annotation is Name:
        return words["name"].format(key=column.key)
    if column.field == "line":
        return words["line"]
    if inner is not None and not is_noun(inner):
        choices = words_of(inner)
        return f"{', '.join(choices)} ({words['list']})" if choices else words["list"]
    if words_of(annotation):
        return ", ".join(words_of(annotation))
    return words["yes"] if annotation is bool else _range(column, words)


def _range(column: Column, words: dict[str, str]) -> str:
    limits = {
        key: column.written(value) for key, value in column.bounds.items() if key in ("gt", "ge", "lt", "le")
    }
    low, above, high = limits.get("ge"), limits.get("gt"), limits.get("le", limits.get("lt"))
    if low is not None and high is not None:
        return f"{low} {words['to']} {high}"
    start = f"{words['above']} {above}" if above is not None else f">= {low}" if low is not None else ""
    return (
        f"{start}, <= {high}"
        if start and high is not None
        else start or (f"<= {high}" if high is not None else "")
    )
