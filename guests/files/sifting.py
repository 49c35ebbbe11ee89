"""From chunks of cells to ranges of records: what each row says by itself, and doubles within the file."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple

from pydantic import ValidationError

from guests.files.chunks import Chunk
from guests.files.layout import coded, spellings
from guests.kinds import Kind
from guests.kinds.base import Content, canonical_json
from guests.kinds.errors import faults_in
from guests.kinds.plain import Plain, PlainRows

number_of, reference_of, main_of = itemgetter(0), itemgetter(1), itemgetter(2)
# Places for references, of twelve bytes each, with which to begin: what a file seems to hold may not come.
LEAST, MOST_EXPECTED = 1 << 14, 1 << 21


class Row(NamedTuple):
    """A record that is right by itself: its row's number, its canonical JSON, and what it is found by.

    Where nothing is to be stored, a row is the first three alone: `Range.content` has the others.
    """

    number: int
    reference: str
    companion_of: str
    content: str
    person: str
    identity: str
    time: str
    end: str


class Refused(NamedTuple):
    """A row that is not taken: why, as `RefusedRow` keeps it, and its cells as typed."""

    number: int
    faults: Sequence[Sequence[Any]]
    cells: Mapping[str, str]


@dataclass
class Range:
    """A range of a file's rows, looked at. `cells` gives those of a row that is refused later."""

    number: int
    count: int
    last: int
    rows: list[Row]
    refused: list[Refused]
    chunk: Chunk = field(repr=False)
    plain: Plain = field(repr=False)
    # What was read one by one, by the row's number.
    others: dict[int, Content] = field(repr=False)

    def cells(self, number: int) -> dict[str, str]:
        return self.chunk.cells(self.chunk.position(number))

    def content(self, row: Row) -> Content:
        """Return what a row says, also where it is not among its items."""
        number = number_of(row)
        return self.others.get(number) or self.plain.content(self.chunk.position(number))


class Sifter:
    """Looks at a file's rows in their order, judged as of the moment that `fields.as_of` says.

    `stores` is false where the rows are only looked at; `expected` is how many there may be.
    """

    def __init__(self, kind: Kind, *, stores: bool = True, expected: int = 0) -> None:
        self.kind = kind
        self.stores = stores
        self.plain = PlainRows(kind, spellings(kind.code))
        self.seen = Seen(expected)

    def sift(self, number: int, chunk: Chunk) -> Range:
        """Return what the rows of a chunk say."""
        plain = self.plain.read(chunk.columns, len(chunk.rows))
        rows: list[Any] = list(zip(plain.kept(chunk.rows), *self.told(plain), strict=True))
        refused = [
            Refused(line.row, [["", "invalid", line.rule, {}]], {"": line.found}) for line in chunk.broken
        ]
        others: dict[int, Content] = {}
        for position in plain.others:
            cells = chunk.cells(position)
            try:
                others[chunk.rows[position]] = self.kind.validated(coded(self.kind, cells))
            except ValidationError as refusal:
                refused.append(Refused(chunk.rows[position], list(faults_in(refusal)), cells))
        if others:
            rows += [self.row_of(number, content) for number, content in others.items()]
            rows.sort(key=number_of)
        count = len(chunk.rows) + len(chunk.broken)
        last = max([*chunk.rows[-1:], *(line.row for line in chunk.broken)], default=0)
        sifted = Range(number, count, last, rows, refused, chunk, plain, others)
        self.refuse_doubles(sifted)
        return sifted

    def told(self, plain: Plain) -> list[Sequence[str]]:
        """Return the columns of `Row` after the first."""
        kind = self.kind
        brief = [plain.column(kind.reference), plain.column(kind.companion)]
        if not self.stores:
            return brief
        names = (kind.person, kind.identity, kind.time, kind.leaves)
        return [*brief, plain.contents, *map(plain.column, names)]

    def row_of(self, number: int, content: Content) -> tuple[Any, ...]:
        """Return a record as a plain tuple in the order of `Row`."""
        kind = self.kind
        brief = (number, content[kind.reference], content.get(kind.companion, ""))
        if not self.stores:
            return brief
        names = (kind.person, kind.identity, kind.time, kind.leaves)
        return (*brief, canonical_json(content).decode(), *(content.get(name, "") for name in names))

    def refuse_doubles(self, sifted: Range) -> None:
        rows = sifted.rows
        doubles = self.seen.add_all(list(map(reference_of, rows)), list(map(number_of, rows)))
        if not doubles:
            return
        for at, first in doubles.items():
            number = number_of(rows[at])
            fault = [self.kind.reference, "duplicate_in_file", "", {"row": first}]
            sifted.refused.append(Refused(number, [fault], sifted.cells(number)))
        for at in reversed(doubles):
            del rows[at]


class Seen:
    """Which references a file has had, and in which row first, in a tenth of a dictionary's memory.

    It keeps 64 bits of each, mixed with a secret of the process: of ten million files with two million
    references, one would have two that it takes for the same. For as many as are `expected` it need not grow.
    """

    def __init__(self, expected: int = 0) -> None:
        self.count = 0
        size = LEAST
        while size < min(2 * expected, MOST_EXPECTED):
            size *= 2
        # Replaced whole, because another thread reads it.
        self.table = self.empty(size)

    @staticmethod
    def empty(size: int) -> tuple["array[int]", "array[int]", int]:
        return array("q", [0]) * size, array("I", [0]) * size, size - 1

    def add_all(self, references: Sequence[str], rows: Sequence[int]) -> dict[int, int]:
        """Add the references; return the positions of those that were there, with the rows of the first."""
        while 2 * (self.count + len(references)) > self.table[2]:
            self.grow()
        marks, firsts, mask = self.table
        doubles: dict[int, int] = {}
        for at, mark in enumerate(map(hash, references)):
            place = mark & mask
            while there := marks[place]:
                if there == mark:
                    doubles[at] = firsts[place]
                    break
                place = (place + 1) & mask
            else:
                firsts[place] = rows[at]
                marks[place] = mark or 1
        self.count += len(references) - len(doubles)
        return doubles

    def first(self, reference: str) -> int:
        """Return the row in which a reference was first; 0 for none."""
        marks, firsts, mask = self.table
        mark = hash(reference) or 1
        place = mark & mask
        while there := marks[place]:
            if there == mark:
                return firsts[place]
            place = (place + 1) & mask
        return 0

    def grow(self) -> None:
        old_marks, old_firsts, mask = self.table
        marks, firsts, mask = new = self.empty(2 * (mask + 1))
        for mark, first in zip(old_marks, old_firsts, strict=True):
            if mark:
                place = mark & mask
                while marks[place]:
                    place = (place + 1) & mask
                firsts[place] = first
                marks[place] = mark
        self.table = new
