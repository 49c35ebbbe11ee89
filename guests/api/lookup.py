"""The one look at the database that every request needs: its key, whose it is, what was answered before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from guests.models import ApiKey, KeptAnswer
from registration.models import Establishment, Sector
from shumoos import prepared
from shumoos.saudi import calendar

# Stand in the statement for what a request brings: no hash, day or Idempotency-Key is one of these.
HASH, DAY, IDEMPOTENCY_KEY = "the hash", date(1, 1, 1), "the Idempotency-Key"

KEY = [field.attname for field in ApiKey._meta.concrete_fields]
ESTABLISHMENT = ["id", "number", "name_ar", "name_en", "owner_id", "sector_id"]
SECTOR = ["id", "code", "name_ar", "name_en", "record_kinds"]


@dataclass(frozen=True)
class Found:
    """A key with its establishment and sector, whether records are taken, and the answer kept, if any."""

    key: ApiKey
    is_subscribed: bool
    # Of the request that came with the same Idempotency-Key: its digest, and what it was answered.
    kept_digest: str | None
    kept_answer: str | None


def find(key_hash: str, idempotency_key: str) -> Found | None:
    """Return what is known of a key that is in force, None where there is none."""
    sql, parameters = statement()
    row = fetch(sql, filled(parameters, {HASH: key_hash, IDEMPOTENCY_KEY: idempotency_key}))
    return read(row) if row else None


def filled(parameters: Iterable[Any], given: dict[Any, Any]) -> list[Any]:
    """Return a statement's parameters with what a request brings in place of what stands for it."""
    given = given | {DAY: calendar.today()}
    return [given.get(parameter, parameter) for parameter in parameters]


def fetch(sql: str, values: list[Any]) -> tuple[Any, ...] | None:
    """Return the row, looked up once more where the connection has died since the request before."""
    try:
        return fetch_once(sql, values)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or connection.is_usable():
            raise
    connection.close()
    return fetch_once(sql, values)


def fetch_once(sql: str, values: list[Any]) -> tuple[Any, ...] | None:
    """Return the row of a statement that the connection keeps."""
    # Django would ask on each request whether it lives: a trip that these statements can do without.
    connection.health_check_done = True  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        prepared.execute(cursor, sql, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def the_key() -> QuerySet[ApiKey]:
    """Return the key that a request shows, if it is in force."""
    return ApiKey.objects.in_force().filter(key_hash=HASH).order_by()


def is_taking() -> Exists:
    """Whether records are taken from the key's establishment today."""
    # By name, because subscriptions belong to the app above.
    subscriptions: Any = Establishment._meta.get_field("subscriptions").related_model
    return Exists(subscriptions.objects.taking_guests(DAY).filter(establishment=OuterRef("establishment")))


@cache
def statement() -> tuple[str, tuple[Any, ...]]:
    """Return the statement and its parameters, made once: Django takes longer to make it than to run it."""
    kept = KeptAnswer.objects.filter(api_key=OuterRef("pk"), idempotency_key=IDEMPOTENCY_KEY)
    found = (
        the_key()
        .annotate(
            is_subscribed=is_taking(),
            kept_digest=Subquery(kept.values("request_sha256")),
            kept_answer=Subquery(kept.values("answer")),
        )
        .values_list(
            *KEY,
            *(f"establishment__{name}" for name in ESTABLISHMENT),
            *(f"establishment__sector__{name}" for name in SECTOR),
            "is_subscribed",
            "kept_digest",
            "kept_answer",
        )
    )
    return found.query.sql_with_params()


def read(row: tuple[Any, ...]) -> Found:
    values = iter(row)
    key = ApiKey.from_db(connection.alias, KEY, [next(values) for _name in KEY])
    establishment = Establishment.from_db(
        connection.alias, ESTABLISHMENT, [next(values) for _name in ESTABLISHMENT]
    )
    establishment.sector = Sector.from_db(connection.alias, SECTOR, [next(values) for _name in SECTOR])
    key.establishment = establishment
    return Found(key, *values)
