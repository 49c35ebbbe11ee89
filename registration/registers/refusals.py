"""The refused lines of an import on their way out: as JSON, for a page, and as a file to mend."""

from collections.abc import Iterator
from typing import Any

from registration.models import RefusedLine, RegisterImport
from registration.registers.wording import COLUMNS, Fault
from shumoos import tables

AT_ONCE = 2000


def faults_of(line: RefusedLine) -> list[Fault]:
    return [Fault(*fault) for fault in line.faults]


def findings_of(register_import: RegisterImport) -> Iterator[dict[str, Any]]:
    """Yield every fault of every refused line, in the order of the file, in the language in use."""
    lines = register_import.refused_lines.order_by("line").values_list("line", "faults")
    for line, faults in lines.iterator(AT_ONCE):
        for fault in map(Fault._make, faults):
            yield {"line": line, "field": fault.field, "code": fault.code, "message": fault.message}


def refused_csv(register_import: RegisterImport) -> Iterator[str]:
    """Return the refused lines as those of a CSV file: what is wrong with each, and then its own cells.

    The columns of a register are all there, so that the file can be corrected and loaded as it is. No cell is
    one that a spreadsheet would take for a formula.
    """
    lines = register_import.refused_lines.order_by("line").iterator(AT_ONCE)
    return tables.csv_lines(["line", "field", "code", "message", *COLUMNS], map(row_of, lines))


def row_of(line: RefusedLine) -> list[tables.Cell]:
    faults = faults_of(line)
    told = [
        " | ".join(fault.field for fault in faults),
        " | ".join(fault.code for fault in faults),
        " | ".join(f"{fault.label}: {fault.message}" if fault.field else fault.message for fault in faults),
    ]
    return [line.line, *told, *line.cells, *[""] * (len(COLUMNS) - len(line.cells))]
