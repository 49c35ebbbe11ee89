"""From chunks of cells to ranges of records: what each row says by itself, and doubles within the file."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from guests.files.chunks import Chunk
from guests.files.layout import coded
from guests.kinds import Kind
from guests.kinds.base import Content, canonical_json
from guests.kinds.errors import FieldError, RecordRefused, error
from guests.kinds.plain import PlainRows


class Row(NamedTuple):
    """A record that is right by itself: its row's number, its canonical JSON, and what it is found by."""

    number: int
    reference: str
    content: str
    person: str
    identity: str
    time: str
    companion_of: str
    end: str


class Refused(NamedTuple):
    """A row that is not taken: why, as `RefusedRow` keeps it, and its cells as typed."""

    number: int
    faults: list[list[Any]]
    cells: dict[str, str]


@dataclass
class Range:
    """A range of a file's rows, looked at. `cells` gives those of a row that is refused later."""

    number: int
    count: int
    last: int
    rows: Sequence[Row]
    refused: list[Refused]
    chunk: Chunk = field(repr=False)

    def cells(self, number: int) -> dict[str, str]:
        return self.chunk.cells(self.chunk.rows.index(number))


class Sifter:
    """Looks at a file's rows in their order, judged as of the moment that `fields.as_of` says."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.plain = PlainRows(kind)
        self.seen = Seen()

    def sift(self, number: int, chunk: Chunk) -> Range:
        """Return what the rows of a chunk say."""
        columns = coded(self.kind, chunk.columns)
        found = self.plain.read(columns, len(chunk.rows))
        numbers = chunk.rows if not found.others else [chunk.rows[position] for position in found.positions]
        rows = list(zip(numbers, *found[1:-1], strict=True))
        refused = [
            Refused(line.row, [["", "invalid", line.rule, {}]], {"": line.found}) for line in chunk.broken
        ]
        for position in found.others:
            raw = {name: cells[position] for name, cells in columns.items()}
            try:
                rows.append(row_of(self.kind, chunk.rows[position], self.kind.read(raw)))
            except RecordRefused as refusal:
                faults = [fault_of(error) for error in refusal.errors]
                refused.append(Refused(chunk.rows[position], faults, chunk.cells(position)))
        if found.others:
            rows.sort()
        count = len(chunk.rows) + len(chunk.broken)
        last = max([*chunk.rows[-1:], *(line.row for line in chunk.broken)], default=0)
        sifted = Range(number, count, last, rows, refused, chunk)  # type: ignore[arg-type]
        self.refuse_doubles(sifted)
        return sifted

    def refuse_doubles(self, sifted: Range) -> None:
        doubles = self.seen.add_all([row[1] for row in sifted.rows], [row[0] for row in sifted.rows])
        if not doubles:
            return
        for at, first in doubles.items():
            number = sifted.rows[at][0]
            fault = error(self.kind.reference, "duplicate_in_file", row=first)
            sifted.refused.append(Refused(number, [fault_of(fault)], sifted.cells(number)))
        sifted.rows = [row for at, row in enumerate(sifted.rows) if at not in doubles]


def row_of(kind: Kind, number: int, content: Content) -> tuple[Any, ...]:
    """Return a record as a plain tuple in the order of `Row`."""
    return (
        number,
        content[kind.reference],
        canonical_json(content).decode(),
        content[kind.person],
        content[kind.identity],
        content[kind.time],
        content.get(kind.companion, ""),
        content.get(kind.leaves, ""),
    )


def fault_of(error: FieldError) -> list[Any]:
    return [error.field, error.code, error.rule, error.values]


class Seen:
    """Which references a file has had, and in which row first, in a tenth of a dictionary's memory.

    It keeps 64 bits of each, mixed with a secret of the process: of ten million files with two million
    references, one would have two that it takes for the same.
    """

    def __init__(self) -> None:
        self.count = 0
        # Replaced whole, because another thread reads it.
        self.table = self.empty(1 << 14)

    @staticmethod
    def empty(size: int) -> tuple["array[int]", "array[int]", int]:
        return array("Q", bytes(8 * size)), array("I", bytes(4 * size)), size - 1

    def add_all(self, references: Sequence[str], rows: Sequence[int]) -> dict[int, int]:
        """Add the references; return the positions of those that were there, with the rows of the first."""
        while 2 * (self.count + len(references)) > self.table[2]:
            self.grow()
        marks, firsts, mask = self.table
        doubles: dict[int, int] = {}
        for at, reference in enumerate(references):
            mark = hash(reference) & MARK or 1
            place = mark & mask
            while there := marks[place]:
                if there == mark:
                    doubles[at] = firsts[place]
                    break
                place = (place + 1) & mask
            else:
                firsts[place] = rows[at]
                marks[place] = mark
        self.count += len(references) - len(doubles)
        return doubles

    def first(self, reference: str) -> int:
        """Return the row in which a reference was first; 0 for none."""
        marks, firsts, mask = self.table
        mark = hash(reference) & MARK or 1
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


MARK = (1 << 64) - 1
