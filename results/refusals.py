"""Refusals in both languages: the record keeps the English sentence, the catalogues its Chinese twin."""

from __future__ import annotations

import re
from functools import lru_cache
from string import Formatter

from results.language import Both, both
from simulation.orders import REASONS


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
            return both(f"refusal.{key}", **match.groupdict())
    return Both.same(sentence)
