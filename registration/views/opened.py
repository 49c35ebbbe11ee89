"""What a browser may see and do about an application: found by its number, or opened by a code as well."""

from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone

from registration.models import Application

FOUND_KEY = "found_application"
OPENED_KEY = "opened_application"
OPEN_FOR = timedelta(minutes=30)


def remember_found(request: HttpRequest, application: Application) -> None:
    request.session[FOUND_KEY] = application.key


def found(request: HttpRequest) -> Application | None:
    """Return the application that this browser last found by number and mobile's ending."""
    return with_key(request.session.get(FOUND_KEY))


def open_up(request: HttpRequest, application: Application) -> None:
    """Let this browser at the details of one application for 30 minutes, under a new session key."""
    request.session.cycle_key()
    until = timezone.now() + OPEN_FOR
    request.session[OPENED_KEY] = {"key": application.key, "until": until.timestamp()}


def opened(request: HttpRequest) -> Application | None:
    """Return the application whose details this browser may see now."""
    entry = request.session.get(OPENED_KEY)
    if not entry or entry["until"] <= timezone.now().timestamp():
        return None
    return with_key(entry["key"])


def with_key(key: str | None) -> Application | None:
    sent = Application.objects.sent().select_related("office", "city", "sector", "authority")
    return sent.filter(key=key).first() if key else None
