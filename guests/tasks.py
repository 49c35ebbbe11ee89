"""What the queue wakes up for."""

from celery import shared_task

from guests import api_upkeep, transfer


@shared_task(ignore_result=True)
def transfer_due_records() -> None:
    """Send every due record to the centre. Safe to run twice at once, or to kill."""
    transfer.transfer_due()


@shared_task(ignore_result=True)
def clean_up_api() -> None:
    """Empty the sandbox of what was sent before today, and forget answers whose time is over."""
    api_upkeep.empty_sandbox()
    api_upkeep.forget_answers()
