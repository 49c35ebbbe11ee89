"""The sandbox of test keys: the same checks and the same answers, in tables of its own, emptied every day."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from guests import changes
from guests.intake import Result, compare_with_known, count, read_all, reject_lost_companions
from guests.kinds import KINDS
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
    store(submission, [result for result in results if result.status == "accepted"])
    compare_with_known(api_key.establishment, declaration, results, among=SandboxRecord)
    count(submission, results)
    submission.save()
    return submission, results


def store(submission: SandboxSubmission, results: list[Result]) -> None:
    """Insert the records whose reference is not taken, and give their results the new keys."""
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
    new = dict(submission.records.values_list("client_reference", "pk"))
    for result in results:
        result.record_id = new.get(result.client_reference)


def correct(record: SandboxRecord, raw: Any, *, reason: str, **_who: Any) -> None:
    """Replace what the record says, as `changes.correct` does."""
    changes.refuse_cancelled(record)
    content = KINDS[record.kind].read(raw)
    if content == record.content:
        return
    changes.refuse_other_reference(record, content)
    changes.clean_reason(reason)
    record.content = content
    save_next(record)


def depart(record: SandboxRecord, at: str, **_who: Any) -> None:
    """Say when the stay ended, as `changes.depart` does."""
    changes.refuse_cancelled(record)
    content = changes.ended(record, at)
    if content is None:
        return
    record.content = content
    save_next(record)


def cancel(record: SandboxRecord, *, reason: str, **_who: Any) -> None:
    """Cancel the record, as `changes.cancel` does."""
    if record.cancelled_at:
        return
    changes.clean_reason(reason)
    record.cancelled_at = timezone.now()
    save_next(record)


def save_next(record: SandboxRecord) -> None:
    record.version += 1
    record.save(update_fields=["content", "version", "cancelled_at"])
