"""The pages of the form door: entering a record, looking at records, and the receipts."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from guests import intake
from guests.forms import RecordForm, first_values
from guests.kinds import Kind
from guests.models import Door, GuestRecord, Submission, TransferStatus, workplaces
from registration import mandates
from registration.models import Establishment, Scope
from shumoos.accounts.access_log import log_look
from shumoos.accounts.models import Role
from shumoos.accounts.requests import SignedInRequest
from shumoos.templatetags.days import both_calendars, both_calendars_time

PAGE = 50

may_submit = permission_required("guests.submit", raise_exception=True)


@require_safe
@may_submit
def records(request: SignedInRequest) -> HttpResponse:
    visible = GuestRecord.objects.visible_to(request.user).with_state().select_related("establishment")
    context = page_of(visible, request.GET.get("before", ""), reverse("guests:list"))
    several = workplaces(request.user).count() > 1
    return render(request, "guests/list.html", context | {"shows_establishments": several})


@require_http_methods(["GET", "HEAD", "POST"])
@may_submit
def new(request: SignedInRequest) -> HttpResponse:
    establishment = chosen_establishment(request)
    if establishment is None:
        return choose_establishment(request)
    kind = chosen_kind(request, establishment)
    if kind is None or not intake.is_subscribed(establishment):
        refusal = intake.why_refused(establishment) if kind else ""
        return render(
            request, "guests/not_possible.html", {"establishment": establishment, "refusal": refusal}
        )
    if request.method == "POST":
        form = RecordForm(kind, request.POST)
        if form.is_valid() and (record := take(request, establishment, form)):
            return redirect(page_after(request, record))
    else:
        form = RecordForm(kind, initial=first_values(kind, main_guest(request, establishment, kind)))
    context = {"form": form, "kind": kind, "establishment": establishment}
    return render(request, "guests/new.html", context)


def page_after(request: SignedInRequest, record: GuestRecord) -> str:
    """Return the record's page; the list for an agent who has sent again what others had sent before."""
    is_visible = GuestRecord.objects.visible_to(request.user).filter(pk=record.pk).exists()
    return reverse("guests:detail", args=[record.pk]) if is_visible else reverse("guests:list")


def take(request: SignedInRequest, establishment: Establishment, form: RecordForm) -> GuestRecord | None:
    """Submit what the form holds and return its record; None, with the reasons in the form, if refused."""
    try:
        submission = intake.submit(
            establishment=establishment,
            kind=form.kind.code,
            records=[form.typed],
            door=Door.FORM,
            by=request.user,
        )
    except intake.SubmissionRefused as refusal:
        form.add_error(None, str(refusal))
        return None
    [result] = submission.results
    if result.status == "rejected":
        form.refuse(result.errors)
        return None
    if result.status == "duplicate":
        messages.info(request, _("This record was received before; nothing has changed."))
    else:
        receipt = submission.shown_receipt
        messages.success(
            request, _("The record is accepted. Receipt number: %(receipt)s") % {"receipt": receipt}
        )
    return establishment.guest_records.get(client_reference=result.client_reference)


def chosen_establishment(request: SignedInRequest) -> Establishment | None:
    """Return the establishment that the address names, or the only one; None where there are several or none.

    Raises Http404 for one that the person does not work for.
    """
    visible = workplaces(request.user).select_related("sector")
    if number := request.GET.get("establishment"):
        return get_object_or_404(visible, number=number)
    found = list(visible[:2])
    return found[0] if len(found) == 1 else None


def choose_establishment(request: SignedInRequest) -> HttpResponse:
    visible = workplaces(request.user).select_related("city")
    return render(request, "guests/choose.html", {"establishments": visible})


def chosen_kind(request: SignedInRequest, establishment: Establishment) -> Kind | None:
    """Return the kind that the address names, or the establishment's first; None if it has none."""
    expected = {kind.code: kind for kind in intake.kinds_of(establishment)}
    code = request.GET.get("kind") or next(iter(expected), None)
    if code and code not in expected:
        raise Http404
    return expected[code] if code else None


def main_guest(request: SignedInRequest, establishment: Establishment, kind: Kind) -> GuestRecord | None:
    """Return the guest whom the new one accompanies, where the address names one."""
    key = request.GET.get("with", "")
    if not key:
        return None
    if not is_key(key):
        raise Http404
    visible = GuestRecord.objects.visible_to(request.user)
    record = get_object_or_404(visible, pk=key, establishment=establishment, kind=kind.code)
    log_record(request, "copy stay", record)
    return record


@require_safe
@may_submit
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    visible = GuestRecord.objects.visible_to(request.user).with_state()
    record = get_object_or_404(visible.select_related("submission", "establishment"), pk=pk)
    log_record(request, "view guest record", record)
    return_to = urlencode({"establishment": record.establishment.number, "kind": record.kind})
    companion = ""
    if record.declaration.companion:
        companion = f"{reverse('guests:new')}?{return_to}&{urlencode({'with': record.pk})}"
    context = {
        "record": record,
        "rows": rows_of(record),
        "is_transferred": record.state == TransferStatus.TRANSFERRED,
        "is_refused": record.state == TransferStatus.REFUSED,
        "next_url": f"{reverse('guests:new')}?{return_to}",
        "companion_url": companion,
    }
    return render(request, "guests/detail.html", context)


def log_record(request: SignedInRequest, action: str, record: GuestRecord) -> None:
    """Log a look at a record, of an agent with whom they act for."""
    mandate = None
    if request.user.role == Role.PROVIDER:
        mandate = mandates.over_establishment(request.user, record.establishment, Scope.SUBMIT_GUESTS)
    log_look(request, action, record, reason=mandates.acting(mandate, request.user))


def rows_of(record: GuestRecord) -> list[dict[str, Any]]:
    """Return the record's fields as they are shown: label, value, and whether it is a code."""
    rows = []
    for field in record.declaration.fields.values():
        value = field.value_of(record.content)
        is_code = field.shown.is_code
        if field.shown.input == "day":
            value, is_code = both_calendars(value), False
        elif field.shown.input == "moment":
            value, is_code = both_calendars_time(value), False
        rows.append({"label": field.shown.label, "value": value, "is_code": is_code})
    return rows


@require_safe
@may_submit
def receipts(request: SignedInRequest) -> HttpResponse:
    visible = Submission.objects.visible_to(request.user).select_related("establishment")
    context = page_of(visible, request.GET.get("before", ""), reverse("guests:receipts"))
    return render(request, "guests/receipts.html", context)


@require_safe
@may_submit
def receipt(request: SignedInRequest, number: str) -> HttpResponse:
    visible = Submission.objects.visible_to(request.user).select_related(
        "establishment", "by", "mandate__agreement__provider"
    )
    submission = get_object_or_404(visible, receipt=number)
    return render(request, "guests/receipt.html", {"submission": submission})


def page_of(rows: QuerySet[Any], before: str, address: str) -> dict[str, Any]:
    """Return the rows under a key, newest first, with the addresses of the newest and of the next page."""
    if is_key(before):
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.order_by("-pk")[: PAGE + 1])
    shown = found[:PAGE]
    return {
        "rows": shown,
        "newest": address if before else "",
        "older": f"{address}?before={shown[-1].pk}" if len(found) > PAGE else "",
    }


def is_key(text: str) -> bool:
    # What is longer is no key of the database's, and it would refuse to look.
    return text.isascii() and text.isdigit() and len(text) <= 18
