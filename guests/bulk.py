"""Taking very many records in: ranges of rows are written on one core while the next are read on the other.

What comes of each row is what `intake.submit` would have made of it, with the same rows and the same codes.
A range is one transaction: its records, the rows it refuses, the numbers, and that it is done. Records go in
by COPY. Where one of their references is known, the unique constraint refuses the copy; the range is looked
at for known references, and so is the next one before its copy. The constraint has the last word, also where
another transaction takes a reference at the same moment.
"""

import gc
import hashlib
import json
import queue
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

import psycopg2.errors
from django.db import connection, transaction

from guests.copying import copy, numbers_in, runs_of
from guests.files.sifting import Range, Refused, Row, Seen, number_of, reference_of
from guests.intake import earlier_contents
from guests.kinds.base import Content
from guests.loads import Load, Loader, contents_of
from guests.models import GuestRecord, NilReturn
from guests.models.file_imports import FileImport, FileRange, WaitingCompanion

# Ranges that may wait between reading and writing.
AHEAD = 1
BATCH = 5_000
# Each try lost is one that another transaction won.
TRIES = 50
SWITCH_INTERVAL = 0.0002  # seconds
PATIENCE = 0.2  # seconds between two looks whether the other side is still there

COPIED = (
    "establishment_id, submission_id, kind, created_at, client_reference, content, full_name, id_number, "
    "occurred_at, departed_at, is_open"
)
COPY_RECORDS = f"COPY guests_guestrecord ({COPIED}) FROM STDIN"
COPY_REFUSED = "COPY guests_refusedrow (file_import_id, row, faults, cells) FROM STDIN"
COPY_WAITING = (
    "COPY guests_waitingcompanion (file_import_id, row, client_reference, main, content, cells) FROM STDIN"
)
# As one text, which is sent more quickly than very many; no reference has a line break.
PROBE = """
    SELECT client_reference, id, kind, content FROM guests_guestrecord
    WHERE establishment_id = %s AND client_reference = ANY(string_to_array(%s, E'\\n'))
"""
# Once for every few thousand rows; to build them anew each time takes longer than to run them.
INSERT_RANGE = (
    "INSERT INTO guests_filerange (file_import_id, number, left_out, taken) VALUES (%s, %s, %s, '[]')"
)
NOTE = """
    UPDATE guests_fileimport SET accepted = accepted + %s, duplicate = duplicate + %s,
        rejected = rejected + %s, rows_done = rows_done + %s, ranges_done = ranges_done + %s,
        claimed_at = statement_timestamp()
    WHERE id = %s AND attempts = %s AND status = 'running'
"""
# Those found by themselves are marked; of the others, each needs one that is not lost.
FIND_KNOWN = """
    UPDATE guests_waitingcompanion AS waiting SET is_found = true
    WHERE file_import_id = %s AND is_found IS NULL AND EXISTS (
        SELECT 1 FROM guests_guestrecord AS record
        WHERE record.establishment_id = %s AND record.kind = %s
          AND record.client_reference = waiting.main
    )
"""
LOSE = """
    UPDATE guests_waitingcompanion AS waiting SET is_found = false
    WHERE file_import_id = %s AND is_found IS NULL AND NOT EXISTS (
        SELECT 1 FROM guests_waitingcompanion AS main
        WHERE main.file_import_id = waiting.file_import_id AND main.client_reference = waiting.main
          AND main.is_found IS DISTINCT FROM false
    )
"""


@contextmanager
def pace(*, stores: bool) -> Iterator[None]:
    """Run Python as it suits two threads with very many rows, for the block.

    The rows are lists in lists without a cycle, in which the collector would look for some again and again.
    And where rows are stored, the writing thread, which mostly waits for the database, gets its turn at once
    when that has answered; in a check it has time, and asking for turns takes some.
    """
    interval, collects = sys.getswitchinterval(), gc.isenabled()
    if stores:
        sys.setswitchinterval(SWITCH_INTERVAL)
    gc.disable()
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        if collects:
            gc.enable()


class ClaimLost(Exception):
    """Another worker has taken the import: what this one has read is of no use."""


class NotAllRight(Exception):
    """A file that is taken whole or not at all has a row that cannot be taken."""


class Counts(NamedTuple):
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0


class Waited:
    """Companions that have waited, as a range of rows."""

    def __init__(self, cells: dict[int, dict[str, str]]) -> None:
        self.cells = cells.__getitem__

    def content(self, row: Row) -> Content:
        said: Content = json.loads(row[3])
        return said


