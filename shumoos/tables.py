"""Tables as pages show them and as files that a spreadsheet opens."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import get_language

from shumoos import charts
from shumoos.saudi import calendar

# A spreadsheet takes what begins with one of these for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
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
        file = io.StringIO()
        file.write(BYTE_ORDER_MARK)
        to = csv.writer(file)
        to.writerow(map(guard, self.headers))
        # A number of ours is a number, also below zero.
        to.writerows(
            [written(cell) if isinstance(cell, Decimal) else guard(written(cell)) for cell in row]
            for row in self.rows
        )
        return file.getvalue()


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
