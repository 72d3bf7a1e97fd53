"""How a typed line falls into words: full-width signs, Chinese without spaces, levels as people write them."""

from __future__ import annotations

import pytest

from stormyard.lexicon import level_of, nearest, nearest_command, tokens


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", []),
        ("send 3-5 to jobs 1-4", "send 3-5 to jobs 1-4"),
        ("send 3 to job7", "send 3 to job 7"),
        ("调3至5任务1至4", "调 3-5 任务 1-4"),
        ("调 3、4 去任务 1，2", "调 3,4 去 任务 1,2"),
        ("调空闲任务1-20", "调 空闲 任务 1-20"),
        ("前进2小时由greedy", "前进 2小时 由 greedy"),
        ("前进到17：30", "前进 到 17:30"),
        ("到17:30由greedy", "到 17:30 由 greedy"),
        ("响应Ⅱ级", "响应 II级"),
        ("队伍 撒布 第2页", "队伍 撒布 页 2"),
        ("调拨 salt 5吨 a b", "调拨 salt 5吨 a b"),
        ("封闭红专路隧道", "封闭 红专路隧道"),
        ("assign a/1 plough , spread x", "assign a/1 plough,spread x"),
    ],
)
def test_a_line_falls_into_words(line: str, words: str | list[str]) -> None:
    """The words are those of the same line typed with spaces."""
    assert tokens(line) == (words.split() if isinstance(words, str) else words)


@pytest.mark.parametrize(
    ("word", "level"),
    [("ii", "II"), ("II级", "II"), ("二级响应", "II"), ("四级", "IV"), ("1级", "I"), ("无", "none"), ("NONE", "none"),
     ("V", "V")],
)  # fmt: skip
def test_levels_are_read_as_people_write_them(word: str, level: str) -> None:
    """Roman and Chinese numerals and figures; what is none comes back, so that the refusal can name it."""
    assert level_of(word) == level


def test_the_nearest_word_is_found() -> None:
    """In either language, whatever the case; nothing where nothing is near."""
    assert nearest_command("snd") == "send"
    assert nearest_command("状况") == "状态"
    assert nearest("ZHONGZOU-01", ["zhongzhou-01", "x"]) == "zhongzhou-01"
    assert nearest("qqq", ["zhongzhou-01"]) == ""
