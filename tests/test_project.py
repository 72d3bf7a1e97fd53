"""The project's own files agree with one another."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

HOME = Path(__file__).parents[1]


def test_constraints_are_versions_only_and_told_once() -> None:
    """constraints.txt names versions, no addresses, and uv is given the very same list."""
    lines = (HOME / "constraints.txt").read_text(encoding="utf-8").splitlines()
    listed = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line) for line in listed)
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["uv"]["constraint-dependencies"] == listed


def test_every_command_of_the_readme_exists() -> None:
    """Each `stormyard <command>` that the README shows is one the program has."""
    readme = (HOME / "README.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"stormyard (list|[a-z]+)(?= )", readme))
    answer = subprocess.run(["stormyard", "--help"], capture_output=True, text=True, check=True)
    commands = set(re.findall(r"^\W*([a-z]+)  ", answer.stdout, flags=re.MULTILINE))
    assert {"run", "compare", "exercise"} <= shown & commands
    assert shown <= commands


def test_fonts_and_licences_stand_side_by_side() -> None:
    """Whoever ships a font ships its licence."""
    assert "SIL OPEN FONT LICENSE" in (HOME / "results/fonts/OFL.txt").read_text(encoding="utf-8").upper()
