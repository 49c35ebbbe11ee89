"""Tables as pages show them and as files that a spreadsheet opens."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import get_language, override

from shumoos import charts
from shumoos.saudi import calendar

# A spreadsheet takes what begins with one of these for a formula.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
BYTE_ORDER_MARK = "\ufeff"  # or Excel takes UTF-8 for something else
Cell = str | int | float | Decimal | date | None


@dataclass
class Table:
    headers: list[str]
    rows: list[list[Cell]]

    @property
    def shown(self) -> list[list[str]]:
        """The cells as a page shows them."""
        return [[shown(cell) for cell in row] for row in self.rows]

    def csv(self) -> str:
        """Return the table as a file for a spreadsheet: its first line names the columns.

        Days are written as 2026-11-25, numbers without a thousands separator. No cell is one that a
        spreadsheet would take for a formula.
        """
        return "".join(csv_lines(self.headers, self.rows))


class Echo:
    """Hands back what is written to it: a line of CSV as it is made."""

    def write(self, text: str) -> str:
        return text


def csv_lines(headers: Iterable[str], rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    """Return a table's file line by line, as the rows come, so that a large one is on its way at once.

    Its words are in the language of the moment in which it is called for, also where it is sent after that.
    """
    return _lines(get_language(), [str(header) for header in headers], iter(rows))


def _lines(language: str | None, headers: list[str], rows: Iterator[Iterable[Cell]]) -> Iterator[str]:
    to = csv.writer(Echo())
    yield BYTE_ORDER_MARK + to.writerow(map(guard, headers))
    while True:
        # Not around the `yield`: what is done with a line is no business of ours.
        with override(language):
            row = next(rows, None)
            cells = None if row is None else list(row)
        if cells is None:
            return
        # A number of ours is a number, also below zero.
        yield to.writerow(
            [written(cell) if isinstance(cell, Decimal) else guard(written(cell)) for cell in cells]
        )


@dataclass
class Section:
    """One figure of a page, and the table behind it; `chart` is None where there is nothing to draw."""

    name: str
    title: str
    chart: charts.Chart | None
    table: Table
    note: str = ""


def shown(cell: Cell) -> str:
    if isinstance(cell, date):
        return calendar.show_both(cell, get_language() or "ar")
    if cell is None:
        return "–"
    if isinstance(cell, Decimal):
        return f"{cell:,.2f}"
    return cell if isinstance(cell, str) else charts.number(cell)


def written(cell: Cell) -> str:
    if isinstance(cell, date):
        return cell.isoformat()
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:.2f}"
    return f"{cell:.1f}" if isinstance(cell, float) else str(cell)


def guard(cell: str) -> str:
    """Return a cell as a spreadsheet may see it: what would be taken for a formula gets an apostrophe."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell
