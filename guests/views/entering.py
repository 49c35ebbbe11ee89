"""The form door: one screen for a guest and their companions, made for a queue of people."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from guests import intake, returning
from guests.entry import MAIN, Entry
from guests.forms import first_values
from guests.kinds import Kind
from guests.models import Door, GuestRecord, Submission, workplaces
from guests.views.common import log_record, may_submit, place_label
from registration.models import Establishment
from shumoos.accounts.requests import SignedInRequest
from shumoos.keys import is_key
from shumoos.templatetags.days import both_calendars

# Under this key the session keeps, by establishment, what the next guest is likely to have in common.
REMEMBERED = "guests_remembered"
# Fewer characters than the shortest lines have are some that are still being scanned.
STILL_SCANNING = 60


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
    if request.method != "POST":
        return render_entry(request, establishment, blank_entry(request, establishment, kind))
    entry = Entry.typed(kind, request.POST, check_url=check_url(establishment, kind))
    if do := request.POST.get("do"):
        return fill_in(request, establishment, entry, do)
    if not entry.read():
        return render_entry(request, establishment, entry)
    if asked := to_ask_about(request, establishment, entry):
        return render_entry(request, establishment, entry, asked)
    if submission := take(request, establishment, entry):
        remember(request, establishment, entry)
        query = {"establishment": establishment.number, "kind": kind.code, "sent": submission.receipt}
        return redirect(f"{reverse('guests:new')}?{urlencode(query)}")
    return render_entry(request, establishment, entry)


def to_ask_about(
    request: SignedInRequest, establishment: Establishment, entry: Entry
) -> list[tuple[GuestRecord, str]]:
    """Return whom to ask about before they are entered again, each with their room or plate."""
    agreed = request.POST.get("again", "").split()
    contents = [form.content for form in entry.forms]
    found = returning.in_house_already(request.user, establishment, entry.kind, contents)
    asked = [record for record in found if str(record.pk) not in agreed]
    for record in asked:
        log_record(request, "ask about guest in house", record)
    return [(record, record.content.get(entry.kind.place, "")) for record in asked]


def fill_in(request: SignedInRequest, establishment: Establishment, entry: Entry, do: str) -> HttpResponse:
    """Show the screen again with what was scanned, looked up, added or removed; nothing is sent."""
    known = remembered(request, establishment)
    if do == "scan":
        text = request.POST.get("scan", "")
        is_typing = request.headers.get("HX-Request") and len(text) < STILL_SCANNING
        if is_typing:
            return HttpResponse(status=204)
        prefix = entry.scan(text, known)
        if prefix is not None:
            fill_from_last_record(request, establishment, entry, prefix)
    elif do == "find":
        for prefix in entry.people:
            entry.guess_document(prefix)
            fill_from_last_record(request, establishment, entry, prefix)
            entry.guess_nationality(prefix)
    elif do == "add" and entry.has_room:
        entry.add(known)
    elif do.startswith("remove-"):
        entry.remove(do.removeprefix("remove-"))
    return render_entry(request, establishment, entry)


def fill_from_last_record(
    request: SignedInRequest, establishment: Establishment, entry: Entry, prefix: str
) -> tuple[GuestRecord | None, list[str]]:
    """Fill in what the establishment knows of this person, log the look; return the record and the fields."""
    document = entry.document_of(prefix)
    if document is None:
        return None, []
    id_type, number = document
    record = returning.last_record(request.user, establishment, id_type=id_type, id_number=number)
    if record is None:
        return None, []
    log_record(request, "fill in from guest record", record)
    values = returning.carried_from(record)
    filled = entry.fill(prefix, values, remembered(request, establishment))
    entry.note_returning(prefix, both_calendars(record.occurred_at))
    return record, filled


@require_POST
@may_submit
def check(request: SignedInRequest) -> HttpResponse:
    """Say what there is to say of the field that is being typed, and fill in a guest who has been here."""
    establishment = chosen_establishment(request)
    kind = chosen_kind(request, establishment) if establishment else None
    if establishment is None or kind is None:
        raise Http404
    entry = Entry.typed(kind, request.POST, check_url=check_url(establishment, kind))
    prefix, _hyphen, name = request.headers.get("HX-Trigger-Name", "").rpartition("-")
    if prefix not in entry.people or name not in entry.people[prefix]:
        raise Http404
    is_typing = request.POST.get("at") == "input"
    changed: set[str] = set()
    if name == kind.identity and entry.guess_document(prefix):
        changed.add("id_type")
    if name in (kind.identity, "id_type"):
        _record, filled = fill_from_last_record(request, establishment, entry, prefix)
        changed.update(filled)
        if (name == "id_type" or "id_type" in changed) and entry.guess_nationality(prefix):
            changed.add("nationality")
    note = entry.note_on(prefix, name, is_typing=is_typing)
    also = {}
    if name == "id_type" and entry.people[prefix][kind.identity]:
        also[kind.identity] = entry.note_on(prefix, kind.identity, is_typing=False)
    if name == kind.time and kind.until and entry.people[prefix].get(kind.until):
        # It was compared with the time that stood there before.
        also[kind.until] = entry.note_on(prefix, kind.until, is_typing=False)
    form = next(form for form in entry.forms if (form.prefix or MAIN) == prefix)
    returned = form.notes.get(kind.identity)
    context = {
        "note": returned if returned and name == kind.identity and note.tone == "good" else note,
        "also": [(form[other], said) for other, said in also.items()],
        "changed": [form.cell(other) for other in sorted(changed)],
    }
    return render(request, "guests/check.html", context)


def blank_entry(request: SignedInRequest, establishment: Establishment, kind: Kind) -> Entry:
    """Return the screen for the next guest: a reference, the time, and what the last one leaves behind."""
    main = main_guest(request, establishment, kind)
    values = dict.fromkeys(kind.fields, "") | remembered(request, establishment) | first_values(kind, main)
    values = {name: value for name, value in values.items() if name in kind.fields}
    entry = Entry(kind, {MAIN: values}, check_url=check_url(establishment, kind))
    entry.focus = "id_scan"
    return entry


def remembered(request: SignedInRequest, establishment: Establishment) -> dict[str, str]:
    """Return what the last guest entered here in this session leaves for the next: nationality and room."""
    kept: dict[str, dict[str, str]] = request.session.get(REMEMBERED, {})
    return kept.get(str(establishment.pk), {})


def remember(request: SignedInRequest, establishment: Establishment, entry: Entry) -> None:
    main = entry.people[MAIN]
    values = {name: main[name] for name in entry.kind.remembered if main.get(name)}
    kept = request.session.get(REMEMBERED, {})
    if kept.get(str(establishment.pk)) != values:
        request.session[REMEMBERED] = kept | {str(establishment.pk): values}


def check_url(establishment: Establishment, kind: Kind) -> str:
    query = urlencode({"establishment": establishment.number, "kind": kind.code})
    return f"{reverse('guests:check')}?{query}"


def render_entry(
    request: SignedInRequest,
    establishment: Establishment,
    entry: Entry,
    asked: Sequence[tuple[GuestRecord, str]] = (),
) -> HttpResponse:
    for form in entry.forms:
        form.focus_on(entry.focus)
    context = {
        "entry": entry,
        "form": entry.forms[0],
        "kind": entry.kind,
        "asked": asked,
        "place_label": place_label([entry.kind]),
        "establishment": establishment,
        "kinds": intake.kinds_of(establishment),
        "sent": just_sent(request, establishment),
    }
    return render(request, "guests/new.html", context)


def just_sent(request: SignedInRequest, establishment: Establishment) -> dict[str, Any]:
    """Return the submission that the address names with its records, as far as this person may see them."""
    number = request.GET.get("sent", "")
    if not number or request.method == "POST":
        return {}
    submission = Submission.objects.visible_to(request.user).filter(receipt=number).first()
    if submission is None or submission.establishment_id != establishment.pk:
        return {}
    return {"submission": submission, "records": submission.records.order_by("pk")}


def take(request: SignedInRequest, establishment: Establishment, entry: Entry) -> Submission | None:
    """Submit the whole screen; None, with the reasons beside the fields and nothing taken, if refused."""
    try:
        with transaction.atomic():
            submission = intake.submit(
                establishment=establishment,
                kind=entry.kind.code,
                records=[form.typed for form in entry.forms],
                door=Door.FORM,
                by=request.user,
            )
            rejected = [result for result in submission.results if result.status == "rejected"]
            # What is put right is sent again as a whole, under one receipt.
            transaction.set_rollback(bool(rejected))
    except intake.SubmissionRefused as refusal:
        entry.forms[0].add_error(None, str(refusal))
        return None
    for result in rejected:
        entry.forms[result.index].refuse(result.errors)
    if rejected:
        return None
    if submission.duplicate:
        messages.info(request, _("What was received before has not changed."))
    return submission


def chosen_establishment(request: SignedInRequest) -> Establishment | None:
    """Return the establishment that the address names, or the only one; None where there are several or none.

    Raises Http404 for one that the person does not work for.
    """
    visible = workplaces(request.user).select_related("sector")
    if number := request.GET.get("establishment"):
        return get_object_or_404(visible, number=number)
    found = list(visible[:2])
    return found[0] if len(found) == 1 else None


def choose_establishment(request: SignedInRequest, page: str = "guests:new") -> HttpResponse:
    visible = workplaces(request.user).select_related("city")
    return render(request, "guests/choose.html", {"establishments": visible, "address": reverse(page)})


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
