"""The words of the front doors: the same keys and gaps in both languages, none missing, none unused."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from results.language import catalogue
from simulation.orders import REASONS
from stormyard.words import FOLDER, LANGUAGES, preferred, words

SOURCE = "\n".join(p.read_text(encoding="utf-8") for p in sorted(FOLDER.parent.rglob("*.py")))
BY_VALUE = (
    "stage",
    "why",
    "column",
    "opt",
    "arg",
    "help",
    "doctor",
    "news",
    "noun",
    "usage",
    "does",
    "review",
)
"""Sections whose keys are put together from a value."""


def gaps(sentence: str) -> set[str]:
    """Names of the gaps in a sentence."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_keys_and_gaps() -> None:
    """A sentence can be said in either language with the same facts."""
    zh, en = (catalogue(FOLDER / f"{language}.yaml") for language in ("zh", "en"))
    assert set(zh) == set(en)
    assert [key for key in en if gaps(zh[key]) != gaps(en[key])] == []


def test_every_key_that_is_asked_for_exists() -> None:
    """Quoted keys of the sections that are used by name stand in the catalogue."""
    known = words("en")
    asked = set(re.findall(r'"((?:cli|room|review|message)\.\w+)"', SOURCE))
    assert len(asked) > 60
    assert sorted(key for key in asked if key not in known) == []


def test_no_key_is_unused() -> None:
    """What nobody says is deleted."""
    said = set(re.findall(r"\w+", SOURCE))
    own = catalogue(FOLDER / "en.yaml")
    unused = [k for k in own if k.partition(".")[0] not in BY_VALUE and k.rpartition(".")[2] not in said]
    assert unused == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_refusals_and_values_have_words(language: str) -> None:
    """Every reason of a refusal and every value the board shows can be said."""
    known = words(language)
    wanted = [f"refusal.{key}" for key in REASONS]
    wanted += [
        f"why.{why}" for why in ("start", "routine", "idle", "warning", "level", "inject", "report", "pause")
    ]
    assert [key for key in wanted if key not in known] == []


def test_the_language_is_the_one_asked_for_then_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    """STORMYARD_LANG goes first; a word that names no language is passed over."""
    monkeypatch.setenv("STORMYARD_LANG", "zh")
    assert preferred() == "zh"
    monkeypatch.setenv("STORMYARD_LANG", "tlh")
    monkeypatch.setattr("locale.getlocale", lambda: ("Chinese (Simplified)_China", "936"))
    assert preferred() == "zh"
    monkeypatch.setattr("locale.getlocale", lambda: ("de_DE", "UTF-8"))
    assert preferred() == "en"
    assert Path(FOLDER).name == "language"
