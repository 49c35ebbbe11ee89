"""Mobile numbers, stored as E.164: a plus sign, the country code, the number."""

import re

import phonenumbers
from phonenumbers import PhoneNumberType

from shumoos.saudi.digits import clean_number
from shumoos.saudi.errors import InvalidNumber

SAUDI_CODE = 966

_SAUDI_MOBILE = re.compile(r"(?:(?:\+|00)?966)?0?(5[0-9]{8})")
_DIALLED = re.compile(r"\+?[0-9]+")
_BRACKETS_AND_DOTS = str.maketrans("", "", "().")
# Numbers no text message reaches. What a country does not tell apart from its mobiles is let through.
_NEVER_MOBILE = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)


def clean_saudi_mobile(text: str) -> str:
    """Return `+9665XXXXXXXX` for a Saudi mobile typed as 05…, 5…, 9665…, +9665… or 009665….

    Raises `InvalidNumber`: `required` when nothing was typed, `invalid` for anything else.
    """
    match = _SAUDI_MOBILE.fullmatch(_typed(text))
    if not match:
        raise InvalidNumber("invalid")
    return f"+{SAUDI_CODE}{match[1]}"


def clean_mobile(text: str, region: str = "SA") -> str:
    """Return any country's mobile as E.164.

    A number typed without a country code is read as one of `region` (ISO 3166-1 alpha-2). Saudi numbers
    follow our own rule, which knows every 5XXXXXXXX; the others follow the `phonenumbers` numbering plans.
    Raises `InvalidNumber`: `required` when nothing was typed, `invalid` for anything else.
    """
    typed = _typed(text)
    if region == "SA" and _SAUDI_MOBILE.fullmatch(typed):
        return clean_saudi_mobile(typed)
    number = _parse(typed, region)
    if number.country_code == SAUDI_CODE:
        return clean_saudi_mobile(f"+{SAUDI_CODE}{number.national_number}")
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) in _NEVER_MOBILE:
        raise InvalidNumber("invalid")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mask(mobile: str) -> str:
    """Return a mobile with everything but its last two digits hidden, for pages and logs."""
    return "•" * (len(mobile) - 2) + mobile[-2:]


def _typed(text: str) -> str:
    typed = clean_number(text).translate(_BRACKETS_AND_DOTS)
    if not typed:
        raise InvalidNumber("required")
    return typed


def _parse(typed: str, region: str) -> phonenumbers.PhoneNumber:
    # The library reads letters, extensions and URIs too: a person types digits only.
    if not _DIALLED.fullmatch(typed):
        raise InvalidNumber("invalid")
    if typed.startswith("00"):
        typed = "+" + typed[2:]
    try:
        return phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException as error:
        raise InvalidNumber("invalid") from error
