"""Telling owners of a day that is about to be missed: a text once, and a banner until it is reported."""

from collections.abc import Collection
from datetime import datetime, time, timedelta

from django.db import connection, transaction
from django.utils import timezone

from guests.compliance import Missing, chunks, uncovered
from guests.models import DeadlineReminder
from registration.models import Establishment, Owner
from shumoos.saudi import calendar
from shumoos.sms.outbox import Recipient, queue_many

# The longest deadline that can be set, and an outage, lie within so many days.
DAYS_BACK = 10
# No text wakes anybody up: the beat rings from the first of these until after the last.
MORNING, EVENING = time(9, 10), time(22, 0)
# Whoever is told in the morning has so much time at least.
LEAST_LEFT = timedelta(hours=1)


def pressing(establishments: Collection[Establishment], now: datetime | None = None) -> list[Missing]:
    """Return the days of these that are unreported and due within the hours at which their owner is told."""
    now = now or timezone.now()
    return [found for found in unreported(establishments, now) if found.told_from <= now]


def unreported(establishments: Collection[Establishment], now: datetime) -> list[Missing]:
    """Return the days of these that are unreported, and can still be reported in time."""
    last = now.astimezone(calendar.RIYADH).date()
    first = last - timedelta(days=DAYS_BACK)
    return [found for found in uncovered(establishments, first, last) if now <= found.deadline]


def texted_from(found: Missing) -> datetime:
    """Return from when a text tells of a day: in the evening already, where the morning is too late."""
    told_from = found.told_from.astimezone(calendar.RIYADH)
    if MORNING <= told_from.time() < EVENING:
        return told_from
    night_began_on = told_from.date() - timedelta(days=told_from.time() < MORNING)
    morning = datetime.combine(night_began_on + timedelta(days=1), MORNING, calendar.RIYADH)
    if found.deadline >= morning + LEAST_LEFT:
        return told_from
    return datetime.combine(night_began_on, EVENING, calendar.RIYADH)


def tell_owners() -> int:
    """Text the owners whose days are pressing, each of a day once; return how many texts were queued.

    Safe to run twice at once, or to kill.
    """
    return sum(tell_some(chunk) for chunk in chunks())


@transaction.atomic
def tell_some(establishments: Collection[Establishment]) -> int:
    owners = {one.pk: one.owner for one in establishments}
    now = timezone.now()
    found = [one for one in unreported(establishments, now) if texted_from(one) <= now]
    if not found:
        return 0
    keys, kinds, days = zip(*((one.establishment_id, one.kind, one.day) for one in found), strict=True)
    with connection.cursor() as cursor:
        # Of two runs at once the second waits here, and finds that these have been told.
        cursor.execute(REMIND, [now, list(keys), list(kinds), list(days)])
        told = cursor.fetchall()
    recipients = [recipient(owners[establishment], reminder) for reminder, establishment in told]
    return queue_many(kind="deadline_nears", recipients=recipients, about=DeadlineReminder)


REMIND = """
    INSERT INTO guests_deadlinereminder (establishment_id, kind, day, at)
    SELECT establishment, kind, day, %s
    FROM unnest(%s::bigint[], %s::text[], %s::date[]) AS found (establishment, kind, day)
    ON CONFLICT DO NOTHING
    RETURNING id, establishment_id
"""


def recipient(owner: Owner, reminder: int) -> Recipient:
    return Recipient(owner.mobile, owner.user.language if owner.user else "ar", reminder)
