"""Files of tickets that came while the scanner was away are shown to it when it is back."""

import logging

from django.db import transaction

from registration.documents.checking import claim, verdict
from registration.documents.keeping import delete_files
from registration.documents.scanning import ScannerAway
from registration.models import ScanState
from support.models import TicketFile

logger = logging.getLogger(__name__)


def scan_waiting() -> None:
    """Scan every file that waits, until the scanner is away. Safe to run twice at once, or to kill."""
    while file := claim(TicketFile.objects.all()):
        try:
            found = verdict(file.original)
        except ScannerAway as reason:
            logger.warning("File %s of a ticket could not be scanned: %s", file.pk, reason)
            return
        if found is not None:
            settle(file, is_harmful=found)


@transaction.atomic
def settle(file: TicketFile, *, is_harmful: bool) -> None:
    """Let a file that waits be opened, or take its content away; the ticket says which. Once."""
    locked = TicketFile.objects.select_for_update().filter(pk=file.pk, scan_state=ScanState.WAITING).first()
    if locked is None:
        return
    names = locked.file_names if is_harmful else [str(locked.original.name)]
    locked.original = ""
    locked.scan_state = ScanState.INFECTED if is_harmful else ScanState.CLEAN
    if is_harmful:
        locked.file = ""
    locked.save(update_fields=["original", "scan_state", "file"])
    transaction.on_commit(lambda: delete_files(names))
