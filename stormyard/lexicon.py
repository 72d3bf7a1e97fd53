"""The words of the exercise room and how a typed line falls into them, in both languages."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence

WORDS: dict[str, tuple[str, ...]] = {
    "assign": ("派",),
    "send": ("调",),
    "recall": ("召回",),
    "close": ("封闭",),
    "open": ("开放",),
    "level": ("响应",),
    "transfer": ("调拨",),
    "advice": ("建议",),
    "go": ("前进",),
    "until": ("到",),
    "undo": ("撤销",),
    "status": ("状态",),
    "crews": ("队伍",),
    "jobs": ("任务",),
    "stock": ("库存",),
    "roads": ("道路",),
    "messages": ("消息",),
    "save": ("保存",),
    "quit": ("退出", "exit"),
    "help": ("帮助", "?"),
}
"""Every word a line can begin with, and its other spellings."""

PARTS: dict[str, tuple[str, ...]] = {
    "to": ("去", "到"),
    "job": ("任务", "jobs"),
    "with": ("由",),
    "until": ("到",),
    "rate": ("剂量",),
    "apply": ("采纳",),
    "page": ("页",),
    "all": ("全部",),
    "idle": ("空闲", "待命", "free"),
    "none": ("无",),
}
"""Words inside a line, and their other spellings."""

MINUTES = {"": 1, "m": 1, "min": 1, "分": 1, "分钟": 1, "h": 60, "时": 60, "小时": 60}
"""Units of time after a number, in minutes."""
_BY_SPELLING = {spelling: word for word, others in WORDS.items() for spelling in (word, *others)}
_CHINESE = sorted((s for s in _BY_SPELLING if not s.isascii()), key=len, reverse=True)
_LEVELS = {"一": "I", "二": "II", "三": "III", "四": "IV", "1": "I", "2": "II", "3": "III", "4": "IV"}


def name_of(word: str) -> str | None:
    """The command a word stands for, in either language."""
    return _BY_SPELLING.get(word.lower())


def is_part(word: str, name: str) -> bool:
    """Whether a word inside a line is the one of ``PARTS`` by that name."""
    return word.lower() in (name, *PARTS[name])


def spelling(name: str, language: str) -> str:
    """How a command or a part of a line is written in a language."""
    return (WORDS.get(name) or PARTS[name])[0] if language == "zh" else name


def nearest_command(word: str) -> str:
    """The command whose spelling is nearest to a word; empty where none is near."""
    return nearest(word, _BY_SPELLING)


def nearest(word: str, choices: Iterable[str]) -> str:
    """The choice nearest to a word, whatever the case; empty where none is near."""
    by_lower = {choice.lower(): choice for choice in choices}
    near = difflib.get_close_matches(word.lower(), list(by_lower), 1, 0.5)
    return by_lower[near[0]] if near else ""


def tokens(line: str) -> list[str]:
    """The words of a line. Full-width signs count as plain ones, and Chinese words need no spaces.

    "调3至5到任务1、2" is "调 3-5 到 任务 1,2", "前进2小时由greedy" is "前进 2小时 由 greedy".
    """
    plain = unicodedata.normalize("NFKC", line).replace("、", ",").replace("。", " ")
    plain = re.sub(r"(?<=\d)\s*[至~–—]\s*(?=\d)", "-", plain)
    plain = re.sub(r"\s*,\s*", ",", plain)
    words = plain.split()
    if not words:
        return []
    first = words[0]
    if name_of(first) is None:
        glued = next((s for s in _CHINESE if first.startswith(s)), "")
        if glued:
            words = [glued, *f"{first[len(glued) :]} {' '.join(words[1:])}".split()]
    if name_of(words[0]) in ("send", "go", "until", "crews", "jobs", "roads"):
        words = [words[0], *_unglued(" ".join(words[1:]))]
    return words


def _unglued(text: str) -> Sequence[str]:
    """Words inside a line set apart from the figures beside them."""
    text = re.sub(r"(?<=\d)\s*(?=[去到]?任务)", " ", text)
    text = re.sub(r"(?<![^\s])([去到])(?=任务)", r"\1 ", text)
    text = re.sub(r"(?<=空闲|待命)(?=[去到]?任务)", " ", text)
    text = re.sub(r"(任务|\bjobs?)\s*(?=\d)", r"\1 ", text, flags=re.IGNORECASE)
    text = re.sub(r"(?<![^\s])到\s*(?=\d)", "到 ", text)
    text = re.sub(r"(分钟|小时|[分时]|\d)由\s*", r"\1 由 ", text)
    text = re.sub(r"(?<![^\s])由(?=\S)", "由 ", text)
    text = re.sub(r"第?(\d+)\s*页", r"页 \1", text)
    return text.split()


def level_of(word: str) -> str:
    """A response level as people write it: II, ii, Ⅱ级, 二级, 2; a word that is none comes back in capitals."""
    bare = word.removesuffix("响应").removesuffix("级").upper()
    if is_part(bare, "none"):
        return "none"
    return _LEVELS.get(bare, bare)
