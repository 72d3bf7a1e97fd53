"""Build the two fonts that ship with Stormyard from the variable font Noto Sans SC (SIL OFL 1.1).

    pip download --no-deps justmytype-intl-cjk && python results/fonts/build.py justmytype_intl_cjk-*.whl

Writes ``NotoSansSC-Regular.ttf`` and ``-Bold.ttf`` beside this file: static weights with the characters of
GB2312, Latin, Greek and the signs a report needs. The licence allows it; its text is ``OFL.txt``.
"""

from __future__ import annotations

import sys
import tempfile
import zipfile
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

HERE = Path(__file__).parent
FOLDER = "justmytype_intl_cjk/fonts/ofl/notosanssc/"
SIGNS = (
    (0x0020, 0x0180), (0x0370, 0x0400), (0x2000, 0x2070), (0x2080, 0x208F), (0x2103, 0x2104),
    (0x2150, 0x2300), (0x2460, 0x2500), (0x2500, 0x2670), (0x3000, 0x3040), (0x3200, 0x3400), (0xFF00, 0xFFF0),
)  # fmt: skip


def characters() -> set[int]:
    """Code points of GB2312, Latin, Greek and signs."""
    wanted = {code for start, end in SIGNS for code in range(start, end)}
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                wanted.add(ord(bytes([high, low]).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return wanted


def build(source: Path, weight: int, out: Path) -> None:
    """One static weight of the variable font, cut down to ``characters``, without hints."""
    font = instantiateVariableFont(TTFont(source), {"wght": weight}, updateFontNames=True)
    options = Options()
    options.layout_features = ["kern", "locl", "ccmp", "mark", "palt"]
    options.hinting, options.glyph_names, options.name_IDs = False, False, ["*"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    font.save(out)
    print(f"{out.name}: {out.stat().st_size // 1024} kB, {len(font.getGlyphOrder())} glyphs")


def main(wheel: Path) -> None:
    """Unpack the font from the package and write both weights and the licence."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as archive:
        source = Path(archive.extract(FOLDER + "NotoSansSC[wght].ttf", folder))
        (HERE / "OFL.txt").write_bytes(archive.read(FOLDER + "OFL.txt"))
        build(source, 400, HERE / "NotoSansSC-Regular.ttf")
        build(source, 700, HERE / "NotoSansSC-Bold.ttf")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
