"""What a notice says by text message."""

from datetime import date
from typing import Any

from django.db.models import Model

from shumoos.saudi.calendar import show_both
from violations.models import Notice

SMS_KIND = "violation_notice"


def sms_context(about: Model | None, language: str) -> dict[str, Any]:
    """Return what the text about a notice reads: the licence, the stage, the amount and the last day."""
    if not isinstance(about, Notice):
        raise TypeError(f"A text about a violation is about a notice, not about {about!r}.")
    return {
        "licence_number": about.case.licence.number,
        "kind": about.case.kind,
        "stage": about.stage,
        "amount": f"{about.amount:,.0f}",
        "due_on": show_both(about.due_on, language) if about.due_on else "",
    }


def sms_samples(language: str) -> list[dict[str, Any]]:
    """Return a notice of each sort, as `sms_context` does."""
    common = {"licence_number": "L-2026-0000123", "amount": "25,000"}
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
