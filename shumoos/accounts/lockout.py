"""How long guessing at passwords is made to wait. django-axes counts; this says when it locks.

Whoever mistypes four times is told nothing. From the fifth failure on, one user name from one address waits
a minute, then two, four and so on up to four hours. An address from which very many failures come waits as a
whole, for trying one password on many users. Unknown user names are counted like known ones.
"""

import sys
from datetime import timedelta
from typing import Any

from axes.helpers import get_client_ip_address, get_client_username
from axes.models import AccessAttempt
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from shumoos.errors import too_many_attempts

FREE = 5
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=4)
MOST_AN_HOUR_FROM_AN_ADDRESS = 100
WAIT_OF_AN_ADDRESS = timedelta(minutes=15)
NEVER = sys.maxsize


def limit(request: HttpRequest, credentials: dict[str, Any] | None) -> int:
    """Return how many failures lock, as axes asks for it: none while there is something to wait for."""
    return 0 if time_to_wait(request, credentials) else NEVER


def answer(
    request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """Answer a locked sign-in, in place of its own response, with the time there is left to wait."""
    return too_many_attempts(request, wait=time_to_wait(request, credentials) or FIRST_WAIT)


def time_to_wait(request: HttpRequest, credentials: dict[str, Any] | None) -> timedelta | None:
    """Return how long this user name must wait at this address; None where it need not."""
    address = get_client_ip_address(request)
    username = get_client_username(request, credentials)
    now = timezone.now()
    own = AccessAttempt.objects.filter(ip_address=address, username=username).aggregate(
        failures=Sum("failures_since_start"), last=Max("attempt_time")
    )
    waits = [own["last"] + wait_after(own["failures"]) - now] if own["failures"] else []
    whole = AccessAttempt.objects.filter(
        ip_address=address, attempt_time__gt=now - timedelta(hours=1)
    ).aggregate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
    if (whole["failures"] or 0) >= MOST_AN_HOUR_FROM_AN_ADDRESS:
        waits.append(whole["last"] + WAIT_OF_AN_ADDRESS - now)
    wait = max(waits, default=timedelta(0))
    return wait if wait > timedelta(0) else None


def wait_after(failures: int) -> timedelta:
    """Return how long the next try has to wait after so many failures in a row."""
    if failures < FREE:
        return timedelta(0)
    # The exponent is bounded, because a number of days has an end.
    return min(FIRST_WAIT * 2 ** min(failures - FREE, 16), LONGEST_WAIT)
