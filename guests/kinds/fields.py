"""The sorts of value that records are made of: how each is read from what was typed.

Every reader takes text, returns the stored form, and refuses with one of the codes of `errors`. An empty
value never reaches a reader: see `base.Record`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache, partial
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator

from guests.kinds.errors import refuse
from shumoos.saudi import calendar, identity
from shumoos.saudi.calendar import RIYADH
from shumoos.saudi.countries import COUNTRIES
from shumoos.saudi.digits import strip_marks, to_ascii
from shumoos.saudi.errors import InvalidDate, InvalidNumber
from shumoos.saudi.mobile import clean_mobile

Stored = TypeVar("Stored")

REFERENCE_LENGTH = 64
NAME_LENGTH = 150

# An establishment's clock may be ahead of ours.
CLOCKS_DIFFER_BY = timedelta(minutes=15)
# As long as records are kept: what is older says nothing to anybody.
YEARS_BACK = 5
OLDEST_PERSON = 125

_AMOUNT = re.compile(r"(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
# The Arabic decimal and thousands separators, and what computers make of them.
_SEPARATORS = str.maketrans({"٫": ".", "٬": ",", "،": ","})
MOST = Decimal(10) ** 9

_MOMENT = re.compile(
    r"(?P<day>[^\sTt]+)(?:[Tt]|\s+)"
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]{1,9})?)?"
    r"\s*(?P<offset>[Zz]|(?P<sign>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2}))?"
)

ID_READERS: dict[str, Callable[[str], str]] = {
    "national_id": identity.clean_national_id,
    "iqama": identity.clean_iqama,
    "gcc_id": identity.clean_gcc_id,
    "passport": identity.clean_passport,
    "border_number": identity.clean_border_number,
}


_as_of: ContextVar[datetime | None] = ContextVar("as_of", default=None)


@contextmanager
def as_of(received_at: datetime) -> Iterator[None]:
    """Judge what is read in the block as of that moment, such as the one in which a file was received."""
    token = _as_of.set(received_at.astimezone(RIYADH))
    try:
        yield
    finally:
        _as_of.reset(token)


def now() -> datetime:
    """Return the moment that what is read is judged by, in Riyadh: this one, unless `as_of` says another."""
    return _as_of.get() or datetime.now(RIYADH)


def typed(reader: Callable[[str], Any]) -> BeforeValidator:
    """Read what was typed with `reader`; a value of another sort, such as a list, is refused as invalid."""

    def read(value: Any) -> Any:
        if not isinstance(value, str):
            refuse("invalid")
        return reader(value)

    return BeforeValidator(read, json_schema_input_type=str)


def text(value: str, *, limit: int) -> str:
    """Return text on one line, its spaces single, its digits ASCII, without invisible marks."""
    # As most of it is: of this nothing is composed, marked or a sign of control.
    is_plain = value.isascii() and value.isprintable()
    plain = value if is_plain else strip_marks(to_ascii(unicodedata.normalize("NFC", value)))
    written = " ".join(plain.split())
    # PostgreSQL stores neither NUL nor half a character.
    if not written.isprintable() and any(unicodedata.category(char) in ("Cc", "Cs") for char in written):
        refuse("invalid")
    if len(written) > limit:
        refuse("too_long", limit=limit)
    return written


def name(value: str) -> str:
    """Return a person's name: letters of any script, at least two, and no digits."""
    written = text(value, limit=NAME_LENGTH)
    letters = sum(char.isalpha() for char in written)
    if letters < 2 or any(char.isdigit() or char in "<>{}[]@" for char in written):
        refuse("invalid", "name")
    return written


def choice(value: str, *, among: frozenset[str]) -> str:
    """Return one of a few codes, in whatever case it was typed."""
    if value in among:
        return value
    code = text(value, limit=REFERENCE_LENGTH).lower()
    if code not in among:
        refuse("unknown")
    return code


def country(value: str) -> str:
    """Return a country's ISO 3166-1 alpha-3 code."""
    if value in COUNTRIES:
        return value
    code = strip_marks(value).strip().upper()
    if code not in COUNTRIES:
        refuse("unknown", "country")
    return code


