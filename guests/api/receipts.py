"""Receipts and nil returns, as programs ask for them."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from guests import intake, nil_returns
from guests import receipts as issuing
from guests.api import admission, schemas
from guests.api.admission import Admitted
from guests.api.records import local
from guests.models import Door, SandboxSubmission, Submission
from guests.nil_returns import NilReturnRefused
from shumoos.letters.views import pdf_response
from shumoos.problems import Problem
from shumoos.saudi.digits import clean_number


def find(request: Admitted, number: str) -> Submission | SandboxSubmission:
    """Return the submission under that receipt. Raises `Problem` (404) where the establishment has none."""
    model: Any = SandboxSubmission if request.api_key.is_test else Submission
    # Receipts of tests have a letter, and signs that are no mere shape.
    receipt = number if request.api_key.is_test else clean_number(number)
    found = None
    if receipt.isascii() and receipt.isprintable():
        found = model.objects.filter(
            receipt=receipt[:32], establishment=request.api_key.establishment
        ).first()
    if found is None:
        raise Problem("not_found", _("Your establishment has no receipt of this number."))
    return found


def show(request: Admitted, number: str) -> dict[str, Any]:
    submission = find(request, number)
    return {
        "receipt": submission.receipt,
        "kind": submission.kind,
        "received_at": local(submission.received_at),
        "accepted": submission.accepted,
        "duplicate": submission.duplicate,
        "rejected": submission.rejected,
        **change_of(submission),
        "sha256": submission.sha256,
    }


def change_of(submission: Submission | SandboxSubmission) -> dict[str, str | None]:
    """Return what was done to a record, and under which receipt that one came; or nothing."""
    if isinstance(submission, SandboxSubmission) or submission.about is None:
        return {"action": None, "about": None}
    return {"action": submission.action, "about": submission.about.receipt}


def letter(request: Admitted, number: str) -> HttpResponse:
    """Return the receipt as a letter, which is issued when it is first asked for. Raises `Problem` (404)."""
    submission = find(request, number)
    if isinstance(submission, SandboxSubmission):
        raise Problem("not_found", _("Receipts of a test key prove nothing: there are no letters of them."))
    return pdf_response(issuing.letter_of(submission))


def file_nil_return(request: Admitted, sent: Any) -> dict[str, Any]:
    """File that there was nobody on a day. Raises `Problem`: 403, 409 for a day that cannot be, 422."""
    said = schemas.read(schemas.NilReturning, sent)
    admission.refuse_unexpected(request.api_key, said.kind)
    admission.refuse_unsubscribed(request.found)
    try:
        return filed(request, said.kind, said.day)
    except NilReturnRefused as refusal:
        error = {"field": "day", "code": refusal.code, "message": str(refusal)}
        raise Problem("state", str(refusal), errors=[error]) from None
    except intake.SubmissionRefused as refusal:
        raise Problem("not_subscribed", str(refusal)) from None


def filed(request: Admitted, kind: str, day: date) -> dict[str, Any]:
    if request.api_key.is_test:
        nil_returns.refuse_day(day)
        return {"receipt": None, "kind": kind, "day": day.isoformat(), "filed_at": None}
    key = request.api_key
    made = nil_returns.file(key.establishment, kind, day, by=None, door=Door.API, api_key=key)
    return {
        "receipt": made.submission.receipt,
        "kind": kind,
        "day": day.isoformat(),
        "filed_at": local(made.filed_at),
    }
