"""Sentences about inputs that can be told in English and in Chinese, each written once a language.

``language/en.yaml`` and ``language/zh.yaml`` hold the same keys with the same gaps. A ``Said`` is its English
text, so that it is printed, compared and joined like any other; ``in_language`` tells it in another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "language"
LANGUAGES = ("en", "zh")
_COMMA = {"en": ", ", "zh": "、"}


class Told(str):
    """A text that is known in every language; as it stands it is English."""

    def in_language(self, language: str) -> str:
        """The text in ``en`` or ``zh``."""
        raise NotImplementedError


class Said(Told):
    """A sentence of the catalogue with its gaps filled: by texts, numbers, other ``Told``, or tuples of them
    (which are enumerated). Raises KeyError for a key or a gap that is not there.
    """

    key: str
    gaps: Mapping[str, object]

    def __new__(cls, key: str, /, **gaps: object) -> Said:
        said = super().__new__(cls, _filled(key, gaps, "en"))
        said.key, said.gaps = key, gaps
        return said

    def in_language(self, language: str) -> str:
        """The sentence in ``en`` or ``zh``; gaps that hold sentences are told in kind."""
        return _filled(self.key, self.gaps, language)

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.key, self.gaps)


def _again(key: str, gaps: Mapping[str, object]) -> Said:
    return Said(key, **gaps)


def _filled(key: str, gaps: Mapping[str, object], language: str) -> str:
    return sentences(language)[key].format(**{name: told(value, language) for name, value in gaps.items()})


def told(value: object, language: str) -> Any:
    """A value as a sentence of this language takes it in: what is data stays as it is."""
    if isinstance(value, Told):
        return value.in_language(language)
    if isinstance(value, tuple):
        return _COMMA[language].join(str(told(item, language)) for item in value)
    return value


def recognised(text: str) -> str:
    """What the simulation says in English, as a sentence of the catalogue where that knows it."""
    for key, pattern in _patterns():
        if match := pattern.fullmatch(text):
            gaps = match.groupdict()
            return Said(
                key, **{name: recognised(gap) if name == "thing" else gap for name, gap in gaps.items()}
            )
    return text


@cache
def sentences(language: str) -> dict[str, str]:
    """Every sentence by key. An entry that is a list is what is wrong and, under ``key.hint``, what to do."""
    text = (FOLDER / f"{language}.yaml").read_text(encoding="utf-8")
    flat: dict[str, str] = {}
    for room, entries in yaml.safe_load(text).items():
        for name, entry in entries.items():
            what, *hint = [entry] if isinstance(entry, str) else entry
            flat[f"{room}.{name}"] = what
            flat |= {f"{room}.{name}.hint": line for line in hint}
    return flat


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The sentences that are written in the simulation, which knows no language, and what recognises them."""
    return tuple(
        (key, re.compile(_GAP.sub(r"(?P<\1>.+?)", re.sub(r"([][().?*+|^$])", r"\\\1", sentence))))
        for key, sentence in sentences("en").items()
        if key.startswith(("inp.", "model."))
    )


_GAP = re.compile(r"{(\w+)}")
