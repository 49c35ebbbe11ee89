"""A ticket as whoever opened it sees it, signed in or with a code, and what they can do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shumoos.accounts.models import User
from support import handling, history
from support.forms import MessageForm, RateForm, ReopenForm
from support.models import Ticket
from support.views.common import attempt


@dataclass(frozen=True)
class Side:
    """By which addresses somebody gets at their tickets."""

    list: str
    ticket: str
    act: str
    file: str


SIGNED_IN = Side("support:tickets", "support:ticket", "support:ticket_act", "support:ticket_file")
BY_CODE = Side("support:ask_tickets", "support:ask_ticket", "support:ask_act", "support:ask_file")

ACTS: dict[str, tuple[type[Form], Callable[..., Any], Promise]] = {
    "message": (MessageForm, handling.ask_again, _("Your message is with the desk.")),
    "close": (Form, handling.close, _("The ticket is closed. Thank you.")),
    "reopen": (ReopenForm, handling.reopen, _("The ticket is open again.")),
    "rate": (RateForm, handling.rate, _("Thank you for your rating.")),
}


def page(
    request: HttpRequest,
    ticket: Ticket,
    side: Side,
    within: QuerySet[Ticket],
    forms: dict[str, Form] | None = None,
) -> HttpResponse:
    """Return the ticket's page for whoever may see the tickets `within`.

    The forms given are those that were posted and refused.
    """
    forms = forms or {}
    context = {
        "ticket": ticket,
        "lines": history.lines(ticket, within=within),
        "merged": within.filter(merged_into=ticket).order_by("pk"),
        "side": side,
        "message_form": forms.get("message") or MessageForm(),
        "reopen_form": forms.get("reopen") or ReopenForm(),
        "rate_form": forms.get("rate") or RateForm(),
    }
    return render(request, "support/ticket.html", context, status=422 if forms else 200)


def act(
    request: HttpRequest,
    ticket: Ticket,
    what: str,
    *,
    by: User | None,
    side: Side,
    within: QuerySet[Ticket],
) -> HttpResponse:
    """Do one of `ACTS`, and lead back to the ticket; 404 for another."""
    if what not in ACTS:
        raise Http404
    form_class, job, done = ACTS[what]
    form = form_class(request.POST, request.FILES)
    if not form.is_valid():
        return page(request, ticket, side, within, {what: form})
    is_done = attempt(request, lambda: job(ticket, by=by, **form.cleaned_data), str(done), form)
    if not is_done and form.errors:
        return page(request, ticket, side, within, {what: form})
    return redirect(side.ticket, ticket.number)