def mobile(value: str) -> str:
    """Return any country's mobile as E.164; one without a country's code is Saudi."""
    return _cleaned(clean_mobile, value, "mobile")


def identity_number(value: str, id_type: str) -> str:
    """Return the number as its document writes it, by the rule of that document."""
    return _cleaned(ID_READERS[id_type], value, id_type)


def birth_day(value: str) -> date:
    """Return a day of birth, typed in either calendar."""
    day = _cleaned(calendar.parse_day, value, "birth_day")
    if day > today():
        refuse("in_future", "birth_day")
    if day < first_birth_day():
        refuse("out_of_range", "birth_day")
    return day


def today() -> date:
    """Return the day that what is read is judged by."""
    return now().date()


def first_birth_day() -> date:
    """Return the day before which nobody alive was born."""
    return years_before(today(), OLDEST_PERSON)


@lru_cache(maxsize=8)
def years_before(day: date, years: int) -> date:
    return calendar.add_months(day, -12 * years)


def gregorian_day(value: str) -> date:
    """Return a day typed in the Gregorian calendar."""
    return _cleaned(partial(calendar.parse_day, hijri_allowed=False), value, "day")


def moment(value: str) -> datetime:
    """Return the moment in Riyadh, to the second. Without an offset the time is Riyadh's."""
    match = _MOMENT.fullmatch(strip_marks(to_ascii(value)).strip())
    if not match:
        refuse("invalid", "moment")
    day = _cleaned(partial(calendar.parse_day, hijri_allowed=False), match["day"], "moment")
    try:
        local = datetime(
            day.year,
            day.month,
            day.day,
            int(match["hour"]),
            int(match["minute"]),
            int(match["second"] or 0),
            tzinfo=_zone(match),
        )
        return local.astimezone(RIYADH)
    except (ValueError, OverflowError):
        refuse("invalid", "moment")


def past_moment(value: str) -> datetime:
    """Return a moment of the last five years; a quarter of an hour ahead is a clock that differs."""
    at = moment(value)
    if at > now() + CLOCKS_DIFFER_BY:
        refuse("in_future", "moment")
    if at.date() < years_before(today(), YEARS_BACK):
        refuse("out_of_range", "moment")
    return at


def amount(value: str, *, places: int, rule: str) -> str:
    """Return a number above nothing with so many decimal places, as text: it stays exact."""
    written = "".join(strip_marks(to_ascii(value)).translate(_SEPARATORS).split())
    if not _AMOUNT.fullmatch(written) or len(written) > REFERENCE_LENGTH:
        refuse("invalid", rule)
    number = Decimal(written.replace(",", ""))
    if not 0 < number < MOST:
        refuse("out_of_range", rule)
    exact = number.quantize(Decimal(1).scaleb(-places))
    if exact != number:
        refuse("invalid", rule)
    return str(exact)


def _zone(match: re.Match[str]) -> tzinfo:
    if not match["offset"]:
        return RIYADH
    if not match["sign"]:
        return UTC
    ahead = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
    return timezone(ahead if match["sign"] == "+" else -ahead)


def _cleaned(clean: Callable[[str], Stored], value: str, rule: str) -> Stored:
    try:
        return clean(value)
    except (InvalidNumber, InvalidDate) as error:
        # What holds nothing but marks and dashes was typed, so it is wrong and not missing.
        refuse("invalid" if error.code == "required" else error.code, rule)


Reference = Annotated[str, typed(partial(text, limit=REFERENCE_LENGTH))]
ShortText = Annotated[str, typed(partial(text, limit=20))]
LongText = Annotated[str, typed(partial(text, limit=200))]
Price = Annotated[str, typed(partial(amount, places=2, rule="price"))]
Grams = Annotated[str, typed(partial(amount, places=3, rule="weight"))]
Name = Annotated[str, typed(name)]
IdType = Annotated[str, typed(partial(choice, among=frozenset(ID_READERS)))]
Gender = Annotated[str, typed(partial(choice, among=frozenset({"m", "f"})))]
CountryCode = Annotated[str, typed(country)]
Mobile = Annotated[str, typed(mobile)]
BirthDay = Annotated[date, typed(birth_day)]
Day = Annotated[date, typed(gregorian_day)]
PastMoment = Annotated[datetime, typed(past_moment)]
