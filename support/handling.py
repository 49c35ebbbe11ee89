"""What is done with a ticket. Each step is one function, in one transaction, with its row in the history."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registration.documents import CleanFile
from registration.moves import MoveRefused
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import Role, User
from shumoos.sms.outbox import queue_sms
from support import clock, numbers
from support.models import (
    MOVES,
    Category,
    EntryKind,
    Priority,
    Ticket,
    TicketEntry,
    TicketLink,
    TicketStatus,
)
from support.tickets import attach

MOST_MESSAGES_A_DAY = 30


def lock(ticket: Ticket) -> None:
    """Read a ticket anew and have it to ourselves until the transaction's end."""
    ticket.refresh_from_db(from_queryset=Ticket.objects.select_for_update(of=("self",)))


def write(ticket: Ticket, kind: EntryKind, *, by: User | None, **said: Any) -> TicketEntry:
    """Add a row to the history of a locked ticket."""
    log_change(f"ticket {kind}", ticket, by=by)
    return ticket.entries.create(kind=kind, by=by, status=ticket.status, at=timezone.now(), **said)


def move(ticket: Ticket, to: TicketStatus) -> None:
    """Give a locked ticket another status, with what that does to its clock; the caller saves it.

    Raises MoveRefused for a move that is not in MOVES.
    """
    if to not in MOVES[ticket.status]:
        raise MoveRefused(
            _("This ticket is “%(status)s”; this cannot be done now.")
            % {"status": ticket.get_status_display()}
        )
    if to in (TicketStatus.CLOSED, TicketStatus.MERGED):
        refuse_lawful(ticket)
    now = timezone.now()
    if to == TicketStatus.OPEN:
        clock.start(ticket, now)
        ticket.closed_at = None
    elif to == TicketStatus.ANSWERED:
        clock.stop(ticket, now)
        ticket.answered_at = now
    else:
        clock.end(ticket, now)
        ticket.closed_at = now
    ticket.status = to


def refuse_lawful(ticket: Ticket) -> None:
    """Raise MoveRefused where a law asks for an outcome that is not there yet: see `support.rights`."""
    if ticket.is_due_by_law:
        raise MoveRefused(_("A request under the personal data law ends with its outcome."))


def refuse_finished(ticket: Ticket) -> None:
    if ticket.status == TicketStatus.MERGED and ticket.merged_into:
        raise MoveRefused(
            _("This ticket was merged into %(number)s: go on there.")
            % {"number": numbers.show_among_words(ticket.merged_into.number)}
        )
    if ticket.is_finished:
        raise MoveRefused(_("This ticket is closed. Within seven days it can be reopened."))


# At the desk ------------------------------------------------------------------------------------------------


@transaction.atomic
def take(ticket: Ticket, *, by: User) -> None:
    """Take a ticket that nobody has; taking one's own again changes nothing.

    Raises MoveRefused where a colleague has it, and for one that has ended.
    """
    lock(ticket)
    if ticket.assigned_to_id == by.pk:
        return
    if ticket.assigned_to:
        raise MoveRefused(_("%(name)s has this ticket.") % {"name": ticket.assigned_to.full_name})
    give(ticket, by, by=by)


@transaction.atomic
def assign(ticket: Ticket, *, to: User | None, by: User) -> None:
    """Give a ticket to an agent, whoever has it, or to nobody; repeating changes nothing.

    Raises MoveRefused for somebody who does not work at the desk, and for a ticket that has ended.
    """
    lock(ticket)
    if ticket.assigned_to_id == (to.pk if to else None):
        return
    give(ticket, to, by=by)


def give(ticket: Ticket, to: User | None, *, by: User) -> None:
    refuse_finished(ticket)
    if to is not None and (to.role != Role.SUPPORT or not to.is_active):
        raise MoveRefused(_("Only support agents have tickets."))
    write(ticket, EntryKind.ASSIGNED, by=by, person=to)
    ticket.assigned_to = to
    ticket.save(update_fields=["assigned_to"])


@transaction.atomic
def answer(
    ticket: Ticket,
    *,
    by: User,
    text: str,
    attached: Iterable[CleanFile] = (),
    by_text: bool = True,
    closes: bool = False,
) -> TicketEntry:
    """Answer whoever opened a ticket, on screen and, where wanted, by text; or answer and close it.

    The same words as the last answer, sent again while nothing else was written, are not written twice.
    Raises MoveRefused for a ticket that has ended, ValidationError for an empty answer or a file.
    """
    lock(ticket)
    if repeated := repeated_answer(ticket, text, by=by, closes=closes):
        return repeated
    refuse_finished(ticket)
    refuse_empty(text)
    if ticket.assigned_to_id is None:
        ticket.assigned_to = by
    to = TicketStatus.CLOSED if closes else TicketStatus.ANSWERED
    if ticket.status != to:
        move(ticket, to)
    ticket.answered_at = timezone.now()
    ticket.save()
    entry = write(ticket, EntryKind.ANSWER, by=by, text=text.strip())
    attach(entry, attached)
    if by_text:
        tell_answered(ticket, entry)
    return entry


