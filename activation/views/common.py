"""What the supervisors' pages share. They stand in the Django admin, see activation/admin.py."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from activation.queue import Desk
from registration.models import Application
from registration.moves import MoveRefused
from shumoos.accounts.requests import SignedInRequest

can_view = permission_required("activation.view_review", raise_exception=True)
can_decide = permission_required("activation.decide", raise_exception=True)
can_lead = permission_required("activation.lead", raise_exception=True)
can_see_figures = permission_required("activation.see_figures", raise_exception=True)


def page(request: SignedInRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    # The room is for documents and data; a link at the top leads to everything else.
    frame = {**admin.site.each_context(request), "is_nav_sidebar_enabled": False}
    return render(request, template, {**frame, **context}, status=status)


def desk_of(request: SignedInRequest) -> Desk:
    """Return the queue of whoever asks, whose offices are read once a request."""
    desk: Desk = vars(request).setdefault("_desk", Desk(request.user))
    return desk


def in_scope(request: SignedInRequest, pk: int) -> Application:
    """Return the application, with all that its page reads of it; 404 for what another office has."""
    visible = desk_of(request).visible()
    rows = visible.select_related(
        "office",
        "city",
        "sector",
        "authority",
        "licence__sector",
        "licence__city",
        "licence__establishment__owner",
        "establishment__owner",
    )
    return get_object_or_404(rows, pk=pk)


def activated(application: Application) -> str:
    """Return what became of an application with its activation, and what the office does next."""
    return _(
        "%(reference)s is activated, and the owner is told by text message. Next: print the statement "
        "letter, which stands on this page, and hand it over."
    ) % {"reference": application.shown_reference}


def act(
    request: SignedInRequest, application: Application, job: Callable[[], Any], done: str
) -> HttpResponse:
    """Do a job on an application and go back to its page, with what became of it as a message."""
    try:
        job()
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
    return redirect("admin:activation_review", application.pk)
