"""A faulty drain model through every door: exit 2, file, line and hint in both languages, nothing written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks import drainage, drains
from scenarios.said import Told, recognised
from simulation.drainage.complaints import HINTS
from tests.simulation.drainage.drains import pipe, town
from tests.stormyard.commands import stormyard

HANZI = re.compile("[\u4e00-\u9fff]")
FAULTY = {
    "unknown section": (pipe().replace("[CONDUITS]", "[PIPES]"), "unknown section [PIPES]"),
    "link to nowhere": (pipe().replace("C J O", "C J O9"), "ends at node 'O9', which is nowhere defined"),
    "land to nowhere": (town().replace("A G N1", "A G N7"), "drains to 'N7', which is nowhere defined"),
    "length 0": (pipe().replace("C J O 100", "C J O 0"), "the length of 'C' is 0"),
    "no loss row": (town().replace("B 60 6 4 7 0\n", ""), "no row in [INFILTRATION]: 'B'"),
    "absurd time": (pipe().replace("START_TIME 16:00:00", "START_TIME nan"), "'nan' is no time"),
    "endless end": (pipe().replace("END_TIME 22:00:00", "END_TIME inf"), "'inf' is no time"),
    "twice": (pipe().replace("O 10 FREE", "O 10 FREE\nJ 11 FREE"), "node 'J' stands twice"),
    "infinite depth": (pipe().replace("J 11 2", "J 11 inf"), "'inf', which is no finite number"),
    "shape of no kind": (pipe().replace("C CIRCULAR", "C HEXAGON"), "SWMM: invalid keyword HEXAGON"),
    "pump without curve": (town().replace("[XSECTIONS]", "[PUMPS]\nP N1 O none\n[XSECTIONS]"), "undefined object none"),
    "empty": ("", "no section was found: this is no SWMM model"),
    "binary": ("[TITLE]\n\x00\x01\x02", "the file is not plain text"),
    "cut": (town()[: town().index("C2 CIRCULAR")], "the file may be cut off before the end of [XSECTIONS]"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every command runs in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def imported(workplace: Path) -> Path:
    """A scenario made of a sound model."""
    (workplace / "sound.inp").write_text(town(), encoding="utf-8")
    assert stormyard("import", "swmm", "sound.inp", "--out", "mine").exit_code == 0
    return workplace / "mine"


@pytest.mark.parametrize("name", FAULTY)
def test_import_refuses_it(name: str, workplace: Path) -> None:
    text, words = FAULTY[name]
    Path("model.inp").write_text(text, encoding="utf-8")
    told = {}
    for language in ("en", "zh"):
        ran = stormyard("import", "swmm", "model.inp", "--out", "out", "--lang", language)
        assert ran.exit_code == 2 and "Traceback" not in ran.stderr
        told[language] = ran.stderr
    assert words in told["en"] and "model.inp" in told["en"]
    assert all(HANZI.search(line) for line in told["zh"].splitlines() if line.startswith("- "))
    assert [path.name for path in workplace.iterdir()] == ["model.inp"]


def test_check_and_run_refuse_it_alike(imported: Path) -> None:
    """Also what SWMM alone finds is told before a run begins, and no run folder is left."""
    for text, words in FAULTY.values():
        (imported / "city" / "drains.inp").write_text(text, encoding="utf-8")
        for command in (("check", "mine"), ("run", "mine", "--out", "run")):
            ran = stormyard(*command)
            assert ran.exit_code == 2, (command, words)
            assert words in ran.stderr and "drains.inp" in ran.stderr and "Traceback" not in ran.stderr
    assert not Path("run").exists()


@pytest.mark.parametrize("name", ["absurd time", "shape of no kind", "empty", "binary"])
def test_benchmarks_say_why_a_model_has_no_row(name: str) -> None:
    text, words = FAULTY[name]
    Path("model.inp").write_text(text, encoding="utf-8")
    found = [drainage.row(Path("model.inp"), storm, 2) for storm in ("own", "cloudburst")]
    found.append(drains.row(Path("model.inp")))
    for row in found:
        assert row["supported"] is False and words in row["why"] and "\n  File" not in row["why"]
    assert drainage.row(Path("none.inp"), "own", 2)["supported"] is False


CODES = {
    "utf-8 with a mark": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16 big": "utf-16-be",
    "gbk": "gb18030",
    "western": "latin-1",
}


@pytest.mark.parametrize("name", CODES)
def test_import_reads_a_model_in_any_usual_code(name: str) -> None:
    """A place name in the notes of the model; UTF-16 without a mark is refused as no text."""
    word = "Malmgrå" if name == "western" else "金水区"
    Path("model.inp").write_bytes(f"[TITLE]\n{word}\n{town()}".encode(CODES[name]))
    ran = stormyard("import", "swmm", "model.inp", "--out", "out", "--lang", "en")
    if name == "utf-16 big":
        assert ran.exit_code == 2 and "is not plain text" in ran.stderr
        return
    assert ran.exit_code == 0, ran.stderr
    assert word in Path("out/city/drains.inp").read_text(encoding="utf-8")


def test_import_tells_its_doubts_about_units_and_cuts() -> None:
    """A metric town read in feet, its rain too; the file ends within a line."""
    text = town().replace("CMS", "CFS").replace("old 0:00 30\nold 1:00 0", "old 0:00 30\nold 0:30 0").rstrip()
    text += "\nN3 300 0\n[MAP]\nUNITS Meters\n[JUNCTIONS]\nN3 12 2\n[CONDUITS]\nC3 N3 N1 300 0.013 0 0"
    text += "\n[XSECTIONS]\nC3 CIRCULAR 0.4 0 0 0"
    Path("model.inp").write_text(text, encoding="utf-8")
    ran = stormyard("import", "swmm", "model.inp", "--out", "out", "--lang", "en")
    assert ran.exit_code == 0, ran.stderr
    readme = Path("out/README.md").read_text(encoding="utf-8")
    for words in (
        "round pipes are 0.4 ft wide in the median",
        "onduits are as long as on the map, which is in m",
        "drops the rest of the rain",
        "30 in/h, for SWMM reads inches because FLOW_UNITS is CFS; perhaps the values are in millimetres",
        "The model's own rain reaches 762 mm/h, more than 720, and is left out",
        "the file may be cut off",
        "原数据可能是毫米",
    ):
        assert words in readme, words
    checked = stormyard("check", "out")
    assert checked.exit_code == 0 and "the round pipes are 0.4 ft wide" in checked.stderr


def test_every_hint_on_a_complaint_of_swmm_is_known_in_chinese() -> None:
    assert [hint for hint in HINTS.values() if not isinstance(recognised(hint), Told)] == []
