"""A file as its readers give it: chunk by chunk, each a few thousand rows, always cut at the same places."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from guests.files.layout import Layout


class Broken(NamedTuple):
    """A row whose cells cannot be told apart. `rule` names the sentence."""

    row: int
    rule: str
    found: str


@dataclass(frozen=True)
class Chunk:
    """Rows of a file: their numbers as people count them, from the header on, and the fields' cells."""

    rows: Sequence[int] = ()
    columns: dict[str, Sequence[str]] = field(default_factory=dict)
    broken: Sequence[Broken] = ()

    def position(self, number: int) -> int:
        """Return where a row stands in the chunk."""
        return bisect_left(self.rows, number)

    def cells(self, position: int) -> dict[str, str]:
        """Return what stands in a row, by field, as it was typed."""
        return {name: cells[position] for name, cells in self.columns.items() if cells[position]}


@dataclass(frozen=True)
class Table:
    """A file whose header has been read."""

    layout: Layout
    chunks: Iterator[Chunk]
