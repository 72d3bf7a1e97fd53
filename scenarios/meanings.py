"""What every field means, in Chinese and English: English from the model, Chinese from ``meanings_zh.yaml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from scenarios.columns import Column
from simulation.model import Noun


def meaning(cls: type[Noun], column: Column, language: str) -> str:
    """What a field means, in ``zh`` or ``en``."""
    if language == "zh":
        return _chinese()[cls.__name__][column.field]
    return column.meaning.replace("``", "'")


@cache
def _chinese() -> dict[str, dict[str, str]]:
    text = (Path(__file__).parent / "meanings_zh.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = yaml.safe_load(text)
    return loaded
