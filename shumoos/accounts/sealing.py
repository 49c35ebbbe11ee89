"""Sealing the access log: every closed minute becomes one link of a chain of hashes.

A seal holds the number of its minute's lines, a digest over all that they say, and SHA-256 over the seal
before it, the minute, the number and the digest. So a line that is changed, added or gone is found, and so
is a seal. Whoever could write the whole chain anew would also have to change the hashes in our log lines,
and those that an auditor has written down: `first_break(known=...)` compares with one of them.
"""

from datetime import UTC, datetime
from typing import NamedTuple

import structlog
from django.db import connection, transaction

from shumoos.accounts.models import Seal
from shumoos.accounts.models.looks import MINUTES
from shumoos.progress import Tell

log = structlog.get_logger(__name__)

# So many minutes in one transaction: a beat that comes back after days catches up in short steps.
MINUTES_AT_ONCE = 500
# A clock of ours may be off by so much before somebody who writes meets the sealer.
GRACE_SECONDS = 10
CHECKED_AT_ONCE = 24 * 60
# Minutes that should long be sealed.
LATE_MINUTES = 15
# What precedes the first seal.
START = b"\0" * 32

# The hash of a line over all that it says: numbers first, then the texts, each ended by a zero byte.
LINE = """sha256(
    int8send(line.id) || timestamptz_send(line.at) || int8send(coalesce(line.by_id, 0))
    || int8send(line.people)
    || convert_to(line.role, 'UTF8') || '\\x00'::bytea || convert_to(line.office, 'UTF8') || '\\x00'::bytea
    || convert_to(line.action, 'UTF8') || '\\x00'::bytea || convert_to(line.subject, 'UTF8') || '\\x00'::bytea
    || convert_to(line.whose, 'UTF8') || '\\x00'::bytea || convert_to(line.reason, 'UTF8') || '\\x00'::bytea
    || convert_to(coalesce(host(line.address), ''), 'UTF8') || '\\x00'::bytea
    || convert_to(line.request_id, 'UTF8') || '\\x00'::bytea
)"""

# Each minute from `first` to `last` with what its lines say now.
SUMS = f"""
    hashes AS (
        SELECT floor(extract(epoch FROM line.at) / 60)::bigint AS number, line.id, {LINE} AS hash
        FROM accounts_look AS line
        WHERE line.at >= to_timestamp(%(first)s * 60.0) AND line.at < to_timestamp((%(last)s + 1) * 60.0)
    ),
    sums AS MATERIALIZED (
        SELECT minutes.number, count(hashes.id) AS lines,
            sha256(coalesce(string_agg(hashes.hash, ''::bytea ORDER BY hashes.id), ''::bytea)) AS digest
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS minutes (number)
        LEFT JOIN hashes USING (number)
        GROUP BY minutes.number
    )
"""  # noqa: S608  put together from constants

SEAL = f"""
    WITH RECURSIVE {SUMS},
    chain AS (
        SELECT number, lines, digest,
            sha256(%(previous)s::bytea || int8send(number) || int8send(lines) || digest) AS hash
        FROM sums WHERE number = %(first)s
        UNION ALL
        SELECT sums.number, sums.lines, sums.digest,
            sha256(chain.hash || int8send(sums.number) || int8send(sums.lines) || sums.digest)
        FROM chain JOIN sums ON sums.number = chain.number + 1
    )
    INSERT INTO accounts_seal (number, lines, digest, hash, sealed_at)
    SELECT number, lines, digest, hash, clock_timestamp() FROM chain ORDER BY number
    RETURNING number, lines, hash
"""  # noqa: S608  put together from constants

# Of the minutes from `first` to `last`, the first one whose seal is not what it should be.
BREAK = f"""
    WITH {SUMS},
    seals AS (
        SELECT number, lines, digest, hash,
            coalesce(lag(hash) OVER (ORDER BY number), %(previous)s::bytea) AS before
        FROM accounts_seal WHERE number BETWEEN %(first)s AND %(last)s
    )
    SELECT sums.number, CASE
        WHEN seals.number IS NULL THEN 'has no seal'
        WHEN seals.lines <> sums.lines
            THEN format('was sealed with %%s lines and has %%s', seals.lines, sums.lines)
        WHEN seals.digest <> sums.digest THEN 'has a line that was changed since it was sealed'
        WHEN seals.hash <> sha256(
            seals.before || int8send(sums.number) || int8send(seals.lines) || seals.digest
        ) THEN 'has a seal that does not go on from the one before it'
    END AS why
    FROM sums LEFT JOIN seals USING (number)
    WHERE seals.number IS NULL OR seals.lines <> sums.lines OR seals.digest <> sums.digest
        OR seals.hash <> sha256(
            seals.before || int8send(sums.number) || int8send(seals.lines) || seals.digest
        )
    ORDER BY sums.number LIMIT 1
"""  # noqa: S608  put together from constants


