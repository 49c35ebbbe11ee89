from celery import shared_task

from registration import upkeep


@shared_task(ignore_result=True)
def keep_up() -> None:
    """Remind owners who have not come, and expire what has waited too long. Safe to run twice at once."""
    upkeep.keep_up()
