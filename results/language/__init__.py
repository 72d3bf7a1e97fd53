"""The words people read, in Chinese and English: plain key catalogues with ``str.format`` gaps.

``zh.yaml`` and ``en.yaml`` hold the same keys with the same gaps; nested keys are joined by dots. Another
room keeps its own two files and puts them on top: ``Words("zh", folder)``.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from simulation.model import Name

LANGUAGES = ("zh", "en")
HERE = Path(__file__).parent


class Words:
    """The sentences of one language.

    Raises ValueError for a language there is no catalogue of, and KeyError naming a key that is not there.
    """

    def __init__(self, language: str, *folders: Path) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"there are no words in '{language}'; languages are {', '.join(LANGUAGES)}")
        self.language = language
        self._sentences: dict[str, str] = {}
        for folder in (HERE, *folders):
            self._sentences |= catalogue(folder / f"{language}.yaml")

    def __getitem__(self, key: str) -> str:
        try:
            return self._sentences[key]
        except KeyError:
            raise KeyError(f"'{key}' is in no {self.language} catalogue") from None

    def __contains__(self, key: str) -> bool:
        return key in self._sentences

    def __call__(self, key: str, **gaps: object) -> str:
        """The sentence of a key with its gaps filled."""
        return self[key].format(**gaps)

    def name(self, name: Name) -> str:
        """A noun's name in this language."""
        return name.zh if self.language == "zh" else name.en


class Both(NamedTuple):
    """A text in both languages."""

    zh: str
    en: str

    @classmethod
    def of(cls, name: Name) -> Both:
        """A noun's name."""
        return cls(name.zh, name.en)

    @classmethod
    def same(cls, text: object) -> Both:
        """A figure or sign that reads alike in both."""
        return cls(str(text), str(text))

    def said(self, language: str) -> str:
        """The text in one language."""
        return self.zh if language == "zh" else self.en


@lru_cache(maxsize=8)
def catalogue(path: Path) -> dict[str, str]:
    """Dotted keys and sentences of a catalogue file. Raises ValueError where a value is no text."""
    return dict(_flat("", yaml.safe_load(path.read_text(encoding="utf-8")), path))


def _flat(prefix: str, node: Any, path: Path) -> list[tuple[str, str]]:
    if isinstance(node, str):
        return [(prefix, node)]
    if not isinstance(node, dict):
        raise ValueError(f"{path}: '{prefix}' is no text; quote it")
    pairs = []
    for key, below in node.items():
        if not isinstance(key, str):
            raise ValueError(f"{path}: the key '{prefix}.{key}' is read as {type(key).__name__}; quote it")
        pairs += _flat(f"{prefix}.{key}" if prefix else key, below, path)
    return pairs


_words = lru_cache(maxsize=2)(Words)


def both(key: str, **gaps: object) -> Both:
    """The sentence of a key in both languages; a gap that holds a ``Both`` or ``Name`` is filled in kind."""
    return Both(*(_words(lang)(key, **{k: _in(v, lang) for k, v in gaps.items()}) for lang in LANGUAGES))


def _in(value: object, language: str) -> object:
    if isinstance(value, Both):
        return value.said(language)
    return (value.zh if language == "zh" else value.en) if isinstance(value, Name) else value
