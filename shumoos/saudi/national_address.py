"""The short form of a Saudi national address, such as `RRRD2929`."""

import re

from shumoos.saudi.digits import clean_number
from shumoos.saudi.errors import InvalidNumber

_SHORT_ADDRESS = re.compile(r"[A-Za-z]{4}[0-9]{4}")


def clean_short_address(text: str) -> str:
    """Return four upper-case letters and four digits.

    Raises `InvalidNumber`: `required` when nothing was typed, `invalid` for another shape.
    """
    address = clean_number(text)
    if not address:
        raise InvalidNumber("required")
    if not _SHORT_ADDRESS.fullmatch(address):
        raise InvalidNumber("invalid")
    return address.upper()
