"""Claims that nobody works on go back into the queue."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from activation.decisions import close
from activation.models import Decision, Review
from registration.models import Application, Status
from registration.moves import move_application

BATCH = 200
# Often enough for hours, and seldom enough that looking at ten pages costs one write.
NOTED_EVERY = timedelta(minutes=1)


def note_work(review: Review) -> None:
    """Note that its supervisor works on the review now, be it only that they look at a document."""
    now = timezone.now()
    if review.last_active_at < now - NOTED_EVERY:
        Review.objects.filter(pk=review.pk, decision="").update(last_active_at=now)


def give_back_idle() -> int:
    """Put what was taken up and not worked on for two hours back into the queue; return how many.

    What waits for the office head stays. Safe to run twice at once, or to kill.
    """
    idle = Review.objects.filter(decision="", proposed_at__isnull=True, last_active_at__lt=idle_since())
    given_back = 0
    for application_pk in list(idle.values_list("application_id", flat=True)[:BATCH]):
        given_back += give_back(application_pk)
    return given_back


@transaction.atomic
def give_back(application_pk: int) -> bool:
    """Give one back unless it is at work again, decided, or in another transaction's hands."""
    # The application first, like every decision: whoever holds it is at work on it.
    application = (
        Application.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk=application_pk)
        .first()
    )
    if application is None:
        return False
    review = application.reviews.filter(
        decision="", proposed_at__isnull=True, last_active_at__lt=idle_since()
    ).first()
    if review is None:
        return False
    move_application(application, Status.SUBMITTED, by=None)
    close(review, Decision.LAPSE)
    return True


def idle_since() -> datetime:
    return timezone.now() - timedelta(minutes=settings.CLAIM_IDLE_MINUTES)
