"""The fonts that Chinese is drawn and printed with on any machine: Noto Sans SC (SIL OFL 1.1, ``OFL.txt``).

They hold GB2312. A character outside it is drawn as 〓, the printers' sign for a missing character, and can
be asked for with ``missing``; it never turns into a silent box.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
FAMILY = "Noto Sans SC"
REGULAR, BOLD = HERE / "NotoSansSC-Regular.ttf", HERE / "NotoSansSC-Bold.ttf"
STAND_IN = "〓"


@lru_cache(maxsize=1)
def covered() -> frozenset[int]:
    """Code points that the fonts have a glyph for."""
    with TTFont(REGULAR, lazy=True) as font:
        return frozenset(font.getBestCmap())


def missing(text: str) -> list[str]:
    """Characters of a text that the fonts have no glyph for, in order of code point."""
    return sorted({c for c in text if ord(c) not in covered() and not c.isspace()})


def drawable(text: str) -> str:
    """The text with 〓 for each character that has no glyph."""
    return "".join(c if ord(c) in covered() or c.isspace() else STAND_IN for c in text)


def woff(path: Path, characters: Iterable[str]) -> bytes:
    """A font cut down to some characters, packed as WOFF for a page; the same input gives the same bytes."""
    font = TTFont(path, lazy=True, recalcTimestamp=False)
    options = Options()
    options.layout_features, options.glyph_names = ["kern", "locl", "ccmp"], False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes={ord(c) for c in characters} & covered())
    subsetter.subset(font)
    font.flavor = "woff"
    packed = io.BytesIO()
    font.save(packed)
    return packed.getvalue()
