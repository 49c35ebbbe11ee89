"""The texts that follow a decision."""

from typing import Any, cast

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from activation.models import Subscription
from registration.models import Application
from shumoos.accounts import people
from shumoos.accounts.models import User
from shumoos.sms import kinds
from shumoos.sms.models import Urgency


def credentials(about: Model | None, language: str) -> dict[str, Any]:
    """Return the owner's user name and a new password; raises Pointless as `people.credentials` does."""
    return people.credentials(
        User.objects.get(owner__establishments__subscriptions=cast(Subscription, about))
    )


def activated(about: Model | None, language: str) -> dict[str, Any]:
    return {"reference": cast(Subscription, about).application.shown_reference}


def decision(about: Model | None, language: str) -> dict[str, Any]:
    return {"reference": cast(Application, about).shown_reference}


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
