"""The list of records, and one record with its way to the centre."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from guests import deadlines, outages
from guests.kinds.base import Content
from guests.models import TONES, GuestRecord, TransferStatus, workplaces
from guests.views.common import log_list, log_record, may_submit, page_of, time_label
from shumoos.accounts.requests import SignedInRequest
from shumoos.templatetags.days import both_calendars, both_calendars_time


@require_safe
@may_submit
def records(request: SignedInRequest) -> HttpResponse:
    visible = GuestRecord.objects.visible_to(request.user).with_state().select_related("establishment")
    context = page_of(visible, request.GET.get("before", ""), reverse("guests:list"))
    log_list(request, "list guest records", context["rows"])
    context["time_label"] = time_label(record.declaration for record in context["rows"])
    context["away_since"] = outages.centre_away_since()
    context["shows_establishments"] = workplaces(request.user).count() > 1
    context["to_correct"] = GuestRecord.objects.visible_to(request.user).number_to_correct()
    return render(request, "guests/list.html", context)


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
        "rows": rows_of(record, record.content),
        "versions": versions_of(record),
        "due": deadlines.of_record(record),
        "away_since": outages.centre_away_since(),
        "is_transferred": record.latest_state == TransferStatus.TRANSFERRED,
        "is_refused": record.latest_state == TransferStatus.REFUSED,
        "next_url": f"{reverse('guests:new')}?{return_to}",
        "companion_url": companion,
    }
    return render(request, "guests/detail.html", context)


def versions_of(record: GuestRecord) -> list[dict[str, Any]]:
    """Return the record's later versions, the latest first, each with what it changed."""
    versions = []
    made = record.changes.select_related("by", "submission__api_key", "mandate__agreement__provider")
    for change in made.order_by("-version"):
        before, after = rows_of(record, change.before), rows_of(record, change.content)
        changed = [
            {"label": old["label"], "before": old["value"], "after": new["value"], "is_code": old["is_code"]}
            for old, new in zip(before, after, strict=True)
            if old["value"] != new["value"]
        ]
        state = TransferStatus(change.state)
        versions.append(
            {"change": change, "fields": changed, "state": str(state.label), "tone": TONES[state]}
        )
    return versions


def rows_of(record: GuestRecord, content: Content) -> list[dict[str, Any]]:
    """Return a record's fields as they are shown: label, value, and whether it is a code."""
    rows = []
    for field in record.declaration.fields.values():
        value = field.value_of(content)
        is_code = field.shown.is_code
        if field.shown.input == "day":
            value, is_code = both_calendars(value), False
        elif field.shown.input == "moment":
            value, is_code = both_calendars_time(value), False
        rows.append({"label": field.shown.label, "value": value, "is_code": is_code})
    return rows