def tell_answered(ticket: Ticket, entry: TicketEntry) -> None:
    """Queue a text about an answer, to whoever the ticket is about."""
    queue_sms(kind="ticket_answered", to=ticket.mobile, language=ticket.language, about=entry)


def repeated_answer(ticket: Ticket, text: str, *, by: User, closes: bool) -> TicketEntry | None:
    """Return the last entry where it is this very answer, sent twice."""
    last = ticket.entries.order_by("-pk").first()
    is_same = last and last.kind == EntryKind.ANSWER and last.by_id == by.pk and last.text == text.strip()
    to = TicketStatus.CLOSED if closes else TicketStatus.ANSWERED
    return last if is_same and ticket.status == to else None


@transaction.atomic
def note(ticket: Ticket, *, by: User, text: str) -> TicketEntry:
    """Write what only the desk reads. Also on a closed ticket; raises ValidationError for nothing."""
    lock(ticket)
    refuse_empty(text)
    return write(ticket, EntryKind.NOTE, by=by, text=text.strip())


@transaction.atomic
def change(ticket: Ticket, *, by: User, category: Category, priority: Priority) -> None:
    """Put a ticket under another category or priority; its clock gets that priority's hours.

    Repeating changes nothing; raises MoveRefused for a ticket that has ended.
    """
    lock(ticket)
    if (ticket.category_id, ticket.priority_id) == (category.code, priority.code):
        return
    refuse_finished(ticket)
    has_other_priority = ticket.priority_id != priority.code
    ticket.category, ticket.priority = category, priority
    if has_other_priority:
        clock.reset(ticket, timezone.now())
    ticket.save()
    write(ticket, EntryKind.CHANGED, by=by, detail=f"{category.code} {priority.code}")


@transaction.atomic
def merge(ticket: Ticket, *, into: Ticket, by: User) -> None:
    """Merge a ticket into another about the same establishment or application; repeating changes nothing.

    What was written stays with each and is shown with both. The one that goes on is as urgent, and due as
    early, as either was. Raises MoveRefused as `refuse_merging` does.
    """
    # In the order of their keys, so that two who merge each into the other do not wait for one another.
    for each in sorted((ticket, into), key=lambda one: one.pk):
        lock(each)
    if ticket.merged_into_id == into.pk:
        return
    refuse_merging(ticket, into)
    go_on_for(into, ticket)
    move(ticket, TicketStatus.MERGED)
    ticket.merged_into = into
    ticket.save()
    write(ticket, EntryKind.MERGED, by=by, detail=into.number)
    write(into, EntryKind.TOOK_IN, by=by, detail=ticket.number)


def refuse_merging(ticket: Ticket, into: Ticket) -> None:
    """Raise MoveRefused where one has ended, where they are about others, and for requests by law.

    A request under the personal data law has a day and an end of its own.
    """
    refuse_finished(ticket)
    if into.is_finished or into.pk == ticket.pk:
        raise MoveRefused(_("A ticket is merged into another one that goes on."))
    refuse_lawful(ticket)
    if into.is_due_by_law:
        raise MoveRefused(_("A request under the personal data law has a day of its own: link them instead."))
    if not is_about_the_same(ticket, into):
        raise MoveRefused(_("Only tickets about the same establishment are merged: link them instead."))


def go_on_for(into: Ticket, ticket: Ticket) -> None:
    """Make a ticket as urgent, and due as early, as one that is being merged into it."""
    into.priority = min(into.priority, ticket.priority, key=lambda priority: priority.level)
    if ticket.status == TicketStatus.OPEN:
        if into.status != TicketStatus.OPEN:
            move(into, TicketStatus.OPEN)
        clock.take_over(into, ticket)
    into.save()


def is_about_the_same(ticket: Ticket, other: Ticket) -> bool:
    def subjects(one: Ticket) -> set[tuple[str, int | str]]:
        found: set[tuple[str, int | str]] = set()
        if one.application_id:
            found.add(("application", one.application_id))
        establishment = one.establishment_id or (one.application and one.application.establishment_id)
        if establishment:
            found.add(("establishment", establishment))
        if one.licence_id:
            found.add(("licence", one.licence_id))
        if one.caller_mobile:
            found.add(("caller", one.caller_mobile))
        return found

    return bool(subjects(ticket) & subjects(other))


