"""Keeping records as long as the rule says, and looking at them only for a stated reason."""

from datetime import date, datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from guests.models import Inspection, KeepingRule, PurgedDay
from registration.models import Establishment
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.saudi import calendar

log = structlog.get_logger(__name__)

# A transaction short enough that nobody waits for it, and that a killed worker loses a moment's work.
ROWS_AT_ONCE = 2000

# Keys grow with time, so the oldest records come first by their key: nothing searches the table for a day.
OLDEST = "SELECT created_at FROM guests_guestrecord ORDER BY id LIMIT 1"
CHOOSE = """
    SELECT array_agg(id) FROM (
        SELECT id, created_at FROM guests_guestrecord ORDER BY id LIMIT %s FOR UPDATE
    ) AS oldest WHERE created_at < %s
"""
DELETE = (
    "DELETE FROM guests_recordchange WHERE record_id = ANY(%s)",
    "DELETE FROM guests_guestrecord WHERE id = ANY(%s)",
)


def purge(today: date | None = None) -> int:
    """Delete the records whose time is over, day by day, and return how many there were.

    Their receipts stay, with the digests over what they said. Safe to run twice at once and to kill: each
    step is a transaction of its own, and the next run goes on where this one was.
    """
    kept_since = KeepingRule.kept_since(today)
    deleted = 0
    while (day := oldest_day()) and day < kept_since:
        deleted += purge_day(day)
    return deleted


def oldest_day() -> date | None:
    with connection.cursor() as cursor:
        cursor.execute(OLDEST)
        row = cursor.fetchone()
    return row[0].astimezone(calendar.RIYADH).date() if row else None


def purge_day(day: date) -> int:
    """Delete the records received on the day or before it, and return how many there were."""
    _begins, ends = calendar.span(day)
    PurgedDay.objects.get_or_create(day=day)
    deleted = 0
    while step := purge_step(day, ends):
        deleted += step
    PurgedDay.objects.filter(day=day).update(finished_at=timezone.now())
    log.info("records deleted", day=day.isoformat(), records=deleted)
    return deleted


@transaction.atomic
def purge_step(day: date, ends: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(CHOOSE, [ROWS_AT_ONCE, ends])
        [keys] = cursor.fetchone()
        if not keys:
            return 0
        for statement in DELETE:
            cursor.execute(statement, [keys])
    PurgedDay.objects.filter(day=day).update(records=F("records") + len(keys))
    return len(keys)


class InspectionRefused(Exception):
    """Why an officer may not look, as a sentence for them."""


@transaction.atomic
def inspect(*, by: User, number: str, case_number: str, reason: str) -> Inspection:
    """Write down for which case an officer looks at an establishment's records; it holds for an hour.

    `number` is the establishment's. Raises `InspectionRefused` where the officer's scope has none;
    a stranger learns no more than that.
    """
    establishment = Establishment.objects.visible_to(by).filter(number=number).first()
    if establishment is None:
        raise InspectionRefused(_("Your office has no establishment with this number."))
    inspection = Inspection.objects.create(
        by=by, establishment=establishment, case_number=case_number, reason=reason
    )
    log_change("begin inspection", inspection, by=by, reason=f"{case_number}: {reason}")
    return inspection


def count_look(inspection: Inspection) -> None:
    """Count a record that is shown for a stated reason; the owner sees how many, and not by whom."""
    Inspection.objects.filter(pk=inspection.pk).update(looks=F("looks") + 1)


def looks_at(user: User) -> list[dict[str, object]]:
    """Return, by establishment of this owner, how many looks officers have had at its records in a year."""
    since = timezone.now() - timedelta(days=365)
    found = (
        Inspection.objects.filter(establishment__owner__user=user, begun_at__gt=since, looks__gt=0)
        .values("establishment")
        .annotate(count=Sum("looks"))
    )
    counts = {row["establishment"]: row["count"] for row in found}
    establishments = Establishment.objects.filter(owner__user=user)
    return [{"establishment": each, "count": counts.get(each.pk, 0)} for each in establishments]
