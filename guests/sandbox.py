"""The sandbox of test keys: the same checks and the same answers, in tables of its own, emptied every day."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from guests import changes
from guests.intake import Result, read_all, reject_lost_companions
from guests.kinds import KINDS, Kind
from guests.kinds.base import sha256
from guests.kinds.errors import RecordRefused, error
from guests.models import ApiKey, SandboxRecord, SandboxSubmission
from shumoos.saudi import calendar


@transaction.atomic
def submit(*, api_key: ApiKey, kind: str, records: Sequence[Any]) -> tuple[SandboxSubmission, list[Result]]:
    """Take records as `intake.submit` does, into the sandbox of the key's establishment."""
    declaration = KINDS[kind]
    results = read_all(declaration, records)
    reject_lost_companions(api_key.establishment, declaration, results, among=SandboxRecord)
    submission = SandboxSubmission.objects.create(
        receipt=f"T-{calendar.today():%y%m%d}-{secrets.token_hex(6)}",
        establishment=api_key.establishment,
        api_key=api_key,
        kind=kind,
    )
    store(submission, declaration, [result for result in results if result.status == "accepted"])
    statuses = [result.status for result in results]
    submission.accepted = statuses.count("accepted")
    submission.duplicate = statuses.count("duplicate")
    submission.rejected = statuses.count("rejected")
    submission.sha256 = sha256(result.content for result in results if result.status == "accepted")
    submission.save()
    return submission, results


def store(submission: SandboxSubmission, kind: Kind, results: list[Result]) -> None:
    """Insert the records; those whose reference is taken become duplicates, or are rejected as conflicts."""
    ordered = sorted(results, key=lambda result: result.client_reference)
    SandboxRecord.objects.bulk_create(
        [
            SandboxRecord(
                establishment=submission.establishment,
                submission=submission,
                kind=submission.kind,
                client_reference=result.client_reference,
                content=result.content,
            )
            for result in ordered
        ],
        ignore_conflicts=True,
    )
    stored = {
        record.client_reference: record
        for record in SandboxRecord.objects.filter(
            establishment=submission.establishment,
            client_reference__in=[result.client_reference for result in results],
        )
    }
    for result in results:
        record = stored[result.client_reference]
        result.record_id = record.pk
        if record.submission_id == submission.pk:
            continue
        if (record.kind, record.content) == (submission.kind, result.content):
            result.status = "duplicate"
        else:
            result.reject(error(kind.reference, "conflict"))


def correct(record: SandboxRecord, raw: Any, *, reason: str, **_who: Any) -> None:
    """Replace what the record says, as `changes.correct` does."""
    refuse_cancelled(record)
    content = KINDS[record.kind].read(raw)
    if content == record.content:
        return
    if content[KINDS[record.kind].reference] != record.client_reference:
        raise RecordRefused([error(KINDS[record.kind].reference, "conflict", "reference")])
    changes.clean_reason(reason)
    record.content = content
    save_next(record)


def depart(record: SandboxRecord, at: str, **_who: Any) -> None:
    """Say when the stay ended, as `changes.depart` does."""
    kind = KINDS[record.kind]
    refuse_cancelled(record)
    if not kind.leaves:
        raise changes.ChangeRefused("no_end", _("Records of this kind have no departure."))
    content = kind.read({**record.content, kind.leaves: at})
    if content == record.content:
        return
    if kind.leaves in record.content:
        raise changes.ChangeRefused(
            "ended", _("The departure is on record already: correct the record to change its time.")
        )
    record.content = content
    save_next(record)


def cancel(record: SandboxRecord, *, reason: str, **_who: Any) -> None:
    """Cancel the record, as `changes.cancel` does."""
    if record.cancelled_at:
        return
    changes.clean_reason(reason)
    record.cancelled_at = timezone.now()
    save_next(record)


def refuse_cancelled(record: SandboxRecord) -> None:
    if record.cancelled_at:
        raise changes.ChangeRefused(
            "cancelled", _("This record is cancelled: enter what holds as a new one.")
        )


def save_next(record: SandboxRecord) -> None:
    record.version += 1
    record.save(update_fields=["content", "version", "cancelled_at"])
