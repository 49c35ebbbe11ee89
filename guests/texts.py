"""The texts on what establishments have to report."""

from datetime import date, datetime
from typing import Any, cast

from django.conf import settings
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guests.compliance import uncovered
from guests.models import DeadlineReminder
from shumoos.saudi.calendar import RIYADH, show_both
from shumoos.sms import kinds
from shumoos.sms.models import Urgency


def deadline_nears(about: Model | None, language: str) -> dict[str, Any]:
    """Return which day is due by when. Raises Pointless once it is reported, or its deadline has passed."""
    reminder = cast(DeadlineReminder, about)
    establishment = reminder.establishment
    found = [
        one for one in uncovered([establishment], reminder.day, reminder.day) if one.kind == reminder.kind
    ]
    if not found or found[0].deadline < timezone.now():
        raise kinds.Pointless
    name = establishment.name_en if language == "en" and establishment.name_en else establishment.name_ar
    return said(name, reminder.day, found[0].deadline, language)


def said(name: str, day: date, deadline: datetime, language: str) -> dict[str, Any]:
    local = deadline.astimezone(RIYADH)
    return {
        "establishment": name,
        "day": day.isoformat(),
        "until": f"{show_both(local.date(), language)} {local:%H:%M}",
        "address": settings.PUBLIC_URL + reverse("guests:calendar"),
    }


def sample_deadline(language: str) -> list[dict[str, Any]]:
    name = "فندق الأفق المخترع" if language == "ar" else "Invented Horizon Hotel"
    return [said(name, date(2026, 9, 23), datetime(2026, 9, 25, 0, 0, tzinfo=RIYADH), language)]


def register() -> None:
    kinds.register(
        "deadline_nears",
        label=_("Day about to be missed"),
        urgency=Urgency.REMINDER,
        template="sms/deadline_nears.txt",
        context=deadline_nears,
        samples=sample_deadline,
    )
