"""The end of a subscription at its owner's wish, with the licensing authority's confirmation."""

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from activation import life, requests
from activation.models import ClosingOutcome, ClosingRequest, Subscription, SubscriptionStatus
from registration.moves import MoveRefused
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User


@transaction.atomic
def ask(subscription: Subscription, *, by: User, reason: str) -> ClosingRequest:
    """Put the owner's wish to the licensing authority and return it; asking again returns the same.

    Raises MoveRefused for a subscription that is closed.
    """
    life.lock(subscription)
    asked = (
        ClosingRequest.objects.open()
        .filter(subscription__establishment_id=subscription.establishment_id)
        .first()
    )
    if asked:
        return asked
    if subscription.status == SubscriptionStatus.CLOSED:
        raise MoveRefused(_("This subscription is closed already."))
    request = ClosingRequest(subscription=subscription, asked_by=by, reason=reason)
    request.full_clean()
    request.save()
    log_change("ask to close", request, by=by, reason=reason)
    return request


@transaction.atomic
def withdraw(request: ClosingRequest, *, by: User) -> None:
    """Take the wish back. Repeating it changes nothing; raises MoveRefused once it has been answered."""
    end(request, ClosingOutcome.WITHDRAWN, by=by)


@transaction.atomic
def confirm(request: ClosingRequest, *, by: User) -> None:
    """Close the subscription as of today, revoke its letter and tell the owner; repeating changes nothing.

    Raises MoveRefused for a request that was withdrawn or refused.
    """
    if not end(request, ClosingOutcome.CONFIRMED, by=by):
        return
    request.subscription.refresh_from_db()
    if request.subscription.status == SubscriptionStatus.CLOSED:
        # As when the establishment got another owner: what it has now is not this owner's to close.
        raise MoveRefused(_("This subscription is closed already."))
    with translation.override(settings.LANGUAGE_CODE):
        reason = _("Closed at the owner's request, confirmed by %(authority)s.") % {
            "authority": request.subscription.licence.authority
        }
    life.close(request.subscription.establishment, by=by, reason=reason)
    life.tell(request.subscription, "subscription_closed")


@transaction.atomic
def refuse(request: ClosingRequest, *, by: User, answer: str) -> None:
    """Leave the subscription as it is and tell the owner why. As `confirm`; ValidationError without words."""
    if end(request, ClosingOutcome.REFUSED, by=by, answer=answer):
        life.tell(request.subscription, "closing_refused")


def end(request: ClosingRequest, outcome: ClosingOutcome, *, by: User, answer: str = "") -> bool:
    """Give a request its end; False where it has had the same before."""
    life.hold(request.subscription.establishment)
    if not requests.end(request, outcome, by=by, answer=answer):
        return False
    log_change(f"closing request {outcome}", request, by=by, reason=answer)
    return True
