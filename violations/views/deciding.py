"""Objections and proposals on the office's pages: what waits, and what is decided."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shumoos.accounts import fresh
from shumoos.accounts.access_log import log_look
from shumoos.accounts.requests import SignedInRequest
from violations import objections, proposals
from violations.forms import DecisionForm, ObjectionForm, ReasonForm, TakeUpForm
from violations.ledger import AmountRefused
from violations.models import Notice, Objection, Occurrence, Proposal
from violations.objections import ObjectionRefused
from violations.proposals import ProposalRefused
from violations.views.confirming import issued
from violations.views.objections import document_response, filed_from
from violations.views.office import add_refusal, can_record, can_view, form_page, led_to_case, page, posted
from violations.views.owner import letter_response

PAGE = 50

can_lead = permission_required("violations.reduce", raise_exception=True)


# Objections ------------------------------------------------------------------------------------------------


@require_safe
@can_view
def waiting(request: SignedInRequest) -> HttpResponse:
    """List the objections that wait for a decision, the oldest first, and the occurrences that are flagged;
    or those that are decided, the latest first."""
    shows_decided = "decided" in request.GET
    visible = Objection.objects.visible_to(request.user)
    found = visible.exclude(outcome="").order_by("-id") if shows_decided else visible.open().order_by("id")
    related = ("case__licence", "case__establishment", "notice", "issuer")
    flagged = Occurrence.objects.visible_to(request.user).flagged().select_related("case__licence")
    context = {
        "title": _("Objections"),
        "page": Paginator(found.select_related(*related), PAGE).get_page(request.GET.get("page")),
        "flagged": [] if shows_decided else flagged.order_by("id")[:PAGE],
        "shows_decided": shows_decided,
        "query": "decided=1" if shows_decided else "",
    }
    log_look(request, "objections", "violations.objection")
    return page(request, "violations/admin/objections.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@can_record
def object_at_desk(request: SignedInRequest, pk: int) -> HttpResponse:
    """File an objection for an owner who is here; before the first activation they have no account."""
    notices = Notice.objects.visible_to(request.user).select_related("case__licence", "objection")
    notice = get_object_or_404(notices, pk=pk)
    if hasattr(notice, "objection"):
        return redirect("admin:violations_objection", notice.objection.pk)
    form = ObjectionForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid() and (filed := filed_from(form, notice, by=request.user)):
        messages.success(request, _("The objection is filed. The clock and the payment term stand still."))
        return redirect("admin:violations_objection", filed.pk)
    text = _("In the words of the owner, with what they have brought. The head of the office decides on it.")
    title = _("Objection at the desk")
    submit = _("File the objection")
    return form_page(request, form, title=title, text=text, back=notice.case, notice=notice, submit=submit)


def in_scope(request: SignedInRequest, pk: int) -> Objection:
    visible = Objection.objects.visible_to(request.user).select_related(
        "notice__letter",
        "notice__occurrence",
        "notice__by",
        "case__licence",
        "case__establishment",
        "case__schedule",
        "filed_by",
        "decided_by",
        "letter",
        "issuer",
    )
    return get_object_or_404(visible, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@can_view
def objection(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show an objection; let a head of the office who has not issued the notice decide on it."""
    found = in_scope(request, pk)
    may_decide = (
        request.user.has_perm("violations.reduce")
        and not found.outcome
        and found.issuer_id != request.user.pk
    )
    form = DecisionForm(posted(request) if may_decide else None)
    if may_decide and request.method == "POST":
        if not fresh.is_fresh(request):
            return fresh.ask_again(request)
        if form.is_valid() and decide(request, found, form):
            return redirect("admin:violations_objection", pk)
    log_look(request, "objection", found)
    context = {"title": _("Objection"), "objection": found, "form": form, "may_decide": may_decide}
    return page(request, "violations/admin/objection.html", context, status=422 if form.errors else 200)


def decide(request: SignedInRequest, found: Objection, form: DecisionForm) -> bool:
    try:
        objections.decide(found, by=request.user, **form.cleaned_data)
    except ObjectionRefused as refusal:
        form.add_error(None, str(refusal))
    except AmountRefused as refusal:
        form.add_error("reduced_by", str(refusal))
    except ValidationError as refusal:
        add_refusal(form, refusal)
    else:
        messages.success(request, _("The decision is issued, and the owner is told."))
        return True
    return False


@require_safe
@can_view
def document(request: SignedInRequest, pk: int, document_pk: int) -> HttpResponse:
    return document_response(request, in_scope(request, pk), document_pk)


@require_safe
@can_view
def decision_letter(request: SignedInRequest, pk: int) -> HttpResponse:
    found = in_scope(request, pk)
    return letter_response(request, found.letter, found)


# Proposals -------------------------------------------------------------------------------------------------


@require_safe
@permission_required("violations.view_proposal", raise_exception=True)
def proposed(request: SignedInRequest) -> HttpResponse:
    """List what the system proposes to be looked at, the oldest first."""
    found = Proposal.objects.visible_to(request.user).waiting().select_related("establishment", "record")
    shown = Paginator(found.order_by("id"), PAGE).get_page(request.GET.get("page"))
    log_look(request, "proposals", "violations.proposal")
    return page(
        request, "violations/admin/proposals.html", {"title": _("Proposals of the system"), "page": shown}
    )


def proposal_in_scope(request: SignedInRequest, pk: int) -> Proposal:
    visible = Proposal.objects.visible_to(request.user).select_related("establishment", "record")
    return get_object_or_404(visible, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@can_record
def take_up(request: SignedInRequest, pk: int) -> HttpResponse:
    """Record what was proposed as an occurrence, in the supervisor's own words."""
    proposal = proposal_in_scope(request, pk)
    initial = {"occurred_on": proposal.first_on, "what": proposals.words_of(proposal)}
    form = TakeUpForm(posted(request), initial=initial)
    licence = proposal.establishment.licences.order_by("-expires_on").first()
    if licence is None and request.method == "POST":
        form.add_error(None, _("This establishment has no licence."))
    if licence is not None and form.is_valid():
        try:
            notice = issued(
                request,
                form,
                lambda: (
                    proposals.take_up(proposal, by=request.user, licence=licence, **form.cleaned_data).notice
                ),
            )
        except ProposalRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:violations_proposals")
        except ValidationError as refusal:
            add_refusal(form, refusal)
        else:
            if notice:
                return led_to_case(request, notice)
    return form_page(
        request,
        form,
        title=_("Record a proposal"),
        text=f"{proposal.establishment.name}: {proposals.words_of(proposal)}",
        submit=_("Continue"),
        is_proposal=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@can_record
def dismiss(request: SignedInRequest, pk: int) -> HttpResponse:
    proposal = proposal_in_scope(request, pk)
    form = ReasonForm(posted(request))
    if form.is_valid():
        try:
            proposals.dismiss(proposal, by=request.user, **form.cleaned_data)
        except ProposalRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The proposal is dismissed."))
        return redirect("admin:violations_proposals")
    return form_page(
        request,
        form,
        title=_("Dismiss a proposal"),
        text=f"{proposal.establishment.name}: {proposals.words_of(proposal)}",
        submit=_("Dismiss it"),
        is_proposal=True,
    )
