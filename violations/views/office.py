"""The supervisors' and heads' pages of violations. They stand in the Django admin, see
violations/admin.py."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import BaseForm, Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guests.models import GuestRecord, Inspection
from registration.models import Licence
from shumoos.accounts import fresh
from shumoos.accounts.access_log import log_look
from shumoos.accounts.models import User
from shumoos.accounts.requests import SignedInRequest
from shumoos.keys import is_key
from shumoos.saudi import calendar
from shumoos.templatetags.days import sar
from violations import annulling, ledger, occurrences, payments
from violations.escalation import CaseRefused, open_case
from violations.forms import (
    AmountForm,
    OccurrenceForm,
    PaymentForm,
    ReasonForm,
    RefundForm,
    WarnForm,
    ask_whether_another,
)
from violations.ledger import AmountRefused
from violations.models import Basis, Case, LedgerEntry, Notice, Occurrence
from violations.payments import PaidBefore
from violations.standing import standings, with_all
from violations.views.confirming import issued
from violations.views.owner import letter_response

can_view = permission_required("violations.view_case", raise_exception=True)
can_record = permission_required("violations.record", raise_exception=True)


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, template, {**admin.site.each_context(request), **context}, status=status)


def form_page(
    request: HttpRequest, form: Form, *, title: str, text: str = "", back: Any = None, **context: Any
) -> HttpResponse:
    """Return a page with one form; 422 where it holds errors. The look at the case it is about is logged."""
    if back is not None:
        log_look(request, "view case", back)
    context |= {"title": title, "text": text, "form": form, "back": back}
    return page(request, "violations/admin/form.html", context, status=422 if form.errors else 200)


def posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def in_scope(request: SignedInRequest, pk: int) -> Case:
    """Return the case; 404 for what another office has."""
    return get_object_or_404(with_all(Case.objects.visible_to(request.user)), pk=pk)


def led_to_case(request: HttpRequest, notice: Notice) -> HttpResponse:
    """Say that an occurrence is recorded, and lead to its case."""
    messages.success(
        request,
        _("The occurrence is recorded: %(step)s. The owner is told.") % {"step": notice.get_stage_display()},
    )
    return redirect("admin:violations_case_change", notice.case_id)


def add_refusal(form: BaseForm, refusal: ValidationError) -> None:
    """Put a refusal beside its field, or on top where the form has no such field."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


# Opening ---------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@can_record
def warn(request: SignedInRequest) -> HttpResponse:
    """Issue a warning to a licence of the supervisor's region that is not subscribed."""
    form = WarnForm(posted(request), user=request.user)
    if form.is_valid():
        try:
            notice = issued(
                request, form, lambda: warning_of(form.cleaned_data["licence_number"], request.user)
            )
        except CaseRefused as refusal:
            form.add_error("licence_number", str(refusal))
        else:
            if notice:
                messages.success(request, _("The warning is issued, and the owner is told."))
                return redirect("admin:violations_case_change", notice.case_id)
    text = _("For a licence that holds and has no active subscription. The days run from today.")
    return form_page(request, form, title=_("Issue a warning"), text=text, submit=_("Continue"))


def warning_of(licence: Licence, by: User) -> Notice:
    return open_case(licence, by, calendar.today()).notices.select_related("case__licence").get()


@require_http_methods(["GET", "HEAD", "POST"])
@can_record
def record(request: SignedInRequest) -> HttpResponse:
    """Record a fact of inaccurate or incomplete data."""
    initial = seen_at_inspection(request) or {"establishment": request.GET.get("establishment", "")[:20]}
    form = OccurrenceForm(posted(request), user=request.user, initial=initial)
    if form.is_valid():
        try:
            notice = issued(
                request,
                form,
                lambda: occurrences.record_occurrence(by=request.user, **form.cleaned_data).notice,
            )
        except ValidationError as refusal:
            add_refusal(form, refusal)
        else:
            if notice:
                return led_to_case(request, notice)
    text = _("The first occurrence in its window is a warning, the next are fined.")
    return form_page(request, form, title=_("Record an occurrence"), text=text, submit=_("Continue"))


