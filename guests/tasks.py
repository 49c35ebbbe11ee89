"""What the queue wakes up for."""

from celery import shared_task

from guests import api_upkeep, keeping, outages, transfer


@shared_task(ignore_result=True)
def transfer_due_records() -> None:
    """Send every due record to the centre. Safe to run twice at once, or to kill."""
    transfer.transfer_due()


@shared_task(ignore_result=True)
def clean_up_api() -> None:
    """Empty the sandbox of what was sent before today, and forget answers whose time is over."""
    api_upkeep.empty_sandbox()
    api_upkeep.forget_answers()


@shared_task(ignore_result=True)
def file_standing_nil_returns() -> None:
    """File the days without customers whose owners have said so. Safe to run twice at once, or to kill."""
    # Filing needs the intake, which wakes the tasks of this module.
    from guests import standing

    standing.file_due()


@shared_task(ignore_result=True)
def tell_of_deadlines() -> None:
    """Tell owners of days about to be missed. Safe to run twice at once, or to kill."""
    from guests import reminders

    reminders.tell_owners()


@shared_task(ignore_result=True)
def read_due_files() -> None:
    """Read every file of records that is due. Safe to run twice at once, or to kill."""
    # Here, because the door rings for the tasks of this module.
    from guests import file_import

    file_import.read_due()


@shared_task(ignore_result=True)
def leave_sign_of_life() -> None:
    """Say that records can be taken in, where they can; write down for how long nobody had said so."""
    if outages.is_answering():
        outages.beat()


@shared_task(ignore_result=True)
def purge_records() -> None:
    """Delete the records whose time is over. Safe to run twice at once, or to kill."""
    keeping.purge()
