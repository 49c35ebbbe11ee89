"""Opening, answering and closing tickets."""

import secrets

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from registration.models import Application, Establishment
from registration.moves import MoveRefused
from shumoos.accounts.models import User
from shumoos.saudi import calendar
from shumoos.saudi.reference_number import add_check_digits
from support.models import Ticket, TicketEntry, TicketStatus

TRIES = 5


def make_number() -> str:
    """Return a ticket number of 10 digits: the year's last two, six random ones, two check digits."""
    return add_check_digits(f"{calendar.today().year % 100:02d}{secrets.randbelow(10**6):06d}")


@transaction.atomic
def open_ticket(
    *,
    by: User,
    category: str,
    subject: str,
    text: str,
    establishment: Establishment | None = None,
    application: Application | None = None,
) -> Ticket:
    """Open a ticket about an establishment or an application and return it.

    Raises ValidationError where it is about neither or a field is wrong.
    """
    ticket = Ticket(
        category=category,
        subject=subject,
        text=text,
        establishment=establishment,
        application=application,
        opened_by=by,
    )
    ticket.full_clean(exclude=["number"])
    for attempt in range(TRIES):
        ticket.number = make_number()
        try:
            with transaction.atomic():
                ticket.save(force_insert=True)
            break
        except IntegrityError:
            # The number was taken; a hundred thousand tickets a year leave ten free numbers for each.
            if attempt == TRIES - 1:
                raise
    ticket.entries.create(by=by, status=TicketStatus.OPEN)
    return ticket


@transaction.atomic
def add_entry(ticket: Ticket, *, by: User, text: str, to: str) -> TicketEntry:
    """Add an answer or a question, after which the ticket is open, answered or closed.

    Raises MoveRefused where the ticket is closed.
    """
    ticket.refresh_from_db(from_queryset=Ticket.objects.select_for_update())
    if ticket.status == TicketStatus.CLOSED:
        raise MoveRefused(_("This ticket is closed. Open a new one, and name this one in it."))
    entry = ticket.entries.create(by=by, text=text, status=to)
    ticket.status = to
    ticket.save(update_fields=["status"])
    return entry
