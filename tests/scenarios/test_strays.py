"""Files that nothing reads: a misspelt name is a problem, a leftover a remark."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.load import read
from scenarios.problems import BadScenario
from tests.scenarios.folders import append, replace, write


@pytest.mark.parametrize(
    ("file", "wrong"),
    [
        ("fleet/stock.csv", "fleet/stocks.csv"),
        ("fleet/stock.csv", "fleet/Stock.csv"),
        ("fleet/stock.csv", "fleet/stock.xls"),
        ("city/places.csv", "city/place.csv"),
        ("city/offices.csv", "city/ofices.xlsx"),
        ("injects.csv", "inject.csv"),
        ("plan.csv", "plans.csv"),
        ("city/drains.inp", "city/drain.inp"),
        ("city/city.yaml", "city/city.yml"),
    ],
)
def test_a_misspelt_file_is_a_problem(sample: Path, file: str, wrong: str) -> None:
    """The scenario would run without what its author wrote; the name that was meant is told."""
    (sample / file).rename(sample / wrong)
    with pytest.raises(BadScenario) as caught:
        read(sample)
    (found,) = [problem for problem in caught.value.problems if problem.where == wrong]
    assert "is not read" in found.what
    assert f"did you mean '{file}'?" in found.hint
    assert found.told("zh").startswith(f"{wrong}：该文件不会被读取")


def test_a_file_of_another_name_is_a_remark(sample: Path) -> None:
    """It may be kept for another day; what is read from that folder is told."""
    write("fleet/stock-2019.csv", "depot,material,amount_t\n")(sample)
    (note,) = read(sample).notes()
    assert (note.where, note.what) == ("fleet/stock-2019.csv", "nothing reads this file")
    assert "stock" in note.hint and "teams" in note.hint


def test_a_file_that_a_variant_names_is_read(sample: Path) -> None:
    """In another variant, or by --set."""
    write("fleet/stock-2019.csv", "depot,material,amount_t\nwest,salt,3\n")(sample)
    append("scenario.yaml", "  old-stock:\n    fleet.stock: fleet/stock-2019.csv\n")(sample)
    assert read(sample).notes() == ()
    assert len(read(sample, "old-stock").scenario.fleet.stock) == 1


@pytest.mark.parametrize(
    "file", ["notes.txt", "README.md", "fleet/.stock.csv.swp", "fleet/~$stock.xlsx", "fleet/map.png"]
)
def test_what_is_no_data_is_no_concern(sample: Path, file: str) -> None:
    """Notes, pictures and what editors leave behind."""
    write(file, "x")(sample)
    assert read(sample).notes() == ()


def test_another_storm_waits_for_its_turn(sample: Path) -> None:
    """Many storms stand side by side; only one is run."""
    write("storms/other.csv", "t_h\n0\n")(sample)
    assert read(sample).notes() == ()


def test_a_folder_that_extends_another_is_asked_for_its_own_files(sample: Path, tmp_path: Path) -> None:
    """What the base holds is no concern of it, what it misspells is."""
    write("fleet/leftover.csv", "x\n")(sample)
    mine = tmp_path / "mine"
    write("scenario.yaml", "extends: ../sample\n")(mine)
    assert read(mine).notes() == ()
    write("fleet/teamz.csv", "id\n")(mine)
    (note,) = read(mine).notes()
    assert note.where == "fleet/teamz.csv"
    replace("scenario.yaml", "../sample", "../sample\nfleet: {teams: fleet/teamz.csv}")(mine)
    with pytest.raises(BadScenario):
        read(mine)
