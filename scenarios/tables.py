"""Tables of nouns in CSV and Excel: the same rows give the same nouns.

The first row names the columns. A blank cell means the default. Row numbers are those a spreadsheet shows.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl

from scenarios.columns import SEPARATOR, Column, columns, is_noun, row_class
from scenarios.marked import FAULTY, LARGEST_FILE, Marked, read_bytes, read_text
from scenarios.problems import Problem, Where, problem, shown
from scenarios.said import Said
from simulation.model import Name, Noun

MOST_ROWS = 500_000
MOST_COLUMNS = 200
SUFFIXES = (".csv", ".xlsx")


def read_table(path: Path, file: str, problems: list[Problem], sheet: str = "") -> Marked | None:
    """Rows of a CSV file or of an Excel sheet as marked values; None where there is nothing to read.

    ``sheet`` is taken where a workbook has a sheet of that name, else its first.
    """
    if path.suffix.lower() == ".xlsx":
        grid = _read_xlsx(path, file, problems, sheet or path.stem)
    else:
        grid = _read_csv(path, file, problems)
    return None if grid is None else _rows(grid, file, problems)


def _read_csv(path: Path, file: str, problems: list[Problem]) -> list[list[Any]] | None:
    text = read_text(path, file, problems)
    if text is None:
        return None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    grid: list[list[Any]] = []
    try:
        for row in reader:
            grid.append(row)
            if len(grid) > MOST_ROWS:
                problems.append(problem(file, "table.too_long", most=MOST_ROWS))
                return None
    except csv.Error as error:
        problems.append(problem(Where(file, "row", len(grid) + 1), "table.broken_csv", reason=error))
        return None
    return grid


def _read_xlsx(path: Path, file: str, problems: list[Problem], sheet: str) -> list[list[Any]] | None:
    raw = read_bytes(path, file, problems)
    if raw is None:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if sum(item.file_size for item in archive.infolist()) > LARGEST_FILE:
                problems.append(problem(file, "table.workbook_too_large"))
                return None
            if "[Content_Types].xml" not in archive.namelist():
                problems.append(problem(file, "table.zip"))
                return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl remarks on parts that are of no concern here
            return _first_grid(raw, file, problems, sheet)
    except Exception as error:  # a foreign parser on foreign bytes raises a dozen kinds
        problems.append(problem(file, "table.workbook_unreadable", reason=_first_line(error)))
        return None


def _first_grid(raw: bytes, file: str, problems: list[Problem], sheet: str) -> list[list[Any]] | None:
    book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    try:
        if not book.worksheets:
            problems.append(problem(file, "table.no_sheet"))
            return None
        chosen = book[sheet] if sheet in [page.title for page in book.worksheets] else book.worksheets[0]
        return _sheet_grid(chosen, file, problems)
    finally:
        book.close()


def _sheet_grid(sheet: Any, file: str, problems: list[Problem]) -> list[list[Any]] | None:
    sheet.reset_dimensions()
    grid: list[list[Any]] = []
    for row in sheet.iter_rows(values_only=True):
        grid.append(list(row[:MOST_COLUMNS]))
        if len(grid) > MOST_ROWS:
            problems.append(problem(file, "table.too_long", most=MOST_ROWS))
            return None
    return grid


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]


def _rows(grid: list[list[Any]], file: str, problems: list[Problem]) -> Marked | None:
    """Marked rows from a grid whose first row is the header."""
    if not grid or not any(_filled(cell) for cell in grid[0]):
        problems.append(problem(Where(file, "row", 1), "table.no_header"))
        return None
    header = [str(cell).strip() if _filled(cell) else "" for cell in grid[0]]
    if not _header_is_sound(header, grid, file, problems):
        return None
    rows, told = [], False
    for number, cells in enumerate(grid[1:], start=2):
        if not any(_filled(cell) for cell in cells):
            continue
        row: dict[str, Marked] = {}
        for column, name in enumerate(header):
            if name:
                cell = cells[column] if column < len(cells) else None
                where = Where(file, "row", number, name)
                row[name] = Marked(_cell(cell, where, problems), where)
        named = (*header, *[""] * len(cells))
        stray = next(
            (cell for cell, name in zip(cells, named, strict=False) if not name and _filled(cell)), None
        )
        if stray is not None and not told:
            told = True
            hint = Said("table.quote_comma" if file.lower().endswith(".csv") else "table.name_column")
            problems.append(
                problem(Where(file, "row", number), "table.no_column_name", hint=hint, given=shown(stray))
            )
        rows.append(Marked(row, Where(file, "row", number)))
    return Marked(rows, Where(file, "row", 1))


def _header_is_sound(header: list[str], grid: list[list[Any]], file: str, problems: list[Problem]) -> bool:
    names = [name for name in header if name]
    wider = any(sum(map(_filled, cells)) > 1 for cells in grid[1:])
    if len(names) == 1 and any(mark in names[0] for mark in ";\t，；"):
        problems.append(problem(Where(file, "row", 1), "table.not_commas"))
        return False
    if len(names) == 1 and wider:
        problems.append(problem(Where(file, "row", 1), "table.title_row", given=shown(names[0])))
        return False
    twice = {name for name in names if names.count(name) > 1}
    for name in sorted(twice):
        problems.append(problem(Where(file, "row", 1), "table.column_twice", column=shown(name)))
    return not twice


def _filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""


def _cell(cell: Any, where: Where, problems: list[Problem]) -> Any:
    """A cell's value; None for a blank one."""
    if isinstance(cell, str):
        text = cell.strip()
        if text.startswith("#") and text.rstrip("!?").upper() in (
            "#N/A",
            "#DIV/0",
            "#REF",
            "#VALUE",
            "#NAME",
        ):
            problems.append(problem(where, "table.cell_error", error=text))
            return FAULTY
        return text or None
    return cell


