"""Which days are reported: with records or a nil return, in time, late, or not at all."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, models
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guests.deadlines import Deadlines
from guests.due_days import due_days
from guests.kinds import KINDS
from guests.models import GuestRecord, NilReturn
from registration.models import Establishment
from shumoos.saudi import calendar

# So many establishments at a time are looked through.
CHUNK = 1000


class DayState(models.TextChoices):
    NOT_DUE = "not_due", _("Nothing due")
    UPCOMING = "upcoming", _("Still to come")
    OPEN = "open", _("Due")
    REPORTED = "reported", _("Reported")
    NIL = "nil", _("Nil return")
    LATE = "late", _("Late")
    MISSING = "missing", _("Missing")


TONES = {
    DayState.NOT_DUE: "neutral",
    DayState.UPCOMING: "neutral",
    DayState.OPEN: "waiting",
    DayState.REPORTED: "success",
    DayState.NIL: "info",
    DayState.LATE: "warning",
    DayState.MISSING: "danger",
}


@dataclass(frozen=True)
class Day:
    """A day of an establishment and a kind: what is on record of it, and by when it was to be.

    `late` of its `records` came after their deadlines; `moved` says that an outage of ours moved the day's.
    """

    day: date
    state: DayState
    deadline: datetime
    records: int = 0
    late: int = 0
    nil_return: NilReturn | None = None
    moved: bool = False

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def may_be_nil(self) -> bool:
        """Whether a nil return of this day would mend something."""
        return self.state in (DayState.OPEN, DayState.MISSING)


class Missing(NamedTuple):
    """A day of which its establishment has reported nothing; its owner is told from `told_from` on."""

    establishment_id: int
    kind: str
    day: date
    deadline: datetime
    told_from: datetime


def days(
    establishment: Establishment, kind: str, first: date, last: date, *, now: datetime | None = None
) -> list[Day]:
    """Return every day from `first` to `last`, in order, as it stands now; six queries or so."""
    now = now or timezone.now()
    deadlines = Deadlines(kind, first)
    counted = counts(establishment, kind, first, last, deadlines)
    nils = {
        filed.day: filed
        for filed in NilReturn.objects.standing()
        .filter(establishment=establishment, kind=kind, day__range=(first, last))
        .select_related("submission")
    }
    due = due_days([establishment.pk], first, last).get(establishment.pk, set())
    found = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        deadline = deadlines.of_day(day)
        records, late = counted.get(day, (0, 0))
        nil_return = nils.get(day)
        found.append(
            Day(
                day=day,
                state=state_of(day, now, deadline, records=records, late=late, nil=nil_return, due=due),
                deadline=deadline,
                records=records,
                late=late,
                nil_return=nil_return,
                moved=deadline != deadlines.unmoved(day),
            )
        )
    return found


def state_of(
    day: date,
    now: datetime,
    deadline: datetime,
    *,
    records: int,
    late: int,
    nil: NilReturn | None,
    due: Collection[date],
) -> DayState:
    if late:
        return DayState.LATE
    if records:
        return DayState.REPORTED
    if nil:
        return DayState.LATE if nil.filed_at > deadline else DayState.NIL
    if day > now.astimezone(calendar.RIYADH).date():
        return DayState.UPCOMING
    if day not in due:
        return DayState.NOT_DUE
    return DayState.OPEN if now <= deadline else DayState.MISSING


def counts(
    establishment: Establishment, kind: str, first: date, last: date, deadlines: Deadlines
) -> Mapping[date, tuple[int, int]]:
    """Return, by day, how many records there are and how many of them came late."""
    found: dict[date, tuple[int, int]] = {}
    for begin, end, hours in deadlines.segments(first, last):
        records = records_between(begin, end).filter(establishment=establishment, kind=kind)
        is_late = Q(created_at__gt=F("occurred_at") + timedelta(hours=hours))
        by_day = records.annotate(on=TruncDate("occurred_at", tzinfo=calendar.RIYADH)).values("on").order_by()
        for row in by_day.annotate(records=Count("pk"), late=Count("pk", filter=is_late)):
            found[row["on"]] = (row["records"], row["late"])
        if deadlines.has_outages and any(late for _records, late in found.values()):
            for day, excused in excused_by_outages(records.filter(is_late), deadlines).items():
                found[day] = (found[day][0], found[day][1] - excused)
    return found


def excused_by_outages(late: QuerySet[GuestRecord], deadlines: Deadlines) -> Mapping[date, int]:
    """Return, by day, how many of these late records came within a deadline that an outage had moved."""
    excused: dict[date, int] = {}
    for occurred_at, created_at in late.values_list("occurred_at", "created_at").iterator():
        if created_at <= deadlines.of_moment(occurred_at):
            day = occurred_at.astimezone(calendar.RIYADH).date()
            excused[day] = excused.get(day, 0) + 1
    return excused


def records_between(first: date, last: date) -> QuerySet[GuestRecord]:
    begins, ends = calendar.span(first)[0], calendar.span(last)[1]
    return GuestRecord.objects.filter(
        occurred_at__gte=begins, occurred_at__lt=ends, cancelled_at__isnull=True
    )


def missing(first: date, last: date, *, now: datetime | None = None) -> Iterator[Missing]:
    """Yield the days from `first` to `last` whose deadline has passed with neither records nor nil return.

    Of all establishments, in the order of their keys; days on which they had not to report are none.
    """
    now = now or timezone.now()
    for chunk in chunks():
        for found in uncovered(chunk, first, last):
            if found.deadline < now:
                yield found


def chunks(among: QuerySet[Any, Any] | None = None) -> Iterator[list[Establishment]]:
    """Yield all establishments, or those whose keys are `among` these, some at a time."""
    after = 0
    wanted = Establishment.objects.select_related("sector", "owner__user").order_by("pk")
    if among is not None:
        wanted = wanted.filter(pk__in=among)
    while chunk := list(wanted.filter(pk__gt=after)[:CHUNK]):
        yield chunk
        after = chunk[-1].pk


def uncovered(establishments: Collection[Establishment], first: date, last: date) -> list[Missing]:
    """Return the days of these on which they had to report and have not, their deadline past or to come.

    One query finds them, which looks each day up in an index.
    """
    due = due_days([one.pk for one in establishments], first, last)
    asked = [
        (one.pk, kind, day)
        for one in establishments
        for kind in one.sector.record_kinds
        if kind in KINDS
        for day in sorted(due.get(one.pk, ()))
    ]
    if not asked:
        return []
    keys, kinds, on = zip(*asked, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(UNCOVERED, [list(keys), list(kinds), list(on)])
        rows = cursor.fetchall()
    deadlines = {kind: Deadlines(kind, first) for kind in set(kinds)}
    return [missing_of(pk, kind, day, deadlines[kind]) for pk, kind, day in rows]


def missing_of(establishment: int, kind: str, day: date, deadlines: Deadlines) -> Missing:
    deadline = deadlines.of_day(day)
    return Missing(establishment, kind, day, deadline, deadline - timedelta(hours=deadlines.warn_hours(day)))


UNCOVERED = """
    SELECT due.establishment, due.kind, due.day
    FROM unnest(%s::bigint[], %s::text[], %s::date[]) WITH ORDINALITY
        AS due (establishment, kind, day, place)
    WHERE NOT EXISTS (
        SELECT FROM guests_guestrecord AS record
        WHERE record.establishment_id = due.establishment
            AND record.occurred_at >= due.day::timestamp AT TIME ZONE 'Asia/Riyadh'
            AND record.occurred_at < (due.day + 1)::timestamp AT TIME ZONE 'Asia/Riyadh'
            AND record.kind = due.kind
            AND record.cancelled_at IS NULL
    ) AND NOT EXISTS (
        SELECT FROM guests_nilreturn AS filed
        WHERE filed.establishment_id = due.establishment
            AND filed.kind = due.kind
            AND filed.day = due.day
            AND filed.voided_at IS NULL
    )
    ORDER BY due.place
"""
