"""The daily sweep. The beat rings it soon after midnight in Riyadh; `manage.py escalate` does the same."""

from datetime import timedelta

from celery import shared_task

from shumoos.saudi import calendar
from violations.escalation import escalate
from violations.proposals import collect

# So that what a run has missed is found by the next ones.
LOOK_BACK = timedelta(days=7)


@shared_task(ignore_result=True)
def escalate_today() -> None:
    """Run the sweep of the day. Safe to run twice at once, or to kill."""
    escalate(calendar.today())


@shared_task(ignore_result=True)
def propose() -> None:
    """Propose what was seen on the last days to supervisors. Safe to run twice at once, or to kill."""
    yesterday = calendar.today() - timedelta(days=1)
    collect(yesterday - LOOK_BACK, yesterday)
