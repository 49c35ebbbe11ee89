"""The public pages on which an application is followed: where it stands, and, after a code, its details."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registration import following, slip
from registration.forms import StatusForm
from registration.models import ENDED_STATUSES, OPEN_STATUSES, Application
from registration.models.applications import TYPED
from registration.versions import label_of
from registration.views.opened import (
    ask_for_code_at,
    find_typed,
    found,
    opened,
    send_opening_code,
    take_opening_code,
)
from shumoos.accounts.access_log import log_look
from shumoos.errors import too_many_attempts
from shumoos.templatetags.days import both_calendars

# What is read from left to right in Arabic too.
CODES = {
    "licence_number",
    "commercial_registration",
    "short_address",
    "owner_national_id",
    "owner_mobile",
}


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """Say where an application stands. The number is posted, so that it stands in no address and no log."""
    form = StatusForm(request.POST if request.method == "POST" else None)
    application = None
    if form.is_valid():
        try:
            application = find_typed(request, form)
        except following.TooManyWrong as refusal:
            return too_many_attempts(request, wait=refusal.wait)
    context = {
        "form": form,
        "application": application,
        "events": list(application.events.order_by("-id")) if application else [],
    }
    return render(request, "registration/status.html", context, status=422 if form.errors else 200)


@login_not_required
@require_POST
def ask_for_code(request: HttpRequest) -> HttpResponse:
    """Send a code to the owner's mobile, for whoever has found the application by its number."""
    return send_opening_code(request, start="registration:status", then="registration:status_code")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def type_code(request: HttpRequest) -> HttpResponse:
    """Take the code, and open the application's details for it."""
    return take_opening_code(
        request,
        "registration/status_code.html",
        start="registration:status",
        then="registration:status_details",
    )


@login_not_required
@never_cache
@require_safe
def details(request: HttpRequest) -> HttpResponse:
    """Show all of one's own application, and what can be done about it."""
    application = opened(request)
    if application is None:
        return lead_to_code(request)
    log_look(request, "follow", application)
    context = {
        "application": application,
        "rows": data_rows(application),
        "documents": application.documents.current(),
        "events": application.events.select_related("by", "mandate__agreement__provider").order_by("-id"),
        "flags": application.flags.unresolved(),
        "is_open": application.status in OPEN_STATUSES,
        "has_ended": application.status in ENDED_STATUSES,
    }
    return render(request, "registration/status_details.html", context)


def data_rows(application: Application, *, names: Iterable[str] = TYPED) -> list[tuple[str, Any, bool]]:
    """Return label and value of what the owner typed, and whether the value is a number or a code."""
    rows = []
    for name in names:
        value = getattr(application, name)
        shown = both_calendars(value) if isinstance(value, date) else value
        rows.append((label_of(name), shown, name in CODES))
    return rows


def lead_to_code(request: HttpRequest) -> HttpResponse:
    return ask_for_code_at(request, "registration:status_code" if found(request) else "registration:status")


@login_not_required
@never_cache
@require_safe
def status_slip(request: HttpRequest) -> HttpResponse:
    """Hand out the slip of an application that waits, after a code."""
    application = opened(request)
    if application is None:
        return lead_to_code(request)
    if application.status not in OPEN_STATUSES:
        return redirect("registration:status_details")
    return slip_response(application)


def slip_response(application: Application) -> HttpResponse:
    response = HttpResponse(slip.render_slip(application), content_type="application/pdf")
    name = f"shumoos-{application.shown_reference}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
