"""Compiled code is kept on disk, and made anew when anything beside it changes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

INNER = "from numba import njit\n\n\n@njit\ndef step(x):\n    return x + {by}\n"
OUTER = """from simulation.compiled import compiled
from {name}.inner import step


@compiled()
def walk(n):
    x = 0
    for _ in range(n):
        x = step(x)
    return x


print(walk(3), sum(walk.stats.cache_hits.values()))
"""


def walked(folder: Path) -> str:
    """What a process of its own prints."""
    path = os.pathsep.join([str(folder), str(Path(__file__).parents[2])])
    done = subprocess.run(
        [sys.executable, "-c", "import town.outer"], env={**os.environ, "PYTHONPATH": path}, cwd=folder,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_a_change_of_what_is_called_is_seen(tmp_path: Path) -> None:
    """The second process reads what the first compiled; when only the callee's file changes, it is compiled again."""
    town = tmp_path / "town"
    town.mkdir()
    (town / "__init__.py").touch()
    (town / "inner.py").write_text(INNER.format(by=1), encoding="utf-8")
    (town / "outer.py").write_text(OUTER.format(name="town"), encoding="utf-8")
    assert [walked(tmp_path), walked(tmp_path)] == ["3 0", "3 1"]
    (town / "inner.py").write_text(INNER.format(by=5), encoding="utf-8")
    assert [walked(tmp_path), walked(tmp_path)] == ["15 0", "15 1"]
