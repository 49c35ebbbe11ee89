"""The texts of the desk."""

from typing import Any, cast

from django.conf import settings
from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from registration.models import Application
from shumoos.saudi import reference_number
from shumoos.sms import kinds
from shumoos.sms.models import Urgency
from support import numbers
from support.models import CopyState, DataCopy, Ticket, TicketEntry

# What is longer is read on the page: a text has few parts.
LONGEST_ANSWER = 160
NUMBER = numbers.show("2648219052")


def opened(about: Model | None, language: str) -> dict[str, Any]:
    ticket = cast(Ticket, about)
    return {"number": str(ticket), "address": page_of(ticket), "line": settings.SUPPORT_LINE}


def answered(about: Model | None, language: str) -> dict[str, Any]:
    """Return the answer where it is short, and where to read it and to write back."""
    entry = cast(TicketEntry, about)
    answer = " ".join(entry.text.split())
    return {
        "number": str(entry.ticket),
        "answer": answer if len(answer) <= LONGEST_ANSWER else "",
        "address": page_of(entry.ticket),
        "line": settings.SUPPORT_LINE,
    }


def late(about: Model | None, language: str) -> dict[str, Any]:
    """Return the number. Raises Pointless once it has ended."""
    ticket = cast(Ticket, about)
    if ticket.is_finished:
        raise kinds.Pointless
    return {"number": str(ticket)}


def status_link(about: Model | None, language: str) -> dict[str, Any]:
    return {
        "reference": cast(Application, about).shown_reference,
        "address": settings.PUBLIC_URL + reverse("registration:status"),
    }


def copy_ready(about: Model | None, language: str) -> dict[str, Any]:
    """Return where the copy is. Raises Pointless once it is gone again."""
    if cast(DataCopy, about).state != CopyState.READY:
        raise kinds.Pointless
    return {"address": settings.PUBLIC_URL + reverse("support:rights")}


def page_of(ticket: Ticket) -> str:
    """Return where whoever opened a ticket reads it: signed in, or with the reference number.

    A caller of whom there is no application has no page: nothing.
    """
    if ticket.caller_mobile:
        return ""
    has_account = bool(
        ticket.establishment_id or (ticket.application and ticket.application.establishment_id)
    )
    return settings.PUBLIC_URL + reverse("support:tickets" if has_account else "support:ask")


def sample_ticket(language: str) -> list[dict[str, Any]]:
    address = settings.PUBLIC_URL + reverse("support:tickets")
    return [{"number": NUMBER, "address": where, "line": settings.SUPPORT_LINE} for where in (address, "")]


def sample_answers(language: str) -> list[dict[str, Any]]:
    word = "نص " if language == "ar" else "word "
    longest = (word * LONGEST_ANSWER)[:LONGEST_ANSWER].strip()
    return [ticket | {"answer": answer} for ticket in sample_ticket(language) for answer in ("", longest)]


def sample_link(language: str) -> list[dict[str, Any]]:
    address = settings.PUBLIC_URL + reverse("registration:status")
    return [{"reference": reference_number.SAMPLE, "address": address}]


def sample_copy(language: str) -> list[dict[str, Any]]:
    return [{"address": settings.PUBLIC_URL + reverse("support:rights")}]


def register() -> None:
    for name, label, context, samples in (
        ("ticket_opened", _("Ticket opened"), opened, sample_ticket),
        ("ticket_answered", _("Ticket answered"), answered, sample_answers),
        ("ticket_late", _("Ticket late"), late, sample_ticket),
        ("status_link", _("Link to the status page"), status_link, sample_link),
        ("copy_ready", _("Copy of personal data ready"), copy_ready, sample_copy),
    ):
        kinds.register(
            name,
            label=label,
            urgency=Urgency.NOTICE,
            template=f"sms/{name}.txt",
            context=context,
            samples=samples,
        )
