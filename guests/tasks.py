"""What the queue wakes up for."""

from celery import shared_task

from guests import transfer


@shared_task(ignore_result=True)
def transfer_due_records() -> None:
    """Send every due record to the centre. Safe to run twice at once, or to kill."""
    transfer.transfer_due()
