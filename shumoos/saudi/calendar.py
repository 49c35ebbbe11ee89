"""Days in the Gregorian and the Hijri (Umm al-Qura) calendar. Stored Gregorian, typed and shown as both."""

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import hijridate

from shumoos.saudi.digits import is_dash, strip_marks, to_ascii
from shumoos.saudi.errors import InvalidDate as InvalidDate

RIYADH = ZoneInfo("Asia/Riyadh")

# The span of the Umm al-Qura tables in `hijridate`: 1343-01-01 to 1500-12-30.
HIJRI_FIRST = date(1924, 8, 1)
HIJRI_LAST = date(2077, 11, 16)
HIJRI_FIRST_YEAR = 1343
HIJRI_LAST_YEAR = 1500
GREGORIAN_FROM_YEAR = 1700

HIJRI_MONTHS_AR = (
    "محرم",
    "صفر",
    "ربيع الأول",
    "ربيع الآخر",
    "جمادى الأولى",
    "جمادى الآخرة",
    "رجب",
    "شعبان",
    "رمضان",
    "شوال",
    "ذو القعدة",
    "ذو الحجة",
)
HIJRI_MONTHS_EN = (
    "Muharram",
    "Safar",
    "Rabi I",
    "Rabi II",
    "Jumada I",
    "Jumada II",
    "Rajab",
    "Shaban",
    "Ramadan",
    "Shawwal",
    "Dhu al-Qadah",
    "Dhu al-Hijjah",
)
GREGORIAN_MONTHS_AR = (
    "يناير",
    "فبراير",
    "مارس",
    "أبريل",
    "مايو",
    "يونيو",
    "يوليو",
    "أغسطس",
    "سبتمبر",
    "أكتوبر",
    "نوفمبر",
    "ديسمبر",
)
GREGORIAN_MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_YEAR_FIRST = re.compile(r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})([-/])([0-9]{1,2})\2([0-9]{4})")


class Hijri(NamedTuple):
    """A day in the Umm al-Qura calendar; compares as days do."""

    year: int
    month: int
    day: int

    def isoformat(self) -> str:
        """Return the day as `1448-06-03`."""
        return f"{self.year:04}-{self.month:02}-{self.day:02}"


def today() -> date:
    """Return the calendar day in Riyadh, the only one that deadlines know."""
    return datetime.now(RIYADH).date()


def span(day: date) -> tuple[datetime, datetime]:
    """Return when a day of Riyadh begins, and when the next one does."""
    begins = datetime.combine(day, time.min, RIYADH)
    return begins, begins + timedelta(days=1)


def to_hijri(day: date) -> Hijri | None:
    """Return the Umm al-Qura day, or None outside `HIJRI_FIRST` to `HIJRI_LAST`."""
    if not HIJRI_FIRST <= day <= HIJRI_LAST:
        return None
    return Hijri(*hijridate.Gregorian(day.year, day.month, day.day).to_hijri().datetuple())


def from_hijri(year: int, month: int, day: int) -> date:
    """Return the Gregorian day. Raises `ValueError` for no such day, or one outside 1343 to 1500."""
    try:
        return date(*hijridate.Hijri(year, month, day).to_gregorian().datetuple())
    except OverflowError as error:
        raise ValueError(str(error)) from error


def parse_day(text: str, *, hijri_allowed: bool = True) -> date:
    """Return the Gregorian day of a typed one: year first or day first, with hyphens or slashes.

    Either kind of digit; a year before 1700 is Hijri. Raises `InvalidDate`: `required` when nothing was
    typed, `out_of_range` for a Hijri year the calendar does not reach, `invalid` for no day, or for a Hijri
    one where `hijri_allowed` is false.
    """
    year, month, day = _read(text)
    is_hijri = year < GREGORIAN_FROM_YEAR
    if is_hijri and not hijri_allowed:
        raise InvalidDate("invalid")
    if is_hijri and not HIJRI_FIRST_YEAR <= year <= HIJRI_LAST_YEAR:
        raise InvalidDate("out_of_range")
    try:
        return from_hijri(year, month, day) if is_hijri else date(year, month, day)
    except ValueError as error:
        raise InvalidDate("invalid") from error


def add_months(day: date, months: int) -> date:
    """Return the same day of the month, `months` Gregorian months on.

    Where that month is too short, its last day: 2026-08-31 and 6 months give 2027-02-28.
    """
    year, month = _month_after(day.year, day.month, months)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def add_hijri_months(day: date, months: int) -> date:
    """Return the same day of the Umm al-Qura month, `months` of them on, or that month's last day.

    Raises `ValueError` where either day is outside `HIJRI_FIRST` to `HIJRI_LAST`.
    """
    hijri = to_hijri(day)
    if hijri is None:
        raise ValueError(f"{day} is outside the Umm al-Qura calendar.")
    year, month = _month_after(hijri.year, hijri.month, months)
    first = from_hijri(year, month, 1)
    length = hijridate.Hijri(year, month, 1).month_length()
    return first + timedelta(days=min(hijri.day, length) - 1)


def show_both(day: date, language: str) -> str:
    """Return the day in both calendars, or in the Gregorian alone where there is no Hijri one.

    Hijri first in Arabic (`ar`), Gregorian first in any other language, which means English.
    """
    hijri = to_hijri(day)
    if language.startswith("ar"):
        gregorian = f"{day.day} {GREGORIAN_MONTHS_AR[day.month - 1]} {day.year}م"
        if hijri is None:
            return gregorian
        return f"{hijri.day} {HIJRI_MONTHS_AR[hijri.month - 1]} {hijri.year}هـ ({gregorian})"
    gregorian = f"{day.day} {GREGORIAN_MONTHS_EN[day.month - 1]} {day.year}"
    if hijri is None:
        return gregorian
    return f"{gregorian} ({hijri.day} {HIJRI_MONTHS_EN[hijri.month - 1]} {hijri.year} AH)"


def _read(text: str) -> tuple[int, int, int]:
    typed = text
    if not (_YEAR_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text)):
        kept = "".join("-" if is_dash(char) else char for char in strip_marks(to_ascii(text)))
        typed = "".join(kept.split())
    if not typed:
        raise InvalidDate("required")
    if match := _YEAR_FIRST.fullmatch(typed):
        return int(match[1]), int(match[3]), int(match[4])
    if match := _DAY_FIRST.fullmatch(typed):
        return int(match[4]), int(match[3]), int(match[1])
    raise InvalidDate("invalid")


def _month_after(year: int, month: int, months: int) -> tuple[int, int]:
    years, months = divmod(month - 1 + months, 12)
    return year + years, months + 1
