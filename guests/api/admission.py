"""Who is let in: the key of the request, whether it holds, and whether it has requests left."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from guests import intake, keys
from guests.api import lookup
from guests.models import ApiKey
from shumoos import limits
from shumoos.problems import Problem

# `last_used_at` tells people whether a key is in use: to the minute is enough, and a write each is not.
NOTED_EVERY = timedelta(minutes=1)
WRONG_KEYS_A_MINUTE = 20
LONGEST = 200


class Admitted(HttpRequest):
    """A request whose key was found to hold: what `admit` leaves behind."""

    api_key: ApiKey
    found: lookup.Found
    allowance: limits.Allowance


@dataclass(frozen=True)
class Known:
    """What this process remembers of a live key that it has admitted; it may have changed since."""

    pk: int
    key_hash: str
    per_minute: int


_known: dict[str, Known] = {}


def admit(request: HttpRequest) -> ApiKey:
    """Return the key that the request shows, its establishment and sector with it, and count the request.

    Raises `Problem`: 401 without a key or with one that does not hold, 429 after too many requests.
    """
    key_hash = keys.hash_of(shown_key(request))
    # What is no Idempotency-Key is refused later, and no answer is kept under it.
    found = lookup.find(key_hash, request.META.get("HTTP_IDEMPOTENCY_KEY", "").replace("\0", ""))
    if found is None:
        _known.pop(key_hash, None)
        refuse_wrong_key(request)
    key = found.key
    request.api_key, request.found = key, found  # type: ignore[attr-defined]
    allowance = count(request, key.pk, key.per_minute)
    if allowance.is_spent:
        raise too_many(
            allowance,
            _("This key may send %(limit)s requests a minute: wait, or send more records in each.")
            % {"limit": allowance.limit},
        )
    note_use(key.pk, key.last_used_at)
    if not key.is_test:
        _known[key_hash] = Known(key.pk, key_hash, key.per_minute)
    return key


def known(request: HttpRequest) -> Known | None:
    """Return what is remembered of the key that the request shows: no proof that it still holds."""
    try:
        secret = shown_key(request)
    except Problem:
        return None
    return _known.get(keys.hash_of(secret))


def count(request: HttpRequest, key: int, per_minute: int) -> limits.Allowance:
    """Count the request, once however often it is asked, and return what its key has left."""
    allowance: limits.Allowance | None = getattr(request, "allowance", None)
    if allowance is None:
        allowance = limits.take(f"key:{key}", per_minute)
        request.allowance = allowance  # type: ignore[attr-defined]
    return allowance


def shown_key(request: HttpRequest) -> str:
    scheme, _space, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret:
        raise Problem(
            "no_key",
            _("Show your key in the header Authorization: Bearer. The owner makes keys under “My account”."),
            headers={"WWW-Authenticate": 'Bearer realm="shumoos"'},
        )
    return secret[:LONGEST]


def refuse_wrong_key(request: HttpRequest) -> NoReturn:
    allowance = limits.take_from(request.META.get("REMOTE_ADDR"), "wrong", WRONG_KEYS_A_MINUTE)
    # A right key from the same address still opens: whoever shares it with a guesser must not suffer.
    if allowance.is_spent:
        raise too_many(allowance, _("Too many wrong keys came from this address: wait a minute."))
    raise Problem(
        "wrong_key",
        _("This key does not exist or was revoked: the owner can make another under “My account”."),
        headers={"WWW-Authenticate": 'Bearer realm="shumoos", error="invalid_token"'},
    )


def too_many(allowance: limits.Allowance, detail: str) -> Problem:
    headers = allowance.headers() | {"Retry-After": str(allowance.resets_in)}
    return Problem("too_many", detail, headers=headers)


def note_use(key: int, last_used_at: datetime | None) -> None:
    now = timezone.now()
    if last_used_at is None or last_used_at < now - NOTED_EVERY:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - NOTED_EVERY)
        ApiKey.objects.filter(stale, pk=key).update(last_used_at=now)


def refuse_unsubscribed(found: lookup.Found) -> None:
    """Raise `Problem` (403) where no records are taken from the key's establishment now."""
    if not found.is_subscribed:
        raise Problem("not_subscribed", intake.why_refused(found.key.establishment))


def refuse_unexpected(key: ApiKey, kind: str) -> None:
    """Raise `Problem` (403) where the establishment's sector sends no records of this kind."""
    if kind not in key.establishment.sector.record_kinds:
        raise Problem(
            "not_expected",
            _("Records of this kind are not sent by the sector “%(sector)s”.")
            % {"sector": key.establishment.sector.name},
        )
