"""Tickets on the other side: an owner signed in opens, follows, reopens and rates their own."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registration.documents import sentence_instead, show
from registration.models import Establishment, Licence
from shumoos.accounts.access_log import log_look
from shumoos.accounts.models import Role
from shumoos.accounts.requests import SignedInRequest
from support import tickets
from support.forms import OwnTicketForm, TicketForm
from support.models import Ticket, TicketFile
from support.views import inside, outside
from support.views.common import attempt, can_open, posted

LATEST = 50


@require_safe
@can_open
def ticket_list(request: SignedInRequest) -> HttpResponse:
    own = Ticket.objects.visible_to(request.user).select_related("category", "establishment")
    return render(request, "support/tickets.html", {"tickets": own[:LATEST]})


@require_http_methods(["GET", "HEAD", "POST"])
@can_open
def new_ticket(request: SignedInRequest) -> HttpResponse:
    establishments = Establishment.objects.visible_to(request.user)
    licences = Licence.objects.of_owner(request.user).filter(establishment=None).order_by("pk")
    form = OwnTicketForm(*posted(request), establishments=establishments, licences=licences)
    if form.is_valid() and (ticket := opened_from(request, form)):
        return redirect("support:ticket", ticket.number)
    return render(request, "support/new_ticket.html", {"form": form}, status=422 if form.errors else 200)


def opened_from(request: SignedInRequest, form: TicketForm) -> Ticket | None:
    """Open the ticket that a valid form holds; None, with the reason in the form, where it is refused."""
    opened: list[Ticket] = []
    attempt(
        request,
        lambda: opened.append(tickets.open_ticket(by=request.user, **form.cleaned_data)),
        _("The ticket is open; its number is below."),
        form,
    )
    return opened[0] if opened else None


def visible(request: SignedInRequest, number: str) -> Ticket:
    """Return a ticket of this person's; 404 for strangers."""
    rows = Ticket.objects.visible_to(request.user).select_related(
        "category", "priority", "assigned_to", "merged_into", "establishment__owner", "application", "licence"
    )
    return get_object_or_404(rows, number=number)


@never_cache
@require_safe
def ticket(request: SignedInRequest, number: str) -> HttpResponse:
    """A ticket and its history: for its owner, and, with what else there is, for the desk."""
    found = visible(request, number)
    if request.user.role == Role.OWNER:
        return outside.page(request, found, outside.SIGNED_IN, Ticket.objects.visible_to(request.user))
    return inside.page(request, found)


@require_POST
@can_open
def act(request: SignedInRequest, number: str, what: str) -> HttpResponse:
    """Write to the desk, close, reopen or rate one's own ticket."""
    return outside.act(
        request,
        visible(request, number),
        what,
        by=request.user,
        side=outside.SIGNED_IN,
        within=Ticket.objects.visible_to(request.user),
    )


@require_safe
def file(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    """Show a file of a ticket that this person may see, the look at it recorded."""
    return serve(request, visible(request, number), pk)


def serve(request: Any, ticket: Ticket, pk: int) -> HttpResponse:
    found = get_object_or_404(TicketFile, ticket=ticket, pk=pk)
    log_look(request, "ticket file", found)
    if withheld := sentence_instead(found):
        return withheld
    with found.file.open() as kept:
        content = kept.read()
    return show(content, found.content_type, name=f"{ticket.number}-{found.pk}")
