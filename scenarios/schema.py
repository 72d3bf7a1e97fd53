"""JSON Schema of scenario.yaml and of storm files, in file units, for the completion and checks of editors."""

from __future__ import annotations

from datetime import datetime
from typing import Any, get_args, get_origin

from scenarios.columns import LANGUAGES, Column, columns, core, is_noun, row_class, words_of
from simulation.model import City, Fleet, Name, Noun, Scenario, Storm

Schema = dict[str, Any]
DRAFT = "http://json-schema.org/draft-07/schema#"
_TEXT: Schema = {"type": "string", "minLength": 1}
_FILE: Schema = {**_TEXT, "description": "文件名 name of a file"}


def scenario_schema() -> Schema:
    """Schema of ``scenario.yaml``. Keys carry units; descriptions are in Chinese and English."""
    schema = _noun(Scenario, leave_out=("id",))
    own = schema["properties"]
    own["city"] = _named_or(_slots(City, "city"), "城区文件夹 folder of the city's files")
    own["fleet"] = _named_or(_slots(Fleet, "fleet"), "队伍文件夹 folder of the fleet's files")
    own["storm"] = _named_or(_storm(), "storms/ 中的过程 a storm in storms/, with or without .yaml")
    for key in ("command", "goals", "physics"):
        own[key] = {**_named_or(own[key], "YAML 文件 a YAML file"), "description": own[key]["description"]}
    for key in ("injects", "plan_book"):
        own[key] = {**_named_or(own[key], "表格文件 a table"), "description": own[key]["description"]}
    own["extends"] = {
        **_TEXT,
        "description": "沿用另一场景文件夹 another scenario folder, all of it taken over",
    }
    own["variants"] = {
        "type": "object",
        "description": "变体：路径: 值 named blocks of overrides, path: value",
        "additionalProperties": {"type": "object"},
    }
    schema["anyOf"] = [
        {"required": ["storm", "hours"]},
        {"required": ["extends"]},
        {"required": ["name", "city"]},
    ]
    schema.pop("required", None)
    return {"$schema": DRAFT, "title": "Stormyard scenario", **schema}


def storm_schema() -> Schema:
    """Schema of a storm file."""
    return {"$schema": DRAFT, "title": "Stormyard storm", **_storm()}


def _storm() -> Schema:
    schema = _noun(Storm)
    for key in ("weather", "river"):
        table = schema["properties"][key]
        schema["properties"][key] = {
            **_named_or(table, "表格文件 a table"),
            "description": table["description"],
        }
    schema["required"] = [key for key in schema["required"] if key not in ("id", "name")]
    return schema


def _slots(cls: type[Noun], folder: str) -> Schema:
    """City or fleet as a block: its folder, and files or rows in place of the usual ones."""
    schema = _noun(cls)
    for key, inside in schema["properties"].items():
        if key not in ("id", "name", "note"):
            described = {"description": inside["description"]}
            schema["properties"][key] = {**_named_or(inside, f"{folder} 中的文件 a file"), **described}
    schema["properties"]["folder"] = _FILE
    schema.pop("required", None)
    return schema


def _named_or(schema: Schema, what: str) -> Schema:
    inside = {key: value for key, value in schema.items() if key != "description"}
    return {"anyOf": [{**_TEXT, "description": what}, inside]}


def _noun(cls: type[Noun], leave_out: tuple[str, ...] = ()) -> Schema:
    properties: Schema = {}
    required = []
    for column in columns(cls):
        if column.field in leave_out:
            continue
        described = {"description": _described(cls, column)}
        properties[column.key] = {**_value(column.annotation, column), **described}
        for part in column.keys[1:]:
            properties[part] = {**_TEXT, **described}
        if column.required and len(column.keys) == 1:
            required.append(column.key)
    schema: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**schema, "required": required} if required else schema


def _described(cls: type[Noun], column: Column) -> str:
    unit = f" [{column.unit.written}]" if column.unit and column.unit.suffix else ""
    return "\n".join(f"{column.meaning.in_language(language)}{unit}" for language in LANGUAGES)


def _value(annotation: Any, column: Column) -> Schema:
    origin = get_origin(annotation)
    words = words_of(annotation)
    if annotation is Name:
        parts = {language: _TEXT for language in LANGUAGES}
        block = {"type": "object", "properties": parts, "additionalProperties": False, "minProperties": 1}
        return {"anyOf": [_TEXT, block]}
    if words:
        return {"enum": list(words)}
    if is_noun(annotation):
        return _noun(annotation)
    if origin is tuple:
        return _array(annotation, column)
    if origin is dict:
        keys, inside = (core(item) for item in get_args(annotation))
        values = {word: _value(inside, column) for word in words_of(keys)}
        return {"type": "object", "properties": values, "additionalProperties": False}
    if annotation is float:
        return {"type": "number", **_bounds(column)}
    if annotation is int:
        return {"type": "integer", **_bounds(column)}
    if annotation is bool:
        return {"type": "boolean"}
    if annotation is datetime:
        return {"type": "string", "format": "date-time"}
    return {"type": ["string", "integer"], "minLength": 1} if column.field == "id" else {"type": "string"}


def _array(annotation: Any, column: Column) -> Schema:
    inside = core(get_args(annotation)[0])
    rows = row_class(annotation)
    items = _noun(rows) if rows else _value(inside, column)
    names = {"min_length": "minItems", "max_length": "maxItems"}
    sizes = {names[bound]: int(size) for bound, size in column.bounds.items() if bound in names}
    array: Schema = {"type": "array", "items": items, **sizes}
    return {"anyOf": [array, _TEXT]} if words_of(inside) else array


_LIMITS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}


def _bounds(column: Column) -> Schema:
    return {_LIMITS[k]: float(column.written(limit)) for k, limit in column.bounds.items() if k in _LIMITS}
