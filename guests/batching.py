"""Which records go to the centre next, in which batch, and what its answer makes of them.

Everything is a handful of statements for a whole batch, however many records it holds, and each of them finds
its rows by an index of what is under way: nothing here grows with the records that are kept.
"""

import json
from datetime import timedelta
from typing import Any, NamedTuple

import structlog
from django.db import connection, transaction
from django.utils import timezone

from guests import refusals
from guests.kinds import KINDS
from guests.models import Batch, TransferStatus

log = structlog.get_logger(__name__)

# While the centre does not answer, records wait together instead of each in a batch of its own.
NEW_BATCH_WHILE_UNANSWERED = timedelta(minutes=1)
CLAIM_LOCK = 5_714_201

# What the centre says of each record, by the record's key: its status, and its reason for refusing.
Answers = dict[int, tuple[TransferStatus, str]]


class Payload(NamedTuple):
    """What is sent of a batch: its JSON, and of how many records."""

    body: bytes
    records: int


DUE = """
    WITH kinds AS (SELECT * FROM unnest(%(kinds)s::text[], %(urgencies)s::int[]) AS kinds (kind, urgency)),
    due AS (
        SELECT urgency, created_at AS at, id, FALSE AS is_change
        FROM kinds, LATERAL (
            SELECT id, created_at FROM guests_guestrecord
            WHERE state = 'accepted' AND kind = kinds.kind ORDER BY created_at, id LIMIT %(limit)s
        ) AS record
        UNION ALL
        SELECT urgency, made_at, id, TRUE
        FROM kinds, LATERAL (
            SELECT id, made_at FROM guests_recordchange
            WHERE state = 'accepted' AND is_next AND kind = kinds.kind ORDER BY made_at, id
            LIMIT %(limit)s
        ) AS change
    ),
    taken AS (SELECT * FROM due ORDER BY urgency, at, id LIMIT %(limit)s)
    SELECT array_agg(id) FILTER (WHERE NOT is_change), array_agg(id) FILTER (WHERE is_change) FROM taken
"""

TAKE = """
    UPDATE {table} SET state = 'sending', batch_id = %s WHERE id = ANY(%s) AND state = 'accepted'
"""


@transaction.atomic
def claim(limit: int) -> Batch | None:
    """Take a batch for sending, one of the due ones or else a new one of up to `limit` due records.

    A new one holds the most urgent kinds first and the oldest of these first; later versions of records among
    them, each once the version before it has been answered for. No two callers get the same one. Returns None
    where there is nothing to send now.
    """
    due = Batch.objects.due().order_by("next_try_at", "id").select_for_update(skip_locked=True).first()
    batch = due or take_due(limit)
    if batch:
        batch.attempts += 1
        batch.claimed_at = timezone.now()
        batch.save(update_fields=["attempts", "claimed_at"])
    return batch


def take_due(limit: int) -> Batch | None:
    since = timezone.now() - NEW_BATCH_WHILE_UNANSWERED
    if Batch.objects.unanswered().filter(created_at__gt=since).exists():
        return None
    kinds = [(kind.code, kind.urgency) for kind in KINDS.values()]
    with connection.cursor() as cursor:
        # One after the other: two that look at once would choose the same rows, and one get none of them.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIM_LOCK])
        cursor.execute(
            DUE,
            {
                "kinds": [code for code, _urgency in kinds],
                "urgencies": [urgency for _code, urgency in kinds],
                "limit": limit,
            },
        )
        records, changes = cursor.fetchone()
        if not (records or changes):
            return None
        batch = Batch.objects.create()
        for table, taken in (("guests_guestrecord", records), ("guests_recordchange", changes)):
            if taken:
                cursor.execute(TAKE.format(table=table), [batch.pk, taken])
    return batch


# A first version goes as it was sent, also where the record has been corrected in the meantime. What the
# centre has never taken is new to it, whatever it is to us.
LEFT = """
    SELECT string_agg(line, ',' ORDER BY id), count(*) FROM (
        SELECT record.id, json_build_object(
            'id', record.id, 'version', 1, 'kind', record.kind, 'action', 'new',
            'establishment', establishment.number,
            'content', CASE WHEN record.version = 1 THEN record.content ELSE (
                SELECT before FROM guests_recordchange WHERE record_id = record.id AND version = 2
            ) END
        )::text AS line
        FROM guests_guestrecord AS record
        JOIN registration_establishment AS establishment ON establishment.id = record.establishment_id
        WHERE record.batch_id = %(batch)s AND record.state = 'sending'
        UNION ALL
        SELECT record.id, json_build_object(
            'id', record.id, 'version', change.version, 'kind', record.kind,
            'action', CASE WHEN change.action <> 'cancellation' AND record.state = 'refused' AND NOT EXISTS (
                SELECT FROM guests_recordchange AS earlier
                WHERE earlier.record_id = record.id AND earlier.version < change.version
                    AND earlier.state = 'transferred'
            ) THEN 'new' ELSE change.action END,
            'establishment', establishment.number, 'content', change.content
        )::text
        FROM guests_recordchange AS change
        JOIN guests_guestrecord AS record ON record.id = change.record_id
        JOIN registration_establishment AS establishment ON establishment.id = record.establishment_id
        WHERE change.batch_id = %(batch)s AND change.state = 'sending'
    ) AS lines
"""


