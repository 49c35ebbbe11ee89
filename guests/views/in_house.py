"""Who is in house now: departures with one click, another room, a longer stay."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import F, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from guests import changes, intake
from guests.changes import ChangeRefused
from guests.kinds.errors import RecordRefused
from guests.models import Action, Door, GuestRecord, RecordChange
from guests.views.common import PAGE, log_list, may_submit, place_label
from guests.views.entering import choose_establishment, chosen_establishment
from registration.models import Establishment
from shumoos.accounts.requests import SignedInRequest
from shumoos.keys import is_key
from shumoos.saudi import calendar
from shumoos.templatetags.days import ISOLATE, RELEASE


@require_safe
@may_submit
def in_house(request: SignedInRequest) -> HttpResponse:
    """List whose stay or rental goes on, the latest to come first."""
    establishment = chosen_establishment(request)
    if establishment is None:
        return choose_establishment(request, "guests:in_house")
    records = GuestRecord.objects.visible_to(request.user).open().filter(establishment=establishment)
    before = request.GET.get("before", "")
    if is_key(before):
        last = get_object_or_404(GuestRecord.objects.visible_to(request.user), pk=int(before))
        came_before = Q(occurred_at__lt=last.occurred_at) | Q(occurred_at=last.occurred_at, pk__lt=last.pk)
        records = records.filter(came_before)
    found = list(records.order_by("-occurred_at", "-pk")[: PAGE + 1])
    shown = found[:PAGE]
    accompanied = accompanied_among(establishment, shown)
    log_list(request, "list guests in house", shown)
    own = address_of(establishment)
    context = {
        "establishment": establishment,
        "rows": [row_of(record, has_companions=record.pk in accompanied) for record in shown],
        "place_label": place_label(record.declaration for record in shown),
        "newest": own if before else "",
        "older": f"{own}&before={shown[-1].pk}" if len(found) > PAGE else "",
        "departed": departed(request, establishment),
        "today": calendar.today(),
    }
    return render(request, "guests/in_house.html", context)


def accompanied_among(establishment: Establishment, shown: list[GuestRecord]) -> set[int]:
    """Return the keys of those whose companions are in house as well; a query for each kind."""
    found: set[int] = set()
    for kind in {record.kind: record.declaration for record in shown}.values():
        if not kind.companion:
            continue
        own = {record.client_reference: record.pk for record in shown if record.kind == kind.code}
        along = GuestRecord.objects.open().filter(establishment=establishment, kind=kind.code)
        named = f"content__{kind.companion}"
        found |= {
            own[name] for name in along.filter(**{f"{named}__in": list(own)}).values_list(named, flat=True)
        }
    return found


def row_of(record: GuestRecord, *, has_companions: bool) -> dict[str, Any]:
    """Return a record with what its row shows: its room or plate, until when, and whether that has passed."""
    kind = record.declaration
    until = kind.fields[kind.until].value_of(record.content) if kind.until else None
    return {
        "record": record,
        "place": record.content.get(kind.place, "") if kind.place else "",
        "place_label": place_label([kind]),
        "until": until,
        "typed_until": record.content.get(kind.until, "") if kind.until else "",
        "until_label": kind.fields[kind.until].shown.label if kind.until else "",
        "is_over": bool(until and until < calendar.today()),
        "has_companions": has_companions,
        "is_companion": bool(kind.companion and record.content.get(kind.companion)),
    }


def departed(request: SignedInRequest, establishment: Establishment) -> list[RecordChange]:
    """Return the departures of the records that the address names, a moment ago, for them to be undone."""
    keys = [key for key in request.GET.getlist("departed") if is_key(key)][: intake_limit()]
    visible = GuestRecord.objects.visible_to(request.user).filter(establishment=establishment, pk__in=keys)
    return list(
        RecordChange.objects.filter(record__in=visible, version=F("record__version"), action=Action.DEPARTURE)
        .select_related("record", "submission")
        .order_by("record_id")
    )


def intake_limit() -> int:
    """How many go at once: a guest with the companions that the form takes."""
    return 21


@require_POST
@may_submit
def depart(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say that a guest has left now, and with `all` those who came along."""
    record = own_record(request, pk)
    leaving = [record, *(companions_of(request, record) if request.POST.get("all") else [])]
    gone = []
    for one in leaving:
        try:
            changes.depart(one, datetime.now(calendar.RIYADH), by=request.user, door=Door.FORM)
        except (ChangeRefused, RecordRefused, intake.SubmissionRefused) as refusal:
            messages.error(request, sentence_of(refusal))
        else:
            gone.append(one.pk)
    return redirect(address_of(record.establishment, departed=gone))


def companions_of(request: SignedInRequest, record: GuestRecord) -> list[GuestRecord]:
    """Return those in house who came along with this guest."""
    kind = record.declaration
    if not kind.companion:
        return []
    along = (
        GuestRecord.objects.visible_to(request.user)
        .open()
        .filter(
            establishment=record.establishment_id,
            kind=record.kind,
            content__contains={kind.companion: record.client_reference},
        )
    )
    return list(along.select_related("establishment__owner").order_by("pk")[: intake_limit() - 1])


@require_POST
@may_submit
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a departure back, by a correction: both versions are kept."""
    record = own_record(request, pk)
    kind = record.declaration
    content = {name: value for name, value in record.content.items() if name != kind.leaves}
    correct(request, record, content, _("The departure was entered by mistake."), record.version)
    return redirect(address_of(record.establishment))


@require_POST
@may_submit
def move(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give a guest another room, or another day of departure, by a correction."""
    record = own_record(request, pk)
    kind = record.declaration
    seen = request.POST.get("version", "")
    version = int(seen) if is_key(seen) else record.version
    changed = {
        field: request.POST[part]
        for part, field in (("place", kind.place), ("until", kind.until))
        if field and part in request.POST and request.POST[part] != record.content.get(field, "")
    }
    labels = _(", ").join(str(kind.fields[field].shown.label) for field in changed)
    reason = _("Changed: %(fields)s.") % {"fields": labels}
    if changed and (made := correct(request, record, record.content | changed, reason, version)):
        messages.success(
            request,
            _("%(name)s: the change is saved. Receipt number: %(receipt)s")
            % {"name": record.full_name, "receipt": f"{ISOLATE}{made.shown_receipt}{RELEASE}"},
        )
    return redirect(address_of(record.establishment))


def correct(
    request: SignedInRequest, record: GuestRecord, content: dict[str, Any], reason: str, version: int
) -> RecordChange | None:
    """Return the new version; None, and why on the next page, where there is none."""
    try:
        return changes.correct(
            record, content, reason=reason, by=request.user, door=Door.FORM, version=version
        )
    except (ChangeRefused, RecordRefused, intake.SubmissionRefused) as refusal:
        messages.error(request, f"{record.full_name}: {sentence_of(refusal)}")
        return None


def sentence_of(refusal: Exception) -> str:
    if isinstance(refusal, RecordRefused):
        return " ".join(error.message for error in refusal.errors)
    return str(refusal)


def own_record(request: SignedInRequest, pk: int) -> GuestRecord:
    """Return a record of a stay or a rental that the person may see. Raises Http404 for others."""
    visible = GuestRecord.objects.visible_to(request.user).select_related("establishment__owner")
    record = get_object_or_404(visible, pk=pk)
    if not record.declaration.leaves:
        raise Http404
    return record


def address_of(establishment: Establishment, departed: list[int] | None = None) -> str:
    query = {"establishment": establishment.number, "departed": departed or []}
    return f"{reverse('guests:in_house')}?{urlencode(query, doseq=True)}"
