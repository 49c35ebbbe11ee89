"""The texts that follow a decision."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from activation.models import Subscription
from shumoos.accounts.people import give_temporary_password
from shumoos.sms import kinds
from shumoos.sms.models import Urgency


def credentials(subscription: Subscription, language: str) -> dict[str, Any]:
    """Return user name and a password made for this very text; the password before it stops working.

    Raises Pointless once the owner has chosen a password: a text that comes late must not take it away.
    """
    user = subscription.establishment.owner.user
    if user.has_usable_password() and not user.must_change_password:
        raise kinds.Pointless
    return {"username": user.username, "password": give_temporary_password(user)}


def decision(application: Any, language: str) -> dict[str, Any]:
    return {"reference": application.shown_reference}


def activated(subscription: Subscription, language: str) -> dict[str, Any]:
    return {"reference": subscription.application.shown_reference}


def register() -> None:
    kinds.register(
        "credentials",
        label=_("Credentials"),
        urgency=Urgency.CREDENTIALS,
        template="sms/credentials.txt",
        context=credentials,
    )
    kinds.register(
        "subscription_activated",
        label=_("Subscription activated"),
        urgency=Urgency.NOTICE,
        template="sms/subscription_activated.txt",
        context=activated,
    )
    kinds.register(
        "application_returned",
        label=_("Application returned"),
        urgency=Urgency.NOTICE,
        template="sms/application_returned.txt",
        context=decision,
    )
    kinds.register(
        "application_rejected",
        label=_("Application rejected"),
        urgency=Urgency.NOTICE,
        template="sms/application_rejected.txt",
        context=decision,
    )
