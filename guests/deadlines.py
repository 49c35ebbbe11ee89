"""By when what happened has to be on record.

A record is due some hours after what it is about; a day is due as many hours after its end, with records or
as a nil return. An outage of our own intake moves the deadlines that fell into it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from guests import outages
from guests.models import Deadline, GuestRecord, Outage
from shumoos.saudi import calendar

# What holds for a kind that no row speaks of.
HOURS = 24
WARN_HOURS = 6


@dataclass(frozen=True)
class Due:
    """By when a record was due, and whether it came later; `moved` says that an outage of ours moved it."""

    by: datetime
    is_late: bool
    moved: bool


def of_record(record: GuestRecord) -> Due:
    """Return by when the record was due, as things stand; two queries."""
    at = record.occurred_at
    deadlines = Deadlines(record.kind, at.astimezone(calendar.RIYADH).date())
    by = deadlines.of_moment(at)
    return Due(by, is_late=record.created_at > by, moved=by != deadlines.unmoved_of_moment(at))


class Deadlines:
    """The deadlines of a kind, read once, with the outages that may move those from `since` on."""

    def __init__(self, kind: str, since: date) -> None:
        self._rows = list(Deadline.objects.filter(kind=kind).order_by("-valid_from"))
        begins, _ends = calendar.span(since)
        self._outages: list[Outage] = outages.of_intake(begins)

    def hours(self, day: date) -> int:
        """Within how many hours what happens on that day is due."""
        row = self._row(day)
        return row.hours if row else HOURS

    def warn_hours(self, day: date) -> int:
        """How many hours before its deadline the owner is told of that day."""
        row = self._row(day)
        return row.warn_hours if row else WARN_HOURS

    def _row(self, day: date) -> Deadline | None:
        return next((row for row in self._rows if row.valid_from <= day), None)

    def unmoved(self, day: date) -> datetime:
        """By when the day is due if there was no outage."""
        _begins, ends = calendar.span(day)
        return ends + timedelta(hours=self.hours(day))

    def of_day(self, day: date) -> datetime:
        """By when the day is due."""
        return self.extended(self.unmoved(day))

    def of_moment(self, at: datetime) -> datetime:
        """By when a record of what happened at that moment is due."""
        return self.extended(self.unmoved_of_moment(at))

    def unmoved_of_moment(self, at: datetime) -> datetime:
        """By when a record of what happened at that moment was due if there was no outage."""
        return at + timedelta(hours=self.hours(at.astimezone(calendar.RIYADH).date()))

    def extended(self, deadline: datetime) -> datetime:
        return outages.extended(deadline, self._outages)

    @property
    def has_outages(self) -> bool:
        return bool(self._outages)

    def segments(self, first: date, last: date) -> list[tuple[date, date, int]]:
        """Return the days from `first` to `last` in runs of which the same hours hold: first, last, hours."""
        starts = sorted({first, *(row.valid_from for row in self._rows if first < row.valid_from <= last)})
        ends = [start - timedelta(days=1) for start in starts[1:]] + [last]
        return [(start, end, self.hours(start)) for start, end in zip(starts, ends, strict=True)]
