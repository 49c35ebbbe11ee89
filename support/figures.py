"""The desk in numbers: what waits, by category, and what came in and was answered, hour by hour."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Avg, Count, Q
from django.db.models.functions import TruncHour
from django.utils import timezone
from django.utils.translation import gettext as _

from shumoos import charts
from shumoos.accounts.models import User
from shumoos.saudi import calendar
from shumoos.tables import Cell, Section, Table
from support.models import Category, EntryKind, Ticket, TicketEntry, TicketStatus

HOURS = 24
RATED_WITHIN = timedelta(days=30)


def counts(user: User) -> dict[str, int]:
    """Return how many tickets are under each tab: one query over what is unfinished."""
    waits = Q(status=TicketStatus.OPEN)
    return Ticket.objects.unfinished().aggregate(
        open=Count("pk", filter=waits),
        mine=Count("pk", filter=Q(assigned_to=user)),
        unassigned=Count("pk", filter=waits & Q(assigned_to__isnull=True)),
        late=Count("pk", filter=Q(due_at__lte=timezone.now())),
        answered=Count("pk", filter=Q(status=TicketStatus.ANSWERED)),
    )


def rating() -> tuple[float | None, int]:
    """Return the mean of the ratings of tickets closed within thirty days, and of how many."""
    rated = Ticket.objects.filter(
        closed_at__gt=timezone.now() - RATED_WITHIN, rating__isnull=False
    ).aggregate(mean=Avg("rating"), count=Count("pk"))
    return rated["mean"], rated["count"]


def sections() -> list[Section]:
    return [by_category(), by_hour()]


def by_category() -> Section:
    """What is unfinished, by category, in time and late: two queries."""
    late = Q(due_at__lte=timezone.now())
    counted: dict[str, tuple[int, int]] = {
        str(row["category"]): (row["in_time"], row["late"])
        for row in Ticket.objects.unfinished()
        .order_by()
        .values("category")
        .annotate(in_time=Count("pk", filter=~late | Q(due_at__isnull=True)), late=Count("pk", filter=late))
    }
    found = [(each.name, counted[each.code]) for each in Category.objects.all() if each.code in counted]
    found.sort(key=lambda row: -sum(row[1]))
    title, series = _("Unfinished tickets by category"), [_("In time"), _("Late")]
    chart = None
    if found:
        label = charts.spoken(title, [f"{name} {sum(values)}" for name, values in found[:3]])
        chart = charts.bars("category", label, found, series)
    rows: list[list[Cell]] = [[name, *values] for name, values in found]
    return Section("category", title, chart, Table([_("Category"), *series], rows))


def by_hour() -> Section:
    """Tickets opened, and answers given, in each of the last 24 hours: two queries."""
    last = timezone.localtime(timezone.now(), calendar.RIYADH).replace(minute=0, second=0, microsecond=0)
    hours = [last - timedelta(hours=back) for back in reversed(range(HOURS))]
    opened = per_hour(Ticket.objects.filter(opened_at__gte=hours[0]), "opened_at")
    answers = TicketEntry.objects.filter(kind=EntryKind.ANSWER, at__gte=hours[0])
    answered = per_hour(answers, "at")
    values = [(f"{hour:%H:%M}", (opened.get(hour, 0), answered.get(hour, 0))) for hour in hours]
    title, series = _("The last 24 hours"), [_("Opened"), _("Answers")]
    chart = None
    if any(sum(pair) for _hour, pair in values):
        chart = charts.lines("hours", charts.spoken(title, totals(values, series)), values, series)
    rows: list[list[Cell]] = [[hour, *pair] for hour, pair in values]
    return Section("hours", title, chart, Table([_("Hour"), *series], rows))


def per_hour(rows: object, name: str) -> dict[datetime, int]:
    hour = TruncHour(name, tzinfo=calendar.RIYADH)
    counted = rows.order_by().annotate(hour=hour).values("hour").annotate(count=Count("pk"))  # type: ignore[attr-defined]
    return {row["hour"]: row["count"] for row in counted}


def totals(values: Sequence[tuple[str, tuple[int, int]]], series: Sequence[str]) -> list[str]:
    return [f"{name} {sum(pair[place] for _hour, pair in values)}" for place, name in enumerate(series)]
