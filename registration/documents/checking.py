"""Documents that were kept aside while the scanner was away are shown to it when it is back."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.fields.files import FieldFile
from django.db.models.functions import Now
from django.utils import timezone

from registration.documents.keeping import delete_files
from registration.documents.scanning import ScannerAway, find_harm
from registration.models import Application, Document, KeptFile, ScanState, Status
from shumoos.sms.outbox import queue_sms

# One that was tried is tried again after this, after all that have not been.
TRY_AGAIN_AFTER = timedelta(minutes=1)

logger = logging.getLogger(__name__)

AnyFile = TypeVar("AnyFile", bound=KeptFile)


def scan_waiting() -> None:
    """Scan every document that waits, until the scanner is away. Safe to run twice at once, or to kill."""
    scan_each(Document.objects.all(), settle)


def scan_each(rows: QuerySet[AnyFile], settle: Callable[..., None]) -> None:
    """Scan those of these files that wait, until the scanner is away. Safe to run twice at once, or to kill.

    `settle(file, is_harmful=…)` writes what was found of one, once.
    """
    while file := claim(rows):
        try:
            found = verdict(file.original)
        except ScannerAway as reason:
            # The next run begins with another one: a file that no scanner can digest holds up no other.
            logger.warning("%s %s could not be scanned: %s", file._meta.label, file.pk, reason)
            return
        if found is not None:
            settle(file, is_harmful=found)


@transaction.atomic
def claim(rows: QuerySet[AnyFile]) -> AnyFile | None:
    """Take the one of these files whose turn it is, for one try; None where none is due."""
    due = rows.filter(scan_state=ScanState.WAITING).filter(
        Q(scan_tried_at=None) | Q(scan_tried_at__lt=timezone.now() - TRY_AGAIN_AFTER)
    )
    turn = due.order_by(F("scan_tried_at").asc(nulls_first=True), "pk")
    claimed = turn.select_for_update(skip_locked=True).first()
    if claimed:
        rows.filter(pk=claimed.pk).update(scan_tried_at=Now())
    return claimed


def verdict(original: FieldFile) -> bool | None:
    """Return whether an upload is harmful; None where it is there no more. Raises ScannerAway."""
    if not settings.CLAMD_ADDRESS:
        # Without a scanner nothing would ever be seen again; that is for an operator to decide.
        raise ScannerAway("CLAMD_ADDRESS is not set")
    try:
        with original.open() as file:
            upload = file.read()
    except FileNotFoundError:
        # It was taken away in this moment, or another worker was faster.
        return None
    return find_harm(upload)


@transaction.atomic
def note_verdict(rows: QuerySet[AnyFile], pk: int, *, is_harmful: bool) -> AnyFile | None:
    """Let a waiting file be opened, or take its content away; return it, or None where it waits no more."""
    locked = rows.select_for_update().filter(pk=pk, scan_state=ScanState.WAITING).first()
    if locked is None:
        return None
    names = locked.file_names if is_harmful else [str(locked.original.name)]
    locked.original = ""
    locked.scan_state = ScanState.INFECTED if is_harmful else ScanState.CLEAN
    if is_harmful:
        for field in locked.content_fields:
            setattr(locked, field, "")
    locked.save(update_fields=["original", "scan_state", *locked.content_fields])
    transaction.on_commit(lambda: delete_files(names))
    return locked


@transaction.atomic
def settle(document: Document, *, is_harmful: bool) -> None:
    """Let a document that waits be seen, or take its file away and tell the owner. Once."""
    application = Application.objects.select_for_update().get(pk=document.application_id)
    locked = note_verdict(Document.objects.all(), document.pk, is_harmful=is_harmful)
    if locked and is_harmful and locked.is_current and may_be_told(application):
        queue_sms(
            kind="document_harmful",
            to=application.owner_mobile,
            language=application.language,
            about=locked,
        )


def may_be_told(application: Application) -> bool:
    """Whether the mobile is certain to be the owner's: a draft's only after a code."""
    return bool(application.owner_mobile) and (
        application.status != Status.DRAFT or application.mobile_verified_at is not None
    )
