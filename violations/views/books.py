"""The ledger on the office's pages: accounts, the bank's files, sums, and new schedules."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shumoos.accounts import fresh
from shumoos.accounts.access_log import log_look
from shumoos.accounts.requests import SignedInRequest
from shumoos.saudi import calendar
from shumoos.templatetags.days import sar
from violations import payments, schedules, totals
from violations.forms import BankFileForm, ReasonForm, ScheduleForm, YearForm
from violations.models import BankFile, CaseKind, LedgerEntry, LineOutcome, Schedule
from violations.totals import Totals
from violations.views.office import add_refusal, can_view, form_page, page, posted
from violations.views.owner import account_context, account_of, account_pdf_response, csv_response

# So many of the files that somebody has read lead back to their reports.
FILES = 20

can_lead = permission_required("violations.reduce", raise_exception=True)
can_see_sums = permission_required("violations.view_ledgerentry", raise_exception=True)


@require_safe
@can_view
def account(request: SignedInRequest, pk: int) -> HttpResponse:
    found = account_of(request, pk)
    log_look(request, "account", found)
    context = account_context(found, request.GET.get("page"))
    if request.user.has_perm("violations.reduce"):
        shown = [entry.pk for entry, _owed in context["lines"]]
        standing = LedgerEntry.objects.standing_payments().filter(pk__in=shown)
        context["reversible"] = set(standing.values_list("pk", flat=True))
    return page(request, "violations/admin/account.html", {"title": _("Account"), **context})


@require_http_methods(["GET", "HEAD", "POST"])
@can_lead
@fresh.recently_verified
def reverse_payment(request: SignedInRequest, pk: int) -> HttpResponse:
    """Enter that a payment was entered wrongly."""
    visible = LedgerEntry.objects.visible_to(request.user).select_related("case__licence", "letter")
    entry = get_object_or_404(visible, pk=pk)
    if not visible.standing_payments().filter(pk=pk).exists():
        messages.error(request, _("Only a payment that stands can be reversed."))
        return redirect("admin:violations_account", entry.account_id)
    form = ReasonForm(posted(request))
    if form.is_valid():
        payments.reverse(entry, by=request.user, **form.cleaned_data)
        messages.success(request, _("The payment is reversed. It is owed again, and the owner is told."))
        return redirect("admin:violations_account", entry.account_id)
    text = _(
        "For a payment of %(amount)s (%(reference)s) that was entered wrongly. It is owed again by a new "
        "entry, and its receipt is revoked. The first entry stays."
    ) % {"amount": sar(-entry.amount), "reference": entry.reference}
    title = _("Reverse a payment")
    return form_page(request, form, title=title, text=text, back=entry.case, submit=title)


@require_safe
@can_view
@fresh.recently_verified_for_a_file
def account_csv(request: SignedInRequest, pk: int) -> StreamingHttpResponse:
    return csv_response(request, account_of(request, pk))


@require_safe
@can_view
@fresh.recently_verified_for_a_file
def account_pdf(request: SignedInRequest, pk: int) -> HttpResponse:
    return account_pdf_response(request, account_of(request, pk))


# The bank's files ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@can_lead
@fresh.recently_verified
def load_bank_file(request: SignedInRequest) -> HttpResponse:
    """Read a file of the bank's, and lead to its report."""
    form = BankFileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            read = payments.import_file(file.read(), name=file.name or "", by=request.user)
        except ValidationError as refusal:
            form.add_error("file", refusal)
        else:
            return redirect("admin:violations_bank_report", read.pk)
    text = _("Each payment is known by the bank's reference: what was entered before is not entered again.")
    former = BankFile.objects.filter(by=request.user).defer("lines")[:FILES]
    return form_page(
        request, form, title=_("Read a bank file"), text=text, submit=_("Read the file"), files=former
    )


@require_safe
@can_lead
def bank_report(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what became of every line of a file that this person has read."""
    file = get_object_or_404(BankFile, pk=pk, by=request.user)
    lines = payments.lines_of(file)
    counts = [(str(outcome.label), sum(line.outcome == outcome for line in lines)) for outcome in LineOutcome]
    context = {
        "title": _("Report on a bank file"),
        "file": file,
        "lines": lines[:1000],
        "counts": [(label, count) for label, count in counts if count],
        "is_cut": len(lines) > 1000,
    }
    return page(request, "violations/admin/bank_report.html", context)


# Sums ------------------------------------------------------------------------------------------------------


def chosen(request: SignedInRequest) -> tuple[YearForm, Totals]:
    """Return the form and the sums asked for: this year's by default. 404 for whoever has no office."""
    offices = totals.offices_of(request.user)
    if not offices:
        raise Http404
    form = YearForm(request.GET or None)
    today = calendar.today()
    first, last = date(today.year, 1, 1), today
    if form.is_valid():
        first = form.cleaned_data.get("first") or first
        last = form.cleaned_data.get("last") or max(last, first)
    return form, Totals(offices, first, last)


@require_safe
@can_see_sums
def sums(request: SignedInRequest) -> HttpResponse:
    form, found = chosen(request)
    query = urlencode({name: request.GET[name] for name in ("first", "last") if request.GET.get(name)})
    context = {"title": _("The ledger in sums"), "form": form, "totals": found, "query": query}
    return page(request, "violations/admin/sums.html", context, status=422 if form.errors else 200)


@require_safe
@can_see_sums
@fresh.recently_verified_for_a_file
def sums_csv(request: SignedInRequest, name: str) -> HttpResponse:
    form, found = chosen(request)
    if name not in totals.SECTIONS or form.errors:
        raise Http404
    log_look(request, "figures export", f"ledger:{name} {found.first} {found.last}")
    file = f"ledger-{name}-{found.first}-{found.last}.csv"
    return HttpResponse(
        totals.SECTIONS[name](found).table.csv(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )


# Schedules -------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("violations.add_schedule", raise_exception=True)
@fresh.recently_verified
def add_schedule(request: SignedInRequest, kind: str) -> HttpResponse:
    """Add a schedule, beginning with what holds now."""
    if kind not in CaseKind.values:
        raise Http404
    like = Schedule.objects.filter(kind=kind).order_by("-valid_from").first()
    form = ScheduleForm(posted(request), kind=kind, like=like)
    if form.is_valid():
        try:
            added = schedules.add(form.save(commit=False), form.values)
        except ValidationError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("The schedule is added. Cases opened before it keep theirs."))
            return redirect("admin:violations_schedule_change", added.pk)
    context = {"title": _("Add a schedule"), "form": form, "kind": CaseKind(kind).label}
    is_wrong = form.errors or any(step.errors for step in form.steps)
    return page(request, "violations/admin/schedule_form.html", context, status=422 if is_wrong else 200)
