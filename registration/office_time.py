"""How long an office has had an application: in its working days, without the time it was with the owner."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from registration.models import Application, Holiday, Office, Status
from shumoos.saudi import calendar, working_days


def holidays_of(office_id: int | None) -> frozenset[date]:
    """Return the days on which the office does not work, apart from weekends."""
    return frozenset(Holiday.objects.at(office_id).values_list("day", flat=True))


def start(application: Application) -> None:
    """Start the office's clock, or let it go on where the office had the application before.

    For an application that comes from its owner, within the move that brings it; the caller saves it. The
    day on which it comes does not count. The days that the office had used before it was returned do.
    """
    today = calendar.today()
    left_at = (
        application.events.filter(new=Status.RETURNED).order_by("-id").values_list("at", flat=True).first()
    )
    if application.clock_from is None or left_at is None or application.status != Status.RETURNED:
        application.clock_from = today
        return
    holidays = holidays_of(application.office_id)
    left_on = timezone.localdate(left_at, calendar.RIYADH)
    used = working_days.days_after(application.clock_from, left_on, holidays)
    application.clock_from = working_days.start_for(max(used, 0), today, holidays)


@dataclass(frozen=True)
class Clock:
    """What an office's days are counted with."""

    target: int
    holidays: frozenset[date]

    def days_left(self, clock_from: date, *, on: date) -> int:
        """Return the working days left: 0 on the last one, negative when overdue."""
        return self.target - working_days.days_after(clock_from, on, self.holidays)


def clocks(office_ids: Collection[int]) -> dict[int, Clock]:
    """Return the clocks of these offices, by key: two queries, however many there are."""
    return clocks_of(Office.objects.filter(pk__in=office_ids))


def clocks_of(offices: Iterable[Office]) -> dict[int, Clock]:
    """Return the clocks of offices that were read already, by key: one query, however many there are."""
    days = list(Holiday.objects.values_list("day", "office_id"))
    return {
        office.pk: Clock(
            office.target_days, frozenset(day for day, office_id in days if office_id in (None, office.pk))
        )
        for office in offices
    }


def overdue_before(clock: Clock, on: date) -> date:
    """Return the day such that exactly the clocks that started before it are overdue on the day `on`."""
    return working_days.latest(on, clock.target + 1, clock.holidays)
