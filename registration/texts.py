"""The texts that tell the owner where the application stands."""

from typing import Any, cast

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from registration.models import Application, Status
from registration.upkeep import last_day
from shumoos.sms import kinds
from shumoos.sms.models import Urgency


def received(application: Any, language: str) -> dict[str, Any]:
    return {"reference": application.shown_reference, "region": application.office.region.name}


def reminder(about: Model | None, language: str) -> dict[str, Any]:
    """Return reference number and last day. Raises Pointless for one that does not wait for a visit now."""
    application = cast(Application, about)
    if application.status != Status.SUBMITTED:
        raise kinds.Pointless
    return {"reference": application.shown_reference, "day": last_day(application).isoformat()}


def ended(about: Model | None, language: str) -> dict[str, Any]:
    return {"reference": cast(Application, about).shown_reference}


def register() -> None:
    kinds.register(
        "application_received",
        label=_("Application received"),
        urgency=Urgency.NOTICE,
        template="sms/application_received.txt",
        context=received,
    )
    kinds.register(
        "application_reminder",
        label=_("Reminder of the visit"),
        urgency=Urgency.REMINDER,
        template="sms/application_reminder.txt",
        context=reminder,
    )
    kinds.register(
        "application_expired",
        label=_("Application expired"),
        urgency=Urgency.NOTICE,
        template="sms/application_expired.txt",
        context=ended,
    )
    kinds.register(
        "application_withdrawn",
        label=_("Application withdrawn"),
        urgency=Urgency.NOTICE,
        template="sms/application_withdrawn.txt",
        context=ended,
    )
