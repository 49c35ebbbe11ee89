"""The file door: a file is stored, read by a worker, and its records are taken in."""

import hashlib
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import structlog
from cryptography.fernet import InvalidToken
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from guests import bulk, intake
from guests.bulk import ClaimLost, NotAllRight, Writer
from guests.copying import numbers_in
from guests.files.reading import XLSX, Examination, open_table
from guests.files.sifting import Sifter, number_of
from guests.files.wording import FileRefused
from guests.intake import SubmissionRefused
from guests.kinds import KINDS, fields
from guests.kinds.base import sha256
from guests.loads import contents_of
from guests.models import Door, GuestRecord, Submission
from guests.models.file_imports import FileImport, FilePart, FileStatus, Mode, RefusedRow
from guests.tasks import read_due_files, transfer_due_records
from registration import mandates
from registration.models import Establishment, Mandate
from registration.storage import cipher
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.celery import ring
from shumoos.sms.outbox import queue_sms

MEGABYTE = 1024 * 1024
MAX_BYTES = 400 * MEGABYTE
PIECE = 256 * 1024
# So many only come of workers that die over a file.
MOST_ATTEMPTS = 10
SECONDS_BETWEEN_SIGNS = 1.0
REFUSED_ROWS_KEPT_FOR = timedelta(days=30)
# Whoever waits no longer than this is still looking at the page.
TOLD_BY_TEXT_AFTER = timedelta(minutes=1)

# A token is letters and digits: as text it comes in half of what bytes take on their way.
PART = "SELECT encode(sealed, 'escape') FROM guests_filepart WHERE file_import_id = %s AND number = %s"

log = structlog.get_logger(__name__)


class StopAsked(Exception):
    """Somebody has asked that the reading stops."""


class AlreadyHere(Exception):
    """The same file is on its way in."""

    def __init__(self, file_import: FileImport) -> None:
        super().__init__(file_import.pk)
        self.file_import = file_import


def store(
    pieces: Iterable[bytes],
    *,
    establishment: Establishment,
    kind: str,
    by: User,
    mode: str = Mode.GOOD_ROWS,
    file_name: str = "",
    language: str = "ar",
) -> tuple[FileImport, bool]:
    """Keep a file, encrypted, to be read by a worker, and return its row and whether it was made now.

    While the same file is still to be read, its row is returned and nothing is kept. Raises FileRefused where
    it is no table of records, and SubmissionRefused where none are taken from the establishment.
    """
    intake.refuse_unexpected(establishment, kind)
    details = {"establishment": establishment, "kind": kind, "by": by, "mode": mode, "language": language}
    try:
        with transaction.atomic():
            mandate = intake.mandate_of(by, establishment)
            new = store_new(pieces, mandate=mandate, file_name=file_name, details=details)
            log_change("send file of guests", new, by=by, reason=mandates.acting(mandate, by))
            ring(read_due_files)
    except AlreadyHere as already:
        return already.file_import, False
    return new, True


def store_new(
    pieces: Iterable[bytes], *, mandate: Mandate | None, file_name: str, details: dict[str, Any]
) -> FileImport:
    new = FileImport.objects.create(mandate=mandate, file_name=file_name, sha256="", **details)
    examination = Examination()
    for number, piece in enumerate(pieces):
        examination.feed(piece)
        FilePart.objects.create(file_import=new, number=number, sealed=cipher().encrypt(piece))
    new.encoding, new.sha256 = examination.encoding, examination.sha256
    new.size, new.rows_total = examination.size, examination.lines
    if new.encoding != XLSX:
        # A workbook has to be unpacked for it, which is the worker's to do.
        new.ignored = open_table(lambda: pieces_of(new), new.encoding, KINDS[new.kind]).layout.ignored
    try:
        with transaction.atomic():
            new.save()
    except IntegrityError as error:
        if "file_same_once_at_a_time" not in str(error):
            raise
        # It may have ended in this very moment.
        same = FileImport.objects.filter(
            establishment=new.establishment, kind=new.kind, mode=new.mode, sha256=new.sha256
        )
        raise AlreadyHere(same.exclude(pk=new.pk).latest("pk")) from error
    return new


def pieces_of(file_import: FileImport) -> Iterator[bytes]:
    keys = cipher()
    for number in list(file_import.parts.order_by("number").values_list("number", flat=True)):
        with connection.cursor() as cursor:
            cursor.execute(PART, [file_import.pk, number])
            [sealed] = cursor.fetchone()
        yield keys.decrypt(sealed)


