"""Problems in two languages: the same keys and gaps, nothing unused, and no problem told half in each."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from string import Formatter
from typing import get_args, get_origin

import pytest

import simulation.model as model
from scenarios.columns import columns, core, words_of
from scenarios.load import load
from scenarios.problems import BadScenario, Problem, Where, did_you_mean, problem, some
from scenarios.said import FOLDER, Said, recognised, sentences, told
from scenarios.wording import _SINGULAR
from simulation.drainage import inp
from simulation.model import Noun
from tests.scenarios.folders import cell

EN, ZH = sentences("en"), sentences("zh")
SOURCE = "\n".join(p.read_text(encoding="utf-8") for p in sorted(FOLDER.parent.rglob("*.py")))
SOURCE += "\n".join(
    p.read_text(encoding="utf-8") for p in sorted((FOLDER.parents[1] / "stormyard").rglob("*.py"))
)
BY_VALUE = ("noun", "where", "reference", "listed", "unknown", "works_on", "inp", "model")
"""Sections whose keys are put together from a value, or recognised by their English."""
HANZI = re.compile("[\u4e00-\u9fff]")


def gaps(sentence: str) -> set[tuple[str, str | None]]:
    """Names and formats of the gaps in a sentence."""
    return {(name, form) for _, name, form, _ in Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_keys_and_gaps() -> None:
    """A sentence can be told in either language with the same facts, and has a hint in both or in neither."""
    assert set(EN) == set(ZH)
    assert [key for key in EN if gaps(EN[key]) != gaps(ZH[key])] == []


def test_every_key_that_is_asked_for_exists_and_none_is_unused() -> None:
    """What nobody says is deleted; a hint belongs to its sentence."""
    rooms = {key.partition(".")[0] for key in EN}
    asked = set(re.findall(rf'"((?:{"|".join(sorted(rooms))})\.\w+)"', SOURCE))
    asked = {key for key in asked if not key.endswith((".csv", ".html", ".inp", ".json", ".jsonl", ".yaml"))}
    assert sorted(asked - set(EN)) == []
    said = set(re.findall(r"\w+", SOURCE))
    own = {key.removesuffix(".hint") for key in EN if key.partition(".")[0] not in BY_VALUE}
    assert sorted(key for key in own if key not in asked and key.partition(".")[2] not in said) == []


def test_every_noun_and_every_field_of_words_has_a_name() -> None:
    """``noun.*`` holds each class of the model and each field whose values are words."""
    nouns = [cls for cls in vars(model).values() if isinstance(cls, type) and issubclass(cls, Noun)]
    fields = {
        _SINGULAR.get(column.field, column.field)
        for cls in nouns
        for column in columns(cls)
        if get_origin(column.annotation) is not dict  # words that are keys are told as such
        and (
            words_of(column.annotation) or any(words_of(core(inner)) for inner in get_args(column.annotation))
        )
    }
    assert sorted(
        f"noun.{name}" for name in {cls.__name__ for cls in nouns} | fields if f"noun.{name}" not in EN
    ) == ["noun.Noun"]


def test_a_sentence_is_its_english_and_knows_its_chinese() -> None:
    """It compares and joins as text; gaps are told in kind, tuples enumerated with the language's comma."""
    said = Said(
        "near.both", question=did_you_mean("slat", ["salt"]), listing=Said("near.one_of", names=("a", "b"))
    )
    assert said == "did you mean 'salt'? it is one of a, b"
    assert said.in_language("zh") == "是否想写“salt”？可取：a、b"
    assert told(3, "zh") == 3 and told("x", "zh") == "x"
    assert pickle.loads(pickle.dumps(said)).in_language("zh") == said.in_language("zh")
    assert some(["a"]) == "a" and some(list("abcdef")) == "a, b, c, d, e and others"


