"""Which language a person reads, and the words of the command line and the exercise room.

``results.language`` brings the nouns along and takes long to load, so it is imported when words are asked
for and not for help.
"""

from __future__ import annotations

import locale
import os
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from results.language import Words

FOLDER = Path(__file__).parent / "language"
LANGUAGES = tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def words(language: str) -> Words:
    """The words of a language, those of the results included. Raises ValueError for an unknown one."""
    from results.language import Words

    return Words(language, FOLDER)


def help_texts(language: str) -> dict[str, dict[str, str]]:
    """The texts of ``--help`` by section: help, arg, opt."""
    texts: dict[str, dict[str, str]] = yaml.safe_load(
        (FOLDER / f"{language}.yaml").read_text(encoding="utf-8")
    )
    return texts


def preferred() -> str:
    """STORMYARD_LANG if it names a language there is, else the system's, else English."""
    asked = os.environ.get("STORMYARD_LANG", "")
    if asked in LANGUAGES:
        return asked
    system = locale.getlocale()[0] or ""
    return "zh" if system.lower().startswith(("zh", "chinese")) else "en"
