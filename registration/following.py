"""Finding an application by its number and the mobile's ending."""

from datetime import timedelta

from django.db import transaction

from registration import guesses
from registration.models import Application


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
    guesses.hold(reference, address)
    if wait := guesses.time_to_wait(reference, address):
        raise TooManyWrong(wait)
    application = (
        Application.objects.sent()
        .filter(reference=reference, owner_mobile__endswith=mobile_ending)
        .select_related("office")
        .first()
    )
    if application is None:
        guesses.note_wrong(reference, address)
    return application
