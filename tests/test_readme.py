"""The README's commands for a town of one's own, typed as they stand, on real roads and a real drain model."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pyrosm
import pytest

from stormyard.front import DONE
from tests.simulation.drainage.drains import pystorms
from tests.stormyard.commands import plain_pages, stormyard

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
WRITING = ("new", "import")


def own_town() -> list[list[str]]:
    """The commands of the section, without ``uv run stormyard`` and remarks."""
    section = README.partition("## Your own town")[2].partition("\n## ")[0]
    return [
        shlex.split(line, comments=True)
        for line in re.findall(r"^uv run stormyard (.*)", section, re.MULTILINE)
    ]


MAKING = [command for command in own_town() if command[0] in WRITING]
USING = [command for command in own_town() if command[0] not in WRITING]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the centre of Helsinki as ``town.osm.pbf`` and a drain model as ``town.inp``, to type in."""
    shutil.copyfile(pyrosm.get_data("helsinki_pbf"), tmp_path / "town.osm.pbf")
    (tmp_path / "town.inp").write_text(pystorms("alpha"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    plain_pages(monkeypatch)
    return tmp_path


def typed(command: list[str], *more: str) -> str:
    """What a command says on stderr; it must succeed."""
    answer = stormyard(*command, *more)
    assert answer.exit_code == DONE, answer.stderr
    return answer.stderr


def test_the_section_shows_every_way_to_begin() -> None:
    """Four ways to make the folder, and at least check, run and run of a variant."""
    assert [command[0] for command in MAKING] == ["new", "import", "import", "new"]
    assert [command[0] for command in USING] == ["check", "run", "run"]


@pytest.mark.parametrize("command", MAKING, ids=" ".join)
def test_each_way_to_begin_writes_a_town_that_is_sound(desk: Path, command: list[str]) -> None:
    """The folder is there with its help, is checked without a problem, and the command to type next can be typed."""
    told = typed(command)
    assert {"README.md", "columns.md", "scenario.yaml"} <= {p.name for p in (desk / "my-town").iterdir()}
    typed(USING[0])
    assert re.findall(r"^next: uv run stormyard (run my-town.*)", told.replace(f"{desk}/", ""), re.MULTILINE)


def test_the_last_way_gives_a_town_for_snow_and_rain(desk: Path) -> None:
    """Roads and drains together: both runs of the README end, with a report each."""
    told = typed(MAKING[-1])
    assert f"next: uv run stormyard run {desk / 'my-town'} --variant cloudburst" in told or (
        "next: uv run stormyard run my-town --variant cloudburst" in told
    )
    for command, figure in zip(USING[1:], ("salt", "pumped"), strict=True):
        assert figure in typed(command)
    assert len(list((desk / "runs").glob("*/report.html"))) == 2
