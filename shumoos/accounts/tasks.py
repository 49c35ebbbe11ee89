"""What the beat rings for."""

from celery import shared_task

from shumoos.accounts import sealing, unusual, upkeep


@shared_task(ignore_result=True)
def seal_access_log() -> None:
    """Seal the closed minutes of the access log. Safe to run twice at once, or to kill."""
    sealing.seal_closed_minutes()


@shared_task(ignore_result=True)
def note_unusual_reading() -> None:
    """Note who has read unusually much, or at unusual hours. Safe to run twice at once, or to kill."""
    unusual.note()


@shared_task(ignore_result=True)
def forget_traces() -> None:
    """Delete what sign-ins leave behind, once its time is over. Safe to run twice at once, or to kill."""
    upkeep.forget_traces()
