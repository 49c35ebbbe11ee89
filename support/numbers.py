"""Ticket numbers, as people read them out: 10 digits, the last two of which tell a typing mistake.

The year's last two digits, six random ones, and two check digits by ISO/IEC 7064 MOD 97-10, as a reference
number has them.
"""

import secrets

from shumoos.saudi import calendar
from shumoos.saudi.reference_number import add_check_digits, has_check_digits

LENGTH = 10


def make() -> str:
    """Return a new number. Two calls may return the same one: the database has the last word."""
    return add_check_digits(f"{calendar.today().year % 100:02d}{secrets.randbelow(10**6):06d}")


def is_valid(number: str) -> bool:
    """Whether ten ASCII digits end in the check digits of what precedes them."""
    return len(number) == LENGTH and has_check_digits(number)


def show(number: str) -> str:
    """Return a ticket number as people read it: `26-482190-37`."""
    return f"{number[:2]}-{number[2:8]}-{number[8:]}"


def show_among_words(number: str) -> str:
    """Return it for a plain sentence, isolated: Arabic words would turn its groups round."""
    return f"\u2066{show(number)}\u2069"
