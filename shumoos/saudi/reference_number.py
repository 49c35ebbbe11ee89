"""Numbers that people copy by hand, with two check digits that tell a typing mistake without a look-up.

The check is ISO/IEC 7064 MOD 97-10: the whole number mod 97 is 1. A changed digit moves the number by
d·10ⁿ with d from 1 to 9, two neighbours swapped by 9·d·10ⁿ; neither is a multiple of 97, so every such
mistake is caught, in the check digits and across their edge too.
"""

import random
import re
import secrets

from shumoos.saudi.digits import clean_number
from shumoos.saudi.errors import InvalidNumber

# For hints and samples: the check digits are wrong, so that it is never anybody's.
SAMPLE = "26-4821-9037-41"
_DIGITS = re.compile(r"[0-9]+")
_BODY_AND_CHECK = re.compile(r"[0-9]{3,99}")
_REFERENCE_NUMBER = re.compile(r"[0-9]{12}")
_SYSTEM_RANDOM = secrets.SystemRandom()


def add_check_digits(body: str) -> str:
    """Return `body` (ASCII digits) with its two check digits, from 02 to 98, behind it.

    Raises `ValueError` where `body` is anything but ASCII digits.
    """
    if not _DIGITS.fullmatch(body):
        raise ValueError("Check digits need a body of ASCII digits.")
    return f"{body}{98 - int(body) * 100 % 97:02}"


def has_check_digits(number: str) -> bool:
    """Whether `number` is 3 to 99 ASCII digits and ends in the check digits of what precedes them."""
    return bool(_BODY_AND_CHECK.fullmatch(number)) and int(number) % 97 == 1


def make(year: int, rng: random.Random = _SYSTEM_RANDOM) -> str:
    """Return a new reference number: 2-digit year, 8 random digits, 2 check digits; 12 in all.

    Two calls may return the same number: the database's unique constraint has the last word.
    """
    return add_check_digits(f"{year % 100:02}{rng.randrange(10**8):08}")


def has_shape(number: str) -> bool:
    """Whether `number` is twelve ASCII digits: a reference number but for its check digits."""
    return bool(_REFERENCE_NUMBER.fullmatch(number))


def is_valid(number: str) -> bool:
    """Whether `number` is twelve ASCII digits with the right check digits."""
    return has_shape(number) and has_check_digits(number)


def clean(text: str) -> str:
    """Return the twelve digits of a reference number as typed.

    Raises `InvalidNumber`: `invalid` for another shape, nothing at all included, and `check_digit` for
    twelve digits of which some were mistyped.
    """
    number = clean_number(text)
    if not has_shape(number):
        raise InvalidNumber("invalid")
    if not has_check_digits(number):
        raise InvalidNumber("check_digit")
    return number


def show(number: str) -> str:
    """Return twelve stored digits as people read them: `26-4821-9037-CC`, CC the check digits."""
    return f"{number[:2]}-{number[2:6]}-{number[6:10]}-{number[10:]}"
