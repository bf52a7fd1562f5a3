"""Figures as files: a spreadsheet with notes, comma-separated values, the annual return. Made from what is shown.

A cell that a spreadsheet would run as a formula is written as text.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from refuge.statistics.counting import ALL, RECEIVED
from refuge.statistics.crosswalk import crosswalk
from refuge.statistics.profiles import HIDDEN
from refuge.statistics.shown import KPI_HEADS, NEED_HEADS, heads_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from refuge.statistics.published import Shown
    from refuge.statistics.shown import Sight

RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell begins with that a spreadsheet may run."""
LONGEST_NAME = 31


@dataclass(frozen=True)
class Book:
    """What a file holds: where it comes from, and the figures."""

    title: str
    notes: Sequence[tuple[str, str]]
    sight: Sight


def guarded(text: str) -> str:
    """Return a cell that no spreadsheet runs: an apostrophe before what begins like a formula."""
    return f"'{text}" if text.startswith(RUNS) else text


def cell(number: int | None) -> int | str:
    """Return a count as a number, and a hidden one as its mark."""
    return HIDDEN if number is None else number


def as_csv(book: Book) -> bytes:
    """Return every cell of every table as a line of its own: table, unit, row, column, value; the notes first."""
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    lines.writerow(("table", "unit", "row", "column", "value"))
    for name, words in book.notes:
        lines.writerow(("Notes", "", guarded(name), "", guarded(words)))
    for table in book.sight.tables.values():
        for _, words, numbers in table.rows:
            for (_, column), number in zip(table.columns, numbers, strict=True):
                lines.writerow((guarded(table.title), table.unit, guarded(words), guarded(column), cell(number)))
    for row in book.sight.kpis():
        for head, words in zip(KPI_HEADS[1:], row.cells[1:], strict=True):
            lines.writerow(("Figures of the catalogue", "", guarded(row.cells[0]), head, guarded(words)))
    return out.getvalue().encode("utf-8-sig")


def as_ods(book: Book) -> bytes:
    """Return a spreadsheet: notes, the board's table, the catalogue, then each table on a sheet of its own."""
    from odfdo import Document, Table  # noqa: PLC0415  loaded when somebody asks for a file

    document = Document("spreadsheet")
    document.body.clear()
    for name, rows in _sheets(book):
        sheet = Table(name[:LONGEST_NAME])
        for place, row in enumerate(rows):
            sheet.set_row_values(place, row)
        document.body.append(sheet)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def _sheets(book: Book) -> list[tuple[str, list[list[Any]]]]:
    sight = book.sight
    found: list[tuple[str, list[list[Any]]]] = [
        ("Notes", [[guarded(book.title)], *[[guarded(name), guarded(words)] for name, words in book.notes]]),
        ("Turned away by need", [list(NEED_HEADS), *[[guarded(words) for words in row] for row in sight.by_need()]]),
        ("Catalogue", [list(KPI_HEADS), *[[guarded(words) for words in row.cells] for row in sight.kpis()]]),
    ]
    return [*found, *((table.title.replace(":", ","), _sheet(table)) for table in sight.tables.values())]


def _sheet(table: Shown) -> list[list[Any]]:
    rows: list[list[Any]] = [[f"{table.title} ({table.unit})"], [guarded(head) for head in heads_of(table)]]
    rows += [[guarded(words), *(cell(number) for number in numbers)] for _, words, numbers in table.rows]
    return [*rows, [guarded(table.note)]] if table.note else rows


def as_return(book: Book, mark: str) -> bytes:
    """Return the annual return: households that could not be supported, in the department's categories.

    `mark`: who compared the mapping with the form of the year, or that nobody has.
    """
    from openpyxl import Workbook  # noqa: PLC0415  loaded when somebody asks for a file

    mapping = crosswalk()
    workbook = Workbook()
    notes = workbook.active
    assert notes is not None  # noqa: S101  a new workbook has a sheet
    notes.title = "Notes"
    for row in [("Annual return", guarded(book.title)), ("Mapping", mapping.version), ("", guarded(mark)), *book.notes]:
        notes.append([guarded(words) for words in row])
    sheet = workbook.create_sheet("Households unable to support")
    sheet.append([guarded(mark)])
    sheet.append(["Category", "Households"])
    why = book.sight.tables["why"]
    counts = {row: why.count(row, RECEIVED) for row, _, _ in why.rows if row != ALL}
    for category, count in mapping.gathered(counts):
        sheet.append([category, cell(count)])
    sheet.append(["All households that could not be supported", cell(why.count(ALL, RECEIVED))])
    sheet.append(["A household may have been turned away for several reasons: the categories do not add up to all."])
    _supported(workbook.create_sheet("People supported"), book.sight.tables["people"], guarded(mark))
    made = io.BytesIO()
    workbook.save(made)
    return made.getvalue()


def _supported(sheet: Any, people: Shown, mark: str) -> None:  # noqa: ANN401  openpyxl's sheet
    sheet.append([mark])
    sheet.append(["People", "Given a place in the period"])
    for row, words, _ in people.rows:
        sheet.append([words, cell(people.count(row, "placed"))])
