"""What happens by the passing of time, when drafts are left and owners do not come to the office."""

from contextlib import suppress
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from registration import resume
from registration.models import Application, ApplicationEvent, Status, WrongLookUp
from registration.moves import MoveRefused, move_application
from shumoos.saudi import calendar
from shumoos.sms.outbox import Recipient, queue_many

# Days since the application began to wait, as Riyadh counts them.
REMINDER_DAYS = (30, 50)
EXPIRY_DAY = 60
BATCH = 200
LEFT_AFTER = timedelta(hours=1)
INVITED_WITHIN = timedelta(days=1)
# Longer than any limit looks back.
WRONG_LOOK_UPS_KEPT_FOR = timedelta(days=1)


def keep_up() -> None:
    """Expire what has waited 60 days for a visit, and remind those who have let 50 or 30 days go by.

    Each owner gets a reminder once, and after days without a run only the latest one. Safe to run twice at
    once, or to kill.
    """
    while expire_some(calendar.today()):
        pass
    for day in sorted(REMINDER_DAYS, reverse=True):
        while remind_some(day, calendar.today()):
            pass
    invite_back()
    WrongLookUp.objects.filter(at__lt=timezone.now() - WRONG_LOOK_UPS_KEPT_FOR).delete()


def invite_back() -> None:
    """Send owners who left a draft an hour ago, and not a day ago, the link to go on; once each."""
    now = timezone.now()
    left = Application.objects.drafts().filter(
        saved_at__gt=now - INVITED_WITHIN,
        saved_at__lt=now - LEFT_AFTER,
        mobile_verified_at__isnull=False,
        resume_link__isnull=True,
    )
    for draft in left.order_by("saved_at").iterator(BATCH):
        # Sent or asked for in this very moment: then there is nothing to invite to.
        with suppress(MoveRefused):
            resume.send_link(draft, language=draft.language)


@transaction.atomic
def expire_some(today: date) -> int:
    """Expire one batch, tell its owners, and return how many there were."""
    due = list(waiting(EXPIRY_DAY, today).select_for_update(skip_locked=True, of=("self",))[:BATCH])
    for application in due:
        move_application(application, Status.EXPIRED, by=None)
    queue_many(kind="application_expired", recipients=map(recipient, due), about=Application)
    return len(due)


@transaction.atomic
def remind_some(day: int, today: date) -> int:
    """Remind the owners of one batch who have not had this or a later reminder; return how many."""
    unreminded = waiting(day, today).filter(reminded_on_day__lt=day)
    due = list(unreminded.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    Application.objects.filter(pk__in=[application.pk for application in due]).update(reminded_on_day=day)
    queue_many(kind="application_reminder", recipients=map(recipient, due), about=Application)
    return len(due)


def recipient(application: Application) -> Recipient:
    return Recipient(application.owner_mobile, application.language, application.pk)


def waiting(days: int, today: date) -> QuerySet[Application]:
    """Return the applications that have waited for a visit for so many days, the longest first.

    The wait begins with the sending, and anew when a supervisor puts an application back into the queue.
    """
    begun_by = today - timedelta(days=days)
    end_of_day = datetime.combine(begun_by + timedelta(days=1), datetime.min.time(), tzinfo=calendar.RIYADH)
    came = ApplicationEvent.objects.filter(application=OuterRef("pk"), new=Status.SUBMITTED).order_by("-id")
    return (
        Application.objects.filter(status=Status.SUBMITTED, submitted_at__lt=end_of_day)
        .annotate(waiting_since=Coalesce(Subquery(came.values("at")[:1]), "submitted_at"))
        .filter(waiting_since__lt=end_of_day)
        .order_by("submitted_at", "id")
    )


def last_day(application: Application) -> date:
    """Return the day on which a waiting application expires."""
    came = (
        application.events.filter(new=Status.SUBMITTED).order_by("-id").values_list("at", flat=True).first()
    )
    since = came or application.submitted_at or timezone.now()
    return timezone.localdate(since, calendar.RIYADH) + timedelta(days=EXPIRY_DAY)
