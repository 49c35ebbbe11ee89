"""What the desk may do for a caller: three things, each with a ticket, on record, and not too often."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from activation.models import Subscription
from activation.standing import standings
from registration.models import Application
from registration.moves import MoveRefused
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.accounts.people import has_chosen_password
from shumoos.sms.outbox import queue_sms
from support import handling
from support.models import ActKind, CredentialsRequest, DeskAct, EntryKind, Ticket
from support.tickets import open_ticket

# Within this, doing it again is the same act: somebody pressed twice, or two agents answer two calls.
REPEATED_WITHIN = timedelta(minutes=10)
MOST_A_DAY = 3

CATEGORIES = {
    ActKind.REFERENCE: "reference",
    ActKind.STATUS_LINK: "application",
    ActKind.CREDENTIALS: "credentials",
}
TEXTS = {ActKind.REFERENCE: "application_received", ActKind.STATUS_LINK: "status_link"}


@transaction.atomic
def perform(kind: ActKind, application: Application, *, by: User, ticket: Ticket | None = None) -> DeskAct:
    """Do one of the three for a caller and return it, on record with a ticket; without one, open one.

    Again within ten minutes it is the same act. Raises MoveRefused for a fourth time in a day, for a ticket
    about something else or one that has ended, and for credentials that nobody waits for.
    """
    application.refresh_from_db(from_queryset=Application.objects.select_for_update(of=("self",)))
    now = timezone.now()
    earlier = application.desk_acts.filter(kind=kind, at__gt=now - timedelta(days=1))
    last = earlier.select_related("ticket").first()
    if last and last.at > now - REPEATED_WITHIN:
        return last
    if earlier.count() >= MOST_A_DAY:
        raise MoveRefused(
            _("This was done %(times)d times within a day. Ask the caller to try again tomorrow.")
            % {"times": MOST_A_DAY}
        )
    subscription = waiting_subscription(application) if kind == ActKind.CREDENTIALS else None
    ticket = ticket_for(kind, application, by=by, ticket=ticket)
    if subscription:
        ask_office(subscription, ticket, by=by)
    else:
        queue_sms(kind=TEXTS[kind], to=ticket.mobile, language=ticket.language, about=application)
    handling.write(ticket, EntryKind.ACT, by=by, detail=kind)
    log_change(f"desk: {kind}", application, by=by, of=ticket.number)
    return DeskAct.objects.create(ticket=ticket, application=application, kind=kind, by=by, at=now)


def ticket_for(kind: ActKind, application: Application, *, by: User, ticket: Ticket | None) -> Ticket:
    """Return the ticket that an act goes on record with: the caller's, or a new one of the agent's."""
    if ticket is not None:
        handling.lock(ticket)
        handling.refuse_finished(ticket)
        if not Ticket.objects.about(application).filter(pk=ticket.pk).exists():
            raise MoveRefused(_("This ticket is about another establishment."))
        return ticket
    with translation.override(settings.LANGUAGE_CODE):
        subject, text = str(kind.label), _("Asked for by telephone.")
    opened = open_ticket(
        by=by,
        application=application,
        establishment=application.establishment,
        category=CATEGORIES[kind],
        subject=subject,
        text=text,
        tells=False,
    )
    handling.take(opened, by=by)
    return opened


def waiting_subscription(application: Application) -> Subscription:
    """Return the subscription whose credentials its owner waits for. Raises MoveRefused where none does."""
    establishment = application.establishment
    [standing] = standings([establishment]) if establishment else [None]
    if standing is None or standing.subscription is None:
        raise MoveRefused(_("There are no credentials before the office has activated the application."))
    user = standing.establishment.owner.user
    if user is None or has_chosen_password(user):
        raise MoveRefused(
            _(
                "The owner has chosen a password already. The sign-in page leads to a new one, by a code to "
                "their mobile."
            )
        )
    return standing.subscription


def ask_office(subscription: Subscription, ticket: Ticket, *, by: User) -> None:
    """Put the request into the queue of the region's office, unless it is there already."""
    office = subscription.establishment.city.region.office
    CredentialsRequest.objects.get_or_create(
        subscription=subscription,
        outcome="",
        defaults={"ticket": ticket, "office": office, "asked_by": by},
    )
