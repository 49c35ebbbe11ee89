"""Traces of people who came to sign in, which are deleted once their time is over."""

from datetime import timedelta
from importlib import import_module

from axes.models import AccessAttempt
from django.conf import settings
from django.utils import timezone

from shumoos.accounts import codes, sessions
from shumoos.accounts.models import MOST_HOURS, OneTimeCode, SignIn

# As long as axes counts them.
ATTEMPTS_KEPT_FOR = timedelta(hours=settings.AXES_COOLOFF_TIME)
# The longest that the row of a browser holds, `sessions.begin` and SESSION_COOKIE_AGE.
BROWSERS_KEPT_FOR = timedelta(hours=MOST_HOURS)


def forget_traces() -> None:
    """Delete what has outlived its time. Safe to run twice at once, or to kill."""
    now = timezone.now()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    OneTimeCode.objects.filter(asked_at__lt=now - codes.KEPT_FOR).delete()
    AccessAttempt.objects.filter(attempt_time__lt=now - ATTEMPTS_KEPT_FOR).delete()
    SignIn.objects.filter(at__lt=now - sessions.KEPT_FOR).delete()
