"""The chain of an account's entries: over what each entry's hash is made, in Python and in SQL.

SHA-256 over the previous entry's hash and all that the entry says: fixed-width numbers first, texts last,
each followed by a zero byte. Two hands on one rule: the portal computes it in Python for single entries and
in SQL for the sweep, and a constraint holds every row to it.
"""

import struct
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from violations.models import LedgerEntry

# What precedes an account's first entry.
START = b"\0" * 32
# PostgreSQL counts from here.
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def entry_hash(
    *,
    previous: bytes,
    account: int,
    number: int,
    case: int,
    notice: int | None,
    letter: int | None,
    by: int | None,
    amount: Decimal,
    cap: Decimal | None,
    on: date,
    entered_at: datetime,
    kind: str,
    reference: str,
    reason: str,
) -> bytes:
    """Return an entry's hash; a key that is missing counts as 0, a missing cap as -1 halalas."""
    numbers = struct.pack(
        ">8qiq",
        account,
        number,
        case,
        notice or 0,
        letter or 0,
        by or 0,
        halalas(amount),
        -1 if cap is None else halalas(cap),
        (on - EPOCH.date()).days,
        (entered_at - EPOCH) // timedelta(microseconds=1),
    )
    texts = b"".join(text.encode() + b"\0" for text in (kind, reference, reason))
    return sha256(previous + numbers + texts).digest()


def hash_of(entry: "LedgerEntry") -> bytes:
    """Return the hash of an entry, over what it says now."""
    return entry_hash(
        previous=bytes(entry.previous_hash),
        account=entry.account_id,
        number=entry.number,
        case=entry.case_id,
        notice=entry.notice_id,
        letter=entry.letter_id,
        by=entry.by_id,
        amount=entry.amount,
        cap=entry.cap,
        on=entry.on,
        entered_at=entry.entered_at,
        kind=entry.kind,
        reference=entry.reference,
        reason=entry.reason,
    )


def halalas(amount: Decimal) -> int:
    return int(amount * 100)


# The same, of `{row}`, with expressions that an index or a constraint may hold: `decode` is what makes bytes
# of a text whatever the settings of a session are.
HASH = """sha256(
    {row}.previous_hash
    || int8send({row}.account_id) || int8send({row}.number::bigint) || int8send({row}.case_id)
    || int8send(coalesce({row}.notice_id, 0)) || int8send(coalesce({row}.letter_id, 0))
    || int8send(coalesce({row}.by_id, 0)) || int8send(({row}.amount * 100)::bigint)
    || int8send(coalesce(({row}.cap * 100)::bigint, -1)) || date_send({row}."on")
    || timestamptz_send({row}.entered_at)
    || decode(replace({row}.kind, '\\', '\\\\'), 'escape') || '\\x00'::bytea
    || decode(replace({row}.reference, '\\', '\\\\'), 'escape') || '\\x00'::bytea
    || decode(replace({row}.reason, '\\', '\\\\'), 'escape') || '\\x00'::bytea
)"""

# Among `new_entries`, the first whose number or previous hash is not what follows the one before it, or after
# which its account does not end; the first on another account or licence than its case, or with a notice
# that is another case's or a letter that is not there; and the first case whose fine is not the sum of its
# entries. What an entry names is looked up by its key, one case after the other: a planner that expected few
# entries, or many, would read whole tables. What few entries need is looked up for those alone.
LINKS = """
    SELECT
        min(entry.id) FILTER (
            WHERE entry.number < 1
               OR entry.previous_hash IS DISTINCT FROM CASE entry.number
                   WHEN 1 THEN decode(repeat('00', 32), 'hex')
                   ELSE (
                       SELECT earlier.hash FROM violations_ledgerentry AS earlier
                       WHERE earlier.account_id = entry.account_id AND earlier.number = entry.number - 1
                   )
               END
               OR CASE
                   WHEN entry.number < chain_end.number THEN NOT EXISTS (
                       SELECT FROM violations_ledgerentry AS later
                       WHERE later.account_id = entry.account_id AND later.number = entry.number + 1
                   )
                   ELSE (entry.number, entry.hash) IS DISTINCT FROM (chain_end.number, chain_end.hash)
               END
        ),
        min(entry.id) FILTER (
            WHERE (entry.account_id, entry.licence_id)
                  IS DISTINCT FROM (concerned.account_id, concerned.licence_id)
               OR entry.notice_id IS NOT NULL AND notice.case_id IS DISTINCT FROM entry.case_id
               OR entry.letter_id IS DISTINCT FROM notice.letter_id
                  AND entry.letter_id IS NOT NULL
                  AND NOT EXISTS (SELECT FROM letters_letter WHERE letters_letter.id = entry.letter_id)
        ),
        min(entry.case_id) FILTER (
            WHERE CASE WHEN entry.is_last_of_case THEN concerned.fined <> (
                SELECT coalesce(sum(amount), 0)
                FROM violations_ledgerentry AS each
                WHERE each.case_id = entry.case_id AND kind IN ('assessment', 'raise', 'reduction', 'waiver')
            ) END
        )
    FROM (
        SELECT new_entries.*, lead(id) OVER (PARTITION BY case_id ORDER BY id) IS NULL AS is_last_of_case
        FROM new_entries
    ) AS entry
    LEFT JOIN LATERAL (
        SELECT account_id, licence_id, fined FROM violations_case WHERE id = entry.case_id OFFSET 0
    ) AS concerned ON true
    LEFT JOIN LATERAL (
        SELECT number, hash FROM violations_chainend WHERE account_id = entry.account_id OFFSET 0
    ) AS chain_end ON true
    LEFT JOIN LATERAL (
        SELECT case_id, letter_id FROM violations_notice WHERE id = entry.notice_id OFFSET 0
    ) AS notice ON true
"""
