"""The rows that were not taken, on their way out: for a page, and as a file to mend and send again."""

from collections.abc import Iterator
from typing import IO, NamedTuple, TypeGuard

from django.utils.translation import gettext as _

from guests.files.layout import ROW, WRONG
from guests.files.templates import Book
from guests.files.wording import JOIN
from guests.kinds import Kind
from guests.kinds.base import Field
from guests.kinds.errors import error
from guests.models.file_imports import FileImport, RefusedRow
from shumoos import tables

AT_ONCE = 2000
# So many choices are named where a cell holds none of them.
FEW = 10
# A workbook is there once all of it is written; so many rows take a second or two. More go out as CSV, which
# is on its way from its first row on.
MOST_IN_A_WORKBOOK = 10_000


class Fault(NamedTuple):
    """One reason why a row was not taken, as people read it. `label` is empty for the row as a whole."""

    field: str
    label: str
    code: str
    message: str
    found: str


def faults_of(kind: Kind, refused: RefusedRow) -> Iterator[Fault]:
    """Yield why a row was not taken, in the language in use."""
    for field, code, rule, values in refused.faults:
        known = kind.fields.get(field)
        label = str(known.shown.label) if known else ""
        message = possible(known) if is_no_choice(known, code, rule) else ""
        message = message or error(field, code, rule, **values).message
        yield Fault(field, label, code, message, refused.cells.get(field, ""))


def is_no_choice(field: Field | None, code: str, rule: str) -> TypeGuard[Field]:
    """Whether a cell was refused because it holds none of the field's choices."""
    return field is not None and code == "unknown" and rule in ("", "country")


def possible(field: Field) -> str:
    """Return what a file may hold in a field, as its drop-down list calls it; "" for one without choices."""
    choices = field.shown.choices() if field.shown.choices else []
    if len(choices) > FEW:
        return _(
            "This is no country: enter its name as the template's list has it, or its three letters, such as "
            "SAU."
        )
    called = str(JOIN).join(str(label) for _code, label in choices)
    return (
        _("This is not one of the possible values, which are: %(values)s.") % {"values": called}
        if called
        else ""
    )


def fits_a_workbook(file_import: FileImport) -> bool:
    return file_import.rejected <= MOST_IN_A_WORKBOOK


def told(kind: Kind, refused: RefusedRow) -> str:
    """Return all that is wrong with a row, a line for each fault."""
    return "\n".join(
        _("%(label)s: %(message)s") % {"label": fault.label, "message": fault.message}
        if fault.label
        else fault.message
        for fault in faults_of(kind, refused)
    )


def csv_lines(file_import: FileImport) -> Iterator[str]:
    """Return the bad rows as CSV: what is wrong in front of them, then the columns of the template.

    It can be read as it is, so every row is one line.
    """
    kind = file_import.declaration
    headers = [str(ROW), str(WRONG), *(str(field.shown.label) for field in kind.fields.values())]
    rows = file_import.refused_rows.order_by("row").iterator(AT_ONCE)
    return tables.csv_lines(
        headers,
        ([refused.row, *(cell.replace("\n", " ") for cell in texts_of(kind, refused))] for refused in rows),
    )


def texts_of(kind: Kind, refused: RefusedRow) -> list[str]:
    return [told(kind, refused), *(refused.cells.get(name, "") for name in kind.fields)]


def write_report(file_import: FileImport, file: IO[bytes]) -> None:
    """Write the bad rows as a workbook, with what is wrong in front of them and the bad cells in colour.

    It has the columns of the template and can be read as it is. No cell is taken for a formula.
    """
    kind = file_import.declaration
    with Book(file, kind) as book:
        book.header([(str(ROW), 8), (str(WRONG), 60)])
        rows = file_import.refused_rows.order_by("row")[:MOST_IN_A_WORKBOOK]
        for at, refused in enumerate(rows.iterator(AT_ONCE), 1):
            book.sheet.write_number(at, 0, refused.row, book.quiet)
            book.sheet.write_string(at, 1, told(kind, refused), book.wrapped)
            book.write_record(at, refused.cells, {field for field, *_rest in refused.faults})
        book.add_lists(first_row=1)
