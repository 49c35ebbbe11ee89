"""Tickets for callers of whom the portal has no application: opened at the desk, with the caller's mobile."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from registration.models import Licence
from shumoos.accounts.access_log import log_look
from shumoos.accounts.requests import SignedInRequest
from shumoos.keys import is_key
from support.caller_form import CallerTicketForm
from support.views.common import posted, works_desk
from support.views.tickets import new_ticket as new_own_ticket
from support.views.tickets import opened_from


@require_http_methods(["GET", "HEAD", "POST"])
def new_ticket(request: SignedInRequest) -> HttpResponse:
    """Open a ticket: an agent for a caller, everybody else for an establishment of their own."""
    opens = new_for_caller if request.user.has_perm("support.work_desk") else new_own_ticket
    return opens(request)


@works_desk
def new_for_caller(request: SignedInRequest) -> HttpResponse:
    licence = named_licence(request)
    form = CallerTicketForm(*posted(request), licence=licence)
    if form.is_valid() and (ticket := opened_from(request, form)):
        return redirect("support:ticket", ticket.number)
    if licence:
        log_look(request, "desk", licence)
    context = {"form": form, "licence": licence}
    return render(request, "support/new_for_caller.html", context, status=422 if form.errors else 200)


def named_licence(request: SignedInRequest) -> Licence | None:
    """Return the licence that the address names by its key; 404 where there is none with it."""
    key = request.GET.get("licence", "")
    if not key:
        return None
    return get_object_or_404(Licence, pk=key if is_key(key) else None)
