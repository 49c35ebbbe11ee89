"""The public page on which an application is followed."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registration.forms import StatusForm


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """Say where an application stands. The number is posted, so that it stands in no address and no log."""
    form = StatusForm(request.POST if request.method == "POST" else None)
    application = form.find() if form.is_valid() else None
    events = list(application.events.order_by("-id")) if application else []
    return render(
        request,
        "registration/status.html",
        {"form": form, "application": application, "events": events},
        status=422 if form.errors else 200,
    )
