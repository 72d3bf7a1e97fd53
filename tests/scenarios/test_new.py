"""A new scenario: complete, explained in both languages, written whole or not at all, fit for its schema."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scenarios import sample as sample_module
from scenarios.columns import columns
from scenarios.guide import FILES, columns_guide
from scenarios.load import load, read, variants
from scenarios.problems import BadScenario
from scenarios.sample import write_sample
from scenarios.schema import scenario_schema, storm_schema
from scenarios.tables import header
from tests.scenarios.folders import read_rows


def test_the_sample_is_whole_and_sound(pristine: Path) -> None:
    """It has 12-20 segments, two yards, a snowfall and a rainstorm, a drain model, and no remarks."""
    snow, rain = load(pristine), load(pristine, "rain")
    assert 12 <= len(snow.city.segments) <= 20 and len(snow.fleet.depots) == 2
    assert snow.hazards == ("snow",) and rain.hazards == ("water",) and rain.city.drains
    assert read(pristine).notes() == () and read(pristine, "rain").notes() == ()


@pytest.mark.parametrize(("lang", "words"), [("zh", "装载机"), ("en", "Material loaded a bay")])
def test_the_guide_explains_every_column(lang: str, words: str, tmp_path: Path) -> None:
    """``columns.md`` names each column of each table with its unit, in the chosen language."""
    folder = write_sample(tmp_path / "new", lang)
    guide = (folder / "columns.md").read_text(encoding="utf-8")
    assert guide == columns_guide(lang) and words in guide
    for _, cls in FILES:
        for column in columns(cls):
            if column.field != "line":
                assert all(f"`{name}`" in guide for name in column.headers), f"{cls.__name__}.{column.field}"
    assert "| km/h |" in guide and "columns.md" in (folder / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_readme_of_the_sample_can_be_pasted(lang: str, tmp_path: Path) -> None:
    """Its commands name the folder and variants that are there, and it explains every file."""
    folder = write_sample(tmp_path / "my-town", lang)
    text = (folder / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^uv run stormyard (\w+) my-town(.*)", text, flags=re.MULTILINE)
    assert [command for command, _ in commands] == ["check", "run", "run", "compare"]
    named = re.findall(r"--variants? (\S+)", text)
    assert {word for words in named for word in words.split(",")} <= set(variants(folder))
    assert "{" not in text and all(name in text for name in ("columns.md", "fleet/stock.csv"))


def test_tables_of_the_sample_have_every_column(pristine: Path) -> None:
    """The templates show all that can be said, in the order of the model."""
    for file, cls in FILES:
        if file.endswith(".csv") and (pristine / file).exists():
            assert read_rows(pristine / file)[0] == header(cls), file


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    """Neither a folder with files nor a file is written over."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").write_text("x", encoding="utf-8")
    for target, words in ((tmp_path / "full", "is not empty"), (tmp_path / "full/mine.txt", "is a file")):
        with pytest.raises(BadScenario, match=words):
            write_sample(target)
    assert [path.name for path in tmp_path.rglob("*")] == ["full", "mine.txt"]


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    """A folder that was made beforehand is used."""
    (tmp_path / "new").mkdir()
    assert load(write_sample(tmp_path / "new")).id == "new"


