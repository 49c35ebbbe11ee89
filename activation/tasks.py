from celery import shared_task

from activation import claims, upkeep


@shared_task(ignore_result=True)
def give_back_idle_claims() -> None:
    """Put what nobody has worked on for two hours back into the queue. Safe to run twice at once."""
    claims.give_back_idle()


@shared_task(ignore_result=True)
def keep_up() -> None:
    """Tell owners what comes of their subscriptions by the calendar. Safe to run twice at once."""
    upkeep.keep_up()
