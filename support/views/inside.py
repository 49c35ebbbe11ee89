"""A ticket as the desk sees it, and what an agent does with it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from registration.moves import MoveRefused
from shumoos.accounts.access_log import log_look
from shumoos.accounts.requests import SignedInRequest
from support import handling, history, numbers, rights
from support.forms import (
    AnswerForm,
    AssignForm,
    ChangeForm,
    NoteForm,
    OtherTicketForm,
    OutcomeForm,
    ReopenForm,
)
from support.models import Ticket
from support.views.common import attempt, first_error, works_desk


def page(request: HttpRequest, ticket: Ticket, **forms: Form) -> HttpResponse:
    """Return the ticket's page for the desk, the look at it recorded; the forms given are those posted."""
    log_look(request, "ticket", ticket)
    request_of_right = getattr(ticket, "rights_request", None)
    context: dict[str, Any] = {
        "ticket": ticket,
        "lines": history.lines(ticket),
        "others": history.others(ticket),
        "merged": ticket.merged.order_by("pk"),
        "is_agent": request.user.has_perm("support.work_desk"),
        "about": ticket.application or latest_application(ticket),
        "rights_request": request_of_right,
        "answer_form": AnswerForm(),
        "reopen_form": ReopenForm(prefix="reopen"),
        "note_form": NoteForm(prefix="note"),
        "change_form": ChangeForm(
            initial={"category": ticket.category_id, "priority": ticket.priority_id}, prefix="change"
        ),
        "assign_form": AssignForm(initial={"to": ticket.assigned_to_id}, prefix="assign"),
        "merge_form": OtherTicketForm(prefix="merge"),
        "link_form": OtherTicketForm(prefix="link"),
        "outcome_form": OutcomeForm(prefix="outcome"),
        **forms,
    }
    is_wrong = any(form.errors for form in forms.values())
    return render(request, "support/ticket_inside.html", context, status=422 if is_wrong else 200)


def latest_application(ticket: Ticket) -> Any:
    if ticket.establishment is None:
        return None
    return ticket.establishment.applications.sent().order_by("-submitted_at").first()


def of_desk(number: str) -> Ticket:
    rows = Ticket.objects.select_related(
        "category", "priority", "assigned_to", "merged_into", "establishment__owner", "application", "licence"
    )
    return get_object_or_404(rows, number=number)


@require_POST
@works_desk
def take(request: SignedInRequest, number: str) -> HttpResponse:
    ticket = of_desk(number)
    attempt(request, lambda: handling.take(ticket, by=request.user), _("The ticket is yours."))
    return redirect("support:ticket", number)


@require_POST
@works_desk
def answer(request: SignedInRequest, number: str) -> HttpResponse:
    """Put a usual answer into the box, or send what stands in it."""
    ticket = of_desk(number)
    if "insert" in request.POST:
        return page(request, ticket, answer_form=with_macro(request, ticket))
    form = AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return page(request, ticket, answer_form=form)
    said = {name: form.cleaned_data[name] for name in ("text", "attached", "by_text")}
    closes = "close" in request.POST
    done = attempt(
        request,
        lambda: handling.answer(ticket, by=request.user, closes=closes, **said),
        _("The answer is sent, and the ticket closed.") if closes else _("The answer is sent."),
        form,
    )
    if not done and form.errors:
        return page(request, ticket, answer_form=form)
    return redirect("support:ticket", number)


def with_macro(request: HttpRequest, ticket: Ticket) -> AnswerForm:
    """Return the form with the chosen words behind what stands there, in the language of the owner."""
    form = AnswerForm(request.POST)
    form.is_valid()
    macro = form.cleaned_data.get("macro")
    typed = request.POST.get("text", "").strip()
    words = macro.words(ticket.language) if macro else ""
    return AnswerForm(
        initial={
            "text": "\n\n".join(filter(None, [typed, words])),
            "by_text": "by_text" in request.POST,
            "macro": macro,
        }
    )


@require_POST
@works_desk
def note(request: SignedInRequest, number: str) -> HttpResponse:
    ticket = of_desk(number)
    form = NoteForm(request.POST, prefix="note")
    if not form.is_valid():
        return page(request, ticket, note_form=form)
    attempt(
        request, lambda: handling.note(ticket, by=request.user, **form.cleaned_data), _("The note is kept.")
    )
    return redirect("support:ticket", number)


def simple(
    form_class: type[Form], prefix: str, job: Callable[..., Any], done: Callable[[], str]
) -> Callable[..., HttpResponse]:
    """Return a view that takes one short form, does one thing and leads back to the ticket."""

    @require_POST
    @works_desk
    def view(request: SignedInRequest, number: str) -> HttpResponse:
        ticket = of_desk(number)
        form = form_class(request.POST, prefix=prefix)
        if form.is_valid():
            attempt(request, lambda: job(ticket, by=request.user, **form.cleaned_data), done())
        else:
            messages.error(request, first_error(form))
        return redirect("support:ticket", number)

    return view


@require_POST
@works_desk
def merge(request: SignedInRequest, number: str) -> HttpResponse:
    """Name both tickets first, and merge them once that is confirmed: it is not undone."""
    ticket = of_desk(number)
    form = OtherTicketForm(request.POST, prefix="merge")
    if not form.is_valid():
        messages.error(request, first_error(form))
        return redirect("support:ticket", number)
    into = form.cleaned_data["number"]
    if "confirmed" in request.POST:
        done = attempt(
            request,
            lambda: handling.merge(ticket, into=into, by=request.user),
            _("Ticket %(number)s is merged into this one.")
            % {"number": numbers.show_among_words(ticket.number)},
        )
        return redirect("support:ticket", into.number if done else number)
    try:
        handling.refuse_merging(ticket, into)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("support:ticket", number)
    log_look(request, "ticket", into)
    return render(request, "support/merge.html", {"ticket": ticket, "into": into})


def link_to(ticket: Ticket, *, by: Any, number: Ticket) -> None:
    handling.link(ticket, to=number, by=by)


assign = simple(AssignForm, "assign", handling.assign, lambda: _("The ticket is assigned."))
change = simple(ChangeForm, "change", handling.change, lambda: _("The ticket is changed."))
reopen = simple(ReopenForm, "reopen", handling.reopen, lambda: _("The ticket is open again."))
link = simple(OtherTicketForm, "link", link_to, lambda: _("The tickets are linked."))


@require_POST
@works_desk
def outcome(request: SignedInRequest, number: str) -> HttpResponse:
    """End a request under the personal data law."""
    ticket = of_desk(number)
    asked = getattr(ticket, "rights_request", None)
    form = OutcomeForm(request.POST, prefix="outcome")
    if asked is None or not form.is_valid():
        return page(request, ticket, outcome_form=form)
    attempt(
        request,
        lambda: rights.end(
            asked, form.cleaned_data["outcome"], by=request.user, answer=form.cleaned_data["text"]
        ),
        _("The request has its outcome."),
    )
    return redirect("support:ticket", number)
