"""Later versions of a record: a correction, the end of a stay, a cancellation.

A record's versions are all kept, and each travels to the centre after the one before it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guests import intake
from guests.kinds import KINDS
from guests.kinds.base import Content, sha256
from guests.kinds.errors import RecordRefused, error
from guests.models import Action, ApiKey, Door, GuestRecord, NilReturn, RecordChange, SandboxRecord
from guests.tasks import transfer_due_records
from registration.models import Mandate
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.celery import ring
from shumoos.saudi import calendar

REASON_LENGTH = 300


class ChangeRefused(Exception):
    """Why a record does not change: `code` for programs, and a sentence for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@transaction.atomic
def correct(
    record: GuestRecord,
    raw: Any,
    *,
    reason: str,
    by: User | None,
    door: Door,
    api_key: ApiKey | None = None,
    version: int | None = None,
) -> RecordChange | None:
    """Replace what a record says by the whole record as typed, which its kind reads; keep what it said.

    Returns the new version, and None where it says the same already. `api_key` is the one that a program
    sends it under, `version` the one that was being looked at. Raises `RecordRefused` for what the kind
    refuses, for another reference, and for a companion of nobody; `ChangeRefused` where the record is
    `cancelled`, has another version by now (`outdated`), or the `reason` is missing; `SubmissionRefused`
    where an agent has no mandate.
    """
    who = sender(record, by=by, door=door, api_key=api_key)
    latest = lock(record)
    refuse_cancelled(record)
    content = record.declaration.read(raw)
    if content == record.content:
        return None
    refuse_outdated(record, version)
    refuse_moved(record, content)
    said = clean_reason(reason)
    return change(record, latest, Action.CORRECTION, content, reason=said, **who)


@transaction.atomic
def depart(
    record: GuestRecord,
    at: datetime | str,
    *,
    by: User | None,
    door: Door,
    api_key: ApiKey | None = None,
) -> RecordChange | None:
    """Say when the stay or the rental ended: a moment, or one as typed, which the kind reads.

    Returns the new version, and None where it ended then already. Raises `RecordRefused` for what the kind
    refuses, and `ChangeRefused` where the record is `cancelled`, is of a kind without an end (`no_end`), or
    has ended at another time (`ended`), which a correction changes; `SubmissionRefused` as `correct` does.
    """
    who = sender(record, by=by, door=door, api_key=api_key)
    latest = lock(record)
    refuse_cancelled(record)
    content = ended(record, at)
    if content is None:
        return None
    return change(record, latest, Action.DEPARTURE, content, **who)


@transaction.atomic
def cancel(
    record: GuestRecord, *, reason: str, by: User | None, door: Door, api_key: ApiKey | None = None
) -> RecordChange | None:
    """Cancel a record that should not have been sent. It is kept, and counts no more.

    Returns the new version, and None where it is cancelled already. Raises `ChangeRefused` where the `reason`
    is missing, or others are companions of it (`companions`); `SubmissionRefused` as `correct` does.
    """
    who = sender(record, by=by, door=door, api_key=api_key)
    latest = lock(record)
    if record.cancelled_at:
        return None
    refuse_main_guest(record)
    said = clean_reason(reason)
    return change(record, latest, Action.CANCELLATION, record.content, reason=said, **who)


def sender(record: GuestRecord, *, by: User | None, door: Door, api_key: ApiKey | None) -> dict[str, Any]:
    """Return who changes a record, for whom, and how. Raises `SubmissionRefused` for want of a mandate."""
    mandate = intake.mandate_of(by, record.establishment)
    return {"by": by, "mandate": mandate, "door": door, "api_key": api_key}


def lock(record: GuestRecord) -> RecordChange | None:
    """Lock the record and then its latest version, if it has later ones, and return that one.

    Whoever writes the centre's answers locks them in this order, too: the answer to the latest version is
    either seen here, or it sees the version that is made here.
    """
    record.refresh_from_db(from_queryset=GuestRecord.objects.select_for_update(of=("self",)))
    changes = record.changes.filter(version=record.version)
    return changes.select_for_update().first()


def refuse_cancelled(record: GuestRecord | SandboxRecord) -> None:
    if record.cancelled_at:
        raise ChangeRefused("cancelled", _("This record is cancelled: enter what holds as a new one."))


def refuse_outdated(record: GuestRecord, version: int | None) -> None:
    """Refuse a change made from another version: it would undo what the record says by now."""
    if version is not None and version != record.version:
        raise ChangeRefused(
            "outdated",
            _(
                "This record has been changed since this page was opened. Compare what it says now, then save"
                " again."
            ),
        )


