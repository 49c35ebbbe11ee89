"""Until when the desk has to answer. The clock runs day and night; each priority has its hours, as data.

It starts when a ticket is opened, stops with an answer and starts anew when the other side writes again.
Where a law sets the day, nothing but the ticket's end stops it.
"""

from datetime import datetime, timedelta

from support.models import Ticket

# What a law sets a day for is made urgent while there is still time to do it.
WARNED_BEFORE_LAWFUL_DAY = timedelta(days=5)


def start(ticket: Ticket, now: datetime) -> None:
    """Let the clock of a ticket that waits for the desk run from now."""
    if not ticket.is_due_by_law:
        ticket.due_at = ticket.escalate_at = now + ticket.priority.time


def start_by_law(ticket: Ticket, due_at: datetime) -> None:
    """Set the moment that a law sets."""
    ticket.is_due_by_law = True
    ticket.due_at = due_at
    ticket.escalate_at = due_at - WARNED_BEFORE_LAWFUL_DAY


def stop(ticket: Ticket, now: datetime) -> None:
    """Stop the clock, because the desk has answered; where that was late, it stays on record."""
    note_breach(ticket, now)
    if not ticket.is_due_by_law:
        ticket.due_at = ticket.escalate_at = None


def end(ticket: Ticket, now: datetime) -> None:
    """Stop the clock for good, because the ticket has ended."""
    note_breach(ticket, now)
    ticket.due_at = ticket.escalate_at = None


def note_breach(ticket: Ticket, now: datetime) -> None:
    if ticket.breached_at is None and ticket.due_at is not None and ticket.due_at <= now:
        ticket.breached_at = ticket.due_at


def reset(ticket: Ticket, now: datetime) -> None:
    """Give a ticket that waits the hours of its new priority, counted from when its clock has started."""
    if ticket.is_due_by_law or ticket.due_at is None:
        return
    ticket.due_at = since(ticket) + ticket.priority.time
    ticket.escalate_at = max(ticket.due_at, now)


def take_over(ticket: Ticket, other: Ticket) -> None:
    """Let a ticket be due no later than another one, whose clock still runs."""
    ticket.due_at = earlier(ticket.due_at, other.due_at)
    ticket.escalate_at = earlier(ticket.escalate_at, other.escalate_at)


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)


def since(ticket: Ticket) -> datetime:
    """Return when the clock that is running was started: the last time that the other side wrote."""
    wrote = ticket.entries.filter(kind__in=["opened", "message", "reopened"]).order_by("-pk").first()
    return wrote.at if wrote else ticket.opened_at
