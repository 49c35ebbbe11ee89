"""XLSX: a workbook's first sheet as chunks of cells.

The reader holds a whole sheet in memory, so a look at the packed file comes first: how large it unpacks, how
many cells it would take, and whether formulas in it were ever worked out.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import IO, Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from guests.files.chunks import Chunk, Table
from guests.files.csv_file import HEADER_WITHIN, finished
from guests.files.layout import MOST_COLUMNS, Layout, known_columns, layout_of
from guests.files.wording import FileRefused
from guests.kinds import Kind

ROWS_IN_CHUNK = 5_000
MOST_ROWS = 250_000
# A sheet of more than 26 columns may have fewer rows: a cell takes its place even where it is empty.
MOST_ROWS_IF_WIDE = 60_000
MOST_UNPACKED = 600 * 1024 * 1024
# No honest sheet shrinks to a hundredth; one of a few kilobytes may.
MOST_PACKED = 200
SMALL = 10 * 1024 * 1024
PIECE = 1024 * 1024
# Parts of a file name and a tag may lie on both sides of an edge between pieces.
EDGE = 4096

# Excel stops at 15 digits: what is longer has lost some already.
EXACT = 10**15

_TOO_WIDE = re.compile(rb'<c r="(?:[A-Z]{3,}|[D-Z][A-Z])[0-9]')
_WIDE = re.compile(rb'<c r="[A-Z]{2}[0-9]')
_FAR_ROW = re.compile(rb'<(?:row|c) r="[A-Z]{0,2}([0-9]{5,})"')
# Text that is empty is a result: such a cell says that it holds text.
_NO_RESULT = re.compile(rb'<c (?![^>]*t="str")[^>]*><f[^>]*>[^<]*</f>\s*(?:<v></v>|<v\s*/>|</c>)')


def read(file: IO[bytes], kind: Kind) -> Table:
    """Return the workbook's first sheet as a table. Raises FileRefused."""
    examine(file)
    file.seek(0)
    try:
        rows = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0)
    except PasswordError:
        raise FileRefused("old_excel") from None
    except (CalamineError, OSError, ValueError) as problem:
        raise FileRefused("damaged") from problem
    if rows.start is None:
        raise FileRefused("empty")
    numbered = enumerate(rows.iter_rows(), 1)
    layout = header_of(numbered, kind)
    return Table(layout, chunks_of(numbered, layout))


def examine(file: IO[bytes]) -> None:
    """Look at a packed workbook without taking it into memory. Raises FileRefused."""
    try:
        with zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
            if "xl/workbook.xml" not in {part.filename for part in parts}:
                raise FileRefused("archive")
            unpacked = sum(part.file_size for part in parts)
            size = sum(part.compress_size for part in parts)
            if unpacked > MOST_UNPACKED or unpacked > max(SMALL, MOST_PACKED * size):
                raise FileRefused("zip_bomb")
            for part in parts:
                if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                    with packed.open(part) as sheet:
                        examine_sheet(sheet)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as problem:
        raise FileRefused("damaged") from problem


def examine_sheet(sheet: IO[bytes]) -> None:
    is_wide, last_row, edge = False, 0, b""
    while piece := sheet.read(PIECE):
        text = edge + piece
        if _TOO_WIDE.search(text):
            raise FileRefused("too_wide")
        if b"</f>" in text and _NO_RESULT.search(text):
            raise FileRefused("formulas")
        is_wide = is_wide or bool(_WIDE.search(text))
        last_row = max([last_row, *(int(row[1]) for row in _FAR_ROW.finditer(text))])
        most = MOST_ROWS_IF_WIDE if is_wide else MOST_ROWS
        if last_row > most + HEADER_WITHIN:
            raise FileRefused("too_many_rows", rows=f"{most:,}")
        edge = text[-EDGE:]


def header_of(numbered: Iterator[tuple[int, list[Any]]], kind: Kind) -> Layout:
    """Take rows up to the header and return what it says. Raises FileRefused."""
    for number, row in numbered:
        cells = [written(cell) for cell in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            raise FileRefused("too_wide")
        if known_columns(kind, cells) > 1:
            return layout_of(kind, cells)
        if number >= HEADER_WITHIN:
            break
    return layout_of(kind, [])


def chunks_of(numbered: Iterator[tuple[int, list[Any]]], layout: Layout) -> Iterator[Chunk]:
    while block := list(islice(numbered, ROWS_IN_CHUNK)):
        columns = list(zip(*(row for _number, row in block), strict=True))[: layout.width]
        numbers = range(block[0][0], block[-1][0] + 1)
        yield finished(numbers, [as_typed(cells) for cells in columns], layout, blank=None)


def as_typed(cells: Sequence[Any]) -> Sequence[str]:
    """Return a column's cells as a person would type them."""
    if set(map(type, cells)) == {str}:
        return cells
    return [cell if type(cell) is str else written(cell) for cell in cells]


def written(cell: Any) -> str:
    """Return a cell's value as a person would type it: whole numbers without a point, days as ISO.

    Excel does not tell midnight from a day without a time: where a time is needed, such a cell is refused.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < EXACT else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)
