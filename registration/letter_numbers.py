"""Letters by their number, as people type it or read it out."""

import re

from django.db.models import Q

from shumoos.letters.models import Letter
from shumoos.saudi.digits import strip_marks, to_ascii

NUMBER = re.compile(r"(?P<series>[^/]{1,40})/(?P<year>[0-9]{4})/(?P<sequence>[0-9]{1,9})")


def numbered(typed: str) -> Q | None:
    """Return the condition for the letter whose number was typed; None where it is no such number."""
    number = NUMBER.fullmatch("".join(strip_marks(to_ascii(typed)).split()).upper())
    if number is None:
        return None
    return Q(
        series=number["series"], year=int(number["year"]), sequence=int(number["sequence"]) % 2_147_483_647
    )


def find(typed: str) -> Letter | None:
    """Return the letter with the number that was typed, if there is one."""
    condition = numbered(typed)
    return Letter.objects.filter(condition).first() if condition else None
