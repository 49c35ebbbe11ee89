"""Correcting and cancelling a record, each with a reason; and what the centre has refused."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from guests import changes, intake
from guests.change_forms import CancellationForm, CorrectionForm
from guests.kinds.errors import RecordRefused
from guests.models import Door, GuestRecord
from guests.views.common import log_list, log_record, may_submit, page_of
from guests.views.records import versions_of
from shumoos.accounts.requests import SignedInRequest


@require_http_methods(["GET", "HEAD", "POST"])
@may_submit
def correct(request: SignedInRequest, pk: int) -> HttpResponse:
    record = record_of(request, pk)
    if record.cancelled_at:
        return refused(request, record, _("This record is cancelled: enter what holds as a new one."))
    form = CorrectionForm(record, request.POST if request.method == "POST" else None)
    if form.is_valid():

        def make() -> object:
            reason = form.cleaned_data["reason"]
            return changes.correct(
                record,
                form.typed,
                reason=reason,
                by=request.user,
                door=Door.FORM,
                version=form.cleaned_data["version"],
            )

        if (made := attempt(form, make)) is not False:
            told = _("The record is corrected.") if made else _("Nothing was changed: the record says this.")
            messages.success(request, told)
            return redirect("guests:detail", record.pk)
    log_record(request, "correct guest record", record)
    context = {"form": form, "record": record, "versions": made_since(form, record)}
    return render(request, "guests/correct.html", context, status=422 if form.errors else 200)


def made_since(form: CorrectionForm, record: GuestRecord) -> list[dict[str, Any]]:
    """Return the versions made since an outdated form was drawn, and let it start again from the last one."""
    if not (form.is_bound and form.has_error(NON_FIELD_ERRORS, "outdated")):
        return []
    shown = form.cleaned_data["version"]
    versions = [version for version in versions_of(record) if version["change"].version > shown]
    if versions:
        form.start_again_from(record, versions[-1]["change"].before)
    return versions


@require_http_methods(["GET", "HEAD", "POST"])
@may_submit
def cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    record = record_of(request, pk)
    form = CancellationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():

        def make() -> object:
            return changes.cancel(record, **form.cleaned_data, by=request.user, door=Door.FORM)

        if attempt(form, make) is not False:
            messages.success(request, _("The record is cancelled."))
            return redirect("guests:detail", record.pk)
    log_record(request, "cancel guest record", record)
    context = {"form": form, "record": record}
    return render(request, "guests/cancel.html", context, status=422 if form.errors else 200)


def attempt(form: forms.Form, make: Callable[[], object]) -> Any:
    """Return what came of a change; False, with the reasons in the form, where it was refused."""
    try:
        return make()
    except RecordRefused as refusal:
        for error in refusal.errors:
            form.add_error(error.field if error.field in form.fields else None, error.message)
    except changes.ChangeRefused as refusal:
        told = ValidationError(str(refusal), code=refusal.code)
        form.add_error("reason" if refusal.code == "reason" else None, told)
    except intake.SubmissionRefused as refusal:
        form.add_error(None, str(refusal))
    return False


def record_of(request: SignedInRequest, pk: int) -> GuestRecord:
    visible = GuestRecord.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("establishment"), pk=pk)


def refused(request: SignedInRequest, record: GuestRecord, why: str) -> HttpResponse:
    messages.error(request, why)
    return redirect("guests:detail", record.pk)


@require_safe
@may_submit
def to_correct(request: SignedInRequest) -> HttpResponse:
    """List what the centre has refused and nobody has corrected since."""
    visible = GuestRecord.objects.visible_to(request.user).to_correct().with_state()
    address = reverse("guests:to_correct")
    context = page_of(visible.select_related("establishment"), request.GET.get("before", ""), address)
    log_list(request, "list records to correct", context["rows"])
    return render(request, "guests/to_correct.html", context)
