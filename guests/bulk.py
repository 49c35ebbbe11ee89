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
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple

import psycopg2.errors
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from guests.copying import NULL, as_json, copy, escaped, numbers_in, runs_of
from guests.files.sifting import Range, Refused, Row, Seen
from guests.intake import earlier_contents
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
PROBE = """
    SELECT client_reference, id, kind, content FROM guests_guestrecord
    WHERE establishment_id = %s AND client_reference = ANY(%s)
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

number_of, reference_of = itemgetter(0), itemgetter(1)


@contextmanager
def pace() -> Iterator[None]:
    """Run Python as it suits two threads with very many rows, for the block.

    The rows are lists in lists without a cycle, in which the collector would look for some again and again.
    And the writing thread, which mostly waits for the database, gets its turn at once when that has answered.
    """
    interval, collects = sys.getswitchinterval(), gc.isenabled()
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


class Writer:
    """Writes the ranges of one import, in a thread and on a connection of its own.

    `stores` is false for a look without taking anything; `whole` holds everything in one transaction until
    `finish`. A context manager: leaving it by an exception undoes what has not been committed.
    """

    def __init__(self, file_import: FileImport, seen: Seen, *, stores: bool, whole: bool = False) -> None:
        self.file = file_import
        self.kind = file_import.declaration
        self.seen = seen
        self.stores, self.whole = stores, whole
        self.digest = hashlib.sha256()
        # A companion that waited has come in: the digest has to be made again, in the file's order.
        self.is_out_of_order = False
        self.totals = Counts()
        self._ranges: queue.Queue[Range | None] = queue.Queue(AHEAD)
        self._error: BaseException | None = None
        self._is_given_up = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"file import {file_import.pk}")
        self._left_out = dict(file_import.ranges.values_list("number", "left_out"))
        self._waiting = Seen()
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
        self._put(sifted)

    def finish(self) -> None:
        """Have the companions that waited decided on, and wait until everything is written."""
        self._put(None)
        self._thread.join()
        if self._error:
            raise self._error

    def _put(self, sifted: Range | None) -> None:
        while not self._error:
            try:
                self._ranges.put(sifted, timeout=PATIENCE)
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
                for sifted in self._taken():
                    self._write(sifted)
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

    def _taken(self) -> Iterator[Range]:
        earlier = self.file.waiting.order_by("row").values_list("client_reference", "row")
        for reference, row in earlier.iterator():
            self._waiting.add_all([reference], [row])
        while not self._is_given_up.is_set():
            try:
                sifted = self._ranges.get(timeout=PATIENCE)
            except queue.Empty:
                continue
            if sifted is None:
                return
            yield sifted

    # One range --------------------------------------------------------------------------------------------

    def _write(self, sifted: Range) -> None:
        """Write a range; of one that is done already only the digest is fed."""
        if sifted.number < self.file.ranges_done:
            self.feed(sifted.rows, out=self._left_out.get(sifted.number, []))
            return
        rows, waiting = self.without_waiting(sifted)
        with transaction.atomic():
            taken, refused, counts = self.take(rows, sifted.cells)
            copy(COPY_REFUSED, (self.refused_line(row) for row in [*sifted.refused, *refused]))
            copy(COPY_WAITING, (self.waiting_line(row, sifted) for row in waiting))
            numbers = {number_of(row) for row in taken}
            left_out = runs_of(number_of(row) for row in sifted.rows if number_of(row) not in numbers)
            FileRange.objects.create(file_import=self.file, number=sifted.number, left_out=left_out)
            rejected = counts.rejected + len(sifted.refused)
            self.note(counts._replace(rejected=rejected), sifted.count, is_range=True)
        self._waiting.add_all([reference_of(row) for row in waiting], [number_of(row) for row in waiting])
        self.feed(taken)

    def note(self, counts: Counts, rows: int, *, is_range: bool) -> None:
        """Write down what came of so many rows. Raises ClaimLost, NotAllRight."""
        if self.whole and counts.rejected:
            raise NotAllRight
        self.totals = Counts(*map(sum, zip(self.totals, counts, strict=True)))
        if self.whole:
            return
        updated = self.file.mine().update(
            accepted=F("accepted") + counts.accepted,
            duplicate=F("duplicate") + counts.duplicate,
            rejected=F("rejected") + counts.rejected,
            rows_done=F("rows_done") + rows,
            ranges_done=F("ranges_done") + int(is_range),
            claimed_at=Now(),
        )
        if not updated:
            raise ClaimLost

    def _note_all(self) -> None:
        """Write down what came of a file taken whole, in the transaction that takes it."""
        rows = sum(self.totals)
        ranges = self.file.ranges.filter(number__lt=LATE).count()
        updated = self.file.mine().update(**self.totals._asdict(), rows_done=rows, ranges_done=ranges)
        if not updated:
            raise ClaimLost

    def feed(self, rows: Sequence[Row], out: Sequence[Sequence[int]] = ()) -> None:
        """Add accepted records to the digest, in their order, but for those in the runs `out`."""
        left_out = set(numbers_in(out))
        contents = [row[2] for row in rows if not left_out or row[0] not in left_out]
        if contents:
            self.digest.update(("\n".join(contents) + "\n").encode())

    def take(self, rows: Sequence[Row], cells: Any) -> tuple[Sequence[Row], list[Refused], Counts]:
        """Insert the records, and return those that are new, those in conflict, and how many there were."""
        for tries_left in reversed(range(TRIES)):
            if self._is_known_here:
                new, known, refused = self.probe(rows, cells)
                self._is_known_here = not self.stores or bool(known or refused)
            else:
                new, known, refused = rows, 0, []
            if not self.stores or not new:
                break
            try:
                with transaction.atomic():
                    # In one order, so that two that insert the same references do not wait for each other.
                    copy(COPY_RECORDS, self.record_lines(sorted(new, key=reference_of)))
                    days = {date.fromisoformat(day) for day in {row[5][:10] for row in new}}
                    NilReturn.objects.void(self.file.establishment, self.kind.code, days)
                break
            except psycopg2.errors.UniqueViolation:
                self._is_known_here = True
                if not tries_left:
                    raise
        return new, refused, Counts(len(new), known, len(refused))

    def probe(self, rows: Sequence[Row], cells: Any) -> tuple[Sequence[Row], int, list[Refused]]:
        """Tell the new records from those that are known, and from other records under the same reference."""
        with connection.cursor() as cursor:
            cursor.execute(PROBE, [self.file.establishment_id, [reference_of(row) for row in rows]])
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
            said = json.loads(row[2])
            if kind == self.kind.code and said in [json.loads(content), *earlier[key]]:
                known += 1
            else:
                number = number_of(row)
                refused.append(Refused(number, [[self.kind.reference, "conflict", "", {}]], cells(number)))
        return new, known, refused

    # Lines of a copy --------------------------------------------------------------------------------------

    def record_lines(self, rows: Iterable[Row]) -> Iterator[str]:
        head = "\t".join(
            [
                str(self.file.establishment_id),
                str(self.file.submission_id),
                self.kind.code,
                timezone.now().isoformat(),
                "",
            ]
        )
        ends = bool(self.kind.leaves)
        for _number, reference, content, person, identity, time, _main, end in rows:
            # Whatever has a backslash has one in its content.
            if "\\" in content:
                reference, content, person, identity = map(escaped, (reference, content, person, identity))
            is_open = "f" if end or not ends else "t"
            yield f"{head}{reference}\t{content}\t{person}\t{identity}\t{time}\t{end or NULL}\t{is_open}\n"

    def refused_line(self, refused: Refused) -> str:
        faults, cells = map(as_json, (refused.faults, refused.cells))
        return f"{self.file.pk}\t{refused.number}\t{faults}\t{cells}\n"

    def waiting_line(self, row: Row, sifted: Range) -> str:
        cells = as_json(sifted.cells(number_of(row)))
        reference, main, content = map(escaped, (row[1], row[6], row[2]))
        return f"{self.file.pk}\t{row[0]}\t{reference}\t{main}\t{content}\t{cells}\n"

    # Companions -------------------------------------------------------------------------------------------

    def without_waiting(self, sifted: Range) -> tuple[Sequence[Row], Sequence[Row]]:
        """Return the rows whose main guest, if they name one, is known or has come; and those that wait."""
        companions = [row for row in sifted.rows if row[6]]
        if not companions:
            return sifted.rows, ()
        here = sifted.last
        known = self.known({row[6] for row in companions if not 0 < self.seen.first(row[6]) <= here})
        pending = {reference_of(row): row for row in companions}
        is_moving = True
        while is_moving:
            settled = [
                reference
                for reference, row in pending.items()
                if row[6] in known
                or (
                    (0 < self.seen.first(row[6]) <= here)
                    and row[6] not in pending
                    and not self._waiting.first(row[6])
                )
            ]
            is_moving = bool(settled)
            for reference in settled:
                del pending[reference]
        return [row for row in sifted.rows if reference_of(row) not in pending], list(pending.values())

    def known(self, mains: set[str]) -> set[str]:
        """Return which of the references earlier records of the establishment and kind have."""
        if not mains:
            return set()
        records = GuestRecord.objects.filter(establishment=self.file.establishment_id, kind=self.kind.code)
        return set(records.filter(client_reference__in=mains).values_list("client_reference", flat=True))

    def _decide(self) -> None:
        """Take in the companions whose main guest has come after them, and refuse the others."""
        self.find_mains()
        while batch := list(self.file.waiting.order_by("row")[:BATCH]):
            found = [row_of_companion(self.kind, companion) for companion in batch if companion.is_found]
            cells = {companion.row: companion.cells for companion in batch}
            with transaction.atomic():
                taken, refused, counts = self.take(found, cells.__getitem__)
                fault = [self.kind.companion, "unknown_companion", "", {}]
                lost = [Refused(one.row, [fault], one.cells) for one in batch if not one.is_found]
                copy(COPY_REFUSED, map(self.refused_line, [*refused, *lost]))
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
            came = [key for key, main in part if self.seen.first(main) and not self._waiting.first(main)]
            WaitingCompanion.objects.filter(pk__in=came).update(is_found=True)
        with connection.cursor() as cursor:
            cursor.execute(FIND_KNOWN, [self.file.pk, self.file.establishment_id, self.kind.code])
            cursor.execute(LOSE, [self.file.pk])
            while cursor.rowcount:
                cursor.execute(LOSE, [self.file.pk])
        undecided.update(is_found=True)


# Ranges of companions that came late are numbered from here.
LATE = 1_000_000_000


def row_of_companion(kind: Any, companion: WaitingCompanion) -> Row:
    said = json.loads(companion.content)
    return Row(
        companion.row,
        companion.client_reference,
        companion.content,
        said[kind.person],
        said[kind.identity],
        said[kind.time],
        companion.main,
        said.get(kind.leaves, ""),
    )