class Break(NamedTuple):
    """Where the log is not what it was: the minute, and why."""

    number: int
    why: str

    def __str__(self) -> str:
        return f"The minute {moment_of(self.number):%Y-%m-%d %H:%M} UTC {self.why}."


def moment_of(number: int) -> datetime:
    return datetime.fromtimestamp(number * 60, UTC)


def seal_closed_minutes() -> int:
    """Seal every minute that is over and in which nobody writes any more; return how many.

    Safe to run twice at once and to kill. It stops at a minute that somebody is still writing in, and goes on
    with it when it is called again.
    """
    sealed = 0
    while step := seal_step():
        sealed += step
    return sealed


@transaction.atomic
def seal_step() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, -1)", [MINUTES])
        if not cursor.fetchone()[0]:
            return 0  # another sealer is at it
        span = next_minutes(cursor)
        if span is None:
            return 0
        first, last, previous = span
        cursor.execute(SEAL, {"first": first, "last": last, "previous": previous})
        written = sorted(cursor.fetchall())
    number, _lines, chained = written[-1]
    lines = sum(row[1] for row in written)
    # Where the database's own people cannot reach it.
    log.info("access log sealed", minute=number, minutes=len(written), lines=lines, hash=bytes(chained).hex())
    return len(written)


def next_minutes(cursor) -> tuple[int, int, bytes] | None:
    """Return the first and the last minute to seal, held against writers, with the hash before them."""
    previous = Seal.objects.order_by("-number").first()
    cursor.execute(
        "SELECT floor((extract(epoch FROM clock_timestamp()) - %s) / 60)::bigint - 1,"
        " floor(extract(epoch FROM min(at)) / 60)::bigint FROM accounts_look",
        [GRACE_SECONDS],
    )
    closed, oldest = cursor.fetchone()
    first = oldest if previous is None else previous.number + 1
    if first is None:
        return None  # nobody has looked at anything yet
    last = first - 1
    for number in range(first, min(closed, first + MINUTES_AT_ONCE - 1) + 1):
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [MINUTES, number])
        if not cursor.fetchone()[0]:
            break
        last = number
    if last < first:
        return None
    return first, last, START if previous is None else bytes(previous.hash)


def first_break(
    known: tuple[int, str] | None = None, *, tell: Tell = lambda done, total: None
) -> Break | None:
    """Compute every seal anew from the lines; return the first that is not what it was, None for none.

    `known` is a minute and its hash as a log line or an auditor's notes have them. No trigger is trusted.
    `tell` hears how many minutes are done, and of how many.
    """
    seals = Seal.objects.order_by("number")
    first_seal, last_seal = seals.first(), seals.last()
    if first_seal is None or last_seal is None:
        return unsealed(None)
    if found := line_before(first_seal.number):
        return found
    previous = START
    minutes = last_seal.number + 1 - first_seal.number
    for first in range(first_seal.number, last_seal.number + 1, CHECKED_AT_ONCE):
        tell(first - first_seal.number, minutes)
        last = min(first + CHECKED_AT_ONCE - 1, last_seal.number)
        with connection.cursor() as cursor:
            cursor.execute(BREAK, {"first": first, "last": last, "previous": previous})
            row = cursor.fetchone()
        if row is not None:
            return Break(*row)
        previous = bytes(Seal.objects.get(number=last).hash)
    if known is not None:
        number, hexadecimal = known
        seal = Seal.objects.filter(number=number).first()
        if seal is None or bytes(seal.hash).hex() != hexadecimal:
            return Break(number, "has another seal than the one written down")
    return unsealed(last_seal.number)


def line_before(number: int) -> Break | None:
    """Return where a line stands before the first seal: their seals are gone, or it was put there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT floor(extract(epoch FROM min(at)) / 60)::bigint FROM accounts_look")
        oldest = cursor.fetchone()[0]
    if oldest is not None and oldest < number:
        return Break(oldest, "has lines and comes before the first seal")
    return None


def unsealed(last: int | None) -> Break | None:
    """Return the first minute that has lines and should have been sealed long ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT floor(extract(epoch FROM min(at)) / 60)::bigint FROM accounts_look"
            " WHERE at >= to_timestamp(%s * 60.0) AND at < clock_timestamp() - make_interval(mins => %s)",
            [0 if last is None else last + 1, LATE_MINUTES],
        )
        number = cursor.fetchone()[0]
    return None if number is None else Break(number, "was never sealed: is the beat running?")