# --------------------------------------------------------------------------- writing


def write_table(path: Path, nouns: Sequence[Noun], cls: type[Noun] | None = None) -> None:
    """Write nouns of one class in file units, CSV or Excel by the path's suffix.

    ``cls`` is needed only where there are no nouns and the header alone is written. CSV is UTF-8 with a byte
    order mark, without which Excel on a Chinese Windows garbles it. Raises ValueError for an empty table
    without class, a mixture of classes, or a noun with nested nouns.
    """
    kind = cls or (type(nouns[0]) if nouns else None)
    if kind is None or any(type(noun) is not kind for noun in nouns):
        raise ValueError("a table holds nouns of one class; name it where there are no rows")
    grid = [header(kind), *(_row(noun) for noun in nouns)]
    if path.suffix.lower() == ".xlsx":
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = path.stem[:31]
        for row in grid:
            sheet.append(row)
        sheet.freeze_panes = "A2"
        book.save(path)
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(grid)


def header(cls: type[Noun]) -> list[str]:
    """Names of the columns of a table of the class. Raises ValueError where a field is no cell."""
    return [name for column in table_columns(cls) for name in column.headers]


def table_columns(cls: type[Noun]) -> Iterator[Column]:
    """The columns of a class whose nouns are rows. Raises ValueError where a field is no cell."""
    for column in columns(cls):
        if row_class(column.annotation) or (is_noun(column.annotation) and column.annotation is not Name):
            raise ValueError(f"{cls.__name__}.{column.field} does not fit in a cell")
        yield column


def _row(noun: Noun) -> list[str]:
    return [
        cell for column in table_columns(type(noun)) for cell in cells_of(column, getattr(noun, column.field))
    ]


def cells_of(column: Column, held: Any) -> Iterable[str]:
    """A field's value as the text of its cells."""
    if column.annotation is Name:
        return [held.zh, held.en] if held is not None else ["", ""]
    return [written(column, held)]


def written(column: Column, held: Any) -> str:
    """A value in the file's unit, as text; what is not set is blank."""
    if held is None:
        return ""
    if isinstance(held, bool):
        return "true" if held else "false"
    if isinstance(held, float) or (column.unit and isinstance(held, int)):
        return column.written(held)
    if isinstance(held, (tuple, list)):
        return SEPARATOR.join(written(column, item) for item in held)
    if isinstance(held, datetime):
        return held.isoformat()
    return str(held)
