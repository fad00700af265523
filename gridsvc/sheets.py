"""XLSX, as plain rows of text: the first sheet of a workbook, and a workbook of one sheet."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from xlsxwriter import Workbook

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTH = 18  # of a column, in characters


class UnreadableSheet(ValueError):
    """The file is no workbook."""


def is_workbook(path: Path) -> bool:
    return path.suffix.lower() == ".xlsx"


def sheet_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield each row of the first sheet with its number, as text. Raises UnreadableSheet."""
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, OSError, ValueError) as error:
        raise UnreadableSheet(f"{path} is no workbook (.xlsx).") from error
    try:
        for number, row in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
            yield number, _trimmed([_text(value) for value in row])
    finally:
        book.close()


def _trimmed(cells: list[str]) -> list[str]:
    """Leave out the empty cells at the end, which a sheet has as many of as it likes."""
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _text(value: Any) -> str:
    """Return a cell as a person would have typed it into a CSV file."""
    match value:
        case None:
            return ""
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


def workbook(rows: Iterable[Sequence[str]]) -> bytes:
    """Return a workbook of one sheet. Every cell is text: no login becomes a number."""
    out = BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        widest = 0
        for number, row in enumerate(rows):
            widest = max(widest, len(row))
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
        sheet.set_column(0, max(widest - 1, 0), WIDTH)
        sheet.freeze_panes(1, 0)
    return out.getvalue()
