"""Running the command line in a test: in this process for speed, as a process of its own where that matters."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from simulation.record import Run
from stormyard.cli import app

ROOT = Path(__file__).parents[2]
LINE = [sys.executable, "-c", "from stormyard.cli import main; main()"]
"""The command ``stormyard`` without depending on where it was installed."""
PLAIN_LINE = [sys.executable, "-c", "from tests.stormyard.commands import plain_main; plain_main()"]
"""The same with one line in place of each page, which takes seconds to draw."""
ENGLISH = {"STORMYARD_LANG": "en", "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)}
ENGLISH["UV_RUN_RECURSION_DEPTH"] = "1"
"""As ``uv run`` sets it: the commands that are printed begin with it too."""


def stormyard(*arguments: str | Path) -> Any:
    """A command in this process, with stdout and stderr apart."""
    return CliRunner().invoke(app, [str(a) for a in arguments], env=ENGLISH)


def stormyard_process(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The same as a process, with plain pages."""
    return subprocess.run(
        [*PLAIN_LINE, *map(str, arguments)], cwd=cwd, env=os.environ | ENGLISH, capture_output=True, text=True,
        encoding="utf-8", check=False,
    )  # fmt: skip


def files_below(folder: Path) -> list[str]:
    """Every file below a folder, as relative paths."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def plain_main() -> None:
    """The entry point of ``PLAIN_LINE``."""
    from stormyard.cli import main

    with pytest.MonkeyPatch.context() as patch:
        plain_pages(patch)
        main()


def _plain_report(run: Run, folder: Path, lang: str, decisions: Sequence[object] = ()) -> None:
    (folder / "report.html").write_text(f"report in {lang}", encoding="utf-8")


def plain_pages(patch: pytest.MonkeyPatch) -> None:
    """One line in place of each page."""
    patch.setattr("results.report.write_report", _plain_report)
    patch.setattr("results.report.comparison_report", lambda runs, lang, *_: f"{', '.join(runs)} in {lang}")
    patch.setattr(
        "results.readiness.readiness_page", lambda runs, lang, trials: f"{', '.join(runs)} in {lang}"
    )
