"""How often one address may have files compared: each costs more than a page."""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shumoos.letters.models import Check

MOST = 20
WINDOW = timedelta(minutes=15)
# Longer than the limit looks back.
KEPT_FOR = timedelta(days=1)


class TooMany(Exception):
    """Too many files from this address; its text is a sentence for the user, `wait` says for how long."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(_("Too many files were compared from here. Try again in a quarter of an hour."))
        self.wait = wait


@transaction.atomic
def count_check(address: str | None) -> None:
    """Count a file from an address. Raises TooMany for more than 20 in 15 minutes; without address none."""
    if address is None:
        return
    with connection.cursor() as cursor:
        # Of a hundred sent at once, each has to see those before it.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('letter check'), hashtext(%s))", [address])
    now = timezone.now()
    recent = Check.objects.filter(address=address, at__gt=now - WINDOW).order_by("-at")
    earliest = recent.values_list("at", flat=True)[MOST - 1 : MOST].first()
    if earliest is not None:
        raise TooMany(earliest + WINDOW - now)
    Check.objects.create(address=address, at=now)


def forget_old() -> None:
    """Delete the counts whose time is over. Safe to run twice at once, or to kill."""
    Check.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()
