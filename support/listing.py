"""The desk's lists of tickets, each a page at a time along an index."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from shumoos.accounts.models import User
from support.models import Category, Ticket, TicketStatus

SIZE = 25


@dataclass(frozen=True)
class Page:
    tickets: list[Ticket]
    next_key: str


def in_tab(tab: str, user: User, *, category: Category | None = None) -> QuerySet[Ticket]:
    """Return the tickets under one tab, the most pressing first."""
    unfinished = Ticket.objects.unfinished()
    chosen = {
        "open": Q(status=TicketStatus.OPEN),
        "mine": Q(assigned_to=user),
        "unassigned": Q(status=TicketStatus.OPEN, assigned_to__isnull=True),
        "late": Q(due_at__lte=timezone.now()),
        "answered": Q(status=TicketStatus.ANSWERED),
    }[tab]
    if category:
        chosen &= Q(category=category)
    return unfinished.filter(chosen)


def page(tickets: QuerySet[Ticket], after: str) -> Page:
    """Return the page that follows a key, in the order in which answers are due."""
    rows = tickets.select_related("category", "priority", "assigned_to", "establishment", "application")
    rows = rows.order_by(F("due_at").asc(nulls_last=True), "pk")
    if key := read_key(after):
        rows = rows.filter(beyond(*key))
    found = list(rows[: SIZE + 1])
    return Page(found[:SIZE], make_key(found[SIZE - 1]) if len(found) > SIZE else "")


def beyond(due_at: datetime | None, pk: int) -> Q:
    if due_at is None:
        return Q(due_at__isnull=True, pk__gt=pk)
    return Q(due_at__gt=due_at) | Q(due_at=due_at, pk__gt=pk) | Q(due_at__isnull=True)


def make_key(ticket: Ticket) -> str:
    due = ticket.due_at.isoformat() if ticket.due_at else ""
    return f"{due}_{ticket.pk}"


def read_key(text: str) -> Any:
    """Return what a key says; None for what is none."""
    due, _line, pk = text.partition("_")
    if not pk.isascii() or not pk.isdigit() or len(pk) > 18:
        return None
    try:
        due_at = datetime.fromisoformat(due) if due else None
    except ValueError:
        return None
    if due_at is not None and timezone.is_naive(due_at):
        return None
    return due_at, int(pk)
