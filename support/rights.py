"""The person's rights under the personal data law: a copy, a correction, closing; each within thirty days."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from activation import closing
from activation.models import SubscriptionStatus
from registration.models import Establishment, Owner
from registration.moves import MoveRefused
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.celery import ring
from shumoos.saudi import calendar
from support import handling
from support.models import (
    DataCopy,
    EntryKind,
    Right,
    RightsOutcome,
    RightsRequest,
    TicketStatus,
)
from support.tickets import open_ticket

DAYS = 30


@transaction.atomic
def ask(
    owner: Owner, right: str, *, by: User, text: str = "", establishment: Establishment | None = None
) -> RightsRequest:
    """Put an owner's request on record with a ticket, and return it; asking again returns the open one.

    A copy is made by a worker. Closing is also put to the licensing authority, where the establishment has a
    subscription. Raises MoveRefused for an owner without an establishment and for one of another's,
    ValidationError for a correction without words.
    """
    Owner.objects.select_for_update().get(pk=owner.pk)
    if asked := RightsRequest.objects.open().filter(owner=owner, right=right).first():
        return asked
    establishment = establishment or owner.establishments.order_by("pk").first()
    if establishment is None or establishment.owner_id != owner.pk:
        raise MoveRefused(_("There is no establishment of yours that this could be about."))
    if right != Right.COPY:
        handling.refuse_empty(text)
    today = calendar.today()
    due_on = today + timedelta(days=DAYS)
    with translation.override(settings.LANGUAGE_CODE):
        subject = str(Right(right).label)
    ticket = open_ticket(
        by=by,
        establishment=establishment,
        category=f"rights_{right}",
        subject=subject,
        text=text.strip() or subject,
        due_by_law=end_of(due_on),
    )
    request = RightsRequest(ticket=ticket, owner=owner, right=right, asked_on=today, due_on=due_on)
    request.full_clean()
    request.save()
    log_change(f"right asked for: {right}", request, by=by)
    if right == Right.COPY:
        DataCopy.objects.create(request=request)
        ring_for_copies()
    elif right == Right.CLOSING:
        ask_authority(establishment, by=by, reason=text.strip())
    return request


def end_of(day: date) -> datetime:
    _begins, ends = calendar.span(day)
    return ends


def ring_for_copies() -> None:
    # The task's module imports those that do its work.
    from support.tasks import make_due_copies

    ring(make_due_copies)


def ask_authority(establishment: Establishment, *, by: User, reason: str) -> None:
    """Have the subscription closed as well, the way every closing goes: the authority confirms it."""
    present = (
        establishment.subscriptions.exclude(status=SubscriptionStatus.CLOSED)
        .filter(renewed_at__isnull=True)
        .order_by("-pk")
        .first()
    )
    if present:
        closing.ask(present, by=by, reason=reason[:500])


def lock(request: RightsRequest) -> None:
    """Read a request anew and have it to ourselves until the transaction's end."""
    request.refresh_from_db(from_queryset=RightsRequest.objects.select_for_update(of=("self",)))


@transaction.atomic
def end(request: RightsRequest, outcome: str, *, by: User | None, answer: str) -> None:
    """Give a request its outcome, and its ticket the last words. Repeating it changes nothing.

    Raises MoveRefused where it has had another outcome, ValidationError without an answer.
    """
    lock(request)
    if request.outcome == outcome:
        return
    if request.outcome:
        raise MoveRefused(
            _("This request has ended already: %(outcome)s.") % {"outcome": request.get_outcome_display()}
        )
    handling.refuse_empty(answer)
    request.outcome = outcome
    request.ended_by = by
    request.ended_at = timezone.now()
    request.save(update_fields=["outcome", "ended_by", "ended_at"])
    log_change(f"right {outcome}: {request.right}", request, by=by)
    ticket = request.ticket
    handling.lock(ticket)
    # Whatever comes after, such as a reopening, has the usual clock.
    ticket.is_due_by_law = False
    handling.move(ticket, TicketStatus.CLOSED)
    if outcome == RightsOutcome.STOPPED:
        ticket.save()
        handling.write(ticket, EntryKind.CLOSED, by=by, text=answer.strip())
        return
    ticket.answered_at = timezone.now()
    ticket.save()
    entry = handling.write(ticket, EntryKind.ANSWER, by=by, text=answer.strip())
    if request.right != Right.COPY or outcome == RightsOutcome.REFUSED:
        handling.tell_answered(ticket, entry)
