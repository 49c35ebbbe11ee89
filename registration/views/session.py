"""What a browser's session remembers of its application: the key, never anything else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from registration.models import Application

SESSION_KEY = "application"


def remember(request: HttpRequest, application: Application) -> None:
    request.session[SESSION_KEY] = application.key


def application_of(request: HttpRequest) -> Application | None:
    """Return the application that this browser is working on or has sent last."""
    key = request.session.get(SESSION_KEY)
    return Application.objects.filter(key=key).select_related("office").first() if key else None


def lead_to_done(request: HttpRequest, application: Application) -> HttpResponse:
    remember(request, application)
    return redirect("registration:done")
