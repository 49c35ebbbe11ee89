"""The text that tells the owner their reference number."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from shumoos.sms import kinds
from shumoos.sms.models import Urgency


def received(application: Any, language: str) -> dict[str, Any]:
    return {"reference": application.shown_reference, "region": application.office.region.name}


def register() -> None:
    kinds.register(
        "application_received",
        label=_("Application received"),
        urgency=Urgency.NOTICE,
        template="sms/application_received.txt",
        context=received,
    )
