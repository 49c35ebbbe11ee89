"""The rules of the regulation as pure functions: windows, days, amounts. No database, no clock."""

from datetime import date
from decimal import Decimal

from shumoos.saudi.calendar import add_hijri_months, add_months
from violations.models import Basis


def window_end(first_day: date, months: int, hijri: bool) -> date:
    """Return the last day of the window that opens on `first_day`, which still counts.

    The same day of the month, `months` months on, or that month's last day where there is no such day.
    Gregorian months, or Umm al-Qura ones. Raises ValueError for a Hijri window outside the calendar's tables.
    """
    return add_hijri_months(first_day, months) if hijri else add_months(first_day, months)


def step_position(earlier: int, steps: int) -> int:
    """Return which step an occurrence takes after `earlier` others in its window: the last one repeats."""
    return min(earlier + 1, steps)


def fine_of_step(basis: str, cap: Decimal, fined: Decimal) -> Decimal:
    """Return what a step adds at most to a case already fined `fined`: its cap, or what is missing to it."""
    if basis == Basis.ADD:
        return cap
    if basis == Basis.RAISE_TO:
        return max(cap - fined, Decimal(0))
    return Decimal(0)


def cap_after_step(basis: str, cap: Decimal, cap_before: Decimal) -> Decimal:
    """Return the most that the case's fine may be once it has taken the step."""
    if basis == Basis.ADD:
        return cap_before + cap
    if basis == Basis.RAISE_TO:
        return max(cap_before, cap)
    return cap_before
