"""Refusals in both languages: the record keeps the English sentence, the catalogues its Chinese twin."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from string import Formatter

from results.language import HERE, Both, both, catalogue
from simulation.orders import REASONS

_VERBS = ("verb", "abilities", "skills")
"""Gaps that name work."""


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Key and pattern of every reason, those with the most fixed words first."""
    found = []
    for key, sentence in REASONS.items():
        pattern, fixed = "", 0
        for literal, gap, _, _ in Formatter().parse(sentence):
            pattern += re.escape(literal)
            fixed += len(literal)
            if gap is not None:
                pattern += f"(?P<{gap}>.*?)"
        found.append((fixed, key, re.compile(pattern, re.DOTALL)))
    return [(key, pattern) for _, key, pattern in sorted(found, key=lambda f: -f[0])]


def in_both_languages(sentence: str) -> Both:
    """A recorded refusal with its gaps filled in both languages; one of no known form stays as it is."""
    for key, pattern in _patterns():
        if match := pattern.fullmatch(sentence):
            return refusal_text(key, match.groupdict())
    return Both.same(sentence)


def refusal_key(sentence: str) -> str:
    """The key of a recorded refusal; one of no known form is its own key."""
    return next((key for key, pattern in _patterns() if pattern.fullmatch(sentence)), sentence)


def refusal_text(key: str, words: Mapping[str, str], names: Mapping[str, Both] | None = None) -> Both:
    """A refusal by its key, in both languages; ``names`` are the nouns that its ids stand for, if known."""
    gaps = {gap: (names or {}).get(text) or _gap(gap, text) for gap, text in words.items()}
    return both(f"refusal.{key}", **gaps)


def _gap(gap: str, text: str) -> Both:
    """What fills a gap: a verb, a list of verbs, a time of day or a phrase of the simulation, else as it is."""
    if gap in _VERBS:
        verbs = [_known(f"verb.{verb}", verb) for verb in text.split(", ")]
        return Both("、".join(verb.zh for verb in verbs), ", ".join(verb.en for verb in verbs))
    if gap == "until" and (later := re.fullmatch(r"(\d\d:\d\d) \+(\d+)d", text)):
        return both("phrase.day", time=later[1], day=int(later[2]) + 1)
    if towards := re.fullmatch(r"a depot that a road leads to from (.+)", text):
        return both("phrase.depot_by_road", source=towards[1])
    return _known("phrase." + re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_"), text)


def _known(key: str, text: str) -> Both:
    return both(key) if key in catalogue(HERE / "en.yaml") else Both.same(text)
