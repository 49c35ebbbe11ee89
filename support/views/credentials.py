"""The desk's requests to send credentials again, in the supervisors' admin."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shumoos.accounts.access_log import log_look
from shumoos.accounts.requests import SignedInRequest
from support import credentials
from support.forms import RefusalForm
from support.models import CredentialsRequest
from support.views.common import attempt, first_error

can_see = permission_required("support.view_credentialsrequest", raise_exception=True)
can_answer = permission_required("support.answer_credentials", raise_exception=True)
ENDED = 20


@require_safe
@can_see
def show(request: SignedInRequest) -> HttpResponse:
    """What waits for the person's office, and what was answered lately."""
    log_look(request, "credentials requests", "support.credentialsrequest")
    rows = CredentialsRequest.objects.visible_to(request.user).select_related(
        "ticket",
        "subscription__establishment__owner",
        "subscription__application",
        "asked_by",
        "ended_by",
        "office",
    )
    context = {
        "title": _("Requests to send credentials again"),
        "waiting": rows.waiting().order_by("asked_at"),
        "ended": rows.exclude(outcome="")[:ENDED],
        "may_answer": request.user.has_perm("support.answer_credentials"),
    }
    return page(request, context)


def page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "support/admin/credentials.html", {**admin.site.each_context(request), **context})


def in_scope(request: SignedInRequest, pk: int) -> CredentialsRequest:
    """Return a request of one's own office; 404 for another's."""
    rows = CredentialsRequest.objects.visible_to(request.user).select_related("subscription", "ticket")
    return get_object_or_404(rows, pk=pk)


@require_POST
@can_answer
def send(request: SignedInRequest, pk: int) -> HttpResponse:
    asked = in_scope(request, pk)
    log_look(request, "credentials", asked.subscription)
    attempt(
        request,
        lambda: credentials.send(asked, by=request.user),
        _("A text with a new password is on its way, and the desk is told."),
    )
    return redirect("admin:support_credentials")


@require_POST
@can_answer
def refuse(request: SignedInRequest, pk: int) -> HttpResponse:
    asked = in_scope(request, pk)
    form = RefusalForm(request.POST)
    if form.is_valid():
        attempt(
            request,
            lambda: credentials.refuse(asked, by=request.user, **form.cleaned_data),
            _("Nothing is sent, and the desk is told why."),
        )
    else:
        messages.error(request, first_error(form))
    return redirect("admin:support_credentials")
