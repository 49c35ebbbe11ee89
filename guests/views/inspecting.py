"""Officers' pages: guest records of an establishment, for a stated reason, in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from guests import keeping
from guests.models import GuestRecord, Inspection
from guests.views.common import page_of
from guests.views.records import rows_of, versions_of
from shumoos.accounts.access_log import log_look
from shumoos.accounts.requests import SignedInRequest
from shumoos.saudi.digits import clean_number


class InspectionForm(forms.Form):
    """For which case somebody looks at an establishment's records."""

    number = forms.CharField(label=_("Establishment number"), max_length=20)
    case_number = forms.CharField(
        label=_("Case number"), max_length=40, help_text=_("As your office keeps it.")
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("It is kept in the access log with every record seen."),
        widget=forms.TextInput({"size": 60}),
    )

    def clean_number(self) -> str:
        return clean_number(self.cleaned_data["number"])


def must_inspect(request: HttpRequest) -> None:
    if not request.user.has_perm("guests.inspect"):
        raise PermissionDenied


def start(request: SignedInRequest) -> HttpResponse:
    """Ask for the reason, and lead to the establishment's records."""
    must_inspect(request)
    form = InspectionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            inspection = keeping.inspect(by=request.user, **form.cleaned_data)
        except keeping.InspectionRefused as refusal:
            form.add_error("number", str(refusal))
        else:
            return redirect("admin:guests_inspection_records", inspection.pk)
    context = {"form": form, "title": _("Guest records"), **admin.site.each_context(request)}
    return render(request, "guests/inspecting/start.html", context, status=422 if form.errors else 200)


def inspection_of(request: SignedInRequest, pk: int) -> Inspection:
    must_inspect(request)
    return get_object_or_404(Inspection.objects.open_to(request.user).select_related("establishment"), pk=pk)


def records(request: SignedInRequest, pk: int) -> HttpResponse:
    """List the establishment's records: references and times only, until one is opened.

    An identity number is sought by POST, so that it stands in no address; so is what comes after it.
    """
    inspection = inspection_of(request, pk)
    found = GuestRecord.objects.filter(establishment=inspection.establishment)
    if sought := clean_number(request.POST.get("id_number", "")).upper():
        found = found.filter(id_number=sought)
        log_look(request, "search guest records", inspection, reason=said(inspection))
    address = reverse("admin:guests_inspection_records", args=[pk])
    context = {
        "inspection": inspection,
        "sought": sought,
        "title": _("Guest records"),
        **page_of(found.with_state(), (request.POST if sought else request.GET).get("before", ""), address),
        **admin.site.each_context(request),
    }
    return render(request, "guests/inspecting/records.html", context)


def record(request: SignedInRequest, pk: int, record_pk: int) -> HttpResponse:
    """Show one record with its versions; the look is logged with its reason, and counted for the owner."""
    inspection = inspection_of(request, pk)
    found = GuestRecord.objects.filter(establishment=inspection.establishment).with_state()
    record = found.select_related("submission").filter(pk=record_pk).first()
    if record is None:
        raise Http404
    with transaction.atomic():
        log_look(request, "inspect guest record", record, reason=said(inspection))
        keeping.count_look(inspection)
    context: dict[str, Any] = {
        "inspection": inspection,
        "record": record,
        "rows": rows_of(record, record.content),
        "versions": versions_of(record),
        "title": _("Guest record"),
        **admin.site.each_context(request),
    }
    return render(request, "guests/inspecting/record.html", context)


def said(inspection: Inspection) -> str:
    return f"{inspection.case_number}: {inspection.reason}"
