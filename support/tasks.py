"""What the queue wakes up for."""

from celery import shared_task

from support import scanning, upkeep
from support.held import copies


@shared_task(ignore_result=True)
def keep_up() -> None:
    """Escalate late tickets and close those answered a week ago. Safe to run twice at once, or to kill."""
    upkeep.keep_up()


@shared_task(ignore_result=True)
def scan_waiting_files() -> None:
    """Scan the files of tickets that came while the scanner was away. Safe to run twice at once."""
    scanning.scan_waiting()


@shared_task(ignore_result=True)
def make_due_copies() -> None:
    """Make the copies of personal data that were asked for. Safe to run twice at once, or to kill."""
    copies.make_due()


@shared_task(ignore_result=True)
def clean_up() -> None:
    """Take away what has been kept for its time. Safe to run twice at once, or to kill."""
    upkeep.clean_up()
    copies.take_away_old()