@transaction.atomic
def ask_to_stop(file_import: FileImport) -> None:
    """Let the reading stop as soon as it can; what has been taken by then stays taken."""
    unfinished = FileImport.objects.unfinished().filter(pk=file_import.pk, stop_asked_at=None)
    if unfinished.update(stop_asked_at=Now()):
        log_change("stop file of guests", file_import)
    ring(read_due_files)


# Reading ---------------------------------------------------------------------------------------------------


def read_due() -> None:
    """Read every due file. Safe to run twice at once, or to kill."""
    while file_import := FileImport.objects.claim():
        with bulk.pace(stores=not file_import.is_check):
            read(file_import)
    forget_old_rows()


def read(file_import: FileImport) -> None:
    """Read a claimed file on from where it was, and take its records in."""
    if file_import.attempts > MOST_ATTEMPTS:
        fail(file_import, "gave_up")
        return
    try:
        intake.refuse_unexpected(file_import.establishment, file_import.kind)
        # However long it has waited, and whatever the day is when it is read on.
        with fields.as_of(file_import.uploaded_at):
            run(file_import)
    except ClaimLost:
        log.info("file import taken by another", file=file_import.pk, attempt=file_import.attempts)
    except StopAsked:
        stop(file_import)
    except FileRefused as refusal:
        fail(file_import, refusal.code, **refusal.values)
    except InvalidToken:
        # Its key was taken out of service meanwhile.
        fail(file_import, "sealed")
    except SubmissionRefused:
        fail(file_import, "refused")


def run(file_import: FileImport) -> None:
    """Read the file to its end in the way its mode says. Raises what ends it before."""
    if file_import.mode == Mode.GOOD_ROWS:
        open_submission(file_import)
        finish(file_import, sift(file_import, stores=True))
        return
    if not file_import.is_checked:
        sift(file_import, stores=False)
        file_import.refresh_from_db()
        if file_import.is_check or file_import.rejected:
            finish(file_import)
            return
        start_anew(file_import, is_checked=True)
    open_submission(file_import)
    try:
        finish(file_import, take_whole(file_import))
    except NotAllRight:
        # Another door has taken one of its references since it was checked: the report is made anew.
        start_anew(file_import, is_checked=False)
        run(file_import)


@transaction.atomic
def open_submission(file_import: FileImport) -> None:
    """Give the import its one submission, whose receipt is shown once the file is done."""
    if file_import.submission_id:
        return
    file_import.submission = intake.open_submission(
        establishment=file_import.establishment,
        kind=file_import.kind,
        door=Door.FILE,
        by=file_import.by,
        mandate=file_import.mandate,
    )
    if not file_import.mine().update(submission=file_import.submission):
        raise ClaimLost


def sift(file_import: FileImport, *, stores: bool) -> str:
    """Read every row and have what it says written; return the digest over the records taken."""
    sifter = Sifter(file_import.declaration, stores=stores, expected=file_import.rows_total)
    with Writer(file_import, sifter.seen, stores=stores) as writer:
        feed(file_import, sifter, writer)
        writer.finish()
    is_out_of_order = writer.is_out_of_order or file_import.ranges.filter(number__gte=bulk.LATE).exists()
    return digest_again(file_import) if stores and is_out_of_order else writer.digest.hexdigest()


def take_whole(file_import: FileImport) -> str:
    """Take every row in one transaction and return the digest. Raises NotAllRight where one is wrong."""
    if file_import.ranges_done:
        # The worker that has taken them died before it could say so.
        return digest_again(file_import)
    sifter = Sifter(file_import.declaration)
    with Writer(file_import, sifter.seen, stores=True, whole=True) as writer:
        feed(file_import, sifter, writer, is_shown=True)
        writer.finish()
    return digest_again(file_import) if writer.is_out_of_order else writer.digest.hexdigest()


def feed(file_import: FileImport, sifter: Sifter, writer: Writer, *, is_shown: bool = False) -> None:
    """Read the file chunk by chunk into the writer. Raises ClaimLost, StopAsked, FileRefused."""
    look(file_import)
    table = open_table(lambda: pieces_of(file_import), file_import.encoding, file_import.declaration)
    file_import.mine().update(ignored=table.layout.ignored)
    rows, looked_at = 0, time.monotonic()
    for number, chunk in enumerate(table.chunks):
        sifted = sifter.sift(number, chunk)
        rows += sifted.count
        writer.put(sifted)
        if time.monotonic() - looked_at > SECONDS_BETWEEN_SIGNS:
            look(file_import, **({"rows_done": rows} if is_shown else {}))
            looked_at = time.monotonic()
    if not rows:
        raise FileRefused("no_rows")


