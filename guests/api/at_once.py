"""One record a call, as most programs send: what is simply right is taken in one trip to the database.

The long way (`sending`) makes several: whose key it is, then the records, then the answer that is kept. Here
they are one statement, of which nothing is done where anything is not as expected; then the long way finds
out what, and says so.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import F
from django.http import HttpRequest

from guests import intake
from guests.api import admission, answers, bodies, lookup
from guests.api.lookup import HASH
from guests.intake import Result
from guests.kinds import KINDS, Kind
from guests.kinds.base import sha256_of_written
from guests.tasks import transfer_due_records
from shumoos.celery import ring
from shumoos.problems import Problem
from shumoos.saudi import calendar, receipt_number

# In bytes: what is longer has more than one record in it, or something is wrong with it.
LONGEST = 8_000
# Seconds: the worker that was woken takes what comes in the meantime, or else the beat does.
RINGS_EVERY = 0.5

# Stand in the statement for what a request brings, as those of `lookup` do: no kind or limit is one of these.
KIND, LIMIT = "the kind", 2**31 - 1
# Those arguments of `guests_take_one` that the request brings: 14.
GIVEN = ["kind", "receipt", "sha256", "reference", "content", "name", "number", "time", "end", "is_open"]
GIVEN += ["idempotency_key", "request_sha256", "answer", "kept_until"]

# Makes the answer, in bytes, of a receipt and of what came of its records.
Write = Callable[[str, list[Result]], bytes]


def take(request: HttpRequest, body: bytes, write: Write) -> bytes | None:
    """Take the one record of a request and return the answer; None, with nothing done, where it is not so.

    Only for a key that this process has admitted before. The request is counted then, and not once more.
    """
    if request.META["QUERY_STRING"] or len(body) > LONGEST or connection.in_atomic_block:
        return None
    known = admission.known(request)
    if known is None:
        return None
    try:
        idempotency_key = answers.key_of(request)
        sent = read(bodies.read_json(request))
    except Problem:
        return None
    if sent is None or admission.count(request, known.pk, known.per_minute).is_spent:
        return None
    kind, result = sent
    receipt = receipt_number.make(calendar.today().year)
    answer = write(receipt, [result])
    kept: list[Any] = ["", "", "", None]
    if idempotency_key:
        kept = [idempotency_key, answers.digest_of(request, body), answer.decode(), answers.kept_until()]
    taken = insert(known, [*values_of(kind, result, receipt), *kept])
    if taken is None:
        return None
    last_used_at, record_id = taken
    admission.note_use(known.pk, last_used_at)
    ring(transfer_due_records, at_most_every=RINGS_EVERY)
    # As `guests_take_one` does with the answer that is kept: its id is known to nobody before.
    return answer.replace(b'"id":null', b'"id":"%d"' % record_id)


def read(sent: Any) -> tuple[Kind, Result] | None:
    """Return the one record that was sent, where it is right and nobody's companion."""
    match sent:
        case {"kind": str(code), "records": [record], **others} if not others and code in KINDS:
            kind = KINDS[code]
            result = intake.read(kind, 0, record)
            return (kind, result) if result.written and not result.companion_of else None
    return None


def values_of(kind: Kind, result: Result, receipt: str) -> list[Any]:
    """Return the values of `GIVEN` before the Idempotency-Key."""
    names = ("full_name", "id_number", "occurred_at", "departed_at", "is_open")
    written = result.written
    said = [kind.code, receipt, sha256_of_written([written]), result.client_reference, written]
    return [*said, *(result.columns[name] for name in names)]


def insert(known: admission.Known, values: list[Any]) -> tuple[datetime | None, int] | None:
    """Insert the record and what goes with it; return when the key was last used, and the record's id.

    None where the key is not in force or not as it was, no records of the kind are taken from its
    establishment now, or the reference or the Idempotency-Key is there already.
    """
    sql, parameters = statement()
    given = {
        HASH: known.key_hash,
        LIMIT: known.per_minute,
        KIND: values[GIVEN.index("kind")],
    }
    try:
        return lookup.fetch_once(sql, [*values, *lookup.filled(parameters, given)])
    except (DatabaseError, InterfaceError):
        # Whatever it is, known already or a connection that has died, the long way meets it again.
        return None


@cache
def statement() -> tuple[str, tuple[Any, ...]]:
    """Return the statement, which begins with the values of `GIVEN`, and its further parameters."""
    expecting = (
        lookup.the_key()
        .filter(lookup.is_taking(), is_test=False, per_minute=LIMIT)
        .annotate(kinds=F("establishment__sector__record_kinds"))
    )
    columns = ["id", "establishment_id", "last_used_at", "kinds"]
    sql, parameters = expecting.values(*columns).query.sql_with_params()
    places = ", ".join(["%s"] * len(GIVEN))
    taken = f"guests_take_one(expecting.establishment_id, expecting.id, {places})"
    found = f"SELECT expecting.last_used_at, {taken} FROM ({sql}) AS expecting"  # noqa: S608
    return f"{found} WHERE %s = ANY(expecting.kinds)", (*parameters, KIND)
