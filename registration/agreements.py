"""What a provider company has done for its fee: the payment, and the three duties with their evidence."""

from datetime import date

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from registration.documents import CleanFile
from registration.models import Agreement, Duty, DutyKind, ScanState
from registration.moves import MoveRefused
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.saudi import calendar


def is_approved(agreement: Agreement) -> bool:
    """Whether the owner has ever approved a mandate under it: from then on it is theirs too."""
    return agreement.mandates.filter(approved_at__isnull=False).exists()


@transaction.atomic
def record_payment(agreement: Agreement, *, paid_on: date, receipt_number: str) -> None:
    """Record that the owner has paid the company its fee. Recording the same again changes nothing.

    Raises MoveRefused where another payment is recorded or the owner has approved nothing yet,
    ValidationError for a day to come and for a missing number.
    """
    agreement.refresh_from_db(from_queryset=Agreement.objects.select_for_update(of=("self",)))
    if agreement.paid_on is not None:
        if (agreement.paid_on, agreement.receipt_number) == (paid_on, receipt_number):
            return
        raise MoveRefused(_("The payment is recorded already, with another day or number."))
    refuse_unapproved(agreement)
    refuse_future(paid_on, field="paid_on")
    agreement.paid_on = paid_on
    agreement.receipt_number = receipt_number
    agreement.full_clean()
    agreement.save(update_fields=["paid_on", "receipt_number"])
    log_change("record payment to company", agreement)


@transaction.atomic
def record_duty(
    agreement: Agreement,
    kind: DutyKind | str,
    *,
    done_on: date,
    evidence: str,
    by: User,
    file: CleanFile | None = None,
) -> Duty:
    """Record a duty as done, with words as evidence and a cleaned document if there is one; return it.

    Recording the same again changes nothing. Raises MoveRefused where it is recorded otherwise or the owner
    has approved nothing yet, ValidationError for a day to come and for missing words.
    """
    agreement.refresh_from_db(from_queryset=Agreement.objects.select_for_update(of=("self",)))
    sha256 = file.sha256 if file else ""
    recorded = agreement.duties.filter(kind=kind).first()
    if file and file.scan_state == ScanState.WAITING:
        raise ValidationError(
            {"document": _("The document cannot be checked now. Try again in a few minutes.")}
        )
    if recorded is not None:
        if (recorded.done_on, recorded.evidence, recorded.sha256) == (done_on, evidence, sha256):
            return recorded
        raise MoveRefused(_("This duty is recorded already."))
    refuse_unapproved(agreement)
    refuse_future(done_on, field="done_on")
    duty = Duty(agreement=agreement, kind=kind, done_on=done_on, evidence=evidence, by=by, sha256=sha256)
    if file:
        duty.content_type = file.content_type
        duty.file = ContentFile(file.content, name="document")
    duty.full_clean()
    duty.save()
    log_change("record duty of company", agreement, by=by, of=str(kind))
    return duty


def refuse_unapproved(agreement: Agreement) -> None:
    if not is_approved(agreement):
        raise MoveRefused(
            _("The owner has not approved a mandate yet, so there is no agreement to record on.")
        )


def refuse_future(day: date, *, field: str) -> None:
    if day > calendar.today():
        raise ValidationError({field: _("This day is still to come.")})
