"""What a browser's session remembers of its applications: their keys, never anything else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from registration.models import Application

# The one that is worked on or was sent last, and all that this browser may go on with.
SESSION_KEY = "application"
ALL_KEY = "applications"
MOST_REMEMBERED = 10


def remember(request: HttpRequest, application: Application) -> None:
    """Make an application the one that this browser works on."""
    others = [key for key in request.session.get(ALL_KEY, []) if key != application.key]
    request.session[ALL_KEY] = [*others, application.key][-MOST_REMEMBERED:]
    request.session[SESSION_KEY] = application.key


def begin_another(request: HttpRequest) -> None:
    """Let this browser begin anew; what it has begun before stays within its reach."""
    request.session.pop(SESSION_KEY, None)


def begun(request: HttpRequest) -> list[Application]:
    """Return the drafts that this browser may go on with, but for the one it works on; the latest first."""
    keys = set(request.session.get(ALL_KEY, [])) - {request.session.get(SESSION_KEY)}
    drafts = Application.objects.drafts().filter(key__in=keys)
    return list(drafts.select_related("sector", "licence").order_by("-saved_at"))


def application_of(request: HttpRequest) -> Application | None:
    """Return the application that this browser is working on or has sent last.

    A page that was opened for another of its applications says so when it is sent: then it is that one.
    """
    key = request.session.get(SESSION_KEY)
    if request.method == "POST" and "draft" in request.POST:
        posted = request.POST["draft"]
        key = posted if posted in request.session.get(ALL_KEY, []) else None
    return with_key(key)


def is_remembered(request: HttpRequest, application: Application) -> bool:
    return application.key in request.session.get(ALL_KEY, [])


def with_key(key: str | None) -> Application | None:
    rows = Application.objects.select_related("office", "sector", "city__region__office", "licence")
    return rows.filter(key=key).first() if key else None


def lead_to_done(request: HttpRequest, application: Application) -> HttpResponse:
    remember(request, application)
    return redirect("registration:done")
