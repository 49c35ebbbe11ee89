"""What happens to tickets by the passing of time. Safe to run twice at once, or to kill."""

from datetime import timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from shumoos.sms.outbox import queue_sms
from support import clock, handling
from support.models import EntryKind, PageAnswer, Priority, Ticket, TicketFile, TicketStatus

BATCH = 100
# Nobody has written back after an answer for so long: the matter is done.
CLOSED_AFTER = timedelta(days=7)
FILES_KEPT_FOR = timedelta(days=365)
VISITORS_KEPT_FOR = timedelta(days=1)
ANSWERS_KEPT_FOR = timedelta(days=730)


def keep_up() -> None:
    """Escalate what is late, and close what was answered a week ago."""
    while escalate_some():
        pass
    while close_some():
        pass


@transaction.atomic
def escalate_some() -> int:
    """Make a batch of late tickets more urgent and give them back to everybody; return how many."""
    now = timezone.now()
    due = Ticket.objects.unfinished().filter(escalate_at__lte=now).order_by("escalate_at")
    late = list(due.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    levels = list(Priority.objects.order_by("level"))
    for ticket in late:
        escalate(ticket, levels)
    return len(late)


def escalate(ticket: Ticket, levels: list[Priority]) -> None:
    """Move a locked ticket one priority up; whoever had it is told, and anybody may take it now.

    At the top nothing is left to do but to show it. One that a law sets a day for goes to the top at once.
    """
    now = timezone.now()
    clock.note_breach(ticket, now)
    place = next(position for position, one in enumerate(levels) if one.code == ticket.priority_id)
    new = levels[0] if ticket.is_due_by_law else levels[max(place - 1, 0)]
    had = ticket.assigned_to
    ticket.escalate_at = None if place == 0 or ticket.is_due_by_law else now + new.time
    ticket.priority = new
    ticket.assigned_to = None
    ticket.save()
    handling.write(ticket, EntryKind.ESCALATED, by=None, detail=new.code, person=had)
    if had is not None and had.mobile:
        queue_sms(kind="ticket_late", to=had.mobile, language=had.language, about=ticket)


@transaction.atomic
def close_some() -> int:
    """Close a batch of answered tickets to which nobody has written back for a week; return how many."""
    answered = Ticket.objects.filter(
        status=TicketStatus.ANSWERED,
        answered_at__lte=timezone.now() - CLOSED_AFTER,
        is_due_by_law=False,
    ).order_by("answered_at")
    old = list(answered.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    for ticket in old:
        handling.close(ticket, by=None)
    return len(old)


def clean_up() -> None:
    """Take away the files of tickets that ended a year ago, and what tells visitors apart after a day."""
    now = timezone.now()
    PageAnswer.objects.filter(at__lt=now - VISITORS_KEPT_FOR).exclude(visitor="").update(visitor="")
    PageAnswer.objects.filter(at__lt=now - ANSWERS_KEPT_FOR).delete()
    while drop_files():
        pass


@transaction.atomic
def drop_files() -> int:
    """Delete a batch of old files, row and content; return how many."""
    old = TicketFile.objects.filter(ticket__closed_at__lt=timezone.now() - FILES_KEPT_FOR).order_by("pk")
    files = list(old.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    names = [name for file in files for name in file.file_names]
    TicketFile.objects.filter(pk__in=[file.pk for file in files]).delete()
    transaction.on_commit(lambda: delete(names))
    return len(files)


def delete(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)
