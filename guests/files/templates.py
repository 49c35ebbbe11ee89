"""The file to fill in, made from a kind's declaration: a header, a row of help, and an example."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import IO, Any

import xlsxwriter
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from guests.files.layout import EXAMPLE, help_of
from guests.kinds import Kind
from guests.kinds.base import Field
from shumoos.saudi.calendar import RIYADH
from shumoos.tables import FORMULA, Table

# Drop-down lists go down to here; what is typed below is read as well.
LISTED_ROWS = 20_000
COLUMN_WIDTH = 22
# Excel's own limit is 31 letters and a few signs less.
SHEET_NAME = 31

WORDS: Mapping[str, str] = {
    "id_type": "national_id",
    "nationality": "SAU",
    "gender": "m",
    "birth_date": "1990-03-15",
    "mobile": "0512345678",
    "price": "1250.50",
    "weight": "12.5",
}


def example_of(kind: Kind) -> dict[str, str]:
    """Return an invented record, the choices by what they are called in the language in use."""
    yesterday = datetime.now(RIYADH) - timedelta(days=1)
    values: dict[str, str] = {}
    for name, field in kind.fields.items():
        if name in EXAMPLE:
            values[name] = EXAMPLE[name]
        elif name in WORDS:
            values[name] = shown(field, WORDS[name])
        elif field.required:
            values[name] = f"{yesterday:%Y-%m-%d} 14:30" if field.shown.input == "moment" else _("Example")
    return values


def shown(field: Field, code: str) -> str:
    return dict(field.shown.choices()).get(code, code) if field.shown.choices else code


def csv_template(kind: Kind) -> str:
    """Return the template as CSV, with the mark without which Excel takes UTF-8 for something else."""
    example = example_of(kind)
    return Table(
        [str(field.shown.label) for field in kind.fields.values()],
        [
            [help_of(field) for field in kind.fields.values()],
            [example.get(name, "") for name in kind.fields],
        ],
    ).csv()


def write_template(kind: Kind, file: IO[bytes]) -> None:
    """Write the template as a workbook, with a drop-down list for every field with choices."""
    with Book(file, kind) as book:
        example = example_of(kind)
        book.header([])
        book.write_row(1, [help_of(field) for field in kind.fields.values()], book.quiet)
        book.write_row(2, [example.get(name, "") for name in kind.fields], book.quiet)
        book.add_lists(first_row=2)


class Book:
    """A workbook of records of a kind in the language in use; every cell is text, whatever it begins with."""

    def __init__(self, file: IO[bytes], kind: Kind) -> None:
        self.kind = kind
        self.file = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False})
        self.sheet = self.file.add_worksheet(str(kind.label)[:SHEET_NAME])
        self.lists = self.file.add_worksheet("lists")
        self.lists.hide()
        text = {"num_format": "@", "valign": "top"}
        self.plain = self.file.add_format(text)
        self.bold = self.file.add_format({**text, "bold": True, "bottom": 1, "bg_color": "#DDEBE3"})
        self.quiet = self.file.add_format(
            {**text, "italic": True, "font_color": "#595959", "text_wrap": True}
        )
        self.bad = self.file.add_format({**text, "bg_color": "#F8D7DA"})
        self.wrapped = self.file.add_format({**text, "text_wrap": True, "font_color": "#8B1A1A"})
        # With the apostrophe that keeps a spreadsheet from taking a text for a formula, however it is saved.
        self.quoted = self.file.add_format({**text, "quote_prefix": True})
        self.quoted_bad = self.file.add_format({**text, "quote_prefix": True, "bg_color": "#F8D7DA"})

    def __enter__(self) -> "Book":
        return self

    def __exit__(self, *error: object) -> None:
        self.file.close()

    def header(self, before: Sequence[tuple[str, int]]) -> None:
        """Write the first row: columns of one's own, with their widths, and then the kind's."""
        self.lead = len(before)
        if get_language_bidi():
            self.sheet.right_to_left()
        for column, (_name, width) in enumerate(before):
            self.sheet.set_column(column, column, width)
        self.sheet.set_column(self.lead, self.lead + len(self.kind.fields) - 1, COLUMN_WIDTH, self.plain)
        self.sheet.freeze_panes(1, 0)
        labels = [str(field.shown.label) for field in self.kind.fields.values()]
        self.write_row(0, [*(name for name, _width in before), *labels], self.bold)

    def write_row(self, row: int, cells: Sequence[str], style: Any) -> None:
        for column, cell in enumerate(cells):
            self.sheet.write_string(row, column, cell, style)

    def write_record(self, row: int, cells: Mapping[str, str], bad: set[str]) -> None:
        """Write a record's cells, those of bad fields in colour."""
        for column, name in enumerate(self.kind.fields, self.lead):
            cell = cells.get(name, "")
            if cell.lstrip(" ").startswith(FORMULA):
                self.sheet.write_string(row, column, cell, self.quoted_bad if name in bad else self.quoted)
            elif cell:
                self.sheet.write_string(row, column, cell, self.bad if name in bad else self.plain)
            elif name in bad:
                self.sheet.write_blank(row, column, None, self.bad)

    def add_lists(self, *, first_row: int) -> None:
        """Give every column with choices a drop-down list of what they are called."""
        offered = {
            column: [label for _code, label in field.shown.choices()]
            for column, field in enumerate(self.kind.fields.values(), self.lead)
            if field.shown.choices
        }
        for row in range(max(map(len, offered.values()), default=0)):
            for at, labels in enumerate(offered.values()):
                if row < len(labels):
                    self.lists.write_string(row, at, labels[row])
        for at, (column, labels) in enumerate(offered.items()):
            letter = xlsxwriter.utility.xl_col_to_name(at)
            self.sheet.data_validation(
                first_row,
                column,
                LISTED_ROWS,
                column,
                # What is not on the list may be typed as well: codes are.
                {
                    "validate": "list",
                    "source": f"=lists!${letter}$1:${letter}${len(labels)}",
                    "error_type": "warning",
                },
            )
