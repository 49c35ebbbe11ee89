from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from registration.models import Application, Establishment, Status
from registration.models.names import TooShort
from registration.moves import MoveRefused
from shumoos.accounts.access_log import log_look
from shumoos.accounts.requests import SignedInRequest
from shumoos.saudi.mobile import mask
from shumoos.sms.models import TextMessage
from support import lookup, tickets
from support.forms import DeskForm, EntryForm, OwnTicketForm, TicketForm
from support.models import Ticket, TicketStatus

can_open = permission_required("support.open_ticket", raise_exception=True)
works_desk = permission_required("support.work_desk", raise_exception=True)

LATEST = 50


@require_safe
@works_desk
def desk(request: SignedInRequest) -> HttpResponse:
    """One box: a match leads straight to its page."""
    form = DeskForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    applications: list[Application] = []
    if text:
        if ticket := lookup.find_ticket(text):
            return redirect("support:ticket", ticket.number)
        try:
            applications = list(lookup.find_applications(text))
        except (lookup.Mistyped, TooShort) as refusal:
            form.add_error("q", str(refusal))
        if len(applications) == 1:
            return redirect("support:application", applications[0].pk)
    open_tickets = Ticket.objects.filter(status=TicketStatus.OPEN).select_related("establishment")[:LATEST]
    context = {"form": form, "text": text, "applications": applications, "open_tickets": open_tickets}
    return render(request, "support/desk.html", context)


@works_desk
def application(request: SignedInRequest, pk: int) -> HttpResponse:
    """What an agent can read out on the phone, and the form that opens a ticket about it."""
    sent = Application.objects.exclude(status=Status.DRAFT).select_related("office", "city", "sector")
    application = get_object_or_404(sent, pk=pk)
    form = TicketForm(request.POST or None)
    if form.is_valid():
        ticket = tickets.open_ticket(
            by=request.user,
            application=application,
            establishment=application.establishment,
            **form.cleaned_data,
        )
        messages.success(request, _("Ticket %(number)s is open.") % {"number": ticket.number})
        return redirect("support:ticket", ticket.number)
    log_look(request, "desk", application)
    context: dict[str, Any] = {
        "application": application,
        "form": form,
        "masked_mobile": mask(application.owner_mobile),
        "events": application.events.order_by("-pk"),
        "texts": TextMessage.objects.about(application, getattr(application, "subscription", None)),
        "tickets": application.tickets.all(),
    }
    return render(request, "support/application.html", context)


@require_safe
@can_open
def ticket_list(request: SignedInRequest) -> HttpResponse:
    own = Ticket.objects.visible_to(request.user).select_related("establishment")
    return render(request, "support/tickets.html", {"tickets": own[:LATEST]})


@can_open
def new_ticket(request: SignedInRequest) -> HttpResponse:
    establishments = Establishment.objects.visible_to(request.user)
    form = OwnTicketForm(request.POST or None, establishments=establishments)
    if form.is_valid():
        ticket = tickets.open_ticket(by=request.user, **form.cleaned_data)
        messages.success(request, _("Ticket %(number)s is open.") % {"number": ticket.number})
        return redirect("support:ticket", ticket.number)
    return render(request, "support/new_ticket.html", {"form": form})


def ticket(request: SignedInRequest, number: str) -> HttpResponse:
    """A ticket and its history, for its owner and for the desk; either can write."""
    visible = Ticket.objects.visible_to(request.user).select_related("establishment", "application")
    ticket = get_object_or_404(visible, number=number)
    is_agent = request.user.has_perm("support.work_desk")
    form = EntryForm(request.POST or None)
    if form.is_valid() and (is_agent or request.user.has_perm("support.open_ticket")):
        to = TicketStatus.ANSWERED if is_agent else TicketStatus.OPEN
        if is_agent and "close" in request.POST:
            to = TicketStatus.CLOSED
        try:
            tickets.add_entry(ticket, by=request.user, text=form.cleaned_data["text"], to=to)
        except MoveRefused as refusal:
            messages.error(request, str(refusal))
        return redirect("support:ticket", number)
    context = {
        "ticket": ticket,
        "entries": ticket.entries.select_related("by"),
        "form": form,
        "is_agent": is_agent,
    }
    return render(request, "support/ticket.html", context)
