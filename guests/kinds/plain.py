"""Very many records at once: the rows that are plainly right, read column by column.

A row comes back exactly as `Kind.read` would give it, or it does not come back at all: then `Kind.read` says
what is wrong with it, if anything. Nothing is refused here. How a column is read follows from the
declaration of its field (`columns`), and the rules between fields from the validators that state them
(`between`). A kind with a validator that is not known there has no plain rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import TypeVar

from guests.kinds.base import Content, Kind
from guests.kinds.between import rules_of
from guests.kinds.columns import DOUBT, positions, reader_of, sort_of

Columns = Mapping[str, Sequence[str]]
Spellings = Mapping[str, Mapping[str, str]]
Item = TypeVar("Item")


@dataclass
class Plain:
    """What `count` rows have been read as. `doubted` are those that are not plainly right."""

    kind: Kind
    columns: Columns
    count: int
    doubted: set[int]

    @cached_property
    def others(self) -> list[int]:
        """The positions of the rows that are not plain, in their order."""
        return sorted(self.doubted)

    @cached_property
    def _keep(self) -> bytearray:
        keep = bytearray(b"\1") * self.count
        for row in self.doubted:
            keep[row] = 0
        return keep

    def kept(self, items: Sequence[Item]) -> Sequence[Item]:
        """Return of an item for each row those of the plain ones."""
        return list(compress(items, self._keep)) if self.doubted else items

    def column(self, name: str) -> Sequence[str]:
        """Return a field's stored value in each plain row, "" where there is none."""
        if cells := self.columns.get(name):
            return self.kept(cells)
        return [""] * (self.count - len(self.doubted))

    def content(self, position: int) -> Content:
        """Return what a plain row says."""
        said = ((name, column[position]) for name, column in self.columns.items())
        return {name: value for name, value in said if value}

    @cached_property
    def contents(self) -> list[str]:
        """The plain rows' canonical JSON."""
        return canonical({name: self.column(name) for name in self.columns}, self.kind.reference)


class PlainRows:
    """Reads plain rows of a kind, judged as of the moment it is made: one for each file.

    `spellings` are, by field, what cells may hold in place of a value.
    """

    def __init__(self, kind: Kind, spellings: Spellings | None = None) -> None:
        self.kind = kind
        self.rules = rules_of(kind.model)
        self.required = {name for name, field in kind.fields.items() if field.required}
        sorts = {name: sort_of(info) for name, info in kind.model.model_fields.items()}
        self.is_known = self.rules is not None and None not in sorts.values()
        spelt = spellings or {}
        self.readers = {name: reader_of(sort, spelt.get(name, {})) for name, sort in sorts.items() if sort}

    def read(self, columns: Columns, count: int) -> Plain:
        """Read `count` rows, given as the texts of each of their fields."""
        if not self.is_known or not self.required <= columns.keys():
            return Plain(self.kind, {}, count, set(range(count)))
        stored = {name: self.readers[name](cells) for name, cells in columns.items()}
        doubted: set[int] = set()
        for name, column in stored.items():
            doubted.update(positions(column, DOUBT))
            if name in self.required and not all(column):
                doubted.update(positions(column, ""))
        for rule in self.rules or ():
            doubted.update(rule(stored))
        return Plain(self.kind, stored, count, doubted)


def canonical(stored: Columns, anchor: str) -> list[str]:
    """Return each row's canonical JSON. No value needs escaping; `anchor` is a field that every row has."""
    template, values = "", []
    for name in sorted(stored):
        column = stored[name]
        if not any(column):
            continue
        # A comma on the side of the anchor.
        part = f'"{name}":"%s"'
        part = part if name == anchor else f"{part}," if name < anchor else f",{part}"
        if all(column):
            template += part
            values.append(column)
        else:
            template += "%s"
            values.append([part % value if value else "" for value in column])
    whole = f"{{{template}}}"
    return [whole % row for row in zip(*values, strict=True)]
