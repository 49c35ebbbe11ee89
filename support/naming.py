"""Numbers stay hidden from an agent until the caller has named their last four digits.

What was named right is shown to this agent for a quarter of an hour. Wrong guesses are slowed down, by
agent and by application, and every attempt is on record.
"""

from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from registration import guesses
from registration.following import TooManyWrong
from registration.models import Application
from shumoos.accounts.access_log import log_look
from shumoos.accounts.requests import SignedInRequest

KEY = "named_by_callers"
SHOWN_FOR = timedelta(minutes=15)
IDENTITY, MOBILE = "owner_national_id", "owner_mobile"
NUMBERS = (IDENTITY, MOBILE)
# The first of these are told anyway by every ID and every Saudi mobile.
TOLD = {IDENTITY: 1, MOBILE: 5}


def name(request: SignedInRequest, application: Application, number: str, *, ending: str) -> bool:
    """Whether the caller has named the last four digits of one of `NUMBERS`; then it is shown from now.

    Raises TooManyWrong, without a comparison, after five wrong ones within 15 minutes by the same agent or
    about the same application.
    """
    if not compare(request, application, number, ending=ending):
        return False
    until = (timezone.now() + SHOWN_FOR).timestamp()
    named = request.session.get(KEY, {})
    named.setdefault(str(application.pk), {})[number] = until
    request.session[KEY] = named
    return True


# The wrong guess has to stay counted, whatever becomes of the request.
@transaction.atomic(durable=True)
def compare(request: SignedInRequest, application: Application, number: str, *, ending: str) -> bool:
    counted = counted_by(request, application)
    for about in counted:
        guesses.hold(about, None)
        if wait := guesses.time_to_wait(about, None):
            raise TooManyWrong(wait)
    is_right = constant_time_compare(getattr(application, number)[-4:], ending)
    if not is_right:
        for about in counted:
            guesses.note_wrong(about, None)
    log_look(request, f"desk: {number} named {'right' if is_right else 'wrong'}", application)
    return is_right


def counted_by(request: SignedInRequest, application: Application) -> tuple[str, str]:
    """Return what wrong guesses are counted by: the agent, and the application."""
    return f"a{request.user.pk}", f"d{application.pk}"


def tries_left(request: SignedInRequest, application: Application) -> int:
    """Return how many wrong endings there may still be before this agent waits for this application."""
    return min(guesses.tries_left(about) for about in counted_by(request, application))


def is_named(request: HttpRequest, application: Application, number: str) -> bool:
    """Whether this agent may see the number now."""
    until = request.session.get(KEY, {}).get(str(application.pk), {}).get(number, 0)
    return until > timezone.now().timestamp()


def shown(request: HttpRequest, application: Application, number: str) -> str:
    """Return a number as this agent may see it: whole once it was named, else without its digits."""
    value = getattr(application, number)
    if is_named(request, application, number):
        return value
    told = TOLD[number]
    return value[:told] + "•" * (len(value) - told)
