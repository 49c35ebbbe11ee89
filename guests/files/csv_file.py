"""CSV: from the bytes of a file to chunks of cells. Nothing here holds more than a piece of the file.

A record has one line: a quotation mark that is never closed spoils its own line and not the rest of the file.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from guests.files.chunks import Broken, Chunk, Table
from guests.files.layout import MOST_COLUMNS, Layout, known_columns, layout_of
from guests.files.wording import FileRefused
from guests.kinds import Kind
from registration.registers.reading import SEPARATOR_LINE, unguard

DELIMITERS = ",;\t"
LONGEST_LINE = 16_384
# What a line without a record is made of.
BLANK = " ,;\t\x1a\u200e\u200f\ufeff"
# Before the header there may be a title.
HEADER_WITHIN = 20
TEMPLATE_WITHIN = HEADER_WITHIN + 3


class BrokenLine(Exception):
    """A line whose quotation marks do not match."""


def read(pieces: Iterable[bytes], encoding: str, kind: Kind) -> Table:
    """Return the file as a table. Raises FileRefused where its header cannot be read."""
    blocks = blocks_of(pieces, encoding)
    skipped, first, layout, delimiter = header_of(blocks, kind)
    return Table(layout, chunks_of(skipped, first, blocks, layout, delimiter))


def blocks_of(pieces: Iterable[bytes], encoding: str) -> Iterator[list[str]]:
    """Yield the lines of each piece, without line breaks. One that is too long is cut."""
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder(encoding)(errors="replace"), translate=True
    )
    rest = ""
    for piece in pieces:
        lines = (rest + decoder.decode(piece)).split("\n")
        rest = lines.pop()[: LONGEST_LINE + 1]
        yield lines
    last = (rest + decoder.decode(b"", final=True)).split("\n")
    yield last if last[-1] else last[:-1]


def header_of(blocks: Iterator[list[str]], kind: Kind) -> tuple[int, list[str], Layout, str]:
    """Take lines up to the header; return how many they were, what is left of their block, and what it says.

    Raises FileRefused.
    """
    before, is_empty = 0, True
    for block in blocks:
        for position, line in enumerate(block):
            is_empty = is_empty and not line.strip(BLANK)
            if before + position >= HEADER_WITHIN:
                break
            if line.strip(BLANK) and not SEPARATOR_LINE.fullmatch(line):
                if len(line) > LONGEST_LINE:
                    raise FileRefused("too_wide")
                delimiter, cells = header_cells(line, kind)
                if len(cells) > MOST_COLUMNS:
                    raise FileRefused("too_wide")
                if known_columns(kind, cells) > 1:
                    return before + position + 1, block[position + 1 :], layout_of(kind, cells), delimiter
        before += len(block)
        if before >= HEADER_WITHIN:
            break
    if is_empty:
        raise FileRefused("empty")
    return 0, [], layout_of(kind, []), ","


def header_cells(line: str, kind: Kind) -> tuple[str, list[str]]:
    """Return the separator under which the line names most of the kind's fields, and its cells."""
    found: list[tuple[int, int, str, list[str]]] = []
    for delimiter in DELIMITERS:
        try:
            cells = split(line, delimiter)
        except BrokenLine:
            continue
        while cells and not cells[-1].strip():
            cells.pop()
        found.append((known_columns(kind, cells[:MOST_COLUMNS]), -len(found), delimiter, cells))
    if not found:
        return ",", [line]
    _known, _order, delimiter, cells = max(found)
    return delimiter, cells


def chunks_of(
    skipped: int, first: list[str], blocks: Iterator[list[str]], layout: Layout, delimiter: str
) -> Iterator[Chunk]:
    before = skipped
    yield chunk_of(before, first, layout, delimiter)
    before += len(first)
    for block in blocks:
        yield chunk_of(before, block, layout, delimiter)
        before += len(block)


def chunk_of(before: int, lines: list[str], layout: Layout, delimiter: str) -> Chunk:
    """Return the records in the lines, the first of which has the number after `before`."""
    width = layout.width
    numbers = [number for number, line in enumerate(lines, before + 1) if line.strip(BLANK)]
    texts = lines if len(numbers) == len(lines) else [line for line in lines if line.strip(BLANK)]
    rows: list[list[str]] = [line.split(delimiter) for line in texts]
    odd = [at for at, row in enumerate(rows) if len(row) != width or '"' in texts[at]]
    broken: list[Broken] = []
    if odd or any(len(line) > LONGEST_LINE for line in texts):
        kept = []
        for at, (number, line) in enumerate(zip(numbers, texts, strict=True)):
            try:
                rows[at] = fitting(line, delimiter, width)
            except BrokenLine as problem:
                broken.append(Broken(number, str(problem), line[:LONGEST_LINE]))
            else:
                kept.append(at)
        rows, numbers = [rows[at] for at in kept], [numbers[at] for at in kept]
    if any("'" in line for line in texts):
        rows = [list(map(unguard, row)) for row in rows]
    return finished(numbers, rows, layout, broken)


def finished(
    numbers: list[int], rows: list[list[str]], layout: Layout, broken: Sequence[Broken] = ()
) -> Chunk:
    """Return the rows as a chunk, without those of the template."""
    # It has its own rows right below the header.
    if numbers and numbers[0] <= TEMPLATE_WITHIN:
        kept = [
            at
            for at, row in enumerate(rows)
            if numbers[at] > TEMPLATE_WITHIN or not layout.is_of_template(row)
        ]
        numbers, rows = [numbers[at] for at in kept], [rows[at] for at in kept]
    return Chunk(numbers, layout.columns(rows), broken)


def fitting(line: str, delimiter: str, width: int) -> list[str]:
    """Return the line's cells, as many as the header has. Raises BrokenLine, with the rule it breaks."""
    if len(line) > LONGEST_LINE:
        raise BrokenLine("long_line")
    cells = split(line, delimiter)
    # Spreadsheets add empty cells at the end, or leave them out.
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    if len(cells) > width:
        raise BrokenLine("cells")
    return cells + [""] * (width - len(cells))


def split(line: str, delimiter: str) -> list[str]:
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader((line,), delimiter=delimiter, strict=True))
    except csv.Error:
        raise BrokenLine("quotes") from None
