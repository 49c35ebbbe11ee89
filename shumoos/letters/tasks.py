"""What the beat rings for."""

from celery import shared_task

from shumoos.letters import limits


@shared_task(ignore_result=True)
def forget_old_checks() -> None:
    """Delete the counts of compared files whose time is over; once an hour."""
    limits.forget_old()
