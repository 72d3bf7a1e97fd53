"""What every field means, in Chinese and English: English from the model, Chinese from ``meanings_zh.yaml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from scenarios.said import Told
from simulation.model import Noun


class Meaning(Told):
    """What a field means."""

    def __new__(cls, noun: type[Noun], field: str, english: str) -> Meaning:
        meaning = super().__new__(cls, " ".join(english.split()).replace("``", "'"))
        meaning._noun, meaning._field = noun.__name__, field
        return meaning

    def in_language(self, language: str) -> str:
        """The meaning in ``en`` or ``zh``."""
        return _chinese()[self._noun][self._field] if self and language == "zh" else str(self)

    _noun: str
    _field: str


@cache
def _chinese() -> dict[str, dict[str, str]]:
    text = (Path(__file__).parent / "meanings_zh.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = yaml.safe_load(text)
    return loaded
