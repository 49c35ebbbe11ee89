"""Writing a submission and its records in two statements, whatever is found on the way.

What comes one by one through the API is written by the function `guests_take_one` in the database, which says
the same of one record.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, Protocol, cast

from django.db import connection
from django.utils import timezone

from guests.models import GuestRecord, Submission
from shumoos.saudi import calendar, receipt_number

# Of ten numbers in a row one is free, until nearly all million million of the year are taken.
NUMBERS_TRIED = 10

# The lock is that of `NilReturnQuerySet.void`. It is taken with the first row: the statement that inserts the
# records begins after it, and so sees every nil return that was filed before.
INSERT_SUBMISSION = """
    INSERT INTO guests_submission ({columns})
    SELECT {places} FROM (
        SELECT pg_advisory_xact_lock_shared(hashtext('nil return ' || %s::text), %s::integer)
    ) AS held
"""
ONE_RECEIPT = "ON CONFLICT (receipt) DO NOTHING RETURNING id"
# What the columns of a record hold that are not named here is said by the database's own defaults.
INSERT_RECORDS = """
    WITH taken AS (
        INSERT INTO guests_guestrecord
            (establishment_id, submission_id, kind, created_at, client_reference, content, {columns})
        SELECT %s, %s, %s, %s, client_reference, content::jsonb, {columns}
        FROM unnest(%s::text[], %s::text[], {arrays}) AS sent (client_reference, content, {columns})
        ON CONFLICT (establishment_id, client_reference) DO NOTHING
        RETURNING id, client_reference, occurred_at
    ), voided AS (
        UPDATE guests_nilreturn SET voided_at = statement_timestamp()
        WHERE establishment_id = %s AND kind = %s AND voided_at IS NULL
            AND day IN (SELECT (occurred_at AT TIME ZONE 'Asia/Riyadh')::date FROM taken)
    )
    SELECT client_reference, id FROM taken
"""


class Taken(Protocol):
    """A record to be inserted: its reference, its content in canonical form, and its row's other columns."""

    client_reference: str
    written: str
    columns: dict[str, Any]


def insert_submission(submission: Submission) -> None:
    """Insert the submission under a receipt number that no other has."""
    with connection.cursor() as cursor:
        for _try in range(NUMBERS_TRIED):
            submission.receipt = receipt_number.make(calendar.today().year)
            cursor.execute(f"{submission_statement()} {ONE_RECEIPT}", submission_values(submission))
            if row := cursor.fetchone():
                [submission.pk] = row
                submission._state.adding = False
                submission._state.db = connection.alias
                return
    raise RuntimeError("No receipt number is free.")


def insert_records(submission: Submission, records: Sequence[Taken]) -> dict[str, int]:
    """Insert the records, and return the keys of those that are new by their references.

    The others' references were taken: by then whoever took them has committed. Nil returns of the days of
    those that are new are void.
    """
    if not records:
        return {}
    # Of two transactions that insert the same references, the second waits for the first at each of them: in
    # one order, so that they cannot wait for each other.
    ordered = sorted(records, key=attrgetter("client_reference"))
    names = tuple(ordered[0].columns)
    columns = ([record.columns[name] for record in ordered] for name in names)
    texts = ([getattr(record, name) for record in ordered] for name in ("client_reference", "written"))
    whose: list[Any] = [submission.establishment_id, submission.pk, submission.kind, timezone.now()]
    values = [*whose, *map(array, [*texts, *columns]), submission.establishment_id, submission.kind]
    with connection.cursor() as cursor:
        cursor.execute(records_statement(names), values)
        return dict(cursor.fetchall())


def array(values: Sequence[str | datetime | bool | None]) -> str:
    """Return the values as PostgreSQL writes an array.

    psycopg2 makes an expression of a list, with a constant for each value: to read thousands of them takes
    the server as long as to insert the rows.
    """
    if values and set(map(type, values)) == {str}:
        # All in one go: no text that is stored has a NUL.
        escaped = "\0".join(cast(Sequence[str], values)).replace("\\", r"\\").replace('"', r"\"")
        return '{"' + escaped.replace("\0", '","') + '"}'
    return f"{{{','.join(map(element, values))}}}"


def element(value: str | datetime | bool | None) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "t" if value else "f"
    text = value if isinstance(value, str) else value.isoformat()
    escaped = text.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


def submission_values(submission: Submission) -> list[Any]:
    fields = [field for field in Submission._meta.concrete_fields if not field.primary_key]
    values = [field.get_db_prep_save(getattr(submission, field.attname), connection) for field in fields]
    return [*values, submission.kind, submission.establishment_id % 2**31]


@cache
def submission_statement() -> str:
    fields = [field for field in Submission._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(str(field.column) for field in fields)
    places = ", ".join(f"%s::{field.db_type(connection)}" for field in fields)
    return INSERT_SUBMISSION.format(columns=columns, places=places)


@cache
def records_statement(columns: tuple[str, ...]) -> str:
    types = {field.name: field.db_type(connection) for field in GuestRecord._meta.concrete_fields}
    arrays = ", ".join(f"%s::{types[name]}[]" for name in columns)
    return INSERT_RECORDS.format(columns=", ".join(columns), arrays=arrays)
