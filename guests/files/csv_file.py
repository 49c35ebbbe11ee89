"""CSV: from the bytes of a file to chunks of cells. Nothing here holds more than a piece of the file.

A record has one line: a quotation mark that is never closed spoils its own line and not the rest of the file.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress, repeat

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


def blocks_of(pieces: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Yield the lines of each piece, each with a line break behind it. One that is too long is cut."""
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder(encoding)(errors="replace"), translate=True
    )
    rest = ""
    for piece in pieces:
        lines, end, rest = (rest + decoder.decode(piece)).rpartition("\n")
        rest = rest[: LONGEST_LINE + 1]
        yield lines + end
    last = rest + decoder.decode(b"", final=True)
    yield last if not last or last.endswith("\n") else f"{last}\n"


def header_of(blocks: Iterator[str], kind: Kind) -> tuple[int, str, Layout, str]:
    """Take lines up to the header; return how many they were, what is left of their block, and what it says.

    Raises FileRefused.
    """
    before, is_empty = 0, True
    for block in blocks:
        lines = block.split("\n")[:-1]
        for position, line in enumerate(lines):
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
                    rest = "".join(f"{line}\n" for line in lines[position + 1 :])
                    return before + position + 1, rest, layout_of(kind, cells), delimiter
        before += len(lines)
        if before >= HEADER_WITHIN:
            break
    if is_empty:
        raise FileRefused("empty")
    return 0, "", layout_of(kind, []), ","


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
    skipped: int, first: str, blocks: Iterator[str], layout: Layout, delimiter: str
) -> Iterator[Chunk]:
    before = skipped
    for block in chain([first], blocks):
        count = block.count("\n")
        yield chunk_of(range(before + 1, before + 1 + count), block, layout, delimiter)
        before += count


def chunk_of(numbers: range, block: str, layout: Layout, delimiter: str) -> Chunk:
    """Return the records in a block, the lines of which have these numbers."""
    broken: list[Broken] = []
    columns = columns_of(block, len(numbers), layout.width, delimiter)
    rows: Sequence[int] = numbers
    if columns is None:
        rows, columns, broken = one_by_one(numbers, block.split("\n")[:-1], layout.width, delimiter)
    if may_be_guarded(block, delimiter):
        columns = [list(map(unguard, cells)) for cells in columns]
    return finished(rows, columns, layout, broken)


def may_be_guarded(block: str, delimiter: str) -> bool:
    """Whether a cell may begin with an apostrophe."""
    if "'" not in block:
        return False
    return block.startswith("'") or any(f"{before}'" in block for before in (delimiter, "\n", '"'))


def columns_of(block: str, count: int, width: int, delimiter: str) -> list[Sequence[str]] | None:
    """Return the cells of lines that are plain: all as wide as the header, none too long; None otherwise.

    All lines are cut at once. A line's end becomes a cell of its own, which stands where it should in every
    line only if every line has as many cells.
    """
    if has_long_line(block):
        return None
    step = width + 1
    if '"' in block:
        return quoted_columns(block, count, width, delimiter)
    cells = block.replace("\n", f"{delimiter}\n{delimiter}").split(delimiter)
    if len(cells) != count * step + 1 or cells[width::step].count("\n") != count:
        return None
    return [cells[column:-1:step] for column in range(width)]


def quoted_columns(block: str, count: int, width: int, delimiter: str) -> list[Sequence[str]] | None:
    """Do as `columns_of` where there are quotation marks: no record may go on in the next line."""
    try:
        rows = list(csv.reader(block.split("\n")[:-1], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    if len(rows) != count or set(map(len, rows)) != {width}:
        return None
    return list(zip(*rows, strict=True))


def has_long_line(block: str) -> bool:
    """Whether a line is too long. Of each stretch only the last line break is looked for."""
    start = 0
    while len(block) - start > LONGEST_LINE:
        end = block.rfind("\n", start, start + LONGEST_LINE + 1)
        if end < 0:
            return True
        start = end + 1
    return False


def one_by_one(
    numbers: range, lines: list[str], width: int, delimiter: str
) -> tuple[list[int], list[Sequence[str]], list[Broken]]:
    """Return the numbers of the lines that are records, the cells of each column, and the broken lines."""
    kept, rows, broken = [], [], []
    for number, line in zip(numbers, lines, strict=True):
        if not line.strip(BLANK):
            continue
        try:
            rows.append(fitting(line, delimiter, width))
        except BrokenLine as problem:
            broken.append(Broken(number, str(problem), line[:LONGEST_LINE]))
        else:
            kept.append(number)
    return kept, list(zip(*rows, strict=True)) or [()] * width, broken


def finished(
    numbers: Sequence[int],
    columns: Sequence[Sequence[str]],
    layout: Layout,
    broken: Sequence[Broken] = (),
    *,
    blank: str | None = BLANK,
) -> Chunk:
    """Return rows as a chunk, without those of the template and those that are blank.

    `columns` are the cells of each of the file's columns; `blank` is what blank ones are made of, None for
    white space.
    """
    named = layout.named(columns)
    out = set(blank_rows(columns, named[layout.kind.reference], blank))
    # The template has its own rows right below the header.
    for at, number in enumerate(numbers[:TEMPLATE_WITHIN]):
        if number <= TEMPLATE_WITHIN and layout.is_of_template([cells[at] for cells in columns]):
            out.add(at)
    if out:
        kept = [at not in out for at in range(len(numbers))]
        numbers = list(compress(numbers, kept))
        named = {name: list(compress(cells, kept)) for name, cells in named.items()}
    return Chunk(numbers, named, broken)


def blank_rows(
    columns: Sequence[Sequence[str]], references: Sequence[str], blank: str | None
) -> Iterable[int]:
    """Return the rows that have nothing in any cell. Without a reference is each of them."""
    if all(map(str.strip, references, repeat(blank))):
        return ()
    without = [at for at, reference in enumerate(references) if not reference.strip(blank)]
    return [at for at in without if not any(cells[at].strip(blank) for cells in columns)]


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
