"""The desk: the box, the tickets that wait, and the page that is read out to a caller."""

from datetime import timedelta
from math import ceil
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registration.following import TooManyWrong
from registration.models import Application, Licence
from registration.models.names import TooShort
from shumoos.accounts.access_log import log_look
from shumoos.accounts.requests import SignedInRequest
from support import acts, feedback, figures, listing, lookup, naming, numbers, sheet, tickets
from support.forms import AgentTicketForm, DeskForm, FilterForm, NamedForm
from support.models import ActKind, RightsRequest, Ticket
from support.others import others_of
from support.views.common import attempt, first_error, posted, works_desk

TABS = {
    "open": gettext_lazy("Open"),
    "mine": gettext_lazy("My tickets"),
    "unassigned": gettext_lazy("Unassigned"),
    "late": gettext_lazy("Late"),
    "answered": gettext_lazy("Answered"),
    listing.CLOSED: gettext_lazy("Closed"),
}
ANSWERS_OF = timedelta(days=90)
TICKETS = 20


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@works_desk
def desk(request: SignedInRequest) -> HttpResponse:
    """One box, and below it what waits. What is typed is posted: it stands in no address and no log."""
    form = DeskForm(*posted(request))
    found = None
    if form.is_valid() and form.cleaned_data["q"].strip():
        found = search(request, form)
        if found is not None and found.only is not None:
            return redirect(page_of(found.only))
    context = {"form": form, "found": found, **waiting_tickets(request)}
    context |= {"sections": figures.sections(), "rating": figures.rating()}
    return render(request, "support/desk.html", context, status=422 if form.errors else 200)


def search(request: SignedInRequest, form: DeskForm) -> lookup.Found | None:
    """Return what was found, the look at it recorded; None, with a sentence at the box, for a mistake."""
    try:
        found = lookup.find(form.cleaned_data["q"].strip())
    except (lookup.Mistyped, TooShort) as refusal:
        form.add_error("q", str(refusal))
        return None
    people = len(found.tickets) + len(found.applications) + len(found.licences)
    log_look(request, "desk search", "support.desk", people=people)
    return found


def waiting_tickets(request: SignedInRequest) -> dict[str, Any]:
    """Return the tab that was asked for with its tickets, narrowed to what was chosen."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "open"
    filters = FilterForm(request.GET)
    filters.is_valid()  # what is not, narrows nothing
    waiting = listing.page(
        listing.in_tab(tab, request.user, category=filters.cleaned_data.get("category")),
        request.GET.get("after", ""),
        by_end=tab == listing.CLOSED,
    )
    log_look(request, "desk tickets", "support.ticket", people=len(waiting.tickets))
    counts = figures.counts(request.user)
    kept = {name: request.GET[name] for name in ("tab", "category") if request.GET.get(name)}
    return {
        # Those that are closed grow for ever: they are not counted.
        "tabs": [(name, label, counts.get(name)) for name, label in TABS.items()],
        "tab": tab,
        "filters": filters,
        "page": waiting,
        "next_query": urlencode({**kept, "after": waiting.next_key}) if waiting.next_key else "",
    }


def page_of(found: Ticket | Application | Licence) -> str:
    """Return the address of what was found."""
    if isinstance(found, Ticket):
        return reverse("support:ticket", args=[found.number])
    name = "support:application" if isinstance(found, Application) else "support:licence"
    return reverse(name, args=[found.pk])


def sheet_of(pk: int) -> sheet.Sheet:
    try:
        return sheet.read(pk)
    except Application.DoesNotExist:
        raise Http404 from None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@works_desk
def application(request: SignedInRequest, pk: int) -> HttpResponse:
    """What an agent reads out on the phone, and the form that opens a ticket about it."""
    read = sheet_of(pk)
    form = AgentTicketForm(*posted(request))
    if form.is_valid():
        opened: list[Ticket] = []

        def open_it() -> None:
            opened.append(
                tickets.open_ticket(
                    by=request.user,
                    application=read.application,
                    establishment=read.application.establishment,
                    **form.cleaned_data,
                )
            )

        if attempt(request, open_it, _("The ticket is open; its number is below."), form):
            return redirect("support:ticket", opened[0].number)
    log_look(request, "desk", read.application)
    return sheet_page(request, read, form)


def sheet_page(request: SignedInRequest, read: sheet.Sheet, form: AgentTicketForm) -> HttpResponse:
    context: dict[str, Any] = {
        "sheet": read,
        "is_caller_named": any(
            naming.is_named(request, read.application, number) for number in naming.NUMBERS
        ),
        "application": read.application,
        "form": form,
        "named_form": NamedForm(),
        "numbers": [
            (
                number,
                label,
                naming.shown(request, read.application, number),
                naming.is_named(request, read.application, number),
            )
            for number, label in (
                (naming.MOBILE, _("Mobile")),
                (naming.IDENTITY, _("National ID or iqama")),
            )
        ],
        "acts": list(ActKind),
        "open_tickets": [ticket for ticket in read.tickets if not ticket.is_finished],
    }
    return render(request, "support/application.html", context, status=422 if form.errors else 200)


@require_POST
@works_desk
def name(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take the last four digits that the caller names."""
    application = get_object_or_404(Application.objects.sent(), pk=pk)
    number = request.POST.get("number", "")
    if number not in naming.NUMBERS:
        raise Http404
    form = NamedForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return redirect("support:application", pk)
    try:
        is_right = naming.name(request, application, number, ending=form.cleaned_data["ending"])
    except TooManyWrong as refusal:
        messages.error(request, none_left(refusal.wait))
        return redirect("support:application", pk)
    if is_right:
        messages.success(request, _("That is right. The number is shown for a quarter of an hour."))
    else:
        messages.error(request, wrong_ending(naming.tries_left(request, application)))
    return redirect("support:application", pk)


