"""Tables: CSV and Excel alike, units in the header, and nouns that come back as they were written."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.border import Border
from scenarios.catalog import load_kinds
from scenarios.load import load
from scenarios.problems import BadScenario, Problem
from scenarios.tables import header, read_table, write_table
from simulation.model import Kind, Name, Noun, Scenario, Segment, Stock, Team, Weather
from tests.scenarios.folders import read_rows


def read_back(path: Path, cls: type[Noun]) -> list[Noun | None]:
    """The nouns of a table that must be sound."""
    problems: list[Problem] = []
    table = read_table(path, path.name, problems)
    assert table is not None
    border = Border(problems)
    nouns = [border.noun(cls, row) for row in table.value]
    assert not problems
    return nouns


def test_excel_gives_the_same_scenario_as_csv(sample: Path) -> None:
    """With every table saved as a workbook, the scenario has the same digest."""
    as_csv = load(sample).digest()
    tables = sorted(sample.rglob("*.csv"))
    assert len(tables) >= 8
    for path in tables:
        rows = read_rows(path)
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append([float(cell) if _is_number(cell) else cell or None for cell in row])
        book.save(path.with_suffix(".xlsx"))
        path.unlink()
    rain = sample / "storms/rain.yaml"
    rain.write_text(rain.read_text(encoding="utf-8").replace("rain.csv", "rain.xlsx"), encoding="utf-8")
    assert load(sample).digest() == as_csv


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_written_workbooks_are_read_back(sample: Path) -> None:
    """``write_table`` to .xlsx gives the same nouns as to .csv."""
    scenario = load(sample)
    path = sample / "fleet/teams.xlsx"
    write_table(path, scenario.fleet.teams)
    assert read_back(path, Team) == list(scenario.fleet.teams)


def test_the_sheet_named_as_the_file_is_taken(tmp_path: Path) -> None:
    """A workbook with several sheets gives the one of the table's name, else the first."""
    book = openpyxl.Workbook()
    book.active.append(["notes"])
    sheet = book.create_sheet("stock")
    sheet.append(["depot", "material", "amount_t"])
    sheet.append(["west", "salt", 2])
    book.save(tmp_path / "stock.xlsx")
    assert read_back(tmp_path / "stock.xlsx", Stock) == [Stock(depot="west", material="salt", amount=2000)]


def test_rows_are_numbered_as_spreadsheets_show_them(tmp_path: Path) -> None:
    """Blank rows are skipped but counted, in CSV and in Excel."""
    (tmp_path / "stock.csv").write_text("depot,material,amount_t\n\nwest,salt,x\n", encoding="utf-8")
    book = openpyxl.Workbook()
    book.active["A1"], book.active["B1"], book.active["C1"] = "depot", "material", "amount_t"
    book.active["A3"], book.active["B3"], book.active["C3"] = "west", "salt", "x"
    book.save(tmp_path / "stock.xlsx")
    for name in ("stock.csv", "stock.xlsx"):
        problems: list[Problem] = []
        table = read_table(tmp_path / name, name, problems)
        assert table is not None
        Border(problems).noun(Stock, table.value[0])
        assert [problem.where for problem in problems] == [f"{name} row 3, column amount_t"]


def test_a_clock_time_in_excel_is_told(tmp_path: Path) -> None:
    """A cell formatted as a time of day is no number of hours."""
    book = openpyxl.Workbook()
    book.active.append(["t_h", "precipitation_mmh", "air_c"])
    book.active.append([time(7, 30), 1, 2])
    book.save(tmp_path / "w.xlsx")
    problems: list[Problem] = []
    table = read_table(tmp_path / "w.xlsx", "w.xlsx", problems)
    assert table is not None
    Border(problems).noun(Weather, table.value[0])
    assert "7.5 is half past seven" in problems[0].hint


def test_a_formula_error_in_excel_is_told(tmp_path: Path) -> None:
    """An error value is named with its cell, and nothing else is said of it."""
    book = openpyxl.Workbook()
    book.active.append(["depot", "material", "amount_t"])
    book.active.append(["west", "salt", "#DIV/0!"])
    book.save(tmp_path / "s.xlsx")
    problems: list[Problem] = []
    table = read_table(tmp_path / "s.xlsx", "s.xlsx", problems)
    assert table is not None
    Border(problems).noun(Stock, table.value[0])
    assert [(p.where, p.what) for p in problems] == [
        ("s.xlsx row 2, column amount_t", "the cell holds the error #DIV/0!")
    ]


def test_a_title_above_the_header_is_one_problem(tmp_path: Path) -> None:
    """A merged title row is told as such, once, and not as a column that is unknown and four that are missing."""
    book = openpyxl.Workbook()
    for row in (["库存表"], ["depot", "material", "amount_t"], ["west", "salt", 2]):
        book.active.append(row)
    book.active.merge_cells("A1:C1")
    book.save(tmp_path / "stock.xlsx")
    problems: list[Problem] = []
    assert read_table(tmp_path / "stock.xlsx", "stock.xlsx", problems) is None
    (told,) = problems
    assert (told.where, told.what) == ("stock.xlsx row 1", "only '库存表' stands in the first row")
    assert "split merged cells" in told.hint and "取消合并单元格" in told.told("zh")


def test_a_merged_cell_in_the_header_is_told_once(tmp_path: Path) -> None:
    """The second column of the pair has no name: the first row that shows it is named, not every one."""
    book = openpyxl.Workbook()
    for row in (["depot", "material", "amount_t"], *(["west", "salt", n] for n in range(1, 9))):
        book.active.append(row)
    book.active.merge_cells("B1:C1")
    book.save(tmp_path / "stock.xlsx")
    problems: list[Problem] = []
    read_table(tmp_path / "stock.xlsx", "stock.xlsx", problems)
    assert [(p.where, p.what) for p in problems] == [
        ("stock.xlsx row 2", "'1' stands in a column without a name")
    ]
    assert "merged cells there must be split" in problems[0].hint


