"""The desk's lists of tickets, each a page at a time along an index."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from shumoos.accounts.models import User
from shumoos.keys import is_key
from support.models import Category, Ticket, TicketStatus

SIZE = 25
CLOSED = "closed"


@dataclass(frozen=True)
class Page:
    tickets: list[Ticket]
    next_key: str


def in_tab(tab: str, user: User, *, category: Category | None = None) -> QuerySet[Ticket]:
    """Return the tickets under one tab."""
    chosen = {
        "open": Q(status=TicketStatus.OPEN),
        "mine": Q(assigned_to=user),
        "unassigned": Q(status=TicketStatus.OPEN, assigned_to__isnull=True),
        "late": Q(due_at__lte=timezone.now()),
        "answered": Q(status=TicketStatus.ANSWERED),
        CLOSED: Q(status=TicketStatus.CLOSED),
    }[tab]
    if category:
        chosen &= Q(category=category)
    tickets = Ticket.objects.all() if tab == CLOSED else Ticket.objects.unfinished()
    return tickets.filter(chosen)


def page(tickets: QuerySet[Ticket], after: str, *, by_end: bool = False) -> Page:
    """Return the page that follows a key, as answers are due; or `by_end`, the last that ended first."""
    rows = tickets.select_related(
        "category", "priority", "assigned_to", "establishment", "application", "licence"
    )
    order = ["-closed_at", "-pk"] if by_end else [F("due_at").asc(nulls_last=True), "pk"]
    rows = rows.order_by(*order)
    if key := read_key(after):
        rows = rows.filter(ended_before(*key) if by_end else beyond(*key))
    found = list(rows[: SIZE + 1])
    if len(found) <= SIZE:
        return Page(found, "")
    last = found[SIZE - 1]
    return Page(found[:SIZE], make_key(last.closed_at if by_end else last.due_at, last.pk))


def beyond(due_at: datetime | None, pk: int) -> Q:
    if due_at is None:
        return Q(due_at__isnull=True, pk__gt=pk)
    return Q(due_at__gt=due_at) | Q(due_at=due_at, pk__gt=pk) | Q(due_at__isnull=True)


def ended_before(closed_at: datetime | None, pk: int) -> Q:
    return Q(closed_at__lt=closed_at) | Q(closed_at=closed_at, pk__lt=pk) if closed_at else Q()


def make_key(at: datetime | None, pk: int) -> str:
    return f"{at.isoformat() if at else ''}_{pk}"


def read_key(text: str) -> Any:
    """Return what a key says; None for what is none."""
    moment, _line, pk = text.partition("_")
    if not is_key(pk):
        return None
    try:
        at = datetime.fromisoformat(moment) if moment else None
    except ValueError:
        return None
    if at is not None and timezone.is_naive(at):
        return None
    return at, int(pk)