def payload(batch: Batch) -> Payload:
    """Return the records of the batch that the centre has not answered for, as they are sent to it."""
    with connection.cursor() as cursor:
        cursor.execute(LEFT, {"batch": batch.pk})
        lines, count = cursor.fetchone()
    number = json.dumps(str(batch.number))
    return Payload(f'{{"batch": {number}, "records": [{lines or ""}]}}'.encode(), count)


# In one order, and before their later versions: as whoever corrects a record locks them.
LOCK_RECORDS = """
    SELECT FROM guests_guestrecord WHERE id = ANY(%(keys)s) ORDER BY id FOR UPDATE
"""

ANSWER_RECORDS = """
    UPDATE guests_guestrecord AS record
    SET state = answer.state, refusal = answer.reason, acknowledged_at = %(now)s,
        to_correct = answer.state = 'refused' AND record.version = 1
    FROM unnest(%(keys)s::bigint[], %(states)s::text[], %(reasons)s::text[]) AS answer (key, state, reason)
    WHERE record.id = answer.key AND record.batch_id = %(batch)s AND record.state = 'sending'
"""

ANSWER_CHANGES = """
    UPDATE guests_recordchange AS change
    SET state = answer.state, refusal = answer.reason, acknowledged_at = %(now)s
    FROM unnest(%(keys)s::bigint[], %(states)s::text[], %(reasons)s::text[]) AS answer (key, state, reason)
    WHERE change.record_id = answer.key AND change.batch_id = %(batch)s AND change.state = 'sending'
"""

# The record shows it as long as nobody has said anything newer of it.
MARK_REFUSED = """
    UPDATE guests_guestrecord AS record SET to_correct = TRUE FROM guests_recordchange AS change
    WHERE change.record_id = ANY(%(keys)s) AND change.batch_id = %(batch)s AND change.state = 'refused'
        AND change.acknowledged_at = %(now)s AND change.action <> 'cancellation'
        AND record.id = change.record_id AND record.version = change.version
"""

# A statement of its own, after the locks: it sees the versions made until then.
LET_NEXT_GO = """
    UPDATE guests_recordchange AS change SET is_next = TRUE
    WHERE change.record_id = ANY(%(keys)s) AND change.state = 'accepted' AND NOT change.is_next
        AND (
            change.version = 2 AND EXISTS (
                SELECT FROM guests_guestrecord AS record
                WHERE record.id = change.record_id AND record.acknowledged_at IS NOT NULL
            )
            OR EXISTS (
                SELECT FROM guests_recordchange AS earlier
                WHERE earlier.record_id = change.record_id AND earlier.version = change.version - 1
                    AND earlier.acknowledged_at IS NOT NULL
            )
        )
"""

IS_LEFT = """
    SELECT EXISTS (SELECT FROM guests_guestrecord WHERE batch_id = %(batch)s AND state = 'sending')
        OR EXISTS (SELECT FROM guests_recordchange WHERE batch_id = %(batch)s AND state = 'sending')
"""


@transaction.atomic
def record(batch: Batch, answers: Answers) -> None:
    """Write the centre's answers to the records of the batch; those it left out are sent again later.

    An answer that comes twice, or late, changes nothing that has been answered already.
    """
    # The worker that took over a lapsed claim may be writing the same answers at this moment.
    Batch.objects.select_for_update().get(pk=batch.pk)
    now = timezone.now()
    values: dict[str, Any] = {
        "batch": batch.pk,
        "keys": list(answers),
        "states": [state.value for state, _reason in answers.values()],
        "reasons": [reason if state == TransferStatus.REFUSED else "" for state, reason in answers.values()],
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(LOCK_RECORDS, values)
        answered = 0
        for statement in (ANSWER_RECORDS, ANSWER_CHANGES):
            cursor.execute(statement, values)
            answered += cursor.rowcount
        cursor.execute(MARK_REFUSED, values)
        cursor.execute(LET_NEXT_GO, values)
        cursor.execute(IS_LEFT, values)
        [is_left] = cursor.fetchone()
    if is_left:
        put_off(batch)
    else:
        Batch.objects.filter(pk=batch.pk, finished_at=None).update(
            finished_at=now, claimed_at=None, problem=""
        )
    refused = refusals.tell(batch, [key for key, (state, _) in answers.items() if state == "refused"], now)
    log.info(
        "batch answered",
        batch=str(batch),
        tries=batch.attempts,
        answered=answered,
        refused=refused,
        left=is_left,
    )


def put_off(batch: Batch, *, problem: str = "") -> None:
    """Let the batch be sent again later, unless another worker has taken it over in the meantime."""
    Batch.objects.filter(pk=batch.pk, attempts=batch.attempts, finished_at=None).update(
        claimed_at=None, next_try_at=timezone.now() + batch.delay(), problem=problem
    )
