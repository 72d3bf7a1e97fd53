"""``python -m scenarios.jinshui.build``: writes the Jinshui files below ``scenarios/jinshui``."""

from __future__ import annotations

from pathlib import Path

from scenarios.jinshui.build.district import district_files
from scenarios.jinshui.build.files import write

if __name__ == "__main__":
    FILES = district_files()
    write(Path(__file__).parent.parent, FILES)
    print("\n".join(f"{len(text):>9,}  {name}" for name, text in FILES.items()))