def look(file_import: FileImport, **shown: int) -> None:
    """Keep the claim. Raises ClaimLost, StopAsked."""
    if not file_import.hold(**shown):
        raise ClaimLost
    if file_import.mine().filter(stop_asked_at__isnull=False).exists():
        raise StopAsked


def digest_again(file_import: FileImport) -> str:
    """Return the digest over what was taken, read from the file once more, in its order. Raises ClaimLost."""
    sifter = Sifter(file_import.declaration)
    ranges = file_import.ranges.filter(number__lt=bulk.LATE)
    left_out = dict(ranges.values_list("number", "left_out"))
    taken_late = file_import.ranges.filter(number__gte=bulk.LATE).values_list("taken", flat=True)
    late = {number for taken in taken_late for number in numbers_in(taken)}
    digest = hashlib.sha256()
    table = open_table(lambda: pieces_of(file_import), file_import.encoding, file_import.declaration)
    for number, chunk in enumerate(table.chunks):
        if number not in left_out:
            # The reading was stopped here.
            break
        sifted = sifter.sift(number, chunk)
        out = set(numbers_in(left_out[number])) - late
        digest.update(contents_of(row for row in sifted.rows if number_of(row) not in out))
        if not file_import.hold():
            raise ClaimLost
    return digest.hexdigest()


def digest_of_stored(file_import: FileImport) -> str:
    """Return the digest over what was taken of a file that cannot be read any more, in the rows' order."""
    records = GuestRecord.objects.filter(submission=file_import.submission_id).order_by("pk")
    return sha256(records.values_list("content", flat=True).iterator())


# Ending ----------------------------------------------------------------------------------------------------


@transaction.atomic
def start_anew(file_import: FileImport, *, is_checked: bool) -> None:
    """Forget what a check has found."""
    clear(file_import)
    file_import.refused_rows.all().delete()
    nothing = {"rows_done": 0, "ranges_done": 0, "accepted": 0, "duplicate": 0, "rejected": 0}
    if not file_import.mine().update(is_checked=is_checked, **nothing):
        raise ClaimLost
    file_import.refresh_from_db()


def finish(file_import: FileImport, digest: str = "") -> None:
    """End an import whose every row was read. Raises ClaimLost."""
    end(file_import, digest, status=FileStatus.DONE)


def stop(file_import: FileImport) -> None:
    """End an import that was stopped; what was taken has its receipt."""
    file_import.refresh_from_db()
    digest = digest_again(file_import) if file_import.has_taken else ""
    end(file_import, digest, status=FileStatus.STOPPED)


def fail(file_import: FileImport, problem: str, **values: Any) -> None:
    """End an import that cannot be read on; what was taken before stays taken and has its receipt."""
    file_import.refresh_from_db()
    digest = digest_of_stored(file_import) if file_import.has_taken else ""
    end(file_import, digest, status=FileStatus.FAILED, problem=problem, problem_values=values)


@transaction.atomic
def end(file_import: FileImport, digest: str, **outcome: Any) -> None:
    file_import.refresh_from_db()
    counts = {name: getattr(file_import, name) for name in ("accepted", "duplicate", "rejected")}
    rows = sum(counts.values())
    submission = file_import.submission
    if submission and not (rows and file_import.has_taken):
        # Nothing was received: there is nothing to give a receipt for.
        file_import.submission = None
    now = timezone.now()
    if not file_import.mine().update(
        submission=file_import.submission,
        finished_at=now,
        rows_done=rows,
        rows_total=max(rows, file_import.rows_total) if outcome["status"] != FileStatus.DONE else rows,
        **outcome,
    ):
        raise ClaimLost
    if file_import.submission:
        Submission.objects.filter(pk=file_import.submission.pk).update(sha256=digest, **counts)
        ring(transfer_due_records)
    elif submission:
        submission.delete()
    clear(file_import)
    file_import.parts.all().delete()
    tell(file_import, now)


def clear(file_import: FileImport) -> None:
    file_import.ranges.all().delete()
    file_import.waiting.all().delete()


def tell(file_import: FileImport, now: Any) -> None:
    """Send a text that the file is done to whoever has not waited for it."""
    if now - file_import.uploaded_at > TOLD_BY_TEXT_AFTER and file_import.by.mobile:
        queue_sms(
            kind="file_done", to=file_import.by.mobile, language=file_import.language, about=file_import
        )


def forget_old_rows() -> None:
    """Remove the refused rows of files that ended a month ago; their numbers stay."""
    ended_before = timezone.now() - REFUSED_ROWS_KEPT_FOR
    RefusedRow.objects.filter(file_import__finished_at__lt=ended_before).delete()
