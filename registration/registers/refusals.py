"""The refused lines of an import on their way out: as JSON, for a page, and as a file to mend."""

import csv
from collections.abc import Iterator
from typing import Any

from registration.models import RefusedLine, RegisterImport
from registration.registers.wording import COLUMNS, Fault
from shumoos.tables import guard

AT_ONCE = 2000
BYTE_ORDER_MARK = "\ufeff"  # or Excel takes UTF-8 for something else


def faults_of(line: RefusedLine) -> list[Fault]:
    return [Fault(*fault) for fault in line.faults]


def findings_of(register_import: RegisterImport) -> Iterator[dict[str, Any]]:
    """Yield every fault of every refused line, in the order of the file, in the language in use."""
    lines = register_import.refused_lines.order_by("line").values_list("line", "faults")
    for line, faults in lines.iterator(AT_ONCE):
        for fault in map(Fault._make, faults):
            yield {"line": line, "field": fault.field, "code": fault.code, "message": fault.message}


def refused_csv(register_import: RegisterImport) -> Iterator[str]:
    """Yield the refused lines as a CSV file: what is wrong with each, and then its own cells.

    The columns of a register are all there, so that the file can be corrected and loaded as it is. No cell is
    one that a spreadsheet would take for a formula.
    """
    writer = csv.writer(Echo())
    yield BYTE_ORDER_MARK + writer.writerow(["line", "field", "code", "message", *COLUMNS])
    for line in register_import.refused_lines.order_by("line").iterator(AT_ONCE):
        faults = faults_of(line)
        told = [
            " | ".join(fault.field for fault in faults),
            " | ".join(fault.code for fault in faults),
            " | ".join(
                f"{fault.label}: {fault.message}" if fault.field else fault.message for fault in faults
            ),
        ]
        blank = [""] * (len(COLUMNS) - len(line.cells))
        yield writer.writerow([line.line, *map(guard, told), *map(guard, line.cells), *blank])


class Echo:
    """Gives back what is written to it."""

    def write(self, text: str) -> str:
        return text
