"""Numbers that tell who a person or an establishment is.

Every `clean_…` takes what was typed (either kind of digit, spaces, dashes, bidi marks) and returns the
stored ASCII form, or raises `InvalidNumber`: `required` when nothing was typed, `too_long` past the longest
length of a number whose length varies, `check_digit` for a mistyped number, `invalid` for the rest.
"""

import random
import re

from shumoos.saudi.digits import clean_number
from shumoos.saudi.errors import InvalidNumber

LONGEST_GCC_ID = 15
LONGEST_PASSPORT = 12

_TEN_DIGITS = re.compile(r"[0-9]{10}")
_NATIONAL_ID = re.compile(r"1[0-9]{9}")
_IQAMA = re.compile(r"2[0-9]{9}")
_PERSON_ID = re.compile(r"[12][0-9]{9}")
_BORDER_NUMBER = re.compile(r"[34][0-9]{9}")
_GCC_ID = re.compile(r"[0-9]{8,15}")
_PASSPORT = re.compile(r"[A-Za-z0-9]{6,12}")
_UNIFIED_NUMBER = re.compile(r"7[0-9]{9}")


def has_valid_check_digit(number: str) -> bool:
    """Whether ten ASCII digits satisfy the check of national IDs and iqamas (the Luhn sum)."""
    return bool(_TEN_DIGITS.fullmatch(number)) and _luhn_sum(number) % 10 == 0


def make_national_id(rng: random.Random, first: str = "1") -> str:
    """Return a random number that passes the check, for demo data and tests.

    `first` is `1` for a citizen and `2` for a resident. The number may belong to a real person.
    """
    body = first + "".join(rng.choice("0123456789") for _ in range(8))
    return body + str(-_luhn_sum(body) % 10)


def clean_national_id(text: str) -> str:
    """Return a citizen's number: ten digits, the first 1, with its check digit."""
    return _checked(_clean(text, _NATIONAL_ID))


def clean_iqama(text: str) -> str:
    """Return a resident's number: ten digits, the first 2, with its check digit."""
    return _checked(_clean(text, _IQAMA))


def clean_person_id(text: str) -> str:
    """Return a citizen's or a resident's number, where either may be typed."""
    return _checked(_clean(text, _PERSON_ID))


def clean_border_number(text: str) -> str:
    """Return a visitor's border number: ten digits, the first 3 or 4, no check digit known."""
    return _clean(text, _BORDER_NUMBER)


def clean_gcc_id(text: str) -> str:
    """Return the ID of a citizen of another Gulf state: 8 to 15 digits."""
    return _clean(text, _GCC_ID, longest=LONGEST_GCC_ID)


def clean_passport(text: str) -> str:
    """Return a passport number: 6 to 12 ASCII letters and digits, in upper case."""
    return _clean(text, _PASSPORT, longest=LONGEST_PASSPORT).upper()


def clean_commercial_registration(text: str) -> str:
    """Return a commercial registration number: ten digits, no check digit known."""
    return _clean(text, _TEN_DIGITS)


def clean_unified_number(text: str) -> str:
    """Return an establishment's unified number: ten digits, the first 7, no check digit known."""
    return _clean(text, _UNIFIED_NUMBER)


def _clean(text: str, shape: re.Pattern[str], *, longest: int | None = None) -> str:
    number = clean_number(text)
    if not number:
        raise InvalidNumber("required")
    if longest is not None and len(number) > longest:
        raise InvalidNumber("too_long")
    if not shape.fullmatch(number):
        raise InvalidNumber("invalid")
    return number


def _checked(number: str) -> str:
    if not has_valid_check_digit(number):
        raise InvalidNumber("check_digit")
    return number


def _luhn_sum(number: str) -> int:
    """Sum the digits, those at positions 1, 3, 5, 7, 9 doubled and lessened by 9 where over 9."""
    doubled = (int(digit) * 2 for digit in number[::2])
    return sum(double - 9 if double > 9 else double for double in doubled) + sum(map(int, number[1::2]))
