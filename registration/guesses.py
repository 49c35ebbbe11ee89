"""Slowing down whoever guesses at what two numbers have in common."""

from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from registration.models import WrongLookUp

MOST_WRONG = 5
WINDOW = timedelta(minutes=15)


def hold(about: str, address: str | None) -> None:
    """Let nobody else look up the same thing, or from the same address, until the transaction ends.

    Otherwise a hundred guesses sent at once would all be counted after the last of them.
    """
    with connection.cursor() as cursor:
        for name in sorted((f"address:{address}", f"reference:{about}")):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('look-up'), hashtext(%s))", [name])


def note_wrong(about: str, address: str | None) -> None:
    """Record a wrong guess at `about`, which has at most 12 characters."""
    WrongLookUp.objects.create(reference=about, address=address)


def time_to_wait(about: str, address: str | None) -> timedelta | None:
    """Return how long until the fifth last wrong guess is 15 minutes old; None where there is none.

    The guesses at `about` from anywhere and those from `address` at anything are counted apart.
    """
    now = timezone.now()
    fifths = [fifth_last(now, reference=about), fifth_last(now, address=address) if address else None]
    waits = [fifth + WINDOW - now for fifth in fifths if fifth is not None]
    return max(waits, default=None)


def tries_left(about: str) -> int:
    """Return how many wrong guesses at `about` there may still be before anybody waits."""
    lately = WrongLookUp.objects.filter(at__gt=timezone.now() - WINDOW, reference=about)
    return max(MOST_WRONG - lately.count(), 0)


def fifth_last(now: datetime, **same: str) -> datetime | None:
    wrong = WrongLookUp.objects.filter(at__gt=now - WINDOW, **same).order_by("-at")
    return wrong.values_list("at", flat=True)[MOST_WRONG - 1 : MOST_WRONG].first()
