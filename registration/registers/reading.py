"""From the bytes of a register to its cells, a line at a time: encodings, separators, quotation marks.

Nothing here holds more than a piece of the file. One licence has one line: a quotation mark that is never
closed spoils its own line and not the rest of the file.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.utils.translation import override

from registration.registers.wording import COLUMNS, JOIN, Fault, FileRefused
from shumoos import encodings
from shumoos.saudi.names import fold
from shumoos.tables import FORMULA

LONGEST_LINE = 16_384
DELIMITERS = ",;\t"
# Excel writes it into the first line when it is asked to; it reads the separator from it.
SEPARATOR_LINE = re.compile(r'"?sep=.?"?')

MAGIC = {b"%PDF-": "pdf", b"PK\x03\x04": "archive", b"\xd0\xcf\x11\xe0": "archive", b"\x1f\x8b": "archive"}


class LineRefused(Exception):
    """A line whose cells cannot be told apart."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


class Examination(encodings.Examination):
    """A first look at a register. Its lines with damaged bytes are refused."""

    @property
    def encoding(self) -> str:
        """The file's encoding, once all of it was fed.

        Raises FileRefused for an empty file and for kinds of file that people take for a register.
        """
        if not self.size:
            raise FileRefused("empty")
        for magic, code in MAGIC.items():
            if self.head.startswith(magic):
                raise FileRefused(code)
        return super().encoding


def lines_of(pieces: Iterable[bytes], encoding: str) -> Iterator[tuple[int, str]]:
    """Yield the lines with their numbers, without line breaks. One that is too long is cut."""
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder(encoding)(errors="replace"), translate=True
    )
    number, rest = 0, ""
    for piece in pieces:
        *whole, rest = (rest + decoder.decode(piece)).split("\n")
        for line in whole:
            number += 1
            yield number, line[: LONGEST_LINE + 1]
        rest = rest[: LONGEST_LINE + 1]
    *whole, rest = (rest + decoder.decode(b"", final=True)).split("\n")
    for line in [*whole, rest] if rest else whole:
        number += 1
        yield number, line[: LONGEST_LINE + 1]


class Layout(NamedTuple):
    """What the first line says: what separates the cells, how many there are, where each column stands."""

    delimiter: str
    width: int
    positions: list[int]

    def cells(self, line: str) -> list[str]:
        """Return the line's cells in the order of COLUMNS. Raises LineRefused."""
        if len(line) > LONGEST_LINE:
            raise LineRefused(Fault("", "line_too_long"))
        cells = split(line, self.delimiter)
        # Spreadsheets add empty cells at the end.
        while len(cells) > self.width and not cells[-1].strip():
            cells.pop()
        if len(cells) != self.width:
            raise LineRefused(Fault("", "columns", {"found": len(cells), "expected": self.width}))
        return [unguard(cells[position]) for position in self.positions]


def split(line: str, delimiter: str) -> list[str]:
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader((line,), delimiter=delimiter, strict=True))
    except csv.Error:
        raise LineRefused(Fault("", "quotes")) from None


def is_blank(line: str) -> bool:
    """Whether a line holds nothing, or nothing but empty cells."""
    return not line.strip(" ,;\t\x1a\u200e\u200f\ufeff")


def read_layout(lines: Iterator[tuple[int, str]]) -> Layout:
    """Take the lines up to the one that names the columns, and return what it says.

    The columns stand in any order, by their names or by what they are called in Arabic or English, and others
    may stand among them. Raises FileRefused where it names none, not all, or one of them twice.
    """
    for _number, line in lines:
        if not is_blank(line) and not SEPARATOR_LINE.fullmatch(line):
            return max((layout_of(line, delimiter) for delimiter in DELIMITERS), key=known_columns).checked()
    raise FileRefused("empty")


class Header(NamedTuple):
    delimiter: str
    names: list[str]

    def checked(self) -> Layout:
        missing = [name for name in COLUMNS if name not in self.names]
        if len(missing) == len(COLUMNS):
            raise FileRefused("header", columns=str(JOIN).join(COLUMNS))
        if missing:
            raise FileRefused("columns", columns=str(JOIN).join(missing))
        for name in COLUMNS:
            if self.names.count(name) > 1:
                raise FileRefused("repeated", column=name)
        return Layout(self.delimiter, len(self.names), [self.names.index(name) for name in COLUMNS])


def layout_of(line: str, delimiter: str) -> Header:
    names = column_names()
    try:
        cells = split(line[:LONGEST_LINE], delimiter)
    except LineRefused:
        cells = []
    while cells and not cells[-1].strip():
        cells.pop()
    return Header(delimiter, [names.get(fold(cell), "") for cell in cells])


def known_columns(header: Header) -> int:
    return sum(map(bool, header.names))


def column_names() -> dict[str, str]:
    """Return every spelling of a column's name, folded, with the name."""
    names: dict[str, str] = {}
    for language in ("ar", "en"):
        with override(language):
            names |= {fold(str(label)): name for name, label in COLUMNS.items()}
    return names | {name: name for name in COLUMNS}


def unguard(cell: str) -> str:
    """Return what `guard` was given, so that a corrected file of refused lines can be loaded as it is."""
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip(" ").startswith(FORMULA) else cell
