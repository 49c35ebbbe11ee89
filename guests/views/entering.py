"""The form door: entering one record after the other."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from guests import intake
from guests.forms import RecordForm, first_values
from guests.kinds import Kind
from guests.models import Door, GuestRecord, workplaces
from guests.views.common import is_key, log_record, may_submit
from registration.models import Establishment
from shumoos.accounts.requests import SignedInRequest


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
