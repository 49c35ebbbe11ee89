"""The numbers of receipts: sixteen digits, because a busy year has more receipts than applications.

Two for the year, twelve drawn at random, and two check digits as `reference_number` has them. The first
receipts had twelve digits in all, and stay readable.
"""

import random
import secrets

from shumoos.saudi.digits import clean_number
from shumoos.saudi.errors import InvalidNumber
from shumoos.saudi.reference_number import add_check_digits, has_check_digits

LENGTH = 16
EARLIER_LENGTH = 12
_SYSTEM_RANDOM = secrets.SystemRandom()


def make(year: int, rng: random.Random = _SYSTEM_RANDOM) -> str:
    """Return a new receipt number: 2-digit year, 12 random digits, 2 check digits; 16 in all.

    Two calls may return the same number: the database's unique constraint has the last word.
    """
    return add_check_digits(f"{year % 100:02}{rng.randrange(10**12):012}")


def is_valid(number: str) -> bool:
    """Whether `number` is sixteen ASCII digits, or twelve as at first, with the right check digits."""
    return len(number) in (LENGTH, EARLIER_LENGTH) and has_check_digits(number)


def clean(text: str) -> str:
    """Return the digits of a receipt number as typed.

    Raises `InvalidNumber`: `invalid` for another shape, nothing at all included, and `check_digit` where some
    of the digits were mistyped.
    """
    number = clean_number(text)
    if len(number) not in (LENGTH, EARLIER_LENGTH) or not (number.isascii() and number.isdigit()):
        raise InvalidNumber("invalid")
    if not has_check_digits(number):
        raise InvalidNumber("check_digit")
    return number


def show(number: str) -> str:
    """Return a stored number as people read it: `26-4821-9037-5521-CC`, CC the check digits."""
    body = number[2:-2]
    return "-".join([number[:2], *(body[at : at + 4] for at in range(0, len(body), 4)), number[-2:]])
