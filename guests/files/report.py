"""The rows that were not taken, on their way out: for a page, and as a workbook to mend and send again."""

from collections.abc import Iterator
from typing import IO, NamedTuple

from django.utils.translation import gettext as _

from guests.files.layout import ROW, WRONG
from guests.files.templates import Book
from guests.kinds import Kind
from guests.kinds.errors import error
from guests.models.file_imports import FileImport, RefusedRow

AT_ONCE = 2000
# A sheet ends here.
MOST_ROWS = 1_048_000


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
        message = error(field, code, rule, **values).message
        yield Fault(field, label, code, message, refused.cells.get(field, ""))


def write_report(file_import: FileImport, file: IO[bytes]) -> None:
    """Write the bad rows as a workbook, with what is wrong in front of them and the bad cells in colour.

    It has the columns of the template and can be read as it is. No cell is taken for a formula.
    """
    kind = file_import.declaration
    with Book(file, kind) as book:
        book.header([(str(ROW), 8), (str(WRONG), 60)])
        rows = file_import.refused_rows.order_by("row")[:MOST_ROWS]
        for at, refused in enumerate(rows.iterator(AT_ONCE), 1):
            faults = list(faults_of(kind, refused))
            book.sheet.write_number(at, 0, refused.row, book.quiet)
            told = "\n".join(
                _("%(label)s: %(message)s") % {"label": fault.label, "message": fault.message}
                if fault.label
                else fault.message
                for fault in faults
            )
            book.sheet.write_string(at, 1, told, book.wrapped)
            book.write_record(at, refused.cells, {fault.field for fault in faults})
        book.add_lists(first_row=1)
