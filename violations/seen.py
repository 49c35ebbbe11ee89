"""What the portal itself sees of inaccurate or incomplete data, as proposals that are not saved yet."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from guests import compliance
from guests.models import GuestRecord
from shumoos.saudi import calendar
from violations.models import Proposal, Source


def refused_records(first: date, last: date) -> Iterator[Proposal]:
    """Yield a proposal for each record that the centre has refused on these days and nobody has corrected."""
    starts = datetime.combine(first, time(), calendar.RIYADH)
    ends = datetime.combine(last + timedelta(days=1), time(), calendar.RIYADH)
    # Few: those that their establishment has not corrected or cancelled yet.
    for record in GuestRecord.objects.filter(to_correct=True).with_state().iterator(chunk_size=1000):
        if record.latest_at is None or not starts <= record.latest_at < ends:
            continue
        on = timezone.localdate(record.occurred_at, calendar.RIYADH)
        yield Proposal(
            establishment_id=record.establishment_id,
            source=Source.REFUSED_RECORD,
            key=f"record:{record.pk}",
            record=record,
            record_kind=record.kind,
            first_on=on,
            last_on=on,
            reason=record.latest_refusal,
        )


def missing_days(first: date, last: date) -> Iterator[Proposal]:
    """Yield a proposal for each day of these on which an establishment had to report and has sent nothing."""
    for missing in compliance.missing(first, last):
        yield Proposal(
            establishment_id=missing.establishment_id,
            source=Source.MISSING_DAYS,
            key=f"{missing.kind}:{missing.day.isoformat()}",
            record_kind=missing.kind,
            first_on=missing.day,
            last_on=missing.day,
        )
