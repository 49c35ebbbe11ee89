"""Finding an application by its number and the mobile's ending, and slowing down whoever guesses."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from registration.models import Application, WrongLookUp

MOST_WRONG = 5
WINDOW = timedelta(minutes=15)


class TooManyWrong(Exception):
    """Too many wrong combinations from this address or for this number; `wait` says for how long."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait


@transaction.atomic
def find(reference: str, *, mobile_ending: str, address: str | None) -> Application | None:
    """Return the sent application that both belong to, or None; which of the two is wrong is not told.

    Raises TooManyWrong, without a look-up, after five wrong combinations within 15 minutes from the same
    address or for the same reference number.
    """
    hold(f"address:{address}", f"reference:{reference}")
    if wait := time_to_wait(reference, address):
        raise TooManyWrong(wait)
    application = (
        Application.objects.sent()
        .filter(reference=reference, owner_mobile__endswith=mobile_ending)
        .select_related("office")
        .first()
    )
    if application is None:
        WrongLookUp.objects.create(reference=reference, address=address)
    return application


def time_to_wait(reference: str, address: str | None) -> timedelta | None:
    """Return how long until the fifth last wrong combination is 15 minutes old; None where there is none."""
    now = timezone.now()
    fifths = [fifth_last(now, reference=reference), fifth_last(now, address=address) if address else None]
    waits = [fifth + WINDOW - now for fifth in fifths if fifth is not None]
    return max(waits, default=None)


def fifth_last(now: datetime, **same: str) -> datetime | None:
    wrong = WrongLookUp.objects.filter(at__gt=now - WINDOW, **same).order_by("-at")
    return wrong.values_list("at", flat=True)[MOST_WRONG - 1 : MOST_WRONG].first()


def hold(*names: str) -> None:
    """Let nobody else look up with the same address or number until the transaction ends.

    Otherwise a hundred guesses sent at once would all be counted after the last of them.
    """
    with connection.cursor() as cursor:
        for name in sorted(names):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('look-up'), hashtext(%s))", [name])