class Writer:
    """Writes the ranges of one import, in a thread and on a connection of its own.

    `stores` is false for a look without taking anything; `whole` holds everything in one transaction until
    `finish`. A context manager: leaving it by an exception undoes what has not been committed.
    """

    def __init__(self, file_import: FileImport, seen: Seen, *, stores: bool, whole: bool = False) -> None:
        self.file = file_import
        self.kind = file_import.declaration
        self.stores, self.whole = stores, whole
        self.digest = hashlib.sha256()
        # A companion that waited has come in: the digest has to be made again, in the file's order.
        self.is_out_of_order = False
        self.totals = Counts()
        self.loader = Loader(file_import, seen, stores=stores)
        self._loads: queue.Queue[Load | Range | None] = queue.Queue(AHEAD)
        self._error: BaseException | None = None
        self._is_given_up = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"file import {file_import.pk}")
        self._left_out = dict(file_import.ranges.values_list("number", "left_out"))
        # Whether the last range had references that are known: where none are, no look for them is needed.
        self._is_known_here = not stores

    def __enter__(self) -> "Writer":
        self._thread.start()
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if error:
            self._is_given_up.set()
        self._thread.join()

    def put(self, sifted: Range) -> None:
        """Have a range written. Waits while too many are; raises what went wrong with an earlier one."""
        is_done = sifted.number < self.file.ranges_done
        self._put(sifted if is_done else self.loader.load(sifted))

    def finish(self) -> None:
        """Have the companions that waited decided on, and wait until everything is written."""
        self._put(None)
        self._thread.join()
        if self._error:
            raise self._error

    def _put(self, load: Load | Range | None) -> None:
        while not self._error:
            try:
                self._loads.put(load, timeout=PATIENCE)
            except queue.Full:
                continue
            return
        raise self._error

    def _run(self) -> None:
        try:
            with connection.cursor() as cursor:
                # What a crash of the server takes is read again; the end of the import, written on the
                # reader's connection, waits for the disk, and so for all of this.
                cursor.execute("SET synchronous_commit TO off")
            with transaction.atomic() if self.whole else nullcontext():
                for load in self._taken():
                    self._write(load)
                if not self._is_given_up.is_set():
                    self._decide()
                    if self.whole:
                        self._note_all()
                elif self.whole:
                    transaction.set_rollback(True)
        except BaseException as error:  # noqa: BLE001 - raised again where the ranges come from
            self._error = error
        finally:
            connection.close()

    def _taken(self) -> Iterator[Load | Range]:
        while not self._is_given_up.is_set():
            try:
                load = self._loads.get(timeout=PATIENCE)
            except queue.Empty:
                continue
            if load is None:
                return
            yield load

    # One range --------------------------------------------------------------------------------------------

    def _write(self, load: Load | Range) -> None:
        """Write a range; of one that is done already only the digest is fed."""
        if isinstance(load, Range):
            if not self.stores:
                return
            out = set(numbers_in(self._left_out.get(load.number, [])))
            self.digest.update(contents_of(row for row in load.rows if number_of(row) not in out))
            return
        sifted = load.range
        with transaction.atomic():
            taken, refused, counts = self.take(load.rows, sifted, lines=load.records)
            copy(COPY_REFUSED, load.refused + self.loader.refused_lines(refused))
            copy(COPY_WAITING, load.companions)
            left_out = left_out_of(sifted.rows, taken) if self.stores else []
            with connection.cursor() as cursor:
                cursor.execute(INSERT_RANGE, [self.file.pk, sifted.number, json.dumps(left_out)])
            rejected = counts.rejected + len(sifted.refused)
            self.note(counts._replace(rejected=rejected), sifted.count, is_range=True)
        if self.stores:
            self.digest.update(load.contents if taken is load.rows else contents_of(taken))

    def note(self, counts: Counts, rows: int, *, is_range: bool) -> None:
        """Write down what came of so many rows. Raises ClaimLost, NotAllRight."""
        if self.whole and counts.rejected:
            raise NotAllRight
        self.totals = Counts(*map(sum, zip(self.totals, counts, strict=True)))
        if self.whole:
            return
        with connection.cursor() as cursor:
            cursor.execute(NOTE, [*counts, rows, int(is_range), self.file.pk, self.file.attempts])
            if not cursor.rowcount:
                raise ClaimLost

    def _note_all(self) -> None:
        """Write down what came of a file taken whole, in the transaction that takes it."""
        rows = sum(self.totals)
        ranges = self.file.ranges.filter(number__lt=LATE).count()
        updated = self.file.mine().update(**self.totals._asdict(), rows_done=rows, ranges_done=ranges)
        if not updated:
            raise ClaimLost

    def take(
        self, rows: Sequence[Row], source: "Range | Waited", *, lines: bytes = b""
    ) -> tuple[Sequence[Row], list[Refused], Counts]:
        """Insert the records, and return those that are new, those in conflict, and how many there were.

        `source` is where they stand; `lines` are those of a copy of all the rows, if they are made already.
        """
        for tries_left in reversed(range(TRIES)):
            if self._is_known_here:
                new, known, refused = self.probe(rows, source)
                self._is_known_here = not self.stores or bool(known or refused)
            else:
                new, known, refused = rows, 0, []
            if not self.stores or not new:
                break
            try:
                with transaction.atomic():
                    copy(COPY_RECORDS, lines if lines and new is rows else self.loader.record_lines(new))
                    days = {date.fromisoformat(day) for day in {row[6][:10] for row in new}}
                    NilReturn.objects.void(self.file.establishment, self.kind.code, days)
                break
            except psycopg2.errors.UniqueViolation:
                self._is_known_here = True
                if not tries_left:
                    raise
        return new, refused, Counts(len(new), known, len(refused))

    def probe(
        self, rows: Sequence[Row], source: "Range | Waited"
    ) -> tuple[Sequence[Row], int, list[Refused]]:
        """Tell the new records from those that are known, and from other records under the same reference."""
        with connection.cursor() as cursor:
            cursor.execute(PROBE, [self.file.establishment_id, "\n".join(map(reference_of, rows))])
            found = {reference: stored for reference, *stored in cursor.fetchall()}
        if not found:
            return rows, 0, []
        changed = GuestRecord.objects.filter(pk__in=[key for key, *_rest in found.values()], version__gt=1)
        earlier = earlier_contents(changed)
        new, known, refused = [], 0, []
        for row in rows:
            stored = found.get(reference_of(row))
            if stored is None:
                new.append(row)
                continue
            key, kind, content = stored
            if kind == self.kind.code and source.content(row) in [json.loads(content), *earlier[key]]:
                known += 1
            else:
                number = number_of(row)
                fault = [self.kind.reference, "conflict", "", {}]
                refused.append(Refused(number, [fault], source.cells(number)))
        return new, known, refused

    # Companions -------------------------------------------------------------------------------------------

    def _decide(self) -> None:
        """Take in the companions whose main guest has come after them, and refuse the others."""
        self.find_mains()
        while batch := list(self.file.waiting.order_by("row")[:BATCH]):
            found = [self.loader.row_of(companion) for companion in batch if companion.is_found]
            source = Waited({companion.row: companion.cells for companion in batch})
            with transaction.atomic():
                taken, refused, counts = self.take(found, source)
                fault = [self.kind.companion, "unknown_companion", "", {}]
                lost = [Refused(one.row, [fault], one.cells) for one in batch if not one.is_found]
                copy(COPY_REFUSED, self.loader.refused_lines([*refused, *lost]))
                if taken:
                    self.is_out_of_order = True
                    late = runs_of(map(number_of, taken))
                    FileRange.objects.create(file_import=self.file, number=LATE + batch[0].row, taken=late)
                self.file.waiting.filter(pk__in=[companion.pk for companion in batch]).delete()
                self.note(counts._replace(rejected=counts.rejected + len(lost)), 0, is_range=False)

    @transaction.atomic
    def find_mains(self) -> None:
        """Mark of each waiting companion whether the main guest has come. A lost one brings on the next."""
        undecided = self.file.waiting.filter(is_found__isnull=True)
        mains = undecided.order_by("row").values_list("pk", "main").iterator(BATCH)
        while part := list(islice(mains, BATCH)):
            came = [key for key, main in part if self.loader.has_come(main)]
            WaitingCompanion.objects.filter(pk__in=came).update(is_found=True)
        with connection.cursor() as cursor:
            cursor.execute(FIND_KNOWN, [self.file.pk, self.file.establishment_id, self.kind.code])
            cursor.execute(LOSE, [self.file.pk])
            while cursor.rowcount:
                cursor.execute(LOSE, [self.file.pk])
        undecided.update(is_found=True)


def left_out_of(rows: Sequence[Row], taken: Sequence[Row]) -> list[list[int]]:
    """Return the runs of the rows' numbers that are not among those taken."""
    if len(taken) == len(rows):
        return []
    numbers = set(map(number_of, taken))
    return runs_of(number for number in map(number_of, rows) if number not in numbers)


# Ranges of companions that came late are numbered from here.
LATE = 1_000_000_000
