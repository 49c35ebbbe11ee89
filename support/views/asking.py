"""Tickets without an account: with the reference number, and a code to the owner's mobile."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registration import following
from registration.forms import StatusForm
from registration.models import Application
from registration.views.opened import (
    ask_for_code_at,
    find_typed,
    opened,
    send_opening_code,
    take_opening_code,
)
from shumoos.accounts.access_log import log_look
from shumoos.errors import too_many_attempts
from support import tickets
from support.forms import TicketForm
from support.models import Ticket
from support.views import outside
from support.views.common import attempt, posted
from support.views.tickets import serve

LATEST = 50


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Find the application, and lead on to the code; whoever has typed it lately goes straight on."""
    if request.method != "POST" and opened(request):
        return redirect("support:ask_tickets")
    form = StatusForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            application = find_typed(request, form)
        except following.TooManyWrong as refusal:
            return too_many_attempts(request, wait=refusal.wait)
        if application is not None:
            return redirect("support:ask_code")
    return render(request, "support/ask.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@require_POST
def ask_for_code(request: HttpRequest) -> HttpResponse:
    return send_opening_code(request, start="support:ask", then="support:ask_code")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def type_code(request: HttpRequest) -> HttpResponse:
    """Take the code, and open the application's tickets for it."""
    return take_opening_code(
        request, "support/ask_code.html", start="support:ask", then="support:ask_tickets"
    )


def lead_to_code(request: HttpRequest) -> HttpResponse:
    return ask_for_code_at(request, "support:ask")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_tickets(request: HttpRequest) -> HttpResponse:
    """The application's tickets, and the form that opens another."""
    application = opened(request)
    if application is None:
        return lead_to_code(request)
    form = TicketForm(*posted(request))
    if form.is_valid():
        new: list[Ticket] = []
        done = attempt(
            request,
            lambda: new.append(
                tickets.open_ticket(
                    by=None,
                    application=application,
                    establishment=application.establishment,
                    **form.cleaned_data,
                )
            ),
            _("The ticket is open; its number is below."),
            form,
        )
        if done:
            return redirect("support:ask_ticket", new[0].number)
    log_look(request, "tickets by code", application)
    own = of_application(application).select_related("category")[:LATEST]
    context = {"form": form, "application": application, "tickets": own, "side": outside.BY_CODE}
    return render(request, "support/ask_tickets.html", context, status=422 if form.errors else 200)


def of_application(application: Application | None) -> QuerySet[Ticket]:
    """Return the tickets about this very application: what came after it may be another owner's."""
    return Ticket.objects.filter(application=application)


def own(request: HttpRequest, number: str) -> Ticket | None:
    """Return a ticket of the application that this browser has opened; None where it has opened none."""
    application = opened(request)
    if application is None:
        return None
    rows = of_application(application).select_related("category", "priority", "merged_into", "application")
    return get_object_or_404(rows, number=number)


@login_not_required
@never_cache
@require_safe
def ask_ticket(request: HttpRequest, number: str) -> HttpResponse:
    ticket = own(request, number)
    if ticket is None:
        return lead_to_code(request)
    return outside.page(request, ticket, outside.BY_CODE, of_application(ticket.application))


@login_not_required
@require_POST
def ask_act(request: HttpRequest, number: str, what: str) -> HttpResponse:
    ticket = own(request, number)
    if ticket is None:
        return lead_to_code(request)
    within = of_application(ticket.application)
    return outside.act(request, ticket, what, by=None, side=outside.BY_CODE, within=within)


@login_not_required
@require_safe
def ask_file(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    ticket = own(request, number)
    return serve(request, ticket, pk) if ticket else lead_to_code(request)
