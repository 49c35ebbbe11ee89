"""The page after sending."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from registration.models import OPEN_STATUSES, Status
from registration.views.session import application_of
from registration.views.status import slip_response


@login_not_required
@never_cache
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """Show the reference number, what to bring and where to go."""
    application = application_of(request)
    if application is None or application.status == Status.DRAFT:
        return redirect("registration:register")
    return render(request, "registration/done.html", {"application": application})


@login_not_required
@never_cache
@require_safe
def done_slip(request: HttpRequest) -> HttpResponse:
    """Hand out the slip of the application that this browser has sent."""
    application = application_of(request)
    if application is None or application.status not in OPEN_STATUSES:
        return redirect("registration:done")
    return slip_response(application)
