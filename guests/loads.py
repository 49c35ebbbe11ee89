"""Ranges of a file's rows, made ready to be written while the ones before them are.

The database is what everything waits for: whatever can be known of a range without it is made here, in the
thread that reads, so that the one that writes has only to send it.
"""

import json
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from guests.copying import NULL, as_json, escaped, lines_of
from guests.files.sifting import Range, Refused, Row, Seen, main_of, number_of, reference_of
from guests.kinds import Kind
from guests.kinds.base import canonical_json
from guests.models.file_imports import FileImport, WaitingCompanion

# No reference has a line break, and one text is sent more quickly than very many.
KNOWN = """
    SELECT client_reference FROM guests_guestrecord
    WHERE establishment_id = %s AND kind = %s AND client_reference = ANY(string_to_array(%s, E'\\n'))
"""


@dataclass
class Load:
    """A range, ready: the records to insert, the companions that wait, and the lines that copy each.

    `records` are the lines of `rows`, in the order of their references. `contents` is what the digest is fed
    once all of them are taken.
    """

    range: Range
    rows: Sequence[Row]
    waiting: Sequence[Row]
    records: bytes
    refused: bytes
    companions: bytes
    contents: bytes


class Loader:
    """Makes the loads of one import, in the order of its ranges; `seen` is what its sifter has seen.

    Where nothing is to be stored, `stores` is false, and a load has no lines of records.
    """

    def __init__(self, file_import: FileImport, seen: Seen, *, stores: bool) -> None:
        self.file = file_import
        self.stores = stores
        self.kind: Kind = file_import.declaration
        self.seen = seen
        self.waiting = Seen()
        earlier = file_import.waiting.order_by("row").values_list("client_reference", "row")
        for reference, row in earlier.iterator():
            self.waiting.add_all([reference], [row])

    def load(self, sifted: Range) -> Load:
        rows, waiting = self.without_waiting(sifted)
        self.waiting.add_all([reference_of(row) for row in waiting], [number_of(row) for row in waiting])
        return Load(
            sifted,
            rows,
            waiting,
            self.record_lines(rows) if self.stores else b"",
            self.refused_lines(sifted.refused),
            lines_of(self.waiting_line(row, sifted) for row in waiting),
            contents_of(rows) if self.stores else b"",
        )

    def has_come(self, main: str) -> bool:
        """Whether the file has a main guest of that reference who waits for nobody."""
        return bool(self.seen.first(main)) and not self.waiting.first(main)

    def without_waiting(self, sifted: Range) -> tuple[Sequence[Row], Sequence[Row]]:
        """Return the rows whose main guest, if they name one, is known or has come; and those that wait."""
        companions = list(filter(main_of, sifted.rows))
        if not companions:
            return sifted.rows, ()
        known = self.known({main for main in map(main_of, companions) if not self.seen.first(main)})
        pending = {reference_of(row): row for row in companions}
        is_moving = True
        while is_moving:
            settled = [
                reference
                for reference, row in pending.items()
                if row[2] in known or (row[2] not in pending and self.has_come(row[2]))
            ]
            is_moving = bool(settled)
            for reference in settled:
                del pending[reference]
        if not pending:
            return sifted.rows, ()
        rows, waiting = list(sifted.rows), list(pending.values())
        for row in waiting:
            del rows[bisect_left(rows, number_of(row), key=number_of)]
        return rows, waiting

    def known(self, mains: set[str]) -> set[str]:
        """Return which of the references earlier records of the establishment and kind have."""
        if not mains:
            return set()
        with connection.cursor() as cursor:
            cursor.execute(KNOWN, [self.file.establishment_id, self.kind.code, "\n".join(mains)])
            return {reference for (reference,) in cursor.fetchall()}

    # Lines of a copy --------------------------------------------------------------------------------------

    def record_lines(self, rows: Iterable[Row]) -> bytes:
        file, kind = self.file, self.kind
        own = [str(file.establishment_id), str(file.submission_id), kind.code, timezone.now().isoformat()]
        head, ends = "\t".join([*own, ""]), bool(kind.leaves)
        lines = []
        # In one order, so that two that insert the same references do not wait for each other.
        for _number, reference, _main, content, person, identity, time, end in sorted(rows, key=reference_of):
            # Whatever has a backslash has one in its content.
            if "\\" in content:
                reference, content, person, identity = map(escaped, (reference, content, person, identity))
            is_open = "f" if end or not ends else "t"
            lines.append(
                f"{head}{reference}\t{content}\t{person}\t{identity}\t{time}\t{end or NULL}\t{is_open}\n"
            )
        return lines_of(lines)

    def refused_lines(self, refused: Iterable[Refused]) -> bytes:
        return lines_of(
            f"{self.file.pk}\t{row.number}\t{as_json(row.faults)}\t{as_json(row.cells)}\n" for row in refused
        )

    def waiting_line(self, row: Row, sifted: Range) -> str:
        cells = as_json(sifted.cells(number_of(row)))
        reference, main, content = map(
            escaped, (row[1], row[2], canonical_json(sifted.content(row)).decode())
        )
        return f"{self.file.pk}\t{row[0]}\t{reference}\t{main}\t{content}\t{cells}\n"

    def row_of(self, companion: WaitingCompanion) -> Row:
        """Return a companion that has waited as the row it was."""
        said: dict[str, Any] = json.loads(companion.content)
        return Row(
            companion.row,
            companion.client_reference,
            companion.main,
            companion.content,
            said[self.kind.person],
            said[self.kind.identity],
            said[self.kind.time],
            said.get(self.kind.leaves, ""),
        )


def contents_of(rows: Iterable[Row]) -> bytes:
    """Return the canonical content that a digest is made over, each record on a line of its own."""
    return lines_of(f"{row[3]}\n" for row in rows)