@transaction.atomic
def link(ticket: Ticket, *, to: Ticket, by: User) -> None:
    """Note that two tickets have to do with each other. Repeating changes nothing.

    Raises MoveRefused for a ticket and itself.
    """
    if ticket.pk == to.pk:
        raise MoveRefused(_("A ticket is linked to another one."))
    one, other = sorted((ticket, to), key=lambda each: each.pk)
    lock(one)
    _link, is_new = TicketLink.objects.get_or_create(one=one, other=other, defaults={"by": by})
    if is_new:
        write(one, EntryKind.LINKED, by=by, detail=other.number)
        lock(other)
        write(other, EntryKind.LINKED, by=by, detail=one.number)


# On the other side ------------------------------------------------------------------------------------------


@transaction.atomic
def ask_again(
    ticket: Ticket, *, by: User | None, text: str, attached: Iterable[CleanFile] = ()
) -> TicketEntry:
    """Write to the desk about a ticket that goes on; its clock starts where the desk had answered.

    The same words again are not written twice. Raises MoveRefused for a ticket that has ended,
    ValidationError for nothing or a file.
    """
    lock(ticket)
    refuse_finished(ticket)
    refuse_empty(text)
    last = ticket.entries.order_by("-pk").first()
    if last and last.kind == EntryKind.MESSAGE and last.text == text.strip():
        attach(last, attached)
        return last
    refuse_flood(ticket)
    if ticket.status != TicketStatus.OPEN:
        move(ticket, TicketStatus.OPEN)
        ticket.save()
    entry = write(ticket, EntryKind.MESSAGE, by=by, text=text.strip())
    attach(entry, attached)
    return entry


def refuse_flood(ticket: Ticket) -> None:
    since = timezone.now() - timedelta(days=1)
    if ticket.entries.filter(kind=EntryKind.MESSAGE, at__gt=since).count() >= MOST_MESSAGES_A_DAY:
        raise MoveRefused(_("Thirty messages came within a day. Wait for the answer."))


@transaction.atomic
def close(ticket: Ticket, *, by: User | None) -> None:
    """Close a ticket without another answer: its opener is content, or time has passed (`by` None).

    Repeating changes nothing; raises MoveRefused for one that was merged.
    """
    lock(ticket)
    if ticket.status == TicketStatus.CLOSED:
        return
    move(ticket, TicketStatus.CLOSED)
    ticket.save()
    write(ticket, EntryKind.CLOSED, by=by)


@transaction.atomic
def reopen(ticket: Ticket, *, by: User | None, text: str) -> None:
    """Take a ticket up again within seven days of its end, with what is still wrong.

    One that is open stays as it is. Raises MoveRefused after that, and for one that was merged;
    ValidationError without words.
    """
    lock(ticket)
    if ticket.status == TicketStatus.OPEN:
        return
    if ticket.status == TicketStatus.CLOSED and not ticket.may_be_reopened:
        raise MoveRefused(
            _("This ticket was closed more than seven days ago. Open a new one, and name this one in it.")
        )
    refuse_empty(text)
    move(ticket, TicketStatus.OPEN)
    ticket.rating, ticket.rating_words = None, ""
    ticket.save()
    write(ticket, EntryKind.REOPENED, by=by, text=text.strip())


@transaction.atomic
def rate(ticket: Ticket, *, by: User | None, stars: int, words: str = "") -> None:
    """Rate how a ticket was handled, with 1 to 5, once. The same again changes nothing.

    Raises MoveRefused for one that goes on or was rated otherwise, ValidationError for another number.
    """
    if not 1 <= stars <= 5:
        raise ValidationError({"stars": _("Rate with 1 to 5.")})
    lock(ticket)
    if (ticket.rating, ticket.rating_words) == (stars, words.strip()):
        return
    if ticket.rating is not None:
        raise MoveRefused(_("You have rated this ticket already. Thank you."))
    if not ticket.may_be_rated:
        raise MoveRefused(_("A ticket is rated once it is closed."))
    ticket.rating, ticket.rating_words = stars, words.strip()
    ticket.save(update_fields=["rating", "rating_words"])
    write(ticket, EntryKind.RATED, by=by, detail=str(stars), text=words.strip())


def refuse_empty(text: str) -> None:
    if not text.strip():
        raise ValidationError({"text": _("Write a message first.")})
