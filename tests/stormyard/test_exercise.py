"""Exercises as people play them: through a real terminal, and piped from a file."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from simulation.orders import Assign, Entry
from stormyard import jobs
from stormyard.journal import Journal
from stormyard.room import unwatched
from tests.stormyard.commands import ENGLISH, LINE, PLAIN_LINE, ROOT, files_below, stormyard

PROMPT = r"\d\d-\d\d \d\d:\d\d >"
windows = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals and SIGKILL need POSIX")


class Player:
    """Someone at a terminal."""

    def __init__(self, folder: Path, *more: str) -> None:
        import pexpect

        arguments = ["exercise", "tiny/snow", "--dir", "play", "--seed", "5", *more]
        environment = os.environ | ENGLISH | {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", "COLUMNS": "140"}
        self.process = pexpect.spawn(
            LINE[0], [*LINE[1:], *arguments], cwd=str(folder), env=environment, timeout=120, encoding="utf-8",
            dimensions=(50, 140),
        )  # fmt: skip
        self.journal = folder / "play"
        self.process.expect(PROMPT)

    def types(self, line: str, sees: str) -> None:
        """Type a line, wait for words of the answer and for the next prompt."""
        self.process.sendline(line)
        self.process.expect(sees)
        self.process.expect(PROMPT)

    @property
    def log(self) -> list[Entry]:
        """What is on disk."""
        return Journal.read(self.journal).log


@windows
def test_an_exercise_is_played_killed_resumed_undone_and_finished(tmp_path: Path) -> None:
    """Ten orders over two sittings with a kill -9 between; the run verifies to its digest."""
    player = Player(tmp_path)
    player.types("level II", "declared: level II")
    player.types("go 2h", "orange snow warning|yellow snow warning")
    player.types("send 1 to job 1", r"plough-n/1: .*spread")
    player.types("send 2 to job 2", r"plough-n/2: .*spread")
    player.types("assign plough-s/1 plough,spread c1-1 c1-2", "c1-1 c1-2")
    player.types("assign plough-s/1 pump c1-1", "not done .* cannot pump")
    player.types("go", "hour 1.7 of 12|hour 1.8 of 12|hour 2.0 of 12")
    player.types("close r4-1", "closing r4-1")
    player.process.kill(signal.SIGKILL)
    player.process.wait()
    left = player.log
    assert [type(e.action).__name__ for e in left] == ["SetLevel"] + ["Assign"] * 4 + ["Close"]

    again = Player(tmp_path, "--resume")
    assert again.log == left
    again.types("open r4-1", "not closed|opening")
    again.types("recall 1", "is called back")
    again.types("undo", "back at .* 3 orders taken back")
    assert again.log == left[:-1]
    again.types("send 3 to job 1", "plough-s/1: ")
    again.types("transfer grit 1 south-yard north-yard", "1 t of grit")
    again.types("level I", r"declared: level I\b")
    assert len(again.log) == 8
    while again.process.isalive():
        again.process.sendline("go 12h")
        if again.process.expect([PROMPT, "the storm is over"]) == 1:
            break
    again.process.expect("what was decided, and when")
    again.process.expect("order.? taken back|orders and injects were taken back")
    again.process.expect("next: uv run stormyard verify")
    again.process.wait()
    assert again.process.exitstatus == 0

    folder = tmp_path / "play" / "play"
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [Entry.from_json(line) for line in log] == again.log
    assert (tmp_path / "play" / "comparison.html").stat().st_size > 10_000
    said = stormyard("verify", folder)
    assert said.exit_code == 0, said.stderr


@windows
def test_tab_completes_a_line_and_ctrl_c_keeps_the_exercise(tmp_path: Path) -> None:
    """The only crew that begins with ha, the verb with cl; then exit 130, and the words say where it is kept."""
    player = Player(tmp_path)
    for typed, completed in (("assign ha\t", "nd/1"), (" cl\t", "ear_footway")):
        player.process.send(typed)
        player.process.expect(completed)
    player.types(" c4-1", r"not done \(hand/1: clear|hand/1: clear")
    player.process.sendintr()
    player.process.expect(
        "the exercise is saved; go on with: uv run stormyard exercise tiny/snow --dir play --resume"
    )
    player.process.wait()
    assert player.process.exitstatus == 130
    assert [e.action for e in player.log] == [Assign("hand/1", ("clear_footway",), ("c4-1",))]


SCRIPT = """响应 II
前进 2小时
建议 greedy 采纳
asign x
前进 20h
前进 20h
前进 20h
前进 20h
前进 20h
前进 20h
前进 20h
前进 20h
"""


def test_an_exercise_can_be_piped_in_in_chinese(tmp_path: Path) -> None:
    """Without a terminal, lines are read plainly; stdout carries the manifest of the play alone."""
    played = subprocess.run(
        [*PLAIN_LINE, "exercise", "tiny/snow", "--dir", "play", "--lang", "zh", "--json"],
        cwd=tmp_path, input=SCRIPT, env=os.environ | ENGLISH, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert played.returncode == 0, played.stderr
    manifest = json.loads(played.stdout)
    assert manifest == json.loads((tmp_path / "play" / "play" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["dispatcher"] == "player"
    for words in (
        "指挥部",
        "宣布：II 级响应",
        "是否想输入“assign”",
        "本场过程已结束",
        "决策回顾",
        "greedy",
        "assignment",
    ):
        assert words in played.stderr
    assert not re.search(r"[{}]", played.stderr)
    assert {"play/comparison.html", "play/exercise.jsonl", "play/scenario.json"} <= set(files_below(tmp_path))


def test_an_exercise_is_not_begun_over_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 2 with the ways out; the save is untouched."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", open(os.devnull, encoding="utf-8"))  # noqa: SIM115 - the runner closes it
    assert stormyard("exercise", "tiny/snow", "--dir", "play").exit_code == 0
    before = (tmp_path / "play" / "exercise.jsonl").read_bytes()
    said = stormyard("exercise", "tiny/snow", "--dir", "play")
    assert said.exit_code == 2
    assert "holds an exercise already" in said.stderr
    assert "--resume" in said.stderr
    other = stormyard("exercise", "tiny/flood", "--dir", "play", "--resume")
    assert other.exit_code == 2
    assert "holds an exercise of tiny/snow, not of tiny/flood" in other.stderr
    assert (tmp_path / "play" / "exercise.jsonl").read_bytes() == before


@pytest.mark.parametrize(("variant", "count"), [(None, 1), ("no-response", 0)])
def test_the_variant_exercise_brings_the_injects(tmp_path: Path, variant: str | None, count: int) -> None:
    """It is played where a scenario has it and no other is asked for."""
    shutil.copytree(ROOT / "scenarios" / "tiny", tmp_path / "tiny")
    document = tmp_path / "tiny" / "snow" / "scenario.yaml"
    text = document.read_text(encoding="utf-8")
    document.write_text(
        text.replace("variants:\n", "variants:\n  exercise:\n    injects: mine.csv\n"), encoding="utf-8"
    )
    injects = "t_h,kind,target,value,text_zh,text_en\n1.5,call,c1-1,,车陷住了,a car is stuck\n"
    (document.parent / "mine.csv").write_text(injects, encoding="utf-8")
    room = jobs.exercise_room(str(document.parent), variant, (), 0, tmp_path / "play", False, unwatched)
    assert len(room.scenario.injects) == count
