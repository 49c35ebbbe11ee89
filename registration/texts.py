"""The texts that tell the owner where the application stands."""

from typing import Any, cast

from django.conf import settings
from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from registration.models import Application, Document, Mandate, MandateState, ResumeLink, Status
from registration.upkeep import last_day
from shumoos.saudi import reference_number
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


def resume(about: Model | None, language: str) -> dict[str, Any]:
    """Return where to go on. Raises Pointless for an application that has been sent meanwhile."""
    link = cast(ResumeLink, about)
    if link.application.status != Status.DRAFT:
        raise kinds.Pointless
    return {"address": settings.PUBLIC_URL + reverse("registration:resume", args=[link.key])}


def mandate_asked(about: Model | None, language: str) -> dict[str, Any]:
    """Return who asks and where to answer. Raises Pointless for a request that has been answered."""
    mandate = cast(Mandate, about)
    if mandate.state != MandateState.ASKED:
        raise kinds.Pointless
    address = settings.PUBLIC_URL + reverse("registration:mandate", args=[mandate.key])
    return {"provider": str(mandate.agreement.provider), "address": address}


def document_harmful(about: Model | None, language: str) -> dict[str, Any]:
    """Return which document is missing now. Raises Pointless once another is in its place."""
    document = cast(Document, about)
    if not document.is_current:
        raise kinds.Pointless
    application = document.application
    path = "registration:register" if application.status == Status.DRAFT else "registration:status"
    return {
        "document": str(document.kind),
        "reference": application.shown_reference,
        "address": settings.PUBLIC_URL + reverse(path),
    }


def sample_received(language: str) -> list[dict[str, Any]]:
    region = "منطقة الحدود الشمالية" if language == "ar" else "Northern Borders"
    return [{"reference": reference_number.SAMPLE, "region": region}]


def sample_reminder(language: str) -> list[dict[str, Any]]:
    return [{"reference": reference_number.SAMPLE, "day": "2026-12-31"}]


def sample_mandate(language: str) -> list[dict[str, Any]]:
    provider = "شركة الأفق المخترع للخدمات" if language == "ar" else "Invented Horizon Services Company"
    address = settings.PUBLIC_URL + reverse("registration:mandate", args=["m" * 32])
    return [{"provider": provider, "address": address}]


def sample_resume(language: str) -> list[dict[str, Any]]:
    return [{"address": settings.PUBLIC_URL + reverse("registration:resume", args=["m" * 16])}]


def sample_harmful(language: str) -> list[dict[str, Any]]:
    document = "خطاب جهة الترخيص" if language == "ar" else "Licensing authority's letter"
    address = settings.PUBLIC_URL + reverse("registration:status")
    return [{"document": document, "reference": reference_number.SAMPLE, "address": address}]


def sample_ended(language: str) -> list[dict[str, Any]]:
    return [{"reference": reference_number.SAMPLE}]


def register() -> None:
    kinds.register(
        "document_harmful",
        label=_("Document found to be harmful"),
        urgency=Urgency.NOTICE,
        template="sms/document_harmful.txt",
        context=document_harmful,
        samples=sample_harmful,
    )
    kinds.register(
        "mandate_asked",
        label=_("Mandate asked for"),
        urgency=Urgency.NOTICE,
        template="sms/mandate_asked.txt",
        context=mandate_asked,
        samples=sample_mandate,
    )
    kinds.register(
        "application_resume",
        label=_("Link to an application"),
        urgency=Urgency.NOTICE,
        template="sms/application_resume.txt",
        context=resume,
        samples=sample_resume,
    )
    kinds.register(
        "application_received",
        label=_("Application received"),
        urgency=Urgency.NOTICE,
        template="sms/application_received.txt",
        context=received,
        samples=sample_received,
    )
    kinds.register(
        "application_reminder",
        label=_("Reminder of the visit"),
        urgency=Urgency.REMINDER,
        template="sms/application_reminder.txt",
        context=reminder,
        samples=sample_reminder,
    )
    kinds.register(
        "application_expired",
        label=_("Application expired"),
        urgency=Urgency.NOTICE,
        template="sms/application_expired.txt",
        context=ended,
        samples=sample_ended,
    )
    kinds.register(
        "application_withdrawn",
        label=_("Application withdrawn"),
        urgency=Urgency.NOTICE,
        template="sms/application_withdrawn.txt",
        context=ended,
        samples=sample_ended,
    )