@pytest.mark.parametrize(
    ("place", "english", "chinese"),
    [
        (Where("a.csv", "row", 3, "id"), "a.csv row 3, column id", "a.csv 第 3 行，id 列"),
        (Where("a.yaml", "line", 3), "a.yaml line 3", "a.yaml 第 3 行"),
        (Where("r.geojson", "feature", "2 (id b)", "lanes"), "r.geojson feature 2 (id b), property lanes",
         "r.geojson 第 2 (id b) 个要素，属性 lanes"),
        (Where("--set a=1"), "--set a=1", "--set a=1"),
    ],
)  # fmt: skip
def test_a_place_is_told_in_both_languages(place: Where, english: str, chinese: str) -> None:
    """Rows, lines and features; an option stands as it was typed."""
    assert str(place) == english
    assert told(place.said, "zh") == chinese


def test_a_problem_is_told_in_one_language_or_the_other(sample: Path) -> None:
    """Place, fault and hint in Chinese; a problem of which a part is known in English alone is told in English."""
    cell("fleet/stock.csv", 2, "amount_t", "-3")(sample)
    with pytest.raises(BadScenario) as caught:
        load(sample)
    (found,) = caught.value.problems
    assert found.told("zh") == (
        "fleet/stock.csv 第 2 行，amount_t 列：amount_t 为 -3，不得小于 0 t\n    开始时的存量"
    )
    assert found.parts("zh")["where"] == "fleet/stock.csv 第 2 行，amount_t 列"
    half = Problem(Where("a.inp", "line", 3).said, "something new", Said("file.save_utf8"))
    assert half.told("zh") == half.told("en") == "a.inp line 3: something new\n    save it as UTF-8"


def test_hints_are_the_sentences_own_unless_another_is_given() -> None:
    """A sentence without hint has none."""
    assert problem("x", "table.no_header").hint == "the first row names the columns"
    assert problem("x", "table.no_header", hint="").hint == ""
    assert problem("x", "file.missing").hint == ""


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("the shift ends before it starts", "班次在开始之前就结束了"),
        ("conduit 'C3' ends at node 'OUT', which is nowhere defined",
         "管道“C3”的一端是节点“OUT”，而该节点没有定义"),
        ("the roughness of 'C1' is 'x', which is no number", "糙率（“C1”）为“x”，不是数字"),
        ("a row of [CONDUITS] needs 7 items, this has 2", "[CONDUITS] 的每行需要 7 项，这里只有 2 项"),
        ("node 'a.b' stands twice, first in line 7", "节点“a.b”出现两次，首次在第 7 行"),
        ("a model starts with [TITLE] or [OPTIONS]; is this the right file?",
         "模型以 [TITLE] 或 [OPTIONS] 开头；文件是否选错？"),
    ],
)  # fmt: skip
def test_what_the_simulation_says_is_recognised(english: str, chinese: str) -> None:
    """It speaks English alone; its sentences are known here by their words, with what stands in their gaps."""
    said = recognised(english)
    assert said == english and told(said, "zh") == chinese


def test_what_is_not_known_stays_as_it_is() -> None:
    """Nothing is guessed."""
    assert type(recognised("no such sentence")) is str


def test_every_sentence_on_drain_models_is_recognised() -> None:
    """Each text that the reader of .inp files gives, in the order of its source, is known."""
    source = Path(inp.__file__).read_text(encoding="utf-8")
    texts = re.findall(r'(?:what = |hint = |_problem\([^"\n]*?)f?"([^"]+)"', source)
    assert len(texts) > 20
    written = [re.sub(r"{.*?}", "7", text) for text in texts if " " in text and "(bare)" not in text]
    assert [text for text in written if type(recognised(text)) is str] == []


def test_chinese_sentences_are_chinese() -> None:
    """No English sentence was left in the Chinese file; names of keys and files may be alone."""
    english = [
        key for key in EN if ZH[key] == EN[key] and re.search(r"[a-z]{3}", re.sub(r"{.*?}", "", ZH[key]))
    ]
    assert sorted(english) == ["noun.Physics", "noun.SnowPhysics", "noun.WaterPhysics"]
    assert [key for key in ZH if not HANZI.search(ZH[key]) and re.search(r"[a-z]{3} [a-z]{3}", ZH[key])] == []
