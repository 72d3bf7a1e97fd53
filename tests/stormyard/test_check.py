"""``check``, and folders of scenarios: what a newcomer meets first."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from optimization.dispatchers import names
from results.store import read_manifest
from scenarios.load import load
from scenarios.problems import BadScenario
from scenarios.sample import write_sample
from stormyard.words import LANGUAGES, help_texts
from tests.scenarios.folders import append, cell, write
from tests.scenarios.test_fuzz import FILES, mutated
from tests.stormyard.commands import LINE, ROOT, files_below, plain_pages, stormyard


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every command runs in an empty folder."""
    monkeypatch.chdir(tmp_path)
    plain_pages(monkeypatch)
    return tmp_path


@pytest.fixture
def towns(workplace: Path) -> Path:
    """A folder with two scenarios side by side."""
    write_sample(workplace / "towns" / "east", "en")
    write_sample(workplace / "towns" / "west", "en")
    return workplace / "towns"


@pytest.mark.parametrize("command", ["run", "compare", "exercise"])
def test_a_folder_of_scenarios_lists_them(command: str, workplace: Path) -> None:
    """Each with what it is, and the command to run one; exit 2, nothing written."""
    more = ["--variants", "no-response"] if command == "compare" else []
    said = stormyard(command, "tiny", *more, "--lang", "en")
    assert said.exit_code == 2
    for words in ("tiny is a folder of 2 scenarios", "tiny/snow", "Tiny Town, heavy snow", "run tiny/flood"):
        assert words in said.stderr
    assert files_below(workplace) == []


def test_a_folder_of_ones_own_is_listed_in_chinese(towns: Path) -> None:
    """A folder without scenario.yaml of its own."""
    said = stormyard("run", "towns", "--lang", "zh")
    assert said.exit_code == 2
    assert "towns 中有 2 个情景" in said.stderr
    assert "towns/east" in said.stderr and "示范小镇" in said.stderr


def test_check_looks_at_every_scenario_of_a_folder(towns: Path) -> None:
    """The sound ones are told too; exit 2 where one is not."""
    assert stormyard("check", "towns").exit_code == 0
    cell("fleet/stock.csv", 2, "amount_t", "-3")(towns / "west")
    said = stormyard("check", "towns", "--json")
    assert said.exit_code == 2
    assert "towns/east: no problems" in said.stderr and "towns/west: 1 problem(s)" in said.stderr
    (found,) = json.loads(said.stdout)
    assert (found["scenario"], found["kind"]) == ("towns/west", "problem")
    assert found["where"] == "fleet/stock.csv row 2, column amount_t"


def test_check_looks_at_every_variant(towns: Path) -> None:
    """A variant that cannot be run is found before someone runs it; the one that is named is looked at alone."""
    append("scenario.yaml", "  broken:\n    fleet.teams.nobody.people: 3\n")(towns / "east")
    said = stormyard("check", "towns/east")
    assert said.exit_code == 2
    assert "there is no team 'nobody'" in said.stderr
    assert stormyard("check", "towns/east", "--variant", "planned").exit_code == 0


def test_remarks_are_shown_and_do_not_stop_a_run(towns: Path) -> None:
    """By check and by run, in the reader's language; with --json they are told apart."""
    shutil.copy(towns / "east/fleet/stock.csv", towns / "east/fleet/old.csv")
    said = stormyard("check", "towns/east", "--json", "--lang", "zh")
    assert said.exit_code == 0
    assert "1 条提醒" in said.stderr and "没有任何地方读取该文件" in said.stderr
    assert [item["kind"] for item in json.loads(said.stdout)] == ["remark"]
    said = stormyard("run", "towns/east", "--set", "hours=3", "--out", "out")
    assert said.exit_code == 0
    assert "nothing reads this file" in said.stderr
    remark, *_ = read_manifest(Path("out"))["remarks"]
    assert remark["en"].startswith("fleet/old.csv: nothing reads this file; the files of a scenario")
    assert remark["zh"].startswith("fleet/old.csv：没有任何地方读取该文件；")


def test_a_misspelt_file_stops_it(towns: Path) -> None:
    """Where the file that was meant is not there."""
    (towns / "east/fleet/stock.csv").rename(towns / "east/fleet/stocks.csv")
    said = stormyard("run", "towns/east", "--lang", "zh")
    assert said.exit_code == 2
    assert "是否应为“fleet/stock.csv”？" in said.stderr