def wrong_ending(left: int) -> str:
    """Return what an agent reads after a wrong ending, with how many tries are `left`."""
    if left == 0:
        return _("That is not how the number ends, and no try is left: wait a quarter of an hour at most.")
    return ngettext(
        "That is not how the number ends. It stays hidden. %(left)d try is left.",
        "That is not how the number ends. It stays hidden. %(left)d tries are left.",
        left,
    ) % {"left": left}


def none_left(wait: timedelta) -> str:
    """Return what an agent reads after too many wrong endings; the page is for their other work meanwhile."""
    minutes = ceil(wait / timedelta(minutes=1))
    pause = ngettext(
        "Wait %(minutes)s minute, then try again.", "Wait %(minutes)s minutes, then try again.", minutes
    )
    return " ".join([_("After five wrong endings the number stays hidden."), pause % {"minutes": minutes}])


@require_POST
@works_desk
def act(request: SignedInRequest, pk: int, kind: str) -> HttpResponse:
    """Do one of the three things that the desk may do for a caller."""
    application = get_object_or_404(Application.objects.sent(), pk=pk)
    if kind not in ActKind.values:
        raise Http404
    ticket = None
    if number := request.POST.get("ticket"):
        ticket = get_object_or_404(Ticket, number=number)
    done: list[Any] = []
    act_kind = ActKind(kind)
    if attempt(
        request,
        lambda: done.append(acts.perform(act_kind, application, by=request.user, ticket=ticket)),
        f"{act_kind.label}.",
    ):
        messages.info(
            request,
            _("It is on record with ticket %(number)s.")
            % {"number": numbers.show_among_words(done[0].ticket.number)},
        )
    return redirect("support:application", pk)


@never_cache
@require_safe
@works_desk
def licence(request: SignedInRequest, pk: int) -> HttpResponse:
    """What to tell whoever holds a licence for which nobody has applied."""
    licences = Licence.objects.select_related("authority", "city__region__office", "sector")
    found = get_object_or_404(licences, pk=pk)
    latest = found.applications.sent().order_by("-submitted_at").first()
    if latest:
        return redirect("support:application", latest.pk)
    log_look(request, "desk", found)
    others = others_of(found.owner_national_id, but_for=found.pk)
    context = {
        "licence": found,
        "cases": sheet.cases_of(found.pk),
        "texts": sheet.toned(*sheet.told_of(found.pk)),
        "others": others,
        "tickets": found.tickets.select_related("category", "priority", "assigned_to", "licence")[:TICKETS],
    }
    return render(request, "support/licence.html", context)


@require_safe
@works_desk
def answers(request: SignedInRequest) -> HttpResponse:
    """What visitors have said of the public pages."""
    since = timezone.now() - ANSWERS_OF
    return render(
        request,
        "support/answers.html",
        {"pages": feedback.by_page(since), "days": ANSWERS_OF.days},
    )


@require_safe
@works_desk
def rights_requests(request: HttpRequest) -> HttpResponse:
    """The requests under the personal data law that wait, the most pressing first."""
    waiting = RightsRequest.objects.open().select_related("ticket__assigned_to", "owner").order_by("due_on")
    shown = list(waiting[:200])
    log_look(request, "rights requests", "support.rightsrequest", people=len(shown))
    return render(request, "support/rights_requests.html", {"requests": shown})
