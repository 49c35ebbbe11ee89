"""The daily sweep. The beat rings it soon after midnight in Riyadh; `manage.py escalate` does the same."""

from celery import shared_task

from shumoos.saudi import calendar
from violations.escalation import escalate


@shared_task(ignore_result=True)
def escalate_today() -> None:
    """Run the sweep of the day. Safe to run twice at once, or to kill."""
    escalate(calendar.today())
