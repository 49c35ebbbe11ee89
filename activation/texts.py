"""The texts that follow a decision."""

from typing import Any, cast

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from activation.models import Subscription
from registration.models import OFFICE_STATUSES, Application
from shumoos.accounts import people
from shumoos.accounts.models import User
from shumoos.saudi import reference_number
from shumoos.sms import kinds
from shumoos.sms.models import Urgency


def credentials(about: Model | None, language: str) -> dict[str, Any]:
    """Return the owner's user name and a new password; raises Pointless as `people.credentials` does."""
    return people.credentials(
        User.objects.get(owner__establishments__subscriptions=cast(Subscription, about))
    )


def activated(about: Model | None, language: str) -> dict[str, Any]:
    return {"reference": cast(Application, cast(Subscription, about).application).shown_reference}


def decision(about: Model | None, language: str) -> dict[str, Any]:
    return {"reference": cast(Application, about).shown_reference}


def reassigned(about: Model | None, language: str) -> dict[str, Any]:
    """Return where the owner is to go now. Raises Pointless once the application is not with an office."""
    application = cast(Application, about)
    if application.office is None or application.status not in OFFICE_STATUSES:
        raise kinds.Pointless
    office = application.office
    return {"reference": application.shown_reference, "office": office.name, "address": office.address}


def sample_credentials(language: str) -> list[dict[str, Any]]:
    return [people.sample_credentials("482190337")]


def samples(language: str) -> list[dict[str, Any]]:
    return [{"reference": reference_number.SAMPLE}]


def samples_with_office(language: str) -> list[dict[str, Any]]:
    office = "إدارة التحريات والبحث الجنائي بمنطقة الحدود الشمالية"
    address = "شرطة منطقة الحدود الشمالية، مدينة عرعر"
    if language == "en":
        office = "Investigation office, Northern Borders region"
        address = "Police of the Northern Borders region, Arar"
    return [{"reference": reference_number.SAMPLE, "office": office, "address": address}]


def register() -> None:
    kinds.register(
        "credentials",
        label=_("Owner's credentials"),
        urgency=Urgency.CREDENTIALS,
        template="sms/credentials.txt",
        context=credentials,
        samples=sample_credentials,
    )
    kinds.register(
        "subscription_activated",
        label=_("Subscription activated"),
        urgency=Urgency.NOTICE,
        template="sms/subscription_activated.txt",
        context=activated,
        samples=samples,
    )
    kinds.register(
        "application_returned",
        label=_("Application returned"),
        urgency=Urgency.NOTICE,
        template="sms/application_returned.txt",
        context=decision,
        samples=samples,
    )
    kinds.register(
        "application_rejected",
        label=_("Application rejected"),
        urgency=Urgency.NOTICE,
        template="sms/application_rejected.txt",
        context=decision,
        samples=samples,
    )
    kinds.register(
        "application_reassigned",
        label=_("Application given to another office"),
        urgency=Urgency.NOTICE,
        template="sms/application_reassigned.txt",
        context=reassigned,
        samples=samples_with_office,
    )
    kinds.register(
        "application_reopened",
        label=_("Application reopened"),
        urgency=Urgency.NOTICE,
        template="sms/application_reopened.txt",
        context=decision,
        samples=samples,
    )
