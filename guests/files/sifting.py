"""From chunks of cells to ranges of records: what each row says by itself, and doubles within the file."""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
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
# With how many places for references to begin, of twelve bytes each: what a file seems to hold may not come.
LEAST_BITS, MOST_BITS = 14, 21
HASH_BITS = sys.hash_info.width
Table = tuple["array[int]", "array[int]", int]


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

    def drop(self, number: int) -> None:
        """Take a row out of those that are right."""
        del self.rows[bisect_left(self.rows, number, key=number_of)]

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
        doubles = self.seen.add_all(map(reference_of, rows), map(number_of, rows))
        for number, first in doubles.items():
            fault = [self.kind.reference, "duplicate_in_file", "", {"row": first}]
            sifted.refused.append(Refused(number, [fault], sifted.cells(number)))
            sifted.drop(number)


class Seen:
    """Which references a file has had, and in which row first, in a tenth of a dictionary's memory.

    It keeps 64 bits of each, mixed with a secret of the process: of ten million files with two million
    references, one would have two that it takes for the same. For as many as are `expected` it need not grow.
    """

    def __init__(self, expected: int = 0) -> None:
        self.count = 0
        bits = LEAST_BITS
        while bits < MOST_BITS and 1 << bits < 2 * expected:
            bits += 1
        # Replaced whole, because another thread reads it.
        self.table = self.empty(bits)

    @staticmethod
    def empty(bits: int) -> Table:
        return array("q", [0]) * (1 << bits), array("I", [0]) * (1 << bits), HASH_BITS - bits

    def add_all(self, references: Iterable[str], rows: Iterable[int]) -> dict[int, int]:
        """Add the references of rows; return of those that were there the row, and the row of the first."""
        found = list(map(hash, references))
        while 2 * (self.count + len(found)) > len(self.table[0]):
            self.grow()
        marks, firsts, shift = self.table
        doubles: dict[int, int] = {}
        for mark, row in zip(found, rows, strict=True):
            # Half of the places are below nought: they are counted from the end.
            place = mark >> shift
            if marks[place]:
                place = place_of(mark, place, marks)
                if marks[place]:
                    doubles[row] = firsts[place]
                    continue
            firsts[place] = row
            marks[place] = mark or 1
        self.count += len(found) - len(doubles)
        return doubles

    def first(self, reference: str) -> int:
        """Return the row in which a reference was first; 0 for none."""
        marks, firsts, shift = self.table
        mark = hash(reference) or 1
        place = mark >> shift
        while there := marks[place]:
            if there == mark:
                return firsts[place]
            place = (place + 1) % len(marks)
        return 0

    def grow(self) -> None:
        old_marks, old_firsts, shift = self.table
        marks, firsts, shift = new = self.empty(HASH_BITS - shift + 1)
        for mark, first in zip(old_marks, old_firsts, strict=True):
            if mark:
                place = place_of(mark, mark >> shift, marks)
                firsts[place] = first
                marks[place] = mark
        self.table = new


def place_of(mark: int, place: int, marks: "array[int]") -> int:
    """Return where a mark is from a place on, or where it should be: an empty place."""
    while (there := marks[place]) and there != mark:
        place = (place + 1) % len(marks)
    return place
