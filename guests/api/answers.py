"""`Idempotency-Key`: the same request gets the same answer, and takes nothing in a second time."""

import hashlib
import re
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from guests.models import ApiKey, KeptAnswer
from shumoos.problems import Problem

HEADER = "HTTP_IDEMPOTENCY_KEY"
LONGEST = 255
# Printable ASCII, as header fields are.
_KEY = re.compile(rf"[\x21-\x7e]{{1,{LONGEST}}}")


# Where the same key is being answered at this moment, this waits until that has committed.
KEEP = """
    INSERT INTO guests_keptanswer (api_key_id, idempotency_key, request_sha256, answer, made_at, expires_at)
    VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (api_key_id, idempotency_key) DO NOTHING
"""


class AnsweredMeanwhile(Exception):
    """The same Idempotency-Key was answered while this request was worked on: nothing of it may stay."""


def key_of(request: HttpRequest) -> str:
    """Return the request's Idempotency-Key, empty without one. Raises `Problem` for one that is none."""
    sent = request.META.get(HEADER)
    if sent is None:
        return ""
    if not _KEY.fullmatch(sent):
        raise Problem(
            "unreadable",
            _("An Idempotency-Key has 1 to %(limit)s letters, digits and signs, and no spaces.")
            % {"limit": LONGEST},
        )
    return sent


def digest_of(request: HttpRequest, body: bytes) -> str:
    return hashlib.sha256(f"{request.method} {request.path_info}\n".encode() + body).hexdigest()


def earlier(api_key: ApiKey, key: str, digest: str) -> str | None:
    """Return what this request was answered before, None where it is new.

    Raises `Problem` (409) where another request came with the same key.
    """
    kept = KeptAnswer.objects.filter(api_key=api_key, idempotency_key=key)
    row = kept.values_list("request_sha256", "answer").first()
    return same(digest, *row) if row else None


def same(digest: str, kept_digest: str | None, kept_answer: str | None) -> str | None:
    """Return the answer that was kept, None where none was. Raises `Problem` (409) as `earlier` does."""
    if kept_digest is None:
        return None
    if kept_digest != digest:
        raise Problem(
            "other_request",
            _("Another request came with this Idempotency-Key before: give each request a key of its own."),
        )
    return kept_answer


def kept_until() -> datetime:
    return timezone.now() + timedelta(hours=settings.API_ANSWERS_KEPT_HOURS)


def keep(api_key: ApiKey, key: str, digest: str, answer: str) -> None:
    """Keep the answer, in the transaction of what it tells. Raises `AnsweredMeanwhile`."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [api_key.pk, key, digest, answer, timezone.now(), kept_until()])
        if not cursor.rowcount:
            raise AnsweredMeanwhile
