"""One record of the key's establishment: found, shown, and changed as the owner's pages change it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404

from guests import changes, sandbox
from guests.api import schemas
from guests.api.admission import Admitted
from guests.changes import ChangeRefused
from guests.kinds import KINDS
from guests.kinds.errors import RecordRefused
from guests.models import Door, GuestRecord, SandboxRecord
from shumoos.accounts import access_log
from shumoos.keys import is_key
from shumoos.problems import Problem
from shumoos.saudi.calendar import RIYADH

AnyRecord = GuestRecord | SandboxRecord


def find(request: Admitted, record_id: str, *, is_locked: bool = False) -> AnyRecord:
    """Return the record of that id. Raises Http404 where the key's establishment has none."""
    if not is_key(record_id):
        raise Http404
    model: Any = SandboxRecord if request.api_key.is_test else GuestRecord
    found = model.objects.filter(pk=int(record_id), establishment=request.api_key.establishment)
    if is_locked:
        found = found.select_for_update(of=("self",))
    elif not request.api_key.is_test:
        found = found.with_state()
    record = found.select_related("submission").first()
    if record is None:
        raise Http404
    return record


def show(request: Admitted, record_id: str) -> dict[str, Any]:
    """Return what is known of the record, how far it is on its way with it; the look is logged."""
    record = find(request, record_id)
    log_look(request, "read record by API", record)
    return shown(record)


def shown(record: AnyRecord) -> dict[str, Any]:
    return {
        "id": str(record.pk),
        "receipt": record.submission.receipt,
        "version_receipt": version_receipt_of(record),
        "kind": record.kind,
        "client_reference": record.client_reference,
        "version": record.version,
        "record": record.content,
        "received_at": local(record.submission.received_at),
        "departed_at": record.content.get(KINDS[record.kind].leaves),
        "cancelled_at": local(record.cancelled_at),
        "transfer": transfer_of(record),
    }


def transfer_of(record: AnyRecord) -> dict[str, Any]:
    if isinstance(record, SandboxRecord):
        return {"state": "test", "reason": "", "at": None}
    return {"state": record.latest_state, "reason": record.latest_refusal, "at": local(record.latest_at)}


def version_receipt_of(record: AnyRecord) -> str | None:
    """Return the latest version's own receipt; the first has none of its own, and none of a test key's."""
    if isinstance(record, SandboxRecord) or record.version == 1:
        return None
    return record.changes.filter(version=record.version).values_list("submission__receipt", flat=True).get()


def local(at: datetime | None) -> str | None:
    return at.astimezone(RIYADH).isoformat(timespec="seconds") if at else None


def log_look(request: Admitted, action: str, record: AnyRecord) -> None:
    """Log that a program looks at a record: under its key, because nobody has signed in."""
    access_log.write(action, record, by=None, reason=f"{request.api_key.prefix}…", people=1, request=request)


def correct(request: Admitted, record_id: str, sent: Any) -> dict[str, Any]:
    """Give some fields of a record another value, or, by null, none."""

    def change(record: AnyRecord) -> None:
        correction = schemas.read(schemas.Correction, sent)
        # Put together under the lock: of two at once, the second changes what the first has left.
        whole = record.content | correction.record
        ways(request).correct(record, whole, reason=correction.reason, **who(request))

    return changed(request, record_id, change)


def depart(request: Admitted, record_id: str, sent: Any) -> dict[str, Any]:
    """Say when the stay or the rental ended: now, where no moment is given."""

    def change(record: AnyRecord) -> None:
        departure = schemas.read(schemas.Departure, sent)
        at = departure.at or datetime.now(RIYADH).isoformat(timespec="seconds")
        ways(request).depart(record, at, **who(request))

    return changed(request, record_id, change)


def cancel(request: Admitted, record_id: str, sent: Any) -> dict[str, Any]:
    def change(record: AnyRecord) -> None:
        cancellation = schemas.read(schemas.Cancellation, sent)
        ways(request).cancel(record, reason=cancellation.reason, **who(request))

    return changed(request, record_id, change)


def who(request: Admitted) -> dict[str, Any]:
    """Return who changes a record, and by which door: nobody in person, under the key of the request."""
    return {"by": None, "door": Door.API, "api_key": request.api_key}


def ways(request: Admitted) -> Any:
    """Return the module that changes the records of this key."""
    return sandbox if request.api_key.is_test else changes


def changed(request: Admitted, record_id: str, change: Callable[[AnyRecord], None]) -> dict[str, Any]:
    """Change the record under its lock and return it as it stands. Raises `Problem`: 422 or 409."""
    try:
        with transaction.atomic():
            change(find(request, record_id, is_locked=True))
    except RecordRefused as refusal:
        raise schemas.invalid([schemas.told(error) for error in refusal.errors]) from None
    except ChangeRefused as refusal:
        said = {"field": "", "code": refusal.code, "message": str(refusal)}
        if refusal.code == "reason":
            raise schemas.invalid([said | {"field": "reason"}]) from None
        raise Problem("state", str(refusal), errors=[said]) from None
    # The change itself is in the access log, with the key: to be told of it is no other look.
    return shown(find(request, record_id))