def test_nothing_is_left_where_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When writing breaks off, neither the folder nor a part of it is there."""

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sample_module, "write_help", fail)
    with pytest.raises(BadScenario, match="No space left"):
        write_sample(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_language_is_refused(tmp_path: Path) -> None:
    """The guide is there in Chinese and English."""
    with pytest.raises(BadScenario, match="zh or en"):
        write_sample(tmp_path / "new", "fr")
    assert list(tmp_path.iterdir()) == []


# --------------------------------------------------------------------------- schema


def fits(value: Any, schema: dict[str, Any], at: str = "$") -> list[str]:
    """What is wrong with a value by a schema; knows the words of draft 7 that the schema uses and no others."""
    known = {
        "$schema", "title", "description", "type", "properties", "required", "additionalProperties", "anyOf", "enum",
        "items", "minItems", "maxItems", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength",
        "format", "minProperties",
    }  # fmt: skip
    assert set(schema) <= known, set(schema) - known
    if "anyOf" in schema and not any(not fits(value, option, at) for option in schema["anyOf"]):
        return [f"{at}: fits none of the choices"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at}: {value!r} is none of {schema['enum']}"]
    types = {
        "object": dict,
        "array": list,
        "string": str,
        "number": (int, float),
        "integer": int,
        "boolean": bool,
    }
    wanted = schema.get("type")
    wanted = [wanted] if isinstance(wanted, str) else wanted
    if wanted and not any(isinstance(value, types[name]) for name in wanted):
        return [f"{at}: {value!r} is no {wanted}"]
    wrong: list[str] = []
    if isinstance(value, dict):
        inside = schema.get("properties", {})
        wrong += [f"{at}: {key} is missing" for key in schema.get("required", ()) if key not in value]
        rest = schema.get("additionalProperties", True)
        for key, item in value.items():
            if key in inside:
                wrong += fits(item, inside[key], f"{at}.{key}")
            elif rest is False:
                wrong.append(f"{at}: {key} is unknown")
            elif isinstance(rest, dict):
                wrong += fits(item, rest, f"{at}.{key}")
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            wrong.append(f"{at}: {len(value)} items")
        for number, item in enumerate(value):
            wrong += fits(item, schema.get("items", {}), f"{at}[{number}]")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        low, high = schema.get("minimum", value), schema.get("maximum", value)
        above, below = schema.get("exclusiveMinimum", value - 1), schema.get("exclusiveMaximum", value + 1)
        if not (low <= value <= high and above < value < below):
            wrong.append(f"{at}: {value} is out of range")
    return wrong


def as_editors_see(path: Path) -> Any:
    """A YAML file as an editor's checker sees it: numbers are numbers, times are text."""

    class Loader(yaml.SafeLoader):
        pass

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)


SHIPPED = Path(sample_module.__file__).parent


@pytest.mark.parametrize("file", ["starter", "tiny", "tiny/snow", "tiny/flood"])
def test_shipped_scenarios_fit_the_schema(file: str) -> None:
    """Every scenario.yaml of the towns passes the check that editors make."""
    assert fits(as_editors_see(SHIPPED / file / "scenario.yaml"), scenario_schema()) == []


@pytest.mark.parametrize(
    "file", ["starter/storms/snow", "starter/storms/rain", "tiny/storms/snow", "tiny/storms/rain"]
)
def test_shipped_storms_fit_the_schema(file: str) -> None:
    """And every storm file."""
    assert fits(as_editors_see(SHIPPED / f"{file}.yaml"), storm_schema()) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"horus": 3}, "horus is unknown"),
        ({"hours": 1000}, "hours: 1000 is out of range"),
        ({"hazards": ["wind"]}, "fits none"),
        ({"goals": {"clear_h": []}}, "fits none"),
        ({"command": {"decide_every": 3}}, "fits none"),
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(
    pristine: Path, change: dict[str, Any], words: str
) -> None:
    """Misspelt keys, values out of range and keys without unit are marked in the editor."""
    document = {**as_editors_see(pristine / "scenario.yaml"), **change}
    assert any(words in fault for fault in fits(document, scenario_schema()))


def test_bounds_of_the_schema_are_in_file_units() -> None:
    """Hours are bounded in hours, and every key says what it means in both languages."""
    properties = scenario_schema()["properties"]
    assert properties["hours"]["maximum"] == 720
    assert properties["hours"]["description"].splitlines() == ["模拟时长 [h]", "How long the run is. [h]"]


def test_the_sample_points_editors_to_its_schema(pristine: Path) -> None:
    """scenario.yaml and the storms name the schema files that lie in the folder."""
    first = (pristine / "scenario.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=scenario.schema.json"
    assert json.loads((pristine / "scenario.schema.json").read_text(encoding="utf-8")) == scenario_schema()
    storm = (pristine / "storms/snow.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert storm == "# yaml-language-server: $schema=../storm.schema.json"
    assert json.loads((pristine / "storm.schema.json").read_text(encoding="utf-8")) == storm_schema()
