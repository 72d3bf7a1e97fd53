"""Commands speak of their own use in the reader's language: help, and what was mistyped."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.stormyard.commands import LINE, ROOT, stormyard

MISTYPED = {
    "run": ("SCENARIO is missing", "缺少 SCENARIO"),
    "run tiny/snow --nope": ("No such option: --nope", "没有选项 --nope"),
    "run tiny/snow --seeds 1": ("did you mean --seed", "是否想写 --seed"),
    "run tiny/snow tiny/flood": ("too many words: tiny/flood", "多出了：tiny/flood"),
    "run tiny/snow --seed": ("--seed needs a value", "--seed 之后须给出值"),
    "run tiny/snow --seed -1": ("--seed cannot be -1; give at least 0", "--seed 不能是 -1；须为：不小于 0"),
    "run tiny/snow --seed x": ("--seed cannot be x; give a whole number", "--seed 不能是 x；须为：整数"),
    "ensemble tiny/snow --members 0": ("--members cannot be 0; give at least 1", "--members 不能是 0；须为：不小于 1"),
    "plan stock tiny/snow --members 0": ("give at least 2", "须为：不小于 2"),
    "plan routes tiny/snow --seconds -1": ("--seconds cannot be -1; give at least 0", "--seconds 不能是 -1"),
    "plan routes tiny/snow --snow-cm 500": ("give 0 to 100", "须为：0 到 100"),
    "plan stock tiny/snow --cvar x": ("--cvar cannot be x; give a number", "--cvar 不能是 x；须为：数字"),
    "list --json=3": ("--json takes no value", "--json 不带值"),
    "import osmm": ("No such command 'osmm'; did you mean osm", "没有命令“osmm”；是否想写 osm"),
    "--lang {}": ("no command was given", "没有写命令"),
}  # fmt: skip


@pytest.mark.parametrize("line", MISTYPED)
def test_what_is_mistyped_is_told_in_the_language_asked_for(line: str) -> None:
    """Exit 2, nothing on stdout, and no English words of the library in Chinese."""
    for lang, words in zip(("en", "zh"), MISTYPED[line], strict=True):
        given = line.format(lang).split()
        said = stormyard(*(given if "--lang" in given else ["--lang", lang, *given]))
        assert (said.exit_code, said.stdout) == (2, "")
        assert words in said.stderr
        if lang == "zh":
            assert not re.search(r"Error|Try|Missing|Invalid|Got|Input", said.stderr)


@pytest.mark.parametrize("command", ["", "run", "plan", "plan routes", "plan stock", "import", "import osm"])
def test_help_has_headings_in_chinese(command: str) -> None:
    """Of all groups and commands, those made late too."""
    done = subprocess.run(
        [*LINE, *command.split(), "--lang", "zh", "--help"],
        capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert done.stdout.startswith("用法：")
    assert "\n选项：\n" in done.stdout or "\n选项:\n" in done.stdout
    english = r"Usage|Options|Arguments|Commands|OPTIONS|ARGS|default|required|x[<>]=|<float>|Show this"
    assert not re.search(english, done.stdout)


def test_a_default_is_told_once() -> None:
    """Texts leave to the help what it says by itself."""
    for command in ("stock", "projects", "routes"):
        told = stormyard("plan", command, "--help").stdout
        assert "default: " in told
        for key in re.findall(r"\n  (--.+?)(?=\n  --|$)", told, re.DOTALL):
            assert key.lower().count("default") <= 1, key


def test_how_many_runs_there_may_be_is_not_told_of_what_is_refused() -> None:
    """A refusal runs nothing."""
    said = stormyard("plan", "fleet", "tiny/snow", "--confidence", "5")
    assert said.exit_code == 2
    assert "--confidence 5 makes no sense" in said.stderr
    assert "Up to" not in said.stderr


@pytest.mark.parametrize("room", ["stormyard", "results", "scenarios"])
def test_a_crew_has_one_name_in_chinese(room: str) -> None:
    """One machine with its people is a 机组 everywhere, as a body of people is a 队伍."""
    text = (ROOT / room / "language/zh.yaml").read_text(encoding="utf-8").replace("轮班组数", "")
    assert re.findall(r".{5}(?:班组|车组)", text) == []


def test_a_plan_begins_with_its_crews_in_chinese() -> None:
    """Counted as in the header of a run."""
    assert "24 路段 · 5 机组" in stormyard("plan", "stock", "tiny/snow", "--cvar", "3", "--lang", "zh").stderr
