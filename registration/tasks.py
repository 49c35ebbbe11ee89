"""What the queue wakes up for."""

from celery import shared_task

from registration import register_import, upkeep
from registration.documents import checking, housekeeping


@shared_task(ignore_result=True)
def keep_up() -> None:
    """Remind owners who have not come, and expire what has waited too long. Safe to run twice at once."""
    upkeep.keep_up()


@shared_task(ignore_result=True)
def scan_waiting_documents() -> None:
    """Scan the documents that were kept aside while the scanner was away. Safe to run twice at once."""
    checking.scan_waiting()


@shared_task(ignore_result=True)
def clean_up_documents() -> None:
    """Take away drafts left alone, documents never sent, files without a row. Safe to run twice at once."""
    housekeeping.clean_up()


@shared_task(ignore_result=True)
def read_due_registers() -> None:
    """Read every register that was loaded and is due. Safe to run twice at once, or to kill."""
    register_import.read_due()
