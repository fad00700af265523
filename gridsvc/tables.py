"""Tables that an administrator imports, CSV or XLSX: rows by line, and what is wrong with them.

An importer reads a table, plans, and carries the plan out only if no line has a fault:

    table = read_table(path, columns=("code", "name"), optional=("parent",))
    with transaction(jurisdiction) as session:
        plan = service.plan(session, progress(table.lines, "Checking"))
        refuse_faulty(table, plan.faults, errors)
"""

import csv
import io
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import click

from gridsvc.errors import Refused
from gridsvc.sheets import UnreadableSheet, is_workbook, sheet_rows

Item = TypeVar("Item")

ENCODINGS = ("utf-8-sig", "gb18030")  # in this order: GB18030 can read almost any bytes
SHOWN_FAULTS = 20
LONGEST_CELL = 2000


class FaultyTable(Refused):
    """Some lines of the table cannot be entered, so nothing was."""


class UnreadableTable(Refused):
    """The file cannot be read as a table."""


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong with a line of a file. Lines count from 1, the header's."""

    line: int
    reason: str


@dataclass(frozen=True)
class Line:
    """One row: its cells by column, without the space around them. An empty cell is ""."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def fault(self, reason: str) -> Fault:
        return Fault(self.number, reason)


@dataclass(frozen=True)
class Table:
    """The rows of a file. Those that are not in `lines`, `faults` says why."""

    header: list[str]
    lines: list[Line]
    faults: list[Fault]
    rows: dict[int, list[str]]  # every row as it stands in the file, by its line
    word: str = "line"  # what a person calls a row of this file


def read_table(path: Path, columns: Collection[str], optional: Collection[str] = ()) -> Table:
    """Read a table whose first row names its columns in any order.

    It is CSV in UTF-8 or GB18030, or XLSX. Missing optional columns read as empty. Raises
    UnreadableTable, also for a column that nobody knows: it may be a misspelt one.
    """
    rows = _workbook_rows(path) if is_workbook(path) else _csv_rows(path)
    _, named = next(rows, (1, []))
    header = [name.strip() for name in named]
    _check_header(header, columns, optional)
    table = Table(header, [], [], {})
    defaults = dict.fromkeys(optional, "")
    for number, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        table.rows[number] = row
        if reason := _wrong(row, header):
            table.faults.append(Fault(number, reason))
        else:
            cells = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
            table.lines.append(Line(number, defaults | cells))
    return table


def read_content(
    name: str, content: bytes, columns: Collection[str], optional: Collection[str] = ()
) -> Table:
    """Read a table that came as bytes, by the ending of its name. See read_table."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / ("table.xlsx" if is_workbook(Path(name)) else "table.csv")
        path.write_bytes(content)
        try:
            return read_table(path, columns, optional)
        except UnreadableTable as refusal:
            detail = str(refusal).replace(str(path), name)
            raise UnreadableTable(detail, **refusal.facts) from None


def progress(items: Sequence[Item], label: str) -> Iterator[Item]:
    """Yield `items`, and show on the terminal how many are done."""
    with click.progressbar(items, label=label, file=sys.stderr) as bar:
        yield from bar


def refuse_faulty(table: Table, faults: Iterable[Fault], errors: Path) -> None:
    """End the program with exit code 1 if any line has a fault, all of them told and written.

    `errors` becomes a CSV file with the line, the reason, and the row as it came.
    """
    every = sorted({*table.faults, *faults})
    if not every:
        return
    _write_faults(table, every, errors)
    for fault in every[:SHOWN_FAULTS]:
        click.echo(f"{table.word} {fault.line}: {fault.reason}", err=True)
    if len(every) > SHOWN_FAULTS:
        click.echo(f"... and {len(every) - SHOWN_FAULTS} more", err=True)
    lines = len({fault.line for fault in every})
    raise click.ClickException(
        f"{len(every)} faults in {lines} {table.word}s; nothing was imported. All of them: {errors}"
    )


def require_faultless(faults: Sequence[Fault]) -> None:
    """Raise FaultyTable, with the first of them, if there are any."""
    if faults:
        lines = [{"line": fault.line, "reason": fault.reason} for fault in faults[:SHOWN_FAULTS]]
        raise FaultyTable(f"{len(faults)} faults.", count=len(faults), faults=lines)


def beside(path: Path, what: str) -> Path:
    """Return the path of a file beside an imported one: people.csv -> people.errors.csv."""
    return path.with_name(f"{path.stem}.{what}.csv")


def csv_text(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as CSV in UTF-8, with the mark by which spreadsheets know it."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def read_text(path: Path) -> str:
    """Return the text of a file in UTF-8 or GB18030. Raises UnreadableTable."""
    content = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableTable(f"{path} is neither UTF-8 nor GB18030.")


def _csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    return _rows(io.StringIO(read_text(path), newline=""))


def _workbook_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a workbook, each as long as the first: a sheet has no end to the right."""
    width = 0
    try:
        for number, row in sheet_rows(path):
            width = width or len(row)
            yield number, row + [""] * (width - len(row))
    except UnreadableSheet as error:
        raise UnreadableTable(str(error)) from None


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the number of the line on which it begins."""
    reader = csv.reader(lines, strict=True)
    begins = 1
    try:
        for row in reader:
            yield begins, row
            begins = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableTable(f"Line {begins}: {error}.", line=begins) from None


def _check_header(header: list[str], columns: Collection[str], optional: Collection[str]) -> None:
    missing = sorted(set(columns) - set(header))
    unknown = sorted(set(header) - {*columns, *optional})
    twice = sorted({name for name in header if header.count(name) > 1})
    told = {"missing": missing, "unknown": unknown, "named twice": twice}
    wrong = [f"{what}: {', '.join(map(repr, names))}" for what, names in told.items() if names]
    if wrong:
        raise UnreadableTable(f"Line 1 must name the columns; {'; '.join(wrong)}.", line=1)


def _wrong(row: list[str], header: list[str]) -> str | None:
    if len(row) != len(header):
        return f"has {len(row)} cells instead of {len(header)}"
    for name, cell in zip(header, row, strict=True):
        if len(cell) > LONGEST_CELL:
            return f"{name} is longer than {LONGEST_CELL} characters"
        if any(ord(character) < 32 and character not in "\t\r\n" for character in cell):
            return f"{name} contains a control character"
    return None


def _write_faults(table: Table, faults: Iterable[Fault], path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([table.word, "reason", *table.header])
        for fault in faults:
            row = table.rows.get(fault.line, [])
            cells = [cell for cell, _ in zip_longest(row, table.header, fillvalue="")]
            writer.writerow([fault.line, fault.reason, *cells])
