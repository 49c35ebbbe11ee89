"""What notices, and decisions on objections, say by text message."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model

from registration.models import Owner
from shumoos.saudi.calendar import show_both
from shumoos.sms.outbox import queue_sms
from violations.models import Case, LedgerEntry, Notice, Objection, Outcome

SMS_KIND = "violation_notice"
DECIDED_KIND = "objection_decided"
ANNULLED_KIND = "notice_annulled"
REVERSED_KIND = "payment_reversed"


def tell_owner(case: Case, *, kind: str, about: Model) -> None:
    """Queue a text to the owner of a case: at their own mobile, or at the licence's before there is an owner.

    Whoever has acted for them at the desk is not told. None where no mobile is known, as in the sweep.
    """
    licence = case.licence
    owner = (
        case.establishment.owner
        if case.establishment
        else Owner.objects.filter(national_id=licence.owner_national_id).select_related("user").first()
    )
    mobile = owner.mobile if owner else licence.owner_mobile
    if mobile:
        language = owner.user.language if owner and owner.user else "ar"
        queue_sms(kind=kind, to=mobile, language=language, about=about)


def sms_context(about: Model | None, language: str) -> dict[str, Any]:
    """Return what the text about a notice reads: the licence, the stage, the amount and the last day."""
    if not isinstance(about, Notice):
        raise TypeError(f"A text about a violation is about a notice, not about {about!r}.")
    return {
        "licence_number": about.case.licence.number,
        "kind": about.case.kind,
        "stage": about.stage,
        "amount": riyals(about.amount),
        "due_on": show_both(about.due_on, language) if about.due_on else "",
    }


def riyals(amount: Decimal) -> str:
    """Return an amount as texts say it: to the halala where there are any."""
    return f"{amount:,.2f}".removesuffix(".00")


def sms_samples(language: str) -> list[dict[str, Any]]:
    """Return a notice of each sort, as `sms_context` does."""
    common = {"licence_number": "L-2026-0000123", "amount": "24,999.50"}
    due_on = show_both(date(2026, 9, 30), language)
    return [
        common | {"kind": kind, "stage": stage, "due_on": due_on if is_due else ""}
        for kind, stage, is_due in (
            ("not_subscribed", "warned", True),
            ("not_subscribed", "fined_first", True),
            ("not_subscribed", "suspended", False),
            ("inaccurate_data", "warned", False),
            ("inaccurate_data", "fined_second", False),
        )
    ]


def decided_context(about: Model | None, language: str) -> dict[str, Any]:
    """Return what the text about a decision reads: the licence and what was decided."""
    if not isinstance(about, Objection):
        raise TypeError(f"A text about a decision is about an objection, not about {about!r}.")
    return {
        "licence_number": about.case.licence.number,
        "outcome": about.outcome,
        "reduced_by": riyals(about.reduced_by or Decimal(0)),
    }


def decided_samples(language: str) -> list[dict[str, Any]]:
    """Return a decision of each sort, as `decided_context` does."""
    return [
        {"licence_number": "L-2026-0000123", "outcome": outcome.value, "reduced_by": "14,999.50"}
        for outcome in Outcome
    ]


def annulled_context(about: Model | None, language: str) -> dict[str, Any]:
    """Return what the text about an annulled notice reads: the licence, the amount, and its day."""
    if not isinstance(about, Notice):
        raise TypeError(f"A text about an annulled notice is about a notice, not about {about!r}.")
    return {
        "licence_number": about.case.licence.number,
        "amount": riyals(about.amount) if about.amount else "",
        "issued_on": show_both(about.issued_on, language),
    }


def annulled_samples(language: str) -> list[dict[str, Any]]:
    """Return an annulled warning and an annulled fine, as `annulled_context` does."""
    issued_on = show_both(date(2026, 9, 30), language)
    return [
        {"licence_number": "L-2026-0000123", "amount": amount, "issued_on": issued_on}
        for amount in ("", "24,999.50")
    ]


def reversed_context(about: Model | None, language: str) -> dict[str, Any]:
    """Return what the text about a reversed payment reads: the licence, the amount, and its reference."""
    if not isinstance(about, LedgerEntry):
        raise TypeError(f"A text about a reversal is about a ledger entry, not about {about!r}.")
    return {
        "licence_number": about.licence.number,
        "amount": riyals(about.amount),
        "payment": about.reference,
    }


def reversed_samples(language: str) -> list[dict[str, Any]]:
    return [{"licence_number": "L-2026-0000123", "amount": "24,999.50", "payment": "D123456789012"}]
