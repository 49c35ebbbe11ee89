"""What a notice says by text message."""

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
