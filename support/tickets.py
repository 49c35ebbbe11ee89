"""Opening tickets, and what comes with them: the first entry, the files, the text with the number."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registration.documents import CleanFile
from registration.models import Application, Establishment, Licence
from registration.moves import MoveRefused
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.sms.outbox import queue_sms
from support import clock, numbers
from support.models import Category, Door, EntryKind, Ticket, TicketEntry, TicketFile

TRIES = 5
MOST_FILES = 5  # of one message
MOST_FILES_OF_A_TICKET = 20
# Enough for anybody in trouble, and no way to have somebody flooded with texts.
MOST_A_DAY = 10


@transaction.atomic
def open_ticket(
    *,
    by: User | None,
    category: Category | str,
    subject: str,
    text: str,
    establishment: Establishment | None = None,
    application: Application | None = None,
    licence: Licence | None = None,
    caller_mobile: str = "",
    priority: str = "",
    attached: Iterable[CleanFile] = (),
    due_by_law: datetime | None = None,
    tells: bool = True,
) -> Ticket:
    """Open a ticket about an establishment or an application, send its number by text, and return it.

    An agent opens one for a caller of whom there is neither, with their mobile and, where it is known, the
    licence. `by` is None for whoever came with a reference number and a code. Without a `priority` it has its
    category's; where nothing `tells`, no text is sent. Raises ValidationError where it is about neither, a
    field is wrong, or a file cannot be kept, and MoveRefused for more than ten a day from the other side.
    """
    category = category if isinstance(category, Category) else Category.objects.get(code=category)
    ticket = Ticket(
        category=category,
        priority_id=priority or category.priority_id,
        subject=subject,
        text=text,
        establishment=establishment,
        application=application,
        licence=licence,
        caller_mobile=caller_mobile,
        opened_by=by,
        opened_at=timezone.now(),
        door=door_of(by),
        language=language_of(application, establishment),
    )
    if due_by_law:
        clock.start_by_law(ticket, due_by_law)
    save_new(ticket, by=by, attached=attached)
    if tells:
        queue_sms(kind="ticket_opened", to=ticket.mobile, language=ticket.language, about=ticket)
    return ticket


def save_new(ticket: Ticket, *, by: User | None, attached: Iterable[CleanFile]) -> None:
    """Start a new ticket's clock, and store it with its number, its first entry and its files."""
    clock.start(ticket, ticket.opened_at)
    ticket.full_clean(exclude=["number"])
    if ticket.door != Door.AGENT:
        refuse_too_many(ticket)
    save_with_number(ticket)
    log_change("ticket opened", ticket, by=by)
    entry = ticket.entries.create(by=by, kind=EntryKind.OPENED, status=ticket.status, at=ticket.opened_at)
    attach(entry, attached)


def refuse_too_many(ticket: Ticket) -> None:
    earlier = Ticket.objects.filter(
        establishment=ticket.establishment,
        application=ticket.application,
        opened_at__gt=ticket.opened_at - timedelta(days=1),
    )
    if earlier.exclude(door=Door.AGENT).count() >= MOST_A_DAY:
        raise MoveRefused(_("Ten tickets were opened within a day. Write more into one of them."))


def save_with_number(ticket: Ticket) -> None:
    """Store a new ticket under a number that none has."""
    for attempt in range(TRIES):
        ticket.number = numbers.make()
        try:
            with transaction.atomic():
                ticket.save(force_insert=True)
            return
        except IntegrityError:
            # The number was taken; a hundred thousand tickets a year leave ten free numbers for each.
            if attempt == TRIES - 1:
                raise


def door_of(by: User | None) -> Door:
    if by is None:
        return Door.CODE
    return Door.OWNER if by.role == "owner" else Door.AGENT


def language_of(application: Application | None, establishment: Establishment | None) -> str:
    """Return the language in which the owner reads: their account's, else the application's."""
    owner = establishment.owner if establishment else None
    if owner and owner.user:
        return owner.user.language
    return application.language if application else "ar"


def attach(entry: TicketEntry, attached: Iterable[CleanFile]) -> None:
    """Keep cleaned files with what was written; the same file again is kept once.

    One that the scanner has not seen, because it is away, is kept and opened by nobody until it has: see
    `support.scanning`. Raises ValidationError for too many.
    """
    files = {file.sha256: file for file in attached}
    if not files:
        return
    present = set(entry.ticket.files.values_list("sha256", flat=True))
    new = [file for digest, file in files.items() if digest not in present]
    if len(new) > MOST_FILES or len(present) + len(new) > MOST_FILES_OF_A_TICKET:
        raise ValidationError(
            {
                "attached": _("At most %(most)d files with a message, and %(all)d with a ticket.")
                % {"most": MOST_FILES, "all": MOST_FILES_OF_A_TICKET}
            }
        )
    for file in new:
        TicketFile.objects.create(
            ticket=entry.ticket,
            entry=entry,
            file=ContentFile(file.content, name="file"),
            content_type=file.content_type,
            size=file.size,
            scan_state=file.scan_state,
            original=ContentFile(file.original, name="file") if file.original else "",
            sha256=file.sha256,
        )