def seen_at_inspection(request: SignedInRequest) -> dict[str, str]:
    """Return what the form knows of a record that its supervisor looks at, by an inspection that holds still.

    The address names both by their keys: what an establishment calls its record may say who the guest is.
    """
    named = request.GET.get("inspection", ""), request.GET.get("seen", "")
    if not all(map(is_key, named)):
        return {}
    inspection = Inspection.objects.open_to(request.user).filter(pk=named[0]).first()
    if inspection is None:
        return {}
    seen = GuestRecord.objects.filter(establishment=inspection.establishment_id, pk=named[1]).first()
    if seen is None:
        return {}
    return {"establishment": inspection.establishment.number, "record": seen.client_reference}


# Acts on a case --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """Something that is done to a case with one form."""

    title: str | Promise
    text: str | Promise
    done: str | Promise
    form: type[Form]
    permission: str
    run: Callable[..., Any]
    may: Callable[[Case, Any], bool]
    # Whether whoever does it types their code once more.
    is_grave: bool = False


def fine_follows(case: Case) -> bool:
    steps = case.schedule.steps.all()
    return case.closed_on is None and any(
        step.position == case.position + 1 and step.basis != Basis.NONE for step in steps
    )


ACTS = {
    "less": Act(
        gettext_lazy("Set less for the next fine"),
        gettext_lazy("The next fine is this amount instead of its cap, or the fine is raised to it."),
        gettext_lazy("The amount of the next fine is set."),
        AmountForm,
        "violations.record",
        lambda case, by, data: ledger.set_less(case, by=by, **data),
        lambda case, owed: case.kind == "not_subscribed" and fine_follows(case),
    ),
    "pay": Act(
        gettext_lazy("Payment at the desk"),
        gettext_lazy("The payment is entered in the ledger, and its receipt is issued."),
        gettext_lazy("The payment is entered. Its receipt is among the documents of the account."),
        PaymentForm,
        "violations.record",
        lambda case, by, data: payments.pay_at_desk(case, by=by, **data),
        lambda case, owed: owed > 0,
    ),
    "reduce": Act(
        gettext_lazy("Reduce the fine"),
        gettext_lazy("So much is taken off the fine of the case. The entry stays in the ledger for good."),
        gettext_lazy("The fine is reduced."),
        AmountForm,
        "violations.reduce",
        lambda case, by, data: ledger.reduce(case, on=calendar.today(), by=by, **data),
        lambda case, owed: case.fined > 0,
        is_grave=True,
    ),
    "waive": Act(
        gettext_lazy("Waive the fine"),
        gettext_lazy("The whole fine of the case is taken off. The entry stays in the ledger for good."),
        gettext_lazy("The fine is waived."),
        ReasonForm,
        "violations.reduce",
        lambda case, by, data: ledger.waive(case, on=calendar.today(), by=by, **data),
        lambda case, owed: case.fined > 0,
        is_grave=True,
    ),
    "refund": Act(
        gettext_lazy("Enter a refund"),
        gettext_lazy("What was paid too much on this case and has been paid back."),
        gettext_lazy("The refund is entered."),
        RefundForm,
        "violations.reduce",
        lambda case, by, data: payments.refund(case, on=calendar.today(), by=by, **data),
        lambda case, owed: owed < 0,
        is_grave=True,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@can_view
def act(request: SignedInRequest, pk: int, name: str) -> HttpResponse:
    """Show the form of an act on a case, or do it."""
    if name not in ACTS:
        raise Http404
    wanted = ACTS[name]
    if not request.user.has_perm(wanted.permission):
        raise PermissionDenied
    if wanted.is_grave and not fresh.is_fresh(request):
        return fresh.ask_again(request)
    case = in_scope(request, pk)
    initial = {"on": calendar.today()} if name == "pay" else {}
    form = wanted.form(posted(request), initial=initial)
    if form.is_valid():
        try:
            wanted.run(case, request.user, form.cleaned_data)
        except AmountRefused as refusal:
            form.add_error("amount" if "amount" in form.fields else None, str(refusal))
        except PaidBefore as refusal:
            form.add_error(None, str(refusal))
            ask_whether_another(form)
        except ValidationError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"{wanted.done} {owed_now(pk)}")
            return redirect("admin:violations_case_change", pk)
    [standing] = standings([case], calendar.today())
    title = str(wanted.title)
    return form_page(
        request, form, title=title, text=str(wanted.text), back=case, standing=standing, submit=title
    )


def owed_now(pk: int) -> str:
    """Return what an act leaves to be paid on the case, in a sentence."""
    [standing] = standings(list(with_all(Case.objects.filter(pk=pk))), calendar.today())
    if standing.owed > 0:
        return _("Still owed on the case: %(amount)s.") % {"amount": sar(standing.owed)}
    if standing.owed < 0:
        return _("Paid too much on the case: %(amount)s.") % {"amount": sar(-standing.owed)}
    return _("Nothing is owed on the case.")


def offered(request: HttpRequest, case: Case, owed: Any) -> list[tuple[str, str]]:
    """Return the acts that this person may do to the case now: name and title."""
    return [
        (name, str(each.title))
        for name, each in ACTS.items()
        if request.user.has_perm(each.permission) and each.may(case, owed)
    ]


def change_context(request: Any, pk: int) -> dict[str, Any]:
    """Return what a case's own page shows and offers."""
    case = in_scope(request, pk)
    [standing] = standings([case], calendar.today())
    return {
        "standing": standing,
        "acts": offered(request, case, standing.owed),
        "occurrences": case.occurrences.select_related(
            "record", "submission", "application", "recorded_by", "corrected_by", "notice"
        ).order_by("-id")[:50],
        "may_record": request.user.has_perm("violations.record"),
        "may_lead": request.user.has_perm("violations.reduce"),
    }


# Notices, entries and occurrences --------------------------------------------------------------------------


@require_safe
@can_view
def notice_letter(request: SignedInRequest, pk: int) -> HttpResponse:
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    return letter_response(request, notice.letter, notice)


@require_safe
@can_view
def entry_letter(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(LedgerEntry.objects.visible_to(request.user), pk=pk)
    return letter_response(request, found.letter or (found.notice and found.notice.letter), found)


def occurrence_in_scope(request: SignedInRequest, pk: int) -> Occurrence:
    return get_object_or_404(Occurrence.objects.visible_to(request.user).select_related("case"), pk=pk)


@require_POST
@can_record
def corrected(request: SignedInRequest, pk: int) -> HttpResponse:
    occurrence = occurrence_in_scope(request, pk)
    occurrences.mark_corrected(occurrence, by=request.user)
    messages.success(request, _("Noted: the data is corrected."))
    return redirect("admin:violations_case_change", occurrence.case_id)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("violations.reduce", raise_exception=True)
@fresh.recently_verified
def annul(request: SignedInRequest, pk: int) -> HttpResponse:
    occurrence = occurrence_in_scope(request, pk)
    form = ReasonForm(posted(request))
    if form.is_valid():
        occurrences.annul(occurrence, by=request.user, **form.cleaned_data)
        messages.success(
            request,
            _("The occurrence is annulled, and the owner is told. Later ones of the window are flagged."),
        )
        return redirect("admin:violations_case_change", occurrence.case_id)
    text = _(
        "It does not count any more: what its notice has added is waived, and its letter is revoked. "
        "Later ones are not changed."
    )
    return form_page(
        request,
        form,
        title=_("Annul an occurrence"),
        text=text,
        back=occurrence.case,
        occurrence=occurrence,
        submit=_("Annul it"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("violations.reduce", raise_exception=True)
@fresh.recently_verified
def annul_warning(request: SignedInRequest, pk: int) -> HttpResponse:
    """Annul a warning for not subscribing that was issued by mistake, and end its case."""
    notice = get_object_or_404(
        Notice.objects.visible_to(request.user).select_related("case__licence", "letter"), pk=pk
    )
    if not notice.is_warning_to_annul:
        messages.error(request, _("Only a warning for not subscribing whose case runs can be annulled here."))
        return redirect("admin:violations_case_change", notice.case_id)
    form = ReasonForm(posted(request))
    if form.is_valid():
        annulling.annul_warning(notice, by=request.user, **form.cleaned_data)
        messages.success(request, _("The warning is annulled and the case is closed. The owner is told."))
        return redirect("admin:violations_case_change", notice.case_id)
    text = _("The case ends, its fines are waived, and the letters of its notices are revoked.")
    title = _("Annul a warning")
    return form_page(
        request, form, title=title, text=text, back=notice.case, notice=notice, submit=_("Annul it")
    )


@require_POST
@permission_required("violations.reduce", raise_exception=True)
def settle(request: SignedInRequest, pk: int) -> HttpResponse:
    occurrence = occurrence_in_scope(request, pk)
    occurrences.settle(occurrence)
    messages.success(request, _("The flag is taken off."))
    return redirect("admin:violations_case_change", occurrence.case_id)
