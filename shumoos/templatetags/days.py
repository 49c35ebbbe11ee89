"""Days and amounts as the pages show them."""

import re
from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.translation import get_language, gettext

from shumoos.saudi.calendar import RIYADH, show_both

register = template.Library()

# Keep a minus sign before its digits where the text around runs from right to left.
ISOLATE, RELEASE = "\u2066", "\u2069"
MINUS = "\N{MINUS SIGN}"
NO_BREAK, JOINER = "\N{NO-BREAK SPACE}", "\N{WORD JOINER}"


@register.filter
def both_calendars(value: date | datetime | None) -> str:
    """Return the day, or the moment's day in Riyadh, in both calendars; nothing for no value.

    A line may break between the two, and within neither.
    """
    if not value:
        return ""
    day = timezone.localdate(value, RIYADH) if isinstance(value, datetime) else value
    shown = re.sub(r" (?!\()", NO_BREAK, show_both(day, get_language() or "ar"))
    # The month of Dhu al-Hijjah would come apart at its hyphen.
    return shown.replace("-", f"-{JOINER}")


@register.filter
def both_calendars_time(value: datetime | None) -> str:
    """Return the moment in Riyadh: its day in both calendars and the time; nothing for no value."""
    if not value:
        return ""
    local = timezone.localtime(value, RIYADH)
    shown = gettext("%(day)s at %(time)s") % {"day": both_calendars(local), "time": f"{local:%H:%M}"}
    # The time stays with the word before it.
    return NO_BREAK.join(shown.rsplit(" ", 1))


@register.filter
def sar(value: Decimal | int | None) -> str:
    """Return an amount with its currency's name: `SAR 10,000.00`; nothing for no value."""
    if value is None or value == "":
        return ""
    amount = f"{Decimal(value):,.2f}"
    if amount.startswith("-"):
        amount = f"{ISOLATE}{amount.replace('-', MINUS)}{RELEASE}"
    return gettext("SAR %(amount)s") % {"amount": amount}