@pytest.mark.parametrize(("typed", "meant"), [("blizard", "jinshui/blizzard"), ("tiny/snoww", "tiny/snow")])
def test_a_misspelt_name_is_answered_with_the_nearest(typed: str, meant: str) -> None:
    """Also where the district was left out."""
    said = stormyard("run", typed)
    assert said.exit_code == 2
    assert f"did you mean '{meant}'?" in said.stderr


def test_problems_are_told_in_the_readers_language(towns: Path) -> None:
    """Place, fault and hint."""
    cell("fleet/equipment.csv", 3, "kind", "plow-3t")(towns / "east")
    write("storms/snow.yaml", "start: [")(towns / "west")
    said = stormyard("run", "towns/east", "--lang", "zh")
    assert "fleet/equipment.csv 第 3 行，kind 列：“plow-3t”不是装备类型" in said.stderr
    assert "是否想写“plough-3t”？" in said.stderr
    assert "YAML 有语法错误" in stormyard("run", "towns/west", "--lang", "zh").stderr


COMMANDS = (
    ["run"], ["check"], ["compare", "--variants", "rain"], ["ensemble", "--members", "2"], ["exercise"],
    ["readiness", "--no-tries"],
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize("seed", range(4))
def test_a_spoilt_folder_is_refused_by_every_command(command: list[str], seed: int, towns: Path) -> None:
    """Whatever the bytes are: exit 2, no traceback, nothing written, not even into the folder."""
    folder, file = towns / "east", FILES[seed * 3]
    sound, attempt = (folder / file).read_bytes(), seed * 1000
    while sound_still(folder):
        attempt += 1
        (folder / file).write_bytes(mutated(sound, attempt, 3))
    before = files_below(towns.parent)
    name, *more = command
    said = stormyard(name, "towns/east", *more)
    assert said.exit_code == 2, said.stderr
    assert said.stdout == "" and "Traceback" not in said.stderr
    assert files_below(towns.parent) == before


def sound_still(folder: Path) -> bool:
    """Whether the scenario loads."""
    try:
        load(folder)
    except BadScenario:
        return False
    return True


# --------------------------------------------------------------------------- help


def shown_help(*arguments: str) -> str:
    """What a process prints: the language of help is chosen when the program starts."""
    ran = subprocess.run([*LINE, *arguments], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    return ran.stdout


def test_the_first_page_says_how_to_begin_and_cuts_no_sentence() -> None:
    """In either language, which may be asked for before or after anything else."""
    first = shown_help("--lang", "en", "--help")
    assert "stormyard run jinshui/blizzard" in first and "..." not in first.partition("Commands:")[2]
    assert "列出自带情景" in shown_help("--help", "--lang", "zh")
    assert "OpenStreetMap 道路" in shown_help("import", "--help", "--lang", "zh")


def test_help_gives_examples_and_names_the_dispatchers() -> None:
    """What one may type, not only what it is called."""
    text = " ".join(shown_help("run", "--help", "--lang", "en").split())
    assert "stormyard run jinshui/blizzard --variant more-salt --seed 3" in text
    assert [name for name in names() if name not in text] == []


def test_examples_of_help_can_be_typed() -> None:
    """Every example that names a shipped scenario names a variant, a stock row and an option that are there."""
    for language in LANGUAGES:
        for text in help_texts(language)["help"].values():
            for line in re.findall(r"^  stormyard (run .*)$", text, re.M):
                _, scenario, *more = line.split()
                pairs = dict(zip(more[::2], more[1::2], strict=True))
                sets = [pairs["--set"]] if "--set" in pairs else []
                assert load(scenario, pairs.get("--variant"), sets).respond


def test_a_language_before_the_command_holds_for_it(towns: Path) -> None:
    """As one would expect of an option that stands there."""
    assert "没有问题" in stormyard("--lang", "zh", "check", "towns/east").stderr


def test_doctor_says_in_the_end_whether_the_machine_is_fit() -> None:
    """And what to type next."""
    said = stormyard("doctor")
    assert "this machine is fit" in said.stderr and "stormyard list" in said.stderr
