"""The licensing authorities' registers: a file is stored, read, and put into the table of licences."""

import logging
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from registration.models import Authority, ImportStatus, RefusedLine, RegisterImport, RegisterPart
from registration.registers import reading
from registration.registers.checking import Checker, LineRefused
from registration.registers.merging import Findings
from registration.registers.wording import FileRefused
from registration.storage import cipher
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.progress import Tell

MAX_BYTES = 50 * 1024 * 1024
PIECE = 512 * 1024
SECONDS_BETWEEN_SIGNS = 1
# So many only come of workers that die over a file.
MOST_ATTEMPTS = 5
REFUSED_LINES_KEPT_FOR = timedelta(days=30)

logger = logging.getLogger(__name__)


class ClaimLost(Exception):
    """Another worker has taken the import: what this one has read is of no use."""


def store(
    pieces: Iterable[bytes],
    *,
    authority: Authority | None = None,
    by: User | None = None,
    file_name: str = "",
    claimed: bool = False,
) -> tuple[RegisterImport, bool]:
    """Keep a file, encrypted, to be read by a worker, and return its row and whether it was made now.

    `authority` is whose licences the file may hold, None for any. While the same file of the same authority
    is still to be read, its row is returned and nothing is kept. `claimed`: the caller reads it now, with
    `read`. Raises FileRefused where this is no register at all.
    """
    try:
        with transaction.atomic():
            new = store_new(pieces, authority=authority, by=by, file_name=file_name, claimed=claimed)
    except AlreadyHere as already:
        return already.register_import, False
    return new, True


class AlreadyHere(Exception):
    """The same file is on its way in."""

    def __init__(self, register_import: RegisterImport) -> None:
        super().__init__(register_import.pk)
        self.register_import = register_import


def store_new(
    pieces: Iterable[bytes], *, authority: Authority | None, by: User | None, file_name: str, claimed: bool
) -> RegisterImport:
    new = RegisterImport.objects.create(authority=authority, by=by, file_name=file_name, sha256="")
    examination = reading.Examination()
    for number, piece in enumerate(pieces):
        examination.feed(piece)
        RegisterPart.objects.create(register_import=new, number=number, sealed=cipher().encrypt(piece))
    new.encoding = examination.encoding
    new.sha256 = examination.sha256
    new.rows_total = examination.lines
    reading.read_layout(lines(new))
    if claimed:
        new.status, new.attempts, new.claimed_at = ImportStatus.RUNNING, 1, timezone.now()
    try:
        with transaction.atomic():
            new.save()
            log_change("load register", new, by=by)
    except IntegrityError as error:
        if "import_same_file_once_at_a_time" not in str(error):
            raise
        # It may have ended in this very moment.
        same = RegisterImport.objects.filter(authority=authority, sha256=new.sha256).exclude(pk=new.pk)
        raise AlreadyHere(same.latest("pk")) from error
    return new


def lines(register_import: RegisterImport) -> Iterator[tuple[int, str]]:
    """Yield the lines of a stored file with their numbers."""
    keys = cipher()
    numbers = register_import.parts.order_by("number").values_list("number", flat=True)
    pieces = (
        keys.decrypt(bytes(register_import.parts.values_list("sealed", flat=True).get(number=number)))
        for number in list(numbers)
    )
    return reading.lines_of(pieces, register_import.encoding)


def read_due() -> None:
    """Read every due import. Safe to run twice at once, or to kill."""
    while register_import := RegisterImport.objects.claim():
        read(register_import)
    forget_old_lines()


def read(register_import: RegisterImport, *, tell: Tell = lambda done, total: None) -> None:
    """Read a claimed import from its first line and put it into the table of licences.

    Nothing of it counts until all of it does: the licences, the refused lines, the numbers and the end of the
    import are written in one transaction, by the latest attempt only. `tell` hears how many lines are read,
    and of about how many.
    """
    if register_import.attempts > MOST_ATTEMPTS:
        fail(register_import, "gave_up")
        return
    try:
        with Findings(register_import.pk) as findings:
            sift(register_import, findings, tell)
            finish(register_import, findings)
    except ClaimLost:
        logger.info(
            "Register import %s, attempt %d: taken by another", register_import.pk, register_import.attempts
        )
    except FileRefused:
        # It was stored by a version that knew other columns.
        fail(register_import, "unreadable")
    except InvalidToken:
        # Its key was taken out of service meanwhile.
        fail(register_import, "sealed")


def sift(register_import: RegisterImport, findings: Findings, tell: Tell) -> None:
    """Read every line and note which licence it holds or why it was refused. Raises ClaimLost."""
    scope = register_import.authority_id
    checker = Checker(only=None if scope is None else {scope})
    numbered = lines(register_import)
    layout = reading.read_layout(numbered)
    tell(0, register_import.rows_total)
    sign_at = time.monotonic() + SECONDS_BETWEEN_SIGNS
    for number, line in numbered:
        if reading.is_blank(line):
            continue
        cells: list[str] = []
        try:
            cells = layout.cells(line)
            findings.take(checker.check(number, cells))
        except reading.LineRefused as refusal:
            findings.refuse(number, [refusal.fault], [line])
        except LineRefused as refusal:
            findings.refuse(number, refusal.faults, cells)
        if time.monotonic() > sign_at:
            if not register_import.hold(len(findings)):
                raise ClaimLost
            tell(len(findings), register_import.rows_total)
            sign_at = time.monotonic() + SECONDS_BETWEEN_SIGNS


@transaction.atomic
def finish(register_import: RegisterImport, findings: Findings) -> None:
    """Write what was found, and end the import. Raises ClaimLost where another attempt has begun."""
    merged = findings.merge()
    ended = RegisterImport.objects.filter(
        pk=register_import.pk, status=ImportStatus.RUNNING, attempts=register_import.attempts
    ).update(
        status=ImportStatus.DONE,
        finished_at=timezone.now(),
        rows_total=len(findings),
        rows_done=len(findings),
        created=merged.created,
        updated=merged.updated,
        unchanged=findings.taken - merged.created - merged.updated,
        refused=findings.refused,
        owner_changes=merged.owner_changes,
    )
    if not ended:
        raise ClaimLost
    register_import.parts.all().delete()


@transaction.atomic
def fail(register_import: RegisterImport, problem: str) -> None:
    """End an import of which nothing was taken."""
    RegisterImport.objects.filter(
        pk=register_import.pk, status=ImportStatus.RUNNING, attempts=register_import.attempts
    ).update(status=ImportStatus.FAILED, problem=problem, finished_at=timezone.now())
    register_import.parts.all().delete()


@transaction.atomic
def stop(register_import: RegisterImport) -> bool:
    """End an import before anything of it was taken; False where it has ended already.

    Whoever reads it notices within a second; the pieces of the file go when nobody can read them any more.
    """
    stopped = (
        RegisterImport.objects.unfinished()
        .filter(pk=register_import.pk)
        .update(status=ImportStatus.FAILED, problem="stopped", finished_at=timezone.now())
    )
    if stopped:
        log_change("stop register", register_import)
    return bool(stopped)


def forget_old_lines() -> None:
    """Remove the refused lines of imports that ended a month ago, and the pieces of stopped ones."""
    now = timezone.now()
    ended_before = now - REFUSED_LINES_KEPT_FOR
    RefusedLine.objects.filter(register_import__finished_at__lt=ended_before).delete()
    lapsed = now - timedelta(seconds=settings.REGISTER_CLAIM_SECONDS)
    RegisterPart.objects.filter(register_import__finished_at__lt=lapsed).delete()