def ended(record: GuestRecord | SandboxRecord, at: datetime | str) -> Content | None:
    """Return what the record says once its stay ended at that moment; None where it says so already.

    Raises `RecordRefused`, and `ChangeRefused` for a kind without an end and an end at another time.
    """
    kind = KINDS[record.kind]
    if not kind.leaves:
        raise ChangeRefused("no_end", _("Records of this kind have no departure."))
    content = kind.read({**record.content, kind.leaves: at})
    if content == record.content:
        return None
    if kind.leaves in record.content:
        raise ChangeRefused(
            "ended", _("The departure is on record already: correct the record to change its time.")
        )
    return content


def refuse_other_reference(record: GuestRecord | SandboxRecord, content: Content) -> None:
    reference = KINDS[record.kind].reference
    if content[reference] != record.client_reference:
        raise RecordRefused([error(reference, "conflict", "reference")])


def refuse_moved(record: GuestRecord, content: Content) -> None:
    """A correction keeps the reference, and a companion goes with a guest who is there."""
    refuse_other_reference(record, content)
    kind = record.declaration
    main = content.get(kind.companion) if kind.companion else None
    if main and main != record.content.get(kind.companion):
        of_this_establishment = GuestRecord.objects.filter(
            establishment=record.establishment_id,
            client_reference=main,
            kind=record.kind,
        )
        if not of_this_establishment.exists():
            raise RecordRefused([error(kind.companion, "unknown_companion")])


def refuse_main_guest(record: GuestRecord) -> None:
    """Refuse to cancel a guest whose companions stay on record; they came with or after the main guest."""
    kind = record.declaration
    if not kind.companion:
        return
    companions = GuestRecord.objects.filter(
        establishment=record.establishment_id,
        occurred_at__range=(record.occurred_at - COMPANIONS_WITHIN, record.occurred_at + COMPANIONS_WITHIN),
        cancelled_at=None,
        kind=record.kind,
        content__contains={kind.companion: record.client_reference},
    )
    if companions.exists():
        raise ChangeRefused(
            "companions", _("Others are entered as companions of this guest: cancel or correct them first.")
        )


# Those who come later than this are sought no longer: a search through all records would take its time.
COMPANIONS_WITHIN = timedelta(days=31)


def clean_reason(reason: str) -> str:
    said = " ".join(reason.split())
    if not said or not said.isprintable():
        raise ChangeRefused("reason", _("Please give the reason in a few words."))
    if len(said) > REASON_LENGTH:
        raise ChangeRefused(
            "reason", _("The reason is too long: at most %(limit)s characters.") % {"limit": REASON_LENGTH}
        )
    return said


def change(
    record: GuestRecord,
    latest: RecordChange | None,
    action: Action,
    content: Content,
    *,
    by: User | None,
    mandate: Mandate | None,
    door: Door,
    api_key: ApiKey | None,
    reason: str = "",
) -> RecordChange:
    """Write the next version with its receipt, the record as it now stands, and ring for the centre."""
    before = latest or record
    version = record.version + 1
    made = RecordChange.objects.create(
        record=record,
        kind=record.kind,
        version=version,
        submission=intake.open_submission(
            establishment=record.establishment,
            kind=record.kind,
            door=door,
            by=by,
            mandate=mandate,
            api_key=api_key,
            action=action,
            about_id=record.submission_id,
            sha256=digest(action, version, content, reason),
        ),
        action=action,
        before=record.content,
        content=content,
        reason=reason,
        by=by,
        mandate=mandate,
        door=door,
        is_next=before.acknowledged_at is not None,
    )
    columns: dict[str, Any] = {**record.declaration.columns(content), "content": content}
    if action == Action.CANCELLATION:
        columns |= {"cancelled_at": made.made_at, "is_open": False}
    columns |= {"version": made.version, "to_correct": False}
    for name, value in columns.items():
        setattr(record, name, value)
    record.save(update_fields=list(columns))
    log_change(f"guest record {action}", record, by=by, of=made.acting, reason=reason)
    if action == Action.CORRECTION:
        day = record.occurred_at.astimezone(calendar.RIYADH).date()
        NilReturn.objects.void(record.establishment, record.kind, [day])
    ring(transfer_due_records)
    return made


def digest(action: Action, version: int, content: Content, reason: str) -> str:
    """Return the SHA-256 over a change: what is done, as which version, why, and the record as it then is."""
    return sha256([{"action": str(action), "version": version, "reason": reason, "record": content}])