def test_headers_carry_units_and_names_both_languages() -> None:
    """The header of a table is made from the model."""
    assert header(Stock) == ["depot", "material", "amount_t", "ordered_t", "arrives_h"]
    assert header(Team)[:5] == ["id", "name_zh", "name_en", "unit_zh", "unit_en"]
    assert "muster_min" in header(Team) and "duty_from_h" in header(Team)


def test_an_empty_table_has_its_header(tmp_path: Path) -> None:
    """A table without rows still names its columns; without a class it cannot be written."""
    write_table(tmp_path / "stock.csv", [], Stock)
    assert read_rows(tmp_path / "stock.csv") == [header(Stock)]
    with pytest.raises(ValueError, match="name it"):
        write_table(tmp_path / "x.csv", [])


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    """A scenario does not fit in a row, and classes are not mixed."""
    with pytest.raises(ValueError, match="does not fit in a cell"):
        header(Scenario)
    stock = Stock(depot="a", material="b", amount=1)
    weather = Weather(t=0, precipitation=0, air=0)
    with pytest.raises(ValueError, match="one class"):
        write_table(tmp_path / "x.csv", [stock, weather])


def test_csv_opens_in_excel_with_chinese(tmp_path: Path) -> None:
    """CSV is written with a byte order mark, without which Excel takes it for GBK."""
    kinds = load_kinds()
    write_table(tmp_path / "kinds.csv", kinds)
    assert (tmp_path / "kinds.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert read_back(tmp_path / "kinds.csv", Kind) == list(kinds)


words = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters=";；#"),
    min_size=1,
    max_size=8,
)
names = st.builds(Name, zh=words, en=words)
teams = st.builds(
    Team,
    id=words,
    name=names,
    unit=names,
    office=st.just("") | words,
    depot=words,
    people=st.integers(1, 9999),
    skills=st.lists(st.sampled_from(["plough", "spread", "pump"]), min_size=1, max_size=3).map(tuple),
    muster=st.integers(0, 20_000).map(float),
    callout_delay=st.integers(0, 20_000).map(float),
    duty_from=st.integers(0, 30_000).map(float),
    duty_to=st.integers(30_001, 86_400).map(float),
    max_duty=st.integers(1, 36 * 3600).map(float),
    rest=st.integers(0, 48 * 3600).map(float),
)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(teams, max_size=4))
def test_teams_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Team]
) -> None:
    """Writing and reading a table is the identity for whole seconds, whatever the words in it."""
    path = tmp_path_factory.mktemp("roundtrip") / "teams.csv"
    write_table(path, rows, Team)
    assert read_back(path, Team) == rows


@settings(max_examples=60, deadline=None)
@given(
    amount=st.floats(0, 1e9),
    rate=st.floats(0, 0.2),
    air=st.floats(-60, 55),
    humidity=st.floats(0, 1),
    t=st.integers(0, 10**6),
)
def test_numbers_come_back_to_twelve_digits(
    tmp_path_factory: pytest.TempPathFactory, amount: float, rate: float, air: float, humidity: float, t: int
) -> None:
    """The conversion to written units and back loses less than 1e-11 of a number, and no second."""
    folder = tmp_path_factory.mktemp("numbers")
    write_table(folder / "stock.csv", [Stock(depot="a", material="b", amount=amount)])
    write_table(folder / "weather.csv", [Weather(t=t, precipitation=rate, air=air, humidity=humidity)])
    (stock,) = read_back(folder / "stock.csv", Stock)
    (weather,) = read_back(folder / "weather.csv", Weather)
    assert isinstance(stock, Stock) and isinstance(weather, Weather)
    assert stock.amount == pytest.approx(amount, rel=1e-11)
    assert (weather.t, weather.air) == (t, pytest.approx(air, rel=1e-11, abs=1e-11))
    assert weather.precipitation == pytest.approx(rate, rel=1e-11)
    assert weather.humidity == pytest.approx(humidity, rel=1e-11)


def test_full_width_digits_and_blanks_are_read(tmp_path: Path) -> None:
    """Digits typed with a Chinese input method are digits; spaces around words do not count."""
    (tmp_path / "stock.csv").write_text("depot,material,amount_t\n west ,salt,１２．５\n", encoding="utf-8")
    assert read_back(tmp_path / "stock.csv", Stock) == [Stock(depot="west", material="salt", amount=12_500)]


def test_one_name_column_stands_for_both_languages(tmp_path: Path) -> None:
    """``name`` alone, or one of ``name_zh`` and ``name_en``, gives both."""
    for heading in ("name", "name_zh", "name_en"):
        (tmp_path / "o.csv").write_text(f"id,{heading}\nwest,西场\n", encoding="utf-8")
        from simulation.model import Office

        (office,) = read_back(tmp_path / "o.csv", Office)
        assert isinstance(office, Office)
        assert (office.name.zh, office.name.en) == ("西场", "西场")


def test_segments_do_not_stand_in_tables_alone(sample: Path) -> None:
    """Roads are GeoJSON: a table named for them is refused in words."""
    text = (
        (sample / "scenario.yaml")
        .read_text(encoding="utf-8")
        .replace("city: city", "city: {segments: places.csv}")
    )
    (sample / "scenario.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadScenario) as caught:
        load(sample)
    assert any("'places.csv' is missing" in problem.what for problem in caught.value.problems)
    assert Segment.model_fields["line"].is_required()
